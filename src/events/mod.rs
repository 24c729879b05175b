//! Series and events: what an organisation runs, and its life cycle.
//!
//! An event is one edition, in a series or on its own. It is a draft until it is published; then
//! anybody can read it. Archived, its programme and tickets are locked; cancelled, it stays readable
//! and its registrations are told. Its phase follows from its dates in its own time zone.

pub mod actions;
pub mod audit_routes;
mod copy;
mod held;
pub mod input;
mod languages_store;
pub mod model;
pub mod parts;
pub mod public_routes;
mod public_store;
pub mod routes;
pub mod series;
pub mod series_input;
pub mod series_routes;
pub mod store;
pub mod wire;

pub use actions::EventRefusal;
pub use copy::{Edition, copy};
pub use held::{Held, hold, hold_archived_too};
pub use model::{Event, EventState, Format, Phase};
pub use public_store::{CHANGED, changed_since, public_versions, touch_events_of, touch_public};
pub use series::Series;
pub use store::{
    EventKey, Filter, find_anywhere, find_by_id, find_owned, find_public, list as list_events,
};

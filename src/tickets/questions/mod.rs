//! Questions of the registration form, and what is answered to them.
//!
//! A question asks all attendees or those of some ticket types. How it is put is numbered
//! ([`Question::wording`]): an answer names the wording it was given to, and every wording is kept, so
//! that an old answer keeps its meaning when the question is put differently. What may change:
//!
//! * label, help and options at any time; that is a new wording. An option that is taken away is not
//!   offered any more; who has chosen it keeps it.
//! * whom it asks, whether and from when it is required, its place, its limits: at any time. A limit below
//!   what is held is taken, as for a quota: nothing new is held until it fits.
//! * its kind and whether it is sensitive only while nobody has answered. A question that has answers is
//!   hidden rather than deleted: it asks nobody any more, and its answers stay.
//!
//! How many hold an option stands in one counter per option, moved by compare-and-set in the transaction
//! of the registration ([`claims`](crate::registrations::claims)).
//!
//! **Sensitive** questions (allergies, access needs) are never required, are answered with a consent
//! of their own, show as `answered: true` to everybody but the one who answered, are exported only when
//! asked for, and are deleted some days after the event ([`sweep`]).

pub mod actions;
pub mod answer;
pub mod input;
pub mod model;
pub mod routes;
pub mod store;
pub mod sweep;
mod sweep_store;
pub mod wire;

pub use answer::{Answer, Asked};
pub use input::AnswerInput;
pub use model::{Question, QuestionKind};
pub use store::list_wordings;

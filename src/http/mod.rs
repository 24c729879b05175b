//! The conventions of the API, made once: strict bodies, entity tags, lists, CORS, limits.
//!
//! A request passes [`edge`] (request id, limits, HEAD, CORS), in the private trees the gate of the
//! [`api`](crate::api::gate) (who is asking, and for what of theirs), then the extractors of its handler
//! ([`Json`], [`Patch`], [`Query`], [`IfMatch`]), and leaves as a [`Reply`] or a
//! [`Problem`](crate::problem::Problem), which the edge renders. [`methods`] knows from the
//! document which methods a path has.

mod body;
mod cors;
pub mod edge;
pub mod etag;
pub mod limits;
pub mod methods;
mod objects;
mod patch;
mod precompressed;
mod query;
mod reply;
mod strict;
pub mod wire;

pub use body::{Form, Json, Patch};
pub use etag::IfMatch;
pub use precompressed::{Document, Precompressed};
pub use query::{PageQuery, Query, keyset};
pub use reply::{Caching, ListOf, Reply};

use crate::problem::Problem;

/// What every handler answers.
pub type Answer = Result<Reply, Problem>;

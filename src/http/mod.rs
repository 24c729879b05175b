//! The conventions of the API, made once: strict bodies, entity tags, lists, CORS, limits.
//!
//! A request passes [`edge`] (request id, limits, HEAD, CORS), in the private trees the gate of the
//! [`api`](crate::api::gate) (who is asking, and for what of theirs), then the extractors of its handler
//! ([`Json`], [`Patch`], [`Query`], [`IfMatch`]), and leaves as a [`Reply`] or a
//! [`Problem`](crate::problem::Problem), which the edge renders. [`methods`] knows from the
//! document which methods a path has. What anybody may read leaves as a [`Document`], which keeps its
//! compressed forms; [`Recent`] keeps the documents that were made a moment ago.

mod body;
mod coding;
mod cors;
pub mod edge;
pub mod etag;
pub mod limits;
pub mod methods;
mod objects;
mod patch;
mod precompressed;
mod prepared;
mod query;
mod recent;
mod reply;
mod shelf;
mod strict;
mod weight;
pub mod wire;

pub use body::{Form, Json, MaybeJson, Patch, TextFile, TextTypes, Upload};
pub use coding::accepts_gzip;
pub use etag::IfMatch;
pub use precompressed::Precompressed;
pub use prepared::Document;
pub use query::{PageQuery, Query, keyset};
pub use recent::{AsOf, Recent};
pub use reply::{Caching, ListOf, Reply};
pub use shelf::{LONGEST_KEY, Shelf};
pub use strict::{typed, value_of_many};

use crate::problem::Problem;

/// What every handler answers.
pub type Answer = Result<Reply, Problem>;

/// What a handler of a public document answers.
pub type Published = Result<Precompressed, Problem>;

//! Search over everything that is released: sessions, speakers, what stands on slides, and what is
//! said in recordings.
//!
//! What is found are *entries*: a session, a speaker, a page of a material, a passage of a transcript
//! ([`entries`]). The index holds them with their tokens ([`words`]); the stores only look tokens up,
//! with what each has for it ([`store`]), and the best-first order is made here ([`rank`]), so that both
//! give the same answers. Norwegian is in the words, not in the stores: folded letters, stems ([`stem`]),
//! parts of compounds.
//!
//! The index follows the public version of events, which every change that the public sees raises in
//! its own transaction: an event whose version is not the one that was indexed is [stale](index). A
//! search indexes what is stale before it answers, and what is stale nonetheless is left out, so that
//! nothing is found that may no longer be seen. [`keep_up`] does most of that work ahead of searches,
//! also for data that is older than the index.

mod content;
pub mod entries;
pub mod index;
mod input;
mod keep_up;
pub mod query;
pub mod rank;
pub mod routes;
mod snippet;
pub mod stem;
pub mod store;
pub mod wire;
pub mod words;

pub use content::{Content, Field, HitKind};
pub use keep_up::keep_up;

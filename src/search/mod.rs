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
//! its own transaction: an event whose version is not the one that was indexed is [stale](index).
//! [`keep_up`] indexes it, entry by entry that changed, in short transactions. A search waits for that for
//! a moment and then answers from what is there; what it finds in an event that is still stale it holds
//! against what the public may see [now](current), so that nothing is found that may no longer be seen.

mod content;
mod current;
pub mod entries;
pub mod index;
mod input;
mod keep_up;
mod passages;
pub mod query;
pub mod rank;
pub mod routes;
mod snippet;
pub mod stem;
pub mod store;
pub mod wire;
pub mod words;

pub use content::{Content, Field, HitKind};
pub use keep_up::{IndexWork, keep_up};

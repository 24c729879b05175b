//! The programme: rooms, tracks, speakers, sessions, and their releases.

pub mod document;

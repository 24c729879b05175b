//! One binary for everything that is tested from outside.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

#[macro_use]
mod helpers;

mod command_line;
mod conventions;
mod events;
mod mail;
mod openapi;
mod pages;
mod publication;
mod publication_lists;
mod recordings;
mod stores;
mod tokens;
mod walk_through;
mod watch;
mod world;

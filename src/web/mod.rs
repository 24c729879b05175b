//! The service's own small pages: where the links in mails lead when no frontend has its own.
//!
//! They work without scripts and load nothing: one style sheet within the page, no third party, no
//! referrer, nothing kept. A GET changes nothing, so that mail scanners can't; what changes
//! something is a form with one button, and what can't be undone asks twice.
//!
//! [`layout`] is the frame of every page, [`words`] what they say in nb, nn and en, [`pages`] the
//! pages themselves, [`routes`] where they are, and [`wishes`] what they ask of the registrations.
//! [`watch`] is the one page that anybody finds: a session's video. [`dev`] shows developers the mails
//! that were written to files.

pub mod dev;
pub mod layout;
pub mod offer_routes;
pub mod pages;
pub mod routes;
pub mod watch;
pub mod wishes;
pub mod words;

pub use layout::{HTML, render, respond};

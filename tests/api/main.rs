//! One binary for everything that is tested from outside.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

#[macro_use]
mod helpers;

mod audit;
mod backups;
mod capacity;
mod command_line;
mod committee;
mod conventions;
mod crashes;
mod demo;
mod draft;
mod events;
mod exports;
mod groups;
mod imports;
mod instances;
mod kills;
mod mail;
mod mail_delivery;
mod mail_safety;
mod openapi;
mod outages;
mod own_registration;
mod pages;
mod programme;
mod publication;
mod publication_lists;
mod recent;
mod recordings;
mod registration_limits;
mod registration_mails;
mod registrations;
mod releases;
mod rush;
mod sessions;
mod signing_up;
mod stores;
mod tickets;
mod tokens;
mod waiting_list;
mod walk_through;
mod watch;
mod world;

//! One binary for everything that is tested from outside.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on fails"
)]

#[macro_use]
mod helpers;

mod access_codes;
mod audit;
mod backups;
mod capacity;
mod chapters;
mod command_line;
mod committee;
mod consent;
mod conventions;
mod crashes;
mod demo;
mod draft;
mod editing;
mod editions;
mod erasing_one;
mod events;
mod exports;
mod front_door;
mod gone_options;
mod group_mails;
mod groups;
mod import_faults;
mod import_identity;
mod import_people;
mod import_schedules;
mod imports;
mod instances;
mod integrity;
mod kills;
mod line_ends;
mod lost_choices;
mod mail;
mod mail_delivery;
mod mail_safety;
mod mail_words;
mod marks;
mod moves;
mod now;
mod on_behalf;
mod openapi;
mod outages;
mod own_link;
mod own_registration;
mod pages;
mod plain_answers;
mod positions;
mod prices;
mod programme;
mod publication;
mod publication_lists;
mod questions;
mod recent;
mod recordings;
mod registration_limits;
mod registration_mails;
mod registrations;
mod reimports;
mod release_news;
mod releases;
mod reopening;
mod rush;
mod search;
mod search_index;
mod sensitive;
mod sessions;
mod sheets;
mod shop_windows;
mod signing_up;
mod state_machine;
mod stores;
mod tickets;
mod together;
mod tokens;
mod transcripts;
mod waiting_list;
mod waiting_rush;
mod walk_through;
mod watch;
mod watch_page;
mod world;

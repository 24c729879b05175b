//! Kongress: conference programmes and registration as a REST service.
//!
//! # A tour in one page
//!
//! **Three trees.** `/api/v1/…` is public and serves *released* data only. `/api/v1/registration…`
//! is one's own registration, by access token. `/api/v1/organiser/…` is the working copy, by API
//! token and role. [`api`] names every route on one page; a public handler never reads a draft.
//!
//! **Rooms are the nouns of a conference.** [`organisations`] own [`events`] (in series); an event
//! has a [`committee`], a [`programme`] that is edited as a working copy and shown as numbered
//! releases, and recordings ([`video`]) that know the wall clock, so that every session has its
//! second in them before anyone has noted a time; [`transcripts`] hold what is said there.
//! [`tickets`] say what there is to register for, and [`registrations`] who holds it. [`publication`]
//! renders what the public reads, once per change, [`interchange`] says it in the formats that other
//! programs know, [`search`] finds it, and [`editions`] make next year's event from this year's.
//! [`mail`] tells people, and [`web`] has the few pages that links in mails lead to. Inside each room
//! the furniture stands in the same place: `model.rs` (rules, pure), `store.rs` (rows), `actions.rs`
//! (verbs within a transaction), `routes.rs` with `wire.rs` and `input.rs` (HTTP).
//!
//! **One request's way.** `POST /events/{event}/registrations`: [`http::edge`] gives it an id and
//! counts it; the handler's extractors parse the body into types that can't be wrong; the handler
//! submits a command ([`db::Submit`]), and those that come together share a transaction: the action
//! asks the model, claims seats by compare-and-set, inserts, and enqueues a mail; after the commit
//! comes the 202. What does not come in crowds calls [`db::Db::write`] with an action. The mail
//! worker leases the row later; no answer ever waits for SMTP.
//!
//! **Both stores, one code path.** [`db`] is the one door to SQLite and PostgreSQL; every query body
//! goes through [`per_backend!`]. Transactions open there and nowhere else.
//!
//! **What goes wrong** is a [`problem`] document with a page that explains it. Rules refuse with
//! small enums; a new refusal does not compile until it has a status.
//!
//! **What organisers change** leaves a trace in the [`audit`], in the same transaction; the gate sees to it.
//!
//! **What is shared**: [`ids`] (typed), [`clock`] (time, ids, randomness), [`text`] (parsed e-mails,
//! slugs, languages), [`words`] (enums), [`page`] (keyset cursors),
//! [`order`] (lists in an order of their own), [`faults`] (what is wrong with an
//! input, all at once), [`idempotency`], [`health`], [`integrity`] (whether counters and rows agree).
//!
//! `tests/architecture.rs` keeps the walls; `clippy.toml` keeps the clock, the ids and the
//! environment in their one home.

pub mod api;
pub mod audit;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod committee;
pub mod config;
pub mod db;
pub mod demo;
pub mod editions;
pub mod events;
pub mod fault;
pub mod faults;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod integrity;
pub mod interchange;
pub mod mail;
pub mod metrics;
pub mod municipalities;
pub mod order;
pub mod organisations;
pub mod page;
pub mod problem;
pub mod programme;
pub mod publication;
pub mod registrations;
pub mod search;
pub mod server;
pub mod sheets;
pub mod text;
pub mod tickets;
pub mod transcripts;
pub mod video;
pub mod web;
pub mod words;

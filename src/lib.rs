//! Kongress: conference programmes and registration as a REST service.

pub mod api;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod events;
pub mod faults;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod mail;
pub mod metrics;
pub mod organisations;
pub mod page;
pub mod problem;
pub mod programme;
pub mod registrations;
pub mod server;
pub mod text;
pub mod tickets;
pub mod video;
pub mod words;

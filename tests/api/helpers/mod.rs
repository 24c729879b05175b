//! What tests stand on: a service of their own on either store, and a client that fails on any
//! answer the OpenAPI document does not promise.

pub mod app;
pub mod client;
pub mod cluster;
pub mod contract;
pub mod crowd;
pub mod journal;
pub mod letters;
pub mod mail;
pub mod outbox;
pub mod released;
pub mod sales;
pub mod smtp;
pub mod speech;
pub mod stores;

use std::io::Write as _;

pub use app::TestApp;
pub use client::{Answer, Call, network};
pub use mail::Mail;
pub use smtp::SmtpServer;
pub use stores::Store;

/// Flags of a service whose mails wait in the outbox, their secrets with them: nobody listens there.
pub const MAIL_WAITS: &[&str] = &["--smtp-url", "smtp://127.0.0.1:1"];

/// Says what did not run as it should, past the runner, which shows nothing of tests that pass.
pub fn say_aloud(what: &str) {
    std::io::stderr()
        .write_all(format!("{what}\n").as_bytes())
        .unwrap();
}

/// Writes a test once and makes `…::sqlite` and `…::postgres` of it.
///
/// ```ignore
/// on_both_stores! {
///     async fn an_event_is_made(app: TestApp) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both_stores {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {
        $crate::on_both_stores! { with [&[]] $($(#[$meta])* async fn $name($app: TestApp) $body)+ }
    };
    (with [$flags:expr] $($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn body($app: $crate::helpers::TestApp) $body

            #[actix_web::test]
            async fn sqlite() {
                body($crate::helpers::TestApp::spawn_with($crate::helpers::Store::Sqlite, $flags).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                body($crate::helpers::TestApp::spawn_with($crate::helpers::Store::Postgres, $flags).await).await;
            }
        }
    )+};
}

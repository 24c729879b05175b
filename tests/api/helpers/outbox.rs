//! What is in the outbox: tests read the token of a link there.

use std::collections::BTreeMap;

use diesel::prelude::*;
use kongress::db::schema::emails;
use kongress::db::{Db, DbError};
use kongress::per_backend;

use super::TestApp;

#[derive(Debug, Clone)]
pub struct Mail {
    pub kind: String,
    pub state: String,
    pub secret: Option<String>,
}

/// The mails to this address, oldest first.
pub fn mails_to(app: &TestApp, address: &str) -> Vec<Mail> {
    let rows: Vec<(String, String, Option<String>)> =
        Db::write_once::<_, DbError>(&app.state.config.target, |conn| {
            Ok(per_backend!(conn, c => {
                emails::table
                    .filter(emails::to_address.eq(address))
                    .order(emails::id)
                    .select((emails::kind, emails::state, emails::secret))
                    .load(c)
            })?)
        })
        .unwrap();
    rows.into_iter()
        .map(|(kind, state, secret)| Mail {
            kind,
            state,
            secret,
        })
        .collect()
}

/// The token of the newest mail of this kind to this address.
pub fn token(app: &TestApp, address: &str, kind: &str) -> String {
    let mails = mails_to(app, address);
    let newest = mails.iter().rev().find(|mail| mail.kind == kind);
    let newest = newest.unwrap_or_else(|| panic!("no {kind} to {address}: {mails:?}"));
    of_link(newest.secret.as_deref().expect("the mail carries a token"))
}

/// The token of the link: what stands behind it are the secrets of tickets.
fn of_link(secret: &str) -> String {
    secret.split(' ').next().unwrap().to_owned()
}

/// The tokens of all mails of this kind that still carry one, by address.
pub fn tokens(app: &TestApp, kind: &str) -> BTreeMap<String, String> {
    let rows: Vec<(String, Option<String>)> =
        Db::write_once::<_, DbError>(&app.state.config.target, |conn| {
            Ok(per_backend!(conn, c => {
                let mails = emails::table.filter(emails::kind.eq(kind)).order(emails::id);
                mails.select((emails::to_address, emails::secret)).load(c)
            })?)
        })
        .unwrap();
    let token = |(to, secret): (String, Option<String>)| Some((to, of_link(&secret?)));
    rows.into_iter().filter_map(token).collect()
}

/// Waits until so many mails of this kind to this address are written, as the link to a registration is
/// after the answer to who asked for it.
pub async fn until(app: &TestApp, address: &str, kind: &str, expected: usize) {
    for _ in 0..50 {
        let mails = mails_to(app, address);
        if mails.iter().filter(|mail| mail.kind == kind).count() == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!(
        "not {expected} {kind} to {address}: {:?}",
        mails_to(app, address)
    );
}

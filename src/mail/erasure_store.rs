//! Erasing what mails of a registration hold, of all whom they are about or of one.

use diesel::prelude::*;

use super::model::{ChoiceFacts, EmailContext, EmailState};
use crate::clock::Instant;
use crate::db::schema::emails;
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{EmailId, RegistrationId, WorkerId};
use crate::per_backend;
use crate::text::Email;

/// Somebody whom a registration is about beside its contact.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// What the `dedupe_key` of a mail to them ends with.
    pub key: String,
    /// Name.
    pub name: String,
    /// Address of their own.
    pub address: Option<Email>,
    /// What the `dedupe_key` of mails to others in the registration ends with: they name nobody else.
    pub others: Vec<String>,
}

type Row = (EmailId, String, String, AsJson<EmailContext>);

/// Erases what mails of a registration hold: what is not sent yet is suppressed, addresses, names
/// and secrets are blanked; kind, state and times stay.
///
/// # Errors
/// The store's failure.
pub fn erase(tx: &mut Conn, registration: RegistrationId) -> Result<(), DbError> {
    let all: Vec<EmailId> = per_backend!(tx, c => {
        emails::table.filter(emails::registration_id.eq(registration)).select(emails::id).load(c)
    })?;
    blank(tx, &all)
}

/// Erases what mails of a registration hold of one of those in it: of mails to them everything, as
/// [`erase`]; of the others their name. So what the contact is still to be sent is sent.
///
/// # Errors
/// The store's failure.
pub fn erase_one(
    tx: &mut Conn,
    registration: RegistrationId,
    whose: &Recipient,
) -> Result<(), DbError> {
    let rows: Vec<Row> = per_backend!(tx, c => {
        emails::table
            .filter(emails::registration_id.eq(registration))
            .select((emails::id, emails::to_address, emails::dedupe_key, emails::context))
            .load(c)
    })?;
    let address = whose.address.as_ref().map(Email::as_str);
    let mut theirs = Vec::new();
    for (id, to, key, AsJson(context)) in rows {
        if address == Some(to.as_str()) && key.ends_with(&whose.key) {
            theirs.push(id);
            continue;
        }
        let is_anothers = whose.others.iter().any(|other| key.ends_with(other));
        let without = if is_anothers {
            unregistered(&context, &whose.name)
        } else {
            without(&context, &whose.name)
        };
        if let Some(without) = without {
            let without = AsJson(without);
            per_backend!(tx, c => {
                diesel::update(emails::table.filter(emails::id.eq(id)))
                    .set(emails::context.eq(&without))
                    .execute(c)
            })?;
        }
    }
    blank(tx, &theirs)
}

/// The same without one of this name; `None` where there is none. A namesake stays.
fn without(context: &EmailContext, name: &str) -> Option<EmailContext> {
    let mut without = context.clone();
    let found = without.attendees.iter().position(|one| one.name == name);
    if let Some(place) = found {
        without.attendees.remove(place);
        without.total = None;
    }
    let lists = [
        &mut without.overlapping,
        &mut without.dropped,
        &mut without.filled,
    ];
    for list in lists {
        let is_theirs = |choice: &ChoiceFacts| choice.name == name;
        if let Some(place) = list.iter().position(is_theirs) {
            list.remove(place);
        }
    }
    let mut gone = without.gone.iter();
    if let Some(place) = gone.position(|one| one.name == name) {
        without.gone.remove(place);
    }
    (without != *context).then_some(without)
}

/// A ticket of somebody else without who registered them; `None` where it was not one of this name.
fn unregistered(context: &EmailContext, name: &str) -> Option<EmailContext> {
    let by = context.registered_by.as_ref();
    let is_theirs = by.is_some_and(|by| by.name == name);
    is_theirs.then(|| EmailContext {
        registered_by: None,
        ..context.clone()
    })
}

/// Suppresses those of these mails that are not sent yet, and blanks what they hold.
fn blank(tx: &mut Conn, ids: &[EmailId]) -> Result<(), DbError> {
    let waiting = [
        EmailState::Queued,
        EmailState::Retrying,
        EmailState::Sending,
    ];
    let nothing = AsJson(EmailContext::default());
    per_backend!(tx, c => {
        diesel::update(
            emails::table
                .filter(emails::id.eq_any(ids))
                .filter(emails::state.eq_any(waiting.map(AsWord))),
        )
        .set((
            emails::state.eq(AsWord(EmailState::Suppressed)),
            emails::lease_until.eq(None::<Instant>),
            emails::lease_holder.eq(None::<WorkerId>),
        ))
        .execute(c)?;
        diesel::update(emails::table.filter(emails::id.eq_any(ids)))
            .set((
                emails::to_name.eq(None::<String>),
                emails::to_address.eq(""),
                emails::address_key.eq(Vec::<u8>::new()),
                emails::context.eq(&nothing),
                emails::secret.eq(None::<String>),
                emails::last_reply.eq(None::<String>),
            ))
            .execute(c)
    })?;
    Ok(())
}

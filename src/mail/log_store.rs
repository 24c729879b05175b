//! The e-mail log of an event: what its organisers see of the outbox.

use diesel::prelude::*;

use super::message::file_name;
use super::model::{EmailKind, EmailState};
use super::render;
use crate::clock::Instant;
use crate::db::schema::emails;
use crate::db::types::AsWord;
use crate::db::{Conn, DbError, Stop};
use crate::ids::{EmailId, EventId, RegistrationId};
use crate::page::{Keyset, Page};
use crate::per_backend;

/// One mail, as the log shows it: without its text and its secret.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Id.
    pub id: EmailId,
    /// What it tells.
    pub kind: EmailKind,
    /// Address of the recipient; `None` once it was erased.
    pub to: Option<String>,
    /// Language tag.
    pub language: String,
    /// Where it is on its way.
    pub state: EmailState,
    /// Tries that were spent.
    pub attempts: i32,
    /// What the mail server said last, or the cause.
    pub last_reply: Option<String>,
    /// The part of `Message-ID` before the @.
    pub message_id: String,
    /// The registration it is about.
    pub registration_id: Option<RegistrationId>,
    /// When it was written.
    pub created_at: Instant,
    /// When the mail server took it.
    pub sent_at: Option<Instant>,
    /// When it is tried next; `None` once nothing more comes.
    pub next_attempt_at: Option<Instant>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = emails)]
struct Row {
    id: EmailId,
    kind: AsWord<EmailKind>,
    to_address: String,
    language: String,
    state: AsWord<EmailState>,
    attempts: i32,
    last_reply: Option<String>,
    message_id: String,
    registration_id: Option<RegistrationId>,
    created_at: Instant,
    sent_at: Option<Instant>,
    next_attempt_at: Instant,
}

impl From<Row> for Entry {
    fn from(row: Row) -> Self {
        let state = row.state.0;
        let waits = matches!(
            state,
            EmailState::Queued | EmailState::Sending | EmailState::Retrying
        );
        Self {
            id: row.id,
            kind: row.kind.0,
            to: Some(row.to_address).filter(|to| !to.is_empty()),
            language: row.language,
            state,
            attempts: row.attempts,
            last_reply: row.last_reply,
            message_id: row.message_id,
            registration_id: row.registration_id,
            created_at: row.created_at,
            sent_at: row.sent_at,
            next_attempt_at: waits.then_some(row.next_attempt_at),
        }
    }
}

/// What the log is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Only in this state.
    pub state: Option<EmailState>,
    /// Only of this kind.
    pub kind: Option<EmailKind>,
}

/// The sort key of the log.
pub type LogKey = (Instant, EmailId);

/// The mails of an event, newest first.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    filter: Filter,
    keyset: &Keyset<LogKey>,
) -> Result<Page<Entry>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = emails::table
            .filter(emails::event_id.eq(event))
            .order((emails::created_at.desc(), emails::id.desc()))
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(state) = filter.state {
            query = query.filter(emails::state.eq(AsWord(state)));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(emails::kind.eq(AsWord(kind)));
        }
        if let Some((created_at, id)) = keyset.after {
            // The first condition leads the store to its place in the index; an OR alone does not.
            query = query
                .filter(emails::created_at.le(created_at))
                .filter(emails::created_at.lt(created_at).or(emails::id.lt(id)));
        }
        query.load(c)
    })?;
    let entries = rows.into_iter().map(Entry::from).collect();
    Ok(Page::cut(entries, keyset, |entry: &Entry| {
        (entry.created_at, entry.id)
    }))
}

/// One mail of an event.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, event: EventId, id: EmailId) -> Result<Option<Entry>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        emails::table
            .filter(emails::event_id.eq(event))
            .filter(emails::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Entry::from))
}

/// Why a mail is not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryRefusal {
    /// There is no such mail in this event.
    Unknown,
    /// It is neither failed nor bounced.
    WrongState(EmailState),
    /// Its link was blanked when it was given up; a new mail has to be made.
    SecretGone,
    /// Its recipient was erased.
    Erased,
}

/// Puts a mail that was given up back into the queue.
///
/// # Errors
/// [`RetryRefusal`].
pub fn retry(
    tx: &mut Conn,
    now: Instant,
    event: EventId,
    id: EmailId,
) -> Result<Entry, Stop<RetryRefusal>> {
    let entry = find(tx, event, id)?.ok_or(Stop::Refused(RetryRefusal::Unknown))?;
    let refusal = match entry.state {
        EmailState::Failed | EmailState::Bounced if render::page(entry.kind).is_some() => {
            Some(RetryRefusal::SecretGone)
        }
        EmailState::Failed | EmailState::Bounced if entry.to.is_none() => {
            Some(RetryRefusal::Erased)
        }
        EmailState::Failed | EmailState::Bounced => None,
        state => Some(RetryRefusal::WrongState(state)),
    };
    if let Some(refusal) = refusal {
        return Err(Stop::Refused(refusal));
    }
    let rows = per_backend!(tx, c => {
        diesel::update(emails::table.filter(emails::id.eq(id)).filter(emails::state.eq(AsWord(entry.state))))
            .set((
                emails::state.eq(AsWord(EmailState::Queued)),
                emails::attempts.eq(0),
                emails::next_attempt_at.eq(now),
            ))
            .execute(c)
    })
    .map_err(DbError::from)?;
    if rows == 1 {
        find(tx, event, id)?.ok_or(Stop::Refused(RetryRefusal::Unknown))
    } else {
        Err(Stop::Refused(RetryRefusal::WrongState(EmailState::Queued)))
    }
}

/// The files that the mails of a registration are in, where mails are written to files. One that waits
/// for its first try has none.
///
/// # Errors
/// The store's failure.
pub fn files_of(conn: &mut Conn, registration: RegistrationId) -> Result<Vec<String>, DbError> {
    let mails: Vec<(EmailId, Instant)> = per_backend!(conn, c => {
        emails::table
            .filter(emails::registration_id.eq(registration))
            .filter(emails::state.ne(AsWord(EmailState::Queued)))
            .select((emails::id, emails::created_at))
            .load(c)
    })?;
    let names = mails.into_iter().map(|(id, at)| file_name(id, at));
    Ok(names.collect())
}

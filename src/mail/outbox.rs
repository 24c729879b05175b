//! The outbox: mails that wait, in the store.
//!
//! A row is leased by a compare-and-set, so that any number of instances send each mail once. A lease
//! is short and made longer while its worker lives ([`renew`](super::lease_store::renew)); one that runs out is taken over. What
//! a lease was taken for is settled only while its worker still has it.

use diesel::prelude::*;

use super::lease_store::LEASE;
use super::model::{EmailContext, EmailKind, EmailState, NewEmail};
use crate::clock::{Instant, new_id};
use crate::db::schema::emails;
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{EmailId, EventId, RegistrationId, WorkerId};
use crate::text::Email;
use crate::{insert_rows, per_backend};

const QUEUED: AsWord<EmailState> = AsWord(EmailState::Queued);
const RETRYING: AsWord<EmailState> = AsWord(EmailState::Retrying);
const SENDING: AsWord<EmailState> = AsWord(EmailState::Sending);
const SUPPRESSED: AsWord<EmailState> = AsWord(EmailState::Suppressed);

#[derive(Insertable)]
#[diesel(table_name = emails, treat_none_as_default_value = false)]
struct NewRow {
    id: EmailId,
    event_id: Option<EventId>,
    registration_id: Option<RegistrationId>,
    kind: AsWord<EmailKind>,
    to_name: Option<String>,
    to_address: String,
    address_key: Vec<u8>,
    language: String,
    context: AsJson<EmailContext>,
    secret: Option<String>,
    dedupe_key: String,
    message_id: String,
    state: AsWord<EmailState>,
    attempts: i32,
    next_attempt_at: Instant,
    created_at: Instant,
}

/// Mails of one statement; both stores limit the values that one may have.
const ROWS: usize = 1000;

/// Writes mails into the outbox, in the transaction of what they tell. One with a `dedupe_key` that is
/// there already is not written again.
///
/// Call `app.mail_wakeup()` after the commit, or they wait for the next round of the worker.
///
/// # Errors
/// The store's failure.
pub fn enqueue_all(tx: &mut Conn, now: Instant, new: &[NewEmail]) -> Result<(), DbError> {
    for some in new.chunks(ROWS) {
        let rows: Vec<NewRow> = some.iter().map(|new| NewRow::of(new, now)).collect();
        insert_rows!(tx, emails::table, &rows, on_conflict_do_nothing)?;
    }
    Ok(())
}

impl NewRow {
    fn of(new: &NewEmail, now: Instant) -> Self {
        Self {
            id: new_id(),
            event_id: Some(new.event_id),
            registration_id: new.registration_id,
            kind: AsWord(new.kind),
            to_name: new.to_name.clone(),
            to_address: new.to.as_str().to_owned(),
            address_key: new.to.limit_key(),
            language: new.language.clone(),
            context: AsJson(new.context.clone()),
            secret: enclosed(new),
            dedupe_key: new.dedupe_key.clone(),
            // The part before the @; the sender's domain comes behind it when the mail is written.
            message_id: new_id::<()>().to_string(),
            state: QUEUED,
            attempts: 0,
            next_attempt_at: now,
            created_at: now,
        }
    }
}

/// What a mail carries that nobody else may know, apart by spaces, which are in none of it: the secret of
/// its link, then those of tickets.
fn enclosed(new: &NewEmail) -> Option<String> {
    let link = new.secret.as_ref()?;
    let all = std::iter::once(link).chain(&new.tickets);
    Some(all.map(String::as_str).collect::<Vec<_>>().join(" "))
}

/// A mail that a worker has leased.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Id.
    pub id: EmailId,
    /// What it tells.
    pub kind: EmailKind,
    /// Name of the recipient.
    pub to_name: Option<String>,
    /// Address of the recipient.
    pub to: Email,
    /// Language tag.
    pub language: String,
    /// What the template is filled with.
    pub context: EmailContext,
    /// What it carries that nobody else may know.
    pub secret: Option<String>,
    /// The part of `Message-ID` before the @; the same in every copy.
    pub message_id: String,
    /// Tries that were spent.
    pub attempts: i32,
    /// When it was enqueued.
    pub created_at: Instant,
    /// Who has it.
    pub holder: WorkerId,
}

impl Claimed {
    /// The secret of the link to act on.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        self.secret.as_deref()?.split(' ').next()
    }

    /// The secret of a ticket that comes with it, from 0.
    #[must_use]
    pub fn ticket(&self, number: usize) -> Option<&str> {
        self.secret.as_deref()?.split(' ').nth(number + 1)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = emails)]
struct ClaimedRow {
    id: EmailId,
    kind: AsWord<EmailKind>,
    to_name: Option<String>,
    to_address: String,
    language: String,
    context: AsJson<EmailContext>,
    secret: Option<String>,
    message_id: String,
    attempts: i32,
    created_at: Instant,
}

/// Mails that are due, in the order they were written: `queued` and `retrying` ones whose time has
/// come, and those whose lease has run out. `holding` are left out: this worker has them.
///
/// # Errors
/// The store's failure.
pub fn due(
    conn: &mut Conn,
    now: Instant,
    n: i64,
    holding: &[EmailId],
) -> Result<Vec<EmailId>, DbError> {
    let margin = i64::try_from(holding.len()).unwrap_or(0);
    // Three short walks along the index, however many mails wait.
    let mut found: Vec<(Instant, EmailId)> = Vec::new();
    for state in [QUEUED, RETRYING] {
        let rows: Vec<(Instant, EmailId)> = per_backend!(conn, c => {
            emails::table
                .filter(emails::state.eq(state))
                .filter(emails::next_attempt_at.le(now))
                .order(emails::next_attempt_at)
                .limit(n)
                .select((emails::created_at, emails::id))
                .load(c)
        })?;
        found.extend(rows);
    }
    let rows: Vec<(Instant, EmailId)> = per_backend!(conn, c => {
        emails::table
            .filter(emails::state.eq(SENDING))
            .filter(emails::lease_until.lt(now))
            .order(emails::next_attempt_at)
            .limit(n + margin)
            .select((emails::created_at, emails::id))
            .load(c)
    })?;
    found.extend(rows);
    found.retain(|(_, id)| !holding.contains(id));
    found.sort_unstable();
    found.truncate(usize::try_from(n).unwrap_or(0));
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// Leases up to `n` mails that are due to this worker, oldest first.
///
/// # Errors
/// The store's failure.
pub fn claim(
    tx: &mut Conn,
    now: Instant,
    holder: WorkerId,
    n: i64,
    holding: &[EmailId],
) -> Result<Vec<Claimed>, DbError> {
    let ids = due(tx, now, n, holding)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Another instance may be at the same rows: the condition is looked at again under the lock.
    let mut rows: Vec<ClaimedRow> = per_backend!(tx, c => {
        let free = emails::state.eq(QUEUED).or(emails::state.eq(RETRYING));
        let left = emails::state.eq(SENDING).and(emails::lease_until.assume_not_null().lt(now));
        diesel::update(emails::table.filter(emails::id.eq_any(&ids)).filter(free.or(left)))
            .set((
                emails::state.eq(SENDING),
                emails::lease_until.eq(now + LEASE),
                emails::lease_holder.eq(holder),
            ))
            .returning(ClaimedRow::as_select())
            .get_results(c)
    })?;
    rows.sort_unstable_by_key(|row| (row.created_at, row.id));
    Ok(rows
        .into_iter()
        .map(|row| Claimed {
            id: row.id,
            kind: row.kind.0,
            to_name: row.to_name,
            to: Email::from_stored(row.to_address),
            language: row.language,
            context: row.context.0,
            secret: row.secret,
            message_id: row.message_id,
            attempts: row.attempts,
            created_at: row.created_at,
            holder,
        })
        .collect())
}

/// What came of a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The mail server took it.
    Sent,
    /// This try is spent; another one comes then.
    Retry(Instant),
    /// Given up.
    Failed,
    /// The address does not take mail.
    Bounced,
    /// Given back as it was: nothing is spent, and it is due at once.
    Released,
}

#[derive(AsChangeset)]
#[diesel(table_name = emails)]
struct Settled {
    state: AsWord<EmailState>,
    attempts: i32,
    next_attempt_at: Option<Instant>,
    sent_at: Option<Instant>,
    last_reply: Option<String>,
}

/// Notes what came of a lease; `false` if another worker has the row by now, or none.
///
/// # Errors
/// The store's failure.
pub fn settle(
    tx: &mut Conn,
    now: Instant,
    mail: &Claimed,
    settlement: &Settlement,
    reply: Option<&str>,
) -> Result<bool, DbError> {
    let spent = mail.attempts.saturating_add(1);
    let (state, attempts) = match settlement {
        Settlement::Sent => (EmailState::Sent, spent),
        Settlement::Retry(_) => (EmailState::Retrying, spent),
        Settlement::Failed => (EmailState::Failed, spent),
        Settlement::Bounced => (EmailState::Bounced, spent),
        Settlement::Released if mail.attempts == 0 => (EmailState::Queued, 0),
        Settlement::Released => (EmailState::Retrying, mail.attempts),
    };
    let change = Settled {
        state: AsWord(state),
        attempts,
        next_attempt_at: match settlement {
            Settlement::Retry(at) => Some(*at),
            _ => None,
        },
        sent_at: (state == EmailState::Sent).then_some(now),
        last_reply: reply.map(str::to_owned),
    };
    let ended = matches!(
        settlement,
        Settlement::Sent | Settlement::Failed | Settlement::Bounced
    );
    let secret = mail.secret.clone().filter(|_| !ended);
    let rows = per_backend!(tx, c => {
        diesel::update(
            emails::table
                .filter(emails::id.eq(mail.id))
                .filter(emails::state.eq(SENDING))
                .filter(emails::lease_holder.eq(mail.holder)),
        )
        .set((
            &change,
            emails::lease_until.eq(None::<Instant>),
            emails::lease_holder.eq(None::<WorkerId>),
            emails::secret.eq(&secret),
        ))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Suppresses what is not sent yet of a registration and blanks its secrets, e.g. when it is
/// replaced. A mail that a worker has in its hands at this moment may still arrive.
///
/// # Errors
/// The store's failure.
pub fn suppress(tx: &mut Conn, registration: RegistrationId) -> Result<(), DbError> {
    per_backend!(tx, c => {
        let waiting = emails::state.eq(QUEUED).or(emails::state.eq(RETRYING)).or(emails::state.eq(SENDING));
        diesel::update(emails::table.filter(emails::registration_id.eq(registration)).filter(waiting))
            .set((
                emails::state.eq(SUPPRESSED),
                emails::lease_until.eq(None::<Instant>),
                emails::lease_holder.eq(None::<WorkerId>),
                emails::secret.eq(None::<String>),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// How many mails wait, and when the oldest of them was written.
///
/// # Errors
/// The store's failure.
pub fn pending(conn: &mut Conn) -> Result<(i64, Option<Instant>), DbError> {
    let mut count = 0;
    let mut oldest: Option<Instant> = None;
    for state in [QUEUED, RETRYING, SENDING] {
        let (n, first): (i64, Option<Instant>) = per_backend!(conn, c => {
            let of_state = emails::table.filter(emails::state.eq(state));
            of_state.count().get_result(c).and_then(|n| {
                let first = of_state.select(emails::created_at).order(emails::created_at).first(c).optional()?;
                Ok((n, first))
            })
        })?;
        count += n;
        oldest = match (oldest, first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    Ok((count, oldest))
}

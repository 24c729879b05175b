//! Tokens of a registration: the links in its mails, and the access that they are exchanged for.
//!
//! 256 random bits, one purpose each, stored hashed.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::auth::{Secret, hash};
use crate::clock::{Instant, new_id};
use crate::db::schema::registration_tokens;
use crate::db::types::AsWord;
use crate::db::{Conn, DbError};
use crate::ids::{AttendeeId, RegistrationId, RegistrationTokenId};
use crate::{insert_rows, per_backend};

crate::words! {
    /// What a token is good for, and nothing else.
    pub enum Purpose {
        /// Confirms the address.
        Confirm = "confirm",
        /// Is exchanged for access, as often as needed: it stands in mails that people keep.
        Manage = "manage",
        /// Opens one's own registration.
        Access = "access",
        /// Answers an offer of seats, once.
        Offer = "offer",
        /// Confirms a new address of the contact.
        Contact = "contact",
    }
}

/// How long access lasts.
pub const ACCESS: TimeDelta = TimeDelta::days(30);

/// A token as it is stored; never the secret.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registration_tokens, treat_none_as_default_value = false)]
#[expect(clippy::struct_field_names, reason = "the columns are named so")]
pub struct Token {
    /// Id.
    pub id: RegistrationTokenId,
    /// Whose it is.
    pub registration_id: RegistrationId,
    purpose: AsWord<Purpose>,
    token_hash: Vec<u8>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends; `None`: as its purpose says.
    pub expires_at: Option<Instant>,
    /// When it was used, where it is used once.
    pub used_at: Option<Instant>,
    /// Whose link it is, where it is one attendee's and not the contact's.
    pub attendee_id: Option<AttendeeId>,
}

/// Whom a token is made for, and what for: a registration, or one attendee of it.
pub type Wanted = (RegistrationId, Option<AttendeeId>, Purpose);

impl Token {
    /// What it is good for.
    #[must_use]
    pub const fn purpose(&self) -> Purpose {
        self.purpose.0
    }
}

/// Makes a token for a registration; the secret is known from here on only to whom it is given.
///
/// # Errors
/// The store's failure, or no random bytes.
pub fn issue(
    conn: &mut Conn,
    now: Instant,
    registration: RegistrationId,
    purpose: Purpose,
) -> Result<(RegistrationTokenId, Secret), DbError> {
    issue_one(conn, now, (registration, None, purpose))
}

/// Makes a token for a registration or one attendee of it.
///
/// # Errors
/// As [`issue`].
pub fn issue_one(
    conn: &mut Conn,
    now: Instant,
    wanted: Wanted,
) -> Result<(RegistrationTokenId, Secret), DbError> {
    let mut issued = issue_all(conn, now, &[wanted])?;
    issued
        .pop()
        .ok_or_else(|| DbError::internal("no token was made"))
}

/// Tokens of one statement; both stores limit the values that one may have.
const ROWS: usize = 2000;

/// Makes a token for each of these, in their order.
///
/// # Errors
/// The store's failure, or no random bytes.
pub fn issue_all(
    conn: &mut Conn,
    now: Instant,
    wanted: &[Wanted],
) -> Result<Vec<(RegistrationTokenId, Secret)>, DbError> {
    let make = |(registration, attendee, purpose): &Wanted| {
        let prefix = match purpose {
            Purpose::Confirm => "kgc_",
            Purpose::Manage => "kgm_",
            Purpose::Access => "kga_",
            Purpose::Offer => "kgo_",
            Purpose::Contact => "kgn_",
        };
        let secret = Secret::generate(prefix).map_err(DbError::internal)?;
        let token = Token {
            id: new_id(),
            registration_id: *registration,
            purpose: AsWord(*purpose),
            token_hash: secret.hash(),
            created_at: now,
            expires_at: (*purpose == Purpose::Access).then(|| now + ACCESS),
            used_at: None,
            attendee_id: *attendee,
        };
        Ok((token, secret))
    };
    let made: Result<Vec<(Token, Secret)>, DbError> = wanted.iter().map(make).collect();
    let (rows, secrets): (Vec<Token>, Vec<Secret>) = made?.into_iter().unzip();
    for some in rows.chunks(ROWS) {
        insert_rows!(conn, registration_tokens::table, some)?;
    }
    Ok(rows.iter().map(|token| token.id).zip(secrets).collect())
}

/// The token with this secret, if it is for this purpose.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, secret: &str, purpose: Purpose) -> Result<Option<Token>, DbError> {
    Ok(find_all(conn, &[secret], purpose)?.pop().flatten())
}

/// The tokens with these secrets, in their order, if they are for this purpose.
///
/// # Errors
/// The store's failure.
pub fn find_all(
    conn: &mut Conn,
    secrets: &[&str],
    purpose: Purpose,
) -> Result<Vec<Option<Token>>, DbError> {
    let hashes: Vec<Vec<u8>> = secrets.iter().map(|secret| hash(secret)).collect();
    let found: Vec<Token> = per_backend!(conn, c => {
        registration_tokens::table
            .filter(registration_tokens::token_hash.eq_any(&hashes))
            .filter(registration_tokens::purpose.eq(AsWord(purpose)))
            .select(Token::as_select())
            .load(c)
    })?;
    let find = |hash: &Vec<u8>| {
        found
            .iter()
            .find(|token| token.token_hash == *hash)
            .cloned()
    };
    Ok(hashes.iter().map(find).collect())
}

/// The tokens of a registration, oldest first.
///
/// # Errors
/// The store's failure.
pub fn list(conn: &mut Conn, registration: RegistrationId) -> Result<Vec<Token>, DbError> {
    Ok(per_backend!(conn, c => {
        registration_tokens::table
            .filter(registration_tokens::registration_id.eq(registration))
            .order(registration_tokens::id)
            .select(Token::as_select())
            .load(c)
    })?)
}

/// Notes that tokens were used.
///
/// # Errors
/// The store's failure.
pub fn mark_used(
    conn: &mut Conn,
    ids: &[RegistrationTokenId],
    now: Instant,
) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(registration_tokens::table.filter(registration_tokens::id.eq_any(ids)))
            .set(registration_tokens::used_at.eq(now))
            .execute(c)
    })?;
    Ok(())
}

/// Ends the tokens of a registration: those of one purpose, or all.
///
/// # Errors
/// The store's failure.
pub fn end(
    conn: &mut Conn,
    registration: RegistrationId,
    purpose: Option<Purpose>,
) -> Result<(), DbError> {
    per_backend!(conn, c => {
        let mut ended = diesel::delete(registration_tokens::table)
            .filter(registration_tokens::registration_id.eq(registration))
            .into_boxed();
        if let Some(purpose) = purpose {
            ended = ended.filter(registration_tokens::purpose.eq(AsWord(purpose)));
        }
        ended.execute(c)
    })?;
    Ok(())
}

/// Ends the tokens of one attendee.
///
/// # Errors
/// The store's failure.
pub fn end_attendee(conn: &mut Conn, attendee: AttendeeId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(registration_tokens::table)
            .filter(registration_tokens::attendee_id.eq(attendee))
            .execute(c)
    })?;
    Ok(())
}

/// Ends the links and accesses of the contact; those of attendees stay.
///
/// # Errors
/// The store's failure.
pub fn end_contacts(conn: &mut Conn, registration: RegistrationId) -> Result<(), DbError> {
    let purposes = [Purpose::Manage, Purpose::Access].map(AsWord);
    per_backend!(conn, c => {
        diesel::delete(registration_tokens::table)
            .filter(registration_tokens::registration_id.eq(registration))
            .filter(registration_tokens::attendee_id.is_null())
            .filter(registration_tokens::purpose.eq_any(purposes))
            .execute(c)
    })?;
    Ok(())
}

/// Ends the accesses of one attendee; their links still open.
///
/// # Errors
/// The store's failure.
pub fn end_accesses_of(conn: &mut Conn, attendee: AttendeeId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::delete(registration_tokens::table)
            .filter(registration_tokens::attendee_id.eq(attendee))
            .filter(registration_tokens::purpose.eq(AsWord(Purpose::Access)))
            .execute(c)
    })?;
    Ok(())
}

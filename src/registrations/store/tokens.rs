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
use crate::ids::{RegistrationId, RegistrationTokenId};
use crate::per_backend;

crate::words! {
    /// What a token is good for, and nothing else.
    pub enum Purpose {
        /// Confirms the address.
        Confirm = "confirm",
        /// Is exchanged for access, as often as needed: it stands in mails that people keep.
        Manage = "manage",
        /// Opens one's own registration.
        Access = "access",
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
}

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
    let mut issued = issue_all(conn, now, &[(registration, purpose)])?;
    issued
        .pop()
        .ok_or_else(|| DbError::internal("no token was made"))
}

/// Makes a token for each of these, in their order.
///
/// # Errors
/// The store's failure, or no random bytes.
pub fn issue_all(
    conn: &mut Conn,
    now: Instant,
    wanted: &[(RegistrationId, Purpose)],
) -> Result<Vec<(RegistrationTokenId, Secret)>, DbError> {
    let make = |(registration, purpose): &(RegistrationId, Purpose)| {
        let prefix = match purpose {
            Purpose::Confirm => "kgc_",
            Purpose::Manage => "kgm_",
            Purpose::Access => "kga_",
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
        };
        Ok((token, secret))
    };
    let made: Result<Vec<(Token, Secret)>, DbError> = wanted.iter().map(make).collect();
    let (rows, secrets): (Vec<Token>, Vec<Secret>) = made?.into_iter().unzip();
    if !rows.is_empty() {
        per_backend!(conn, c => diesel::insert_into(registration_tokens::table).values(&rows).execute(c))?;
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

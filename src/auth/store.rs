//! API tokens in the store.

use diesel::prelude::*;

use super::model::{Role, Scope};
use crate::clock::Instant;
use crate::db::schema::{api_tokens, organisations};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{ApiTokenId, OrganisationId};
use crate::page::{Keyset, Page};
use crate::per_backend;

/// A token as it is stored; never the secret.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// What it is narrowed to; empty means nothing is taken away.
    pub scopes: Vec<Scope>,
    /// When it ends, if ever.
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was used, to the hour.
    pub last_used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_tokens)]
struct Row {
    id: ApiTokenId,
    organisation_id: OrganisationId,
    name: String,
    role: AsWord<Role>,
    scopes: AsJson<Vec<Scope>>,
    token_hash: Vec<u8>,
    expires_at: Option<Instant>,
    created_at: Instant,
    last_used_at: Option<Instant>,
    revoked_at: Option<Instant>,
}

impl From<Row> for ApiToken {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            organisation_id: row.organisation_id,
            name: row.name,
            role: row.role.0,
            scopes: row.scopes.0,
            expires_at: row.expires_at,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// The token with this hash, and the slug of its organisation.
///
/// # Errors
/// The store's failure.
pub fn find_by_hash(conn: &mut Conn, hash: &[u8]) -> Result<Option<(ApiToken, String)>, DbError> {
    let found: Option<(Row, String)> = per_backend!(conn, c => {
        api_tokens::table
            .inner_join(organisations::table.on(organisations::id.eq(api_tokens::organisation_id)))
            .filter(api_tokens::token_hash.eq(hash))
            .select((Row::as_select(), organisations::slug))
            .first(c)
            .optional()
    })?;
    Ok(found.map(|(row, slug)| (row.into(), slug)))
}

/// Stores a token with the hash of its secret.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, token: &ApiToken, token_hash: Vec<u8>) -> Result<(), DbError> {
    let row = Row {
        id: token.id,
        organisation_id: token.organisation_id,
        name: token.name.clone(),
        role: AsWord(token.role),
        scopes: AsJson(token.scopes.clone()),
        token_hash,
        expires_at: token.expires_at,
        created_at: token.created_at,
        last_used_at: token.last_used_at,
        revoked_at: token.revoked_at,
    };
    per_backend!(conn, c => diesel::insert_into(api_tokens::table).values(&row).execute(c))?;
    Ok(())
}

/// One token of the organisation.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ApiTokenId,
) -> Result<Option<ApiToken>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        api_tokens::table
            .filter(api_tokens::organisation_id.eq(organisation))
            .filter(api_tokens::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The tokens of an organisation that are not revoked, oldest first.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    organisation: OrganisationId,
    keyset: &Keyset<ApiTokenId>,
) -> Result<Page<ApiToken>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = api_tokens::table
            .filter(api_tokens::organisation_id.eq(organisation))
            .filter(api_tokens::revoked_at.is_null())
            .order(api_tokens::id)
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(after) = keyset.after {
            query = query.filter(api_tokens::id.gt(after));
        }
        query.load(c)
    })?;
    Ok(Page::cut(rows, keyset, |row| row.id).map(Into::into))
}

/// Revokes a token at once; `false` if the organisation has no such live token.
///
/// # Errors
/// The store's failure.
pub fn revoke(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: ApiTokenId,
    now: Instant,
) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            api_tokens::table
                .filter(api_tokens::organisation_id.eq(organisation))
                .filter(api_tokens::id.eq(id))
                .filter(api_tokens::revoked_at.is_null()),
        )
        .set(api_tokens::revoked_at.eq(now))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Notes that a token was used.
///
/// # Errors
/// The store's failure.
pub fn touch(conn: &mut Conn, id: ApiTokenId, now: Instant) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(api_tokens::table.filter(api_tokens::id.eq(id)))
            .set(api_tokens::last_used_at.eq(now))
            .execute(c)
    })?;
    Ok(())
}

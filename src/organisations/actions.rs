//! Making organisations and their tokens.

use super::store::{self, Organisation};
use crate::auth::{Role, Scope, Secret, store as tokens};
use crate::clock::{Instant, new_id};
use crate::db::{Conn, DbError, Stop};
use crate::ids::OrganisationId;
use crate::text::Slug;

/// The slug is another organisation's.
#[derive(Debug, thiserror::Error)]
#[error("an organisation with this slug exists already")]
pub struct SlugTaken;

/// Makes an organisation.
///
/// # Errors
/// [`SlugTaken`], or the store's failure.
pub fn create(
    tx: &mut Conn,
    now: Instant,
    slug: &Slug,
    name: &str,
) -> Result<Organisation, Stop<SlugTaken>> {
    let organisation = Organisation {
        id: new_id(),
        slug: slug.to_string(),
        name: name.to_owned(),
        created_at: now,
    };
    if store::insert(tx, &organisation)? {
        Ok(organisation)
    } else {
        Err(Stop::Refused(SlugTaken))
    }
}

/// What a new token may do.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What people call it.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// What it is narrowed to.
    pub scopes: Vec<Scope>,
    /// When it ends.
    pub expires_at: Option<Instant>,
}

/// Makes a token; the secret is in no store, so show it now.
///
/// # Errors
/// The store's failure.
pub fn create_token(
    tx: &mut Conn,
    now: Instant,
    organisation: OrganisationId,
    new: &NewToken,
) -> Result<(tokens::ApiToken, Secret), DbError> {
    let secret = Secret::generate("kgr_").map_err(DbError::internal)?;
    let token = tokens::ApiToken {
        id: new_id(),
        organisation_id: organisation,
        name: new.name.clone(),
        role: new.role,
        scopes: new.scopes.clone(),
        expires_at: new.expires_at,
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    tokens::insert(tx, &token, secret.hash())?;
    Ok((token, secret))
}

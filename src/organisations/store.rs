//! Organisations in the store.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::organisations;
use crate::db::{Conn, DbError};
use crate::ids::OrganisationId;
use crate::per_backend;

/// An organisation.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Unique over all organisations.
    pub slug: String,
    /// Name.
    pub name: String,
    /// When it was made.
    pub created_at: Instant,
}

/// Inserts an organisation; `false` if its slug is taken.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, new: &Organisation) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::insert_into(organisations::table).values(new).on_conflict_do_nothing().execute(c)
    })?;
    Ok(rows == 1)
}

/// The organisation with this slug.
///
/// # Errors
/// The store's failure.
pub fn find_by_slug(conn: &mut Conn, slug: &str) -> Result<Option<Organisation>, DbError> {
    Ok(per_backend!(conn, c => {
        organisations::table
            .filter(organisations::slug.eq(slug))
            .select(Organisation::as_select())
            .first(c)
            .optional()
    })?)
}

/// The organisation with this id.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, id: OrganisationId) -> Result<Option<Organisation>, DbError> {
    Ok(per_backend!(conn, c => {
        organisations::table
            .filter(organisations::id.eq(id))
            .select(Organisation::as_select())
            .first(c)
            .optional()
    })?)
}

/// How many organisations there are.
///
/// # Errors
/// The store's failure.
pub fn count(conn: &mut Conn) -> Result<i64, DbError> {
    Ok(per_backend!(conn, c => organisations::table.count().get_result(c))?)
}

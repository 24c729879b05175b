//! Committee members in the store.

use diesel::dsl::max;
use diesel::prelude::*;

use super::model::{Member, MemberRole};
use crate::clock::Instant;
use crate::db::schema::committee_members;
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, MemberId};
use crate::per_backend;
use crate::text::{Email, Localized};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = committee_members, treat_none_as_null = true)]
struct Content {
    name: String,
    affiliation: Option<String>,
    role: AsWord<MemberRole>,
    bio: AsJson<Localized>,
    photo_url: Option<String>,
    published: bool,
    email: Option<String>,
    position: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = committee_members)]
struct Row {
    id: MemberId,
    version: i32,
    #[diesel(embed)]
    content: Content,
}

impl From<&Member> for Content {
    fn from(member: &Member) -> Self {
        Self {
            name: member.name.clone(),
            affiliation: member.affiliation.clone(),
            role: AsWord(member.role),
            bio: AsJson(member.bio.clone()),
            photo_url: member.photo_url.clone(),
            published: member.published,
            email: member.email.as_ref().map(ToString::to_string),
            position: member.position,
        }
    }
}

impl From<Row> for Member {
    fn from(row: Row) -> Self {
        let content = row.content;
        Self {
            id: row.id,
            name: content.name,
            affiliation: content.affiliation,
            role: content.role.0,
            bio: content.bio.0,
            photo_url: content.photo_url,
            published: content.published,
            email: content.email.map(Email::from_stored),
            position: content.position,
            version: row.version,
        }
    }
}

/// The whole committee of the event, in order.
///
/// # Errors
/// The store's failure.
pub fn all(conn: &mut Conn, event: EventId) -> Result<Vec<Member>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        committee_members::table
            .filter(committee_members::event_id.eq(event))
            .order((committee_members::position, committee_members::id))
            .select(Row::as_select())
            .load(c)
    })?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The members that the public sees, in order.
///
/// # Errors
/// The store's failure.
pub fn published_members(conn: &mut Conn, event: EventId) -> Result<Vec<Member>, DbError> {
    let members = all(conn, event)?;
    Ok(members
        .into_iter()
        .filter(|member| member.published)
        .collect())
}

/// One member of the event's committee.
///
/// # Errors
/// The store's failure.
pub fn find(conn: &mut Conn, event: EventId, id: MemberId) -> Result<Option<Member>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        committee_members::table
            .filter(committee_members::event_id.eq(event))
            .filter(committee_members::id.eq(id))
            .select(Row::as_select())
            .first(c)
            .optional()
    })?;
    Ok(row.map(Into::into))
}

/// The place after the last member.
///
/// # Errors
/// The store's failure.
pub fn next_position(conn: &mut Conn, event: EventId) -> Result<i32, DbError> {
    let last: Option<i32> = per_backend!(conn, c => {
        committee_members::table
            .filter(committee_members::event_id.eq(event))
            .select(max(committee_members::position))
            .first(c)
    })?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Inserts a member, in version 1.
///
/// # Errors
/// The store's failure.
pub fn insert(
    conn: &mut Conn,
    event: EventId,
    member: &Member,
    now: Instant,
) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::insert_into(committee_members::table)
            .values((
                committee_members::id.eq(member.id),
                committee_members::event_id.eq(event),
                Content::from(member),
                committee_members::version.eq(member.version),
                committee_members::created_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Writes a changed member over the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(conn: &mut Conn, event: EventId, changed: &Member) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::update(
            committee_members::table
                .filter(committee_members::event_id.eq(event))
                .filter(committee_members::id.eq(changed.id))
                .filter(committee_members::version.eq(changed.version)),
        )
        .set((
            Content::from(changed),
            committee_members::version.eq(committee_members::version + 1),
        ))
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes a member in the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn delete(conn: &mut Conn, event: EventId, member: &Member) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::delete(
            committee_members::table
                .filter(committee_members::event_id.eq(event))
                .filter(committee_members::id.eq(member.id))
                .filter(committee_members::version.eq(member.version)),
        )
        .execute(c)
    })?;
    Ok(rows == 1)
}

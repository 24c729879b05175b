//! Sessions in the store, with the people in them.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::document::{
    Material, Session, SessionKind, SessionSpeaker, SpeakerRole, Versioned,
};
use crate::clock::Instant;
use crate::db::schema::{session_speakers, sessions};
use crate::db::types::{AsJson, AsWord};
use crate::db::{Conn, DbError};
use crate::ids::{EventId, Id, RoomId, SessionId, SessionKind as Kind, SlugOr, SpeakerId, TrackId};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::Localized;

/// Names the kind of id that a guid is stored as.
pub(super) enum Guid {}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sessions, treat_none_as_null = true)]
struct Content {
    slug: String,
    guid: Id<Guid>,
    number: i32,
    title: AsJson<Localized>,
    abstract_text: AsJson<Localized>,
    kind: AsWord<SessionKind>,
    type_label: AsJson<Localized>,
    language: Option<String>,
    starts_at: Option<Instant>,
    ends_at: Option<Instant>,
    room_id: Option<RoomId>,
    track_id: Option<TrackId>,
    materials: AsJson<Vec<Material>>,
    do_not_record: bool,
    sign_up_capacity: Option<i32>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct Row {
    id: SessionId,
    version: i32,
    #[diesel(embed)]
    content: Content,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = session_speakers)]
struct Part {
    session_id: SessionId,
    speaker_id: SpeakerId,
    role: AsWord<SpeakerRole>,
    position: i32,
}

impl From<&Session> for Content {
    fn from(session: &Session) -> Self {
        Self {
            slug: session.slug.clone(),
            guid: Id::from_uuid(session.guid),
            number: session.number,
            title: AsJson(session.title.clone()),
            abstract_text: AsJson(session.abstract_text.clone()),
            kind: AsWord(session.kind),
            type_label: AsJson(session.type_label.clone()),
            language: session.language.clone(),
            starts_at: session.starts_at,
            ends_at: session.ends_at,
            room_id: session.room_id,
            track_id: session.track_id,
            materials: AsJson(session.materials.clone()),
            do_not_record: session.do_not_record,
            sign_up_capacity: session.sign_up_capacity,
        }
    }
}

fn domain(row: Row, speakers: Vec<SessionSpeaker>) -> Versioned<Session> {
    let Row {
        id,
        version,
        content,
    } = row;
    let value = Session {
        id,
        slug: content.slug,
        guid: content.guid.uuid(),
        number: content.number,
        title: content.title.0,
        abstract_text: content.abstract_text.0,
        kind: content.kind.0,
        type_label: content.type_label.0,
        language: content.language,
        starts_at: content.starts_at,
        ends_at: content.ends_at,
        room_id: content.room_id,
        track_id: content.track_id,
        speakers,
        materials: content.materials.0,
        do_not_record: content.do_not_record,
        sign_up_capacity: content.sign_up_capacity,
    };
    Versioned { value, version }
}

/// Puts the people to their sessions.
fn with_speakers(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Versioned<Session>>, DbError> {
    let ids: Vec<SessionId> = rows.iter().map(|row| row.id).collect();
    let parts: Vec<Part> = per_backend!(conn, c => {
        session_speakers::table
            .filter(session_speakers::session_id.eq_any(&ids))
            .order((session_speakers::session_id, session_speakers::position))
            .select(Part::as_select())
            .load(c)
    })?;
    let mut by_session: HashMap<SessionId, Vec<SessionSpeaker>> = HashMap::new();
    for part in parts {
        by_session
            .entry(part.session_id)
            .or_default()
            .push(SessionSpeaker {
                speaker_id: part.speaker_id,
                role: part.role.0,
            });
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let speakers = by_session.remove(&row.id).unwrap_or_default();
            domain(row, speakers)
        })
        .collect())
}

/// One session of the event.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    event: EventId,
    key: &SlugOr<Kind>,
) -> Result<Option<Versioned<Session>>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        let mut query = sessions::table
            .filter(sessions::event_id.eq(event))
            .select(Row::as_select())
            .into_boxed();
        query = match key {
            SlugOr::Id(id) => query.filter(sessions::id.eq(*id)),
            SlugOr::Slug(slug) => query.filter(sessions::slug.eq(slug)),
        };
        query.first(c).optional()
    })?;
    let found = with_speakers(conn, row.into_iter().collect())?;
    Ok(found.into_iter().next())
}

/// What a list of sessions is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Starts at or after the first and before the second.
    pub between: Option<(Instant, Instant)>,
    /// In this track.
    pub track: Option<TrackId>,
    /// In this room.
    pub room: Option<RoomId>,
    /// Of this kind.
    pub kind: Option<SessionKind>,
    /// With this person.
    pub speaker: Option<SpeakerId>,
    /// Title or abstract contains this.
    pub text: Option<String>,
}

impl Filter {
    /// Letters are compared here, because a store may know those of English only.
    fn finds(&self, row: &Row) -> bool {
        let Some(text) = self.text.as_ref().map(|text| text.to_lowercase()) else {
            return true;
        };
        let texts = row.content.title.0.0.values();
        let mut texts = texts.chain(row.content.abstract_text.0.0.values());
        texts.any(|written| written.to_lowercase().contains(&text))
    }
}

/// The sort key of lists of sessions: start, number.
pub type SessionKey = (Option<Instant>, i32);

/// Sessions by start, those without a time last, then by number.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    event: EventId,
    filter: &Filter,
    keyset: &Keyset<SessionKey>,
) -> Result<Page<Versioned<Session>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = sessions::table
            .filter(sessions::event_id.eq(event))
            .order((sessions::starts_at.is_null(), sessions::starts_at, sessions::number))
            .select(Row::as_select())
            .into_boxed();
        if filter.text.is_none() {
            query = query.limit(keyset.fetch());
        }
        if let Some((from, until)) = filter.between {
            query = query.filter(sessions::starts_at.ge(from)).filter(sessions::starts_at.lt(until));
        }
        if let Some(track) = filter.track {
            query = query.filter(sessions::track_id.eq(track));
        }
        if let Some(room) = filter.room {
            query = query.filter(sessions::room_id.eq(room));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(sessions::kind.eq(AsWord(kind)));
        }
        if let Some(speaker) = filter.speaker {
            query = query.filter(sessions::id.eq_any(
                session_speakers::table
                    .filter(session_speakers::speaker_id.eq(speaker))
                    .select(session_speakers::session_id),
            ));
        }
        query = match keyset.after {
            None => query,
            Some((Some(start), number)) => query.filter(
                sessions::starts_at
                    .gt(start)
                    .or(sessions::starts_at.eq(start).and(sessions::number.gt(number)))
                    .or(sessions::starts_at.is_null()),
            ),
            Some((None, number)) => {
                query.filter(sessions::starts_at.is_null()).filter(sessions::number.gt(number))
            }
        };
        query.load(c)
    })?;
    let found = rows.into_iter().filter(|row| filter.finds(row));
    let fetch = usize::try_from(keyset.fetch()).unwrap_or(usize::MAX);
    let found = with_speakers(conn, found.take(fetch).collect())?;
    Ok(Page::cut(found, keyset, |session| {
        (session.value.starts_at, session.value.number)
    }))
}

/// All sessions of the event, by start, those without a time last, then by number.
///
/// # Errors
/// The store's failure.
pub fn all(conn: &mut Conn, event: EventId) -> Result<Vec<Session>, DbError> {
    let found = versions(conn, event)?;
    Ok(found.into_iter().map(|session| session.value).collect())
}

/// All sessions of the event in their versions, by start, those without a time last, then by number.
///
/// # Errors
/// The store's failure.
pub fn versions(conn: &mut Conn, event: EventId) -> Result<Vec<Versioned<Session>>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        sessions::table
            .filter(sessions::event_id.eq(event))
            .order((sessions::starts_at.is_null(), sessions::starts_at, sessions::number))
            .select(Row::as_select())
            .load(c)
    })?;
    with_speakers(conn, rows)
}

/// Inserts a session, in version 1.
///
/// # Errors
/// The store's failure.
pub fn insert(
    conn: &mut Conn,
    event: EventId,
    session: &Session,
    now: Instant,
) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(session.id),
                sessions::event_id.eq(event),
                Content::from(session),
                sessions::version.eq(1),
                sessions::created_at.eq(now),
                sessions::updated_at.eq(now),
            ))
            .execute(c)
    })?;
    insert_parts(conn, session)
}

fn insert_parts(conn: &mut Conn, session: &Session) -> Result<(), DbError> {
    let parts: Vec<Part> = (0..)
        .zip(&session.speakers)
        .map(|(position, part)| Part {
            session_id: session.id,
            speaker_id: part.speaker_id,
            role: AsWord(part.role),
            position,
        })
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    per_backend!(conn, c => {
        diesel::insert_into(session_speakers::table).values(&parts).execute(c)
    })?;
    Ok(())
}

/// Writes a changed session over the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn update(
    conn: &mut Conn,
    event: EventId,
    changed: &Versioned<Session>,
    now: Instant,
) -> Result<bool, DbError> {
    let session = &changed.value;
    let rows = per_backend!(conn, c => {
        diesel::update(
            sessions::table
                .filter(sessions::event_id.eq(event))
                .filter(sessions::id.eq(session.id))
                .filter(sessions::version.eq(changed.version)),
        )
        .set((
            Content::from(session),
            sessions::version.eq(sessions::version + 1),
            sessions::updated_at.eq(now),
        ))
        .execute(c)
    })?;
    if rows != 1 {
        return Ok(false);
    }
    per_backend!(conn, c => {
        diesel::delete(session_speakers::table.filter(session_speakers::session_id.eq(session.id)))
            .execute(c)
    })?;
    insert_parts(conn, session)?;
    Ok(true)
}

/// Deletes a session in the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// The store's failure.
pub fn delete(
    conn: &mut Conn,
    event: EventId,
    session: &Versioned<Session>,
) -> Result<bool, DbError> {
    let rows = per_backend!(conn, c => {
        diesel::delete(
            sessions::table
                .filter(sessions::event_id.eq(event))
                .filter(sessions::id.eq(session.value.id))
                .filter(sessions::version.eq(session.version)),
        )
        .execute(c)
    })?;
    Ok(rows == 1)
}

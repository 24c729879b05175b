//! Programmes put straight into the store, for tests of what is read of them.

use diesel::prelude::*;
use kongress::clock::{Instant, new_id};
use kongress::db::schema::{committee_members, events, programme_releases, rooms, sessions};
use kongress::db::types::{AsJson, AsWord};
use kongress::db::{Conn, Db, DbError};
use kongress::events::touch_public;
use kongress::ids::{EventId, MemberId, ReleaseId, RoomId, SpeakerId};
use kongress::per_backend;
use kongress::programme::diff::changes;
use kongress::programme::document::{
    Changes, Programme, Room, Session, SessionKind, SessionSpeaker, Speaker, SpeakerRole,
};
use kongress::publication::sources::MemberRole;
use kongress::text::{Localized, time};
use serde_json::{Value, json};

use super::app::TestApp;

pub fn nb(text: &str) -> Localized {
    Localized([("nb".to_owned(), text.to_owned())].into())
}

pub fn at(text: &str) -> Instant {
    time::instant(text).unwrap()
}

pub fn session(slug: &str, number: i32, from_to: Option<(&str, &str)>) -> Session {
    let id = new_id();
    Session {
        id,
        slug: slug.to_owned(),
        guid: id.uuid(),
        number,
        title: nb(&format!("Tittel {slug}")),
        abstract_text: nb("Om **barn**"),
        kind: SessionKind::Talk,
        type_label: Localized::default(),
        language: Some("nb".to_owned()),
        starts_at: from_to.map(|(from, _)| at(from)),
        ends_at: from_to.map(|(_, to)| at(to)),
        room_id: None,
        track_id: None,
        speakers: Vec::new(),
        materials: Vec::new(),
        do_not_record: false,
        sign_up_capacity: None,
    }
}

pub fn speaker(name: &str) -> Speaker {
    Speaker {
        id: new_id(),
        name: name.to_owned(),
        position: None,
        affiliation: Some("Lørenskog kommune".to_owned()),
        bio: Localized::default(),
        photo_url: None,
        links: Vec::new(),
        hidden: false,
    }
}

pub fn speaks(id: SpeakerId) -> SessionSpeaker {
    SessionSpeaker {
        speaker_id: id,
        role: SpeakerRole::Speaker,
    }
}

pub fn programme(sessions: Vec<Session>) -> Programme {
    Programme {
        sessions,
        ..Programme::default()
    }
}

fn write<T>(app: &TestApp, body: impl FnMut(&mut Conn) -> Result<T, DbError>) -> T {
    Db::write_once(&app.state.config.target, body).unwrap()
}

/// A room of the working copy, which recordings may name.
pub fn room(app: &TestApp, event: EventId, name: &str) -> Room {
    let room = Room {
        id: new_id::<kongress::ids::RoomKind>(),
        name: nb(name),
        capacity: None,
        position: 0,
        hidden: false,
    };
    let now = app.clock.now();
    write(app, |tx| insert_room(tx, event, room.id, &room.name, now));
    room
}

fn insert_room(
    tx: &mut Conn,
    event: EventId,
    id: RoomId,
    name: &Localized,
    now: Instant,
) -> Result<(), DbError> {
    per_backend!(tx, c => {
        diesel::insert_into(rooms::table)
            .values((
                rooms::id.eq(id), rooms::event_id.eq(event), rooms::name.eq(AsJson(name.clone())),
                rooms::position.eq(0), rooms::version.eq(1), rooms::created_at.eq(now),
            ))
            .execute(c)
    })?;
    Ok(())
}

/// Stores the next release as another process would, by whose clock it is `now`: nothing is told
/// to the service.
pub fn release_at(app: &TestApp, event: EventId, programme: &Programme, now: Instant) -> i32 {
    release_as(
        app,
        event,
        programme,
        &changes(&Programme::default(), programme),
        now,
    )
}

/// As [`release_at`], with what changed since the version before.
pub fn release_as(
    app: &TestApp,
    event: EventId,
    programme: &Programme,
    changes: &Changes,
    now: Instant,
) -> i32 {
    write(app, |tx| {
        let newest: Option<i32> = per_backend!(tx, c => {
            programme_releases::table
                .filter(programme_releases::event_id.eq(event))
                .select(diesel::dsl::max(programme_releases::version))
                .first(c)
        })?;
        let version = newest.unwrap_or(0) + 1;
        per_backend!(tx, c => {
            diesel::insert_into(programme_releases::table)
                .values((
                    programme_releases::id.eq(new_id::<kongress::ids::ReleaseKind>() as ReleaseId),
                    programme_releases::event_id.eq(event),
                    programme_releases::version.eq(version),
                    programme_releases::released_at.eq(now),
                    programme_releases::note.eq(AsJson(nb(&format!("Versjon {version}")))),
                    programme_releases::document.eq(AsJson(programme.clone())),
                    programme_releases::changes.eq(AsJson(changes.clone())),
                ))
                .execute(c)
                .and_then(|_| {
                    diesel::update(events::table.filter(events::id.eq(event)))
                        .set(events::released_version.eq(version))
                        .execute(c)
                })
        })?;
        touch_public(tx, event, now)?;
        Ok(version)
    })
}

/// Stores the next release and tells the service.
pub async fn release(app: &TestApp, event: EventId, programme: &Programme) -> i32 {
    let version = release_at(app, event, programme, app.clock.now());
    app.state.event_changed(event).await;
    version
}

/// A session of the working copy with sign-up.
pub fn draft_session(app: &TestApp, event: EventId, session: &Session, capacity: i32) {
    let now = app.clock.now();
    write(app, |tx| {
        per_backend!(tx, c => {
            diesel::insert_into(sessions::table)
                .values((
                    (
                        sessions::id.eq(session.id), sessions::event_id.eq(event), sessions::slug.eq(&session.slug),
                        sessions::guid.eq(session.id), sessions::number.eq(session.number),
                        sessions::title.eq(AsJson(session.title.clone())),
                        sessions::abstract_text.eq(AsJson(session.abstract_text.clone())),
                        sessions::kind.eq(AsWord(session.kind)),
                        sessions::type_label.eq(AsJson(session.type_label.clone())),
                    ),
                    sessions::materials.eq(AsJson(json!([]))), sessions::do_not_record.eq(false),
                    sessions::sign_up_capacity.eq(capacity), sessions::version.eq(1),
                    sessions::created_at.eq(now), sessions::updated_at.eq(now),
                ))
                .execute(c)
        })?;
        touch_public(tx, event, now)
    });
}

/// A member of the committee, with an address that must never show.
pub fn member(app: &TestApp, event: EventId, name: &str, position: i32, published: bool) {
    let now = app.clock.now();
    write(app, |tx| {
        per_backend!(tx, c => {
            diesel::insert_into(committee_members::table)
                .values((
                    committee_members::id.eq(new_id::<kongress::ids::MemberKind>() as MemberId),
                    committee_members::event_id.eq(event), committee_members::name.eq(name),
                    committee_members::affiliation.eq("Hamar"), committee_members::role.eq(AsWord(MemberRole::Member)),
                    committee_members::bio.eq(AsJson(Localized::default())), committee_members::published.eq(published),
                    committee_members::email.eq("hemmelig@example.org"), committee_members::position.eq(position),
                    committee_members::version.eq(1), committee_members::created_at.eq(now),
                ))
                .execute(c)
        })?;
        touch_public(tx, event, now)
    });
}

/// A published event of one day, `2027-11-11` in Oslo, with this slug.
pub async fn event(app: &TestApp, slug: &str) -> EventId {
    let made = app
        .create(
            "/events",
            &json!({"slug": slug, "title": {"nb": "Konferansen"}, "starts_on": "2027-11-11", "ends_on": "2027-11-11", "languages": ["nb", "en"]}),
        )
        .await;
    let path = format!("/events/{slug}/publish");
    app.organiser("POST", &path).send().await.expect(200);
    id(&made)
}

pub fn id<K>(made: &Value) -> kongress::ids::Id<K> {
    made["id"].as_str().unwrap().parse().unwrap()
}

//! What others read of a programme, each in the format they know.

use std::sync::Arc;

use actix_web::{HttpRequest, get, web};

use super::calendar::Almanac;
use super::json_ld;
use super::offers::Tickets;
use super::schedule::{Schedule, Slot};
use super::schedule_wire::ScheduleDocument;
use super::schedule_xml::{self, Addresses};
use super::shown::{Shown, video};
use crate::http::{Caching, Document, Precompressed, Published};
use crate::ids::{SlugOr, SpeakerId};
use crate::problem::{Kind, Problem};
use crate::server::App;

const CALENDAR: &str = "text/calendar; charset=utf-8";
const SCHEDULE: &str = "application/vnd.c3voc.schedule+xml; charset=utf-8";
const JSON_LD: &str = "application/ld+json; charset=utf-8";

/// The event as everybody may know it.
async fn shown(app: &App, event: &str) -> Result<Shown, Problem> {
    let snapshot = app.snapshots.find(event).await?;
    let released = snapshot.released(&app.db).await?;
    Ok(Shown {
        snapshot,
        released,
        public_url: app.config.public_url.clone(),
    })
}

/// The document kept under this name, or one that is drawn and kept.
async fn kept_or(
    shown: Shown,
    key: String,
    request: &HttpRequest,
    draw: impl FnOnce(&Shown) -> Result<Document, Problem> + Send + 'static,
) -> Published {
    let snapshot = Arc::clone(&shown.snapshot);
    let document = if let Some(kept) = snapshot.kept(&key) {
        kept
    } else {
        let drawing = tokio::task::spawn_blocking(move || draw(&shown));
        let document = drawing.await.map_err(Problem::internal)??;
        snapshot.keep(&key, document.clone());
        document
    };
    Ok(Precompressed {
        document: document.ready_for(request).await?,
        caching: Caching::Public,
    })
}

fn undated() -> Problem {
    Problem::new(Kind::NotScheduled, "The event has no dates yet.")
}

/// Read the programme as a calendar
///
/// The sessions that have a time, in UTC, to be followed. What a release took away, or left without a
/// time, stays as `STATUS:CANCELLED`; `SEQUENCE` never falls, and rises with every release that gave a
/// session another time or room, and with a new venue, a cancellation and its withdrawal.
#[utoipa::path(operation_id = "get_programme_calendar", tag = "public", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "iCalendar", content_type = "text/calendar", body = String, example = "BEGIN:VCALENDAR…")))]
#[get("/events/{event}/programme.ics")]
pub async fn get_programme_calendar(
    app: App,
    path: web::Path<String>,
    request: HttpRequest,
) -> Published {
    let shown = shown(&app, &path).await?;
    kept_or(shown, "programme.ics".to_owned(), &request, |shown| {
        calendar(
            shown,
            None,
            "programme.ics",
            &shown.event().slug.to_string(),
            |_| true,
        )
    })
    .await
}

/// A calendar of the sessions for which `takes` holds.
fn calendar(
    shown: &Shown,
    of: Option<&str>,
    rest: &str,
    file: &str,
    takes: impl Fn(&crate::programme::document::Session) -> bool,
) -> Result<Document, Problem> {
    let event = shown.event();
    let title = event.title.best(event.languages.default.as_str(), "");
    let name = of.map_or_else(|| title.to_owned(), |of| format!("{title}: {of}"));
    let source = format!("{}/api/v1/events/{}/{rest}", shown.public_url, event.slug);
    let text = Almanac::of(shown).file(&name, &source, takes);
    Document::file(text, CALENDAR, &format!("{file}.ics"))
}

/// Read a session as a calendar
///
/// One entry, with the `UID` that it has in every other calendar of ours. A session that a release
/// took away, or left without a time, is still found, as `STATUS:CANCELLED`.
#[utoipa::path(operation_id = "get_session_calendar", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("session" = String, Path, description = "Id or slug")), responses((status = 200, description = "iCalendar", content_type = "text/calendar", body = String, example = "BEGIN:VCALENDAR…"), (status = 404, description = "`not-found`; `not-scheduled`: the session has no time yet")))]
#[get("/events/{event}/sessions/{session}.ics")]
pub async fn get_session_calendar(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    let (event, key) = path.into_inner();
    let shown = shown(&app, &event).await?;
    let wanted = SlugOr::parse(&key);
    let programme = &shown.released.programme;
    let gone = shown.released.gone.iter().map(|gone| &gone.session);
    let sessions = programme.sessions.iter().chain(gone);
    let named = sessions.filter(|session| programme.names(&wanted, session));
    let mut named = named.peekable();
    named.peek().ok_or_else(Problem::not_found)?;
    // A session without a time may have had one before.
    let mut timed = named.filter(|session| session.starts_at.is_some());
    let session = timed
        .next()
        .ok_or_else(|| Problem::new(Kind::NotScheduled, "The session has no time yet."))?;
    let (id, slug) = (session.id, session.slug.clone());
    kept_or(
        shown,
        format!("sessions/{id}.ics"),
        &request,
        move |shown| {
            let rest = format!("sessions/{slug}.ics");
            calendar(shown, None, &rest, &slug, |session| session.id == id)
        },
    )
    .await
}

/// Read a speaker's sessions as a calendar
///
/// As the calendar of the programme, with the sessions of one person.
#[utoipa::path(operation_id = "get_speaker_calendar", tag = "public", params(("event" = String, Path, description = "Id or slug"), ("speaker" = String, Path, description = "Id", format = Uuid)), responses((status = 200, description = "iCalendar", content_type = "text/calendar", body = String, example = "BEGIN:VCALENDAR…")))]
#[get("/events/{event}/speakers/{speaker}.ics")]
pub async fn get_speaker_calendar(
    app: App,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Published {
    let (event, speaker) = path.into_inner();
    let shown = shown(&app, &event).await?;
    let id: SpeakerId = speaker.parse().map_err(|_| Problem::not_found())?;
    let mut speakers = shown.released.programme.speakers.iter();
    let found = speakers.find(|speaker| speaker.id == id);
    let name = found.ok_or_else(Problem::not_found)?.name.clone();
    kept_or(
        shown,
        format!("speakers/{id}.ics"),
        &request,
        move |shown| {
            let file = format!("speakers/{id}.ics");
            calendar(shown, Some(&name), &file, &id.to_string(), |session| {
                session.speakers.iter().any(|part| part.speaker_id == id)
            })
        },
    )
    .await
}

impl Addresses for Shown {
    fn schedule(&self) -> String {
        format!(
            "{}/api/v1/events/{}/schedule.xml",
            self.public_url,
            self.event().slug
        )
    }

    fn event(&self) -> String {
        self.website()
    }

    fn session(&self, slot: &Slot) -> String {
        let entries = self.snapshot.sessions.iter();
        let found = entries
            .map(|entry| &entry.view.session)
            .find(|s| s.guid == slot.guid);
        self.page_of(found.map_or("", |session| &session.slug))
    }

    fn video(&self, slot: &Slot) -> Option<String> {
        let mut entries = self.snapshot.sessions.iter().map(|entry| &entry.view);
        let view = entries.find(|view| view.session.guid == slot.guid)?;
        video(view).map(|(page, _)| page.to_owned())
    }
}

/// Draws the schedule of what is shown.
fn schedule(shown: &Shown) -> Result<Schedule, Problem> {
    let programme = shown.programme();
    Schedule::of(shown.event(), &programme, shown.nowhere()).ok_or_else(undated)
}

/// Read the programme as schedule.xml
///
/// The format that apps such as Giggity and `EventFahrplan` read, and what frab and pretalx write. It
/// has one language, the event's default, and only sessions that have a time.
#[utoipa::path(operation_id = "get_schedule_xml", tag = "public", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The schedule", content_type = "application/vnd.c3voc.schedule+xml", body = String, example = "<?xml version=\"1.0\" encoding=\"utf-8\"?>…"), (status = 404, description = "`not-found`; `not-scheduled`: the event has no dates yet")))]
#[get("/events/{event}/schedule.xml")]
pub async fn get_schedule_xml(
    app: App,
    path: web::Path<String>,
    request: HttpRequest,
) -> Published {
    let shown = shown(&app, &path).await?;
    kept_or(shown, "schedule.xml".to_owned(), &request, |shown| {
        let text = schedule_xml::write(&schedule(shown)?, shown);
        Document::file(text, SCHEDULE, "schedule.xml")
    })
    .await
}

/// Read the programme as schedule.json
///
/// As `schedule.xml`, with the end of a session to the second.
#[utoipa::path(operation_id = "get_schedule_json", tag = "public", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "The schedule", body = ScheduleDocument), (status = 404, description = "`not-found`; `not-scheduled`: the event has no dates yet")))]
#[get("/events/{event}/schedule.json")]
pub async fn get_schedule_json(
    app: App,
    path: web::Path<String>,
    request: HttpRequest,
) -> Published {
    let shown = shown(&app, &path).await?;
    kept_or(shown, "schedule.json".to_owned(), &request, |shown| {
        Document::of(&ScheduleDocument::new(&schedule(shown)?, shown))
    })
    .await
}

/// Read the event for search engines
///
/// schema.org `Event` as JSON-LD, with its sessions, tickets and recordings; the clips of a recording
/// lead to our own page at their second.
#[utoipa::path(operation_id = "get_programme_json_ld", tag = "public", params(("event" = String, Path, description = "Id or slug")), responses((status = 200, description = "JSON-LD", content_type = "application/ld+json", body = Object, example = json!({"@context": "https://schema.org", "@type": "Event", "name": "Barnevernskonferansen 2027", "startDate": "2027-11-11"})), (status = 404, description = "`not-found`; `not-scheduled`: the event has no dates yet")))]
#[get("/events/{event}/programme.jsonld")]
pub async fn get_programme_json_ld(
    app: App,
    path: web::Path<String>,
    request: HttpRequest,
) -> Published {
    let shown = shown(&app, &path).await?;
    if shown.event().dates.is_none() {
        return Err(undated());
    }
    let (id, now) = (shown.event().id, app.clock.now());
    let tickets = app.db.read(move |conn| Tickets::read(conn, id)).await?;
    let offers = tickets.offers(&shown, now);
    // Tickets change without a new snapshot: what is kept is kept under what it offers.
    let key = format!(
        "programme.jsonld {}",
        serde_json::Value::from(offers.clone())
    );
    let key = crate::http::etag::of_bytes(key.as_bytes());
    kept_or(shown, key, &request, |shown| {
        let drawn = json_ld::draw(shown, offers).ok_or_else(undated)?;
        // It may be put into a page as it is: nothing in it ends the script element there.
        let drawn = drawn.to_string().replace('<', "\\u003c");
        Document::file(drawn, JSON_LD, "programme.jsonld")
    })
    .await
}

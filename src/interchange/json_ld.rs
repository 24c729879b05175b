//! An event as search engines know it: schema.org, as JSON-LD.
//!
//! A `Clip` must lead to the page that has its video, with only the second added in the query
//! (Google's rule): ours, `/watch/{event}/{session}?t=`.

use serde_json::{Map, Value, json};

use super::shown::{Shown, video};
use crate::events::{EventState, Format};
use crate::ids::RecordingId;
use crate::publication::snapshot::RecordingEntry;
use crate::publication::video_wire::{PublishedSession, SessionInRecording};
use crate::text::Localized;
use crate::video::deep_link::{embed_link, still_link};
use crate::video::position::Position;

/// The event with its sessions, recordings and offers; `None` without dates, which no search engine
/// takes.
#[must_use]
pub fn draw(shown: &Shown, offers: Vec<Value>) -> Option<Value> {
    let event = shown.event();
    let dates = event.dates?;
    let text = |text: &Localized| text.best(event.languages.default.as_str(), "").to_owned();
    let id = format!("{}/api/v1/events/{}", shown.public_url, event.slug);
    let sessions = shown.snapshot.sessions.iter().map(|entry| &entry.view);
    let recordings = shown.snapshot.recordings.iter();
    let mut drawn = json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": id,
        "name": text(&event.title),
        "startDate": dates.starts_on.to_string(),
        "endDate": dates.ends_on.to_string(),
        "eventStatus": status(event.state),
        "eventAttendanceMode": attendance(event.format),
        "location": location(shown),
        "url": shown.website(),
        "inLanguage": event.languages.all.iter().map(crate::text::Language::as_str).collect::<Vec<_>>(),
        "organizer": organisers(shown),
        "subEvent": sessions.filter_map(|view| session(shown, &id, view)).collect::<Vec<_>>()
    });
    let free = offers.iter().all(|offer| offer["price"] == "0");
    let mut add = |key: &str, value: Value| {
        if !(value.is_null() || value == json!("") || value == json!([])) {
            drawn[key] = value;
        }
    };
    add("description", text(&event.description).into());
    add("alternateName", text(&event.subtitle).into());
    if !offers.is_empty() {
        add("isAccessibleForFree", free.into());
    }
    add("offers", offers.into());
    add(
        "recordedIn",
        recordings.map(|entry| recording(shown, entry)).collect(),
    );
    Some(drawn)
}

const fn status(state: EventState) -> &'static str {
    match state {
        EventState::Cancelled => "https://schema.org/EventCancelled",
        _ => "https://schema.org/EventScheduled",
    }
}

const fn attendance(format: Format) -> &'static str {
    match format {
        Format::InPerson => "https://schema.org/OfflineEventAttendanceMode",
        Format::Digital => "https://schema.org/OnlineEventAttendanceMode",
        Format::Hybrid => "https://schema.org/MixedEventAttendanceMode",
    }
}

/// A hall, a screen, or both. A place is required; where none is known it is said so.
fn location(shown: &Shown) -> Value {
    let event = shown.event();
    let screen = json!({"@type": "VirtualLocation", "url": shown.website()});
    match event.format {
        Format::Digital => screen,
        Format::InPerson => place(shown),
        Format::Hybrid => json!([place(shown), screen]),
    }
}

fn place(shown: &Shown) -> Value {
    let Some(venue) = &shown.event().venue else {
        let nowhere = shown.nowhere();
        return json!({"@type": "Place", "name": nowhere, "address": nowhere});
    };
    let address = venue.address.as_ref().map_or_else(
        || json!(venue.name),
        |street| json!({"@type": "PostalAddress", "streetAddress": street, "addressCountry": "NO"}),
    );
    let mut place = json!({"@type": "Place", "name": venue.name, "address": address});
    if let Some((latitude, longitude)) = venue.latitude.zip(venue.longitude) {
        place["geo"] =
            json!({"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude});
    }
    if let Some(map) = &venue.map_url {
        place["hasMap"] = json!(map);
    }
    place
}

fn organisers(shown: &Shown) -> Value {
    let organisers = shown.event().organisers.iter().map(|organiser| {
        let mut drawn = json!({"@type": "Organization", "name": organiser.name});
        if let Some(url) = &organiser.url {
            drawn["url"] = json!(url);
        }
        drawn
    });
    organisers.collect()
}

/// A session as an event in the event; `None` without a time.
fn session(shown: &Shown, whole: &str, view: &PublishedSession) -> Option<Value> {
    let event = shown.event();
    let text = |text: &Localized| text.best(event.languages.default.as_str(), "").to_owned();
    let session = &view.session;
    let starts_at = session.starts_at.clone()?.into_string();
    let speakers = session.speakers.iter().filter(|one| !one.name.is_empty());
    let mut drawn = json!({
        "@type": "Event",
        "@id": format!("{whole}/sessions/{}", session.slug),
        "name": text(&session.title),
        "startDate": starts_at,
        "eventStatus": status(event.state),
        "eventAttendanceMode": attendance(event.format),
        "location": location(shown),
        "superEvent": {"@id": whole},
        "performer": speakers.map(|part| json!({"@type": "Person", "name": part.name})).collect::<Vec<_>>()
    });
    if let Some(room) = &session.room
        && event.format != Format::Digital
    {
        let hall = json!({"@type": "Place", "name": text(&room.name), "address": text(&room.name), "containedInPlace": place(shown)});
        let screen = json!({"@type": "VirtualLocation", "url": shown.website()});
        let both = event.format == Format::Hybrid;
        drawn["location"] = if both { json!([hall, screen]) } else { hall };
    }
    let fields = [
        (
            "endDate",
            session.ends_at.clone().map(|at| at.into_string().into()),
        ),
        ("description", Some(text(&session.abstract_text).into())),
        ("inLanguage", session.language.clone().map(Value::from)),
        (
            "maximumAttendeeCapacity",
            session
                .sign_up
                .as_ref()
                .map(|sign_up| sign_up.capacity.into()),
        ),
        ("url", video(view).map(|(page, _)| page.into())),
        (
            "recordedIn",
            video(view).map(|(_, at)| json!({"@id": recording_id(shown, at.recording_id)})),
        ),
    ];
    for (key, value) in fields {
        if let Some(value) = value.filter(|value| *value != json!("")) {
            drawn[key] = value;
        }
    }
    Some(drawn)
}

/// What a recording is called here; its page in the API.
fn recording_id(shown: &Shown, id: RecordingId) -> String {
    format!(
        "{}/api/v1/events/{}/recordings/{id}",
        shown.public_url,
        shown.event().slug
    )
}

/// A recording with a clip for every session in it.
fn recording(shown: &Shown, entry: &RecordingEntry) -> Value {
    let event = shown.event();
    let recording = &entry.recording;
    let uploaded = recording.published_at.unwrap_or(recording.created_at);
    let mut drawn = json!({
        "@type": "VideoObject",
        "@id": recording_id(shown, recording.id),
        "name": recording.title.best(event.languages.default.as_str(), ""),
        "uploadDate": uploaded.to_rfc3339_in(event.timezone),
        "url": recording.url.to_string(),
        "hasPart": entry.view.sessions.iter().map(|part| clip(shown, part)).collect::<Vec<_>>()
    });
    let still = still_link(&recording.url);
    let embedded = embed_link(&recording.url, Position::START);
    let fields: Map<String, Value> = [
        ("thumbnailUrl", still.map(|still| json!([still]))),
        ("embedUrl", embedded.map(Value::from)),
        (
            "duration",
            recording
                .duration_seconds
                .and_then(Position::new)
                .map(|length| length.iso8601().into()),
        ),
        (
            "inLanguage",
            recording
                .language
                .as_ref()
                .map(|language| language.as_str().into()),
        ),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key.to_owned(), value?)))
    .collect();
    if let Some(object) = drawn.as_object_mut() {
        object.extend(fields);
    }
    drawn
}

fn clip(shown: &Shown, part: &SessionInRecording) -> Value {
    let event = shown.event();
    let start = part.position.start_seconds;
    let page = format!(
        "{}/watch/{}/{}?t={start}",
        shown.public_url, event.slug, part.slug
    );
    let mut clip = json!({
        "@type": "Clip",
        "name": part.title.best(event.languages.default.as_str(), ""),
        "startOffset": start,
        "url": page
    });
    if let Some(end) = part.position.end_seconds {
        clip["endOffset"] = json!(end);
    }
    clip
}

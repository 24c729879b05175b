//! Whatever a programme holds, what was written of it is read back as the same.

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::import::{Document, Writing};
use super::plan::{Plan, plan};
use super::schedule::{Schedule, Slot, Terms};
use super::schedule_wire::ScheduleDocument;
use super::schedule_xml::{self, Addresses};
use crate::clock::{Clock, new_id};
use crate::events::model::{Dates, Links};
use crate::events::{Event, EventState, Format};
use crate::faults::Faults;
use crate::programme::document::{
    Material, MaterialKind, PageText, Programme, Room, Session, SessionKind, SessionSpeaker,
    Speaker, SpeakerRole, Track, Versioned,
};
use crate::programme::revision::Standing;
use crate::publication::programme_wire::{
    Names, PublishedRoom, PublishedSpeaker, PublishedTrack, ReleasedSession,
};
use crate::text::{self, Language, Languages, Localized, Slug, time};
use crate::words::Word;

const NOWHERE: &str = "Kunngjøres";

struct Nowhere;

impl Addresses for Nowhere {
    fn schedule(&self) -> String {
        "https://kongress.example.org/schedule.xml".into()
    }

    fn event(&self) -> String {
        "https://kongress.example.org/".into()
    }

    fn session(&self, slot: &Slot) -> String {
        format!("https://kongress.example.org/{}", slot.guid)
    }

    fn video(&self, slot: &Slot) -> Option<String> {
        (!slot.do_not_record).then(|| format!("https://kongress.example.org/watch/{}", slot.guid))
    }
}

fn event() -> Event {
    let now = Clock::default().now();
    let tag = |tag| Language::parse(tag).unwrap();
    let day = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap();
    Event {
        id: new_id(),
        organisation_id: new_id(),
        organisation_slug: "bufdir".into(),
        series: None,
        slug: Slug::parse("konf").unwrap(),
        title: Localized([("nb".to_owned(), "Konferansen".to_owned())].into()),
        subtitle: Localized::default(),
        description: Localized::default(),
        edition: None,
        dates: Some(Dates {
            starts_on: day(24),
            ends_on: day(26),
        }),
        timezone: chrono_tz::Europe::Oslo,
        format: Format::Hybrid,
        venue: None,
        languages: Languages {
            all: vec![tag("nb"), tag("en")],
            default: tag("nb"),
        },
        organisers: Vec::new(),
        links: Links::default(),
        cancel_until: None,
        state: EventState::Published,
        published_at: Some(now),
        version: 1,
        public_version: 1,
        released_version: 1,
        calendar_changes: crate::events::model::CalendarChanges::default(),
        created_at: now,
        updated_at: now,
    }
}

/// A line as it is stored.
fn line() -> impl Strategy<Value = String> {
    "[a-zæøåÆØÅ<>&\"';:,.\\\\ 0-9é😀-]{1,24}"
        .prop_filter_map("a line", |line| text::line(&line, text::TITLE).ok())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Salen".to_owned()),
        Just("Kari Nordmann".to_owned()),
        "[A-ZÆØÅ][a-zæøå&<]{1,8}"
    ]
}

fn localized(of: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Localized> {
    let of = of.boxed();
    (of.clone(), proptest::option::of(of)).prop_map(|(nb, en)| {
        let en = en.map(|en| ("en".to_owned(), en));
        Localized([("nb".to_owned(), nb)].into_iter().chain(en).collect())
    })
}

fn long() -> impl Strategy<Value = String> {
    "[ a-zæ<&\\]>\t\n]{0,40}(\r\n[a-z]{1,5})?".prop_filter_map("a text", |long| {
        text::long(&long, text::LONG_TEXT)
            .ok()
            .filter(|text| !text.trim().is_empty())
    })
}

fn material() -> impl Strategy<Value = Material> {
    let kind = prop_oneof![
        Just(MaterialKind::Slides),
        Just(MaterialKind::Document),
        Just(MaterialKind::Link)
    ];
    (localized(line()), kind, 0..1000_u32, any::<bool>()).prop_map(|(title, kind, n, has_url)| {
        Material {
            title,
            kind,
            url: has_url.then(|| format!("https://example.org/{n}?a=1&b=<2>")),
            text: if has_url {
                vec![]
            } else {
                vec![PageText {
                    page: 1,
                    text: "Side".into(),
                }]
            },
        }
    })
}

/// A session whose references are places, still to be filled in.
fn session() -> impl Strategy<Value = (Session, Option<usize>, Option<usize>, Vec<usize>)> {
    let times = proptest::option::weighted(
        0.8,
        (0..4000_i64, 0..60_i64, proptest::option::of(1..200_000_i64)),
    );
    let texts = (
        localized(line()),
        proptest::option::of(localized(long())),
        proptest::option::of(localized(line())),
    );
    let refs = (
        proptest::option::of(0..4_usize),
        proptest::option::of(0..3_usize),
        proptest::collection::vec(0..5_usize, 0..4),
    );
    let rest = (
        0..SessionKind::ALL.len(),
        proptest::option::of("nb|en|se|de-AT"),
        proptest::collection::vec(material(), 0..3),
        any::<bool>(),
        proptest::option::of(0..100_i32),
    );
    (texts, times, refs, rest).prop_map(|((title, abstract_text, label), times, refs, rest)| {
        let start = time::instant("2026-10-24T22:00:00Z").unwrap();
        let starts_at = times.map(|(minutes, seconds, _)| {
            start + TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds)
        });
        let length = times
            .and_then(|(_, _, length)| length)
            .map(TimeDelta::seconds);
        let (kind, language, materials, do_not_record, sign_up_capacity) = rest;
        let session = Session {
            id: new_id(),
            slug: String::new(),
            guid: new_id::<()>().uuid(),
            number: 0,
            title,
            abstract_text: abstract_text.unwrap_or_default(),
            kind: SessionKind::ALL[kind],
            type_label: label.unwrap_or_default(),
            language,
            starts_at,
            ends_at: starts_at.zip(length).map(|(start, length)| start + length),
            room_id: None,
            track_id: None,
            speakers: vec![],
            materials,
            do_not_record,
            sign_up_capacity,
        };
        (session, refs.0, refs.1, refs.2)
    })
}

fn programme() -> impl Strategy<Value = Programme> {
    use proptest::{collection::vec, option::of};
    let rooms = vec((localized(name()), of(0..900_i32)), 0..4);
    let tracks = vec((localized(name()), of("#[0-9a-f]{6}")), 0..3);
    let told = (of(localized(long())), of("https://example\\.org/[a-z]{3}"));
    let speakers = vec((name(), of(line()), told), 0..5);
    let sessions = vec(session(), 0..8);
    (rooms, tracks, speakers, sessions).prop_map(|(rooms, tracks, speakers, sessions)| {
        let mut programme = Programme {
            rooms: (0..)
                .zip(rooms)
                .map(|(position, (name, capacity))| Room {
                    id: new_id(),
                    name,
                    capacity,
                    position,
                    hidden: false,
                })
                .collect(),
            tracks: (0..)
                .zip(tracks)
                .map(|(position, (name, color))| Track {
                    id: new_id(),
                    name,
                    color,
                    position,
                    hidden: false,
                })
                .collect(),
            speakers: speakers
                .into_iter()
                .map(|(name, affiliation, (bio, photo_url))| Speaker {
                    id: new_id(),
                    name,
                    position: None,
                    affiliation,
                    bio: bio.unwrap_or_default(),
                    photo_url,
                    links: vec![],
                    hidden: false,
                })
                .collect(),
            sessions: vec![],
            ..Programme::default()
        };
        for (number, (mut session, room, track, people)) in (1..).zip(sessions) {
            session.number = number;
            session.slug = format!("okt-{number}");
            session.room_id = room
                .and_then(|room| programme.rooms.get(room))
                .map(|room| room.id);
            session.track_id = track
                .and_then(|track| programme.tracks.get(track))
                .map(|track| track.id);
            for (index, person) in people.into_iter().enumerate() {
                let speaker = programme.speakers.get(person).map(|speaker| speaker.id);
                let is_new = speaker
                    .is_some_and(|id| session.speakers.iter().all(|part| part.speaker_id != id));
                let role = SpeakerRole::ALL[index % SpeakerRole::ALL.len()];
                session.speakers.extend(
                    speaker
                        .filter(|_| is_new)
                        .map(|speaker_id| SessionSpeaker { speaker_id, role }),
                );
            }
            programme.sessions.push(session);
        }
        programme
    })
}

fn versions<T: Clone>(things: &[T]) -> Vec<Versioned<T>> {
    things
        .iter()
        .map(|value| Versioned {
            value: value.clone(),
            version: 1,
        })
        .collect()
}

fn standing(programme: &Programme) -> Standing {
    Standing {
        rooms: versions(&programme.rooms),
        tracks: versions(&programme.tracks),
        speakers: versions(&programme.speakers),
        sessions: versions(&programme.sessions),
        ..Standing::default()
    }
}

/// The programme in each format.
fn documents(event: &Event, programme: &Programme) -> Vec<(&'static str, String, Writing)> {
    let names = Names::of(programme, event.timezone);
    let sessions: Vec<_> = programme
        .sessions
        .iter()
        .map(|session| ReleasedSession::new(session, &names, session.sign_up_capacity))
        .collect();
    let own = json!({
        "days": [{"date": null, "sessions": sessions}],
        "rooms": programme.rooms.iter().map(PublishedRoom::from).collect::<Vec<_>>(),
        "tracks": programme.tracks.iter().map(PublishedTrack::from).collect::<Vec<_>>(),
        "speakers": programme.speakers.iter().map(PublishedSpeaker::from).collect::<Vec<_>>()
    });
    let schedule = Schedule::of(event, programme, NOWHERE).unwrap();
    let json = serde_json::to_string(&ScheduleDocument::new(&schedule, &Nowhere)).unwrap();
    let xml = schedule_xml::write(&schedule, &Nowhere);
    vec![
        ("own", own.to_string(), Writing::Json),
        ("json", json, Writing::Json),
        ("xml", xml, Writing::Xml),
    ]
}

fn planned(event: &Event, standing: &Standing, text: &str, writing: Writing) -> Plan {
    let document = Document::read(text.as_bytes(), writing)
        .unwrap_or_else(|problem| panic!("{problem}: {text}"));
    let mut faults = Faults::new();
    let wish = document.wish(event, standing, &mut faults);
    plan(
        wish,
        standing,
        event,
        &std::collections::HashSet::new(),
        faults,
    )
}

/// What a schedule says of the sessions, by guid; times to the minute.
fn said(event: &Event, programme: &Programme) -> Vec<Value> {
    let terms = Terms::of(event, programme, NOWHERE);
    let mut said: Vec<Value> = programme
        .sessions
        .iter()
        .filter_map(|session| terms.slot(session))
        .map(|slot| {
            let people: Vec<&str> = slot
                .persons
                .iter()
                .map(|person| person.name.as_str())
                .collect();
            let materials: Vec<_> = slot
                .attachments
                .iter()
                .map(|a| (&a.title, &a.url, a.kind.as_str()))
                .collect();
            let text = slot.abstract_text.replace("\r\n", "\n");
            json!([
                slot.guid,
                slot.title,
                text.trim(),
                slot.kind,
                slot.language,
                slot.track,
                slot.room,
                slot.starts_at,
                slot.minutes(),
                people,
                materials,
                slot.do_not_record
            ])
        })
        .collect();
    said.sort_by_key(ToString::to_string);
    said
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn importing_what_was_exported_changes_nothing(programme in programme()) {
        let event = event();
        let standing = standing(&programme);
        for (what, text, writing) in documents(&event, &programme) {
            let plan = planned(&event, &standing, &text, writing);
            prop_assert!(plan.faults.is_empty(), "{what}: {:?} in {text}", plan.faults);
            prop_assert_eq!(plan.revision.size(), 0, "{}: {:?} in {}", what, plan.revision, text);
        }
    }

    #[test]
    fn what_is_imported_elsewhere_says_the_same_and_is_known_again(programme in programme()) {
        let event = event();
        for (what, text, writing) in documents(&event, &programme) {
            let plan = planned(&event, &Standing::default(), &text, writing);
            prop_assert!(plan.faults.is_empty(), "{what}: {:?} in {text}", plan.faults);
            let mut made = Programme {
                rooms: plan.revision.rooms.added,
                tracks: plan.revision.tracks.added,
                speakers: plan.revision.speakers.added,
                sessions: plan.revision.sessions.added,
                ..Programme::default()
            };
            (1..).zip(&mut made.sessions).for_each(|(number, session)| session.number = number);
            prop_assert_eq!(said(&event, &made), said(&event, &programme), "{}: {}", what, text);
            let again = planned(&event, &standing(&made), &text, writing);
            prop_assert_eq!(again.revision.size(), 0, "{}: {:?} in {}", what, again.revision, text);
        }
    }
}

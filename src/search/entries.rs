//! What there is to be found in one event. Pure.

use std::collections::{HashMap, HashSet};

use super::content::{Content, Field, HitKind, Line, OfMaterial, OfSpeaker, key};
use super::passages::passages;
use crate::events::Event;
use crate::ids::SessionId;
use crate::programme::Shown;
use crate::programme::document::{Material, Session, Speaker};
use crate::text::{Localized, to_plain};
use crate::transcripts::Transcript;
use crate::transcripts::stretch::Stretches;
use crate::video::{Known, Recording};

/// How much a word counts where it stands.
mod weight {
    pub const TITLE: i32 = 10;
    pub const NAME: i32 = 10;
    pub const TAKES_PART: i32 = 6;
    pub const ABSTRACT: i32 = 4;
    pub const PAGE: i32 = 4;
    pub const ABOUT: i32 = 3;
    pub const AFFILIATION: i32 = 2;
}

/// What entries are made of.
#[derive(Debug)]
pub struct Sources {
    /// The event.
    pub event: Event,
    /// Its programme.
    pub shown: Shown,
    /// What is known of its sessions beside their plan.
    pub known: Known,
    /// Its recordings that may surface, with what is said in them.
    pub said: Vec<(Recording, Transcript)>,
}

/// An entry with its name.
pub type Entry = (String, Content);

impl Sources {
    /// All entries: sessions first, where whatever is part of them looks. What is not to be recorded is
    /// not to be found either.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let speakers = &self.shown.programme.speakers;
        let speakers: HashMap<_, _> = speakers.iter().map(|one| (one.id, one)).collect();
        let mut entries = Vec::new();
        for session in self.sessions() {
            let parts = session.speakers.iter();
            let people: Vec<&Speaker> = parts
                .filter_map(|part| speakers.get(&part.speaker_id).copied())
                .collect();
            entries.push(self.session(session, &people));
        }
        for session in self.sessions() {
            for (index, material) in session.materials.iter().enumerate() {
                self.material(session, index, material, &mut entries);
            }
        }
        for speaker in &self.shown.programme.speakers {
            entries.push(self.speaker(speaker));
        }
        for (recording, transcript) in &self.said {
            self.recording(recording, transcript, &mut entries);
        }
        entries
    }

    fn sessions(&self) -> impl Iterator<Item = &Session> {
        let sessions = self.shown.programme.sessions.iter();
        sessions.filter(|session| !session.do_not_record)
    }

    fn entry(&self, kind: HitKind, session: Option<&Session>) -> Content {
        let event = &self.event;
        Content {
            kind,
            place: session.map_or(0, |session| session.number.into()),
            series: event.series.as_ref().map(|(id, _)| *id),
            starts_at: event.starts_at().map(|at| at.utc().timestamp_micros()),
            session: session.map(|session| session.id),
            line: None,
            speaker: None,
            material: None,
            recording: None,
            fields: Vec::new(),
            goes_on: Vec::new(),
        }
    }

    fn session(&self, session: &Session, people: &[&Speaker]) -> Entry {
        let mut content = self.entry(HitKind::Session, Some(session));
        content.line = Some(Line {
            slug: session.slug.clone(),
            title: session.title.clone(),
            starts_at: session.starts_at,
        });
        let fields = &mut content.fields;
        fields.extend(lines(weight::TITLE, &session.title));
        fields.extend(texts(weight::ABSTRACT, &session.abstract_text));
        fields.extend(lines(weight::ABOUT, &session.type_label));
        for speaker in people {
            fields.push(field(weight::TAKES_PART, &speaker.name));
            let affiliation = speaker.affiliation.iter();
            fields.extend(affiliation.map(|text| field(weight::AFFILIATION, text)));
        }
        (key(HitKind::Session, session.id.uuid(), ""), content)
    }

    fn material(
        &self,
        session: &Session,
        index: usize,
        material: &Material,
        entries: &mut Vec<Entry>,
    ) {
        let of_page = |page| {
            let mut content = self.entry(HitKind::Material, Some(session));
            content.material = Some(OfMaterial {
                title: material.title.clone(),
                url: material.url.clone(),
                page,
            });
            let part = format!("{index}/{}", page.unwrap_or(0));
            (key(HitKind::Material, session.id.uuid(), &part), content)
        };
        let (name, mut whole) = of_page(None);
        whole.fields.extend(lines(weight::TITLE, &material.title));
        entries.push((name, whole));
        for page in &material.text {
            let (name, mut content) = of_page(Some(page.page));
            let text = to_plain(&page.text);
            content.fields.push(field(weight::PAGE, &text));
            entries.push((name, content));
        }
    }

    fn speaker(&self, speaker: &Speaker) -> Entry {
        let speaks = |session: &&Session| {
            let mut parts = session.speakers.iter();
            parts.any(|part| part.speaker_id == speaker.id)
        };
        let sessions = self.sessions().filter(speaks);
        let first = sessions.min_by_key(|session| (session.starts_at.is_none(), session.starts_at));
        let mut content = self.entry(HitKind::Speaker, first);
        content.speaker = Some(OfSpeaker {
            id: speaker.id,
            name: speaker.name.clone(),
            affiliation: speaker.affiliation.clone(),
        });
        let fields = &mut content.fields;
        fields.push(field(weight::NAME, &speaker.name));
        let place = speaker.affiliation.iter();
        fields.extend(place.map(|text| field(weight::AFFILIATION, text)));
        let position = speaker.position.iter();
        fields.extend(position.map(|text| field(weight::ABOUT, text)));
        fields.extend(texts(weight::ABOUT, &speaker.bio));
        (key(HitKind::Speaker, speaker.id.uuid(), ""), content)
    }

    fn recording(&self, recording: &Recording, said: &Transcript, entries: &mut Vec<Entry>) {
        let stretches = Stretches::of(recording, &self.shown, &self.known);
        let sessions: HashSet<_> = self.sessions().map(|session| session.id).collect();
        let may_be_found = |on: &Option<SessionId>| on.is_none_or(|id| sessions.contains(&id));
        for passage in passages(said, &stretches) {
            if !may_be_found(&passage.on) {
                continue;
            }
            let mut content = self.entry(HitKind::Transcript, None);
            content.session = passage.on;
            content.place = passage.start.into();
            content.recording = Some(recording.id);
            content.fields = passage.fields;
            content.goes_on = passage.goes_on;
            let part = passage.start.to_string();
            let name = key(HitKind::Transcript, recording.id.uuid(), &part);
            entries.push((name, content));
        }
    }
}

/// Whether this is what something is called.
#[must_use]
pub fn is_title(field: &Field) -> bool {
    [weight::TITLE, weight::NAME].contains(&field.weight)
}

fn field(weight: i32, text: &str) -> Field {
    Field {
        weight,
        at: None,
        until: None,
        text: text.to_owned(),
    }
}

fn lines(weight: i32, text: &Localized) -> impl Iterator<Item = Field> {
    text.0.values().map(move |text| field(weight, text))
}

fn texts(weight: i32, text: &Localized) -> impl Iterator<Item = Field> {
    let plain = text.0.values().map(|text| to_plain(text));
    plain.map(move |text| field(weight, &text))
}

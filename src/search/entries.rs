//! What there is to be found in one event. Pure.

use std::collections::HashMap;

use super::content::{
    Content, Field, HitKind, OfEvent, OfMaterial, OfRecording, OfSession, OfSpeaker, key,
};
use super::query::MOST_TERMS;
use crate::events::Event;
use crate::ids::SessionId;
use crate::programme::Shown;
use crate::programme::document::{Material, Session, Speaker};
use crate::text::{Localized, to_plain};
use crate::transcripts::stretch::Stretches;
use crate::transcripts::{Cue, Transcript};
use crate::video::{Known, Recording};

/// How much a word counts where it stands.
mod weight {
    pub const TITLE: i32 = 10;
    pub const NAME: i32 = 10;
    pub const TAKES_PART: i32 = 6;
    pub const ABSTRACT: i32 = 4;
    pub const PAGE: i32 = 4;
    pub const ABOUT: i32 = 3;
    pub const SAID: i32 = 3;
    pub const AFFILIATION: i32 = 2;
}

/// A passage ends when it has this many bytes,
const PASSAGE_BYTES: usize = 240;
/// when it has taken this long, in milliseconds,
const PASSAGE_MILLIS: u32 = 30_000;
/// or when nobody says anything for so long.
const SILENCE: u32 = 10_000;

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
    /// All entries.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let speakers = &self.shown.programme.speakers;
        let speakers: HashMap<_, _> = speakers.iter().map(|one| (one.id, one)).collect();
        let mut entries = Vec::new();
        for session in &self.shown.programme.sessions {
            let parts = session.speakers.iter();
            let people: Vec<&Speaker> = parts
                .filter_map(|part| speakers.get(&part.speaker_id).copied())
                .collect();
            entries.push(self.session(session, &people));
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

    fn entry(&self, kind: HitKind, session: Option<&Session>) -> Content {
        let event = &self.event;
        Content {
            kind,
            place: session.map_or(0, |session| session.number.into()),
            event: OfEvent {
                slug: event.slug.to_string(),
                title: event.title.clone(),
                series: event.series.as_ref().map(|(id, _)| *id),
                starts_at: event.starts_at().map(|at| at.utc().timestamp_micros()),
            },
            session: session.map(of_session),
            speaker: None,
            material: None,
            recording: None,
            fields: Vec::new(),
            goes_on: Vec::new(),
        }
    }

    fn session(&self, session: &Session, people: &[&Speaker]) -> Entry {
        let mut content = self.entry(HitKind::Session, Some(session));
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
        let sessions = self.shown.programme.sessions.iter().filter(speaks);
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
        let leaving = stretches.cut(said.clone());
        let sessions = &self.shown.programme.sessions;
        let sessions: HashMap<_, _> = sessions.iter().map(|one| (one.id, one)).collect();
        let passages = passages(&leaving, &stretches);
        for (index, (on, cues)) in passages.iter().enumerate() {
            let session = on.and_then(|id| sessions.get(&id).copied());
            let mut content = self.entry(HitKind::Transcript, session);
            let start = cues.first().map_or(0, |cue| cue.start);
            content.place = start.into();
            content.recording = Some(OfRecording {
                id: recording.id,
                url: recording.url.to_string(),
            });
            content.fields = cues.iter().map(|cue| said_in(cue)).collect();
            content.goes_on = going_on(&passages, index);
            let name = key(HitKind::Transcript, recording.id.uuid(), &start.to_string());
            // Two voices may begin at once.
            if entries.last().is_none_or(|(last, _)| *last != name) {
                entries.push((name, content));
            } else if let Some((_, last)) = entries.last_mut() {
                last.fields.append(&mut content.fields);
                last.goes_on = content.goes_on;
            }
        }
    }
}

fn field(weight: i32, text: &str) -> Field {
    Field {
        weight,
        at: None,
        text: text.to_owned(),
    }
}

fn said_in(cue: &Cue) -> Field {
    let lines: Vec<&str> = cue.lines.iter().map(|line| line.text.as_str()).collect();
    Field {
        weight: weight::SAID,
        at: Some(cue.start / 1000),
        text: lines.join(" "),
    }
}

fn lines(weight: i32, text: &Localized) -> impl Iterator<Item = Field> {
    text.0.values().map(move |text| field(weight, text))
}

fn texts(weight: i32, text: &Localized) -> impl Iterator<Item = Field> {
    let plain = text.0.values().map(|text| to_plain(text));
    plain.map(move |text| field(weight, &text))
}

fn of_session(session: &Session) -> OfSession {
    OfSession {
        id: session.id,
        slug: session.slug.clone(),
        title: session.title.clone(),
        starts_at: session.starts_at,
        watchable: !session.do_not_record,
    }
}

type Passage<'a> = (Option<SessionId>, Vec<&'a Cue>);

/// The cues in passages that are said in one session and can be read at a glance.
fn passages<'a>(transcript: &'a Transcript, stretches: &Stretches) -> Vec<Passage<'a>> {
    let mut passages: Vec<Passage<'a>> = Vec::new();
    let mut bytes = 0;
    for cue in transcript.cues() {
        let on = stretches.session_at(cue.start);
        let length: usize = cue.lines.iter().map(|line| line.text.len()).sum();
        let goes_on = passages.last().is_some_and(|(before, cues)| {
            let start = cues.first().map_or(0, |first| first.start);
            let end = cues.last().map_or(0, |last| last.end);
            *before == on
                && bytes + length <= PASSAGE_BYTES
                && cue.start - start <= PASSAGE_MILLIS
                && cue.start.saturating_sub(end) <= SILENCE
        });
        match passages.last_mut() {
            Some((_, cues)) if goes_on => {
                cues.push(cue);
                bytes += length;
            }
            _ => {
                passages.push((on, vec![cue]));
                bytes = length;
            }
        }
    }
    passages
}

/// What is said right after a passage in the same session, as far as a query can reach.
fn going_on(passages: &[Passage<'_>], index: usize) -> Vec<Field> {
    let Some((on, cues)) = passages.get(index) else {
        return Vec::new();
    };
    let later = passages.iter().skip(index + 1);
    let later = later.take_while(|(then, _)| then == on);
    let (mut words, mut end) = (0, cues.last().map_or(0, |cue| cue.end));
    let mut fields = Vec::new();
    for cue in later.flat_map(|(_, cues)| cues) {
        if words >= MOST_TERMS || cue.start.saturating_sub(end) > SILENCE {
            break;
        }
        let field = said_in(cue);
        words += field.text.split_whitespace().count();
        end = cue.end;
        fields.push(field);
    }
    fields
}

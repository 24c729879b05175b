//! What a schedule wants of the working copy. Pure.
//!
//! A schedule says less than we know, so nothing is taken from its silence: what was read is compared
//! with what would be said of the session that is there, and only a difference is a change. So the
//! other languages of a text, the roles of people and the seconds of a time survive.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::schedule::{Attachment, Slot, Terms, kind_of};
use super::slots::ReadSlot;
use super::things::Things;
use super::wish::{Place, WantedSession};
use crate::clock::{Instant, new_id};
use crate::events::Event;
use crate::ids::{SessionId, SpeakerId, SpeakerKind};
use crate::programme::document::{Session, SpeakerRole};
use crate::programme::revision::Standing;
use crate::programme::sessions::input::{SessionInput, SessionSpeakerInput};
use crate::programme::sessions::material_input::MaterialInput;
use crate::text::LocalizedInput;
use crate::words::Word;

/// How texts are compared: without what XML can't say, and whatever ends their lines.
pub(super) fn alike(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        let text = text.replace("\r\n", "\n");
        let can = |c: &char| !matches!(c, '\r' | '\u{fffe}' | '\u{ffff}');
        text.trim().chars().filter(can).collect::<String>()
    };
    a == b || plain(a) == plain(b)
}

/// Sets the default language of a text, and leaves the others.
pub(super) fn set(text: &mut LocalizedInput, language: &str, new: &str) {
    let mut texts = match std::mem::replace(text, LocalizedInput::Plain(String::new())) {
        LocalizedInput::ByLanguage(texts) => texts,
        LocalizedInput::Plain(_) => std::collections::BTreeMap::new(),
    };
    if new.is_empty() {
        texts.remove(language);
    } else {
        texts.insert(language.to_owned(), new.to_owned());
    }
    *text = LocalizedInput::ByLanguage(texts);
}

/// The numbers that sessions have in a document.
type Numbers = HashMap<SessionId, i32>;

/// Turns slots into what is wanted of sessions.
#[derive(Debug)]
pub struct Reader<'a> {
    /// The event.
    pub event: &'a Event,
    /// What the things of the working copy are called.
    pub terms: &'a Terms<'a>,
    /// Rooms and tracks by name, those that are to be made included.
    pub things: &'a Things,
}

impl Reader<'_> {
    /// The sessions that are wanted, and the numbers that they have in the schedule.
    #[must_use]
    pub fn sessions(
        &self,
        slots: Vec<ReadSlot>,
        standing: &Standing,
    ) -> (Vec<WantedSession>, Numbers) {
        let known: HashMap<_, _> = standing
            .sessions
            .iter()
            .map(|s| (s.value.guid, s))
            .collect();
        let gone = standing.released.iter();
        let gone: HashMap<_, _> = gone.map(|session| (session.guid, session)).collect();
        let mut numbers = Numbers::new();
        let wanted = slots.into_iter().map(|read| {
            let current = known.get(&read.slot.guid).copied();
            let gone = gone.get(&read.slot.guid).copied();
            let before = current.map(|current| &current.value).or(gone);
            let input = match before {
                Some(before) => self.changed(&read, before),
                None => self.made(&read),
            };
            let id = before.map_or_else(new_id, |before| before.id);
            let number = i32::try_from(read.slot.number).ok();
            numbers.extend(number.map(|number| (id, number)));
            WantedSession {
                id,
                current: current.cloned(),
                place: read.place,
                input,
            }
        });
        (wanted.collect(), numbers)
    }

    /// Sessions that something is wrong with already, as they would be made: to see what else is.
    #[must_use]
    pub fn checked(&self, slots: Vec<ReadSlot>) -> Vec<(Place, SessionInput)> {
        let checked = slots.into_iter().map(|read| {
            let mut input = self.made(&read);
            if !read.is_timed {
                (input.starts_at, input.ends_at) = (None, None);
            }
            (read.place, input)
        });
        checked.collect()
    }

    fn language(&self) -> &str {
        self.event.languages.default.as_str()
    }

    fn text(&self, text: &str) -> LocalizedInput {
        let mut input = LocalizedInput::Plain(String::new());
        set(&mut input, self.language(), text);
        input
    }

    fn made(&self, read: &ReadSlot) -> SessionInput {
        let slot = &read.slot;
        let mut input = SessionInput {
            slug: read.slug.as_ref().map(ToString::to_string),
            guid: Some(slot.guid.to_string()),
            title: self.text(&slot.title),
            abstract_text: Some(self.text(&slot.abstract_text)),
            kind: None,
            type_label: None,
            language: slot.language.clone(),
            starts_at: None,
            ends_at: None,
            room_id: self.things.room(&slot.room),
            track_id: slot
                .track
                .as_deref()
                .and_then(|name| self.things.track(name)),
            speakers: Some(parts(&self.things.speakers(read), &[])),
            materials: Some(self.materials(&slot.attachments, &[])),
            do_not_record: Some(slot.do_not_record),
            sign_up: None,
        };
        self.set_kind(&mut input, &slot.kind);
        let length = read
            .minutes
            .filter(|minutes| *minutes > 0)
            .map(TimeDelta::minutes);
        let ends_at = slot
            .ends_at
            .or_else(|| length.map(|length| slot.starts_at + length));
        set_times(&mut input, slot.starts_at, ends_at, self.event.timezone);
        input
    }

    fn set_kind(&self, input: &mut SessionInput, label: &str) {
        let kind = kind_of(label);
        input.kind = Some(kind);
        let label = if label == kind.as_str() { "" } else { label };
        let mut text = input
            .type_label
            .take()
            .unwrap_or_else(|| LocalizedInput::Plain(String::new()));
        set(&mut text, self.language(), label);
        input.type_label = Some(text);
    }

    /// The session that is there, with what the slot says otherwise.
    fn changed(&self, read: &ReadSlot, current: &Session) -> SessionInput {
        let (slot, zone) = (&read.slot, self.event.timezone);
        let mut input = SessionInput::of(current, zone);
        let timed = Session {
            starts_at: current.starts_at.or(Some(slot.starts_at)),
            ..current.clone()
        };
        let Some(said) = self.terms.slot(&timed) else {
            return input;
        };
        if !alike(&said.title, &slot.title) {
            set(&mut input.title, self.language(), &slot.title);
        }
        if !alike(&said.abstract_text, &slot.abstract_text) {
            let text = input
                .abstract_text
                .get_or_insert_with(|| LocalizedInput::Plain(String::new()));
            set(text, self.language(), &slot.abstract_text);
        }
        if !alike(&said.kind, &slot.kind) {
            self.set_kind(&mut input, &slot.kind);
        }
        if said.language != slot.language {
            input.language.clone_from(&slot.language);
        }
        if !alike(&said.room, &slot.room) {
            input.room_id = self.things.room(&slot.room);
        }
        if said.track != slot.track {
            input.track_id = slot
                .track
                .as_deref()
                .and_then(|name| self.things.track(name));
        }
        // On, never off: other programs say "false" where nobody was asked.
        input.do_not_record = Some(current.do_not_record || slot.do_not_record);
        self.change_times(&mut input, read, &said, current);
        self.change_people(&mut input, read, current);
        if !same_attachments(&said.attachments, &slot.attachments) {
            input.materials = Some(self.materials(&slot.attachments, &current_materials(current)));
        }
        input
    }

    fn change_times(
        &self,
        input: &mut SessionInput,
        read: &ReadSlot,
        said: &Slot,
        current: &Session,
    ) {
        let slot = &read.slot;
        let same_length = match (slot.ends_at, read.minutes) {
            (Some(end), _) => said.ends_at == Some(end),
            (None, minutes) => minutes.unwrap_or(0) == said.minutes(),
        };
        let moved = current.starts_at != Some(slot.starts_at);
        if !moved && same_length {
            return;
        }
        let exact = current
            .ends_at
            .zip(current.starts_at)
            .map(|(end, start)| end - start);
        let said_length = read
            .minutes
            .filter(|minutes| *minutes > 0)
            .map(TimeDelta::minutes);
        let length = if same_length && slot.ends_at.is_none() {
            exact
        } else {
            said_length
        };
        let ends_at = slot
            .ends_at
            .or_else(|| length.map(|length| slot.starts_at + length));
        set_times(input, slot.starts_at, ends_at, self.event.timezone);
    }

    fn change_people(&self, input: &mut SessionInput, read: &ReadSlot, current: &Session) {
        let wanted = self.things.speakers(read);
        let there: Vec<SpeakerId> = current
            .speakers
            .iter()
            .map(|part| part.speaker_id)
            .collect();
        if wanted != there {
            let roles: Vec<_> = current
                .speakers
                .iter()
                .map(|p| (p.speaker_id, p.role))
                .collect();
            input.speakers = Some(parts(&wanted, &roles));
        }
    }

    /// The attachments as materials. Those that are there keep their other languages and their text;
    /// those that no schedule can say stay.
    fn materials(&self, attachments: &[Attachment], there: &[MaterialInput]) -> Vec<MaterialInput> {
        let mut materials: Vec<MaterialInput> = there
            .iter()
            .filter(|material| material.url.is_none())
            .cloned()
            .collect();
        for attachment in attachments {
            let known = there
                .iter()
                .find(|m| m.url.as_deref() == Some(&attachment.url));
            let mut material = known.cloned().unwrap_or_else(|| MaterialInput {
                title: LocalizedInput::Plain(String::new()),
                kind: attachment.kind,
                url: Some(attachment.url.clone()),
                text: None,
            });
            material.kind = attachment.kind;
            set(&mut material.title, self.language(), &attachment.title);
            materials.push(material);
        }
        materials
    }
}

fn current_materials(session: &Session) -> Vec<MaterialInput> {
    session.materials.iter().map(MaterialInput::of).collect()
}

fn same_attachments(said: &[Attachment], read: &[Attachment]) -> bool {
    let same = |(a, b): (&Attachment, &Attachment)| {
        a.url == b.url && a.kind == b.kind && alike(&a.title, &b.title)
    };
    said.len() == read.len() && said.iter().zip(read).all(same)
}

fn set_times(input: &mut SessionInput, starts_at: Instant, ends_at: Option<Instant>, zone: Tz) {
    input.starts_at = Some(starts_at.to_rfc3339_in(zone));
    input.ends_at = ends_at.map(|end| end.to_rfc3339_in(zone));
}

fn parts(
    wanted: &[crate::ids::Id<SpeakerKind>],
    roles: &[(SpeakerId, SpeakerRole)],
) -> Vec<SessionSpeakerInput> {
    let mut seen = HashSet::new();
    let once = wanted.iter().filter(|id| seen.insert(**id));
    once.map(|id| SessionSpeakerInput {
        speaker_id: id.to_string(),
        role: roles
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, role)| *role),
    })
    .collect()
}

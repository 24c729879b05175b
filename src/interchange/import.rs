//! Importing a document, inside a transaction that holds the event.

use std::collections::HashSet;

use serde_json::Value;

use super::own_input::ProgrammeInput;
use super::own_reader;
use super::plan::{Plan, plan};
use super::schedule::Terms;
use super::schedule_input::{ScheduleInput, of_json, of_xml};
use super::schedule_reader::Reader;
use super::slots::{self, ReadSlot};
use super::things::{Around, Things};
use super::trace::trace;
use super::wish::{DocumentFormat, Removes, Wish};
use super::xml;
use crate::audit::Author;
use crate::db::{Conn, DbError};
use crate::events::{Event, EventRefusal, Held};
use crate::faults::Faults;
use crate::http::{typed, value_of_many};
use crate::mail::calendar::nowhere;
use crate::mail::wording::Tongue;
use crate::problem::Problem;
use crate::programme::Outcome;
use crate::programme::document::Programme;
use crate::programme::revision::{Standing, apply};
use crate::video;

/// A document that was read, before it is known what it means for an event.
#[derive(Debug)]
pub enum Document {
    /// Our own.
    Programme(Box<ProgrammeInput>),
    /// A schedule, and how it was written.
    Schedule(ScheduleInput, DocumentFormat),
}

/// How a document says that it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// JSON, of which the content tells ours from a schedule.
    Json,
    /// XML.
    Xml,
}

impl Writing {
    /// By the first character that is not blank.
    #[must_use]
    pub fn of_content(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') => Self::Xml,
            _ => Self::Json,
        }
    }
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// 400 for what can't be read, 422 with the place of what is refused in it.
    pub fn read(bytes: &[u8], writing: Writing) -> Result<Self, Problem> {
        match writing {
            Writing::Xml => {
                let root = xml::read(bytes)?;
                if root.name != "schedule" {
                    let detail =
                        format!("Line {}: the root of a schedule is <schedule>.", root.line);
                    return Err(Faults::one("/", "unknown_format", detail).into());
                }
                Ok(Self::Schedule(of_xml(&root), DocumentFormat::ScheduleXml))
            }
            Writing::Json => {
                let value = value_of_many(bytes)?;
                if value.get("schedule").is_some_and(Value::is_object) {
                    return Ok(Self::Schedule(
                        of_json(value)?,
                        DocumentFormat::ScheduleJson,
                    ));
                }
                typed(value).map(Box::new).map(Self::Programme)
            }
        }
    }

    /// What it wants of the working copy of this event.
    pub(super) fn wish(&self, event: &Event, standing: &Standing, faults: &mut Faults) -> Wish {
        match self {
            Self::Programme(document) => {
                own_reader::wish(document, standing, &event.languages, faults)
            }
            Self::Schedule(input, format) => {
                schedule_wish(input.clone(), *format, event, standing, faults)
            }
        }
    }

    /// In which format it is.
    #[must_use]
    pub const fn format(&self) -> DocumentFormat {
        match self {
            Self::Programme(_) => DocumentFormat::Programme,
            Self::Schedule(_, format) => *format,
        }
    }
}

fn schedule_wish(
    mut input: ScheduleInput,
    format: DocumentFormat,
    event: &Event,
    standing: &Standing,
    faults: &mut Faults,
) -> Wish {
    let nowhere = nowhere(Tongue::of(event.languages.default.as_str()));
    let programme = values(standing);
    let terms = Terms::of(event, &programme, nowhere);
    let (halls, lanes) = (
        std::mem::take(&mut input.halls),
        std::mem::take(&mut input.lanes),
    );
    let mut slots = slots::read(input, faults);
    let around = Around {
        event,
        standing,
        terms: &terms,
        nowhere,
    };
    let all: Vec<&ReadSlot> = slots.read.iter().chain(&slots.faulty).collect();
    let mut things = Things::of(halls, lanes, &all, &around);
    let reader = Reader {
        event,
        terms: &terms,
        things: &things,
    };
    let checked = reader.checked(std::mem::take(&mut slots.faulty));
    let (sessions, numbers) = reader.sessions(slots.read, standing);
    Wish {
        format,
        removes: Removes::ScheduledSessions,
        unread: slots.unread,
        checked,
        rooms: std::mem::take(&mut things.wanted_rooms),
        tracks: std::mem::take(&mut things.wanted_tracks),
        speakers: std::mem::take(&mut things.wanted_speakers),
        sessions,
        numbers,
    }
}

fn values(standing: &Standing) -> Programme {
    Programme {
        rooms: standing
            .rooms
            .iter()
            .map(|room| room.value.clone())
            .collect(),
        tracks: standing
            .tracks
            .iter()
            .map(|track| track.value.clone())
            .collect(),
        speakers: standing
            .speakers
            .iter()
            .map(|speaker| speaker.value.clone())
            .collect(),
        sessions: standing
            .sessions
            .iter()
            .map(|session| session.value.clone())
            .collect(),
        ..Programme::default()
    }
}

/// Whether the working copy of this event may be changed; who only looks is refused like who writes.
///
/// # Errors
/// [`EventRefusal::WrongState`] where it is locked.
pub fn check_open(event: &Event) -> Result<(), EventRefusal> {
    if event.is_editable() {
        return Ok(());
    }
    Err(EventRefusal::WrongState(event.state))
}

/// What this document comes to.
///
/// # Errors
/// The store's failure.
pub fn prepare(
    conn: &mut Conn,
    event: &Event,
    standing: &Standing,
    document: &Document,
) -> Result<Plan, DbError> {
    let filmed: HashSet<_> = video::rooms_in_recordings(conn, event.id)?
        .into_iter()
        .collect();
    let mut faults = Faults::new();
    let wish = document.wish(event, standing, &mut faults);
    Ok(plan(wish, standing, event, &filmed, faults))
}

/// Writes what a faultless plan says of the working copy that was read in this transaction, and its
/// trace; `told` hears of every thing that is done.
///
/// # Errors
/// What [`ProgrammeRefusal`](crate::programme::ProgrammeRefusal) says.
pub fn carry_out(
    tx: &mut Conn,
    who: &impl Author,
    event: &Held,
    standing: &Standing,
    plan: &Plan,
    told: &mut dyn FnMut(),
) -> Outcome<()> {
    apply(tx, who.asked_at(), event, &plan.revision, told)?;
    Ok(trace(tx, who, event, standing, &plan.revision)?)
}

//! What is in an event: its programme, what one can register for, and who did.

use std::fmt::{Debug, Display};

use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::file::{EventFile, Spoken};
use super::keys::Keys;
use super::load::{Outcome, broken, made};
use crate::clock::{Instant, new_id};
use crate::committee;
use crate::db::{Conn, DbError, Stop};
use crate::events::{self, Held};
use crate::faults::Faults;
use crate::ids::{EventId, RecordingId};
use crate::mail::outbox::{self, Claimed};
use crate::programme::{releases, rooms, sessions, speakers, tracks};
use crate::registrations::confirm::confirm;
use crate::registrations::refusal::Refusal;
use crate::registrations::register::{Rules, register};
use crate::{tickets, transcripts, video};

/// Where the data of one file is made.
pub struct Place<'a> {
    /// The transaction.
    pub tx: &'a mut Conn,
    /// When it is made.
    pub now: Instant,
    /// The name of the file.
    pub name: &'static str,
}

/// Makes one thing of each body, and remembers its id by its key.
fn each<T: DeserializeOwned, I: Display, R: Debug>(
    place: &mut Place<'_>,
    keys: &mut Keys,
    bodies: &[Value],
    make: impl Fn(&mut Conn, Instant, &T) -> Result<I, Stop<R>>,
) -> Outcome<()> {
    let name = place.name;
    for body in bodies {
        let (key, input) = keys.read(body).or_else(|reason| broken(name, reason))?;
        let id = made(name, make(place.tx, place.now, &input))?;
        keys.remember(key, id)
            .or_else(|reason| broken(name, reason))?;
    }
    Ok(())
}

/// Makes the programme and its release, and what one can register for.
pub fn before_publication(
    place: &mut Place<'_>,
    keys: &mut Keys,
    event: EventId,
    file: &EventFile,
) -> Outcome<()> {
    let event = made(place.name, events::hold(place.tx, event))?;
    programme(place, keys, &event, file)?;
    release(place, &event, file)?;
    each(place, keys, &file.recordings, |tx, now, input| {
        video::actions::create(tx, now, &event, input).map(|(made, _)| made.id)
    })?;
    each(place, keys, &file.transcripts, |tx, now, input| {
        spoken(tx, now, &event, input)
    })?;
    each(place, keys, &file.quotas, |tx, now, input| {
        tickets::actions::create_quota(tx, now, &event, input).map(|made| made.id)
    })?;
    each(place, keys, &file.ticket_types, |tx, now, input| {
        tickets::actions::create_ticket_type(tx, now, &event, input).map(|made| made.id)
    })
}

/// Makes the registrations, and confirms them. Their mails are never sent: nobody invented reads them.
pub fn registrations(
    place: &mut Place<'_>,
    keys: &mut Keys,
    event: EventId,
    file: &EventFile,
) -> Outcome<()> {
    let rules = Rules {
        confirm_within: TimeDelta::hours(1),
        offer_within: TimeDelta::hours(48),
        limit_mails: false,
    };
    let event = event.to_string();
    each(place, keys, &file.registrations, |tx, now, input| {
        let accepted = register(tx, now, rules, &event, input)?;
        let mail = outbox::claim(tx, now, new_id(), 1, &[])?.pop();
        let link = mail.as_ref().and_then(Claimed::link);
        confirm(
            tx,
            now,
            rules,
            link.ok_or_else(|| DbError::internal("no mail to confirm by"))?,
        )?;
        outbox::suppress(tx, accepted.registration)?;
        Ok::<_, Stop<Refusal>>(accepted.registration)
    })
}

/// Keeps what is said in a recording.
fn spoken(
    tx: &mut Conn,
    now: Instant,
    event: &Held,
    input: &Spoken,
) -> Result<RecordingId, Stop<Faults>> {
    let recording = video::find_recording(tx, event.id, input.recording_id)?;
    let recording = recording.ok_or_else(|| DbError::internal("no such recording"))?;
    let file = input.web_vtt.join("\n");
    let transcript = transcripts::parse(transcripts::Format::WebVtt, file.as_bytes());
    let transcript = transcript.map_err(Stop::Refused)?;
    transcripts::actions::put(tx, now, &recording, transcript)?;
    Ok(recording.id)
}

fn programme(
    place: &mut Place<'_>,
    keys: &mut Keys,
    event: &Held,
    file: &EventFile,
) -> Outcome<()> {
    each(place, keys, &file.committee, |tx, now, input| {
        committee::actions::create(tx, now, event, input).map(|made| made.id)
    })?;
    each(place, keys, &file.rooms, |tx, now, input| {
        rooms::actions::create(tx, now, event, input).map(|made| made.value.id)
    })?;
    each(place, keys, &file.tracks, |tx, now, input| {
        tracks::actions::create(tx, now, event, input).map(|made| made.value.id)
    })?;
    each(place, keys, &file.speakers, |tx, now, input| {
        speakers::actions::create(tx, now, event, input).map(|made| made.value.id)
    })?;
    each(place, keys, &file.sessions, |tx, now, input| {
        sessions::actions::create(tx, now, event, input).map(|made| made.value.id)
    })
}

fn release(place: &mut Place<'_>, event: &Held, file: &EventFile) -> Outcome<()> {
    let Some(note) = &file.release else {
        return Ok(());
    };
    let released = releases::actions::release(place.tx, place.now, event, note);
    made(place.name, released).map(drop)
}

//! What a release of the programme does to those who come, in its own transaction.
//!
//! A session that it takes away is nobody's choice any more; sessions that it moves to one time stay
//! chosen until the attendee chooses. Both are told whether or not the organiser asked for it, because
//! they are somebody's own; what else changed is told on request, in one mail to each contact. However
//! many come, rows are read and written many to a statement.

use std::collections::{BTreeSet, HashMap};

use super::letters::{letter, letter_to_attendee, own_address};
use super::model::{Attendee, Registration, RegistrationState};
use super::news::{News, choices};
use super::store::choices::{self as chosen, Choice};
use super::store::list_by_ids;
use super::timetable::{Timetable, among};
use super::tokens::{self, Purpose};
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::ids::{AttendeeId, EventId, RegistrationId, SessionId};
use crate::mail::{ChoiceFacts, EmailKind, NewEmail, ProgrammeFacts, outbox};
use crate::programme::releases::actions::Released;
use crate::tickets::{self, TicketType};

/// Registrations whose mails are written together.
const CHUNK: usize = 500;

/// What the release did to the choices of one attendee.
#[derive(Debug, Default)]
struct Touched {
    /// They are not in the programme any more.
    dropped: Vec<SessionId>,
    /// They are at one time since.
    clashing: Vec<SessionId>,
}

type TouchedBy = HashMap<AttendeeId, Touched>;

/// Brings the choices of attendees up to a release that was made in this transaction, which holds the
/// event, and tells those it concerns; with `notify` everybody who is confirmed of what is new to them.
///
/// # Errors
/// The store's failure.
pub fn follow(
    tx: &mut Conn,
    now: Instant,
    event: &Event,
    released: &Released,
    notify: bool,
) -> Result<(), DbError> {
    let (touched, mut told) = touch(tx, event.id, released)?;
    // Before the first release there was nothing that could have changed.
    let news = (notify && released.release.version > 1).then(|| News::of(released));
    if news.is_some() {
        told.extend(chosen::list_confirmed(tx, event.id)?);
    }
    if told.is_empty() {
        return Ok(());
    }
    let types = tickets::list_all(tx, event.id)?;
    let telling = Telling {
        about: (event, &types),
        released,
        news,
        touched,
    };
    let told: Vec<RegistrationId> = told.into_iter().collect();
    for ids in told.chunks(CHUNK) {
        telling.tell(tx, now, ids)?;
    }
    Ok(())
}

/// Takes away what is not in the programme any more, and finds what is at one time since; with the
/// registrations that either is in.
fn touch(
    tx: &mut Conn,
    event: EventId,
    released: &Released,
) -> Result<(TouchedBy, BTreeSet<RegistrationId>), DbError> {
    let changes = &released.release.changes;
    let (mut touched, mut whose) = (TouchedBy::new(), BTreeSet::new());
    if changes.removed.is_empty() && changes.moved.is_empty() {
        return Ok((touched, whose));
    }
    let before = Timetable::of(&released.before);
    let after = Timetable::of(&released.release.programme);
    let removed: BTreeSet<SessionId> = changes.removed.iter().copied().collect();
    let mut changed: Vec<Choice> = Vec::new();
    for mut choice in chosen::list(tx, event)? {
        let (dropped, kept): (Vec<_>, Vec<_>) = choice
            .session_ids
            .iter()
            .partition(|id| removed.contains(id));
        let clashes = &after.clashes(&kept) - &before.clashes(&kept);
        let clashing = among(&kept, &clashes);
        if dropped.is_empty() && clashing.is_empty() {
            continue;
        }
        whose.insert(choice.registration_id);
        if !dropped.is_empty() {
            choice.session_ids = kept;
            changed.push(choice.clone());
        }
        touched.insert(choice.attendee_id, Touched { dropped, clashing });
    }
    chosen::write(tx, &changed)?;
    Ok((touched, whose))
}

/// A mail before it has its link.
struct Draft<'a> {
    registration: &'a Registration,
    /// To this attendee; `None`: to the contact.
    attendee: Option<&'a Attendee>,
    programme: Option<ProgrammeFacts>,
    overlapping: Vec<ChoiceFacts>,
    dropped: Vec<ChoiceFacts>,
}

struct Telling<'a> {
    about: (&'a Event, &'a [TicketType]),
    released: &'a Released,
    news: Option<News>,
    touched: TouchedBy,
}

impl Telling<'_> {
    fn tell(&self, tx: &mut Conn, now: Instant, ids: &[RegistrationId]) -> Result<(), DbError> {
        let registrations = list_by_ids(tx, ids)?;
        let drafts: Vec<Draft> = registrations
            .iter()
            .filter(|one| is_told(one))
            .flat_map(|one| self.drafts(one))
            .collect();
        let wanted: Vec<tokens::Wanted> = drafts
            .iter()
            .map(|draft| {
                let attendee = draft.attendee.map(|one| one.id);
                (draft.registration.id, attendee, Purpose::Manage)
            })
            .collect();
        let links = tokens::issue_all(tx, now, &wanted)?;
        let letters: Vec<NewEmail> = drafts
            .into_iter()
            .zip(links)
            .filter_map(|(draft, link)| {
                let kind = match draft.programme {
                    Some(_) => EmailKind::ProgrammeChanged,
                    None => EmailKind::RegistrationChanged,
                };
                let about = self.about;
                let mut mail = match draft.attendee {
                    Some(one) => {
                        letter_to_attendee(about, draft.registration, one, kind, Some(link))
                    }
                    None => letter(about, draft.registration, kind, Some(link)),
                }?;
                mail.context.programme = draft.programme;
                mail.context.overlapping = draft.overlapping;
                mail.context.dropped = draft.dropped;
                // The entry in their calendars is the days of the event, which are as they were.
                mail.context.calendar_uid = None;
                Some(mail)
            })
            .collect();
        outbox::enqueue_all(tx, now, &letters)
    }

    /// Attendees with an address of their own hear of their choices there, the contact of the others'
    /// choices and of the programme.
    fn drafts<'a>(&self, registration: &'a Registration) -> Vec<Draft<'a>> {
        let confirmed = registration.state == RegistrationState::Confirmed;
        let has_own = |one: &&Attendee| confirmed && own_address(registration, one).is_some();
        let (own, others): (Vec<&Attendee>, Vec<&Attendee>) =
            registration.active().partition(has_own);
        let mut drafts: Vec<Draft> = own
            .into_iter()
            .map(|one| self.draft(registration, Some(one), &[one]))
            .collect();
        let news = self.news.as_ref().filter(|_| confirmed);
        let mut to_contact = self.draft(registration, None, &others);
        to_contact.programme = news.and_then(|news| news.concerning(&self.chosen(registration)));
        drafts.push(to_contact);
        drafts.retain(|draft| {
            let own = !(draft.overlapping.is_empty() && draft.dropped.is_empty());
            own || draft.programme.is_some()
        });
        drafts
    }

    fn draft<'a>(
        &self,
        registration: &'a Registration,
        attendee: Option<&'a Attendee>,
        of: &[&Attendee],
    ) -> Draft<'a> {
        let touched = || {
            of.iter()
                .filter_map(|one| Some((one, self.touched.get(&one.id)?)))
        };
        let (before, after) = (&self.released.before, &self.released.release.programme);
        Draft {
            registration,
            attendee,
            programme: None,
            overlapping: touched()
                .filter_map(|(one, touched)| choices(after, one, &touched.clashing))
                .collect(),
            dropped: touched()
                .filter_map(|(one, touched)| choices(before, one, &touched.dropped))
                .collect(),
        }
    }

    /// What is chosen in a registration, and what was until this release.
    fn chosen(&self, registration: &Registration) -> BTreeSet<SessionId> {
        let of = |one: &Attendee| {
            let dropped = self.touched.get(&one.id).map(|touched| &touched.dropped);
            let all = one.session_ids.iter().chain(dropped.into_iter().flatten());
            all.copied().collect::<Vec<_>>()
        };
        registration.active().flat_map(of).collect()
    }
}

/// Whether it may still come to a seat, and its address is confirmed.
fn is_told(registration: &Registration) -> bool {
    registration.state.is_live() && registration.state != RegistrationState::AwaitingConfirmation
}

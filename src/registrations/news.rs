//! What a release of the programme says to those who come, in the words of mails. Pure.

use std::collections::BTreeSet;

use super::model::Attendee;
use crate::ids::SessionId;
use crate::mail::{ChoiceFacts, ProgrammeFacts, SessionFacts, SlotFacts};
use crate::programme::document::{Programme, Session};
use crate::programme::releases::actions::Released;
use crate::text::Localized;

/// Most changes that one mail lists; it says how many more there are.
const MOST: usize = 30;

/// A change, in the order in which it matters to who reads of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Removed,
    Moved,
    Added,
    Changed,
}

#[derive(Debug)]
struct Item {
    id: SessionId,
    change: Change,
    /// Concerns nobody but those who signed up for it.
    chosen_only: bool,
    facts: SessionFacts,
}

/// All that a release changed.
#[derive(Debug)]
pub struct News {
    note: Localized,
    items: Vec<Item>,
}

impl News {
    /// What this release changed.
    #[must_use]
    pub fn of(released: &Released) -> Self {
        let changes = &released.release.changes;
        let lists = [
            (Change::Removed, &changes.removed),
            (Change::Moved, &changes.moved),
            (Change::Added, &changes.added),
            (Change::Changed, &changes.changed),
        ];
        let all = lists
            .into_iter()
            .flat_map(|(change, ids)| ids.iter().map(move |id| (change, *id)));
        // What moved and changed otherwise stands once, where it says more.
        let once =
            all.filter(|(change, id)| *change != Change::Changed || !changes.moved.contains(id));
        Self {
            note: released.release.note.clone(),
            items: once
                .map(|(change, id)| item(released, change, id))
                .collect(),
        }
    }

    /// What of it concerns somebody with these choices; `None`: nothing.
    #[must_use]
    pub fn concerning(&self, chosen: &BTreeSet<SessionId>) -> Option<ProgrammeFacts> {
        let items = self.items.iter();
        let mine: Vec<&Item> = items
            .filter(|item| !item.chosen_only || chosen.contains(&item.id))
            .collect();
        if mine.is_empty() {
            return None;
        }
        let told = &mine[..mine.len().min(MOST)];
        let list = |change: Change| {
            let items = told.iter().filter(|item| item.change == change);
            items.map(|item| item.facts.clone()).collect()
        };
        Some(ProgrammeFacts {
            note: self.note.clone(),
            removed: list(Change::Removed),
            moved: list(Change::Moved),
            added: list(Change::Added),
            changed: list(Change::Changed),
            more: mine.len() - told.len(),
        })
    }
}

fn item(released: &Released, change: Change, id: SessionId) -> Item {
    let (before, now) = (&released.before, &released.release.programme);
    let versions = [find(before, id), find(now, id)];
    let takes_sign_up = |session: &Session| session.sign_up_capacity.is_some();
    let facts = match change {
        Change::Removed => facts(before, id),
        Change::Moved => SessionFacts {
            was: versions[0].map(|session| slot(before, session)),
            ..facts(now, id)
        },
        Change::Added | Change::Changed => facts(now, id),
    };
    Item {
        id,
        change,
        chosen_only: change != Change::Added && versions.into_iter().flatten().any(takes_sign_up),
        facts,
    }
}

fn find(programme: &Programme, id: SessionId) -> Option<&Session> {
    programme.sessions.iter().find(|session| session.id == id)
}

fn slot(programme: &Programme, session: &Session) -> SlotFacts {
    let mut rooms = programme.rooms.iter();
    let room = rooms.find(|room| Some(room.id) == session.room_id);
    SlotFacts {
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        room: room.map(|room| room.name.clone()).unwrap_or_default(),
    }
}

/// What a mail says of a session of this programme; one that is not in it has no name.
fn facts(programme: &Programme, id: SessionId) -> SessionFacts {
    let found = find(programme, id);
    SessionFacts {
        title: found
            .map(|session| session.title.clone())
            .unwrap_or_default(),
        was: None,
        now: found.map(|session| slot(programme, session)),
    }
}

/// What a mail says of those of these sessions that are in the programme, in the order of their times.
#[must_use]
pub fn chosen(programme: &Programme, ids: &[SessionId]) -> Vec<SessionFacts> {
    let known = ids.iter().filter(|id| find(programme, **id).is_some());
    let mut sessions: Vec<SessionFacts> = known.map(|id| facts(programme, *id)).collect();
    sessions.sort_by_key(|session| {
        let start = session.now.as_ref().and_then(|slot| slot.starts_at);
        (start.is_none(), start)
    });
    sessions
}

/// What a mail says of these sessions of one attendee; `None` where there are none.
#[must_use]
pub fn choices(
    programme: &Programme,
    attendee: &Attendee,
    sessions: &[SessionId],
) -> Option<ChoiceFacts> {
    let sessions: Vec<SessionFacts> = sessions.iter().map(|id| facts(programme, *id)).collect();
    (!sessions.is_empty()).then(|| ChoiceFacts {
        name: attendee.name.clone(),
        sessions,
    })
}

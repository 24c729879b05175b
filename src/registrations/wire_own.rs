//! How one's own registration looks in answers, and the line as the organiser sees it.

use serde::Serialize;
use utoipa::ToSchema;

use super::confirm::Opened;
use super::model::{Reach, Registration, RegistrationState};
use super::places::Own;
use super::wire::{RegistrationView, tag};
use crate::events::Event;
use crate::http::wire::Moment;
use crate::http::{Answer, Reply};
use crate::ids::AttendeeId;
use crate::problem::Problem;
use crate::tickets::questions::wire::AnswerView;

/// One's own registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnRegistration {
    /// The registration.
    #[serde(flatten)]
    registration: RegistrationView,
    /// Whose view it is.
    access: Reach,
}

/// One's own registration, opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedView {
    /// The registration.
    registration: OwnRegistration,
    /// Opens it for 30 days, as `Authorization: Bearer`.
    #[schema(example = "kga_…")]
    access_token: String,
}

/// One who waits.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    /// The registration.
    #[serde(flatten)]
    pub registration: RegistrationView,
    /// Place in the line, from 1, among those who wait for seats of the same quotas.
    #[schema(example = 1)]
    pub position: i32,
    /// Since when.
    pub joined_at: Moment,
    /// The attendee who waits beside the seat they have; null: the whole registration waits.
    #[schema(required = true)]
    pub attendee_id: Option<AttendeeId>,
}

impl From<Opened> for OpenedView {
    fn from(opened: Opened) -> Self {
        Self {
            registration: OwnRegistration::new(&opened.registration, &opened.event, &opened.own),
            access_token: opened.access_token.reveal().to_owned(),
        }
    }
}

impl OwnRegistration {
    /// The contact's view, or one attendee's own, who sees nobody else.
    #[must_use]
    pub fn new(registration: &Registration, event: &Event, own: &Own) -> Self {
        let seen = own.sees(registration);
        let mut view = RegistrationView::new(&seen, event, own);
        for (shown, attendee) in view.attendees.iter_mut().zip(&seen.attendees) {
            if own.attendee == Some(attendee.id) || registration.is_contacts_own(attendee) {
                shown.answers = attendee.answers.iter().map(AnswerView::whole).collect();
            }
        }
        if registration.state == RegistrationState::Confirmed {
            for (shown, attendee) in view.attendees.iter_mut().zip(&seen.attendees) {
                shown.ticket_secret = attendee.comes().then(|| attendee.ticket_secret.clone());
            }
        }
        Self {
            registration: view,
            access: match own.attendee {
                None => Reach::Contact,
                Some(_) => Reach::Attendee,
            },
        }
    }

    /// For who has just handed over their seat: the ticket is somebody else's now.
    #[must_use]
    pub fn without_tickets(mut self) -> Self {
        for shown in &mut self.registration.attendees {
            shown.ticket_secret = None;
        }
        self
    }

    /// Its tag, unquoted: the version that changes compare, and a digest, because the event and
    /// prices are shown too.
    ///
    /// # Errors
    /// 500 when it can't be serialised.
    pub fn tag(&self) -> Result<String, Problem> {
        tag(self.registration.version, self)
    }

    /// The whole answer.
    ///
    /// # Errors
    /// As [`tag`](Self::tag).
    pub fn reply(&self) -> Answer {
        Ok(Reply::ok(self)?.etag(self.tag()?))
    }
}

//! A registration: its states, and what leads from one to the next. Pure.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::events::Event;
use crate::ids::{
    AccessCodeId, AttendeeId, EventId, QuestionId, RegistrationId, SessionId, TicketTypeId,
};
use crate::text::Email;
use crate::tickets::Price;
use crate::tickets::questions::Answer;

crate::words! {
    /// Where a registration is.
    pub enum RegistrationState {
        /// The address is not confirmed yet.
        AwaitingConfirmation = "awaiting_confirmation",
        /// The organiser has to say yes.
        AwaitingApproval = "awaiting_approval",
        /// It waits for a seat.
        WaitingList = "waiting_list",
        /// A seat is offered.
        Offered = "offered",
        /// The seats are theirs.
        Confirmed = "confirmed",
        /// The organiser said no.
        Rejected = "rejected",
        /// It was not confirmed, or got no seat, in time; or a newer one took its place before it was confirmed.
        Expired = "expired",
        /// The offer was not accepted in time.
        OfferExpired = "offer_expired",
        /// Called off, by its contact, the organiser or with the event.
        Cancelled = "cancelled",
    }

    /// What confirming the address leads to.
    pub enum LeadsTo {
        /// The seats are theirs.
        Confirmed = "confirmed",
        /// The organiser has to say yes.
        AwaitingApproval = "awaiting_approval",
        /// It waits for a seat.
        WaitingList = "waiting_list",
    }

    /// Where an attendee of a registration is.
    pub enum AttendeeState {
        /// Comes.
        Active = "active",
        /// Does not come.
        Cancelled = "cancelled",
    }

    /// Whose view of a registration it is.
    pub enum Reach {
        /// The contact's: everything.
        Contact = "contact",
        /// One attendee's own.
        Attendee = "attendee",
    }
}

/// What can happen to a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The address is confirmed.
    Confirm(LeadsTo),
    /// The organiser says yes.
    Approve,
    /// The organiser says no.
    Reject,
    /// A seat is free for it.
    Offer,
    /// It takes the offered seat.
    Accept,
    /// It does not want the offered seat.
    Decline,
    /// It did not take the offered seat in time.
    LetLapse,
    /// Its time is over.
    Expire,
    /// It is called off.
    Cancel,
}

/// The state does not lead there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongState(pub RegistrationState);

impl RegistrationState {
    /// Whether it still may lead to a seat, or has one.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(
            self,
            Self::AwaitingConfirmation
                | Self::AwaitingApproval
                | Self::WaitingList
                | Self::Offered
                | Self::Confirmed
        )
    }

    /// The states in which it is live.
    pub const LIVE: [Self; 5] = [
        Self::AwaitingConfirmation,
        Self::AwaitingApproval,
        Self::WaitingList,
        Self::Offered,
        Self::Confirmed,
    ];

    /// The state after a step.
    ///
    /// # Errors
    /// When the step does not lead on from this state.
    pub const fn after(self, step: Step) -> Result<Self, WrongState> {
        match (self, step) {
            (Self::AwaitingConfirmation, Step::Confirm(LeadsTo::Confirmed))
            | (Self::AwaitingApproval, Step::Approve)
            | (Self::Offered, Step::Accept) => Ok(Self::Confirmed),
            (Self::AwaitingConfirmation, Step::Confirm(LeadsTo::AwaitingApproval)) => {
                Ok(Self::AwaitingApproval)
            }
            (Self::AwaitingConfirmation, Step::Confirm(LeadsTo::WaitingList)) => {
                Ok(Self::WaitingList)
            }
            (Self::AwaitingApproval, Step::Reject) => Ok(Self::Rejected),
            (Self::WaitingList, Step::Offer) => Ok(Self::Offered),
            (Self::Offered, Step::LetLapse) => Ok(Self::OfferExpired),
            (Self::AwaitingConfirmation | Self::WaitingList | Self::Offered, Step::Expire) => {
                Ok(Self::Expired)
            }
            (Self::Offered, Step::Decline) => Ok(Self::Cancelled),
            (state, Step::Cancel) if state.is_live() => Ok(Self::Cancelled),
            (state, _) => Err(WrongState(state)),
        }
    }
}

/// What an attendee waits for while they keep the seat they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The ticket type.
    pub ticket_type_id: TicketTypeId,
    /// Their place in the line.
    pub joined_at: Instant,
    /// Until when a seat of it is theirs for the asking; `None`: none is offered.
    pub offer_expires_at: Option<Instant>,
}

/// Whom to write to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Address.
    pub email: Email,
    /// Phone.
    pub phone: Option<String>,
}

/// What was said yes or no to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
pub struct Consents {
    /// The terms.
    pub terms: bool,
    /// To stand on the list of participants.
    pub participant_list: bool,
    /// To get news.
    pub news: bool,
    /// To what is kept of sensitive answers.
    #[serde(default)]
    pub sensitive: bool,
    /// The version of the questions.
    pub version: i32,
}

/// Whom to bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Nine digits.
    pub organisation_number: Option<String>,
    /// What the payer wants to read on it.
    pub reference: Option<String>,
    /// Where it goes.
    pub email: Option<String>,
}

/// One who comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// Id.
    pub id: AttendeeId,
    /// What they have a ticket of.
    pub ticket_type_id: TicketTypeId,
    /// What it cost when it was asked for: a price that changes later changes nothing that was agreed.
    /// `None` where it was free.
    pub price: Option<Price>,
    /// Name.
    pub name: String,
    /// Address.
    pub email: Option<Email>,
    /// Phone.
    pub phone: Option<String>,
    /// Where they work.
    pub organisation: Option<String>,
    /// Job.
    pub position: Option<String>,
    /// Municipalities they come for, four digits each.
    pub municipality_numbers: Vec<String>,
    /// Whether they come.
    pub state: AttendeeState,
    /// What their ticket shows at the door.
    pub ticket_secret: String,
    /// When they came.
    pub checked_in_at: Option<Instant>,
    /// To the questions of the form, in their order.
    pub answers: Vec<Answer>,
    /// What they wait for beside the seat they have.
    pub waiting_for: Option<Waiting>,
    /// What that cost when it was asked for.
    pub waiting_price: Option<Price>,
    /// Sessions they signed up for.
    pub session_ids: Vec<SessionId>,
    /// Sessions they had chosen and that filled up before they got a seat, until they choose anew.
    pub lost_session_ids: Vec<SessionId>,
    /// Whether they said yes by their own link to what is kept of their sensitive answers. The contact's yes
    /// stands in [`Consents`] and counts for what the contact answers.
    pub sensitive_consent: bool,
}

impl Attendee {
    /// Whether they come, or would.
    #[must_use]
    pub fn comes(&self) -> bool {
        self.state == AttendeeState::Active
    }

    /// Whether they come, or would, to this session.
    #[must_use]
    pub fn comes_to(&self, session: SessionId) -> bool {
        self.comes() && self.session_ids.contains(&session)
    }

    /// Takes an option out of the answer to a question, and the answer with the last of them.
    pub fn lose_option(&mut self, question: QuestionId, key: &str) {
        for answer in &mut self.answers {
            if answer.question_id == question {
                answer.lose(key);
            }
        }
        self.answers
            .retain(|answer| answer.question_id != question || !answer.chosen.is_empty());
    }
}

/// One submission by a contact for its attendees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Id.
    pub id: RegistrationId,
    /// The event it is for.
    pub event_id: EventId,
    /// What people call it; unique in the event.
    pub code: String,
    /// Where it is.
    pub state: RegistrationState,
    /// Whether its attendees hold seats now.
    pub holds_seats: bool,
    /// Language of its mails.
    pub language: String,
    /// `None` once erased.
    pub contact: Option<Contact>,
    /// In the order they were given.
    pub attendees: Vec<Attendee>,
    /// What was said yes or no to.
    pub consents: Consents,
    /// Whom to bill.
    pub invoice: Option<Invoice>,
    /// The frontend's own reference.
    pub reference: Option<String>,
    /// Until when an unconfirmed one holds its seats.
    pub confirm_before: Instant,
    /// Whether it would rather wait than have no seat.
    pub wants_list: bool,
    /// Its place in the line: when it got there.
    pub joined_at: Option<Instant>,
    /// Until when the offered seats are theirs for the asking.
    pub offer_expires_at: Option<Instant>,
    /// What staff noted; nobody else sees it.
    pub notes: String,
    /// Whom to write to once that address is confirmed.
    pub new_contact: Option<Contact>,
    /// When it was made.
    pub created_at: Instant,
    /// When the address was confirmed.
    pub confirmed_at: Option<Instant>,
    /// When it was called off.
    pub cancelled_at: Option<Instant>,
    /// When the person was erased from it.
    pub erased_at: Option<Instant>,
    /// Rises with every change, and with it that of the entry in calendars.
    pub version: i32,
    /// What opened its ticket types.
    pub access_code: Option<AccessCodeId>,
}

impl Registration {
    /// The seats its attendees hold, or would hold, by ticket type.
    #[must_use]
    pub fn seats(&self) -> crate::tickets::seats::Seats {
        let mut seats = crate::tickets::seats::Seats::new();
        for attendee in self.active() {
            *seats.entry(attendee.ticket_type_id).or_default() += 1;
        }
        seats
    }

    /// Whether this attendee is the contact: then the contact reads their sensitive answers.
    #[must_use]
    pub fn is_contacts_own(&self, attendee: &Attendee) -> bool {
        let contact = self
            .contact
            .as_ref()
            .map(|contact| contact.email.identity());
        let own = attendee.email.as_ref().map(Email::identity);
        contact.is_some() && own == contact
    }

    /// Those who come, or would.
    pub fn active(&self) -> impl Iterator<Item = &Attendee> {
        let attendees = self.attendees.iter();
        attendees.filter(|one| one.comes())
    }

    /// Takes a step.
    ///
    /// # Errors
    /// When its state does not lead there.
    pub fn step(&mut self, step: Step, now: Instant) -> Result<(), WrongState> {
        self.state = self.state.after(step)?;
        if self.state != RegistrationState::Offered {
            self.offer_expires_at = None;
        }
        match step {
            Step::Confirm(_) => self.confirmed_at = Some(now),
            Step::Cancel | Step::Decline => {
                self.cancelled_at = Some(now);
                for attendee in &mut self.attendees {
                    attendee.state = AttendeeState::Cancelled;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// How long the link to one's registration opens it after the event.
const MANAGE_AFTER: TimeDelta = TimeDelta::days(30);

/// When the link to one's registration stops working; `None`: not before the event has a date.
#[must_use]
pub fn manage_until(event: &Event) -> Option<Instant> {
    event.ends_at().map(|end| end + MANAGE_AFTER)
}

/// Whether attendees may still cancel themselves.
#[must_use]
pub fn may_cancel(event: &Event, now: Instant) -> bool {
    event
        .cancel_until
        .or_else(|| event.starts_at())
        .is_none_or(|end| now < end)
}

#[cfg(test)]
mod tests;

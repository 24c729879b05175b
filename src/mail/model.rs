//! Kinds of mail, their states, and what their templates are filled with. Pure.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{EventId, RegistrationId, SessionId};
use crate::text::{Email, Localized};

crate::words! {
    /// What a mail tells; also in the header `X-Kongress-Kind`.
    pub enum EmailKind {
        /// Asks to confirm the address.
        ConfirmRegistration = "confirm_registration",
        /// The seat is theirs; with a calendar file.
        RegistrationConfirmed = "registration_confirmed",
        /// Waits for the organiser.
        ApprovalPending = "approval_pending",
        /// The organiser said no.
        RegistrationRejected = "registration_rejected",
        /// On the waiting list.
        WaitingListJoined = "waiting_list_joined",
        /// A seat is offered.
        SeatOffered = "seat_offered",
        /// The offer ran out.
        OfferExpired = "offer_expired",
        /// The registration is cancelled.
        RegistrationCancelled = "registration_cancelled",
        /// The registration was changed.
        RegistrationChanged = "registration_changed",
        /// This address is registered already.
        AlreadyRegistered = "already_registered",
        /// The link they asked for.
        RegistrationLink = "registration_link",
        /// The event is called off.
        EventCancelled = "event_cancelled",
        /// What is new in the programme.
        ProgrammeChanged = "programme_changed",
        /// It is soon.
        Reminder = "reminder",
        /// There is something to see.
        RecordingPublished = "recording_published",
        /// Proof of attendance.
        CertificateReady = "certificate_ready",
        /// A link to sign in with.
        SignIn = "sign_in",
        /// Asked to join a committee.
        CommitteeInvitation = "committee_invitation",
        /// An organiser writes.
        OrganiserMessage = "organiser_message",
        /// Asks to confirm a subscription.
        NewsConfirm = "news_confirm",
        /// News.
        News = "news",
    }

    /// Where a mail is on its way.
    pub enum EmailState {
        /// Waits for its first try.
        Queued = "queued",
        /// A worker has it.
        Sending = "sending",
        /// The mail server took it.
        Sent = "sent",
        /// Waits for another try.
        Retrying = "retrying",
        /// Given up; can be retried by hand.
        Failed = "failed",
        /// The address does not exist.
        Bounced = "bounced",
        /// Not to be sent any more.
        Suppressed = "suppressed",
    }

    /// What became of the address that a mail goes to.
    pub enum AddressNews {
        /// It is to be the contact's, once it is confirmed.
        Asked = "asked",
        /// It is the contact's until another one is confirmed.
        Leaving = "leaving",
        /// It is not in the registration any more.
        Left = "left",
    }

    /// What a registration is as long as its seats are not its own.
    pub enum Standing {
        /// Its address is to be confirmed.
        AwaitingConfirmation = "awaiting_confirmation",
        /// The organiser has to say yes.
        AwaitingApproval = "awaiting_approval",
        /// It waits for seats.
        WaitingList = "waiting_list",
        /// Seats are offered to it.
        Offered = "offered",
    }
}

impl EmailKind {
    /// Whether it says which sessions were chosen with a seat.
    #[must_use]
    pub const fn lists_choices(self) -> bool {
        matches!(
            self,
            Self::ConfirmRegistration | Self::RegistrationConfirmed | Self::RegistrationChanged
        )
    }

    /// Whether it says what a seat costs, and what is waited for beside it.
    #[must_use]
    pub const fn is_detailed(self) -> bool {
        self.lists_choices() || matches!(self, Self::SeatOffered)
    }
}

/// Whom and what a mail is for. Written in the transaction of what it tells.
#[derive(Debug, Clone)]
pub struct NewEmail {
    /// The event it is about.
    pub event_id: EventId,
    /// The registration it is about.
    pub registration_id: Option<RegistrationId>,
    /// What it tells.
    pub kind: EmailKind,
    /// Name of the recipient.
    pub to_name: Option<String>,
    /// Address of the recipient.
    pub to: Email,
    /// Language tag; templates exist in nb, nn and en, everything else becomes nb.
    pub language: String,
    /// What the template is filled with.
    pub context: EmailContext,
    /// The secret of the link to act on; blanked once the mail is sent, failed or suppressed.
    pub secret: Option<String>,
    /// The secrets of the tickets that come with it, which [`AttendeeFacts::ticket_code`] counts; blanked
    /// with that of the link, without which none comes.
    pub tickets: Vec<String>,
    /// Unique: the same thing is told once, e.g. kind + registration + version.
    pub dedupe_key: String,
}

/// What a template about a registration is filled with. Nothing secret is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailContext {
    /// The event, as it was when the mail was written.
    pub event: EventFacts,
    /// The code people name their registration by.
    pub code: Option<String>,
    /// Name of the contact.
    pub contact_name: Option<String>,
    /// Everybody who is registered: name and ticket.
    pub attendees: Vec<AttendeeFacts>,
    /// What their seats cost together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<PriceFacts>,
    /// What the registration is; `None`: its seats are its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Who registered the attendee that the mail goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_by: Option<RegistrarFacts>,
    /// Whom to bill, where that is for the reader to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceFacts>,
    /// Until when they can cancel by themselves, where the event says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_until: Option<Instant>,
    /// Whether no seat was held for what is cancelled.
    #[serde(default)]
    pub held_nothing: bool,
    /// Whether somebody else has the seat now.
    #[serde(default)]
    pub handed_over: bool,
    /// Until when to confirm.
    pub confirm_before: Option<Instant>,
    /// Until when the offered seats are theirs for the asking.
    #[serde(default)]
    pub offer_expires_at: Option<Instant>,
    /// Whether it is about another seat beside the one they keep.
    #[serde(default)]
    pub keeps_seat: bool,
    /// Why, in the organiser's words.
    #[serde(default)]
    pub reason: Option<String>,
    /// What is new in the programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<ProgrammeFacts>,
    /// Choices that are at one time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overlapping: Vec<ChoiceFacts>,
    /// Choices that are not in the programme any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<ChoiceFacts>,
    /// Choices that filled up before a seat was theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filled: Vec<ChoiceFacts>,
    /// Options of answers that were gone before a seat was theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<AnswerFacts>,
    /// The UID of the calendar entry, the same in every mail about this registration.
    pub calendar_uid: Option<String>,
    /// Rises with every change of what the entry is about.
    pub calendar_sequence: i32,
    /// What became of the address that the mail goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<AddressNews>,
}

/// What mails say of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFacts {
    /// Title.
    pub title: Localized,
    /// The language a text is taken from when there is none in the recipient's.
    pub default_language: String,
    /// First day, `YYYY-MM-DD`; `None`: to be announced.
    pub starts_on: Option<String>,
    /// Last day.
    pub ends_on: Option<String>,
    /// IANA name.
    pub timezone: String,
    /// Name and address of the venue in one line.
    pub venue: Option<String>,
    /// Whether all of it is on screen.
    #[serde(default)]
    pub digital: bool,
    /// Slug, for links.
    pub slug: String,
    /// Whom to ask.
    pub contact_email: Option<String>,
    /// How personal data is treated.
    pub privacy_url: Option<String>,
}

/// What mails say of an attendee.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendeeFacts {
    /// Name.
    pub name: String,
    /// Name of the ticket type.
    pub ticket: Localized,
    /// Which of the tickets that come with the mail is theirs, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_code: Option<usize>,
    /// Whether they take part on screen.
    #[serde(default)]
    pub digital: bool,
    /// What the ticket costs; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceFacts>,
    /// Name of the ticket type they wait for beside the one they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<Localized>,
    /// The sessions they chose; not stored, [`Self::sessions`] is.
    #[serde(skip)]
    pub session_ids: Vec<SessionId>,
    /// What is told of these, in the order of their times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionFacts>,
}

/// What something costs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceFacts {
    /// A decimal number with a dot: `1250.00`.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

/// What mails say of who registered somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrarFacts {
    /// Name.
    pub name: String,
    /// Where they work, if they come themselves and said so.
    pub organisation: Option<String>,
}

/// What mails say of whom to bill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceFacts {
    /// Nine digits.
    pub organisation_number: Option<String>,
    /// What the payer wants to read on it.
    pub reference: Option<String>,
    /// Where it goes.
    pub email: Option<String>,
}

/// When and where a session is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotFacts {
    /// `None`: to be announced.
    pub starts_at: Option<Instant>,
    /// `None`: open.
    pub ends_at: Option<Instant>,
    /// Name of the room; empty where there is none.
    pub room: Localized,
}

/// What mails say of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFacts {
    /// Title.
    pub title: Localized,
    /// Where and when it was, if it moved.
    pub was: Option<SlotFacts>,
    /// Where and when it is, or was to be.
    pub now: Option<SlotFacts>,
}

/// What mails say of a release of the programme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeFacts {
    /// What the organiser says of it.
    pub note: Localized,
    /// Sessions that are gone.
    pub removed: Vec<SessionFacts>,
    /// Sessions with another time or room.
    pub moved: Vec<SessionFacts>,
    /// New sessions.
    pub added: Vec<SessionFacts>,
    /// Sessions with anything else changed.
    pub changed: Vec<SessionFacts>,
    /// Changes beside these.
    pub more: usize,
}

/// What mails say of sessions that an attendee chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceFacts {
    /// Name of the attendee.
    pub name: String,
    /// The sessions.
    pub sessions: Vec<SessionFacts>,
}

/// What mails say of an option of a question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionFacts {
    /// What was asked.
    pub question: Localized,
    /// What was chosen; empty where that is not for everybody to read.
    pub option: Localized,
}

/// What mails say of options that an attendee chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerFacts {
    /// Name of the attendee.
    pub name: String,
    /// The options.
    pub options: Vec<OptionFacts>,
}

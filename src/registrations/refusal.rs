//! Why something about a registration was refused, and how that is told.

use chrono::TimeDelta;

use super::claims::Taken;
use super::model::{RegistrationState, WrongState};
use crate::db::Stop;
use crate::faults::Faults;
use crate::ids::{QuestionId, SessionId, TicketTypeId};
use crate::problem::{Kind, Problem};

/// Why it was refused.
#[derive(Debug)]
pub enum Refusal {
    /// The input can't be accepted.
    Faults(Faults),
    /// There is no such event, or it is a draft.
    NoEvent,
    /// The ticket type is not on sale now.
    Closed(TicketTypeId),
    /// Too few free seats.
    SoldOut(TicketTypeId),
    /// The municipality has its seat.
    MunicipalityTaken(TicketTypeId, String),
    /// As many as may have chosen this option of a question.
    OptionFull(QuestionId, String),
    /// The access code is used as often as it may be.
    AccessCodeUsedUp,
    /// A chosen session has no place left.
    SessionFull {
        /// The session.
        session: SessionId,
        /// Those that have places.
        left: Vec<SessionId>,
    },
    /// There is no such attendee, or the one who asks may not know of them.
    NoAttendee,
    /// Only the contact does this for all.
    ContactOnly,
    /// The change does not fit what there is.
    Conflict(&'static str),
    /// The state does not lead there.
    WrongState(RegistrationState),
    /// The time to cancel is over.
    TooLateToCancel,
    /// There is no such link.
    UnknownToken,
    /// The link was used, and its day of grace is over.
    TokenUsed,
    /// The link, or the registration behind it, is over.
    Expired,
    /// The offer was accepted or declined before.
    OfferAnswered,
    /// The offer is over.
    OfferOver,
    /// It would mail somebody else too often; for this long.
    TooManyMails(TimeDelta),
}

/// What an action ends with.
pub type Outcome<T> = Result<T, Stop<Refusal>>;

impl From<Refusal> for Stop<Refusal> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Taken> for Refusal {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Municipality(ticket_type, number) => {
                Self::MunicipalityTaken(ticket_type, number)
            }
            Taken::Option(question, key) => Self::OptionFull(question, key),
            Taken::AccessCode => Self::AccessCodeUsedUp,
        }
    }
}

impl From<WrongState> for Refusal {
    fn from(wrong: WrongState) -> Self {
        Self::WrongState(wrong.0)
    }
}

impl From<WrongState> for Stop<Refusal> {
    fn from(wrong: WrongState) -> Self {
        Self::Refused(wrong.into())
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Faults(faults) => faults.into(),
            Refusal::NoEvent | Refusal::NoAttendee => Self::not_found(),
            Refusal::Closed(id) => {
                Self::new(Kind::RegistrationClosed, "Registration is not open now.")
                    .with("ticket_type_id", id.to_string())
            }
            Refusal::SoldOut(id) => Self::new(
                Kind::SoldOut,
                "There are not enough free seats of this ticket type.",
            )
            .with("ticket_type_id", id.to_string()),
            Refusal::MunicipalityTaken(id, number) => Self::new(
                Kind::MunicipalityTaken,
                format!("The seat of municipality {number} is taken."),
            )
            .with("ticket_type_id", id.to_string())
            .with("municipality_number", number),
            Refusal::OptionFull(question, key) => Self::new(
                Kind::OptionFull,
                format!("Nobody else can choose {key}: as many as may have chosen it."),
            )
            .with("question_id", question.to_string())
            .with("option", key),
            Refusal::AccessCodeUsedUp => Self::new(
                Kind::AccessCodeUsedUp,
                "The access code is used as often as it may be.",
            )
            .at(
                "/access_code",
                "access_code_used_up",
                "Another code, or one that is given back, is needed.",
            ),
            Refusal::SessionFull { session, left } => {
                // It has some, but not for all who chose it.
                let detail = if left.contains(&session) {
                    "A chosen session has fewer places left than are wanted."
                } else {
                    "A chosen session has no place left."
                };
                let left: Vec<String> = left.iter().map(ToString::to_string).collect();
                Self::new(Kind::SessionFull, detail)
                    .with("session_id", session.to_string())
                    .with("sessions_left", left)
            }
            Refusal::ContactOnly => Self::new(
                Kind::NotAllowed,
                "This link is one attendee's; the contact of the registration can do this.",
            ),
            Refusal::Conflict(detail) => Self::new(Kind::WrongState, detail),
            Refusal::WrongState(state) => {
                Self::new(Kind::WrongState, format!("The registration is {state}."))
                    .with("state", state.to_string())
            }
            Refusal::TooLateToCancel => Self::new(
                Kind::WrongState,
                "The time in which attendees may cancel themselves is over.",
            ),
            Refusal::UnknownToken => Self::new(Kind::NotFound, "There is no such link."),
            Refusal::TokenUsed => Self::new(Kind::TokenUsed, "The link has been used."),
            Refusal::OfferAnswered => Self::new(Kind::TokenUsed, "The offer was answered before."),
            Refusal::OfferOver => Self::new(
                Kind::Expired,
                "The offer was not answered in time, or was withdrawn.",
            ),
            Refusal::TooManyMails(rest) => {
                let seconds = u64::try_from(rest.num_seconds()).unwrap_or_default() + 1;
                let detail = "So much was mailed to this address that another mail has to wait. Nothing was changed.";
                Self::new(Kind::TooManyRequests, detail).retry_after(seconds)
            }
            Refusal::Expired => Self::new(
                Kind::Expired,
                "The registration was not confirmed in time, or a newer one took its place.",
            ),
        }
    }
}

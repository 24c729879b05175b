//! The texts of mails: one file per kind and language, from which both parts are made.

use super::model::EmailKind;
use super::wording::Tongue;

macro_rules! letters {
    ($($kind:ident = $folder:literal),+ $(,)?) => {
        /// Kinds that have a text.
        pub(super) const KINDS: &[EmailKind] = &[$(EmailKind::$kind),+];

        /// The template of this kind in this language; `None` for kinds that have none yet.
        pub(super) const fn source(kind: EmailKind, tongue: Tongue) -> Option<&'static str> {
            match (kind, tongue) {
                $(
                    (EmailKind::$kind, Tongue::Bokmal) => Some(include_str!(concat!("templates/", $folder, "/nb.txt"))),
                    (EmailKind::$kind, Tongue::Nynorsk) => Some(include_str!(concat!("templates/", $folder, "/nn.txt"))),
                    (EmailKind::$kind, Tongue::English) => Some(include_str!(concat!("templates/", $folder, "/en.txt"))),
                )+
                _ => None,
            }
        }
    };
}

letters! {
    ConfirmRegistration = "confirm_registration",
    RegistrationConfirmed = "registration_confirmed",
    AlreadyRegistered = "already_registered",
    RegistrationLink = "registration_link",
    RegistrationCancelled = "registration_cancelled",
    EventCancelled = "event_cancelled",
    ApprovalPending = "approval_pending",
    RegistrationRejected = "registration_rejected",
    WaitingListJoined = "waiting_list_joined",
    SeatOffered = "seat_offered",
    OfferExpired = "offer_expired",
    RegistrationChanged = "registration_changed",
    ProgrammeChanged = "programme_changed",
}

/// Macros that make plain text.
pub(super) const TEXT_PARTS: &str = include_str!("templates/parts.txt");
/// The same macros, making HTML.
pub(super) const HTML_PARTS: &str = include_str!("templates/parts.html");
/// What stands around the HTML part.
pub(super) const HTML_LAYOUT: &str = include_str!("templates/layout.html");

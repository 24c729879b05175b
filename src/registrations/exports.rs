//! All that is held on whoever made a registration.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::mail_log::{self, SentMail};
use super::model::Registration;
use super::places::Own;
use super::store;
use super::tokens::{self, Purpose, Token};
use super::wire_own::OwnRegistration;
use crate::clock::Instant;
use crate::db::{Conn, DbError};
use crate::events::Event;
use crate::http::wire::Moment;
use crate::ids::QuestionId;
use crate::mail::{EmailKind, EmailState};
use crate::tickets::questions::model::Wording;
use crate::tickets::questions::wire::WordingView;
use crate::tickets::questions::{self};

/// A mail that was written to the contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedMail {
    /// What it tells.
    kind: EmailKind,
    /// Whom it went to.
    #[schema(format = Email, example = "kari@example.org")]
    to: String,
    /// Where it is on its way.
    state: EmailState,
    /// When it was written.
    created_at: Moment,
    /// When it was sent.
    #[schema(required = true)]
    sent_at: Option<Moment>,
}

/// A link or an access that was given out; never the secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedToken {
    /// What it is good for.
    purpose: Purpose,
    /// When it was made.
    created_at: Moment,
    /// When it ends, where it has an end of its own.
    #[schema(required = true)]
    expires_at: Option<Moment>,
    /// When it was used, where it is used once.
    #[schema(required = true)]
    used_at: Option<Moment>,
}

/// A question that was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnsweredQuestion {
    /// The question.
    question_id: QuestionId,
    /// How it was put.
    #[serde(flatten)]
    wording: WordingView,
}

/// Everything that is held on a person at an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// When this was put together.
    exported_at: Moment,
    /// The registration.
    registration: OwnRegistration,
    /// Other registrations of the same address for the event: replaced or called off.
    earlier: Vec<OwnRegistration>,
    /// How the questions that were answered were put.
    questions: Vec<AnsweredQuestion>,
    /// Mails about them, oldest first.
    mails: Vec<ExportedMail>,
    /// Links and accesses of the registration, oldest first.
    tokens: Vec<ExportedToken>,
}

impl Export {
    /// Reads everything.
    ///
    /// # Errors
    /// The store's failure.
    pub fn read(
        conn: &mut Conn,
        now: Instant,
        event: &Event,
        registration: &Registration,
        own: &Own,
    ) -> Result<Self, DbError> {
        let zone = event.timezone;
        let mut earlier = Vec::new();
        let mut persons = vec![registration.clone()];
        let mut mails = Vec::new();
        let others = match (&registration.contact, own.attendee) {
            (_, Some(_)) => Vec::new(),
            (Some(contact), None) => store::list_of_person(conn, event.id, &contact.email)?,
            (None, None) => vec![registration.id],
        };
        if let Some(own) = own.attendee {
            let mut attendees = registration.attendees.iter();
            let attendee = attendees.find(|one| one.id == own);
            let address = attendee.and_then(|one| one.email.as_ref());
            let about = mail_log::list(conn, registration.id)?.into_iter();
            mails.extend(about.filter(|mail| address.is_some_and(|own| mail.to == own.as_str())));
        }
        for id in others {
            mails.extend(mail_log::list(conn, id)?);
            if id != registration.id
                && let Some(other) = store::find(conn, event.id, id)?
            {
                earlier.push(OwnRegistration::new(&other, event, &Own::default()));
                persons.push(other);
            }
        }
        Ok(Self {
            exported_at: Moment::new(now, zone),
            registration: OwnRegistration::new(registration, event, own),
            questions: AnsweredQuestion::read(conn, &persons, zone)?,
            earlier,
            mails: mails
                .into_iter()
                .map(|mail| ExportedMail::new(mail, zone))
                .collect(),
            tokens: tokens::list(conn, registration.id)?
                .into_iter()
                .filter(|token| own.attendee.is_none() || token.attendee_id == own.attendee)
                .map(|token| ExportedToken::new(&token, zone))
                .collect(),
        })
    }
}

impl AnsweredQuestion {
    /// The wordings that were answered in these registrations.
    fn read(conn: &mut Conn, of: &[Registration], zone: Tz) -> Result<Vec<Self>, DbError> {
        let attendees = of.iter().flat_map(|one| &one.attendees);
        let answers = attendees.flat_map(|attendee| &attendee.answers);
        let answered: BTreeSet<(QuestionId, i32)> = answers
            .map(|answer| (answer.question_id, answer.wording))
            .collect();
        if answered.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<QuestionId> = answered.iter().map(|(id, _)| *id).collect();
        ids.dedup();
        let wordings = questions::list_wordings(conn, &ids)?;
        let named = wordings
            .iter()
            .filter(|(id, wording)| answered.contains(&(*id, wording.number)));
        let view = |(id, wording): &(QuestionId, Wording)| Self {
            question_id: *id,
            wording: WordingView::new(wording, zone),
        };
        Ok(named.map(view).collect())
    }
}

impl ExportedMail {
    fn new(mail: SentMail, zone: Tz) -> Self {
        Self {
            kind: mail.kind,
            to: mail.to,
            state: mail.state,
            created_at: Moment::new(mail.created_at, zone),
            sent_at: Moment::maybe(mail.sent_at, zone),
        }
    }
}

impl ExportedToken {
    fn new(token: &Token, zone: Tz) -> Self {
        Self {
            purpose: token.purpose(),
            created_at: Moment::new(token.created_at, zone),
            expires_at: Moment::maybe(token.expires_at, zone),
            used_at: Moment::maybe(token.used_at, zone),
        }
    }
}

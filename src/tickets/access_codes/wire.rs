//! How access codes look in answers.

use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::AccessCode;
use crate::http::wire::Moment;
use crate::ids::{AccessCodeId, TicketTypeId};

/// What opens ticket types that are not for everybody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccessCode)]
pub struct AccessCodeView {
    /// Id.
    id: AccessCodeId,
    /// What people type.
    #[schema(example = "KOMITE-2027")]
    code: String,
    /// Whom it is for.
    #[schema(required = true, example = "Programkomiteen")]
    note: Option<String>,
    /// How many registrations may use it at a time; null: any number.
    #[schema(required = true, example = 5)]
    max_uses: Option<i32>,
    /// How many use it now.
    #[schema(example = 2)]
    uses: i32,
    /// When it ends; null: never.
    #[schema(required = true)]
    expires_at: Option<Moment>,
    /// What it opens; empty: every ticket type that needs a code.
    ticket_types: Vec<TicketTypeId>,
    /// What to know, such as fewer uses than there are.
    #[schema(example = json!([]))]
    warnings: Vec<String>,
}

impl AccessCodeView {
    /// The code, its times in the event's zone.
    #[must_use]
    pub fn new(code: &AccessCode, zone: Tz) -> Self {
        Self {
            id: code.id,
            code: code.code.clone(),
            note: code.note.clone(),
            max_uses: code.max_uses,
            uses: code.uses,
            expires_at: Moment::maybe(code.expires_at, zone),
            ticket_types: code.ticket_types.clone(),
            warnings: code.warning().into_iter().collect(),
        }
    }
}

//! What a list of the audit is asked for.

use serde::Deserialize;
use utoipa::IntoParams;

use super::model::{ChangeKind, Resource};
use super::store::{AuditKey, Filter};
use crate::faults::Faults;
use crate::http::keyset;
use crate::ids::{ApiTokenId, EventId, OrganisationId};
use crate::page::Keyset;
use crate::problem::Problem;
use crate::text::time;

/// Filters of the audit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Id of the token that changed something.
    pub actor: Option<ApiTokenId>,
    /// What happened.
    pub kind: Option<ChangeKind>,
    /// Id of the operation, as in this document.
    #[param(example = "update_session")]
    pub operation: Option<String>,
    /// What kind of thing was changed.
    pub resource: Option<Resource>,
    /// Id of what was changed.
    pub resource_id: Option<String>,
    /// At this instant or later.
    #[param(value_type = Option<String>, format = DateTime, example = "2027-11-11T09:00:00+01:00")]
    pub from: Option<String>,
    /// Before this instant.
    #[param(value_type = Option<String>, format = DateTime, example = "2027-11-12T09:00:00+01:00")]
    pub to: Option<String>,
    /// Rows of a page, 1–200; 50 if absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl AuditQuery {
    /// Where the page starts.
    ///
    /// # Errors
    /// 422 for a bad limit or cursor.
    pub fn keyset(&self) -> Result<Keyset<AuditKey>, Problem> {
        keyset(self.limit.as_deref(), self.cursor.as_deref())
    }

    /// The filter, within an organisation and perhaps one event of it.
    ///
    /// # Errors
    /// 422 for instants that are none.
    pub fn filter(
        &self,
        organisation: OrganisationId,
        event: Option<EventId>,
    ) -> Result<Filter, Problem> {
        let mut faults = Faults::new();
        let filter = Filter {
            organisation,
            event,
            actor: self.actor,
            kind: self.kind,
            operation: self.operation.clone(),
            resource: self.resource,
            resource_id: self.resource_id.clone(),
            from: faults.take_optional("/from", self.from.as_deref(), time::instant),
            to: faults.take_optional("/to", self.to.as_deref(), time::instant),
        };
        Ok(faults.finish(Some(filter))?)
    }
}

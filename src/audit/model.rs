//! What is kept of a change, and what never is. Pure.

use serde_json::{Map, Value};

use crate::ids::EventId;

crate::words! {
    /// What happened to a thing.
    pub enum ChangeKind {
        /// It was made.
        Created = "created",
        /// It was changed.
        Changed = "changed",
        /// It was deleted, or revoked.
        Deleted = "deleted",
    }

    /// Who changed something.
    pub enum ActorKind {
        /// Whoever held an API token.
        Token = "token",
        /// Whoever ran a command beside the service.
        CommandLine = "command_line",
    }

    /// What kind of thing was changed.
    pub enum Resource {
        /// An organisation.
        Organisation = "organisation",
        /// Somebody's place in an organisation or at an event.
        Membership = "membership",
        /// An API token.
        Token = "token",
        /// An address that is told of changes.
        Webhook = "webhook",
        /// A publishable key of a frontend.
        Frontend = "frontend",
        /// A series.
        Series = "series",
        /// News to the subscribers of a series.
        News = "news",
        /// An event.
        Event = "event",
        /// A member of the committee.
        CommitteeMember = "committee_member",
        /// The order of a list.
        Order = "order",
        /// A room.
        Room = "room",
        /// A track.
        Track = "track",
        /// A speaker.
        Speaker = "speaker",
        /// A session.
        Session = "session",
        /// The working copy as a whole.
        Programme = "programme",
        /// A release of the programme.
        Release = "release",
        /// A recording.
        Recording = "recording",
        /// What is said in a recording.
        Transcript = "transcript",
        /// Where a session starts in a recording.
        Position = "position",
        /// The actual start or end of a session.
        Mark = "mark",
        /// A quota.
        Quota = "quota",
        /// A ticket type.
        TicketType = "ticket_type",
        /// A question of the form.
        Question = "question",
        /// An access code.
        AccessCode = "access_code",
        /// A registration.
        Registration = "registration",
        /// Somebody coming in.
        CheckIn = "check_in",
        /// A mail, or a message to many.
        Email = "email",
        /// The wording of a kind of mail.
        MailTemplate = "mail_template",
        /// A proposal for the programme.
        Proposal = "proposal",
        /// What a call for proposals asks for.
        Call = "call",
    }
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The event it belongs to; `None` for what belongs to the organisation.
    pub event_id: Option<EventId>,
    /// What it is.
    pub resource: Resource,
    /// Its id, or what else it is known by.
    pub id: String,
}

impl Subject {
    /// Something of an event.
    pub fn of(event: EventId, resource: Resource, id: impl ToString) -> Self {
        Self {
            event_id: Some(event),
            ..Self::of_organisation(resource, id)
        }
    }

    /// Something of the organisation itself.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "an id is small, and given as it stands"
    )]
    pub fn of_organisation(resource: Resource, id: impl ToString) -> Self {
        Self {
            event_id: None,
            resource,
            id: id.to_string(),
        }
    }
}

/// Fields whose values are never kept, at any depth: secrets, and how people are reached.
const HIDDEN: [&str; 7] = [
    "secret",
    "password",
    "token",
    "token_hash",
    "email",
    "phone",
    "answers",
];

/// What stands in their place, so that a change of them is seen.
const MASK: &str = "(not kept)";

/// The fields that differ, as they were and as they are; all of both where they are no objects.
#[must_use]
pub fn differing(before: Value, after: Value) -> (Value, Value) {
    let (Value::Object(mut before), Value::Object(mut after)) = (before.clone(), after.clone())
    else {
        return (before, after);
    };
    let same: Vec<String> = before
        .iter()
        .filter(|(name, value)| after.get(*name) == Some(*value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    (before.into(), after.into())
}

/// The same without what is never kept.
#[must_use]
pub fn without_hidden(value: Value) -> Value {
    without(value, &HIDDEN)
}

/// The same without the values under these names, at any depth.
#[must_use]
pub fn without(value: Value, hidden: &[&str]) -> Value {
    match value {
        Value::Object(fields) => {
            let shown = fields.into_iter().map(|(name, value)| {
                let is_hidden = hidden.contains(&name.as_str()) && !value.is_null();
                let value = if is_hidden {
                    MASK.into()
                } else {
                    without(value, hidden)
                };
                (name, value)
            });
            Value::Object(shown.collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            let items = items.into_iter();
            items.map(|item| without(item, hidden)).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_kept() {
        let before = json!({"name": "Storsalen", "capacity": 600, "gone": 1});
        let after = json!({"name": "Storsalen", "capacity": 500, "new": null});
        assert_eq!(
            differing(before, after),
            (
                json!({"capacity": 600, "gone": 1}),
                json!({"capacity": 500, "new": null})
            )
        );
        assert_eq!(differing(json!([1]), json!([1])), (json!([1]), json!([1])));
    }

    #[test]
    fn secrets_and_addresses_are_hidden_at_any_depth() {
        let shown = without_hidden(json!({
            "name": "Kari", "email": "kari@example.org", "phone": null,
            "people": [{"email": "ola@example.org", "role": "member"}]
        }));
        assert_eq!(
            shown,
            json!({
                "name": "Kari", "email": MASK, "phone": null,
                "people": [{"email": MASK, "role": "member"}]
            })
        );
    }
}

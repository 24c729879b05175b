//! What the audit keeps of a change that staff made to a registration: what it was and what it is; of who
//! somebody is and what they wrote, only that it changed.

use serde_json::{Map, Value, json};

use super::attendee_input::AttendeeChange;
use super::model::{Attendee, Registration};
use super::organiser_routes::subject;
use crate::audit;
use crate::audit::model::differing;
use crate::auth::Organiser;
use crate::db::{Conn, DbError};

/// Fields that tell who somebody is, or hold what somebody wrote, beside those that no audit keeps.
const PERSONAL: [&str; 6] = [
    "name",
    "organisation",
    "position",
    "contact",
    "invoice",
    "notes",
];

/// Notes that staff changed the registration itself; `before` and `after` are what was sent, or could have
/// been.
///
/// # Errors
/// The store's failure.
pub fn changed(
    tx: &mut Conn,
    who: &Organiser,
    registration: &Registration,
    (before, after): (&Value, &Value),
) -> Result<(), DbError> {
    audit::changed_without(tx, who, &subject(registration), (before, after), &PERSONAL)
}

/// Notes that staff changed an attendee.
///
/// # Errors
/// The store's failure.
pub fn attendee_changed(
    tx: &mut Conn,
    who: &Organiser,
    registration: &Registration,
    (before, after): (&Attendee, &Attendee),
) -> Result<(), DbError> {
    let (was, is) = differing(written(before)?, written(after)?);
    let of = |fields: Value| {
        let one = Map::from_iter([(after.id.to_string(), fields)]);
        json!({ "attendees": one })
    };
    changed(tx, who, registration, (&of(was), &of(is)))
}

/// An attendee as they would be sent, and what they answered, so that a change of it is seen.
fn written(attendee: &Attendee) -> Result<Value, DbError> {
    let mut fields =
        serde_json::to_value(AttendeeChange::of(attendee)).map_err(DbError::internal)?;
    fields["answers"] = serde_json::to_value(&attendee.answers).map_err(DbError::internal)?;
    Ok(fields)
}

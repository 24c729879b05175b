//! The programme in the formats that others read and write: calendars, schedules, search engines.
//!
//! **Out.** A calendar is a file of iCalendar ([`calendar`]); apps on phones and in control rooms read
//! the schedule of c3voc as XML ([`schedule_xml`]) or JSON ([`schedule_wire`]); search engines read
//! schema.org ([`json_ld`]). Each is drawn from the [`Snapshot`](crate::publication::Snapshot) that
//! everybody reads, once per change, and kept with it. A schedule knows less than we do: one language,
//! names where we have ids, whole minutes. [`schedule`] is what it knows, and how a programme is said
//! in it.
//!
//! **In.** A document ([`import`]) is our own ([`own_input`]) or a schedule ([`schedule_input`], of XML
//! that [`xml`] reads and trusts in nothing). Read, it is a [`wish`] of what the working copy should be;
//! against what is there the wish comes to a [`plan`], which tells what would be added, changed and
//! removed, and every fault with its place; and a plan without faults is carried out in one
//! transaction. Importing what was exported changes nothing, and importing twice makes nothing twice:
//! sessions are known again by guid, in our own document also by what they are called ([`own_sessions`]),
//! rooms, tracks and people by id or name, and a session that was released
//! and deleted comes back as who it was. No document makes a session recorded that is not to be.
//!
//! Our own document is the whole programme, and what it does not hold is removed, unless it is hidden, or
//! a release or a recording still refers to it. A schedule knows only sessions that have a time: of those it
//! removes what it does not hold, and nothing else.

#[cfg(test)]
mod bombs;
pub mod calendar;
mod document_input;
mod fields;
pub mod import;
pub mod import_routes;
pub mod import_wire;
pub mod json_ld;
mod names;
pub mod offers;
pub mod own_input;
mod own_reader;
mod own_sessions;
mod plan;
pub mod routes;
pub mod schedule;
pub mod schedule_input;
mod schedule_reader;
pub mod schedule_wire;
pub mod schedule_xml;
pub mod shown;
mod slots;
#[cfg(test)]
mod tests;
mod things;
mod trace;
pub mod wish;
pub mod xml;

pub use plan::Plan;

//! Mail: every change of state that somebody must hear of writes its mail in its own transaction.
//!
//! 1. [`outbox::enqueue_all`] puts rows beside the change it tells of: both are stored, or neither.
//! 2. The [`worker`] leases rows, [`message`] writes each one out from its templates in nb, nn or
//!    en ([`render`], [`wording`], [`calendar`]), and [`transport`] hands it to the mail server or
//!    to a file.
//! 3. What came of it is settled by [`schedule`]: sent, tried again later, given up, or bounced.
//!    A mail server that can't be reached spends nobody's tries: the worker waits and probes.
//! 4. Organisers see it all in the log ([`routes`]); developers see the files at `/dev/mail`
//!    (in `web`).
//!
//! **At least once.** The reply to the last dot of a message can be lost, and a process can be
//! killed between that reply and the note of it (RFC 1047). Such a mail is sent again, always
//! under the same `Message-ID`, by which mail readers show one.

pub mod calendar;
mod erasure_store;
pub mod lease_store;
mod letters;
pub mod log_store;
pub mod message;
pub mod model;
pub mod outbox;
pub mod render;
pub mod routes;
pub mod schedule;
pub mod smtp;
mod ticket_code;
pub mod transport;
pub mod wording;
pub mod worker;

pub use erasure_store::{Recipient, erase, erase_one};
pub use log_store::files_of;
pub use model::{
    AddressNews, AnswerFacts, AttendeeFacts, ChoiceFacts, EmailContext, EmailKind, EmailState,
    EventFacts, InvoiceFacts, NewEmail, OptionFacts, PriceFacts, ProgrammeFacts, RegistrarFacts,
    SessionFacts, SlotFacts, Standing,
};

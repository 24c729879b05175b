//! The second half of registering: what has its seats is written and told, and only now are the
//! addresses looked up.

use std::collections::HashSet;
use std::sync::Arc;

use super::confirm::needs_approval;
use super::letters::letter;
use super::mails::send;
use super::model::{LeadsTo, Registration, RegistrationState, Step};
use super::refusal::Refusal;
use super::register::{Accepted, Batch, Candidate};
use super::submission::Submission;
use super::tokens::{self, Purpose};
use super::{claims, signing_up, store};
use crate::db::{Conn, DbError};
use crate::mail::{EmailKind, NewEmail, outbox};
use crate::text::Email;
use crate::tickets::seats;

/// Who was behind the address of a candidate that got its seats.
enum Behind {
    /// Nobody.
    Nobody,
    /// One that is not confirmed: the new one takes its place.
    Unconfirmed(Box<Registration>),
    /// One that is further: it is told, and nothing is made.
    Further(Box<Registration>),
    /// Somebody who was written to too often. Saying so would tell that somebody registered with the
    /// address, so nothing is made and what it has stays: the link in the newest mail is still good.
    Overwhelmed,
    /// It does not matter: something it needs besides seats is taken.
    Refused(Refusal),
}

impl Batch {
    /// Writes what has its seats, and its mail. From here on nothing is refused but what is taken besides seats;
    /// only now are the addresses looked up. Returns whether seats came back.
    pub(super) fn settle(
        &mut self,
        tx: &mut Conn,
        seated: Vec<(Candidate, Registration)>,
        overwhelmed: &HashSet<Vec<u8>>,
    ) -> Result<bool, DbError> {
        if seated.is_empty() {
            return Ok(false);
        }
        let emails: Vec<&Email> = seated
            .iter()
            .map(|(candidate, _)| &candidate.submission.contact.email)
            .collect();
        let mut known = store::find_live_all(tx, self.event.id, &emails)?;
        let mut behind: Vec<Behind> = seated
            .iter()
            .map(|(candidate, _)| {
                let found = known.remove(&candidate.submission.contact.email.identity());
                match found.map(Box::new) {
                    _ if overwhelmed.contains(&candidate.limit_key) => Behind::Overwhelmed,
                    None => Behind::Nobody,
                    Some(one) if one.state == RegistrationState::AwaitingConfirmation => {
                        Behind::Unconfirmed(one)
                    }
                    Some(one) => Behind::Further(one),
                }
            })
            .collect();
        let rows: Vec<(&Registration, bool)> = seated
            .iter()
            .zip(&behind)
            .map(|((_, new), behind)| (new, matches!(behind, Behind::Nobody)))
            .collect();
        store::insert_all(tx, &rows)?;
        let new: Vec<&Registration> = seated.iter().map(|(_, new)| new).collect();
        claims::lock(tx, &new)?;
        for ((_, new), behind) in seated.iter().zip(&mut behind) {
            if let Err(refusal) = self.claim(tx, new)? {
                *behind = Behind::Refused(refusal);
            }
        }
        let came_back = self.make_room(tx, &seated, &mut behind)?;
        self.tell_all(tx, &seated, &behind)?;
        for ((candidate, new), behind) in seated.into_iter().zip(behind) {
            let result = self.result(candidate.submission, &new, behind);
            self.decide(candidate.place, result);
        }
        Ok(came_back)
    }

    /// Takes what a registration needs beside its seats; one that waits needs nothing yet.
    fn claim(&self, tx: &mut Conn, new: &Registration) -> Result<Result<(), Refusal>, DbError> {
        if !new.holds_seats {
            return Ok(Ok(()));
        }
        if let Err(taken) = claims::claim(tx, &self.types, new)? {
            return Ok(Err(taken.into()));
        }
        signing_up::take(tx, new)
    }

    /// Ends what a new registration replaces, and takes back what is not to live. Returns whether
    /// seats came back.
    fn make_room(
        &mut self,
        tx: &mut Conn,
        seated: &[(Candidate, Registration)],
        behind: &mut [Behind],
    ) -> Result<bool, DbError> {
        let mut taken_back = Vec::new();
        let mut came_back = false;
        for ((candidate, new), behind) in seated.iter().zip(behind) {
            match behind {
                Behind::Nobody => {}
                Behind::Unconfirmed(earlier) => {
                    came_back |= self.replace(tx, earlier)?;
                    store::set_identity(tx, new.id, &candidate.submission.contact.email)?;
                }
                Behind::Further(_) | Behind::Overwhelmed | Behind::Refused(_) => {
                    if new.holds_seats {
                        // Taken from this ledger, in this round.
                        came_back |= self.ledger.give(&new.seats());
                        claims::take_back(tx, new)?;
                        if !matches!(behind, Behind::Refused(_)) {
                            signing_up::give(tx, new)?;
                        }
                    }
                    taken_back.push(new.id);
                }
            }
        }
        store::take_back_all(tx, &taken_back)?;
        Ok(came_back)
    }

    /// Ends an unconfirmed registration whose place a newer one takes. It expires, as nobody called
    /// it off; its link then answers so. Returns whether it gave seats back.
    fn replace(&mut self, tx: &mut Conn, earlier: &mut Registration) -> Result<bool, DbError> {
        let held = earlier.holds_seats;
        if held {
            let seats = earlier.seats();
            // It may be of ticket types that nobody in this batch wants.
            if !self.ledger.give(&seats) {
                seats::release(tx, &seats)?;
            }
            claims::release(tx, earlier)?;
            signing_up::give(tx, earlier)?;
            earlier.holds_seats = false;
        }
        earlier.step(Step::Expire, self.now).map_err(|wrong| {
            DbError::internal(format!("one that is {} was to be replaced", wrong.0))
        })?;
        store::update(tx, earlier)?;
        for purpose in [Purpose::Manage, Purpose::Access] {
            tokens::end(tx, earlier.id, Some(purpose))?;
        }
        outbox::suppress(tx, earlier.id)?;
        Ok(held)
    }

    /// Issues the links and writes the mails.
    fn tell_all(
        &self,
        tx: &mut Conn,
        seated: &[(Candidate, Registration)],
        behind: &[Behind],
    ) -> Result<(), DbError> {
        let told: Vec<(&Registration, Purpose, EmailKind)> = seated
            .iter()
            .zip(behind)
            .filter_map(|((_, new), behind)| match behind {
                Behind::Nobody | Behind::Unconfirmed(_) => {
                    Some((new, Purpose::Confirm, EmailKind::ConfirmRegistration))
                }
                Behind::Further(one) => {
                    Some((&**one, Purpose::Manage, EmailKind::AlreadyRegistered))
                }
                Behind::Overwhelmed | Behind::Refused(_) => None,
            })
            .collect();
        let wanted: Vec<tokens::Wanted> = told
            .iter()
            .map(|(one, purpose, _)| (one.id, None, *purpose))
            .collect();
        let links = tokens::issue_all(tx, self.now, &wanted)?;
        let about = (&*self.event, self.types.as_slice());
        let letters: Vec<NewEmail> = told
            .iter()
            .zip(links)
            .filter_map(|((one, _, kind), link)| {
                let mut mail = letter(about, one, *kind, Some(link))?;
                let is_new = *kind == EmailKind::ConfirmRegistration;
                mail.context.held_nothing = is_new && !one.holds_seats;
                Some(mail)
            })
            .collect();
        send(tx, self.now, letters)
    }

    fn result(
        &self,
        submission: Submission,
        new: &Registration,
        behind: Behind,
    ) -> Result<Accepted, Refusal> {
        let registration = match behind {
            Behind::Refused(refusal) => return Err(refusal),
            Behind::Further(one) => one.id,
            Behind::Nobody | Behind::Unconfirmed(_) | Behind::Overwhelmed => new.id,
        };
        Ok(Accepted {
            event: Arc::clone(&self.event),
            leads_to: if !new.holds_seats {
                LeadsTo::WaitingList
            } else if needs_approval(&self.types, new) {
                LeadsTo::AwaitingApproval
            } else {
                LeadsTo::Confirmed
            },
            confirm_before: new.confirm_before,
            email: submission.contact.email,
            reference: submission.reference,
            registration,
        })
    }
}

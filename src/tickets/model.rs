//! Ticket types, quotas, and when and whether they are on sale. Pure.

use crate::clock::Instant;
use crate::events::{Event, EventState};
use crate::ids::{EventId, QuotaId, SessionId, TicketTypeId};
use crate::text::Localized;

crate::words! {
    /// How the holder of a ticket takes part.
    pub enum Attendance {
        /// In a hall.
        InPerson = "in_person",
        /// On a screen.
        Digital = "digital",
    }

    /// What there can be only one ticket for.
    pub enum UniqueBy {
        /// One seat per municipality.
        Municipality = "municipality",
    }

    /// Whether one can register for a ticket type or a session now.
    pub enum Availability {
        /// There are seats.
        Available = "available",
        /// At most a tenth of the seats, or at most five, are left.
        FewLeft = "few_left",
        /// Full, but one can queue.
        WaitingList = "waiting_list",
        /// Full.
        SoldOut = "sold_out",
        /// Registration has not opened.
        NotYet = "not_yet",
        /// Registration is over, or the event is cancelled or archived.
        Closed = "closed",
    }
}

/// How many there are of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Its id.
    pub id: QuotaId,
    /// The event it is of.
    pub event_id: EventId,
    /// What organisers call it.
    pub name: Localized,
    /// `None`: unlimited.
    pub size: Option<i32>,
    /// Attendees who hold a seat of it.
    pub held: i32,
    /// Attendees who wait for a seat of it.
    pub waiting: i32,
    /// Rises with every change by an organiser, not with `held`.
    pub version: i32,
    /// When it was made.
    pub created_at: Instant,
}

impl Quota {
    /// Seats that are free; `None`: unlimited. Zero also when it was made smaller than what is held.
    #[must_use]
    pub fn free(&self) -> Option<i32> {
        self.size.map(|size| (size - self.held).max(0))
    }

    /// What an organiser should know of it.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let size = self.size.filter(|size| *size < self.held)?;
        Some(format!(
            "{} seats are held, {size} is the size: nothing new is held until it fits.",
            self.held
        ))
    }

    /// Its tag, unquoted: the version that edits compare, what is held, and who waits.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("v{}-{}-{}", self.version, self.held, self.waiting)
    }
}

/// What one seat costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Minor units, 0 or more.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}

impl Price {
    /// Whether there is anything to pay: nothing is the same in every currency.
    #[must_use]
    pub const fn costs(&self) -> bool {
        self.amount > 0
    }
}

/// What one can register for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketType {
    /// Its id.
    pub id: TicketTypeId,
    /// The event it is of.
    pub event_id: EventId,
    /// Name.
    pub name: Localized,
    /// Markdown.
    pub description: Localized,
    /// In the hall or on the screen.
    pub attendance: Attendance,
    /// `None`: free.
    pub price: Option<Price>,
    /// `None`: since publication.
    pub opens_at: Option<Instant>,
    /// `None`: until the event starts.
    pub closes_at: Option<Instant>,
    /// Fewest attendees of one registration.
    pub min_per_registration: i32,
    /// Most attendees of one registration.
    pub max_per_registration: i32,
    /// Sold only with a code.
    pub access_code_required: bool,
    /// The organiser says yes first.
    pub requires_approval: bool,
    /// One can queue when it is full.
    pub waiting_list: bool,
    /// One seat for each of these.
    pub unique_by: Option<UniqueBy>,
    /// Place in lists.
    pub position: i32,
    /// The quotas it draws on, in the order of their ids.
    pub quotas: Vec<QuotaId>,
    /// Rises with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Instant,
}

/// A session that takes sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignUpSession {
    /// The session.
    pub id: SessionId,
    /// Places it has.
    pub capacity: i32,
    /// Places that are held; more than there are where the capacity was made smaller.
    pub taken: i32,
    /// When it starts, as released.
    pub starts_at: Option<Instant>,
    /// When it ends.
    pub ends_at: Option<Instant>,
}

impl SignUpSession {
    /// Whether nobody can be in both; sessions without times are at no time.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let span = |one: &Self| one.starts_at.zip(one.ends_at);
        let both = span(self).zip(span(other));
        both.is_some_and(|(one, other)| meet(one, other))
    }

    /// Whether one can sign up now, as far as places go.
    #[must_use]
    pub const fn availability(&self) -> Availability {
        match self.capacity - self.taken {
            left if left <= 0 => Availability::SoldOut,
            left if left <= 5 || left <= self.capacity / 10 => Availability::FewLeft,
            _ => Availability::Available,
        }
    }
}

/// Whether these, from the first instant to before the second, share one.
#[must_use]
pub fn meet((start, end): (Instant, Instant), (from, until): (Instant, Instant)) -> bool {
    start < until && from < end
}

/// When one can register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    /// Not yet.
    NotYet,
    /// Now.
    Open,
    /// Not any more.
    Closed,
}

impl TicketType {
    /// What an organiser should know of it.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        (self.requires_approval && self.waiting_list).then_some(
            "Who is offered a seat from the waiting list is confirmed by accepting it, without your yes.",
        )
    }

    /// When registration for it ends: as it says, else when the event starts; `None`: an event
    /// without a date ends nothing.
    #[must_use]
    pub fn ends_at(&self, event: &Event) -> Option<Instant> {
        self.closes_at.or_else(|| event.starts_at())
    }

    /// When nothing is offered any more to those who wait: at the close, and at the latest when the
    /// event starts.
    #[must_use]
    pub fn line_ends_at(&self, event: &Event) -> Option<Instant> {
        let ends = [self.closes_at, event.starts_at()];
        ends.into_iter().flatten().min()
    }

    /// Whether one can queue for it at this instant.
    #[must_use]
    pub fn has_line(&self, event: &Event, now: Instant) -> bool {
        self.waiting_list && self.line_ends_at(event).is_none_or(|end| now < end)
    }

    /// Whether one can register for it at this instant, seats aside.
    #[must_use]
    pub fn sale(&self, event: &Event, now: Instant) -> Sale {
        if event.state != EventState::Published || self.ends_at(event).is_some_and(|end| now >= end)
        {
            Sale::Closed
        } else if self.opens_at.is_some_and(|start| now < start) {
            Sale::NotYet
        } else {
            Sale::Open
        }
    }

    /// Whether one can register for it at this instant; `quotas` are all of the event.
    #[must_use]
    pub fn availability(&self, event: &Event, quotas: &[Quota], now: Instant) -> Availability {
        match self.sale(event, now) {
            Sale::Closed => return Availability::Closed,
            Sale::NotYet => return Availability::NotYet,
            Sale::Open => {}
        }
        let own = || {
            quotas
                .iter()
                .filter(|quota| self.quotas.contains(&quota.id))
        };
        let free = own().filter_map(Quota::free).min();
        if free.is_some_and(|free| free < self.min_per_registration) {
            return if self.has_line(event, now) {
                Availability::WaitingList
            } else {
                Availability::SoldOut
            };
        }
        if own().any(is_nearly_full) {
            Availability::FewLeft
        } else {
            Availability::Available
        }
    }
}

/// At most five seats, or at most a tenth of them, are left.
fn is_nearly_full(quota: &Quota) -> bool {
    quota
        .size
        .zip(quota.free())
        .is_some_and(|(size, free)| free <= 5 || free <= size / 10)
}

/// When one can register for an event, over all its ticket types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Window {
    /// When the first opens; `None`: since publication, or there is no ticket type.
    pub opens_at: Option<Instant>,
    /// When the last closes; `None`: not known yet.
    pub closes_at: Option<Instant>,
    /// Whether at least one is open now, seats aside.
    pub open: bool,
    /// The next instant at which any of this changes by itself.
    pub next_change: Option<Instant>,
}

/// The window over these ticket types.
#[must_use]
pub fn registration_window(event: &Event, types: &[TicketType], now: Instant) -> Window {
    let opening: Option<Vec<Instant>> = types.iter().map(|ticket| ticket.opens_at).collect();
    let closing: Option<Vec<Instant>> = types.iter().map(|ticket| ticket.ends_at(event)).collect();
    let edges = types
        .iter()
        .flat_map(|ticket| [ticket.opens_at, ticket.ends_at(event)]);
    Window {
        opens_at: opening.and_then(|all| all.into_iter().min()),
        closes_at: closing.and_then(|all| all.into_iter().max()),
        open: types
            .iter()
            .any(|ticket| ticket.sale(event, now) == Sale::Open),
        next_change: edges.flatten().filter(|edge| *edge > now).min(),
    }
}

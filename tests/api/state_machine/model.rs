//! What ought to be: registrations, the seats they hold, and the line they stand in, as simply as it can be
//! said. What may happen to them is in `rules`.

use std::collections::BTreeSet;

/// Hours that an offer holds its seats.
const OFFER_WITHIN: u32 = 48;

/// How many quotas there are: the seats of the hall, the places on screen, the seats of the lounge.
pub const QUOTAS: usize = 3;

/// A ticket type, in the order they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A seat in the hall.
    Hall,
    /// A place on screen; nobody waits for one.
    Digital,
    /// A seat in the hall and one in the lounge, if the organiser says yes.
    Guest,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Hall, Self::Digital, Self::Guest];

    /// The quotas it draws on.
    pub const fn quotas(self) -> &'static [usize] {
        match self {
            Self::Hall => &[0],
            Self::Digital => &[1],
            Self::Guest => &[0, 2],
        }
    }

    pub fn has_line(self) -> bool {
        self != Self::Digital
    }
}

/// What an attendee waits for, or is offered, beside the seat they have.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    pub kind: Kind,
    pub place: usize,
    pub offered_until: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Attendee {
    pub kind: Kind,
    pub comes: bool,
    pub wish: Option<Wish>,
}

impl Attendee {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            comes: true,
            wish: None,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Party {
    /// Which address is its contact's.
    pub address: usize,
    pub state: &'static str,
    pub holds: bool,
    pub wants_list: bool,
    pub attendees: Vec<Attendee>,
    /// Until when it is to be confirmed, or its offer to be answered.
    pub until: u32,
    pub place: usize,
}

impl Party {
    pub fn kinds(&self) -> Vec<Kind> {
        let coming = self.attendees.iter().filter(|one| one.comes);
        coming.map(|one| one.kind).collect()
    }

    pub fn needs_approval(&self) -> bool {
        self.kinds().contains(&Kind::Guest)
    }

    /// Whether its attendees may be changed.
    pub fn is_changeable(&self) -> bool {
        ["confirmed", "awaiting_approval", "waiting_list"].contains(&self.state)
    }

    pub fn is_live(&self) -> bool {
        self.is_changeable() || ["awaiting_confirmation", "offered"].contains(&self.state)
    }
}

/// What leads where, by the contract. A step leads no further than from one to the next.
const LEADS: [(&str, &[&str]); 5] = [
    (
        "awaiting_confirmation",
        &[
            "confirmed",
            "awaiting_approval",
            "waiting_list",
            "expired",
            "cancelled",
        ],
    ),
    ("awaiting_approval", &["confirmed", "rejected", "cancelled"]),
    ("waiting_list", &["offered", "expired", "cancelled"]),
    (
        "offered",
        &["confirmed", "offer_expired", "expired", "cancelled"],
    ),
    ("confirmed", &["cancelled"]),
];

/// Every pair of them.
pub fn leads() -> BTreeSet<Led> {
    let of = |(from, to): (&str, &[&str])| {
        let pairs = to.iter().map(|to| (from.to_owned(), (*to).to_owned()));
        pairs.collect::<Vec<Led>>()
    };
    LEADS.into_iter().flat_map(of).collect()
}

/// From one state to another.
pub type Led = (String, String);

/// One who stands in line: a registration, or one attendee of it.
pub type InLine = (usize, Option<usize>);

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub sizes: [i64; QUOTAS],
    pub parties: Vec<Party>,
    /// Offers that were ever made.
    pub offers: usize,
    pub hour: u32,
    places: usize,
}

impl Model {
    /// Nobody has registered yet.
    pub fn of(sizes: [i64; QUOTAS]) -> Self {
        Self {
            sizes,
            ..Self::default()
        }
    }

    /// Seats that are held, by quota.
    pub fn held(&self) -> [i64; QUOTAS] {
        let mut held = [0; QUOTAS];
        let holders = self.parties.iter().filter(|party| party.holds);
        for one in holders
            .flat_map(|party| &party.attendees)
            .filter(|one| one.comes)
        {
            let offered = one
                .wish
                .as_ref()
                .filter(|wish| wish.offered_until.is_some());
            let beside = offered.map_or(&[][..], |wish| wish.kind.quotas());
            for (quota, count) in held.iter_mut().enumerate() {
                let takes = one.kind.quotas().contains(&quota) || beside.contains(&quota);
                *count += i64::from(takes);
            }
        }
        held
    }

    /// Seats that are waited for, by quota.
    pub fn waiting(&self) -> [i64; QUOTAS] {
        let mut waiting = [0; QUOTAS];
        for (party, attendee) in self.line() {
            let party = &self.parties[party];
            let kinds = match attendee {
                Some(n) => party.attendees[n]
                    .wish
                    .iter()
                    .map(|wish| wish.kind)
                    .collect(),
                None => party.kinds(),
            };
            for quota in kinds.iter().flat_map(|kind| kind.quotas()) {
                waiting[*quota] += 1;
            }
        }
        waiting
    }

    /// Everybody who waits, the earliest first.
    pub fn line(&self) -> Vec<InLine> {
        let mut line = Vec::new();
        for (n, party) in self.parties.iter().enumerate() {
            if party.state == "waiting_list" {
                line.push((party.place, (n, None)));
            }
            for (place, one) in party.attendees.iter().enumerate() {
                let waits = one
                    .wish
                    .as_ref()
                    .filter(|wish| wish.offered_until.is_none());
                line.extend(waits.map(|wish| (wish.place, (n, Some(place)))));
            }
        }
        line.sort_unstable();
        line.into_iter().map(|(_, who)| who).collect()
    }

    pub fn next_place(&mut self) -> usize {
        self.places += 1;
        self.places
    }

    /// A ticket type that these are too many of, one that nobody waits for before others, or nothing: all fit.
    pub fn full(&self, kinds: &[Kind]) -> Option<Kind> {
        let mut held = self.held();
        for quota in kinds.iter().flat_map(|kind| kind.quotas()) {
            held[*quota] += 1;
        }
        let is_full = |kind: &&Kind| {
            let mut quotas = kind.quotas().iter();
            quotas.any(|quota| held[*quota] > self.sizes[*quota])
        };
        let full = kinds.iter().filter(is_full);
        full.min_by_key(|kind| kind.has_line()).copied()
    }

    /// Whether a seat of `to` is free beside one of `from`.
    pub fn fits_beside(&self, from: Kind, to: Kind) -> bool {
        let held = self.held();
        let mut wanted = to
            .quotas()
            .iter()
            .filter(|quota| !from.quotas().contains(quota));
        wanted.all(|quota| held[*quota] < self.sizes[*quota])
    }

    /// The earliest that fits, until nobody does.
    pub fn promote(&mut self) {
        let until = Some(self.hour + OFFER_WITHIN);
        for (n, attendee) in self.line() {
            if let Some(place) = attendee {
                let one = &self.parties[n].attendees[place];
                let wanted = one.wish.as_ref().unwrap().kind;
                if self.fits_beside(one.kind, wanted) {
                    let one = &mut self.parties[n].attendees[place];
                    one.wish.as_mut().unwrap().offered_until = until;
                    self.offers += 1;
                }
            } else if self.full(&self.parties[n].kinds()).is_none() {
                let party = &mut self.parties[n];
                (party.state, party.holds, party.until) =
                    ("offered", true, self.hour + OFFER_WITHIN);
                self.offers += 1;
            }
        }
    }

    /// Ends a registration, with all it holds and waits for; everybody who waits is served after that.
    pub fn end(&mut self, n: usize, state: &'static str) {
        let party = &mut self.parties[n];
        (party.state, party.holds) = (state, false);
        for one in &mut party.attendees {
            one.wish = None;
            one.comes &= state != "cancelled";
        }
    }
}

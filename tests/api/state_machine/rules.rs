//! What may happen, what is answered to it, and what comes of it.

use super::model::{Attendee, InLine, Kind, Model, Party, Wish};

/// Hours that an unconfirmed registration holds its seats.
const CONFIRM_WITHIN: u32 = 2;

impl Model {
    /// 202 or 409.
    pub fn register(&mut self, address: usize, kinds: &[Kind], wants_list: bool) -> u16 {
        let full = self.full(kinds);
        if full.is_some_and(|kind| !wants_list || !kind.has_line()) {
            return 409;
        }
        let earlier = self.live_of(address);
        if earlier.is_some_and(|n| self.parties[n].state != "awaiting_confirmation") {
            return 202;
        }
        self.parties.push(Party {
            address,
            state: "awaiting_confirmation",
            holds: full.is_none(),
            wants_list,
            attendees: kinds.iter().copied().map(Attendee::new).collect(),
            until: self.hour + CONFIRM_WITHIN,
            place: 0,
        });
        if let Some(earlier) = earlier {
            self.end(earlier, "expired");
            self.promote();
        }
        202
    }

    /// The live registration of an address.
    fn live_of(&self, address: usize) -> Option<usize> {
        let mut parties = self.parties.iter();
        parties.position(|party| party.address == address && party.is_live())
    }

    /// 201 or 409.
    pub fn register_by_staff(&mut self, address: usize, kinds: &[Kind]) -> u16 {
        if self.full(kinds).is_some() {
            return 409;
        }
        self.register(address, kinds, false);
        self.parties.last_mut().unwrap().state = "confirmed";
        201
    }

    /// 200, or 410 for one that comes too late.
    pub fn confirm(&mut self, n: usize) -> u16 {
        let party = self.parties[n].clone();
        let full = self.full(&party.kinds()).filter(|_| !party.holds);
        if full.is_some_and(|kind| !party.wants_list || !kind.has_line()) {
            self.end(n, "expired");
            return 410;
        }
        let place = full.map(|_| self.next_place());
        let changed = &mut self.parties[n];
        changed.holds = full.is_none();
        changed.place = place.unwrap_or_default();
        changed.state = match full {
            Some(_) => "waiting_list",
            None if party.needs_approval() => "awaiting_approval",
            None => "confirmed",
        };
        200
    }

    /// 200, or 409 where the state does not lead there.
    pub fn cancel(&mut self, n: usize) -> u16 {
        self.lead(n, Party::is_live, "cancelled")
    }

    pub fn reject(&mut self, n: usize) -> u16 {
        self.lead(n, |party| party.state == "awaiting_approval", "rejected")
    }

    fn lead(&mut self, n: usize, may: fn(&Party) -> bool, state: &'static str) -> u16 {
        if !may(&self.parties[n]) {
            return 409;
        }
        self.end(n, state);
        self.promote();
        200
    }

    pub fn approve(&mut self, n: usize) -> u16 {
        if self.parties[n].state != "awaiting_approval" {
            return 409;
        }
        self.parties[n].state = "confirmed";
        200
    }

    /// Those who are offered seats: whole parties, and attendees beside a seat.
    pub fn offered(&self) -> Vec<InLine> {
        let mut offered = Vec::new();
        for (n, party) in self.parties.iter().enumerate() {
            offered.extend((party.state == "offered").then_some((n, None)));
            for (place, one) in party.attendees.iter().enumerate() {
                let wish = one.wish.as_ref();
                let is_offered = wish.is_some_and(|wish| wish.offered_until.is_some());
                offered.extend(is_offered.then_some((n, Some(place))));
            }
        }
        offered
    }

    pub fn accept(&mut self, (n, attendee): InLine) {
        match attendee {
            None => self.parties[n].state = "confirmed",
            Some(place) => {
                let one = &mut self.parties[n].attendees[place];
                one.kind = one.wish.take().unwrap().kind;
                self.promote();
            }
        }
    }

    pub fn decline(&mut self, (n, attendee): InLine) {
        match attendee {
            None => self.end(n, "cancelled"),
            Some(place) => self.parties[n].attendees[place].wish = None,
        }
        self.promote();
    }

    /// Every attendee who comes in a registration that may be changed.
    pub fn attendees(&self) -> Vec<(usize, usize)> {
        let parties = self.parties.iter().enumerate();
        let changeable = parties.filter(|(_, party)| party.is_changeable());
        changeable
            .flat_map(|(n, party)| {
                let attendees = party.attendees.iter().enumerate();
                attendees.filter_map(move |(place, one)| one.comes.then_some((n, place)))
            })
            .collect()
    }

    /// Whether a registration may have one of this ticket type: guests need a registration of their own.
    fn may_have(&self, n: usize, kind: Kind) -> bool {
        kind != Kind::Guest || self.parties[n].needs_approval()
    }

    /// 200 or 409.
    pub fn switch(&mut self, (n, place): (usize, usize), to: Kind, waits: bool) -> u16 {
        let one = self.parties[n].attendees[place].clone();
        if one.kind == to {
            return 200;
        }
        if !self.may_have(n, to) {
            return 409;
        }
        let before = self.clone();
        if !self.parties[n].holds {
            self.parties[n].attendees[place].kind = to;
            self.promote();
            return 200;
        }
        match &one.wish {
            Some(wish) if wish.kind == to && wish.offered_until.is_some() => {
                self.accept((n, Some(place)));
                return 200;
            }
            // Who asks once more keeps their place.
            Some(wish) if wish.kind == to => return if waits { 200 } else { 409 },
            _ => self.decline((n, Some(place))),
        }
        if self.fits_beside(one.kind, to) {
            self.parties[n].attendees[place].kind = to;
            self.promote();
            return 200;
        }
        if !waits || !to.has_line() {
            *self = before;
            return 409;
        }
        let wish = Wish {
            kind: to,
            place: self.next_place(),
            offered_until: None,
        };
        self.parties[n].attendees[place].wish = Some(wish);
        200
    }

    /// 201 or 409.
    pub fn add(&mut self, n: usize, kind: Kind) -> u16 {
        let full = self.parties[n].holds && self.full(&[kind]).is_some();
        if full || !self.may_have(n, kind) {
            return 409;
        }
        self.parties[n].attendees.push(Attendee::new(kind));
        self.promote();
        201
    }

    pub fn cancel_one(&mut self, (n, place): (usize, usize)) {
        if self.parties[n].kinds().len() == 1 {
            self.end(n, "cancelled");
        } else {
            let one = &mut self.parties[n].attendees[place];
            (one.comes, one.wish) = (false, None);
        }
        self.promote();
    }

    /// A colleague takes over the seat, and what is waited for: what is offered is mailed to them.
    pub fn replace(&mut self, (n, place): (usize, usize)) {
        self.offers += usize::from(self.offered().contains(&(n, Some(place))));
    }

    pub fn resize(&mut self, quota: usize, size: i64) {
        self.sizes[quota] = size;
        self.promote();
    }

    pub fn pass(&mut self, hours: u32) {
        self.hour += hours;
        for n in 0..self.parties.len() {
            let party = &mut self.parties[n];
            match party.state {
                "awaiting_confirmation" if party.until <= self.hour => party.holds = false,
                "offered" if party.until <= self.hour => self.end(n, "offer_expired"),
                _ => {
                    for one in &mut party.attendees {
                        let until = one.wish.as_ref().and_then(|wish| wish.offered_until);
                        if until.is_some_and(|until| until <= self.hour) {
                            one.wish = None;
                        }
                    }
                }
            }
        }
        self.promote();
    }

    /// Registration ends: nobody waits any more.
    pub fn close(&mut self) {
        for n in 0..self.parties.len() {
            let state = self.parties[n].state;
            if ["awaiting_confirmation", "waiting_list", "offered"].contains(&state) {
                self.end(n, "expired");
            }
            for one in &mut self.parties[n].attendees {
                one.wish = None;
            }
        }
    }
}

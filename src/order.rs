//! Lists that people put in order by hand, in one request. Pure.

use std::collections::{HashMap, HashSet};

use crate::faults::Faults;
use crate::ids::Id;

/// A thing with a place in such a list.
pub trait Placed: Clone {
    /// What its id is the id of.
    type Kind: 'static;
    /// The code of the fault that an id is none of the list's.
    const UNKNOWN: &'static str;
    /// The code of the fault that something of the list is not named.
    const MISSING: &'static str;

    /// Its id.
    fn id(&self) -> Id<Self::Kind>;

    /// Its place, from 0.
    fn position(&self) -> i32;

    /// The same at another place.
    #[must_use]
    fn placed(&self, position: i32) -> Self;
}

/// The things that another order moves, at their new places.
///
/// # Errors
/// A fault for every id that is unknown or given twice, and one that names what is missing.
pub fn reorder<T: Placed>(things: &[T], ids: &[Id<T::Kind>]) -> Result<Vec<T>, Faults> {
    let known: HashMap<_, &T> = things.iter().map(|thing| (thing.id(), thing)).collect();
    let mut faults = Faults::new();
    let mut placed = HashSet::new();
    let mut moved = Vec::new();
    for (position, id) in (0..).zip(ids) {
        let pointer = format!("/ids/{position}");
        let Some(thing) = known.get(id) else {
            faults.add(
                pointer,
                T::UNKNOWN,
                "The id is that of something in this list.",
            );
            continue;
        };
        if !placed.insert(*id) {
            faults.add(pointer, "duplicate", "Everything has one place.");
        }
        if thing.position() != position {
            moved.push(thing.placed(position));
        }
    }
    let missing = things.iter().map(T::id).filter(|id| !placed.contains(id));
    let missing: Vec<String> = missing.map(|id| id.to_string()).collect();
    if !missing.is_empty() {
        let detail = format!("Everything has a place; missing: {}.", missing.join(", "));
        faults.add("/ids", T::MISSING, detail);
    }
    faults.finish(Some(moved))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::new_id;

    #[derive(Debug, Clone, PartialEq)]
    struct Chair(Id<()>, i32);

    impl Placed for Chair {
        type Kind = ();
        const UNKNOWN: &'static str = "unknown_chair";
        const MISSING: &'static str = "missing_chair";

        fn id(&self) -> Id<()> {
            self.0
        }

        fn position(&self) -> i32 {
            self.1
        }

        fn placed(&self, position: i32) -> Self {
            Self(self.0, position)
        }
    }

    #[test]
    fn what_keeps_its_place_is_not_moved() {
        let chairs: Vec<Chair> = (0..3).map(|place| Chair(new_id(), place)).collect();
        let ids = [chairs[2].0, chairs[1].0, chairs[0].0];
        let moved = reorder(&chairs, &ids).unwrap();
        assert_eq!(moved, [Chair(ids[0], 0), Chair(ids[2], 2)]);
    }

    #[test]
    fn everything_is_named_once() {
        let chairs = [Chair(new_id(), 0), Chair(new_id(), 1)];
        let ids = [chairs[0].0, chairs[0].0, new_id()];
        let faults = reorder(&chairs, &ids).unwrap_err();
        let codes: Vec<String> = faults
            .into_list()
            .into_iter()
            .map(|fault| fault.code.to_string())
            .collect();
        assert_eq!(codes, ["duplicate", "unknown_chair", "missing_chair"]);
    }
}

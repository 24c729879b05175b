//! A bounded shelf of things that are made again when they are gone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Longest key that is kept, in bytes: what is asked at such length is not asked again.
pub const LONGEST_KEY: usize = 512;
/// What an entry takes beside its value and its key, in bytes, roughly.
const OVERHEAD: usize = 256;

/// Values by key, so many and so many bytes. Those that were read longest ago go first.
#[derive(Debug)]
pub struct Shelf<V> {
    entries: HashMap<Box<str>, Entry<V>>,
    bytes: usize,
    most_entries: usize,
    most_bytes: usize,
    /// Counts reads, so that their order is known.
    uses: AtomicU64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    bytes: usize,
    /// When it was read last, in uses.
    used: AtomicU64,
}

impl<V> Shelf<V> {
    /// Empty, for so many entries and so many bytes.
    #[must_use]
    pub fn new(most_entries: usize, most_bytes: usize) -> Self {
        Self {
            entries: HashMap::new(),
            bytes: 0,
            most_entries,
            most_bytes,
            uses: AtomicU64::new(0),
        }
    }

    fn next_use(&self) -> u64 {
        self.uses.fetch_add(1, Ordering::Relaxed)
    }

    /// The value of this key, which counts as read.
    pub fn get(&self, key: &str) -> Option<&V> {
        let entry = self.entries.get(key)?;
        entry.used.store(self.next_use(), Ordering::Relaxed);
        Some(&entry.value)
    }

    /// As [`get`](Self::get), to change it in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// Puts a value of so many bytes in the place of the one that was there. What is larger than the
    /// shelf, and what has too long a key, is not kept.
    pub fn put(&mut self, key: &str, value: V, bytes: usize) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= entry.bytes;
        }
        let bytes = bytes + key.len() + OVERHEAD;
        if bytes > self.most_bytes || key.len() > LONGEST_KEY {
            return;
        }
        if self.bytes + bytes > self.most_bytes || self.entries.len() >= self.most_entries {
            self.make_room(bytes);
        }
        self.bytes += bytes;
        let used = self.next_use().into();
        let entry = Entry { value, bytes, used };
        self.entries.insert(key.into(), entry);
    }

    /// Room for so many bytes and an eighth of the shelf more, so that not every new entry has to look
    /// for the oldest.
    fn make_room(&mut self, bytes: usize) {
        let most_entries = self.most_entries - self.most_entries.div_ceil(8);
        let most_bytes = (self.most_bytes - self.most_bytes / 8).min(self.most_bytes - bytes);
        let entries = self.entries.iter();
        let mut by_age: Vec<(u64, Box<str>)> = entries
            .map(|(key, entry)| (entry.used.load(Ordering::Relaxed), key.clone()))
            .collect();
        by_age.sort_unstable();
        for (_, key) in by_age {
            if self.entries.len() <= most_entries && self.bytes <= most_bytes {
                return;
            }
            if let Some(entry) = self.entries.remove(&key) {
                self.bytes -= entry.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_read_longest_ago_goes_first() {
        let mut shelf = Shelf::new(3, usize::MAX);
        for key in ["a", "b", "c"] {
            shelf.put(key, key, 1);
        }
        assert_eq!(shelf.get("a"), Some(&"a"));
        shelf.put("d", "d", 1);
        let there = ["a", "b", "c", "d"].map(|key| shelf.get(key).is_some());
        assert_eq!(there, [true, false, true, true]);
    }

    #[test]
    fn memory_is_bounded_whatever_is_asked() {
        let (most_entries, most_bytes) = (100, 100_000);
        let mut shelf = Shelf::new(most_entries, most_bytes);
        for n in 0..10_000_usize {
            // From nothing to half as much again as the whole shelf.
            let bytes = (n * 7919) % (most_bytes * 3 / 2);
            shelf.put(&format!("/events?q={n}"), (), bytes);
            assert!(shelf.entries.len() <= most_entries, "{n}");
            assert!(shelf.bytes <= most_bytes, "{n}: {}", shelf.bytes);
            let sum: usize = shelf.entries.values().map(|entry| entry.bytes).sum();
            assert_eq!(shelf.bytes, sum, "{n}");
        }
        for n in 0..10_000 {
            shelf.put(&n.to_string(), (), 0);
        }
        assert!(
            shelf.entries.len() > most_entries / 2,
            "a full shelf is used"
        );
    }

    #[test]
    fn what_does_not_fit_takes_no_place_and_leaves_nothing_old() {
        let mut shelf = Shelf::new(10, 10_000);
        shelf.put("a", 1, 10);
        shelf.put("b", 1, 10);
        shelf.put("a", 2, 20_000);
        assert_eq!((shelf.get("a"), shelf.get("b")), (None, Some(&1)));
        let long = "k".repeat(LONGEST_KEY + 1);
        shelf.put(&long, 1, 10);
        assert_eq!(shelf.get(&long), None);
        shelf.put(&long[1..], 1, 10);
        assert_eq!(shelf.get(&long[1..]), Some(&1));
    }
}

//! Lists in pages: keyset cursors, so that a list never skips or repeats a row while others insert.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Rows of a page when nothing is said.
pub const DEFAULT_LIMIT: i64 = 50;
/// Most rows of a page.
pub const MAX_LIMIT: i64 = 200;

/// Where a page starts, and how long it is. `K` is the sort key, unique per row.
#[derive(Debug, Clone)]
pub struct Keyset<K> {
    /// 1 to [`MAX_LIMIT`].
    pub limit: i64,
    /// The key of the last row of the page before.
    pub after: Option<K>,
}

impl<K> Keyset<K> {
    /// Rows to ask the store for: one more than the page, to know whether there is a next one.
    #[must_use]
    pub const fn fetch(&self) -> i64 {
        self.limit + 1
    }
}

impl<K> Default for Keyset<K> {
    fn default() -> Self {
        Self {
            limit: MAX_LIMIT,
            after: None,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Opaque; `None` on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts what [`Keyset::fetch`] brought to a page; `key` is the sort key of a row.
    pub fn cut<K, C: Serialize>(
        mut rows: Vec<T>,
        keyset: &Keyset<K>,
        key: impl Fn(&T) -> C,
    ) -> Self {
        let limit = usize::try_from(keyset.limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|last| encode(&key(last)));
        Self {
            items: rows,
            next_cursor,
        }
    }

    /// Cuts a page out of all rows, which are in the order of `key`.
    pub fn of_sorted<K>(
        rows: impl Iterator<Item = T>,
        keyset: &Keyset<K>,
        key: impl Fn(&T) -> K,
    ) -> Self
    where
        K: Ord + Serialize,
    {
        let fetch = usize::try_from(keyset.fetch()).unwrap_or(0);
        let rows = rows
            .filter(|row| keyset.after.as_ref().is_none_or(|after| key(row) > *after))
            .take(fetch)
            .collect();
        Self::cut(rows, keyset, key)
    }

    /// The page with each row turned into something else.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(convert).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// A sort key as an opaque cursor of `[A-Za-z0-9_-]`.
fn encode(key: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// The sort key in a cursor; `None` if it is none of ours.
#[must_use]
pub fn decode<K: DeserializeOwned>(cursor: &str) -> Option<K> {
    let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_there_is_more() {
        let keyset = Keyset::<i32> {
            limit: 2,
            after: None,
        };
        let page = Page::cut(vec![1, 2, 3], &keyset, |row| *row);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(decode::<i32>(&page.next_cursor.unwrap()), Some(2));
        assert!(
            Page::cut(vec![1, 2], &keyset, |row| *row)
                .next_cursor
                .is_none()
        );
    }

    #[test]
    fn foreign_cursors_are_refused() {
        for bad in ["", "a", "%%%", "bnVsbA", "eyJhIjoxfQ"] {
            assert_eq!(decode::<(i32, i32)>(bad), None, "{bad}");
        }
    }
}

//! Named points at which a test lets the process die, as a crash would.
//!
//! Only with the feature `fault-points`, which tests build with and the shipped binary without.
//! `KONGRESS_FAULT_POINT=after-mail-claim@3` dies at the third passing of `after-mail-claim`.

/// Dies here if this is the point and the passing that was asked for.
#[cfg(feature = "fault-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "not a setting: nothing of this is in the shipped binary"
)]
pub fn point(name: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};

    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Ok(asked) = std::env::var("KONGRESS_FAULT_POINT") else {
        return;
    };
    let (point, passing) = asked.split_once('@').unwrap_or((&asked, "1"));
    if point == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == passing.parse().unwrap_or(1) {
        std::process::abort();
    }
}

/// Nothing, in the shipped binary.
#[cfg(not(feature = "fault-points"))]
#[inline]
pub const fn point(_name: &str) {}

/// Whether a test took a guard away with `KONGRESS_FAULT=name`.
#[cfg(feature = "fault-points")]
#[expect(
    clippy::disallowed_methods,
    reason = "not a setting: nothing of this is in the shipped binary"
)]
#[must_use]
pub fn is_on(name: &str) -> bool {
    std::env::var("KONGRESS_FAULT").is_ok_and(|asked| asked == name)
}

/// No guard can be taken away in the shipped binary.
#[cfg(not(feature = "fault-points"))]
#[inline]
#[must_use]
pub const fn is_on(_name: &str) -> bool {
    false
}

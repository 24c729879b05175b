//! Where time, ids and randomness come from: the one home of `Utc::now` and `Uuid::now_v7`.
//!
//! Instants are cut to microseconds here, so that both stores return exactly what was written.

use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, SubsecRound, TimeDelta, TimeZone, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::Id;

/// An instant in UTC, always in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// The instant as chrono has it.
    #[must_use]
    pub const fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// The wall clock of a zone at this instant.
    #[must_use]
    pub fn in_zone(self, zone: chrono_tz::Tz) -> DateTime<chrono_tz::Tz> {
        self.0.with_timezone(&zone)
    }

    /// RFC 3339 with the offset that the zone has at this instant; fractions only where there are.
    #[must_use]
    pub fn to_rfc3339_in(self, zone: chrono_tz::Tz) -> String {
        self.in_zone(zone)
            .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
    }
}

impl<Z: TimeZone> From<DateTime<Z>> for Instant {
    fn from(instant: DateTime<Z>) -> Self {
        Self(instant.with_timezone(&Utc).trunc_subsecs(6))
    }
}

impl Add<TimeDelta> for Instant {
    type Output = Self;

    fn add(self, delta: TimeDelta) -> Self {
        self.0.checked_add_signed(delta).map_or(self, Self::from)
    }
}

impl Sub<TimeDelta> for Instant {
    type Output = Self;

    fn sub(self, delta: TimeDelta) -> Self {
        self.0.checked_sub_signed(delta).map_or(self, Self::from)
    }
}

impl Sub for Instant {
    type Output = TimeDelta;

    fn sub(self, other: Self) -> TimeDelta {
        self.0 - other.0
    }
}

/// The clock of one running service. Tests move it; the service never does.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Microseconds that tests have moved the clock by.
    shift: Arc<AtomicI64>,
}

impl Clock {
    /// The instant, in whole microseconds.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one home of the system clock"
    )]
    pub fn now(&self) -> Instant {
        let shift = TimeDelta::microseconds(self.shift.load(Ordering::Relaxed));
        Instant::from(Utc::now() + shift)
    }

    /// Moves the clock forward (or back). For tests.
    pub fn advance(&self, by: TimeDelta) {
        let micros = by.num_microseconds().unwrap_or(0);
        self.shift.fetch_add(micros, Ordering::Relaxed);
    }
}

/// A new id. UUIDv7 of the machine's own clock: unique and rising within a process also when the
/// clock steps back.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one home of id making")]
pub fn new_id<K>() -> Id<K> {
    Id::from_uuid(Uuid::now_v7())
}

/// Names one request in its answer and in the log: a UUIDv7, told apart by a count rather than by
/// randomness, which would cost each request a call of the system. Nobody trusts it.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one home of the system clock"
)]
pub fn request_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static PROCESS: LazyLock<u64> = LazyLock::new(|| Uuid::now_v7().as_u64_pair().1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut rest = [0; 10];
    rest[..8].copy_from_slice(&count.wrapping_add(*PROCESS).to_be_bytes());
    rest[8..].copy_from_slice(&PROCESS.to_be_bytes()[6..]);
    let millis = u64::try_from(Utc::now().timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rest)
        .into_uuid()
        .to_string()
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

/// This many letters and digits, at most 32, that are not mistaken for each other when read aloud: five
/// random bits each.
///
/// # Errors
/// As [`random_256`].
pub fn random_code(length: usize) -> Result<String, NoRandomness> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let random = random_256()?;
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    Ok(random.iter().take(length).map(letter).collect())
}

/// 256 bits from the operating system, for secrets.
///
/// # Errors
/// When the system has none to give, which no caller can mend.
pub fn random_256() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

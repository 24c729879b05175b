//! When a mail is tried again, and when it is given up. Pure.

use chrono::TimeDelta;

use super::outbox::Settlement;
use super::transport::Outcome;
use crate::clock::Instant;

/// Pauses after the mail server put this recipient off (4xx).
const DEFERRED: [TimeDelta; 7] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::hours(1),
    TimeDelta::hours(4),
    TimeDelta::hours(12),
    TimeDelta::hours(24),
];

/// Pauses after the connection broke while the message went over. It may have arrived, so a try is
/// spent: 8 copies at most, all under one `Message-ID`. The first pauses are short, because it may
/// as well not have arrived.
const INTERRUPTED: [TimeDelta; 7] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(25),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::hours(1),
    TimeDelta::hours(4),
];

/// What is noted of a try. `spent` tries came before it; `jitter`, 0 to 255, spreads tries that were
/// put off together over up to a tenth of the pause.
#[must_use]
pub fn settlement(outcome: &Outcome, spent: i32, now: Instant, jitter: u8) -> Settlement {
    match outcome {
        Outcome::Accepted(_) => Settlement::Sent,
        Outcome::Deferred(_) => later(&DEFERRED, spent, now, jitter),
        Outcome::Interrupted(_) => later(&INTERRUPTED, spent, now, jitter),
        Outcome::Rejected(_) => Settlement::Bounced,
        Outcome::Unwritable(_) => Settlement::Failed,
        Outcome::Unreachable(_) => Settlement::Released,
    }
}

fn later(pauses: &[TimeDelta], spent: i32, now: Instant, jitter: u8) -> Settlement {
    let pause = usize::try_from(spent).ok().and_then(|n| pauses.get(n));
    pause.map_or(Settlement::Failed, |pause| {
        Settlement::Retry(now + *pause + *pause / 2560 * i32::from(jitter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::time::instant;

    #[test]
    fn eight_tries_and_then_no_more() {
        let now = instant("2027-11-11T09:00:00Z").unwrap();
        let deferred = Outcome::Deferred("452".into());
        let mut total = TimeDelta::zero();
        for spent in 0..7 {
            let (Settlement::Retry(soonest), Settlement::Retry(latest)) = (
                settlement(&deferred, spent, now, 0),
                settlement(&deferred, spent, now, 255),
            ) else {
                panic!("{spent}")
            };
            assert!(latest > soonest && latest - now <= (soonest - now) * 11 / 10);
            total += soonest - now;
        }
        assert_eq!(
            total,
            TimeDelta::minutes(1 + 5 + 15) + TimeDelta::hours(1 + 4 + 12 + 24)
        );
        assert_eq!(settlement(&deferred, 7, now, 0), Settlement::Failed);
        let cut = Outcome::Interrupted(String::new());
        assert_eq!(
            settlement(&cut, 7, now, 0),
            Settlement::Failed,
            "8 copies at most"
        );
    }

    #[test]
    fn an_unreachable_server_spends_nothing_and_a_refused_recipient_is_final() {
        let now = instant("2027-11-11T09:00:00Z").unwrap();
        let away = Outcome::Unreachable(String::new());
        assert_eq!(settlement(&away, 7, now, 0), Settlement::Released);
        let refused = Outcome::Rejected(String::new());
        assert_eq!(settlement(&refused, 0, now, 0), Settlement::Bounced);
    }
}

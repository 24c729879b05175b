//! Rate limits per client, in this process: with n instances a client gets n times as much.
//!
//! What must hold over all instances, such as mails per address, is counted in the store instead.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

use actix_web::http::header::HeaderMap;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

type Limiter =
    RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// Requests of one client in a burst, and refilled per second.
const REQUESTS: (u32, u32) = (600, 100);
/// Unknown tokens of one client: ten, then one more every six seconds.
const FAILURES: u32 = 10;

/// Networks whose `Forwarded` and `X-Forwarded-For` are believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<(IpAddr, u8)>);

impl TrustedProxies {
    /// Parses addresses and networks such as `10.0.0.0/8`.
    ///
    /// # Errors
    /// The entry that is neither.
    pub fn parse(entries: &[String]) -> Result<Self, String> {
        entries
            .iter()
            .map(|entry| network(entry).ok_or_else(|| entry.clone()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0
            .iter()
            .any(|(network, prefix)| match (network, address) {
                (IpAddr::V4(network), IpAddr::V4(address)) => same_prefix(
                    u128::from(network.to_bits()) << 96,
                    u128::from(address.to_bits()) << 96,
                    *prefix,
                ),
                (IpAddr::V6(network), IpAddr::V6(address)) => {
                    same_prefix(network.to_bits(), address.to_bits(), *prefix)
                }
                _ => false,
            })
    }

    /// The client: the last address on the way that is no trusted proxy. An IPv6 client is its /64.
    #[must_use]
    pub fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| {
            peer.ip().to_canonical()
        });
        if self.contains(client) {
            let mut hops = forwarded(headers);
            while self.contains(client) {
                match hops.pop() {
                    Some(Some(before)) => client = before.to_canonical(),
                    _ => break,
                }
            }
        }
        match client {
            IpAddr::V4(_) => client,
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        }
    }
}

fn network(entry: &str) -> Option<(IpAddr, u8)> {
    let (address, prefix) = entry
        .split_once('/')
        .map_or((entry, None), |(a, p)| (a, Some(p)));
    let address: IpAddr = address.trim().parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.map_or(Some(longest), |prefix| prefix.trim().parse().ok())?;
    (prefix <= longest).then_some((address, prefix))
}

fn same_prefix(a: u128, b: u128, prefix: u8) -> bool {
    prefix == 0 || (a ^ b) >> (128 - u32::from(prefix)) == 0
}

/// The hops of `Forwarded` (RFC 7239) or else `X-Forwarded-For`, nearest last; `None` for what is
/// no address.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let list = |name: &str| -> Vec<String> {
        let values = headers
            .get_all(name)
            .filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .map(|hop| hop.trim().to_owned())
            .collect()
    };
    let standard = list("forwarded");
    if standard.is_empty() {
        return list("x-forwarded-for")
            .iter()
            .map(|hop| address(hop))
            .collect();
    }
    let of_hop = |hop: &String| {
        let parts = hop.split(';').map(str::trim);
        let value = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.eq_ignore_ascii_case("for"));
        value.and_then(|(_, value)| address(value.trim_matches('"')))
    };
    standard.iter().map(of_hop).collect()
}

/// An address with or without port and brackets.
fn address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// What is left of a client's burst.
#[derive(Debug, Clone, Copy)]
pub struct Remaining(u32);

impl Remaining {
    /// Nothing is left.
    pub const NONE: Self = Self(0);

    /// `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11).
    #[must_use]
    pub fn header(self) -> String {
        format!("\"default\";r={};t={}", self.0, REQUESTS.0 / REQUESTS.1)
    }

    /// `RateLimit-Policy`, of the same draft.
    #[must_use]
    pub fn policy() -> String {
        format!("\"default\";q={};w={}", REQUESTS.0, REQUESTS.0 / REQUESTS.1)
    }
}

/// The limits of one process; `None` inside when they are off.
#[derive(Debug)]
pub struct Limits {
    requests: Option<Limiter>,
    failures: Option<Limiter>,
}

impl Limits {
    /// Limits as documented, or none.
    #[must_use]
    pub fn new(on: bool) -> Self {
        let limiter = |quota: Quota| {
            on.then(|| {
                Limiter::new(quota, DashMapStateStore::default(), DefaultClock::default())
                    .with_middleware()
            })
        };
        let one = NonZeroU32::MIN;
        let per_second = |n: u32| Quota::per_second(NonZeroU32::new(n).unwrap_or(one));
        let per_minute = |n: u32| Quota::per_minute(NonZeroU32::new(n).unwrap_or(one));
        Self {
            requests: limiter(
                per_second(REQUESTS.1).allow_burst(NonZeroU32::new(REQUESTS.0).unwrap_or(one)),
            ),
            failures: limiter(per_minute(FAILURES)),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn request(&self, client: IpAddr) -> Result<Option<Remaining>, u64> {
        count(self.requests.as_ref(), client)
    }

    /// Counts an unknown token, so that guessing is slow.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn failure(&self, client: IpAddr) -> Result<(), u64> {
        count(self.failures.as_ref(), client).map(|_| ())
    }

    /// Forgets clients that have not been seen for a while.
    pub fn sweep(&self) {
        for limiter in [&self.requests, &self.failures].into_iter().flatten() {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn count(limiter: Option<&Limiter>, client: IpAddr) -> Result<Option<Remaining>, u64> {
    let Some(limiter) = limiter else {
        return Ok(None);
    };
    match limiter.check_key(&client) {
        Ok(state) => Ok(Some(Remaining(state.remaining_burst_capacity()))),
        Err(not_until) => Err(not_until
            .wait_time_from(DefaultClock::default().now())
            .as_secs()
            + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn client(peer: &str, trusted: &[&str], header: (&'static str, &str)) -> String {
        let trusted: Vec<String> = trusted.iter().map(ToString::to_string).collect();
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static(header.0),
            HeaderValue::from_str(header.1).unwrap(),
        );
        TrustedProxies::parse(&trusted)
            .unwrap()
            .client(Some(peer.parse().unwrap()), &headers)
            .to_string()
    }

    #[test]
    fn headers_are_believed_from_trusted_peers_only() {
        let xff = ("x-forwarded-for", "203.0.113.9, 10.1.2.3");
        assert_eq!(client("198.51.100.1:9", &[], xff), "198.51.100.1");
        assert_eq!(client("10.0.0.1:9", &["10.0.0.0/8"], xff), "203.0.113.9");
        assert_eq!(client("10.0.0.1:9", &["10.0.0.1"], xff), "10.1.2.3");
        let forwarded = ("forwarded", "for=\"[2001:db8:1:2:3::4]:80\";proto=https");
        assert_eq!(client("[::1]:9", &["::1"], forwarded), "2001:db8:1:2::");
    }

    #[test]
    fn one_bucket_however_the_headers_rotate() {
        let limits = Limits::new(true);
        let refused = (0..1000)
            .filter(|n| {
                let who = client(
                    "198.51.100.1:9",
                    &[],
                    ("x-forwarded-for", &format!("10.0.{}.{}", n / 250, n % 250)),
                );
                limits.request(who.parse().unwrap()).is_err()
            })
            .count();
        assert!(refused > 300, "{refused}");
    }
}

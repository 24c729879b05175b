//! Counters for `/metrics`. Labels are route patterns, never paths: a path may hold a secret.

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: Cow<'static, str>,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: Cow<'static, str>,
}

/// Seconds; from a snapshot out of memory to a store that is busy.
const BUCKETS: [f64; 9] = [0.0005, 0.002, 0.01, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What this process counts.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    mail_pending: Gauge,
    mail_oldest: Gauge<f64, AtomicU64>,
    integrity_differences: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("kongress");
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations =
            Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        registry.register_with_unit(
            "http_request_duration",
            "Time to the answer",
            Unit::Seconds,
            durations.clone(),
        );
        let mail_pending = Gauge::default();
        registry.register(
            "mail_pending",
            "Mails that are not sent yet",
            mail_pending.clone(),
        );
        let mail_oldest = Gauge::default();
        registry.register_with_unit(
            "mail_oldest_pending",
            "Age of the oldest of them",
            Unit::Seconds,
            mail_oldest.clone(),
        );
        let integrity_differences = Gauge::default();
        registry.register(
            "integrity_differences",
            "Where counters and rows differed when they were compared last",
            integrity_differences.clone(),
        );
        Self {
            registry,
            requests,
            durations,
            mail_pending,
            mail_oldest,
            integrity_differences,
        }
    }
}

impl Metrics {
    /// Counts an answered request.
    pub fn request(&self, method: &str, route: Cow<'static, str>, status: u16, took: Duration) {
        // Any method can be sent; only known ones become labels.
        let mut known = METHODS.into_iter();
        let method = known.find(|known| *known == method).unwrap_or("other");
        let of_route = RouteLabels {
            route: route.clone(),
        };
        self.requests
            .get_or_create(&RequestLabels {
                method,
                route,
                status,
            })
            .inc();
        self.durations
            .get_or_create(&of_route)
            .observe(took.as_secs_f64());
    }

    /// Notes how much mail waits, and the age of the oldest in seconds.
    pub fn mail(&self, pending: i64, oldest: f64) {
        self.mail_pending.set(pending);
        self.mail_oldest.set(oldest);
    }

    /// Notes in how many places counters and rows differ.
    pub fn integrity(&self, differences: i32) {
        self.integrity_differences.set(i64::from(differences));
    }

    /// Everything in the text format of `OpenMetrics`.
    ///
    /// # Errors
    /// When it can't be formatted.
    pub fn render(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

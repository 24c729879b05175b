//! Configuration: flags before environment before `kongress.toml` before defaults.
//!
//! The file is read first and becomes the defaults of the environment, so that one struct says it
//! all and `--help` prints it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use crate::db::Target;
use crate::http::limits::TrustedProxies;

/// Everything that can be set.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The store: `sqlite:PATH` or `postgres://…`
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite:data/kongress.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,
    /// Address and port; port 0 picks one and prints it
    #[arg(
        long,
        env = "KONGRESS_LISTEN",
        default_value = "127.0.0.1:8080",
        global = true
    )]
    pub listen: SocketAddr,
    /// What links in mails and documents start with [default: `http://LISTEN`]
    #[arg(long, env = "KONGRESS_PUBLIC_URL", global = true)]
    pub public_url: Option<String>,
    /// `smtp://host:port`, `smtp+starttls://user:pass@host:port` or `smtps://…`; unset, mails become files
    #[arg(long, env = "KONGRESS_SMTP_URL", hide_env_values = true, global = true)]
    pub smtp_url: Option<String>,
    /// Sender of every mail
    #[arg(
        long,
        env = "KONGRESS_MAIL_FROM",
        default_value = "Kongress <noreply@localhost>",
        global = true
    )]
    pub mail_from: String,
    /// `off` for load tests behind one address; also lifts the limits on mails per address
    #[arg(long, env = "KONGRESS_RATE_LIMIT", value_enum, default_value_t = Switch::On, global = true)]
    pub rate_limit: Switch,
    /// How long an unconfirmed registration holds its seats, such as 6s, 30m, 2h
    #[arg(
        long,
        env = "KONGRESS_CONFIRM_WITHIN",
        default_value = "2h",
        global = true
    )]
    pub confirm_within: Span,
    /// How long an offer from the waiting list holds its seats
    #[arg(
        long,
        env = "KONGRESS_OFFER_WITHIN",
        default_value = "48h",
        global = true
    )]
    pub offer_within: Span,
    /// How often counters are compared with rows; a day's turn comes at night
    #[arg(
        long,
        env = "KONGRESS_INTEGRITY_EVERY",
        default_value = "24h",
        hide = true,
        global = true
    )]
    pub integrity_every: Span,
    /// How many writes at most share a commit; 1 makes each a transaction of its own, to compare with
    #[arg(
        long,
        env = "KONGRESS_WRITE_BATCH",
        default_value_t = 256,
        value_parser = clap::value_parser!(u16).range(1..=1024),
        global = true
    )]
    pub write_batch: u16,
    /// Origins that may use the organiser tree from a browser, comma-separated
    #[arg(
        long,
        env = "KONGRESS_ORGANISER_ORIGINS",
        value_delimiter = ',',
        global = true
    )]
    pub organiser_origins: Vec<String>,
    /// Proxies whose Forwarded headers are believed: addresses or networks, comma-separated
    #[arg(
        long,
        env = "KONGRESS_TRUSTED_PROXIES",
        value_delimiter = ',',
        global = true
    )]
    pub trusted_proxies: Vec<String>,
    /// `on` shows sent mails at /dev/mail on any listener; unset, on a loopback listener only
    #[arg(long, env = "KONGRESS_DEV_MAIL", value_enum, global = true)]
    pub dev_mail: Option<Switch>,
    /// Bearer token for /metrics; without it only a loopback listener has /metrics
    #[arg(
        long,
        env = "KONGRESS_METRICS_TOKEN",
        hide_env_values = true,
        global = true
    )]
    pub metrics_token: Option<String>,
    /// What is logged: a level, or levels by target such as info,kongress=debug
    #[arg(long, env = "KONGRESS_LOG", default_value = "info", global = true)]
    pub log: String,
    /// How it is logged
    #[arg(long, env = "KONGRESS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, global = true)]
    pub log_format: LogFormat,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A span of time as it is written in the configuration: `6s`, `30m`, `48h`, `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub TimeDelta);

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const ACCEPTED: &str = "a span is a number with s, m, h or d, such as 6s, 30m, 48h, 90d";
        let unit = text.chars().next_back().ok_or(ACCEPTED)?;
        let number = text.strip_suffix(unit).ok_or(ACCEPTED)?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => return Err(ACCEPTED),
        };
        let number = i64::from(number.parse::<u32>().map_err(|_| ACCEPTED)?);
        match number * seconds {
            1..=315_360_000 => Ok(Self(TimeDelta::seconds(number * seconds))),
            _ => Err("a span is at least 1s and at most 3650d"),
        }
    }
}

/// What a running service needs to know, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The store.
    pub target: Target,
    /// Address and port.
    pub listen: SocketAddr,
    /// Without a slash at the end.
    pub public_url: String,
    /// Where mail goes; `None` is files.
    pub smtp_url: Option<String>,
    /// Sender of every mail.
    pub mail_from: lettre::message::Mailbox,
    /// Whether limits apply.
    pub rate_limit: bool,
    /// How long an unconfirmed registration holds its seats.
    pub confirm_within: TimeDelta,
    /// How long an offer holds its seats.
    pub offer_within: TimeDelta,
    /// How often counters are compared with rows.
    pub integrity_every: TimeDelta,
    /// How many writes at most share a commit.
    pub write_batch: usize,
    /// Origins of the organiser tree.
    pub organiser_origins: Vec<String>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether `/dev/mail` exists.
    pub dev_mail: bool,
    /// Bearer token for `/metrics`.
    pub metrics_token: Option<String>,
    /// Where mails go that are written to files.
    pub mail_dir: PathBuf,
}

/// One line that says which setting is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {reason}")]
pub struct ConfigError {
    setting: &'static str,
    reason: String,
}

fn wrong(setting: &'static str, reason: impl std::fmt::Display) -> ConfigError {
    ConfigError {
        setting,
        reason: reason.to_string(),
    }
}

impl Settings {
    /// The store alone, for commands that need nothing else.
    ///
    /// # Errors
    /// When `DATABASE_URL` is neither.
    pub fn target(&self) -> Result<Target, ConfigError> {
        Target::parse(&self.database_url).map_err(|error| wrong("DATABASE_URL", error))
    }

    /// Checks everything.
    ///
    /// # Errors
    /// The first setting that can't be used.
    pub fn check(&self) -> Result<Config, ConfigError> {
        let target = self.target()?;
        let loopback = self.listen.ip().is_loopback();
        let smtp_url = self.smtp_url.clone().filter(|url| !url.is_empty());
        if smtp_url.is_none() && !loopback {
            return Err(wrong(
                "KONGRESS_SMTP_URL",
                "needed when KONGRESS_LISTEN is not a loopback address, or no mail would reach anybody",
            ));
        }
        if let Some(url) = &smtp_url {
            crate::mail::transport::check_url(url)
                .map_err(|reason| wrong("KONGRESS_SMTP_URL", reason))?;
        }
        let public_url = match &self.public_url {
            None => format!("http://{}", self.listen),
            Some(url) => crate::text::web_url(url)
                .map_err(|refused| wrong("KONGRESS_PUBLIC_URL", refused.detail))?
                .trim_end_matches('/')
                .to_owned(),
        };
        let mail_from = self.mail_from.parse().map_err(|_| {
            wrong(
                "KONGRESS_MAIL_FROM",
                "is a sender such as Kongress <noreply@example.org>",
            )
        })?;
        let trusted_proxies =
            TrustedProxies::parse(&non_empty(&self.trusted_proxies)).map_err(|entry| {
                wrong(
                    "KONGRESS_TRUSTED_PROXIES",
                    format!("{entry} is no address or network"),
                )
            })?;
        Ok(Config {
            mail_dir: target.data_dir().join("mail"),
            target,
            listen: self.listen,
            public_url,
            smtp_url,
            mail_from,
            rate_limit: self.rate_limit == Switch::On,
            confirm_within: self.confirm_within.0,
            offer_within: self.offer_within.0,
            integrity_every: self.integrity_every.0,
            write_batch: usize::from(self.write_batch),
            organiser_origins: non_empty(&self.organiser_origins),
            trusted_proxies,
            dev_mail: self
                .dev_mail
                .map_or(loopback, |switch| switch == Switch::On),
            metrics_token: self.metrics_token.clone().filter(|token| !token.is_empty()),
        })
    }
}

fn non_empty(list: &[String]) -> Vec<String> {
    list.iter()
        .map(|entry| entry.trim().to_owned())
        .filter(|entry| !entry.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short_to_write() {
        for (text, seconds) in [
            ("6s", 6),
            ("30m", 1800),
            ("48h", 172_800),
            ("90d", 7_776_000),
        ] {
            assert_eq!(text.parse::<Span>().unwrap().0.num_seconds(), seconds);
        }
        for bad in ["", "6", "s", "-1h", "0s", "1.5h", "1w", "99999999999h", "å"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}

//! One conversation with a mail server (RFC 5321), step by step, because what a failure means
//! depends on the step: a refused recipient is that mail's own, a refused sign-in is nobody's.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::{Instant, timeout};
use url::Url;

use super::transport::{Letter, Outcome};

/// Until the server has greeted, spoken TLS and let us in.
const SETUP: Duration = Duration::from_secs(25);
/// The whole of one try. lettre's own timeout covers the connection alone.
const WHOLE: Duration = Duration::from_mins(1);
/// How long a connection is kept for the next mail.
const IDLE: Duration = Duration::from_secs(3);
/// Longest reply that is kept.
const REPLY: usize = 500;

const ACCEPTED: &str = "is smtp://host:port, smtp+starttls://user:password@host:port or smtps://user:password@host:port, \
     with ?ca=FILE for a server whose certificate has a CA of its own";

enum Security {
    /// In the clear.
    None,
    /// STARTTLS, or nothing is sent.
    Required(TlsParameters),
    /// TLS from the first byte.
    Implicit(TlsParameters),
}

/// A mail server, and connections to it that wait for another mail.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

impl Smtp {
    /// Reads `KONGRESS_SMTP_URL`.
    ///
    /// # Errors
    /// What is accepted, or why the certificate can't be used. The URL itself is not repeated: it
    /// holds a password.
    pub fn parse(url: &str) -> Result<Self, String> {
        let url = Url::parse(url).map_err(|_| ACCEPTED)?;
        let host = url.host_str().ok_or(ACCEPTED)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let rest = url.path().trim_start_matches('/');
        if host.is_empty() || !rest.is_empty() || url.fragment().is_some() {
            return Err(ACCEPTED.into());
        }
        let credentials = credentials(&url)?;
        let ca = ca(&url)?;
        let (security, port) = match url.scheme() {
            "smtp" if credentials.is_some() || ca.is_some() => {
                return Err(
                    "a password never goes in the clear: use smtp+starttls:// or smtps://".into(),
                );
            }
            "smtp" => (Security::None, 25),
            "smtp+starttls" => (Security::Required(tls(&host, ca)?), 587),
            "smtps" => (Security::Implicit(tls(&host, ca)?), 465),
            _ => return Err(ACCEPTED.into()),
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            security,
            credentials,
            idle: Mutex::default(),
        })
    }

    /// Hands over one mail within a minute.
    pub async fn send(&self, letter: &Letter) -> Outcome {
        let content = AtomicBool::new(false);
        match timeout(WHOLE, self.converse(letter, &content)).await {
            Ok(outcome) => outcome,
            Err(_) if content.load(Ordering::Relaxed) => {
                Outcome::Interrupted("no reply to the message within a minute".into())
            }
            Err(_) => Outcome::Unreachable("no reply within a minute".into()),
        }
    }

    /// Connects and signs in, and no more.
    ///
    /// # Errors
    /// The cause.
    pub async fn probe(&self) -> Result<(), String> {
        let mut connection = self.connect().await?;
        drop(connection.quit().await);
        Ok(())
    }

    async fn converse(&self, letter: &Letter, content: &AtomicBool) -> Outcome {
        if let Some(connection) = self.waiting() {
            match self.hand_over(connection, letter, content).await {
                // The server has closed it meanwhile, or takes only so many mails on one.
                Outcome::Unreachable(_) => {}
                outcome => return outcome,
            }
        }
        match self.connect().await {
            Ok(connection) => self.hand_over(connection, letter, content).await,
            Err(cause) => Outcome::Unreachable(cause),
        }
    }

    /// A connection that another mail went over just now.
    fn waiting(&self) -> Option<AsyncSmtpConnection> {
        self.tidy();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().map(|(_, connection)| connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        match timeout(SETUP, self.connect_and_sign_in()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => Err(reply(&error)),
            Err(_) => Err("the mail server did not let us in within 25 seconds".into()),
        }
    }

    async fn connect_and_sign_in(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::default();
        let implicit = match &self.security {
            Security::Implicit(tls) => Some(tls.clone()),
            _ => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(SETUP), &hello, implicit, None)
                .await?;
        if let Security::Required(tls) = &self.security {
            connection.starttls(tls.clone(), &hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, credentials).await?;
        }
        Ok(connection)
    }

    async fn hand_over(
        &self,
        mut connection: AsyncSmtpConnection,
        letter: &Letter,
        content: &AtomicBool,
    ) -> Outcome {
        let parameters = match parameters(&connection, letter) {
            Ok(parameters) => parameters,
            Err(missing) => return Outcome::Rejected(missing.into()),
        };
        let plain = parameters.is_empty();
        let mail = Mail::new(Some(letter.from.clone()), parameters);
        if let Err(error) = connection.command(mail).await {
            // Our own address is refused: that is no recipient's fault.
            return match failed(&error) {
                Outcome::Rejected(reply) if plain => Outcome::Unreachable(reply),
                Outcome::Deferred(reply) => Outcome::Unreachable(reply),
                other => other,
            };
        }
        let recipient = Rcpt::new(letter.to.clone(), Vec::new());
        if let Err(error) = connection.command(recipient).await {
            connection.abort().await;
            return failed(&error);
        }
        if let Err(error) = connection.command(Data).await {
            return failed(&error);
        }
        content.store(true, Ordering::Relaxed);
        match connection.message(&letter.bytes).await {
            Ok(response) => {
                self.keep(connection);
                Outcome::Accepted(short(&response.message().collect::<Vec<_>>().join(" ")))
            }
            Err(error) if error.status().is_none() => Outcome::Interrupted(reply(&error)),
            Err(error) => failed(&error),
        }
    }

    /// Lets go of connections that no mail needed for a while.
    pub fn tidy(&self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| since.elapsed() < IDLE);
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((Instant::now(), connection));
    }
}

/// What the message needs of the server (RFC 6152, RFC 6531).
fn parameters(
    connection: &AsyncSmtpConnection,
    letter: &Letter,
) -> Result<Vec<MailParameter>, &'static str> {
    let info = connection.server_info();
    let mut parameters = Vec::new();
    let international = |address: &lettre::Address| !AsRef::<str>::as_ref(address).is_ascii();
    if international(&letter.to) || international(&letter.from) {
        if !info.supports_feature(Extension::SmtpUtfEight) {
            return Err("the mail server takes no addresses with letters beyond ASCII (SMTPUTF8)");
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !letter.bytes.is_ascii() {
        if !info.supports_feature(Extension::EightBitMime) {
            return Err("the mail server takes no 8-bit headers (8BITMIME)");
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// What a failed command means for the mail it was said for.
fn failed(error: &Error) -> Outcome {
    let code = error.status().map(u16::from);
    let reply = reply(error);
    match code {
        // Closing, or sign-in wanted: the same for every mail.
        None | Some(421 | 530 | 534 | 535 | 538) => Outcome::Unreachable(reply),
        Some(400..=499) => Outcome::Deferred(reply),
        Some(_) => Outcome::Rejected(reply),
    }
}

/// The server's words, or the cause.
fn reply(error: &Error) -> String {
    let said =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    match error.status() {
        Some(code) => short(&format!("{} {said}", u16::from(code))),
        None => short(&said),
    }
}

/// One line of bounded length: what a server says is not to be trusted.
fn short(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if crate::text::is_hidden(c) { ' ' } else { c })
        .take(REPLY)
        .collect();
    line.trim().to_owned()
}

fn credentials(url: &Url) -> Result<Option<Credentials>, String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let user = percent_decoded(url.username()).ok_or(ACCEPTED)?;
    let password = percent_decoded(url.password().unwrap_or_default()).ok_or(ACCEPTED)?;
    Ok(Some(Credentials::new(user, password)))
}

/// The only thing a query may say: `ca`, the file of the CA that signed the server's certificate.
fn ca(url: &Url) -> Result<Option<Certificate>, String> {
    let mut found = None;
    for (name, value) in url.query_pairs() {
        if name != "ca" || found.is_some() {
            return Err(ACCEPTED.into());
        }
        let pem = std::fs::read(Path::new(value.as_ref()))
            .map_err(|error| format!("ca={value}: {error}"))?;
        let certificate = Certificate::from_pem(&pem)
            .map_err(|_| format!("ca={value}: holds no certificate in PEM"))?;
        found = Some(certificate);
    }
    Ok(found)
}

fn tls(host: &str, ca: Option<Certificate>) -> Result<TlsParameters, String> {
    let builder = TlsParameters::builder(host.to_owned());
    let builder = match ca {
        None => builder,
        Some(ca) => builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(ca),
    };
    builder.build().map_err(|error| format!("TLS: {error}"))
}

/// Undoes `%40` and the like; `None` for what is no UTF-8 or no such code.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let code = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(code, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_name_a_mail_server() {
        for (url, port) in [
            ("smtp://localhost:2525", 2525),
            ("smtp://mail.example.org", 25),
            ("smtp://[::1]:25", 25),
            (
                "smtp+starttls://kari%40example.org:p%2Fss@mail.example.org",
                587,
            ),
            ("smtps://user:password@mail.example.org/", 465),
        ] {
            assert_eq!(Smtp::parse(url).unwrap().port, port, "{url}");
        }
    }

    #[test]
    fn urls_that_do_not() {
        for url in [
            "",
            "mail.example.org",
            "smtp:",
            "smtp://",
            "http://mail.example.org",
            "smtp://user:password@mail.example.org",
            "smtps://mail.example.org/path",
            "smtps://mail.example.org?verify=off",
            "smtps://mail.example.org?ca=/nowhere/ca.pem",
            "smtps://us%zz:x@mail.example.org",
        ] {
            let refused = Smtp::parse(url).unwrap_err();
            assert!(!refused.contains("password@mail"), "{refused}");
        }
    }

    #[test]
    fn credentials_are_percent_decoded() {
        assert_eq!(percent_decoded("a%40b+c%25").unwrap(), "a@b+c%");
        assert_eq!(percent_decoded("%4"), None);
        assert_eq!(percent_decoded("%ff"), None);
    }
}

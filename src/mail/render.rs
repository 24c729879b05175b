//! Fills templates. What people wrote goes in as data: it is made one harmless line first, is
//! escaped in HTML, and is never read as a template.

mod people;
mod programme;

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context, escape_formatter,
};

pub use self::people::place;
use self::programme::Wording;
use super::letters;
use super::model::{EmailContext, EmailKind};
use super::wording::Tongue;
use crate::clock::Instant;
use crate::text::{is_hidden, time};
use crate::words::Word;

/// Longest text of a person in a mail, in characters; the rest becomes an ellipsis.
const LONGEST: usize = 300;

/// A mail in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// Why a mail could not be put into words.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// This kind has no text yet.
    #[error("there is no text for {0} mails")]
    NoText(EmailKind),
    /// The link to act on has no secret (any more).
    #[error("the link of this mail is no longer known")]
    NoSecret,
    /// A template is wrong: a fault of ours.
    #[error("a template failed: {0}")]
    Template(#[from] minijinja::Error),
}

/// Makes text of any origin one harmless line: no control characters or direction marks, no web
/// address that a mail reader would make a link of before ours, bounded.
#[must_use]
pub fn line(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if is_hidden(c) { ' ' } else { c })
        .collect();
    let mut words = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    words = words.replace("://", ": //");
    match words.char_indices().nth(LONGEST) {
        None => words,
        Some((cut, _)) => format!("{}…", &words[..cut]),
    }
}

/// The link that a mail of this kind is to be acted on by; `None` where it carries none.
#[must_use]
pub const fn page(kind: EmailKind) -> Option<&'static str> {
    match kind {
        EmailKind::ConfirmRegistration => Some("/registrations/confirm"),
        EmailKind::SeatOffered => Some("/registrations/offer"),
        EmailKind::RegistrationConfirmed
        | EmailKind::RegistrationChanged
        | EmailKind::ProgrammeChanged
        | EmailKind::ApprovalPending
        | EmailKind::AlreadyRegistered
        | EmailKind::RegistrationLink => Some("/registrations/manage"),
        _ => None,
    }
}

/// The name under which a mail holds the code of a ticket (RFC 2392).
#[must_use]
pub fn picture(ticket: usize) -> String {
    format!("ticket-{}", ticket + 1)
}

/// Puts a mail into words.
///
/// # Errors
/// [`RenderError`].
pub fn render(
    kind: EmailKind,
    tongue: Tongue,
    facts: &EmailContext,
    public_url: &str,
    secret: Option<&str>,
) -> Result<Rendered, RenderError> {
    let environment = environment()?;
    if letters::source(kind, tongue).is_none() {
        return Err(RenderError::NoText(kind));
    }
    let link = match (page(kind), secret) {
        (None, _) => None,
        // A change is told also to an address that is no longer the contact's.
        (Some(_), None) if kind == EmailKind::RegistrationChanged => None,
        (Some(_), None) => return Err(RenderError::NoSecret),
        (Some(path), Some(secret)) => {
            let token: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            Some(format!("{public_url}{path}?token={token}"))
        }
    };
    let data = data(kind, tongue, facts, link);
    let fill = |part: &str, format: &str| {
        let parts = format!("parts.{format}");
        let all = context! { part, parts, ..data.clone() };
        environment
            .get_template(&name(kind, tongue, format))?
            .render(all)
    };
    let subject = line(&fill("subject", "txt")?);
    let body = fill("body", "html")?;
    let layout = context! { lang => tongue.tag(), subject => subject.as_str(), content => Value::from_safe_string(body), ..data.clone() };
    let text = fill("body", "txt")?;
    Ok(Rendered {
        text: spaced(&text),
        html: environment.get_template("layout.html")?.render(layout)?,
        subject,
    })
}

/// At most one empty line between paragraphs.
fn spaced(text: &str) -> String {
    let paragraphs: Vec<&str> = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    paragraphs.join("\n\n") + "\n"
}

fn data(kind: EmailKind, tongue: Tongue, facts: &EmailContext, link: Option<String>) -> Value {
    let event = &facts.event;
    let zone = time::timezone(&event.timezone).unwrap_or(chrono_tz::UTC);
    let wording = Wording {
        tongue,
        zone,
        default_language: &event.default_language,
    };
    let optional =
        |text: &Option<String>| text.as_deref().map(line).filter(|text| !text.is_empty());
    let moment = |at: Option<Instant>| at.map(|at| tongue.moment(at, zone));
    let days = super::message::days(event);
    context! {
        event => context! {
            title => wording.best(&event.title),
            dates => tongue.dates(days),
            place => place(tongue, event, &facts.attendees),
            contact_email => optional(&event.contact_email),
            privacy_url => event.privacy_url.as_deref().filter(|url| crate::text::web_url(url).is_ok()),
        },
        name => optional(&facts.contact_name),
        code => optional(&facts.code),
        attendees => wording.people(kind, facts),
        total => wording.total(kind, facts),
        heading => wording.heading(facts.standing, facts.attendees.len() > 1),
        standing => facts.standing.map(Word::as_str),
        registered_by => facts.registered_by.as_ref().map(people::registrar),
        invoice => facts.invoice.as_ref().and_then(|invoice| wording.invoice(invoice)),
        calendar => facts.calendar_uid.is_some() && days.is_some(),
        cancel_until => moment(facts.cancel_until),
        offer_expires_at => moment(facts.offer_expires_at),
        keeps_seat => facts.keeps_seat,
        held_nothing => facts.held_nothing,
        handed_over => facts.handed_over,
        address => facts.address.map(Word::as_str),
        tickets => facts.attendees.iter().filter(|one| one.ticket_code.is_some()).count(),
        reason => optional(&facts.reason),
        programme => facts.programme.as_ref().map(|news| wording.news(news)),
        overlapping => wording.choices(&facts.overlapping),
        dropped => wording.choices(&facts.dropped),
        filled => wording.choices(&facts.filled),
        gone => wording.answers(&facts.gone),
        confirm_before => moment(facts.confirm_before),
        words => words(tongue),
        link,
    }
}

/// Words that every mail shares.
fn words(tongue: Tongue) -> Value {
    match tongue {
        Tongue::Bokmal => context! {
            when => "Når", place => "Hvor", code => "Påmeldingskode", privacy => "Slik behandler vi opplysninger om deg",
            questions => "Spørsmål? Svar på denne e-posten, eller skriv til",
        },
        Tongue::Nynorsk => context! {
            when => "Når", place => "Kvar", code => "Påmeldingskode", privacy => "Slik handsamar vi opplysningar om deg",
            questions => "Spørsmål? Svar på denne e-posten, eller skriv til",
        },
        Tongue::English => context! {
            when => "When", place => "Where", code => "Registration code", privacy => "How we treat data about you",
            questions => "Questions? Reply to this e-mail, or write to",
        },
    }
}

fn name(kind: EmailKind, tongue: Tongue, format: &str) -> String {
    format!("{kind}/{}.{format}", tongue.tag())
}

/// Escapes what stands in HTML, and leaves the slashes of addresses alone.
///
/// # Errors
/// The writer's.
pub fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), minijinja::Error> {
    let text = value.as_str().filter(|_| !value.is_safe());
    let Some(text) = text.filter(|_| matches!(state.auto_escape(), AutoEscape::Html)) else {
        return escape_formatter(out, state, value);
    };
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    Ok(out.write_str(&escaped)?)
}

fn environment() -> Result<&'static Environment<'static>, minijinja::Error> {
    static MADE: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(make);
    MADE.as_ref()
        .map_err(|error| minijinja::Error::new(error.kind(), error.to_string()))
}

fn make() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let mut syntax = SyntaxConfig::builder();
    environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_fuel(Some(200_000));
    environment.set_formatter(format);
    environment.set_auto_escape_callback(|name| {
        let html = name.rsplit('.').next() == Some("html");
        if html {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment.add_template("parts.txt", letters::TEXT_PARTS)?;
    environment.add_template("parts.html", letters::HTML_PARTS)?;
    environment.add_template("layout.html", letters::HTML_LAYOUT)?;
    for kind in letters::KINDS {
        for tongue in Tongue::ALL {
            let Some(source) = letters::source(*kind, tongue) else {
                continue;
            };
            for format in ["txt", "html"] {
                environment.add_template_owned(name(*kind, tongue, format), source)?;
            }
        }
    }
    Ok(environment)
}

#[cfg(test)]
mod tests;

//! Writes a mail out as a message (RFC 5322): headers, text, HTML, calendar.

use chrono::NaiveDate;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, message::MessageBuilder};

use super::calendar::{Entry, Method};
use super::model::{EmailKind, EventFacts};
use super::outbox::Claimed;
use super::render::{self, Rendered, line, picture};
use super::ticket_code;
use super::transport::Letter;
use super::wording::Tongue;
use crate::clock::Instant;
use crate::ids::EmailId;
use crate::text::time;

/// Why a mail can't be written. Names no person.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// No words.
    #[error(transparent)]
    Render(#[from] render::RenderError),
    /// The address was erased, or can't be sent to.
    #[error("the address can't be sent to")]
    Address,
    /// A part can't be put together: a fault of ours.
    #[error("the message can't be put together: {0}")]
    Compose(String),
}

macro_rules! text_headers {
    ($($(#[$doc:meta])* $name:ident = $header:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        struct $name(String);

        impl Header for $name {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($header)
            }

            fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Ok(Self(text.to_owned()))
            }

            fn display(&self) -> HeaderValue {
                HeaderValue::new(Self::name(), self.0.clone())
            }
        }
    )*};
}

text_headers! {
    /// What the mail tells, for filters.
    Kind = "X-Kongress-Kind";
    /// Keeps out-of-office replies away (RFC 3834).
    AutoSubmitted = "Auto-Submitted";
    /// RFC 3282.
    ContentLanguage = "Content-Language";
}

/// The days of an event; `None`: to be announced.
#[must_use]
pub fn days(event: &EventFacts) -> Option<(NaiveDate, NaiveDate)> {
    let day = |text: &Option<String>| text.as_deref().and_then(|text| time::date(text).ok());
    let first = day(&event.starts_on)?;
    Some((first, day(&event.ends_on).unwrap_or(first).max(first)))
}

/// The whole `Message-ID` of a stored one, the same in every copy.
#[must_use]
pub fn message_id(stored: &str, from: &Mailbox) -> String {
    format!("<{stored}@{}>", from.email.domain())
}

/// Writes the mail out, ready to be handed over.
///
/// # Errors
/// [`WriteError`].
pub fn write(
    mail: &Claimed,
    from: &Mailbox,
    public_url: &str,
    now: Instant,
) -> Result<Letter, WriteError> {
    let to: Address = mail.to.as_str().parse().map_err(|_| WriteError::Address)?;
    let tongue = Tongue::of(&mail.language);
    let words = render::render(mail.kind, tongue, &mail.context, public_url, mail.link())?;
    let name = mail
        .to_name
        .as_deref()
        .map(line)
        .filter(|name| !name.is_empty());
    let entry = calendar(mail, from, tongue);
    let builder = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(name, to.clone()))
        .subject(words.subject.as_str())
        .date(now.utc().into())
        .message_id(Some(message_id(&mail.message_id, from)))
        .header(Kind(mail.kind.to_string()))
        .header(AutoSubmitted("auto-generated".into()))
        .header(ContentLanguage(tongue.tag().into()));
    let message = reply_to(builder, mail)
        .multipart(parts(&words, tickets(mail)?, entry, &mail.message_id)?)
        .map_err(|error| WriteError::Compose(error.to_string()))?;
    Ok(Letter {
        from: from.email.clone(),
        to,
        bytes: message.formatted(),
        file_name: file_name(mail.id, mail.created_at),
    })
}

/// Sortable by time, and the same for every copy of a mail.
#[must_use]
pub fn file_name(id: EmailId, created_at: Instant) -> String {
    let written = created_at.utc().format("%Y%m%dT%H%M%S%.6fZ");
    format!("{written}-{id}.eml")
}

/// Replies go to the organisers, not to the sender that nobody reads.
fn reply_to(builder: MessageBuilder, mail: &Claimed) -> MessageBuilder {
    let contact = mail.context.event.contact_email.as_deref();
    match contact.and_then(|address| address.parse::<Address>().ok()) {
        Some(address) if AsRef::<str>::as_ref(&address).is_ascii() => {
            builder.reply_to(Mailbox::new(None, address))
        }
        _ => builder,
    }
}

fn calendar(mail: &Claimed, from: &Mailbox, tongue: Tongue) -> Option<(Method, String)> {
    let method = match mail.kind {
        EmailKind::RegistrationConfirmed | EmailKind::RegistrationChanged => Method::Publish,
        EmailKind::RegistrationCancelled | EmailKind::EventCancelled => Method::Cancel,
        _ => return None,
    };
    let event = &mail.context.event;
    let title = line(event.title.best(tongue.tag(), &event.default_language));
    let place = render::place(tongue, event, &mail.context.attendees);
    let entry = Entry {
        uid: mail.context.calendar_uid.as_deref()?,
        sequence: mail.context.calendar_sequence,
        title: &title,
        venue: place.as_deref(),
        days: days(event)?,
        organiser: from.email.as_ref(),
        written_at: mail.created_at,
        tongue,
    };
    Some((method, entry.file(method)))
}

/// The codes of the tickets that come with the mail, by the names that its HTML shows them under.
fn tickets(mail: &Claimed) -> Result<Vec<SinglePart>, WriteError> {
    let compose = |error: &dyn std::error::Error| WriteError::Compose(error.to_string());
    let media_type = ContentType::parse("image/png").map_err(|error| compose(&error))?;
    let numbers = mail
        .context
        .attendees
        .iter()
        .filter_map(|one| one.ticket_code);
    let part = |(number, secret): (usize, &str)| {
        let png = ticket_code::png(secret).map_err(|error| compose(&error))?;
        let name = picture(number);
        let inline = Attachment::new_inline_with_name(name.clone(), format!("{name}.png"));
        Ok(inline.body(png, media_type.clone()))
    };
    let known = numbers.filter_map(|number| Some((number, mail.ticket(number)?)));
    known.map(part).collect()
}

/// mixed{ alternative{ text, related{ HTML, pictures } }, calendar }. A cancellation stands among the
/// alternatives too: there calendars look for it and act on it (MS-OXCMAIL; RFC 6047).
fn parts(
    words: &Rendered,
    pictures: Vec<SinglePart>,
    calendar: Option<(Method, String)>,
    id: &str,
) -> Result<MultiPart, WriteError> {
    let alternative = MultiPart::alternative()
        .boundary(format!("alternative-{id}"))
        .singlepart(SinglePart::plain(words.text.clone()));
    let html = SinglePart::html(words.html.clone());
    let mut alternative = if pictures.is_empty() {
        alternative.singlepart(html)
    } else {
        let related = MultiPart::related()
            .boundary(format!("related-{id}"))
            .singlepart(html);
        alternative.multipart(pictures.into_iter().fold(related, MultiPart::singlepart))
    };
    let Some((method, file)) = calendar else {
        return Ok(alternative);
    };
    let media_type = format!("text/calendar; charset=utf-8; method={}", method.as_str());
    let media_type =
        ContentType::parse(&media_type).map_err(|error| WriteError::Compose(error.to_string()))?;
    if method == Method::Cancel {
        let inline = SinglePart::builder()
            .header(media_type.clone())
            .body(file.clone());
        alternative = alternative.singlepart(inline);
    }
    Ok(MultiPart::mixed()
        .boundary(format!("mixed-{id}"))
        .multipart(alternative)
        .singlepart(Attachment::new("kongress.ics".to_owned()).body(file, media_type)))
}

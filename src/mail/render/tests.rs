use super::*;
use crate::mail::calendar::Method;
use crate::mail::message;
use crate::mail::model::{
    AnswerFacts, AttendeeFacts, ChoiceFacts, EventFacts, OptionFacts, ProgrammeFacts, SessionFacts,
    SlotFacts,
};
use crate::mail::outbox::Claimed;
use crate::text::{Email, Localized, time::instant};

fn localized(pairs: &[(&str, &str)]) -> Localized {
    Localized(
        pairs
            .iter()
            .map(|(tag, text)| ((*tag).into(), (*text).into()))
            .collect(),
    )
}

fn facts() -> EmailContext {
    let hall = localized(&[("nb", "I salen"), ("nn", "I salen"), ("en", "In the hall")]);
    EmailContext {
        event: EventFacts {
            title: localized(&[
                ("nb", "Barnevernskonferansen 2027"),
                ("en", "The Child Welfare Conference 2027"),
            ]),
            default_language: "nb".into(),
            starts_on: Some("2027-11-11".into()),
            ends_on: Some("2027-11-12".into()),
            timezone: "Europe/Oslo".into(),
            venue: Some("Kongressenteret, Storgata 1, Oslo".into()),
            digital: false,
            slug: "barnevernskonferansen-2027".into(),
            contact_email: Some("post@example.org".into()),
            privacy_url: Some("https://example.org/personvern".into()),
        },
        code: Some("K7M2QX".into()),
        contact_name: Some("Åse Ærø".into()),
        attendees: vec![
            AttendeeFacts {
                name: "Åse Ærø".into(),
                ticket: hall.clone(),
                ticket_code: Some(0),
                ..AttendeeFacts::default()
            },
            AttendeeFacts {
                name: "Bjørn Å".into(),
                ticket: hall,
                ticket_code: None,
                ..AttendeeFacts::default()
            },
        ],
        confirm_before: Some(instant("2027-10-01T12:30:00+02:00").unwrap()),
        calendar_uid: Some("01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c@kongress".into()),
        calendar_sequence: 3,
        offer_expires_at: Some(instant("2027-10-03T12:30:00+02:00").unwrap()),
        programme: Some(news()),
        ..EmailContext::default()
    }
}

fn session(nb: &str, en: &str, hours: Option<(&str, &str)>, room: &str) -> SessionFacts {
    let at = |time: &str| instant(&format!("2027-11-11T{time}:00+01:00")).unwrap();
    SessionFacts {
        title: localized(&[("nb", nb), ("en", en)]),
        was: None,
        now: Some(SlotFacts {
            starts_at: hours.map(|(from, _)| at(from)),
            ends_at: hours.map(|(_, until)| at(until)),
            room: localized(&[("nb", room)]),
        }),
    }
}

fn news() -> ProgrammeFacts {
    let opening = session("Åpning", "Opening", Some(("09:30", "10:15")), "Storsalen");
    let earlier = session("", "", Some(("09:00", "09:45")), "Lillesalen");
    ProgrammeFacts {
        note: localized(&[("nb", "Vi beklager bryet.")]),
        removed: vec![session("Panel", "Panel", Some(("13:00", "14:00")), "")],
        moved: vec![SessionFacts {
            was: earlier.now,
            ..opening
        }],
        added: vec![session("Avslutning", "Closing", None, "Storsalen")],
        changed: vec![session("Foredrag", "Talk", Some(("10:15", "11:00")), "")],
        more: 2,
    }
}

fn chosen(name: &str) -> Vec<ChoiceFacts> {
    let workshop = |nb, en, from, until| session(nb, en, Some((from, until)), "Rom 2");
    vec![ChoiceFacts {
        name: name.into(),
        sessions: vec![
            workshop("Verksted om barn", "Workshop", "12:00", "13:00"),
            workshop("Rollespill", "Role play", "12:30", "13:30"),
        ],
    }]
}

fn mail(kind: EmailKind, language: &str, context: EmailContext) -> Claimed {
    let written = instant("2027-10-01T10:00:00Z").unwrap();
    Claimed {
        id: "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2d".parse().unwrap(),
        kind,
        to_name: context.contact_name.clone(),
        to: Email::parse("ase@example.org").unwrap(),
        language: language.into(),
        context,
        secret: page(kind).map(|_| "s3cret-_x".to_owned()),
        message_id: "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2e".into(),
        attempts: 0,
        created_at: written,
        holder: "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2f".parse().unwrap(),
    }
}

fn write(mail: &Claimed) -> Vec<u8> {
    let from = "Kongress <noreply@example.org>".parse().unwrap();
    message::write(mail, &from, "https://kongress.example", mail.created_at)
        .unwrap()
        .bytes
}

#[test]
fn every_kind_in_every_language() {
    for kind in letters::KINDS {
        for tongue in Tongue::ALL {
            let bytes = write(&mail(*kind, tongue.tag(), facts()));
            let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
            let head: Vec<String> = [
                "From",
                "To",
                "Reply-To",
                "Message-ID",
                "X-Kongress-Kind",
                "Auto-Submitted",
                "Content-Language",
            ]
            .iter()
            .map(|name| {
                format!(
                    "{name}: {}",
                    parsed.header_raw(*name).unwrap_or_default().trim()
                )
            })
            .collect();
            let subject = parsed.subject().unwrap();
            let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
            let shown = format!("{}\nSubject: {subject}\n\n{text}", head.join("\n"));
            insta::assert_snapshot!(format!("{kind}_{}", tongue.tag()), shown);
            let html = parsed.body_html(0).unwrap();
            assert!(
                html.contains(&format!("<html lang=\"{}\">", tongue.tag())),
                "{html}"
            );
            assert!(html.contains("Bjørn Å") == text.contains("Bjørn Å"));
        }
    }
}

fn lost(name: &str) -> AnswerFacts {
    let said = |text: &str| localized(&[("nb", text)]);
    let told = OptionFacts {
        question: said("Middag"),
        option: said("Fisk"),
    };
    let untold = OptionFacts {
        question: said("Kost"),
        option: Localized::default(),
    };
    AnswerFacts {
        name: name.to_owned(),
        options: vec![told, untold],
    }
}

#[test]
fn mails_say_what_became_of_choices() {
    for kind in [
        EmailKind::RegistrationChanged,
        EmailKind::ProgrammeChanged,
        EmailKind::SeatOffered,
        EmailKind::RegistrationConfirmed,
    ] {
        for tongue in Tongue::ALL {
            let facts = EmailContext {
                overlapping: chosen("Åse Ærø"),
                dropped: chosen("Bjørn <Å>"),
                filled: chosen("Kari"),
                gone: vec![lost("Kari")],
                ..facts()
            };
            let words = render(kind, tongue, &facts, "https://k.example", Some("a-_b")).unwrap();
            insta::assert_snapshot!(format!("choices_{kind}_{}", tongue.tag()), words.text);
            let told = words.text.contains("Bjørn <Å>: ");
            assert_eq!(
                words.html.contains("Bjørn &lt;Å&gt;: "),
                told,
                "{}",
                words.html
            );
        }
    }
}

#[test]
fn the_first_link_is_the_one_to_act_on() {
    for kind in letters::KINDS {
        for tongue in Tongue::ALL {
            let secret = page(*kind).map(|_| "a-_b");
            let words = render(*kind, tongue, &facts(), "https://k.example", secret).unwrap();
            let first = words
                .text
                .lines()
                .find(|line| line.contains("://"))
                .unwrap();
            match page(*kind) {
                Some(path) => assert_eq!(first, format!("https://k.example{path}?token=a-_b")),
                None => assert!(!words.text.contains("token") && !words.html.contains("token")),
            }
        }
    }
}

#[test]
fn the_calendar_says_what_the_mail_says() {
    let parts = |kind| {
        let bytes = write(&mail(kind, "en", facts()));
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let file = parsed.attachments().find(|part| {
            use mail_parser::MimeHeaders;
            part.attachment_name() == Some("kongress.ics")
        });
        file.map(|part| part.text_contents().unwrap().to_owned())
    };
    let ics = parts(EmailKind::RegistrationConfirmed).unwrap();
    insta::assert_snapshot!("confirmed.ics", ics.replace("\r\n", "\n"));
    assert!(
        ics.lines().count() == ics.matches("\r\n").count(),
        "CRLF throughout"
    );
    let cancelled = parts(EmailKind::RegistrationCancelled).unwrap();
    for line in [
        "METHOD:CANCEL",
        "STATUS:CANCELLED",
        "SEQUENCE:3",
        "UID:01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c@kongress",
    ] {
        assert!(cancelled.contains(line), "{cancelled}");
    }
    assert!(parts(EmailKind::ConfirmRegistration).is_none());
    assert_eq!(Method::Cancel.as_str(), "CANCEL");
}

#[test]
fn an_event_without_dates_has_no_entry() {
    let mut facts = facts();
    facts.event.starts_on = None;
    facts.event.venue = None;
    let bytes = write(&mail(EmailKind::RegistrationConfirmed, "nb", facts));
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert!(!text.contains("text/calendar") && text.contains("dato kommer"));
    assert!(!text.contains("Kalenderfilen"), "{text}");
}

#[test]
fn what_people_write_is_data() {
    let nasty = "Ola\r\nBcc: x@y.no\r\n\r\n<script>alert(1)</script> {{ link }} https://evil.example \u{202e}\u{2028}\0\n.\n\"a\" =?utf-8?q?a=0D=0ABcc:x?=";
    let mut facts = facts();
    facts.event.title = localized(&[("nb", nasty)]);
    facts.event.venue = Some(nasty.into());
    facts.event.contact_email = Some(nasty.into());
    facts.event.privacy_url = Some(nasty.into());
    facts.contact_name = Some(nasty.into());
    facts.code = Some(nasty.into());
    facts.attendees[0].name = nasty.into();
    facts.attendees[1].name = "x".repeat(10_000);
    for kind in letters::KINDS {
        let mail = mail(*kind, "nb", facts.clone());
        let words = render(
            *kind,
            Tongue::Bokmal,
            &facts,
            "https://k.example",
            mail.link(),
        )
        .unwrap();
        assert!(
            !words.html.contains("<script") && words.html.contains("&lt;script&gt;"),
            "{}",
            words.html
        );
        assert!(
            words.text.contains("{{ link }}"),
            "never read as a template"
        );
        assert!(!words.text.contains("https://evil") && !words.text.contains('\u{202e}'));
        assert_eq!(words.subject.lines().count(), 1);
        assert!(words.text.len() < 6000);
        let bytes = write(&mail);
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let names: Vec<&str> = parsed.headers_raw().map(|(name, _)| name).collect();
        assert!(!names.contains(&"Bcc"), "{names:?}");
        assert_eq!(names.iter().filter(|name| **name == "Subject").count(), 1);
        assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 998));
    }
}

#[test]
fn kinds_without_a_text_and_links_without_a_secret_are_told() {
    let refused = |kind| render(kind, Tongue::English, &facts(), "https://k.example", None);
    assert!(matches!(
        refused(EmailKind::Reminder),
        Err(RenderError::NoText(_))
    ));
    assert!(matches!(
        refused(EmailKind::RegistrationLink),
        Err(RenderError::NoSecret)
    ));
}

#[test]
fn any_other_language_is_bokmal() {
    for tag in ["se", "de", "", "no", "nb-NO"] {
        assert_eq!(Tongue::of(tag), Tongue::Bokmal);
    }
    assert_eq!(Tongue::of("en-GB"), Tongue::English);
}

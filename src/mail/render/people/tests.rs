use super::*;
use crate::mail::model::{SessionFacts, SlotFacts};
use crate::mail::render::render;
use crate::text::{Localized, time::instant};

fn said(nb: &str, en: &str) -> Localized {
    let pairs = [("nb", nb), ("nn", nb), ("en", en)];
    let pairs = pairs.map(|(tag, text)| (tag.into(), text.into()));
    Localized(pairs.into_iter().collect())
}

fn nok(amount: &str) -> PriceFacts {
    PriceFacts {
        amount: amount.into(),
        currency: "NOK".into(),
    }
}

fn workshop() -> SessionFacts {
    let at = |time: &str| Some(instant(&format!("2027-11-11T{time}:00+01:00")).unwrap());
    SessionFacts {
        title: said("Verksted <1>", "Workshop <1>"),
        was: None,
        now: Some(SlotFacts {
            starts_at: at("12:00"),
            ends_at: at("13:00"),
            room: said("Rom 2", "Room 2"),
        }),
    }
}

/// Kari on screen, who waits for the hall and chose a workshop, and Ola in the hall.
fn facts() -> EmailContext {
    let hall = said("I salen", "In the hall");
    let kari = AttendeeFacts {
        name: "Kari".into(),
        ticket: said("På nett", "On the net"),
        digital: true,
        price: Some(nok("500.00")),
        waits_for: Some(hall.clone()),
        sessions: vec![workshop()],
        ..AttendeeFacts::default()
    };
    let ola = AttendeeFacts {
        name: "Ola".into(),
        ticket: hall,
        price: Some(nok("1250.00")),
        ..AttendeeFacts::default()
    };
    EmailContext {
        event: EventFacts {
            title: said("Konferansen", "The conference"),
            default_language: "nb".into(),
            starts_on: Some("2027-11-11".into()),
            timezone: "Europe/Oslo".into(),
            venue: Some("Salen, Oslo".into()),
            ..EventFacts::default()
        },
        attendees: vec![kari, ola],
        total: Some(nok("1750.00")),
        invoice: Some(InvoiceFacts {
            organisation_number: Some("974760673".into()),
            reference: Some("PO 12".into()),
            email: None,
        }),
        calendar_uid: Some("1@kongress".into()),
        ..EmailContext::default()
    }
}

fn text(kind: EmailKind, tongue: Tongue, facts: &EmailContext) -> String {
    let secret = super::super::page(kind).map(|_| "s");
    let words = render(kind, tongue, facts, "https://k.example", secret).unwrap();
    format!("{}\n\n{}", words.subject, words.text)
}

#[test]
fn a_line_tells_all_of_a_seat() {
    for tongue in Tongue::ALL {
        let told = text(EmailKind::RegistrationChanged, tongue, &facts());
        insta::assert_snapshot!(format!("all_of_a_seat_{}", tongue.tag()), told);
    }
    let html = render(
        EmailKind::ConfirmRegistration,
        Tongue::English,
        &facts(),
        "https://k.example",
        Some("s"),
    )
    .unwrap()
    .html;
    for part in [
        "Kari: On the net (online), NOK\u{a0}500",
        "<br>Waiting for: In the hall",
        "<strong>Workshop &lt;1&gt;</strong> (Thursday 11 November 2027 at 12:00–13:00",
        "Total: NOK\u{a0}1,750",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

#[test]
fn other_mails_tell_only_who_and_by_which_ticket() {
    let told = text(EmailKind::RegistrationCancelled, Tongue::Bokmal, &facts());
    assert!(
        told.contains("- Kari: På nett (digitalt)\n- Ola: I salen\n"),
        "{told}"
    );
    assert!(!told.contains("kr") && !told.contains("Verksted"), "{told}");
}

#[test]
fn a_heading_says_where_they_stand() {
    for (standing, one, several) in [
        (None, "Påmeld:", "Påmelde:"),
        (
            Some(Standing::AwaitingConfirmation),
            "Ventar på stadfesting:",
            "Ventar på stadfesting:",
        ),
        (
            Some(Standing::AwaitingApproval),
            "Ventar på svar:",
            "Ventar på svar:",
        ),
        (
            Some(Standing::WaitingList),
            "Ventar på plass:",
            "Ventar på plass:",
        ),
        (
            Some(Standing::Offered),
            "Har tilbod om plass:",
            "Har tilbod om plass:",
        ),
    ] {
        let mut facts = EmailContext {
            standing,
            offer_expires_at: Some(instant("2027-10-03T12:30:00+02:00").unwrap()),
            ..facts()
        };
        let told = |facts: &_| text(EmailKind::RegistrationChanged, Tongue::Nynorsk, facts);
        let until = "Tilbodet om plass står til sundag 3. oktober 2027 kl. 12.30.";
        assert!(told(&facts).contains(several), "{}", told(&facts));
        assert_eq!(
            told(&facts).contains(until),
            standing == Some(Standing::Offered)
        );
        facts.attendees.truncate(1);
        assert!(told(&facts).contains(one), "{}", told(&facts));
    }
}

#[test]
fn who_sits_before_a_screen_is_sent_to_no_hall() {
    let mut facts = facts();
    let place = |facts: &EmailContext, tongue| place(tongue, &facts.event, &facts.attendees);
    assert_eq!(place(&facts, Tongue::Nynorsk).unwrap(), "Salen, Oslo");
    facts.attendees.truncate(1);
    assert_eq!(place(&facts, Tongue::Nynorsk).unwrap(), "Digitalt");
    let told = text(EmailKind::RegistrationConfirmed, Tongue::English, &facts);
    assert!(
        told.contains("Where: Online\n") && !told.contains("(online)"),
        "{told}"
    );
    facts.attendees.clear();
    assert_eq!(place(&facts, Tongue::English).unwrap(), "Salen, Oslo");
    facts.event.digital = true;
    assert_eq!(place(&facts, Tongue::English).unwrap(), "Online");
}

#[test]
fn a_cancellation_says_what_became_of_the_seat() {
    let said = |change: fn(&mut EmailContext)| {
        let mut facts = facts();
        facts.attendees.truncate(1);
        change(&mut facts);
        Tongue::ALL.map(|tongue| text(EmailKind::RegistrationCancelled, tongue, &facts))
    };
    let check = |told: [String; 3], wanted: [&str; 3], unwanted: [&str; 3]| {
        for ((told, wanted), unwanted) in told.iter().zip(wanted).zip(unwanted) {
            assert!(told.contains(wanted) && !told.contains(unwanted), "{told}");
        }
    };
    let freed = [
        "plassen er frigitt",
        "plassen er frigjord",
        "the seat is free",
    ];
    let again = ["på igjen", "på att", "register again"];
    check(said(|_| {}), freed, ["overført", "Påmelde", "handed"]);
    check(said(|_| {}), again, ["plassene", "påmelde:", "seats are"]);
    let gone = |facts: &mut EmailContext| facts.handed_over = true;
    let handed = [
        "overført til en kollega",
        "overført til ein kollega",
        "handed over to a colleague",
    ];
    check(said(gone), handed, freed);
    check(said(gone), handed, again);
    let waited = |facts: &mut EmailContext| {
        (facts.held_nothing, facts.standing) = (true, Some(Standing::WaitingList));
    };
    let line = [
        "står ikke lenger på venteliste",
        "står ikkje lenger på venteliste",
        "no longer on the waiting list",
    ];
    check(said(waited), line, freed);
}

#[test]
fn an_offer_to_several_is_theirs() {
    let mut facts = facts();
    let told = |facts: &_| Tongue::ALL.map(|tongue| text(EmailKind::SeatOffered, tongue, facts));
    let several = ["Plassene er deres", "Plassane er dykkar", "They are yours"];
    for (told, wanted) in told(&facts).iter().zip(several) {
        assert!(told.contains(wanted), "{told}");
    }
    facts.attendees.truncate(1);
    for (told, wanted) in
        told(&facts)
            .iter()
            .zip(["Plassen er din", "Plassen er din", "It is yours"])
    {
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn a_ticket_says_who_it_is_from_and_how_long_one_can_cancel() {
    let organisation = Some("Lørenskog kommune".into());
    let facts = EmailContext {
        registered_by: Some(RegistrarFacts {
            name: "Anne Leder".into(),
            organisation,
        }),
        cancel_until: Some(instant("2027-11-01T12:00:00+01:00").unwrap()),
        ..facts()
    };
    for (told, wanted) in Tongue::ALL
        .map(|tongue| text(EmailKind::RegistrationConfirmed, tongue, &facts))
        .iter()
        .zip([
            [
                "Anne Leder (Lørenskog kommune) har meldt deg på.",
                "Du kan melde deg av selv til mandag 1. november 2027 kl. 12.00.",
                "Kalenderfilen",
            ],
            [
                "Anne Leder (Lørenskog kommune) har meldt deg på.",
                "Du kan melde deg av sjølv til måndag 1. november 2027 kl. 12.00.",
                "Kalenderfila",
            ],
            [
                "Anne Leder (Lørenskog kommune) has registered you.",
                "You can cancel by yourself until Monday 1 November 2027 at 12:00 (Norwegian time).",
                "The calendar file",
            ],
        ])
    {
        for wanted in wanted {
            assert!(told.contains(wanted), "{wanted}: {told}");
        }
    }
}

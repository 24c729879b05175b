//! What the pages say, in nb, nn and en.

use minijinja::{Value, context};

use super::pages::Grave;
use crate::mail::wording::Tongue;
use crate::problem::Kind;

/// What a page has to tell instead of what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The link is not known, or not whole.
    Unknown,
    /// The link or the registration has expired.
    Expired,
    /// The link was used before.
    Used,
    /// The offer was answered before.
    Answered,
    /// The state does not lead there.
    State,
    /// The form can't be read.
    Form,
    /// Anything else.
    Other,
}

impl Trouble {
    /// The trouble of a problem.
    #[must_use]
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::NotFound | Kind::NotSignedIn => Self::Unknown,
            Kind::Expired => Self::Expired,
            Kind::TokenUsed => Self::Used,
            Kind::WrongState => Self::State,
            Kind::Invalid
            | Kind::BadRequest
            | Kind::SlowBody
            | Kind::BodyTooLarge
            | Kind::UnsupportedMediaType => Self::Form,
            _ => Self::Other,
        }
    }
}

/// The state of a registration that ended with its event.
pub(super) const EVENT_CANCELLED: &str = "event_cancelled";

/// Picks the words of a language: bokmål, nynorsk, English.
pub(super) const fn pick(tongue: Tongue, texts: [&str; 3]) -> &str {
    match tongue {
        Tongue::Bokmal => texts[0],
        Tongue::Nynorsk => texts[1],
        Tongue::English => texts[2],
    }
}

/// What a language calls itself.
pub(super) const fn own_name(tongue: Tongue) -> &'static str {
    pick(tongue, ["Bokmål", "Nynorsk", "English"])
}

/// Words that many pages share.
pub(super) fn of(tongue: Tongue) -> Value {
    context! {
        language => pick(tongue, ["Språk", "Språk", "Language"]),
        back => pick(tongue, ["Nei, gå tilbake", "Nei, gå tilbake", "No, go back"]),
        when => pick(tongue, ["Når", "Når", "When"]),
        place => pick(tongue, ["Hvor", "Kvar", "Where"]),
        code => pick(tongue, ["Påmeldingskode", "Påmeldingskode", "Registration code"]),
        attendees => pick(tongue, ["Deltakere", "Deltakarar", "Attendees"]),
    }
}

pub(super) fn confirm(tongue: Tongue) -> Value {
    context! {
        title => pick(tongue, ["Bekreft påmeldingen", "Stadfest påmeldinga", "Confirm your registration"]),
        text => pick(tongue, [
            "Trykk på knappen for å bekrefte at e-postadressen er din. Da er påmeldingen på plass.",
            "Trykk på knappen for å stadfeste at e-postadressa er di. Då er påmeldinga på plass.",
            "Press the button to confirm that the e-mail address is yours. Then the registration is in place.",
        ]),
        button => pick(tongue, ["Bekreft", "Stadfest", "Confirm"]),
    }
}

pub(super) fn offer(tongue: Tongue) -> Value {
    context! {
        title => pick(tongue, ["Det er plass til deg", "Det er plass til deg", "There is a seat for you"]),
        text => pick(tongue, [
            "Vil du ha plassen du er tilbudt? Sier du nei, går den til den neste i køen.",
            "Vil du ha plassen du er tilboden? Seier du nei, går han til den neste i køen.",
            "Would you like the seat you are offered? If you decline, it goes to the next in line.",
        ]),
        button => pick(tongue, ["Ja takk", "Ja takk", "Accept"]),
    }
}

pub(super) fn decline(tongue: Tongue) -> &'static str {
    pick(tongue, ["Nei takk", "Nei takk", "Decline"])
}

pub(super) fn manage(tongue: Tongue) -> Value {
    context! {
        title => pick(tongue, ["Påmeldingen din", "Påmeldinga di", "Your registration"]),
        text => pick(tongue, [
            "Her kan du se påmeldingen, melde deg av, eller be om at opplysningene om deg slettes.",
            "Her kan du sjå påmeldinga, melde deg av, eller be om at opplysningane om deg blir sletta.",
            "Here you can see your registration, cancel it, or have the data about you erased.",
        ]),
        button => pick(tongue, ["Vis påmeldingen", "Vis påmeldinga", "Show the registration"]),
    }
}

pub(super) fn sure(tongue: Tongue, what: Grave) -> Value {
    match what {
        Grave::Cancel => context! {
            step => pick(tongue, ["Meld meg av", "Meld meg av", "Cancel the registration"]),
            title => pick(tongue, ["Vil du melde deg av?", "Vil du melde deg av?", "Cancel the registration?"]),
            text => pick(tongue, [
                "Alle plassene i påmeldingen går videre til andre. Det kan ikke angres.",
                "Alle plassane i påmeldinga går vidare til andre. Det kan ikkje gjerast om.",
                "All seats of the registration go to others. This can't be undone.",
            ]),
            button => pick(tongue, ["Ja, meld meg av", "Ja, meld meg av", "Yes, cancel it"]),
        },
        Grave::Erase => context! {
            step => pick(tongue, ["Slett opplysningene om meg", "Slett opplysningane om meg", "Erase the data about me"]),
            title => pick(tongue, ["Vil du slette opplysningene om deg?", "Vil du slette opplysningane om deg?", "Erase the data about you?"]),
            text => pick(tongue, [
                "Du blir meldt av, og navn, adresser og svar slettes for godt. Det kan ikke angres.",
                "Du blir meld av, og namn, adresser og svar blir sletta for godt. Det kan ikkje gjerast om.",
                "The registration is cancelled, and names, addresses and answers are erased for good. This can't be undone.",
            ]),
            button => pick(tongue, ["Ja, slett alt", "Ja, slett alt", "Yes, erase everything"]),
        },
    }
}

pub(super) fn done(tongue: Tongue, what: Grave) -> Value {
    match what {
        Grave::Cancel => context! {
            title => pick(tongue, ["Du er meldt av", "Du er meld av", "The registration is cancelled"]),
            text => pick(tongue, [
                "Takk for at du sa fra. Plassen går videre til andre.",
                "Takk for at du sa frå. Plassen går vidare til andre.",
                "Thank you for telling us. The seat goes to somebody else.",
            ]),
        },
        Grave::Erase => context! {
            title => pick(tongue, ["Opplysningene er slettet", "Opplysningane er sletta", "The data is erased"]),
            text => pick(tongue, [
                "Vi vet ikke lenger hvem du er. Du kan lukke siden.",
                "Vi veit ikkje lenger kven du er. Du kan lukke sida.",
                "We no longer know who you are. You can close this page.",
            ]),
        },
    }
}

pub(super) fn trouble(tongue: Tongue, trouble: Trouble) -> Value {
    let (title, text) = match trouble {
        Trouble::Unknown => (
            [
                "Vi kjenner ikke denne lenken",
                "Vi kjenner ikkje denne lenkja",
                "We do not know this link",
            ],
            [
                "Se etter at hele lenken fra e-posten kom med. Er det kommet en nyere e-post, gjelder lenken i den.",
                "Sjå etter at heile lenkja frå e-posten kom med. Er det kome ein nyare e-post, gjeld lenkja i den.",
                "Please check that the whole link from the e-mail was opened. If there is a newer e-mail, its link counts.",
            ],
        ),
        Trouble::Expired => (
            ["Fristen er ute", "Fristen er ute", "The time is up"],
            [
                "Lenken gjelder ikke lenger, og plassene har gått videre til andre. Du er velkommen til å melde deg på igjen.",
                "Lenkja gjeld ikkje lenger, og plassane har gått vidare til andre. Du er velkomen til å melde deg på att.",
                "The link is no longer valid, and the seats have gone to others. You are welcome to register again.",
            ],
        ),
        Trouble::Used => (
            [
                "Lenken er brukt",
                "Lenkja er brukt",
                "The link has been used",
            ],
            [
                "Påmeldingen er bekreftet fra før. Bruk lenken i bekreftelsen du fikk på e-post.",
                "Påmeldinga er stadfesta frå før. Bruk lenkja i stadfestinga du fekk på e-post.",
                "The registration was confirmed before. Please use the link in the confirmation that we mailed you.",
            ],
        ),
        Trouble::Answered => (
            [
                "Tilbudet er besvart",
                "Tilbodet er svara på",
                "The offer has been answered",
            ],
            [
                "Det er svart på dette tilbudet fra før. Bruk lenken i den nyeste e-posten du fikk fra oss.",
                "Det er svara på dette tilbodet frå før. Bruk lenkja i den nyaste e-posten du fekk frå oss.",
                "This offer was answered before. Please use the link in the newest e-mail that we sent you.",
            ],
        ),
        Trouble::State => (
            [
                "Det går ikke lenger",
                "Det går ikkje lenger",
                "This is no longer possible",
            ],
            [
                "Påmeldingen er i mellomtiden endret. Ingenting ble gjort nå.",
                "Påmeldinga er endra i mellomtida. Ingenting vart gjort no.",
                "The registration has changed meanwhile. Nothing was done now.",
            ],
        ),
        Trouble::Form => (
            [
                "Skjemaet kunne ikke leses",
                "Skjemaet kunne ikkje lesast",
                "The form could not be read",
            ],
            [
                "Ingenting ble endret. Åpne lenken i e-posten på nytt og prøv igjen.",
                "Ingenting vart endra. Opne lenkja i e-posten på nytt og prøv igjen.",
                "Nothing was changed. Please open the link in the e-mail again.",
            ],
        ),
        Trouble::Other => (
            ["Det gikk ikke", "Det gjekk ikkje", "That did not work"],
            [
                "Ingenting ble endret. Prøv igjen om litt.",
                "Ingenting vart endra. Prøv igjen om litt.",
                "Nothing was changed. Please try again in a while.",
            ],
        ),
    };
    context! { title => pick(tongue, title), text => pick(tongue, text) }
}

/// What somebody waits for beside the seat they have.
pub(super) fn waits_for(tongue: Tongue, ticket: &str) -> String {
    let waits = pick(tongue, ["Venter på", "Ventar på", "Waiting for"]);
    format!("{waits}: {ticket}")
}

/// The place in the waiting list, from 1.
pub(super) fn position(tongue: Tongue, place: i32) -> String {
    match tongue {
        Tongue::Bokmal | Tongue::Nynorsk => format!("Plassen din i køen er nummer {place}."),
        Tongue::English => format!("You are number {place} in line."),
    }
}

/// The state of a registration in a sentence; an unknown one as it is.
pub(super) fn state(tongue: Tongue, state: &str) -> &str {
    let texts = match state {
        "awaiting_confirmation" => [
            "Venter på at du bekrefter e-postadressen.",
            "Ventar på at du stadfestar e-postadressa.",
            "Waits for you to confirm the e-mail address.",
        ],
        "awaiting_approval" => [
            "Venter på svar fra arrangøren.",
            "Ventar på svar frå arrangøren.",
            "Waits for the organiser's answer.",
        ],
        "waiting_list" => [
            "Du står på venteliste.",
            "Du står på venteliste.",
            "You are on the waiting list.",
        ],
        "offered" => [
            "Du har fått tilbud om plass.",
            "Du har fått tilbod om plass.",
            "You have been offered a seat.",
        ],
        "confirmed" => [
            "Påmeldingen er bekreftet. Velkommen!",
            "Påmeldinga er stadfesta. Velkomen!",
            "The registration is confirmed. Welcome!",
        ],
        "rejected" => [
            "Arrangøren kunne ikke gi deg plass.",
            "Arrangøren kunne ikkje gi deg plass.",
            "The organiser could not give you a seat.",
        ],
        "expired" => [
            "Påmeldingen er utløpt.",
            "Påmeldinga er gått ut.",
            "The registration has expired.",
        ],
        "offer_expired" => [
            "Fristen for tilbudet er ute.",
            "Fristen for tilbodet er ute.",
            "The offer has expired.",
        ],
        "cancelled" => [
            "Du er avmeldt.",
            "Du er avmeld.",
            "The registration is cancelled.",
        ],
        EVENT_CANCELLED => [
            "Arrangementet er avlyst.",
            "Arrangementet er avlyst.",
            "The event is cancelled.",
        ],
        _ => return state,
    };
    pick(tongue, texts)
}

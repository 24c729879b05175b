//! The pages, from plain data to HTML. Everything that people wrote is escaped.

use minijinja::{Value, context};

use super::render;
use super::words::{self, Trouble};
use crate::mail::wording::Tongue;
use crate::problem::Problem;
use crate::registrations::desk::Key;

/// What the page of a registration shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Title of the event.
    pub title: String,
    /// Its days in words ([`Tongue::dates`]).
    pub dates: String,
    /// Where.
    pub venue: Option<String>,
    /// The code people name the registration by.
    pub code: Option<String>,
    /// The state of the registration, e.g. `confirmed`, or that it ended with its event.
    pub state: String,
    /// Where it stands in the waiting list, from 1.
    pub position: Option<i32>,
    /// Everybody.
    pub attendees: Vec<Person>,
    /// Whether it can be cancelled now.
    pub can_cancel: bool,
}

/// What the page of a registration shows of one of those in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Name.
    pub name: String,
    /// Name of the ticket type.
    pub ticket: String,
    /// Name of the one they wait for beside it.
    pub waits_for: Option<String>,
}

type Page = Result<String, Problem>;

fn field(name: &str, value: &str) -> Value {
    context! { name, value }
}

fn credential(credential: &Key) -> Value {
    match credential {
        Key::Link(token) => field("token", token),
        Key::Access(access) => field("access", access),
    }
}

fn form(tongue: Tongue, action: &str, who: &Key) -> Vec<Value> {
    let lang = field("lang", tongue.tag());
    vec![credential(who), field("action", action), lang]
}

/// The same page in the other languages.
fn languages(path: &str, token: &str) -> Vec<Value> {
    Tongue::ALL
        .iter()
        .map(|tongue| {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("token", token)
                .append_pair("lang", tongue.tag())
                .finish();
            context! { tag => tongue.tag(), name => words::own_name(*tongue), href => format!("{path}?{query}") }
        })
        .collect()
}

/// Asks to confirm the address.
///
/// # Errors
/// As [`render`].
pub fn confirm(tongue: Tongue, token: &str) -> Page {
    let path = "/registrations/confirm";
    let data = context! {
        question => words::confirm(tongue), action => path, grave => false,
        fields => vec![field("token", token), field("lang", tongue.tag())],
        back => Vec::<Value>::new(), languages => languages(path, token),
    };
    render("question.html", tongue, data)
}

/// Asks to open the registration. One button more, so that no mail scanner uses up a link.
///
/// # Errors
/// As [`render`].
pub fn manage(tongue: Tongue, token: &str) -> Page {
    let path = "/registrations/manage";
    let who = Key::Link(token.to_owned());
    let data = context! {
        question => words::manage(tongue), action => path, grave => false,
        fields => form(tongue, "show", &who), back => Vec::<Value>::new(), languages => languages(path, token),
    };
    render("question.html", tongue, data)
}

/// Asks whether the offered seats are wanted. Two buttons; nothing is changed.
///
/// # Errors
/// As [`render`].
pub fn offer(tongue: Tongue, token: &str) -> Page {
    let path = "/registrations/offer";
    let answer = |answer: &str| {
        let lang = field("lang", tongue.tag());
        vec![field("token", token), field("answer", answer), lang]
    };
    let data = context! {
        question => words::offer(tongue), action => path, grave => false,
        fields => answer("accept"), back => answer("decline"),
        no => words::decline(tongue), languages => languages(path, token),
    };
    render("question.html", tongue, data)
}

/// What can't be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grave {
    /// Cancelling.
    Cancel,
    /// Erasing.
    Erase,
}

impl Grave {
    const fn word(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Erase => "erase",
        }
    }
}

/// Asks once more before what can't be undone.
///
/// # Errors
/// As [`render`].
pub fn sure(tongue: Tongue, what: Grave, who: &Key) -> Page {
    let mut fields = form(tongue, what.word(), who);
    fields.push(field("confirmed", "yes"));
    let data = context! {
        question => words::sure(tongue, what), action => "/registrations/manage", grave => true,
        fields, back => form(tongue, "show", who), languages => Vec::<Value>::new(),
    };
    render("question.html", tongue, data)
}

/// Shows a registration and what can be done with it.
///
/// # Errors
/// As [`render`].
pub fn registration(tongue: Tongue, shown: &Shown, access_token: &str) -> Page {
    let who = Key::Access(access_token.to_owned());
    let mut steps = Vec::new();
    if shown.can_cancel {
        let button = words::sure(tongue, Grave::Cancel).get_attr("step");
        let fields = form(tongue, Grave::Cancel.word(), &who);
        steps.push(context! { button => button.unwrap_or_default(), fields, class => "plain" });
    }
    let button = words::sure(tongue, Grave::Erase).get_attr("step");
    let fields = form(tongue, Grave::Erase.word(), &who);
    steps.push(context! { button => button.unwrap_or_default(), fields, class => "grave" });
    let attendees: Vec<Value> = shown
        .attendees
        .iter()
        .map(|one| {
            let waits_for = one.waits_for.as_deref();
            let waits_for = waits_for.map(|ticket| words::waits_for(tongue, ticket));
            context! { name => one.name.as_str(), ticket => one.ticket.as_str(), waits_for }
        })
        .collect();
    let data = context! {
        shown => context! {
            title => shown.title.as_str(), dates => shown.dates.as_str(), venue => shown.venue.as_deref(),
            code => shown.code.as_deref(), state => words::state(tongue, &shown.state), attendees,
            position => shown.position.map(|place| words::position(tongue, place)),
        },
        steps,
    };
    render("registration.html", tongue, data)
}

/// Says that it is done.
///
/// # Errors
/// As [`render`].
pub fn done(tongue: Tongue, what: Grave) -> Page {
    render(
        "message.html",
        tongue,
        context! { message => words::done(tongue, what) },
    )
}

/// Says what went wrong and what to do.
///
/// # Errors
/// As [`render`].
pub fn trouble(tongue: Tongue, trouble: Trouble) -> Page {
    render(
        "message.html",
        tongue,
        context! { message => words::trouble(tongue, trouble) },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NASTY: &str = "\"><script>alert(1)</script>{{ style }}\u{202e}&'";

    fn shown() -> Shown {
        Shown {
            title: NASTY.into(),
            dates: "torsdag 11. november 2027".into(),
            venue: Some(NASTY.into()),
            code: Some("K7M2QX".into()),
            state: "confirmed".into(),
            position: None,
            attendees: vec![
                Person {
                    name: NASTY.into(),
                    ticket: NASTY.into(),
                    waits_for: Some(NASTY.into()),
                },
                Person {
                    name: "Åse".into(),
                    ..Person::default()
                },
            ],
            can_cancel: true,
        }
    }

    #[test]
    fn what_people_wrote_is_inert() {
        let token = Key::Link(NASTY.into());
        for tongue in Tongue::ALL {
            for page in [
                confirm(tongue, NASTY),
                offer(tongue, NASTY),
                manage(tongue, NASTY),
                sure(tongue, Grave::Erase, &token),
                registration(tongue, &shown(), NASTY),
                trouble(tongue, Trouble::Expired),
                done(tongue, Grave::Cancel),
            ] {
                let page = page.unwrap();
                assert!(!page.contains("<script"), "{page}");
                assert_eq!(
                    page.matches(":root").count(),
                    2,
                    "data is no template: {page}"
                );
                assert!(page.contains(&format!("<html lang=\"{}\">", tongue.tag())));
                assert_eq!(page.matches("<h1>").count(), 1);
                assert!(
                    !page.contains("src=") && !page.contains("//"),
                    "loads nothing: {page}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_undone_is_asked_twice() {
        let page = registration(Tongue::English, &shown(), "acc-ess").unwrap();
        assert!(!page.contains("name=\"confirmed\""), "{page}");
        assert!(page.contains("name=\"access\" value=\"acc-ess\""));
        let sure = sure(
            Tongue::English,
            Grave::Cancel,
            &Key::Access("acc-ess".into()),
        )
        .unwrap();
        assert!(
            sure.contains("name=\"confirmed\" value=\"yes\"") && sure.contains("value=\"show\"")
        );
        let closed = Shown {
            can_cancel: false,
            ..shown()
        };
        let page = registration(Tongue::English, &closed, "acc-ess").unwrap();
        assert!(!page.contains("value=\"cancel\"") && page.contains("value=\"erase\""));
    }

    #[test]
    fn every_state_has_words() {
        for tongue in Tongue::ALL {
            let states = [
                "awaiting_confirmation",
                "awaiting_approval",
                "waiting_list",
                "offered",
                "confirmed",
                "rejected",
                "expired",
                "offer_expired",
                "cancelled",
                words::EVENT_CANCELLED,
            ];
            for state in states {
                assert_ne!(words::state(tongue, state), state, "{}", tongue.tag());
            }
        }
    }
}

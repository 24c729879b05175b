//! What the person registering is asked consent for.

use super::wire::ConsentView;
use crate::events::Event;
use crate::text::Localized;

/// The version of the texts below; raise it when one of them changes.
pub const CONSENTS_VERSION: i32 = 1;

const TERMS: [(&str, &str); 3] = [
    ("nb", "Jeg har lest og godtar vilkårene."),
    ("nn", "Eg har lese og godtek vilkåra."),
    ("en", "I have read and accept the terms."),
];
const PARTICIPANT_LIST: [(&str, &str); 3] = [
    ("nb", "Navn og arbeidssted kan stå på deltakerlisten."),
    ("nn", "Namn og arbeidsstad kan stå på deltakarlista."),
    (
        "en",
        "My name and workplace may be on the list of participants.",
    ),
];
const NEWS: [(&str, &str); 3] = [
    ("nb", "Jeg vil gjerne få nyheter om kommende arrangementer."),
    ("nn", "Eg vil gjerne få nyhende om komande arrangement."),
    ("en", "I would like news about coming events."),
];

/// Terms are asked for where the event has some.
#[must_use]
pub fn consents(event: &Event) -> Vec<ConsentView> {
    let view = |key, texts: &[(&str, &str); 3], required| ConsentView {
        key,
        text: in_languages_of(event, texts),
        version: CONSENTS_VERSION,
        required,
    };
    let terms = event
        .links
        .terms_url
        .is_some()
        .then(|| view("terms", &TERMS, true));
    terms
        .into_iter()
        .chain([
            view("participant_list", &PARTICIPANT_LIST, false),
            view("news", &NEWS, false),
        ])
        .collect()
}

/// The text in those languages of the event that it exists in; in all of them where that is none.
fn in_languages_of(event: &Event, texts: &[(&str, &str); 3]) -> Localized {
    let of = |keep: &dyn Fn(&str) -> bool| {
        texts
            .iter()
            .filter(|(tag, _)| keep(tag))
            .map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned()))
            .collect()
    };
    let own = Localized(of(&|tag| {
        event.languages.all.iter().any(|own| own.as_str() == tag)
    }));
    if own.is_empty() {
        Localized(of(&|_| true))
    } else {
        own
    }
}

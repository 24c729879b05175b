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

const SENSITIVE: [(&str, &str); 3] = [
    (
        "nb",
        "Arrangøren kan bruke det jeg svarer om helse og andre sensitive forhold for å tilrettelegge for meg. Svarene slettes etter arrangementet.",
    ),
    (
        "nn",
        "Arrangøren kan bruke det eg svarer om helse og andre sensitive forhold for å leggje til rette for meg. Svara blir sletta etter arrangementet.",
    ),
    (
        "en",
        "The organiser may use what I answer about health and other sensitive matters to accommodate me. The answers are deleted after the event.",
    ),
];

/// Terms are asked for where the event has some; the one for sensitive answers where something sensitive
/// is asked. That one is needed only by whoever answers.
#[must_use]
pub fn consents(event: &Event, asks_sensitive: bool) -> Vec<ConsentView> {
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
        .chain(asks_sensitive.then(|| view("sensitive", &SENSITIVE, false)))
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

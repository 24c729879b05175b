//! What the page of a video says, in nb, nn and en.

use minijinja::{Value, context};

use crate::mail::wording::Tongue;
use crate::video::position::{Position, WordLanguage};
use crate::web::words::pick;

/// Words around the player.
pub(super) fn around(tongue: Tongue) -> Value {
    context! {
        event => pick(tongue, ["Arrangement", "Arrangement", "Event"]),
        when => pick(tongue, ["Når", "Når", "When"]),
        speakers => pick(tongue, ["Medvirkende", "Medverkande", "Speakers"]),
        sessions => pick(tongue, ["I dette opptaket", "I dette opptaket", "In this recording"]),
        here => pick(tongue, ["vises nå", "blir vist no", "shown now"]),
        captions => pick(tongue, ["Teksting av opptaket", "Teksting av opptaket", "Captions of the recording"]),
        transcript => pick(tongue, ["Det som blir sagt, som tekst", "Det som blir sagt, som tekst", "What is said, as text"]),
        spoken => pick(tongue, ["Teksting", "Teksting", "Captions"]),
        chapters => pick(tongue, ["Kapitler", "Kapittel", "Chapters"]),
        language => pick(tongue, ["Språk", "Språk", "Language"]),
    }
}

/// The name of the player, for those who hear the page.
pub(super) fn player(tongue: Tongue, title: &str) -> String {
    let video = pick(tongue, ["Opptak", "Opptak", "Recording"]);
    format!("{video}: {title}")
}

/// Where the page starts the video.
pub(super) fn starts(tongue: Tongue, position: Position) -> String {
    let language = WordLanguage::for_tag(tongue.tag());
    let words = position.words_unbroken(language);
    match tongue {
        Tongue::Bokmal => format!("Starter {words} ut i opptaket."),
        Tongue::Nynorsk => format!("Startar {words} ut i opptaket."),
        Tongue::English => format!("Starts {words} into the recording."),
    }
}

/// The link to the provider, and what to do where it does not jump.
pub(super) fn elsewhere(tongue: Tongue, position: Position, jumps: bool) -> Value {
    let clock = position.clock();
    let link = match tongue {
        Tongue::Bokmal => "Åpne opptaket der det ligger",
        Tongue::Nynorsk => "Opne opptaket der det ligg",
        Tongue::English => "Open the recording where it is",
    };
    let hint = match tongue {
        Tongue::Bokmal => format!("Opptaket åpnes fra begynnelsen. Spol selv til {clock}."),
        Tongue::Nynorsk => format!("Opptaket blir opna frå starten. Spol sjølv til {clock}."),
        Tongue::English => {
            format!("The recording opens at its start. Please go to {clock} yourself.")
        }
    };
    context! { link => link, hint => (!jumps).then_some(hint) }
}

/// There is nothing to watch.
pub(super) fn no_video(tongue: Tongue, title: &str, event: &str) -> Value {
    let text = match tongue {
        Tongue::Bokmal => format!(
            "«{title}» på {event} kan ikke ses her. Kanskje er opptaket ikke lagt ut ennå, eller så ble det ikke tatt opp. Lenken er den samme når et opptak kommer."
        ),
        Tongue::Nynorsk => format!(
            "«{title}» på {event} kan ikkje sjåast her. Kanskje er opptaket ikkje lagt ut enno, eller så vart det ikkje teke opp. Lenkja er den same når eit opptak kjem."
        ),
        Tongue::English => format!(
            "“{title}” at {event} can't be watched here. Maybe the recording is not out yet, or none was made. The link stays the same when there is one."
        ),
    };
    let title = [
        "Det er ikke noe opptak ennå",
        "Det er ikkje noko opptak enno",
        "There is no recording yet",
    ];
    context! { title => pick(tongue, title), text }
}

/// Nothing is at this address.
pub(super) fn unknown(tongue: Tongue) -> Value {
    let title = [
        "Vi finner ikke dette opptaket",
        "Vi finn ikkje dette opptaket",
        "We can't find this recording",
    ];
    let text = [
        "Se etter at hele lenken kom med. Arrangementet eller innslaget finnes ikke på denne adressen.",
        "Sjå etter at heile lenkja kom med. Arrangementet eller innslaget finst ikkje på denne adressa.",
        "Please check that the whole link was opened. There is no such event or session at this address.",
    ];
    context! { title => pick(tongue, title), text => pick(tongue, text) }
}

/// The position can't be read.
pub(super) fn unreadable(tongue: Tongue) -> Value {
    let title = [
        "Vi forstår ikke tiden i lenken",
        "Vi forstår ikkje tida i lenkja",
        "We can't read the time in the link",
    ];
    let text = [
        "Skriv den som 1:13:00, 73:00, 1t13m eller et antall sekunder, for eksempel ?t=1:13:00.",
        "Skriv ho som 1:13:00, 73:00, 1t13m eller eit tal på sekund, til dømes ?t=1:13:00.",
        "Please write it as 1:13:00, 73:00, 1h13m or a number of seconds, such as ?t=1:13:00.",
    ];
    context! { title => pick(tongue, title), text => pick(tongue, text) }
}

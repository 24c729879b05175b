//! What holds for every address, not only for those somebody thought of.

use proptest::prelude::*;

use super::tests::{at, cases};
use super::{VideoUrl, watch_link};

/// Addresses that look like videos, with parameters of every kind behind them.
fn addresses() -> impl Strategy<Value = String> {
    let inputs: Vec<String> = cases()
        .iter()
        .map(|case| case["input"].as_str().unwrap().to_owned())
        .collect();
    let tail = "([?&#](t|start|time|v|list|h|nav|e|%74|x)?=?([0-9:smh,.]{0,6}|%7B%22a%22%3A1%7D|e30=|[a-zæ%+]{0,4})){0,4}";
    let odd = "https?://[a-zA-Zø.]{1,12}(:[0-9]{1,4})?/[ -~ø]{0,30}";
    prop_oneof![
        8 => (prop::sample::select(inputs), tail).prop_map(|(input, tail)| format!("{input}{tail}")),
        2 => odd,
    ]
}

proptest! {
    #[test]
    fn stored_forms_are_stable(pasted in addresses(), seconds in 0u32..=359_999) {
        let Ok(parsed) = VideoUrl::parse(&pasted) else { return Ok(()) };
        let again = VideoUrl::parse(parsed.url.as_str()).unwrap();
        prop_assert_eq!(&again.url, &parsed.url);
        prop_assert_eq!(again.provider, parsed.provider);
        prop_assert_eq!(again.proposed_position, None);

        // A link is itself something that people paste: it leads back to what was stored, and
        // proposes its time.
        let link = watch_link(&parsed.url, at(seconds));
        prop_assert!(link.location().is_ascii());
        let pasted_again = VideoUrl::parse(&link.url).unwrap();
        prop_assert_eq!(pasted_again.provider, parsed.provider);
        if link.jumps && seconds > 0 {
            prop_assert_eq!(pasted_again.proposed_position, Some(at(seconds)));
            prop_assert_eq!(watch_link(&pasted_again.url, at(seconds)).url, link.url);
        } else {
            prop_assert_eq!(link.url.as_str(), parsed.url.as_str());
        }
    }

    #[test]
    fn no_input_panics(pasted in "\\PC{0,80}") {
        let _ = VideoUrl::parse(&pasted);
    }
}

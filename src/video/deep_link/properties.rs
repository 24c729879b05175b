//! What holds for every address, not only for those somebody thought of.

use proptest::prelude::*;

use super::tests::{at, cases};
use super::{Provider, VideoUrl, embed_link, watch_link};

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

}

/// Hosts that a provider's rows speak for by name.
const HOSTS: [&str; 9] = [
    "youtube.com",
    "www.youtube.com",
    "youtu.be",
    "vimeo.com",
    "player.vimeo.com",
    "media.ccc.de",
    "www.twitch.tv",
    "dai.ly",
    "www.youtube-nocookie.com",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_input_panics(pasted in prop_oneof!["\\PC{0,80}", "https?://\\PC{0,60}", addresses()]) {
        if let Ok(parsed) = VideoUrl::parse(&pasted) {
            prop_assert!(watch_link(&parsed.url, at(4380)).location().is_ascii());
            let _ = embed_link(&parsed.url, at(4380));
        }
    }

    #[test]
    fn a_host_that_only_looks_like_a_provider_is_not_it(
        host in prop::sample::select(&HOSTS[..]), before in "[a-z0-9-]{0,5}", after in "[a-z0-9-]{0,5}",
        shape in 0usize..6, letter in any::<prop::sample::Index>(), odd in "[aeiouxа-яøｅ]",
    ) {
        let foreign = match shape {
            0 => format!("x{before}{host}"),
            1 => format!("{host}.{after}x.example"),
            2 => format!("{host}{after}x"),
            3 => format!("{host}:8443"),
            4 => {
                let at = letter.index(host.len());
                format!("{}{odd}{}", &host[..at], &host[at..])
            }
            _ => format!("example.org/{host}"),
        };
        let pasted = format!("https://{foreign}/watch?v=dQw4w9WgXcQ&t=90");
        if let Ok(parsed) = VideoUrl::parse(&pasted) {
            prop_assert!(matches!(parsed.provider, Provider::Other | Provider::File), "{}", pasted);
            prop_assert!(!watch_link(&parsed.url, at(4380)).jumps, "{}", pasted);
            prop_assert_eq!(embed_link(&parsed.url, at(4380)), None);
        }
    }
}

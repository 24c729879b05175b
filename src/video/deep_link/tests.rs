use serde_json::Value;

use super::{Provider, VideoUrl, VideoUrlError, embed_link, still_link, watch_link};
use crate::video::position::Position;

pub(super) fn at(seconds: u32) -> Position {
    Position::new(seconds).unwrap()
}

/// The watch link for a pasted URL at 4380 seconds, `None` where it does not jump.
fn link(pasted: &str) -> Option<String> {
    let link = watch_link(&VideoUrl::parse(pasted).unwrap().url, at(4380));
    link.jumps.then_some(link.url)
}

fn proposed(pasted: &str) -> Option<u32> {
    VideoUrl::parse(pasted)
        .unwrap()
        .proposed_position
        .map(Position::seconds)
}

/// The rows of the vectors.
pub(super) fn cases() -> Vec<Value> {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../tests/vectors/deep-links.json")).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

fn check(case: &Value) {
    let id = case["id"].as_str().unwrap();
    let input = case["input"].as_str().unwrap();
    let error = case["error"].as_str();
    let parsed = match VideoUrl::parse(input) {
        Ok(parsed) => parsed,
        Err(refused) => return assert_eq!(Some(refused.code()), error, "{id}"),
    };
    let position = match Position::from_seconds(case["offset_s"].as_i64().unwrap()) {
        Ok(position) => position,
        Err(refused) => return assert_eq!(Some(refused.code()), error, "{id}"),
    };
    assert_eq!(error, None, "{id}");
    assert_eq!(case["provider"], parsed.provider.as_str(), "{id}");
    let existing = parsed
        .proposed_position
        .map(|position| u64::from(position.seconds()));
    assert_eq!(existing, case["existing_offset_s"].as_u64(), "{id}");
    let link = watch_link(&parsed.url, position);
    assert_eq!(
        link.url,
        case["expect_url"].as_str().unwrap_or(input),
        "{id}"
    );
    assert_eq!(case["supported"], link.jumps, "{id}");
    assert_eq!(
        embed_link(&parsed.url, position).as_deref(),
        case["expect_embed_url"].as_str(),
        "{id}"
    );
}

#[test]
fn every_vector_holds() {
    for case in cases() {
        check(&case);
    }
}

#[test]
fn the_start_needs_no_parameter_and_stored_urls_stay() {
    for case in cases() {
        let Ok(parsed) = VideoUrl::parse(case["input"].as_str().unwrap()) else {
            continue;
        };
        let link = watch_link(&parsed.url, Position::START);
        assert_eq!(link.url, parsed.url.as_str());
        assert_eq!(
            case["supported"].as_bool().unwrap() || case["error"].is_string(),
            link.jumps
        );
        let again = VideoUrl::parse(parsed.url.as_str()).unwrap();
        assert_eq!((&again.url, again.provider), (&parsed.url, parsed.provider));
        assert_eq!(again.proposed_position, None);
        assert_eq!(
            VideoUrl::from_stored(parsed.url.to_string()).provider(),
            parsed.provider
        );
    }
}

#[test]
fn youtube_in_its_many_forms() {
    let watch = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4380s";
    for pasted in [
        "http://youtube.com/watch?v=dQw4w9WgXcQ",
        "https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ",
        "HTTPS://WWW.YouTube.COM./watch?v=dQw4w9WgXcQ&ab_channel=x&utm_source=y",
        "https://youtu.be/dQw4w9WgXcQ?si=abcdef&t=12",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        "https://www.youtube.com/live/dQw4w9WgXcQ/?feature=share",
        "https://www.youtube.com:443/v/dQw4w9WgXcQ",
        "  https://youtu.be/dQw4w9WgXcQ\n",
    ] {
        assert_eq!(link(pasted).as_deref(), Some(watch), "{pasted}");
        let still = still_link(&VideoUrl::parse(pasted).unwrap().url);
        assert_eq!(
            still.as_deref(),
            Some("https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg"),
            "{pasted}"
        );
    }
    for pasted in [
        "https://www.youtube.com/embed/live_stream?channel=UC1",
        "https://www.youtube.com/embed/videoseries?list=PL1",
        "https://www.youtube.com/playlist?list=PL1",
        "https://www.youtube.com/watch?v=dQw4w9WgXc%26",
        "https://www.youtube.com/watch/extra?v=dQw4w9WgXcQ",
    ] {
        let parsed = VideoUrl::parse(pasted).unwrap();
        assert_eq!(parsed.provider, Provider::Youtube);
        assert_eq!(parsed.url.as_str(), pasted);
        assert_eq!(link(pasted), None, "{pasted}");
        assert_eq!(embed_link(&parsed.url, at(1)), None);
        assert_eq!(still_link(&parsed.url), None);
    }
}

#[test]
fn vimeo_in_its_many_forms() {
    let plain = "https://vimeo.com/76979871#t=4380s";
    for pasted in [
        "https://www.vimeo.com/76979871?share=copy&t=10",
        "https://player.vimeo.com/video/76979871#t=3",
        "https://vimeo.com/channels/staffpicks/76979871",
        "https://vimeo.com/groups/name/videos/76979871",
        "https://vimeo.com/showcase/123/video/76979871",
    ] {
        assert_eq!(link(pasted).as_deref(), Some(plain), "{pasted}");
    }
    for pasted in [
        "https://player.vimeo.com/video/76979871?h=a1b2c3d4e5&badge=0",
        "https://vimeo.com/76979871?h=a1b2c3d4e5",
        "https://vimeo.com/76979871/a1b2c3d4e5?ts=0",
    ] {
        assert_eq!(
            link(pasted).as_deref(),
            Some("https://vimeo.com/76979871/a1b2c3d4e5#t=4380s"),
            "{pasted}"
        );
    }
    for pasted in [
        "https://vimeo.com/76979871/settings",
        "https://vimeo.com/bufdir",
        "https://vimeo.com/event/1/embed",
    ] {
        assert_eq!(link(pasted), None, "{pasted}");
    }
}

#[test]
fn hosts_match_by_whole_labels() {
    for pasted in [
        "https://vimeo.com.evil.example/76979871",
        "https://notvimeo.com/76979871",
        "https://evilsharepoint.com/:v:/s/k/E?e=1",
        "https://contoso.sharepoint.com.evil.example/:v:/s/k/E?e=1",
        "https://panopto.eu.evil.example/Panopto/Pages/Viewer.aspx?id=1",
        "https://media.ccc.de.evil.example/v/slug",
        "https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ",
        "https://kommunetv.no/meeting/1",
        "https://example.org/w/not-an-id",
    ] {
        let parsed = VideoUrl::parse(pasted).unwrap();
        assert_eq!(
            (parsed.provider, parsed.url.as_str()),
            (Provider::Other, pasted)
        );
        assert_eq!(link(pasted), None, "{pasted}");
    }
}

#[test]
fn unknown_addresses_are_left_alone() {
    for pasted in [
        "https://WWW.Bufdir.no/konferanse?start=10&x=%zz#t=20",
        "https://video.qbrick.com/play2/embed/player?mediaId=1&t=1",
        "https://dreambroker.com/channel/abc/def#t=5",
        "https://x.mediaspace.kaltura.com/media/t/1_abc?start=5",
    ] {
        let parsed = VideoUrl::parse(pasted).unwrap();
        assert_eq!(
            (parsed.url.as_str(), parsed.proposed_position),
            (pasted, None)
        );
    }
}

#[test]
fn locations_are_ascii() {
    let pasted = "https://www.youtubе.com/møte?v=dQw4w9WgXcQ";
    let parsed = VideoUrl::parse(pasted).unwrap();
    assert_eq!(parsed.provider, Provider::Other, "the е is Cyrillic");
    let link = watch_link(&parsed.url, at(5));
    assert_eq!((link.url.as_str(), link.jumps), (pasted, false));
    assert_eq!(
        link.location(),
        "https://www.xn--youtub-8of.com/m%C3%B8te?v=dQw4w9WgXcQ"
    );
}

#[test]
fn foreign_parameters_survive_byte_for_byte() {
    let cases = [
        (
            "https://cdn.example.no/a%2fb.MP4?X-Amz-Signature=a%2Bb+c%3d&&e=1#xywh=0,0,1,1&t=5,10&t=73:00",
            "https://cdn.example.no/a%2fb.MP4?X-Amz-Signature=a%2Bb+c%3d&&e=1#xywh=0,0,1,1&t=4380",
        ),
        (
            "https://peertube.example.no:9000/w/mQpzNZY4Xg1BYg2Kz7R4ZE?sig=%2f&start=5&b",
            "https://peertube.example.no:9000/w/mQpzNZY4Xg1BYg2Kz7R4ZE?sig=%2f&b&start=4380",
        ),
        (
            "https://v.example.no/paella/ui/watch.html?id=1&time=1m&trimming=1m2s;10m",
            "https://v.example.no/paella/ui/watch.html?id=1&trimming=1m2s;10m&time=1h13m0s",
        ),
        (
            "https://cdnapisec.kaltura.com/p/1/embedIframeJs/x?iframeembed=true&flashvars[mediaProxy.mediaPlayFrom]=7&entry_id=1#t=9",
            "https://cdnapisec.kaltura.com/p/1/embedIframeJs/x?iframeembed=true&entry_id=1&flashvars%5BmediaProxy.mediaPlayFrom%5D=4380",
        ),
        (
            "https://dai.ly/x7tgad0?playlist=x1&start=3",
            "https://www.dailymotion.com/video/x7tgad0?playlist=x1&start=4380",
        ),
        (
            "https://dreambroker.com/channel/a/b/get/fullhd.mp4#t=npt:1",
            "https://dreambroker.com/channel/a/b/get/fullhd.mp4#t=4380",
        ),
        (
            "https://cdn.example.no/møte.mp4",
            "https://cdn.example.no/m%C3%B8te.mp4#t=4380",
        ),
        (
            "https://møte.example.no/d.mp4?",
            "https://xn--mte-0na.example.no/d.mp4?#t=4380",
        ),
    ];
    for (pasted, expected) in cases {
        assert_eq!(link(pasted).as_deref(), Some(expected));
    }
}

#[test]
fn existing_times_are_read_as_the_player_reads_them() {
    let youtube = |tail: &str| proposed(&format!("https://youtu.be/dQw4w9WgXcQ{tail}"));
    let cases = [
        ("?t=4380", Some(4380)),
        ("?t=4380s", Some(4380)),
        ("?t=1h13m", Some(4380)),
        ("?t=1H13M0S", Some(4380)),
        ("?t=12.9", Some(12)),
        ("?time_continue=7", Some(7)),
        ("?t=1:13:00", Some(4380)),
        ("?t=0", Some(0)),
        ("#t=abc&x=1", None),
        ("?t=5#t=abc", Some(5)),
        ("?t=-5", None),
        ("?t=+5", None),
        ("?t=", None),
        ("?t=m", None),
        ("?t=360000", None),
        ("?t=99999999999999h", None),
        ("?t=1:2:3:4", None),
    ];
    for (tail, seconds) in cases {
        assert_eq!(youtube(tail), seconds, "{tail}");
    }
    let file = |fragment: &str| proposed(&format!("https://cdn.example.no/d.webm#{fragment}"));
    let cases = [
        ("t=13:00", Some(780)),
        ("t=73:00", None),
        ("t=73:00&t=5", Some(5)),
        ("t=5&t=73:00", Some(5)),
        ("t=10.5,20", Some(10)),
        ("t=,20", Some(0)),
        ("t=20,10", None),
        ("t=20,", None),
        ("t=,", None),
        ("t=npt%3A1:13:00", Some(4380)),
        ("t=smpte:00:01:00", None),
        ("t=5s", None),
    ];
    for (fragment, seconds) in cases {
        assert_eq!(file(fragment), seconds, "{fragment}");
    }
    assert_eq!(proposed("https://media.ccc.de/v/x#t=1h13m0s"), Some(1));
    assert_eq!(
        proposed("https://v.example.no/w/9c9de5e8-0a1e-484a-b099-e80766180a6d?start=1:13"),
        Some(73)
    );
}

#[test]
fn sharepoint_keeps_what_else_is_in_nav() {
    let page = "https://contoso.sharepoint.com/:v:/s/k/Eabc?e=x1";
    let json = |nav: &str| format!("{page}&nav={}", super::split::encode(nav));
    let expected = json(r#"{"playbackOptions":{"startTimeInSeconds":4380}}"#);
    assert_eq!(link(page), Some(expected.clone()));
    // {"playbackOptions":{"startTimeInSeconds":12.5}}
    let only_time =
        format!("{page}&nav=eyJwbGF5YmFja09wdGlvbnMiOnsic3RhcnRUaW1lSW5TZWNvbmRzIjoxMi41fX0%3D");
    assert_eq!(proposed(&only_time), Some(12));
    assert_eq!(VideoUrl::parse(&only_time).unwrap().url.as_str(), page);
    assert_eq!(link(&only_time), Some(expected));

    let referral = r#"{"referralInfo":{"b":"{,\"","a":[1,2]}, "playbackOptions":{"startTimeInSeconds":3,"x":1}}"#;
    let merged = r#"{"referralInfo":{"b":"{,\"","a":[1,2]},"playbackOptions":{"x":1,"startTimeInSeconds":4380}}"#;
    assert_eq!(link(&json(referral)), Some(json(merged)));
    assert_eq!(proposed(&json(referral)), Some(3));

    // {"referralInfo":{}} in base64 stays in base64, where it stood.
    let base64 = format!("{page}&nav=eyJyZWZlcnJhbEluZm8iOnt9fQ&z=1");
    let merged =
        "eyJyZWZlcnJhbEluZm8iOnt9LCJwbGF5YmFja09wdGlvbnMiOnsic3RhcnRUaW1lSW5TZWNvbmRzIjo0MzgwfX0";
    assert_eq!(VideoUrl::parse(&base64).unwrap().url.as_str(), base64);
    assert_eq!(link(&base64), Some(format!("{page}&nav={merged}&z=1")));

    assert_eq!(link(&format!("{page}&nav=%00junk")), None);
    assert_eq!(
        link("https://contoso.sharepoint.com/sites/k/SitePages/Home.aspx"),
        None
    );
}

#[test]
fn refusals_have_codes() {
    let code = |pasted: &str| {
        VideoUrl::parse(pasted)
            .map_err(VideoUrlError::code)
            .unwrap_err()
    };
    for pasted in [
        "",
        " ",
        "youtu.be/dQw4w9WgXcQ",
        "//youtu.be/dQw4w9WgXcQ",
        "https:",
        "https://",
        "https:///x",
        "https:youtu.be/x",
        "https://a b.no",
        "https://a.no/x y",
        "https://a.no/\u{a0}",
        "https://a.no\\x",
        "https://a.no/\0",
        "https://a..no/",
        "https://a.no:99999/",
        "https://./",
        "https://?x",
        "http s://a.no",
        "https://a.no/\u{2028}x",
        "https://a.no/\u{202e}x",
    ] {
        assert_eq!(code(pasted), "invalid_url", "{pasted:?}");
    }
    for pasted in [
        "javascript:alert(1)",
        "data:text/html,x",
        "FTP://a.no/d.mp4",
        "file:///etc/passwd",
        "mailto:a@b.no",
    ] {
        assert_eq!(code(pasted), "unsupported_scheme", "{pasted:?}");
    }
    for pasted in [
        "https://a:b@youtu.be/x",
        "https://@youtu.be/x",
        "https://www.youtube.com@evil.example/",
    ] {
        assert_eq!(code(pasted), "credentials_in_url", "{pasted:?}");
    }
    let long = format!("https://a.no/{}", "x".repeat(4096));
    assert_eq!(VideoUrl::parse(&long), Err(VideoUrlError::TooLong));
    assert_eq!(
        VideoUrl::parse("https://a.no/@x?u=a@b").unwrap().provider,
        Provider::Other
    );
}

#[test]
fn what_was_stored_by_somebody_else_never_jumps() {
    let link = watch_link(&VideoUrl::from_stored("not a url".to_owned()), at(5));
    assert_eq!((link.url.as_str(), link.jumps), ("not a url", false));
}

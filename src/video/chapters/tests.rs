use proptest::prelude::*;
use serde_json::Value;

use super::formats::{ffmetadata, podcast_json, podlove, web_vtt, youtube};
use super::{Chapter, Fault, Fillers, chapters, faults, for_youtube, youtube_faults};
use crate::video::deep_link::VideoUrl;

const NB: &str = "nb";

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/chapters.json")).unwrap()
}

fn seconds(value: &Value) -> Option<u32> {
    value.as_u64().map(|value| u32::try_from(value).unwrap())
}

fn listed(value: &Value) -> Vec<Chapter> {
    let rows = value.as_array().unwrap().iter();
    rows.map(|row| Chapter {
        start: seconds(&row["start_s"]).unwrap(),
        end: seconds(&row["end_s"]),
        title: row["title"].as_str().unwrap().to_owned(),
    })
    .collect()
}

fn chapter(start: u32, end: impl Into<Option<u32>>, title: &str) -> Chapter {
    Chapter {
        start,
        end: end.into(),
        title: title.to_owned(),
    }
}

#[test]
fn every_format_is_as_the_vectors_byte_for_byte() {
    let vectors = vectors();
    let duration = seconds(&vectors["recording"]["duration_s"]);
    let list = chapters(listed(&vectors["chapters"]), &[], duration);
    let fillers = Fillers::of(NB);
    let expected = |format: &str| vectors["outputs"][format].as_str().unwrap().to_owned();
    assert_eq!(web_vtt(&list, duration), expected("webvtt"));
    assert_eq!(youtube(&list, duration, fillers), expected("youtube"));
    assert_eq!(podlove(&list, duration, fillers), expected("podlove"));
    assert_eq!(ffmetadata(&list, duration), expected("ffmetadata"));
    let url = VideoUrl::parse(vectors["recording"]["url"].as_str().unwrap()).unwrap();
    let json = podcast_json(&list, "Barnevernskonferansen 2026", &url.url).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json, vectors["outputs"]["podcast20"]);
}

#[test]
fn what_readers_refuse_is_as_the_vectors_and_mended() {
    let vectors = vectors();
    for row in vectors["validation"].as_array().unwrap() {
        let (list, duration) = (listed(&row["chapters"]), seconds(&row["duration_s"]));
        let codes: Vec<&str> = youtube_faults(&list, duration)
            .into_iter()
            .map(Fault::code)
            .collect();
        let all = faults(&list, duration);
        match (
            row["errors"]["youtube"].as_str(),
            row["errors"]["*"].as_str(),
        ) {
            (Some(code), None) => {
                assert!(codes.contains(&code), "{}: {codes:?}", row["id"]);
                assert_eq!(all, [], "{}", row["id"]);
            }
            (None, Some(code)) => assert_eq!(all[0].code(), code, "{}", row["id"]),
            _ => assert!(codes.is_empty(), "{}: {codes:?}", row["id"]),
        }
        let mended = chapters(list, &[], duration);
        assert_eq!(faults(&mended, duration), [], "{}", row["id"]);
        let shown = for_youtube(&mended, duration, Fillers::of(NB));
        assert_eq!(
            youtube_faults(&shown, duration),
            [],
            "{}: {shown:?}",
            row["id"]
        );
    }
}

#[test]
fn titles_can_not_break_a_format() {
    let nasty = "A --> B\n<i>&\"quote\"</i>\u{7}=;#\\ 12:30";
    let list = chapters(vec![chapter(0, 60, nasty)], &[], Some(60));
    assert_eq!(list[0].title, "A --> B <i>&\"quote\"</i> =;#\\ 12:30");
    assert_eq!(
        web_vtt(&list, None),
        "WEBVTT\n\n1\n00:00:00.000 --> 00:01:00.000\nA --&gt; B &lt;i&gt;&amp;\"quote\"&lt;/i&gt; =;#\\ 12:30\n"
    );
    assert!(
        podlove(&list, None, Fillers::of(NB)).contains(
            "title=\"A --&gt; B &lt;i&gt;&amp;&quot;quote&quot;&lt;/i&gt; =;#\\ 12:30\"/>"
        )
    );
    assert!(
        ffmetadata(&list, None).ends_with("title=A --> B <i>&\"quote\"</i> \\=\\;\\#\\\\ 12:30\n")
    );
    let three = chapters(
        vec![
            chapter(0, 30, "<>"),
            chapter(30, 60, nasty),
            chapter(60, 90, "12:30 lunsj"),
        ],
        &[],
        Some(90),
    );
    assert_eq!(
        youtube(&three, Some(90), Fillers::of(NB)),
        "0:00 –\n0:30 A -- B i&\"quote\"/i =;#\\ 12:30\n1:00 12:30 lunsj\n"
    );
}

#[test]
fn chapters_are_in_order_and_do_not_overlap() {
    let list = chapters(
        vec![
            chapter(600, None, "Sist"),
            chapter(0, 400, "Først"),
            chapter(300, 350, "Parallelt"),
            chapter(300, None, "Samtidig"),
        ],
        &[],
        Some(900),
    );
    assert_eq!(
        list,
        [
            chapter(0, 300, "Først"),
            chapter(300, 600, "Parallelt / Samtidig"),
            chapter(600, 900, "Sist")
        ]
    );
    assert_eq!(chapters(Vec::new(), &[], None), []);
}

#[test]
fn what_is_interrupted_goes_on() {
    let nested = vec![
        chapter(0, 400, "A"),
        chapter(100, 200, "B"),
        chapter(200, 300, "C"),
    ];
    let list = chapters(nested, &[], Some(500));
    assert_eq!(
        list,
        [
            chapter(0, 100, "A"),
            chapter(100, 200, "B"),
            chapter(200, 300, "C"),
            chapter(300, 400, "A")
        ]
    );
    let hidden = chapters(
        vec![chapter(0, 3600, "Plenum")],
        &[(1200, Some(2400))],
        None,
    );
    assert_eq!(
        hidden,
        [chapter(0, 1200, "Plenum"), chapter(2400, 3600, "Plenum")]
    );
    // A rest that nobody would jump to is none.
    let late = vec![chapter(0, 305, "A"), chapter(100, 300, "B")];
    assert_eq!(
        chapters(late, &[], None),
        [chapter(0, 100, "A"), chapter(100, 300, "B")]
    );
}

#[test]
fn what_is_not_to_be_recorded_is_a_neutral_gap_where_one_is_needed() {
    // Something between 300 and 600 must not be seen; the first one's end is not known.
    let unseen = [(300, Some(600))];
    let sessions = vec![
        chapter(0, None, "Først"),
        chapter(590, 900, "For tidlig"),
        chapter(900, 1200, "Sist"),
    ];
    let list = chapters(sessions, &unseen, Some(1200));
    assert_eq!(
        list,
        [
            chapter(0, 300, "Først"),
            chapter(600, 900, "For tidlig"),
            chapter(900, 1200, "Sist")
        ]
    );
    let fillers = Fillers::of(NB);
    assert_eq!(
        youtube(&list, Some(1200), fillers),
        "0:00 Først\n5:00 Mellom innslagene\n10:00 For tidlig\n15:00 Sist\n"
    );
    assert!(
        podlove(&list, Some(1200), fillers)
            .contains("start=\"00:05:00.000\" title=\"Mellom innslagene\"")
    );
    assert!(
        !web_vtt(&list, Some(1200)).contains("Mellom"),
        "its cues have ends"
    );
    // All that is left of a session that must not be seen to its end.
    assert_eq!(chapters(vec![chapter(10, 20, "A")], &[(5, None)], None), []);
}

#[test]
fn youtubes_rules_are_met_by_adding_and_merging() {
    let lines = |list: Vec<Chapter>, duration: Option<u32>| {
        let list = chapters(list, &[], duration);
        youtube(&list, duration, Fillers::of("en"))
    };
    assert_eq!(
        lines(vec![chapter(0, 90, "A")], Some(90)),
        "0:00 A\n0:30 A (part 2)\n1:00 A (part 3)\n"
    );
    assert_eq!(
        lines(vec![chapter(0, 30, "A"), chapter(30, 90, "B")], Some(90)),
        "0:00 A\n0:30 B\n1:00 B (part 2)\n"
    );
    assert_eq!(
        lines(vec![chapter(4380, 5700, "A")], Some(25_200)),
        "0:00 Before the start\n1:13:00 A\n1:35:00 After the end\n"
    );
    assert_eq!(
        lines(
            vec![
                chapter(5, 30, "A"),
                chapter(30, 36, "B"),
                chapter(36, 60, "C"),
                chapter(60, 90, "D")
            ],
            Some(90)
        ),
        "0:00 A\n0:30 B / C\n1:00 D\n"
    );
    assert_eq!(
        lines(
            vec![
                chapter(0, 40, "A"),
                chapter(40, 80, "B"),
                chapter(80, None, "C"),
                chapter(115, 120, "D")
            ],
            Some(120)
        ),
        "0:00 A\n0:40 B\n1:20 C / D\n"
    );
    assert_eq!(
        lines(vec![chapter(0, 29, "A")], Some(29)),
        "",
        "too short for any"
    );
    assert_eq!(lines(vec![], Some(900)), "");
    assert_eq!(
        lines(vec![chapter(0, None, "A")], None),
        "0:00 A\n0:20 A (part 2)\n0:50 A (part 3)\n"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn no_list_of_sessions_makes_chapters_that_a_reader_refuses(
        sessions in prop::collection::vec((0u32..5000, prop::option::of(1u32..900), "[a-zæ<>&\\-\n]{1,8}x"), 0..12),
        unseen in prop::collection::vec((0u32..5000, prop::option::of(1u32..900)), 0..3),
        duration in prop::option::of(1u32..6000),
    ) {
        let sessions: Vec<Chapter> = sessions.into_iter().map(|(start, length, title)| chapter(start, length.map(|length| start + length), &title)).collect();
        let unseen: Vec<(u32, Option<u32>)> = unseen.into_iter().map(|(start, length)| (start, length.map(|length| start + length))).collect();
        let list = chapters(sessions, &unseen, duration);
        prop_assert_eq!(faults(&list, duration), []);
        for (index, one) in list.iter().enumerate() {
            prop_assert!(one.end.is_none_or(|end| end > one.start));
            let next = list.get(index + 1);
            prop_assert!(next.is_none_or(|next| one.end.is_some_and(|end| end <= next.start)));
            for (start, end) in &unseen {
                prop_assert!(one.start >= end.unwrap_or(u32::MAX) || one.end.unwrap_or(u32::MAX) <= *start);
            }
        }
        let shown = for_youtube(&list, duration, Fillers::of(NB));
        if !shown.is_empty() {
            prop_assert_eq!(youtube_faults(&shown, duration), []);
        }
    }
}

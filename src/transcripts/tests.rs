use std::fmt::Write as _;

use proptest::prelude::*;

use super::{Format, Line, Transcript, parse, web_vtt};

fn faults(format: Format, text: &str) -> Vec<(String, String)> {
    let faults = parse(format, text.as_bytes()).unwrap_err().into_list();
    let fault = |fault: crate::faults::Fault| (fault.pointer, fault.code.into_owned());
    faults.into_iter().map(fault).collect()
}

fn vtt(text: &str) -> Transcript {
    parse(Format::WebVtt, text.as_bytes()).unwrap()
}

/// Start and end, then `voice: text` of each line.
fn said(transcript: &Transcript) -> Vec<(u32, u32, Vec<String>)> {
    let line = |line: &Line| match &line.voice {
        Some(voice) => format!("{voice}: {}", line.text),
        None => line.text.clone(),
    };
    let cues = transcript.cues().iter();
    cues.map(|cue| (cue.start, cue.end, cue.lines.iter().map(line).collect()))
        .collect()
}

fn cue(start: u32, end: u32, lines: &[&str]) -> (u32, u32, Vec<String>) {
    (start, end, lines.iter().map(ToString::to_string).collect())
}

#[test]
fn web_vtt_of_every_kind_is_read() {
    let file = "\u{feff}WEBVTT - Dagen\r\nKind: captions\r\nLanguage: nb\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\nREGION\r\nid:a\r\n\r\nNOTE en\r\nmerknad\r\n\r\n\
        første\r\n00:01.000 --> 00:04.000 align:start position:10%\r\n<v.loud Kari &amp; Ola>Velkommen <b>hit</b> &lt;3\r\nigjen</v>\r\n\r\n\
        NOTE\r\n\r\n99:59:58.000 --> 99:59:59.999\r\n<00:01.500>Slutt &nbsp; <i>da</i>  &#8211; &ukjent;\r\n";
    let kept = vtt(file);
    assert_eq!(
        said(&kept),
        [
            cue(
                1000,
                4000,
                &["Kari & Ola: Velkommen hit <3", "Kari & Ola: igjen"]
            ),
            cue(359_998_000, 359_999_999, &["Slutt da – &ukjent;"]),
        ]
    );
    assert_eq!(
        web_vtt(&kept),
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n<v Kari &amp; Ola>Velkommen hit &lt;3</v>\n<v Kari &amp; Ola>igjen</v>\n\n\
         99:59:58.000 --> 99:59:59.999\nSlutt da – &amp;ukjent;\n"
    );
}

#[test]
fn sub_rip_of_every_kind_is_read() {
    let file = "1\r\n00:00:05,000 --> 00:00:06,000 X1:1 X2:2\r\n{\\an8}<i>To</i> < tre <font color=\"red\">& fire</font>\r\n\r\n\r\n\
        7\n00:00:01.000 --> 00:00:02.500\nEn --> nei\n";
    assert_eq!(
        faults(Format::SubRip, file),
        [("/lines/8".into(), "blank_line_missing".into())]
    );
    let file = file.replace("En --> nei", "En\n<script>");
    let kept = parse(Format::SubRip, file.as_bytes()).unwrap();
    assert_eq!(
        said(&kept),
        [
            cue(1000, 2500, &["En", "<script>"]),
            cue(5000, 6000, &["To < tre & fire"]),
        ]
    );
    assert!(web_vtt(&kept).contains("&lt;script&gt;"));
    assert_eq!(parse(Format::Told, file.as_bytes()).unwrap(), kept);
    assert_eq!(
        parse(Format::Told, web_vtt(&kept).as_bytes()).unwrap(),
        kept
    );
    let bare = "00:00:01,000 --> 00:00:02,000\nUten nummer";
    assert_eq!(
        parse(Format::Told, bare.as_bytes()).unwrap().cues().len(),
        1
    );
}

#[test]
fn faults_name_their_lines() {
    let file = "WEBVTT\n\n00:01 --> 00:02.000\nA\n\n00:03.000 --> 00:02.000\nB\n\nC\nD\nE\n\n00:61.000 --> 00:02.000\n\n00:01.000 --> 00:02.000\nF <b\n\n\
        00:01.000 --> 00:02.000\nG\n00:02.000 --> 00:03.000\nH\n";
    let expected = [
        (3, "invalid_time"),
        (6, "ends_before_start"),
        (9, "timing_missing"),
        (13, "invalid_time"),
        (16, "unclosed_tag"),
        (20, "blank_line_missing"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(line, code)| (format!("/lines/{line}"), (*code).to_owned()))
        .collect();
    assert_eq!(faults(Format::WebVtt, file), expected);
    let one = |format, text: &str| faults(format, text).remove(0);
    let fault = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(
        one(Format::WebVtt, "00:01.000 --> 00:02.000\nA"),
        fault("/lines/1", "header_missing")
    );
    assert_eq!(
        one(Format::WebVtt, "WEBVTT\n00:01.000 --> 00:02.000\nA"),
        fault("/lines/2", "blank_line_missing")
    );
    assert_eq!(
        one(Format::WebVtt, "WEBVTT\n\n00:01,000 --> 00:02,000\nA"),
        fault("/lines/3", "invalid_time")
    );
    assert_eq!(
        one(
            Format::WebVtt,
            "WEBVTT\n\n100:00:00.000 --> 100:00:01.000\nA"
        ),
        fault("/lines/3", "invalid_time")
    );
    assert_eq!(
        one(
            Format::WebVtt,
            "WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n"
        ),
        fault("", "no_cues")
    );
    assert_eq!(
        one(Format::SubRip, "1\n00:00:01,000 -> 00:00:02,000\nA"),
        fault("/lines/2", "timing_missing")
    );
    assert_eq!(one(Format::Told, ""), fault("", "no_cues"));
    assert_eq!(
        one(Format::Told, "1\n\0"),
        fault("/lines/2", "nul_character")
    );
    let bytes = parse(Format::Told, b"1\n2\n\xff").unwrap_err().into_list();
    assert_eq!(
        (bytes[0].pointer.as_str(), bytes[0].detail.as_str()),
        ("/lines/3", "Line 3: the file is UTF-8.")
    );
    let many = faults(Format::SubRip, &"a\n\n".repeat(2_000));
    assert_eq!((many.len(), many[100].1.as_str()), (101, "more_faults"));
}

/// Pieces that files of captions are made of, and some that they are not.
fn file() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("WEBVTT".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\r\n\r\n".to_owned()),
        Just("NOTE x".to_owned()),
        Just("STYLE".to_owned()),
        Just("00:00:01,000 --> 00:00:02,000".to_owned()),
        Just("00:01.000 --> 99:00:02.000 align:start".to_owned()),
        Just("<v Kari>".to_owned()),
        Just("</v>".to_owned()),
        Just("<".to_owned()),
        Just("{\\an8}".to_owned()),
        Just("&lt;&amp;&#x41;&#0;&".to_owned()),
        Just("7".to_owned()),
        "[a-zæ<>&; ]{0,6}",
        "[0-9:.,]{0,14} --> [0-9:.,]{0,14}",
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn good_vtt() -> impl Strategy<Value = String> {
    let cue = (
        0..300_000_000_u32,
        1..60_000_u32,
        "[^\0\r\n<]{0,30}",
        "[^\0\r\n<>]{0,12}",
    );
    prop::collection::vec(cue, 1..8).prop_map(|cues| {
        let mut file = "WEBVTT\n".to_owned();
        for (start, length, text, voice) in cues {
            let time = |at: u32| {
                let s = at / 1000;
                format!(
                    "{:02}:{:02}:{:02}.{:03}",
                    s / 3600,
                    s / 60 % 60,
                    s % 60,
                    at % 1000
                )
            };
            let (from, to) = (time(start), time(start + length));
            // An arrow ends a cue: none may come together, of dashes and the > of a tag either.
            let text = text.replace("--", "");
            let _ = write!(file, "\n{from} --> {to}\n<v {voice} >x{text}\ny\n");
        }
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn nothing_sent_as_web_vtt_panics(text in file()) {
        if let Ok(read) = parse(Format::WebVtt, format!("WEBVTT\n\n{text}").as_bytes()) {
            prop_assert_eq!(vtt(&web_vtt(&read)), read);
        }
    }

    #[test]
    fn nothing_sent_as_sub_rip_panics(text in file()) {
        if let Ok(read) = parse(Format::SubRip, text.as_bytes()) {
            prop_assert_eq!(vtt(&web_vtt(&read)), read);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(Format::Told, &bytes);
    }

    #[test]
    fn what_is_printed_is_what_was_read(text in good_vtt()) {
        let read = vtt(&text);
        prop_assert_eq!(vtt(&web_vtt(&read)), read);
    }
}

use proptest::prelude::*;
use serde_json::Value;

use super::{Position, PositionError, RelativeOffset, WordLanguage};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/vectors/offsets.json")).unwrap()
}

fn rows(name: &str) -> Vec<Value> {
    vectors()[name].as_array().unwrap().clone()
}

fn parse(input: &str) -> Option<u32> {
    Position::parse(input).ok().map(Position::seconds)
}

#[test]
fn every_accepted_vector_is_read() {
    for row in rows("accept") {
        let input = row["input"].as_str().unwrap();
        assert_eq!(
            parse(input).map(u64::from),
            row["seconds"].as_u64(),
            "{input:?}"
        );
    }
}

#[test]
fn every_rejected_vector_is_refused() {
    for row in rows("reject") {
        let input = row["input"].as_str().unwrap();
        let error = Position::parse(input).unwrap_err();
        assert_eq!(row["error"], error.code(), "{input:?}");
    }
}

#[test]
fn every_output_vector_is_printed() {
    for row in rows("output") {
        let seconds = u32::try_from(row["seconds"].as_u64().unwrap()).unwrap();
        let position = Position::new(seconds).unwrap();
        assert_eq!(row["clock"], position.clock());
        assert_eq!(row["iso8601"], position.iso8601());
        assert_eq!(row["hms"], position.hms());
        assert_eq!(row["webvtt"], position.webvtt());
        assert_eq!(row["npt"], position.npt());
        assert_eq!(row["nb"], position.words(WordLanguage::Nb));
        assert_eq!(row["nn"], position.words(WordLanguage::Nn));
        assert_eq!(row["en"], position.words(WordLanguage::En));
    }
}

#[test]
fn spoken_forms_in_three_languages() {
    let cases = [
        ("en time og 13 minutter", 4380),
        ("en time og 13 minutter ut i sendingen", 4380),
        ("En time og 13 minutter ut i sendingen.", 4380),
        ("ein time og 13 minutt", 4380),
        ("ein time og tretten minutt ut i sendinga", 4380),
        ("1 time, 13 minutter og 20 sekunder", 4400),
        ("one hour and thirteen minutes into the recording", 4380),
        ("1 hour, 13 minutes, and 20 seconds", 4400),
        ("an hour and a half", 5400),
        ("two and a half hours", 9000),
        ("half an hour", 1800),
        ("three quarters of an hour", 2700),
        ("en og en halv time", 5400),
        ("to og ein halv time", 9000),
        ("en halvtime", 1800),
        ("halvannan time", 5400),
        ("halvannet minutt", 90),
        ("en halv time og fem minutter", 2100),
        ("tre kvarter", 2700),
        ("en time og et kvarter", 4500),
        ("fem kvarter", 4500),
        ("1½ time", 5400),
        ("2.5 hours", 9000),
        ("0,25 timer", 900),
        ("1,5 minutter", 90),
        ("tjuefem minutter", 1500),
        ("tjue fem minutter", 1500),
        ("femogtyve minutter", 1500),
        ("fem og tjue minutter", 1500),
        ("twenty-five minutes", 1500),
        ("syttitre minutter", 4380),
        ("hundre minutter", 6000),
        ("null sekunder", 0),
        ("E\u{301}n time", 3600),
        ("a\u{30a}tte minutter", 480),
        ("1\u{a0}time og 13\u{202f}minutter", 4380),
        ("1 t. 13 min.", 4380),
        ("1H13M", 4380),
        ("1t 13min", 4380),
        ("1:13:00 uti opptaket", 4380),
        ("73 minutter fra starten av opptaket", 4380),
        ("  4380 ", 4380),
        ("5999:59", 359_999),
        ("P1DT1H", 90_000),
        ("PT1.5H", 5400),
        ("0h0m0s", 0),
    ];
    for (input, seconds) in cases {
        assert_eq!(parse(input), Some(seconds), "{input:?}");
    }
}

#[test]
fn what_has_two_readings_or_none_is_refused() {
    let cases = [
        "1:5",
        "1:60",
        ":30",
        "1:",
        "1::2",
        "100:00:00",
        "6000:00",
        "360000",
        "-5",
        "1 13",
        "1 000",
        "1,5",
        "1.13.00",
        "1:13.5",
        "1:13:00.000",
        "1,13 timer",
        "1,30 timer",
        "1,333 timer",
        "1,5 sekunder",
        "1,5 timer og 10 minutter",
        "1h 73m",
        "1h90s",
        "1h13",
        "1h1h",
        "time",
        "kvarter",
        "en time og",
        "en time og og 13 minutter",
        "en time,, 13 minutter",
        "1 time og 13",
        "en time og fem kvarter",
        "en halv time og 40 minutter",
        "ca. 1 time",
        "to",
        "1 time og 13 minutter i konferansen",
        "73 uti opptaket",
        "uti opptaket",
        "PT1H73M",
        "PT1M1H",
        "P1D1H",
        "P1DT",
        "P1W",
        "PT1H13",
        "PT-5S",
        "-PT5S",
        "PT1.5S",
        "PT1.5H5M",
        "PT4380.0S",
        "P T1H",
        "１:１３",
        "1:1３",
        "0x10",
        "1_000",
        "1\u{200b}h",
        "1h\n13m",
        "1\0",
        "one",
        "1h-13m",
        "quarter",
        "a quarter",
        "½",
        "1/2 time",
        "10.13",
        "kl 10:13",
        "99999999999999999999",
        "1 dag",
        "hundre og tjue minutter",
    ];
    for input in cases {
        assert_eq!(parse(input), None, "{input:?}");
    }
}

#[test]
fn the_length_limit_counts_characters() {
    assert_eq!(parse(&format!("{}5", "0".repeat(63))), Some(5));
    let long = format!("{}5", "0".repeat(64));
    assert_eq!(Position::parse(&long), Err(PositionError::TooLong));
    assert_eq!(parse(&"ø".repeat(64)), None);
}

#[test]
fn numbers_have_their_own_refusals() {
    assert_eq!(Position::from_seconds(359_999), Ok(Position::MAX));
    let code = |seconds| Position::from_seconds(seconds).unwrap_err().code();
    assert_eq!(code(-1), "offset_negative");
    assert_eq!(code(360_000), "offset_out_of_range");
    assert_eq!(code(i64::MAX), "offset_out_of_range");
}

#[test]
fn relative_offsets_take_a_sign() {
    let parse = |input| {
        RelativeOffset::parse(input)
            .ok()
            .map(RelativeOffset::seconds)
    };
    let cases = [
        ("90", 90),
        ("1:30", 90),
        ("-15", -15),
        ("-1:30", -90),
        ("-0", 0),
        ("1m30s", 90),
        ("999999", 999_999),
        ("-360000", -360_000),
        ("999999999", 999_999_999),
    ];
    for (input, seconds) in cases {
        assert_eq!(parse(input), Some(seconds), "{input:?}");
    }
    for input in [
        "",
        "-",
        "--5",
        "- 5",
        "+5",
        "-+5",
        "-abc",
        "1.5",
        "1000000000",
        "100:00:00",
    ] {
        assert_eq!(parse(input), None, "{input:?}");
    }
}

#[test]
fn language_tags_choose_the_words() {
    assert_eq!(WordLanguage::for_tag("nn-NO"), WordLanguage::Nn);
    assert_eq!(WordLanguage::for_tag("EN"), WordLanguage::En);
    assert_eq!(WordLanguage::for_tag("no"), WordLanguage::Nb);
    let position = Position::new(4380).unwrap();
    assert_eq!(
        position.words_unbroken(WordLanguage::Nb),
        "1\u{a0}time og 13\u{a0}minutter"
    );
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(seconds in 0u32..=359_999) {
        let position = Position::new(seconds).unwrap();
        let mut forms = vec![position.clock(), position.iso8601(), position.hms()];
        forms.extend([position.npt(), seconds.to_string()]);
        for language in [WordLanguage::Nb, WordLanguage::Nn, WordLanguage::En] {
            forms.push(position.words(language));
            forms.push(position.words_unbroken(language));
        }
        for form in forms {
            prop_assert_eq!(Position::parse(&form), Ok(position), "{:?}", form);
        }
    }
}

/// What people type where a position is due, and what nobody would.
fn written() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "\\PC{0,70}",
        4 => "[0-9]{0,6}[:.,]?[0-9]{0,3}[:.,]?[0-9]{0,3}",
        4 => "(PT)?([0-9]{1,3} ?(h|m|s|t|min|timer|minutter|H|M|S) ?(og|and)? ?){0,4}",
        4 => "((en|ein|to|tre|halv|time|timar|minutter|minute|hours|og|and|ut|i|1|13) ?){0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_input_panics_and_what_is_read_is_in_range(input in written()) {
        if let Ok(position) = Position::parse(&input) {
            prop_assert!(position <= Position::MAX);
            prop_assert_eq!(Position::parse(&position.clock()), Ok(position));
        }
        let _ = RelativeOffset::parse(&input);
        let _ = RelativeOffset::parse(&format!("-{input}"));
    }
}

use super::*;

fn languages() -> Languages {
    Languages::parse(Some(&["nb".into(), "en".into()]), None, &mut Faults::new()).unwrap()
}

#[test]
fn a_plain_string_is_the_default_language() {
    let mut faults = Faults::new();
    let title =
        LocalizedInput::Plain(" Åpning ".into()).required_line("/title", &languages(), &mut faults);
    assert!(faults.is_empty());
    assert_eq!(title.0, BTreeMap::from([("nb".into(), "Åpning".into())]));
}

#[test]
fn a_language_the_event_does_not_have_is_a_fault_at_its_key() {
    let mut faults = Faults::new();
    let input: LocalizedInput =
        serde_json::from_str(r#"{"nb": "Åpning", "de": "Eröffnung"}"#).unwrap();
    input.required_line("/title", &languages(), &mut faults);
    let faults = faults.into_list();
    assert_eq!(
        (faults[0].pointer.as_str(), &*faults[0].code),
        ("/title/de", "unknown_language")
    );
}

#[test]
fn all_that_is_wrong_with_languages_is_told_at_once() {
    let told = |list: &[&str], default: Option<&str>| {
        let list: Vec<String> = list.iter().map(ToString::to_string).collect();
        let mut faults = Faults::new();
        let parsed = Languages::parse(Some(&list), default, &mut faults);
        let faults = faults.into_list();
        let told: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} {}", fault.pointer, fault.code))
            .collect();
        (parsed.is_some(), told)
    };
    let (parsed, faults) = told(&["norsk", "nb", "NB", "e"], Some("de"));
    let all = [
        "/languages/0 invalid_language",
        "/languages/2 duplicate",
        "/languages/3 invalid_language",
        "/default_language unknown_language",
    ];
    assert_eq!(
        (parsed, faults.as_slice()),
        (false, all.map(str::to_owned).as_slice())
    );
    let (parsed, faults) = told(&["nb", "en"], Some("de"));
    assert!(parsed, "the texts can be read all the same");
    assert_eq!(faults, ["/default_language unknown_language"]);
    let (_, faults) = told(&[], Some("d"));
    assert_eq!(
        faults,
        [
            "/default_language invalid_language",
            "/languages invalid_languages"
        ]
    );
    assert_eq!(told(&["nb", "en"], Some("EN")), (true, vec![]));
}

#[test]
fn tags_are_canonical() {
    assert_eq!(Language::parse("EN-gb").unwrap().as_str(), "en-GB");
    assert_eq!(Language::parse("zh-hant").unwrap().as_str(), "zh-Hant");
    for bad in ["", "n", "norsk", "nb_NO", "nb-", "12"] {
        assert!(Language::parse(bad).is_err(), "{bad}");
    }
}

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::clock::{Clock, new_id};
use crate::text::Localized;
use crate::tickets::questions::model::Choice;

fn question(kind: QuestionKind) -> Question {
    let option = |key: &str| Choice {
        key: key.to_owned(),
        label: Localized::default(),
        limit: None,
        held: 0,
    };
    Question {
        id: new_id(),
        event_id: new_id(),
        label: Localized::default(),
        help: Localized::default(),
        kind,
        options: ["fish", "meat", "none"].map(option).to_vec(),
        required: false,
        required_from: None,
        ticket_types: Vec::new(),
        sensitive: false,
        delete_after_days: None,
        hidden: false,
        position: 0,
        wording: 3,
        answers_deleted_at: None,
        version: 1,
        created_at: Clock::default().now(),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What is read of these answers, and the faults as `pointer code`.
fn read(
    questions: &[Question],
    ticket_type: TicketTypeId,
    given: &[AnswerInput],
) -> (Vec<Answer>, Vec<String>) {
    let asked = Asked {
        before: &[],
        sessions: &[],
        questions,
        today: day("2027-09-01"),
        event_day: day("2027-11-11"),
    };
    let mut faults = Faults::new();
    let answers = asked.parse(ticket_type, given, "/answers", &mut faults);
    let told = faults.into_list();
    let told = told
        .iter()
        .map(|fault| format!("{} {}", fault.pointer, fault.code));
    (answers, told.collect())
}

fn answer(question: &Question, value: Value) -> AnswerInput {
    AnswerInput {
        question_id: question.id.to_string(),
        value,
    }
}

#[test]
fn every_kind_takes_what_it_says() {
    use QuestionKind as K;
    let long = "x".repeat(501);
    for (kind, value, kept) in [
        (K::Text, json!(" Hei "), Some(json!("Hei"))),
        (K::Text, json!("to\nlinjer"), None),
        (K::Text, json!(long), None),
        (K::Text, json!(7), None),
        (K::LongText, json!("to\nlinjer"), Some(json!("to\nlinjer"))),
        (K::LongText, json!("x".repeat(5001)), None),
        (K::SingleChoice, json!("fish"), Some(json!("fish"))),
        (K::SingleChoice, json!("Fish"), None),
        (K::SingleChoice, json!(["fish"]), None),
        (
            K::MultipleChoice,
            json!(["none", "fish", "fish"]),
            Some(json!(["fish", "none"])),
        ),
        (K::MultipleChoice, json!(["fish", "bird"]), None),
        (K::MultipleChoice, json!("fish"), None),
        (K::MultipleChoice, json!([1]), None),
        (K::Boolean, json!(false), Some(json!(false))),
        (K::Boolean, json!("true"), None),
        (K::Number, json!(-2.5), Some(json!(-2.5))),
        (K::Number, json!("7"), None),
        (K::Number, json!(1e300), None),
        (K::Date, json!("2027-02-28"), Some(json!("2027-02-28"))),
        (K::Date, json!("2027-02-29"), None),
        (K::Municipality, json!("3222"), Some(json!("3222"))),
        (K::Municipality, json!("3029"), None),
        (K::Municipality, json!("9999"), None),
        (K::Municipality, json!(301), None),
    ] {
        let question = question(kind);
        let given = [answer(&question, value.clone())];
        let (answers, faults) = read(std::slice::from_ref(&question), new_id(), &given);
        assert_eq!(
            answers.first().map(|one| one.value.clone()),
            kept,
            "{kind} {value}"
        );
        assert_eq!(
            faults.is_empty(),
            kept.is_some(),
            "{kind} {value}: {faults:?}"
        );
        assert!(answers.iter().all(|one| one.wording == 3));
    }
}

#[test]
fn nothing_is_no_answer() {
    for kind in <QuestionKind as crate::words::Word>::ALL {
        let mut question = question(*kind);
        let nothing = [json!(null)]
            .into_iter()
            .chain((*kind == QuestionKind::Text).then(|| json!("  ")))
            .chain((*kind == QuestionKind::MultipleChoice).then(|| json!([])));
        for value in nothing {
            let given = [answer(&question, value)];
            question.required = false;
            let (answers, faults) = read(std::slice::from_ref(&question), new_id(), &given);
            assert!(
                answers.is_empty() && faults.is_empty(),
                "{kind}: {faults:?}"
            );
            question.required = true;
            let (_, faults) = read(std::slice::from_ref(&question), new_id(), &given);
            assert_eq!(faults, ["/answers/0/value required"], "{kind}");
        }
    }
}

#[test]
fn a_question_asks_whom_and_when_it_says() {
    let (hall, screen) = (new_id(), new_id());
    let mut required = question(QuestionKind::Text);
    required.required = true;
    let mut hall_only = question(QuestionKind::SingleChoice);
    hall_only.ticket_types = vec![hall];
    hall_only.required = true;
    let mut later = question(QuestionKind::Text);
    later.required = true;
    later.required_from = Some(day("2027-09-02"));
    let mut hidden = question(QuestionKind::Text);
    hidden.hidden = true;
    hidden.required = true;
    let all = [required, hall_only, later, hidden];
    assert_eq!(
        read(&all, hall, &[]).1,
        ["/answers required", "/answers required"]
    );
    assert_eq!(read(&all, screen, &[]).1, ["/answers required"]);
    let given = [
        answer(&all[0], json!("a")),
        answer(&all[1], json!("fish")),
        answer(&all[3], json!("a")),
        answer(&all[0], json!("b")),
        AnswerInput {
            question_id: "q".into(),
            value: json!(1),
        },
    ];
    assert_eq!(
        read(&all, screen, &given).1,
        [
            "/answers/1/question_id not_asked",
            "/answers/2/question_id unknown_question",
            "/answers/3/question_id duplicate",
            "/answers/4/question_id unknown_question",
        ]
    );
    let (answers, faults) = read(&all, hall, &given[..2]);
    assert!(faults.is_empty());
    assert_eq!(answers[1].chosen, ["fish"]);
    assert!(
        !format!("{answers:?}").contains("fish"),
        "nothing of it ends in a log"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn whatever_comes_is_an_answer_or_a_fault(
        kind in proptest::sample::select(<QuestionKind as crate::words::Word>::ALL.to_vec()),
        text in "\\PC{0,12}|fish|[0-9]{4}(-[0-9]{2}-[0-9]{2})?",
        number in proptest::num::f64::ANY,
        shape in 0..5_u8,
    ) {
        let value = match shape {
            0 => json!(text),
            1 => json!(number),
            2 => json!([text, "meat"]),
            3 => json!({"a": text}),
            _ => json!(number > 0.0),
        };
        let question = question(kind);
        let given = [answer(&question, value)];
        let (answers, faults) = read(std::slice::from_ref(&question), new_id(), &given);
        prop_assert!(answers.is_empty() || faults.is_empty());
        for one in answers {
            let again = [answer(&question, one.value.clone())];
            let (kept, _) = read(std::slice::from_ref(&question), new_id(), &again);
            prop_assert_eq!(kept, vec![one], "what is kept is read again as it is");
        }
    }
}

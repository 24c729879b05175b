//! Questions of the registration form: made, put otherwise, answered, limited, and forgotten.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kongress::db::{Db, DbError};
use kongress::tickets::questions::sweep;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{Answer, TestApp, outbox};

/// Makes a question of the event; its id.
async fn ask(app: &TestApp, sale: &OnSale, input: Value) -> String {
    let mut body = json!({"label": {"nb": "Mat", "en": "Food"}, "kind": "text"});
    sales::merge(&mut body, &input);
    let made = app
        .create(&format!("/events/{}/questions", sale.event), &body)
        .await;
    made["id"].as_str().unwrap().to_owned()
}

fn food(limit: Option<i32>) -> Value {
    json!({"kind": "single_choice", "options": [
        {"key": "fish", "label": "Fisk", "limit": limit}, {"key": "meat", "label": {"nb": "Kjøtt", "en": "Meat"}}
    ]})
}

async fn register(
    app: &TestApp,
    sale: &OnSale,
    email: &str,
    answers: Value,
    more: Value,
) -> Answer {
    let mut body = sale.body(email);
    body["attendees"][0]["answers"] = answers;
    sales::merge(&mut body, &more);
    app.post(&sale.path(), &body).send().await
}

async fn opened(app: &TestApp, email: &str) -> Value {
    let token = outbox::token(app, email, "confirm_registration");
    confirm(app, &token).await.expect(200)
}

async fn held(app: &TestApp, sale: &OnSale, question: &str) -> Value {
    let path = format!("/events/{}/questions/{question}", sale.event);
    app.organiser("GET", &path).send().await.expect(200)["counts"].clone()
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn a_question_is_made_changed_and_deleted(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let questions = format!("/events/{}/questions", sale.event);
        let made = app.organiser("POST", &questions).json(&json!({
            "label": {"nb": "Allergier", "en": "Allergies"}, "help": "**Skriv** alt", "kind": "multiple_choice",
            "options": [{"key": "nuts", "label": "Nøtter"}, {"key": "milk", "label": "Melk", "limit": 3}],
            "ticket_types": [sale.ticket], "sensitive": true
        })).send().await;
        let question = made.expect(201);
        assert_eq!((&question["sensitive"], &question["delete_after_days"], &question["required"]), (&json!(true), &json!(14), &json!(false)));
        assert_eq!(question["help_html"]["nb"], "<p><strong>Skriv</strong> alt</p>\n");
        assert_eq!(question["options"][1], json!({"key": "milk", "label": {"nb": "Melk"}, "limit": 3, "available": true}));
        assert_eq!((&question["wording"], &question["counts"][0]), (&json!(1), &json!({"key": "nuts", "held": 0})));
        let path = format!("{questions}/{}", question["id"].as_str().unwrap());
        assert_eq!(app.organiser("GET", &path).send().await.etag(), made.etag());
        let moved = app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"position": 5})).send().await;
        assert_eq!((&moved.expect(200)["wording"], &moved.json()["position"]), (&json!(1), &json!(5)));
        let put = app.organiser("PATCH", &path).if_match(&moved.etag()).patch_json(&json!({"label": {"nb": "Hva tåler du ikke?"}})).send().await;
        assert_eq!(put.expect(200)["wording"], 2);
        app.organiser("PATCH", &path).if_match(&made.etag()).patch_json(&json!({"position": 6})).send().await.problem(412, "stale");
        app.organiser("PATCH", &path).patch_json(&json!({"position": 6})).send().await.problem(428, "precondition-required");
        let wordings = app.organiser("GET", &format!("{path}/wordings")).send().await.expect(200);
        assert_eq!((&wordings["items"][0]["label"]["nb"], &wordings["items"][1]["label"]["nb"]), (&json!("Allergier"), &json!("Hva tåler du ikke?")));
        for (bad, pointer, code) in [
            (json!({"label": " "}), "/label", "required"),
            (json!({"kind": "essay"}), "/kind", "invalid_value"),
            (json!({"kind": "single_choice"}), "/options", "required"),
            (json!({"options": [{"key": "a", "label": "A"}]}), "/options", "not_a_choice"),
            (json!({"kind": "single_choice", "options": [{"key": "A b", "label": "A"}]}), "/options/0/key", "invalid_key"),
            (json!({"kind": "single_choice", "options": [{"key": "a", "label": "A"}, {"key": "a", "label": "B"}]}), "/options/1/key", "duplicate"),
            (json!({"kind": "single_choice", "options": [{"key": "a", "label": {"de": "A"}}]}), "/options/0/label/de", "unknown_language"),
            (json!({"kind": "single_choice", "options": [{"key": "a", "label": "A", "limit": -1}]}), "/options/0/limit", "out_of_range"),
            (json!({"required": true, "sensitive": true}), "/required", "never_required"),
            (json!({"required_from": "2027-09-01"}), "/required_from", "not_required"),
            (json!({"required": true, "required_from": "1.9.2027"}), "/required_from", "invalid_date"),
            (json!({"ticket_types": [sale.quota]}), "/ticket_types/0", "unknown_ticket_type"),
            (json!({"delete_after_days": -1}), "/delete_after_days", "out_of_range"),
            (json!({"answers": 1}), "/answers", "unknown_field"),
        ] {
            let mut input = json!({"label": "x", "kind": "text"});
            sales::merge(&mut input, &bad);
            app.organiser("POST", &questions).json(&input).send().await.fault(pointer, code);
        }
        app.organiser("DELETE", &path).if_match("*").send().await.expect(204);
        app.organiser("GET", &path).send().await.problem(404, "not-found");
        let list = app.organiser("GET", &questions).send().await.expect(200);
        assert_eq!(list["items"], json!([]));
    }

    async fn the_form_asks_and_answers_are_kept(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let other = sales::ticket_type(&app, &sale.event, json!({"name": "På skjerm"})).await;
        let choice = ask(&app, &sale, food(None)).await;
        let required = ask(&app, &sale, json!({"required": true, "label": "Kommune", "kind": "municipality"})).await;
        let later = ask(&app, &sale, json!({"required": true, "required_from": "2027-10-01"})).await;
        let elsewhere = ask(&app, &sale, json!({"ticket_types": [other], "required": true})).await;
        let hidden = ask(&app, &sale, json!({"hidden": true, "required": true})).await;
        let form = app.get("/events/konferansen/registration-form").send().await.expect(200);
        let asked: Vec<(&str, bool)> = form["questions"].as_array().unwrap().iter()
            .map(|one| (one["id"].as_str().unwrap(), one["required"].as_bool().unwrap())).collect();
        assert_eq!(asked, [(choice.as_str(), false), (&required, true), (&later, false), (&elsewhere, true)]);
        assert!(form["consents"].as_array().unwrap().iter().all(|one| one["key"] != "sensitive"));
        register(&app, &sale, "a@example.org", json!([]), json!({})).await.fault("/attendees/0/answers", "required");
        let wrong = register(&app, &sale, "a@example.org", json!([
            {"question_id": choice, "value": "bird"}, {"question_id": required, "value": "3029"},
            {"question_id": elsewhere, "value": "x"}, {"question_id": hidden, "value": "x"}
        ]), json!({"language": "xx"})).await;
        for (pointer, code) in [
            ("/attendees/0/answers/0/value", "unknown_option"), ("/attendees/0/answers/1/value", "unknown_municipality"),
            ("/attendees/0/answers/2/question_id", "not_asked"), ("/attendees/0/answers/3/question_id", "unknown_question"), ("/language", "unknown_language"),
        ] {
            wrong.fault(pointer, code);
        }
        assert_eq!(sale.held(&app).await, 0);
        register(&app, &sale, "a@example.org", json!([{"question_id": required, "value": "3222"}, {"question_id": choice, "value": "meat"}]), json!({})).await.expect(202);
        let registration = opened(&app, "a@example.org").await["registration"].clone();
        let answers = &registration["attendees"][0]["answers"];
        assert_eq!(answers[0], json!({"question_id": choice, "wording": 1, "value": "meat", "answered": true, "sensitive": false}));
        assert_eq!(answers[1]["value"], "3222");
        assert_eq!(held(&app, &sale, &choice).await[1], json!({"key": "meat", "held": 1}));
        // What has answers is put otherwise or hidden; its answers keep their meaning.
        let path = format!("/events/{}/questions/{choice}", sale.event);
        app.organiser("DELETE", &path).if_match("*").send().await.problem(409, "in-use");
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"kind": "multiple_choice"})).send().await.problem(409, "in-use");
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"sensitive": true})).send().await.problem(409, "in-use");
        let put = app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"options": [{"key": "soup", "label": "Suppe"}]})).send().await.expect(200);
        assert_eq!((&put["wording"], &put["counts"]), (&json!(2), &json!([{"key": "soup", "held": 0}])));
        let listed = app.organiser("GET", &format!("/events/{}/registrations", sale.event)).send().await.expect(200);
        assert_eq!(listed["items"][0]["attendees"][0]["answers"][0]["wording"], 1);
        register(&app, &sale, "b@example.org", json!([{"question_id": required, "value": "0301"}, {"question_id": choice, "value": "meat"}]), json!({}))
            .await.fault("/attendees/0/answers/1/value", "unknown_option");
        sales::assert_integrity(&app);
    }

    async fn an_answer_stays_when_others_are_given_anew(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let one = ask(&app, &sale, food(Some(1))).await;
        let many = ask(&app, &sale, json!({"label": "Turer", "kind": "multiple_choice", "options": [{"key": "sea", "label": "Sjø"}, {"key": "hill", "label": "Fjell"}]})).await;
        let hidden = ask(&app, &sale, json!({"label": "Rom", "kind": "text"})).await;
        let given = json!([{"question_id": one, "value": "fish"}, {"question_id": many, "value": ["sea", "hill"]}, {"question_id": hidden, "value": "12"}]);
        register(&app, &sale, "a@example.org", given.clone(), json!({})).await.expect(202);
        let own = opened(&app, "a@example.org").await;
        let path = format!("/registration/attendees/{}", own["registration"]["attendees"][0]["id"].as_str().unwrap());
        let change = |answers: Value| app.call("PATCH", &path).bearer(own["access_token"].as_str().unwrap()).if_match("*").patch_json(&json!({"answers": answers})).send();
        let question = |id: &str, body: Value| {
            let path = format!("/events/{}/questions/{id}", sale.event);
            app.organiser("PATCH", &path).if_match("*").patch_json(&body).send()
        };
        question(&hidden, json!({"hidden": true})).await.expect(200);
        question(&one, json!({"options": [{"key": "soup", "label": "Suppe"}]})).await.expect(200);
        question(&many, json!({"options": [{"key": "town", "label": "By"}, {"key": "hill", "label": "Fjell"}]})).await.expect(200);
        let values = |changed: Value| -> Vec<Value> {
            changed["attendees"][0]["answers"].as_array().unwrap().iter().map(|answer| answer["value"].clone()).collect()
        };
        assert_eq!(values(change(given).await.expect(200)), [json!("fish"), json!(["sea", "hill"]), json!("12")]);
        let fewer = change(json!([{"question_id": one, "value": "fish"}, {"question_id": many, "value": ["sea", "town"]}])).await.expect(200);
        assert_eq!(values(fewer), [json!("fish"), json!(["town", "sea"]), json!("12")]);
        let listed = app.organiser("GET", &format!("/events/{}/registrations.csv", sale.event)).send().await;
        assert!(listed.body.contains("Fisk") && listed.body.contains("By; Sjø"), "{}", listed.body);
        change(json!([{"question_id": hidden, "value": "13"}])).await.fault("/answers/0/question_id", "unknown_question");
        let other = change(json!([{"question_id": many, "value": ["hill"]}])).await.expect(200);
        assert_eq!(values(other), [json!(["hill"]), json!("12")]);
        // What was let go is not to be had again.
        change(json!([{"question_id": one, "value": "fish"}])).await.fault("/answers/0/value", "unknown_option");
        change(json!([{"question_id": many, "value": ["sea"]}])).await.fault("/answers/0/value", "unknown_option");
        sales::assert_integrity(&app);
    }

    async fn an_option_is_given_back_with_its_seat(app: TestApp) {
        let sale = OnSale::of_size(&app, 50).await;
        let question = ask(&app, &sale, food(Some(1))).await;
        let fish = json!([{"question_id": question, "value": "fish"}]);
        register(&app, &sale, "a@example.org", fish.clone(), json!({})).await.expect(202);
        let refused = register(&app, &sale, "b@example.org", fish.clone(), json!({})).await;
        let problem = refused.problem(409, "option-full");
        assert_eq!((&problem["question_id"], &problem["option"]), (&json!(question), &json!("fish")));
        assert_eq!(app.get("/events/konferansen/registration-form").send().await.expect(200)["questions"][0]["options"][0]["available"], false);
        assert_eq!(sale.held(&app).await, 1, "nothing of it was stored");
        // Not confirmed in time, and then again.
        app.advance(TimeDelta::hours(3));
        let freed = async { loop { if held(&app, &sale, &question).await[0]["held"] == 0 { break; } } };
        tokio::time::timeout(std::time::Duration::from_secs(10), freed).await.unwrap();
        let access = opened(&app, "a@example.org").await["access_token"].as_str().unwrap().to_owned();
        assert_eq!(held(&app, &sale, &question).await[0]["held"], 1, "a late confirmation takes it again");
        register(&app, &sale, "b@example.org", fish.clone(), json!({})).await.problem(409, "option-full");
        sales::assert_integrity(&app);
        app.call("POST", "/registration/cancel").bearer(&access).if_match("*").send().await.expect(200);
        assert_eq!(held(&app, &sale, &question).await[0]["held"], 0);
        // Two of one party want two.
        let mut body = sale.body("b@example.org");
        let second = json!({"ticket_type_id": sale.ticket, "name": "Ola", "answers": fish});
        body["attendees"][0]["answers"] = fish.clone();
        body["attendees"].as_array_mut().unwrap().push(second);
        app.post(&sale.path(), &body).send().await.problem(409, "option-full");
        body["attendees"][1]["answers"] = json!([]);
        app.post(&sale.path(), &body).send().await.expect(202);
        // A limit below what is held is taken, with a warning.
        let path = format!("/events/{}/questions/{question}", sale.event);
        let smaller = app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"options": [{"key": "fish", "label": "Fisk", "limit": 0}]})).send().await.expect(200);
        assert_eq!((smaller["warnings"].as_array().unwrap().len(), &smaller["counts"][0]["held"]), (1, &json!(1)));
        // An address that is known holds on to what it has, and its second try takes nothing.
        let token = outbox::token(&app, "b@example.org", "confirm_registration");
        confirm(&app, &token).await.expect(200);
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"options": [{"key": "fish", "label": "Fisk", "limit": 2}]})).send().await.expect(200);
        register(&app, &sale, "b@example.org", fish.clone(), json!({})).await.expect(202);
        assert_eq!(held(&app, &sale, &question).await[0]["held"], 1);
        app.organiser("POST", &format!("/events/{}/cancel", sale.event)).send().await.expect(200);
        assert_eq!(held(&app, &sale, &question).await[0]["held"], 0);
        sales::assert_integrity(&app);
    }

    async fn fifty_want_five(app: TestApp) {
        let sale = OnSale::of_size(&app, 100).await;
        let question = ask(&app, &sale, food(Some(5))).await;
        let answers = json!([{"question_id": question, "value": "fish"}]);
        let addresses: Vec<String> = (0..50).map(|index| format!("p{index}@example.org")).collect();
        let tries = addresses.iter().map(|address| register(&app, &sale, address, answers.clone(), json!({})));
        let mut statuses: Vec<u16> = join_all(tries).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [vec![202; 5], vec![409; 45]].concat());
        assert_eq!((held(&app, &sale, &question).await[0]["held"].as_i64(), sale.held(&app).await), (Some(5), 5));
        sales::assert_integrity(&app);
    }

    async fn sensitive_answers_are_nobody_elses(app: TestApp) {
        const CANARY: &str = "KANARIALLERGI";
        let sale = OnSale::of_size(&app, 10).await;
        let question = ask(&app, &sale, json!({"label": "Allergier", "sensitive": true, "delete_after_days": 3})).await;
        let plain = ask(&app, &sale, json!({"label": "Tittel"})).await;
        let form = app.get("/events/konferansen/registration-form").send().await.expect(200);
        let consent = form["consents"].as_array().unwrap().iter().find(|one| one["key"] == "sensitive").unwrap().clone();
        assert_eq!((consent["required"].as_bool(), consent["text"].as_object().unwrap().len()), (Some(false), 2));
        let answers = json!([{"question_id": question, "value": CANARY}, {"question_id": plain, "value": "Rådgiver"}]);
        register(&app, &sale, "kari@example.org", answers.clone(), json!({})).await.fault("/consents/sensitive", "required");
        let attendee = |name: &str, email: Value| json!({"ticket_type_id": sale.ticket, "name": name, "email": email, "answers": answers});
        let body = json!({"attendees": [attendee("Kari", json!("kari@example.org")), attendee("Ola", Value::Null)], "consents": {"sensitive": true}});
        app.post(&sale.path(), &body).send().await.expect(202);
        let opened = opened(&app, "kari@example.org").await;
        let access = opened["access_token"].as_str().unwrap();
        let registration = &opened["registration"];
        assert_eq!(registration["consents"]["sensitive"], true);
        assert_eq!(registration["attendees"][0]["answers"][0]["value"], CANARY, "one's own");
        let masked = json!({"question_id": question, "wording": 1, "value": null, "answered": true, "sensitive": true});
        assert_eq!((&registration["attendees"][1]["answers"][0], &registration["attendees"][1]["answers"][1]["value"]), (&masked, &json!("Rådgiver")));
        let id = registration["id"].as_str().unwrap();
        for path in [format!("/events/{}/registrations", sale.event), format!("/events/{}/registrations/{id}", sale.event), format!("/events/{}/emails", sale.event)] {
            let shown = app.organiser("GET", &path).send().await;
            assert!(shown.status == 200 && !shown.body.contains(CANARY), "{}", shown.body);
        }
        let export = app.call("GET", "/registration/export").bearer(access).send().await.expect(200);
        assert_eq!(export["registration"]["attendees"][0]["answers"][0]["value"], CANARY);
        assert_eq!(export["questions"][0]["label"]["nb"], "Allergier", "with what it was the answer to");
        assert!(outbox::mails_to(&app, "kari@example.org").iter().all(|mail| !format!("{mail:?}").contains(CANARY)));
        // Three days after the event it is gone, and what is not sensitive stays.
        let write = |by: TimeDelta| { app.advance(by); let now = app.clock.now(); Db::write_once::<_, DbError>(&app.state.config.target, |tx| sweep::sweep(tx, now)).unwrap() };
        let ends = chrono::DateTime::parse_from_rfc3339("2027-11-13T00:00:00+01:00").unwrap();
        let until = ends.to_utc() + TimeDelta::days(3) - app.clock.now().utc();
        assert!(!write(until - TimeDelta::minutes(1)), "not yet");
        assert!(write(TimeDelta::minutes(2)));
        assert!(!write(TimeDelta::minutes(2)), "once");
        let listed = app.organiser("GET", &format!("/events/{}/registrations/{id}", sale.event)).send().await.expect(200);
        for attendee in listed["attendees"].as_array().unwrap() {
            assert_eq!(attendee["answers"].as_array().unwrap().len(), 1);
            assert_eq!(attendee["answers"][0]["value"], "Rådgiver");
        }
        let swept = app.organiser("GET", &format!("/events/{}/questions/{question}", sale.event)).send().await.expect(200);
        assert!(swept["answers_deleted_at"].is_string());
        sales::assert_integrity(&app);
    }

    async fn answers_go_with_the_person(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let options = json!([{"key": "kanarivalg", "label": "Nøtter"}, {"key": "milk", "label": "Melk"}]);
        let choice = ask(&app, &sale, json!({"kind": "multiple_choice", "sensitive": true, "options": options})).await;
        let answers = json!([{"question_id": choice, "value": ["milk", "kanarivalg"]}]);
        register(&app, &sale, "kari@example.org", answers, json!({"consents": {"sensitive": true}})).await.expect(202);
        let opened = opened(&app, "kari@example.org").await;
        assert_eq!(held(&app, &sale, &choice).await, json!([{"key": "kanarivalg", "held": 1}, {"key": "milk", "held": 1}]));
        let access = opened["access_token"].as_str().unwrap();
        app.call("DELETE", "/registration").bearer(access).if_match("*").send().await.expect(204);
        assert_eq!(held(&app, &sale, &choice).await[0]["held"], 0);
        let listed = app.organiser("GET", &format!("/events/{}/registrations", sale.event)).send().await;
        assert_eq!(listed.expect(200)["items"][0]["attendees"][0]["answers"], json!([]));
        sales::assert_integrity(&app);
        // Nobody has answered any more, so the question can go.
        app.organiser("DELETE", &format!("/events/{}/questions/{choice}", sale.event)).if_match("*").send().await.expect(204);
    }

    async fn questions_are_their_events_own(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let question = ask(&app, &sale, json!({})).await;
        let other = sales::draft(&app, "another", json!({})).await;
        let path = format!("/events/{other}/questions/{question}");
        app.organiser("GET", &path).send().await.problem(404, "not-found");
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"position": 1})).send().await.problem(404, "not-found");
        app.organiser("GET", &format!("{path}/wordings")).send().await.problem(404, "not-found");
        app.create(&format!("/events/{other}/questions"), &json!({"label": "x", "kind": "date"})).await;
        app.organiser("DELETE", "/events/another").if_match("*").send().await.expect(204);
        app.organiser("POST", &format!("/events/{}/archive", sale.event)).send().await.expect(200);
        let path = format!("/events/{}/questions/{question}", sale.event);
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"position": 1})).send().await.problem(409, "wrong-state");
    }

    async fn answers_are_changed_by_whom_they_belong_to(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let choice = ask(&app, &sale, food(Some(1))).await;
        let allergy = ask(&app, &sale, json!({"label": "Allergi", "sensitive": true})).await;
        let both = json!([{"question_id": choice, "value": "fish"}, {"question_id": allergy, "value": "nøtter"}]);
        let second = json!({"ticket_type_id": sale.ticket, "name": "Ola", "email": "ola@example.org", "answers": [{"question_id": allergy, "value": "melk"}]});
        let mut body = sale.body("kari@example.org");
        body["attendees"][0]["answers"] = both;
        body["attendees"].as_array_mut().unwrap().push(second);
        body["consents"] = json!({"sensitive": true});
        app.post(&sale.path(), &body).send().await.expect(202);
        let opened = opened(&app, "kari@example.org").await;
        let access = opened["access_token"].as_str().unwrap();
        let path = |place: usize| format!("/registration/attendees/{}", opened["registration"]["attendees"][place]["id"].as_str().unwrap());
        let patch = async |place: usize, change: Value| {
            let call = app.call("PATCH", &path(place)).bearer(access).if_match("*");
            call.patch_json(&change).send().await
        };
        // What is not sent stays.
        let renamed = patch(0, json!({"name": "Kari Ny"})).await.expect(200);
        assert_eq!(renamed["attendees"][0]["answers"][0]["value"], "fish");
        assert_eq!(held(&app, &sale, &choice).await[0]["held"], 1);
        // One answers anew, and the option is exchanged.
        let anew = patch(0, json!({"answers": [{"question_id": choice, "value": "meat"}]})).await.expect(200);
        assert_eq!(anew["attendees"][0]["answers"].as_array().unwrap().len(), 1);
        assert_eq!(held(&app, &sale, &choice).await, json!([{"key": "fish", "held": 0}, {"key": "meat", "held": 1}]));
        // The contact does not see what Ola answered, and does not take it away either.
        let others = patch(1, json!({"answers": [{"question_id": choice, "value": "fish"}, {"question_id": allergy, "value": null}]})).await.expect(200);
        assert_eq!(others["attendees"][1]["answers"].as_array().unwrap().len(), 2);
        let own = app.post("/registrations/access", &json!({"token": outbox::token(&app, "ola@example.org", "registration_confirmed")})).send().await.expect(200);
        let shown = own["registration"]["attendees"][0]["answers"].as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(shown, ["fish", "melk"], "an attendee reads their own");
        patch(0, json!({"answers": [{"question_id": choice, "value": "fish"}]})).await.problem(409, "option-full");
        patch(0, json!({"answers": [{"question_id": choice, "value": "bird"}]})).await.fault("/answers/0/value", "unknown_option");
        assert_eq!(held(&app, &sale, &choice).await, json!([{"key": "fish", "held": 1}, {"key": "meat", "held": 1}]));
        sales::assert_integrity(&app);
        // A consent that is withdrawn takes the answers with it.
        let withdrawn = app.call("PATCH", "/registration").bearer(access).if_match("*").patch_json(&json!({"consents": {"sensitive": false}})).send().await.expect(200);
        let kept = withdrawn["attendees"][1]["answers"].as_array().unwrap();
        assert_eq!((kept.len(), &kept[0]["value"]), (1, &json!("fish")));
        patch(0, json!({"answers": [{"question_id": allergy, "value": "nøtter"}]})).await.fault("/answers", "needs_consent");
        // A colleague answers for themselves; one who goes gives the option back.
        let replaced = app.post(&format!("{}/replace", path(1)), &json!({"name": "Per", "answers": []})).bearer(access).send().await.expect(200);
        assert_eq!(replaced["attendees"][1]["answers"], json!([]));
        assert_eq!(held(&app, &sale, &choice).await[0]["held"], 0);
        patch(1, json!({"answers": [{"question_id": choice, "value": "fish"}]})).await.expect(200);
        app.call("POST", &format!("{}/cancel", path(1))).bearer(access).send().await.expect(200);
        assert_eq!(held(&app, &sale, &choice).await[0]["held"], 0);
        sales::assert_integrity(&app);
    }

    async fn who_waits_gets_what_they_chose_with_the_seat(app: TestApp) {
        let sale = OnSale::with(&app, Some(1), json!({"waiting_list": true, "access_code_required": true})).await;
        let choice = ask(&app, &sale, food(Some(1))).await;
        let code = app.create(&format!("/events/{}/access-codes", sale.event), &json!({"code": "hemmelig", "max_uses": 1})).await;
        let fish = json!([{"question_id": choice, "value": "fish"}]);
        let more = json!({"access_code": "hemmelig", "join_waiting_list": true});
        register(&app, &sale, "a@example.org", fish.clone(), more.clone()).await.expect(202);
        let first = opened(&app, "a@example.org").await;
        let waiting = register(&app, &sale, "b@example.org", fish, more).await.expect(202);
        assert_eq!(waiting["leads_to"], "waiting_list", "who waits takes nothing yet");
        opened(&app, "b@example.org").await;
        let uses = async || app.organiser("GET", &format!("/events/{}/access-codes/{}", sale.event, code["id"].as_str().unwrap())).send().await.expect(200)["uses"].clone();
        assert_eq!((uses().await, held(&app, &sale, &choice).await[0]["held"].as_i64()), (json!(1), Some(1)));
        app.call("POST", "/registration/cancel").bearer(first["access_token"].as_str().unwrap()).send().await.expect(200);
        let offer = outbox::token(&app, "b@example.org", "seat_offered");
        assert_eq!((uses().await, held(&app, &sale, &choice).await[0]["held"].as_i64()), (json!(1), Some(1)));
        app.post("/registrations/accept-offer", &json!({"token": offer})).send().await.expect(200);
        assert_eq!((uses().await, held(&app, &sale, &choice).await[0]["held"].as_i64()), (json!(1), Some(1)));
        sales::assert_integrity(&app);
    }
}

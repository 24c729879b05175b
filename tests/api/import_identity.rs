//! Sessions of our own document that are known again by what they are called, and what they are numbered.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::imports::{draft, event, put, release, text, touched};

const DAY: &str = "2027-11-11T";

/// A session at this hour, with more beside it.
fn at(hour: u8, title: &str, more: Value) -> Value {
    let mut session = json!({
        "title": {"nb": title}, "starts_at": format!("{DAY}{hour:02}:00:00+01:00"), "ends_at": format!("{DAY}{hour:02}:30:00+01:00")
    });
    let Value::Object(more) = more else {
        panic!("{more} is no object");
    };
    session.as_object_mut().unwrap().extend(more);
    session
}

/// The document that holds these.
fn document(sessions: &[Value]) -> Value {
    json!({"days": [{"date": "2027-11-11", "sessions": sessions}], "rooms": [], "tracks": [], "speakers": []})
}

async fn import(app: &TestApp, document: &Value) -> Value {
    let body = document.to_string();
    let answer = put(app, "konf", "application/json", body.as_bytes());
    answer.await.expect(200)
}

/// What the sessions of the working copy are known by, in order.
async fn known(app: &TestApp, names: &[&str]) -> Vec<Value> {
    let programme = draft(app, "konf").await.json();
    let days = programme["days"].as_array().unwrap().iter();
    let sessions = days.flat_map(|day| day["sessions"].as_array().unwrap().clone());
    let known = |session: Value| names.iter().map(|name| session[*name].clone()).collect();
    sessions.map(known).collect()
}

fn pause(label: &str) -> Value {
    json!({"id": label, "kind": "break"})
}

on_both_stores! {
    async fn the_same_document_twice_changes_nothing_whatever_it_calls_its_sessions(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        let undated = |label: &str, more: &str| json!({"id": label, "title": "Uten tid", "abstract": more});
        let documents = [
            // A slug and nothing else.
            vec![at(9, "Åpning", json!({"slug": "apning"})), at(10, "Pause", json!({"slug": "pause"})), at(14, "Pause", json!({"slug": "pause-to"}))],
            // Neither; of two that are alike in all but one text, each stays who it was.
            vec![at(9, "Åpning", json!({})), at(10, "Pause", json!({"abstract": "A"})), at(10, "Pause", json!({"abstract": "B"})), json!({"title": "Uten tid"})],
            // Labels, out of order, one of which is the slug of another.
            vec![at(14, "Pause", pause("pause")), at(10, "Pause", pause("1")), undated("uten-tid-2", "A"), undated("uten-tid", "B")],
            // Numbers that stand against the order of the document.
            vec![at(10, "Pause", json!({"number": 900, "abstract": "A"})), at(10, "Pause", json!({"number": 800, "abstract": "B"}))],
            // A UUID of somewhere else.
            vec![at(9, "Åpning", json!({"id": "0f8fad5b-d9cb-469f-a165-70867728950e"})), at(10, "Pause", json!({"slug": "x", "id": "x"}))],
        ];
        for sessions in documents {
            import(&app, &document(&[])).await;
            let body = document(&sessions);
            let report = import(&app, &body).await;
            assert_eq!(touched(&report), [sessions.len(), 0, 0], "{report}");
            let before = draft(&app, "konf").await.json();
            for released in [false, true] {
                let report = import(&app, &body).await;
                assert_eq!((touched(&report), &report["unchanged"]["sessions"]), ([0, 0, 0], &json!(sessions.len())), "{released}: {body}");
                assert_eq!(draft(&app, "konf").await.json()["days"], before["days"]);
                if !released {
                    release(&app, "konf").await;
                }
            }
        }
    }

    async fn an_edited_session_is_who_it_was(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        let sessions = [at(9, "Åpning", json!({"slug": "apning"})), at(10, "Pause", json!({})), at(12, "Pause", json!({})), at(14, "Foredrag", json!({}))];
        import(&app, &document(&sessions)).await;
        let before = known(&app, &["id"]).await;
        // A new title under a slug, a moved break beside one that is not, a title in one more language, and
        // a label that is the slug.
        let edited = [
            at(9, "Velkommen", json!({"slug": "apning"})), at(11, "Pause", json!({})), at(12, "Pause", json!({})),
            at(14, "Foredraget", json!({"id": "foredrag", "title": {"nb": "Foredraget", "en": "The talk"}})),
        ];
        let report = import(&app, &document(&edited)).await;
        assert_eq!(touched(&report), [0, 3, 0], "{report}");
        assert_eq!(known(&app, &["id"]).await, before);
        // A guid that nobody has is somebody new, and a third break is, too.
        let mut more = edited.to_vec();
        more[1]["guid"] = json!("0f8fad5b-d9cb-469f-a165-70867728950e");
        more.push(at(16, "Pause", json!({})));
        let report = import(&app, &document(&more)).await;
        assert_eq!(touched(&report), [1, 1, 0], "the break that gave its name away is the third: {report}");
        let ids = known(&app, &["id"]).await;
        assert_eq!((&ids[0], &ids[2], &ids[3]), (&before[0], &before[2], &before[3]));
        assert!(!before.contains(&ids[1]) && ids[4] == before[1], "{ids:?}");
    }

    async fn choices_of_attendees_stay(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        let body = document(&[at(9, "Verksted", json!({"slug": "verksted", "sign_up": {"capacity": 5}}))]);
        import(&app, &body).await;
        release(&app, "konf").await;
        let quota = app.create("/events/konf/quotas", &json!({"name": "Salen", "size": 10})).await;
        let ticket = app.create("/events/konf/ticket-types", &json!({"name": "I salen", "attendance": "in_person", "quotas": [quota["id"]]})).await;
        let attendee = json!({"ticket_type_id": ticket["id"], "name": "Kari Nordmann", "email": "kari@example.org", "session_ids": ["verksted"]});
        let made = app.create("/events/konf/registrations", &json!({"attendees": [attendee]})).await;
        let path = format!("/events/konf/registrations/{}", made["id"].as_str().unwrap());
        let chosen = async || app.organiser("GET", &path).send().await.expect(200)["attendees"][0]["session_ids"].clone();
        let before = chosen().await;
        assert_eq!(before.as_array().map(Vec::len), Some(1), "{made}");
        let report = import(&app, &body).await;
        assert_eq!(touched(&report), [0, 0, 0], "{report}");
        assert_eq!(chosen().await, before);
    }

    async fn what_was_released_comes_back_under_its_slug(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        let body = document(&[at(9, "Åpning", json!({"slug": "apning"})), at(10, "Pause", json!({"slug": "pause"}))]);
        import(&app, &body).await;
        release(&app, "konf").await;
        let before = known(&app, &["id", "guid", "number"]).await;
        import(&app, &document(&[])).await;
        let report = import(&app, &body).await;
        assert_eq!(touched(&report), [2, 0, 0], "{report}");
        assert_eq!(known(&app, &["id", "guid", "number"]).await, before);
    }

    async fn new_sessions_keep_a_number_that_is_free(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        let make = async |title: &str| app.create("/events/konf/sessions", &json!({"title": title})).await["number"].clone();
        let delete = async |slug: &str| {
            let call = app.organiser("DELETE", &format!("/events/konf/sessions/{slug}")).if_match("*");
            call.send().await.expect(204);
        };
        assert_eq!((make("En").await, make("To").await), (json!(1), json!(2)));
        delete("to").await;
        let number = |hour: u8, number: Value| at(hour, &format!("Kl. {hour}"), json!({"number": number}));
        let there = json!({"title": "En", "number": 77});
        let numbers = [json!(1), json!(2), json!(5), json!(5), json!(0), json!(-3), json!(2_147_483_648_i64), json!(null), json!(4), json!(2_147_483_647)];
        let mut sessions: Vec<Value> = (8..).zip(numbers).map(|(hour, given)| number(hour, given)).collect();
        sessions.push(there);
        import(&app, &document(&sessions)).await;
        let given: Vec<Value> = known(&app, &["number"]).await;
        let expected = [3, 6, 5, 7, 8, 9, 10, 11, 4, 2_147_483_647, 1].map(|number| json!([number]));
        assert_eq!(given, expected);
        // Nor is one that is deleted given again, by whomever.
        delete("kl-17").await;
        delete("kl-10").await;
        assert_eq!(make("Tolv").await, 12);
        import(&app, &document(&[number(20, json!(5)), number(21, json!(100)), number(22, json!(50))])).await;
        assert_eq!(known(&app, &["number"]).await, [13, 100, 50].map(|number| json!([number])));
        assert_eq!(make("Ny").await, 14);
    }

    async fn what_is_hidden_stays(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        for (kind, name) in [("rooms", "Salen"), ("tracks", "Spor"), ("speakers", "Kari")] {
            app.create(&format!("/events/konf/{kind}"), &json!({"name": name})).await;
            app.create(&format!("/events/konf/{kind}"), &json!({"name": format!("{name} skjult"), "hidden": true})).await;
        }
        app.create("/events/konf/sessions", &json!({"title": "Åpning"})).await;
        release(&app, "konf").await;
        let public = text(&app, "/events/konf/programme").await;
        assert!(!public.contains("skjult"), "{public}");
        let before = draft(&app, "konf").await;
        let report = put(&app, "konf", "application/json", public.as_bytes()).await.expect(200);
        assert_eq!((touched(&report), &report["kept"]), ([0, 0, 0], &json!(3)), "{report}");
        assert_eq!(draft(&app, "konf").await.body, before.body);
    }

    async fn who_only_looks_is_refused_like_who_writes(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        app.organiser("POST", "/events/konf/archive").send().await.expect(200);
        let body = document(&[at(9, "Åpning", json!({}))]).to_string().into_bytes();
        let path = "/events/konf/programme";
        for query in ["", "?dry_run=false", "?dry_run=true"] {
            let call = app.organiser("PUT", &format!("{path}{query}")).if_match("*").bytes("application/json", body.clone());
            let refused = call.send().await.problem(409, "wrong-state");
            assert_eq!(refused["state"], "archived", "{query}");
        }
    }

    async fn a_day_is_a_date_or_nothing(app: TestApp) {
        event(&app, "konf", "2027-11-11", "2027-11-12").await;
        let mut body = document(&[at(9, "Åpning", json!({}))]);
        for (date, code) in [(json!("tullball"), "invalid_date"), (json!("2027-02-30"), "invalid_date"), (json!(""), "invalid_date"), (json!(7), "invalid_type")] {
            body["days"][0]["date"] = date;
            put(&app, "konf", "application/json", body.to_string().as_bytes()).await.fault("/days/0/date", code);
        }
        for date in [json!(null), json!("2031-01-01"), json!("2027-11-11")] {
            body["days"][0]["date"] = date;
            import(&app, &body).await;
        }
        let there = draft(&app, "konf").await.json();
        assert_eq!((&there["days"][0]["date"], there["days"].as_array().unwrap().len()), (&json!("2027-11-11"), 1));
    }
}

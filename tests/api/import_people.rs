//! Who people of a schedule are, and what it tells of them.

use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::imports::{draft, event, fixture, put, release, text, touched};

const GUIDS: [&str; 2] = [
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "7c9e6679-7425-40de-944b-e07fc1f90ae7",
];

/// A schedule with these people in each of two sessions.
fn schedule(people: [Value; 2]) -> Value {
    let slots: Vec<Value> = people
        .into_iter()
        .zip(GUIDS)
        .enumerate()
        .map(|(index, (persons, guid))| {
            json!({"guid": guid, "id": index + 1, "date": format!("2027-11-08T{:02}:00:00+01:00", index + 9), "duration": "00:30", "title": "Økt", "persons": persons})
        })
        .collect();
    json!({"schedule": {"base_url": "https://pretalx.example.org/konf/", "conference": {"days": [{"rooms": {"Salen": slots}}]}}})
}

async fn import(app: &TestApp, body: &Value) -> Value {
    let body = body.to_string();
    let answer = put(app, "konf", "application/json", body.as_bytes());
    answer.await.expect(200)
}

async fn speakers(app: &TestApp) -> Vec<Value> {
    let list = app
        .organiser("GET", "/events/konf/speakers?limit=200")
        .send();
    let list = list.await.expect(200);
    list["items"].as_array().unwrap().clone()
}

on_both_stores! {
    async fn who_has_no_name_yet_is_warned_of_and_stays(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let nobody = app.create("/events/konf/speakers", &json!({"position": "Ordfører"})).await;
        assert_eq!(nobody["name"], "");
        let kari = app.create("/events/konf/speakers", &json!({"name": "Kari"})).await;
        let made = app.organiser("POST", "/events/konf/speakers").json(&json!({"name": "  "})).send().await;
        assert_eq!(made.problem(422, "invalid")["errors"][0]["pointer"], "/name");
        // What is read can be sent back.
        let path = format!("/events/konf/speakers/{}", nobody["id"].as_str().unwrap());
        let same = app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"name": nobody["name"]})).send().await;
        assert_eq!(same.expect(200)["name"], "");
        let parts: Vec<Value> = [&nobody, &kari].iter().map(|one| json!({"speaker_id": one["id"]})).collect();
        let session = json!({"title": "Åpning", "starts_at": "2027-11-08T09:00:00+01:00", "ends_at": "2027-11-08T10:00:00+01:00", "speakers": parts});
        let session = app.create("/events/konf/sessions", &session).await;
        let conflicts = async || {
            let found = app.organiser("GET", "/events/konf/programme/conflicts").send().await.expect(200);
            let found = found["conflicts"].as_array().unwrap().clone();
            found.into_iter().filter(|one| one["kind"] == "speaker_without_name").collect::<Vec<_>>()
        };
        assert_eq!(conflicts().await[0]["session_ids"], json!([session["id"]]));
        release(&app, "konf").await;
        // A name that is not there is not said.
        let ics = text(&app, &format!("/events/konf/sessions/{}.ics", session["slug"].as_str().unwrap())).await;
        assert!(ics.contains("DESCRIPTION:Kari"), "{ics}");
        let ld = app.get("/events/konf/programme.jsonld").send().await.body;
        let ld: Value = serde_json::from_str(&ld).unwrap();
        assert_eq!(ld["subEvent"][0]["performer"], json!([{"@type": "Person", "name": "Kari"}]));
        // All forms bring them back as they were.
        for (path, media_type) in [("/events/konf/programme", "application/json"), ("/events/konf/schedule.json", "application/json"), ("/events/konf/schedule.xml", "application/xml")] {
            let exported = text(&app, path).await;
            let report = put(&app, "konf", media_type, exported.as_bytes()).await.expect(200);
            assert_eq!((touched(&report), &report["faults"]), ([0, 0, 0], &json!([])), "{path}: {report}");
        }
        let named = app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"name": "Liv"})).send().await;
        assert_eq!(named.expect(200)["name"], "Liv");
        assert!(conflicts().await.is_empty());
    }

    async fn strangers_without_a_name_are_known_again(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let wanted = schedule([json!([{"guid": GUIDS[1], "name": ""}]), json!([])]);
        let first = import(&app, &wanted).await;
        assert_eq!(first["added"]["speakers"].as_array().unwrap().len(), 1, "{first}");
        let again = import(&app, &wanted).await;
        assert_eq!((touched(&again), &again["faults"]), ([0, 0, 0], &json!([])), "{again}");
        assert_eq!(speakers(&app).await.len(), 1);
    }

    async fn biographies_and_pictures_come_and_go(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let kari = json!({"code": "AAA", "name": "Kari", "biography": "**Leder**\r\n\r\n& far", "avatar": "https://example.org/kari.jpg"});
        let bare = json!({"code": "AAA", "name": "Kari", "biography": null, "avatar": null});
        let ola = |avatar: Value| json!({"code": "BBB", "name": "Ola", "biography": " ", "avatar": avatar});
        let relative = ola(json!("/media/ola.png"));
        // Who is told of twice is told of by what is more.
        let report = import(&app, &schedule([json!([bare]), json!([kari, relative])])).await;
        assert_eq!(report["added"]["speakers"].as_array().unwrap().len(), 2, "{report}");
        let there = speakers(&app).await;
        assert_eq!((&there[0]["bio"], &there[0]["photo_url"]), (&json!({"nb": "**Leder**\r\n\r\n& far"}), &json!("https://example.org/kari.jpg")));
        assert_eq!((&there[1]["bio"], &there[1]["photo_url"]), (&json!({}), &json!("https://pretalx.example.org/media/ola.png")));
        // What another language says, and what a document does not say, stays; what is no address is left out.
        let path = format!("/events/konf/speakers/{}", there[0]["id"].as_str().unwrap());
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"bio": {"en": "Leader"}})).send().await.expect(200);
        for (person, avatar) in [(&kari, json!("javascript:alert(1)")), (&bare, json!("ftp://example.org/x")), (&bare, json!(7)), (&bare, json!("https://a b"))] {
            let report = import(&app, &schedule([json!([person]), json!([person, ola(avatar)])])).await;
            assert_eq!((touched(&report), &report["faults"]), ([0, 0, 0], &json!([])), "{report}");
        }
        release(&app, "konf").await;
        let exported = text(&app, "/events/konf/schedule.json").await;
        let said: Value = serde_json::from_str(&exported).unwrap();
        let person = &said["schedule"]["conference"]["days"][0]["rooms"]["Salen"][0]["persons"][0];
        assert_eq!((&person["biography"], &person["avatar"]), (&kari["biography"], &kari["avatar"]));
        let before = draft(&app, "konf").await;
        let report = put(&app, "konf", "application/json", exported.as_bytes()).await.expect(200);
        assert_eq!(touched(&report), [0, 0, 0], "{report}");
        let mut edited = said;
        edited["schedule"]["conference"]["days"][0]["rooms"]["Salen"][0]["persons"][0]["biography"] = json!("Ny");
        let report = import(&app, &edited).await;
        assert_eq!((touched(&report), &report["changed"]["speakers"][0]["name"]), ([0, 1, 0], &json!("Kari")), "{report}");
        assert_eq!(speakers(&app).await[0]["bio"], json!({"nb": "Ny", "en": "Leader"}));
        assert_ne!(draft(&app, "konf").await.etag(), before.etag());
        let long = json!({"code": "AAA", "name": "Kari", "biography": "x".repeat(200_000)});
        let refused = put(&app, "konf", "application/json", schedule([json!([bare]), json!([long])]).to_string().as_bytes()).await;
        let faults = refused.problem(422, "invalid")["errors"].clone();
        assert_eq!((faults.as_array().unwrap().len(), &faults[0]["pointer"]), (1, &json!("/schedule/conference/days/0/rooms/Salen/1/persons/0/biography")), "{faults}");
    }

    async fn everybody_of_a_real_schedule_is_told_of(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let source: Value = serde_json::from_slice(&fixture()).unwrap();
        import(&app, &source).await;
        let days = source["schedule"]["conference"]["days"].as_array().unwrap().iter();
        let slots = days.flat_map(|day| day["rooms"].as_object().unwrap().values()).flat_map(|room| room.as_array().unwrap());
        let people = slots.flat_map(|slot| slot["persons"].as_array().unwrap());
        let told = |person: &Value| person["biography"].as_str().map(str::to_owned);
        let told: std::collections::BTreeSet<String> = people.filter_map(told).collect();
        let programme = draft(&app, "konf").await.json();
        let there = programme["speakers"].as_array().unwrap().iter();
        let there: std::collections::BTreeSet<String> = there.filter_map(|speaker| speaker["bio"]["nb"].as_str().map(str::to_owned)).collect();
        assert!(!told.is_empty() && there == told);
    }

    async fn namesakes_are_told_apart_by_whatever_a_program_calls_them(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        let person = |key: &str, value: &str| json!({key: value, "name": "Kari Nordmann"});
        for (key, [a, b]) in [("code", ["AAA", "BBB"]), ("guid", GUIDS), ("id", ["1", "2"])] {
            import(&app, &schedule([json!([]), json!([])])).await;
            for speaker in speakers(&app).await {
                let path = format!("/events/konf/speakers/{}", speaker["id"].as_str().unwrap());
                app.organiser("DELETE", &path).if_match("*").send().await.expect(204);
            }
            let body = schedule([json!([person(key, a)]), json!([person(key, b), person(key, a)])]);
            let report = import(&app, &body).await;
            assert_eq!(report["added"]["speakers"].as_array().unwrap().len(), 2, "{key}: {report}");
            let report = import(&app, &body).await;
            assert_eq!(touched(&report), [0, 0, 0], "{key}: {report}");
            let sessions = draft(&app, "konf").await.json()["days"][0]["sessions"].clone();
            let of = |session: usize, part: usize| sessions[session]["speakers"][part]["speaker_id"].clone();
            assert!(of(0, 0) == of(1, 1) && of(0, 0) != of(1, 0), "{key}: {sessions}");
        }
        // A code tells people apart also where a number does not.
        let both = |code: &str| json!({"code": code, "id": 1, "name": "Ola Nordmann"});
        let report = import(&app, &schedule([json!([both("AAA")]), json!([both("BBB")])])).await;
        assert_eq!(report["added"]["speakers"].as_array().unwrap().len(), 2, "{report}");
    }

    async fn who_is_renamed_is_no_second_person(app: TestApp) {
        event(&app, "konf", "2027-11-08", "2027-11-11").await;
        for key in ["guid", "code"] {
            let named = |name: &str| json!({key: GUIDS[0], "name": name});
            let report = import(&app, &schedule([json!([named(&format!("Kari {key}"))]), json!([named("Kari Hansen")])])).await;
            assert_eq!(report["added"]["speakers"].as_array().unwrap().len(), 1, "one document, one person: {report}");
        }
        // Our own ids are kept, so that a new name in what we exported is the same speaker's.
        release(&app, "konf").await;
        let exported = text(&app, "/events/konf/schedule.json").await.replace("Kari code", "Kari Olsen");
        let report = put(&app, "konf", "application/json", exported.as_bytes()).await.expect(200);
        assert_eq!((touched(&report), report["changed"]["speakers"].as_array().unwrap().len()), ([0, 1, 0], 1), "{report}");
    }
}

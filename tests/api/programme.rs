//! Rooms, tracks, speakers and sessions of the working copy.

use kongress::auth::Role;
use kongress::db::DbError;
use kongress::events;
use kongress::ids::SlugOr;
use kongress::programme::sessions;
use serde_json::{Value, json};

use crate::helpers::TestApp;

const EVENT: &str = "/events/konferansen";

async fn event(app: &TestApp) {
    let event = json!({"slug": "konferansen", "title": {"nb": "Konferansen"}, "languages": ["nb", "en"], "starts_on": "2027-11-11", "ends_on": "2027-11-12"});
    app.create("/events", &event).await;
}

async fn make(app: &TestApp, kind: &str, body: &Value) -> Value {
    app.create(&format!("{EVENT}/{kind}"), body).await
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

fn field(list: &Value, name: &str) -> Vec<Value> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item[name].clone()).collect()
}

async fn list(app: &TestApp, path: &str) -> Value {
    app.organiser("GET", &format!("{EVENT}/{path}"))
        .send()
        .await
        .expect(200)
}

on_both_stores! {
    async fn rooms_tracks_and_speakers_live(app: TestApp) {
        event(&app).await;
        for (kind, body, change) in [
            ("rooms", json!({"name": {"nb": "Storsalen"}, "capacity": 600}), json!({"capacity": null})),
            ("tracks", json!({"name": "Forebygging", "color": "#00665E"}), json!({"color": "#ffffff"})),
            ("speakers", json!({"name": "Kari Nordmann", "position": "Leder", "affiliation": "Lørenskog kommune", "bio": "**Kari**", "links": [{"title": "Om", "url": "https://www.example.org/om"}]}), json!({"position": null, "links": []})),
        ] {
            let made = app.organiser("POST", &format!("{EVENT}/{kind}")).json(&body).send().await;
            let thing = made.expect(201);
            let own = format!("{EVENT}/{kind}/{}", id(&thing));
            let read = app.organiser("GET", &own).send().await;
            assert_eq!(read.expect(200), thing);
            assert_eq!(read.etag(), made.etag());
            assert_eq!(list(&app, kind).await["items"], json!([thing]));
            app.organiser("PATCH", &own).patch_json(&change).send().await.problem(428, "precondition-required");
            let changed = app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&change).send().await;
            let now = changed.expect(200);
            for (name, value) in change.as_object().unwrap() {
                assert_eq!(&now[name], value, "{kind}");
            }
            assert_eq!(now["name"], thing["name"], "absent keeps");
            let stale = app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&change).send().await;
            stale.problem(412, "stale");
            assert_eq!(stale.etag(), changed.etag());
            app.organiser("DELETE", &own).send().await.problem(428, "precondition-required");
            app.organiser("DELETE", &own).if_match(&made.etag()).send().await.problem(412, "stale");
            app.organiser("DELETE", &own).if_match(&changed.etag()).send().await.expect(204);
            app.organiser("GET", &own).send().await.problem(404, "not-found");
        }
        let track = make(&app, "tracks", &json!({"name": "A", "color": "#00665E"})).await;
        assert_eq!(track["color"], "#00665e");
    }

    async fn new_rooms_stand_last_and_positions_order(app: TestApp) {
        event(&app).await;
        for name in ["A", "B", "C"] {
            make(&app, "rooms", &json!({"name": name})).await;
        }
        let first = make(&app, "rooms", &json!({"name": "D", "position": 0})).await;
        let rooms = list(&app, "rooms").await;
        assert_eq!(field(&rooms, "position"), [json!(0), json!(0), json!(1), json!(2)]);
        assert_eq!(rooms["items"][1]["id"], first["id"]);
        let paged = list(&app, "rooms?limit=2").await;
        let rest = list(&app, &format!("rooms?limit=2&cursor={}", paged["next_cursor"].as_str().unwrap())).await;
        let mut both = field(&paged, "id");
        both.extend(field(&rest, "id"));
        assert_eq!(both, field(&rooms, "id"));
    }

    async fn faults_of_rooms_tracks_and_speakers(app: TestApp) {
        event(&app).await;
        let post = |kind: &str, body: Value| app.organiser("POST", &format!("{EVENT}/{kind}")).json(&body).send();
        let room = post("rooms", json!({"name": {"de": "Saal"}, "capacity": -1, "position": -1})).await;
        room.fault("/name/de", "unknown_language");
        room.fault("/capacity", "out_of_range");
        room.fault("/position", "out_of_range");
        post("rooms", json!({"name": {}})).await.fault("/name", "required");
        post("rooms", json!({"name": "a", "capacity": 1.5})).await.fault("/capacity", "invalid_type");
        for color in ["00665e", "#00665", "red", "#00665g", ""] {
            post("tracks", json!({"name": "a", "color": color})).await.fault("/color", "invalid_color");
        }
        let speaker = post("speakers", json!({"name": "x".repeat(101), "position": "", "photo_url": "/kari.jpg", "links": [{"url": "https://www.example.org"}, {"title": "\u{202e}", "url": "ftp://example.org"}]})).await;
        for (pointer, code) in [("/name", "invalid_name"), ("/position", "invalid_text"), ("/photo_url", "invalid_url"), ("/links/1/title", "invalid_text"), ("/links/1/url", "invalid_url")] {
            speaker.fault(pointer, code);
        }
        let markup = post("speakers", json!({"name": "Per", "bio": {"nb": "<script>alert(1)</script>[x](javascript:alert(1))"}})).await.expect(201);
        assert!(!markup["bio_html"]["nb"].as_str().unwrap().contains("<script"));
    }

    async fn a_session_has_all_its_fields(app: TestApp) {
        event(&app).await;
        let room = make(&app, "rooms", &json!({"name": "Storsalen"})).await;
        let track = make(&app, "tracks", &json!({"name": "Forebygging"})).await;
        let kari = make(&app, "speakers", &json!({"name": "Kari"})).await;
        let ola = make(&app, "speakers", &json!({"name": "Ola"})).await;
        let made = app.organiser("POST", &format!("{EVENT}/sessions")).json(&json!({
            "title": {"nb": "Oppvekstplanen i Lørenskog", "en": "Growing up"}, "abstract": "**Kort**", "kind": "panel",
            "type_label": {"nb": "Fagforedrag"}, "language": "nn", "starts_at": "2027-11-11T09:13:00Z", "ends_at": "2027-11-11T10:35:00+01:00",
            "room_id": room["id"], "track_id": track["id"],
            "speakers": [{"speaker_id": ola["id"], "role": "moderator"}, {"speaker_id": kari["id"]}],
            "materials": [{"title": {"nb": "Lysark"}, "kind": "slides", "text": [{"page": 1, "text": "Tre grep"}, {"page": 3, "text": "Æ Ø Å\nlinje to"}]},
                          {"title": "Rapport", "kind": "document", "url": "https://www.example.org/rapport.pdf"}],
            "do_not_record": true, "sign_up": {"capacity": 40}})).send().await;
        let session = made.expect(201);
        assert_eq!(session["slug"], "oppvekstplanen-i-lorenskog");
        assert_eq!(session["number"], 1);
        assert_eq!(session["guid"], session["id"]);
        assert_eq!(session["starts_at"], "2027-11-11T10:13:00+01:00", "in the event's zone");
        assert_eq!(session["ends_at"], "2027-11-11T10:35:00+01:00");
        assert_eq!(session["abstract_html"]["nb"].as_str().unwrap().trim(), "<p><strong>Kort</strong></p>");
        assert_eq!(session["speakers"], json!([{"speaker_id": ola["id"], "name": "Ola", "role": "moderator"}, {"speaker_id": kari["id"], "name": "Kari", "role": "speaker"}]));
        assert_eq!(session["materials"][0]["text"][1], json!({"page": 3, "text": "Æ Ø Å\nlinje to"}));
        assert_eq!(session["materials"][1]["url"], "https://www.example.org/rapport.pdf");
        assert_eq!(session["sign_up"], json!({"capacity": 40}));
        let by_slug = app.organiser("GET", &format!("{EVENT}/sessions/oppvekstplanen-i-lorenskog")).send().await;
        assert_eq!(by_slug.expect(200), session);
        assert_eq!(by_slug.etag(), made.etag());

        // A merge patch keeps what it does not name, clears what is null, replaces arrays whole.
        let own = format!("{EVENT}/sessions/{}", id(&session));
        let changed = app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&json!({
            "kind": null, "ends_at": null, "track_id": null, "speakers": [{"speaker_id": kari["id"], "role": "performer"}],
            "materials": [], "sign_up": {"capacity": 0}, "guid": "0f8fad5b-d9cb-469f-a165-70867728950e", "title": {"en": null}})).send().await;
        let now = changed.expect(200);
        assert_eq!((&now["kind"], &now["ends_at"], &now["track_id"]), (&json!("talk"), &json!(null), &json!(null)));
        assert_eq!(now["room_id"], session["room_id"]);
        assert_eq!(now["starts_at"], session["starts_at"]);
        assert_eq!(now["speakers"], json!([{"speaker_id": kari["id"], "name": "Kari", "role": "performer"}]));
        assert_eq!((&now["materials"], &now["sign_up"]), (&json!([]), &json!({"capacity": 0})));
        assert_eq!(now["guid"], "0f8fad5b-d9cb-469f-a165-70867728950e");
        assert_eq!(now["title"], json!({"nb": "Oppvekstplanen i Lørenskog"}));
        assert_eq!((&now["slug"], &now["number"]), (&session["slug"], &session["number"]));
        let stale = app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&json!({})).send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), changed.etag());
        app.organiser("PATCH", &own).patch_json(&json!({})).send().await.problem(428, "precondition-required");
        let reset = app.organiser("PATCH", &own).if_match(&changed.etag()).patch_json(&json!({"guid": null, "slug": null, "sign_up": null, "speakers": null})).send().await.expect(200);
        assert_eq!((&reset["guid"], &reset["slug"], &reset["sign_up"], &reset["speakers"]), (&session["id"], &session["slug"], &json!(null), &json!([])));
    }

    async fn the_tag_of_a_session_follows_the_names_in_it(app: TestApp) {
        event(&app).await;
        let kari = app.organiser("POST", &format!("{EVENT}/speakers")).json(&json!({"name": "Kari"})).send().await;
        let session = make(&app, "sessions", &json!({"title": "Foredrag", "speakers": [{"speaker_id": kari.json()["id"]}]})).await;
        let own = format!("{EVENT}/sessions/{}", id(&session));
        let before = app.organiser("GET", &own).send().await;
        app.organiser("GET", &own).header("if-none-match", &before.etag()).send().await.expect(304);
        app.organiser("PATCH", &format!("{EVENT}/speakers/{}", id(&kari.json()))).if_match(&kari.etag()).patch_json(&json!({"name": "Kari Nordmann"})).send().await.expect(200);
        let after = app.organiser("GET", &own).header("if-none-match", &before.etag()).send().await;
        assert_eq!(after.expect(200)["speakers"][0]["name"], "Kari Nordmann");
    }

    async fn slugs_and_guids_are_unique_and_numbers_never_come_back(app: TestApp) {
        event(&app).await;
        let mut slugs = Vec::new();
        for title in ["Åpning: æ, ø & å!", "Pause", "Pause", "Pause", "日本"] {
            slugs.push(make(&app, "sessions", &json!({"title": title})).await["slug"].clone());
        }
        assert_eq!(slugs, ["apning-ae-o-a", "pause", "pause-2", "pause-3", "session"]);
        let post = |body: Value| app.organiser("POST", &format!("{EVENT}/sessions")).json(&body).send();
        let taken = post(json!({"title": "A", "slug": "pause"})).await.problem(409, "slug-taken");
        assert_eq!(taken["errors"][0]["pointer"], "/slug");
        let guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let sixth = post(json!({"title": "A", "guid": guid})).await;
        let taken = post(json!({"title": "B", "guid": guid.to_uppercase()})).await.problem(409, "slug-taken");
        assert_eq!(taken["errors"][0]["pointer"], "/guid");
        post(json!({"title": "A", "slug": "Å", "guid": "x"})).await.fault("/slug", "invalid_slug");
        // Refused ones took no number for good; deleted ones did.
        let sixth_number = sixth.expect(201)["number"].as_i64().unwrap();
        assert_eq!(sixth_number, 6);
        app.organiser("DELETE", &format!("{EVENT}/sessions/{}", id(&sixth.json()))).if_match(&sixth.etag()).send().await.expect(204);
        assert_eq!(make(&app, "sessions", &json!({"title": "C", "guid": guid})).await["number"], 7);
        // The same slug in another event is free; a change onto a taken one is not.
        app.create("/events", &json!({"slug": "en-annen", "title": "En annen"})).await;
        app.create("/events/en-annen/sessions", &json!({"title": "Pause", "slug": "pause"})).await;
        let c = app.organiser("GET", &format!("{EVENT}/sessions/c")).send().await;
        let taken = app.organiser("PATCH", &format!("{EVENT}/sessions/c")).if_match(&c.etag()).patch_json(&json!({"slug": "pause-2"})).send().await.problem(409, "slug-taken");
        assert_eq!(taken["errors"][0]["pointer"], "/slug");
        app.organiser("PATCH", &format!("{EVENT}/sessions/c")).if_match(&c.etag()).patch_json(&json!({"slug": "c", "title": "Cæ"})).send().await.expect(200);
    }

    async fn all_faults_of_a_session_are_told_at_once(app: TestApp) {
        event(&app).await;
        let kari = id(&make(&app, "speakers", &json!({"name": "Kari"})).await);
        app.create("/events", &json!({"slug": "en-annen", "title": "En annen"})).await;
        let foreign_room = app.create("/events/en-annen/rooms", &json!({"name": "Deres sal"})).await;
        let foreign_speaker = app.create("/events/en-annen/speakers", &json!({"name": "Deres"})).await;
        let answer = app.organiser("POST", &format!("{EVENT}/sessions")).json(&json!({
            "slug": "-", "guid": "x", "title": {"de": "Titel"}, "abstract": {"sv": "x"}, "language": "norsk språk", "starts_at": "2027-11-11T10:00:00", "ends_at": "2027-11-11T09:00:00Z",
            "room_id": foreign_room["id"], "track_id": "nope", "sign_up": {"capacity": -1},
            "speakers": [{"speaker_id": foreign_speaker["id"]}, {"speaker_id": kari}, {"speaker_id": kari, "role": "panelist"}],
            "materials": [{"title": "", "kind": "slides"}, {"title": "B", "kind": "link", "url": "x"},
                          {"title": "C", "kind": "slides", "text": [{"page": 0, "text": "a"}, {"page": 2, "text": "b"}, {"page": 2, "text": "c"}, {"page": 1, "text": "d"}, {"page": 3, "text": "\u{1}"}]}]})).send().await;
        for (pointer, code) in [
            ("/slug", "invalid_slug"), ("/guid", "invalid_uuid"), ("/title/de", "unknown_language"), ("/abstract/sv", "unknown_language"), ("/language", "invalid_language"), ("/starts_at", "invalid_instant"),
            ("/room_id", "unknown_room"), ("/track_id", "unknown_track"), ("/sign_up/capacity", "out_of_range"),
            ("/speakers/0/speaker_id", "unknown_speaker"), ("/speakers/2/speaker_id", "duplicate"),
            ("/materials/0", "required"), ("/materials/0/title", "required"), ("/materials/1/url", "invalid_url"),
            ("/materials/2/text/0/page", "out_of_range"), ("/materials/2/text/2/page", "not_ascending"), ("/materials/2/text/3/page", "not_ascending"), ("/materials/2/text/4/text", "invalid_text"),
        ] {
            answer.fault(pointer, code);
        }
        let post = |body: Value| app.organiser("POST", &format!("{EVENT}/sessions")).json(&body).send();
        post(json!({"title": "A", "starts_at": "2027-11-11T10:00:00Z", "ends_at": "2027-11-11T10:00:00Z"})).await.fault("/ends_at", "ends_before_start");
        post(json!({"title": "A", "ends_at": "2027-11-11T10:00:00Z"})).await.fault("/starts_at", "required");
        post(json!({"title": "A", "kind": "lecture"})).await.fault("/kind", "invalid_value");
        post(json!({"title": "A", "recording": true})).await.fault("/recording", "unknown_field");
        post(json!({"title": "A", "number": 7})).await.fault("/number", "unknown_field");
        let many: Vec<Value> = (0..51).map(|_| json!({"title": "m", "kind": "link", "url": "https://www.example.org"})).collect();
        post(json!({"title": "A", "materials": many})).await.fault("/materials", "too_many");
        assert_eq!(list(&app, "sessions").await["items"], json!([]), "nothing was stored");
        // Outside the dates of the event is no fault.
        post(json!({"title": "Kvelden før", "starts_at": "2027-11-10T19:00:00+01:00"})).await.expect(201);
    }

    async fn an_event_to_be_announced_has_no_times(app: TestApp) {
        let made = app.organiser("POST", "/events").json(&json!({"slug": "konferansen", "title": "Konferansen"})).send().await;
        let refused = app.organiser("POST", &format!("{EVENT}/sessions")).json(&json!({"title": "A", "starts_at": "2027-11-11T10:00:00Z", "ends_at": "2027-11-11T11:00:00Z"})).send().await;
        refused.fault("/starts_at", "event_undated");
        refused.fault("/ends_at", "event_undated");
        make(&app, "sessions", &json!({"title": "A"})).await;
        let dated = app.organiser("PATCH", EVENT).if_match(&made.etag()).patch_json(&json!({"starts_on": "2027-11-11", "ends_on": "2027-11-11"})).send().await;
        dated.expect(200);
        make(&app, "sessions", &json!({"title": "B", "starts_at": "2027-11-11T10:00:00Z"})).await;
        app.organiser("PATCH", EVENT).if_match(&dated.etag()).patch_json(&json!({"starts_on": null, "ends_on": null})).send().await.fault("/starts_on", "has_timed_sessions");
    }

    async fn sessions_are_filtered_and_ordered(app: TestApp) {
        event(&app).await;
        let room = make(&app, "rooms", &json!({"name": "Storsalen"})).await;
        let track = make(&app, "tracks", &json!({"name": "Forebygging"})).await;
        let kari = make(&app, "speakers", &json!({"name": "Kari"})).await;
        make(&app, "sessions", &json!({"title": "Uten tid", "track_id": track["id"]})).await;
        make(&app, "sessions", &json!({"title": "Ettermiddag", "starts_at": "2027-11-11T13:00:00+01:00", "room_id": room["id"]})).await;
        make(&app, "sessions", &json!({"title": "Morgen", "starts_at": "2027-11-11T09:00:00+01:00", "kind": "keynote", "speakers": [{"speaker_id": kari["id"]}]})).await;
        // 00:30 in Oslo is the next day there and still the day before in UTC.
        make(&app, "sessions", &json!({"title": "Nattkino", "abstract": {"en": "ÅRETS film"}, "starts_at": "2027-11-12T00:30:00+01:00", "kind": "film"})).await;
        make(&app, "sessions", &json!({"title": "Samtidig", "starts_at": "2027-11-11T13:00:00+01:00"})).await;
        let slugs = |query: String| { let app = &app; async move { field(&list(app, &format!("sessions{query}")).await, "slug") } };
        assert_eq!(slugs(String::new()).await, ["morgen", "ettermiddag", "samtidig", "nattkino", "uten-tid"]);
        assert_eq!(slugs("?day=2027-11-11".into()).await, ["morgen", "ettermiddag", "samtidig"]);
        assert_eq!(slugs("?day=2027-11-12".into()).await, ["nattkino"]);
        assert_eq!(slugs("?kind=film".into()).await, ["nattkino"]);
        assert_eq!(slugs("?kind=social".into()).await, [] as [&str; 0]);
        assert_eq!(slugs(format!("?room={}", id(&room))).await, ["ettermiddag"]);
        assert_eq!(slugs(format!("?track={}", id(&track))).await, ["uten-tid"]);
        assert_eq!(slugs(format!("?speaker={}", id(&kari))).await, ["morgen"]);
        assert_eq!(slugs(format!("?speaker={}", id(&room))).await, [] as [&str; 0]);
        assert_eq!(slugs("?q=%C3%A5rets".into()).await, ["nattkino"], "also æ, ø and å in either case");
        assert_eq!(slugs("?q=%25".into()).await, [] as [&str; 0]);
        let organiser = |query: &str| app.organiser("GET", &format!("{EVENT}/sessions?{query}")).send();
        organiser("day=11.11.2027").await.fault("/day", "invalid_date");
        organiser("room=storsalen").await.fault("/room", "invalid_type");
        organiser("sort=title").await.fault("/sort", "unknown_field");
        organiser("limit=0").await.fault("/limit", "invalid_limit");
        let draft = list(&app, "programme").await;
        assert_eq!((&draft["version"], &draft["released_at"], &draft["recordings"]), (&json!(0), &json!(null), &json!([])));
        assert_eq!(draft["event"]["slug"], "konferansen");
        let days: Vec<Value> = draft["days"].as_array().unwrap().iter().map(|day| json!([day["date"], day["sessions"].as_array().unwrap().len()])).collect();
        assert_eq!(days, [json!(["2027-11-11", 3]), json!(["2027-11-12", 1]), json!([null, 1])]);
        assert_eq!(draft["speakers"][0]["name"], "Kari");
    }

    async fn a_long_list_never_skips_or_repeats_while_others_insert(app: TestApp) {
        event(&app).await;
        insert_sessions(&app, 230).await;
        let (mut seen, mut cursor) = (Vec::new(), None);
        let mut page_number = 0;
        loop {
            let after = cursor.map(|cursor: String| format!("&cursor={cursor}")).unwrap_or_default();
            let page = list(&app, &format!("sessions?limit=23{after}")).await;
            seen.extend(field(&page, "number").iter().map(|number| number.as_i64().unwrap()));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() { break; }
            // One before everything that was seen, one in the middle, one at the end.
            for start in [Some("2027-11-11T00:00:00Z"), Some("2027-11-11T12:00:00Z"), None] {
                make(&app, "sessions", &json!({"title": format!("Ny {page_number}"), "starts_at": start})).await;
            }
            page_number += 1;
        }
        assert!(page_number >= 10, "{page_number}");
        let mut old: Vec<i64> = seen.iter().copied().filter(|number| *number <= 230).collect();
        old.sort_unstable();
        assert_eq!(old, (1..=230).collect::<Vec<i64>>(), "each of the first once");
        seen.sort_unstable();
        let all = seen.len();
        seen.dedup();
        assert_eq!(seen.len(), all, "none twice");
        let found = list(&app, "sessions?q=nr%207&limit=3").await;
        assert_eq!(field(&found, "number"), [json!(7), json!(70), json!(71)]);
        let cursor = found["next_cursor"].as_str().unwrap();
        assert_eq!(field(&list(&app, &format!("sessions?q=nr%207&limit=3&cursor={cursor}")).await, "number"), [json!(73), json!(74), json!(76)], "those without a time come last");
    }

    async fn what_is_used_is_not_deleted(app: TestApp) {
        event(&app).await;
        let things = [
            ("rooms", make(&app, "rooms", &json!({"name": "Storsalen"})).await),
            ("tracks", make(&app, "tracks", &json!({"name": "Forebygging"})).await),
            ("speakers", make(&app, "speakers", &json!({"name": "Kari"})).await),
        ];
        let [room, track, kari] = [0, 1, 2].map(|index| things[index].1["id"].clone());
        make(&app, "sessions", &json!({"title": "Åpning", "room_id": room, "track_id": track, "speakers": [{"speaker_id": kari}]})).await;
        let delete = |kind: &str, thing: &Value| {
            let own = format!("{EVENT}/{kind}/{}", id(thing));
            let app = &app;
            async move { app.organiser("DELETE", &own).if_match("\"v1\"").send().await }
        };
        for (kind, thing) in &things {
            let refused = delete(kind, thing).await.problem(409, "in-use");
            assert!(refused["detail"].as_str().unwrap().contains("apning"), "{refused}");
        }
        app.create(&format!("{EVENT}/programme/releases"), &json!({})).await;
        let session = app.organiser("GET", &format!("{EVENT}/sessions/apning")).send().await;
        app.organiser("DELETE", &format!("{EVENT}/sessions/apning")).if_match(&session.etag()).send().await.expect(204);
        for (kind, thing) in &things {
            let refused = delete(kind, thing).await.problem(409, "in-use");
            assert_eq!(refused["detail"], "It is used by releases: 1.", "{kind}");
        }
        let unused = make(&app, "rooms", &json!({"name": "Tom"})).await;
        delete("rooms", &unused).await.expect(204);
    }

    async fn nobody_elses_event_and_no_archived_one_is_edited(app: TestApp) {
        event(&app).await;
        let bodies = [("rooms", json!({"name": "A"})), ("tracks", json!({"name": "A"})), ("speakers", json!({"name": "A"})), ("sessions", json!({"title": "A"}))];
        let stranger = app.token_of("ks", Role::Owner);
        let reader = app.token_of("bufdir", Role::Reader);
        app.create("/events", &json!({"slug": "en-annen", "title": "En annen"})).await;
        let mut own = Vec::new();
        for (kind, body) in &bodies {
            let made = app.organiser("POST", &format!("{EVENT}/{kind}")).json(body).send().await;
            made.expect(201);
            let path = format!("/organiser{EVENT}/{kind}/{}", id(&made.json()));
            app.get(&path).bearer(&stranger).send().await.problem(404, "not-found");
            app.get(&format!("/organiser{EVENT}/{kind}")).bearer(&stranger).send().await.problem(404, "not-found");
            app.get(&path.replace("konferansen", "en-annen")).bearer(&app.token).send().await.problem(404, "not-found");
            app.call("PATCH", &path).bearer(&stranger).if_match("*").patch_json(&json!({})).send().await.problem(404, "not-found");
            app.call("DELETE", &path).bearer(&stranger).if_match("*").send().await.problem(404, "not-found");
            app.post(&format!("/organiser{EVENT}/{kind}"), body).bearer(&stranger).send().await.problem(404, "not-found");
            app.get(&path).bearer(&reader).send().await.expect(200);
            app.call("DELETE", &path).bearer(&reader).if_match("*").send().await.problem(403, "not-allowed");
            app.get(&format!("/organiser{EVENT}/{kind}/nothing")).bearer(&app.token).send().await.problem(404, "not-found");
            own.push((path, made.etag()));
        }
        for path in ["programme", "programme/diff", "programme/conflicts", "programme/releases", "programme/releases/1"] {
            app.get(&format!("/organiser{EVENT}/{path}")).bearer(&stranger).send().await.problem(404, "not-found");
        }
        app.organiser("POST", &format!("{EVENT}/publish")).send().await.expect(200);
        app.organiser("POST", &format!("{EVENT}/archive")).send().await.expect(200);
        for ((path, tag), (kind, body)) in own.iter().zip(&bodies) {
            app.get(path).bearer(&app.token).send().await.expect(200);
            app.post(&format!("/organiser{EVENT}/{kind}"), body).bearer(&app.token).send().await.problem(409, "wrong-state");
            app.call("PATCH", path).bearer(&app.token).if_match(tag).patch_json(body).send().await.problem(409, "wrong-state");
            app.call("DELETE", path).bearer(&app.token).if_match(tag).send().await.problem(409, "wrong-state");
        }
        app.organiser("POST", &format!("{EVENT}/programme/releases")).json(&json!({})).send().await.problem(409, "wrong-state");
        app.organiser("POST", &format!("{EVENT}/reopen")).send().await.expect(200);
        make(&app, "rooms", &json!({"name": "B"})).await;
    }

    async fn many_make_sessions_at_once(app: TestApp) {
        event(&app).await;
        let calls = (0..20).map(|_| app.organiser("POST", &format!("{EVENT}/sessions")).json(&json!({"title": "Pause"})).send());
        let answers = futures_util::future::join_all(calls).await;
        let mut numbers: Vec<i64> = answers.iter().map(|answer| answer.expect(201)["number"].as_i64().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<i64>>());
        let slugs: std::collections::HashSet<String> = answers.iter().map(|answer| answer.json()["slug"].to_string()).collect();
        assert_eq!(slugs.len(), 20);
        // Two editors of one session: one wins, the others are told.
        let own = format!("{EVENT}/sessions/pause");
        let tag = app.organiser("GET", &own).send().await.etag();
        let edits = (0..8).map(|n| app.organiser("PATCH", &own).if_match(&tag).patch_json(&json!({"title": format!("Redigert {n}")})).send());
        let answers = futures_util::future::join_all(edits).await;
        let current = app.organiser("GET", &own).send().await;
        let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(winners.len(), 1);
        assert_eq!(winners[0].json(), current.json());
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            loser.problem(412, "stale");
            assert_eq!(loser.etag(), current.etag());
        }
    }

    async fn a_repeated_request_makes_one_session(app: TestApp) {
        event(&app).await;
        let post = || app.organiser("POST", &format!("{EVENT}/sessions")).header("idempotency-key", "en-nokkel").json(&json!({"title": "Pause"})).send();
        let (first, second) = (post().await, post().await);
        assert_eq!(first.expect(201), second.expect(201));
        assert_eq!(second.header("idempotent-replayed"), "true");
        assert_eq!(list(&app, "sessions").await["items"].as_array().unwrap().len(), 1);
    }

    async fn conflicts_warn_and_never_block(app: TestApp) {
        event(&app).await;
        let room = make(&app, "rooms", &json!({"name": "Storsalen"})).await;
        let kari = make(&app, "speakers", &json!({"name": "Kari"})).await;
        for (title, from, until) in [("A", "09", "11"), ("B", "10", "12"), ("C", "12", "13")] {
            make(&app, "sessions", &json!({"title": title, "room_id": room["id"], "speakers": [{"speaker_id": kari["id"]}], "starts_at": format!("2027-11-11T{from}:00:00Z"), "ends_at": format!("2027-11-11T{until}:00:00Z")})).await;
        }
        make(&app, "sessions", &json!({"title": "Før", "starts_at": "2027-11-10T09:00:00Z"})).await;
        let found = list(&app, "programme/conflicts").await;
        let kinds: Vec<Value> = found["conflicts"].as_array().unwrap().iter().map(|conflict| conflict["kind"].clone()).collect();
        assert_eq!(kinds, ["outside_dates", "room", "speaker"]);
        let released = app.create(&format!("{EVENT}/programme/releases"), &json!({})).await;
        assert_eq!(released["warnings"], found["conflicts"]);
    }
}

/// Straight through the actions, in one transaction, as a loader of data would.
async fn insert_sessions(app: &TestApp, count: u32) {
    let now = app.clock.now();
    let made = app.state.db.write(move |tx| {
        let id = find_event(tx)?;
        let event = events::hold(tx, id).map_err(|stop| DbError::internal(format!("{stop:?}")))?;
        for n in 1..=count {
            let start = (n % 3 != 0).then(|| format!("2027-11-11T{:02}:00:00Z", 8 + n / 20 % 12));
            let input = serde_json::from_value::<sessions::input::SessionInput>(
                json!({"title": format!("Økt nr {n}"), "starts_at": start}),
            );
            let input = input.map_err(DbError::internal)?;
            sessions::actions::create(tx, now, &event, &input)
                .map_err(|stop| DbError::internal(format!("{stop:?}")))?;
        }
        Ok::<_, DbError>(())
    });
    made.await.unwrap();
}

fn find_event(tx: &mut kongress::db::Conn) -> Result<kongress::ids::EventId, DbError> {
    let organisation = kongress::organisations::store::find_by_slug(tx, "bufdir")?.unwrap();
    let event = events::find_owned(tx, organisation.id, &SlugOr::Slug("konferansen".into()))?;
    Ok(event.unwrap().id)
}

//! Rooms, tracks and speakers of the working copy, and the working copy as a whole.

use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::TestApp;

pub const EVENT: &str = "/events/konferansen";

pub async fn event(app: &TestApp) {
    let event = json!({"slug": "konferansen", "title": {"nb": "Konferansen"}, "languages": ["nb", "en"], "starts_on": "2027-11-11", "ends_on": "2027-11-12"});
    app.create("/events", &event).await;
}

pub async fn make(app: &TestApp, kind: &str, body: &Value) -> Value {
    app.create(&format!("{EVENT}/{kind}"), body).await
}

pub fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

pub fn field(list: &Value, name: &str) -> Vec<Value> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item[name].clone()).collect()
}

pub async fn list(app: &TestApp, path: &str) -> Value {
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
        assert_eq!(kinds, ["outside_dates", "no_room", "room", "speaker"]);
        let released = app.create(&format!("{EVENT}/programme/releases"), &json!({})).await;
        assert_eq!(released["warnings"], found["conflicts"]);
    }
}

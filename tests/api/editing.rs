//! Editing together: orders, shifts, going back to a version, and what is hidden.

use serde_json::{Value, json};

use crate::helpers::TestApp;

const EVENT: &str = "/events/konferansen";

async fn event(app: &TestApp, day: &str) {
    let body =
        json!({"title": "Konferansen", "slug": "konferansen", "starts_on": day, "ends_on": day});
    app.create("/events", &body).await;
    app.organiser("POST", &format!("{EVENT}/publish"))
        .send()
        .await
        .expect(200);
}

async fn make(app: &TestApp, rest: &str, body: &Value) -> Value {
    app.create(&format!("{EVENT}/{rest}"), body).await
}

async fn read(app: &TestApp, rest: &str) -> Value {
    app.organiser("GET", &format!("{EVENT}/{rest}"))
        .send()
        .await
        .expect(200)
}

async fn change(app: &TestApp, rest: &str, body: &Value) -> Value {
    let path = format!("{EVENT}/{rest}");
    let tag = app.organiser("GET", &path).send().await.etag();
    app.organiser("PATCH", &path)
        .if_match(&tag)
        .patch_json(body)
        .send()
        .await
        .expect(200)
}

fn ids(list: &Value) -> Vec<Value> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].clone()).collect()
}

async fn session(app: &TestApp, title: &str, from: &str, until: &str, room: &Value) -> Value {
    make(
        app,
        "sessions",
        &json!({"title": title, "starts_at": from, "ends_at": until, "room_id": room["id"]}),
    )
    .await
}

async fn make_shift(app: &TestApp, from: &str) -> Value {
    app.organiser("POST", &format!("{EVENT}/session-shifts"))
        .json(&json!({"from": from, "minutes": 15}))
        .send()
        .await
        .expect(200)
}

on_both_stores! {
    async fn rooms_and_tracks_are_ordered_in_one_request(app: TestApp) {
        event(&app, "2027-11-11").await;
        for noun in ["room", "track"] {
            let list = format!("{noun}s");
            for name in ["A", "B", "C"] {
                make(&app, &list, &json!({"name": name})).await;
            }
            let before = app.organiser("GET", &format!("{EVENT}/{list}")).send().await;
            let tag = before.etag();
            let mut order = ids(&before.json());
            order.reverse();
            let path = format!("{EVENT}/{noun}-order");
            let put = |order: &[Value], tag: &str| app.organiser("PUT", &path).if_match(tag).json(&json!({"ids": order})).send();
            app.organiser("PUT", &path).json(&json!({"ids": order})).send().await.problem(428, "precondition-required");
            put(&order[1..], &tag).await.fault("/ids", &format!("missing_{noun}"));
            let put_answer = put(&order, &tag).await;
            assert_eq!(ids(&put_answer.expect(200)), order);
            assert_eq!(ids(&read(&app, &list).await), order);
            let now = app.organiser("GET", &format!("{EVENT}/{list}?limit=1")).send().await.etag();
            assert_eq!(now, put_answer.etag());
            let stale = put(&order, &tag).await;
            stale.problem(412, "stale");
            assert_eq!(stale.etag(), now, "the second editor learns the current version");
        }
    }

    async fn everything_is_later_or_nothing_is(app: TestApp) {
        event(&app, "2027-11-11").await;
        let hall = make(&app, "rooms", &json!({"name": "Salen"})).await;
        let other = make(&app, "rooms", &json!({"name": "Kjelleren"})).await;
        session(&app, "Tidlig", "2027-11-11T09:00:00+01:00", "2027-11-11T10:00:00+01:00", &hall).await;
        session(&app, "Sen", "2027-11-11T10:00:00+01:00", "2027-11-11T11:00:00+01:00", &hall).await;
        session(&app, "Nede", "2027-11-11T10:00:00+01:00", "2027-11-11T10:30:00+01:00", &other).await;
        let path = format!("{EVENT}/session-shifts");
        let body = json!({"from": "2027-11-11T10:00:00+01:00", "minutes": 15, "room_id": hall["id"]});
        let shift = || app.organiser("POST", &path).header("idempotency-key", "later").json(&body).send();
        let moved = shift().await.expect(200);
        assert_eq!(moved["sessions"].as_array().unwrap().len(), 1);
        assert_eq!((&moved["sessions"][0]["starts_at"], &moved["sessions"][0]["ends_at"]), (&json!("2027-11-11T10:15:00+01:00"), &json!("2027-11-11T11:15:00+01:00")));
        assert_eq!(moved["warnings"], json!([]));
        assert_eq!(shift().await.header("idempotent-replayed"), "true");
        assert_eq!(read(&app, "sessions/sen").await["starts_at"], "2027-11-11T10:15:00+01:00", "once");
        assert_eq!(read(&app, "sessions/nede").await["starts_at"], "2027-11-11T10:00:00+01:00");
        assert_eq!(read(&app, "sessions/tidlig").await["starts_at"], "2027-11-11T09:00:00+01:00");
        for (body, pointer, code) in [
            (json!({"from": "10:00", "minutes": 15}), "/from", "invalid_instant"),
            (json!({"from": "2027-11-11T10:00:00Z", "minutes": 0}), "/minutes", "out_of_range"),
            (json!({"from": "2027-11-11T10:00:00Z", "minutes": 1, "room_id": "x"}), "/room_id", "unknown_room"),
        ] {
            app.organiser("POST", &path).json(&body).send().await.fault(pointer, code);
        }
    }

    async fn a_shift_knows_the_change_of_the_clock(app: TestApp) {
        event(&app, "2026-03-29").await;
        let hall = make(&app, "rooms", &json!({"name": "Salen"})).await;
        session(&app, "Nattkafe", "2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", &hall).await;
        let after = session(&app, "Etterpå", "2026-03-29T03:30:00+02:00", "2026-03-29T04:00:00+02:00", &hall).await;
        assert_eq!(read(&app, "programme/conflicts").await["conflicts"], json!([]), "one follows the other");
        let shift = |from: &str, minutes: i32| app.organiser("POST", &format!("{EVENT}/session-shifts")).json(&json!({"from": from, "minutes": minutes})).send();
        let moved = shift("2026-03-29T00:00:00+01:00", 45).await.expect(200);
        let night = &moved["sessions"][0];
        assert_eq!((&night["starts_at"], &night["ends_at"]), (&json!("2026-03-29T03:00:00+02:00"), &json!("2026-03-29T04:15:00+02:00")));
        assert_eq!((&moved["warnings"][0]["code"], &moved["warnings"][0]["session_id"]), (&json!("nonexistent_local_time"), &night["id"]));
        assert_eq!(moved["warnings"].as_array().unwrap().len(), 1);
        assert_eq!(moved["sessions"][1]["id"], after["id"]);
    }

    async fn a_version_comes_back_and_what_was_made_since_stays(app: TestApp) {
        event(&app, "2027-11-11").await;
        let hall = make(&app, "rooms", &json!({"name": "Salen"})).await;
        let kept = session(&app, "Åpning", "2027-11-11T09:00:00+01:00", "2027-11-11T10:00:00+01:00", &hall).await;
        let gone = session(&app, "Debatt", "2027-11-11T10:00:00+01:00", "2027-11-11T11:00:00+01:00", &hall).await;
        let released = make(&app, "programme/releases", &json!({})).await;
        assert_eq!(released["version"], 1);
        let tag = app.organiser("GET", &format!("{EVENT}/sessions/debatt")).send().await.etag();
        app.organiser("DELETE", &format!("{EVENT}/sessions/debatt")).if_match(&tag).send().await.expect(204);
        change(&app, "sessions/apning", &json!({"title": "Velkommen", "do_not_record": true})).await;
        change(&app, &format!("rooms/{}", hall["id"].as_str().unwrap()), &json!({"name": "Aulaen"})).await;
        let new = make(&app, "sessions", &json!({"title": "Nyhet"})).await;
        let path = format!("{EVENT}/programme/restore");
        let restore = |version: i32| app.organiser("POST", &path).json(&json!({"version": version})).send();
        let done = restore(1).await.expect(200);
        let named = |list: &str| done[list].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
        assert_eq!((named("restored"), named("recreated"), named("kept")), (vec![kept["id"].clone()], vec![gone["id"].clone()], vec![new["id"].clone()]));
        assert_eq!((&done["rooms"], &done["tracks"], &done["speakers"]), (&json!([hall["id"]]), &json!([]), &json!([])));
        let back = read(&app, "sessions/debatt").await;
        for same in ["id", "slug", "guid", "number", "title", "starts_at", "ends_at", "room_id"] {
            assert_eq!(back[same], gone[same], "{same}");
        }
        let opening = read(&app, "sessions/apning").await;
        assert_eq!((&opening["title"]["nb"], &opening["do_not_record"]), (&json!("Åpning"), &json!(true)));
        assert_eq!(read(&app, "sessions/nyhet").await["id"], new["id"]);
        let again = restore(1).await.expect(200);
        assert_eq!((&again["restored"], &again["recreated"]), (&json!([]), &json!([])));
        restore(7).await.fault("/version", "unknown_version");
        let public = app.get(&format!("{EVENT}/programme/releases/1")).send().await;
        assert!(public.header("cache-control").contains("immutable"));
        let diff = read(&app, "programme/diff").await;
        assert_eq!((&diff["added"][0]["id"], &diff["removed"]), (&new["id"], &json!([])));
    }

    async fn a_session_made_since_makes_way_for_one_that_comes_back(app: TestApp) {
        event(&app, "2027-11-11").await;
        let old = make(&app, "sessions", &json!({"title": "Pause"})).await;
        make(&app, "programme/releases", &json!({})).await;
        app.organiser("DELETE", &format!("{EVENT}/sessions/pause")).if_match("*").send().await.expect(204);
        // Of itself nothing takes a slug that led to another; whoever asks for it has it.
        assert_eq!(make(&app, "sessions", &json!({"title": "Pause"})).await["slug"], "pause-2");
        app.organiser("DELETE", &format!("{EVENT}/sessions/pause-2")).if_match("*").send().await.expect(204);
        let new = make(&app, "sessions", &json!({"title": "Pause", "slug": "pause"})).await;
        let restore = async || app.organiser("POST", &format!("{EVENT}/programme/restore")).json(&json!({"version": 1})).send().await;
        let done = restore().await.expect(200);
        let named = |list: &str| done[list].as_array().unwrap().iter().map(|one| (one["id"].clone(), one["slug"].clone())).collect::<Vec<_>>();
        assert_eq!((named("recreated"), named("kept")), (vec![(old["id"].clone(), json!("pause"))], vec![(new["id"].clone(), json!("pause-2"))]));
        assert_eq!((&read(&app, "sessions/pause").await["id"], &read(&app, "sessions/pause-2").await["id"]), (&old["id"], &new["id"]));
        let trail = read(&app, "audit?operation=restore_programme").await;
        let id = new["id"].as_str().unwrap();
        assert_eq!((&trail["items"][0]["before"]["sessions"][id]["slug"], &trail["items"][0]["after"]["sessions"][id]["slug"]), (&json!("pause"), &json!("pause-2")));
        // Whoever was released under the name keeps it.
        app.organiser("DELETE", &format!("{EVENT}/sessions/pause")).if_match("*").send().await.expect(204);
        change(&app, "sessions/pause-2", &json!({"slug": "pause"})).await;
        make(&app, "programme/releases", &json!({})).await;
        let done = restore().await.expect(200);
        assert_eq!((&done["recreated"][0]["id"], &done["recreated"][0]["slug"]), (&old["id"], &json!("pause-2")));
        assert_eq!((&read(&app, "sessions/pause").await["id"], &read(&app, "sessions/pause-2").await["id"]), (&new["id"], &old["id"]));
        let again = restore().await.expect(200);
        assert_eq!((&again["restored"], &again["recreated"]), (&json!([]), &json!([])));
    }

    async fn a_shift_that_moves_nothing_leaves_no_trace(app: TestApp) {
        event(&app, "2027-11-11").await;
        make(&app, "sessions", &json!({"title": "Pause", "starts_at": "2027-11-11T09:00:00+01:00"})).await;
        let shift = async |from: &str| make_shift(&app, from).await["sessions"].as_array().unwrap().len();
        assert_eq!(shift("2027-11-11T09:00:01+01:00").await, 0);
        assert_eq!(read(&app, "audit?operation=shift_sessions").await["items"], json!([]));
        assert_eq!(shift("2027-11-11T09:00:00+01:00").await, 1);
        assert_eq!(read(&app, "audit?operation=shift_sessions").await["items"].as_array().unwrap().len(), 1);
    }

    async fn what_a_release_uses_is_hidden_not_deleted(app: TestApp) {
        event(&app, "2027-11-11").await;
        let hall = make(&app, "rooms", &json!({"name": "Salen"})).await;
        make(&app, "rooms", &json!({"name": "Kjelleren"})).await;
        session(&app, "Åpning", "2027-11-11T09:00:00+01:00", "2027-11-11T10:00:00+01:00", &hall).await;
        make(&app, "programme/releases", &json!({})).await;
        let path = format!("rooms/{}", hall["id"].as_str().unwrap());
        app.organiser("DELETE", &format!("{EVENT}/{path}")).if_match("*").send().await.problem(409, "in-use");
        assert_eq!(change(&app, &path, &json!({"hidden": true})).await["hidden"], true);
        let found = read(&app, "programme/conflicts").await;
        assert_eq!(found["conflicts"][0]["kind"], "hidden");
        app.organiser("POST", &format!("{EVENT}/programme/releases")).json(&json!({})).send().await.problem(409, "nothing-to-release");
        change(&app, "sessions/apning", &json!({"room_id": null})).await;
        make(&app, "programme/releases", &json!({})).await;
        let names = |programme: &Value| programme["rooms"].as_array().unwrap().iter().map(|room| room["name"]["nb"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&app.get(&format!("{EVENT}/programme")).send().await.expect(200)), ["Kjelleren"]);
        assert_eq!(names(&app.get(&format!("{EVENT}/programme/releases/1")).send().await.expect(200)), ["Salen", "Kjelleren"]);
        assert_eq!(read(&app, "rooms").await["items"].as_array().unwrap().len(), 2);
    }
}

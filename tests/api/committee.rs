//! The programme committee.

use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::TestApp;

const EVENT: &str = "/events/konferansen";

async fn event(app: &TestApp) {
    let event = json!({"slug": "konferansen", "title": {"nb": "Konferansen"}, "languages": ["nb", "en"], "starts_on": "2027-11-11", "ends_on": "2027-11-12"});
    app.create("/events", &event).await;
}

async fn member(app: &TestApp, name: &str) -> String {
    let made = app
        .create(&format!("{EVENT}/committee"), &json!({"name": name}))
        .await;
    made["id"].as_str().unwrap().to_owned()
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn public_version(app: &TestApp) -> i64 {
    let found = app.state.db.read(|conn| {
        kongress::events::find_public(conn, &kongress::ids::SlugOr::Slug("konferansen".into()))
            .map(|event| event.unwrap().public_version)
    });
    found.await.unwrap()
}

on_both_stores! {
    async fn members_are_made_changed_and_taken_off(app: TestApp) {
        event(&app).await;
        let path = format!("{EVENT}/committee");
        let made = app.organiser("POST", &path).json(&json!({"name": "Kari Nordmann", "affiliation": "Hamar", "role": "chair", "bio": {"nb": "**Leder**", "en": "Head"}, "photo_url": "https://www.example.org/kari.jpg", "email": "kari@example.org"})).send().await;
        let kari = made.expect(201);
        assert_eq!(kari["published"], true);
        assert_eq!(kari["position"], 0);
        assert_eq!(kari["bio_html"]["nb"].as_str().unwrap().trim(), "<p><strong>Leder</strong></p>");
        assert_eq!(kari["email"], "kari@example.org");
        let own = format!("{path}/{}", kari["id"].as_str().unwrap());
        assert_eq!(made.header("location").rsplit('/').next(), kari["id"].as_str());
        let read = app.organiser("GET", &own).send().await;
        assert_eq!(read.expect(200), kari);
        assert_eq!(read.etag(), made.etag());
        app.organiser("GET", &own).header("if-none-match", &made.etag()).send().await.expect(304);

        app.organiser("PATCH", &own).patch_json(&json!({"role": "member"})).send().await.problem(428, "precondition-required");
        let changed = app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&json!({"affiliation": null, "role": null, "bio": {"en": null}, "published": false})).send().await;
        let now = changed.expect(200);
        assert_eq!((&now["affiliation"], &now["role"], &now["published"]), (&json!(null), &json!("member"), &json!(false)));
        assert_eq!(now["bio"], json!({"nb": "**Leder**"}));
        let stale = app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&json!({"role": "secretary"})).send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), changed.etag());
        app.organiser("DELETE", &own).if_match(&made.etag()).send().await.problem(412, "stale");
        app.organiser("DELETE", &own).if_match(&changed.etag()).send().await.expect(204);
        app.organiser("GET", &own).send().await.problem(404, "not-found");
        app.organiser("GET", &format!("{path}/nobody")).send().await.problem(404, "not-found");
    }

    async fn all_faults_are_told_at_once(app: TestApp) {
        event(&app).await;
        let answer = app.organiser("POST", &format!("{EVENT}/committee")).json(&json!({"name": "see www.example.org", "email": "nobody", "bio": {"de": "Wer?"}, "photo_url": "javascript:alert(1)", "affiliation": ""})).send().await;
        for (pointer, code) in [("/name", "invalid_name"), ("/email", "invalid_email"), ("/bio/de", "unknown_language"), ("/photo_url", "invalid_url"), ("/affiliation", "invalid_text")] {
            answer.fault(pointer, code);
        }
        app.organiser("POST", &format!("{EVENT}/committee")).json(&json!({"name": "A", "position": 3})).send().await.fault("/position", "unknown_field");
        app.organiser("POST", &format!("{EVENT}/committee")).json(&json!({"name": "A", "role": "boss"})).send().await.fault("/role", "invalid_value");
    }

    async fn the_order_is_one_request_and_names_everybody(app: TestApp) {
        event(&app).await;
        let path = format!("{EVENT}/committee-order");
        let (a, b, c) = (member(&app, "A").await, member(&app, "B").await, member(&app, "C").await);
        let list = app.organiser("GET", &format!("{EVENT}/committee")).send().await;
        assert_eq!(names(&list.expect(200)), ["A", "B", "C"]);
        let page = app.organiser("GET", &format!("{EVENT}/committee?limit=2")).send().await;
        assert_eq!(page.etag(), list.etag(), "the tag of the whole, whatever the page");
        let order = |ids: &[&str]| json!({"ids": ids});
        app.organiser("PUT", &path).json(&order(&[&c, &a, &b])).send().await.problem(428, "precondition-required");
        let unknown = "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c";
        let bad = app.organiser("PUT", &path).if_match(&list.etag()).json(&order(&[&a, &a, unknown])).send().await;
        bad.fault("/ids/1", "duplicate");
        bad.fault("/ids/2", "unknown_member");
        bad.fault("/ids", "missing_member");
        let ordered = app.organiser("PUT", &path).if_match(&list.etag()).json(&order(&[&c, &a, &b])).send().await;
        assert_eq!(names(&ordered.expect(200)), ["C", "A", "B"]);
        let again = app.organiser("GET", &format!("{EVENT}/committee")).send().await;
        assert_eq!(names(&again.expect(200)), ["C", "A", "B"]);
        assert_eq!(again.etag(), ordered.etag());
        let stale = app.organiser("PUT", &path).if_match(&list.etag()).json(&order(&[&a, &b, &c])).send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), again.etag());
        // A change of one member is a change of the whole.
        member(&app, "D").await;
        app.organiser("PUT", &path).if_match(&again.etag()).json(&order(&[&a, &b, &c])).send().await.problem(412, "stale");
    }

    async fn a_long_committee_comes_in_pages(app: TestApp) {
        event(&app).await;
        for n in 0..7 {
            member(&app, &format!("Medlem {n}")).await;
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let after = cursor.map(|cursor: String| format!("&cursor={cursor}")).unwrap_or_default();
            let page = app.organiser("GET", &format!("{EVENT}/committee?limit=3{after}")).send().await.expect(200);
            seen.extend(names(&page));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() { break; }
        }
        assert_eq!(seen, (0..7).map(|n| format!("Medlem {n}")).collect::<Vec<_>>());
        app.organiser("GET", &format!("{EVENT}/committee?cursor=x")).send().await.fault("/cursor", "invalid_cursor");
    }

    async fn two_orders_at_once_are_one(app: TestApp) {
        event(&app).await;
        let (a, b) = (member(&app, "A").await, member(&app, "B").await);
        let tag = app.organiser("GET", &format!("{EVENT}/committee")).send().await.etag();
        let body = json!({"ids": [b, a]});
        let calls = (0..6).map(|_| app.organiser("PUT", &format!("{EVENT}/committee-order")).if_match(&tag).json(&body).send());
        let mut statuses: Vec<u16> = futures_util::future::join_all(calls).await.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
    }

    async fn changes_are_public_at_once_and_stop_when_archived(app: TestApp) {
        event(&app).await;
        app.organiser("POST", &format!("{EVENT}/publish")).send().await.expect(200);
        let before = public_version(&app).await;
        let a = member(&app, "A").await;
        let after_making = public_version(&app).await;
        assert!(after_making > before);
        let tag = app.organiser("GET", &format!("{EVENT}/committee/{a}")).send().await.etag();
        let tag = app.organiser("PATCH", &format!("{EVENT}/committee/{a}")).if_match(&tag).patch_json(&json!({"published": false})).send().await.etag();
        assert!(public_version(&app).await > after_making);
        let published = app.state.db.read(|conn| {
            let event = kongress::events::find_public(conn, &kongress::ids::SlugOr::Slug("konferansen".into()))?.unwrap();
            kongress::committee::published_members(conn, event.id)
        });
        assert!(published.await.unwrap().is_empty());

        app.organiser("POST", &format!("{EVENT}/archive")).send().await.expect(200);
        let list = app.organiser("GET", &format!("{EVENT}/committee")).send().await;
        assert_eq!(names(&list.expect(200)), ["A"]);
        app.organiser("POST", &format!("{EVENT}/committee")).json(&json!({"name": "B"})).send().await.problem(409, "wrong-state");
        app.organiser("PATCH", &format!("{EVENT}/committee/{a}")).if_match(&tag).patch_json(&json!({"name": "B"})).send().await.problem(409, "wrong-state");
        app.organiser("DELETE", &format!("{EVENT}/committee/{a}")).if_match(&tag).send().await.problem(409, "wrong-state");
        app.organiser("PUT", &format!("{EVENT}/committee-order")).if_match(&list.etag()).json(&json!({"ids": [a]})).send().await.problem(409, "wrong-state");
    }

    async fn strangers_see_nothing_and_readers_change_nothing(app: TestApp) {
        event(&app).await;
        let a = member(&app, "A").await;
        let stranger = app.token_of("ks", Role::Owner);
        for path in [format!("/organiser{EVENT}/committee"), format!("/organiser{EVENT}/committee/{a}")] {
            app.get(&path).bearer(&stranger).send().await.problem(404, "not-found");
            app.get(&path).send().await.problem(401, "not-signed-in");
        }
        app.post(&format!("/organiser{EVENT}/committee"), &json!({"name": "X"})).bearer(&stranger).send().await.problem(404, "not-found");
        // A member of another event of one's own is not there either.
        app.create("/events", &json!({"slug": "en-annen", "title": "En annen"})).await;
        app.organiser("GET", &format!("/events/en-annen/committee/{a}")).send().await.problem(404, "not-found");
        let reader = app.token_of("bufdir", Role::Reader);
        app.get(&format!("/organiser{EVENT}/committee")).bearer(&reader).send().await.expect(200);
        app.post(&format!("/organiser{EVENT}/committee"), &json!({"name": "X"})).bearer(&reader).send().await.problem(403, "not-allowed");
        let editor = app.token_of("bufdir", Role::Editor);
        app.post(&format!("/organiser{EVENT}/committee"), &json!({"name": "X"})).bearer(&editor).send().await.expect(201);
    }
}

//! Releases of the programme.

use kongress::ids::SlugOr;
use kongress::page::Keyset;
use kongress::{events, programme};
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::client::Answer;

const EVENT: &str = "/events/konferansen";
const RELEASES: &str = "/events/konferansen/programme/releases";

async fn event(app: &TestApp) {
    let event = json!({"slug": "konferansen", "title": {"nb": "Konferansen"}, "languages": ["nb", "en"], "starts_on": "2027-11-11", "ends_on": "2027-11-12"});
    app.create("/events", &event).await;
}

async fn session(app: &TestApp, title: &str) -> Answer {
    let made = app
        .organiser("POST", &format!("{EVENT}/sessions"))
        .json(&json!({"title": title, "starts_at": "2027-11-11T09:00:00+01:00"}))
        .send()
        .await;
    made.expect(201);
    made
}

async fn change(app: &TestApp, slug: &str, body: &Value) {
    let own = format!("{EVENT}/sessions/{slug}");
    let tag = app.organiser("GET", &own).send().await.etag();
    app.organiser("PATCH", &own)
        .if_match(&tag)
        .patch_json(body)
        .send()
        .await
        .expect(200);
}

async fn release(app: &TestApp, body: &Value) -> Answer {
    app.organiser("POST", RELEASES).json(body).send().await
}

fn slugs(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|named| named["slug"].as_str().unwrap())
        .collect()
}

on_both_stores! {
    async fn a_release_needs_no_body(app: TestApp) {
        event(&app).await;
        session(&app, "Åpning").await;
        let post = || app.organiser("POST", RELEASES).header("Idempotency-Key", "r1");
        let made = post().send().await.expect(201);
        assert_eq!((&made["version"], &made["note"]), (&json!(1), &json!({})));
        assert_eq!(post().send().await.expect(201), made);
        post().json(&json!({})).send().await.problem(422, "idempotency-key-reused");
    }

    async fn a_release_keeps_the_programme_and_says_what_changed(app: TestApp) {
        event(&app).await;
        release(&app, &json!({})).await.problem(409, "nothing-to-release");
        let room = app.create(&format!("{EVENT}/rooms"), &json!({"name": "Storsalen"})).await;
        for title in ["Åpning", "Pause", "Foredrag", "Utgår"] {
            session(&app, title).await;
        }
        let made = release(&app, &json!({"note": {"nb": "Første program"}, "notify": false})).await;
        let first = made.expect(201);
        assert_eq!((&first["version"], &first["note"]), (&json!(1), &json!({"nb": "Første program"})));
        assert_eq!(slugs(&first["added"]), ["apning", "pause", "foredrag", "utgar"]);
        assert_eq!(first["added"][0]["title"], json!({"nb": "Åpning"}));
        for nothing in ["removed", "moved", "changed"] {
            assert_eq!(first[nothing], json!([]), "{nothing}");
        }
        let warnings = first["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), 4, "none of them has a room yet");
        assert!(warnings.iter().all(|warning| warning["kind"] == "no_room"), "{warnings:?}");
        let event = app.organiser("GET", EVENT).send().await.expect(200);
        assert_eq!(event["programme_version"], 1);
        let location = format!("/api/v1/organiser/events/{}/programme/releases/1", event["id"].as_str().unwrap());
        assert_eq!(made.header("location"), location);
        release(&app, &json!({"note": "Igjen"})).await.problem(409, "nothing-to-release");

        change(&app, "apning", &json!({"room_id": room["id"]})).await;
        change(&app, "pause", &json!({"starts_at": "2027-11-11T10:00:00+01:00", "title": "Kaffepause", "slug": "kaffe"})).await;
        change(&app, "foredrag", &json!({"do_not_record": true})).await;
        let gone = app.organiser("GET", &format!("{EVENT}/sessions/utgar")).send().await;
        app.organiser("DELETE", &format!("{EVENT}/sessions/utgar")).if_match(&gone.etag()).send().await.expect(204);
        session(&app, "Ny").await;
        let diff = app.organiser("GET", &format!("{EVENT}/programme/diff")).send().await.expect(200);
        let second = release(&app, &json!({})).await.expect(201);
        assert_eq!(second["version"], 2);
        assert_eq!(slugs(&second["added"]), ["ny"]);
        assert_eq!(slugs(&second["removed"]), ["utgar"], "as it was called in the version before");
        assert_eq!(slugs(&second["moved"]), ["apning", "kaffe"]);
        assert_eq!(slugs(&second["changed"]), ["foredrag", "kaffe"]);
        assert_eq!(diff["differs"], true);
        for lists in ["added", "removed", "moved", "changed"] {
            assert_eq!(diff[lists], second[lists], "{lists}");
        }
        assert_eq!(app.organiser("GET", &format!("{EVENT}/programme/diff")).send().await.expect(200)["differs"], false);

        // The old version stays as it was; ids are the same in both.
        let old = app.get(made.header("location")).bearer(&app.token).send().await;
        let old_document = old.expect(200);
        assert_eq!(old.etag(), made.etag());
        let day = &old_document["days"][0]["sessions"];
        let old_slugs: Vec<&str> = day.as_array().unwrap().iter().map(|s| s["slug"].as_str().unwrap()).collect();
        assert_eq!(old_slugs, ["apning", "pause", "foredrag", "utgar"]);
        assert_eq!(day[1]["id"], second["moved"][1]["id"]);
        assert_eq!(day[0]["room_id"], json!(null));
        let new = app.organiser("GET", &format!("{RELEASES}/2")).send().await.expect(200);
        assert_eq!(new["days"][0]["sessions"][0]["room_id"], room["id"]);
        let draft = app.organiser("GET", &format!("{EVENT}/programme")).send().await.expect(200);
        assert_eq!((&draft["version"], &draft["released_at"]), (&json!(2), &second["released_at"]));
        assert_eq!(draft["days"][0]["sessions"][0]["room"]["id"], room["id"]);
    }

    async fn what_changes_beside_the_sessions_is_something_too(app: TestApp) {
        event(&app).await;
        let mut version = 0;
        for (kind, body, change) in [
            ("rooms", json!({"name": "A"}), json!({"capacity": 7})),
            ("tracks", json!({"name": "A"}), json!({"color": "#00665e"})),
            ("speakers", json!({"name": "Kari"}), json!({"bio": {"en": "x"}})),
        ] {
            let made = app.organiser("POST", &format!("{EVENT}/{kind}")).json(&body).send().await;
            version += 1;
            assert_eq!(release(&app, &json!({})).await.expect(201)["version"], version);
            let own = format!("{EVENT}/{kind}/{}", made.json()["id"].as_str().unwrap());
            let changed = app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&change).send().await;
            changed.expect(200);
            version += 1;
            let released = release(&app, &json!({})).await.expect(201);
            assert_eq!(released["version"], version);
            assert_eq!(released["changed"], json!([]));
            // A change that ends where it began is none.
            let there = app.organiser("PATCH", &own).if_match(&changed.etag()).patch_json(&json!({"name": "Noe annet"})).send().await;
            app.organiser("PATCH", &own).if_match(&there.etag()).patch_json(&json!({"name": changed.json()["name"]})).send().await.expect(200);
            release(&app, &json!({})).await.problem(409, "nothing-to-release");
        }
    }

    async fn a_note_is_parsed_and_nobody_has_to_be_told(app: TestApp) {
        event(&app).await;
        session(&app, "Åpning").await;
        release(&app, &json!({"notify": true, "note": {"de": "x"}})).await.fault("/note/de", "unknown_language");
        release(&app, &json!({"note": "x".repeat(2001)})).await.fault("/note", "invalid_text");
        release(&app, &json!({"note": null, "notify": null})).await.expect(201);
    }

    async fn eight_at_once_after_one_change_are_one_release(app: TestApp) {
        event(&app).await;
        for round in 1..=3 {
            session(&app, "Foredrag").await;
            let calls = (0..8).map(|_| app.organiser("POST", RELEASES).json(&json!({})).send());
            let answers = futures_util::future::join_all(calls).await;
            let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
            assert_eq!(made.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
            assert_eq!(made[0].json()["version"], round);
            for other in answers.iter().filter(|answer| answer.status != 201) {
                other.problem(409, "nothing-to-release");
            }
        }
    }

    async fn releases_among_edits_are_whole_and_without_gaps(app: TestApp) {
        event(&app).await;
        let editor = async {
            for _ in 0..12 {
                let made = session(&app, "Foredrag").await;
                let own = format!("{EVENT}/sessions/{}", made.json()["id"].as_str().unwrap());
                app.organiser("PATCH", &own).if_match(&made.etag()).patch_json(&json!({"language": "nb"})).send().await.expect(200);
            }
        };
        let releaser = || async {
            let mut versions = Vec::new();
            for _ in 0..10 {
                let answer = release(&app, &json!({})).await;
                match answer.status {
                    201 => versions.push(answer.json()["version"].as_i64().unwrap()),
                    _ => drop(answer.problem(409, "nothing-to-release")),
                }
            }
            versions
        };
        let ((), one, other) = tokio::join!(editor, releaser(), releaser());
        let mut versions: Vec<i64> = one.into_iter().chain(other).collect();
        versions.sort_unstable();
        let last = i64::try_from(versions.len()).unwrap();
        assert_eq!(versions, (1..=last).collect::<Vec<i64>>());
        let newest = app.organiser("GET", EVENT).send().await.expect(200)["programme_version"].clone();
        assert_eq!(newest, last);
    }

    async fn the_changelog_comes_newest_first_in_pages(app: TestApp) {
        event(&app).await;
        for n in 1..=5 {
            session(&app, &format!("Foredrag {n}")).await;
            release(&app, &json!({"note": format!("Nummer {n}")})).await.expect(201);
        }
        let first = app.organiser("GET", &format!("{RELEASES}?limit=2")).send().await;
        let page = first.expect(200);
        let versions = |page: &Value| page["items"].as_array().unwrap().iter().map(|item| item["version"].as_i64().unwrap()).collect::<Vec<_>>();
        assert_eq!(versions(&page), [5, 4]);
        assert_eq!(slugs(&page["items"][0]["added"]), ["foredrag-5"]);
        assert!(first.header("link").contains("rel=\"next\""));
        // A release meanwhile neither skips nor repeats.
        session(&app, "Sent").await;
        release(&app, &json!({})).await.expect(201);
        let next = app.organiser("GET", &format!("{RELEASES}?limit=2&cursor={}", page["next_cursor"].as_str().unwrap())).send().await.expect(200);
        assert_eq!(versions(&next), [3, 2]);
        for missing in ["0", "7", "-1", "one", "99999999999"] {
            app.organiser("GET", &format!("{RELEASES}/{missing}")).send().await.problem(404, "not-found");
        }
    }

    async fn other_rooms_find_releases_through_the_front_door(app: TestApp) {
        event(&app).await;
        session(&app, "Åpning").await;
        change(&app, "apning", &json!({"sign_up": {"capacity": 40}})).await;
        release(&app, &json!({})).await.expect(201);
        session(&app, "Ny").await;
        release(&app, &json!({})).await.expect(201);
        change(&app, "apning", &json!({"sign_up": {"capacity": 30}})).await;
        app.organiser("POST", &format!("{EVENT}/publish")).send().await.expect(200);
        let (newest, first, list, draft, seats) = app.state.db.read(|conn| {
            let event = events::find_public(conn, &SlugOr::Slug("konferansen".into()))?.unwrap();
            Ok::<_, kongress::db::DbError>((
                programme::newest_release(conn, event.id)?.unwrap(),
                programme::find_release(conn, event.id, 1)?.unwrap(),
                programme::list_releases(conn, event.id, &Keyset::default())?,
                programme::working_copy(conn, event.id)?,
                programme::sign_up_capacities(conn, event.id)?,
            ))
        }).await.unwrap();
        assert_eq!((newest.version, first.version), (2, 1));
        assert_eq!(list.items, [newest.clone(), first.clone()]);
        assert_eq!(first.programme.sessions[0].sign_up_capacity, Some(40));
        assert_eq!(seats, [(first.programme.sessions[0].id, 30)], "as saved, not as released");
        assert_eq!(draft.sessions.len(), newest.programme.sessions.len());
    }

    async fn a_release_and_an_edit_of_the_event_do_not_undo_each_other(app: TestApp) {
        event(&app).await;
        session(&app, "Åpning").await;
        let before = app.organiser("GET", EVENT).send().await;
        release(&app, &json!({})).await.expect(201);
        let after = app.organiser("GET", EVENT).header("if-none-match", &before.etag()).send().await;
        assert_eq!(after.expect(200)["programme_version"], 1, "another version of the event, another tag");
        app.organiser("PATCH", EVENT).if_match(&before.etag()).patch_json(&json!({"subtitle": "x"})).send().await.problem(412, "stale");
        let changed = app.organiser("PATCH", EVENT).if_match(&after.etag()).patch_json(&json!({"subtitle": "x"})).send().await;
        assert_eq!(changed.expect(200)["programme_version"], 1);
    }

    async fn a_numbered_release_keeps_its_clock(app: TestApp) {
        event(&app).await;
        session(&app, "Åpning").await;
        release(&app, &json!({})).await.expect(201);
        app.organiser("POST", &format!("{EVENT}/publish")).send().await.expect(200);
        let paths = [format!("{RELEASES}/1"), format!("/organiser{RELEASES}/1")];
        let read = async |path: &str| app.get(path).bearer(&app.token).send().await;
        let (public, own) = (read(&paths[0]).await, read(&paths[1]).await);
        assert_eq!(public.expect(200)["days"][0]["sessions"][0]["starts_at"], "2027-11-11T09:00:00+01:00");
        let tag = app.organiser("GET", EVENT).send().await.etag();
        let moved = json!({"timezone": "America/New_York"});
        app.organiser("PATCH", EVENT).if_match(&tag).patch_json(&moved).send().await.expect(200);
        for (path, before) in paths.iter().zip([public, own]) {
            let after = read(path).await;
            assert_eq!((after.status, &after.body, after.etag()), (200, &before.body, before.etag()), "{path}");
        }
        let shown = read(&format!("{EVENT}/programme")).await.expect(200);
        assert_eq!(shown["days"][0]["sessions"][0]["starts_at"], "2027-11-11T03:00:00-05:00");
        release(&app, &json!({})).await.problem(409, "nothing-to-release");
        session(&app, "Pause").await;
        release(&app, &json!({})).await.expect(201);
        let second = read(&format!("{RELEASES}/2")).await.expect(200);
        assert_eq!(second["days"][0]["sessions"][0]["starts_at"], "2027-11-11T03:00:00-05:00");
        let log = read(RELEASES).await.expect(200);
        let ends = |at: &Value| at.as_str().unwrap()[19..].rsplit(['+', '-']).next().unwrap().to_owned();
        let offsets: Vec<String> = log["items"].as_array().unwrap().iter().map(|one| ends(&one["released_at"])).collect();
        assert_ne!(offsets[0], offsets[1], "each as it was made: {log}");
    }

    async fn what_sessions_show_of_others_is_a_change_of_theirs(app: TestApp) {
        event(&app).await;
        let make = async |kind: &str, body: Value| app.create(&format!("{EVENT}/{kind}"), &body).await["id"].as_str().unwrap().to_owned();
        let room = make("rooms", json!({"name": "Salen"})).await;
        let track = make("tracks", json!({"name": "Spor"})).await;
        let speaker = make("speakers", json!({"name": "Kari"})).await;
        for (title, more) in [
            ("Rom", json!({"room_id": room})), ("Spor", json!({"track_id": track})), ("Taler", json!({"speakers": [{"speaker_id": speaker}]})),
            ("Alt", json!({"room_id": room, "track_id": track, "speakers": [{"speaker_id": speaker}]})), ("Intet", json!({})),
        ] {
            session(&app, title).await;
            change(&app, &title.to_lowercase(), &more).await;
        }
        release(&app, &json!({})).await.expect(201);
        let edit = async |path: String, body: Value| {
            let path = format!("{EVENT}/{path}");
            app.organiser("PATCH", &path).if_match("*").patch_json(&body).send().await.expect(200);
        };
        for (path, body, shows) in [
            (format!("rooms/{room}"), json!({"name": "Storsalen"}), ["rom", "alt"]),
            (format!("tracks/{track}"), json!({"color": "#00665e"}), ["spor", "alt"]),
            (format!("speakers/{speaker}"), json!({"affiliation": "Hamar"}), ["taler", "alt"]),
        ] {
            edit(path, body).await;
            let diff = app.organiser("GET", &format!("{EVENT}/programme/diff")).send().await.expect(200);
            assert_eq!((slugs(&diff["changed"]), slugs(&diff["moved"])), (shows.to_vec(), vec![]), "{diff}");
            let made = release(&app, &json!({})).await.expect(201);
            assert_eq!(made["changed"], diff["changed"]);
        }
        // What is listed already is listed once.
        edit(format!("rooms/{room}"), json!({"name": "Salen"})).await;
        change(&app, "rom", &json!({"starts_at": "2027-11-11T10:00:00+01:00"})).await;
        let diff = app.organiser("GET", &format!("{EVENT}/programme/diff")).send().await.expect(200);
        assert_eq!((slugs(&diff["moved"]), slugs(&diff["changed"])), (vec!["rom"], vec!["alt"]), "{diff}");
    }

    async fn a_link_leads_to_its_session_also_under_another_slug(app: TestApp) {
        event(&app).await;
        app.organiser("POST", &format!("{EVENT}/publish")).send().await.expect(200);
        session(&app, "Åpning").await;
        release(&app, &json!({})).await.expect(201);
        let public = |slug: &str| app.call("GET", &format!("{EVENT}/sessions/{slug}"));
        let id = public("apning").send().await.expect(200)["id"].clone();
        change(&app, "apning", &json!({"slug": "velkommen"})).await;
        public("velkommen").send().await.problem(404, "not-found");
        release(&app, &json!({})).await.expect(201);
        for slug in ["apning", "velkommen"] {
            let found = public(slug).send().await.expect(200);
            assert_eq!((&found["id"], &found["slug"]), (&id, &json!("velkommen")));
        }
        assert_eq!(public("apning.ics").send().await.status, 200);
        release(&app, &json!({})).await.problem(409, "nothing-to-release");
        // Another session has it only if it asks for it.
        let other = session(&app, "Åpning").await.body;
        assert!(other.contains("\"apning-2\""), "{other}");
        change(&app, "apning-2", &json!({"slug": "apning"})).await;
        release(&app, &json!({})).await.expect(201);
        assert_ne!(public("apning").send().await.expect(200)["id"], id, "{other}");
        assert_eq!(public("velkommen").send().await.expect(200)["id"], id);
    }
}

//! Sessions of the working copy.

use kongress::db::DbError;
use kongress::events;
use kongress::ids::SlugOr;
use kongress::programme::sessions;
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::programme::{EVENT, event, field, id, list, make};

on_both_stores! {
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

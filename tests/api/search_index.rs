//! The index of the search while it is written: who waits for it, what is written, and what is found
//! meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use kongress::db::DbError;
use kongress::db::schema::search_entries;
use kongress::ids::EventId;
use kongress::per_backend;
use kongress::programme::document::{Material, MaterialKind, PageText, Programme};
use kongress::search::store::list_stale;
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::released::{event, nb, programme, release, session, speaker, speaks};
use crate::helpers::speech::seven_hours;

async fn is_stale(app: &TestApp) -> bool {
    let stale = app.state.db.read(|conn| list_stale(conn, 1)).await;
    !stale.unwrap().is_empty()
}

/// Waits until everything that is saved is indexed.
pub async fn indexed(app: &TestApp) {
    let began = Instant::now();
    while is_stale(app).await {
        assert!(began.elapsed() < Duration::from_mins(2), "still stale");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The rows of an event's entries by name.
async fn rows(app: &TestApp, id: EventId) -> BTreeMap<String, i64> {
    let rows = app.state.db.read(move |conn| {
        let rows: Vec<(String, i64)> = per_backend!(conn, c => {
            search_entries::table
                .filter(search_entries::event_id.eq(id))
                .select((search_entries::name, search_entries::id))
                .load(c)
        })?;
        Ok::<_, DbError>(rows)
    });
    rows.await.unwrap().into_iter().collect()
}

/// The names of entries that are new, gone or written again.
fn changed(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> BTreeSet<String> {
    let pairs = |rows: &BTreeMap<String, i64>| -> BTreeSet<(String, i64)> {
        rows.clone().into_iter().collect()
    };
    let (before, after) = (pairs(before), pairs(after));
    let changed = before.symmetric_difference(&after);
    changed.map(|(name, _)| name.clone()).collect()
}

fn day() -> Programme {
    let mut kari = speaker("Kari Vitnesen");
    kari.affiliation = None;
    let sessions = [
        ("apning", "09:00", "12:00"),
        ("vitnet", "12:00", "12:10"),
        ("slutt", "12:10", "17:00"),
    ];
    let sessions = sessions.into_iter().zip(1..);
    let sessions = sessions.map(|((slug, from, to), number)| {
        let time = |clock| format!("2027-11-11T{clock}:00+01:00");
        let mut session = session(slug, number, Some((time(from).as_str(), time(to).as_str())));
        session.materials = vec![Material {
            title: nb(&format!("Lysark {slug}")),
            kind: MaterialKind::Slides,
            url: None,
            text: vec![PageText {
                page: 1,
                text: format!("side {slug}"),
            }],
        }];
        session.speakers = vec![speaks(kari.id)];
        session
    });
    let mut programme = programme(sessions.collect());
    programme.sessions[0].speakers.clear();
    programme.sessions[2].speakers.clear();
    programme.speakers = vec![kari];
    programme
}

async fn recording(app: &TestApp, said: String) -> String {
    let recording = json!({
        "title": "Dagen", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "state": "published",
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    });
    let made = app.create("/events/konf/recordings", &recording).await;
    let id = made["id"].as_str().unwrap().to_owned();
    let path = format!("/events/konf/recordings/{id}/transcript");
    let put = app.organiser("PUT", &path);
    put.bytes("text/vtt", said.into_bytes())
        .send()
        .await
        .expect(201);
    id
}

async fn search(app: &TestApp, query: &str) -> Vec<Value> {
    let found = app.get(&format!("/search?q={query}")).send().await;
    let items = found.expect(200)["items"].clone();
    items.as_array().unwrap().clone()
}

const SAID: &str = "WEBVTT\n\n00:30.000 --> 00:34.000\nVelkommen, epler\n\n03:05:00.000 --> 03:05:04.000\nVitnet om bananer\n";

on_both_stores! {
    async fn who_writes_gets_in_between_and_who_searches_does_not_wait_long(app: TestApp) {
        let id = event(&app, "konf").await;
        release(&app, id, &day()).await;
        recording(&app, SAID.to_owned()).await;
        indexed(&app).await;
        recording(&app, seven_hours()).await;
        let (mut between, mut longest) = (0, Duration::ZERO);
        for n in 0..5 {
            let began = Instant::now();
            app.create("/events/konf/speakers", &json!({"name": format!("Taler {n}")})).await;
            longest = longest.max(began.elapsed());
            between += usize::from(is_stale(&app).await);
        }
        assert!(between >= 3, "only {between} writes before all was indexed, the longest in {longest:?}");
        assert!(longest < Duration::from_secs(2), "{longest:?}");
        // What was there is found, though not what nobody may find any more.
        let hidden = json!({"title": "Skjermet", "do_not_record": true, "starts_at": "2027-11-11T12:00:00+01:00", "ends_at": "2027-11-11T12:10:00+01:00"});
        app.create("/events/konf/sessions", &hidden).await;
        let began = Instant::now();
        assert_eq!(search(&app, "bananer").await.len(), 0);
        assert_eq!(search(&app, "epler").await.len(), 1);
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        indexed(&app).await;
        assert_eq!((search(&app, "bananer").await.len(), search(&app, "epler").await.len()), (0, 1));
        assert_eq!(search(&app, "n%C3%A5lestikk").await.len(), 1);
    }

    async fn only_what_changed_is_written(app: TestApp) {
        let id = event(&app, "konf").await;
        let mut day = day();
        release(&app, id, &day).await;
        let recording = recording(&app, seven_hours()).await;
        indexed(&app).await;
        let first = rows(&app, id).await;
        assert!(first.len() > 1000, "{}", first.len());
        day.sessions[2].title = nb("Velkommen");
        release(&app, id, &day).await;
        indexed(&app).await;
        let retitled = rows(&app, id).await;
        assert_eq!(changed(&first, &retitled), BTreeSet::from([format!("0/{}/", day.sessions[2].id)]));
        assert_eq!(search(&app, "velkommen").await[0]["session"]["title"]["nb"], "Velkommen");
        assert_eq!(search(&app, "n%C3%A5lestikk").await[0]["session"]["title"]["nb"], "Velkommen");
        let mark = json!({"session_id": "vitnet", "edge": "start", "at": "2027-11-11T12:01:00+01:00"});
        app.create("/events/konf/marks", &mark).await;
        indexed(&app).await;
        let marked = rows(&app, id).await;
        let written = changed(&retitled, &marked);
        assert!((1..=20).contains(&written.len()), "{written:?}");
        let path = format!("/events/konf/recordings/{recording}");
        let tag = app.organiser("GET", &path).send().await.etag();
        let moved = json!({"url": "https://vimeo.com/76979871"});
        app.organiser("PATCH", &path).if_match(&tag).patch_json(&moved).send().await.expect(200);
        let hit = search(&app, "n%C3%A5lestikk").await.remove(0);
        assert!(hit["watch_url"].as_str().unwrap().contains("vimeo"), "{hit}");
        indexed(&app).await;
        assert_eq!(changed(&marked, &rows(&app, id).await), BTreeSet::new());
    }

    async fn of_what_is_not_to_be_recorded_nothing_is_found(app: TestApp) {
        let id = event(&app, "konf").await;
        let mut day = day();
        release(&app, id, &day).await;
        recording(&app, SAID.to_owned()).await;
        let kinds = async |query: &str| -> Vec<String> {
            indexed(&app).await;
            search(&app, query).await.iter().map(|hit| hit["kind"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(kinds("vitnet").await, ["session", "material", "material", "transcript"]);
        assert_eq!(search(&app, "vitnesen").await[0]["session"]["slug"], "vitnet");
        day.sessions[1].do_not_record = true;
        release(&app, id, &day).await;
        assert_eq!(kinds("vitnet").await, [""; 0]);
        assert_eq!(kinds("bananer").await, [""; 0]);
        let found = search(&app, "vitnesen").await;
        assert_eq!((found.len(), &found[0]["kind"], &found[0]["session"]), (1, &json!("speaker"), &json!(null)));
        assert_eq!(kinds("apning").await, ["session", "material", "material"]);
    }

    async fn the_best_are_found_among_many_that_are_newer(app: TestApp) {
        let old = event(&app, "gammel").await;
        let mut best = session("best", 1, None);
        best.title = nb("Fiskesuppe");
        release(&app, old, &programme(vec![best])).await;
        indexed(&app).await;
        let new = event(&app, "ny").await;
        let many = (1..=310).map(|number| {
            let mut session = session(&format!("okt-{number}"), number, None);
            session.abstract_text = nb("litt om fiskesuppen i gryta");
            session
        });
        let mut many: Vec<_> = many.collect();
        many[0].abstract_text = nb("fiskesuppe");
        release(&app, new, &programme(many)).await;
        indexed(&app).await;
        let found = search(&app, "fiskesuppe").await;
        assert_eq!(found[0]["session"]["slug"], "best", "its title");
        assert_eq!(found[1]["session"]["slug"], "okt-1", "the word as it is");
    }

    async fn it_starts_where_all_words_are_heard_from(app: TestApp) {
        let id = event(&app, "konf").await;
        release(&app, id, &day()).await;
        let cues = ["vi vil ha barnevern", "i hele kommunen", "og i fylket"];
        let cues = cues.iter().zip([10, 12, 14]).map(|(text, at)| format!("\n00:{at}.000 --> 00:{}.000\n{text}\n", at + 2));
        recording(&app, format!("WEBVTT\n{}", cues.collect::<String>())).await;
        indexed(&app).await;
        for query in ["barnevern%20kommunen", "kommune%20barnevernet"] {
            let hit = search(&app, query).await.remove(0);
            assert_eq!(hit["start_seconds"], 10, "{query}");
            assert_eq!(hit["snippet"], "vi vil ha <mark>barnevern</mark> i hele <mark>kommunen</mark> og i fylket");
        }
        assert_eq!(search(&app, "kommunen%20fylket").await[0]["start_seconds"], 12);
    }
}

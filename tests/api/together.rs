//! Many editors at once, and releases while everybody reads.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::helpers::TestApp;
use crate::helpers::crowd::ONE_RUSH;

const EVENT: &str = "/events/konferansen";
const EDITORS: usize = 50;
const EDITS: usize = 6;
const SESSIONS: usize = 8;
const RELEASES: usize = 50;
const READS: usize = 10_000;
const READERS: usize = 20;

async fn event_with_sessions(app: &TestApp) {
    let body = json!({"title": "Konferansen", "slug": "konferansen", "starts_on": "2027-11-11", "ends_on": "2027-11-11"});
    app.create("/events", &body).await;
    app.organiser("POST", &format!("{EVENT}/publish"))
        .send()
        .await
        .expect(200);
    for n in 0..SESSIONS {
        app.create(
            &format!("{EVENT}/sessions"),
            &json!({"title": "Utkast", "slug": format!("s{n}")}),
        )
        .await;
    }
}

/// One who reads a session and changes its title, again and again; gives what was taken, by session.
async fn edit(app: &TestApp, editor: usize) -> Vec<(usize, String)> {
    let mut taken = Vec::new();
    for n in 0..EDITS {
        let session = (editor * 7 + n * 3) % SESSIONS;
        let path = format!("{EVENT}/sessions/s{session}");
        let tag = app.organiser("GET", &path).send_unchecked().await.etag();
        let title = format!("Tittel {editor}-{n}");
        let patch = app
            .organiser("PATCH", &path)
            .if_match(&tag)
            .patch_json(&json!({"title": title}));
        let answer = patch.send_unchecked().await;
        match answer.status {
            200 => taken.push((session, title)),
            412 => assert!(
                answer.etag().starts_with("\"v") && answer.etag() != tag,
                "{}",
                answer.body
            ),
            other => panic!("{other}: {}", answer.body),
        }
    }
    taken
}

/// Every change of a title in the audit: the session, what it was, what it became.
async fn audited(app: &TestApp) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("{EVENT}/audit?operation=update_session&limit=200{cursor}");
        let page = app.organiser("GET", &path).send().await.expect(200);
        for entry in page["items"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let title = |when: &str| text(&entry[when]["title"]["nb"]);
            found.push((text(&entry["resource_id"]), title("before"), title("after")));
        }
        let Some(next) = page["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

/// Writes one version: every session says which it is, then all of it is released.
async fn release(app: &TestApp, version: usize) {
    for n in 0..SESSIONS {
        let path = format!("{EVENT}/sessions/s{n}");
        let body = json!({"title": format!("Versjon {version}")});
        app.organiser("PATCH", &path)
            .if_match("*")
            .patch_json(&body)
            .send_unchecked()
            .await
            .expect(200);
    }
    let made = app
        .organiser("POST", &format!("{EVENT}/programme/releases"))
        .json(&json!({}))
        .send_unchecked()
        .await;
    assert_eq!(made.expect(201)["version"], version);
}

/// Asserts that a document is of one version alone, and gives that version with the hash of what it says.
fn of_one_version(body: &str) -> (u64, Vec<u8>) {
    let document: Value = serde_json::from_str(body).unwrap();
    let version = document["version"].as_u64().unwrap();
    let days = document["days"].as_array().unwrap();
    let sessions: Vec<&Value> = days
        .iter()
        .flat_map(|day| day["sessions"].as_array().unwrap())
        .collect();
    assert_eq!(sessions.len(), SESSIONS);
    for session in sessions {
        assert_eq!(
            session["title"]["nb"],
            format!("Versjon {version}"),
            "two versions in one document"
        );
    }
    let said = json!([
        document["released_at"],
        document["days"],
        document["rooms"],
        document["tracks"],
        document["speakers"]
    ]);
    (version, Sha256::digest(said.to_string()).to_vec())
}

on_both_stores! {
    async fn fifty_editors_lose_no_update(app: TestApp) {
        let _alone = ONE_RUSH.lock().await;
        event_with_sessions(&app).await;
        let taken: Vec<_> = join_all((0..EDITORS).map(|editor| edit(&app, editor))).await.into_iter().flatten().collect();
        assert!(taken.len() >= EDITORS, "{} edits were taken", taken.len());
        let audited = audited(&app).await;
        assert_eq!(audited.len(), taken.len(), "every 200 is in the audit, and nothing else is");
        for n in 0..SESSIONS {
            let session = app.organiser("GET", &format!("{EVENT}/sessions/s{n}")).send().await.expect(200);
            let own = audited.iter().filter(|(id, _, _)| session["id"] == id.as_str());
            let mut steps: HashMap<&str, &str> = own.map(|(_, before, after)| (before.as_str(), after.as_str())).collect();
            let (mut title, mut seen) = ("Utkast", Vec::new());
            while let Some(after) = steps.remove(title) {
                title = after;
                seen.push(title);
            }
            assert!(steps.is_empty(), "an edit was made on what another had overwritten: {steps:?}");
            assert_eq!(session["title"]["nb"], title, "the draft is the last edit");
            let mut told: Vec<&str> = taken.iter().filter(|(at, _)| *at == n).map(|(_, title)| title.as_str()).collect();
            told.sort_unstable();
            seen.sort_unstable();
            assert_eq!(seen, told);
        }
    }

    async fn a_reader_never_sees_two_versions_at_once(app: TestApp) {
        let _alone = ONE_RUSH.lock().await;
        event_with_sessions(&app).await;
        release(&app, 1).await;
        let (released, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
        let hashes: Mutex<HashMap<u64, Vec<u8>>> = Mutex::default();
        let read = || async {
            let mut last = 0;
            while reads.fetch_add(1, Ordering::Relaxed) < READS || !released.load(Ordering::Relaxed) {
                let answer = app.get(&format!("{EVENT}/programme")).send_unchecked().await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                let (version, hash) = of_one_version(&answer.body);
                assert!(version >= last, "version {version} after {last}");
                last = version;
                let mut hashes = hashes.lock().unwrap();
                assert_eq!(*hashes.entry(version).or_insert_with(|| hash.clone()), hash, "version {version} reads in two ways");
            }
        };
        let write = async {
            for version in 2..=RELEASES {
                release(&app, version).await;
            }
            released.store(true, Ordering::Relaxed);
        };
        futures_util::future::join(write, join_all((0..READERS).map(|_| read()))).await;
        let hashes = hashes.lock().unwrap();
        let distinct: std::collections::HashSet<_> = hashes.values().collect();
        assert_eq!(distinct.len(), hashes.len(), "each hash belongs to one version");
        assert!(hashes.contains_key(&(RELEASES as u64)) && reads.load(Ordering::Relaxed) >= READS);
    }
}

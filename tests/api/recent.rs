//! Public documents that are made by query: their codings, how fresh they are, and what they cost.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::join_all;
use kongress::db::{DbError, Target};
use kongress::http::{Caching, Document};
use kongress::problem::Problem;
use serde_json::{Value, json};

use crate::helpers::released::{event, member, programme, release, session};
use crate::helpers::sales::OnSale;
use crate::helpers::stores::execute;
use crate::helpers::{Answer, TestApp};

const PUBLIC: &str = "public, max-age=10, stale-while-revalidate=60";
const BRIEF: &str = "public, max-age=5";

/// The documents that are made by query or cut from a list, with how they are cached.
const DOCUMENTS: &[(&str, &str)] = &[
    ("/series", PUBLIC),
    ("/series?limit=1", PUBLIC),
    ("/series/dialog", PUBLIC),
    ("/series/dialog/committee", PUBLIC),
    ("/events", PUBLIC),
    (
        "/events?series=dialog&phase=upcoming&q=konf&limit=1",
        PUBLIC,
    ),
    ("/events/konf/programme/releases", PUBLIC),
    ("/events/konf/programme/releases?limit=1", PUBLIC),
    (
        "/events/konf/programme/releases/1",
        "public, max-age=3600, immutable",
    ),
    ("/events/konf/committee?limit=1", PUBLIC),
    ("/events/konf/sessions?kind=talk&limit=1", PUBLIC),
    ("/events/konf/speakers?limit=200", PUBLIC),
    ("/events/konf/recordings?limit=200", PUBLIC),
    ("/events/konferansen/tickets", BRIEF),
    ("/events/konferansen/tickets?access_code=", BRIEF),
    ("/events/konferansen/registration-form", BRIEF),
];

/// A series, an event with two releases in it, and an event with tickets.
async fn world(app: &TestApp) -> OnSale {
    app.create(
        "/series",
        &json!({"organisation": "bufdir", "slug": "dialog", "title": "Dialogmøter"}),
    )
    .await;
    let id = event(app, "konf").await;
    let own = app.organiser("GET", "/events/konf").send().await;
    let change = app.organiser("PATCH", "/events/konf").if_match(&own.etag());
    change
        .patch_json(&json!({"series_id": "dialog"}))
        .send()
        .await
        .expect(200);
    for (position, name) in ["Kari Nordmann", "Ola Hansen"].iter().enumerate() {
        member(app, id, name, i32::try_from(position).unwrap(), true);
    }
    let sessions = vec![session("a", 1, None), session("b", 2, None)];
    release(app, id, &programme(sessions[..1].to_vec())).await;
    release(app, id, &programme(sessions)).await;
    OnSale::of_size(app, 1).await
}

/// The bytes as they are sent, with status and headers.
async fn raw(
    app: &TestApp,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (reqwest::StatusCode, reqwest::header::HeaderMap, Vec<u8>) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = app
        .client
        .request(method, format!("{}/api/v1{path}", app.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.bytes().await.unwrap().to_vec())
}

fn inflated(bytes: &[u8], coding: &str) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        "br" => brotli::Decompressor::new(bytes, 4096)
            .read_to_end(&mut plain)
            .unwrap(),
        "gzip" => flate2::read::GzDecoder::new(bytes)
            .read_to_end(&mut plain)
            .unwrap(),
        _ => Read::read_to_end(&mut { bytes }, &mut plain).unwrap(),
    };
    plain
}

fn availability(tickets: &Answer) -> String {
    tickets.expect(200)["items"][0]["availability"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn nothing_written(app: &TestApp) {
    app.state.db.write(|_| Ok::<_, DbError>(())).await.unwrap();
}

/// Asks for a document of the tests' own, which counts how often it is made.
async fn counted(
    app: &TestApp,
    count: &Arc<AtomicUsize>,
    takes: Duration,
    good: bool,
) -> Result<(), Problem> {
    let request = TestRequest::with_uri("/counted").to_http_request();
    let count = Arc::clone(count);
    let answer = app
        .state
        .recent
        .answer(&request, Caching::Public, move |_, _| {
            let made = count.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(takes);
            if good {
                Document::of(&made)
            } else {
                Err(Problem::not_found())
            }
        });
    answer.await.map(drop)
}

const AT_ONCE: Duration = Duration::ZERO;
const A_WHILE: Duration = Duration::from_millis(200);

on_both_stores! {
    async fn every_coding_is_the_same_document(app: TestApp) {
        world(&app).await;
        for (path, caching) in DOCUMENTS {
            let plain = app.get(path).send().await;
            plain.expect(200);
            let mut tags = Vec::new();
            for coding in ["", "gzip", "br"] {
                let (status, headers, bytes) = raw(&app, "GET", path, &[("accept-encoding", coding)]).await;
                assert_eq!((status.as_u16(), &headers["vary"], &headers["cache-control"]), (200, &"Accept-Encoding".parse().unwrap(), &caching.parse().unwrap()), "{path}");
                assert_eq!(headers.get("content-encoding").map_or("", |value| value.to_str().unwrap()), coding, "{path}");
                assert!(inflated(&bytes, coding) == plain.body.as_bytes(), "{path} in {coding:?}");
                tags.push(headers["etag"].to_str().unwrap().to_owned());
                let (status, head, bytes) = raw(&app, "HEAD", path, &[("accept-encoding", coding)]).await;
                assert_eq!((status.as_u16(), &head["etag"], bytes.len()), (200, &headers["etag"], 0), "{path}");
            }
            let bare = plain.etag();
            let bare = bare.trim_matches('"');
            assert_eq!(tags, [format!("\"{bare}\""), format!("\"{bare}-gzip\""), format!("\"{bare}-br\"")], "{path}");
            for (tag, coding) in tags.iter().flat_map(|tag| ["", "gzip", "br"].map(|coding| (tag, coding))) {
                let (status, headers, bytes) = raw(&app, "GET", path, &[("accept-encoding", coding), ("if-none-match", tag)]).await;
                assert_eq!((status.as_u16(), bytes.len(), &headers["vary"]), (304, 0, &"Accept-Encoding".parse().unwrap()), "{path} {tag} in {coding:?}");
            }
            let (status, ..) = raw(&app, "GET", path, &[("if-none-match", "\"another\"")]).await;
            assert_eq!(status, 200, "{path}");
        }
        let (_, headers, _) = raw(&app, "GET", "/events/konf/programme/releases?limit=1", &[("accept-encoding", "br")]).await;
        assert!(headers["link"].to_str().unwrap().contains("/programme/releases?limit=1&cursor="), "{headers:?}");
    }

    async fn a_change_of_this_process_shows_in_the_next_read(app: TestApp) {
        let sale = world(&app).await;
        assert_eq!(availability(&app.get("/events/konferansen/tickets").send().await), "few_left");
        let reader = async {
            for _ in 0..30 {
                app.get("/events/konferansen/tickets").send().await.expect(200);
            }
        };
        let writer = async {
            sale.register(&app, "kari@example.org").await.expect(202);
            let reads = (0..20).map(|_| app.get("/events/konferansen/tickets").send());
            for read in join_all(reads).await {
                assert_eq!(availability(&read), "sold_out");
            }
            let form = app.get("/events/konferansen/registration-form").send().await.expect(200);
            assert_eq!(form["ticket_types"][0]["availability"], "sold_out");
        };
        futures_util::future::join(reader, writer).await;
        for n in 0..5 {
            let slug = format!("ny-{n}");
            assert!(!app.get("/series").send().await.body.contains(&slug));
            app.get(&format!("/events/{slug}")).send().await.problem(404, "not-found");
            app.create("/series", &json!({"organisation": "bufdir", "slug": slug, "title": "Ny"})).await;
            assert!(app.get("/series").send().await.body.contains(&slug));
            app.create("/events", &json!({"slug": slug, "title": "Ny", "series_id": "dialog"})).await;
            app.get(&format!("/events/{slug}")).send().await.problem(404, "not-found");
            app.organiser("POST", &format!("/events/{slug}/publish")).send().await.expect(200);
            app.get(&format!("/events/{slug}")).send().await.expect(200);
            for path in ["/events", "/series/dialog", "/series/dialog/committee"] {
                assert!(app.get(path).send().await.body.contains(&slug), "{path}");
            }
        }
    }

    async fn a_change_of_another_process_shows_within_a_second(app: TestApp) {
        world(&app).await;
        let title = |answer: &Answer| answer.expect(200)["items"][0]["title"]["nb"].as_str().unwrap().to_owned();
        assert_eq!(title(&app.get("/series").send().await), "Dialogmøter");
        let mut conn = Target::parse(&app.store.url).unwrap().connect().unwrap();
        execute(&mut conn, "UPDATE series SET title = '{\"nb\": \"Dialog\"}'");
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        assert_eq!(title(&app.get("/series").send().await), "Dialog");
        // By the service's own clock, also when that is set back.
        for (n, by) in [TimeDelta::seconds(2), TimeDelta::hours(-1)].into_iter().enumerate() {
            execute(&mut conn, &format!("UPDATE series SET title = '{{\"nb\": \"Dialog {n}\"}}'"));
            app.advance(by);
            assert_eq!(title(&app.get("/series").send().await), format!("Dialog {n}"));
        }
    }

    async fn readers_of_a_cold_document_make_it_once(app: TestApp) {
        let made = Arc::new(AtomicUsize::new(0));
        let all = join_all((0..40).map(|_| counted(&app, &made, A_WHILE, true))).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(made.load(Ordering::SeqCst), 1);
        counted(&app, &made, AT_ONCE, true).await.unwrap();
        assert_eq!(made.load(Ordering::SeqCst), 1, "kept");
        nothing_written(&app).await;
        counted(&app, &made, AT_ONCE, true).await.unwrap();
        assert_eq!(made.load(Ordering::SeqCst), 2, "a write lets go of it");
        app.advance(TimeDelta::seconds(1));
        counted(&app, &made, AT_ONCE, true).await.unwrap();
        assert_eq!(made.load(Ordering::SeqCst), 3, "a second is the most");
    }

    async fn what_is_not_there_is_shared_but_never_kept(app: TestApp) {
        let made = Arc::new(AtomicUsize::new(0));
        let all = join_all((0..40).map(|_| counted(&app, &made, A_WHILE, false))).await;
        assert!(all.iter().all(Result::is_err));
        assert_eq!(made.load(Ordering::SeqCst), 1);
        counted(&app, &made, AT_ONCE, true).await.unwrap();
        assert_eq!(made.load(Ordering::SeqCst), 2);
    }

    async fn who_asks_after_a_write_is_not_given_what_was_read_before_it(app: TestApp) {
        let made = Arc::new(AtomicUsize::new(0));
        let early = counted(&app, &made, A_WHILE, true);
        let late = async {
            tokio::time::sleep(A_WHILE / 4).await;
            assert_eq!(made.load(Ordering::SeqCst), 1, "on its way");
            nothing_written(&app).await;
            join_all((0..10).map(|_| counted(&app, &made, AT_ONCE, true))).await
        };
        let (early, late) = futures_util::future::join(early, late).await;
        assert!(early.is_ok() && late.iter().all(Result::is_ok));
        assert_eq!(made.load(Ordering::SeqCst), 2, "once more, for all who asked late");
    }

    async fn a_reader_who_leaves_leaves_nobody_waiting(app: TestApp) {
        let made = Arc::new(AtomicUsize::new(0));
        let mut gone = Box::pin(counted(&app, &made, A_WHILE, true));
        assert!((&mut gone).now_or_never().is_none());
        let waiting = counted(&app, &made, AT_ONCE, true);
        let leaving = async {
            tokio::time::sleep(A_WHILE / 4).await;
            drop(gone);
        };
        let (answer, ()) = futures_util::future::join(waiting, leaving).await;
        answer.unwrap();
        assert_eq!(made.load(Ordering::SeqCst), 2);
    }

    async fn a_connection_is_free_once_its_work_is_done(app: TestApp) {
        let (leave, _) = tokio::sync::broadcast::channel::<()>(1);
        // Every connection is taken, and whoever asked for the work has gone.
        let gone = (0..8).map(|_| {
            let mut left = leave.subscribe();
            let work = app.state.db.read(move |_| { drop(left.blocking_recv()); Ok::<_, DbError>(()) });
            tokio::time::timeout(Duration::from_millis(300), work)
        });
        assert!(join_all(gone).await.iter().all(Result::is_err), "none has ended");
        let next = app.state.db.read(|_| Ok::<_, DbError>(())).await;
        assert!(matches!(next, Err(DbError::Busy)), "it waits in line, and for no connection: {next:?}");
        leave.send(()).unwrap();
        app.state.db.read(|_| Ok::<_, DbError>(())).await.unwrap();
    }

    async fn a_store_that_is_away_is_bridged_for_a_minute(app: TestApp) {
        world(&app).await;
        let before = app.get("/events/konferansen/tickets").send().await;
        before.expect(200);
        // Every connection is taken.
        let (leave, _) = tokio::sync::broadcast::channel::<()>(1);
        let holders: Vec<_> = (0..8).map(|_| {
            let mut left = leave.subscribe();
            let db = app.state.db.clone();
            tokio::spawn(async move { db.read(move |_| { drop(left.blocking_recv()); Ok::<_, DbError>(()) }).await })
        }).collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.advance(TimeDelta::seconds(5));
        let bridged = join_all((0..5).map(|_| app.get("/events/konferansen/tickets").send())).await;
        assert!(bridged.iter().all(|answer| answer.expect(200) == before.json()));
        let started = std::time::Instant::now();
        app.get("/events/konferansen/tickets").send().await.expect(200);
        assert!(started.elapsed() < Duration::from_millis(500), "tried again at once");
        app.advance(TimeDelta::seconds(60));
        app.get("/events/konferansen/tickets").send().await.problem(503, "busy");
        app.get("/events/konferansen/registration-form").send().await.problem(503, "busy");
        leave.send(()).unwrap();
        for holder in holders {
            drop(holder.await.unwrap());
        }
        assert_eq!(app.get("/events/konferansen/tickets").send().await.expect(200), before.json());
    }
}

#[actix_web::test]
async fn no_answer_of_the_past_follows_a_write_however_many_read() {
    let app = TestApp::spawn(crate::helpers::Store::Sqlite).await;
    let mut last = Value::Null;
    for n in 0..30 {
        let slug = format!("s{n:02}");
        let readers = join_all((0..8).map(|_| app.get("/series").send()));
        let body = json!({"organisation": "bufdir", "slug": slug, "title": "Ny"});
        let write = app.create("/series", &body);
        let (_, made) = futures_util::future::join(readers, write).await;
        let list = app.get("/series").send().await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), n + 1, "{last:?}");
        last = made;
    }
}

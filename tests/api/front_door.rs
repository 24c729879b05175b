//! What is answered before the router looks for a path is answered as the router would.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use futures_util::future::join_all;
use kongress::api::front_door::at_hand;
use serde_json::json;

use crate::helpers::released::{event, member, programme, release, session};
use crate::helpers::sales::{self, OnSale};
use crate::helpers::{Store, TestApp};

const DAY: (&str, &str) = ("2027-11-11T10:00:00+01:00", "2027-11-11T11:00:00+01:00");

/// What the front door has, with the pattern of its route.
const KNOWN: [(&str, &str); 9] = [
    ("/events/konf", "/events/{event}"),
    ("/events/konf/programme", "/events/{event}/programme"),
    (
        "/events/konf/sessions/apning",
        "/events/{event}/sessions/{session}",
    ),
    ("/events/konf/sessions", "/events/{event}/sessions"),
    ("/events/konf/sessions?limit=1", "/events/{event}/sessions"),
    ("/events/konf/speakers", "/events/{event}/speakers"),
    (
        "/events/konf/committee?limit=1",
        "/events/{event}/committee",
    ),
    ("/events/konferansen/tickets", "/events/{event}/tickets"),
    (
        "/events/konferansen/registration-form",
        "/events/{event}/registration-form",
    ),
];

async fn world(app: &TestApp) -> OnSale {
    let id = event(app, "konf").await;
    member(app, id, "Kari", 1, true);
    member(app, id, "Ola", 2, true);
    let sessions = vec![
        session("apning", 1, Some(DAY)),
        session("nattkino", 2, Some(DAY)),
    ];
    release(app, id, &programme(sessions)).await;
    OnSale::of_size(app, 10).await
}

fn found(app: &TestApp, path: &str, accept: &str) -> Option<String> {
    let request = TestRequest::get()
        .uri(&format!("/api/v1{path}"))
        .insert_header(("accept-encoding", accept));
    at_hand(&app.state, &request.to_srv_request()).map(|found| found.route.to_owned())
}

/// The status, all headers but those that differ each time, and the body.
async fn seen(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> (u16, Vec<String>, Vec<u8>) {
    let mut request = app.client.get(format!("{}/api/v1{path}", app.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let mut shown: Vec<String> = response
        .headers()
        .iter()
        .filter(|(name, _)| !["x-request-id", "ratelimit", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    assert_eq!(
        response.headers()["x-request-id"].len(),
        36,
        "each has a name of its own"
    );
    shown.sort();
    let status = response.status().as_u16();
    (status, shown, response.bytes().await.unwrap().to_vec())
}

/// The same address as the front door does not read it: `%6B` is a `k`.
fn long_way(path: &str) -> String {
    path.replacen("/konf", "/%6Bonf", 1)
}

on_both_stores! {
    async fn it_answers_as_the_router_does(app: TestApp) {
        world(&app).await;
        for (path, route) in KNOWN {
            for accept in ["br", "gzip", "identity"] {
                let cold = seen(&app, path, &[("accept-encoding", accept)]).await;
                // What sales have counts as right for a second.
                let quick = path.contains("konferansen");
                if !quick {
                    assert_eq!(found(&app, path, accept), Some(format!("/api/v1{route}")), "{path} {accept}");
                }
                let warm = seen(&app, path, &[("accept-encoding", accept)]).await;
                let long = seen(&app, &long_way(path), &[("accept-encoding", accept)]).await;
                assert_eq!((warm.0, &warm), (200, &long), "{path} {accept}");
                assert_eq!(cold, long, "{path} {accept}");
                let tag = warm.1.iter().find_map(|line| line.strip_prefix("etag: ")).unwrap();
                let known = [("accept-encoding", accept), ("if-none-match", tag)];
                let answers = (seen(&app, path, &known).await, seen(&app, &long_way(path), &known).await);
                assert_eq!((answers.0.0, &answers.0), (304, &answers.1), "{path} {accept}");
            }
        }
    }

    async fn it_sends_on_what_it_does_not_know(app: TestApp) {
        world(&app).await;
        for (path, _) in KNOWN {
            assert_eq!(seen(&app, path, &[]).await.0, 200, "{path}");
        }
        for path in [
            "/events/konf/", "/events/konf/programme/", "/events/konf/programme?x=1", "/events/konf?", "/events/konf/sessions/apning/watch", "/events/konf/sessions/",
            "/events/konf/sessions/nobody", "/events/konf/sessions?limit=0", "/events/konf/sessions?x=1", "/events/konf/tickets/x", "/events/nobody", "/events/nobody/programme",
            "/events/%6Bonf", "/events/", "/events", "/organiser/events/konf", "/events/konf/programme/releases",
        ] {
            assert_eq!(found(&app, path, ""), None, "{path}");
        }
        let post = TestRequest::post().uri("/api/v1/events/konf/programme").to_srv_request();
        assert!(at_hand(&app.state, &post).is_none());
        app.call("POST", "/events/konf/programme").send_unchecked().await.problem(405, "method-not-allowed");
        app.get("/events/nobody/programme").send().await.problem(404, "not-found");
    }

    async fn it_never_shows_what_is_over(app: TestApp) {
        let sale = world(&app).await;
        let title = async || app.get("/events/konf").send().await.expect(200)["title"]["nb"].clone();
        let first = title().await;
        for n in 0..20 {
            let own = app.organiser("GET", "/events/konf").send().await;
            let new = json!({"title": {"nb": format!("Tittel {n}")}});
            app.organiser("PATCH", "/events/konf").if_match(&own.etag()).patch_json(&new).send().await.expect(200);
            assert_eq!(title().await, format!("Tittel {n}"), "after {first}");
        }
        // Time alone closes registration.
        let open = async || app.get(&format!("/events/{}", sale.event)).send().await.expect(200)["registration"]["open"].clone();
        assert_eq!(open().await, true);
        app.advance(TimeDelta::days(3_000));
        assert_eq!(open().await, false);
        assert_eq!(found(&app, "/events/konf/programme", "br"), None, "the event has begun and is drawn again");
        // And sales with it.
        let availability = async |sale: &OnSale| app.get(&format!("/events/{}/tickets", sale.event)).send().await.expect(200)["items"][0]["availability"].clone();
        assert_eq!(availability(&sale).await, "closed");
    }

    async fn what_is_sold_shows_at_once(app: TestApp) {
        let sale = OnSale::of_size(&app, 2).await;
        let availability = async || app.get(&format!("/events/{}/tickets", sale.event)).send().await.expect(200)["items"][0]["availability"].clone();
        for (n, expected) in [(0, "few_left"), (1, "few_left"), (2, "sold_out")] {
            if n > 0 {
                sale.register(&app, &format!("n{n}@example.org")).await.expect(202);
            }
            assert_eq!([availability().await, availability().await], [expected, expected], "{n}");
        }
        sales::assert_integrity(&app);
    }
}

#[actix_web::test]
async fn it_counts_and_limits_like_every_other_way() {
    let app = TestApp::spawn_with(Store::Sqlite, &["--rate-limit", "on"]).await;
    world(&app).await;
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..20 {
        let crowd = (0..500).map(|_| seen(&app, "/events/konf/programme", &[]));
        for (status, ..) in join_all(crowd).await {
            match status {
                200 => answered += 1,
                429 => refused += 1,
                other => panic!("{other}"),
            }
        }
        if refused > 0 {
            break;
        }
    }
    assert!(refused > 0 && answered >= 500, "{answered} {refused}");
    let text = app.state.metrics.render().unwrap();
    let counted =
        format!("route=\"/api/v1/events/{{event}}/programme\",status=\"200\"}} {answered}\n");
    assert!(text.contains(&counted), "{text}");
}

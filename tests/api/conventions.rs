//! What holds for every route: bodies, errors, preconditions, lists, caching, CORS.

use serde_json::{Value, json};

use crate::helpers::TestApp;

fn series(title: &str) -> Value {
    json!({"title": {"nb": title}})
}

async fn count(app: &TestApp) -> usize {
    let list = app.get("/series?limit=200").send().await.expect(200);
    list["items"].as_array().unwrap().len()
}

on_both_stores! {
    async fn bad_bodies_have_their_documented_problem_and_store_nothing(app: TestApp) {
        let post = |content_type: &str, body: &[u8]| app.organiser("POST", "/series").bytes(content_type, body.to_vec()).send();
        let json = "application/json";
        post(json, b"{\"title\":").await.problem(400, "unreadable-json");
        post(json, b"\xff\xfe").await.problem(400, "unreadable-json");
        post(json, b"").await.problem(400, "unreadable-json");
        post(json, "[".repeat(100_000).as_bytes()).await.problem(400, "unreadable-json");
        post(json, br#"{"title": "A", "title": "B"}"#).await.fault("/title", "duplicate_key");
        post(json, br#"{"title": "A", "colour": 1}"#).await.fault("/colour", "unknown_field");
        post(json, br#"{"title": 7}"#).await.fault("/title", "invalid_type");
        post(json, br#"{"title": {"nb": 7}}"#).await.fault("/title/nb", "invalid_type");
        post(json, br#"["bufdir", null, "A", null, null, null, null]"#).await.fault("", "invalid_type");
        let listed = br#"{"title": "A", "venue": ["N", null, null, null, null, null]}"#;
        app.organiser("POST", "/events").bytes(json, listed.to_vec()).send().await.fault("/venue", "invalid_type");
        post(json, br#"{"slug": "a"}"#).await.fault("/title", "required");
        post(json, br#"{"title": "A\u0000B"}"#).await.fault("/title", "nul_character");
        post(json, "{\"title\": \"A\u{202e}B\"}".as_bytes()).await.fault("/title", "invalid_text");
        post(json, format!("{{\"title\": \"{}\"}}", "x".repeat(1_000_000)).as_bytes()).await.problem(413, "body-too-large");
        post("text/plain", b"{}").await.problem(415, "unsupported-media-type");
        post("application/json; charset=latin1", b"{}").await.problem(415, "unsupported-media-type");
        let compressed = app.organiser("POST", "/series").json(&series("A")).header("content-encoding", "gzip");
        compressed.send().await.problem(415, "unsupported-media-type");
        let several = post(json, br#"{"title": {"de": "x"}, "slug": "A B", "website_url": "ftp://x"}"#).await;
        for pointer in ["/slug", "/website_url", "/title/de"] {
            let errors = several.json()["errors"].clone();
            assert!(errors.as_array().unwrap().iter().any(|error| error["pointer"] == pointer), "{pointer}: {errors}");
        }
        assert_eq!(count(&app).await, 0);
    }

    async fn every_failure_is_a_problem_document(app: TestApp) {
        app.get("/nowhere").send().await.problem(404, "not-found");
        app.get("/").at_root("/nowhere").send().await.problem(404, "not-found");
        app.get("/series/unknown").send().await.problem(404, "not-found");
        let wrong = app.call("PUT", "/organiser/series").send().await;
        wrong.problem(405, "method-not-allowed");
        assert_eq!(wrong.header("allow"), "GET, HEAD, OPTIONS, POST");
        let long = format!("/series?cursor={}", "x".repeat(5000));
        app.get(&long).send().await.problem(414, "uri-too-long");
        let headers = app.get("/series").header("x-long", &"x".repeat(17_000)).send().await;
        headers.problem(431, "headers-too-large");
        let missing = app.call("GET", "/organiser/me").send().await;
        missing.problem(401, "not-signed-in");
        assert!(missing.header("www-authenticate").starts_with("Bearer"));
        app.call("GET", "/organiser/me").bearer("kgr_unknown").send().await.problem(401, "not-signed-in");
    }

    async fn every_problem_type_explains_itself(app: TestApp) {
        for kind in kongress::problem::Kind::ALL {
            let page = app.get(&format!("/problems/{}", kind.code())).send().await;
            page.expect_html(kind.title());
        }
        app.get("/problems/unheard-of").send().await.problem(404, "not-found");
    }

    async fn head_is_get_without_a_body(app: TestApp) {
        app.create("/series", &series("Temadager")).await;
        for path in ["/series", "/series/temadager", "/health/ready", "/openapi.json"] {
            let get = app.get(path).send().await;
            let head = app.call("HEAD", path).send().await;
            assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
            assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
            assert_eq!(head.etag(), get.etag(), "{path}");
        }
    }

    async fn entity_tags_save_transfers_and_guard_changes(app: TestApp) {
        app.create("/series", &series("Temadager")).await;
        let public = app.get("/series/temadager").send().await;
        assert_eq!(public.header("cache-control"), "public, max-age=10, stale-while-revalidate=60");
        let weak = format!("W/{}", public.etag());
        let known = app.get("/series/temadager").header("if-none-match", &weak).send().await;
        assert_eq!((known.status, known.etag()), (304, public.etag()));

        let path = "/series/temadager";
        let own = app.organiser("GET", path).send().await;
        assert_eq!(own.header("cache-control"), "no-store");
        app.organiser("PATCH", path).patch_json(&json!({"title": "B"})).send().await.problem(428, "precondition-required");
        let changed = app.organiser("PATCH", path).if_match(&own.etag()).patch_json(&json!({"description": "**B**"})).send().await;
        assert_eq!(changed.expect(200)["description_html"]["nb"], "<p><strong>B</strong></p>\n");
        let stale = app.organiser("PATCH", path).if_match(&own.etag()).patch_json(&json!({"title": "C"})).send().await;
        stale.problem(412, "stale");
        assert_eq!(stale.etag(), changed.etag());
        assert_eq!(app.organiser("GET", path).send().await.json()["title"]["nb"], "Temadager");
        app.organiser("DELETE", path).send().await.problem(428, "precondition-required");
        app.organiser("DELETE", path).if_match(&changed.etag()).send().await.expect(204);
        app.organiser("GET", path).send().await.problem(404, "not-found");
    }

    async fn two_editors_never_overwrite_each_other(app: TestApp) {
        app.create("/series", &series("Temadager")).await;
        let tag = app.organiser("GET", "/series/temadager").send().await.etag();
        let edits = (0..10).map(|n| {
            app.organiser("PATCH", "/series/temadager").if_match(&tag).patch_json(&json!({"title": format!("T{n}")})).send()
        });
        let answers = futures_util::future::join_all(edits).await;
        let good: Vec<u16> = answers.iter().map(|answer| answer.status).filter(|status| *status == 200).collect();
        assert_eq!(good.len(), 1);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 412)));
    }

    async fn slugs_are_derived_numbered_and_kept(app: TestApp) {
        assert_eq!(app.create("/series", &series("Æ Ø Å")).await["slug"], "ae-o-a");
        assert_eq!(app.create("/series", &series("Æ Ø Å")).await["slug"], "ae-o-a-2");
        let given = json!({"slug": "ae-o-a", "title": "x"});
        app.organiser("POST", "/series").json(&given).send().await.problem(409, "slug-taken");
        let bad = json!({"slug": "Æ", "title": "x"});
        app.organiser("POST", "/series").json(&bad).send().await.fault("/slug", "invalid_slug");
    }

    async fn lists_never_skip_or_repeat_while_others_insert(app: TestApp) {
        for n in 0..25 {
            app.create("/series", &json!({"title": "T", "slug": format!("s-{n:03}")})).await;
        }
        let mut seen = Vec::new();
        let mut path = "/series?limit=10".to_owned();
        let mut more = 0;
        loop {
            let answer = app.get(&path).send().await;
            let page = answer.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["slug"].as_str().unwrap().to_owned()));
            app.create("/series", &json!({"title": "T", "slug": format!("a-{more}")})).await;
            more += 1;
            let Some(cursor) = page["next_cursor"].as_str() else {
                assert_eq!(answer.header("link"), "");
                break;
            };
            assert!(cursor.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'));
            assert!(answer.header("link").contains("rel=\"next\"") && answer.header("link").contains("limit=10"));
            path = format!("/series?limit=10&cursor={cursor}");
        }
        let expected: Vec<String> = (0..25).map(|n| format!("s-{n:03}")).collect();
        assert_eq!(seen, expected);
        for bad in ["limit=0", "limit=201", "limit=x", "limit=-1"] {
            app.get(&format!("/series?{bad}")).send().await.fault("/limit", "invalid_limit");
        }
        app.get("/series?cursor=%25").send().await.fault("/cursor", "invalid_cursor");
        app.get("/series?page=2").send().await.fault("/page", "unknown_field");
        app.get("/series?limit=1&limit=2").send().await.fault("/limit", "duplicate_key");
    }

    async fn the_same_key_has_one_effect(app: TestApp) {
        let send = |key: &str, title: &str| {
            app.organiser("POST", "/series").header("idempotency-key", key).json(&series(title)).send()
        };
        let first = send("8e03978e-40d5-43dd-bc93-6894a57f9324", "A").await;
        let again = send("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "A").await;
        assert_eq!((first.expect(201), first.header("location"), first.etag()), (again.expect(201), again.header("location"), again.etag()));
        assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), ("", "true"));
        send("8e03978e-40d5-43dd-bc93-6894a57f9324", "B").await.problem(422, "idempotency-key-reused");
        assert_eq!(count(&app).await, 1);
        let other = app.token_of("ks", kongress::auth::Role::Owner);
        let elsewhere = app.call("POST", "/organiser/series").bearer(&other).header("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324");
        elsewhere.json(&series("C")).send().await.expect(201);
        send("æ", "A").await.problem(400, "bad-header");
        send(&"k".repeat(256), "A").await.problem(400, "bad-header");
        app.advance(chrono::TimeDelta::hours(25));
        send("8e03978e-40d5-43dd-bc93-6894a57f9324", "D").await.expect(201);
    }

    async fn a_refused_input_is_kept_and_a_conflict_is_not(app: TestApp) {
        let send = |key: &str, body: Value| app.organiser("POST", "/series").header("idempotency-key", key).json(&body).send();
        let bad = json!({"title": "x", "slug": "Å"});
        send("k1", bad.clone()).await.fault("/slug", "invalid_slug");
        let again = send("k1", bad).await;
        again.fault("/slug", "invalid_slug");
        assert_eq!(again.header("idempotent-replayed"), "true");
        app.create("/series", &json!({"title": "x", "slug": "taken"})).await;
        let taken = json!({"title": "x", "slug": "taken"});
        send("k2", taken.clone()).await.problem(409, "slug-taken");
        let tag = app.organiser("GET", "/series/taken").send().await.etag();
        app.organiser("DELETE", "/series/taken").if_match(&tag).send().await.expect(204);
        send("k2", taken).await.expect(201);
    }

    async fn parallel_requests_with_one_key_have_one_effect(app: TestApp) {
        let calls = (0..50).map(|_| {
            app.organiser("POST", "/series").header("idempotency-key", "one").json(&series("A")).send()
        });
        let answers = futures_util::future::join_all(calls).await;
        let first = answers[0].expect(201);
        assert!(answers.iter().all(|answer| answer.expect(201) == first));
        assert_eq!(answers.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count(), 1);
        assert_eq!(count(&app).await, 1);
    }

    async fn any_origin_reads_and_none_edits(app: TestApp) {
        let public = app.get("/series").header("origin", "https://any.example").send().await;
        assert_eq!(public.header("access-control-allow-origin"), "*");
        assert_eq!(public.header("access-control-allow-credentials"), "");
        assert!(public.header("access-control-expose-headers").contains("Idempotent-Replayed"));
        let organiser = app.organiser("GET", "/me").header("origin", "https://any.example").send().await;
        assert_eq!(organiser.header("access-control-allow-origin"), "");
        let preflight = app.call("OPTIONS", "/events").header("origin", "https://any.example").header("access-control-request-method", "GET").send_unchecked().await;
        assert_eq!((preflight.status, preflight.header("access-control-allow-methods")), (204, "GET, HEAD, OPTIONS"));
        assert!(preflight.header("access-control-allow-headers").contains("Kongress-Frontend"));
        let preflight = app.call("OPTIONS", "/organiser/events").header("origin", "https://any.example").send_unchecked().await;
        assert_eq!(preflight.header("access-control-allow-methods"), "");
    }
}

#[actix_web::test]
async fn a_configured_origin_edits_from_a_browser() {
    let flags = ["--organiser-origins", "https://programme.example.org"];
    let app = TestApp::spawn_with(crate::helpers::Store::Sqlite, &flags).await;
    let known = app
        .organiser("GET", "/me")
        .header("origin", "https://programme.example.org")
        .send()
        .await;
    assert_eq!(
        known.header("access-control-allow-origin"),
        "https://programme.example.org"
    );
    assert!(known.header("vary").contains("Origin"));
}

#[actix_web::test]
async fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let app = TestApp::spawn_with(crate::helpers::Store::Sqlite, &["--rate-limit", "on"]).await;
    let calls = (0..900).map(|n| {
        app.get("/health/live")
            .header("x-forwarded-for", &format!("10.0.0.{}", n % 250))
            .send()
    });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers[0].header("ratelimit").starts_with("\"default\";r="));
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    refused.problem(429, "too-many-requests");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
}

#[actix_web::test]
async fn guessing_tokens_is_slow() {
    let app = TestApp::spawn_with(crate::helpers::Store::Sqlite, &["--rate-limit", "on"]).await;
    let mut statuses = Vec::new();
    for n in 0..12 {
        statuses.push(
            app.call("GET", "/organiser/me")
                .bearer(&format!("kgr_{n}"))
                .send()
                .await
                .status,
        );
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[11], 429);
    app.organiser("GET", "/me").send().await.expect(200);
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_given_up() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let app = TestApp::spawn(crate::helpers::Store::Sqlite).await;
    let address = app.address.strip_prefix("http://").unwrap();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/organiser/series HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{{",
        app.token
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 2048];
    let wait = connection.read(&mut answer);
    let read = tokio::time::timeout(std::time::Duration::from_secs(40), wait)
        .await
        .unwrap()
        .unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("/problems/slow-body"),
        "{answer}"
    );
}

//! Where a sensitive answer must not be found: in the log, in mails, in anything that was not asked for it;
//! and once its time is over, anywhere.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::Text;
use kongress::db::{Db, DbError, Target};
use kongress::per_backend;
use kongress::tickets::questions::sweep;
use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::command_line::{Served, kongress};
use crate::helpers::crowd::target;
use crate::helpers::sales;
use crate::helpers::stores::{TestStore, unique};
use crate::helpers::{Store, TestApp};
use crate::sheets;
use crate::walk_through::{Visitor, first_link, mail_folder, mails, owner_of_bufdir, token_of};

const CANARY: &str = "KANARI4711";
const EVENT: &str = "/organiser/events/dagene";

/// A request past [`Visitor`], which knows neither keys nor texts; its status and what it says.
async fn call(
    served: &Served,
    method: &str,
    path: &str,
    token: &str,
    body: String,
) -> (u16, Value) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let url = format!("{}/api/v1{path}", served.address);
    let request = reqwest::Client::new().request(method, url);
    let request = request
        .header("content-type", "application/json")
        .header("if-match", "*")
        .header("idempotency-key", unique());
    let request = if token.is_empty() {
        request
    } else {
        request.bearer_auth(token)
    };
    let answer = request.body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

/// Every text of every mail, decoded.
fn mailed(folder: &Path) -> String {
    let mut texts = String::new();
    for path in mails(folder) {
        let raw = std::fs::read(path).unwrap();
        let mail = MessageParser::default().parse(&raw).unwrap();
        for part in &mail.parts {
            texts.push_str(&String::from_utf8_lossy(part.contents()));
        }
        texts.push_str(&String::from_utf8_lossy(&raw));
    }
    texts
}

/// Every file in a folder and those below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Where the canary is: files of the store's folder as they are on disk, and tables of a server.
fn found(store: &TestStore) -> Vec<String> {
    let has = |bytes: &[u8]| {
        let mut windows = bytes.windows(CANARY.len());
        windows.any(|window| window == CANARY.as_bytes())
    };
    let on_disk = files(&store.dir).into_iter();
    let on_disk = on_disk.filter(|path| has(&std::fs::read(path).unwrap()));
    let mut places: Vec<String> = on_disk.map(|path| path.display().to_string()).collect();
    let target = target(store);
    if matches!(target, Target::Postgres(_)) {
        let tables = Db::write_once::<_, DbError>(&target, |conn| Ok(tables(conn)));
        let tables = tables.unwrap().into_iter();
        places.extend(
            tables
                .filter(|(_, rows)| has(rows.as_bytes()))
                .map(|(name, _)| name),
        );
    }
    places
}

/// Every table with its rows as text, and what is binary as the text that it may be.
fn tables(conn: &mut kongress::db::Conn) -> Vec<(String, String)> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let mut lines = |sql: String| -> Vec<String> {
        let lines: Vec<Line> = per_backend!(conn, c => diesel::sql_query(sql).load(c)).unwrap();
        lines.into_iter().map(|line| line.line).collect()
    };
    lines("SELECT set_config('bytea_output', 'escape', false) AS line".into());
    let named = "SELECT table_name::text AS line FROM information_schema.tables WHERE table_schema = 'public'";
    lines(named.into())
        .into_iter()
        .map(|name| {
            let rows = lines(format!("SELECT t::text AS line FROM \"{name}\" t"));
            (name, rows.concat())
        })
        .collect()
}

/// An event with a ticket type and a question on allergies; their ids.
async fn organise(organiser: &Visitor) -> (String, String) {
    let event = json!({"organisation": "bufdir", "slug": "dagene", "title": "Dagene", "starts_on": "2027-11-11", "ends_on": "2027-11-11"});
    organiser.post("/organiser/events", &event, 201).await;
    let ticket = organiser
        .post(
            &format!("{EVENT}/ticket-types"),
            &json!({"name": "I salen"}),
            201,
        )
        .await;
    let question =
        json!({"label": "Allergi", "kind": "text", "sensitive": true, "delete_after_days": 1});
    let question = organiser
        .post(&format!("{EVENT}/questions"), &question, 201)
        .await;
    organiser
        .post(&format!("{EVENT}/publish"), &json!({}), 200)
        .await;
    let id = |made: Value| made["id"].as_str().unwrap().to_owned();
    (id(ticket), id(question))
}

/// Answers in every way there is, also in ways that are refused.
async fn answer(served: &Served, store: &TestStore, token: &str, (ticket, question): (&str, &str)) {
    let path = "/events/dagene/registrations";
    let one = |email: &str, value: Value| json!({"ticket_type_id": ticket, "name": "Kari", "email": email, "answers": [{"question_id": question, "value": value}]});
    let form = |email: &str, value: Value, consents: bool| {
        json!({"attendees": [one(email, value)], "consents": {"sensitive": consents}}).to_string()
    };
    let refused = form("kari@example.org", json!(CANARY), false);
    assert_eq!(call(served, "POST", path, "", refused).await.0, 422);
    let refused = form("kari@example.org", json!([CANARY]), true);
    assert_eq!(call(served, "POST", path, "", refused).await.0, 422);
    let unreadable = format!("{{\"attendees\": {CANARY}");
    assert_eq!(call(served, "POST", path, "", unreadable).await.0, 400);
    let taken = form("kari@example.org", json!(CANARY), true);
    assert_eq!(call(served, "POST", path, "", taken).await.0, 202);
    let folder = mail_folder(store);
    let link = first_link(&folder, "confirm_registration", "kari@example.org");
    let body = json!({"token": token_of(&link)}).to_string();
    let (status, opened) = call(served, "POST", "/registrations/confirm", "", body).await;
    assert_eq!(status, 200, "{opened}");
    let access = opened["access_token"].as_str().unwrap();
    let own = &opened["registration"]["attendees"][0];
    assert_eq!(own["answers"][0]["value"], CANARY);
    let again = json!({"answers": [{"question_id": question, "value": format!("{CANARY} igjen")}]});
    let path = format!("/registration/attendees/{}", own["id"].as_str().unwrap());
    assert_eq!(
        call(served, "PATCH", &path, access, again.to_string())
            .await
            .0,
        200
    );
    let colleague = one("ola@example.org", json!(CANARY)).to_string();
    assert_eq!(
        call(served, "POST", "/registration/attendees", access, colleague)
            .await
            .0,
        201
    );
    let by_staff = form("liv@example.org", json!(CANARY), true);
    let path = format!("{EVENT}/registrations");
    assert_eq!(call(served, "POST", &path, token, by_staff).await.0, 201);
    first_link(&folder, "registration_confirmed", "ola@example.org");
    first_link(&folder, "registration_confirmed", "liv@example.org");
}

/// Everything that an organiser, or anybody, reads without asking for what is sensitive.
async fn read_all(served: &Served, store: &TestStore, token: &str) -> String {
    let mut all = served.get_text("/metrics").await;
    let public = [
        "/events/dagene",
        "/events/dagene/registration-form",
        "/events/dagene/programme.ics",
    ];
    for path in public {
        all.push_str(&served.get_text(&format!("/api/v1{path}")).await);
    }
    let client = reqwest::Client::new();
    for path in [
        "/registrations",
        "/registrations.csv",
        "/registrations.xlsx",
        "/waiting-list",
        "/emails",
        "/audit",
        "/questions",
    ] {
        let url = format!("{}/api/v1{EVENT}{path}", served.address);
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let body = answer.bytes().await.unwrap();
        if path.ends_with("xlsx") {
            let file = store.dir.join("registrations.xlsx");
            std::fs::write(&file, &body).unwrap();
            all.push_str(&sheets::read_back(&file).to_string());
        }
        all.push_str(&String::from_utf8_lossy(&body));
    }
    all
}

async fn sensitive_answers_are_found_nowhere(kind: Store) {
    let store = kind.create_empty();
    let token = owner_of_bufdir(&store);
    let log = store.dir.join("log");
    let mut command = kongress(&store);
    command.env("KONGRESS_LOG", "debug,kongress=trace");
    let served = Served::start_logging(command, std::fs::File::create(&log).unwrap());
    let organiser = Visitor::with_token(&served.address, &token);
    let (ticket, question) = organise(&organiser).await;
    answer(&served, &store, &token, (&ticket, &question)).await;
    let read = read_all(&served, &store, &token).await;
    assert!(
        read.contains("liv@example.org") && !read.contains(CANARY),
        "{read}"
    );
    let asked = format!("/api/v1{EVENT}/registrations.csv?include=sensitive");
    let asked = reqwest::Client::new()
        .get(format!("{}{asked}", served.address))
        .bearer_auth(&token);
    let asked = asked.send().await.unwrap().text().await.unwrap();
    assert_eq!(
        asked.matches(CANARY).count(),
        3,
        "who asks for it gets it: {asked}"
    );
    let mails = mailed(&mail_folder(&store));
    assert!(mails.contains("BEGIN:VCALENDAR") && !mails.contains(CANARY));
    drop(served);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("DEBUG") && !log.contains(CANARY), "{log}");

    assert!(
        !found(&store).is_empty(),
        "else this would look in the wrong places"
    );
    let app = TestApp::spawn_on(store, &[]).await;
    let ends = chrono::DateTime::parse_from_rfc3339("2027-11-12T00:00:00+01:00").unwrap();
    app.advance(ends.to_utc() + TimeDelta::days(1) - app.clock.now().utc());
    let now = app.clock.now();
    assert!(
        app.state
            .db
            .write(move |tx| sweep::sweep(tx, now))
            .await
            .unwrap()
    );
    app.state.erased(Vec::new()).await;
    assert_eq!(found(&app.store), Vec::<String>::new());
    sales::assert_integrity(&app);
}

mod sensitive_answers_are_found_nowhere_else {
    use super::*;

    #[actix_web::test]
    async fn sqlite() {
        sensitive_answers_are_found_nowhere(Store::Sqlite).await;
    }

    #[actix_web::test]
    async fn postgres() {
        sensitive_answers_are_found_nowhere(Store::Postgres).await;
    }
}

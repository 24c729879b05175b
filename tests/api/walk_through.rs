//! From nothing to a confirmed seat, with the program itself, over HTTP, and mail read from disk.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::command_line::{Served, kongress};
use crate::helpers::Store;
use crate::helpers::stores::TestStore;

/// A client of one running program.
pub struct Visitor {
    client: reqwest::Client,
    address: String,
    token: Option<String>,
}

impl Visitor {
    pub fn new(address: &str) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            client,
            address: address.to_owned(),
            token: None,
        }
    }

    pub fn with_token(address: &str, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..Self::new(address)
        }
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = format!("{}/api/v1{path}", self.address);
        let mut request = self
            .client
            .request(reqwest::Method::from_bytes(method.as_bytes()).unwrap(), url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.send("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: &Value, expected: u16) -> Value {
        let (status, answer) = self.send("POST", path, Some(body)).await;
        assert_eq!(status, expected, "{path}: {answer}");
        answer
    }
}

/// The owner's token of a new organisation `bufdir`, made on the command line.
pub fn owner_of_bufdir(store: &TestStore) -> String {
    let run = |arguments: &[&str]| {
        let output = kongress(store).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    run(&[
        "organisation",
        "create",
        "--slug",
        "bufdir",
        "--name",
        "Bufdir",
    ]);
    run(&[
        "token",
        "create",
        "--organisation",
        "bufdir",
        "--role",
        "owner",
    ])
}

/// Waits for a mail of this kind to this address, and gives the first link of its text part.
pub fn first_link(folder: &Path, kind: &str, to: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(110);
    loop {
        if let Some(link) = mails(folder)
            .iter()
            .rev()
            .find_map(|mail| link_of(mail, kind, to))
        {
            return link;
        }
        assert!(
            Instant::now() < deadline,
            "no {kind} to {to} in {}",
            folder.display()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn mails(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path());
    let mut mails: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    mails.sort();
    mails
}

fn link_of(path: &Path, kind: &str, to: &str) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let mail = MessageParser::default().parse(&bytes)?;
    let is_kind = mail
        .header_raw("X-Kongress-Kind")
        .is_some_and(|value| value.trim() == kind);
    let is_to = mail.to()?.first()?.address()? == to;
    let text = mail.body_text(0)?.into_owned();
    (is_kind && is_to).then(|| {
        text.lines()
            .find(|line| line.starts_with("http"))
            .unwrap()
            .trim()
            .to_owned()
    })
}

pub fn token_of(link: &str) -> String {
    link.split_once("token=").unwrap().1.to_owned()
}

async fn organise(organiser: &Visitor) -> (String, String) {
    let series = json!({"organisation": "bufdir", "slug": "barnevernskonferansen", "title": {"nb": "Barnevernskonferansen"}, "languages": ["nb", "en"]});
    organiser.post("/organiser/series", &series, 201).await;
    let event = json!({
        "organisation": "bufdir", "series_id": "barnevernskonferansen", "slug": "barnevernskonferansen-2027",
        "title": {"nb": "Barnevernskonferansen 2027"}, "starts_on": "2027-11-11", "ends_on": "2027-11-11",
        "timezone": "Europe/Oslo", "format": "hybrid", "languages": ["nb", "en"], "default_language": "nb",
        "venue": {"name": "Kongressenteret", "municipality_number": "0301"},
        "organisers": [{"name": "Bufdir", "role": "host"}, {"name": "Bufetat", "role": "host"}, {"name": "KS", "role": "host"}]
    });
    organiser.post("/organiser/events", &event, 201).await;
    let e = "/organiser/events/barnevernskonferansen-2027";
    let post = |path: &str, body: Value| {
        let path = format!("{e}{path}");
        async move { organiser.post(&path, &body, 201).await }
    };
    post("/committee", json!({"name": "Kari Nordmann", "affiliation": "Hamar", "role": "member", "email": "kari@example.org"})).await;
    let room = post(
        "/rooms",
        json!({"name": {"nb": "Storsalen"}, "capacity": 600}),
    )
    .await;
    post(
        "/tracks",
        json!({"name": {"nb": "Forebygging"}, "color": "#00665e"}),
    )
    .await;
    let speaker = post("/speakers", json!({"name": "Ola Nordmann", "position": "Leder for barnevernet", "affiliation": "Lørenskog kommune"})).await;
    let session = post("/sessions", json!({
        "title": {"nb": "Oppvekstplanen i Lørenskog", "en": "Growing up in Lørenskog"}, "kind": "talk", "language": "nb",
        "starts_at": "2027-11-11T10:13:00+01:00", "ends_at": "2027-11-11T10:35:00+01:00",
        "room_id": room["id"], "track_id": null, "speakers": [{"speaker_id": speaker["id"], "role": "speaker"}], "sign_up": {"capacity": 40}
    })).await;
    let release = post(
        "/programme/releases",
        json!({"note": {"nb": "Første program"}}),
    )
    .await;
    assert_eq!(release["version"], 1);
    post("/recordings", json!({
        "title": {"nb": "Hele dagen"}, "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "language": "nb", "state": "published",
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    })).await;
    let quota = post("/quotas", json!({"name": {"nb": "Salen"}, "size": 600})).await;
    let ticket = post("/ticket-types", json!({
        "name": {"nb": "I salen"}, "attendance": "in_person", "quotas": [quota["id"]], "waiting_list": true, "opens_at": null, "closes_at": null
    })).await;
    organiser
        .post(&format!("{e}/publish"), &json!({}), 200)
        .await;
    (
        session["id"].as_str().unwrap().to_owned(),
        ticket["id"].as_str().unwrap().to_owned(),
    )
}

async fn from_nothing_to_a_confirmed_seat(kind: Store) {
    let store = kind.create_empty();
    let token = owner_of_bufdir(&store);
    let served = Served::start(kongress(&store));
    let organiser = Visitor::with_token(&served.address, &token);
    let (session, ticket) = organise(&organiser).await;

    let anybody = Visitor::new(&served.address);
    let e = "/events/barnevernskonferansen-2027";
    let shown = anybody.get(&format!("{e}/sessions/{session}")).await;
    let video = &shown["video"][0];
    assert_eq!(
        (
            &video["start_seconds"],
            &video["confidence"],
            &video["jumps"]
        ),
        (&json!(4380), &json!("scheduled"), &json!(true)),
        "{shown}"
    );
    assert_eq!(
        video["watch_url"],
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4380s"
    );
    let watch = anybody
        .client
        .get(format!(
            "{}/api/v1{e}/sessions/oppvekstplanen-i-lorenskog/watch?at=1:30",
            served.address
        ))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (
            watch.status().as_u16(),
            watch.headers()["location"].to_str().unwrap()
        ),
        (302, "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4470s")
    );
    let programme = anybody.get(&format!("{e}/programme")).await;
    assert_eq!(
        (&programme["version"], &programme["days"][0]["date"]),
        (&json!(1), &json!("2027-11-11"))
    );
    assert_eq!(
        anybody.get(&format!("{e}/tickets")).await["items"][0]["availability"],
        "available"
    );

    let form = json!({"attendees": [{"ticket_type_id": ticket, "name": "Åse Ærø", "email": "someone@example.org"}], "consents": {"terms": true}, "language": "nb"});
    let accepted = anybody
        .post(&format!("{e}/registrations"), &form, 202)
        .await;
    assert_eq!(
        (&accepted["state"], &accepted["leads_to"]),
        (&json!("awaiting_confirmation"), &json!("confirmed"))
    );
    let folder = mail_folder(&store);
    let link = first_link(&folder, "confirm_registration", "someone@example.org");
    assert!(
        link.starts_with(&format!("{}/registrations/confirm?token=", served.address)),
        "{link}"
    );
    let confirmed = anybody
        .post(
            "/registrations/confirm",
            &json!({"token": token_of(&link)}),
            200,
        )
        .await;
    assert_eq!(confirmed["registration"]["state"], "confirmed");
    let own = Visitor::with_token(&served.address, confirmed["access_token"].as_str().unwrap());
    assert_eq!(
        own.get("/registration").await["attendees"][0]["name"],
        "Åse Ærø"
    );
    first_link(&folder, "registration_confirmed", "someone@example.org");
    let quotas = organiser
        .get("/organiser/events/barnevernskonferansen-2027/quotas")
        .await;
    assert_eq!(quotas["items"][0]["held"], 1);
    let checked = kongress(&store).arg("check").output().unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

/// Where a program without SMTP writes its mails: beside the database file, or `data/mail`.
pub fn mail_folder(store: &TestStore) -> PathBuf {
    let beside = store.dir.join("mail");
    if store.url.starts_with("sqlite:") {
        beside
    } else {
        store.dir.join("data/mail")
    }
}

#[actix_web::test]
async fn on_sqlite() {
    from_nothing_to_a_confirmed_seat(Store::Sqlite).await;
}

#[actix_web::test]
async fn on_postgres() {
    from_nothing_to_a_confirmed_seat(Store::Postgres).await;
}

/// A program whose store already has an event on sale; its ticket type's id.
pub async fn on_sale(store: &TestStore, configure: impl Fn(&mut Command)) -> (Served, String) {
    let token = owner_of_bufdir(store);
    let mut command = kongress(store);
    command.env("KONGRESS_RATE_LIMIT", "off");
    configure(&mut command);
    let served = Served::start(command);
    let organiser = Visitor::with_token(&served.address, &token);
    let (_, ticket) = organise(&organiser).await;
    (served, ticket)
}

/// `kill -9` right after the 202: the registration is there, and its mail goes out, every copy under
/// one Message-ID.
async fn an_acknowledged_registration_survives_a_kill(kind: Store) {
    let store = kind.create_empty();
    // Nobody listens there: mail waits.
    let (mut served, ticket) = on_sale(&store, |command| {
        command.env("KONGRESS_SMTP_URL", "smtp://127.0.0.1:1");
    })
    .await;
    let anybody = Visitor::new(&served.address);
    let form = json!({"attendees": [{"ticket_type_id": ticket, "name": "Ola", "email": "ola@example.org"}], "consents": {"terms": true}});
    anybody
        .post(
            "/events/barnevernskonferansen-2027/registrations",
            &form,
            202,
        )
        .await;
    served.child.kill().unwrap();
    served.child.wait().unwrap();

    let again = Served::start(kongress(&store));
    let folder = mail_folder(&store);
    let link = first_link(&folder, "confirm_registration", "ola@example.org");
    let ids: std::collections::BTreeSet<String> = mails(&folder)
        .iter()
        .map(|path| {
            MessageParser::default()
                .parse(&std::fs::read(path).unwrap())
                .unwrap()
                .message_id()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 1);
    let confirmed = Visitor::new(&again.address)
        .post(
            "/registrations/confirm",
            &json!({"token": token_of(&link)}),
            200,
        )
        .await;
    assert_eq!(confirmed["registration"]["state"], "confirmed");
}

#[actix_web::test]
async fn survives_a_kill_on_sqlite() {
    an_acknowledged_registration_survives_a_kill(Store::Sqlite).await;
}

#[actix_web::test]
async fn survives_a_kill_on_postgres() {
    an_acknowledged_registration_survives_a_kill(Store::Postgres).await;
}

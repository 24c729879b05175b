//! One of everything, for tests that try every operation of the document.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::helpers::client::Call;
use crate::helpers::{TestApp, contract};

/// What stands in for the parameters of paths.
pub struct World {
    names: BTreeMap<String, String>,
    before: BTreeMap<String, Value>,
}

impl World {
    /// One of everything that the organisation `bufdir` can own.
    pub async fn make(app: &TestApp) -> Self {
        let series = app
            .create(
                "/series",
                &json!({"title": "Barnevernskonferansen", "slug": "barnevernskonferansen"}),
            )
            .await;
        let event = app
            .create("/events", &json!({"title": "Barnevernskonferansen", "series_id": series["id"], "starts_on": "2027-11-11", "ends_on": "2027-11-11"}))
            .await;
        let path = |rest: &str| format!("/events/{}{rest}", event["id"].as_str().unwrap());
        let mut made = vec![("series", series), ("event", event.clone())];
        let token = json!({"name": "t", "role": "reader"});
        made.push((
            "token",
            app.create("/organisations/bufdir/tokens", &token).await,
        ));
        for (name, rest, body) in bodies() {
            made.push((name, app.create(&path(rest), &body).await));
        }
        let quota = json!([made.iter().find(|(name, _)| *name == "quota").unwrap().1["id"]]);
        let ticket = json!({"name": "Salen", "attendance": "in_person", "quotas": quota});
        made.push((
            "ticket_type",
            app.create(&path("/ticket-types"), &ticket).await,
        ));
        let of = |kind: &str| made.iter().find(|(name, _)| *name == kind).unwrap().1["id"].clone();
        let position = format!(
            "/sessions/{}/positions/{}",
            of("session").as_str().unwrap(),
            of("recording").as_str().unwrap()
        );
        app.organiser("PUT", &path(&position))
            .json(&json!({"start": 4380}))
            .send()
            .await
            .expect(200);
        let recording = &made
            .iter()
            .find(|(name, _)| *name == "recording")
            .unwrap()
            .1;
        let transcript = format!(
            "/recordings/{}/transcript",
            recording["id"].as_str().unwrap()
        );
        app.organiser("PUT", &path(&transcript))
            .bytes(
                "text/vtt",
                b"WEBVTT\n\n00:01.000 --> 00:02.000\nHei\n".to_vec(),
            )
            .send()
            .await
            .expect(201);
        app.organiser("POST", &path("/programme/releases"))
            .json(&json!({}))
            .send()
            .await
            .expect(201);
        app.organiser("POST", &path("/publish"))
            .send()
            .await
            .expect(200);
        let ticket = made.last().unwrap().1["id"].clone();
        let form = json!({"attendees": [{"ticket_type_id": ticket, "name": "Ola", "email": "ola@example.org"}]});
        app.post(&path("/registrations"), &form)
            .send()
            .await
            .expect(202);
        for (name, rest) in [("registration", "/registrations"), ("id", "/emails")] {
            let list = app.organiser("GET", &path(rest)).send().await.expect(200);
            made.push((name, list["items"][0].clone()));
            if name == "registration" {
                made.push(("attendee", list["items"][0]["attendees"][0].clone()));
            }
        }
        let mut names = BTreeMap::from([
            ("organisation".to_owned(), "bufdir".to_owned()),
            ("version".to_owned(), "1".to_owned()),
        ]);
        for (name, thing) in &made {
            names.insert((*name).to_owned(), thing["id"].as_str().unwrap().to_owned());
        }
        let mut world = Self {
            names,
            before: BTreeMap::new(),
        };
        world.before = world.snapshot(app).await;
        world
    }

    /// The same names, of nothing that exists.
    pub fn missing() -> Self {
        let templates = contract::operations()
            .into_iter()
            .map(|(_, template, _)| template);
        let names = templates.flat_map(|template| parameters(&template));
        Self {
            names: names.map(|name| (name, unique_id())).collect(),
            before: BTreeMap::new(),
        }
    }

    /// The id of one of its things.
    pub fn id(&self, name: &str) -> &str {
        &self.names[name]
    }

    /// A call of this operation on the things of this world, with the body of the document's example.
    pub fn call<'a>(
        &self,
        app: &'a TestApp,
        method: &str,
        template: &str,
        operation: &Value,
    ) -> Call<'a> {
        let path = self.path(template);
        let mut call = app.call(method, &path).header("if-match", "*");
        if let Some(content) = operation["requestBody"]["content"].as_object() {
            let (media_type, media) = content.iter().next().unwrap();
            let example = &media["example"];
            let text = example.as_str().map(str::to_owned);
            call = call.bytes(media_type, text.unwrap_or(example.to_string()).into_bytes());
        }
        call
    }

    /// The same call with nothing right but the address: headers, query and body can't be read.
    pub fn garbage<'a>(&self, app: &'a TestApp, method: &str, template: &str) -> Call<'a> {
        app.call(method, &format!("{}?limit=many&x=1", self.path(template)))
            .header("if-match", "æ")
            .header("idempotency-key", "æ")
            .bytes("text/plain", b"{".to_vec())
    }

    fn path(&self, template: &str) -> String {
        let mut path = template.to_owned();
        for name in parameters(template) {
            let value = self
                .names
                .get(&name)
                .unwrap_or_else(|| panic!("the world has no {name} for {template}"));
            path = path.replace(&format!("{{{name}}}"), value);
        }
        path
    }

    /// Asserts that nothing in it was changed or deleted.
    pub async fn is_untouched(&self, app: &TestApp) {
        for (path, shown) in self.snapshot(app).await {
            assert_eq!(Some(&shown), self.before.get(&path), "{path}");
        }
    }

    /// Everything its owner can read by GET, but for how mails fare meanwhile.
    async fn snapshot(&self, app: &TestApp) -> BTreeMap<String, Value> {
        let mut seen = BTreeMap::new();
        for (method, template, operation) in contract::operations() {
            let known = parameters(&template)
                .iter()
                .all(|name| self.names.contains_key(name));
            if method == "GET" && template.starts_with("/api/v1/organiser/") && known {
                let answer = self
                    .call(app, &method, &template, operation)
                    .bearer(&app.token)
                    .send()
                    .await;
                assert_eq!(answer.status, 200, "{template}: {}", answer.body);
                let is_json = answer
                    .header("content-type")
                    .starts_with("application/json");
                let mut shown = if is_json {
                    answer.json()
                } else {
                    answer.body.into()
                };
                if template.ends_with("/emails") {
                    for mail in shown["items"].as_array_mut().unwrap() {
                        *mail = json!([mail["id"], mail["kind"], mail["to"]]);
                    }
                }
                seen.insert(template, shown);
            }
        }
        seen
    }
}

fn parameters(template: &str) -> Vec<String> {
    let parts = template
        .split('/')
        .filter_map(|part| Some(part.strip_prefix('{')?.split_once('}')?.0));
    parts.map(str::to_owned).collect()
}

fn unique_id() -> String {
    kongress::clock::new_id::<()>().to_string()
}

/// What is made below an event: its name in paths, where, and from what.
fn bodies() -> Vec<(&'static str, &'static str, Value)> {
    let recording =
        json!({"title": "Hele dagen", "url": "https://video.example.org/a.mp4", "segments": []});
    vec![
        (
            "member",
            "/committee",
            json!({"name": "Kari", "role": "member"}),
        ),
        ("room", "/rooms", json!({"name": "Storsalen"})),
        ("track", "/tracks", json!({"name": "Forebygging"})),
        ("speaker", "/speakers", json!({"name": "Ola Nordmann"})),
        ("session", "/sessions", json!({"title": "Oppvekstplanen"})),
        ("recording", "/recordings", recording),
        (
            "mark",
            "/marks",
            json!({"session_id": "oppvekstplanen", "edge": "start"}),
        ),
        ("quota", "/quotas", json!({"name": "Salen", "size": 20})),
        (
            "question",
            "/questions",
            json!({"label": "Mat", "kind": "text"}),
        ),
        ("access_code", "/access-codes", json!({"code": "KOMITE"})),
    ]
}

//! The program itself: its commands, its failures, its end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;

use serde_json::{Value, json};

use crate::helpers::Store;
use crate::helpers::stores::TestStore;

/// The program with nothing of the surrounding environment but what is given.
pub fn kongress(store: &TestStore) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kongress"));
    command
        .env_clear()
        .env("DATABASE_URL", &store.url)
        .env("KONGRESS_LISTEN", "127.0.0.1:0")
        .current_dir(&store.dir);
    command
}

fn run(store: &TestStore, arguments: &[&str]) -> Output {
    kongress(store).args(arguments).output().unwrap()
}

/// A running `serve`; killed at the end if it is still there.
pub struct Served {
    pub child: Child,
    pub address: String,
    /// What it prints after its address.
    pub printed: mpsc::Receiver<String>,
}

impl Served {
    pub fn start(command: Command) -> Self {
        Self::start_with(command, &[])
    }

    pub fn start_with(mut command: Command, arguments: &[&str]) -> Self {
        command.arg("serve").args(arguments);
        Self::spawn(command, Stdio::null())
    }

    /// Its log goes into this file.
    pub fn start_logging(mut command: Command, log: std::fs::File) -> Self {
        command.arg("serve");
        Self::spawn(command, log.into())
    }

    fn spawn(mut command: Command, stderr: Stdio) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("serve ended early").unwrap();
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
        };
        // Keep reading, so that the program never waits for a full pipe.
        let (sender, printed) = mpsc::channel();
        std::thread::spawn(move || {
            lines.for_each(|line| drop(sender.send(line.unwrap_or_default())));
        });
        Self {
            child,
            address,
            printed,
        }
    }

    /// What a page says.
    pub async fn get_text(&self, path: &str) -> String {
        let page = reqwest::get(format!("{}{path}", self.address)).await;
        page.unwrap().text().await.unwrap()
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn one_line(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success());
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn from_nothing_to_a_token() {
    for kind in [Store::Sqlite, Store::Postgres] {
        let store = kind.create_empty();
        let made = run(
            &store,
            &[
                "organisation",
                "create",
                "--slug",
                "bufdir",
                "--name",
                "Bufdir",
            ],
        );
        assert!(made.status.success(), "{made:?}");
        let token = run(
            &store,
            &[
                "token",
                "create",
                "--organisation",
                "bufdir",
                "--role",
                "owner",
                "--expires-in",
                "90d",
            ],
        );
        let token = String::from_utf8(token.stdout).unwrap();
        assert!(
            token.trim().starts_with("kgr_") && token.lines().count() == 1,
            "{token}"
        );
        let again = run(
            &store,
            &[
                "organisation",
                "create",
                "--slug",
                "bufdir",
                "--name",
                "Bufdir",
            ],
        );
        assert!(one_line(&again).contains("exists already"));
        let nobody = run(
            &store,
            &["token", "create", "--organisation", "ks", "--role", "owner"],
        );
        assert!(one_line(&nobody).contains("organisation create"));
        let role = run(
            &store,
            &[
                "token",
                "create",
                "--organisation",
                "bufdir",
                "--role",
                "king",
            ],
        );
        assert!(one_line(&role).contains("--role"));
        assert!(run(&store, &["check"]).status.success());
        assert!(run(&store, &["migrate"]).status.success());
    }
}

#[test]
fn a_wrong_setting_is_one_clear_line() {
    let store = Store::Sqlite.create();
    let fails = |name: &str, value: &str| {
        one_line(
            &kongress(&store)
                .env(name, value)
                .arg("serve")
                .output()
                .unwrap(),
        )
    };
    assert!(fails("DATABASE_URL", "mysql://x").contains("DATABASE_URL"));
    assert!(fails("DATABASE_URL", "postgres://nobody@127.0.0.1:1/x").contains("store"));
    assert!(fails("KONGRESS_SMTP_URL", "http://x").contains("KONGRESS_SMTP_URL"));
    assert!(fails("KONGRESS_PUBLIC_URL", "example.org").contains("KONGRESS_PUBLIC_URL"));
    assert!(fails("KONGRESS_MAIL_FROM", "nobody").contains("KONGRESS_MAIL_FROM"));
    assert!(fails("KONGRESS_TRUSTED_PROXIES", "10.0.0.0/99").contains("KONGRESS_TRUSTED_PROXIES"));
    assert!(fails("KONGRESS_LOG", "kongress=loud").contains("KONGRESS_LOG"));
    assert!(
        fails("KONGRESS_LISTEN", "0.0.0.0:0").contains("KONGRESS_SMTP_URL"),
        "no mail would reach anybody"
    );
    let usage = kongress(&store)
        .env("KONGRESS_CONFIRM_WITHIN", "soon")
        .arg("serve")
        .output()
        .unwrap();
    assert!(!usage.status.success() && String::from_utf8(usage.stderr).unwrap().contains("30m"));
}

#[test]
fn flags_beat_the_environment_and_both_beat_the_file() {
    let store = Store::Sqlite.create();
    let file = store.dir.join("kongress.toml");
    std::fs::write(&file, "mail_from = \"nobody\"\nconfirm_within = \"30m\"\norganiser_origins = [\"https://a.example\"]\n").unwrap();
    assert!(
        one_line(&run(&store, &["check"])).contains("KONGRESS_MAIL_FROM"),
        "the file is read"
    );
    let from = "Kongress <noreply@example.org>";
    assert!(
        kongress(&store)
            .env("KONGRESS_MAIL_FROM", from)
            .arg("check")
            .output()
            .unwrap()
            .status
            .success()
    );
    let flag = kongress(&store)
        .env("KONGRESS_MAIL_FROM", "nobody")
        .args(["check", "--mail-from", from])
        .output()
        .unwrap();
    assert!(flag.status.success());
    std::fs::write(&file, "mail_form = \"x\"\n").unwrap();
    assert!(one_line(&run(&store, &["check"])).contains("no setting mail_form"));
}

#[test]
fn help_explains_every_setting() {
    let store = Store::Sqlite.create();
    let help = String::from_utf8(run(&store, &["serve", "--help"]).stdout).unwrap();
    for name in [
        "DATABASE_URL",
        "KONGRESS_LISTEN",
        "KONGRESS_PUBLIC_URL",
        "KONGRESS_SMTP_URL",
        "KONGRESS_MAIL_FROM",
        "KONGRESS_RATE_LIMIT",
        "KONGRESS_CONFIRM_WITHIN",
        "KONGRESS_OFFER_WITHIN",
        "KONGRESS_ORGANISER_ORIGINS",
        "KONGRESS_TRUSTED_PROXIES",
        "KONGRESS_DEV_MAIL",
        "KONGRESS_METRICS_TOKEN",
        "KONGRESS_LOG",
        "KONGRESS_LOG_FORMAT",
    ] {
        assert!(help.contains(name), "{name}");
    }
}

#[actix_web::test]
async fn a_second_serve_on_one_file_is_refused_and_sigterm_ends_the_first_well() {
    let store = Store::Sqlite.create();
    let mut served = Served::start(kongress(&store));
    assert!(one_line(&kongress(&store).arg("serve").output().unwrap()).contains("another serve"));
    let client = reqwest::Client::new();
    // The commands that end work beside it, and what they write counts from the next request.
    assert!(
        run(
            &store,
            &["organisation", "create", "--slug", "ks", "--name", "KS"]
        )
        .status
        .success()
    );
    let token = run(
        &store,
        &["token", "create", "--organisation", "ks", "--role", "owner"],
    );
    let token = String::from_utf8(token.stdout).unwrap();
    let get = async |path: &str| {
        let url = format!("{}/api/v1/organiser{path}", served.address);
        let answer = client.get(url).bearer_auth(token.trim()).send().await;
        let answer = answer.unwrap().error_for_status().unwrap();
        serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap()
    };
    let me = get("/me").await;
    // They leave the trace of whoever does the same over HTTP, under the name of the command line.
    let audit = get("/organisations/ks/audit").await;
    let entries = audit["items"].as_array().unwrap();
    let told: Vec<[&Value; 3]> = entries
        .iter()
        .map(|entry| {
            [
                &entry["operation"],
                &entry["resource_id"],
                &entry["actor"]["kind"],
            ]
        })
        .collect();
    let by = &json!("command_line");
    let [token_made, made] = [json!("create_token"), json!("create_organisation")];
    let expected = [
        [&token_made, &me["token_id"], by],
        [&made, &me["organisation"]["id"], by],
    ];
    assert_eq!(told, expected);
    assert_eq!(entries[0]["after"]["role"], "owner");
    assert!(!audit.to_string().contains("kgr_"), "no secret is kept");
    served.signal("TERM");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    let again = Served::start(kongress(&store));
    let ready = client
        .get(format!("{}/health/ready", again.address))
        .send()
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
}

#[test]
fn whoever_does_not_speak_http_fills_no_log() {
    use std::io::{Read, Write};
    for (log, told) in [("info", false), ("debug", true)] {
        let store = Store::Sqlite.create();
        let file = store.dir.join("stderr");
        let mut command = kongress(&store);
        command.env("KONGRESS_LOG", log);
        let served = Served::start_logging(command, std::fs::File::create(&file).unwrap());
        let address = served.address.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"\x16\x03\x01 nonsense\r\n\r\n").unwrap();
        // The answer comes after the note, if there is one.
        stream.read_to_end(&mut Vec::new()).unwrap();
        drop(served);
        let written = std::fs::read_to_string(file).unwrap();
        assert_eq!(written.contains("stream error"), told, "{log}: {written}");
        assert!(told || !written.contains("ERROR"), "{written}");
    }
}

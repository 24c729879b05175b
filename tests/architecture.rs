//! The walls of the house, kept by reading `use` lines. Each failure says which wall and why.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms: the nouns of a conference. They meet through their front doors, without circles.
const ROOMS: [&str; 14] = [
    "organisations",
    "events",
    "committee",
    "editions",
    "programme",
    "video",
    "transcripts",
    "search",
    "tickets",
    "registrations",
    "publication",
    "interchange",
    "mail",
    "web",
];

struct Source {
    /// Below `src/`, with slashes.
    name: String,
    lines: Vec<String>,
}

impl Source {
    fn file(&self) -> &str {
        self.name.rsplit('/').next().unwrap()
    }

    fn room(&self) -> &str {
        self.name.split(['/', '.']).next().unwrap()
    }

    /// Every path that a `use` names, with its braces opened, up to the tests.
    fn uses(&self) -> Vec<String> {
        let code: Vec<&str> = self
            .lines
            .iter()
            .map(String::as_str)
            .take_while(|line| *line != "#[cfg(test)]")
            .collect();
        let text = code.join("\n");
        let statements = text
            .split("\nuse ")
            .skip(1)
            .map(|rest| rest.split(';').next().unwrap());
        statements
            .flat_map(|statement| open(&statement.split_whitespace().collect::<String>()))
            .collect()
    }

    fn names(&self, word: &str) -> bool {
        self.uses()
            .iter()
            .any(|path| path.split("::").next() == Some(word))
            || self.lines.iter().any(|line| {
                !line.trim_start().starts_with("//") && line.contains(&format!(" {word}::"))
            })
    }
}

/// `a::{b,c::{d,e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn open(path: &str) -> Vec<String> {
    let Some(brace) = path.find('{') else {
        return vec![path.to_owned()];
    };
    let (head, inner) = (&path[..brace], &path[brace + 1..path.len() - 1]);
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    parts
        .iter()
        .filter(|part| !part.is_empty())
        .flat_map(|part| open(&format!("{head}{part}")))
        .collect()
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    let read = |path: PathBuf| Source {
        name: path
            .strip_prefix(&root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned(),
        lines: std::fs::read_to_string(&path)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect(),
    };
    found
        .into_iter()
        .map(read)
        .filter(|source| source.file() != "tests.rs")
        .collect()
}

fn hold(wall: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{wall}\n{}", broken.join("\n"));
}

#[test]
fn models_know_neither_http_nor_sql() {
    let foreign = ["diesel", "actix_web", "utoipa"];
    let inner = [
        "crate::db",
        "crate::http",
        "crate::problem",
        "crate::auth",
        "crate::server",
    ];
    let models = |source: &Source| {
        matches!(source.file(), "model.rs" | "document.rs") && source.room() != "api"
    };
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| models(source))
        .filter(|source| {
            foreign.iter().any(|word| source.names(word))
                || source
                    .uses()
                    .iter()
                    .any(|path| inner.iter().any(|start| path.starts_with(start)))
        })
        .map(|source| source.name.clone())
        .collect();
    hold(
        "A model holds types and rules and is pure: time and ids come in as arguments.",
        &broken,
    );
}

#[test]
fn sql_lives_in_stores() {
    let may = |source: &Source| {
        source.name.starts_with("db/")
            || source.file().contains("store")
            || source.name.contains("/store/")
            || matches!(
                source.name.as_str(),
                "idempotency.rs" | "mail/outbox.rs" | "events/series.rs"
            )
    };
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| !may(source) && source.names("diesel"))
        .map(|source| source.name.clone())
        .collect();
    hold(
        "Only stores know diesel: whoever reads an action reads no SQL.",
        &broken,
    );
}

#[test]
fn http_lives_at_the_edge() {
    let may = |source: &Source| {
        let edge = ["api", "auth", "http", "web", "cli"].contains(&source.room());
        let shared = [
            "server.rs",
            "problem.rs",
            "words.rs",
            "faults.rs",
            "idempotency.rs",
        ]
        .contains(&source.name.as_str());
        let wire = ["routes", "wire", "input", "parts", "exports", "extract"]
            .iter()
            .any(|word| source.name.contains(word));
        edge || shared || wire
    };
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| !may(source) && (source.names("actix_web") || source.names("utoipa")))
        .map(|source| source.name.clone())
        .collect();
    hold(
        "Only routes and what they put on the wire know HTTP: actions can be called from anywhere.",
        &broken,
    );
}

#[test]
fn transactions_open_in_db_only() {
    let opens = |line: &String| {
        ["begin_transaction", ".transaction(", "BEGIN IMMEDIATE"]
            .iter()
            .any(|word| line.contains(word))
    };
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| !source.name.starts_with("db/") && source.lines.iter().any(opens))
        .map(|source| source.name.clone())
        .collect();
    hold(
        "Actions are handed the connection, so they compose into one transaction.",
        &broken,
    );
}

#[test]
fn rooms_do_not_reach_into_each_others_stores() {
    let mut broken = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| ROOMS.contains(&source.room()))
    {
        for path in source.uses() {
            let parts: Vec<&str> = path.split("::").collect();
            let foreign = parts.len() > 2
                && parts[0] == "crate"
                && ROOMS.contains(&parts[1])
                && parts[1] != source.room();
            if foreign && parts[2].contains("store") {
                broken.push(format!("{}: {path}", source.name));
            }
        }
    }
    hold(
        "Rooms meet through their front doors: what others need is re-exported in mod.rs.",
        &broken,
    );
}

#[test]
fn rooms_know_each_other_without_circles() {
    let mut knows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources()
        .iter()
        .filter(|source| ROOMS.contains(&source.room()))
    {
        for path in source.uses() {
            let parts: Vec<&str> = path.split("::").collect();
            if parts.len() > 1
                && parts[0] == "crate"
                && ROOMS.contains(&parts[1])
                && parts[1] != source.room()
            {
                knows
                    .entry(source.room().to_owned())
                    .or_default()
                    .insert(parts[1].to_owned());
            }
        }
    }
    // Take away rooms that know nobody who is left; what can't be taken away is a circle.
    loop {
        let free = knows
            .iter()
            .find(|(_, known)| !known.iter().any(|other| knows.contains_key(other)))
            .map(|(room, _)| room.clone());
        let Some(free) = free else { break };
        knows.remove(&free);
    }
    assert!(
        knows.is_empty(),
        "rooms that know each other in a circle can't be understood alone: {knows:?}"
    );
}

#[test]
fn files_fit_in_a_head() {
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| source.lines.len() > 400 && source.name != "db/schema.rs")
        .map(|source| format!("{}: {} lines", source.name, source.lines.len()))
        .collect();
    hold(
        "A file past 400 lines is two things: split it by sub-noun.",
        &broken,
    );
    let shelves = ["utils.rs", "helpers.rs", "common.rs", "misc.rs"];
    let broken: Vec<String> = sources()
        .iter()
        .filter(|source| shelves.contains(&source.file()))
        .map(|source| source.name.clone())
        .collect();
    hold("Name a file by what is in it.", &broken);
}

#[test]
fn use_lines_are_read_as_written() {
    assert_eq!(
        open("a::{b,c::{d,e},f}"),
        ["a::b", "a::c::d", "a::c::e", "a::f"]
    );
    assert!(sources().len() > 40);
}

//! Documents that are made to take long, and the processor's own time that they take.

use std::time::Duration;

use super::import::{Document, Writing};

/// What a document may take: told where code is optimised, and watched over where it is not.
const MOST: Duration = if cfg!(debug_assertions) {
    Duration::from_secs(5)
} else {
    Duration::from_millis(200)
};
/// Largest body of an import.
const LARGEST: usize = 10 * 1024 * 1024;

/// What this thread has taken of a processor so far, whoever else was running.
fn taken() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanos = told.split(' ').next().unwrap();
    Duration::from_nanos(nanos.parse().unwrap())
}

fn filled(start: &str, part: &str, end: &str) -> Vec<u8> {
    let room = LARGEST - start.len() - end.len();
    format!("{start}{}{end}", part.repeat(room / part.len())).into_bytes()
}

fn json() -> Vec<(&'static str, Vec<u8>)> {
    let keys: Vec<String> = (0..800_000).map(|n| format!("\"{n}\":0")).collect();
    vec![
        ("arrays in arrays", filled("", "[", "")),
        ("objects in objects", filled("", "{\"a\":", "")),
        ("a million keys", format!("{{{}}}", keys.join(",")).into()),
        ("a million objects", filled("[", "{},", "{}]")),
        ("one long text", filled("{\"days\":\"", "\\u0061", "\"}")),
        ("one long number", filled("{\"days\":", "9", "}")),
        ("nothing but blanks", filled("", " ", "")),
        ("a text without an end", filled("\"", "a", "")),
    ]
}

fn xml() -> Vec<(&'static str, Vec<u8>)> {
    let laugh = |n: u32| format!("<!ENTITY a{} \"{}\">", n + 1, format!("&a{n};").repeat(10));
    let laughs: Vec<String> = (0..99).map(laugh).collect();
    let laughs = format!("<!DOCTYPE s [<!ENTITY a0 \"ha\">{}", laughs.concat());
    vec![
        (
            "laughs",
            format!("{laughs}]><schedule>&a99;</schedule>").into(),
        ),
        (
            "a long text of entities",
            filled(
                "<!DOCTYPE s [<!ENTITY a \"",
                "aaaaaaaa",
                "\">]><schedule>&a;</schedule>",
            ),
        ),
        (
            "unknown entities",
            filled("<schedule>", "&a;", "</schedule>"),
        ),
        (
            "references to characters",
            filled("<schedule>", "&#x61;", "</schedule>"),
        ),
        ("elements in elements", filled("", "<a>", "")),
        ("a million attributes", filled("<schedule ", "a='' ", "/>")),
        (
            "one long attribute",
            filled("<schedule a='", "&amp;", "'/>"),
        ),
        (
            "a million elements",
            filled("<schedule>", "<a/>", "</schedule>"),
        ),
        (
            "a million comments",
            filled("<schedule>", "<!---->", "</schedule>"),
        ),
        ("one long comment", filled("<schedule><!--", "a\n", "")),
        ("one long name", filled("<", "a", "/>")),
        ("nothing but tags' starts", filled("", "<", "")),
    ]
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "Linux says what a thread has taken"
)]
fn nothing_takes_long_to_be_refused() {
    let json = json().into_iter().map(|bomb| (Writing::Json, bomb));
    let xml = xml().into_iter().map(|bomb| (Writing::Xml, bomb));
    for (writing, (name, bytes)) in json.chain(xml) {
        assert!(bytes.len() <= LARGEST, "{name} would not be read at all");
        let before = taken();
        let read = Document::read(&bytes, writing);
        let took = taken().saturating_sub(before);
        println!("{writing:?}, {name}: {took:?}");
        // A schedule of which nothing is known is empty, and refused by whoever plans.
        let is_empty = matches!(&read, Ok(Document::Schedule(..)));
        assert!(read.is_err() || is_empty, "{name}");
        assert!(took < MOST, "{name} took {took:?}");
    }
}

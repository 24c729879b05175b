//! The published document against the code.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::Value;

use crate::helpers::contract::{document, operations};

#[test]
fn the_committed_document_is_the_one_the_code_makes() {
    let committed =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json"))
            .unwrap();
    let made = kongress::api::print(&kongress::api::document()).unwrap();
    assert!(
        committed == made,
        "openapi/openapi.json is not what the code makes: run `cargo run -- openapi > openapi/openapi.json`"
    );
}

#[test]
fn there_are_as_many_operations_as_routes() {
    let page = include_str!("../../src/api.rs");
    let routes = page
        .lines()
        .filter(|line| line.trim_start().starts_with(".service(") && !line.contains("scope"))
        .count();
    assert_eq!(
        operations().len(),
        routes,
        "two handlers may share a method and a path, and one is lost silently"
    );
}

#[test]
fn every_operation_is_described_in_full() {
    let mut ids = BTreeSet::new();
    let tags: Vec<&Value> = document()["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    for (method, path, operation) in operations() {
        let what = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(
            id.contains('_') && id.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{what}: {id}"
        );
        assert!(ids.insert(id.to_owned()), "{what}: {id} twice");
        assert!(
            tags.contains(&&operation["tags"][0]),
            "{what}: its tag is not described"
        );
        for text in ["summary", "description"] {
            assert!(
                operation[text].as_str().is_some_and(|text| text.len() > 3),
                "{what}: {text}"
            );
        }
        assert!(operation["security"].is_array(), "{what}: security");
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses
                .keys()
                .any(|status| status.starts_with(['2', '3'])),
            "{what}: no good answer"
        );
        assert!(
            responses.contains_key("503") && responses.contains_key("500"),
            "{what}: problems"
        );
        for (status, response) in responses {
            for (media_type, media) in response["content"].as_object().into_iter().flatten() {
                assert!(
                    !media["example"].is_null(),
                    "{what} {status} {media_type}: no example"
                );
            }
        }
        for (media_type, media) in operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let text = !media_type.ends_with("json") && media["example"].is_string();
            assert!(
                text || media["example"].is_object(),
                "{what} {media_type}: no example"
            );
        }
    }
}

#[test]
fn every_schema_and_field_is_described_and_every_example_fits() {
    let mut bare = Vec::new();
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        if !schema["description"].is_string() && !name.contains("ListOf") {
            bare.push(name.clone());
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            if !property["description"].is_string()
                && property["$ref"].is_null()
                && property["oneOf"].is_null()
            {
                bare.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(bare.is_empty(), "without description: {bare:?}");
    for (method, path, operation) in operations() {
        let bodies = operation["responses"]
            .as_object()
            .unwrap()
            .values()
            .chain([&operation["requestBody"]]);
        for media in bodies
            .filter_map(|body| body["content"].as_object())
            .flatten()
        {
            if media.0.ends_with("json") {
                let whole = serde_json::json!({"allOf": [media.1["schema"]], "components": document()["components"]});
                let validator = jsonschema::draft202012::new(&whole).unwrap();
                let errors: Vec<String> = validator
                    .iter_errors(&media.1["example"])
                    .map(|error| error.to_string())
                    .collect();
                assert!(errors.is_empty(), "{method} {path}: {errors:?}");
            }
        }
    }
}

#[test]
fn the_document_does_not_depend_on_configuration() {
    let printed = kongress::api::print(document()).unwrap();
    assert!(!printed.contains("127.0.0.1") && !printed.contains("localhost"));
    assert_eq!(document()["openapi"], "3.1.0");
    assert_eq!(document()["info"]["title"], "Kongress");
}

on_both_stores! {
    async fn the_document_is_served_and_browsable_without_a_network(app: TestApp) {
        assert_eq!(&app.get("/openapi.json").send().await.expect(200), document());
        let page = app.call("GET", "/api/docs/").send_unchecked().await;
        assert!(page.status == 200 && page.body.contains("swagger-ui"), "{}", page.body);
        let mut files = Vec::new();
        for line in page.body.lines().filter(|line| line.contains("src=") || line.contains("href=")) {
            assert!(!line.contains("//"), "{line} leaves this service");
            let address = line.split("src=\"").nth(1).or(line.split("href=\"").nth(1)).unwrap();
            files.extend(address.split('"').next().filter(|file| !file.starts_with("data:")));
        }
        assert_eq!(files.len(), 3, "{}", page.body);
        for file in files {
            let path = format!("/api/docs/{file}");
            let plain = app.call("GET", &path).send_unchecked().await;
            assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "{file}");
            assert!(plain.body.len() > 100 && plain.header("content-security-policy").contains("script-src 'self';"), "{file}");
            let packed = app.client.get(format!("{}{path}", app.address)).header("accept-encoding", "gzip, br").send().await.unwrap();
            let tag = packed.headers()["etag"].to_str().unwrap().to_owned();
            let is_packed = packed.headers().contains_key("content-encoding");
            let sent = packed.bytes().await.unwrap();
            let mut bytes = Vec::new();
            if is_packed {
                flate2::read::GzDecoder::new(&sent[..]).read_to_end(&mut bytes).unwrap();
            } else {
                bytes.extend_from_slice(&sent);
            }
            assert!(bytes == plain.body.as_bytes(), "{file}");
            let known = app.call("GET", &path).header("if-none-match", &tag).send_unchecked().await;
            assert_eq!((known.status, known.body.as_str()), (304, ""), "{file}");
        }
        app.call("GET", "/api/docs/secrets.txt").send_unchecked().await.problem(404, "not-found");
        let redirect = app.call("GET", "/api/docs").send_unchecked().await;
        assert_eq!((redirect.status, redirect.header("location")), (307, "/api/docs/"));
    }
}

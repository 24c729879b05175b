//! Holds answers against the OpenAPI document: status, media type and schema.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::client::Answer;

pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(kongress::api::document)
}

/// Every operation: method in upper case, path template, and what the document says of it.
pub fn operations() -> Vec<(String, String, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            item.iter()
                .map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
        })
        .collect()
}

/// Fails on any answer the document does not promise.
pub fn check(method: &str, path_and_query: &str, answer: &Answer) {
    let path = path_and_query.split('?').next().unwrap();
    let method = if method == "HEAD" { "GET" } else { method };
    let Some((template, operation)) = find(method, path) else {
        assert!(
            matches!(answer.status, 404 | 405),
            "{method} {path} is not in the document and answers {}",
            answer.status
        );
        return;
    };
    let response = &operation["responses"][answer.status.to_string()];
    assert!(
        !response.is_null(),
        "{method} {template} does not promise {}: {}",
        answer.status,
        answer.body
    );
    let response = resolve(response);
    if answer.body.is_empty() {
        return;
    }
    let media_type = answer
        .header("content-type")
        .split(';')
        .next()
        .unwrap()
        .trim()
        .to_owned();
    let content = &response["content"][&media_type];
    assert!(
        !content.is_null(),
        "{method} {template} {} does not promise {media_type}",
        answer.status
    );
    if media_type.ends_with("json") {
        check_schema(
            &format!("{method} {template} {}", answer.status),
            &content["schema"],
            &answer.json(),
        );
    }
}

fn find(method: &str, path: &str) -> Option<(String, &'static Value)> {
    let segments: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == segments.len()
            && parts.iter().zip(&segments).all(|(part, segment)| {
                let suffix = part.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                suffix.is_some_and(|(_, end)| !segment.is_empty() && segment.ends_with(end))
                    || part == segment
            })
    };
    let mut found: Vec<_> = operations()
        .into_iter()
        .filter(|(m, template, _)| m == method && fits(template))
        .collect();
    // The one with the fewest parameters is the one that is meant, then the longer one.
    found.sort_by_key(|(_, template, _)| {
        (
            template.matches('{').count(),
            usize::MAX - template.rsplit('}').next().unwrap().len(),
        )
    });
    found
        .into_iter()
        .next()
        .map(|(_, template, operation)| (template, operation))
}

fn resolve(value: &'static Value) -> &'static Value {
    value["$ref"].as_str().map_or(value, |reference| {
        document()
            .pointer(reference.trim_start_matches('#'))
            .expect(reference)
    })
}

fn check_schema(what: &str, schema: &Value, body: &Value) {
    static VALIDATORS: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let cache = VALIDATORS.get_or_init(Mutex::default);
    let known = cache.lock().unwrap().get(what).cloned();
    let validator = known.unwrap_or_else(|| {
        let whole = json!({"allOf": [schema], "components": document()["components"]});
        let validator = Arc::new(jsonschema::draft202012::new(&whole).unwrap());
        cache
            .lock()
            .unwrap()
            .insert(what.to_owned(), validator.clone());
        validator
    });
    let errors: Vec<String> = validator
        .iter_errors(body)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(errors.is_empty(), "{what}: {errors:?} in {body}");
}

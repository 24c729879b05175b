//! An example for every body, composed from the examples of its fields, so that it always fits the
//! schema it stands beside.

use serde_json::{Map, Value, json};

/// Adds an example wherever a body has a schema and none yet.
pub(super) fn add(document: &mut Value) {
    let schemas = document["components"]["schemas"].clone();
    let Some(paths) = document["paths"].as_object_mut() else {
        return;
    };
    let operations = paths
        .values_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut());
    for operation in operations {
        if let Some(parameters) = operation["parameters"].as_array_mut() {
            for parameter in parameters {
                fill_parameter(parameter, &schemas);
            }
        }
        if let Some(content) = operation["requestBody"]["content"].as_object_mut() {
            content.values_mut().for_each(|media| fill(media, &schemas));
        }
        let Some(responses) = operation["responses"].as_object_mut() else {
            continue;
        };
        for response in responses.values_mut() {
            if let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) {
                content.values_mut().for_each(|media| fill(media, &schemas));
            }
        }
    }
}

fn fill(media: &mut Value, schemas: &Value) {
    if media["example"].is_null() && media["schema"].is_object() {
        media["example"] = of(&media["schema"], schemas, 0);
    }
    if media["example"].is_null()
        && let Some(object) = media.as_object_mut()
    {
        object.remove("example");
    }
}

/// Paths name things by readable slugs where they have one.
fn fill_parameter(parameter: &mut Value, schemas: &Value) {
    if !parameter["example"].is_null() || parameter["in"] != "path" {
        if parameter["example"].is_null()
            && let Some(object) = parameter.as_object_mut()
        {
            object.remove("example");
        }
        return;
    }
    parameter["example"] = match parameter["name"].as_str() {
        Some("event") => json!("barnevernskonferansen-2027"),
        Some("series") => json!("barnevernskonferansen"),
        Some("session") => json!("oppvekstplanen-i-lorenskog"),
        Some("organisation") => json!("bufdir"),
        _ => of(&parameter["schema"], schemas, 0),
    };
}

/// The example of a schema.
fn of(schema: &Value, schemas: &Value, depth: usize) -> Value {
    if depth > 40 {
        return Value::Null;
    }
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next())
    {
        return of(&schemas[name], schemas, depth + 1);
    }
    for given in [
        &schema["examples"][0],
        &schema["example"],
        &schema["default"],
        &schema["enum"][0],
        &schema["const"],
    ] {
        if !given.is_null() {
            return given.clone();
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(object) = of(part, schemas, depth + 1) {
                whole.extend(object);
            }
        }
        return whole.into();
    }
    let choices = schema["oneOf"]
        .as_array()
        .or_else(|| schema["anyOf"].as_array());
    if let Some(choice) =
        choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"))
    {
        return of(choice, schemas, depth + 1);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .find(|kind| *kind != "null")
            .and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") => {
            let properties = schema["properties"]
                .as_object()
                .cloned()
                .unwrap_or_default();
            properties
                .iter()
                .map(|(name, property)| (name.clone(), of(property, schemas, depth + 1)))
                .collect()
        }
        Some("array") => json!([of(&schema["items"], schemas, depth + 1)]),
        Some("string") => text(schema),
        Some("integer" | "number") => schema["minimum"]
            .as_i64()
            .map_or(json!(1), |least| json!(least.max(1))),
        Some("boolean") => json!(false),
        _ => Value::Null,
    }
}

fn text(schema: &Value) -> Value {
    json!(match schema["format"].as_str() {
        Some("uuid") => "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c",
        Some("date-time") => "2027-11-11T09:00:00+01:00",
        Some("date") => "2027-11-11",
        Some("uri") => "https://www.example.org/",
        Some("email") => "name@example.org",
        _ => "text",
    })
}

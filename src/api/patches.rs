//! Merge-patch bodies: the input of a resource with every field optional and nullable.

use serde_json::{Value, json};

const MERGE_PATCH: &str = "application/merge-patch+json";

/// Gives every merge-patch body a schema of its own (`RoomInput` → `RoomPatch`), and lets it come as
/// `application/json` too.
pub(super) fn add(document: &mut Value) {
    let Some(paths) = document["paths"].as_object().cloned() else {
        return;
    };
    for (path, item) in paths {
        let reference =
            item["patch"]["requestBody"]["content"][MERGE_PATCH]["schema"]["$ref"].as_str();
        let Some(name) = reference.and_then(|reference| reference.rsplit('/').next()) else {
            continue;
        };
        let patch_name = format!("{}Patch", name.trim_end_matches("Input"));
        let schema = patch_of(&document["components"]["schemas"][name]);
        document["components"]["schemas"][&patch_name] = schema;
        let content = json!({"schema": {"$ref": format!("#/components/schemas/{patch_name}")}});
        document["paths"][&path]["patch"]["requestBody"]["content"] =
            json!({MERGE_PATCH: content.clone(), "application/json": content});
    }
}

fn patch_of(input: &Value) -> Value {
    let mut schema = input.clone();
    schema["description"] =
        "A merge patch (RFC 7396): absent keeps, null clears, arrays are replaced whole.".into();
    if let Some(object) = schema.as_object_mut() {
        object.remove("required");
    }
    if let Some(properties) = schema["properties"].as_object_mut() {
        for property in properties.values_mut() {
            nullable(property);
        }
    }
    schema
}

fn nullable(property: &mut Value) {
    let Some(object) = property.as_object_mut() else {
        return;
    };
    match object.get("type").cloned() {
        Some(Value::String(one)) if one != "null" => {
            object.insert("type".into(), json!([one, "null"]));
        }
        Some(Value::Array(mut many)) if !many.contains(&json!("null")) => {
            many.push(json!("null"));
            object.insert("type".into(), many.into());
        }
        None if !object.contains_key("oneOf") => {
            let description = object.remove("description");
            *property = json!({"oneOf": [{"type": "null"}, property.clone()]});
            if let Some(description) = description {
                property["description"] = description;
            }
        }
        _ => {}
    }
}

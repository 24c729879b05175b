//! JSON read strictly: no key twice, no NUL, no more than 32 levels, with the place of a fault.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::objects::Strictly;
use crate::faults::Faults;
use crate::problem::{Kind, Problem};

const MAX_DEPTH: usize = 32;

/// Reads bytes as a JSON value.
///
/// # Errors
/// 400 for what is no JSON, 422 with a pointer for what is refused in it.
pub fn value(bytes: &[u8]) -> Result<Value, Problem> {
    let mut faults = Faults::new();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let seed = Strict {
        path: String::new(),
        depth: 0,
        faults: &mut faults,
    };
    let value = seed
        .deserialize(&mut reader)
        .and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|error| {
        Problem::new(
            Kind::UnreadableJson,
            format!("The body is not JSON: {error}."),
        )
    })?;
    faults.finish(Some(value)).map_err(Problem::from)
}

/// As [`value`], for a body that may be large: one that is refused costs no more than a look at it.
///
/// # Errors
/// As [`value`]; 413 for more values than are taken.
pub fn value_of_many(bytes: &[u8]) -> Result<Value, Problem> {
    super::weight::check(bytes)?;
    value(bytes)
}

/// Reads a JSON value as a `T`.
///
/// # Errors
/// 422 with the pointer of the wrong type or the unknown field.
pub fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(Strictly(value)).map_err(|error| {
        let mut pointer = pointer_of(error.path());
        let message = error.into_inner().to_string();
        let code = if let Some(field) = quoted_after(&message, "unknown field `") {
            if !pointer.ends_with(&format!("/{field}")) {
                pointer = format!("{pointer}/{}", escape(field));
            }
            "unknown_field"
        } else if let Some(field) = quoted_after(&message, "missing field `") {
            pointer = format!("{pointer}/{}", escape(field));
            "required"
        } else if message.starts_with("unknown variant") {
            "invalid_value"
        } else {
            "invalid_type"
        };
        let mut detail = message;
        detail.push('.');
        Faults::one(pointer, code, capitalise(&detail)).into()
    })
}

fn capitalise(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

fn quoted_after<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

/// Escapes a key for a JSON pointer (RFC 6901).
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escape(key)),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// Builds a value and notes what is refused on the way.
struct Strict<'f> {
    path: String,
    depth: usize,
    faults: &'f mut Faults,
}

impl Strict<'_> {
    fn checked(&mut self, text: String) -> String {
        if text.contains('\0') {
            self.faults.add(
                self.path.clone(),
                "nul_character",
                "A text holds no NUL character.",
            );
        }
        text
    }

    fn deeper<E: Error>(&self) -> Result<usize, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format!("more than {MAX_DEPTH} levels")));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(mut self, value: &str) -> Result<Value, E> {
        Ok(Value::String(self.checked(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut items = Vec::new();
        loop {
            let path = format!("{}/{}", self.path, items.len());
            let Some(item) = seq.next_element_seed(Strict {
                path,
                depth,
                faults: &mut *self.faults,
            })?
            else {
                return Ok(Value::Array(items));
            };
            items.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let key = self.checked(key);
            let path = format!("{}/{}", self.path, escape(&key));
            let value = map.next_value_seed(Strict {
                path: path.clone(),
                depth,
                faults: &mut *self.faults,
            })?;
            if object.insert(key, value).is_some() {
                self.faults
                    .add(path, "duplicate_key", "A key stands once in an object.");
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &str) -> (u16, String) {
        let problem = value(body.as_bytes()).unwrap_err();
        (problem.kind().status(), problem.to_string())
    }

    #[test]
    fn what_is_no_json_is_a_400() {
        for bad in ["", "{", "{} x", "nul", "\"\u{1}\"", "[1,]"] {
            assert_eq!(fault(bad).0, 400, "{bad}");
        }
        assert_eq!(value(b"\xff").unwrap_err().kind().status(), 400);
        assert_eq!(fault(&"[".repeat(10_000)).0, 400);
    }

    #[test]
    fn doubled_keys_and_nul_are_a_422() {
        assert_eq!(fault(r#"{"a": 1, "a": 1}"#).0, 422);
        assert_eq!(fault(r#"{"a": {"b": ["\u0000"]}}"#).0, 422);
    }

    #[test]
    fn a_wrong_type_has_its_place() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Inner {
            #[expect(dead_code)]
            n: u8,
        }
        let read = |json: &str| {
            typed::<Vec<Inner>>(value(json.as_bytes()).unwrap())
                .unwrap_err()
                .render("x")
        };
        let body = |json: &str| {
            let bytes = actix_web::body::to_bytes(read(json).into_body());
            let bytes = futures_util::FutureExt::now_or_never(bytes)
                .unwrap()
                .unwrap();
            serde_json::from_slice::<Value>(&bytes).unwrap()["errors"][0].clone()
        };
        assert_eq!(body(r#"[{"n": "x"}]"#)["pointer"], "/0/n");
        assert_eq!(body(r#"[{"n": 1, "m": 2}]"#)["pointer"], "/0/m");
        assert_eq!(body(r#"[{"n": 1}, {}]"#)["pointer"], "/1/n");
    }
}

//! How things in a file name each other before they have ids: `"key": "hall"`, then `"@hall"`.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The ids of what has been made so far, by key.
#[derive(Debug, Default)]
pub struct Keys(BTreeMap<String, String>);

impl Keys {
    /// Reads a body: its `key` is taken off, and every `@key` in it becomes the id.
    ///
    /// # Errors
    /// What is wrong with the body, in one line.
    pub fn read<T: DeserializeOwned>(&self, body: &Value) -> Result<(Option<String>, T), String> {
        let mut body = body.clone();
        let key = body.as_object_mut().and_then(|body| body.remove("key"));
        let key = key.and_then(|key| key.as_str().map(str::to_owned));
        self.resolve(&mut body)?;
        let read = serde_path_to_error::deserialize(&body).map_err(|error| error.to_string())?;
        Ok((key, read))
    }

    /// Remembers the id of what was made.
    ///
    /// # Errors
    /// When the key is used twice.
    pub fn remember(&mut self, key: Option<String>, id: impl Display) -> Result<(), String> {
        let Some(key) = key else { return Ok(()) };
        match self.0.insert(key.clone(), id.to_string()) {
            None => Ok(()),
            Some(_) => Err(format!("the key {key} is used twice")),
        }
    }

    fn resolve(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) => {
                if let Some(key) = text.strip_prefix('@') {
                    let id = self.0.get(key);
                    *text = id
                        .ok_or_else(|| format!("nothing has the key {key}"))?
                        .clone();
                }
                Ok(())
            }
            Value::Array(list) => list.iter_mut().try_for_each(|one| self.resolve(one)),
            Value::Object(fields) => fields.values_mut().try_for_each(|one| self.resolve(one)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_become_ids() {
        let mut keys = Keys::default();
        let body = json!({"key": "hall", "name": "Salen"});
        let (key, body): (_, Value) = keys.read(&body).unwrap();
        assert_eq!(
            (key.as_deref(), body),
            (Some("hall"), json!({"name": "Salen"}))
        );
        keys.remember(key, 7).unwrap();
        let (_, body): (_, Value) = keys.read(&json!({"room_ids": ["@hall"]})).unwrap();
        assert_eq!(body, json!({"room_ids": ["7"]}));
        assert!(keys.read::<Value>(&json!("@stage")).is_err());
        assert!(keys.remember(Some("hall".to_owned()), 8).is_err());
    }
}

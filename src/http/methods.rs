//! Which methods a path has, by the published document: for `Allow`, 405 and CORS.
#![expect(
    clippy::zero_sized_map_values,
    reason = "of an operation only the method is read"
)]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The paths of the document with their methods.
#[derive(Debug, Clone, Default)]
pub struct Methods(Vec<(Vec<String>, Vec<String>)>);

/// All that is read of the document.
#[derive(Deserialize)]
struct Paths {
    paths: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

impl Methods {
    /// Reads the table from the document.
    ///
    /// # Errors
    /// When it is no such document.
    pub fn of(document: &[u8]) -> Result<Self, serde_json::Error> {
        let Paths { paths } = serde_json::from_slice(document)?;
        let row = |(path, item): (&String, &BTreeMap<String, IgnoredAny>)| {
            let operations = item.keys().map(|method| method.to_uppercase());
            let mut methods: Vec<String> = operations.collect();
            if methods.iter().any(|method| method == "GET") {
                methods.push("HEAD".to_owned());
            }
            methods.push("OPTIONS".to_owned());
            (split(path), methods)
        };
        Ok(Self(paths.iter().map(row).collect()))
    }

    /// Whether the path has this method.
    #[must_use]
    pub fn has(&self, path: &str, method: &str) -> bool {
        let segments = split(path);
        let mut rows = self.0.iter();
        rows.any(|(template, methods)| {
            matches(template, &segments) && methods.iter().any(|known| known == method)
        })
    }

    /// The methods of the path, joined for a header; `None` if the path is none of ours.
    #[must_use]
    pub fn allowed(&self, path: &str) -> Option<String> {
        let segments = split(path);
        let mut allowed: Vec<&str> = Vec::new();
        for (template, methods) in &self.0 {
            if matches(template, &segments) {
                allowed.extend(methods.iter().map(String::as_str));
            }
        }
        allowed.sort_unstable();
        allowed.dedup();
        (!allowed.is_empty()).then(|| allowed.join(", "))
    }
}

fn split(path: &str) -> Vec<String> {
    path.trim_start_matches('/')
        .split('/')
        .map(str::to_owned)
        .collect()
}

fn matches(template: &[String], segments: &[String]) -> bool {
    template.len() == segments.len()
        && template.iter().zip(segments).all(|(part, segment)| {
            if part.starts_with('{') && part.ends_with('}') {
                !segment.is_empty()
            } else {
                part == segment
            }
        })
}

//! Which methods a path has, by the published document: for `Allow`, 405 and CORS.

use serde_json::Value;

/// The paths of the document with their methods.
#[derive(Debug, Clone, Default)]
pub struct Methods(Vec<(Vec<String>, Vec<String>)>);

impl Methods {
    /// Reads the table from the document.
    #[must_use]
    pub fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object();
        let row = |(path, item): (&String, &Value)| {
            let operations = item
                .as_object()
                .map(|item| item.keys().map(|method| method.to_uppercase()));
            let mut methods: Vec<String> = operations.into_iter().flatten().collect();
            if methods.iter().any(|method| method == "GET") {
                methods.push("HEAD".to_owned());
            }
            methods.push("OPTIONS".to_owned());
            (split(path), methods)
        };
        Self(paths.into_iter().flatten().map(row).collect())
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

//! Which methods a path has, by the published document: for `Allow`, 405 and CORS.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The paths of the document with their methods.
#[derive(Debug, Clone, Default)]
pub struct Methods(Vec<Row>);

#[derive(Debug, Clone)]
struct Row {
    template: Vec<String>,
    methods: Vec<String>,
    /// Method and id.
    operations: Vec<(String, String)>,
}

/// All that is read of the document.
#[derive(Deserialize)]
struct Paths {
    paths: BTreeMap<String, BTreeMap<String, Operation>>,
}

#[derive(Deserialize)]
struct Operation {
    #[serde(rename = "operationId")]
    id: String,
}

impl Methods {
    /// Reads the table from the document.
    ///
    /// # Errors
    /// When it is no such document.
    pub fn of(document: &[u8]) -> Result<Self, serde_json::Error> {
        let Paths { paths } = serde_json::from_slice(document)?;
        let row = |(path, item): (&String, &BTreeMap<String, Operation>)| {
            let operations: Vec<(String, String)> = item
                .iter()
                .map(|(method, operation)| (method.to_uppercase(), operation.id.clone()))
                .collect();
            let mut methods: Vec<String> = operations
                .iter()
                .map(|(method, _)| method.clone())
                .collect();
            if methods.iter().any(|method| method == "GET") {
                methods.push("HEAD".to_owned());
            }
            methods.push("OPTIONS".to_owned());
            Row {
                template: split(path),
                methods,
                operations,
            }
        };
        Ok(Self(paths.iter().map(row).collect()))
    }

    /// Whether the path has this method.
    #[must_use]
    pub fn has(&self, path: &str, method: &str) -> bool {
        let segments = split(path);
        let mut rows = self.0.iter();
        rows.any(|row| {
            matches(&row.template, &segments) && row.methods.iter().any(|known| known == method)
        })
    }

    /// The id of the operation that a request is; where two paths fit, of the one with more words.
    #[must_use]
    pub fn operation(&self, path: &str, method: &str) -> Option<&str> {
        let segments = split(path);
        let fitting = self
            .0
            .iter()
            .filter(|row| matches(&row.template, &segments));
        let ids = fitting.flat_map(|row| {
            let holes = row.template.iter().filter(|part| part.starts_with('{'));
            let holes = holes.count();
            let of_method = row.operations.iter().filter(|(known, _)| known == method);
            of_method.map(move |(_, id)| (holes, id.as_str()))
        });
        ids.min_by_key(|(holes, _)| *holes).map(|(_, id)| id)
    }

    /// The methods of the path, joined for a header; `None` if the path is none of ours.
    #[must_use]
    pub fn allowed(&self, path: &str) -> Option<String> {
        let segments = split(path);
        let mut allowed: Vec<&str> = Vec::new();
        for row in &self.0 {
            if matches(&row.template, &segments) {
                allowed.extend(row.methods.iter().map(String::as_str));
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

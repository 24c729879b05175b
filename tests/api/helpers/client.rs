//! A client that holds every answer against the published document.

use std::sync::LazyLock;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::app::TestApp;
use super::contract;

/// A request being put together.
pub struct Call<'a> {
    app: &'a TestApp,
    method: String,
    path: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_owned()
    }

    /// Asserts the status and gives the JSON.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// Asserts a page that shows this text.
    #[track_caller]
    pub fn expect_html(&self, text: &str) {
        assert_eq!(self.status, 200, "{}", self.body);
        assert!(self.header("content-type").starts_with("text/html"));
        assert!(self.body.contains(text), "no {text}: {}", self.body);
    }

    /// Asserts a problem of this code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        let document = self.json();
        assert_eq!(document["type"], format!("/problems/{code}"), "{document}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(document["instance"], self.header("x-request-id"));
        document
    }

    /// Asserts a validation problem with this pointer among its errors.
    #[track_caller]
    pub fn fault(&self, pointer: &str, code: &str) {
        assert_eq!(self.status, 422, "{}", self.body);
        let document = self.json();
        let errors = document["errors"].as_array().cloned().unwrap_or_default();
        let found = errors
            .iter()
            .any(|error| error["pointer"] == pointer && error["code"] == code);
        assert!(found, "no {code} at {pointer}: {document}");
    }
}

impl<'a> Call<'a> {
    pub fn new(app: &'a TestApp, method: &str, path: &str) -> Self {
        let outside = [
            "/health",
            "/metrics",
            "/api/",
            "/problems",
            "/watch",
            "/calendars",
            "/dev",
            "/registrations/confirm-page",
        ];
        let path = if outside.iter().any(|start| path.starts_with(start)) {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        Self {
            app,
            method: method.to_owned(),
            path,
            headers: HeaderMap::new(),
            body: None,
        }
    }

    /// The path exactly as given, without `/api/v1` before it.
    pub fn at_root(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", tag)
    }

    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string().into_bytes())
    }

    pub fn patch_json(self, body: &Value) -> Self {
        self.bytes(
            "application/merge-patch+json",
            body.to_string().into_bytes(),
        )
    }

    pub fn bytes(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self.header("content-type", content_type)
    }

    /// Sends, and holds the answer against the document.
    pub async fn send(self) -> Answer {
        let (method, path) = (self.method.clone(), self.path.clone());
        let answer = self.send_unchecked().await;
        contract::check(&method, &path, &answer);
        answer
    }

    /// Sends what no operation of the document is meant by.
    pub async fn send_unchecked(self) -> Answer {
        let url = format!("{}{}", self.app.address, self.path);
        let method = reqwest::Method::from_bytes(self.method.as_bytes()).unwrap();
        let mut request = self.app.client.request(method, url).headers(self.headers);
        if let Some(body) = self.body {
            request = request.body(body);
        }
        let exchange = async move {
            let response = request.send().await.unwrap();
            Answer {
                status: response.status().as_u16(),
                headers: response.headers().clone(),
                body: response.text().await.unwrap(),
            }
        };
        network().spawn(exchange).await.unwrap()
    }
}

/// Where requests are sent: apart from the test's own thread, which may be busy with the answers of others
/// for longer than the service waits for a request whose connection is there.
pub fn network() -> &'static Runtime {
    static NETWORK: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().unwrap()
    });
    &NETWORK
}

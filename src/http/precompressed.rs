//! A document on its way to a client.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};

use super::coding::Coding;
use super::etag;
use super::prepared::Document;
use super::reply::{Caching, next_link};

/// A document on its way to a client, in the coding that the client prefers.
#[derive(Debug, Clone)]
pub struct Precompressed {
    /// What is sent.
    pub document: Document,
    /// Who may keep it.
    pub caching: Caching,
}

impl Responder for Precompressed {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let document = self.document;
        let coding = Coding::preferred(request.headers());
        let mut response = HttpResponse::Ok();
        response
            .insert_header((header::CACHE_CONTROL, self.caching.header()))
            .insert_header((header::ETAG, document.etag(coding)))
            .insert_header((header::VARY, "Accept-Encoding"));
        if let Some(cursor) = document.next_cursor() {
            response.insert_header((header::LINK, next_link(request, cursor)));
        }
        if etag::is_known(request, document.tag()) {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        response.content_type(document.media_type());
        if let Some(disposition) = document.disposition() {
            response.insert_header((header::CONTENT_DISPOSITION, disposition));
        }
        let Some(coded) = document.coded(coding) else {
            response.insert_header((header::ETAG, document.etag(Coding::Identity)));
            return response.body(document.plain());
        };
        if let Some(name) = coding.name() {
            response.insert_header((header::CONTENT_ENCODING, name));
        }
        response.body(coded)
    }
}

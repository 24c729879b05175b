//! The browsable documentation at `/api/docs/`, from files within the binary: it needs no network.

use std::io::Read;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use flate2::read::GzDecoder;

use crate::http::{accepts_gzip, etag};
use crate::problem::Problem;

/// Its own policy, because Swagger UI sets styles as it goes.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// One file of the documentation.
struct File {
    media_type: &'static str,
    bytes: &'static [u8],
    /// Whether the bytes are packed, as the build script does with what is large.
    packed: bool,
}

impl File {
    /// The file of this name.
    fn find(name: &str) -> Option<Self> {
        let (media_type, bytes, packed): (_, &[u8], _) = match name {
            "" | "index.html" => (
                "text/html; charset=utf-8",
                include_bytes!("docs/index.html"),
                false,
            ),
            "start.js" => (
                "text/javascript; charset=utf-8",
                include_bytes!("docs/start.js"),
                false,
            ),
            "swagger-ui-bundle.js" => (
                "text/javascript; charset=utf-8",
                include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz")),
                true,
            ),
            "swagger-ui.css" => (
                "text/css; charset=utf-8",
                include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz")),
                true,
            ),
            _ => return None,
        };
        Some(Self {
            media_type,
            bytes,
            packed,
        })
    }

    fn unpacked(&self) -> Result<Vec<u8>, Problem> {
        let mut plain = Vec::new();
        GzDecoder::new(self.bytes)
            .read_to_end(&mut plain)
            .map_err(Problem::internal)?;
        Ok(plain)
    }
}

async fn get_file(name: web::Path<String>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let file = File::find(&name).ok_or_else(Problem::not_found)?;
    let tag = etag::of_bytes(file.bytes);
    let known = etag::is_known(&request, &tag);
    let coded = file.packed && accepts_gzip(&request);
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    let suffix = if coded { "-gzip" } else { "" };
    response
        .content_type(file.media_type)
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::ETAG, format!("\"{tag}{suffix}\"")))
        .insert_header((header::VARY, "Accept-Encoding"));
    if known {
        return Ok(response.finish());
    }
    if coded {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    // Every browser takes it packed; who does not is seldom.
    Ok(if file.packed && !coded {
        response.body(file.unpacked()?)
    } else {
        response.body(file.bytes)
    })
}

/// The pages of the documentation.
pub fn pages(config: &mut web::ServiceConfig) {
    config
        .service(web::redirect("/api/docs", "/api/docs/"))
        .service(web::redirect("/", "/api/docs/"))
        .route("/api/docs/{name:.*}", web::get().to(get_file));
}

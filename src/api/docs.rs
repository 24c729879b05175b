//! The browsable documentation at `/api/docs/`, from files within the binary: it needs no network.

use actix_web::middleware::DefaultHeaders;
use actix_web::web;
use utoipa_swagger_ui::{Config, SwaggerUi, Url};

/// Its own policy, because the page brings styles in its scripts.
const POLICY: &str = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
                      img-src 'self' data:; connect-src 'self'; font-src 'self'";

/// The pages of the documentation.
pub fn pages(config: &mut web::ServiceConfig) {
    config
        .service(web::redirect("/api/docs", "/api/docs/"))
        .service(web::redirect("/", "/api/docs/"))
        .service(
            web::scope("/api/docs")
                .wrap(DefaultHeaders::new().add(("Content-Security-Policy", POLICY)))
                .service(
                    SwaggerUi::new("/{_:.*}").config(
                        Config::new([Url::new("Kongress", "/api/v1/openapi.json")])
                            .try_it_out_enabled(true),
                    ),
                ),
        );
}

//! Where the link in an offer leads.

use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pages;
use super::routes::{LinkQuery, answer, explain, landing, tongue};
use super::wishes::Wish;
use crate::http::Form;
use crate::problem::{Problem, ProblemDocument};
use crate::registrations::tokens::Purpose;
use crate::server::App;

type Page = Result<HttpResponse, Problem>;

crate::words! {
    /// What somebody says to an offer.
    pub enum OfferAnswer {
        /// Yes.
        Accept = "accept",
        /// No.
        Decline = "decline",
    }
}

/// The form of the page that asks whether an offer is wanted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferForm {
    /// The token of the mailed link.
    #[schema(example = "kgo_gQx0b0yTqWc0T3kQm8m1cXW3m7o6Zk9o1r2s3t4u5v6")]
    token: String,
    /// What is said to it.
    answer: OfferAnswer,
    /// `nb`, `nn` or `en`.
    #[schema(example = "nb")]
    lang: Option<String>,
}

/// The page that asks whether offered seats are wanted
///
/// Where the link in a `seat_offered` mail leads. Two buttons; nothing is changed.
#[utoipa::path(operation_id = "get_offer_page", tag = "pages", params(LinkQuery), responses((status = 200, description = "The page", body = String, content_type = "text/html"), (status = 404, description = "There is no token in the link", content((String = "text/html"), (ProblemDocument = "application/problem+json")))))]
#[get("/registrations/offer")]
pub async fn get_offer_page(app: App, request: HttpRequest) -> Page {
    landing(&app, &request, &[Purpose::Offer], pages::offer).await
}

/// Accept or decline offered seats from their page
///
/// Shows the registration. Programs use `POST /api/v1/registrations/accept-offer` and `/decline-offer`.
#[utoipa::path(operation_id = "post_offer_page", tag = "pages", request_body(content = OfferForm, content_type = "application/x-www-form-urlencoded"), responses((status = 200, description = "The registration", body = String, content_type = "text/html"), (status = 404, description = "The token is unknown"), (status = 409, description = "The state does not lead there"), (status = 410, description = "The token has expired or was used"), (status = 422, description = "The form can't be read")))]
#[post("/registrations/offer")]
pub async fn post_offer_page(app: App, request: HttpRequest, form: Form) -> Page {
    let tongue = tongue(&request, form.field("lang").as_deref());
    let wish = match form.read::<OfferForm>() {
        Ok(form) if form.answer == OfferAnswer::Accept => Wish::Accept(form.token),
        Ok(form) => Wish::Decline(form.token),
        Err(problem) => return explain(&request, tongue, problem),
    };
    answer(&app, &request, tongue, wish).await
}

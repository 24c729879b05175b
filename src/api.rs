//! All routes on one page, and the OpenAPI document they make.

pub mod docs;
mod document;
mod examples;
mod patches;
mod service;

use actix_web::web;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

pub use document::{document, print};

use crate::{events, organisations, registrations, tickets};

/// Every route that the document names.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        scope("/api/v1")
            .service(service::get_openapi)
            // Anybody
            .service(events::public_routes::list_series)
            .service(events::public_routes::get_series)
            .service(events::public_routes::list_events)
            .service(tickets::public_routes::list_tickets)
            .service(tickets::public_routes::get_registration_form)
            // Registering, and one's own registration
            .service(registrations::routes::create_registration)
            .service(registrations::routes::confirm_registration)
            .service(registrations::routes::open_registration)
            .service(registrations::routes::request_registration_link)
            .service(registrations::own_routes::get_registration)
            .service(registrations::own_routes::cancel_registration)
            .service(registrations::own_routes::erase_registration)
            .service(registrations::own_routes::export_registration)
            .service(registrations::own_routes::sign_out_of_registration)
            // Organisers
            .service(organisations::routes::get_me)
            .service(organisations::routes::list_organisations)
            .service(organisations::routes::list_tokens)
            .service(organisations::routes::create_token)
            .service(organisations::routes::get_token)
            .service(organisations::routes::revoke_token)
            .service(events::series_routes::list_own_series)
            .service(events::series_routes::create_series)
            .service(events::series_routes::get_own_series)
            .service(events::series_routes::update_series)
            .service(events::series_routes::delete_series)
            .service(events::routes::list_own_events)
            .service(events::routes::create_event)
            .service(events::routes::get_own_event)
            .service(events::routes::update_event)
            .service(events::routes::delete_event)
            .service(events::routes::publish_event)
            .service(events::routes::archive_event)
            .service(events::routes::cancel_event)
            .service(events::routes::reopen_event)
            .service(tickets::quota_routes::list_quotas)
            .service(tickets::quota_routes::create_quota)
            .service(tickets::quota_routes::get_quota)
            .service(tickets::quota_routes::update_quota)
            .service(tickets::quota_routes::delete_quota)
            .service(tickets::ticket_type_routes::list_ticket_types)
            .service(tickets::ticket_type_routes::create_ticket_type)
            .service(tickets::ticket_type_routes::get_ticket_type)
            .service(tickets::ticket_type_routes::update_ticket_type)
            .service(tickets::ticket_type_routes::delete_ticket_type)
            .service(registrations::organiser_routes::list_registrations)
            .service(registrations::organiser_routes::get_registration_of_event)
            .service(registrations::organiser_routes::cancel_registration_of_event),
    );
    config
        .service(service::get_liveness)
        .service(service::get_readiness)
        .service(service::get_metrics)
        .service(service::get_problem);
}

/// What a browser opens and the document does not name: the documentation itself.
pub fn pages(config: &mut web::ServiceConfig) {
    config.configure(docs::pages);
}

//! All routes on one page, and the OpenAPI document they make.

pub mod docs;
mod document;
mod examples;
pub mod front_door;
pub mod gate;
mod mount;
mod patches;
mod service;

use actix_web::web;

pub use document::{document, print};
pub use mount::{Below, Mount};

use crate::{
    committee, editions, events, interchange, mail, organisations, programme, publication,
    registrations, search, tickets, transcripts, video, web as pages_of,
};

/// Every route that the document names; `scope` is for those below `/api/v1`.
#[expect(clippy::too_many_lines, reason = "all routes stand on one page")]
pub fn routes<S: Below>(config: &mut impl Mount<S>, scope: S) {
    config.mount(
        scope
            // What is asked for most stands first, because a path is looked for from the top
            .service(publication::routes::get_programme)
            // Before what it is a longer name of
            .service(interchange::routes::get_session_calendar)
            .service(publication::routes::get_session)
            .service(tickets::public_routes::list_tickets)
            .service(tickets::public_routes::get_registration_form)
            .service(registrations::routes::create_registration)
            .service(registrations::routes::confirm_registration)
            .service(publication::routes::get_event)
            .service(publication::now_routes::get_now)
            .service(service::get_openapi)
            // Anybody
            .service(events::public_routes::list_series)
            .service(events::public_routes::get_series)
            .service(events::public_routes::list_events)
            .service(publication::routes::list_committee)
            .service(publication::routes::list_sessions)
            .service(publication::routes::watch_session)
            .service(publication::routes::list_speakers)
            .service(interchange::routes::get_speaker_calendar)
            .service(publication::routes::get_speaker)
            .service(publication::routes::list_recordings)
            .service(publication::routes::get_recording)
            .service(publication::chapter_routes::get_chapters_vtt)
            .service(publication::chapter_routes::get_chapters_json)
            .service(publication::chapter_routes::get_chapters_psc)
            .service(publication::chapter_routes::get_chapters_txt)
            .service(publication::chapter_routes::get_chapters_ffmetadata)
            .service(transcripts::public_routes::get_transcript)
            .service(transcripts::public_routes::get_session_transcript)
            .service(publication::release_routes::list_releases)
            .service(publication::release_routes::get_release)
            .service(publication::release_routes::get_series_committee)
            .service(search::routes::search_everything)
            .service(interchange::routes::get_programme_calendar)
            .service(interchange::routes::get_schedule_xml)
            .service(interchange::routes::get_schedule_json)
            .service(interchange::routes::get_programme_json_ld)
            // Registering, and one's own registration
            .service(registrations::routes::open_registration)
            .service(registrations::routes::request_registration_link)
            .service(registrations::offer_routes::accept_offer)
            .service(registrations::offer_routes::decline_offer)
            .service(registrations::own_routes::get_registration)
            .service(registrations::own_routes::update_registration)
            .service(registrations::own_routes::cancel_registration)
            .service(registrations::own_routes::erase_registration)
            .service(registrations::own_routes::export_registration)
            .service(registrations::own_routes::sign_out_of_registration)
            .service(registrations::attendee_routes::add_attendee)
            .service(registrations::attendee_routes::update_attendee)
            .service(registrations::attendee_routes::replace_attendee)
            .service(registrations::attendee_routes::cancel_attendee)
            // Organisers
            .service(organisations::routes::get_me)
            .service(organisations::routes::list_organisations)
            .service(organisations::routes::list_tokens)
            .service(organisations::routes::create_token)
            .service(organisations::routes::get_token)
            .service(organisations::routes::revoke_token)
            .service(events::audit_routes::list_audit_of_organisation)
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
            .service(registrations::event_routes::cancel_event)
            .service(registrations::event_routes::reopen_event)
            .service(editions::routes::clone_event)
            .service(events::audit_routes::list_audit_of_event)
            // Organisers: the programme
            .service(committee::routes::list_own_committee)
            .service(committee::routes::create_committee_member)
            .service(committee::routes::get_own_committee_member)
            .service(committee::routes::update_committee_member)
            .service(committee::routes::delete_committee_member)
            .service(committee::routes::order_committee)
            .service(programme::rooms::routes::list_own_rooms)
            .service(programme::rooms::routes::create_room)
            .service(programme::rooms::routes::get_own_room)
            .service(programme::rooms::routes::update_room)
            .service(programme::rooms::routes::delete_room)
            .service(programme::rooms::routes::order_rooms)
            .service(programme::tracks::routes::list_own_tracks)
            .service(programme::tracks::routes::create_track)
            .service(programme::tracks::routes::get_own_track)
            .service(programme::tracks::routes::update_track)
            .service(programme::tracks::routes::delete_track)
            .service(programme::tracks::routes::order_tracks)
            .service(programme::speakers::routes::list_own_speakers)
            .service(programme::speakers::routes::create_speaker)
            .service(programme::speakers::routes::get_own_speaker)
            .service(programme::speakers::routes::update_speaker)
            .service(programme::speakers::routes::delete_speaker)
            .service(programme::sessions::routes::list_own_sessions)
            .service(programme::sessions::routes::create_session)
            .service(programme::sessions::routes::get_own_session)
            .service(programme::sessions::routes::update_session)
            .service(programme::sessions::routes::delete_session)
            .service(programme::shifts::routes::shift_sessions)
            .service(publication::draft_routes::get_own_programme)
            .service(interchange::import_routes::import_programme)
            .service(programme::routes::get_programme_diff)
            .service(programme::routes::get_programme_conflicts)
            .service(registrations::release_routes::create_release)
            .service(programme::releases::routes::list_own_releases)
            .service(programme::releases::routes::get_own_release)
            .service(programme::restore::routes::restore_programme)
            .service(mail::routes::list_emails)
            .service(mail::routes::retry_email)
            .service(video::routes::list_own_recordings)
            .service(video::routes::create_recording)
            .service(video::routes::get_own_recording)
            .service(video::routes::update_recording)
            .service(video::routes::delete_recording)
            .service(video::routes::replace_segments)
            .service(video::placements::routes::list_positions)
            .service(video::placements::routes::verify_positions)
            .service(video::placements::routes::get_position)
            .service(video::placements::routes::set_position)
            .service(video::placements::routes::delete_position)
            .service(video::marks::routes::list_marks)
            .service(video::marks::routes::create_mark)
            .service(video::marks::routes::get_mark)
            .service(video::marks::routes::delete_mark)
            .service(transcripts::routes::put_transcript)
            .service(transcripts::routes::get_own_transcript)
            .service(transcripts::routes::delete_transcript)
            .service(tickets::quota_routes::list_quotas)
            .service(tickets::quota_routes::create_quota)
            .service(tickets::quota_routes::get_quota)
            .service(registrations::capacity_routes::update_quota)
            .service(tickets::quota_routes::delete_quota)
            .service(tickets::ticket_type_routes::list_ticket_types)
            .service(tickets::ticket_type_routes::create_ticket_type)
            .service(tickets::ticket_type_routes::get_ticket_type)
            .service(registrations::capacity_routes::update_ticket_type)
            .service(tickets::ticket_type_routes::delete_ticket_type)
            .service(tickets::questions::routes::list_questions)
            .service(tickets::questions::routes::create_question)
            .service(tickets::questions::routes::get_question)
            .service(tickets::questions::routes::update_question)
            .service(tickets::questions::routes::delete_question)
            .service(tickets::questions::routes::list_wordings)
            .service(tickets::access_codes::routes::list_access_codes)
            .service(tickets::access_codes::routes::create_access_code)
            .service(tickets::access_codes::routes::get_access_code)
            .service(tickets::access_codes::routes::update_access_code)
            .service(tickets::access_codes::routes::delete_access_code)
            .service(registrations::organiser_routes::list_registrations)
            .service(registrations::sheet_routes::export_registrations_csv)
            .service(registrations::sheet_routes::export_registrations_xlsx)
            .service(registrations::organiser_routes::get_registration_of_event)
            .service(registrations::organiser_routes::cancel_registration_of_event)
            .service(registrations::staff_routes::create_registration_of_event)
            .service(registrations::staff_routes::update_registration_of_event)
            .service(registrations::staff_attendee_routes::update_attendee_of_event)
            .service(registrations::staff_routes::approve_registration)
            .service(registrations::staff_routes::reject_registration)
            .service(registrations::staff_routes::resend_registration)
            .service(registrations::offer_routes::list_waiting),
    );
    config
        .service(service::get_liveness)
        .service(service::get_readiness)
        .service(service::get_metrics)
        .service(service::get_problem)
        // Pages for people
        .service(pages_of::watch::routes::get_watch_page)
        .service(pages_of::routes::get_confirm_page)
        .service(pages_of::routes::post_confirm_page)
        .service(pages_of::offer_routes::get_offer_page)
        .service(pages_of::offer_routes::post_offer_page)
        .service(pages_of::routes::get_manage_page)
        .service(pages_of::routes::post_manage_page)
        .service(pages_of::dev::list_dev_mails)
        .service(pages_of::dev::get_dev_mail)
        .service(pages_of::dev::get_dev_mail_source);
}

/// All of them as a worker answers them, without their description.
pub fn served(config: &mut web::ServiceConfig) {
    routes(config, web::scope("/api/v1"));
}

/// What a browser opens and the document does not name: the documentation itself.
pub fn pages(config: &mut web::ServiceConfig) {
    config.configure(docs::pages);
}

//! The tables as diesel sees them, one definition for both stores.
//!
//! `IdSql` and `InstantSql` are our own SQL types: `uuid`/BLOB and `timestamptz`/INTEGER microseconds.
#![allow(
    missing_docs,
    clippy::wildcard_imports,
    reason = "the migrations say what the tables mean"
)]

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    organisations (id) {
        id -> IdSql,
        slug -> Text,
        name -> Text,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    api_tokens (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        name -> Text,
        role -> Text,
        scopes -> Json,
        token_hash -> Binary,
        expires_at -> Nullable<InstantSql>,
        created_at -> InstantSql,
        last_used_at -> Nullable<InstantSql>,
        revoked_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    series (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        slug -> Text,
        title -> Json,
        description -> Json,
        languages -> Json,
        default_language -> Text,
        website_url -> Nullable<Text>,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    events (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        series_id -> Nullable<IdSql>,
        slug -> Text,
        title -> Json,
        subtitle -> Json,
        description -> Json,
        edition -> Nullable<Integer>,
        starts_on -> Nullable<Date>,
        ends_on -> Nullable<Date>,
        starts_at -> Nullable<InstantSql>,
        ends_at -> Nullable<InstantSql>,
        timezone -> Text,
        format -> Text,
        venue -> Nullable<Json>,
        languages -> Json,
        default_language -> Text,
        organisers -> Json,
        links -> Json,
        cancel_until -> Nullable<InstantSql>,
        state -> Text,
        search_text -> Text,
        published_at -> Nullable<InstantSql>,
        version -> Integer,
        public_version -> BigInt,
        public_changed_at -> InstantSql,
        created_at -> InstantSql,
        updated_at -> InstantSql,
        next_session_number -> Integer,
        released_version -> Integer,
        searched_version -> BigInt,
        calendar_changes -> Json,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    committee_members (id) {
        id -> IdSql,
        event_id -> IdSql,
        name -> Text,
        affiliation -> Nullable<Text>,
        role -> Text,
        bio -> Json,
        photo_url -> Nullable<Text>,
        published -> Bool,
        email -> Nullable<Text>,
        position -> Integer,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    rooms (id) {
        id -> IdSql,
        event_id -> IdSql,
        name -> Json,
        capacity -> Nullable<Integer>,
        position -> Integer,
        hidden -> Bool,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    tracks (id) {
        id -> IdSql,
        event_id -> IdSql,
        name -> Json,
        color -> Nullable<Text>,
        position -> Integer,
        hidden -> Bool,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    speakers (id) {
        id -> IdSql,
        event_id -> IdSql,
        name -> Text,
        job_position -> Nullable<Text>,
        affiliation -> Nullable<Text>,
        bio -> Json,
        photo_url -> Nullable<Text>,
        links -> Json,
        hidden -> Bool,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    sessions (id) {
        id -> IdSql,
        event_id -> IdSql,
        slug -> Text,
        guid -> IdSql,
        number -> Integer,
        title -> Json,
        abstract_text -> Json,
        kind -> Text,
        type_label -> Json,
        language -> Nullable<Text>,
        starts_at -> Nullable<InstantSql>,
        ends_at -> Nullable<InstantSql>,
        room_id -> Nullable<IdSql>,
        track_id -> Nullable<IdSql>,
        materials -> Json,
        do_not_record -> Bool,
        sign_up_capacity -> Nullable<Integer>,
        signed_up -> Integer,
        version -> Integer,
        created_at -> InstantSql,
        updated_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    session_speakers (session_id, speaker_id) {
        session_id -> IdSql,
        speaker_id -> IdSql,
        role -> Text,
        position -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    programme_releases (id) {
        id -> IdSql,
        event_id -> IdSql,
        version -> Integer,
        released_at -> InstantSql,
        note -> Json,
        document -> Json,
        changes -> Json,
        timezone -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    recordings (id) {
        id -> IdSql,
        event_id -> IdSql,
        title -> Json,
        url -> Text,
        provider -> Text,
        language -> Nullable<Text>,
        duration_seconds -> Nullable<Integer>,
        state -> Text,
        captions_url -> Nullable<Text>,
        segments -> Json,
        published_at -> Nullable<InstantSql>,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    recording_rooms (recording_id, room_id) {
        recording_id -> IdSql,
        room_id -> IdSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, WordsSql};

    search_entries (id) {
        id -> BigInt,
        event_id -> IdSql,
        name -> Text,
        digest -> Binary,
        content -> Json,
        words -> WordsSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    transcripts (recording_id) {
        recording_id -> IdSql,
        event_id -> IdSql,
        cues -> Json,
        cue_count -> Integer,
        ends_at_ms -> Integer,
        tag -> Text,
        updated_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    session_marks (id) {
        id -> IdSql,
        event_id -> IdSql,
        session_id -> IdSql,
        edge -> Text,
        at -> InstantSql,
        client_mark_id -> Nullable<Text>,
        caused_by -> Nullable<IdSql>,
        created_at -> InstantSql,
        undone_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::IdSql;

    verified_positions (recording_id, session_id) {
        recording_id -> IdSql,
        session_id -> IdSql,
        start_seconds -> Integer,
        end_seconds -> Nullable<Integer>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    quotas (id) {
        id -> IdSql,
        event_id -> IdSql,
        name -> Json,
        size -> Nullable<Integer>,
        held -> Integer,
        waiting -> Integer,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    ticket_types (id) {
        id -> IdSql,
        event_id -> IdSql,
        name -> Json,
        description -> Json,
        attendance -> Text,
        price_amount -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        opens_at -> Nullable<InstantSql>,
        closes_at -> Nullable<InstantSql>,
        min_per_registration -> Integer,
        max_per_registration -> Integer,
        access_code_required -> Bool,
        requires_approval -> Bool,
        waiting_list -> Bool,
        unique_by -> Nullable<Text>,
        position -> Integer,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    ticket_type_quotas (ticket_type_id, quota_id) {
        ticket_type_id -> IdSql,
        quota_id -> IdSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    registrations (id) {
        id -> IdSql,
        event_id -> IdSql,
        code -> Text,
        state -> Text,
        holds_seats -> Bool,
        live_identity -> Nullable<Text>,
        identity_key -> Nullable<Binary>,
        search_text -> Text,
        language -> Text,
        contact_name -> Text,
        contact_email -> Text,
        contact_phone -> Nullable<Text>,
        consents -> Json,
        invoice -> Nullable<Json>,
        reference -> Nullable<Text>,
        confirm_before -> InstantSql,
        created_at -> InstantSql,
        confirmed_at -> Nullable<InstantSql>,
        cancelled_at -> Nullable<InstantSql>,
        erased_at -> Nullable<InstantSql>,
        wants_list -> Bool,
        joined_at -> Nullable<InstantSql>,
        offer_expires_at -> Nullable<InstantSql>,
        notes -> Text,
        new_contact -> Nullable<Json>,
        version -> Integer,
        access_code_id -> Nullable<IdSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    attendees (id) {
        id -> IdSql,
        registration_id -> IdSql,
        event_id -> IdSql,
        ticket_type_id -> IdSql,
        position -> Integer,
        name -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        organisation -> Nullable<Text>,
        job_position -> Nullable<Text>,
        municipality_numbers -> Json,
        state -> Text,
        ticket_secret -> Text,
        checked_in_at -> Nullable<InstantSql>,
        answers -> Nullable<Json>,
        waiting_for -> Nullable<IdSql>,
        joined_at -> Nullable<InstantSql>,
        offer_expires_at -> Nullable<InstantSql>,
        session_ids -> Json,
        lost_session_ids -> Json,
        sensitive_consent -> Bool,
        price_amount -> Nullable<BigInt>,
        price_currency -> Nullable<Text>,
        waiting_price_amount -> Nullable<BigInt>,
        waiting_price_currency -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    municipality_claims (ticket_type_id, municipality_number) {
        ticket_type_id -> IdSql,
        municipality_number -> Text,
        attendee_id -> IdSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    registration_tokens (id) {
        id -> IdSql,
        registration_id -> IdSql,
        purpose -> Text,
        token_hash -> Binary,
        created_at -> InstantSql,
        expires_at -> Nullable<InstantSql>,
        used_at -> Nullable<InstantSql>,
        attendee_id -> Nullable<IdSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    emails (id) {
        id -> IdSql,
        event_id -> Nullable<IdSql>,
        registration_id -> Nullable<IdSql>,
        kind -> Text,
        to_name -> Nullable<Text>,
        to_address -> Text,
        address_key -> Binary,
        language -> Text,
        context -> Json,
        secret -> Nullable<Text>,
        dedupe_key -> Text,
        message_id -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> InstantSql,
        lease_until -> Nullable<InstantSql>,
        lease_holder -> Nullable<IdSql>,
        last_reply -> Nullable<Text>,
        created_at -> InstantSql,
        sent_at -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    idempotency_keys (key_hash) {
        key_hash -> Binary,
        fingerprint -> Binary,
        status -> Integer,
        headers -> Json,
        body -> Text,
        registration_id -> Nullable<IdSql>,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::IdSql;

    registration_words (event_id, word, registration_id) {
        event_id -> IdSql,
        word -> Text,
        registration_id -> IdSql,
    }
}

diesel::table! {
    use crate::db::types::IdSql;

    unindexed_registrations (registration_id) {
        registration_id -> IdSql,
        event_id -> IdSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    questions (id) {
        id -> IdSql,
        event_id -> IdSql,
        label -> Json,
        help -> Json,
        kind -> Text,
        required -> Bool,
        required_from -> Nullable<Date>,
        ticket_types -> Json,
        sensitive -> Bool,
        delete_after_days -> Nullable<Integer>,
        hidden -> Bool,
        position -> Integer,
        wording -> Integer,
        answers_deleted_at -> Nullable<InstantSql>,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::IdSql;

    question_options (question_id, option_key) {
        question_id -> IdSql,
        option_key -> Text,
        position -> Integer,
        label -> Json,
        size -> Nullable<Integer>,
        held -> Integer,
        offered -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    question_wordings (question_id, wording) {
        question_id -> IdSql,
        wording -> Integer,
        label -> Json,
        help -> Json,
        options -> Json,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::IdSql;

    option_claims (attendee_id, question_id, option_key) {
        attendee_id -> IdSql,
        question_id -> IdSql,
        option_key -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    access_codes (id) {
        id -> IdSql,
        event_id -> IdSql,
        code -> Text,
        code_key -> Text,
        note -> Nullable<Text>,
        max_uses -> Nullable<Integer>,
        uses -> Integer,
        expires_at -> Nullable<InstantSql>,
        ticket_types -> Json,
        version -> Integer,
        created_at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::IdSql;

    access_code_uses (registration_id) {
        registration_id -> IdSql,
        access_code_id -> IdSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{IdSql, InstantSql};

    audit_entries (id) {
        id -> IdSql,
        organisation_id -> IdSql,
        event_id -> Nullable<IdSql>,
        actor_id -> Nullable<IdSql>,
        actor_name -> Text,
        actor_role -> Nullable<Text>,
        operation -> Text,
        kind -> Text,
        resource -> Text,
        resource_id -> Text,
        before -> Nullable<Json>,
        after -> Nullable<Json>,
        at -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::InstantSql;

    turns (name) {
        name -> Text,
        turn_at -> InstantSql,
        lease_until -> InstantSql,
        found -> Nullable<Integer>,
    }
}

diesel::table! {
    use crate::db::types::IdSql;

    unrecorded_sessions (event_id, session_id) {
        event_id -> IdSql,
        session_id -> IdSql,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    access_code_uses,
    access_codes,
    api_tokens,
    attendees,
    audit_entries,
    committee_members,
    emails,
    events,
    idempotency_keys,
    municipality_claims,
    option_claims,
    organisations,
    programme_releases,
    question_options,
    question_wordings,
    questions,
    quotas,
    recording_rooms,
    recordings,
    registration_tokens,
    registration_words,
    registrations,
    rooms,
    search_entries,
    series,
    session_marks,
    session_speakers,
    sessions,
    speakers,
    ticket_type_quotas,
    ticket_types,
    tracks,
    transcripts,
    turns,
    unindexed_registrations,
    unrecorded_sessions,
    verified_positions,
);

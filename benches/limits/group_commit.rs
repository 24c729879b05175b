//! The bare group commit: the rows of one registration, over and over, and nothing else.
//!
//! The rows are copies of what the service wrote, so they have its sizes, and the connection is set up
//! as the service's is (WAL, `synchronous=FULL`). Only what has to be unique is new.

use std::error::Error;
use std::path::Path;

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;
use kongress::clock::{new_id, random_256};
use kongress::db::{Conn, Target};
use kongress::ids::EventKind;

use super::Outcome;

/// Registrations of a transaction: what comes together from 64 clients, in the mean.
const BATCH: usize = 32;

diesel::table! {
    registrations (id) {
        id -> Binary,
        event_id -> Binary,
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
        consents -> Text,
        invoice -> Nullable<Text>,
        reference -> Nullable<Text>,
        confirm_before -> BigInt,
        created_at -> BigInt,
        version -> Integer,
    }
}

diesel::table! {
    attendees (id) {
        id -> Binary,
        registration_id -> Binary,
        event_id -> Binary,
        ticket_type_id -> Binary,
        position -> Integer,
        name -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        organisation -> Nullable<Text>,
        job_position -> Nullable<Text>,
        municipality_numbers -> Text,
        state -> Text,
        ticket_secret -> Text,
    }
}

diesel::table! {
    registration_tokens (id) {
        id -> Binary,
        registration_id -> Binary,
        purpose -> Text,
        token_hash -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    emails (id) {
        id -> Binary,
        event_id -> Nullable<Binary>,
        registration_id -> Nullable<Binary>,
        kind -> Text,
        to_name -> Nullable<Text>,
        to_address -> Text,
        address_key -> Binary,
        language -> Text,
        context -> Text,
        secret -> Nullable<Text>,
        dedupe_key -> Text,
        message_id -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    quotas (id) {
        id -> Binary,
        event_id -> Binary,
        held -> Integer,
    }
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations, treat_none_as_default_value = false)]
struct Registration {
    id: Vec<u8>,
    event_id: Vec<u8>,
    code: String,
    state: String,
    holds_seats: bool,
    live_identity: Option<String>,
    identity_key: Option<Vec<u8>>,
    search_text: String,
    language: String,
    contact_name: String,
    contact_email: String,
    contact_phone: Option<String>,
    consents: String,
    invoice: Option<String>,
    reference: Option<String>,
    confirm_before: i64,
    created_at: i64,
    version: i32,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = attendees, treat_none_as_default_value = false)]
struct Attendee {
    id: Vec<u8>,
    registration_id: Vec<u8>,
    event_id: Vec<u8>,
    ticket_type_id: Vec<u8>,
    position: i32,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    organisation: Option<String>,
    job_position: Option<String>,
    municipality_numbers: String,
    state: String,
    ticket_secret: String,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registration_tokens, treat_none_as_default_value = false)]
#[expect(clippy::struct_field_names, reason = "the columns are named so")]
struct Token {
    id: Vec<u8>,
    registration_id: Vec<u8>,
    purpose: String,
    token_hash: Vec<u8>,
    created_at: i64,
}

#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = emails, treat_none_as_default_value = false)]
struct Email {
    id: Vec<u8>,
    event_id: Option<Vec<u8>>,
    registration_id: Option<Vec<u8>>,
    kind: String,
    to_name: Option<String>,
    to_address: String,
    address_key: Vec<u8>,
    language: String,
    context: String,
    secret: Option<String>,
    dedupe_key: String,
    message_id: String,
    state: String,
    attempts: i32,
    next_attempt_at: i64,
    created_at: i64,
}

/// The rows of one registration.
struct Rows {
    registration: Registration,
    attendee: Attendee,
    token: Token,
    email: Email,
}

impl Rows {
    /// Those of the newest registration that waits for its confirmation.
    fn newest(conn: &mut SqliteConnection) -> QueryResult<Self> {
        let registration = registrations::table
            .filter(registrations::state.eq("awaiting_confirmation"))
            .order(registrations::created_at.desc())
            .select(Registration::as_select())
            .first(conn)?;
        Ok(Self {
            attendee: attendees::table
                .filter(attendees::registration_id.eq(&registration.id))
                .select(Attendee::as_select())
                .first(conn)?,
            token: registration_tokens::table
                .filter(registration_tokens::registration_id.eq(&registration.id))
                .select(Token::as_select())
                .first(conn)?,
            email: emails::table
                .filter(emails::registration_id.eq(&registration.id))
                .select(Email::as_select())
                .first(conn)?,
            registration,
        })
    }

    /// The same again, with new ids and secrets in the old lengths.
    fn again(&self) -> Result<Self, Box<dyn Error>> {
        let id = fresh_id();
        let secret = random_256()?;
        let like = |old: &str| like(&secret, old);
        Ok(Self {
            registration: Registration {
                id: id.clone(),
                code: like(&self.registration.code),
                live_identity: self.registration.live_identity.as_deref().map(like),
                identity_key: Some(secret.to_vec()),
                search_text: like(&self.registration.search_text),
                contact_email: like(&self.registration.contact_email),
                ..self.registration.clone()
            },
            attendee: Attendee {
                id: fresh_id(),
                registration_id: id.clone(),
                ticket_secret: like(&self.attendee.ticket_secret),
                ..self.attendee.clone()
            },
            token: Token {
                id: fresh_id(),
                registration_id: id.clone(),
                token_hash: secret.to_vec(),
                ..self.token.clone()
            },
            email: Email {
                id: fresh_id(),
                registration_id: Some(id),
                address_key: secret.to_vec(),
                secret: self.email.secret.as_deref().map(like),
                dedupe_key: like(&self.email.dedupe_key),
                message_id: like(&self.email.message_id),
                ..self.email.clone()
            },
        })
    }
}

fn fresh_id() -> Vec<u8> {
    new_id::<EventKind>().uuid().as_bytes().to_vec()
}

/// As many letters as these, made of random bytes.
fn like(random: &[u8], old: &str) -> String {
    // 64 of them, so that no code of eight letters comes twice in a run.
    let letter = |byte: &u8| char::from(b'@' + byte % 64);
    random.iter().cycle().take(old.len()).map(letter).collect()
}

/// Inserts these in one transaction, and counts their seats.
fn commit(conn: &mut SqliteConnection, batch: Vec<Rows>, quota: &[u8]) -> Outcome {
    let seats = i32::try_from(batch.len())?;
    let mut rows = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for one in batch {
        rows.0.push(one.registration);
        rows.1.push(one.attendee);
        rows.2.push(one.token);
        rows.3.push(one.email);
    }
    AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")?;
    diesel::insert_into(registrations::table)
        .values(&rows.0)
        .execute(conn)?;
    diesel::insert_into(attendees::table)
        .values(&rows.1)
        .execute(conn)?;
    diesel::insert_into(registration_tokens::table)
        .values(&rows.2)
        .execute(conn)?;
    diesel::insert_into(emails::table)
        .values(&rows.3)
        .execute(conn)?;
    diesel::update(quotas::table.find(quota))
        .set(quotas::held.eq(quotas::held + seats))
        .execute(conn)?;
    AnsiTransactionManager::commit_transaction(conn)?;
    Ok(())
}

/// Prints how many registrations a second a bare group commit stores.
pub fn run(file: &Path, seconds: f64) -> Outcome {
    let Conn::Sqlite(mut conn) = Target::Sqlite(file.to_path_buf()).connect()? else {
        return Err("not a SQLite store".into());
    };
    let conn = &mut conn;
    let one = Rows::newest(conn)?;
    let quota: Vec<u8> = quotas::table
        .filter(quotas::event_id.eq(&one.registration.event_id))
        .select(quotas::id)
        .first(conn)?;
    let rate = super::count(seconds, || {
        let batch: Result<Vec<Rows>, _> = (0..BATCH).map(|_| one.again()).collect();
        commit(conn, batch?, &quota)?;
        Ok(u32::try_from(BATCH)?)
    })?;
    println!("{rate:.1}");
    Ok(())
}

//! Uses of access codes: a row for each registration that uses one, and a counter on the code that is
//! moved by compare-and-set.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use super::super::model::Registration;
use super::claims::Taken;
use crate::db::schema::{access_code_uses, access_codes};
use crate::db::types::IdSql;
use crate::db::{Conn, DbError};
use crate::ids::{AccessCodeId, EventId};
use crate::per_backend;

/// Takes the counters of the codes of these registrations, in the order of their ids.
///
/// # Errors
/// The store's failure.
pub(super) fn lock(conn: &mut Conn, registrations: &[&Registration]) -> Result<(), DbError> {
    let codes = registrations.iter().filter_map(|one| one.access_code);
    let ids: Vec<AccessCodeId> = codes.collect();
    if let Conn::Pg(c) = conn
        && !ids.is_empty()
    {
        access_codes::table
            .filter(access_codes::id.eq_any(&ids))
            .order(access_codes::id)
            .select(access_codes::uses)
            .for_update()
            .load::<i32>(c)?;
    }
    Ok(())
}

/// Takes a use of the registration's code, if it has one and does not use it yet.
///
/// # Errors
/// The store's failure.
pub(super) fn claim(
    conn: &mut Conn,
    registration: &Registration,
) -> Result<Result<(), Taken>, DbError> {
    use access_codes::{max_uses, uses};
    let Some(code) = registration.access_code else {
        return Ok(Ok(()));
    };
    // The counter first: the code may be gone by the time that a late confirmation wants it again.
    let taken = per_backend!(conn, c => {
        diesel::update(
            access_codes::table
                .filter(access_codes::id.eq(code))
                .filter(max_uses.is_null().or(max_uses.gt(uses.nullable()))),
        )
        .set(uses.eq(uses + 1))
        .execute(c)
    })?;
    if taken == 0 {
        let has_it = uses_of(conn, registration)? > 0;
        return Ok(if has_it {
            Ok(())
        } else {
            Err(Taken::AccessCode)
        });
    }
    let row = (
        access_code_uses::registration_id.eq(registration.id),
        access_code_uses::access_code_id.eq(code),
    );
    let new = per_backend!(conn, c => {
        diesel::insert_into(access_code_uses::table).values(row).on_conflict_do_nothing().execute(c)
    })?;
    if new == 0 {
        give_back(conn, code, 1)?;
    }
    Ok(Ok(()))
}

fn uses_of(conn: &mut Conn, registration: &Registration) -> Result<i64, DbError> {
    Ok(per_backend!(conn, c => {
        access_code_uses::table
            .filter(access_code_uses::registration_id.eq(registration.id))
            .count()
            .get_result(c)
    })?)
}

fn give_back(conn: &mut Conn, code: AccessCodeId, count: i32) -> Result<(), DbError> {
    per_backend!(conn, c => {
        diesel::update(access_codes::table.filter(access_codes::id.eq(code)))
            .set(access_codes::uses.eq(access_codes::uses - count))
            .execute(c)
    })?;
    Ok(())
}

/// Gives the registration's use of its code back.
///
/// # Errors
/// The store's failure.
pub(super) fn release(conn: &mut Conn, registration: &Registration) -> Result<(), DbError> {
    if registration.access_code.is_none() {
        return Ok(());
    }
    let gone: Vec<AccessCodeId> = per_backend!(conn, c => {
        diesel::delete(access_code_uses::table.filter(access_code_uses::registration_id.eq(registration.id)))
            .returning(access_code_uses::access_code_id)
            .get_results(c)
    })?;
    for code in gone {
        give_back(conn, code, 1)?;
    }
    Ok(())
}

/// Gives back every use of the event's codes.
///
/// # Errors
/// The store's failure.
pub(super) fn release_event(conn: &mut Conn, event: EventId) -> Result<(), DbError> {
    per_backend!(conn, c => {
        let own = access_codes::table.filter(access_codes::event_id.eq(event)).select(access_codes::id);
        diesel::delete(access_code_uses::table.filter(access_code_uses::access_code_id.eq_any(own))).execute(c)
    })?;
    per_backend!(conn, c => {
        diesel::update(access_codes::table.filter(access_codes::event_id.eq(event)))
            .set(access_codes::uses.eq(0))
            .execute(c)
    })?;
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = IdSql)]
    id: AccessCodeId,
    #[diesel(sql_type = Integer)]
    uses: i32,
    #[diesel(sql_type = BigInt)]
    counted: i64,
}

/// Codes whose counter is not the number of registrations that hold seats with it. One statement, so that
/// it sees one moment also beside a running service.
///
/// # Errors
/// The store's failure.
pub(super) fn drift(conn: &mut Conn) -> Result<Vec<String>, DbError> {
    const COUNTS: &str = "SELECT k.id, k.uses, (\
            SELECT count(*) FROM access_code_uses u \
            JOIN registrations r ON r.id = u.registration_id \
            WHERE u.access_code_id = k.id AND r.holds_seats\
        ) AS counted FROM access_codes k ORDER BY k.id";
    let counts: Vec<Count> = per_backend!(conn, c => diesel::sql_query(COUNTS).load(c))?;
    let differs = |count: &Count| i64::from(count.uses) != count.counted;
    let told = |count: Count| {
        format!(
            "access code {} says {} registrations use it, but {} do",
            count.id, count.uses, count.counted
        )
    };
    Ok(counts.into_iter().filter(differs).map(told).collect())
}

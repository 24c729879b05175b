//! In which languages the texts of an event are.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::schema::{
    committee_members, question_options, questions, quotas, recordings, rooms, sessions, speakers,
    ticket_types, tracks,
};
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::EventId;
use crate::per_backend;
use crate::text::{Languages, Localized};

/// The languages that texts in the event's things are in beside these, and what those things are.
///
/// # Errors
/// The store's failure.
pub fn other_languages(
    conn: &mut Conn,
    event: EventId,
    languages: &Languages,
) -> Result<BTreeMap<String, Vec<&'static str>>, DbError> {
    let mut others = BTreeMap::<String, Vec<&'static str>>::new();
    let mut note = |things: &'static str, texts: Vec<AsJson<Localized>>| {
        let tags = texts.iter().flat_map(|text| text.0.0.keys());
        for tag in tags.filter(|tag| !languages.has(tag)) {
            let uses = others.entry(tag.clone()).or_default();
            if !uses.contains(&things) {
                uses.push(things);
            }
        }
    };
    macro_rules! texts {
        ($($table:ident . $column:ident $things:literal),* $(,)?) => {$(
            note($things, per_backend!(conn, c => {
                $table::table
                    .filter($table::event_id.eq(event))
                    .select($table::$column)
                    .load(c)
            })?);
        )*};
    }
    texts!(
        sessions.title "sessions",
        sessions.abstract_text "sessions",
        sessions.type_label "sessions",
        rooms.name "rooms",
        tracks.name "tracks",
        speakers.bio "speakers",
        committee_members.bio "committee members",
        recordings.title "recordings",
        ticket_types.name "ticket types",
        ticket_types.description "ticket types",
        quotas.name "quotas",
        questions.label "questions",
        questions.help "questions",
    );
    let options = per_backend!(conn, c => {
        question_options::table
            .filter(question_options::question_id.eq_any(
                questions::table.filter(questions::event_id.eq(event)).select(questions::id),
            ))
            .select(question_options::label)
            .load(c)
    })?;
    note("options of questions", options);
    Ok(others)
}

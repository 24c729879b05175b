//! The search.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpRequest, get};

use super::content::{HitKind, Line};
use super::current::Current;
use super::input::SearchQuery;
use super::keep_up::wait_for_index;
use super::query::Query as Words;
use super::rank::{self, Hit, Rank};
use super::store::{self, Found};
use super::wire::SearchHit;
use crate::db::Conn;
use crate::events::{Event, find_public};
use crate::http::{Caching, Document, ListOf, Published, Query};
use crate::ids::{EventId, RecordingId, SessionId, SlugOr};
use crate::page::{Keyset, Page};
use crate::problem::Problem;
use crate::server::App;
use crate::video::deep_link::VideoUrl;
use crate::video::list_public;
use crate::words::Word;

/// Most entries of one kind that are ranked.
const MOST_OF_A_KIND: usize = 300;
/// Most stale events that are looked at for one search: what others may show is left out.
const MOST_LOOKED_AT: usize = 20;

/// Search everything that is released
///
/// Sessions, speakers, materials by page, and what is said in recordings; best first, of equals the
/// newest event. All words must be there. A search sees what was saved before it, but for what is still being
/// indexed after two seconds, such as a long transcript. Of each kind 300 entries are ranked: where more answer,
/// those with the words in their title, then those with the words as they are looked for, then those that
/// changed last. Sessions that are not to be recorded are not found, nor anything of them.
#[utoipa::path(operation_id = "search_everything", tag = "public", params(SearchQuery), responses((status = 200, description = "A page of hits", body = ListOf<SearchHit>)))]
#[get("/search")]
pub async fn search_everything(
    app: App,
    query: Query<SearchQuery>,
    request: HttpRequest,
) -> Published {
    let (keyset, words) = (query.0.keyset()?, query.0.query()?);
    wait_for_index(&app).await?;
    let public_url = app.config.public_url.clone();
    app.recent
        .answer(&request, Caching::Public, move |conn, _| {
            let scope = query.0.scope(conn)?;
            let hits = best(conn, &words, &scope)?;
            let page = cut(hits, &keyset);
            Document::page(shown(conn, page, &words, &public_url)?)
        })
        .await
}

type Ranked = (EventId, Hit);

/// Everything that answers, best first.
fn best(conn: &mut Conn, words: &Words, scope: &[String]) -> Result<Vec<Ranked>, Problem> {
    let mut all = Vec::new();
    for kind in HitKind::ALL {
        all.extend(store::find(conn, words, *kind, scope, MOST_OF_A_KIND)?);
    }
    let events: BTreeSet<EventId> = all.iter().map(|found| found.event_id).collect();
    let events: Vec<EventId> = events.into_iter().collect();
    // What changed since it was indexed may be what nobody may find any more.
    let stale = store::stale_of(conn, &events)?;
    let mut current: HashMap<EventId, Current> = HashMap::new();
    for event in stale.iter().take(MOST_LOOKED_AT) {
        current.insert(*event, Current::of(conn, *event)?);
    }
    let ranked = |found: Found| {
        let mut content = found.content.0;
        if stale.contains(&found.event_id) {
            content = current.get(&found.event_id)?.left_of(content)?;
        }
        let hit = rank::hit(words, found.name, content)?;
        Some((found.event_id, hit))
    };
    let mut hits: Vec<Ranked> = all.into_iter().filter_map(ranked).collect();
    hits.sort_by(|a, b| a.1.rank.cmp(&b.1.rank));
    Ok(hits)
}

fn cut(hits: Vec<Ranked>, keyset: &Keyset<Rank>) -> Page<Ranked> {
    let fetch = usize::try_from(keyset.fetch()).unwrap_or(0);
    let after = |hit: &Ranked| {
        keyset
            .after
            .as_ref()
            .is_none_or(|after| hit.1.rank > *after)
    };
    let rows = hits.into_iter().filter(after).take(fetch).collect();
    Page::cut(rows, keyset, |hit| hit.1.rank.clone())
}

/// What hits of a page are part of, as it is now.
#[derive(Default)]
struct Around {
    events: HashMap<EventId, Event>,
    sessions: HashMap<SessionId, Line>,
    recordings: HashMap<RecordingId, VideoUrl>,
}

impl Around {
    fn of(conn: &mut Conn, hits: &[Ranked]) -> Result<Self, Problem> {
        let mut parts: HashMap<EventId, (BTreeSet<SessionId>, bool)> = HashMap::new();
        for (event, hit) in hits {
            let (sessions, is_heard) = parts.entry(*event).or_default();
            sessions.extend(hit.content.session);
            *is_heard |= hit.content.recording.is_some();
        }
        let mut around = Self::default();
        for (id, (sessions, is_heard)) in parts {
            let event = find_public(conn, &SlugOr::Id(id))?;
            around.events.extend(event.map(|event| (id, event)));
            around.sessions.extend(store::lines(conn, id, &sessions)?);
            if is_heard {
                let recordings = list_public(conn, id)?.into_iter();
                let urls = recordings.map(|recording| (recording.id, recording.url));
                around.recordings.extend(urls);
            }
        }
        Ok(around)
    }
}

/// The hits of a page as they look.
fn shown(
    conn: &mut Conn,
    page: Page<Ranked>,
    words: &Words,
    public_url: &str,
) -> Result<Page<SearchHit>, Problem> {
    let around = Around::of(conn, &page.items)?;
    let shown = |(event, hit): Ranked| {
        let event = around.events.get(&event)?;
        let session = hit.content.session;
        let line = session.and_then(|id| Some((id, around.sessions.get(&id)?.clone())));
        let recording = hit.content.recording;
        let url = recording.and_then(|id| around.recordings.get(&id));
        // Of what is gone nothing is shown; but a speaker is there without a session, too.
        let has_session = session.is_some() == line.is_some() || hit.content.speaker.is_some();
        let is_whole = has_session && recording.is_some() == url.is_some();
        is_whole.then(|| SearchHit::new(hit, event, line, url, words, public_url))
    };
    Ok(Page {
        items: page.items.into_iter().filter_map(shown).collect(),
        next_cursor: page.next_cursor,
    })
}

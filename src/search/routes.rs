//! The search.

use std::collections::HashMap;

use actix_web::{HttpRequest, get};

use super::content::HitKind;
use super::input::SearchQuery;
use super::keep_up::catch_up;
use super::query::Query as Words;
use super::rank::{self, Hit, Rank};
use super::store;
use super::wire::SearchHit;
use crate::db::Conn;
use crate::events::find_public;
use crate::http::{Caching, Document, ListOf, Published, Query};
use crate::ids::{EventId, SlugOr};
use crate::page::{Keyset, Page};
use crate::problem::Problem;
use crate::server::App;
use crate::words::Word;

/// Most entries of one kind that are ranked: those that were indexed last.
const MOST_OF_A_KIND: i64 = 300;
/// Most events that may be stale for a moment before nothing is found at all.
const MOST_STALE: i64 = 10_000;

/// Search everything that is released
///
/// Sessions, speakers, materials by page, and what is said in recordings; best first, of equals the
/// newest event. All words must be there. A search sees what was saved before it. Of each kind the 300
/// entries that changed last are ranked.
#[utoipa::path(operation_id = "search_everything", tag = "public", params(SearchQuery), responses((status = 200, description = "A page of hits", body = ListOf<SearchHit>)))]
#[get("/search")]
pub async fn search_everything(
    app: App,
    query: Query<SearchQuery>,
    request: HttpRequest,
) -> Published {
    let (keyset, words) = (query.0.keyset()?, query.0.query()?);
    catch_up(&app).await?;
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
    // What changed since it was indexed may be what nobody may find any more.
    let stale = store::list_stale(conn, MOST_STALE)?;
    let mut hits = Vec::new();
    for kind in HitKind::ALL {
        let found = store::find(conn, words, *kind, scope, MOST_OF_A_KIND)?;
        let found = found
            .into_iter()
            .filter(|found| !stale.contains(&found.event_id));
        hits.extend(found.filter_map(|found| {
            let hit = rank::hit(words, found.name, found.content.0)?;
            Some((found.event_id, hit))
        }));
    }
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

/// The hits of a page as they look, with times of their event's zone.
fn shown(
    conn: &mut Conn,
    page: Page<Ranked>,
    words: &Words,
    public_url: &str,
) -> Result<Page<SearchHit>, Problem> {
    let mut zones = HashMap::new();
    for (event, _) in &page.items {
        if !zones.contains_key(event)
            && let Some(found) = find_public(conn, &SlugOr::Id(*event))?
        {
            zones.insert(*event, found.timezone);
        }
    }
    let shown = |(event, hit): Ranked| {
        let zone = zones.get(&event)?;
        Some(SearchHit::new(hit, event, *zone, words, public_url))
    };
    Ok(Page {
        items: page.items.into_iter().filter_map(shown).collect(),
        next_cursor: page.next_cursor,
    })
}

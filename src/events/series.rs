//! Series: families of events. Rows and queries.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{events, series};
use crate::db::types::AsJson;
use crate::db::{Conn, DbError};
use crate::ids::{OrganisationId, SeriesId, SlugOr};
use crate::page::{Keyset, Page};
use crate::per_backend;
use crate::text::{Language, Languages, Localized, Slug};

/// An annual or recurring family of events.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its id.
    pub id: SeriesId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Unique over all series.
    pub slug: Slug,
    /// Title.
    pub title: Localized,
    /// Markdown.
    pub description: Localized,
    /// The languages of its texts.
    pub languages: Languages,
    /// Its website.
    pub website_url: Option<String>,
    /// Rises with every change.
    pub version: i32,
    /// When it was made.
    pub created_at: Instant,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = series, treat_none_as_null = true)]
struct Row {
    id: SeriesId,
    organisation_id: OrganisationId,
    slug: String,
    title: AsJson<Localized>,
    description: AsJson<Localized>,
    languages: AsJson<Vec<Language>>,
    default_language: String,
    website_url: Option<String>,
    version: i32,
    created_at: Instant,
}

impl TryFrom<Row> for Series {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let default = Language::parse(&row.default_language)
            .map_err(|refused| DbError::internal(refused.detail))?;
        Ok(Self {
            id: row.id,
            organisation_id: row.organisation_id,
            slug: Slug::from_stored(row.slug),
            title: row.title.0,
            description: row.description.0,
            languages: Languages {
                all: row.languages.0,
                default,
            },
            website_url: row.website_url,
            version: row.version,
            created_at: row.created_at,
        })
    }
}

impl From<&Series> for Row {
    fn from(series: &Series) -> Self {
        Self {
            id: series.id,
            organisation_id: series.organisation_id,
            slug: series.slug.to_string(),
            title: AsJson(series.title.clone()),
            description: AsJson(series.description.clone()),
            languages: AsJson(series.languages.all.clone()),
            default_language: series.languages.default.to_string(),
            website_url: series.website_url.clone(),
            version: series.version,
            created_at: series.created_at,
        }
    }
}

/// One series, by slug or id; of this organisation, or (for the public) of any.
///
/// # Errors
/// The store's failure.
pub fn find(
    conn: &mut Conn,
    organisation: Option<OrganisationId>,
    key: &SlugOr<crate::ids::SeriesKind>,
) -> Result<Option<Series>, DbError> {
    let row: Option<Row> = per_backend!(conn, c => {
        let mut query = series::table.select(Row::as_select()).into_boxed();
        query = match key {
            SlugOr::Id(id) => query.filter(series::id.eq(*id)),
            SlugOr::Slug(slug) => query.filter(series::slug.eq(slug)),
        };
        if let Some(organisation) = organisation {
            query = query.filter(series::organisation_id.eq(organisation));
        }
        query.first(c).optional()
    })?;
    row.map(Series::try_from).transpose()
}

/// The highest ordinal of the editions of a series.
///
/// # Errors
/// The store's failure.
pub fn last_edition(conn: &mut Conn, id: SeriesId) -> Result<Option<i32>, DbError> {
    Ok(per_backend!(conn, c => {
        events::table.filter(events::series_id.eq(id)).select(max(events::edition)).first(c)
    })?)
}

/// Series by slug; of this organisation, or (for the public) of any.
///
/// # Errors
/// The store's failure.
pub fn list(
    conn: &mut Conn,
    organisation: Option<OrganisationId>,
    keyset: &Keyset<String>,
) -> Result<Page<Series>, DbError> {
    let rows: Vec<Row> = per_backend!(conn, c => {
        let mut query = series::table
            .order(series::slug)
            .limit(keyset.fetch())
            .select(Row::as_select())
            .into_boxed();
        if let Some(organisation) = organisation {
            query = query.filter(series::organisation_id.eq(organisation));
        }
        if let Some(after) = &keyset.after {
            query = query.filter(series::slug.gt(after));
        }
        query.load(c)
    })?;
    let list = rows
        .into_iter()
        .map(Series::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(list, keyset, |series| series.slug.to_string()))
}

/// Inserts a series; `false` if its slug is taken.
///
/// # Errors
/// The store's failure.
pub fn insert(conn: &mut Conn, new: &Series) -> Result<bool, DbError> {
    let row = Row::from(new);
    let rows = per_backend!(conn, c => {
        diesel::insert_into(series::table).values(&row).on_conflict_do_nothing().execute(c)
    })?;
    Ok(rows == 1)
}

/// Writes a changed series over the version it was read in; `false` if it changed meanwhile.
///
/// # Errors
/// [`DbError::Unique`] if the slug is taken, or the store's failure.
pub fn update(conn: &mut Conn, changed: &Series) -> Result<bool, DbError> {
    let mut row = Row::from(changed);
    row.version += 1;
    let rows = per_backend!(conn, c => {
        diesel::update(
            series::table.filter(series::id.eq(changed.id)).filter(series::version.eq(changed.version)),
        )
        .set(&row)
        .execute(c)
    })?;
    Ok(rows == 1)
}

/// Deletes a series.
///
/// # Errors
/// [`DbError::Reference`] while it has events, or the store's failure.
pub fn delete(conn: &mut Conn, id: SeriesId) -> Result<(), DbError> {
    per_backend!(conn, c => diesel::delete(series::table.filter(series::id.eq(id))).execute(c))?;
    Ok(())
}

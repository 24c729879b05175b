//! Who the caller is, their organisation, and its tokens.

use actix_web::{delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actions::{self, NewToken};
use super::store::{self, Organisation};
use crate::audit::{self, Resource, Subject};
use crate::auth::store::{self as tokens, ApiToken};
use crate::auth::{Access, Area, Organiser, Role, Scope};
use crate::clock::Instant;
use crate::faults::Faults;
use crate::http::wire::Moment;
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Query, Reply};
use crate::idempotency::{Effect, Once};
use crate::ids::{ApiTokenId, OrganisationId};
use crate::problem::{Kind, Problem};
use crate::server::App;
use crate::text::{self, time};

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub struct OrganisationView {
    /// Id.
    id: OrganisationId,
    /// Slug.
    #[schema(example = "bufdir")]
    slug: String,
    /// Name.
    #[schema(example = "Bufdir")]
    name: String,
}

impl From<Organisation> for OrganisationView {
    fn from(organisation: Organisation) -> Self {
        Self {
            id: organisation.id,
            slug: organisation.slug,
            name: organisation.name,
        }
    }
}

/// Who the token is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The organisation that the token belongs to.
    organisation: OrganisationView,
    /// The role of the token.
    role: Role,
    /// What the token is narrowed to; empty means nothing is taken away.
    scopes: Vec<Scope>,
    /// Id of the token.
    token_id: ApiTokenId,
    /// What the token is called.
    #[schema(example = "programme editor")]
    token_name: String,
    /// When the token ends.
    #[schema(required = true)]
    expires_at: Option<Moment>,
}

/// An API token; never the secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiToken)]
pub struct TokenView {
    /// Id.
    id: ApiTokenId,
    /// What it is called.
    #[schema(example = "programme editor")]
    name: String,
    /// What it may do.
    role: Role,
    /// What it is narrowed to; empty means nothing is taken away.
    scopes: Vec<Scope>,
    /// When it ends.
    #[schema(required = true)]
    expires_at: Option<Moment>,
    /// When it was made.
    created_at: Moment,
    /// When it was used last, to the hour.
    #[schema(required = true)]
    last_used_at: Option<Moment>,
}

const UTC: chrono_tz::Tz = chrono_tz::UTC;

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            role: token.role,
            scopes: token.scopes,
            expires_at: Moment::maybe(token.expires_at, UTC),
            created_at: Moment::new(token.created_at, UTC),
            last_used_at: Moment::maybe(token.last_used_at, UTC),
        }
    }
}

/// A new token, with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTokenView {
    /// The token.
    #[serde(flatten)]
    token: TokenView,
    /// The secret, shown this once; null when the answer is repeated for an `Idempotency-Key`.
    #[schema(required = true, example = "kgr_…")]
    secret: Option<String>,
}

/// A token as it is written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenInput {
    /// What it is called.
    #[schema(example = "programme editor")]
    name: String,
    /// What it may do; never more than the caller.
    role: Role,
    /// What it is narrowed to; all of the role if absent.
    #[serde(default)]
    #[schema(required = false)]
    scopes: Vec<Scope>,
    /// When it ends; never if absent.
    #[schema(format = DateTime, example = "2027-12-31T23:59:59+01:00")]
    expires_at: Option<String>,
}

impl TokenInput {
    fn parse(&self, who: &Organiser, now: Instant) -> Result<NewToken, Faults> {
        let mut faults = Faults::new();
        let name = faults.take("/name", text::line(&self.name, 100));
        let expires_at =
            faults.take_optional("/expires_at", self.expires_at.as_deref(), time::instant);
        if expires_at.is_some_and(|end| end <= now) {
            faults.add("/expires_at", "out_of_range", "The end lies in the future.");
        }
        if !who.role.covers(self.role) {
            faults.add(
                "/role",
                "above_own_role",
                "A token's role is never above the one that makes it.",
            );
        }
        let widened = !who.scopes.is_empty()
            && (self.scopes.is_empty()
                || self.scopes.iter().any(|scope| !who.scopes.contains(scope)));
        if widened {
            faults.add(
                "/scopes",
                "above_own_scopes",
                "A token's scopes are never wider than those that make it.",
            );
        }
        let outlives = who
            .expires_at
            .is_some_and(|own| expires_at.is_none_or(|end| end > own));
        if outlives {
            faults.add(
                "/expires_at",
                "outlives_own_token",
                "A token never outlives the one that makes it.",
            );
        }
        let scopes = self.scopes.clone();
        faults.finish(name.map(|name| NewToken {
            name,
            role: self.role,
            scopes,
            expires_at,
        }))
    }
}

/// Whether the path names the organisation of the token, by slug or id.
///
/// # Errors
/// 404.
pub fn own(who: &Organiser, key: &str) -> Result<(), Problem> {
    if key == who.organisation_slug || key == who.organisation_id.to_string() {
        Ok(())
    } else {
        Err(Problem::not_found())
    }
}

/// Who am I
///
/// The organisation, the role and the scopes of the token.
#[utoipa::path(operation_id = "get_me", tag = "organisations", responses((status = 200, description = "The caller", body = Me)))]
#[get("/organiser/me")]
pub async fn get_me(app: App, who: Organiser) -> Answer {
    let id = who.organisation_id;
    let organisation = app
        .db
        .read(move |conn| store::find(conn, id))
        .await?
        .ok_or_else(Problem::not_found)?;
    Reply::ok(&Me {
        organisation: organisation.into(),
        role: who.role,
        scopes: who.scopes,
        token_id: who.token_id,
        token_name: who.token_name,
        expires_at: Moment::maybe(who.expires_at, UTC),
    })
}

/// List organisations
///
/// Those the token belongs to.
#[utoipa::path(operation_id = "list_organisations", tag = "organisations", params(PageQuery), responses((status = 200, description = "A page of organisations", body = ListOf<OrganisationView>)))]
#[get("/organiser/organisations")]
pub async fn list_organisations(app: App, who: Organiser, query: Query<PageQuery>) -> Answer {
    let after = query.0.keyset::<OrganisationId>()?.after;
    let own = app
        .db
        .read(move |conn| store::find(conn, who.organisation_id))
        .await?;
    let items = own
        .into_iter()
        .filter(|own| after.is_none_or(|after| own.id > after))
        .map(OrganisationView::from);
    Reply::ok(&ListOf {
        items: items.collect(),
        next_cursor: None,
    })
}

/// List tokens
///
/// Those that are not revoked, oldest first; never the secrets.
#[utoipa::path(operation_id = "list_tokens", tag = "organisations", params(("organisation" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of tokens", body = ListOf<TokenView>)))]
#[get("/organiser/organisations/{organisation}/tokens")]
pub async fn list_tokens(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    own(&who, &path)?;
    who.require(Area::Organisation, Access::Read)?;
    let keyset = query.0.keyset()?;
    let page = app
        .db
        .read(move |conn| tokens::list(conn, who.organisation_id, &keyset))
        .await?;
    Reply::page(page.map(TokenView::from))
}

/// Make a token
///
/// The secret is shown this once. A token is never above its maker's role, scopes and end.
#[utoipa::path(operation_id = "create_token", tag = "organisations", params(("organisation" = String, Path, description = "Id or slug")), request_body = TokenInput, responses((status = 201, description = "The token", body = NewTokenView)))]
#[post("/organiser/organisations/{organisation}/tokens")]
pub async fn create_token(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<TokenInput>,
) -> Answer {
    own(&who, &path)?;
    who.require(Area::Organisation, Access::Write)?;
    let now = app.clock.now();
    once.with(&body)
        .run(&app.db, now, move |tx| {
            let new = body.value.parse(&who, now)?;
            let (token, secret) = actions::create_token(tx, now, who.organisation_id, &new)?;
            let subject = Subject::of_organisation(Resource::Token, token.id);
            audit::created(tx, &who, &subject, &TokenView::from(token.clone()))?;
            let location = format!(
                "/api/v1/organiser/organisations/{}/tokens/{}",
                who.organisation_slug, token.id
            );
            let view = |secret| NewTokenView {
                token: token.clone().into(),
                secret,
            };
            Ok(Effect {
                reply: Reply::created(location.clone(), &view(Some(secret.reveal().to_owned())))?
                    .etag("v1"),
                kept: Some(Reply::created(location, &view(None))?.etag("v1")),
                registration: None,
            })
        })
        .await
}

/// Read a token
#[utoipa::path(operation_id = "get_token", tag = "organisations", params(("organisation" = String, Path, description = "Id or slug"), ("token" = ApiTokenId, Path, description = "Id")), responses((status = 200, description = "The token", body = TokenView)))]
#[get("/organiser/organisations/{organisation}/tokens/{token}")]
pub async fn get_token(app: App, who: Organiser, path: web::Path<(String, String)>) -> Answer {
    let (organisation, token) = path.into_inner();
    own(&who, &organisation)?;
    who.require(Area::Organisation, Access::Read)?;
    let id = token.parse().map_err(|_| Problem::not_found())?;
    let token = app
        .db
        .read(move |conn| tokens::find(conn, who.organisation_id, id))
        .await?;
    let token = token
        .filter(|token| token.revoked_at.is_none())
        .ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&TokenView::from(token))?.etag("v1"))
}

/// Revoke a token
///
/// At once; also the caller's own.
#[utoipa::path(operation_id = "revoke_token", tag = "organisations", params(("organisation" = String, Path, description = "Id or slug"), ("token" = ApiTokenId, Path, description = "Id")), responses((status = 204, description = "Revoked")))]
#[delete("/organiser/organisations/{organisation}/tokens/{token}")]
pub async fn revoke_token(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    let (organisation, token) = path.into_inner();
    own(&who, &organisation)?;
    who.require(Area::Organisation, Access::Write)?;
    let id = token.parse().map_err(|_| Problem::not_found())?;
    let now = app.clock.now();
    app.db
        .write(move |tx| {
            let token = tokens::find(tx, who.organisation_id, id)?
                .filter(|token| token.revoked_at.is_none())
                .ok_or_else(Problem::not_found)?;
            if_match.check("v1")?;
            if !tokens::revoke(tx, who.organisation_id, id, now)? {
                return Err(Problem::new(Kind::NotFound, "There is no such token."));
            }
            let subject = Subject::of_organisation(Resource::Token, id);
            audit::deleted(tx, &who, &subject, &TokenView::from(token)).map_err(Problem::from)
        })
        .await?;
    Ok(Reply::no_content())
}

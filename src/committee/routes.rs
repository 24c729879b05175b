//! The organiser's committee.

use actix_web::{delete, get, patch, post, put, web};

use super::actions;
use super::input::{CommitteeMemberInput, CommitteeOrder};
use super::model::Member;
use super::store;
use super::wire::OwnMemberView;
use crate::audit::{self, Resource, Subject};
use crate::auth::{Access, Area, Organiser};
use crate::db::Conn;
use crate::events::Event;
use crate::events::routes::{held, owned, owned_id};
use crate::http::{Answer, IfMatch, Json, ListOf, PageQuery, Patch, Query, Reply, etag};
use crate::idempotency::Once;
use crate::ids::MemberId;
use crate::page::{Keyset, Page};
use crate::problem::Problem;
use crate::server::App;

fn found(conn: &mut Conn, event: &Event, id: &str) -> Result<Member, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    store::find(conn, event.id, id)?.ok_or_else(Problem::not_found)
}

fn subject(event: &Event, member: &Member) -> Subject {
    Subject::of(event.id, Resource::CommitteeMember, member.id)
}

fn order_of(members: &[Member]) -> CommitteeOrder {
    CommitteeOrder {
        ids: members.iter().map(|member| member.id).collect(),
    }
}

fn reply(member: &Member) -> Answer {
    Ok(Reply::ok(&OwnMemberView::from(member))?.etag(etag::of_version(member.version)))
}

/// The tag of the committee as a whole.
fn whole_tag(members: &[Member]) -> String {
    etag::of_list(members.iter().map(|member| (member.id, member.version)))
}

fn page_of(members: Vec<Member>, keyset: &Keyset<(i32, MemberId)>) -> Page<Member> {
    let fetch = usize::try_from(keyset.fetch()).unwrap_or(usize::MAX);
    let rest = members.into_iter().filter(|member| {
        keyset
            .after
            .is_none_or(|after| (member.position, member.id) > after)
    });
    Page::cut(rest.take(fetch).collect(), keyset, |member| {
        (member.position, member.id)
    })
}

/// List the committee
///
/// Everybody on it, in order. The `ETag` is that of the committee as a whole, whatever the page; it is
/// what `PUT …/committee-order` takes as `If-Match`.
#[utoipa::path(operation_id = "list_own_committee", tag = "programme", params(("event" = String, Path, description = "Id or slug"), PageQuery), responses((status = 200, description = "A page of members", body = ListOf<OwnMemberView>)))]
#[get("/organiser/events/{event}/committee")]
pub async fn list_own_committee(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let keyset = query.0.keyset()?;
    let members = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path)?;
            store::all(conn, event.id).map_err(Problem::from)
        })
        .await?;
    let tag = whole_tag(&members);
    let page = page_of(members, &keyset).map(|member| OwnMemberView::from(&member));
    Ok(Reply::page(page)?.etag(tag))
}

/// Put somebody on the committee
///
/// After the last member. The committee is live: the public sees a published member at once.
#[utoipa::path(operation_id = "create_committee_member", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = CommitteeMemberInput, responses((status = 201, description = "The member", body = OwnMemberView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[post("/organiser/events/{event}/committee")]
pub async fn create_committee_member(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    once: Once,
    body: Json<CommitteeMemberInput>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let id = owned_id(&app, &who, &path).await?;
    let answer = once
        .with(&body)
        .run(&app.db, now, move |tx| {
            let event = held(tx, &who, &path)?;
            let member = actions::create(tx, now, &event, &body.value)?;
            let written = CommitteeMemberInput::of(&member);
            audit::created(tx, &who, &subject(&event, &member), &written)?;
            let location = format!(
                "/api/v1/organiser/events/{}/committee/{}",
                event.id, member.id
            );
            let reply = Reply::created(location, &OwnMemberView::from(&member))?;
            Ok(reply.etag(etag::of_version(member.version)).into())
        })
        .await?;
    app.event_changed(id).await;
    Ok(answer)
}

/// Read a committee member
///
/// With the address, which the public never sees.
#[utoipa::path(operation_id = "get_own_committee_member", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("member" = MemberId, Path, description = "Id")), responses((status = 200, description = "The member", body = OwnMemberView)))]
#[get("/organiser/events/{event}/committee/{member}")]
pub async fn get_own_committee_member(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
) -> Answer {
    who.require(Area::Programme, Access::Read)?;
    let member = app
        .db
        .read(move |conn| {
            let event = owned(conn, &who, &path.0)?;
            found(conn, &event, &path.1)
        })
        .await?;
    reply(&member)
}

/// Change a committee member
///
/// The public sees it at once.
#[utoipa::path(operation_id = "update_committee_member", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("member" = MemberId, Path, description = "Id")), request_body(content = CommitteeMemberInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The changed member", body = OwnMemberView), (status = 409, description = "`wrong-state`: the event is archived")))]
#[patch("/organiser/events/{event}/committee/{member}")]
pub async fn update_committee_member(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
    changes: Patch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let (id, member) = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path.0)?;
            let current = found(tx, &event, &path.1)?;
            if_match.check(&etag::of_version(current.version))?;
            let before = CommitteeMemberInput::of(&current);
            let member = actions::update(tx, now, &event, &current, &changes.apply(&before)?)?;
            let after = CommitteeMemberInput::of(&member);
            audit::changed(tx, &who, &subject(&event, &member), &before, &after)?;
            Ok::<_, Problem>((event.id, member))
        })
        .await?;
    app.event_changed(id).await;
    reply(&member)
}

/// Take somebody off the committee
///
/// The public sees it at once.
#[utoipa::path(operation_id = "delete_committee_member", tag = "programme", params(("event" = String, Path, description = "Id or slug"), ("member" = MemberId, Path, description = "Id")), responses((status = 204, description = "Deleted"), (status = 409, description = "`wrong-state`: the event is archived")))]
#[delete("/organiser/events/{event}/committee/{member}")]
pub async fn delete_committee_member(
    app: App,
    who: Organiser,
    path: web::Path<(String, String)>,
    if_match: IfMatch,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let id = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path.0)?;
            let current = found(tx, &event, &path.1)?;
            if_match.check(&etag::of_version(current.version))?;
            actions::delete(tx, now, &event, &current)?;
            let before = CommitteeMemberInput::of(&current);
            audit::deleted(tx, &who, &subject(&event, &current), &before)?;
            Ok::<_, Problem>(event.id)
        })
        .await?;
    app.event_changed(id).await;
    Ok(Reply::no_content())
}

/// Order the committee
///
/// Names every member exactly once. `If-Match` is the `ETag` of `GET …/committee`, which changes with
/// every change of anybody on it. The answer is the whole committee in its new order, with its new
/// `ETag`.
#[utoipa::path(operation_id = "order_committee", tag = "programme", params(("event" = String, Path, description = "Id or slug")), request_body = CommitteeOrder, responses((status = 200, description = "The whole committee", body = ListOf<OwnMemberView>), (status = 409, description = "`wrong-state`: the event is archived")))]
#[put("/organiser/events/{event}/committee-order")]
pub async fn order_committee(
    app: App,
    who: Organiser,
    path: web::Path<String>,
    if_match: IfMatch,
    body: Json<CommitteeOrder>,
) -> Answer {
    who.require(Area::Programme, Access::Write)?;
    let now = app.clock.now();
    let (id, members) = app
        .db
        .write(move |tx| {
            let event = held(tx, &who, &path)?;
            let members = store::all(tx, event.id)?;
            if_match.check(&whole_tag(&members))?;
            let ordered = actions::order(tx, now, &event, &members, &body.value.ids)?;
            let list = Subject::of(event.id, Resource::Order, "committee");
            audit::changed(tx, &who, &list, &order_of(&members), &order_of(&ordered))?;
            Ok::<_, Problem>((event.id, ordered))
        })
        .await?;
    app.event_changed(id).await;
    let items = members.iter().map(OwnMemberView::from).collect();
    let page = Page {
        items,
        next_cursor: None,
    };
    Ok(Reply::page(page)?.etag(whole_tag(&members)))
}

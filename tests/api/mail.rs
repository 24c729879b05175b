//! Mail: the outbox, the worker and the log.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::prelude::*;
use kongress::auth::Role;
use kongress::clock::{Instant, new_id};
use kongress::db::schema::{emails, registrations};
use kongress::db::types::AsJson;
use kongress::db::{Conn, DbError};
use kongress::ids::{EventId, RegistrationId};
use kongress::mail::lease_store;
use kongress::mail::outbox::{self, Settlement};
use kongress::mail::{EmailKind, NewEmail};
use kongress::per_backend;
use kongress::registrations::tokens::{self, Purpose};
use kongress::text::Email;
use serde_json::{Value, json};

use crate::helpers::letters::{
    enqueue, enqueue_all, event, logged, mail_to, reaches, secret, write_mail,
};
use crate::helpers::outbox::mails_to as outbox_of;
use crate::helpers::sales::OnSale;

on_both_stores! {
    async fn a_mail_is_written_sent_and_logged(app: TestApp) {
        let event = event(&app).await;
        let id = enqueue(&app, mail_to(event, EmailKind::RegistrationConfirmed, "kari@example.org")).await;
        let mails = app.deliver_mail().await;
        assert_eq!(mails.len(), 1);
        let mail = &mails[0];
        assert_eq!((mail.kind.as_str(), mail.to.as_str()), ("registration_confirmed", "kari@example.org"));
        assert_eq!(mail.link(), format!("{}/registrations/manage?token=s3cret-of_kari", app.address));
        assert_eq!(mail.subject, "Du er påmeldt Dagene");
        assert!(mail.html.contains("s3cret-of_kari") && mail.ics.as_ref().unwrap().contains("UID:uid-1@kongress"));
        let logged = logged(&app, id).await;
        assert_eq!(logged["state"], "sent");
        assert_eq!(logged["attempts"], 1);
        assert_eq!(logged["to"], "kari@example.org");
        assert_eq!(logged["message_id"], format!("<{}>", mail.message_id));
        assert_eq!(logged["next_attempt_at"], json!(null));
        assert!(logged["sent_at"].is_string() && !logged.to_string().contains("s3cret"));
        assert_eq!(secret(&app, id).await, None, "blanked once it is sent");
        app.organiser("POST", &format!("/events/dagene/emails/{id}/retry")).send().await.problem(409, "wrong-state");
    }

    async fn the_same_thing_is_told_once_and_what_is_rolled_back_never(app: TestApp) {
        let event = event(&app).await;
        let new = mail_to(event, EmailKind::RegistrationLink, "kari@example.org");
        let first = enqueue(&app, new.clone()).await;
        let again = NewEmail { to: Email::parse("ola@example.org").unwrap(), ..new.clone() };
        assert_eq!(enqueue(&app, again).await, first);
        let now = app.clock.now();
        let rolled_back = app.state.db.write(move |tx| {
            write_mail(tx, now, &mail_to(event, EmailKind::RegistrationLink, "nobody@example.org"))?;
            Err::<(), _>(DbError::internal("no"))
        });
        assert!(rolled_back.await.is_err());
        let mails = app.deliver_mail().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["kari@example.org"]);
    }

    async fn a_kind_without_a_text_fails_and_can_be_retried(app: TestApp) {
        let event = event(&app).await;
        let id = enqueue(&app, mail_to(event, EmailKind::Reminder, "kari@example.org")).await;
        let failed = reaches(&app, id, "failed").await;
        assert_eq!(failed["last_reply"], "there is no text for reminder mails");
        assert_eq!(secret(&app, id).await, None, "blanked once it is given up");
        let path = format!("/events/dagene/emails/{id}/retry");
        assert_eq!(app.organiser("POST", &path).send().await.expect(200)["state"], "queued");
        reaches(&app, id, "failed").await;
    }

    async fn a_lease_of_a_dead_worker_is_taken_over(app: TestApp) {
        let event = event(&app).await;
        let now = app.clock.now();
        // Claimed in the transaction that wrote it, so that the running worker never saw it free.
        let write = app.state.db.write(move |tx| {
            write_mail(tx, now, &mail_to(event, EmailKind::RegistrationLink, "kari@example.org"))?;
            outbox::claim(tx, now, new_id(), 10, &[])
        });
        let claimed = write.await.unwrap();
        assert_eq!(claimed.len(), 1);
        let dead = claimed[0].clone();
        app.advance(lease_store::LEASE - TimeDelta::seconds(5));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(logged(&app, dead.id).await["state"], "sending", "the lease still holds");
        // While it lives, it says so.
        let (now, holder, mails) = (app.clock.now(), dead.holder, [dead.id]);
        app.state.db.write(move |tx| lease_store::renew(tx, now, holder, &mails)).await.unwrap();
        app.advance(lease_store::LEASE - TimeDelta::seconds(5));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(logged(&app, dead.id).await["state"], "sending", "the lease was made longer");
        // What is not in its hands any more it does not keep.
        app.state.db.write(move |tx| lease_store::renew(tx, now + TimeDelta::hours(1), holder, &[])).await.unwrap();
        app.advance(TimeDelta::seconds(20));
        let sent = reaches(&app, dead.id, "sent").await;
        assert_eq!(sent["attempts"], 1);
        assert_eq!(app.deliver_mail().await.len(), 1);
        let now = app.clock.now();
        let late = app.state.db.write(move |tx| outbox::settle(tx, now, &dead, &Settlement::Failed, None));
        assert!(!late.await.unwrap(), "a lease that was taken over settles nothing");
    }

    async fn claims_come_in_order_and_only_when_due(app: TestApp) {
        let event = event(&app).await;
        let now = app.clock.now();
        let claim = app.state.db.write(move |tx| {
            let mut ids = Vec::new();
            for n in 0..5 {
                let new = mail_to(event, EmailKind::RegistrationLink, &format!("n{n}@example.org"));
                ids.push(write_mail(tx, now + TimeDelta::seconds(n), &new)?);
            }
            let worker = new_id();
            let early = outbox::claim(tx, now - TimeDelta::seconds(1), worker, 9, &[])?;
            let first = outbox::claim(tx, now + TimeDelta::seconds(3), worker, 2, &[])?;
            let rest = outbox::claim(tx, now + TimeDelta::seconds(3), worker, 9, &[])?;
            let retry = Settlement::Retry(now + TimeDelta::hours(1));
            outbox::settle(tx, now, &first[0], &retry, Some("452"))?;
            outbox::settle(tx, now, &first[1], &Settlement::Released, None)?;
            let again = outbox::claim(tx, now + TimeDelta::seconds(3), worker, 9, &[])?;
            let held = outbox::claim(tx, now + TimeDelta::hours(2), worker, 9, &[ids[0], ids[1]])?;
            let names = |list: &[outbox::Claimed]| list.iter().map(|mail| mail.to.as_str()[..2].to_owned()).collect::<Vec<_>>().join(" ");
            Ok::<_, DbError>([names(&early), names(&first), names(&rest), names(&again), names(&held)])
        });
        assert_eq!(claim.await.unwrap(), ["", "n0 n1", "n2 n3", "n1", "n2 n3 n4"]);
    }

    async fn what_is_replaced_is_suppressed_and_who_is_erased_is_gone(app: TestApp) {
        let event = event(&app).await;
        let now = app.clock.now();
        let later = now + TimeDelta::days(1);
        let write = app.state.db.write(move |tx| {
            let (replaced, erased) = (registration(tx, event, now)?, registration(tx, event, now)?);
            let mut ids = Vec::new();
            for (whose, to, at) in [(replaced, "kari@example.org", later), (erased, "canary@example.org", later), (erased, "canary@example.org", now)] {
                let mail = NewEmail { registration_id: Some(whose), ..mail_to(event, EmailKind::ConfirmRegistration, to) };
                ids.push(write_mail(tx, at, &mail)?);
            }
            Ok::<_, DbError>((replaced, erased, ids))
        });
        let (replaced, erased, ids) = write.await.unwrap();
        app.state.mail_wakeup();
        reaches(&app, ids[2], "sent").await;
        let write = app.state.db.write(move |tx| {
            outbox::suppress(tx, replaced)?;
            kongress::mail::erase(tx, erased)
        });
        write.await.unwrap();
        app.advance(TimeDelta::days(2));
        tokio::time::sleep(Duration::from_millis(1200)).await;
        let shown = [logged(&app, ids[0]).await, logged(&app, ids[1]).await, logged(&app, ids[2]).await];
        assert_eq!(shown.each_ref().map(|mail| mail["state"].as_str().unwrap()), ["suppressed", "suppressed", "sent"]);
        assert_eq!(shown[0]["to"], "kari@example.org");
        assert_eq!(shown[1]["to"], json!(null));
        assert_eq!(secret(&app, ids[0]).await, None);
        let dump = app.state.db.read(move |conn| {
            let rows: QueryResult<Vec<Personal>> = per_backend!(conn, c => {
                emails::table.filter(emails::registration_id.eq(erased)).select((emails::to_address, emails::to_name, emails::context)).load(c)
            });
            rows.map_err(DbError::from)
        });
        let dump = format!("{:?}", dump.await.unwrap());
        assert!(!dump.contains("canary") && !dump.contains("Åse"), "{dump}");
        assert_eq!(app.deliver_mail().await.len(), 1, "nothing more was sent");
    }

    async fn the_log_is_paged_filtered_and_the_organisations_own(app: TestApp) {
        let event = event(&app).await;
        let new: Vec<NewEmail> = (0..5).map(|n| mail_to(event, EmailKind::RegistrationLink, &format!("n{n}@example.org"))).collect();
        let ids = enqueue_all(&app, new).await;
        enqueue(&app, mail_to(event, EmailKind::EventCancelled, "last@example.org")).await;
        app.deliver_mail().await;
        let mut seen = Vec::new();
        let mut path = "/events/dagene/emails?kind=registration_link&state=sent&limit=2".to_owned();
        loop {
            let page = app.organiser("GET", &path).send().await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|mail| mail["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/events/dagene/emails?kind=registration_link&state=sent&limit=2&cursor={cursor}");
        }
        let newest_first: Vec<String> = ids.iter().rev().map(ToString::to_string).collect();
        assert_eq!(seen, newest_first);
        let get = |query: &str| app.organiser("GET", &format!("/events/dagene/emails?{query}"));
        assert_eq!(get("state=bounced").send().await.expect(200)["items"], json!([]));
        get("state=lost").send().await.fault("/state", "invalid_value");
        get("cursor=x").send().await.fault("/cursor", "invalid_cursor");
        get("limit=0").send().await.fault("/limit", "invalid_limit");
        get("to=x").send().await.problem(422, "invalid");
        let path = "/organiser/events/dagene/emails";
        app.get(path).send().await.problem(401, "not-signed-in");
        for role in [Role::Reader, Role::Editor, Role::CheckIn] {
            app.get(path).bearer(&app.token_of("bufdir", role)).send().await.problem(403, "not-allowed");
        }
        app.get(path).bearer(&app.token_of("bufdir", Role::Registrar)).send().await.expect(200);
        let foreign = app.token_of("ks", Role::Owner);
        app.get(path).bearer(&foreign).send().await.problem(404, "not-found");
        let retry = format!("{path}/{}/retry", ids[0]);
        app.call("POST", &retry).bearer(&foreign).send().await.problem(404, "not-found");
        app.organiser("POST", "/events/dagene/emails/x/retry").send().await.problem(404, "not-found");
        let unknown = format!("/events/dagene/emails/{}/retry", new_id::<()>());
        app.organiser("POST", &unknown).send().await.problem(404, "not-found");
    }

    async fn readiness_shows_what_waits(app: TestApp) {
        let event = event(&app).await;
        let later = app.clock.now() + TimeDelta::days(1);
        app.state.db.write(move |tx| write_mail(tx, later, &mail_to(event, EmailKind::RegistrationLink, "kari@example.org"))).await.unwrap();
        let ready = app.get("/health/ready").send().await.expect(200);
        assert_eq!((&ready["outbox_pending"], &ready["outbox_lag_seconds"]), (&json!(1), &json!(0)));
        app.advance(TimeDelta::days(2));
        app.deliver_mail().await;
        assert_eq!(app.get("/health/ready").send().await.expect(200)["outbox_pending"], 0);
    }
}

/// What an erased mail must not hold.
type Personal = (String, Option<String>, AsJson<Value>);

fn registration(tx: &mut Conn, event: EventId, now: Instant) -> Result<RegistrationId, DbError> {
    let id: RegistrationId = new_id();
    per_backend!(tx, c => {
        diesel::insert_into(registrations::table)
            .values((
                registrations::id.eq(id),
                registrations::event_id.eq(event),
                registrations::code.eq(id.to_string()),
                registrations::state.eq("awaiting_confirmation"),
                registrations::holds_seats.eq(false),
                registrations::language.eq("nb"),
                registrations::contact_name.eq("Kari"),
                registrations::contact_email.eq("kari@example.org"),
                registrations::consents.eq(AsJson(json!({}))),
                registrations::confirm_before.eq(now),
                registrations::created_at.eq(now),
                registrations::version.eq(1),
                registrations::search_text.eq(""),
            ))
            .execute(c)
    })?;
    Ok(id)
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn more_is_written_at_once_than_a_statement_holds(app: TestApp) {
        let sale = OnSale::of_size(&app, 5).await;
        let opened = sale.confirmed(&app, "kari@example.org").await;
        let registration: RegistrationId = opened["registration"]["id"].as_str().unwrap().parse().unwrap();
        let event: EventId = app.organiser("GET", "/events/konferansen").send().await.expect(200)["id"].as_str().unwrap().parse().unwrap();
        let now = app.clock.now();
        let letter = |n: usize| NewEmail {
            dedupe_key: format!("many/{n}"),
            ..mail_to(event, EmailKind::RegistrationChanged, "ola@example.org")
        };
        let letters: Vec<NewEmail> = (0..5_000).map(letter).collect();
        let written = app.state.db.write(move |tx| {
            outbox::enqueue_all(tx, now, &letters)?;
            let wanted = vec![(registration, None, Purpose::Access); 9_000];
            let made = tokens::issue_all(tx, now, &wanted)?;
            let last = made.last().unwrap().1.reveal().to_owned();
            Ok::<_, DbError>((made.len(), tokens::find(tx, &last, Purpose::Access)?.is_some()))
        });
        assert_eq!(written.await.unwrap(), (9_000, true));
        assert_eq!(outbox_of(&app, "ola@example.org").len(), 5_000);
    }
}

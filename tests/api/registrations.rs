//! Registering from outside: the walk through, what is refused, and what nobody learns.

use chrono::TimeDelta;
use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{TestApp, outbox};

fn kinds(app: &TestApp, address: &str) -> Vec<String> {
    outbox::mails_to(app, address)
        .into_iter()
        .map(|mail| mail.kind)
        .collect()
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn from_a_form_to_a_confirmed_seat(app: TestApp) {
        app.create("/series", &json!({"organisation": "bufdir", "slug": "barnevernskonferansen", "title": {"nb": "Barnevernskonferansen"}, "languages": ["nb", "en"]})).await;
        app.create("/events", &json!({
            "organisation": "bufdir", "series_id": "barnevernskonferansen", "slug": "barnevernskonferansen-2027",
            "title": {"nb": "Barnevernskonferansen 2027"}, "starts_on": "2027-11-11", "ends_on": "2027-11-11", "timezone": "Europe/Oslo",
            "format": "hybrid", "languages": ["nb", "en"], "default_language": "nb", "venue": {"name": "Kongressenteret", "municipality_number": "0301"}
        })).await;
        let event = "barnevernskonferansen-2027";
        let quota = app.create(&format!("/events/{event}/quotas"), &json!({"name": {"nb": "Salen"}, "size": 600})).await;
        let ticket = app.create(&format!("/events/{event}/ticket-types"), &json!({
            "name": {"nb": "I salen"}, "attendance": "in_person", "quotas": [quota["id"]], "waiting_list": true, "opens_at": null, "closes_at": null
        })).await;
        sales::publish(&app, event).await;
        let accepted = app.post(&format!("/events/{event}/registrations"), &json!({
            "attendees": [{"ticket_type_id": ticket["id"], "name": "Åse Ærø", "email": "someone@example.org"}], "consents": {"terms": true}, "language": "nb"
        })).send().await.expect(202);
        assert_eq!((&accepted["state"], &accepted["leads_to"], &accepted["email"], &accepted["reference"]), (&json!("awaiting_confirmation"), &json!("confirmed"), &json!("someone@example.org"), &Value::Null));
        assert_eq!(accepted.as_object().unwrap().len(), 5);
        let token = outbox::token(&app, "someone@example.org", "confirm_registration");
        let opened = confirm(&app, &token).await.expect(200);
        let registration = &opened["registration"];
        assert_eq!((&registration["state"], &registration["access"], &registration["holds_seats"]), (&json!("confirmed"), &json!("contact"), &json!(true)));
        assert_eq!(registration["attendees"][0]["name"], "Åse Ærø");
        assert_eq!((registration["confirm_before"].as_str(), registration["total"].as_str()), (accepted["confirm_before"].as_str(), None));
        assert!(registration["attendees"][0]["ticket_secret"].as_str().unwrap().len() >= 43);
        assert_eq!(kinds(&app, "someone@example.org"), ["confirm_registration", "registration_confirmed"]);
        let own = app.call("GET", "/registration").bearer(opened["access_token"].as_str().unwrap()).send().await;
        assert_eq!((own.expect(200)["code"].as_str(), own.header("cache-control")), (registration["code"].as_str(), "no-store"));
    }

    async fn everything_that_was_sent_is_kept(app: TestApp) {
        let sale = OnSale::with(&app, None, json!({"price": {"amount": 5000, "currency": "NOK"}})).await;
        let body = json!({
            "contact": {"name": "Kari Nordmann", "email": "kari@example.org", "phone": "+47 406 12 345"}, "language": "nn",
            "attendees": [
                {"ticket_type_id": sale.ticket, "name": "Ola", "email": "ola@example.org", "phone": "40612345", "organisation": "Lørenskog kommune", "position": "Rådgiver", "municipality_numbers": ["3222", "3222"], "session_ids": [], "answers": []},
                {"ticket_type_id": sale.ticket, "name": "Per"}
            ],
            "consents": {"terms": true, "participant_list": true, "news": false},
            "invoice": {"organisation_number": "NO 974 760 673 MVA", "reference": "4711", "email": "faktura@example.org"},
            "access_code": null, "join_waiting_list": false, "reference": "min ordre"
        });
        let accepted = app.post(&sale.path(), &body).send().await.expect(202);
        assert_eq!((accepted["reference"].as_str(), accepted["email"].as_str()), (Some("min ordre"), Some("kari@example.org")));
        let opened = confirm(&app, &outbox::token(&app, "kari@example.org", "confirm_registration")).await.expect(200);
        let registration = &opened["registration"];
        assert_eq!(registration["contact"], json!({"name": "Kari Nordmann", "email": "kari@example.org", "phone": "+4740612345"}));
        assert_eq!(registration["invoice"], json!({"organisation_number": "974760673", "reference": "4711", "email": "faktura@example.org"}));
        assert_eq!(registration["total"], json!({"amount": 10_000, "currency": "NOK"}));
        assert_eq!(registration["consents"]["participant_list"], true);
        let first = &registration["attendees"][0];
        assert_eq!((&first["municipality_numbers"], &first["position"], &first["organisation"]), (&json!(["3222"]), &json!("Rådgiver"), &json!("Lørenskog kommune")));
        assert_eq!((registration["language"].as_str(), registration["reference"].as_str()), (Some("nn"), Some("min ordre")));
    }

    async fn all_faults_are_told_together(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let other = sales::ticket_type(&app, &sale.event, json!({"name": "Annet"})).await;
        let bad = json!({
            "attendees": [
                {"ticket_type_id": sale.ticket, "name": "see https://spam.example", "email": "nobody", "phone": "abc", "municipality_numbers": ["301"]},
                {"ticket_type_id": other, "name": "B\u{202e}", "session_ids": ["x"], "answers": [{"question_id": "q", "value": true}]},
                {"ticket_type_id": "01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c", "name": ""}
            ],
            "language": "de", "invoice": {"organisation_number": "974.760.673"}, "access_code": "x", "reference": "x".repeat(201)
        });
        let answer = app.post(&sale.path(), &bad).send().await;
        for (pointer, code) in [
            ("/attendees/0/name", "invalid_name"), ("/attendees/0/email", "invalid_email"), ("/attendees/0/phone", "invalid_phone"),
            ("/attendees/0/municipality_numbers/0", "invalid_municipality_number"),
            ("/attendees/1/name", "invalid_name"), ("/attendees/1/session_ids/0", "unknown_session"), ("/attendees/1/answers/0/question_id", "unknown_question"),
            ("/attendees/2/ticket_type_id", "unknown_ticket_type"), ("/attendees/2/name", "invalid_name"), ("/language", "unknown_language"),
            ("/invoice/organisation_number", "invalid_organisation_number"), ("/access_code", "unknown_access_code"), ("/reference", "invalid_text"),
        ] {
            answer.fault(pointer, code);
        }
        let attendee = |more: Value| { let mut one = json!({"ticket_type_id": sale.ticket, "name": "A", "email": "a@example.org"}); sales::merge(&mut one, &more); one };
        for (body, pointer, code) in [
            (json!({"attendees": []}), "/attendees", "required"),
            (json!({"attendees": vec![attendee(json!({})); 51]}), "/attendees", "too_many"),
            (json!({"attendees": [attendee(json!({"email": null}))]}), "/attendees/0/email", "required"),
            (json!({"attendees": [attendee(json!({}))], "contact": {"name": "A", "email": "x"}}), "/contact/email", "invalid_email"),
            (json!({"attendees": [attendee(json!({"ticket_type_id": "x"}))]}), "/attendees/0/ticket_type_id", "invalid_type"),
            (json!({"attendees": [attendee(json!({"ticket": 1}))]}), "/attendees/0/ticket", "unknown_field"),
            (json!({"attendees": [attendee(json!({"name": "a\u{0}b"}))]}), "/attendees/0/name", "nul_character"),
            (json!({"attendees": [attendee(json!({}))], "invoice": {}}), "/invoice", "required"),
            (json!({"attendees": [attendee(json!({}))], "state": "confirmed"}), "/state", "unknown_field"),
        ] {
            app.post(&sale.path(), &body).send().await.fault(pointer, code);
        }
        app.post(&sale.path(), &json!({"attendees": [attendee(json!({"session_ids": [sale.ticket]}))]})).send().await.fault("/attendees/0/session_ids/0", "unknown_session");
        app.call("POST", &sale.path()).bytes("application/json", b"{\"attendees\": [".to_vec()).send().await.problem(400, "unreadable-json");
        let large = json!({"attendees": [attendee(json!({"organisation": "x".repeat(300_000)}))]});
        app.post(&sale.path(), &large).send().await.problem(413, "body-too-large");
        assert_eq!(sale.held(&app).await, 0, "nothing of it was stored");
        assert!(outbox::mails_to(&app, "a@example.org").is_empty());
    }

    async fn terms_are_accepted_where_there_are_some(app: TestApp) {
        let event = sales::draft(&app, "konferansen", json!({"terms_url": "https://example.org/terms"})).await;
        let ticket = sales::ticket_type(&app, &event, json!({"name": "x"})).await;
        sales::publish(&app, &event).await;
        let sale = OnSale { event, quota: String::new(), ticket };
        sale.register(&app, "a@example.org").await.fault("/consents/terms", "required");
        let mut body = sale.body("a@example.org");
        body["consents"] = json!({"terms": true});
        app.post(&sale.path(), &body).send().await.expect(202);
    }

    async fn only_while_registration_is_open(app: TestApp) {
        let sale = OnSale::with(&app, None, json!({"opens_at": "2027-10-01T00:00:00Z", "closes_at": "2027-11-20T00:00:00Z"})).await;
        assert_eq!(sale.register(&app, "a@example.org").await.problem(409, "registration-closed")["ticket_type_id"], sale.ticket.as_str());
        app.post("/events/nothing/registrations", &sale.body("a@example.org")).send().await.problem(404, "not-found");
        let draft = sales::draft(&app, "draft", json!({})).await;
        app.post(&format!("/events/{draft}/registrations"), &sale.body("a@example.org")).send().await.problem(404, "not-found");
        app.organiser("POST", &format!("/events/{}/archive", sale.event)).send().await.expect(200);
        sale.register(&app, "a@example.org").await.problem(409, "registration-closed");
        // An undated event has no start to close at.
        let undated = sales::draft(&app, "undated", json!({"starts_on": null, "ends_on": null})).await;
        let ticket = sales::ticket_type(&app, &undated, json!({"name": "x"})).await;
        sales::publish(&app, &undated).await;
        OnSale { event: undated, quota: String::new(), ticket }.register(&app, "a@example.org").await.expect(202);
    }

    async fn an_unconfirmed_one_is_replaced(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        sale.register(&app, "kari@example.org").await.expect(202);
        let first = outbox::token(&app, "kari@example.org", "confirm_registration");
        let mut again = sale.body("KARI@example.org");
        again["attendees"][0]["name"] = json!("Kari N.");
        app.post(&sale.path(), &again).send().await.expect(202);
        assert_eq!(sale.held(&app).await, 1);
        let unsent = outbox::mails_to(&app, "kari@example.org");
        assert_eq!((unsent[0].state.as_str(), &unsent[0].secret), ("suppressed", &None));
        confirm(&app, &first).await.problem(410, "expired");
        let opened = confirm(&app, &outbox::token(&app, "KARI@example.org", "confirm_registration")).await.expect(200);
        assert_eq!(opened["registration"]["attendees"][0]["name"], "Kari N.");
        let list = app.organiser("GET", &format!("/events/{}/registrations", sale.event)).send().await.expect(200);
        let states: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["expired", "confirmed"]);
        sales::assert_integrity(&app);
    }

    async fn a_known_address_is_answered_as_an_unknown_one(app: TestApp) {
        let sale = OnSale::of_size(&app, 3).await;
        sale.confirmed(&app, "known@example.org").await;
        let known = sale.register(&app, "known@example.org").await;
        let unknown = sale.register(&app, "other@example.org").await;
        let strip = |answer: &crate::helpers::client::Answer| { let mut body = answer.expect(202); body["email"] = Value::Null; body["confirm_before"] = Value::Null; body };
        assert_eq!(strip(&known), strip(&unknown));
        // As long, but for microseconds that happen to end in zeros.
        let length = |answer: &crate::helpers::client::Answer| answer.body.len() - answer.expect(202)["confirm_before"].as_str().unwrap().len();
        assert_eq!(length(&known), length(&unknown));
        let names = |answer: &crate::helpers::client::Answer| { let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect(); names.sort(); names };
        assert_eq!(names(&known), names(&unknown));
        assert_eq!(kinds(&app, "known@example.org"), ["confirm_registration", "registration_confirmed", "already_registered"]);
        assert_eq!(sale.held(&app).await, 2);
        // Its link opens what is there already.
        let token = outbox::token(&app, "known@example.org", "already_registered");
        let opened = app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        assert_eq!(opened["registration"]["state"], "confirmed");
        // Full is full for everybody.
        sale.register(&app, "third@example.org").await.expect(202);
        let (known, unknown) = (sale.register(&app, "known@example.org").await, sale.register(&app, "more@example.org").await);
        assert_eq!(known.problem(409, "sold-out")["detail"], unknown.problem(409, "sold-out")["detail"]);
        sales::assert_integrity(&app);
    }

    async fn a_municipality_has_one_seat(app: TestApp) {
        let sale = OnSale::with(&app, Some(13), json!({"unique_by": "municipality"})).await;
        let body = |email: &str, numbers: Value| { let mut body = sale.body(email); body["attendees"][0]["municipality_numbers"] = numbers; body };
        sale.register(&app, "a@example.org").await.fault("/attendees/0/municipality_numbers", "required");
        app.post(&sale.path(), &body("a@example.org", json!(["3222", "0301"]))).send().await.expect(202);
        let taken = app.post(&sale.path(), &body("b@example.org", json!(["3401", "0301"]))).send().await;
        assert_eq!(taken.problem(409, "municipality-taken")["municipality_number"], "0301");
        app.post(&sale.path(), &body("b@example.org", json!(["3401"]))).send().await.expect(202);
        assert_eq!(sale.held(&app).await, 2);
        // Two of one municipality in one registration are one too many.
        let mut two = body("c@example.org", json!(["3403"]));
        let twin = two["attendees"][0].clone();
        two["attendees"].as_array_mut().unwrap().push(twin);
        app.post(&sale.path(), &two).send().await.problem(409, "municipality-taken");
        // Unconfirmed, its municipalities are free again, and a late confirmation finds them taken.
        let late = outbox::token(&app, "a@example.org", "confirm_registration");
        app.advance(TimeDelta::hours(2));
        for _ in 0..20 {
            if sale.held(&app).await == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        app.post(&sale.path(), &body("d@example.org", json!(["0301"]))).send().await.expect(202);
        confirm(&app, &late).await.problem(410, "expired");
        assert_eq!(sale.held(&app).await, 1);
        // Cancelled, too.
        let opened = confirm(&app, &outbox::token(&app, "d@example.org", "confirm_registration")).await.expect(200);
        app.call("POST", "/registration/cancel").bearer(opened["access_token"].as_str().unwrap()).send().await.expect(200);
        app.post(&sale.path(), &body("e@example.org", json!(["0301", "3222"]))).send().await.expect(202);
        sales::assert_integrity(&app);
    }

    async fn a_link_confirms_once_and_opens_for_a_day(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let first = sale.confirmed(&app, "a@example.org").await;
        let token = outbox::token(&app, "a@example.org", "confirm_registration");
        let again = confirm(&app, &token).await.expect(200);
        assert_eq!(again["registration"], first["registration"]);
        assert_ne!(again["access_token"], first["access_token"]);
        assert_eq!(kinds(&app, "a@example.org").len(), 2, "no second mail");
        app.advance(TimeDelta::hours(24));
        confirm(&app, &token).await.problem(410, "token-used");
        for unknown in ["", "kgc_unknown", &outbox::token(&app, "a@example.org", "registration_confirmed"), again["access_token"].as_str().unwrap()] {
            confirm(&app, unknown).await.problem(404, "not-found");
        }
        app.post("/registrations/access", &json!({"token": token})).send().await.problem(404, "not-found");
        app.post("/registrations/confirm", &json!({})).send().await.fault("/token", "required");
    }

    async fn fifty_confirmations_at_once_are_one(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        sale.register(&app, "a@example.org").await.expect(202);
        let token = outbox::token(&app, "a@example.org", "confirm_registration");
        let answers = futures_util::future::join_all((0..20).map(|_| confirm(&app, &token))).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(kinds(&app, "a@example.org"), ["confirm_registration", "registration_confirmed"]);
        assert_eq!(sale.held(&app).await, 1);
    }

    async fn a_link_is_mailed_only_where_there_is_something(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        sale.confirmed(&app, "known@example.org").await;
        let ask = async |event: &str, email: &str| app.post("/registrations/link", &json!({"event": event, "email": email})).send().await.expect(202);
        for (event, email) in [("konferansen", "known@example.org"), ("konferansen", "other@example.org"), ("nothing", "known@example.org")] {
            assert_eq!(ask(event, email).await, json!({"state": "accepted"}));
        }
        outbox::until(&app, "known@example.org", "registration_link", 1).await;
        assert!(outbox::mails_to(&app, "other@example.org").is_empty());
        let token = outbox::token(&app, "known@example.org", "registration_link");
        app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        app.post("/registrations/link", &json!({"event": "konferansen", "email": "nobody"})).send().await.fault("/email", "invalid_email");
        // Until 30 days after the event.
        let end = chrono::DateTime::parse_from_rfc3339("2027-11-13T00:00:00+01:00").unwrap();
        app.advance(end.to_utc() + TimeDelta::days(30) - app.clock.now().utc() - TimeDelta::minutes(1));
        app.post("/registrations/access", &json!({"token": token})).send().await.expect(200);
        app.advance(TimeDelta::minutes(2));
        app.post("/registrations/access", &json!({"token": token})).send().await.problem(410, "expired");
    }

    async fn a_cancelled_event_cancels_and_tells(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let opened = sale.confirmed(&app, "a@example.org").await;
        sale.register(&app, "b@example.org").await.expect(202);
        let waiting = outbox::token(&app, "b@example.org", "confirm_registration");
        app.organiser("POST", &format!("/events/{}/cancel", sale.event)).send().await.expect(200);
        assert_eq!(sale.held(&app).await, 0);
        for address in ["a@example.org", "b@example.org"] {
            let last = outbox::mails_to(&app, address).pop().unwrap();
            assert_eq!((last.kind.as_str(), last.secret), ("event_cancelled", None));
        }
        let own = app.call("GET", "/registration").bearer(opened["access_token"].as_str().unwrap()).send().await.expect(200);
        assert_eq!((&own["state"], &own["attendees"][0]["state"], &own["attendees"][0]["ticket_secret"]), (&json!("cancelled"), &json!("cancelled"), &Value::Null));
        confirm(&app, &waiting).await.problem(409, "wrong-state");
        sales::assert_integrity(&app);
        // Reopened, they stay cancelled, and the address is free to register again.
        app.organiser("POST", &format!("/events/{}/reopen", sale.event)).send().await.expect(200);
        sale.register(&app, "a@example.org").await.expect(202);
        assert_eq!(sale.held(&app).await, 1);
    }

    async fn organisers_list_find_and_cancel(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        let other = sales::ticket_type(&app, &sale.event, json!({"name": "Annet"})).await;
        let opened = sale.confirmed(&app, "åse@example.org").await;
        for n in 0..4 {
            sale.register(&app, &format!("n{n}@example.org")).await.expect(202);
        }
        let base = format!("/events/{}/registrations", sale.event);
        let mut seen = Vec::new();
        let mut path = format!("{base}?limit=2");
        loop {
            let page = app.organiser("GET", &path).send().await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["id"].clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{base}?limit=2&cursor={cursor}");
        }
        assert_eq!((seen.len(), &seen[0]), (5, &opened["registration"]["id"]));
        let count = async |query: &str| app.organiser("GET", &format!("{base}?{query}")).send().await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!((count("state=confirmed").await, count("state=waiting_list").await, count("state=awaiting_confirmation").await), (1, 0, 4));
        assert_eq!((count(&format!("ticket_type={}", sale.ticket)).await, count(&format!("ticket_type={other}")).await), (5, 0));
        let code = opened["registration"]["code"].as_str().unwrap();
        assert_eq!((count("q=%C3%85SE%40").await, count(&format!("q={code}")).await, count("q=nordmann").await, count("q=%25").await), (1, 1, 5, 0));
        for bad in ["state=nowhere", "ticket_type=x", "limit=0", "cursor=x", "page=2"] {
            assert_eq!(app.organiser("GET", &format!("{base}?{bad}")).send().await.status, 422, "{bad}");
        }
        let one = format!("{base}/{}", seen[0].as_str().unwrap());
        let read = app.organiser("GET", &one).send().await.expect(200);
        assert_eq!((&read["contact"]["email"], &read["attendees"][0]["ticket_secret"]), (&json!("åse@example.org"), &Value::Null));
        let foreign = app.token_of("ks", Role::Owner);
        app.call("GET", &format!("/organiser{one}")).bearer(&foreign).send().await.problem(404, "not-found");
        app.call("POST", &format!("/organiser{one}/cancel")).bearer(&foreign).send().await.problem(404, "not-found");
        let editor = app.token_of("bufdir", Role::Editor);
        app.call("GET", &format!("/organiser{one}")).bearer(&editor).send().await.problem(403, "not-allowed");
        let cancelled = app.organiser("POST", &format!("{one}/cancel")).send().await.expect(200);
        assert_eq!((&cancelled["state"], &cancelled["holds_seats"]), (&json!("cancelled"), &json!(false)));
        app.organiser("POST", &format!("{one}/cancel")).send().await.problem(409, "wrong-state");
        assert_eq!(kinds(&app, "åse@example.org").last().unwrap(), "registration_cancelled");
        assert_eq!(sale.held(&app).await, 4);
        sales::assert_integrity(&app);
    }

    async fn a_search_finds_by_the_beginnings_of_words(app: TestApp) {
        let sale = OnSale::of_size(&app, 100).await;
        let base = format!("/events/{}/registrations", sale.event);
        let people = [("Åse Brøgger-Lie", "ase.lie@lillehammer.kommune.no"), ("Ola Lien", "ola@example.org"), ("Kari Nordmann", "kari@example.org")];
        for (name, email) in people {
            let body = json!({"attendees": [{"ticket_type_id": sale.ticket, "name": name, "email": email}]});
            app.post(&sale.path(), &body).send().await.expect(202);
        }
        let found = async |query: &str| {
            let path = format!("{base}?{query}");
            let list = app.organiser("GET", &path).send().await.expect(200);
            let emails = list["items"].as_array().unwrap().iter().map(|one| one["contact"]["email"].as_str().unwrap()[..3].to_owned());
            emails.collect::<Vec<_>>().join(" ")
        };
        let all = async || {
            let mut seen = Vec::new();
            for query in [
                "q=lie", "q=%C3%85SE%20lie", "q=kommune.no", "q=ola@example.org", "q=example", "q=br%C3%B8gger-l", "q=lie%20kari", "q=mann", "q=%40", "q=%40example", "q=a@example.org",
                "q=l&limit=1", "q=example&state=confirmed", "q=nobody", &format!("q=lie&ticket_type={}", sale.ticket),
            ] {
                seen.push(found(query).await);
            }
            seen
        };
        let expected = ["ase ola", "ase", "ase", "ola", "ola kar", "ase", "", "", "", "ola kar", "", "ase", "", "", "ase ola"];
        assert_eq!(all().await, expected);
        sales::until_indexed(&app).await;
        assert_eq!(all().await, expected, "the same once the words are in the index");
        let page = app.organiser("GET", &format!("{base}?q=lie&limit=1")).send().await.expect(200);
        assert_eq!(found(&format!("q=lie&limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await, "ola");
        sales::crowd_of_words(&app, &sale.event, "lie", 2_000).await;
        sales::crowd_of_words(&app, &sale.event, "example", 2_000).await;
        assert_eq!(all().await, expected, "the same where the list is walked");
        // Another event has other words, and who is erased has none.
        sales::draft(&app, "dagen", json!({})).await;
        let elsewhere = app.organiser("GET", "/events/dagen/registrations?q=lie").send().await.expect(200);
        assert_eq!(elsewhere["items"], json!([]));
    }

    async fn whoever_is_erased_is_not_found_any_more(app: TestApp) {
        let sale = OnSale::of_size(&app, 100).await;
        let opened = sale.confirmed(&app, "kanarifugl@example.org").await;
        sale.confirmed(&app, "b@example.org").await;
        sales::until_indexed(&app).await;
        let count = async |query: &str| app.organiser("GET", &format!("/events/{}/registrations?q={query}", sale.event)).send().await.expect(200)["items"].as_array().unwrap().len();
        assert_eq!((count("kanarifugl").await, count("nordmann").await), (1, 2));
        let access = opened["access_token"].as_str().unwrap();
        app.call("DELETE", "/registration").bearer(access).if_match("*").send().await.expect(204);
        let code = opened["registration"]["code"].as_str().unwrap();
        assert_eq!((count("kanarifugl").await, count("nordmann").await, count(code).await), (0, 1, 1));
        assert_eq!(sales::words_like(&app, "kanarifugl").await, 0);
    }

    async fn what_was_not_confirmed_ends_with_registration(app: TestApp) {
        let sale = OnSale::of_size(&app, 10).await;
        sale.register(&app, "a@example.org").await.expect(202);
        let token = outbox::token(&app, "a@example.org", "confirm_registration");
        app.advance(TimeDelta::days(800));
        let (now, rules) = (app.clock.now(), kongress::registrations::register::Rules::from(&app.state.config));
        while app.state.db.read(move |conn| kongress::registrations::anything_due(conn, now)).await.unwrap() {
            app.state.db.write(move |tx| kongress::registrations::sweep(tx, now, rules)).await.unwrap();
        }
        assert_eq!(app.state.db.write(move |tx| kongress::registrations::expire_closed(tx, now)).await.unwrap(), 1);
        assert_eq!(app.state.db.write(move |tx| kongress::registrations::expire_closed(tx, now)).await.unwrap(), 0);
        confirm(&app, &token).await.problem(410, "expired");
        sales::assert_integrity(&app);
    }
}

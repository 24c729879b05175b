//! Files of registrations for spreadsheets.

use std::path::Path;
use std::process::Command;

use futures_util::future::join_all;
use kongress::auth::Role;
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::outbox;
use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::smtp::python;

/// The lines of a file without line breaks in its cells.
async fn lines(app: &TestApp, sale: &OnSale, query: &str) -> Vec<String> {
    let path = format!("/events/{}/registrations.csv{query}", sale.event);
    let answer = app.organiser("GET", &path).send().await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let text = answer.body.trim_start_matches('\u{feff}');
    text.lines().map(str::to_owned).collect()
}

/// A workbook as a program of others reads it: its sheets, with each cell and its type.
pub fn read_back(path: &Path) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/workbook.py");
    let read = Command::new(python()).arg(script).arg(path).output();
    let read = read.unwrap();
    let said = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success() && said.is_empty(), "{said}");
    serde_json::from_slice(&read.stdout).unwrap()
}

async fn workbook(app: &TestApp, sale: &OnSale) -> Value {
    let path = format!("/events/{}/registrations.xlsx", sale.event);
    let url = format!("{}/api/v1/organiser{path}", app.address);
    let request = app.client.get(url).bearer_auth(&app.token);
    let file = request.send().await.unwrap().bytes().await.unwrap();
    let path = app.store.dir.join("registrations.xlsx");
    std::fs::write(&path, file).unwrap();
    read_back(&path)
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn registrations_are_a_table(app: TestApp) {
        let sale = OnSale::with(&app, Some(20), json!({"price": {"amount": 125_000, "currency": "NOK"}})).await;
        let questions = format!("/events/{}/questions", sale.event);
        let food = app.create(&questions, &json!({"label": "Mat", "kind": "multiple_choice", "options": [{"key": "fish", "label": "Fisk"}, {"key": "meat", "label": "Kjøtt"}]})).await;
        let allergy = app.create(&questions, &json!({"label": "Allergi", "kind": "text", "sensitive": true})).await;
        let answers = json!([{"question_id": food["id"], "value": ["meat", "fish"]}, {"question_id": allergy["id"], "value": "KANARIALLERGI"}]);
        let body = json!({
            "attendees": [
                {"ticket_type_id": sale.ticket, "name": "=HYPERLINK(\"x\")", "email": "kari@example.org", "phone": "40612345", "organisation": "Lørenskog; kommune", "municipality_numbers": ["3222", "0301"], "answers": answers},
                {"ticket_type_id": sale.ticket, "name": "Ola"}
            ],
            "consents": {"sensitive": true, "news": true}, "invoice": {"organisation_number": "974760673"}, "reference": "ordre"
        });
        app.post(&sale.path(), &body).send().await.expect(202);
        confirm(&app, &outbox::token(&app, "kari@example.org", "confirm_registration")).await.expect(200);
        sale.register(&app, "b@example.org").await.expect(202);
        // Put otherwise later, the answer still means what it meant.
        let path = format!("{questions}/{}", food["id"].as_str().unwrap());
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"options": [{"key": "fish", "label": "Torsk"}]})).send().await.expect(200);
        let all = lines(&app, &sale, "").await;
        assert_eq!(all.len(), 4, "a row for each attendee: {all:?}");
        assert!(all[0].starts_with("code,state,attendee_state,ticket_type,name,") && all[0].ends_with(",attendee_id,Mat"), "{}", all[0]);
        assert!(all[1].contains(",confirmed,active,I salen,\"'=HYPERLINK(\"\"x\"\")\",kari@example.org,\"'+4740612345\",\"Lørenskog; kommune\","), "{}", all[1]);
        assert!(all[1].contains("3222; 0301") && all[1].contains(",974760673,iso6523-actorid-upis::0192:974760673,") && all[1].contains("Fisk; Kjøtt"), "{}", all[1]);
        assert!(all[2].contains(",Ola,") && all[3].contains(",awaiting_confirmation,"));
        assert!(all[1].contains(",1250.00,NOK,"), "{}", all[1]);
        assert!(!all.concat().contains("KANARIALLERGI") && !all[0].contains("Allergi"));
        let asked = lines(&app, &sale, "?include=sensitive").await;
        assert!(asked[0].ends_with(",Mat,Allergi") && asked[1].ends_with(",KANARIALLERGI"));
        assert_eq!(lines(&app, &sale, "?state=confirmed").await.len(), 3);
        assert_eq!(lines(&app, &sale, "?q=b@example.org").await.len(), 2);
        assert_eq!(lines(&app, &sale, &format!("?ticket_type={}", sale.ticket)).await.len(), 4);
        assert_eq!(lines(&app, &sale, "?state=rejected").await.len(), 1, "its head alone");
        let csv = format!("/events/{}/registrations.csv", sale.event);
        let xlsx = format!("/events/{}/registrations.xlsx", sale.event);
        for (query, pointer) in [("?state=x", "/state"), ("?include=all", "/include"), ("?limit=5", "/limit")] {
            let refused = app.organiser("GET", &format!("{csv}{query}")).send().await;
            assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
        }
        app.organiser("GET", &format!("{xlsx}?ticket_type=x")).send().await.fault("/ticket_type", "unknown_ticket_type");
        let file = app.organiser("GET", &xlsx).send().await;
        assert_eq!((file.status, file.header("content-disposition")), (200, "attachment; filename=\"konferansen-registrations.xlsx\""));
        assert!(file.body.starts_with("PK") && file.body.contains("xl/worksheets/sheet1.xml") && file.header("cache-control") == "no-store");
        for (role, status) in [(Role::Reader, 403), (Role::Editor, 403), (Role::CheckIn, 403), (Role::Registrar, 200), (Role::Organiser, 200)] {
            let token = app.token_of("bufdir", role);
            for path in [&csv, &xlsx] {
                assert_eq!(app.call("GET", &format!("/organiser{path}")).bearer(&token).send().await.status, status, "{role}");
            }
        }
        let foreign = app.token_of("ks", Role::Owner);
        app.call("GET", &format!("/organiser{csv}")).bearer(&foreign).send().await.problem(404, "not-found");
    }

    async fn a_workbook_reads_back_as_it_was_written(app: TestApp) {
        let sale = OnSale::of_size(&app, 20).await;
        let questions = format!("/events/{}/questions", sale.event);
        let mut asked = Vec::new();
        for (label, kind) in [("Ønsker", "long_text"), ("Født", "date"), ("Antall", "number"), ("=1+1", "boolean")] {
            asked.push(app.create(&questions, &json!({"label": label, "kind": kind})).await);
        }
        let given = [json!("=cmd|' /C calc'!A0\n<b> & \"😀\""), json!("2027-11-10"), json!(7), json!(true)];
        let answers: Vec<Value> = asked.iter().zip(&given).map(|(one, value)| json!({"question_id": one["id"], "value": value})).collect();
        let mut body = sale.body("kari@example.org");
        sales::merge(&mut body["attendees"][0], &json!({"name": "=HYPERLINK(\"x\")", "organisation": "+1+1", "position": "@SUM(A1)", "phone": "40612345", "answers": answers}));
        body["reference"] = json!("-2+3");
        app.post(&sale.path(), &body).send().await.expect(202);
        let opened = confirm(&app, &outbox::token(&app, "kari@example.org", "confirm_registration")).await.expect(200);
        let path = format!("/events/{}/registrations/{}", sale.event, opened["registration"]["id"].as_str().unwrap());
        let shown = app.organiser("GET", &path).send().await.expect(200);

        let book = workbook(&app, &sale).await;
        assert_eq!(book["Kongress"]["frozen"], "A2");
        let rows = book["Kongress"]["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        let cells = rows.iter().flat_map(|row| row.as_array().unwrap());
        let typed: Vec<&Value> = cells.filter(|cell| !cell[0].is_null()).map(|cell| &cell[1]).collect();
        assert!(typed.iter().all(|one| **one == "s"), "every cell is text: {rows:?}");
        let cell = |column: &str| {
            let at = rows[0].as_array().unwrap().iter().position(|head| head[0] == column);
            &rows[1][at.unwrap_or_else(|| panic!("no {column}: {}", rows[0]))][0]
        };
        for (column, value) in [("name", "=HYPERLINK(\"x\")"), ("organisation", "+1+1"), ("position", "@SUM(A1)"), ("reference", "-2+3"), ("phone", "+4740612345"), ("state", "confirmed"), ("Antall", "7"), ("=1+1", "true")] {
            assert_eq!(cell(column), value, "{column}");
        }
        assert_eq!((cell("Ønsker"), cell("Født")), (&given[0], &given[1]));
        for at in ["created_at", "confirmed_at"] {
            assert_eq!(cell(at), &shown[at], "{at}");
        }
        assert!(cell("cancelled_at").is_null() && cell("checked_in_at").is_null());
    }

    async fn a_table_has_every_page(app: TestApp) {
        let sale = OnSale::of_size(&app, 500).await;
        let addresses: Vec<String> = (0..405).map(|index| format!("p{index:03}@example.org")).collect();
        for some in addresses.chunks(81) {
            for answer in join_all(some.iter().map(|address| sale.register(&app, address))).await {
                answer.expect(202);
            }
        }
        let all = lines(&app, &sale, "").await;
        let text = all.concat();
        assert_eq!(all.len(), 406);
        assert!(addresses.iter().all(|address| text.contains(address.as_str())));
        sales::assert_integrity(&app);
    }
}

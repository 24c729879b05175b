//! What an attendee does by their own link: they say yes to what is kept of their sensitive answers, and
//! hand their seat to a colleague.

use serde_json::{Value, json};

use crate::helpers::sales::{self, OnSale, confirm};
use crate::helpers::{Answer, TestApp, outbox};

/// A party of two, whose second attendee has a link of their own.
struct Party {
    sale: OnSale,
    contact: String,
    own: String,
    ids: Vec<String>,
}

impl Party {
    async fn new(app: &TestApp) -> Self {
        let sale = OnSale::of_size(app, 5).await;
        let mut body = sale.body("kari@example.org");
        let second =
            json!({"ticket_type_id": sale.ticket, "name": "Ola", "email": "ola@example.org"});
        body["attendees"].as_array_mut().unwrap().push(second);
        app.post(&sale.path(), &body).send().await.expect(202);
        let token = outbox::token(app, "kari@example.org", "confirm_registration");
        let opened = confirm(app, &token).await.expect(200);
        let attendees = opened["registration"]["attendees"].as_array().unwrap();
        let ids = attendees.iter().map(|one| text(&one["id"]));
        Self {
            sale,
            contact: text(&opened["access_token"]),
            own: access(app, "ola@example.org").await,
            ids: ids.collect(),
        }
    }

    fn path(&self, place: usize) -> String {
        format!("/registration/attendees/{}", self.ids[place])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn access(app: &TestApp, email: &str) -> String {
    let token = outbox::token(app, email, "registration_confirmed");
    let link = json!({"token": token});
    let opened = app.post("/registrations/access", &link).send().await;
    text(&opened.expect(200)["access_token"])
}

async fn patch(app: &TestApp, access: &str, path: &str, body: Value) -> Answer {
    let call = app.call("PATCH", path).bearer(access).if_match("*");
    call.patch_json(&body).send().await
}

fn yes(yes: bool) -> Value {
    json!({"consents": {"sensitive": yes}})
}

on_both_stores! { with [crate::helpers::MAIL_WAITS]
    async fn a_sensitive_answer_needs_the_yes_of_who_gives_it(app: TestApp) {
        let party = Party::new(&app).await;
        let made = app.create("/events/konferansen/questions", &json!({"label": "Allergi", "kind": "text", "sensitive": true})).await;
        let answers = |value: &str| json!({"answers": [{"question_id": made["id"], "value": value}]});
        let (ola, contact, own) = (party.path(1), &party.contact, &party.own);
        patch(&app, own, &ola, answers("melk")).await.fault("/answers", "needs_consent");
        // Their yes, and nothing else of the registration.
        for more in [json!({"consents": {"news": true}}), json!({"language": "en"}), json!({"consents": {"sensitive": true, "terms": false}}), json!({"invoice": {"reference": "x"}})] {
            patch(&app, own, "/registration", more).await.problem(403, "not-allowed");
        }
        patch(&app, own, "/registration", json!({"consents": {"sensitive": "ja"}})).await.expect(422);
        let said = patch(&app, own, "/registration", yes(true)).await.expect(200);
        assert_eq!((&said["consents"]["sensitive"], &said["attendees"][0]["sensitive_consent"]), (&json!(true), &json!(true)));
        let answered = patch(&app, own, &ola, answers("melk")).await.expect(200);
        assert_eq!(answered["attendees"][0]["answers"][0]["value"], "melk");
        // It counts for what they answer, not for the contact.
        let seen = app.call("GET", "/registration").bearer(contact).send().await.expect(200);
        assert_eq!(seen["consents"]["sensitive"], false);
        assert_eq!((&seen["attendees"][1]["answers"][0]["answered"], &seen["attendees"][1]["answers"][0]["value"]), (&json!(true), &Value::Null));
        // What the contact does not see can't be guessed either: the right value is refused as any other.
        for guess in ["melk", "egg"] {
            patch(&app, contact, &ola, answers(guess)).await.fault("/answers", "needs_consent");
        }
        patch(&app, contact, &party.path(0), answers("egg")).await.fault("/answers", "needs_consent");
        // The contact's yes is theirs to withdraw, and takes nothing that another stands for.
        patch(&app, contact, "/registration", yes(true)).await.expect(200);
        patch(&app, contact, &party.path(0), answers("egg")).await.expect(200);
        let withdrawn = patch(&app, contact, "/registration", yes(false)).await.expect(200);
        assert_eq!((&withdrawn["attendees"][0]["answers"], withdrawn["attendees"][1]["answers"].as_array().unwrap().len()), (&json!([]), 1));
        // A yes that is taken back takes the answers with it.
        let took_back = patch(&app, own, "/registration", json!({"consents": null})).await.expect(200);
        assert_eq!((&took_back["consents"]["sensitive"], &took_back["attendees"][0]["answers"]), (&json!(false), &json!([])));
        patch(&app, own, &ola, answers("melk")).await.fault("/answers", "needs_consent");
        sales::assert_integrity(&app);
    }

    async fn a_hidden_sensitive_answer_stays_and_is_not_guessed(app: TestApp) {
        let party = Party::new(&app).await;
        let made = app.create("/events/konferansen/questions", &json!({"label": "Allergi", "kind": "text", "sensitive": true})).await;
        let size = app.create("/events/konferansen/questions", &json!({"label": "Størrelse", "kind": "text", "required": true})).await;
        let own = &party.own;
        let (ola, allergy, large) = (party.path(1), json!({"question_id": made["id"], "value": "melk"}), json!({"question_id": size["id"], "value": "L"}));
        patch(&app, own, "/registration", yes(true)).await.expect(200);
        patch(&app, own, &ola, json!({"answers": [allergy, large]})).await.expect(200);
        let path = format!("/events/konferansen/questions/{}", text(&made["id"]));
        app.organiser("PATCH", &path).if_match("*").patch_json(&json!({"hidden": true})).send().await.expect(200);
        patch(&app, &party.contact, "/registration", yes(true)).await.expect(200);
        patch(&app, &party.contact, &ola, json!({"answers": [allergy, large]})).await.fault("/answers/0/question_id", "unknown_question");
        // A contact is not held up by what they do not see, and takes nothing of it away.
        patch(&app, &party.contact, &ola, json!({"name": "Ola N."})).await.expect(200);
        let changed = patch(&app, &party.contact, &ola, json!({"answers": [large]})).await.expect(200);
        assert_eq!(changed["attendees"][1]["answers"].as_array().unwrap().len(), 2);
        let again = patch(&app, own, &ola, json!({"answers": [allergy, large]})).await.expect(200);
        assert_eq!(again["attendees"][0]["answers"][0]["value"], "melk");
        sales::assert_integrity(&app);
    }

    async fn an_attendee_hands_over_their_own_seat(app: TestApp) {
        let party = Party::new(&app).await;
        let own = &party.own;
        let before = app.call("GET", "/registration").bearer(own).send().await.expect(200);
        let liv = json!({"name": "Liv", "email": "liv@example.org"});
        let hand = async |place: usize| app.post(&format!("{}/replace", party.path(place)), &liv).bearer(own).send().await;
        hand(0).await.problem(404, "not-found");
        let handed = hand(1).await.expect(200);
        assert_eq!((&handed["attendees"][0]["name"], &handed["attendees"][0]["ticket_secret"]), (&json!("Liv"), &Value::Null));
        app.call("GET", "/registration").bearer(own).send().await.problem(401, "not-signed-in");
        let new = access(&app, "liv@example.org").await;
        let hers = app.call("GET", "/registration").bearer(&new).send().await.expect(200);
        assert_ne!(hers["attendees"][0]["ticket_secret"], before["attendees"][0]["ticket_secret"]);
        assert_eq!((hers["attendees"].as_array().unwrap().len(), party.sale.held(&app).await), (1, 2));
        sales::assert_integrity(&app);
    }
}

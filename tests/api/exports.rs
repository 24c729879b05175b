//! The programme in the formats of others: calendars, schedules, schema.org.

use std::io::Write;
use std::process::{Command, Stdio};

use kongress::clock::new_id;
use kongress::ids::{EventId, RoomKind, TrackKind};
use kongress::programme::diff::changes;
use kongress::programme::document::{Material, MaterialKind, Programme, Room, Session, Track};
use serde_json::{Value, json};

use crate::helpers::TestApp;
use crate::helpers::released::{
    event, id, nb, programme, release, release_as, session, speaker, speaks,
};
use crate::helpers::smtp::python;

const DAY: (&str, &str) = ("2027-11-11T10:13:00+01:00", "2027-11-11T10:35:00+01:00");
const LATE: (&str, &str) = ("2027-11-11T23:30:00+01:00", "2027-11-12T00:30:00+01:00");

/// A calendar as the Python package reads it.
pub fn as_python_sees(file: &str) -> Value {
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/python/calendar_entries.py"
    );
    let mut child = Command::new(python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(file.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{file}");
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&seen["errors"], &seen["bare_line_feeds"]),
        (&json!([]), &json!(0)),
        "{file}"
    );
    assert!(seen["longest_line"].as_u64().unwrap() <= 75, "{file}");
    seen
}

async fn text(app: &TestApp, path: &str) -> String {
    let answer = app.get(path).send().await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

async fn calendar(app: &TestApp, path: &str) -> Vec<Value> {
    let seen = as_python_sees(&text(app, path).await);
    seen["entries"].as_array().unwrap().clone()
}

fn hall(name: &str) -> Room {
    Room {
        id: new_id::<RoomKind>(),
        name: nb(name),
        capacity: Some(600),
        position: 0,
        hidden: false,
    }
}

/// A programme in which everything occurs that a format may trip over.
fn whole() -> Programme {
    let person = speaker("Åse \"Ærø\" <Ødegård> & sønn");
    let track = Track {
        id: new_id::<TrackKind>(),
        name: nb("Forebygging"),
        color: Some("#00665e".into()),
        position: 0,
        hidden: false,
    };
    let rooms = vec![hall("Storsalen"), hall("Storsalen")];
    let mut talk = session("foredrag", 1, Some(DAY));
    talk.title = nb(
        "Oppvekstplanen; tre grep, \"fire\" & <fem> \\ seks — og en tittel som er lengre enn en linje i en kalender kan være",
    );
    talk.abstract_text = nb("Første linje.\nAndre linje med 😀, ]]> og &amp;\u{fffe}.");
    talk.room_id = Some(rooms[0].id);
    talk.track_id = Some(track.id);
    talk.speakers = vec![speaks(person.id)];
    talk.materials = vec![Material {
        title: nb("Lysark"),
        kind: MaterialKind::Slides,
        url: Some("https://www.example.org/a?b=1&c=2".into()),
        text: vec![],
    }];
    let mut twin = session("tvilling", 2, Some(DAY));
    twin.room_id = Some(rooms[1].id);
    let mut hidden = session("skjermet", 3, Some(LATE));
    hidden.do_not_record = true;
    let open = session("uten-slutt", 4, Some(DAY));
    let open = Session {
        ends_at: None,
        language: None,
        ..open
    };
    let sessions = vec![talk, twin, hidden, open, session("uten-tid", 5, None)];
    Programme {
        rooms,
        tracks: vec![track],
        speakers: vec![person],
        sessions,
        ..Programme::default()
    }
}

async fn recorded(app: &TestApp, event: EventId) {
    app.create(&format!("/events/{event}/recordings"), &json!({
        "title": "Hele dagen", "url": "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "state": "published", "duration_seconds": 60_000,
        "segments": [{"media_start_seconds": 0, "starts_at": "2027-11-11T09:00:00+01:00"}]
    })).await;
}

/// What c3voc's schema asks of XML, as far as it is not asked of JSON too.
pub fn check_xml(xml: &str, sessions: usize) {
    let count = |text: &str| xml.matches(text).count();
    assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<schedule>\n"));
    assert_eq!(count("<event id=\""), sessions, "{xml}");
    for element in [
        "room", "title", "type", "date", "start", "duration", "abstract", "track", "language",
        "persons",
    ] {
        let (open, empty) = (
            count(&format!("      <{element}>")),
            count(&format!("      <{element}/>")),
        );
        assert!(
            open + empty >= sessions,
            "{element}: {open} + {empty} of {sessions}"
        );
    }
    for part in xml.split("<duration>").skip(1) {
        let duration = part.split('<').next().unwrap();
        assert!(
            duration.len() == 5 && duration.as_bytes()[2] == b':',
            "{duration}"
        );
    }
    for day in xml.split("<day ").skip(1) {
        let day = day.split('>').next().unwrap();
        assert!(
            ["index=\"", "date=\"", "start=\"", "end=\""]
                .iter()
                .all(|part| day.contains(part)),
            "{day}"
        );
    }
}

on_both_stores! {
    async fn calendars_are_read_back_by_others(app: TestApp) {
        let event = event(&app, "konf").await;
        recorded(&app, event).await;
        let mut programme = whole();
        release(&app, event, &programme).await;
        let answer = app.get("/events/konf/programme.ics").send().await;
        assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
        assert_eq!(answer.header("content-disposition"), "inline; filename=\"konf.ics\"");
        assert_eq!(answer.header("cache-control"), "public, max-age=10, stale-while-revalidate=60");
        let known = app.get("/events/konf/programme.ics").header("if-none-match", &answer.etag()).send().await;
        assert_eq!((known.status, known.body.as_str()), (304, ""));
        let seen = as_python_sees(&answer.body);
        assert_eq!((&seen["name"], &seen["method"]), (&json!("Konferansen"), &json!("PUBLISH")));
        let entries = seen["entries"].as_array().unwrap().clone();
        assert_eq!(entries.len(), 4, "what has no time is in no calendar");
        let talk = &programme.sessions[0];
        assert_eq!(entries[0]["uid"], format!("{}@kongress", talk.id));
        assert_eq!(entries[0]["summary"], talk.title.0["nb"]);
        assert_eq!(entries[0]["location"], "Storsalen");
        assert_eq!((&entries[0]["start"], &entries[0]["end"]), (&json!("2027-11-11T09:13:00+00:00"), &json!("2027-11-11T09:35:00+00:00")));
        let page = format!("{}/watch/konf/foredrag", app.state.config.public_url);
        assert_eq!(entries[0]["url"], page);
        assert!(entries[0]["description"].as_str().unwrap().contains("Andre linje med 😀"));
        assert_eq!(entries[2]["location"], "Kunngjøres");
        assert!(!answer.body.contains("/watch/konf/skjermet"), "what is not to be recorded has no video anywhere");

        // Another title is no revision, another time is, and what is gone is cancelled.
        let before = programme.clone();
        programme.sessions[1].title = nb("Et annet navn");
        next(&app, event, &before, &programme).await;
        let before = programme.clone();
        programme.sessions[1].starts_at = programme.sessions[1].starts_at.map(|at| at - chrono::TimeDelta::minutes(5));
        next(&app, event, &before, &programme).await;
        let before = programme.clone();
        let gone = programme.sessions.remove(1);
        next(&app, event, &before, &programme).await;
        let after = calendar(&app, "/events/konf/programme.ics").await;
        let of = |entries: &[Value], id: &str| entries.iter().find(|entry| entry["uid"].as_str().unwrap().starts_with(id)).cloned().unwrap();
        let cancelled = of(&after, &gone.id.to_string());
        assert_eq!((&cancelled["status"], &cancelled["sequence"], &cancelled["summary"]), (&json!("CANCELLED"), &json!(2), &json!("Et annet navn")));
        assert_eq!(of(&after, &talk_id(&programme))["sequence"], of(&entries, &talk_id(&programme))["sequence"]);
        let alone = calendar(&app, "/events/konf/sessions/tvilling.ics").await;
        assert_eq!((alone.len(), &alone[0]["status"]), (1, &json!("CANCELLED")));
        let own = calendar(&app, &format!("/events/konf/speakers/{}.ics", programme.speakers[0].id)).await;
        assert_eq!((own.len(), &own[0]["uid"]), (1, &entries[0]["uid"]));
        app.get("/events/konf/sessions/uten-tid.ics").send().await.problem(404, "not-scheduled");
        app.get("/events/konf/sessions/ukjent.ics").send().await.problem(404, "not-found");
        app.get("/events/konf/speakers/ukjent.ics").send().await.problem(404, "not-found");

        app.organiser("POST", "/events/konf/cancel").send().await.expect(200);
        let off = calendar(&app, "/events/konf/programme.ics").await;
        assert!(off.iter().all(|entry| entry["status"] == "CANCELLED"));
        assert_eq!(of(&off, &talk_id(&programme))["sequence"], 1);
    }

    async fn a_sequence_rises_with_what_is_shown_and_never_falls(app: TestApp) {
        event(&app, "konf").await;
        let room = app.create("/events/konf/rooms", &json!({"name": "Salen"})).await;
        let room = format!("/events/konf/rooms/{}", room["id"].as_str().unwrap());
        let (from, to) = DAY;
        let talk = json!({"title": "Foredrag", "slug": "foredrag", "room_id": room.rsplit('/').next(), "starts_at": from, "ends_at": to});
        app.create("/events/konf/sessions", &talk).await;
        release_draft(&app).await;
        let talk = "/events/konf/sessions/foredrag";
        let patch = async |path: &str, body: Value| {
            app.organiser("PATCH", path).if_match("*").patch_json(&body).send().await.expect(200);
            if path != "/events/konf" {
                release_draft(&app).await;
            }
        };
        let post = async |rest: &str| drop(app.organiser("POST", &format!("/events/konf/{rest}")).send().await.expect(200));
        let mut seen = calendar(&app, "/events/konf/programme.ics").await.remove(0);
        for (step, rises, status, place) in [
            ("another title", false, "CONFIRMED", "Salen"), ("a renamed room", true, "CONFIRMED", "Storsalen"),
            ("called off", true, "CANCELLED", "Storsalen"), ("held after all", true, "CONFIRMED", "Storsalen"),
            ("a venue", true, "CONFIRMED", "Storsalen, Kongressenteret"), ("no time", true, "CANCELLED", "Storsalen, Kongressenteret"),
            ("no room", true, "CANCELLED", "Storsalen, Kongressenteret"), ("a time again", true, "CONFIRMED", "Kunngjøres"),
            ("a subtitle", false, "CONFIRMED", "Kunngjøres"),
        ] {
            app.advance(chrono::TimeDelta::minutes(1));
            match step {
                "another title" => patch(talk, json!({"title": "Et foredrag"})).await,
                "a renamed room" => patch(&room, json!({"name": "Storsalen"})).await,
                "called off" => post("cancel").await,
                "held after all" => post("reopen").await,
                "a venue" => patch("/events/konf", json!({"venue": {"name": "Kongressenteret"}})).await,
                "no time" => patch(talk, json!({"starts_at": null, "ends_at": null})).await,
                "no room" => patch(talk, json!({"room_id": null})).await,
                "a time again" => { patch("/events/konf", json!({"venue": null})).await; patch(talk, json!({"starts_at": from, "ends_at": to})).await }
                _ => patch("/events/konf", json!({"subtitle": "Ny"})).await,
            }
            let entries = calendar(&app, "/events/konf/programme.ics").await;
            assert_eq!(entries, calendar(&app, "/events/konf/sessions/foredrag.ics").await, "{step}");
            let [now] = &entries[..] else { panic!("{step}: {entries:?}") };
            let sequence = |entry: &Value| entry["sequence"].as_u64().unwrap();
            assert_eq!((sequence(now) > sequence(&seen), sequence(now) < sequence(&seen)), (rises, false), "{step}: {seen} {now}");
            assert!(!rises || now["stamp"].as_str() > seen["stamp"].as_str(), "{step}: {seen} {now}");
            assert_eq!((&now["status"], &now["location"], &now["start"]), (&json!(status), &json!(place), &seen["start"]), "{step}");
            seen = now.clone();
        }
    }

    async fn schedules_hold_what_their_readers_need(app: TestApp) {
        let event = event(&app, "konf").await;
        recorded(&app, event).await;
        let programme = whole();
        release(&app, event, &programme).await;
        let xml = text(&app, "/events/konf/schedule.xml").await;
        check_xml(&xml, 4);
        assert!(xml.contains("<acronym>konf</acronym>") && xml.contains("<slug>konf-01-foredrag</slug>"));
        assert!(xml.contains("<person guid=\"") && xml.contains("Åse &quot;Ærø&quot; &lt;Ødegård&gt; &amp; sønn</person>"));
        assert!(xml.contains("name=\"Storsalen\"") && xml.contains("name=\"Storsalen (2)\"") && xml.contains("name=\"Kunngjøres\""));
        assert!(xml.contains(&format!("<link>{}/watch/konf/foredrag</link>", app.state.config.public_url)));
        assert!(xml.contains("<optout>true</optout>") && !xml.contains("/watch/konf/skjermet") && !xml.contains('\u{fffe}'));
        assert!(xml.contains("<duration>00:22</duration>") && xml.contains("<duration>00:00</duration>"));
        let json = app.get("/events/konf/schedule.json").send().await.expect(200);
        let conference = &json["schedule"]["conference"];
        assert_eq!((&conference["daysCount"], &conference["time_zone_name"]), (&json!(1), &json!("Europe/Oslo")));
        let talk = &conference["days"][0]["rooms"]["Storsalen"][0];
        assert_eq!((&talk["start"], &talk["end"], &talk["id"]), (&json!("10:13"), &json!("2027-11-11T10:35:00+01:00"), &json!(1)));
        assert_eq!(talk["attachments"][0]["type"], "slides");
        assert_eq!(talk["links"][0]["url"], format!("{}/watch/konf/foredrag", app.state.config.public_url));
        assert_eq!(conference["days"][0]["day_end"], "2027-11-12T00:30:00+01:00");
    }

    async fn search_engines_find_the_second(app: TestApp) {
        let made = app.create("/events", &json!({
            "slug": "konf", "title": {"nb": "Konferansen"}, "starts_on": "2027-11-11", "ends_on": "2027-11-11", "languages": ["nb", "en"],
            "format": "hybrid", "venue": {"name": "Kongressenteret", "address": "Storgata 1"}, "website_url": "https://konf.example.org/",
            "organisers": [{"name": "Bufdir", "role": "host"}]
        })).await;
        app.organiser("POST", "/events/konf/publish").send().await.expect(200);
        let event = id(&made);
        recorded(&app, event).await;
        release(&app, event, &whole()).await;
        let quota = app.create("/events/konf/quotas", &json!({"name": "Salen", "size": 1})).await;
        app.create("/events/konf/ticket-types", &json!({"name": "I salen", "attendance": "in_person", "quotas": [quota["id"]], "price": {"amount": 125_050, "currency": "NOK"}})).await;
        let answer = app.get("/events/konf/programme.jsonld").send().await;
        assert_eq!(answer.header("content-type"), "application/ld+json; charset=utf-8");
        let seen = answer.expect(200);
        assert_eq!(seen["eventAttendanceMode"], "https://schema.org/MixedEventAttendanceMode");
        assert_eq!((&seen["location"][0]["name"], &seen["location"][1]["url"]), (&json!("Kongressenteret"), &json!("https://konf.example.org/")));
        assert_eq!(seen["subEvent"].as_array().unwrap().len(), 4);
        assert_eq!(seen["subEvent"][0]["startDate"], "2027-11-11T10:13:00+01:00");
        let offer = &seen["offers"][0];
        assert_eq!((&offer["price"], &offer["priceCurrency"], &offer["availability"]), (&json!("1250.50"), &json!("NOK"), &json!("https://schema.org/LimitedAvailability")));
        assert_eq!(seen["recordedIn"][0]["thumbnailUrl"], json!(["https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg"]));
        assert!(seen["recordedIn"][0]["uploadDate"].is_string());
        let clips = seen["recordedIn"][0]["hasPart"].as_array().unwrap();
        assert!(clips.iter().all(|clip| !clip["url"].as_str().unwrap().contains("skjermet")), "{clips:?}");
        let clip = clips.iter().find(|clip| clip["startOffset"] == 4380).unwrap();
        assert_eq!(clip["url"], format!("{}/watch/konf/foredrag?t=4380", app.state.config.public_url));
        let free = app.client.get(clip["url"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(free.status(), 200);
        // A sold seat shows without a release.
        app.organiser("PATCH", &format!("/events/konf/quotas/{}", quota["id"].as_str().unwrap())).if_match("*").patch_json(&json!({"size": 0})).send().await.expect(200);
        let sold = app.get("/events/konf/programme.jsonld").send().await.expect(200);
        assert_eq!(sold["offers"][0]["availability"], "https://schema.org/SoldOut");
    }

    async fn what_has_no_date_says_so(app: TestApp) {
        app.create("/events", &json!({"slug": "konf", "title": "Konferansen"})).await;
        let paths = ["programme.ics", "schedule.xml", "schedule.json", "programme.jsonld"];
        for path in paths {
            app.get(&format!("/events/konf/{path}")).send().await.problem(404, "not-found");
        }
        app.organiser("POST", "/events/konf/publish").send().await.expect(200);
        for path in &paths[1..] {
            app.get(&format!("/events/konf/{path}")).send().await.problem(404, "not-scheduled");
        }
        assert!(calendar(&app, "/events/konf/programme.ics").await.is_empty());
    }

    async fn nights_without_and_with_an_hour_more_last_what_they_last(app: TestApp) {
        for (slug, day, ends, minutes) in [("var", "2026-03-29", "2026-03-29T03:30:00+02:00", 60), ("host", "2026-10-25", "2026-10-25T03:30:00+01:00", 180)] {
            let offset = "+01:00";
            let starts = format!("{day}T01:30:00{}", if slug == "var" { offset } else { "+02:00" });
            let made = app.create("/events", &json!({"slug": slug, "title": {"nb": "Natten"}, "starts_on": day, "ends_on": day})).await;
            app.organiser("POST", &format!("/events/{slug}/publish")).send().await.expect(200);
            release(&app, id(&made), &programme(vec![session("natt", 1, Some((&starts, ends)))])).await;
            let entry = calendar(&app, &format!("/events/{slug}/programme.ics")).await.remove(0);
            let at = |key: &str| chrono::DateTime::parse_from_rfc3339(entry[key].as_str().unwrap()).unwrap();
            assert_eq!((at("end") - at("start")).num_minutes(), minutes, "{entry}");
            assert_eq!(at("start"), chrono::DateTime::parse_from_rfc3339(&starts).unwrap());
            let xml = text(&app, &format!("/events/{slug}/schedule.xml")).await;
            assert!(xml.contains(&format!("<duration>{:02}:00</duration>", minutes / 60)) && xml.contains("<start>01:30</start>"), "{xml}");
        }
    }
}

fn talk_id(programme: &Programme) -> String {
    programme.sessions[0].id.to_string()
}

/// Releases the working copy of `konf`.
async fn release_draft(app: &TestApp) {
    let path = "/events/konf/programme/releases";
    let release = app.organiser("POST", path).json(&json!({}));
    release.send().await.expect(201);
}

/// The next release after `before`, with what changed since.
async fn next(app: &TestApp, event: EventId, before: &Programme, after: &Programme) {
    release_as(app, event, after, &changes(before, after), app.clock.now());
    app.state.event_changed(event).await;
}

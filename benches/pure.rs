//! Functions that every request or every change passes, without any store: `cargo bench --bench pure`.

use std::hint::black_box;

use actix_web::http::header;
use actix_web::test::TestRequest;
use actix_web::{HttpRequest, Responder};
use chrono_tz::Europe::Oslo;
use criterion::Criterion;
use kongress::clock::{Clock, new_id, request_id};
use kongress::http::methods::Methods;
use kongress::http::{Caching, Document, Precompressed, etag};
use kongress::metrics::Metrics;
use kongress::programme::document::{
    Programme, Room, Session, SessionKind, SessionSpeaker, Speaker, SpeakerRole,
};
use kongress::programme::wire::ProgrammeParts;
use kongress::text::{Email, Localized};
use kongress::video::deep_link::VideoUrl;
use kongress::video::position::Position;

const SESSIONS: i32 = 300;

fn text(text: String) -> Localized {
    Localized([("nb".to_owned(), text)].into())
}

/// A conference of three days, with a speaker for each session.
fn programme() -> Programme {
    let opening = Clock::default().now();
    let room = Room {
        id: new_id(),
        name: text("Storsalen".to_owned()),
        capacity: Some(600),
        position: 0,
        hidden: false,
    };
    let speaker = |number: i32| Speaker {
        id: new_id(),
        name: format!("Kari Nordmann {number}"),
        position: Some("Leder for barnevernet".to_owned()),
        affiliation: Some("Lørenskog kommune".to_owned()),
        bio: text("Har *ledet* arbeidet i ti år.".to_owned()),
        photo_url: None,
        links: Vec::new(),
        hidden: false,
    };
    let speakers: Vec<Speaker> = (1..=SESSIONS).map(speaker).collect();
    let session = |(number, speaker): (i32, &Speaker)| {
        let id = new_id();
        let start = opening + chrono::TimeDelta::minutes(i64::from(number) * 15);
        Session {
            id,
            slug: format!("okt-{number}"),
            guid: id.uuid(),
            number,
            title: text(format!("Oppvekstplanen i kommune {number}")),
            abstract_text: text("Hvordan **barn og unge** ble hørt, og hva det førte til.".into()),
            kind: SessionKind::Talk,
            type_label: Localized::default(),
            language: Some("nb".to_owned()),
            starts_at: Some(start),
            ends_at: Some(start + chrono::TimeDelta::minutes(15)),
            room_id: Some(room.id),
            track_id: None,
            speakers: vec![SessionSpeaker {
                speaker_id: speaker.id,
                role: SpeakerRole::Speaker,
            }],
            materials: Vec::new(),
            do_not_record: false,
            sign_up_capacity: None,
        }
    };
    let sessions = (1..=SESSIONS).zip(&speakers).map(session).collect();
    Programme {
        rooms: vec![room],
        tracks: Vec::new(),
        speakers,
        sessions,
        ..Programme::default()
    }
}

fn parsing(c: &mut Criterion) {
    for (name, phrase) in [
        ("phrase", "en time og 13 minutter"),
        ("clock", "1:13:00"),
        ("refused", "en time og noen minutter"),
    ] {
        c.bench_function(&format!("position/{name}"), |b| {
            b.iter(|| Position::parse(black_box(phrase)));
        });
    }
    let pasted = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL0&t=1h13m";
    c.bench_function("deep-link/parse", |b| {
        b.iter(|| VideoUrl::parse(black_box(pasted)));
    });
    c.bench_function("email/parse", |b| {
        b.iter(|| Email::parse(black_box("Kari.Nordmann+Kurs@Lørenskog.kommune.example")));
    });
}

fn documents(c: &mut Criterion) {
    let programme = programme();
    c.bench_function("programme/draw and serialise 300 sessions", |b| {
        b.iter(|| serde_json::to_vec(&ProgrammeParts::new(black_box(&programme), Oslo)));
    });
    let parts = ProgrammeParts::new(&programme, Oslo);
    c.bench_function("programme/serialise 300 sessions", |b| {
        b.iter(|| serde_json::to_vec(black_box(&parts)));
    });
    c.bench_function("programme/serialise and compress 300 sessions", |b| {
        b.iter(|| Document::of(black_box(&parts)).is_ok());
    });
}

fn answers(c: &mut Criterion) {
    let Ok(document) = Document::of(&ProgrammeParts::new(&programme(), Oslo)) else {
        return;
    };
    let answer = |request: &HttpRequest| {
        let precompressed = Precompressed {
            document: document.clone(),
            caching: Caching::Public,
        };
        precompressed.respond_to(request)
    };
    let accepting =
        || TestRequest::get().insert_header((header::ACCEPT_ENCODING, "gzip, deflate, br;q=0.9"));
    let fresh = accepting().to_http_request();
    c.bench_function("answer/coding and 200", |b| {
        b.iter(|| answer(black_box(&fresh)));
    });
    let tag = answer(&fresh).headers().get(header::ETAG).cloned();
    let Some(tag) = tag else { return };
    let known = accepting()
        .insert_header((header::IF_NONE_MATCH, tag))
        .to_http_request();
    c.bench_function("answer/coding and 304", |b| {
        b.iter(|| answer(black_box(&known)));
    });
    c.bench_function("etag/of 100 kB", |b| {
        let bytes = vec![b'x'; 100_000];
        b.iter(|| etag::of_bytes(black_box(&bytes)));
    });
}

/// What the edge does for every request.
#[expect(clippy::unwrap_used, reason = "a benchmark that can't go on fails")]
fn edge(c: &mut Criterion) {
    let document = serde_json::to_vec(&kongress::api::document()).unwrap();
    let methods = Methods::of(&document).unwrap();
    c.bench_function("edge/methods of a path", |b| {
        b.iter(|| methods.allowed(black_box("/api/v1/events/konferansen/programme")));
    });
    let metrics = Metrics::default();
    let took = std::time::Duration::from_micros(40);
    c.bench_function("edge/count a request", |b| {
        b.iter(|| {
            metrics.request(
                "GET",
                black_box("/api/v1/events/{event}/programme").into(),
                200,
                took,
            );
        });
    });
    c.bench_function("edge/id of a request", |b| {
        b.iter(request_id);
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    parsing(&mut criterion);
    documents(&mut criterion);
    answers(&mut criterion);
    edge(&mut criterion);
    criterion.final_summary();
}

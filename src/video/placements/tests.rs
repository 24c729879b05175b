use chrono::TimeDelta;
use proptest::prelude::*;

use super::model::Verified;
use super::{Known, Unseen};
use crate::clock::{Clock, Instant, new_id};
use crate::programme::document::{Session, example};
use crate::text::{Localized, time};
use crate::video::deep_link::{Provider, VideoUrl};
use crate::video::marks::{Edge, Mark};
use crate::video::model::{Confidence, Segment, segments_check};
use crate::video::{Recording, RecordingState};

fn start() -> Instant {
    time::instant("2027-11-11T09:00:00+01:00").unwrap()
}

fn after(seconds: i64) -> Instant {
    start() + TimeDelta::seconds(seconds)
}

fn recording(segments: Vec<Segment>, duration_seconds: Option<u32>) -> Recording {
    Recording {
        id: new_id(),
        event_id: new_id(),
        title: Localized::default(),
        url: VideoUrl::from_stored("https://video.example.org/dag.mp4".into()),
        provider: Provider::File,
        language: None,
        room_ids: Vec::new(),
        duration_seconds,
        state: RecordingState::Published,
        captions_url: None,
        segments,
        published_at: None,
        version: 1,
        created_at: Clock::default().now(),
    }
}

fn session(number: i32, from: i64, length: i64) -> Session {
    Session {
        starts_at: Some(after(from)),
        ends_at: Some(after(from + length)),
        ..example::session(number)
    }
}

fn started(session: &Session, at: i64) -> Mark {
    Mark {
        id: new_id(),
        event_id: new_id(),
        session_id: session.id,
        edge: Edge::Start,
        at: after(at),
        client_mark_id: None,
        caused_by: None,
        created_at: start(),
        undone_at: None,
    }
}

#[test]
fn the_best_that_is_known_wins() {
    let segment = Segment {
        media_start_seconds: 0,
        starts_at: start().utc(),
        ends_at: None,
    };
    let recording = recording(vec![segment], Some(20_000));
    let sessions = [session(1, 4380, 1320)];
    let [only] = &sessions;
    let verified = Verified {
        recording_id: recording.id,
        session_id: only.id,
        start_seconds: 4400,
        end_seconds: None,
        version: 1,
    };
    let confidence = |marks: &[Mark], verified: Vec<Verified>| {
        let known = Known::of(&sessions, marks, verified);
        let placement = recording.position_of(only, &known).unwrap();
        (placement.start_seconds, placement.confidence)
    };
    let mark = started(only, 4500);
    let marks = std::slice::from_ref(&mark);
    assert_eq!(confidence(&[], vec![]), (4380, Confidence::Scheduled));
    assert_eq!(confidence(marks, vec![]), (4500, Confidence::Marked));
    assert_eq!(
        confidence(marks, vec![verified]),
        (4400, Confidence::Verified)
    );
    let hidden = Session {
        do_not_record: true,
        ..only.clone()
    };
    let known = Known::of(&sessions, marks, vec![verified]);
    assert_eq!(recording.position_of(&hidden, &known), None);
    assert!(
        recording.stretch_of(&hidden, &known).is_some(),
        "to be cut out"
    );
    let elsewhere = Recording {
        room_ids: vec![new_id()],
        ..recording.clone()
    };
    assert_eq!(
        elsewhere.position_of(only, &Known::of(&sessions, marks, vec![])),
        None
    );
    assert!(
        elsewhere.position_of(only, &known).is_some(),
        "verified in any room"
    );
}

proptest! {
    #[test]
    fn moving_a_segment_moves_what_is_computed_in_it_and_nothing_verified(
        starts in prop::collection::vec((0i64..20_000, 60i64..3600, prop::option::of(0i64..20_000), any::<bool>()), 1..15),
        which in 0usize..3, by in -300i64..300,
    ) {
        // Three segments of 7000 s of video each, with gaps on the wall clock in which they can move.
        let segments = |by: i64| -> Vec<Segment> {
            (0u32..3).map(|n| Segment {
                media_start_seconds: n * 7000,
                starts_at: (after(i64::from(n) * 8000) + TimeDelta::seconds(if n as usize == which { by } else { 0 })).utc(),
                ends_at: None,
            }).collect()
        };
        let before = recording(segments(0), Some(21_000));
        let after_it = Recording { segments: segments(by), ..before.clone() };
        prop_assert!(segments_check(&after_it.segments, after_it.duration_seconds).is_empty());
        let sessions: Vec<Session> = (1..).zip(&starts).map(|(number, (from, length, _, _))| session(number, *from, *length)).collect();
        let marks: Vec<Mark> = sessions.iter().zip(&starts).filter_map(|(session, (_, _, at, _))| Some(started(session, (*at)?))).collect();
        let verified: Vec<Verified> = sessions.iter().zip(&starts).filter(|(_, row)| row.3).map(|(session, row)| Verified {
            recording_id: before.id, session_id: session.id, start_seconds: u32::try_from(row.0).unwrap(), end_seconds: None, version: 1,
        }).collect();
        let known = Known::of(&sessions, &marks, verified);
        for session in &sessions {
            let (old, new) = (before.position_of(session, &known), after_it.position_of(session, &known));
            if known.verified(before.id, session.id).is_some() {
                prop_assert_eq!(old, new);
                continue;
            }
            let held = known.actuals.held(session).unwrap();
            let second = (held.starts_at - start()).num_seconds();
            let segment = usize::try_from(second / 8000).unwrap();
            // Well inside a segment before and after, so that no edge crosses it.
            let inside = (301..6699).contains(&(second % 8000));
            if inside && segment < 3 {
                let moved = i64::from(new.unwrap().start_seconds) - i64::from(old.unwrap().start_seconds);
                prop_assert_eq!(moved, if segment == which { -by } else { 0 });
            }
        }
    }
}

#[test]
fn the_way_leads_around_what_must_not_be_seen() {
    let all = recording(
        vec![Segment {
            media_start_seconds: 0,
            starts_at: start().utc(),
            ends_at: None,
        }],
        Some(100),
    );
    let open_end = |number, from| Session {
        ends_at: None,
        ..session(number, from, 1)
    };
    let visible = [session(1, 0, 40), session(2, 30, 30)];
    let hidden = [open_end(3, 10), session(4, 25, 10), open_end(5, 70)];
    let unseen = Unseen::of(&all, &visible, &hidden, &Known::default());
    let until_the_next = [(10, Some(25)), (25, Some(35)), (70, None)];
    assert_eq!(unseen.stretches(), until_the_next);
    let asked = [5, 10, 24, 34, 35, 69, 70, 99];
    let in_whole = asked.map(|second| unseen.shown(second, (0, None)));
    assert_eq!(in_whole, [5, 35, 35, 35, 35, 69, 0, 0]);
    let in_first = asked.map(|second| unseen.shown(second, (0, Some(30))));
    assert_eq!(in_first, [5, 0, 0, 0, 35, 69, 0, 0]);
    let placed = |session: &Session| all.position_of(session, &Known::default()).unwrap();
    let cleared = visible.each_ref().map(|one| unseen.clear(placed(one)));
    assert_eq!(cleared.map(|one| one.unwrap().start_seconds), [0, 35]);
    assert_eq!(unseen.clear(placed(&session(6, 12, 20))), None);
    assert_eq!(unseen.clear(placed(&open_end(7, 80))), None);
}

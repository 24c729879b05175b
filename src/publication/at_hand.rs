//! What of one event lies ready: its documents, and the pages of lists that were asked for before.

use super::Snapshots;
use crate::http::{Caching, Document, Precompressed};
use crate::ids::SlugOr;

const EVENT: &str = "/api/v1/events/{event}";
const PROGRAMME: &str = "/api/v1/events/{event}/programme";
const SESSION: &str = "/api/v1/events/{event}/sessions/{session}";
const SESSIONS: &str = "/api/v1/events/{event}/sessions";
const SPEAKERS: &str = "/api/v1/events/{event}/speakers";
const RECORDINGS: &str = "/api/v1/events/{event}/recordings";
const COMMITTEE: &str = "/api/v1/events/{event}/committee";
const NOW: &str = "/api/v1/events/{event}/now";

/// The route of `rest` below an event, and what it would answer with now; nothing, where that is still to be
/// drawn. `address` is the path with its query, which `is_plain` has none of.
#[must_use]
pub fn at_hand(
    snapshots: &Snapshots,
    event: &str,
    rest: Option<&str>,
    address: &str,
    is_plain: bool,
) -> Option<(&'static str, Precompressed)> {
    let snapshot = snapshots.at_hand(event)?;
    if rest == Some("now") && is_plain {
        let document = snapshot.now_at_hand(snapshots.now())?;
        let caching = Caching::Brief;
        return Some((NOW, Precompressed { document, caching }));
    }
    let (route, document): (_, Document) = match rest {
        None if is_plain => (EVENT, snapshot.event_document.clone()),
        Some("programme") if is_plain => (PROGRAMME, snapshot.programme_document.clone()),
        Some("sessions") => (SESSIONS, snapshot.kept(address)?),
        Some("speakers") => (SPEAKERS, snapshot.kept(address)?),
        Some("recordings") => (RECORDINGS, snapshot.kept(address)?),
        Some("committee") => (COMMITTEE, snapshot.kept(address)?),
        Some(rest) if is_plain => {
            // What has another slash in it names no session.
            let session = rest.strip_prefix("sessions/")?;
            let entry = snapshot.session(&SlugOr::parse(session))?;
            (SESSION, entry.document.get()?.clone())
        }
        _ => return None,
    };
    let caching = Caching::Public;
    Some((route, Precompressed { document, caching }))
}

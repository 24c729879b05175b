//! Makes what the files hold.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::DemoRefusal;
use super::file::{EventFile, Organisations};
use super::keys::Keys;
use super::rooms::{self, Place};
use crate::clock::Instant;
use crate::db::{Conn, Stop};
use crate::events;
use crate::events::actions::{self, Owner};
use crate::events::model::Transition;
use crate::ids::EventId;
use crate::organisations::actions as organisations;
use crate::text::{Slug, time};

/// One transaction's result; what is refused names its file.
pub type Outcome<T> = Result<T, Stop<DemoRefusal>>;

const ORGANISATIONS: &str = "organisations.json";

macro_rules! files {
    ($($name:literal)+) => { [$(($name, include_str!($name))),+] };
}

/// One file per event.
const EVENTS: [(&str, &str); 10] = files![
    "barnevernlederkongressen-1.json"
    "dialogmote-nord-2016.json"
    "dialogmote-midt-2016.json"
    "temadag-1-2018.json"
    "temadag-2-2018.json"
    "temadag-3-2018.json"
    "temadag-4-2018.json"
    "veiledningsteamet-2018.json"
    "barnevernskonferansen-2024.json"
    "barnevernskonferansen-2027.json"
];

/// Names the file in what is refused.
pub(super) fn broken<T>(file: &'static str, reason: impl Into<String>) -> Outcome<T> {
    Err(Stop::Refused(DemoRefusal::Broken {
        file,
        reason: reason.into(),
    }))
}

/// Names the file in whatever an action refused.
pub(super) fn made<T, R: std::fmt::Debug>(
    file: &'static str,
    result: Result<T, Stop<R>>,
) -> Outcome<T> {
    result.map_err(|stop| {
        stop.map(|refusal| DemoRefusal::Broken {
            file,
            reason: format!("{refusal:?}"),
        })
    })
}

fn parse<T: DeserializeOwned>(file: &'static str, text: &str) -> Outcome<T> {
    let mut input = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut input).or_else(|error| broken(file, error.to_string()))
}

/// Who there is.
pub fn organisations() -> Outcome<Organisations> {
    parse(ORGANISATIONS, include_str!("organisations.json"))
}

/// How many organisations there are.
pub fn count(file: &Organisations) -> i64 {
    i64::try_from(file.organisations.len()).unwrap_or(i64::MAX)
}

/// Makes everything, in a store without any organisation.
pub fn everything(tx: &mut Conn, now: Instant, file: &Organisations) -> Outcome<()> {
    let owners = owners(tx, now, file)?;
    for series in &file.series {
        let owner = owner(&owners, ORGANISATIONS, series.organisation.as_deref())?;
        made(
            ORGANISATIONS,
            actions::create_series(tx, now, owner, series),
        )?;
    }
    for (name, text) in EVENTS {
        let file: EventFile = parse(name, text)?;
        event(tx, now, &owners, name, &file)?;
    }
    Ok(())
}

fn owners(tx: &mut Conn, now: Instant, file: &Organisations) -> Outcome<BTreeMap<String, Owner>> {
    let mut owners = BTreeMap::new();
    for organisation in &file.organisations {
        let slug = Slug::parse(&organisation.slug)
            .or_else(|refused| broken(ORGANISATIONS, refused.detail))?;
        let made = organisations::create(tx, now, &slug, &organisation.name)
            .map_err(|stop| stop.map(|_| DemoRefusal::NotEmpty))?;
        owners.insert(
            made.slug.clone(),
            Owner {
                id: made.id,
                slug: made.slug,
            },
        );
    }
    Ok(owners)
}

fn owner<'a>(
    owners: &'a BTreeMap<String, Owner>,
    file: &'static str,
    slug: Option<&str>,
) -> Outcome<&'a Owner> {
    let found = slug.and_then(|slug| owners.get(slug));
    found.map_or_else(|| broken(file, "names no organisation"), Ok)
}

fn event(
    tx: &mut Conn,
    now: Instant,
    owners: &BTreeMap<String, Owner>,
    name: &'static str,
    file: &EventFile,
) -> Outcome<()> {
    let now = match &file.made_at {
        None => now,
        Some(text) => time::instant(text).or_else(|refused| broken(name, refused.detail))?,
    };
    let owner = owner(owners, name, file.event.organisation.as_deref())?;
    let event = made(name, actions::create_event(tx, now, owner, &file.event))?;
    let mut keys = Keys::default();
    let mut place = Place { tx, now, name };
    rooms::before_publication(&mut place, &mut keys, event.id, file)?;
    change_state(&mut place, event.id, Transition::Publish)?;
    rooms::registrations(&mut place, &mut keys, event.id, file)?;
    if file.archived {
        change_state(&mut place, event.id, Transition::Archive)?;
    }
    Ok(())
}

fn change_state(place: &mut Place<'_>, id: EventId, transition: Transition) -> Outcome<()> {
    // Read again: what was made in it has changed it.
    let event = events::find_by_id(place.tx, id)?;
    let changed = actions::change_state(place.tx, place.now, &event, transition);
    made(place.name, changed).map(drop)
}

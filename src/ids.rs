//! Typed ids: a `RoomId` can't be passed where a `SessionId` is due.
//!
//! Every id is a UUIDv7 made in Rust by the [`Clock`](crate::clock::Clock), so that ids are known
//! before the insert and both stores sort them the same way.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The id of a `K`. `K` is only a name; nothing of it is stored.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// Takes a UUID as the id of a `K`.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        s.parse().map(Self::from_uuid)
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Uuid::deserialize(deserializer).map(Self::from_uuid)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $alias:ident = $kind:ident;)*) => {$(
        /// Names the kind of thing an id belongs to.
        #[derive(Debug)]
        pub enum $kind {}
        $(#[$doc])*
        pub type $alias = Id<$kind>;
    )*};
}

ids! {
    /// An organisation.
    OrganisationId = OrganisationKind;
    /// An API token of an organisation.
    ApiTokenId = ApiTokenKind;
    /// A series of events.
    SeriesId = SeriesKind;
    /// One event (one edition).
    EventId = EventKind;
    /// A member of a programme committee.
    MemberId = MemberKind;
    /// A room.
    RoomId = RoomKind;
    /// A track.
    TrackId = TrackKind;
    /// A speaker.
    SpeakerId = SpeakerKind;
    /// A session: a talk, a panel, a break.
    SessionId = SessionKind;
    /// A programme release.
    ReleaseId = ReleaseKind;
    /// A recording.
    RecordingId = RecordingKind;
    /// A mark: somebody saw a session start or end.
    MarkId = MarkKind;
    /// A quota.
    QuotaId = QuotaKind;
    /// A ticket type.
    TicketTypeId = TicketTypeKind;
    /// A question of the registration form.
    QuestionId = QuestionKind;
    /// A code that opens ticket types.
    AccessCodeId = AccessCodeKind;
    /// A registration.
    RegistrationId = RegistrationKind;
    /// An attendee of a registration.
    AttendeeId = AttendeeKind;
    /// A mailed link or an access token of a registration.
    RegistrationTokenId = RegistrationTokenKind;
    /// An entry of the audit.
    AuditEntryId = AuditEntryKind;
    /// An e-mail in the outbox.
    EmailId = EmailKind;
    /// A worker that sends mails, for as long as it runs.
    WorkerId = WorkerKind;
}

/// How a path names a thing that has a slug: by that slug or by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlugOr<K> {
    /// The id.
    Id(Id<K>),
    /// Anything else is taken as a slug; one that can't exist is simply not found.
    Slug(String),
}

impl<K> SlugOr<K> {
    /// Reads a path segment or a reference in a body.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        text.parse()
            .map_or_else(|_| Self::Slug(text.to_owned()), Self::Id)
    }
}

impl<'de, K> Deserialize<'de> for SlugOr<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}

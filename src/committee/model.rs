//! A committee and its order. Pure.

use crate::ids::{MemberId, MemberKind};
use crate::order::Placed;
use crate::text::{Email, Localized};

crate::words! {
    /// What a member is to the committee.
    pub enum MemberRole {
        /// Leads it.
        Chair = "chair",
        /// Sits on it.
        Member = "member",
        /// Writes for it.
        Secretary = "secretary",
    }
}

/// One member, as of this edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Where they work, at this edition.
    pub affiliation: Option<String>,
    /// What they are to the committee.
    pub role: MemberRole,
    /// Markdown.
    pub bio: Localized,
    /// A picture.
    pub photo_url: Option<String>,
    /// Whether the public sees them.
    pub published: bool,
    /// For organisers only.
    pub email: Option<Email>,
    /// Place in the committee, from 0.
    pub position: i32,
    /// Rises with every change.
    pub version: i32,
}

impl Placed for Member {
    type Kind = MemberKind;
    const UNKNOWN: &'static str = "unknown_member";
    const MISSING: &'static str = "missing_member";

    fn id(&self) -> MemberId {
        self.id
    }

    fn position(&self) -> i32 {
        self.position
    }

    fn placed(&self, position: i32) -> Self {
        Self {
            position,
            ..self.clone()
        }
    }
}

//! How a committee member looks to organisers.

use serde::Serialize;
use utoipa::ToSchema;

use super::actions::CommitteeRefusal;
use super::model::{Member, MemberRole};
use crate::ids::MemberId;
use crate::problem::{Kind, Problem};
use crate::text::Localized;

/// A committee member, as organisers see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnCommitteeMember)]
pub struct OwnMemberView {
    /// Id.
    pub id: MemberId,
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Where they work, at this edition.
    #[schema(required = true, example = "Hamar")]
    pub affiliation: Option<String>,
    /// What they are to the committee.
    pub role: MemberRole,
    /// Markdown.
    pub bio: Localized,
    /// The bio as sanitised HTML.
    pub bio_html: Localized,
    /// A picture.
    #[schema(
        required = true,
        format = "uri",
        example = "https://www.example.org/kari.jpg"
    )]
    pub photo_url: Option<String>,
    /// Whether the public sees them.
    #[schema(example = true)]
    pub published: bool,
    /// For organisers only; never public.
    #[schema(required = true, format = Email, example = "kari@example.org")]
    pub email: Option<String>,
    /// Place in the committee, from 0.
    #[schema(minimum = 0, example = 0)]
    pub position: i32,
}

impl From<&Member> for OwnMemberView {
    fn from(member: &Member) -> Self {
        Self {
            id: member.id,
            name: member.name.clone(),
            affiliation: member.affiliation.clone(),
            role: member.role,
            bio_html: member.bio.html(),
            bio: member.bio.clone(),
            photo_url: member.photo_url.clone(),
            published: member.published,
            email: member.email.as_ref().map(ToString::to_string),
            position: member.position,
        }
    }
}

impl From<CommitteeRefusal> for Problem {
    fn from(refusal: CommitteeRefusal) -> Self {
        match refusal {
            CommitteeRefusal::Faults(faults) => faults.into(),
            CommitteeRefusal::Stale => {
                Self::new(Kind::Stale, "This was changed since you read it.")
            }
        }
    }
}

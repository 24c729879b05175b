//! What organisers send of the committee.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Member, MemberRole};
use crate::faults::Faults;
use crate::ids::MemberId;
use crate::text::{self, Email, Languages, Localized, LocalizedInput};

/// A member as it is written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitteeMemberInput {
    /// Name.
    #[schema(example = "Kari Nordmann")]
    pub name: String,
    /// Where they work, at this edition.
    #[schema(example = "Hamar")]
    pub affiliation: Option<String>,
    /// `member` if absent.
    pub role: Option<MemberRole>,
    /// Markdown.
    pub bio: Option<LocalizedInput>,
    /// A picture.
    #[schema(format = "uri", example = "https://www.example.org/kari.jpg")]
    pub photo_url: Option<String>,
    /// Whether the public sees them; `true` if absent.
    #[schema(example = true)]
    pub published: Option<bool>,
    /// For organisers only; never public.
    #[schema(format = Email, example = "kari@example.org")]
    pub email: Option<String>,
}

/// The order of the whole committee.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitteeOrder {
    /// Every member exactly once.
    pub ids: Vec<MemberId>,
}

/// A member as parsed.
#[derive(Debug, Clone)]
pub struct ParsedMember {
    /// Name.
    pub name: String,
    /// Where they work.
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
}

impl CommitteeMemberInput {
    /// Parses everything.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, languages: &Languages) -> Result<ParsedMember, Faults> {
        let mut faults = Faults::new();
        let name = faults.take("/name", text::name(&self.name));
        let affiliation =
            faults.take_optional("/affiliation", self.affiliation.as_deref(), |text| {
                text::line(text, 200)
            });
        let bio = LocalizedInput::optional_long(self.bio.as_ref(), "/bio", languages, &mut faults);
        let photo_url =
            faults.take_optional("/photo_url", self.photo_url.as_deref(), text::web_url);
        let email = faults.take_optional("/email", self.email.as_deref(), Email::parse);
        faults.finish(name.map(|name| ParsedMember {
            name,
            affiliation,
            role: self.role.unwrap_or(MemberRole::Member),
            bio,
            photo_url,
            published: self.published.unwrap_or(true),
            email,
        }))
    }

    /// The input that would make this member; what a merge patch is applied to.
    #[must_use]
    pub fn of(member: &Member) -> Self {
        Self {
            name: member.name.clone(),
            affiliation: member.affiliation.clone(),
            role: Some(member.role),
            bio: Some((&member.bio).into()),
            photo_url: member.photo_url.clone(),
            published: Some(member.published),
            email: member.email.as_ref().map(ToString::to_string),
        }
    }
}

//! A committee and its order. Pure.

use std::collections::HashSet;

use crate::faults::Faults;
use crate::ids::MemberId;
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

/// The members that another order moves, at their new places.
///
/// # Errors
/// A fault for every id that is unknown or given twice, and one that names who is missing.
pub fn reorder(members: &[Member], ids: &[MemberId]) -> Result<Vec<Member>, Faults> {
    let mut faults = Faults::new();
    let mut placed = HashSet::new();
    let mut moved = Vec::new();
    for (position, (index, id)) in (0..).zip(ids.iter().enumerate()) {
        let pointer = format!("/ids/{index}");
        let Some(member) = members.iter().find(|member| member.id == *id) else {
            faults.add(
                pointer,
                "unknown_member",
                "The id is that of a member of this committee.",
            );
            continue;
        };
        if !placed.insert(*id) {
            faults.add(pointer, "duplicate", "A member has one place.");
        }
        if member.position != position {
            moved.push(Member {
                position,
                ..member.clone()
            });
        }
    }
    let missing: Vec<String> = members
        .iter()
        .filter(|member| !placed.contains(&member.id))
        .map(|member| member.id.to_string())
        .collect();
    if !missing.is_empty() {
        faults.add(
            "/ids",
            "missing_member",
            format!("Every member has a place; missing: {}.", missing.join(", ")),
        );
    }
    faults.finish(Some(moved))
}

//! Roles and what they reach. Pure.

crate::words! {
    /// What a token (or a person) may do in an organisation.
    pub enum Role {
        /// Everything, also tokens.
        Owner = "owner",
        /// Everything but the organisation itself.
        Organiser = "organiser",
        /// The programme.
        Editor = "editor",
        /// Registrations and their mail.
        Registrar = "registrar",
        /// Names and tickets at the door.
        CheckIn = "check_in",
        /// Reads events and programmes, no personal data of attendees.
        Reader = "reader",
    }

    /// A part of the organiser tree that a token can be narrowed to; no scopes means all.
    pub enum Scope {
        /// The organisation and its tokens.
        Organisation = "organisation",
        /// Series and events.
        Events = "events",
        /// Committee, programme, releases, recordings.
        Programme = "programme",
        /// Tickets, quotas, registrations.
        Registrations = "registrations",
        /// The e-mail log.
        Emails = "emails",
        /// Who changed what.
        Audit = "audit",
    }
}

/// The part of the tree that an operation belongs to.
pub type Area = Scope;

/// Whether an operation changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It does not.
    Read,
    /// It does.
    Write,
}

impl Role {
    /// Whether the role reaches this.
    #[must_use]
    pub const fn reaches(self, area: Area, access: Access) -> bool {
        use Access::Read;
        match self {
            Self::Owner => true,
            Self::Organiser => !matches!(
                (area, access),
                (Area::Organisation, Access::Write) | (Area::Audit, _)
            ),
            Self::Editor => matches!((area, access), (Area::Programme, _) | (Area::Events, Read)),
            Self::Registrar => {
                matches!(
                    (area, access),
                    (Area::Registrations | Area::Emails, _)
                        | (Area::Events | Area::Programme, Read)
                )
            }
            Self::CheckIn => matches!((area, access), (Area::Events, Read)),
            Self::Reader => matches!((area, access), (Area::Events | Area::Programme, Read)),
        }
    }

    /// Whether somebody with this role may make a token with `other`: never above one's own.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Organiser => !matches!(other, Self::Owner),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Word;

    #[test]
    fn no_role_reaches_more_than_the_owner_and_readers_change_nothing() {
        for area in Scope::ALL {
            for role in Role::ALL {
                for access in [Access::Read, Access::Write] {
                    assert!(Role::Owner.reaches(*area, access) || !role.reaches(*area, access));
                }
            }
            assert!(!Role::Reader.reaches(*area, Access::Write));
            assert!(!Role::Editor.reaches(Scope::Registrations, Access::Read));
        }
    }
}

//! What a snapshot is drawn from: the front doors of the rooms it shows.

pub use crate::committee::{Member, MemberRole, published_members};
pub use crate::events::public_versions;
pub use crate::programme::{
    Released, draft_hidden, find_release, list_releases, newest_release, placed, release_at_hand,
    released, shown, sign_up_capacities, working_copy,
};
pub use crate::tickets::{Window as RegistrationWindow, registration_window};
pub use crate::transcripts::recordings_with_transcript;

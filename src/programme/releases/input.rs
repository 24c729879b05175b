//! What organisers send to release the programme.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::faults::Faults;
use crate::text::{self, Languages, Localized, LocalizedInput};

/// Longest note, in characters.
const NOTE: usize = 2000;

/// A release as it is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseInput {
    /// What the organiser says of it.
    #[schema(example = json!({"nb": "Første program"}))]
    pub note: Option<LocalizedInput>,
    /// Whether everybody whose registration is confirmed is mailed what changed for them; `false` if
    /// absent. The first release mails nobody.
    #[schema(example = false)]
    pub notify: Option<bool>,
}

impl ReleaseInput {
    /// Parses the note.
    ///
    /// # Errors
    /// All faults, with their pointers.
    pub fn parse(&self, languages: &Languages) -> Result<Localized, Faults> {
        let mut faults = Faults::new();
        let note = self.note.as_ref().map_or_else(Localized::default, |note| {
            note.parse("/note", languages, &mut faults, |text| {
                text::long(text, NOTE)
            })
        });
        faults.finish(Some(note))
    }
}

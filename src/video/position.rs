//! A position in a recording: whole seconds from its start, and every way that people write one.
//!
//! `grammar` knows the exact forms (`4380`, `1:13:00`, `PT1H13M`), `phrase` the spoken ones (`en
//! time og 13 minutter ut i sendingen`) with the vocabulary of `words`, and `display` prints. The
//! rule over all of them: what has two readings is refused, never guessed.

mod display;
mod grammar;
mod phrase;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

pub use display::WordLanguage;

/// The longest input that is looked at, in characters; longer text is refused unread.
pub const MAX_INPUT_CHARS: usize = 64;

/// Whole seconds from the start of a recording, 0 to 359 999 (99:59:59). Serialises as the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Position(u32);

impl Position {
    /// The very start of a recording.
    pub const START: Self = Self(0);
    /// The last position there is: 99:59:59.
    pub const MAX: Self = Self(359_999);

    /// A position of `seconds`; `None` past [`Position::MAX`].
    #[must_use]
    pub const fn new(seconds: u32) -> Option<Self> {
        if seconds <= Self::MAX.0 {
            Some(Self(seconds))
        } else {
            None
        }
    }

    /// A position from a number that a client sent.
    ///
    /// # Errors
    ///
    /// [`PositionError::Negative`] below 0 and [`PositionError::OutOfRange`] past 99:59:59.
    pub fn from_seconds(seconds: i64) -> Result<Self, PositionError> {
        if seconds < 0 {
            return Err(PositionError::Negative);
        }
        u32::try_from(seconds)
            .ok()
            .and_then(Self::new)
            .ok_or(PositionError::OutOfRange)
    }

    /// Reads a position as a person or a program writes it: `4380`, `73:00`, `1:13:00`, `1h13m`,
    /// `PT1H13M`, `en time og 13 minutter`. Two components are always M:SS; only ASCII digits
    /// count; NBSP is a space.
    ///
    /// # Errors
    ///
    /// A [`PositionError`] for everything else. Nothing is guessed: signs, fractions of a second,
    /// clock times of the day, calendar months and units out of order are all refused.
    pub fn parse(input: &str) -> Result<Self, PositionError> {
        if input.chars().count() > MAX_INPUT_CHARS {
            return Err(PositionError::TooLong);
        }
        let seconds = grammar::seconds(input.trim()).ok_or(PositionError::Unreadable)?;
        u32::try_from(seconds)
            .ok()
            .and_then(Self::new)
            .ok_or(PositionError::BeyondLimit)
    }

    /// Whole seconds from the start of the recording.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::parse(input)
    }
}

impl From<Position> for u32 {
    fn from(position: Position) -> Self {
        position.0
    }
}

impl TryFrom<u32> for Position {
    type Error = PositionError;

    fn try_from(seconds: u32) -> Result<Self, Self::Error> {
        Self::new(seconds).ok_or(PositionError::OutOfRange)
    }
}

/// Why a position was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PositionError {
    /// The text is none of the accepted forms, or has two readings.
    Unreadable,
    /// The text is longer than [`MAX_INPUT_CHARS`].
    TooLong,
    /// The text is readable and means more than 99:59:59.
    BeyondLimit,
    /// A number below 0.
    Negative,
    /// A number above 359 999.
    OutOfRange,
}

impl PositionError {
    /// The stable code of the refusal: `invalid_position` for text, `offset_negative` and
    /// `offset_out_of_range` for numbers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable | Self::TooLong | Self::BeyondLimit => "invalid_position",
            Self::Negative => "offset_negative",
            Self::OutOfRange => "offset_out_of_range",
        }
    }
}

impl fmt::Display for PositionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => {
                "A position is whole seconds (4380), a clock (73:00 or 1:13:00), units (1h13m or PT1H13M) \
                 or words (en time og 13 minutter), from 0 to 99:59:59."
            }
            Self::TooLong => {
                "A position is written in at most 64 characters, for example 1:13:00 or en time og 13 minutter."
            }
            Self::BeyondLimit | Self::OutOfRange => {
                "A position is at most 99:59:59, which is 359999 seconds."
            }
            Self::Negative => "A position is counted from the start of the recording, from 0 seconds.",
        })
    }
}

impl std::error::Error for PositionError {}

/// Seconds relative to the start of a session, as in `watch?at=-15`; negative is before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct RelativeOffset(i64);

impl RelativeOffset {
    /// Reads `90`, `1:30`, `-15` or `-1:30`: a position, with at most one minus sign directly
    /// before it. Plain seconds may go on past 99:59:59, because whoever reads them keeps them within
    /// a recording.
    ///
    /// # Errors
    ///
    /// A [`PositionError`] where what follows the sign is no position.
    pub fn parse(input: &str) -> Result<Self, PositionError> {
        let text = input.trim();
        let Some(unsigned) = text.strip_prefix('-') else {
            return Ok(Self(magnitude(text)?));
        };
        if unsigned.starts_with(char::is_whitespace) {
            return Err(PositionError::Unreadable);
        }
        Ok(Self(-magnitude(unsigned)?))
    }

    /// Whole seconds, at most nine digits of them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

/// Plain seconds of up to nine digits, or a position.
fn magnitude(text: &str) -> Result<i64, PositionError> {
    let is_plain = (1..=9).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if is_plain => Ok(seconds),
        _ => Ok(Position::parse(text)?.seconds().into()),
    }
}

impl FromStr for RelativeOffset {
    type Err = PositionError;

    fn from_str(input: &str) -> Result<Self, Self::Err> {
        Self::parse(input)
    }
}

//! Enums that travel as lower-case words: in JSON, in filters, in the store, in the document.
//!
//! One macro makes all four from one list, so that a new value can't be forgotten in one of them.

/// An enum whose values are words.
pub trait Word: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// Every value, in the order of the list.
    const ALL: &'static [Self];

    /// The word.
    fn as_str(self) -> &'static str;

    /// The value of a word; `None` for any other text.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == word)
    }
}

/// The schema of an enum of words.
#[must_use]
pub fn schema<W: Word>(
    description: &str,
) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    utoipa::openapi::schema::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .description(Some(description.trim()))
        .enum_values(Some(W::ALL.iter().map(|value| value.as_str())))
        .into()
}

/// Declares an enum of words: `words! { /// Docs. pub enum Format { /// Doc. Hybrid = "hybrid" } }`.
#[macro_export]
macro_rules! words {
    ($($(#[doc = $doc:literal])+ pub enum $name:ident { $($(#[$value_doc:meta])* $value:ident = $word:literal,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$value_doc])* #[serde(rename = $word)] $value,)+
        }

        impl $crate::words::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$value,)+];

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        // Written out: the derive can't read words that come through a macro.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::words::schema::<Self>(concat!($($doc,)+))
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::words::Word::as_str(*self))
            }
        }
    )+};
}

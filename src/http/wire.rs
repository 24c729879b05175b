//! Small shapes that many answers share.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Instant;
use crate::ids::Id;
use crate::text::{Localized, LocalizedInput};

/// An instant on its way out: RFC 3339 with the offset of the event's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2027-11-11T09:00:00+01:00")]
#[serde(transparent)]
pub struct Moment(String);

impl Moment {
    /// The instant on the wall clock of `zone`.
    #[must_use]
    pub fn new(instant: Instant, zone: Tz) -> Self {
        Self(instant.to_rfc3339_in(zone))
    }

    /// As [`new`](Self::new), for an instant that may be absent.
    #[must_use]
    pub fn maybe(instant: Option<Instant>, zone: Tz) -> Option<Self> {
        instant.map(|instant| Self::new(instant, zone))
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// An amount of money in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 125_000, "currency": "NOK"}))]
pub struct Money {
    /// Minor units (øre), 0 or more.
    #[schema(minimum = 0)]
    pub amount: i64,
    /// ISO 4217.
    #[schema(min_length = 3, max_length = 3)]
    pub currency: String,
}

impl<K> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .description(Some("A UUIDv7 that survives every release."))
            .examples(["01936d5e-9c1e-7c3a-8f53-0d3c6f7a1b2c"])
            .into()
    }
}

impl<K> ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

fn object_of_strings(description: &str) -> utoipa::openapi::schema::Object {
    use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Type};
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::RefOr(
            ObjectBuilder::new().schema_type(Type::String).into(),
        )))
        .description(Some(description))
        .examples([serde_json::json!({"nb": "Åpning", "en": "Opening"})])
        .build()
}

impl utoipa::PartialSchema for Localized {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        object_of_strings("Text by language tag (BCP 47); empty where there is none.").into()
    }
}

impl ToSchema for Localized {
    fn name() -> std::borrow::Cow<'static, str> {
        "LocalizedText".into()
    }
}

// A string or an object, as one type list: no `oneOf` where a plain object does.
impl utoipa::PartialSchema for LocalizedInput {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{SchemaType, Type};
        let mut object = object_of_strings(
            "Text by language tag (BCP 47), or a plain string, which is taken as the default language.",
        );
        object.schema_type = SchemaType::from_iter([Type::Object, Type::String]);
        object.into()
    }
}

impl ToSchema for LocalizedInput {
    fn name() -> std::borrow::Cow<'static, str> {
        "LocalizedTextInput".into()
    }
}

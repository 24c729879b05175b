//! How shared types are stored: ids, instants, words (enums) and JSON, on both stores.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Json, Nullable, SingleValue, SqlType, Text, Timestamptz};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::clock::Instant;
use crate::ids::Id;
use crate::words::Word;

/// `uuid` on PostgreSQL, a BLOB of 16 bytes on SQLite.
#[derive(Debug, Clone, Copy, SqlType, diesel::query_builder::QueryId)]
#[diesel(
    postgres_type(oid = 2950, array_oid = 2951),
    sqlite_type(name = "Binary")
)]
pub struct IdSql;

/// `timestamptz` on PostgreSQL, INTEGER microseconds since 1970 on SQLite.
#[derive(Debug, Clone, Copy, SqlType, diesel::query_builder::QueryId)]
#[diesel(
    postgres_type(oid = 1184, array_oid = 1185),
    sqlite_type(name = "Long")
)]
pub struct InstantSql;

/// `tsvector` on PostgreSQL, TEXT with spaces between the tokens on SQLite.
#[derive(Debug, Clone, Copy, SqlType, diesel::query_builder::QueryId)]
#[diesel(
    postgres_type(oid = 3614, array_oid = 3643),
    sqlite_type(name = "Text")
)]
pub struct WordsSql;

impl diesel::sql_types::SqlOrd for InstantSql {}
impl diesel::sql_types::SqlOrd for IdSql {}

macro_rules! as_expression {
    ([$($generics:tt)*] $type:ty => $sql:ty) => {
        impl<$($generics)*> AsExpression<$sql> for $type {
            type Expression = diesel::internal::derives::as_expression::Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }
        impl<$($generics)*> AsExpression<Nullable<$sql>> for $type {
            type Expression = diesel::internal::derives::as_expression::Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }
        impl<'expr, $($generics)*> AsExpression<$sql> for &'expr $type {
            type Expression = diesel::internal::derives::as_expression::Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }
        impl<'expr, $($generics)*> AsExpression<Nullable<$sql>> for &'expr $type {
            type Expression = diesel::internal::derives::as_expression::Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }
    };
}

macro_rules! nullable_to_sql {
    ([$($generics:tt)*] $type:ty => $sql:ty) => {
        impl<__DB: Backend, $($generics)*> ToSql<Nullable<$sql>, __DB> for $type
        where
            Self: ToSql<$sql, __DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, __DB>) -> serialize::Result {
                ToSql::<$sql, __DB>::to_sql(self, out)
            }
        }
    };
}

as_expression!([K: 'static] Id<K> => IdSql);
nullable_to_sql!([K: 'static] Id<K> => IdSql);
as_expression!([] Instant => InstantSql);
nullable_to_sql!([] Instant => InstantSql);

impl<K, DB: Backend, ST: SingleValue> Queryable<ST, DB> for Id<K>
where
    Self: FromSql<ST, DB> + 'static,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<DB: Backend, ST: SingleValue> Queryable<ST, DB> for Instant
where
    Self: FromSql<ST, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<K: 'static> ToSql<IdSql, Pg> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.uuid().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<K: 'static> ToSql<IdSql, Sqlite> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().as_bytes().to_vec());
        Ok(IsNull::No)
    }
}

impl<K> FromSql<IdSql, Pg> for Id<K> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::from_uuid(Uuid::from_slice(value.as_bytes())?))
    }
}

impl<K> FromSql<IdSql, Sqlite> for Id<K> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<diesel::sql_types::Binary, Sqlite>>::from_sql(value)?;
        Ok(Self::from_uuid(Uuid::from_slice(&bytes)?))
    }
}

impl ToSql<InstantSql, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&self.utc(), &mut out.reborrow())
    }
}

impl ToSql<InstantSql, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.utc().timestamp_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<InstantSql, Pg> for Instant {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<Timestamptz, Pg>>::from_sql(value).map(Self::from)
    }
}

impl FromSql<InstantSql, Sqlite> for Instant {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        DateTime::from_timestamp_micros(micros)
            .map(Self::from)
            .ok_or_else(|| "an instant out of range".into())
    }
}

/// An enum stored as its word, e.g. `published`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow)]
pub struct AsWord<T>(pub T);

as_expression!([T: Word + 'static] AsWord<T> => Text);
nullable_to_sql!([T: Word + 'static] AsWord<T> => Text);

impl<T: Word + 'static> ToSql<Text, Pg> for AsWord<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_str().as_bytes())?;
        Ok(IsNull::No)
    }
}

impl<T: Word + 'static> ToSql<Text, Sqlite> for AsWord<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_str());
        Ok(IsNull::No)
    }
}

impl<T: Word, DB: Backend> FromSql<Text, DB> for AsWord<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let word = String::from_sql(value)?;
        T::from_word(&word)
            .map(Self)
            .ok_or_else(|| format!("unknown word in the store: {word}").into())
    }
}

/// Tokens of the full-text index, of letters and digits alone. They are only ever written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub BTreeSet<String>);

as_expression!([] Words => WordsSql);

impl ToSql<WordsSql, Pg> for Words {
    /// As `tsvectorrecv` reads it: how many, then each with its end and no positions.
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&i32::try_from(self.0.len())?.to_be_bytes())?;
        for token in &self.0 {
            out.write_all(token.as_bytes())?;
            out.write_all(&[0, 0, 0])?;
        }
        Ok(IsNull::No)
    }
}

impl ToSql<WordsSql, Sqlite> for Words {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        let tokens: Vec<&str> = self.0.iter().map(String::as_str).collect();
        out.set_value(tokens.join(" "));
        Ok(IsNull::No)
    }
}

/// A value stored as JSON.
#[derive(Debug, Clone, PartialEq, FromSqlRow)]
pub struct AsJson<T>(pub T);

as_expression!([T: Serialize + fmt::Debug + 'static] AsJson<T> => Json);
nullable_to_sql!([T: Serialize + fmt::Debug + 'static] AsJson<T> => Json);

impl<T: Serialize + fmt::Debug + 'static> ToSql<Json, Pg> for AsJson<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T: Serialize + fmt::Debug + 'static> ToSql<Json, Sqlite> for AsJson<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T: DeserializeOwned> FromSql<Json, Pg> for AsJson<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_slice(value.as_bytes())?))
    }
}

impl<T: DeserializeOwned> FromSql<Json, Sqlite> for AsJson<T> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}

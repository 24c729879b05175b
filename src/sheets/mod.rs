//! Tables for people's spreadsheets: the one writer of CSV and XLSX.
//!
//! Rows go in one by one and bytes come out as they are made ([`Sheet::take`]), so that a large table
//! never stands in memory. Whatever a cell says, no program takes it for a formula: CSV puts an
//! apostrophe before what would begin one, and in XLSX every cell is text or a number by its type.

mod csv;
mod xlsx;
mod zip;

use csv::Csv;
use xlsx::Xlsx;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text, also where it looks like something else; empty for nothing.
    Text(String),
    /// A number that we made.
    Number(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.unwrap_or_default().to_owned())
    }
}

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read its letters right.
    Csv,
    /// Office Open XML (ECMA-376).
    Xlsx,
}

impl Format {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// What the name of a file ends with.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// A table on its way out.
pub struct Sheet(Writer);

enum Writer {
    Csv(Csv),
    Xlsx(Box<Xlsx>),
}

impl Sheet {
    /// An empty table.
    ///
    /// # Errors
    /// When it can't be compressed.
    pub fn new(format: Format) -> std::io::Result<Self> {
        Ok(Self(match format {
            Format::Csv => Writer::Csv(Csv::new()),
            Format::Xlsx => Writer::Xlsx(Box::new(Xlsx::new()?)),
        }))
    }

    /// Adds a row.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn row(&mut self, cells: &[Cell]) -> std::io::Result<()> {
        match &mut self.0 {
            Writer::Csv(csv) => {
                csv.row(cells);
                Ok(())
            }
            Writer::Xlsx(xlsx) => xlsx.row(cells),
        }
    }

    /// The bytes that were made since this was called last.
    pub fn take(&mut self) -> Vec<u8> {
        match &mut self.0 {
            Writer::Csv(csv) => csv.take(),
            Writer::Xlsx(xlsx) => xlsx.take(),
        }
    }

    /// The last bytes; after them the table is whole.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn finish(self) -> std::io::Result<Vec<u8>> {
        match self.0 {
            Writer::Csv(mut csv) => Ok(csv.take()),
            Writer::Xlsx(xlsx) => xlsx.finish(),
        }
    }
}

//! A ZIP archive that is written from front to back: sizes stand behind each file, so nothing is looked
//! at twice (APPNOTE 6.3.10, bit 3 of the general purpose flags).

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Needed to read it: 2.0, for deflation.
const VERSION: u16 = 20;
/// Sizes behind the file (bit 3), names in UTF-8 (bit 11).
const FLAGS: u16 = 0x0808;
const DEFLATED: u16 = 8;
/// 1 January 1980, midnight: two archives of the same table are the same bytes.
const DATE: u16 = 0x0021;

struct Entry {
    name: &'static str,
    crc: u32,
    compressed: u32,
    plain: u32,
    offset: u32,
}

pub(super) struct Zip {
    bytes: Vec<u8>,
    /// Bytes that were taken before those in `bytes`.
    taken: u64,
    entries: Vec<Entry>,
    open: Option<Open>,
}

struct Open {
    name: &'static str,
    offset: u32,
    crc: Crc,
    compressed: u64,
    encoder: DeflateEncoder<Vec<u8>>,
}

/// Spreadsheets read archives of less than 4 GiB.
fn narrow(length: u64) -> io::Result<u32> {
    u32::try_from(length).map_err(io::Error::other)
}

impl Zip {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            taken: 0,
            entries: Vec::new(),
            open: None,
        }
    }

    fn length(&self) -> u64 {
        self.taken + u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    fn put(&mut self, fields: &[&[u8]]) {
        for field in fields {
            self.bytes.extend_from_slice(field);
        }
    }

    /// Begins a file; the one before it ends.
    pub(super) fn file(&mut self, name: &'static str) -> io::Result<()> {
        self.close()?;
        let offset = narrow(self.length())?;
        self.put(&[
            b"PK\x03\x04",
            &VERSION.to_le_bytes(),
            &FLAGS.to_le_bytes(),
            &DEFLATED.to_le_bytes(),
            &0_u16.to_le_bytes(),
            &DATE.to_le_bytes(),
            // Its checksum and sizes stand behind it.
            &[0; 12],
            &u16::try_from(name.len())
                .map_err(io::Error::other)?
                .to_le_bytes(),
            &0_u16.to_le_bytes(),
            name.as_bytes(),
        ]);
        self.open = Some(Open {
            name,
            offset,
            crc: Crc::new(),
            compressed: 0,
            encoder: DeflateEncoder::new(Vec::new(), Compression::fast()),
        });
        Ok(())
    }

    /// Adds to the file that was begun last.
    pub(super) fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let Some(open) = &mut self.open else {
            return Err(io::Error::other("no file of the archive is open"));
        };
        open.crc.update(text);
        open.encoder.write_all(text)?;
        let made = std::mem::take(open.encoder.get_mut());
        open.compressed += u64::try_from(made.len()).map_err(io::Error::other)?;
        self.bytes.extend(made);
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let rest = open.encoder.finish()?;
        let length = u64::try_from(rest.len()).map_err(io::Error::other)?;
        let entry = Entry {
            name: open.name,
            crc: open.crc.sum(),
            compressed: narrow(open.compressed + length)?,
            // It counts modulo 2³²; what is larger was refused by its compressed size long before.
            plain: open.crc.amount(),
            offset: open.offset,
        };
        self.put(&[
            &rest,
            b"PK\x07\x08",
            &entry.crc.to_le_bytes(),
            &entry.compressed.to_le_bytes(),
            &entry.plain.to_le_bytes(),
        ]);
        self.entries.push(entry);
        Ok(())
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.bytes);
        self.taken += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        bytes
    }

    /// The directory, which ends the archive.
    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        self.close()?;
        let start = self.length();
        let mut count = 0_u16;
        for entry in std::mem::take(&mut self.entries) {
            self.put(&[
                b"PK\x01\x02",
                &VERSION.to_le_bytes(),
                &VERSION.to_le_bytes(),
                &FLAGS.to_le_bytes(),
                &DEFLATED.to_le_bytes(),
                &0_u16.to_le_bytes(),
                &DATE.to_le_bytes(),
                &entry.crc.to_le_bytes(),
                &entry.compressed.to_le_bytes(),
                &entry.plain.to_le_bytes(),
                &u16::try_from(entry.name.len())
                    .map_err(io::Error::other)?
                    .to_le_bytes(),
                // No extra field, no comment, first disk, no attributes.
                &[0; 12],
                &entry.offset.to_le_bytes(),
                entry.name.as_bytes(),
            ]);
            count += 1;
        }
        let size = narrow(self.length() - start)?;
        self.put(&[
            b"PK\x05\x06",
            &[0; 4],
            &count.to_le_bytes(),
            &count.to_le_bytes(),
            &size.to_le_bytes(),
            &narrow(start)?.to_le_bytes(),
            &[0; 2],
        ]);
        Ok(self.take())
    }
}

//! XLSX (ECMA-376), as little of it as every spreadsheet reads: one sheet, text in its cells.

use std::fmt::Write;
use std::io;

use super::Cell;
use super::zip::Zip;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
<Default Extension=\"xml\" ContentType=\"application/xml\"/>\
<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>\
<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
const RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
const WORKBOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\
<sheets><sheet name=\"Kongress\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
const WORKBOOK_RELATIONS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
// The first row stays in sight.
const SHEET: &str = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
<sheetData>";
const SHEET_END: &str = "</sheetData></worksheet>";

/// Longest text of a cell, in UTF-16 units; spreadsheets refuse a file with a longer one.
const LONGEST: usize = 32_767;

pub(super) struct Xlsx {
    zip: Zip,
    line: String,
}

impl Xlsx {
    pub(super) fn new() -> io::Result<Self> {
        let mut zip = Zip::new();
        for (name, text) in [
            ("[Content_Types].xml", TYPES),
            ("_rels/.rels", RELATIONS),
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS),
            ("xl/worksheets/sheet1.xml", SHEET),
        ] {
            zip.file(name)?;
            zip.write(HEAD.as_bytes())?;
            zip.write(text.as_bytes())?;
        }
        Ok(Self {
            zip,
            line: String::new(),
        })
    }

    pub(super) fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        self.line.clear();
        self.line.push_str("<row>");
        for cell in cells {
            match cell {
                Cell::Text(text) if text.is_empty() => self.line.push_str("<c/>"),
                Cell::Text(text) => {
                    self.line
                        .push_str("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">");
                    push_escaped(&mut self.line, text);
                    self.line.push_str("</t></is></c>");
                }
                Cell::Number(number) => {
                    write!(self.line, "<c><v>{number}</v></c>").map_err(io::Error::other)?;
                }
            }
        }
        self.line.push_str("</row>");
        self.zip.write(self.line.as_bytes())
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        self.zip.take()
    }

    pub(super) fn finish(mut self) -> io::Result<Vec<u8>> {
        self.zip.write(SHEET_END.as_bytes())?;
        self.zip.finish()
    }
}

/// Text as XML 1.0 can hold it: what it can't becomes the sign for it.
fn push_escaped(line: &mut String, text: &str) {
    let mut units = 0;
    for letter in text.chars() {
        units += letter.len_utf16();
        if units > LONGEST {
            return;
        }
        match letter {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            // A bare one would be read as a line feed.
            '\r' => line.push_str("&#13;"),
            '\t' | '\n' => line.push(letter),
            control if control < ' ' => line.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => line.push('\u{fffd}'),
            other => line.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// The sheet's XML, as unpacked by the directory at the end.
    fn sheet(bytes: &[u8]) -> String {
        let end = bytes.len() - 22;
        let number = |at: usize, length: usize| {
            let mut all = [0; 8];
            all[..length].copy_from_slice(&bytes[at..at + length]);
            usize::try_from(u64::from_le_bytes(all)).unwrap()
        };
        assert_eq!(
            (&bytes[end..end + 4], number(end + 8, 2)),
            (&b"PK\x05\x06"[..], 5)
        );
        let mut at = number(end + 16, 4);
        assert_eq!(
            at + number(end + 12, 4),
            end,
            "the directory ends where it says"
        );
        loop {
            assert_eq!(&bytes[at..at + 4], b"PK\x01\x02");
            let name_length = number(at + 28, 2);
            let name = &bytes[at + 46..at + 46 + name_length];
            let (compressed, plain, offset) =
                (number(at + 20, 4), number(at + 24, 4), number(at + 42, 4));
            assert_eq!(&bytes[offset..offset + 4], b"PK\x03\x04");
            if name == b"xl/worksheets/sheet1.xml" {
                let data = offset + 30 + name_length;
                let mut text = String::new();
                flate2::read::DeflateDecoder::new(&bytes[data..data + compressed])
                    .read_to_string(&mut text)
                    .unwrap();
                assert_eq!(text.len(), plain);
                let mut crc = flate2::Crc::new();
                crc.update(text.as_bytes());
                assert_eq!(usize::try_from(crc.sum()).unwrap(), number(at + 16, 4));
                return text;
            }
            at += 46 + name_length;
        }
    }

    #[test]
    fn every_cell_is_text() {
        let mut xlsx = Xlsx::new().unwrap();
        let mut bytes = xlsx.take();
        xlsx.row(&[
            Cell::from("=1+1"),
            "<Åse & \u{1}>\r\n".into(),
            Cell::Number(7),
            "".into(),
        ])
        .unwrap();
        bytes.extend(xlsx.take());
        for _ in 0..2_000 {
            xlsx.row(&["x".repeat(40).into()]).unwrap();
            bytes.extend(xlsx.take());
        }
        xlsx.row(&["y".repeat(LONGEST + 1).into()]).unwrap();
        bytes.extend(xlsx.finish().unwrap());
        let text = sheet(&bytes);
        let text_cell = |text: &str| {
            format!("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
        };
        let first = format!(
            "<row>{}{}<c><v>7</v></c><c/></row>",
            text_cell("=1+1"),
            text_cell("&lt;Åse &amp; \u{fffd}&gt;&#13;\n")
        );
        assert!(text.contains(&first), "{}", &text[..600]);
        assert!(!text.contains("<f>"), "no formula anywhere");
        assert_eq!(text.matches("<row>").count(), 2_002);
        assert_eq!(
            text.matches('y').count() - SHEET.matches('y').count() - HEAD.matches('y').count(),
            LONGEST
        );
    }
}

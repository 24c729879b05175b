//! CSV (RFC 4180), whose cells are no formulas in any spreadsheet.

use super::Cell;

/// What begins a formula in some spreadsheet, also in the full-width forms that some take for them.
const BEGINS_A_FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

pub(super) struct Csv {
    bytes: Vec<u8>,
}

impl Csv {
    pub(super) fn new() -> Self {
        Self {
            bytes: "\u{feff}".into(),
        }
    }

    pub(super) fn row(&mut self, cells: &[Cell]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.bytes.push(b',');
            }
            match cell {
                Cell::Text(text) => self.text(text),
                Cell::Number(number) => self.bytes.extend(number.to_string().into_bytes()),
            }
        }
        self.bytes.extend(b"\r\n");
    }

    fn text(&mut self, text: &str) {
        let guarded = text.starts_with(BEGINS_A_FORMULA);
        let quoted = guarded || text.contains([',', '"', '\r', '\n', ';', '\t']);
        if quoted {
            self.bytes.push(b'"');
        }
        if guarded {
            self.bytes.push(b'\'');
        }
        self.bytes.extend(text.replace('"', "\"\"").into_bytes());
        if quoted {
            self.bytes.push(b'"');
        }
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(rows: &[&[Cell]]) -> String {
        let mut csv = Csv::new();
        for row in rows {
            csv.row(row);
        }
        String::from_utf8(csv.take()).unwrap()
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let row = [
            Cell::from("Åse"),
            "a,b".into(),
            "sa \"hei\"".into(),
            Cell::Number(-7),
            "".into(),
        ];
        assert_eq!(
            written(&[&row]),
            "\u{feff}Åse,\"a,b\",\"sa \"\"hei\"\"\",-7,\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for start in BEGINS_A_FORMULA {
            let text = format!("{start}HYPERLINK(1)");
            assert_eq!(
                written(&[&[text.as_str().into()]]),
                format!("\u{feff}\"'{text}\"\r\n")
            );
        }
        assert_eq!(
            written(&[&["+4740612345".into()]]),
            "\u{feff}\"'+4740612345\"\r\n"
        );
    }

    /// Reads CSV back, as a spreadsheet does.
    fn read(text: &str) -> Vec<String> {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut letters = text.strip_prefix('\u{feff}').unwrap().chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if quoted && letters.peek() == Some(&'"') => {
                    letters.next();
                    cell.push('"');
                }
                '"' => quoted = !quoted,
                ',' | '\r' if !quoted => cells.push(std::mem::take(&mut cell)),
                '\n' if !quoted => {}
                other => cell.push(other),
            }
        }
        cells
    }

    proptest! {
        #[test]
        fn every_text_comes_back(texts in proptest::collection::vec("(?s).{0,12}", 1..5)) {
            let row: Vec<Cell> = texts.iter().map(|text| text.as_str().into()).collect();
            let back = read(&written(&[&row]));
            prop_assert_eq!(back.len(), texts.len());
            for (cell, text) in back.iter().zip(&texts) {
                prop_assert!(!cell.starts_with(BEGINS_A_FORMULA));
                prop_assert_eq!(cell.strip_prefix('\'').filter(|_| !text.starts_with('\'')).unwrap_or(cell), text.as_str());
            }
        }
    }
}

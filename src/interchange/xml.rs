//! XML from strangers, read into a small tree: no document type, no entities but XML's five, nothing
//! fetched, nothing deeper or larger than a schedule is.

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::problem::{Kind, Problem};

/// How deep elements may stand.
const DEPTH: usize = 32;
/// Most elements of a document: each session of the largest programme with a hundred of them.
const ELEMENTS: usize = 500_000;
/// Most attributes of an element.
const ATTRIBUTES: usize = 16;

/// An element with what is in it.
#[derive(Debug, Default)]
pub struct Element {
    /// Its name, without a prefix.
    pub name: String,
    /// Its attributes.
    attributes: Vec<(String, String)>,
    /// The text that stands directly in it.
    pub text: String,
    /// Its elements.
    children: Vec<Element>,
    /// The line that its start stands on, from 1.
    pub line: usize,
}

impl Element {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The elements of this name in it.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element of this name in it.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Where reading has come to.
struct Reading<'a> {
    text: &'a str,
    counted: usize,
    line: usize,
    open: Vec<Element>,
    elements: usize,
    root: Option<Element>,
}

/// Reads the root of a document.
///
/// # Errors
/// 400 with the line, for what is not XML as it is taken here.
pub fn read(bytes: &[u8]) -> Result<Element, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + line_feeds(before);
        refused(line, "this is not UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let mut reading = Reading {
        text,
        counted: 0,
        line: 1,
        open: Vec::new(),
        elements: 0,
        root: None,
    };
    loop {
        reading.count_to(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let event = reader
            .read_event()
            .map_err(|error| refused(reading.line, &error.to_string()))?;
        if !reading.take(event)? {
            break;
        }
    }
    let whole = reading.open.is_empty();
    let root = reading.root.take().filter(|_| whole);
    root.ok_or_else(|| refused(reading.line, "the document ends before its end"))
}

fn line_feeds(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

fn refused(line: usize, what: &str) -> Problem {
    let detail = format!("The body is not XML as it is taken here: line {line}: {what}.");
    Problem::new(Kind::UnreadableXml, detail)
}

impl Reading<'_> {
    /// Counts the lines up to this byte.
    fn count_to(&mut self, position: usize) {
        let position = position.min(self.text.len());
        let passed = self
            .text
            .as_bytes()
            .get(self.counted..position)
            .unwrap_or_default();
        self.line += line_feeds(passed);
        self.counted = position.max(self.counted);
    }

    fn refuse<T>(&self, what: &str) -> Result<T, Problem> {
        Err(refused(self.line, what))
    }

    /// Takes what comes next; `false` at the end.
    fn take(&mut self, event: Event<'_>) -> Result<bool, Problem> {
        match event {
            Event::Eof => return Ok(false),
            Event::DocType(_) => return self.refuse("a document type is not taken"),
            Event::Start(start) => self.start(&start)?,
            Event::Empty(start) => {
                self.start(&start)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.write(&text.xml10_content())?,
            Event::CData(text) => self.write(&text.xml10_content())?,
            Event::GeneralRef(reference) => self.resolve(&reference)?,
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose();
                let encoding = encoding.map_err(|error| refused(self.line, &error.to_string()))?;
                let is_utf8 = |name: &str| {
                    name.eq_ignore_ascii_case("utf-8") || name.eq_ignore_ascii_case("us-ascii")
                };
                if encoding.is_some_and(|name| !is_utf8(&name)) {
                    return self.refuse("it is in UTF-8");
                }
            }
            Event::Comment(_) | Event::PI(_) => {}
        }
        Ok(true)
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), Problem> {
        self.elements += 1;
        if self.open.len() >= DEPTH {
            return self.refuse("elements stand at most 32 deep");
        }
        if self.elements > ELEMENTS {
            return self.refuse("a document has at most 500,000 elements");
        }
        if self.open.is_empty() && self.root.is_some() {
            return self.refuse("a document has one root");
        }
        let mut element = Element {
            name: start.local_name().as_ref().to_owned(),
            line: self.line,
            ..Element::default()
        };
        // Without their checks, which compare each with all before it.
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| refused(self.line, &error.to_string()))?;
            if element.attributes.len() == ATTRIBUTES {
                return self.refuse("an element has at most 16 attributes");
            }
            let value = unescape(&attribute.value);
            let value = value.map_err(|error| refused(self.line, &error.to_string()))?;
            let name = attribute.key.local_name().as_ref().to_owned();
            element.attributes.push((name, value.into_owned()));
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Problem> {
        if text.contains('\0') {
            return self.refuse("a text holds no NUL character");
        }
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return self.refuse("text stands within the root"),
        }
        Ok(())
    }

    fn resolve(&mut self, reference: &BytesRef<'_>) -> Result<(), Problem> {
        let character = reference.resolve_char_ref();
        let character = character.map_err(|error| refused(self.line, &error.to_string()))?;
        if let Some(character) = character {
            return self.write(character.encode_utf8(&mut [0; 4]));
        }
        match resolve_xml_entity(&reference.xml10_content()) {
            Some(text) => self.write(text),
            None => self.refuse("only the entities of XML itself are known"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_written_is_read() {
        let root = read("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->\n<a x=\"1 &amp; 2\">\n <b>&lt;\u{e5}&#13;&#x1F600;<![CDATA[<&]]></b><c/>\n</a>\n".as_bytes()).unwrap();
        assert_eq!(
            (root.name.as_str(), root.attribute("x"), root.line),
            ("a", Some("1 & 2"), 3)
        );
        let b = root.child("b").unwrap();
        assert_eq!((b.text.as_str(), b.line), ("<\u{e5}\r\u{1f600}<&", 4));
        assert!(root.child("c").is_some() && root.child("d").is_none());
    }

    #[test]
    fn bombs_and_ruins_are_refused_with_their_line() {
        let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY x \"xxxxxxxx\"><!ENTITY y \"&x;&x;&x;\">]>\n<a>&y;</a>";
        assert!(
            told(bomb).contains("line 1") || told(bomb).contains("line 2"),
            "{}",
            told(bomb)
        );
        for bad in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a><b></a>",
            "<a/><b/>",
            "<a/>x",
            "<a>&nbsp;</a>",
            "<a>&x;</a>",
            "<a x='&x;'/>",
            "<a x=1/>",
            "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
            "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        ] {
            told(bad);
        }
        assert!(told(&"<a>".repeat(10_000)).contains("32 deep"));
        assert!(told("<a>\n<b>\n&x;").contains("line 3"));
        let many: Vec<String> = (0..100_000).map(|n| format!("a{n}=\"\"")).collect();
        let many = format!("<a {}/>", many.join(" "));
        assert!(told(&many).contains("16 attributes"));
        assert_eq!(read(b"<a>\xff</a>").unwrap_err().kind().status(), 400);
    }
}

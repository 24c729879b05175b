//! Mails as a recipient sees them.

use std::path::Path;

use mail_parser::{MessageParser, MimeHeaders};

/// One mail, taken apart.
#[derive(Debug, Clone)]
pub struct Mail {
    pub raw: Vec<u8>,
    pub kind: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub message_id: String,
    pub ics: Option<String>,
}

impl Mail {
    pub fn parse(raw: Vec<u8>) -> Self {
        let message = MessageParser::default().parse(&raw).unwrap();
        let to = message.to().and_then(|to| to.first()).unwrap();
        let ics = message
            .attachments()
            .find(|part| part.attachment_name() == Some("kongress.ics"));
        Self {
            kind: message
                .header("X-Kongress-Kind")
                .and_then(|value| value.as_text())
                .unwrap_or_default()
                .to_owned(),
            to: to.address().unwrap_or_default().to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            message_id: message.message_id().unwrap_or_default().to_owned(),
            ics: ics.map(|part| part.text_contents().unwrap().to_owned()),
            raw,
        }
    }

    /// What the codes of the tickets say that come with it, as a reader at the door reads them.
    pub fn codes(&self) -> Vec<String> {
        let message = MessageParser::default().parse(&self.raw).unwrap();
        let pictures = message.attachments().filter(|part| {
            let subtype = part.content_type().and_then(|kind| kind.subtype());
            subtype == Some("png")
        });
        pictures.map(|part| read_code(part.contents())).collect()
    }

    /// Every mail in a folder, in the order of the files' names.
    pub fn all_in(folder: &Path) -> Vec<Self> {
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        paths.sort();
        paths
            .into_iter()
            .map(|path| Self::parse(std::fs::read(path).unwrap()))
            .collect()
    }

    /// The link to act on: the first one in the text, alone on its line.
    #[track_caller]
    pub fn link(&self) -> String {
        let lines = self.text.lines().map(str::trim);
        let first = lines.clone().find(|line| line.contains("://"));
        let first = first.unwrap_or_else(|| panic!("no link: {}", self.text));
        assert!(first.starts_with("http") && !first.contains(' '), "{first}");
        first.to_owned()
    }

    /// The token in that link.
    #[track_caller]
    pub fn token(&self) -> String {
        let link = self.link();
        let (_, token) = link.split_once("token=").unwrap();
        token.to_owned()
    }
}

fn read_code(png: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let side = usize::try_from(info.width).unwrap();
    let light = |x: usize, y: usize| pixels[y * info.line_size + x / 8] >> (7 - x % 8) & 1;
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| 255 * light(x, y));
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1, "one code a picture");
    codes[0].decode().unwrap().1
}

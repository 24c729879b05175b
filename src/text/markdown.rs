//! Markdown to HTML that is safe on anybody's page.

use pulldown_cmark::{Event, Options, Parser, TagEnd, html};

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// Renders Markdown. Raw HTML in it is shown as text; what comes out is sanitised besides, because
/// a parser is no gatekeeper.
#[must_use]
pub fn to_html(markdown: &str) -> String {
    let events = Parser::new_ext(markdown, OPTIONS).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    });
    let mut rendered = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut rendered, events);
    ammonia::Builder::default()
        .url_schemes(["http", "https", "mailto"].into())
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean(&rendered)
        .to_string()
}

/// What Markdown says, without its marks, on one line: for whoever searches or lists it.
#[must_use]
pub fn to_plain(markdown: &str) -> String {
    let mut plain = String::with_capacity(markdown.len());
    for event in Parser::new_ext(markdown, OPTIONS) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                plain.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => plain.push(' '),
            // Within a word emphasis ends nothing.
            Event::End(end) if !is_inline(end) => plain.push(' '),
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

const fn is_inline(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link
    )
}

#[cfg(test)]
mod tests {
    use super::{to_html, to_plain};

    #[test]
    fn plain_text_has_no_marks() {
        let markdown = "# Om\n\n**Barn**evern, *[lenke](https://a.example)* og\n`kode`\n\n- en\n- to <b>3</b> &amp;";
        assert_eq!(
            to_plain(markdown),
            "Om Barnevern, lenke og kode en to <b>3</b> &"
        );
    }

    #[test]
    fn markdown_is_rendered_and_scripts_are_not() {
        assert_eq!(
            to_html("**Åpning**").trim(),
            "<p><strong>Åpning</strong></p>"
        );
        for bad in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[x](javascript:alert(1))",
        ] {
            let html = to_html(bad);
            assert!(
                !html.contains("<script")
                    && !html.contains("<img")
                    && !html.contains("href=\"javascript"),
                "{html}"
            );
        }
    }
}

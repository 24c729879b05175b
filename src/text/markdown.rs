//! Markdown to HTML that is safe on anybody's page.

use pulldown_cmark::{Event, Options, Parser, html};

/// Renders Markdown. Raw HTML in it is shown as text; what comes out is sanitised besides, because
/// a parser is no gatekeeper.
#[must_use]
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options).map(|event| match event {
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

#[cfg(test)]
mod tests {
    use super::to_html;

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

//! A line of what was found, with the words that were looked for marked. Pure.

use std::ops::Range;

use super::query::Query;
use super::words::{Word, words};

/// Bytes of a snippet, roughly.
pub const LENGTH: usize = 240;
/// Bytes before the first word that was looked for, roughly.
const BEFORE: usize = 80;

/// The text around the words that were looked for, as many of them as fit, as HTML: everything is escaped,
/// and the words stand in `<mark>`. Nothing but that element is ever in it.
#[must_use]
pub fn marked(query: &Query, text: &str) -> String {
    let words = words(text);
    let looked_for = |word: &Word| {
        let mut terms = query.terms.iter();
        terms.any(|term| term.quality(&word.folded) > 0)
    };
    let first = first(query, &words);
    let mut starts = words.iter().map(|word| word.at.start);
    let from = if first > BEFORE {
        starts
            .find(|start| start + BEFORE >= first)
            .unwrap_or(first)
    } else {
        0
    };
    let mut ends = words.iter().map(|word| word.at.end).rev();
    let to = if text.len() - from > LENGTH {
        let within = ends.find(|end| *end <= from + LENGTH && *end > from);
        within.unwrap_or(text.len())
    } else {
        text.len()
    };
    let mut snippet = String::from(if from > 0 { "…" } else { "" });
    let mut at = from;
    for word in words
        .iter()
        .filter(|word| word.at.start >= from && word.at.end <= to)
    {
        if looked_for(word) {
            escape(text.get(at..word.at.start), &mut snippet);
            snippet.push_str("<mark>");
            escape(text.get(word.at.clone()), &mut snippet);
            snippet.push_str("</mark>");
            at = word.at.end;
        }
    }
    escape(text.get(at..to), &mut snippet);
    snippet.push_str(if to < text.len() { "…" } else { "" });
    snippet
}

/// Where the first word stands of those that together are most of the words that were looked for.
fn first(query: &Query, words: &[Word]) -> usize {
    let fits = |word: &Word| {
        let terms = query.terms.iter();
        let fits: Vec<bool> = terms.map(|term| term.quality(&word.folded) > 0).collect();
        fits.contains(&true).then_some((word.at.clone(), fits))
    };
    let found: Vec<(Range<usize>, Vec<bool>)> = words.iter().filter_map(fits).collect();
    let mut best = (0, 0);
    for (index, (at, _)) in found.iter().enumerate() {
        let end = at.start + LENGTH - at.start.min(BEFORE);
        let within = found.iter().skip(index).take_while(|(at, _)| at.end <= end);
        let mut covered = vec![false; query.terms.len()];
        for (_, fits) in within {
            for (covered, fits) in covered.iter_mut().zip(fits) {
                *covered |= fits;
            }
        }
        let count = covered.iter().filter(|covered| **covered).count();
        if count > best.0 || index == 0 {
            best = (count, at.start);
        }
        if count == covered.len() {
            break;
        }
    }
    best.1
}

fn escape(text: Option<&str>, snippet: &mut String) {
    for c in text.unwrap_or_default().chars() {
        match c {
            '&' => snippet.push_str("&amp;"),
            '<' => snippet.push_str("&lt;"),
            '>' => snippet.push_str("&gt;"),
            '"' => snippet.push_str("&quot;"),
            '\'' => snippet.push_str("&#39;"),
            c => snippet.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str, text: &str) -> String {
        marked(&Query::parse(query).unwrap(), text)
    }

    #[test]
    fn words_are_marked_and_everything_else_is_escaped() {
        assert_eq!(
            of("loerenskog", "<b>Lørenskogs</b> & \"plan\" 'x'"),
            "&lt;b&gt;<mark>Lørenskogs</mark>&lt;/b&gt; &amp; &quot;plan&quot; &#39;x&#39;"
        );
        assert_eq!(
            of("x", "<mark>x</mark>"),
            "&lt;mark&gt;<mark>x</mark>&lt;/mark&gt;"
        );
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_word() {
        let text = format!("{}barnevernet {}", "ord å ".repeat(90), "ende ".repeat(90));
        let snippet = of("barnevern", &text);
        assert!(
            snippet.starts_with("…ord") || snippet.starts_with("…å"),
            "{snippet}"
        );
        assert!(
            snippet.contains("<mark>barnevernet</mark> ende") && snippet.ends_with("ende…"),
            "{snippet}"
        );
        assert!(snippet.len() < LENGTH + 60, "{}", snippet.len());
        assert_eq!(of("finnesikke", "kort"), "kort");
    }

    #[test]
    fn a_long_text_is_cut_where_all_words_are() {
        let text = format!(
            "Barnevernet {}. Kommunen og barnevernet {}",
            "ord å ".repeat(90),
            "ende ".repeat(90)
        );
        let snippet = of("barnevern kommune", &text);
        assert!(
            snippet.contains("<mark>Kommunen</mark> og <mark>barnevernet</mark> ende"),
            "{snippet}"
        );
        assert!(of("barnevern", &text).starts_with("<mark>Barnevernet</mark> ord"));
    }
}

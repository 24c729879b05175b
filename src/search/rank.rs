//! How well an entry answers a query. Pure; the same on both stores.

use std::cmp::Reverse;

use super::content::{Content, Field, HitKind};
use super::query::{Quality, Query};
use super::snippet::LENGTH;
use super::words::{Word, words};

/// Where a hit stands: the smaller, the better. Unique per entry, and the same whenever it is indexed
/// again, so that pages neither skip nor repeat.
pub type Rank = (i64, u8, i64, i64, String);

/// An entry that answers a query.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Where it stands.
    pub rank: Rank,
    /// The entry.
    pub content: Content,
    /// The field that answers best.
    pub field: usize,
}

/// How one field answers.
struct Answer {
    /// How much a word in it counts.
    weight: i64,
    /// How long it is.
    bytes: usize,
    /// By term.
    best: Vec<Quality>,
    /// All of it, in its weight.
    score: i64,
}

/// The entry as a hit; `None` if it lacks one of the words, or has them only in what goes on after it.
///
/// Every word counts as its best match in any field, in the weight of the field. Fields gain by holding
/// all words, more by holding them side by side, a little by being short.
#[must_use]
pub fn hit(query: &Query, key: String, content: Content) -> Option<Hit> {
    let mut answers = answer_each(query, &content.fields);
    let own = answers.len();
    let words = words_found(query, &answers).or_else(|| {
        let after = answer_each(query, &content.goes_on);
        let is_another = words_found(query, &after).is_some();
        answers.extend(after);
        (!is_another).then(|| words_found(query, &answers))?
    })?;
    let field = match content.kind {
        HitKind::Transcript => begins(&answers, own),
        _ => covers_most(&answers),
    };
    let best = answers.iter().take(own).map(|answer| answer.score).max();
    let score = words + best.unwrap_or(0) / 4;
    let newest = content.starts_at.map_or(i64::MAX, |at| -at);
    Some(Hit {
        rank: (-score, content.kind.order(), newest, content.place, key),
        field,
        content,
    })
}

/// The first of the best fields by this measure.
fn first_best<M: Ord>(fields: impl Iterator<Item = (usize, M)>) -> usize {
    let best = fields.reduce(|best, field| if field.1 > best.1 { field } else { best });
    best.map_or(0, |(field, _)| field)
}

/// The field with most of the words; of several the one that answers best.
fn covers_most(answers: &[Answer]) -> usize {
    let covered = |answer: &Answer| answer.best.iter().filter(|best| **best > 0).count();
    let fields = answers.iter().enumerate();
    first_best(fields.map(|(field, answer)| (field, (covered(answer), answer.score))))
}

/// Where to begin to hear most of the words: one of the first `own` fields, at a word. Of several places
/// the one where it takes the least time, then where they are said as they are looked for.
fn begins(answers: &[Answer], own: usize) -> usize {
    let from = |field: usize| {
        let heard = answers.get(field..).unwrap_or_default();
        let (mut best, mut bytes, mut last) = (Vec::new(), 0, 0);
        for (index, answer) in heard.iter().enumerate() {
            if index > 0 && bytes + answer.bytes > LENGTH {
                break;
            }
            bytes += answer.bytes;
            best.resize(answer.best.len(), 0);
            for (best, new) in best.iter_mut().zip(&answer.best) {
                if *best == 0 && *new > 0 {
                    last = index;
                }
                *best = (*best).max(*new);
            }
        }
        let covered = best.iter().filter(|best| **best > 0).count();
        (covered, Reverse(last), best.iter().sum::<Quality>())
    };
    let fields = answers.iter().take(own).enumerate();
    let with_word = fields.filter(|(_, answer)| answer.best.iter().any(|best| *best > 0));
    first_best(with_word.map(|(field, answer)| (field, (from(field), answer.score))))
}

fn answer_each(query: &Query, fields: &[Field]) -> Vec<Answer> {
    let answers = fields.iter();
    answers
        .map(|field| answer(query, &field.text, field.weight.into()))
        .collect()
}

/// Every word as its best match, in its weight; `None` if one is nowhere.
fn words_found<'a>(
    query: &Query,
    answers: impl IntoIterator<Item = &'a Answer, IntoIter: Clone>,
) -> Option<i64> {
    let answers = answers.into_iter();
    let of_term = |term: usize| {
        let weighed = answers.clone().filter_map(|answer| {
            let quality = answer.best.get(term)?;
            Some(quality * answer.weight)
        });
        weighed.max().filter(|score| *score > 0)
    };
    (0..query.terms.len()).map(of_term).sum()
}

fn answer(query: &Query, text: &str, weight: i64) -> Answer {
    let words = words(text);
    let mut best = vec![0; query.terms.len()];
    let mut together = false;
    let mut before: Vec<bool> = Vec::new();
    for word in &words {
        let fits = fits(query, word, &mut best);
        let follows = |term: usize| {
            let earlier = term.checked_sub(1).and_then(|term| before.get(term));
            fits.get(term) == Some(&true) && earlier == Some(&true)
        };
        together |= (1..query.terms.len()).any(follows);
        before = fits;
    }
    let found: i64 = best.iter().sum();
    let several = query.terms.len() > 1 && best.iter().all(|quality| *quality > 0);
    let length = i64::try_from(words.len().max(1)).unwrap_or(i64::MAX);
    let bonus = [
        if several { 400 } else { 0 },
        if together { 400 } else { 0 },
        if found > 0 { 400 / length } else { 0 },
    ];
    Answer {
        weight,
        bytes: text.len() + 1,
        score: weight * (found + bonus.iter().sum::<i64>()),
        best,
    }
}

/// Which terms a word fits; what it is the best for is noted.
fn fits(query: &Query, word: &Word, best: &mut [Quality]) -> Vec<bool> {
    let terms = query.terms.iter().zip(best);
    terms
        .map(|(term, best)| {
            let quality = term.quality(&word.folded);
            *best = quality.max(*best);
            quality > 0
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(cues: &[(u32, &str)]) -> Content {
        let field = |(at, text): &(u32, &str)| Field {
            weight: 3,
            at: Some(*at),
            until: Some(at + 2),
            text: (*text).to_owned(),
        };
        Content {
            kind: HitKind::Transcript,
            place: 0,
            series: None,
            starts_at: None,
            session: None,
            line: None,
            speaker: None,
            material: None,
            recording: None,
            fields: cues.iter().map(field).collect(),
            goes_on: Vec::new(),
        }
    }

    fn start(query: &str, cues: &[(u32, &str)]) -> Option<u32> {
        let query = Query::parse(query).unwrap();
        let hit = hit(&query, String::new(), said(cues)).unwrap();
        hit.content.fields[hit.field].at
    }

    #[test]
    fn it_starts_where_all_words_are_heard_from() {
        let cues = [
            (8, "barnevern i Norge"),
            (10, "vi vil ha barnevern"),
            (12, "i hele kommunen"),
            (14, "og i fylket, barnevernet"),
        ];
        assert_eq!(start("barnevern kommunen", &cues), Some(10));
        assert_eq!(start("kommunen barnevern", &cues), Some(10));
        assert_eq!(start("fylket kommunen", &cues), Some(12));
        assert_eq!(start("barnevernet", &cues), Some(14));
        assert_eq!(start("barnevern", &cues), Some(8));
        let far = "ord ".repeat(60);
        let cues = [(1, "barnevern"), (3, far.as_str()), (9, "kommunen, sa vi")];
        assert_eq!(start("barnevern kommunen", &cues), Some(1));
    }
}

//! How well an entry answers a query. Pure; the same on both stores.

use super::content::{Content, Field};
use super::query::{Quality, Query};
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
    let answers = answer_each(query, &content.fields);
    let words = words_found(query, &answers).or_else(|| {
        let after = answer_each(query, &content.goes_on);
        let is_another = words_found(query, &after).is_some();
        (!is_another).then(|| words_found(query, answers.iter().chain(&after)))?
    })?;
    let mut best = 0;
    for (index, answer) in answers.iter().enumerate() {
        if answers
            .get(best)
            .is_none_or(|known| answer.score > known.score)
        {
            best = index;
        }
    }
    let score = words + answers.get(best).map_or(0, |answer| answer.score) / 4;
    let newest = content.event.starts_at.map_or(i64::MAX, |at| -at);
    Some(Hit {
        rank: (-score, content.kind.order(), newest, content.place, key),
        field: best,
        content,
    })
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

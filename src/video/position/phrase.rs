//! Positions in units and words: `1h13m`, `1 t 13 min`, `én time og tretten minutter`, `halvannen
//! time`, `1,5 timer`.
//!
//! ```text
//! phrase    = component { [","] ["og" | "and"] component } [trailing]
//! component = quantity unit ["."]
//! quantity  = number | half | number "og en halv" | "halvannen" | decimal
//! ```
//! Units descend, and a component must be smaller than what the one before it leaves open: below 60
//! minutes after hours, below 30 after a half hour. That is the rule "above 59 only in the leading
//! unit" for every unit at once.

use super::words;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Whole(u64),
    /// A number with a decimal point or comma: its parts as written.
    Decimal(u64, String),
    /// `½`, `¼`, `¾`, in quarters.
    Quarters(u64),
    Word(String),
    Comma,
    Dot,
    Hyphen,
}

/// A number of units, as `numerator / denominator`. `closed` bars smaller units after it.
struct Quantity {
    numerator: u64,
    denominator: u64,
    closed: bool,
}

/// Seconds, and what the next component must stay below.
struct Measure {
    unit: u64,
    seconds: u64,
    open_below: u64,
}

impl Measure {
    /// One of the larger clock unit, in seconds: what a component must stay below when it does not
    /// lead.
    fn ceiling(&self) -> u64 {
        if self.unit == 1 { 60 } else { 3_600 }
    }
}

/// The seconds that the phrase means, `None` where it is none.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let tokens = tokens(text)?;
    let mut reader = Reader { tokens: &tokens };
    let mut measure = reader.component()?;
    let mut total = measure.seconds;
    while !reader.at_end() {
        reader.separator();
        let next = reader.component()?;
        if next.unit >= measure.unit || next.seconds >= measure.open_below.min(next.ceiling()) {
            return None;
        }
        total = total.checked_add(next.seconds)?;
        measure = next;
    }
    Some(total)
}

/// Whether `text` is only what people add after a position, such as `uti opptaket`.
pub(super) fn is_trailing_text(text: &str) -> bool {
    tokens(text).is_some_and(|tokens| is_trailing(&tokens))
}

/// The spaces that may stand between words; NBSP and its narrow kin are what typographers put
/// before a unit.
pub(super) fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}'
    )
}

fn is_trailing(tokens: &[Token]) -> bool {
    let tokens = tokens.strip_suffix(&[Token::Dot]).unwrap_or(tokens);
    let words: Option<Vec<&str>> = tokens.iter().map(Token::word).collect();
    words.is_some_and(|words| words::is_trailing(&words))
}

impl Token {
    fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// Splits into numbers, words and punctuation; `None` at the first character that no position has.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let folded = fold(text);
    let mut rest = folded.as_str();
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '0'..='9' => run(rest, |c| c.is_ascii_digit()),
            c if c.is_alphabetic() => run(rest, char::is_alphabetic),
            c => c.len_utf8(),
        };
        let (lexeme, tail) = rest.split_at(length);
        rest = tail;
        tokens.push(match first {
            c if is_space(c) => continue,
            '0'..='9' => number(lexeme, &mut rest)?,
            c if c.is_alphabetic() => Token::Word(lexeme.to_owned()),
            '¼' => Token::Quarters(1),
            '½' => Token::Quarters(2),
            '¾' => Token::Quarters(3),
            ',' => Token::Comma,
            '.' => Token::Dot,
            '-' => Token::Hyphen,
            _ => return None,
        });
    }
    Some(tokens)
}

/// Lower case, without the accents of `én` and `éin`, and with `å` in one piece where a keyboard
/// sent two.
fn fold(text: &str) -> String {
    text.to_lowercase()
        .replace("a\u{30a}", "å")
        .replace(['é', 'è', 'ê'], "e")
        .replace(['\u{300}', '\u{301}'], "")
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c: char| !belongs(c)).unwrap_or(text.len())
}

/// A whole number, or a decimal where a comma or point stands between digits; takes the fraction
/// off `rest`.
fn number(digits: &str, rest: &mut &str) -> Option<Token> {
    let whole = (digits.len() <= 12).then(|| digits.parse().ok())??;
    let Some(tail) = rest.strip_prefix([',', '.']) else {
        return Some(Token::Whole(whole));
    };
    let length = run(tail, |c| c.is_ascii_digit());
    if length == 0 {
        return Some(Token::Whole(whole));
    }
    let (fraction, tail) = tail.split_at(length);
    *rest = tail;
    Some(Token::Decimal(whole, fraction.to_owned()))
}

struct Reader<'a> {
    tokens: &'a [Token],
}

impl Reader<'_> {
    fn at_end(&self) -> bool {
        self.tokens.is_empty() || is_trailing(self.tokens)
    }

    fn word_at(&self, index: usize) -> Option<&str> {
        self.tokens.get(index)?.word()
    }

    fn skip(&mut self, count: usize) {
        self.tokens = self.tokens.get(count..).unwrap_or_default();
    }

    fn word_is(&self, index: usize, test: impl Fn(&str) -> bool) -> bool {
        self.word_at(index).is_some_and(test)
    }

    fn separator(&mut self) {
        if self.tokens.first() == Some(&Token::Comma) {
            self.skip(1);
        }
        if self.word_is(0, words::is_and) {
            self.skip(1);
        }
    }

    fn component(&mut self) -> Option<Measure> {
        let quantity = self.quantity()?;
        let unit = self.unit()?;
        let scaled = quantity.numerator.checked_mul(unit)?;
        if scaled % quantity.denominator != 0 {
            return None;
        }
        let mut seconds = scaled / quantity.denominator;
        let mut open_below = if quantity.closed {
            0
        } else {
            unit / quantity.denominator
        };
        if quantity.denominator == 1 && unit > 1 && self.and_a_half() {
            seconds = seconds.checked_add(unit / 2)?;
            open_below = unit / 2;
        }
        if self.tokens.first() == Some(&Token::Dot) {
            self.skip(1);
        }
        Some(Measure {
            unit,
            seconds,
            open_below,
        })
    }

    /// `an hour and a half`: a half without a unit of its own belongs to the unit before it.
    fn and_a_half(&mut self) -> bool {
        let matches = self.word_is(0, words::is_and) && self.is_one_half_at(1);
        let has_own_unit = self.word_is(3, |word| words::unit(word).is_some() || is_one(word))
            || self.word_is(3, words::is_english_quarter);
        if matches && !has_own_unit {
            self.skip(3);
            return true;
        }
        false
    }

    fn is_one_half_at(&self, index: usize) -> bool {
        self.word_is(index, is_one) && self.word_is(index + 1, words::is_half)
    }

    fn unit(&mut self) -> Option<u64> {
        if self.word_is(0, words::is_english_quarter) {
            return self.english_quarter();
        }
        let unit = words::unit(self.word_at(0)?)?;
        self.skip(1);
        Some(unit)
    }

    /// `quarter hour`, `quarters of an hour`.
    fn english_quarter(&mut self) -> Option<u64> {
        let length = match (self.word_at(1)?, self.word_at(2), self.word_at(3)) {
            ("hour" | "hours", ..) => 2,
            ("of", Some("an"), Some("hour")) => 4,
            _ => return None,
        };
        self.skip(length);
        Some(900)
    }

    fn quantity(&mut self) -> Option<Quantity> {
        match self.tokens.first()?.clone() {
            Token::Decimal(whole, fraction) => {
                self.skip(1);
                decimal(whole, &fraction)
            }
            Token::Quarters(quarters) => {
                self.skip(1);
                Some(in_quarters(quarters))
            }
            Token::Whole(whole) => {
                self.skip(1);
                self.after_number(whole)
            }
            Token::Word(word) => self.spoken_quantity(&word),
            Token::Comma | Token::Dot | Token::Hyphen => None,
        }
    }

    fn spoken_quantity(&mut self, word: &str) -> Option<Quantity> {
        if self.is_one_half_at(0) {
            self.skip(1);
        }
        if self.word_is(0, words::is_half) {
            // `half an hour`: the article stands after the half in English.
            self.skip(if self.word_is(1, is_english_article) {
                2
            } else {
                1
            });
            return Some(in_quarters(2));
        }
        if words::is_one_and_a_half(word) {
            self.skip(1);
            return Some(in_quarters(6));
        }
        if words::is_three_quarters(word) {
            self.skip(1);
            return Some(in_quarters(3));
        }
        let number = self.spoken_number()?;
        self.after_number(number)
    }

    /// A number word, in one piece or as `tjue fem`, `twenty-five`, `fem og tjue`.
    fn spoken_number(&mut self) -> Option<u64> {
        let first = self.word_at(0)?;
        let value = words::number(first)?;
        let (ten, one) = (words::tens(first), words::ones(first));
        let hyphen = usize::from(self.tokens.get(1) == Some(&Token::Hyphen));
        let following_one = self.word_at(1 + hyphen).and_then(words::ones);
        if let (Some(ten), Some(one)) = (ten, following_one) {
            self.skip(2 + hyphen);
            return Some(ten + one);
        }
        if self.word_is(1, words::is_and)
            && let (Some(one), Some(ten)) = (one, self.word_at(2).and_then(words::tens))
        {
            self.skip(3);
            return Some(one + ten);
        }
        self.skip(1);
        Some(value)
    }

    /// What may still belong to a number before its unit: `1½`, `en og en halv`.
    fn after_number(&mut self, whole: u64) -> Option<Quantity> {
        if let Some(Token::Quarters(quarters)) = self.tokens.first() {
            let quantity = in_quarters(whole.checked_mul(4)?.checked_add(*quarters)?);
            self.skip(1);
            return Some(quantity);
        }
        if self.word_is(0, words::is_and) && self.is_one_half_at(1) {
            self.skip(3);
            return Some(in_quarters(whole.checked_mul(4)?.checked_add(2)?));
        }
        Some(Quantity {
            numerator: whole,
            denominator: 1,
            closed: false,
        })
    }
}

fn is_one(word: &str) -> bool {
    words::number(word) == Some(1)
}

fn is_english_article(word: &str) -> bool {
    matches!(word, "a" | "an")
}

fn in_quarters(quarters: u64) -> Quantity {
    let (numerator, denominator) = match quarters % 4 {
        0 => (quarters / 4, 1),
        2 => (quarters / 2, 2),
        _ => (quarters, 4),
    };
    Quantity {
        numerator,
        denominator,
        closed: false,
    }
}

/// Tenths and quarters of a unit. `1,30 timer` could be half past one and `1.13` a clock, so other
/// hundredths are refused, and so is a smaller unit after a decimal.
fn decimal(whole: u64, fraction: &str) -> Option<Quantity> {
    let (parts, denominator) = match fraction {
        "25" => (1, 4),
        "75" => (3, 4),
        _ if fraction.len() == 1 => (fraction.parse().ok()?, 10),
        _ => return None,
    };
    Some(Quantity {
        numerator: whole.checked_mul(denominator)?.checked_add(parts)?,
        denominator,
        closed: true,
    })
}

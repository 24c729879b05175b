//! What is said in a long day, invented.

use std::fmt::Write as _;

const WORDS: [&str; 24] = [
    "barnevernet",
    "kommunen",
    "familier",
    "oppvekst",
    "plan",
    "fosterhjem",
    "samarbeid",
    "skole",
    "helsestasjon",
    "ungdom",
    "trygghet",
    "forebygging",
    "vi",
    "ser",
    "at",
    "det",
    "hjelper",
    "når",
    "alle",
    "snakker",
    "sammen",
    "tidlig",
    "nok",
    "om",
];

/// A WebVTT file of 7,000 cues in 25,200 seconds; `nålestikk` is said once, at 5:00:00.
pub fn seven_hours() -> String {
    let mut file = "WEBVTT\n".to_owned();
    let mut random: usize = 7;
    for n in 0..7_000 {
        let start = n * 3_600;
        let mut words = Vec::new();
        for _ in 0..9 {
            random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345) % 2_147_483_648;
            words.push(WORDS[random / 65_536 % WORDS.len()]);
        }
        if n == 5_000 {
            words.push("nålestikk");
        }
        let time = |at: usize| {
            let s = at / 1000;
            format!(
                "{:02}:{:02}:{:02}.{:03}",
                s / 3600,
                s / 60 % 60,
                s % 60,
                at % 1000
            )
        };
        let (from, to) = (time(start), time(start + 3_500));
        let _ = write!(file, "\n{from} --> {to}\n{}\n", words.join(" "));
    }
    file
}

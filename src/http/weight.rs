//! How much a JSON text holds, told before any of it is kept: a large body must not become a tree a
//! hundred times its size.

use crate::problem::{Kind, Problem};

/// How deep arrays and objects may stand, as everywhere.
const DEPTH: usize = 32;
/// Most values: each session of the largest programme with a hundred of them.
const VALUES: usize = 500_000;

/// Refuses what is too deep or too much. Whether it is JSON at all is for others to say.
///
/// # Errors
/// 400 for what is too deep, 413 for too many values.
pub(super) fn check(bytes: &[u8]) -> Result<(), Problem> {
    let (mut depth, mut values) = (0_usize, 0_usize);
    let (mut within, mut escaped) = (false, false);
    for byte in bytes {
        if within {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => within = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => within = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH {
            let detail = format!("The body is not JSON: more than {DEPTH} levels.");
            return Err(Problem::new(Kind::UnreadableJson, detail));
        }
        if values > VALUES {
            let detail = format!("The body holds more than {VALUES} values.");
            return Err(Problem::new(Kind::BodyTooLarge, detail));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_structure_counts() {
        assert!(check(br#"{"a": "[[[[,,,\"{", "b": [1, 2]}"#).is_ok());
        assert!(check(&b",".repeat(VALUES)).is_ok());
        assert!(check(&b",".repeat(VALUES + 1)).is_err());
        assert!(check(&b"[".repeat(DEPTH)).is_ok());
        assert!(check(&b"[".repeat(10_000)).is_err());
        assert!(check(&format!("\"{}\"", ",".repeat(VALUES + 1)).into_bytes()).is_ok());
    }
}

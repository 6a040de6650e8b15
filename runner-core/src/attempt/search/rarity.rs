//! How often a text occurs by chance in what commands print.

/// Estimates how often a text occurs by chance: the less, the better it tells what it stands for. Only
/// comparisons of such estimates mean anything.
pub(super) fn commonness(text: &[u8]) -> f64 {
    text.iter().map(|&byte| share(byte)).product()
}

/// About which share of lower-cased output is this byte: prose, log lines and JSON taken together.
fn share(byte: u8) -> f64 {
    match byte {
        b' ' | b'e' => 0.1,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 0.06,
        b'c' | b'd' | b'h' | b'l' | b'm' | b'p' | b'u' | b'0' | b'1' => 0.03,
        b'"' | b',' | b'-' | b'.' | b'/' | b':' | b'_' | b'=' | b'\n' => 0.02,
        b'2'..=b'9' | b'b' | b'f' | b'g' | b'k' | b'v' | b'w' | b'y' => 0.015,
        b'!'..=b'~' => 0.004,
        _ => 0.002,
    }
}

//! JSON strings read in place, for the shapes that make up nearly all of a long stream.

/// A JSON string whose end was found, but whose escapes still stand.
///
/// It is for decoders that know where a string begins and want to spend as little as possible on it.
///
/// ```
/// use executor_protocol::wire::RawString;
///
/// let string = RawString::scan(r#"a\nb"}"#).expect("it is closed");
/// assert_eq!((string.escaped, string.has_escapes, string.rest), (r"a\nb", true, "}"));
/// let mut text = String::new();
/// assert_eq!(string.unescape_into(&mut text), Some(()));
/// assert_eq!(text, "a\nb");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawString<'a> {
    /// What stands between the quotes, free of control characters.
    pub escaped: &'a str,
    /// Whether there is anything to unescape.
    pub has_escapes: bool,
    /// What follows the closing quote.
    pub rest: &'a str,
}

impl<'a> RawString<'a> {
    /// Reads the string whose opening quote stands just before `text`.
    ///
    /// `None` if it is not closed or holds a raw control character, which JSON forbids.
    #[must_use]
    #[inline]
    pub fn scan(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        let mut from = 0;
        let mut has_escapes = false;
        loop {
            let at = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
            if bytes[at] == b'"' {
                let controls = bytes[..at]
                    .iter()
                    .fold(false, |any, &byte| any | (byte < b' '));
                return (!controls).then_some(Self {
                    escaped: &text[..at],
                    has_escapes,
                    rest: &text[at + 1..],
                });
            }
            has_escapes = true;
            // The escaped character is skipped, so that `\"` does not close the string.
            from = at + 2;
        }
    }

    /// Appends the string's meaning to `out`.
    ///
    /// `None`, with part of it appended, for an escape that is no valid JSON or that encodes half a
    /// surrogate pair.
    #[must_use = "an invalid string is no string"]
    pub fn unescape_into(&self, out: &mut String) -> Option<()> {
        let mut rest = self.escaped;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            out.push_str(&rest[..at]);
            let kind = *rest.as_bytes().get(at + 1)?;
            rest = rest.get(at + 2..)?;
            out.push(match kind {
                b'n' => '\n',
                b't' => '\t',
                b'r' => '\r',
                b'"' => '"',
                b'\\' => '\\',
                b'/' => '/',
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'u' => {
                    let (character, length) = unicode_escape(rest)?;
                    rest = &rest[length..];
                    character
                }
                _ => return None,
            });
        }
        out.push_str(rest);
        Some(())
    }
}

/// Reads what follows `\u`: the character and how many bytes it took.
fn unicode_escape(rest: &str) -> Option<(char, usize)> {
    let high = hex4(rest)?;
    if let Some(character) = char::from_u32(high) {
        return Some((character, 4));
    }
    let low = hex4(rest.get(4..)?.strip_prefix("\\u")?)?;
    let paired = (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    let code = paired.then(|| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?;
    Some((char::from_u32(code)?, 10))
}

fn hex4(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    // `from_str_radix` alone would take a sign as well.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}

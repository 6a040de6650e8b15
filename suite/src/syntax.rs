//! From text to JSON values with their places: strict JSON, whatever the parser below would allow.

use std::ops::Range;

use jsonc_parser::{
    CollectOptions, ParseOptions, ParseStringErrorKind,
    ast::Value,
    errors::{ParseError, ParseErrorKind},
    parse_to_ast,
};

use crate::{
    position::floor_boundary,
    problem::{Complaint, Problems},
    quote::quoted,
};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Levels of nesting that are read. A suite needs six; the rest is for what people put into
/// `metadata`. The parser calls itself for every level, and this many fit on any stack.
const MAX_DEPTH: usize = 100;

/// The one value in `text`; `None` after a problem without which there is none.
pub(crate) fn parse<'t>(text: &'t str, problems: &mut Problems) -> Option<Value<'t>> {
    if let Some(offset) = too_deep(text) {
        problems.report(offset..offset + 1, || {
            Complaint::new(format!("nested more than {MAX_DEPTH} levels deep"))
                .help("a suite needs no more than a few levels")
        });
        return None;
    }
    match parse_to_ast(text, &CollectOptions::default(), &STRICT) {
        Ok(parsed) => {
            slips(text).for_each(|slip| report_slip(&slip, problems));
            if parsed.value.is_none() {
                problems.report(0..0, || {
                    Complaint::new("the file is empty")
                        .help("a suite is a JSON object with `tests` or `categories`")
                });
            }
            parsed.value
        }
        Err(error) => {
            // A quotation mark that is missing shows itself at the end of its line, long before the
            // parser stumbles.
            match slips(text)
                .next()
                .filter(|slip| slip.offset < error.range().start)
            {
                Some(slip) => report_slip(&slip, problems),
                None => report(&error, text, problems),
            }
            None
        }
    }
}

/// A character and whether it stands inside of a string.
struct Placed {
    offset: usize,
    character: char,
    in_string: bool,
}

/// The characters of `text`, placed as the parser sees them up to the first error in it. A string's
/// opening quotation mark counts as outside, its closing one as inside.
fn placed(text: &str) -> impl Iterator<Item = Placed> {
    let mut in_string = false;
    let mut escaped = false;
    text.char_indices().map(move |(offset, character)| {
        let placed = Placed {
            offset,
            character,
            in_string,
        };
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
        placed
    })
}

/// Where `text` goes below the deepest level that is read.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    placed(text)
        .filter(|placed| !placed.in_string)
        .find(|placed| {
            match placed.character {
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth > MAX_DEPTH
        })
        .map(|placed| placed.offset)
}

/// The characters that JSON forbids where they stand, although the parser lets them pass.
fn slips(text: &str) -> impl Iterator<Item = Placed> {
    let is_slip = |placed: &Placed| match placed.character {
        character if placed.in_string => character < ' ',
        ' ' | '\t' | '\r' | '\n' => false,
        character => character.is_whitespace(),
    };
    placed(text).filter(is_slip)
}

fn report_slip(slip: &Placed, problems: &mut Problems) {
    let span = slip.offset..slip.offset + slip.character.len_utf8();
    let code = u32::from(slip.character);
    problems.report(span, || match (slip.in_string, slip.character) {
        (true, '\n' | '\r') => Complaint::new("the line ends inside a string")
            .help("a quotation mark is missing; a line break in a string is written as `\\n`"),
        (true, '\t') => {
            Complaint::new("a tab inside a string").help("in a string it is written as `\\t`")
        }
        (true, _) => Complaint::new(format!("control character U+{code:04X} inside a string"))
            .help(format!("in a string it is written as `\\u{code:04x}`")),
        (false, _) => Complaint::new(format!("U+{code:04X} is no white space in JSON"))
            .help("put a plain space in its place"),
    });
}

fn report(error: &ParseError, text: &str, problems: &mut Problems) {
    let start = floor_boundary(text, error.range().start);
    let end = floor_boundary(text, error.range().end).max(start);
    if let Some(number) = malformed_number(error.kind(), text, start) {
        problems.report(number.clone(), || {
            Complaint::new(format!("{} is no number in JSON", quoted(&text[number])))
                .help("numbers are written like 120, -1, 0.5 or 1e3")
        });
        return;
    }
    let span = if is_about_the_start(error.kind()) {
        start..start + text[start..].chars().next().map_or(0, char::len_utf8)
    } else {
        start..end
    };
    problems.report(span.clone(), || complaint(error.kind(), text, span));
}

/// The whole of what was meant as a number, if an error lies in one.
fn malformed_number(kind: &ParseErrorKind, text: &str, offset: usize) -> Option<Range<usize>> {
    let is_other = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.');
    let start = text[..offset].rfind(is_other).map_or(0, |other| {
        other + text[other..].chars().next().map_or(0, char::len_utf8)
    });
    let end = text[offset..]
        .find(is_other)
        .map_or(text.len(), |other| offset + other);
    let is_in_number = match kind {
        ParseErrorKind::BareDecimalPointNumbersNotAllowed
        | ParseErrorKind::ExpectedDigit
        | ParseErrorKind::ExpectedDigitFollowingNegativeSign
        | ParseErrorKind::ExpectedPlusMinusOrDigitInNumberLiteral
        | ParseErrorKind::HexadecimalNumbersNotAllowed
        | ParseErrorKind::NonFiniteNumbersNotAllowed
        | ParseErrorKind::UnaryPlusNumbersNotAllowed => true,
        // The parser reads `010` as two numbers.
        ParseErrorKind::ExpectedComma => start < offset && offset < end,
        _ => false,
    };
    is_in_number.then_some(start..end)
}

/// Whether an error spans everything up to the end of the file, where only its start is of use.
fn is_about_the_start(kind: &ParseErrorKind) -> bool {
    matches!(
        kind,
        ParseErrorKind::UnterminatedArray
            | ParseErrorKind::UnterminatedObject
            | ParseErrorKind::UnterminatedCommentBlock
            | ParseErrorKind::String(ParseStringErrorKind::UnterminatedStringLiteral)
    )
}

fn complaint(kind: &ParseErrorKind, text: &str, span: Range<usize>) -> Complaint {
    use ParseErrorKind as Kind;

    let is_in_place_of_a_value = text[..span.start].trim_end().ends_with([':', '[']);
    let found = match &text[span] {
        "" => "the end of the file".to_owned(),
        found => quoted(found),
    };
    match kind {
        Kind::CommentsNotAllowed | Kind::UnterminatedCommentBlock => {
            Complaint::new("JSON has no comments")
                .help("notes go into `description`, `metadata` or a key that starts with `x-`")
        }
        Kind::TrailingCommasNotAllowed => {
            Complaint::new("a comma after which nothing follows").help("remove the comma")
        }
        Kind::ExpectedComma => Complaint::new("expected a comma before what follows"),
        Kind::ExpectedColonAfterObjectKey => {
            Complaint::new(format!("expected a colon after the key, found {found}"))
        }
        Kind::ExpectedObjectValue => {
            Complaint::new(format!("expected a value after the colon, found {found}"))
        }
        Kind::ExpectedStringObjectProperty => {
            Complaint::new(format!("expected a key in double quotes, found {found}"))
        }
        Kind::UnexpectedTokenInObject => Complaint::new(format!("expected a key, found {found}")),
        Kind::MultipleRootJsonValues => {
            Complaint::new(format!("expected the end of the file, found {found}"))
                .help("a suite file is one JSON object")
        }
        Kind::SingleQuotedStringsNotAllowed => {
            Complaint::new("a string in single quotes").help("JSON strings stand in double quotes")
        }
        Kind::UnterminatedArray => {
            Complaint::new("an array that is never closed").help("a `]` is missing")
        }
        Kind::UnterminatedObject => {
            Complaint::new("an object that is never closed").help("a `}` is missing")
        }
        Kind::String(ParseStringErrorKind::UnterminatedStringLiteral) => {
            Complaint::new("a string that is never closed").help("a quotation mark is missing")
        }
        Kind::String(_) => Complaint::new(format!("unknown or incomplete escape {found}")).help(
            r#"JSON knows \" \\ \/ \b \f \n \r \t and \u with four digits; a backslash is \\"#,
        ),
        Kind::UnexpectedToken if !is_in_place_of_a_value => {
            Complaint::new(format!("unexpected {found}"))
                .help("a comma or a quotation mark may be missing before it")
        }
        // Numbers and depth have been dealt with: what is left are tokens in the place of a value.
        _ => Complaint::new(format!("expected a value, found {found}")).help(
            "values are strings in double quotes, numbers, true, false, null, [ … ] and { … }",
        ),
    }
}

//! The error for a suite file with problems, readable as plain text.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::Problem;

/// A suite file that was read, but means no valid suite.
///
/// As text it shows each problem with its place, the line concerned and what to do about it. Those
/// who draw errors themselves find the [`text`](Self::text) and the spans in it.
///
/// ```
/// use std::path::Path;
///
/// let error = suite::parse(
///     Path::new("demo.json"),
///     r#"{"tests": [{"id": "sum", "command": "echo 42", "expected_pattern": ["42"]}]}"#,
/// )
/// .unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#"
/// demo.json:1:48: unknown key `expected_pattern`
///   |
/// 1 | {"tests": [{"id": "sum", "command": "echo 42", "expected_pattern": ["42"]}]}
///   |                                                ^^^^^^^^^^^^^^^^^^
///   = help: did you mean `expected_patterns`?"#
///         .trim_start()
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSuite {
    path: PathBuf,
    text: String,
    problems: Vec<Problem>,
    more: usize,
}

impl InvalidSuite {
    pub(crate) fn new(path: &Path, text: &str, problems: Vec<Problem>, more: usize) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            problems,
            more,
        }
    }

    /// The file, as the user named it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in the file, without the byte order mark if it began with one.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The problems in the order of the file; never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many problems there are beyond those that are listed.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }
}

impl std::error::Error for InvalidSuite {}

impl fmt::Display for InvalidSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            let picture = Picture {
                path: &self.path,
                text: &self.text,
                label: None,
                problem,
            };
            picture.fmt(f)?;
        }
        match self.more {
            0 => Ok(()),
            1 => f.write_str("\n\nand 1 more problem"),
            more => write!(f, "\n\nand {more} more problems"),
        }
    }
}

/// A problem as people read it: its place, its words, the line concerned, and the way out.
pub(crate) struct Picture<'a> {
    pub(crate) path: &'a Path,
    pub(crate) text: &'a str,
    /// How grave it is, and its code; nothing where it is simply wrong.
    pub(crate) label: Option<(&'a str, &'a str)>,
    pub(crate) problem: &'a Problem,
}

impl fmt::Display for Picture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = self.problem;
        let (line, column) = (problem.line(), problem.column());
        write!(f, "{}:{line}:{column}: ", self.path.display())?;
        if let Some((level, code)) = self.label {
            write!(f, "{level}[{code}]: ")?;
        }
        writeln!(f, "{}", problem.message())?;
        let Excerpt {
            line_text,
            indent,
            carets,
        } = Excerpt::new(self.text, problem);
        let gutter = line.to_string().len();
        writeln!(f, "{:gutter$} |", "")?;
        writeln!(f, "{line} | {line_text}")?;
        write!(f, "{:gutter$} | {:indent$}{:^<carets$}", "", "", "")?;
        match problem.help() {
            Some(help) => write!(f, "\n{:gutter$} = help: {help}", ""),
            None => Ok(()),
        }
    }
}

/// The part of a line around a problem.
struct Excerpt {
    line_text: String,
    /// Characters before the first caret.
    indent: usize,
    carets: usize,
}

/// Characters of a line that are shown. Suites have long lines, a generated one may be a single line.
const WIDTH: usize = 100;

const CLIPPED: char = '…';

impl Excerpt {
    fn new(text: &str, problem: &Problem) -> Self {
        let span = problem.span();
        let line_before = text[..span.start].chars().rev().take_while(|&c| c != '\n');
        let line_after = text[span.start..].chars().take_while(|&c| c != '\n');
        let mut before: Vec<char> = line_before.take(WIDTH + 1).collect();
        let mut after: Vec<char> = line_after.take(WIDTH + 1).collect();
        // What follows a problem may claim half of the width, and more if there is less before it.
        clip(&mut before, WIDTH - after.len().min(WIDTH / 2));
        clip(&mut after, WIDTH.saturating_sub(before.len()));
        let highlighted = text[span].chars().take(WIDTH).count();
        Self {
            indent: before.len(),
            carets: highlighted.min(after.len()).max(1),
            line_text: before.into_iter().rev().chain(after).map(visible).collect(),
        }
    }
}

/// Cuts off what lies further from the problem than there is room for.
fn clip(characters: &mut Vec<char>, room: usize) {
    if characters.len() > room {
        characters.truncate(room);
        characters.push(CLIPPED);
    }
}

/// One column for each character, so that the carets stand below what they mean.
fn visible(character: char) -> char {
    match character {
        '\t' | '\r' => ' ',
        character if character.is_control() => char::REPLACEMENT_CHARACTER,
        character => character,
    }
}

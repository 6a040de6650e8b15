//! What is wrong in a suite file, and where.

use std::{ops::Range, path::Path};

use crate::{
    InvalidSuite,
    position::{Locator, Position, floor_boundary},
};

/// Enough to work through in one go; a file with more has one cause that repeats.
const MAX_PROBLEMS: usize = 50;

/// One thing that is wrong in a suite file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    message: String,
    help: Option<String>,
    span: Range<usize>,
    position: Position,
}

impl Problem {
    /// What is wrong, as a lower-case fragment on one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where that can be said.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The bytes concerned in [`InvalidSuite::text`]. Both ends are character boundaries; the span is
    /// empty where something is missing.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The line on which the span starts, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.position.line
    }

    /// The column at which the span starts, in characters and counted from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.position.column
    }
}

/// The words of a problem whose place is known.
#[derive(Debug)]
pub(crate) struct Complaint {
    message: String,
    help: Option<String>,
}

impl Complaint {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

/// Collects problems while a file is read, as many as a person can use.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<(Range<usize>, Complaint)>,
    more: usize,
}

impl Problems {
    /// Records one more problem. Its words are only asked for while there is room, so that a large
    /// file full of mistakes is not slow to refuse.
    pub(crate) fn report(&mut self, span: Range<usize>, describe: impl FnOnce() -> Complaint) {
        if self.found.len() < MAX_PROBLEMS {
            self.found.push((span, describe()));
        } else {
            self.more += 1;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The error for the file at `path` with this `text`, its problems in the order of the file.
    pub(crate) fn into_invalid(mut self, path: &Path, text: &str) -> InvalidSuite {
        self.found.sort_by_key(|(span, _)| span.start);
        let problems = Self::locate(self.found.into_iter(), text).collect();
        InvalidSuite::new(path, text, problems, self.more)
    }

    /// The problems of a text, which come in its order.
    pub(crate) fn locate(
        complaints: impl Iterator<Item = (Range<usize>, Complaint)>,
        text: &str,
    ) -> impl Iterator<Item = Problem> {
        let mut locator = Locator::new(text);
        complaints.map(move |(span, Complaint { message, help })| {
            let start = floor_boundary(text, span.start);
            let end = floor_boundary(text, span.end).max(start);
            Problem {
                message,
                help,
                span: start..end,
                position: locator.locate(start),
            }
        })
    }
}

//! Byte offsets as the lines and columns that people and editors count.

/// A place in a text. Both numbers start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Walks through a text once and tells positions on the way, so that many places in a large file,
/// or on one long line, cost no more than one.
#[derive(Debug)]
pub(crate) struct Locator<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
}

impl<'t> Locator<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            text,
            offset: 0,
            position: Position { line: 1, column: 1 },
        }
    }

    /// The position of `offset`, which must be a character boundary and not lie before the one asked
    /// for last.
    pub(crate) fn locate(&mut self, offset: usize) -> Position {
        let passed = &self.text[self.offset..offset];
        match passed.rfind('\n') {
            None => self.position.column += passed.chars().count(),
            Some(line_end) => {
                self.position.line += line_breaks(passed);
                self.position.column = 1 + passed[line_end + 1..].chars().count();
            }
        }
        self.offset = offset;
        self.position
    }
}

/// The line on which the byte at `offset` stands.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    1 + line_breaks(&text[..offset])
}

/// The next character boundary at or before `offset`.
pub(crate) fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut boundary = offset.min(text.len());
    while !text.is_char_boundary(boundary) {
        boundary -= 1;
    }
    boundary
}

fn line_breaks(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one() {
        let text = "ab\nä€x\r\n\n🦀z";
        let mut locator = Locator::new(text);
        let places: Vec<_> = text
            .char_indices()
            .map(|(offset, character)| {
                let Position { line, column } = locator.locate(offset);
                (character, line, column)
            })
            .collect();
        assert_eq!(
            places,
            [
                ('a', 1, 1),
                ('b', 1, 2),
                ('\n', 1, 3),
                ('ä', 2, 1),
                ('€', 2, 2),
                ('x', 2, 3),
                ('\r', 2, 4),
                ('\n', 2, 5),
                ('\n', 3, 1),
                ('🦀', 4, 1),
                ('z', 4, 2),
            ]
        );
        assert_eq!(line_of(text, text.len()), 4);
    }

    #[test]
    fn a_boundary_never_lies_behind_the_offset_or_the_text() {
        assert_eq!(floor_boundary("a€b", 3), 1);
        assert_eq!(floor_boundary("a€b", 4), 4);
        assert_eq!(floor_boundary("a€b", 99), 5);
    }
}

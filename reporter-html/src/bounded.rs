//! Lists that stay small, however many entries there are and however much each has to say.
//!
//! Counting entries alone would not do: names, reasons and details are foreign, and a hundred long ones
//! are a long document. So every list has room for so many bytes, too, and says how many entries found
//! room. All rooms together leave a document on a recorded run below two mebibytes; a test sees to it.

use maud::{Markup, Render};

/// How much room a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// So many entries at most.
    pub(crate) entries: usize,
    /// So many bytes of markup at most.
    pub(crate) bytes: usize,
}

impl Room {
    /// The room of a table whose rows are no longer than our own words, and of which one is much like the
    /// other.
    pub(crate) const OF_TABLE: Self = Self {
        entries: 100,
        bytes: 64 * 1024,
    };

    /// Renders entries, the most important ones first, until the next one has no room.
    pub(crate) fn fill<T>(
        self,
        entries: impl IntoIterator<Item = T>,
        mut render: impl FnMut(T) -> Markup,
    ) -> Filled {
        let mut bytes = 0;
        let rendered = entries.into_iter().take(self.entries).map(|entry| {
            let markup = render(entry);
            bytes += markup.0.len();
            (bytes <= self.bytes).then_some(markup)
        });
        Filled(rendered.map_while(|entry| entry).collect())
    }
}

/// Those entries of a list that found room.
pub(crate) struct Filled(Vec<Markup>);

impl Filled {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The other way around: what is most important may have to stand last.
    pub(crate) fn reversed(mut self) -> Self {
        self.0.reverse();
        self
    }
}

impl IntoIterator for Filled {
    type Item = Markup;
    type IntoIter = std::vec::IntoIter<Markup>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Render for Filled {
    fn render_to(&self, buffer: &mut String) {
        self.0.iter().for_each(|entry| entry.render_to(buffer));
    }
}

#[cfg(test)]
mod tests {
    use maud::PreEscaped;

    use super::*;

    fn fill(entries: usize, bytes: usize, texts: &[&str]) -> Filled {
        let entry = |text: &&str| PreEscaped((*text).to_owned());
        Room { entries, bytes }.fill(texts, entry)
    }

    #[test]
    fn a_list_ends_where_there_is_no_room_for_the_next_entry() {
        let texts = ["ab", "cd", "efgh", "i"];
        for (entries, bytes, expected) in [
            (9, 9, "abcdefghi"),
            (2, 9, "abcd"),
            (9, 8, "abcdefgh"),
            (9, 7, "abcd"),
            (9, 0, ""),
        ] {
            let filled = fill(entries, bytes, &texts);
            assert_eq!(filled.render().into_string(), expected);
        }
        assert_eq!(fill(9, 7, &texts).len(), 2);
    }

    #[test]
    fn what_is_most_important_may_stand_last() {
        let filled = fill(2, 9, &["3", "2", "1"]).reversed();
        assert_eq!(filled.render().into_string(), "23");
    }

    #[test]
    fn nothing_is_rendered_that_nobody_will_see() {
        let mut rendered = 0;
        let room = Room {
            entries: 100,
            bytes: 3,
        };
        let filled = room.fill(0..1_000_000, |_| {
            rendered += 1;
            PreEscaped("ab".into())
        });
        assert_eq!((filled.len(), rendered), (1, 2));
    }
}

//! What a page shows at one moment, and what is new in it for somebody who has seen an earlier one.
//!
//! A state is made once and shared by all who look. Nothing is kept for single clients: whoever is slow
//! misses states and gets, with the next one, all parts that have changed since the one they know.

use std::sync::Arc;

use bytes::Bytes;

/// A part of a page that changes on its own: the element with `id="part-NAME"`, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) html: String,
}

/// A page at one moment.
#[derive(Debug)]
pub(crate) struct State {
    /// Tells this process from another one, whose states have the same numbers.
    boot: Arc<str>,
    /// Counts the states of this page, from 1.
    pub(crate) number: u64,
    pub(crate) title: String,
    /// When that was, in words for people.
    pub(crate) at: String,
    parts: Vec<Known>,
    /// The event for who knows the state before.
    update: Bytes,
}

#[derive(Debug, Clone)]
struct Known {
    part: Part,
    /// The state with which it became what it is.
    since: u64,
}

impl State {
    /// A first state.
    pub(crate) fn first(boot: Arc<str>, title: String, at: String, parts: Vec<Part>) -> Self {
        let nothing = Self {
            boot,
            number: 0,
            title: String::new(),
            at: String::new(),
            parts: Vec::new(),
            update: Bytes::new(),
        };
        nothing.after(title, at, parts)
    }

    /// The state after this one; `None` if nothing has changed.
    pub(crate) fn next(&self, title: String, at: String, parts: Vec<Part>) -> Option<Self> {
        let is_same = self.title == title
            && self.parts.len() == parts.len()
            && self
                .parts
                .iter()
                .zip(&parts)
                .all(|(it, new)| it.part == *new);
        (!is_same).then(|| self.after(title, at, parts))
    }

    fn after(&self, title: String, at: String, parts: Vec<Part>) -> Self {
        let number = self.number + 1;
        let since = |part: &Part| {
            let known = self.parts.iter().find(|known| known.part == *part);
            known.map_or(number, |known| known.since)
        };
        let known = parts.into_iter().map(|part| Known {
            since: since(&part),
            part,
        });
        let mut next = Self {
            boot: Arc::clone(&self.boot),
            number,
            title,
            at,
            parts: known.collect(),
            update: Bytes::new(),
        };
        next.update = next.make_event(self.number);
        next
    }

    /// What is in the part with this name; nothing if there is none.
    pub(crate) fn html(&self, name: &str) -> &str {
        let known = self.parts.iter().find(|known| known.part.name == name);
        known.map_or("", |known| &known.part.html)
    }

    /// What this state is called, in this process and no other.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.boot, self.number)
    }

    /// The number of the state of this name; 0, which is none, if it is of another process.
    pub(crate) fn number_of(&self, name: &str) -> u64 {
        match name.split_once('-') {
            Some((boot, number)) if *boot == *self.boot => number.parse().unwrap_or(0),
            _ => 0,
        }
    }

    /// What is new for somebody who knows the state with this number, as an event: the title, the moment,
    /// and the parts that have changed. For somebody who knows nothing, that is everything.
    pub(crate) fn event(&self, seen: u64) -> Bytes {
        if seen + 1 == self.number {
            return self.update.clone();
        }
        self.make_event(seen)
    }

    fn make_event(&self, seen: u64) -> Bytes {
        let changed = self.parts.iter().filter(|known| known.since > seen);
        let parts: serde_json::Map<_, _> = changed
            .map(|known| (known.part.name.to_owned(), known.part.html.as_str().into()))
            .collect();
        // Line breaks in texts are escaped in JSON, so that it is one line, as data of an event has to be.
        let data = serde_json::json!({ "title": self.title, "at": self.at, "parts": parts });
        format!("id: {}\nevent: state\ndata: {data}\n\n", self.name()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(texts: [&str; 3]) -> Vec<Part> {
        let names = ["a", "b", "c"].into_iter().zip(texts);
        names
            .map(|(name, html)| Part {
                name,
                html: html.into(),
            })
            .collect()
    }

    fn names(event: &Bytes) -> Vec<String> {
        let event = std::str::from_utf8(event).expect("text");
        let data = event.lines().find_map(|line| line.strip_prefix("data: "));
        let message: serde_json::Value = serde_json::from_str(data.expect("data")).expect("JSON");
        let parts = message["parts"].as_object().expect("parts");
        parts.keys().cloned().collect()
    }

    fn next(state: &State, texts: [&str; 3]) -> Option<State> {
        state.next("t".into(), "later".into(), parts(texts))
    }

    #[test]
    fn a_page_that_stays_as_it_is_has_no_further_state() {
        let state = State::first(
            "boot".into(),
            "t".into(),
            "now".into(),
            parts(["1", "1", "1"]),
        );
        assert!(next(&state, ["1", "1", "1"]).is_none());
        assert!(
            state
                .next("other".into(), "now".into(), parts(["1", "1", "1"]))
                .is_some()
        );
    }

    #[test]
    fn an_update_has_what_changed_since_the_state_that_is_known_and_nothing_else() {
        let first = State::first(
            "boot".into(),
            "t".into(),
            "now".into(),
            parts(["1", "1", "1"]),
        );
        let second = next(&first, ["1", "2", "1"]).expect("a change");
        let third = next(&second, ["1", "2", "3"]).expect("a change");
        assert_eq!(third.number, 3);
        assert_eq!(names(&first.event(0)), ["a", "b", "c"]);
        assert_eq!(names(&second.event(1)), ["b"]);
        assert_eq!(names(&third.event(2)), ["c"]);
        assert_eq!(names(&third.event(1)), ["b", "c"]);
        assert_eq!(names(&third.event(0)), ["a", "b", "c"]);
    }

    #[test]
    fn an_event_has_three_lines_whatever_is_in_it() {
        let texts = parts(["x\ny", "\r", "\u{2028}"]);
        let state = State::first("boot".into(), "a\nb".into(), "\r\n".into(), texts);
        let event = state.event(0);
        let breaks = event.iter().filter(|byte| matches!(byte, b'\n' | b'\r'));
        assert_eq!(breaks.count(), 4, "and an empty one");
    }

    #[test]
    fn a_state_of_another_process_is_not_known() {
        let state = State::first("boot".into(), "t".into(), "now".into(), Vec::new());
        assert_eq!(state.name(), "boot-1");
        let numbers = ["boot-1", "other-1", "boot-x", "1", ""].map(|name| state.number_of(name));
        assert_eq!(numbers, [1, 0, 0, 0, 0]);
    }
}

//! The last line that the running command has printed, for whoever looks while it runs.

use std::sync::{Arc, Mutex, PoisonError};

use executor_protocol::StreamEvent;

/// So many bytes of the line are kept: it is to be glanced at.
const MAX_BYTES: usize = 240;

/// The last line of the attempt that runs. Clones are about the same attempt.
///
/// It is written once for each piece that the network brings, however many events are in it, and read
/// from other threads.
#[derive(Debug, Clone, Default)]
pub struct OutputTail(Arc<Mutex<String>>);

impl OutputTail {
    /// Forgets the line: another attempt begins.
    pub(crate) fn clear(&self) {
        self.with(String::clear);
    }

    /// Takes note of an event, if it is output.
    pub(crate) fn note(&self, event: StreamEvent<'_>) {
        let StreamEvent::Output { data, .. } = event else {
            return;
        };
        let Some(line) = last_line(data) else { return };
        self.with(|kept| {
            kept.clear();
            kept.push_str(line);
        });
    }

    /// The line, raw as the executor sent it; empty if there is none.
    #[must_use]
    pub fn line(&self) -> String {
        self.with(|line| line.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&mut String) -> T) -> T {
        // A line that is cut in the middle of an update is still only a line.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The beginning of the last line in which there is anything to see.
fn last_line(text: &str) -> Option<&str> {
    // Further back nobody looks: what is printed without line breaks can be megabytes.
    let start = text.len().saturating_sub(4 * MAX_BYTES);
    let start = (start..=text.len()).find(|&start| text.is_char_boundary(start))?;
    let text = &text[start..];
    let line = text.trim_end().rsplit(['\n', '\r']).next()?.trim_start();
    let end = (0..=MAX_BYTES.min(line.len()))
        .rev()
        .find(|&end| line.is_char_boundary(end))?;
    (!line.is_empty()).then_some(&line[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn output(data: &str) -> StreamEvent<'_> {
        StreamEvent::Output {
            data,
            channel: None,
        }
    }

    #[test]
    fn the_last_line_with_something_in_it_is_shown_and_what_is_no_output_changes_nothing() {
        let tail = OutputTail::default();
        assert_eq!(tail.line(), "");
        tail.note(output("one\ntwo\r\n  \n"));
        assert_eq!(tail.line(), "two");
        tail.note(StreamEvent::Heartbeat);
        tail.note(output(" \n"));
        assert_eq!(tail.line(), "two");
        tail.note(output("10%\r20%\r"));
        assert_eq!(tail.line(), "20%");
        tail.clear();
        assert_eq!(tail.line(), "");
    }

    proptest! {
        #[test]
        fn a_line_is_bounded_whatever_comes(text in "(?s).{0,2000}", repeat in 1usize..20) {
            let text = text.repeat(repeat);
            let tail = OutputTail::default();
            tail.note(output(&text));
            let line = tail.line();
            prop_assert!(line.len() <= MAX_BYTES);
            prop_assert!(text.contains(&line));
            prop_assert!(!line.contains('\n'));
        }
    }
}

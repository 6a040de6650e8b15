//! How often something is read that costs something: decided by plain values, without a clock.

use std::time::Duration;

use tokio::time::Instant;

/// It is read no more often than this.
const AT_MOST_EVERY: Duration = Duration::from_secs(5);

/// Reading takes no more than this part of the time.
const PART: u32 = 100;

/// When something may be read.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    is_reading: bool,
    began: Option<Instant>,
    due: Option<Instant>,
}

impl Pace {
    /// Whether to begin to read now. If so, nobody else begins before [`end`](Self::end).
    pub(crate) fn begin(&mut self, now: Instant) -> bool {
        if self.is_reading || self.due.is_some_and(|due| now < due) {
            return false;
        }
        self.is_reading = true;
        self.began = Some(now);
        true
    }

    /// What was begun has ended.
    pub(crate) fn end(&mut self, now: Instant) {
        self.is_reading = false;
        let Some(began) = self.began else { return };
        let took = now.saturating_duration_since(began);
        self.due = Some(began + AT_MOST_EVERY.max(took.saturating_mul(PART)));
    }

    pub(crate) fn is_reading(&self) -> bool {
        self.is_reading
    }

    /// It may be read at once: it is for the last time.
    pub(crate) fn hurry(&mut self) {
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn nothing_is_read_twice_at_once_nor_more_often_than_allowed() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert!(pace.begin(start));
        assert!(!pace.begin(start + 60 * SECOND), "it still reads");
        pace.end(start + SECOND / 1000);
        assert!(!pace.begin(start + 4 * SECOND));
        assert!(pace.begin(start + 5 * SECOND));
    }

    #[test]
    fn what_takes_long_is_read_seldom() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert!(pace.begin(start));
        pace.end(start + SECOND);
        assert!(!pace.begin(start + 99 * SECOND));
        assert!(pace.begin(start + 100 * SECOND));
        pace.end(start + 101 * SECOND);
        pace.hurry();
        assert!(pace.begin(start + 102 * SECOND));
    }
}

//! How long a loop waits that does not get through to the executor.

use std::time::Duration;

/// Pauses that grow while attempts do not get through, so that nobody hammers an executor that is away.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    latest: Option<Duration>,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(20);
    const LONGEST: Duration = Duration::from_secs(1);

    /// How long to wait after another attempt that did not get through.
    pub(crate) fn missed(&mut self) -> Duration {
        let next = self.latest.map_or(Self::FIRST, |latest| latest * 2);
        let next = next.min(Self::LONGEST);
        self.latest = Some(next);
        next
    }

    /// Notes an attempt that got through.
    pub(crate) fn reached(&mut self) {
        self.latest = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_second_and_begin_anew() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..8).map(|_| backoff.missed().as_millis()).collect();
        assert_eq!(pauses, [20, 40, 80, 160, 320, 640, 1000, 1000]);
        backoff.reached();
        assert_eq!(backoff.missed(), Backoff::FIRST);
    }
}

//! The clocks of one stream: what was measured, and which deadline passes next.

use std::time::Duration;

use executor_protocol::{Deadlines, IdleClock, StreamEvent, StreamStats, TransportError};
use tokio::time::Instant;

/// Watches one execution from its start. It is told the time and never asks for it.
#[derive(Debug)]
pub(crate) struct Clocks {
    started: Instant,
    deadlines: Deadlines,
    last_bytes: Instant,
    /// The same counted from the start: events come by the hundred in one piece of the body.
    bytes_after: Duration,
    last_event: Instant,
    last_meaningful: Instant,
    terminal: Option<Instant>,
    pub(crate) stats: StreamStats,
}

impl Clocks {
    /// Clocks of an execution that began at `started`, connected at `connected` (`None` on a reused
    /// connection) and got the head of its answer now.
    pub(crate) fn new(
        deadlines: Deadlines,
        started: Instant,
        connected: Option<Instant>,
        now: Instant,
    ) -> Self {
        Self {
            started,
            deadlines,
            last_bytes: now,
            bytes_after: now - started,
            last_event: now,
            last_meaningful: now,
            terminal: None,
            stats: StreamStats {
                connect: connected.map(|at| at - started),
                head: Some(now - started),
                ..StreamStats::default()
            },
        }
    }

    /// Notes that `count` bytes of the body came.
    pub(crate) fn on_bytes(&mut self, count: usize, now: Instant) {
        self.last_bytes = now;
        self.bytes_after = now - self.started;
        self.stats.bytes += count as u64;
    }

    /// Notes an event whose last byte came with the latest bytes.
    pub(crate) fn on_event(&mut self, event: StreamEvent<'_>) {
        let now = self.last_bytes;
        let since_start = self.bytes_after;
        if self.stats.first_event.is_none() {
            self.stats.first_event = Some(since_start);
        } else if now != self.last_event {
            self.stats.longest_gap = self.stats.longest_gap.max(now - self.last_event);
        }
        self.last_event = now;
        self.stats.events += 1;
        if event.is_meaningful() {
            self.last_meaningful = now;
        }
        if let StreamEvent::Output { .. } = event {
            self.stats.output_events += 1;
            self.stats.first_output.get_or_insert(since_start);
            self.stats.last_output = Some(since_start);
        }
        if event.is_terminal() && self.terminal.is_none() {
            self.terminal = Some(now);
            self.stats.terminal = Some(since_start);
        }
    }

    /// When the next deadline passes, if nothing comes until then.
    pub(crate) fn next_deadline(&self) -> Instant {
        let total = self.started + self.deadlines.total;
        if let Some(terminal) = self.terminal {
            return total.min(terminal + self.deadlines.end);
        }
        self.idle_clocks()
            .into_iter()
            .flatten()
            .map(|(_, since, limit)| since + limit)
            .fold(total, Instant::min)
    }

    /// The error of the deadline that has passed, if any has.
    pub(crate) fn overdue(&self, now: Instant) -> Option<TransportError> {
        if now < self.next_deadline() {
            return None;
        }
        if let Some(terminal) = self.terminal
            && now >= terminal + self.deadlines.end
        {
            return Some(TransportError::EndTimeout {
                limit: self.deadlines.end,
            });
        }
        if now >= self.started + self.deadlines.total {
            let silent_for = now - self.last_meaningful;
            return Some(TransportError::TotalTimeout {
                limit: self.deadlines.total,
                silent_for,
            });
        }
        let passed = self
            .idle_clocks()
            .into_iter()
            .flatten()
            .find(|(_, since, limit)| now >= *since + *limit);
        passed.map(|(clock, since, limit)| TransportError::Stalled {
            clock,
            limit,
            silent_for: now - since,
        })
    }

    /// The clocks that have a limit, the most telling first, each with when its silence began.
    fn idle_clocks(&self) -> [Option<(IdleClock, Instant, Duration)>; 3] {
        let idle = self.deadlines.idle;
        let clock =
            |limit: Option<Duration>, clock, since| limit.map(|limit| (clock, since, limit));
        [
            clock(idle.bytes, IdleClock::Bytes, self.last_bytes),
            clock(idle.events, IdleClock::Events, self.last_event),
            clock(idle.meaningful, IdleClock::Meaningful, self.last_meaningful),
        ]
    }
}

#[cfg(test)]
mod tests {
    use executor_protocol::{ExitStatus, IdleLimits};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const OUTPUT: StreamEvent<'_> = StreamEvent::Output {
        data: "",
        channel: None,
    };
    const COMPLETE: StreamEvent<'_> = StreamEvent::Complete {
        exit: ExitStatus::Code(0),
    };

    fn clocks(idle: IdleLimits) -> (Clocks, Instant) {
        let started = Instant::now();
        let deadlines = Deadlines {
            total: 100 * SECOND,
            end: 5 * SECOND,
            idle,
            ..Deadlines::default()
        };
        (Clocks::new(deadlines, started, None, started), started)
    }

    #[test]
    fn heartbeats_do_not_hide_a_stall() {
        let limit = Some(10 * SECOND);
        let (mut clocks, start) = clocks(IdleLimits {
            events: limit,
            meaningful: limit,
            bytes: limit,
        });
        for second in [0, 4, 8, 12] {
            clocks.on_bytes(1, start + second * SECOND);
            clocks.on_event(if second == 0 {
                OUTPUT
            } else {
                StreamEvent::Heartbeat
            });
        }
        assert_eq!(clocks.next_deadline(), start + 10 * SECOND);
        let error = clocks.overdue(start + 12 * SECOND).expect("overdue");
        let TransportError::Stalled {
            clock, silent_for, ..
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!((clock, silent_for), (IdleClock::Meaningful, 12 * SECOND));
    }

    #[test]
    fn each_idle_clock_has_a_limit_of_its_own() {
        let (mut clocks, start) = clocks(IdleLimits {
            bytes: Some(3 * SECOND),
            events: Some(8 * SECOND),
            meaningful: None,
        });
        clocks.on_bytes(1, start + 2 * SECOND);
        assert!(clocks.overdue(start + 4 * SECOND).is_none());
        let error = clocks.overdue(start + 5 * SECOND).expect("overdue");
        assert!(matches!(
            error,
            TransportError::Stalled {
                clock: IdleClock::Bytes,
                ..
            }
        ));
        for second in 3..=8 {
            clocks.on_bytes(1, start + second * SECOND);
        }
        let error = clocks.overdue(start + 8 * SECOND).expect("overdue");
        assert!(matches!(
            error,
            TransportError::Stalled {
                clock: IdleClock::Events,
                ..
            }
        ));
    }

    #[test]
    fn after_the_terminal_event_only_the_end_is_waited_for() {
        let (mut clocks, start) = clocks(IdleLimits {
            meaningful: Some(SECOND),
            ..IdleLimits::default()
        });
        clocks.on_bytes(1, start);
        clocks.on_event(COMPLETE);
        assert_eq!(clocks.next_deadline(), start + 5 * SECOND);
        let error = clocks.overdue(start + 5 * SECOND);
        assert!(matches!(error, Some(TransportError::EndTimeout { .. })));
    }

    #[test]
    fn a_total_timeout_tells_how_long_the_stream_was_silent() {
        let (mut clocks, start) = clocks(IdleLimits::default());
        clocks.on_bytes(1, start + 70 * SECOND);
        clocks.on_event(OUTPUT);
        let error = clocks.overdue(start + 100 * SECOND).expect("overdue");
        let TransportError::TotalTimeout { silent_for, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(silent_for, 30 * SECOND);
    }

    #[test]
    fn times_and_gaps_are_taken_when_bytes_arrive() {
        let (mut clocks, start) = clocks(IdleLimits::default());
        for (second, event) in [
            (1, StreamEvent::Heartbeat),
            (3, OUTPUT),
            (4, OUTPUT),
            (9, COMPLETE),
        ] {
            clocks.on_bytes(10, start + second * SECOND);
            clocks.on_event(event);
        }
        let stats = &clocks.stats;
        assert_eq!(stats.first_event, Some(SECOND));
        assert_eq!(stats.first_output, Some(3 * SECOND));
        assert_eq!(stats.terminal, Some(9 * SECOND));
        assert_eq!(stats.longest_gap, 5 * SECOND);
        assert_eq!((stats.bytes, stats.events, stats.output_events), (40, 4, 2));
    }
}

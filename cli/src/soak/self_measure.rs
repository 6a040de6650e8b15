//! What the program measures about itself while it measures others.

use std::{cell::Cell, fs, rc::Rc, time::Duration};

use runner_core::self_sample::{LATE, Sampler, Samples, SelfSample};
use rustix::{
    param::page_size,
    time::{ClockId, clock_gettime},
};
use tokio::time::{Instant, sleep_until};

use super::executor_measure::ExecutorMeasure;

/// How often the event loop is asked whether it comes in time. Each time costs microseconds.
const TICK: Duration = Duration::from_millis(250);

/// Measures this process.
pub(super) struct SelfMeasure {
    lag: Rc<Lag>,
    lost_log_lines: Box<dyn Fn() -> u64>,
    latest: Instant,
    latest_cpu: Duration,
    latest_lost: u64,
    executor: Option<ExecutorMeasure>,
}

/// By how much the event loop came late since it was asked before.
#[derive(Default)]
struct Lag {
    max: Cell<Duration>,
    late: Cell<Duration>,
}

impl SelfMeasure {
    /// Begins to measure, on the current thread's event loop.
    pub(super) fn start(
        lost_log_lines: Box<dyn Fn() -> u64>,
        executor: Option<ExecutorMeasure>,
    ) -> Self {
        let lag = Rc::new(Lag::default());
        actix_rt::spawn(Rc::clone(&lag).watch());
        Self {
            lag,
            latest: Instant::now(),
            latest_cpu: cpu(),
            latest_lost: lost_log_lines(),
            lost_log_lines,
            executor,
        }
    }
}

impl Lag {
    async fn watch(self: Rc<Self>) {
        loop {
            let due = Instant::now() + TICK;
            sleep_until(due).await;
            self.note(due.elapsed());
            // Whoever reads it is gone.
            if Rc::strong_count(&self) == 1 {
                return;
            }
        }
    }

    fn note(&self, lag: Duration) {
        self.max.set(self.max.get().max(lag));
        if lag > LATE {
            self.late.set(self.late.get() + lag);
        }
    }
}

impl Sampler for SelfMeasure {
    fn sample(&mut self) -> Samples {
        let now = Instant::now();
        let (cpu, lost) = (cpu(), (self.lost_log_lines)());
        let runner = SelfSample {
            span: now - self.latest,
            lag_max: self.lag.max.take(),
            late: self.lag.late.take(),
            cpu: cpu.saturating_sub(self.latest_cpu),
            memory_bytes: memory(&read("/proc/self/statm")),
            descriptors: descriptors(),
            lost_log_lines: lost.saturating_sub(self.latest_lost),
            ..SelfSample::default()
        };
        self.latest = now;
        self.latest_cpu = cpu;
        self.latest_lost = lost;
        let executor = self.executor.as_mut().and_then(ExecutorMeasure::sample);
        Samples { runner, executor }
    }
}

/// Processor time of all threads so far.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Resident memory in bytes, from `/proc/self/statm`; 0 where it does not say.
fn memory(statm: &str) -> u64 {
    let pages = statm.split_whitespace().nth(1);
    let pages: u64 = pages.and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * page_size() as u64
}

/// Open descriptors, without the one that counts them.
fn descriptors() -> u64 {
    fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count().saturating_sub(1) as u64)
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_the_second_number_in_pages() {
        assert_eq!(memory("1000 7 3 1 0 2 0\n"), 7 * page_size() as u64);
        assert_eq!(memory(""), 0);
    }

    #[test]
    fn only_what_is_late_counts_as_late_but_the_worst_is_known() {
        let lag = Lag::default();
        lag.note(Duration::from_millis(3));
        assert_eq!(lag.late.get(), Duration::ZERO);
        lag.note(Duration::from_secs(2));
        lag.note(Duration::from_millis(5));
        assert_eq!(lag.late.get(), Duration::from_secs(2));
        assert_eq!(lag.max.get(), Duration::from_secs(2));
    }

    #[actix_rt::test]
    async fn a_sample_is_about_the_time_since_the_one_before() {
        let mut measure = SelfMeasure::start(Box::new(|| 0), None);
        let first = measure.sample().runner;
        assert!(first.memory_bytes > 0 && first.descriptors > 0);
        let second = measure.sample().runner;
        assert!(second.span <= first.span + Duration::from_secs(5));
        assert_eq!(second.lost_log_lines, 0);
    }
}

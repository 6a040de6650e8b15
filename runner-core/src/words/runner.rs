//! What the runner took, and by how much it came late.

use std::time::Duration;

use crate::{
    self_sample::{LATE, SelfTotals},
    text::{Grouped, Human, Memory},
};

/// What is known of the runner itself, as names and values; nothing, if it has not looked at itself. The
/// names begin with a capital.
#[must_use]
pub fn runner_facts(totals: &SelfTotals) -> Vec<(&'static str, String)> {
    if totals.samples == 0 {
        return Vec::new();
    }
    let sum = &totals.sum;
    let memory = format!(
        "{} first, {} last, {} at most",
        Memory(totals.memory_first),
        Memory(totals.memory_last),
        Memory(totals.memory_max)
    );
    let mut commits = Grouped(sum.commits).to_string();
    if let Some(mean) = mean(sum.commit_time, sum.commits) {
        let (mean, worst) = (Human(mean), Human(sum.commit_max));
        commits.push_str(&format!(", {mean} on average, {worst} at worst"));
    }
    vec![
        (
            "Samples",
            format!("{} over {}", Grouped(totals.samples), Human(sum.span)),
        ),
        ("Memory", memory),
        (
            "Processor",
            format!("{:.1}% of one core", totals.cpu_share() * 100.0),
        ),
        (
            "Open descriptors",
            format!("{} at most", Grouped(totals.descriptors_max)),
        ),
        ("Event loop", lateness(totals)),
        ("Lost log lines", Grouped(sum.lost_log_lines).to_string()),
        ("Ledger commits", commits),
    ]
}

fn lateness(totals: &SelfTotals) -> String {
    let sum = &totals.sum;
    let worst = Human(sum.lag_max);
    if sum.late.is_zero() {
        return format!("{worst} late at worst, never more than {}", Human(LATE));
    }
    let share = sum.late.as_secs_f64() / sum.span.as_secs_f64().max(f64::MIN_POSITIVE);
    format!(
        "{worst} late at worst, more than {} for {} ({:.1}% of the time)",
        Human(LATE),
        Human(sum.late),
        share * 100.0
    )
}

fn mean(sum: Duration, count: u64) -> Option<Duration> {
    let nanos = sum.as_nanos().checked_div(u128::from(count))?;
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::self_sample::SelfSample;

    fn facts(late: Duration) -> Vec<(&'static str, String)> {
        let mut totals = SelfTotals::default();
        totals.add(&SelfSample {
            span: Duration::from_secs(10),
            lag_max: late,
            late,
            commits: 3,
            commit_time: Duration::from_millis(6),
            commit_max: Duration::from_millis(4),
            ..SelfSample::default()
        });
        runner_facts(&totals)
    }

    #[test]
    fn how_late_the_runner_was_is_told_with_its_share() {
        let late = |late| facts(late).remove(4).1;
        assert_eq!(
            late(Duration::ZERO),
            "0.0ms late at worst, never more than 100ms"
        );
        assert_eq!(
            late(Duration::from_millis(500)),
            "500ms late at worst, more than 100ms for 500ms (5.0% of the time)"
        );
        let commits = facts(Duration::ZERO).remove(6).1;
        assert_eq!(commits, "3, 2.0ms on average, 4.0ms at worst");
    }

    #[test]
    fn nothing_is_told_of_what_nobody_looked_at() {
        assert!(runner_facts(&SelfTotals::default()).is_empty());
    }
}

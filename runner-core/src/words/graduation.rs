//! How far a suite is from its graduation.

use std::fmt;

use crate::{
    recorded::{GRADUATION_RATIO, Graduation},
    text::{Grouped, Share},
};

/// How far a suite is from its graduation, in a line.
#[derive(Debug, Clone, Copy)]
pub struct GraduationLine<'a>(pub &'a Graduation);

impl fmt::Display for GraduationLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.0.current();
        write!(
            f,
            "{ratio} successes to failures since the suite last changed ({GRADUATION_RATIO}:1 asked): "
        )?;
        if self.0.has_graduated() {
            f.write_str("graduated")?;
        } else {
            let needed = GRADUATION_RATIO * ratio.failures().max(1) as f64;
            let needed = Grouped(needed.ceil() as u64);
            write!(f, "not yet, at least {needed} successes are needed")?;
        }
        let share = ratio.proportion();
        match share.trials() {
            0 => Ok(()),
            _ => write!(f, "; {}", Share(share)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use run_stats::SuccessRatio;

    use super::*;
    use crate::recorded::SuiteHistory;

    fn line(successes: u64, failures: u64) -> String {
        let ratio = SuccessRatio::new(successes, failures);
        let graduation = Graduation {
            suite_path: "suite.json".into(),
            overall: SuccessRatio::new(0, 1_000),
            versions: vec![SuiteHistory {
                hash: "0".repeat(64),
                since: Timestamp::UNIX_EPOCH,
                runs: 1,
                ratio,
            }],
        };
        GraduationLine(&graduation).to_string()
    }

    #[test]
    fn a_suite_that_has_graduated_says_by_what() {
        assert_eq!(
            line(37, 2),
            "37:2 (18.5:1) successes to failures since the suite last changed (10:1 asked): graduated; \
             94.9% (37 of 39; 95% confidence: 83.1% to 98.6%)"
        );
    }

    #[test]
    fn a_suite_that_has_not_graduated_says_how_many_successes_are_needed() {
        for (successes, failures, needed) in [(0, 0, "10"), (8, 0, "10"), (1_999, 200, "2,000")] {
            let line = line(successes, failures);
            let words = format!(": not yet, at least {needed} successes are needed");
            assert!(line.contains(&words), "{line}");
        }
        assert!(line(0, 0).ends_with("needed"));
        assert!(line(8, 0).ends_with("; 100.0% (8 of 8; 95% confidence: 67.6% to 100.0%)"));
    }
}

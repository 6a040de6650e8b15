//! `gauntlet compare`: whether one run did worse than another.

mod json;
mod page;

use runner_core::comparison::{Comparison, Pair, Verdict};

use super::{OpenLedger, json::print, recorded_run};
use crate::{
    args::{CommonArgs, CompareArgs},
    error::CliError,
    exit::Exit,
    streams,
};

/// Compares two runs, and holds the second against the first if it is asked to.
pub(crate) fn compare(common: &CommonArgs, args: &CompareArgs) -> Result<Exit, CliError> {
    let ledger = OpenLedger::open(common, &args.output.ledger)?;
    let baseline = recorded_run(&ledger.reader, &args.baseline)?;
    let candidate = recorded_run(&ledger.reader, &args.candidate)?;
    let pair = Pair {
        baseline: &baseline,
        candidate: &candidate,
    };
    let comparison = Comparison::of(pair);
    if args.output.json {
        print(&json::document(&ledger.path, pair, &comparison))?;
    } else {
        streams::print(page::page(pair, &comparison))?;
    }
    let gate = args.is_gate.then(|| exit(comparison.verdict()));
    Ok(gate.unwrap_or(Exit::Success))
}

/// What a gate makes of a comparison. One that shows nothing does not hold.
pub(crate) fn exit(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Worse => Exit::Regression,
        Verdict::Same | Verdict::Better => Exit::Success,
        Verdict::TooFewAttempts | Verdict::NotComparable => Exit::Inconclusive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::test_support::{case, run};

    #[test]
    fn a_comparison_that_shows_nothing_does_not_hold() {
        assert_eq!(exit(Verdict::TooFewAttempts), Exit::Inconclusive);
        assert_eq!(exit(Verdict::NotComparable), Exit::Inconclusive);
        assert_eq!(exit(Verdict::Worse), Exit::Regression);
        for verdict in [Verdict::Same, Verdict::Better] {
            assert_eq!(exit(verdict), Exit::Success);
        }
    }

    #[test]
    fn a_run_is_not_compared_with_itself() {
        let run = run(1, vec![case("a", 50, 0)]);
        let comparison = Comparison::of(Pair {
            baseline: &run,
            candidate: &run,
        });
        assert_eq!(comparison.verdict(), Verdict::NotComparable);
    }
}

//! In which order lists of a run are read, and what they come to.

use executor_protocol::FindingCode;
use run_stats::DurationHistogram;

use super::{FindingTotal, OutcomeCounts, RecordedCase, RecordedHour};

/// The cases with their numbers, those first that fail most; then those of which nothing is known, then
/// those that never failed.
#[must_use]
pub fn cases_by_need(cases: &[RecordedCase]) -> Vec<(usize, &RecordedCase)> {
    let mut order: Vec<_> = (1..).zip(cases).collect();
    order.sort_by(|(_, one), (_, other)| rank(one).total_cmp(&rank(other)));
    order
}

/// The share of passed attempts, for cases of which it is not known between those that failed at all
/// and those that never did.
fn rank(case: &RecordedCase) -> f64 {
    let rate = case.totals.outcomes.success().rate();
    rate.unwrap_or(1.0 - f64::EPSILON)
}

/// What was found, the gravest first.
#[must_use]
pub fn findings_by_gravity(findings: &[FindingTotal]) -> Vec<(Option<FindingCode>, &FindingTotal)> {
    let mut known: Vec<_> = findings
        .iter()
        .map(|total| (total.known(), total))
        .collect();
    known.sort_by_key(|(code, _)| code.map(FindingCode::severity));
    known.reverse();
    known
}

impl FindingTotal {
    /// What is known about its code; `None` if another version of the program has found it.
    #[must_use]
    pub fn known(&self) -> Option<FindingCode> {
        FindingCode::from_name(&self.code)
    }
}

/// What hours came to together: outcomes, and how long those took that passed.
#[must_use]
pub fn sum_of_hours(hours: &[RecordedHour]) -> (OutcomeCounts, DurationHistogram) {
    let mut outcomes = OutcomeCounts::default();
    let mut durations = DurationHistogram::new();
    for RecordedHour { totals, .. } in hours {
        outcomes.merge(&totals.outcomes);
        durations.merge(&totals.durations);
    }
    (outcomes, durations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{outcome::OutcomeClass, recorded::Totals};

    #[test]
    fn cases_that_fail_most_come_first_and_unknown_ones_before_those_that_never_did() {
        let case = |id: &str, passed, failed| {
            let mut totals = Totals::default();
            totals.outcomes.add(OutcomeClass::Passed, passed);
            totals.outcomes.add(OutcomeClass::Failed, failed);
            RecordedCase {
                id: id.into(),
                name: id.into(),
                totals,
                hours: Vec::new(),
            }
        };
        let cases = [
            case("good", 9, 0),
            case("new", 0, 0),
            case("bad", 1, 9),
            case("rare", 99, 1),
        ];
        let order = cases_by_need(&cases);
        let order: Vec<_> = order
            .iter()
            .map(|(number, case)| (*number, &*case.id))
            .collect();
        assert_eq!(order, [(3, "bad"), (4, "rare"), (2, "new"), (1, "good")]);
    }

    #[test]
    fn findings_that_nobody_knows_come_last() {
        let finding = |code: &str| FindingTotal {
            code: code.into(),
            count: 1,
            attempts: 1,
            first_attempt: 1,
            detail: String::new(),
        };
        let findings = ["a-later-code", "truncated-body"].map(finding);
        let order = findings_by_gravity(&findings);
        assert_eq!(order[0].1.code, "truncated-body");
        assert_eq!(order[1].0, None);
    }
}

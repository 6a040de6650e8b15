//! What is known, and what was sought.

use ::load::capacity::{CapacityResults, KnownRates, RoundRate};
use maud::{Markup, html};
use runner_core::text::{Grouped, Human, OrDash, Percent};
use suite::Ratio;

use crate::{
    facts::{Facts, tile},
    page::Section,
};

/// The section.
pub(super) fn section(results: &CapacityResults) -> Section {
    let confidence = results.info.plan.confidence.share() * 100.0;
    let body = html! {
        (tiles(results))
        p {
            "What is sought is the highest rate at which all gates hold. Near it an executor holds in one trial \
             and not in the next: so it is the rate that holds in half of its trials, and it lies between the \
             lower and the higher end with " (format_args!("{confidence:.0}%")) " confidence."
        }
        (facts(results))
    };
    Section::new("capacity", "Capacity", body)
}

fn tiles(results: &CapacityResults) -> Markup {
    let KnownRates {
        estimate,
        low,
        high,
    } = results.known.rates();
    let count = |evidence| {
        let trials = results.trials.iter();
        let same = trials.filter(|trial| trial.verdict.evidence() == evidence);
        Grouped(same.count() as u64).to_string()
    };
    html! {
        dl.tiles {
            @for (label, rate) in [("Estimate", estimate), ("Lower end", low), ("Higher end", high)] {
                (tile(label, &OrDash(rate.map(RoundRate)).to_string()))
            }
            @for (label, evidence) in [
                ("Trials that hold", Some(true)), ("That do not", Some(false)), ("That show nothing", None),
            ] {
                (tile(label, &count(evidence)))
            }
        }
    }
}

fn facts(results: &CapacityResults) -> Facts {
    let (info, plan) = (&results.info, &results.info.plan);
    let mut facts = Facts::default();
    facts.add(
        "Range",
        format!(
            "{} to {}, from {} on",
            RoundRate(plan.range.low()),
            RoundRate(plan.range.high()),
            RoundRate(plan.start)
        ),
    );
    let resolution = OrDash(Ratio::new(plan.resolution).map(Percent));
    facts.add(
        "Resolution",
        format!("the ends of the interval at most {resolution} apart"),
    );
    facts.add(
        "Each trial",
        format!(
            "{} after {} of warm-up, {} at most, {} apart",
            Human(plan.trial),
            Human(plan.warmup),
            Grouped(plan.max_trials.get() as u64),
            Human(plan.pause)
        ),
    );
    facts.add(
        "In flight",
        format!(
            "at most {} attempts, from {} threads",
            Grouped(info.max_in_flight as u64),
            info.threads
        ),
    );
    facts
}

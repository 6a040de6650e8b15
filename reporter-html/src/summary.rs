//! The numbers of a run: how many came to what, and how far the suite is from its graduation.

use maud::{Markup, html};
use runner_core::{
    outcome::OutcomeClass,
    recorded::Graduation,
    results::Counts,
    text::{Confidence, Grouped, Rate, Tokens, Untold},
    words::GraduationLine,
};

use crate::{facts::Facts, page::Section, status::Status};

/// What a summary is about.
pub(crate) struct Summary<'a> {
    /// What is counted, as it stands after "Total": `cases`, `attempts`.
    pub(crate) what: &'static str,
    /// Whether cases are counted, and not attempts.
    pub(crate) of_cases: bool,
    pub(crate) counts: &'a Counts,
    /// How many of those not run the runner left in the middle, because it was ended itself.
    pub(crate) interrupted: u64,
    pub(crate) graduation: Option<&'a Graduation>,
}

impl Summary<'_> {
    /// The section.
    pub(crate) fn section(&self) -> Section {
        Section::new("summary", "Summary", self.body())
    }

    /// What is in it. Everything counts in exactly one number beside the total; in `counts`, `failed`
    /// holds the errors, too.
    pub(crate) fn body(&self) -> Markup {
        let counts = self.counts;
        let errors = counts.infrastructure_errors + counts.harness_errors;
        let success = counts.success();
        let flaky = if self.of_cases { counts.flaky } else { 0 };
        let inconclusive = if self.of_cases {
            counts.inconclusive
        } else {
            0
        };
        html! {
            dl.tiles {
                div.wide {
                    dt { "Success rate" }
                    dd {
                        span.number { (Rate(success)) }
                        @if success.trials() > 0 {
                            span.explained {
                                (Grouped(success.successes())) " of " (Grouped(success.trials()))
                                " tried; 95% confidence: " (Confidence(success))
                            }
                        } @else {
                            span.explained { "because no case was tried" }
                        }
                    }
                }
                (tile("Total ", self.what, counts.total, "total"))
                (tile("Passed", "", counts.passed.saturating_sub(flaky), class(OutcomeClass::Passed)))
                @if flaky > 0 { (tile("Flaky", "", flaky, class(OutcomeClass::TimedOut))) }
                (tile("Failed", "", counts.failed.saturating_sub(errors), class(OutcomeClass::Failed)))
                (tile("Infrastructure errors", "", counts.infrastructure_errors,
                    class(OutcomeClass::InfrastructureError)))
                (tile("Harness errors", "", counts.harness_errors, class(OutcomeClass::HarnessError)))
                @if inconclusive > 0 {
                    (tile("Inconclusive", "", inconclusive, class(OutcomeClass::Skipped)))
                }
                (tile("Skipped", "", counts.skipped, class(OutcomeClass::Skipped)))
                (tile("Not run", "", counts.not_run, class(OutcomeClass::Cancelled)))
            }
            (self.facts())
        }
    }

    fn facts(&self) -> Markup {
        let mut facts = Facts::default();
        if self.interrupted > 0 {
            let interrupted = Grouped(self.interrupted);
            let words = html! {
                (interrupted) " of those not run: the runner itself ended in the middle"
            };
            facts.add("Interrupted", words);
        }
        let Counts {
            flaky,
            failed_cases,
            inconclusive,
            ..
        } = *self.counts;
        // Each counts once in an iteration, which its attempts do not tell.
        if !self.of_cases && flaky + inconclusive > 0 {
            facts.add("Cases that failed", html! { (Grouped(failed_cases)) });
            facts.add("Cases that were flaky", html! { (Grouped(flaky)) });
            facts.add(
                "Cases that were inconclusive",
                html! { (Grouped(inconclusive)) },
            );
        }
        let agents = &self.counts.agents;
        if agents.attempts > 0 {
            let (cost, tokens) = (agents.cost, agents.tokens);
            facts.add("Agents run", html! { (Grouped(agents.attempts)) });
            facts.add("Agents' cost", html! { (cost.known) (Untold(cost.untold)) });
            let untold = Untold(tokens.untold);
            facts.add("Agents' tokens", html! { (Tokens(tokens.known)) (untold) });
        }
        if agents.rate_limited > 0 {
            facts.add("Rate limits met", html! { (Grouped(agents.rate_limited)) });
        }
        if let Some(graduation) = self.graduation {
            facts.add("Graduation", html! { (GraduationLine(graduation)) });
        }
        html! { (facts) }
    }
}

fn class(class: OutcomeClass) -> &'static str {
    Status::of_class(class).class
}

fn tile(label: &str, what: &str, count: u64, class: &str) -> Markup {
    // What did not happen is no cause for colours.
    let class = if count == 0 { "none" } else { class };
    html! {
        div class={ "tile " (class) } {
            dt { (label) (what) }
            dd { span.number { (Grouped(count)) } }
        }
    }
}

//! The ways in which attempts failed, each with the first attempt that did.

use ::load::{FailureKind, Failures};
use maud::{Markup, html};
use runner_core::{
    excerpt::Excerpt,
    text::{Grouped, Human},
};

use crate::{
    ReportOptions,
    excerpt::{self, Blocks},
    facts::Facts,
    page::Section,
    status::Status,
    text::{Clipped, Code},
};

/// The section; `None` if no attempt failed. There are few ways, and little is kept of each.
pub(super) fn section(failures: &Failures, options: &ReportOptions) -> Option<Section> {
    let others = failures.others();
    let body = html! {
        p { "The distinct ways in which attempts failed, each with the first attempt that did." }
        @for kind in failures.kinds() { (article(kind, options.max_failed_output_chars)) }
        @if others > 0 {
            p { (Grouped(others)) " attempts failed in still other ways." }
        }
    };
    (!failures.is_empty()).then(|| Section::new("failures", "Failures", body))
}

fn article(kind: &FailureKind, max_chars: usize) -> Markup {
    let mut facts = Facts::default();
    facts.add("Outcome", Status::of_class(kind.class));
    facts.add("Execution ID", Code(&kind.execution_id));
    facts.add("Began after", Human(kind.began_after).to_string());
    if let Some(code) = kind.exit_code {
        facts.add("Exit code", code);
    }
    if !kind.words.is_empty() {
        facts.add_wide("Why", excerpt::words(&kind.words, max_chars));
    }
    html! {
        article {
            h3 { (Grouped(kind.count)) " × " (Clipped(&kind.case_id)) }
            (facts)
            @if !kind.output.is_empty() {
                details {
                    summary { "The beginning of its output" }
                    (Blocks(Excerpt::of_text(&kind.output, max_chars)))
                }
            }
        }
    }
}

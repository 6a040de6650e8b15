//! The verdict over a run: one line that says it, and the reasons below.

use maud::{Markup, Render, html};
use runner_core::words::{Headline, Problem, Reason, Reasons, Told, capitalized};

use crate::{excerpt, page::Tone};

/// The verdict as it stands at the top.
pub(crate) struct Verdict {
    pub(crate) tone: Tone,
    /// Never foreign.
    pub(crate) headline: String,
    /// What follows the headline, as paragraphs and lists.
    pub(crate) body: Markup,
}

impl Render for Verdict {
    fn render(&self) -> Markup {
        let Self {
            tone,
            headline,
            body,
        } = self;
        html! {
            section class={ "verdict " (tone.class()) } aria-labelledby="verdict" {
                h2 id="verdict" { span aria-hidden="true" { (tone.sign()) } " " (headline) }
                (body)
            }
        }
    }
}

/// The words of a verdict as paragraphs and lists.
pub(crate) struct Words<'a> {
    pub(crate) reasons: Reasons<'a>,
    /// How many characters of a problem's words are shown.
    pub(crate) max_chars: usize,
}

impl Words<'_> {
    /// That the run is a success.
    pub(crate) fn success(&self) -> Verdict {
        let words = capitalized(&self.reasons.to_string());
        Verdict {
            tone: Tone::Good,
            headline: format!("The {} succeeded", self.reasons.nouns.whole),
            body: html! { p { (words) "." } },
        }
    }

    /// That it is none because of `problems`, the gravest of which comes first.
    pub(crate) fn failure(&self, problems: &[Problem<'_>]) -> Verdict {
        let headline = Headline {
            nouns: self.reasons.nouns,
            code: problems.first().map_or("", |gravest| gravest.code),
        };
        Verdict {
            tone: Tone::Bad,
            headline: headline.to_string(),
            body: self.list(problems),
        }
    }

    /// A list of `problems`.
    pub(crate) fn list<'p>(&self, problems: impl IntoIterator<Item = &'p Problem<'p>>) -> Markup {
        html! {
            ul {
                @for problem in problems { li { (self.reason(problem)) } }
            }
        }
    }

    fn reason(&self, problem: &Problem<'_>) -> Markup {
        let Reason { label, told } = self.reasons.reason(problem);
        html! {
            b { (label) ":" } " "
            @match told {
                Told::Words(words) => (words),
                Told::Gates(names) => {
                    @for (index, name) in names.iter().enumerate() {
                        @if index > 0 { ", " }
                        code { (name) }
                    }
                },
                Told::Quoted(words) => (excerpt::words(words, self.max_chars)),
            }
        }
    }
}

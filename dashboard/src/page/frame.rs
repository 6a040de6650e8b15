//! The frame of a page: its head, its landmarks, its sections, and where the parts that change stand in them.

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use super::{load, text::Plain};
use crate::{hub::Subject, state::State};

/// A page with a state in it.
pub(crate) struct Frame<'a> {
    pub(crate) subject: Subject,
    pub(crate) state: &'a State,
    /// Where its further states come from.
    pub(crate) events: &'a str,
    /// Whether this process makes a run.
    pub(crate) follows: bool,
    /// Whether there is a list of runs.
    pub(crate) has_list: bool,
}

/// The sections of the page of a run: the part in each, and its heading.
const SECTIONS: [(&str, &str); 10] = [
    ("now", "Now"),
    ("results", "Results"),
    ("over-time", "Over time"),
    ("drift", "Drift"),
    ("resources", "Resources"),
    ("failures", "Latest failures"),
    ("findings", "Protocol findings"),
    ("outages", "Outages"),
    ("runner", "The runner itself"),
    ("about", "About this run"),
];

impl Frame<'_> {
    /// The whole document.
    pub(crate) fn document(&self) -> Markup {
        let state = self.state;
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(&state.title))
                body data-events=(self.events) data-state=(state.name()) data-at=(state.at) {
                    a.skip href="#main" { "Skip to the content" }
                    header {
                        p.product { "gauntlet" }
                        h1 #title { (Plain(&state.title)) }
                        (self.navigation())
                    }
                    main #main tabindex="-1" {
                        p #connection.note hidden {}
                        noscript {
                            p.note {
                                "As of " (state.at) ". Without JavaScript this page stays as it is: "
                                a href="" { "load it again" } " to see what has changed."
                            }
                        }
                        @match self.subject {
                            Subject::List => (self.part("runs")),
                            _ => (self.run()),
                        }
                    }
                }
            }
        }
    }

    fn navigation(&self) -> Markup {
        let is_current = |subject| (self.subject == subject).then_some("page");
        html! {
            @if self.has_list {
                nav aria-label="Runs" {
                    ul {
                        @if self.follows {
                            li { a href="/" aria-current=[is_current(Subject::Live)] { "The current run" } }
                        }
                        li { a href="/runs" aria-current=[is_current(Subject::List)] { "All runs" } }
                    }
                }
            }
        }
    }

    fn run(&self) -> Markup {
        html! {
            // The one part that is read out when it changes: it is short, and changes seldom.
            div #part-status aria-live="polite" aria-atomic="true" {
                (PreEscaped(self.state.html("status")))
            }
            (self.part("problems"))
            @for &(name, heading) in self.sections() {
                section aria-labelledby={ "h-" (name) } {
                    h2 id={ "h-" (name) } { (heading) }
                    (self.part(name))
                }
            }
        }
    }

    fn sections(&self) -> &'static [(&'static str, &'static str)] {
        match self.subject {
            Subject::Load => &load::SECTIONS,
            _ => &SECTIONS,
        }
    }

    fn part(&self, name: &'static str) -> Markup {
        html! {
            div id={ "part-" (name) } { (PreEscaped(self.state.html(name))) }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (Plain(title)) " – gauntlet" }
            link rel="icon" href="/icon.svg" type="image/svg+xml";
            link rel="stylesheet" href="/style.css";
            script src="/live.js" defer {}
        }
    }
}

/// A page that only says something.
fn notice(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – gauntlet" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/style.css";
            }
            body { main { h1 { (title) } (body) } }
        }
    }
}

/// What is answered where there is nothing.
pub(crate) fn nothing_here() -> Markup {
    let body = html! {
        p { "There is no such page, or no such run in the ledger." }
        p { a href="/" { "To the first page" } }
    };
    notice("Nothing here", &body.render())
}

/// What is answered to who has no token; `path` is where they wanted to go.
pub(crate) fn no_token(path: &str) -> Markup {
    let body = html! {
        p {
            "This dashboard asks for its token: open " code { (path) "?token=…" }
            " with it once, or send it as " code { "Authorization: Bearer …" } "."
        }
        // Browsers send no strict cookie after a link on a page of another site, but after this one.
        p { "If you came by such a link: " a href=(path) { "go on to the page" } "." }
    };
    notice("Not without the token", &body)
}

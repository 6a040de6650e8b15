//! The frame of a document: its head with the style and the policy, its title, its sections, and the
//! way to them.

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use crate::text::Plain;

/// What is beside [`charts::STYLE`], and after it.
const STYLE: &str = include_str!("style.css");

/// The SHA-256 of both together, as policies name it. A test sees to it that it is.
const STYLE_HASH: &str = "sha256-+HG4rJgB240iv4pbI5OdxvKCoJa2ReM6FvS0Jy2vgO8=";

/// How it looks at the first glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    /// Nothing is decided yet.
    Open,
}

impl Tone {
    /// The class that the style colours.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open => "open",
        }
    }

    /// A sign in front of the words, for those who see it.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Bad => "✗",
            Self::Open => "…",
        }
    }

    /// The picture on the tab of a browser, which else would ask for one.
    fn icon(self) -> &'static str {
        macro_rules! dot {
            ($colour:literal) => {
                concat!(
                    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E",
                    "%3Ccircle cx='4' cy='4' r='4' fill='%23",
                    $colour,
                    "'/%3E%3C/svg%3E"
                )
            };
        }
        match self {
            Self::Good => dot!("2e7d5b"),
            Self::Bad => dot!("c62828"),
            Self::Open => dot!("8a8f98"),
        }
    }
}

/// A section with its heading.
pub(crate) struct Section {
    /// Where links to it lead. Never foreign.
    id: &'static str,
    heading: &'static str,
    body: Markup,
}

impl Section {
    pub(crate) fn new(id: &'static str, heading: &'static str, body: Markup) -> Self {
        Self { id, heading, body }
    }

    /// What the list of contents needs of it.
    pub(crate) fn entry(&self) -> Entry {
        let Self { id, heading, .. } = *self;
        Entry { id, heading }
    }
}

impl Render for Section {
    fn render(&self) -> Markup {
        html! {
            section aria-labelledby=(self.id) {
                h2 id=(self.id) { (self.heading) }
                (self.body)
            }
        }
    }
}

/// A line in the list of contents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) id: &'static str,
    pub(crate) heading: &'static str,
}

/// Writes everything until the first section: the head, the title, the verdict.
pub(crate) fn begin(
    out: &mut impl Write,
    title: &str,
    tone: Tone,
    verdict: &Markup,
    contents: &[Entry],
) -> io::Result<()> {
    let policy = format!(
        "default-src 'none'; style-src '{STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'"
    );
    let head = html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (Plain(title)) }
            link rel="icon" href=(tone.icon());
            style { (PreEscaped(charts::STYLE)) (PreEscaped(STYLE)) }
        }
        (PreEscaped("<body>"))
        header { h1 { (Plain(title)) } }
        (PreEscaped("<main>"))
        (verdict)
        @if !contents.is_empty() {
            nav aria-label="Contents" {
                ul {
                    @for Entry { id, heading } in contents {
                        li { a href={ "#" (id) } { (heading) } }
                    }
                }
            }
        }
    };
    write(out, &head)
}

/// Writes what stands after the last section.
pub(crate) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"</main></body></html>\n")
}

/// Writes a piece of the document.
pub(crate) fn write(out: &mut impl Write, markup: &Markup) -> io::Result<()> {
    out.write_all(markup.0.as_bytes())
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    use runner_core::outcome::OutcomeClass;
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_policy_names_the_style_by_its_hash() {
        let hash = BASE64_STANDARD.encode(Sha256::digest(format!("{}{STYLE}", charts::STYLE)));
        assert_eq!(STYLE_HASH, format!("sha256-{hash}"));
    }

    #[test]
    fn the_style_has_a_colour_for_every_outcome() {
        for class in OutcomeClass::ALL.map(OutcomeClass::as_str) {
            let rule = format!("svg .{class} {{ fill: var(--{class}); }}");
            assert!(charts::STYLE.contains(&rule), "{rule}");
        }
    }

    #[test]
    fn the_style_ends_where_it_should_and_asks_for_nothing() {
        assert!(!STYLE.contains('<') && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}

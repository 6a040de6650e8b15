//! Code in what a command prints.

/// The code in `language` that stands in a text: what is in the first fenced block of it, and where nothing
/// is fenced at all the whole text. `None` if there is none, or if it is empty.
///
/// Languages are compared by their names, whatever the case, and by those short names that are in common use.
///
/// ```
/// use runner_core::attempt::code_in;
///
/// let text = "Here it is:\n```py\nprint(4)\n```\n";
/// assert_eq!(code_in(text, "python"), Some("print(4)\n"));
/// assert_eq!(code_in(text, "rust"), None);
/// assert_eq!(code_in("print(4)", "python"), Some("print(4)"));
/// ```
#[must_use]
pub fn code_in<'t>(text: &'t str, language: &str) -> Option<&'t str> {
    let mut fence: Option<Fence<'_>> = None;
    let mut is_fenced = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        match &fence {
            Some(open) if open.is_closed_by(line) => {
                if same(open.language, language) {
                    return not_empty(&text[open.begins..start]);
                }
                fence = None;
            }
            Some(_) => {}
            None => {
                fence = Fence::opened_by(line, at);
                is_fenced |= fence.is_some();
            }
        }
    }
    match fence {
        // A block that is not closed goes on to the end.
        Some(open) if same(open.language, language) => not_empty(&text[open.begins..]),
        _ if is_fenced => None,
        _ => not_empty(text),
    }
}

struct Fence<'t> {
    mark: char,
    length: usize,
    language: &'t str,
    /// Where what it encloses begins.
    begins: usize,
}

impl<'t> Fence<'t> {
    fn opened_by(line: &'t str, begins: usize) -> Option<Self> {
        let (mark, length, rest) = mark(line)?;
        if mark == '`' && rest.contains('`') {
            return None;
        }
        let language = rest.split_whitespace().next().unwrap_or_default();
        Some(Self {
            mark,
            length,
            language,
            begins,
        })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        mark(line).is_some_and(|(mark, length, rest)| {
            mark == self.mark && length >= self.length && rest.trim().is_empty()
        })
    }
}

/// The marks with which a line begins, as many as make a fence, and what follows them.
fn mark(line: &str) -> Option<(char, usize, &str)> {
    let text = line.trim_start_matches(' ');
    let is_indented = line.len() - text.len() > 3;
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = text.trim_start_matches(mark);
    let length = text.len() - rest.len();
    (length >= 3 && !is_indented).then_some((mark, length, rest))
}

fn not_empty(code: &str) -> Option<&str> {
    (!code.trim().is_empty()).then_some(code)
}

fn same(one: &str, other: &str) -> bool {
    full_name(one).eq_ignore_ascii_case(full_name(other))
}

/// The name of a language for the short names in common use.
pub(in crate::attempt) fn full_name(name: &str) -> &str {
    let short = [
        ("py", "python"),
        ("python3", "python"),
        ("js", "javascript"),
        ("ts", "typescript"),
        ("rs", "rust"),
        ("sh", "bash"),
        ("shell", "bash"),
        ("rb", "ruby"),
        ("golang", "go"),
        ("c++", "cpp"),
        ("yml", "yaml"),
    ];
    let known = short.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
    known.map_or(name, |(_, full)| full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_block_of_the_language_counts() {
        let text = "```\nplain\n```\n~~~sh\nls\n~~~\n```Rust ignore\nfn a() {}\n```\n```rust\nfn b() {}\n```";
        assert_eq!(code_in(text, "rust"), Some("fn a() {}\n"));
        assert_eq!(code_in(text, "bash"), Some("ls\n"));
        assert_eq!(code_in(text, "python"), None);
    }

    #[test]
    fn a_fence_is_closed_by_its_like_only_or_by_the_end() {
        let text = "````md\n```py\nx\n```\n````\n```py\ny\n~~~\n``";
        assert_eq!(code_in(text, "python"), Some("y\n~~~\n``"));
        assert_eq!(code_in(text, "md"), Some("```py\nx\n```\n"));
    }

    #[test]
    fn empty_code_is_none() {
        for text in ["", " \n", "```py\n\n```", "```py"] {
            assert_eq!(code_in(text, "py"), None, "{text:?}");
        }
    }
}

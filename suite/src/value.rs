//! The values of a suite file and what each of them has to fulfil.

use std::{num::NonZeroU64, time::Duration};

use jsonc_parser::ast::{StringLit, Value};

use crate::{
    MatchOn, OutputFormat, Ratio, Usd, duration,
    problem::Complaint,
    quote::quoted,
    reader::{Reader, span},
    suggest::closest,
};

impl<'t> Reader<'t> {
    /// Any text.
    pub(crate) fn text(&mut self, value: &Value<'t>) -> Option<String> {
        self.string(value).map(|string| string.value.to_string())
    }

    /// A text by which people and programs refer to something: on one line, and not blank.
    pub(crate) fn label<'n>(
        &mut self,
        value: &'n Value<'t>,
        what: &str,
    ) -> Option<&'n StringLit<'t>> {
        let string = self.string(value)?;
        self.check_label(string, what).then_some(string)
    }

    /// Whether `string` can serve as a label; reports it if not.
    pub(crate) fn check_label(&mut self, string: &StringLit<'t>, what: &str) -> bool {
        if string.value.trim().is_empty() {
            self.problems.report(span(string), || {
                Complaint::new(format!("the {what} is empty"))
            });
            return false;
        }
        if string.value.contains(char::is_control) {
            self.problems.report(span(string), || {
                Complaint::new(format!("the {what} contains a control character"))
            });
            return false;
        }
        true
    }

    /// A shell command.
    pub(crate) fn command(&mut self, value: &Value<'t>) -> Option<String> {
        let string = self.string(value)?;
        if string.value.trim().is_empty() {
            self.problems
                .report(span(string), || Complaint::new("the command is empty"));
            return None;
        }
        if string.value.contains('\0') {
            self.problems.report(span(string), || {
                Complaint::new("the command contains a NUL character")
                    .help("no program can be given one in its arguments")
            });
            return None;
        }
        Some(string.value.to_string())
    }

    /// Labels to select by.
    pub(crate) fn tags(&mut self, value: &Value<'t>) -> Vec<String> {
        self.each(value, |reader, element| {
            reader
                .label(element, "tag")
                .map(|tag| tag.value.to_string())
        })
    }

    /// Names of programs. They become part of a shell command that looks for them, so nothing that
    /// means anything to a shell is let through.
    pub(crate) fn programs(&mut self, value: &Value<'t>) -> Vec<String> {
        self.each(value, |reader, element| {
            let string = reader.string(element)?;
            if !is_program_name(&string.value) {
                reader.problems.report(span(string), || {
                    Complaint::new(format!("{} is no name of a program", quoted(&string.value)))
                        .help(
                            "a name has letters, digits and . _ + - /, but no white space or shell \
                             metacharacters, and does not begin with -",
                        )
                });
                return None;
            }
            Some(string.value.to_string())
        })
    }

    /// The elements of an array, without those that `read` reported as wrong.
    pub(crate) fn each<R>(
        &mut self,
        value: &Value<'t>,
        mut read: impl FnMut(&mut Self, &Value<'t>) -> Option<R>,
    ) -> Vec<R> {
        let elements = self.array(value).unwrap_or_default();
        elements
            .iter()
            .filter_map(|element| read(self, element))
            .collect()
    }

    /// The elements of an array, or the one value that stands in place of an array of one.
    pub(crate) fn one_or_many<R>(
        &mut self,
        value: &Value<'t>,
        mut read: impl FnMut(&mut Self, &Value<'t>) -> Option<R>,
    ) -> Vec<R> {
        match value {
            Value::Array(_) => self.each(value, read),
            value => read(self, value).into_iter().collect(),
        }
    }

    /// Yes or no.
    pub(crate) fn boolean(&mut self, value: &Value<'t>) -> Option<bool> {
        match value {
            Value::BooleanLit(boolean) => Some(boolean.value),
            _ => {
                self.unexpected(value, "true or false");
                None
            }
        }
    }

    /// A limit in time: a number of seconds, or a text with units.
    pub(crate) fn timeout(&mut self, value: &Value<'t>) -> Option<Duration> {
        let timeout = self.span_of_time(value)?;
        if timeout.is_zero() {
            self.problems.report(span(value), || {
                Complaint::new("the duration must be longer than zero")
            });
            return None;
        }
        Some(timeout)
    }

    /// A time that may be none at all.
    pub(crate) fn span_of_time(&mut self, value: &Value<'t>) -> Option<Duration> {
        let parsed = match value {
            // JSON numbers that no `f64` can hold parse as infinite.
            Value::NumberLit(number) => {
                duration::from_seconds(number.value.parse().unwrap_or(f64::INFINITY))
            }
            Value::StringLit(string) => duration::parse(&string.value),
            _ => {
                self.unexpected(value, "a number of seconds or a string such as \"90s\"");
                return None;
            }
        };
        match parsed {
            Ok(time) => Some(time),
            Err(error) => {
                self.problems.report(span(value), || {
                    Complaint::new(error.to_string()).help(
                        "a duration is a number of seconds, or a string such as \"90s\", \"2m\", \
                         \"1h30m\" or \"500ms\"",
                    )
                });
                None
            }
        }
    }

    /// What a command prints.
    pub(crate) fn output_format(&mut self, value: &Value<'t>) -> Option<OutputFormat> {
        const FORMATS: [OutputFormat; 2] = [OutputFormat::Text, OutputFormat::ClaudeStreamJson];
        self.choice(value, "output format", &FORMATS.map(|it| (it.as_str(), it)))
    }

    /// Where patterns are looked for.
    pub(crate) fn match_on(&mut self, value: &Value<'t>) -> Option<MatchOn> {
        const PARTS: [MatchOn; 4] = [
            MatchOn::Output,
            MatchOn::Stdout,
            MatchOn::Stderr,
            MatchOn::FinalText,
        ];
        self.choice(
            value,
            "part to match on",
            &PARTS.map(|it| (it.as_str(), it)),
        )
    }

    /// One of a few values that have names.
    pub(crate) fn choice<C: Copy>(
        &mut self,
        value: &Value<'t>,
        what: &str,
        choices: &[(&'static str, C)],
    ) -> Option<C> {
        let string = self.string(value)?;
        let chosen = choices.iter().find(|(name, _)| *name == string.value);
        if chosen.is_none() {
            self.problems.report(span(string), || {
                let names = choices.iter().map(|(name, _)| *name);
                let complaint = Complaint::new(format!("unknown {what} {}", quoted(&string.value)));
                match closest(&string.value, names.clone()) {
                    Some(name) => complaint.help(format!("did you mean \"{name}\"?")),
                    None => {
                        let names: Vec<_> = names.map(|name| format!("\"{name}\"")).collect();
                        complaint.help(format!("known here: {}", names.join(", ")))
                    }
                }
            });
        }
        chosen.map(|(_, choice)| *choice)
    }

    /// The exit code of a command.
    pub(crate) fn exit_code(&mut self, value: &Value<'t>) -> Option<i32> {
        self.whole_number(value, "a whole number between -2147483648 and 2147483647")
    }

    /// How many of something there may be.
    pub(crate) fn count(&mut self, value: &Value<'t>) -> Option<u64> {
        self.whole_number(value, "a whole number of 0 or more")
    }

    /// How many of something there have to be.
    pub(crate) fn positive(&mut self, value: &Value<'t>) -> Option<u64> {
        let number: NonZeroU64 = self.whole_number(value, "a whole number of 1 or more")?;
        Some(number.get())
    }

    pub(crate) fn whole_number<N: std::str::FromStr>(
        &mut self,
        value: &Value<'t>,
        expected: &str,
    ) -> Option<N> {
        let Value::NumberLit(number) = value else {
            self.unexpected(value, expected);
            return None;
        };
        let parsed = number.value.parse().ok();
        if parsed.is_none() {
            self.problems.report(span(value), || {
                Complaint::new(format!(
                    "expected {expected}, found {}",
                    quoted(number.value)
                ))
            });
        }
        parsed
    }

    /// An amount of money.
    pub(crate) fn dollars(&mut self, value: &Value<'t>) -> Option<Usd> {
        const EXPECTED: &str = "a number of dollars, 0 or more";
        let Value::NumberLit(number) = value else {
            self.unexpected(value, EXPECTED);
            return None;
        };
        let amount = number.value.parse().ok().and_then(Usd::new);
        if amount.is_none() {
            self.problems.report(span(value), || {
                let found = quoted(number.value);
                Complaint::new(format!("expected {EXPECTED}, found {found}"))
            });
        }
        amount
    }

    /// A share between 0 and 1.
    pub(crate) fn ratio(&mut self, value: &Value<'t>) -> Option<Ratio> {
        let Value::NumberLit(number) = value else {
            self.unexpected(value, "a number between 0 and 1");
            return None;
        };
        let share: f64 = number.value.parse().unwrap_or(f64::INFINITY);
        let ratio = Ratio::new(share);
        if ratio.is_none() {
            self.problems.report(span(value), || {
                let found = quoted(number.value);
                let complaint =
                    Complaint::new(format!("expected a number between 0 and 1, found {found}"));
                if (1.0..=100.0).contains(&share) && share.fract() == 0.0 {
                    complaint.help(format!("{share} % is written as {}", share / 100.0))
                } else {
                    complaint
                }
            });
        }
        ratio
    }
}

fn is_program_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && name.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-' | b'/')
        })
}

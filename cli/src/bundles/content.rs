//! What is in a bundle.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use cassette::Cassette;
use runner_core::results::{AttemptReport, CapturedOutput, Place};
use serde_json::json;
use suite::Case;

use super::STREAM;
use crate::records;

/// Everything about one attempt, owned: it is written elsewhere.
pub(super) struct Bundle {
    request: serde_json::Value,
    attempt: serde_json::Value,
    output: CapturedOutput,
    case: String,
    summary: String,
    rerun: String,
    replay: String,
    cassette: Option<Cassette>,
}

/// How to try it again.
pub(super) struct Again<'a> {
    pub(super) suite: &'a str,
    pub(super) options: &'a [String],
    pub(super) cassette: PathBuf,
}

impl Bundle {
    pub(super) fn new(
        marker: &str,
        executor: &str,
        place: Place,
        case: &Case,
        report: &AttemptReport,
    ) -> Self {
        let reason = report.outcome.explanation().unwrap_or_default();
        Self {
            request: json!({
                "run": marker,
                "case": case.id,
                "attempt": place.number,
                "iteration": place.iteration,
                "executor": executor,
                "execution_id": report.execution_id,
                "command": case.command,
                "timeout_ms": records::ms(case.timeout),
            }),
            attempt: records::attempt_value(marker, place, &case.id, report),
            output: report.output.clone(),
            case: case.id.clone(),
            summary: format!("{}: {reason}", report.outcome.class().words()),
            rerun: String::new(),
            replay: String::new(),
            cassette: None,
        }
    }

    /// The same with the stream, and with the ways to try it again.
    pub(super) fn with(mut self, again: &Again<'_>, cassette: Option<Cassette>) -> Self {
        let mut words = vec!["gauntlet", "run", again.suite, "--only", &self.case];
        words.extend(again.options.iter().map(String::as_str));
        self.rerun = line(&words);
        let path = again.cassette.display().to_string();
        let words = ["gauntlet", "replay", &*path, "--suite", again.suite];
        self.replay = line(&words);
        self.cassette = cassette;
        self
    }

    /// Writes all files into `folder`, which exists.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        write_json(&folder.join("request.json"), &self.request)?;
        write_json(&folder.join("findings.json"), &self.attempt)?;
        fs::write(folder.join("output.txt"), text(&self.output))?;
        if let Some(cassette) = &self.cassette {
            write_cassette(&folder.join(STREAM), cassette)?;
        }
        fs::write(folder.join("README.txt"), self.readme())?;
        // From wherever it is called: paths in it are those of where the run was started.
        let here = std::env::current_dir()?;
        let here = quoted(&here.display().to_string());
        let script = folder.join("rerun.sh");
        fs::write(
            &script,
            format!("#!/bin/sh\ncd {here} && exec {}\n", self.rerun),
        )?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))
    }

    fn readme(&self) -> String {
        let mut text = format!("{}\n{}\n\n", self.case, self.summary);
        let _ = write!(text, "Run this case again:\n  {}\n\n", self.rerun);
        match &self.cassette {
            Some(cassette) => {
                let _ = write!(
                    text,
                    "Judge the recorded stream again:\n  {}\n\n",
                    self.replay
                );
                if let Err(why) = cassette.check_playable() {
                    let _ = write!(text, "That cannot be done: {why}.\n\n");
                }
            }
            None => text.push_str("Its stream was not recorded.\n\n"),
        }
        text.push_str(
            "request.json    what was asked, and of whom\n\
             findings.json   what came of it, with all that was found and measured\n\
             output.txt      what the command printed, as far as it was kept\n\
             stream.cassette the stream as it was on the wire, if it was recorded\n\
             rerun.sh        runs this case again\n",
        );
        text
    }
}

/// Writes one cassette.
pub(super) fn write_cassette(path: &Path, cassette: &Cassette) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    cassette.write(&mut out)?;
    out.flush()
}

fn write_json(path: &Path, value: &serde_json::Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    fs::write(path, text)
}

fn text(output: &CapturedOutput) -> String {
    if output.omitted_bytes == 0 {
        return format!("{}{}", output.head, output.tail);
    }
    let omitted = output.omitted_bytes;
    format!(
        "{}\n[{omitted} bytes were not kept]\n{}",
        output.head, output.tail
    )
}

/// A command line for a shell.
fn line(words: &[&str]) -> String {
    let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// `word` as a shell takes it for itself, whatever is in it.
fn quoted(word: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@%+=,".contains(it);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_so_that_no_shell_finds_anything_in_it() {
        assert_eq!(
            line(&["run", "a.json", "--only", "x-1"]),
            "run a.json --only x-1"
        );
        assert_eq!(quoted("it's $(id)"), r"'it'\''s $(id)'");
        assert_eq!(quoted(""), "''");
    }
}

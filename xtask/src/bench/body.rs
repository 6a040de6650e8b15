//! Streams of output events, generated.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
};

use crate::error::BenchError;

/// What is said in the last line of output and nowhere before, so that it is only found by those who
/// read everything.
pub(crate) const PATTERN: &str = "the end of it all";

/// The size of every line but the last two, in bytes with the line's end.
const LINE_BYTES: usize = 167;

/// Every so many lines there is one with escapes and a character outside of ASCII.
const ESCAPES_EVERY: usize = 10;

/// Makes sure that `path` holds a body of `lines` output events; an existing one of the right size stays.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn provide(path: &Path, lines: usize) -> Result<u64, BenchError> {
    generate(path, lines).map_err(|source| BenchError::File {
        path: path.to_owned(),
        source,
    })
}

fn generate(path: &Path, lines: usize) -> io::Result<u64> {
    let mut ending = Vec::new();
    write_ending(&mut ending)?;
    let size = (lines.saturating_sub(1) * LINE_BYTES + ending.len()) as u64;
    if fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() == size) {
        return Ok(size);
    }
    // Under its name only when it is whole.
    let partial = path.with_extension("partial");
    let mut file = BufWriter::new(File::create(&partial)?);
    for index in 1..lines {
        write_line(&mut file, index)?;
    }
    file.write_all(&ending)?;
    file.flush()?;
    fs::rename(&partial, path)?;
    Ok(size)
}

/// Writes an output event of exactly [`LINE_BYTES`].
fn write_line(out: &mut impl Write, index: usize) -> io::Result<()> {
    let data = if index.is_multiple_of(ESCAPES_EVERY) {
        format!(r#"line {index:07}\tsaid \"déjà vu\" and "#)
    } else {
        format!("line {index:07} said nothing in particular and ")
    };
    let (head, tail) = (r#"{"type":"output","data":""#, r#"","stream":"stdout"}"#);
    let room = LINE_BYTES - head.len() - data.len() - tail.len() - 1;
    writeln!(out, "{head}{data}{:.>room$}{tail}", "")
}

/// Writes the last output event and the stream's end.
fn write_ending(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        r#"{{"type":"output","data":"{PATTERN}","stream":"stdout"}}"#
    )?;
    writeln!(out, r#"{{"type":"complete","exit_code":0}}"#)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_body_is_ndjson_with_the_pattern_at_its_very_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body.ndjson");
        let size = provide(&path, 101).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.len() as u64, size);
        let events: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(events.len(), 102);
        assert_eq!(events[100]["data"], PATTERN);
        assert_eq!(events[101]["type"], "complete");
        let escaped = |event: &&Value| event["data"].as_str().is_some_and(|it| it.contains('\t'));
        assert_eq!(events.iter().filter(escaped).count(), 10);
        assert_eq!(text.matches(PATTERN).count(), 1);
    }

    #[test]
    fn one_line_is_the_pattern_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body.ndjson");
        provide(&path, 1).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }
}

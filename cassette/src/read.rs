//! Reads a cassette, whoever wrote it.

use std::{
    io::{self, BufRead as _, BufReader, Read},
    time::Duration,
};

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::{
    CaseName, Cassette, Dialect, End, Head, Record, What,
    wire::{EndWire, HeadWire, RecordWire, VERSION},
};

/// No more of a file than this is read: a recorder is given far less.
pub const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// No execution takes longer, and clocks can count as far.
const MAX_TIME: Duration = Duration::from_secs(366 * 24 * 3600);

/// Why a file is no cassette.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It cannot be read.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is longer than a recorder would make it.
    #[error("it is longer than {MAX_FILE_BYTES} bytes")]
    TooLong,
    /// Its first line is no head.
    #[error("its first line is no head of a cassette")]
    Head(#[source] serde_json::Error),
    /// It is of a version that this reader does not know.
    #[error("it is of version {version}, and only version {VERSION} is known")]
    Version {
        /// Its version.
        version: u64,
    },
    /// It speaks a dialect that this reader does not know.
    #[error("its dialect {dialect:?} is not known")]
    Dialect {
        /// The dialect.
        dialect: String,
    },
    /// A line is no record.
    #[error("line {line} is no record")]
    Record {
        /// Counted from one.
        line: usize,
        /// Why not.
        source: serde_json::Error,
    },
    /// A record makes no sense where it stands.
    #[error("line {line}: {why}")]
    Senseless {
        /// Counted from one.
        line: usize,
        /// Why not.
        why: &'static str,
    },
}

impl Cassette {
    /// Reads one.
    ///
    /// A file that was cut, be it inside its last line, is read as far as it goes: it does not say then how
    /// the connection ended.
    ///
    /// # Errors
    /// When it is no cassette: see [`ReadError`].
    pub fn read(file: impl Read) -> Result<Self, ReadError> {
        // One byte more than allowed tells that there is more.
        let mut file = BufReader::new(file.take(MAX_FILE_BYTES + 1));
        let mut total = 0;
        let mut line = Vec::new();
        let mut next = |line: &mut Vec<u8>| -> Result<bool, ReadError> {
            line.clear();
            total += file.read_until(b'\n', line)? as u64;
            if total > MAX_FILE_BYTES {
                return Err(ReadError::TooLong);
            }
            Ok(!line.is_empty())
        };
        if !next(&mut line)? {
            return Err(ReadError::Empty);
        }
        let mut cassette = Self {
            head: head(&line)?,
            records: Vec::new(),
        };
        let mut number = 1;
        let mut latest = Duration::ZERO;
        while next(&mut line)? {
            number += 1;
            let senseless = |why| ReadError::Senseless { line: number, why };
            let is_cut = line.last() != Some(&b'\n');
            if line.trim_ascii().is_empty() {
                continue;
            }
            let wire: RecordWire<'_> = match serde_json::from_slice(&line) {
                Ok(wire) => wire,
                // The last line was not written to its end.
                Err(_) if is_cut => break,
                Err(source) => {
                    return Err(ReadError::Record {
                        line: number,
                        source,
                    });
                }
            };
            if cassette.end().is_some() {
                return Err(senseless("nothing comes after the end"));
            }
            let record = record(wire).map_err(senseless)?;
            if record.at < latest {
                return Err(senseless("it happened before what stands before it"));
            }
            latest = record.at;
            cassette.records.push(record);
        }
        Ok(cassette)
    }
}

fn head(line: &[u8]) -> Result<Head, ReadError> {
    /// The one thing that all versions have in common.
    #[derive(serde::Deserialize)]
    struct AnyVersion {
        cassette: u64,
    }
    let any: AnyVersion = serde_json::from_slice(line).map_err(ReadError::Head)?;
    if any.cassette != VERSION {
        return Err(ReadError::Version {
            version: any.cassette,
        });
    }
    let wire: HeadWire<'_> = serde_json::from_slice(line).map_err(ReadError::Head)?;
    let dialects = [
        Dialect::Ndjson,
        Dialect::Sse,
        Dialect::Auto,
        Dialect::JsonRpc,
    ];
    let dialect = dialects.into_iter().find(|it| it.as_str() == wire.dialect);
    let Some(dialect) = dialect else {
        return Err(ReadError::Dialect {
            dialect: wire.dialect.into_owned(),
        });
    };
    Ok(Head {
        recorded_by: wire.recorded_by.into_owned(),
        executor: wire.executor.into_owned(),
        dialect,
        command: wire.request.command.into_owned(),
        timeout: wire
            .request
            .timeout_us
            .map(|timeout| Duration::from_micros(timeout).min(MAX_TIME)),
        execution_id: wire.request.execution_id.into_owned(),
        max_line_bytes: wire.max_line_bytes,
        websocket_key: wire.websocket_key.map(Into::into),
        case: wire.case.map(|case| CaseName {
            suite: case.suite.into_owned(),
            id: case.id.into_owned(),
        }),
    })
}

fn record(wire: RecordWire<'_>) -> Result<Record, &'static str> {
    let at = Duration::from_micros(wire.at_us);
    if at > MAX_TIME {
        return Err("no execution takes that long");
    }
    let base64 = |text: &str| {
        let bytes = BASE64_STANDARD.decode(text);
        bytes.map_err(|_| "the bytes are no base64")
    };
    let mut what = Vec::new();
    what.extend(wire.connected.map(|is_new| match is_new {
        true => What::Connected,
        false => What::Reused,
    }));
    what.extend(
        wire.received
            .map(|text| What::Received(text.as_bytes().to_vec())),
    );
    if let Some(text) = wire.received_base64 {
        what.push(What::Received(base64(&text)?));
    }
    what.extend(wire.sent.map(|text| What::Sent(text.into_owned())));
    what.extend(wire.missing.map(|missing| What::Missing {
        bytes: missing.bytes,
        reads: missing.reads,
    }));
    if let Some(wire) = wire.end {
        what.push(What::End(end(wire)?));
    }
    match (what.pop(), what.pop()) {
        (Some(what), None) => Ok(Record { at, what }),
        _ => Err("a record is about exactly one thing"),
    }
}

fn end(wire: EndWire<'_>) -> Result<End, &'static str> {
    let detail = wire.detail.unwrap_or_default().into_owned();
    let ends = [
        End::Complete,
        End::Closed,
        End::Cut,
        End::Reset,
        End::Broken(detail.clone()),
        End::ConnectFailed(detail.clone()),
        End::TlsFailed(detail),
        End::Left,
    ];
    let found = ends.into_iter().find(|end| end.as_str() == wire.how);
    found.ok_or("the end is none that is known")
}

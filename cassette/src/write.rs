//! Writes a cassette as lines of JSON.

use std::{
    io::{self, Write},
    time::Duration,
};

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::{
    Cassette, End, Head, What,
    wire::{CaseWire, EndWire, HeadWire, MissingWire, RecordWire, RequestWire, VERSION},
};

impl Cassette {
    /// Writes it. Times are cut to microseconds.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        line(out, &self.head.to_wire())?;
        for record in &self.records {
            let mut wire = RecordWire {
                at_us: microseconds(record.at),
                ..RecordWire::default()
            };
            match &record.what {
                What::Connected => wire.connected = Some(true),
                What::Reused => wire.connected = Some(false),
                What::Received(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => wire.received = Some(text.into()),
                    Err(_) => wire.received_base64 = Some(BASE64_STANDARD.encode(bytes).into()),
                },
                What::Sent(text) => wire.sent = Some(text.into()),
                What::Missing { bytes, reads } => {
                    wire.missing = Some(MissingWire {
                        bytes: *bytes,
                        reads: *reads,
                    });
                }
                What::End(end) => wire.end = Some(end.to_wire()),
            }
            line(out, &wire)?;
        }
        Ok(())
    }
}

fn line(out: &mut impl Write, wire: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, wire)?;
    out.write_all(b"\n")
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Head {
    fn to_wire(&self) -> HeadWire<'_> {
        HeadWire {
            cassette: VERSION,
            recorded_by: (&*self.recorded_by).into(),
            executor: (&*self.executor).into(),
            dialect: self.dialect.as_str().into(),
            request: RequestWire {
                command: (&*self.command).into(),
                timeout_us: self.timeout.map(microseconds),
                execution_id: (&*self.execution_id).into(),
            },
            max_line_bytes: self.max_line_bytes,
            websocket_key: self.websocket_key.as_deref().map(Into::into),
            case: self.case.as_ref().map(|case| CaseWire {
                suite: (&*case.suite).into(),
                id: (&*case.id).into(),
            }),
        }
    }
}

impl End {
    /// The stable name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Closed => "closed",
            Self::Cut => "cut",
            Self::Reset => "reset",
            Self::Broken(_) => "broken",
            Self::ConnectFailed(_) => "connect-failed",
            Self::TlsFailed(_) => "tls-failed",
            Self::Left => "left",
        }
    }

    fn to_wire(&self) -> EndWire<'_> {
        let detail = match self {
            Self::Broken(detail) | Self::ConnectFailed(detail) | Self::TlsFailed(detail) => {
                Some(detail.into())
            }
            _ => None,
        };
        EndWire {
            how: self.as_str().into(),
            detail,
        }
    }
}

//! One execution as it was on the wire: which bytes came when, and how the connection ended.
//!
//! The crate owns the recorder in bounded memory ([`Tape`]), the record ([`Cassette`]), and its file
//! format, which `docs/cassettes.md` describes. It refuses sockets, clocks and files: whoever records says
//! what time it is, and reads and writes go through [`std::io`].
//!
//! ```
//! use std::time::Duration;
//! use cassette::{Cassette, Dialect, End, Head, Tape};
//!
//! let head = Head::new(Dialect::Ndjson, "echo one", "DEMO_1");
//! let mut tape = Tape::new(head, 64 * 1024);
//! tape.received(Duration::from_millis(2), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
//! tape.ended(Duration::from_millis(3), End::Complete);
//! let mut file = Vec::new();
//! tape.finish().write(&mut file)?;
//! let cassette = Cassette::read(&file[..])?;
//! assert_eq!(cassette.end(), Some(&End::Complete));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cassette;
mod read;
mod redact;
mod tape;
mod wire;
mod write;

pub use cassette::{CaseName, Cassette, Dialect, End, Head, Record, Unplayable, What};
pub use read::{MAX_FILE_BYTES, ReadError};
pub use tape::Tape;

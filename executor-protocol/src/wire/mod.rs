//! The forms that requests and events take on the wire.
//!
//! One event is one JSON object, whether it stands on a line of NDJSON or in a field of a server-sent
//! event. [`EventParser`] reads it, [`write_event`] writes it; framing is the transports' affair.

mod decode;
mod encode;
mod fast;
mod text;

pub use decode::{EventParser, Parsed};
pub use encode::write_event;
pub use text::RawString;

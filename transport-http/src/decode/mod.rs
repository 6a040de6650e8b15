//! Pure incremental decoders: bytes in, events and findings out. They know no sockets and no clocks.

mod conformance;
mod lines;
mod ndjson;

pub use ndjson::NdjsonDecoder;

//! Pure incremental decoders: bytes in, events and findings out. They know no sockets and no clocks.

mod conformance;
mod decoder;
mod lines;
mod objects;
mod sse;

pub(crate) use conformance::Conformance;
pub use decoder::Decoder;

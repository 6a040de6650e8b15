//! What a client and a streaming command-execution server ("executor") say to each other.
//!
//! The crate owns the request ([`ExecuteRequest`]), what comes back ([`StreamEvent`], [`Health`]),
//! the breaches of the protocol a stream can commit ([`Finding`]), and the trait through which a
//! runner drives any transport ([`Transport`]). It refuses sockets, runtimes and actors: a transport
//! crate brings those.

mod error;
mod event;
mod finding;
mod health;
mod request;
mod transport;
pub mod wire;

pub use error::{IdleClock, RejectionKind, TransportError, error_chain};
pub use event::{Channel, ExitStatus, NoticeKind, StreamEvent};
pub use finding::{Finding, FindingCode, Findings, Severity};
pub use health::Health;
pub use request::{ExecuteRequest, RequestError};
pub use transport::{
    Deadlines, EventStream, IdleLimits, LocalBoxFuture, OutputJoin, StreamStats, Transport,
    next_event,
};

//! Connections as the HTTP client gets them: dialled, timed, and checked for early ends.

mod checked_io;
mod dialer;
mod framing;

pub(crate) use checked_io::EarlyEnd;
pub(crate) use dialer::{DIAL, Dial, Dialer};

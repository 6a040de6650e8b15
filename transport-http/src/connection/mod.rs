//! Connections as the HTTP client gets them: dialled, secured, timed, and checked for early ends.

mod checked_io;
mod dialer;
mod framing;
mod socket;
mod tls;
mod trust;

pub(crate) use checked_io::EarlyEnd;
pub(crate) use dialer::{DIAL, Dial, Dialer};
pub(crate) use tls::{Tls, TlsFailure};
pub(crate) use trust::{Authorities, Trust};

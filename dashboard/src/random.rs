//! Numbers that nobody can guess.

use std::{fmt::Write as _, io};

/// A number of 256 bits, in hexadecimal.
pub(crate) fn number() -> io::Result<String> {
    let mut bytes = [0_u8; 32];
    let mut filled = 0;
    while filled < bytes.len() {
        let flags = rustix::rand::GetRandomFlags::empty();
        filled += rustix::rand::getrandom(&mut bytes[filled..], flags)?;
    }
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Memory takes all.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

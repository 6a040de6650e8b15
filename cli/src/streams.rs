//! Lines on the standard streams, whose readers may be gone at any moment.

use std::{
    fmt::Display,
    io::{self, ErrorKind, Write as _},
};

use crate::{block, error::CliError};

/// Writes a line to standard output.
///
/// A reader that has left, as `head` does, has read enough: that is no error, and the program goes on,
/// so that its exit code tells the truth.
pub(crate) fn print(line: impl Display) -> Result<(), CliError> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(CliError::Output),
    }
}

/// Writes a line to standard error. Where that fails there is nobody left to tell, and the work goes on.
pub(crate) fn complain(line: impl Display) {
    block::say(line);
}

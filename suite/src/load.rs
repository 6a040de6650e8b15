//! From a path to a suite.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use crate::{Suite, SuiteError, file, reader::Reader, syntax};

/// The largest suite file that is read, in bytes: far beyond what people write, and little enough to
/// hold in memory.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Reads the suite file at `path`.
///
/// # Errors
/// When it cannot be read, or means no valid suite: then with every problem in the file.
pub fn load(path: &Path) -> Result<Suite, SuiteError> {
    parse(path, &read(path)?)
}

/// Reads `text` as the suite file that stands at `path`, which itself is not looked at. A byte order
/// mark at the start is ignored.
///
/// # Errors
/// When the text means no valid suite: then [`SuiteError::Invalid`] with every problem in it.
pub fn parse(path: &Path, text: &str) -> Result<Suite, SuiteError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::new(text);
    let root = syntax::parse(text, &mut reader.problems);
    let suite = root.and_then(|root| file::read(path, text, &root, &mut reader));
    match suite {
        Some(suite) if reader.problems.is_empty() => Ok(suite),
        _ => Err(reader.problems.into_invalid(path, text).into()),
    }
}

fn read(path: &Path) -> Result<String, SuiteError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => SuiteError::NotFound { path: path.into() },
        _ => SuiteError::Unreadable {
            path: path.into(),
            source: error,
        },
    };
    // Looked at before it is opened: opening a pipe waits for somebody to write into it.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(SuiteError::IsFolder { path: path.into() });
    }
    if !metadata.is_file() {
        return Err(SuiteError::NotRegular { path: path.into() });
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(SuiteError::TooLarge { path: path.into() });
    }
    // The file may grow in the meantime, and some file systems report no sizes.
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(SuiteError::TooLarge { path: path.into() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let valid = &error.as_bytes()[..offset];
        let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
        SuiteError::NotUtf8 {
            path: path.into(),
            offset,
            line,
        }
    })
}

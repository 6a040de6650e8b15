//! The bearer token: kept out of logs, wiped from memory, compared in constant time.

use std::{
    fmt,
    fs::File,
    io::{self, Read as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A token file holds one short line; more is another file, named by mistake.
const MAX_TOKEN_BYTES: u64 = 4096;

/// The secret that clients send as `Authorization: Bearer <token>`.
///
/// ```
/// let token = http_guard::Token::new("correct-horse").unwrap();
/// assert_eq!(format!("{token:?}"), "[redacted]");
/// assert!(token.matches(b"correct-horse"));
/// assert!(!token.matches(b"correct-hors"));
/// ```
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

/// Why a token cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is nothing in it, so that everybody would know it.
    #[error("the token is empty")]
    Empty,
    /// It holds something else than visible ASCII, which no header can carry.
    #[error("the token holds a character that is not visible ASCII")]
    Unprintable,
    /// The file could not be read.
    #[error("cannot read the token file {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Other users may read the file, so that it keeps no secret.
    #[error("the token file {path} is open to other users (mode {mode:03o}): chmod 600 it")]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is too long to hold a token.
    #[error("the token file {path} is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLong {
        /// Which file.
        path: PathBuf,
    },
}

impl Token {
    /// Takes a token as it is.
    ///
    /// # Errors
    /// When it is empty or holds anything but visible ASCII.
    pub fn new(token: impl Into<String>) -> Result<Self, TokenError> {
        let token = Zeroizing::new(token.into());
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Unprintable);
        }
        Ok(Self(token))
    }

    /// Reads a token from a file that only its owner may read; white space around it is no part of it.
    ///
    /// # Errors
    /// When the file cannot be read, is open to other users, or holds no usable token.
    pub fn from_file(path: &Path) -> Result<Self, TokenError> {
        let failed = |source| TokenError::File {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        // The opened file is asked, not the path, which could be another one by now.
        let mode = file.metadata().map_err(failed)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(TokenError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_TOKEN_BYTES + 1)
            .read_to_string(&mut text)
            .map_err(failed)?;
        if text.len() as u64 > MAX_TOKEN_BYTES {
            return Err(TokenError::TooLong {
                path: path.to_owned(),
            });
        }
        Self::new(text.trim())
    }

    /// The token itself, for a client that has to send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is this token. How long that takes tells nothing but its length.
    #[must_use]
    pub fn matches(&self, candidate: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(candidate).into()
    }
}

/// What a request with these `Authorization` headers has for a token: there is exactly one, and it is a
/// bearer's.
///
/// ```
/// assert_eq!(http_guard::bearer([&b"Bearer correct-horse"[..]]), Some(&b"correct-horse"[..]));
/// assert_eq!(http_guard::bearer([&b"Basic Y29ycmVjdA=="[..]]), None);
/// assert_eq!(http_guard::bearer([&b"Bearer a"[..], b"Bearer b"]), None);
/// ```
pub fn bearer<'a>(credentials: impl IntoIterator<Item = &'a [u8]>) -> Option<&'a [u8]> {
    let mut credentials = credentials.into_iter();
    let (Some(value), None) = (credentials.next(), credentials.next()) else {
        return None;
    };
    let (scheme, candidate) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(candidate)
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    fn file(content: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), content).unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_private_file_gives_its_line_without_the_line_end() {
        let token = Token::from_file(file("secret-1\r\n", 0o600).path()).unwrap();
        assert!(token.matches(b"secret-1"));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        for mode in [0o640, 0o604, 0o660] {
            let error = Token::from_file(file("secret-1", mode).path()).unwrap_err();
            assert!(matches!(error, TokenError::Exposed { .. }), "{mode:o}");
        }
    }

    #[test]
    fn what_no_header_can_carry_is_no_token() {
        assert!(matches!(Token::new(""), Err(TokenError::Empty)));
        assert!(matches!(Token::new("a b"), Err(TokenError::Unprintable)));
        assert!(matches!(
            Token::new("schlüssel"),
            Err(TokenError::Unprintable)
        ));
        let long = "x".repeat(5000);
        let error = Token::from_file(file(&long, 0o600).path()).unwrap_err();
        assert!(matches!(error, TokenError::TooLong { .. }));
    }

    #[test]
    fn no_error_and_no_debug_output_shows_the_token() {
        let token = Token::new("secret-1").unwrap();
        assert!(!format!("{token:?}").contains("secret"));
        let error = Token::new("secret 1").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
}

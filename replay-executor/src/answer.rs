//! Answers that are not recorded.

use serde_json::json;

/// A short answer.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    /// What a client is told that is not served; an error event, for whoever reads on.
    pub(crate) fn refusal(status: u16, why: &str) -> Self {
        let body = json!({ "type": "error", "error": why });
        Self {
            status,
            body: body.to_string(),
        }
    }

    pub(crate) fn no_cassette() -> Self {
        Self::refusal(404, NO_CASSETTE)
    }

    pub(crate) fn health() -> Self {
        let body = json!({
            "status": "healthy",
            "service": "gauntlet replay",
            "version": env!("CARGO_PKG_VERSION"),
        });
        Self {
            status: 200,
            body: body.to_string(),
        }
    }

    pub(crate) fn alive() -> Self {
        Self {
            status: 200,
            body: json!({ "status": "ok" }).to_string(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Self { status, body } = self;
        let reason = match status {
            200 => "OK",
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            413 => "Content Too Large",
            415 => "Unsupported Media Type",
            _ => "Refused",
        };
        let length = body.len();
        format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
             Cache-Control: no-store\r\n\r\n{body}"
        )
        .into_bytes()
    }
}

/// Why a command is not answered.
pub(crate) const NO_CASSETTE: &str = "no cassette has this command";

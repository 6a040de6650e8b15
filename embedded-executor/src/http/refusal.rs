//! Requests that are turned down, as JSON.

use actix_http::ws::HandshakeError;
use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use executor_protocol::RequestError;

/// Why a request is turned down. The message is the `error` of the answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the Host header names neither this machine's loopback nor the address listened on")]
    ForeignHost,
    #[error("requests from web pages are refused")]
    Origin,
    #[error("a bearer token is needed")]
    Token,
    #[error("the content type must be application/json")]
    ContentType,
    #[error("there is no such route")]
    NoRoute,
    #[error("this route does not take that method")]
    Method,
    #[error("the request is longer than {limit} bytes")]
    BodyTooLong { limit: usize },
    #[error("the command is longer than {limit} bytes")]
    CommandTooLong { limit: usize },
    #[error("the request did not arrive within {limit} s")]
    BodyTooSlow { limit: u64 },
    #[error("the request broke off")]
    BodyBroken,
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("the command is empty")]
    EmptyCommand,
    #[error("the command holds a NUL character")]
    NulInCommand,
    #[error("{max} commands run already")]
    Busy { max: usize },
    #[error("the executor is stopping")]
    Stopping,
    #[error("no WebSocket can be opened by this request: {0}")]
    Handshake(HandshakeError),
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::ForeignHost | Self::Origin => StatusCode::FORBIDDEN,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLong { .. } | Self::CommandTooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken | Self::Request(_) | Self::EmptyCommand | Self::NulInCommand => {
                StatusCode::BAD_REQUEST
            }
            Self::Handshake(HandshakeError::UnsupportedVersion) => StatusCode::UPGRADE_REQUIRED,
            Self::Handshake(_) => StatusCode::BAD_REQUEST,
            Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::Token => response.insert_header((header::WWW_AUTHENTICATE, "Bearer")),
            // Commands end at any moment, so the shortest time that the header can say.
            Self::Busy { .. } => response.insert_header((header::RETRY_AFTER, "1")),
            Self::Handshake(HandshakeError::UnsupportedVersion) => {
                response.insert_header((header::SEC_WEBSOCKET_VERSION, "13"))
            }
            _ => &mut response,
        };
        response.json(serde_json::json!({ "error": self.to_string() }))
    }
}

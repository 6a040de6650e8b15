//! The request to execute a command.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A command for an executor to run.
///
/// ```
/// use executor_protocol::ExecuteRequest;
/// use std::time::Duration;
///
/// let request = ExecuteRequest {
///     command: "echo hello".into(),
///     timeout: Some(Duration::from_secs(30)),
///     execution_id: "DEMO_20260101_120000_hello".into(),
/// };
/// let json = request.to_json();
/// assert_eq!(ExecuteRequest::from_json(&json).unwrap(), request);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecuteRequest {
    /// The shell command.
    pub command: String,
    /// How long the executor may let it run; `None` leaves that to the executor.
    pub timeout: Option<Duration>,
    /// The client's name for this execution, found again in the executor's logs.
    pub execution_id: String,
}

/// Why bytes were no request this protocol knows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Not JSON, or JSON of another shape. The message names the place.
    #[error("not an execute request: {0}")]
    Json(#[from] serde_json::Error),
    /// The timeout is negative, not finite or too large to mean anything.
    #[error("timeout {0} is not a positive number of seconds")]
    Timeout(f64),
    /// The client asked for an answer that is not streamed, which this protocol does not have.
    #[error("\"stream\": false is not supported, every answer is streamed")]
    NotStreamed,
}

/// The JSON object of `POST /execute`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExecuteRequestWire<'a> {
    command: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timeout: Option<serde_json::Number>,
    #[serde(default = "streamed")]
    stream: bool,
    #[serde(default)]
    execution_id: std::borrow::Cow<'a, str>,
}

fn streamed() -> bool {
    true
}

impl ExecuteRequest {
    /// The request as the JSON object that is posted.
    ///
    /// Whole seconds are written as an integer, because some executors take no other number.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let wire = ExecuteRequestWire {
            command: (&*self.command).into(),
            timeout: self.timeout.and_then(seconds),
            stream: true,
            execution_id: (&*self.execution_id).into(),
        };
        serde_json::to_vec(&wire).expect("strings, numbers and booleans always serialize")
    }

    /// Reads a posted JSON object.
    ///
    /// # Errors
    /// When it is not of the protocol's shape: see [`RequestError`].
    pub fn from_json(json: &[u8]) -> Result<Self, RequestError> {
        let wire: ExecuteRequestWire<'_> = serde_json::from_slice(json)?;
        if !wire.stream {
            return Err(RequestError::NotStreamed);
        }
        let timeout = match wire.timeout.as_ref().and_then(serde_json::Number::as_f64) {
            None => None,
            Some(number) => match Duration::try_from_secs_f64(number) {
                Ok(timeout) if !timeout.is_zero() => Some(timeout),
                _ => return Err(RequestError::Timeout(number)),
            },
        };
        Ok(Self {
            command: wire.command.into_owned(),
            timeout,
            execution_id: wire.execution_id.into_owned(),
        })
    }
}

fn seconds(timeout: Duration) -> Option<serde_json::Number> {
    if timeout.subsec_nanos() == 0 {
        Some(timeout.as_secs().into())
    } else {
        serde_json::Number::from_f64(timeout.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<ExecuteRequest, RequestError> {
        ExecuteRequest::from_json(json.as_bytes())
    }

    #[test]
    fn whole_seconds_are_sent_as_an_integer() {
        let mut request = parse(r#"{"command":"true","timeout":2.0}"#).expect("valid");
        assert!(String::from_utf8_lossy(&request.to_json()).contains(r#""timeout":2,"#));
        request.timeout = Some(Duration::from_millis(500));
        assert!(String::from_utf8_lossy(&request.to_json()).contains(r#""timeout":0.5,"#));
    }

    #[test]
    fn a_timeout_that_is_no_span_of_time_is_refused() {
        for timeout in ["0", "-1", "1e300"] {
            let json = format!(r#"{{"command":"true","timeout":{timeout}}}"#);
            assert!(
                matches!(parse(&json), Err(RequestError::Timeout(_))),
                "{timeout}"
            );
        }
    }

    #[test]
    fn unknown_fields_and_unstreamed_requests_are_refused() {
        assert!(matches!(
            parse(r#"{"command":"true","tmeout":1}"#),
            Err(RequestError::Json(_))
        ));
        assert!(matches!(
            parse(r#"{"command":"true","stream":false}"#),
            Err(RequestError::NotStreamed)
        ));
    }
}

//! What the client says: JSON-RPC requests and notifications as text.

use std::time::Duration;

use executor_protocol::ExecuteRequest;
use serde::Serialize;
use serde_json::Number;

/// The id of the `execute` request. A connection has one, so it needs no counting.
pub(super) const EXECUTE_ID: u64 = 1;

/// The id of the request to cancel.
pub(super) const CANCEL_ID: u64 = 2;

/// The answer to a `ping`.
pub(super) const PONG: &str = r#"{"jsonrpc":"2.0","method":"pong"}"#;

#[derive(Serialize)]
struct RequestWire<P> {
    jsonrpc: &'static str,
    method: &'static str,
    params: P,
    id: u64,
}

#[derive(Serialize)]
struct ExecuteWire<'a> {
    command: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<Number>,
}

#[derive(Serialize)]
struct ControlWire {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// Asks to run a command. The dialect has no place for the client's name of the execution.
pub(super) fn execute(request: &ExecuteRequest) -> String {
    let params = ExecuteWire {
        command: &request.command,
        timeout: request.timeout.and_then(seconds),
    };
    write("execute", params, EXECUTE_ID)
}

/// Asks to end the command that runs.
pub(super) fn cancel() -> String {
    write("control", ControlWire { kind: "CANCEL" }, CANCEL_ID)
}

fn write(method: &'static str, params: impl Serialize, id: u64) -> String {
    let request = RequestWire {
        jsonrpc: "2.0",
        method,
        params,
        id,
    };
    serde_json::to_string(&request).expect("strings and numbers always serialize")
}

/// Whole seconds as an integer, because some executors take no other number.
fn seconds(timeout: Duration) -> Option<Number> {
    if timeout.subsec_nanos() == 0 {
        Some(timeout.as_secs().into())
    } else {
        Number::from_f64(timeout.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_written_as_executors_know_them() {
        let mut request = ExecuteRequest {
            command: "echo \"hi\"".into(),
            timeout: Some(Duration::from_secs(120)),
            execution_id: "unused".into(),
        };
        assert_eq!(
            execute(&request),
            r#"{"jsonrpc":"2.0","method":"execute","params":{"command":"echo \"hi\"","timeout":120},"id":1}"#
        );
        request.timeout = Some(Duration::from_millis(1500));
        assert!(execute(&request).contains(r#""timeout":1.5}"#));
        request.timeout = None;
        assert!(!execute(&request).contains("timeout"));
        assert_eq!(
            cancel(),
            r#"{"jsonrpc":"2.0","method":"control","params":{"type":"CANCEL"},"id":2}"#
        );
    }
}

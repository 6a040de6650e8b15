//! Messages of a client as requests. It knows no sessions.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::framing::json_rpc::ErrorCode;

/// What a client wants.
#[derive(Debug, PartialEq)]
pub(super) struct Request {
    /// What the answer is to be known by; none for a notification.
    pub(super) id: Option<Value>,
    pub(super) call: Call,
}

#[derive(Debug, PartialEq)]
pub(super) enum Call {
    Execute {
        command: String,
        timeout: Option<Duration>,
        execution_id: String,
    },
    Control(Control),
    /// The answer to our ping.
    Pong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    Pause,
    Resume,
    Cancel,
}

/// A message that is no request this server takes.
#[derive(Debug, PartialEq)]
pub(super) struct Unusable {
    pub(super) id: Option<Value>,
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Request {
    pub(super) fn parse(text: &[u8]) -> Result<Self, Unusable> {
        let mut message: Map<String, Value> = serde_json::from_slice(text)
            .map_err(|error| Unusable::internal(format!("not a JSON object: {error}")))?;
        let Some(Value::String(method)) = message.remove("method") else {
            return Err(Unusable::internal("the method is missing".into()));
        };
        let id = message.remove("id");
        let params = match message.remove("params") {
            Some(Value::Object(params)) => params,
            _ => Map::new(),
        };
        let call = match &*method {
            "execute" => execute(params)?,
            "control" => Call::Control(control(&params)?),
            "pong" => Call::Pong,
            unknown => {
                let name: String = unknown.chars().take(100).collect();
                return Err(Unusable {
                    id,
                    code: ErrorCode::Method,
                    message: format!("Method not found: {name}"),
                });
            }
        };
        Ok(Self { id, call })
    }
}

fn execute(mut params: Map<String, Value>) -> Result<Call, Unusable> {
    let Some(Value::String(command)) = params.remove("command") else {
        return Err(Unusable::internal("the command is missing".into()));
    };
    let timeout = match params.remove("timeout") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let seconds = value.as_f64().map(Duration::try_from_secs_f64);
            match seconds {
                Some(Ok(timeout)) if !timeout.is_zero() => Some(timeout),
                _ => {
                    let message = format!("timeout {value} is not a positive number of seconds");
                    return Err(Unusable::internal(message));
                }
            }
        }
    };
    let execution_id = match params.remove("execution_id") {
        Some(Value::String(id)) => id,
        _ => String::new(),
    };
    Ok(Call::Execute {
        command,
        timeout,
        execution_id,
    })
}

fn control(params: &Map<String, Value>) -> Result<Control, Unusable> {
    match params.get("type").and_then(Value::as_str) {
        Some("PAUSE") => Ok(Control::Pause),
        Some("RESUME") => Ok(Control::Resume),
        Some("CANCEL") => Ok(Control::Cancel),
        _ => Err(Unusable::internal(
            "the type of control is none of PAUSE, RESUME and CANCEL".into(),
        )),
    }
}

impl Unusable {
    /// Executors of this kind leave the id out when they could not make sense of a request.
    fn internal(message: String) -> Self {
        Self {
            id: None,
            code: ErrorCode::Internal,
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn parse(value: &Value) -> Result<Request, Unusable> {
        Request::parse(value.to_string().as_bytes())
    }

    fn code(value: &Value) -> (ErrorCode, Option<Value>) {
        let unusable = parse(value).unwrap_err();
        (unusable.code, unusable.id)
    }

    #[test]
    fn a_command_needs_no_timeout_and_keeps_its_id_whatever_that_is() {
        for id in [json!(7), json!("a"), json!(null), json!({ "odd": true })] {
            let message = json!({ "jsonrpc": "2.0", "method": "execute", "params": { "command": "x" }, "id": id });
            let request = parse(&message).unwrap();
            assert_eq!(request.id, Some(id));
        }
    }

    #[test]
    fn what_lacks_something_is_an_internal_error_without_an_id() {
        for message in [
            json!([]),
            json!({ "id": 1 }),
            json!({ "method": 3, "id": 1 }),
            json!({ "method": "execute", "id": 1 }),
            json!({ "method": "execute", "params": ["x"], "id": 1 }),
            json!({ "method": "execute", "params": { "command": 1 }, "id": 1 }),
            json!({ "method": "execute", "params": { "command": "x", "timeout": "1" }, "id": 1 }),
            json!({ "method": "execute", "params": { "command": "x", "timeout": -1 }, "id": 1 }),
            json!({ "method": "control", "params": { "type": "EXPLODE" }, "id": 1 }),
        ] {
            assert_eq!(code(&message), (ErrorCode::Internal, None), "{message}");
        }
        assert_eq!(Request::parse(b"{").unwrap_err().code, ErrorCode::Internal);
    }

    #[test]
    fn an_unknown_method_is_told_by_its_id() {
        let message = json!({ "method": "explode", "id": 1 });
        assert_eq!(code(&message), (ErrorCode::Method, Some(json!(1))));
    }

    proptest! {
        #[test]
        fn no_message_makes_it_panic(message in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::parse(&message);
        }
    }
}

//! What the WebSocket front says: JSON-RPC 2.0 notifications and answers, one per text frame.

use std::{io::Write as _, time::Instant};

use executor_protocol::Channel;
use serde_json::{Value, json};

use super::{Ending, Event, ExitCode, cut_before, frame, write_string};
use crate::process::OutputLine;

/// A line with more bytes than this comes in several messages, as clients' frame limits suggest.
pub(crate) const MAX_DATA_BYTES: usize = 64 * 1024;

/// The process that notifications are about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process {
    /// Of the group and of its leader.
    pub(crate) id: i32,
    pub(crate) started: Instant,
}

/// A refused request. The codes are those of cc_executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorCode {
    /// The command is empty or cannot be run as it is.
    Command = -32001,
    /// There are too many sessions or commands.
    SessionLimit = -32002,
    /// There is no such method.
    Method = -32601,
    /// The request does not fit what is going on: another process runs, or none does.
    State = -32602,
    /// The request cannot be understood, or the executor failed.
    Internal = -32603,
}

/// Appends what an event comes to.
pub(super) fn write_event(out: &mut Vec<u8>, process: &Process, event: &Event<'_>) {
    match *event {
        Event::Output(line) => write_output(out, line),
        Event::Error(message) => {
            let ids = process_params(process.id, "error", Some(message));
            write_notification(out, "process.error", &ids);
        }
        Event::Ended(ending) => write_end(out, process, ending),
        Event::Heartbeat => write_ping(out),
    }
}

/// Appends the greeting of a new session.
pub(crate) fn write_connected(out: &mut Vec<u8>, session_id: &str) {
    let params = json!({
        "session_id": session_id,
        "version": env!("CARGO_PKG_VERSION"),
        "capabilities": ["execute", "control", "stream"],
    });
    write_notification(out, "connected", &params);
}

/// Appends the question for a sign of life.
pub(crate) fn write_ping(out: &mut Vec<u8>) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let timestamp = now.map_or(0.0, |now| now.as_secs_f64());
    write_notification(out, "ping", &json!({ "timestamp": timestamp }));
}

/// Appends the news that a process is in a state of this name.
pub(crate) fn write_process_state(out: &mut Vec<u8>, id: i32, state: &str) {
    let params = process_params(id, state, None);
    write_notification(out, &format!("process.{state}"), &params);
}

/// Appends the answer to a request, if that had an id.
pub(crate) fn write_result(out: &mut Vec<u8>, id: Option<&Value>, result: &Value) {
    if let Some(id) = id {
        write_message(
            out,
            &json!({ "jsonrpc": "2.0", "result": result, "id": id }),
        );
    }
}

/// Appends a refusal. Without an id it is told all the same: its sender has to learn of it somehow.
pub(crate) fn write_error(out: &mut Vec<u8>, id: Option<&Value>, code: ErrorCode, message: &str) {
    let error = json!({ "code": code as i32, "message": message, "data": null });
    let mut answer = json!({ "jsonrpc": "2.0", "error": error });
    if let Some(id) = id {
        answer["id"] = id.clone();
    }
    write_message(out, &answer);
}

fn process_params(id: i32, status: &str, error: Option<&str>) -> Value {
    json!({ "status": status, "pid": id, "pgid": id, "exit_code": null, "error": error })
}

fn write_notification(out: &mut Vec<u8>, method: &str, params: &Value) {
    write_message(
        out,
        &json!({ "jsonrpc": "2.0", "method": method, "params": params }),
    );
}

fn write_message(out: &mut Vec<u8>, message: &Value) {
    frame::write_text(out, |out| {
        serde_json::to_writer(out, message).expect("a value always serializes into memory");
    });
}

fn write_end(out: &mut Vec<u8>, process: &Process, ending: Ending<'_>) {
    if ending.is_canceled {
        return write_process_state(out, process.id, "canceled");
    }
    let is_success = ending.exit_code == ExitCode::Number(0) && ending.problem.is_none();
    let status = if is_success { "completed" } else { "failed" };
    let mut params = process_params(process.id, status, ending.problem);
    match ending.exit_code {
        ExitCode::Number(code) => params["exit_code"] = code.into(),
        ExitCode::Text(code) => params["exit_code"] = code.to_string().into(),
        ExitCode::Null => {}
        ExitCode::Missing => {
            if let Some(params) = params.as_object_mut() {
                params.remove("exit_code");
            }
        }
    }
    params["execution_time"] = process.started.elapsed().as_secs_f64().into();
    params["early_completion_detected"] = false.into();
    params["early_completion_time"] = Value::Null;
    params["time_saved"] = 0.into();
    params["completion_marker"] = Value::Null;
    write_notification(out, "process.completed", &params);
}

/// Appends a line with its line feed, in pieces if it is long.
fn write_output(out: &mut Vec<u8>, line: OutputLine<'_>) {
    let OutputLine {
        channel,
        text,
        is_ended,
    } = line;
    if text.len() + usize::from(is_ended) <= MAX_DATA_BYTES {
        write_data(out, channel, text, is_ended, None);
        return;
    }
    // Room for the line feed, so that it never becomes a piece of its own.
    let pieces: Vec<_> = Pieces {
        rest: text,
        limit: MAX_DATA_BYTES - 1,
    }
    .collect();
    let total = pieces.len();
    for (index, piece) in pieces.into_iter().enumerate() {
        let has_line_feed = is_ended && index + 1 == total;
        write_data(out, channel, piece, has_line_feed, Some((index, total)));
    }
}

/// Appends one `process.output`, written by hand because nearly all of a long stream is made of them.
fn write_data(
    out: &mut Vec<u8>,
    channel: Channel,
    text: &str,
    has_line_feed: bool,
    chunk: Option<(usize, usize)>,
) {
    frame::write_text(out, |out| {
        out.extend_from_slice(br#"{"jsonrpc":"2.0","method":"process.output","params":{"type":""#);
        out.extend_from_slice(channel.as_str().as_bytes());
        out.extend_from_slice(br#"","data":"#);
        write_string(out, text);
        if has_line_feed {
            out.pop();
            out.extend_from_slice(br#"\n""#);
        }
        match chunk {
            None => out.extend_from_slice(
                br#","truncated":false,"chunk_index":null,"total_chunks":null}}"#,
            ),
            Some((index, total)) => write!(
                out,
                r#","truncated":false,"chunk_index":{index},"total_chunks":{total}}}}}"#
            )
            .expect("writing to memory"),
        }
    });
}

/// Cuts a text between characters into pieces of no more than `limit` bytes.
struct Pieces<'a> {
    rest: &'a str,
    limit: usize,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let cut = cut_before(self.rest, self.limit);
        let (piece, rest) = self.rest.split_at(cut);
        self.rest = rest;
        (!piece.is_empty()).then_some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The payloads of frames, none of which is of the longest kind's unusual lengths.
    fn messages(mut bytes: &[u8]) -> Vec<Value> {
        let mut messages = vec![];
        while let [0x81, length, rest @ ..] = bytes {
            let (head, length) = match length {
                126 => (2, u16::from_be_bytes([rest[0], rest[1]]) as usize),
                127 => (
                    8,
                    u64::from_be_bytes(rest[..8].try_into().unwrap()) as usize,
                ),
                length => (0, *length as usize),
            };
            messages.push(serde_json::from_slice(&rest[head..head + length]).unwrap());
            bytes = &rest[head + length..];
        }
        assert!(bytes.is_empty());
        messages
    }

    fn output(text: &str, is_ended: bool) -> Vec<Value> {
        let mut out = vec![];
        let channel = Channel::Stderr;
        write_output(
            &mut out,
            OutputLine {
                channel,
                text,
                is_ended,
            },
        );
        messages(&out)
    }

    #[test]
    fn a_line_keeps_its_line_feed_and_a_last_word_gets_none() {
        for (is_ended, data) in [(true, "a \"b\"\n"), (false, "a \"b\"")] {
            let params = json!({
                "type": "stderr", "data": data,
                "truncated": false, "chunk_index": null, "total_chunks": null,
            });
            let expected =
                json!({ "jsonrpc": "2.0", "method": "process.output", "params": params });
            assert_eq!(output("a \"b\"", is_ended), [expected]);
        }
    }

    #[test]
    fn a_long_line_comes_in_numbered_pieces_that_add_up_to_it() {
        let text = "€".repeat(MAX_DATA_BYTES);
        let messages = output(&text, true);
        let total = messages.len();
        assert!(total > 3);
        let mut joined = String::new();
        for (index, message) in messages.iter().enumerate() {
            let params = &message["params"];
            assert_eq!(params["chunk_index"], index);
            assert_eq!(params["total_chunks"], total);
            let data = params["data"].as_str().unwrap();
            assert!(data.len() <= MAX_DATA_BYTES);
            joined.push_str(data);
        }
        assert_eq!(joined, text + "\n");
    }

    #[test]
    fn the_longest_line_of_one_piece_is_64_kib_with_its_line_feed() {
        let text = "x".repeat(MAX_DATA_BYTES - 1);
        assert_eq!(output(&text, true).len(), 1);
        assert_eq!(output(&(text + "x"), true).len(), 2);
    }

    #[test]
    fn a_refusal_without_an_id_has_none() {
        let mut out = vec![];
        write_error(&mut out, None, ErrorCode::Internal, "what?");
        let error = json!({ "code": -32603, "message": "what?", "data": null });
        assert_eq!(
            messages(&out),
            [json!({ "jsonrpc": "2.0", "error": error })]
        );
    }
}

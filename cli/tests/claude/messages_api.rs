//! A stand-in for the Messages API: an HTTP server on loopback with fixed answers to known questions.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

/// What the stand-in says to a question.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// This text.
    Text(&'static str),
    /// The use of a tool, and once the output is there, a text.
    Command {
        command: &'static str,
        output: &'static str,
        text: &'static str,
    },
    /// A refusal with this status and message.
    Refused(u16, &'static str),
    /// A refusal because of a rate limit the first time, then the text.
    LimitedOnce(&'static str),
    /// The beginning of an answer, whose end never comes.
    Unfinished,
}

/// The questions that have an answer; a question is known by a part of it.
pub(crate) type Answers = &'static [(&'static str, Answer)];

/// The server. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct MessagesApi {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    answers: Answers,
    requests: Mutex<Vec<String>>,
    was_limited: AtomicBool,
    ends: AtomicBool,
}

impl MessagesApi {
    /// Starts a server on a free port.
    pub(crate) fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            answers,
            requests: Mutex::default(),
            was_limited: AtomicBool::new(false),
            ends: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.ends.load(Ordering::SeqCst) {
                    break;
                }
                let state = Arc::clone(&shared);
                // A client that goes away in the middle is none of the server's business.
                thread::spawn(move || state.serve(&stream).ok());
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The first lines of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state.requests.lock().expect("no panic").clone()
    }
}

impl Drop for MessagesApi {
    fn drop(&mut self) {
        self.state.ends.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl State {
    /// Answers one request and closes: the client opens a connection for each.
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        let (first_line, body) = read_request(stream)?;
        self.requests
            .lock()
            .expect("no panic")
            .push(first_line.clone());
        if first_line.starts_with("HEAD ") {
            return respond(stream, "200 OK", "", &[]);
        }
        let request: Value = serde_json::from_slice(&body)?;
        let asked = request["messages"].to_string();
        let known = self.answers.iter().find(|(part, _)| asked.contains(part));
        let refused = |status, message| {
            let error = json!({"type": "error", "error": {"type": "error", "message": message}});
            respond(stream, status, JSON, error.to_string().as_bytes())
        };
        match known.map(|(_, answer)| *answer) {
            None => refused(
                "400 Bad Request",
                "the stand-in does not know this question",
            ),
            Some(Answer::Refused(status, message)) => refused(&format!("{status} No"), message),
            Some(Answer::LimitedOnce(_)) if !self.was_limited.swap(true, Ordering::SeqCst) => {
                let head = "Retry-After: 0\r\nContent-Type: application/json\r\n";
                let error = json!({"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}});
                respond(
                    stream,
                    "429 Too Many Requests",
                    head,
                    error.to_string().as_bytes(),
                )
            }
            Some(Answer::Text(text) | Answer::LimitedOnce(text)) => {
                respond(stream, "200 OK", EVENTS, &text_events(&request, text))
            }
            Some(Answer::Command { output, text, .. }) if asked.contains(output) => {
                respond(stream, "200 OK", EVENTS, &text_events(&request, text))
            }
            Some(Answer::Command { .. }) if asked.contains("tool_result") => {
                refused("400 Bad Request", "the tool has another output")
            }
            Some(Answer::Command { command, .. }) => {
                respond(stream, "200 OK", EVENTS, &command_events(&request, command))
            }
            Some(Answer::Unfinished) => never_finish(stream, &request),
        }
    }
}

const JSON: &str = "Content-Type: application/json\r\n";
const EVENTS: &str = "Content-Type: text/event-stream\r\n";

/// The first line of a request, and its body.
fn read_request(stream: &TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut first_line = String::new();
    reader.read_line(&mut first_line)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((first_line.trim_end().to_owned(), body))
}

fn respond(mut stream: &TcpStream, status: &str, head: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(body)?;
    stream.shutdown(Shutdown::Write)
}

/// Begins an answer and waits until the client gives up.
fn never_finish(mut stream: &TcpStream, request: &Value) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\n{EVENTS}Connection: close\r\n\r\n"
    )?;
    stream.write_all(&start_events(request))?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

fn event(kind: &str, mut fields: Value) -> String {
    fields["type"] = kind.into();
    format!("event: {kind}\ndata: {fields}\n\n")
}

fn start_events(request: &Value) -> Vec<u8> {
    let message = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": request["model"],
        "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": {"input_tokens": 5, "output_tokens": 1},
    });
    event("message_start", json!({ "message": message })).into_bytes()
}

/// An answer of one block, whose content is `delta`.
fn block_events(request: &Value, block: Value, delta: Value, stop_reason: &str) -> Vec<u8> {
    let rest = [
        event(
            "content_block_start",
            json!({"index": 0, "content_block": block}),
        ),
        event("content_block_delta", json!({"index": 0, "delta": delta})),
        event("content_block_stop", json!({"index": 0})),
        event(
            "message_delta",
            json!({
                "delta": {"stop_reason": stop_reason, "stop_sequence": null},
                "usage": {"output_tokens": 7},
            }),
        ),
        event("message_stop", json!({})),
    ];
    [start_events(request), rest.concat().into_bytes()].concat()
}

fn text_events(request: &Value, text: &str) -> Vec<u8> {
    let block = json!({"type": "text", "text": ""});
    let delta = json!({"type": "text_delta", "text": text});
    block_events(request, block, delta, "end_turn")
}

fn command_events(request: &Value, command: &str) -> Vec<u8> {
    let block = json!({"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}});
    let input = json!({"command": command, "description": "what was asked for"});
    let delta = json!({"type": "input_json_delta", "partial_json": input.to_string()});
    block_events(request, block, delta, "tool_use")
}

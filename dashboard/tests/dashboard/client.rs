//! A client that shows everything that comes, and waits for nothing without end.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header; a panic if there are several.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.head.lines().filter_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        });
        let value = values.next();
        assert_eq!(values.next(), None, "{name} once in {}", self.head);
        value
    }
}

fn connect(to: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(to).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    stream.write_all(request.as_bytes()).expect("it reads");
    stream
}

/// Sends `METHOD PATH` with these headers besides `Host`, and reads the answer.
pub(crate) fn send(to: SocketAddr, line: &str, headers: &[&str]) -> Answer {
    let host = format!("Host: {to}");
    send_bare(to, line, &[&[&*host], headers].concat())
}

/// The same with these headers alone.
pub(crate) fn send_bare(to: SocketAddr, line: &str, headers: &[&str]) -> Answer {
    let headers: String = headers.iter().map(|it| format!("{it}\r\n")).collect();
    let request = format!("{line} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n");
    let mut text = String::new();
    connect(to, &request)
        .read_to_string(&mut text)
        .expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    Answer {
        status: status.expect("a status"),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

pub(crate) fn get(to: SocketAddr, path: &str) -> Answer {
    send(to, &format!("GET {path}"), &[])
}

/// Somebody who follows a page.
pub(crate) struct Follower {
    lines: BufReader<TcpStream>,
    pub(crate) status: u16,
}

/// A state as it was sent.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) name: String,
    pub(crate) data: Value,
}

impl State {
    /// The number of the state in its process.
    pub(crate) fn number(&self) -> u64 {
        let number = self.name.split('-').nth(1);
        number.and_then(|it| it.parse().ok()).expect("a number")
    }

    pub(crate) fn parts(&self) -> Vec<&str> {
        let parts = self.data["parts"].as_object().expect("parts");
        parts.keys().map(String::as_str).collect()
    }

    pub(crate) fn part(&self, name: &str) -> Option<&str> {
        self.data["parts"][name].as_str()
    }
}

impl Follower {
    /// Follows what is at `path`, with these headers besides `Host`.
    pub(crate) fn of(to: SocketAddr, path: &str, headers: &[&str]) -> Self {
        let headers: String = headers.iter().map(|it| format!("{it}\r\n")).collect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {to}\r\n{headers}\r\n");
        let mut lines = BufReader::new(connect(to, &request));
        let mut first = String::new();
        lines.read_line(&mut first).expect("it answers");
        let status = first.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.expect("a status");
        Self { lines, status }
    }

    /// The next state; `None` when there is none any more.
    pub(crate) fn next(&mut self) -> Option<State> {
        let (mut name, mut event) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("it goes on");
            assert_ne!(read, 0, "it ends with a word");
            let line = line.trim_end();
            if let Some(id) = line.strip_prefix("id: ") {
                name = id.to_owned();
            } else if let Some(kind) = line.strip_prefix("event: ") {
                event = kind.to_owned();
            } else if let Some(data) = line.strip_prefix("data:") {
                if event == "over" {
                    return None;
                }
                assert_eq!(event, "state");
                let data = serde_json::from_str(data).expect("JSON");
                return Some(State { name, data });
            }
        }
    }

    /// The next state that has `text` in this part.
    pub(crate) fn wait_for(&mut self, part: &str, text: &str) -> State {
        loop {
            let state = self.next().expect("it goes on");
            if state.part(part).is_some_and(|html| html.contains(text)) {
                return state;
            }
        }
    }
}

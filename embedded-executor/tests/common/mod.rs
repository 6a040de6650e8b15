//! A running executor, and a client that can be as slow, rude or absent as a test needs.

#![allow(dead_code, reason = "each test program uses another part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub(crate) mod websocket;

use std::{net::SocketAddr, time::Duration};

use embedded_executor::{Environment, ExecutorConfig, RunningExecutor};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Far longer than anything here takes, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An executor whose temporary folder is the test's own, so that it can be looked into.
pub(crate) struct Fixture {
    pub(crate) executor: RunningExecutor,
    pub(crate) temp: TempDir,
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut ExecutorConfig)) -> Self {
        let temp = tempfile::tempdir().unwrap();
        let mut config = ExecutorConfig {
            temp_folder: temp.path().to_owned(),
            kill_grace: Duration::from_millis(500),
            ..ExecutorConfig::default()
        };
        change(&mut config);
        Self {
            executor: embedded_executor::start(config).await.unwrap(),
            temp,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.executor.local_addr()
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, command: &str) -> Answer {
        self.execute(&json!({ "command": command })).await
    }

    pub(crate) async fn execute(&self, request: &Value) -> Answer {
        self.send(&post(&request.to_string(), "")).await
    }

    /// Sends a whole request as it is, on a connection of its own.
    pub(crate) async fn send(&self, request: &str) -> Answer {
        let mut client = Client::connect(self.address()).await;
        client.send(request).await;
        client.answer().await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
        .await
    }

    /// Waits until `commands` commands have left no folder, but for the pair that waits for the next one.
    pub(crate) async fn cleaned_up(&self, commands: usize) {
        let next = commands + 1;
        let expected = [next.to_string(), format!("{next}.tmp")];
        until("only the next command's folders are left", async || {
            self.folders() == expected
        })
        .await;
    }

    fn folders(&self) -> Vec<String> {
        let mut folders = vec![];
        for root in std::fs::read_dir(self.temp.path()).unwrap().flatten() {
            let inside = std::fs::read_dir(root.path()).unwrap().flatten();
            folders.extend(inside.map(|entry| entry.file_name().into_string().unwrap()));
        }
        folders.sort();
        folders
    }

    /// Waits until no command is left.
    pub(crate) async fn idle(&self) {
        until("no command is left", async || {
            self.get("/health").await.json()["active_sessions"] == 0
        })
        .await;
    }
}

/// A request to execute, with further header lines that end in CRLF.
pub(crate) fn post(body: &str, headers: &str) -> String {
    let length = body.len();
    format!(
        "POST /execute HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
    )
}

/// Waits for something that announces itself to nobody, by looking.
pub(crate) async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let looking = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

/// One connection.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            received: vec![],
        }
    }

    /// Connects with a small window, so that a client that does not read is noticed soon.
    pub(crate) async fn connect_narrow(address: SocketAddr) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self {
            stream: socket.connect(address).await.unwrap(),
            received: vec![],
        }
    }

    pub(crate) async fn send(&mut self, request: &str) {
        self.stream.write_all(request.as_bytes()).await.unwrap();
    }

    /// Reads until what was received contains `text`.
    pub(crate) async fn read_until(&mut self, text: &str) {
        let reading = async {
            while !String::from_utf8_lossy(&self.received).contains(text) {
                let read = self.stream.read_buf(&mut self.received).await.unwrap();
                assert!(
                    read > 0,
                    "closed before {text:?}: {}",
                    String::from_utf8_lossy(&self.received)
                );
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect(text);
    }

    /// Reads the head of an answer, and what came with it.
    pub(crate) async fn head(&mut self) -> (String, Vec<u8>) {
        self.read_until("\r\n\r\n").await;
        let end = self.received.windows(4).position(|it| it == b"\r\n\r\n");
        let rest = self.received.split_off(end.unwrap() + 4);
        (
            String::from_utf8(std::mem::take(&mut self.received)).unwrap(),
            rest,
        )
    }

    /// Reads so many bytes and forgets them.
    pub(crate) async fn read_bytes(&mut self, mut count: usize) {
        let mut buffer = vec![0; 64 * 1024];
        while count > 0 {
            let read = self.stream.read(&mut buffer).await.unwrap();
            assert!(read > 0, "closed with {count} bytes to go");
            count = count.saturating_sub(read);
        }
    }

    /// The number after `label` in what the command prints.
    pub(crate) async fn number_after(&mut self, label: &str) -> i32 {
        self.read_until(label).await;
        self.read_until("\"}").await;
        let text = String::from_utf8_lossy(&self.received);
        let digits = text.split(label).nth(1).unwrap();
        digits
            .chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .unwrap()
    }

    /// Reads everything up to the end of the connection.
    pub(crate) async fn answer(mut self) -> Answer {
        let reading = self.stream.read_to_end(&mut self.received);
        // A refused request that was not read to its end may reset the connection after the answer.
        let _ = tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("the answer ends");
        Answer::parse(&self.received)
    }
}

/// An answer, its chunks joined.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// The sizes of the body's chunks; the last chunk, of size 0, included.
    pub(crate) chunks: Vec<usize>,
}

impl Answer {
    fn parse(received: &[u8]) -> Self {
        let end = received
            .windows(4)
            .position(|it| it == b"\r\n\r\n")
            .expect("a head")
            + 4;
        let head = String::from_utf8(received[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let (mut body, mut chunks) = (received[end..].to_vec(), vec![]);
        if head
            .to_ascii_lowercase()
            .contains("transfer-encoding: chunked")
        {
            let mut rest = &received[end..];
            body.clear();
            while let Some(line) = rest.windows(2).position(|it| it == b"\r\n") {
                let size = std::str::from_utf8(&rest[..line]).unwrap();
                let size = usize::from_str_radix(size, 16).unwrap();
                chunks.push(size);
                let Some(data) = rest.get(line + 2..line + 2 + size) else {
                    break;
                };
                body.extend_from_slice(data);
                rest = rest.get(line + 2 + size + 2..).unwrap_or_default();
            }
        }
        Self {
            status,
            head,
            body,
            chunks,
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The message of a refusal.
    pub(crate) fn error(&self) -> String {
        self.json()["error"].as_str().unwrap().to_owned()
    }

    pub(crate) fn events(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{self:?}");
        let text = std::str::from_utf8(&self.body).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The exit code, once it is sure that one `complete` ends the stream and the body ended well.
    pub(crate) fn exit_code(&self) -> i64 {
        let events = self.events();
        assert_eq!(
            events
                .iter()
                .filter(|event| event["type"] == "complete")
                .count(),
            1,
            "{events:?}"
        );
        assert_eq!(self.chunks.last(), Some(&0), "the last chunk is missing");
        let last = events.last().unwrap();
        assert_eq!(last["type"], "complete", "{events:?}");
        last["exit_code"].as_i64().unwrap()
    }

    /// The lines of one channel.
    pub(crate) fn lines(&self, channel: &str) -> Vec<String> {
        let of_channel = |event: &Value| event["type"] == "output" && event["stream"] == channel;
        let events = self.events().into_iter().filter(of_channel);
        events
            .map(|event| event["data"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn stdout(&self) -> Vec<String> {
        self.lines("stdout")
    }

    /// The messages of error events.
    pub(crate) fn problems(&self) -> Vec<String> {
        let events = self
            .events()
            .into_iter()
            .filter(|event| event["type"] == "error");
        events
            .map(|event| event["error"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Whether there is such a process and it runs. One that was killed stays a zombie until its parent
/// looks after it; for orphans that is the first process of the machine, at its leisure.
pub(crate) fn runs(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit(')')
        .next()
        .and_then(|fields| fields.split_whitespace().next());
    state.is_some_and(|state| state != "Z" && state != "X")
}

/// How much a process has written so far, in all.
pub(crate) fn bytes_written(pid: i32) -> u64 {
    let counters = std::fs::read_to_string(format!("/proc/{pid}/io")).expect("it runs");
    let written = counters
        .lines()
        .find_map(|line| line.strip_prefix("wchar: "));
    written
        .and_then(|written| written.parse().ok())
        .expect("a counter")
}

/// Whether this process has a child that nobody reaped.
pub(crate) fn has_zombie_child() -> bool {
    let me = std::process::id().to_string();
    std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name in brackets may hold anything; state and parent follow it.
        let mut fields = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        fields.next() == Some("Z") && fields.next() == Some(&*me)
    })
}

/// An environment in which only what a test sets can be different from one machine to another.
pub(crate) fn environment(variables: &[(&str, &str)]) -> Environment {
    let path = (
        "PATH",
        "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    );
    [path]
        .iter()
        .chain(variables)
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

//! A WebSocket client that shows what was on the wire.

use actix_codec::{Decoder as _, Encoder as _};
use actix_http::ws::{Codec, Frame, Message};
use bytes::BytesMut;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Client, Fixture, PATIENCE};

/// One WebSocket. Whatever has to be waited for ends the test when it does not come.
pub(crate) struct WebSocket {
    pub(crate) stream: TcpStream,
    codec: Codec,
    received: BytesMut,
}

/// How a WebSocket ended: the code of a close frame, if one came.
pub(crate) type CloseCode = Option<u16>;

/// The request that opens a WebSocket, with further header lines that end in CRLF.
pub(crate) fn upgrade(path: &str, headers: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    )
}

impl WebSocket {
    /// Opens one and takes the greeting.
    pub(crate) async fn open(fixture: &Fixture) -> Self {
        let mut socket = Self::open_over(Client::connect(fixture.address()).await).await;
        assert_eq!(socket.next().await["method"], "connected");
        socket
    }

    /// Opens one over a connection.
    pub(crate) async fn open_over(mut client: Client) -> Self {
        client.send(&upgrade("/ws/mcp", "")).await;
        let (head, rest) = client.head().await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(
            head.to_lowercase()
                .contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
            "{head}"
        );
        Self {
            stream: client.stream,
            codec: Codec::new().client_mode().max_size(64 * 1024 * 1024),
            received: BytesMut::from(&*rest),
        }
    }

    pub(crate) async fn send(&mut self, message: &Value) {
        self.send_text(&message.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.send_message(Message::Text(text.into())).await;
    }

    pub(crate) async fn send_message(&mut self, message: Message) {
        let mut bytes = BytesMut::new();
        self.codec.encode(message, &mut bytes).unwrap();
        self.stream.write_all(&bytes).await.unwrap();
    }

    pub(crate) async fn execute(&mut self, command: &str, id: u64) {
        let params = json!({ "command": command });
        self.request("execute", params, id).await;
    }

    pub(crate) async fn control(&mut self, kind: &str, id: u64) {
        self.request("control", json!({ "type": kind }), id).await;
    }

    pub(crate) async fn request(&mut self, method: &str, params: Value, id: u64) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params, "id": id }))
            .await;
    }

    /// The next frame; `None` at the end of the connection, which a reset counts as.
    pub(crate) async fn next_frame(&mut self) -> Option<Frame> {
        let reading = async {
            loop {
                if let Some(frame) = self.codec.decode(&mut self.received).unwrap() {
                    return Some(frame);
                }
                if self.stream.read_buf(&mut self.received).await.unwrap_or(0) == 0 {
                    return None;
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading)
            .await
            .expect("a frame")
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        match self.next_frame().await {
            Some(Frame::Text(text)) => serde_json::from_slice(&text).unwrap(),
            other => panic!("no message: {other:?}"),
        }
    }

    /// The next message that is this notification or the answer with this id; those before it are lost.
    pub(crate) async fn until(&mut self, which: impl Into<Which>) -> Value {
        let which = which.into();
        loop {
            let message = self.next().await;
            let found = match &which {
                Which::Method(method) => message["method"] == **method,
                Which::Id(id) => message["id"] == *id,
            };
            if found {
                return message;
            }
        }
    }

    /// Everything up to the end: the messages, and the code of the close frame.
    pub(crate) async fn rest(&mut self) -> (Vec<Value>, CloseCode) {
        let mut messages = vec![];
        loop {
            match self.next_frame().await {
                Some(Frame::Text(text)) => messages.push(serde_json::from_slice(&text).unwrap()),
                Some(Frame::Close(reason)) => {
                    return (messages, reason.map(|reason| reason.code.into()));
                }
                None => return (messages, None),
                Some(_) => {}
            }
        }
    }

    /// The output of the command that runs, joined, and how it ended.
    pub(crate) async fn run_to_end(&mut self) -> (String, Value) {
        let mut output = String::new();
        loop {
            let message = self.next().await;
            match message["method"].as_str() {
                Some("process.output") => {
                    output.push_str(message["params"]["data"].as_str().unwrap());
                }
                Some("process.completed" | "process.canceled") => return (output, message),
                _ => {}
            }
        }
    }

    /// Reads output until it contains a label, and the number after it.
    pub(crate) async fn number_after(&mut self, label: &str) -> i32 {
        loop {
            let message = self.until("process.output").await;
            let data = message["params"]["data"].as_str().unwrap();
            if let Some(number) = data.strip_prefix(label) {
                return number.trim().parse().unwrap();
            }
        }
    }
}

/// A message to wait for.
pub(crate) enum Which {
    Method(&'static str),
    Id(u64),
}

impl From<&'static str> for Which {
    fn from(method: &'static str) -> Self {
        Self::Method(method)
    }
}

impl From<u64> for Which {
    fn from(id: u64) -> Self {
        Self::Id(id)
    }
}

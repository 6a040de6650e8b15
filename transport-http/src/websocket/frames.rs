//! Bytes of a WebSocket into messages, however the network and the server have cut them.
//!
//! The codec underneath (actix-http 3.20) checks a frame's size once all of it is in memory and leaves
//! fragments to its user. This one keeps a message's beginning up to a limit and drops the rest, so that
//! memory is bounded by a setting, and hands on a message that came in one piece without copying it.

use std::ops::Range;

use super::frame_head::{FrameError, FrameHead, Opcode};

/// Enough for the messages that executors cut long output into (64 KiB and what is around it).
const BUFFER_BYTES: usize = 128 * 1024;

/// Cuts the bytes that a server sends into messages and control frames, with bounded memory.
#[derive(Debug)]
pub(super) struct Frames {
    max_message: usize,
    /// Bytes that came; those in `unread` were not looked at yet. Its length never changes.
    buffer: Vec<u8>,
    unread: Range<usize>,
    /// A message that does not lie in the buffer in one piece: its beginning, up to the limit.
    message: Vec<u8>,
    /// What the message that is being put together is, while it is not complete.
    underway: Option<MessageKind>,
    /// The rest of a frame that does not fit into the buffer.
    rest: Option<Rest>,
    /// Whether the message in `message` was longer than the limit.
    is_cut: bool,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    bytes: u64,
    /// Whether the message ends with this frame.
    is_last: bool,
}

/// What a server sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Message(Message<'a>),
    Ping(&'a [u8]),
    Pong,
    Close { code: Option<u16>, reason: String },
}

/// A whole message, or the beginning of one that is longer than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message<'a> {
    pub(super) kind: MessageKind,
    pub(super) bytes: &'a [u8],
    pub(super) is_cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageKind {
    Text,
    Binary,
}

/// An [`Item`] by where it is.
enum Found {
    /// A message that came in one frame, which is whole in the buffer.
    InPlace(MessageKind, Range<usize>),
    /// A message that was put together.
    Assembled(MessageKind),
    Control(Opcode, Range<usize>),
}

impl Frames {
    /// A decoder that keeps at most `max_message` bytes of a message.
    pub(super) fn new(max_message: usize) -> Self {
        Self {
            max_message,
            buffer: vec![0; BUFFER_BYTES],
            unread: 0..0,
            message: Vec::new(),
            underway: None,
            rest: None,
            is_cut: false,
        }
    }

    /// Where the next bytes are to be put; never empty once [`next`](Self::next) has returned `None`.
    pub(super) fn space(&mut self) -> &mut [u8] {
        if self.unread.start > 0 {
            self.buffer.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        &mut self.buffer[self.unread.end..]
    }

    /// Notes that `count` bytes were put into the space.
    pub(super) fn filled(&mut self, count: usize) {
        self.unread.end = self.buffer.len().min(self.unread.end + count);
    }

    /// Takes bytes, which have to fit into the space.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), FrameError> {
        let space = self.space().get_mut(..bytes.len());
        space.ok_or(FrameError::TooEarly)?.copy_from_slice(bytes);
        self.filled(bytes.len());
        Ok(())
    }

    /// The next message or control frame; `None` when more bytes are needed.
    pub(super) fn next(&mut self) -> Result<Option<Item<'_>>, FrameError> {
        let Some(found) = self.find()? else {
            return Ok(None);
        };
        Ok(Some(match found {
            Found::InPlace(kind, range) => {
                let kept = range.len().min(self.max_message);
                Item::Message(Message {
                    kind,
                    is_cut: kept < range.len(),
                    bytes: &self.buffer[range][..kept],
                })
            }
            Found::Assembled(kind) => Item::Message(Message {
                kind,
                is_cut: self.is_cut,
                bytes: &self.message,
            }),
            Found::Control(Opcode::Ping, range) => Item::Ping(&self.buffer[range]),
            Found::Control(Opcode::Close, range) => close(&self.buffer[range])?,
            Found::Control(..) => Item::Pong,
        }))
    }

    /// Whether a frame is whole in the buffer, or begins a message that is already too long.
    pub(super) fn has_buffered(&self) -> bool {
        self.rest.is_none()
            && match FrameHead::parse(&self.buffer[self.unread.clone()]) {
                Ok(Some(head)) => head.frame_bytes() <= self.unread.len() as u64,
                Ok(None) => false,
                Err(_) => true,
            }
    }

    /// Whether the connection, if it ended now, would end inside a frame or between fragments.
    pub(super) fn is_inside_message(&self) -> bool {
        self.underway.is_some() || !self.unread.is_empty()
    }

    fn find(&mut self) -> Result<Option<Found>, FrameError> {
        loop {
            if let Some(rest) = self.rest {
                let there = (self.unread.len() as u64).min(rest.bytes) as usize;
                self.append(there);
                let bytes = rest.bytes - there as u64;
                if bytes > 0 {
                    self.rest = Some(Rest { bytes, ..rest });
                    return Ok(None);
                }
                self.rest = None;
                if let Some(found) = self.fragment_ended(rest.is_last) {
                    return Ok(Some(found));
                }
                continue;
            }
            let Some(head) = FrameHead::parse(&self.buffer[self.unread.clone()])? else {
                return Ok(None);
            };
            let is_whole = head.frame_bytes() <= self.unread.len() as u64;
            if !is_whole && head.frame_bytes() <= self.buffer.len() as u64 {
                return Ok(None);
            }
            self.unread.start += head.head_bytes;
            let is_whole_message = is_whole && head.is_last;
            let kind = match (head.opcode, self.underway) {
                (Opcode::Ping | Opcode::Pong | Opcode::Close, _) => {
                    let payload = self.take(head.payload_bytes as usize);
                    return Ok(Some(Found::Control(head.opcode, payload)));
                }
                (Opcode::Continuation, Some(kind)) => kind,
                (Opcode::Continuation, None) => return Err(FrameError::NothingToContinue),
                (Opcode::Text | Opcode::Binary, Some(_)) => return Err(FrameError::NotContinued),
                (opcode, None) => {
                    let kind = match opcode {
                        Opcode::Binary => MessageKind::Binary,
                        _ => MessageKind::Text,
                    };
                    if is_whole_message {
                        let payload = self.take(head.payload_bytes as usize);
                        return Ok(Some(Found::InPlace(kind, payload)));
                    }
                    self.message.clear();
                    self.is_cut = false;
                    kind
                }
            };
            self.underway = Some(kind);
            self.rest = Some(Rest {
                bytes: head.payload_bytes,
                is_last: head.is_last,
            });
        }
    }

    /// Moves past `count` bytes; returns where they are.
    fn take(&mut self, count: usize) -> Range<usize> {
        let start = self.unread.start;
        self.unread.start += count;
        start..self.unread.start
    }

    /// Adds the next `count` bytes to the message, as far as it may grow.
    fn append(&mut self, count: usize) {
        let range = self.take(count);
        let kept = count.min(self.max_message.saturating_sub(self.message.len()));
        self.is_cut |= kept < count;
        self.message
            .extend_from_slice(&self.buffer[range.start..range.start + kept]);
    }

    fn fragment_ended(&mut self, is_last: bool) -> Option<Found> {
        let kind = self.underway?;
        is_last.then(|| {
            self.underway = None;
            Found::Assembled(kind)
        })
    }
}

/// What a close frame says. Any code is taken as it is: it is shown, not acted on.
fn close(payload: &[u8]) -> Result<Item<'static>, FrameError> {
    let (code, reason) = match payload {
        [] => (None, &[][..]),
        [_] => return Err(FrameError::HalfACloseCode),
        [high, low, reason @ ..] => (Some(u16::from_be_bytes([*high, *low])), reason),
    };
    let reason = String::from_utf8_lossy(reason).into_owned();
    Ok(Item::Close { code, reason })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 300 * 1024;

    /// A frame as a server sends it.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let length = payload.len();
        let mut frame = vec![first];
        match length {
            0..126 => frame.push(length as u8),
            126..0x1_0000 => {
                frame.push(126);
                frame.extend_from_slice(&(length as u16).to_be_bytes());
            }
            _ => {
                frame.push(127);
                frame.extend_from_slice(&(length as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(payload);
        frame
    }

    /// What comes of bytes that arrive in these pieces, in words.
    fn decode(pieces: &[&[u8]]) -> Result<Vec<String>, FrameError> {
        let mut frames = Frames::new(LIMIT);
        let mut words = Vec::new();
        for mut piece in pieces.iter().copied() {
            while !piece.is_empty() {
                let (now, later) = piece.split_at(piece.len().min(frames.space().len()));
                frames.push(now)?;
                piece = later;
                while let Some(item) = frames.next()? {
                    words.push(match item {
                        Item::Message(message) => format!(
                            "{:?} of {} bytes, {:?}, cut: {}",
                            message.kind,
                            message.bytes.len(),
                            message.bytes.last(),
                            message.is_cut
                        ),
                        other => format!("{other:?}"),
                    });
                }
            }
        }
        if frames.is_inside_message() {
            words.push("inside".into());
        }
        Ok(words)
    }

    fn text(length: usize) -> String {
        let last = (length > 0).then_some(b'x');
        format!("Text of {length} bytes, {last:?}, cut: false")
    }

    #[test]
    fn lengths_of_every_coding_are_read() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, BUFFER_BYTES, LIMIT] {
            let bytes = frame(0x81, &vec![b'x'; length]);
            assert_eq!(decode(&[&bytes]), Ok(vec![text(length)]));
        }
    }

    #[test]
    fn fragments_are_joined_and_control_frames_may_come_between() {
        let bytes = [
            frame(0x01, b"ab"),
            frame(0x89, b"ping"),
            frame(0x00, b""),
            frame(0x80, b"x"),
            frame(0x88, b"\x03\xe8bye"),
        ];
        let expected = vec![
            "Ping([112, 105, 110, 103])".to_owned(),
            text(3),
            "Close { code: Some(1000), reason: \"bye\" }".to_owned(),
        ];
        assert_eq!(decode(&[&bytes.concat()]), Ok(expected));
    }

    #[test]
    fn of_a_message_beyond_the_limit_the_beginning_is_kept() {
        let long = vec![b'x'; LIMIT];
        let kept = format!("Text of {LIMIT} bytes, Some(120), cut: true");
        let one = frame(0x81, &[&long[..], b"yy"].concat());
        assert_eq!(decode(&[&one]), Ok(vec![kept.clone()]));
        let two = [
            frame(0x01, &long),
            frame(0x80, b"yy"),
            frame(0x81, b"after x"),
        ];
        assert_eq!(decode(&[&two.concat()]), Ok(vec![kept, text(7)]));
    }

    #[test]
    fn an_end_inside_a_message_is_known() {
        for bytes in [&frame(0x01, b"ab")[..], &frame(0x81, b"abc")[..4], &[0x81]] {
            assert_eq!(decode(&[bytes]), Ok(vec!["inside".to_owned()]));
        }
    }

    #[test]
    fn what_breaks_the_framing_is_an_error_that_says_how() {
        for (bytes, error) in [
            (frame(0x80, b"x"), FrameError::NothingToContinue),
            (
                [frame(0x01, b"x"), frame(0x81, b"x")].concat(),
                FrameError::NotContinued,
            ),
            (frame(0x88, b"x"), FrameError::HalfACloseCode),
        ] {
            assert_eq!(decode(&[&bytes]), Err(error));
        }
    }

    proptest! {
        #[test]
        fn messages_do_not_depend_on_how_the_bytes_were_split(
            frames in prop::collection::vec(
                (
                    prop::sample::select(&[0x81, 0x82, 0x01, 0x00, 0x80, 0x89, 0x8a][..]),
                    prop_oneof![0..200usize, 60_000..70_000usize, 130_000..140_000usize],
                ),
                0..8,
            ),
            cuts in prop::collection::vec(0.0..1.0f64, 0..8),
        ) {
            let bytes: Vec<u8> = frames
                .iter()
                .flat_map(|&(first, length)| {
                    frame(first, &vec![b'x'; if first & 8 == 0 { length } else { length % 126 }])
                })
                .collect();
            let mut cuts: Vec<_> =
                cuts.iter().map(|at| (at * bytes.len() as f64) as usize).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&pieces), decode(&[&bytes]));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
            let _ = decode(&bytes.chunks(100).collect::<Vec<_>>());
        }
    }
}

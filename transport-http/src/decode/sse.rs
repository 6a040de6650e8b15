//! Bytes of an event stream (`text/event-stream`) into its messages, as the HTML standard parses them.

use std::mem;

use executor_protocol::{FindingCode, Findings};
use memchr::{memchr, memchr2};

/// Cuts an event stream into messages and comments, with bounded memory.
///
/// Lines end with LF, CR or both; a byte order mark before the first is dropped. The result does not
/// depend on how the bytes were split: a message is complete with the end of the blank line after it,
/// and also with a CR that an LF may still follow.
#[derive(Debug)]
pub(super) struct Messages {
    /// Bytes that came and were not read yet, from `taken` on.
    pending: Vec<u8>,
    taken: usize,
    /// Where in the stream the first of them is.
    offset: u64,
    /// Where in the stream the current line begins.
    line_offset: u64,
    place: Place,
    /// Whether an LF now would belong to the line end before it.
    after_cr: bool,
    /// The name of the current line's field, as far as it can be a known one.
    field: Vec<u8>,
    /// The message that is being read.
    next: Draft,
    /// The message that was read last.
    message: Message,
}

/// Where in its line the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first line.
    Mark,
    /// In the field's name.
    Name,
    /// Behind the colon, where one space is no part of the value.
    Space(Field),
    Value(Field),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Data,
    Event,
    Comment,
    /// `id`, `retry`, and whatever else: it says nothing about an execution.
    Ignored,
}

/// A message as far as it came.
#[derive(Debug)]
struct Draft {
    max_data: usize,
    data: Vec<u8>,
    has_data: bool,
    is_cut: bool,
    name: Vec<u8>,
    /// Where its first line begins, once there is one.
    begin: Option<u64>,
}

#[derive(Debug, Default)]
struct Message {
    data: String,
    name: String,
    offset: u64,
    is_cut: bool,
}

/// What [`Messages::advance`] moved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Message,
    Comment,
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// So much of a field's name is kept: more than any known one has.
const MAX_FIELD: usize = 8;

/// So much of an event's name is kept; a longer one matches no type anyway.
const MAX_NAME: usize = 128;

impl Messages {
    pub(super) fn new(max_data: usize) -> Self {
        Self {
            pending: Vec::new(),
            taken: 0,
            offset: 0,
            line_offset: 0,
            place: Place::Mark,
            after_cr: false,
            field: Vec::new(),
            next: Draft::new(max_data),
            message: Message::default(),
        }
    }

    /// Takes more bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.pending.drain(..self.taken);
        self.taken = 0;
        self.pending.extend_from_slice(bytes);
    }

    /// Moves on to the next message or comment; `None` when more bytes are needed.
    pub(super) fn advance(&mut self, findings: &mut Findings) -> Option<Frame> {
        if self.place == Place::Mark && !self.skip_mark() {
            return None;
        }
        loop {
            let rest = &self.pending[self.taken..];
            let first = *rest.first()?;
            if mem::take(&mut self.after_cr) && first == b'\n' {
                self.take(1);
                continue;
            }
            if self.place == Place::Name && self.field.is_empty() {
                self.line_offset = self.offset;
            }
            let end = memchr2(b'\r', b'\n', rest);
            self.read(end.unwrap_or(rest.len()), findings);
            end?;
            self.after_cr = self.pending[self.taken] == b'\r';
            let frame = self.end_line(findings);
            self.take(1);
            if frame.is_some() {
                return frame;
            }
        }
    }

    /// Judges the end of the stream: a message that is not complete is lost.
    pub(super) fn finish(&mut self, findings: &mut Findings) {
        let line_began = match self.place {
            Place::Name => !self.field.is_empty(),
            Place::Mark => self.taken < self.pending.len(),
            Place::Space(field) | Place::Value(field) => field != Field::Comment,
        };
        if line_began || self.next.begin.is_some() {
            let begin = self.next.begin.unwrap_or(self.line_offset);
            findings.record(FindingCode::TruncatedBody, begin, || {
                "it ended inside an event".into()
            });
        }
    }

    /// The data of the current message, its lines joined with LF.
    pub(super) fn data(&self) -> &str {
        &self.message.data
    }

    /// The name of the current message; empty if it has none.
    pub(super) fn name(&self) -> &str {
        &self.message.name
    }

    /// Where in the stream the current message begins.
    pub(super) fn offset(&self) -> u64 {
        self.message.offset
    }

    /// Whether the current message's data was longer than the limit and is only its beginning.
    pub(super) fn is_cut(&self) -> bool {
        self.message.is_cut
    }

    /// Whether a further message or comment can be had without more bytes.
    pub(super) fn has_buffered(&self) -> bool {
        let mut rest = &self.pending[self.taken..];
        if self.after_cr {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        let mut has_data = self.next.has_data;
        while let Some(end) = memchr2(b'\r', b'\n', rest) {
            let line = &rest[..end];
            let length = end
                + if rest[end..].starts_with(b"\r\n") {
                    2
                } else {
                    1
                };
            rest = &rest[length..];
            if line.starts_with(b":") || (line.is_empty() && has_data) {
                return true;
            }
            has_data |= line == b"data" || line.starts_with(b"data:");
        }
        false
    }

    /// Skips a byte order mark; `false` while there may come one.
    fn skip_mark(&mut self) -> bool {
        let start = &self.pending[self.taken..];
        if start.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(start) {
            return false;
        }
        if start.starts_with(BYTE_ORDER_MARK) {
            self.take(BYTE_ORDER_MARK.len());
        }
        self.place = Place::Name;
        true
    }

    /// Reads `length` bytes, all of one line and none of its end.
    fn read(&mut self, length: usize, findings: &mut Findings) {
        let mut part = &self.pending[self.taken..][..length];
        if self.place == Place::Name {
            let colon = memchr(b':', part);
            let name = &part[..colon.unwrap_or(length)];
            let room = MAX_FIELD - self.field.len();
            self.field.extend_from_slice(&name[..name.len().min(room)]);
            if let Some(colon) = colon {
                part = &part[colon + 1..];
                let field = Field::named(&self.field);
                self.next.begin_field(field, self.line_offset, findings);
                self.place = Place::Space(field);
            }
        }
        if let (Place::Space(field), Some(first)) = (self.place, part.first()) {
            if *first == b' ' {
                part = &part[1..];
            }
            self.place = Place::Value(field);
        }
        match self.place {
            Place::Value(Field::Data) => self.next.keep_data(part, findings),
            Place::Value(Field::Event) => {
                let room = MAX_NAME - self.next.name.len();
                let kept = &part[..part.len().min(room)];
                self.next.name.extend_from_slice(kept);
            }
            _ => {}
        }
        self.take(length);
    }

    /// Acts on the line that ends here.
    fn end_line(&mut self, findings: &mut Findings) -> Option<Frame> {
        let frame = match self.place {
            Place::Name if self.field.is_empty() => self.complete(findings),
            Place::Name => {
                // A field without a colon has an empty value.
                let field = Field::named(&self.field);
                self.next.begin_field(field, self.line_offset, findings);
                None
            }
            Place::Space(field) | Place::Value(field) => {
                (field == Field::Comment).then_some(Frame::Comment)
            }
            Place::Mark => None,
        };
        self.place = Place::Name;
        self.field.clear();
        frame
    }

    /// Turns what was read into the current message; without data it is none, whatever its name.
    fn complete(&mut self, findings: &mut Findings) -> Option<Frame> {
        let next = &mut self.next;
        let offset = next.begin.take();
        if !mem::take(&mut next.has_data) {
            next.name.clear();
            return None;
        }
        // The two buffers take turns, so that no message is copied.
        let mut spare = mem::take(&mut self.message.data).into_bytes();
        spare.clear();
        let mut data = mem::replace(&mut next.data, spare);
        self.message.offset = offset.unwrap_or_default();
        self.message.is_cut = mem::take(&mut next.is_cut);
        if self.message.is_cut {
            drop_cut_character(&mut data);
        }
        self.message.data = String::from_utf8(data).unwrap_or_else(|error| {
            let bad = error.utf8_error().valid_up_to();
            findings.record(FindingCode::BadUtf8, self.message.offset, || {
                format!("byte {:#04x}", error.as_bytes()[bad])
            });
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        self.message.name.clear();
        self.message
            .name
            .push_str(&String::from_utf8_lossy(&next.name));
        next.name.clear();
        Some(Frame::Message)
    }

    fn take(&mut self, length: usize) {
        self.taken += length;
        self.offset += length as u64;
    }
}

impl Field {
    fn named(name: &[u8]) -> Self {
        match name {
            b"data" => Self::Data,
            b"event" => Self::Event,
            b"" => Self::Comment,
            _ => Self::Ignored,
        }
    }
}

impl Draft {
    fn new(max_data: usize) -> Self {
        Self {
            max_data,
            data: Vec::new(),
            has_data: false,
            is_cut: false,
            name: Vec::new(),
            begin: None,
        }
    }

    /// Notes a field, whose value may follow, in the line that begins at `offset`.
    fn begin_field(&mut self, field: Field, offset: u64, findings: &mut Findings) {
        if let Field::Data | Field::Event = field {
            self.begin.get_or_insert(offset);
        }
        match field {
            Field::Data if self.has_data => self.keep_data(b"\n", findings),
            Field::Data => self.has_data = true,
            Field::Event => self.name.clear(),
            Field::Comment | Field::Ignored => {}
        }
    }

    /// Keeps a part of the data, up to the limit.
    fn keep_data(&mut self, part: &[u8], findings: &mut Findings) {
        let room = self.max_data.saturating_sub(self.data.len());
        if part.len() > room && !mem::replace(&mut self.is_cut, true) {
            let (begin, limit) = (self.begin.unwrap_or_default(), self.max_data);
            findings.record(FindingCode::OversizedLine, begin, || {
                format!("longer than {limit} bytes")
            });
        }
        self.data.extend_from_slice(&part[..part.len().min(room)]);
    }
}

/// Drops the beginning of a character that the limit itself has cut, which is no fault of the executor.
fn drop_cut_character(data: &mut Vec<u8>) {
    if let Err(error) = str::from_utf8(data)
        && error.error_len().is_none()
    {
        data.truncate(error.valid_up_to());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 12;

    /// A message as name, data, offset and whether it was cut; a comment as `None`.
    type Read = Option<(String, String, u64, bool)>;

    fn read(pieces: &[&[u8]]) -> (Vec<Read>, Findings) {
        let mut messages = Messages::new(LIMIT);
        let mut findings = Findings::default();
        let mut all = Vec::new();
        for piece in pieces {
            messages.push(piece);
            let mut announced = None;
            loop {
                let frame = messages.advance(&mut findings);
                assert_eq!(frame.is_some(), announced.unwrap_or(frame.is_some()));
                let Some(frame) = frame else { break };
                announced = Some(messages.has_buffered());
                all.push((frame == Frame::Message).then(|| {
                    let (name, data) = (messages.name().to_owned(), messages.data().to_owned());
                    (name, data, messages.offset(), messages.is_cut())
                }));
            }
        }
        messages.finish(&mut findings);
        (all, findings)
    }

    /// The standard's algorithm, as it is written there, on the whole stream at once.
    fn reference(bytes: &[u8]) -> Vec<Read> {
        let mark = if bytes.starts_with(BYTE_ORDER_MARK) {
            3
        } else {
            0
        };
        let (mut at, mut all) = (mark, Vec::new());
        let (mut name, mut data) = (Vec::new(), None::<Vec<u8>>);
        let mut begin = None;
        while let Some(length) = bytes[at..].iter().position(|byte| b"\r\n".contains(byte)) {
            let (line, line_begin) = (&bytes[at..at + length], at as u64);
            at += length
                + if bytes[at + length..].starts_with(b"\r\n") {
                    2
                } else {
                    1
                };
            let colon = line.iter().position(|&byte| byte == b':');
            let (field, value) = line.split_at(colon.unwrap_or(line.len()));
            let value = value.strip_prefix(b":").unwrap_or(value);
            let value = value.strip_prefix(b" ").unwrap_or(value);
            match field {
                b"" if colon.is_some() => all.push(None),
                b"" => {
                    let (name, begin) = (std::mem::take(&mut name), begin.take());
                    let Some(mut data) = data.take() else {
                        continue;
                    };
                    let is_cut = data.len() > LIMIT;
                    data.truncate(LIMIT);
                    if is_cut {
                        drop_cut_character(&mut data);
                    }
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    all.push(Some((
                        text(&name),
                        text(&data),
                        begin.expect("data"),
                        is_cut,
                    )));
                }
                b"data" => {
                    begin.get_or_insert(line_begin);
                    data = Some(match data.take() {
                        Some(before) => [&*before, b"\n", value].concat(),
                        None => value.to_vec(),
                    });
                }
                b"event" => {
                    begin.get_or_insert(line_begin);
                    name = value.to_vec();
                }
                _ => {}
            }
        }
        all
    }

    fn message(name: &str, data: &str, offset: u64) -> Read {
        Some((name.into(), data.into(), offset, false))
    }

    #[test]
    fn fields_are_read_as_the_standard_says() {
        let stream = "\u{feff}: hello\n\ndata\n\nevent: a\rdata:b\r\ndata:  c\rid: 7\r\n\r\nevent: lost\n\ndata: d\nretry: 9\nfoo\n\n";
        let (all, findings) = read(&[stream.as_bytes()]);
        assert_eq!(
            all,
            [
                None,
                message("", "", 12),
                message("a", "b\n c", 18),
                message("", "d", 66),
            ]
        );
        assert!(findings.is_empty());
    }

    #[test]
    fn a_message_that_the_end_cuts_short_is_lost_and_found() {
        for (end, begin) in [
            ("data: x", 2),
            ("data: x\n", 2),
            ("event: x\n", 2),
            (": c\ndat", 6),
            ("data: x\nid: 3\n", 2),
        ] {
            let (all, findings) = read(&[b"\n\n", end.as_bytes()]);
            assert!(all.iter().all(Option::is_none), "{end}");
            let found = findings.get(FindingCode::TruncatedBody).expect("found");
            assert_eq!(found.first_offset, begin, "{end}");
        }
        for end in [
            "",
            "\n",
            "data: x\r",
            "data: x\r\r",
            "data: x\n\n: c",
            "id: 3\n",
        ] {
            let (_, findings) = read(&[b"data: y\n\n", end.as_bytes()]);
            let whole = end != "data: x\r";
            assert_eq!(findings.is_empty(), whole, "{end:?}");
        }
    }

    #[test]
    fn memory_does_not_grow_with_a_message_that_never_ends() {
        for endless in [
            "x",
            "data\n",
            "data: x\n",
            "event: x\n",
            "\n",
            ":",
            "id: 1\n",
        ] {
            let piece = endless.repeat(100);
            let mut messages = Messages::new(LIMIT);
            let mut findings = Findings::default();
            messages.push(b"data: ");
            for _ in 0..1000 {
                messages.push(piece.as_bytes());
                while messages.advance(&mut findings).is_some() {}
            }
            let Messages {
                pending,
                next,
                field,
                ..
            } = &messages;
            let kept = pending.capacity() + next.data.capacity() + next.name.capacity();
            let kept = kept + field.capacity();
            assert!(
                kept < 4 * (LIMIT + MAX_NAME + piece.len()),
                "{endless:?}: {kept} bytes"
            );
        }
    }

    proptest! {
        #[test]
        fn messages_are_those_of_the_standard_however_the_bytes_were_split(
            pieces in prop::collection::vec(
                prop_oneof![
                    Just(b"\n".to_vec()), Just(b"\r".to_vec()), Just(b"\r\n".to_vec()),
                    Just(b"data:".to_vec()), Just(b"data: ".to_vec()), Just(b"event: ".to_vec()),
                    Just(b"data".to_vec()), Just(b":".to_vec()), Just(b"id: 3".to_vec()),
                    Just("\u{feff}".into()), Just("é€😀".into()), Just(b"\xe2\x82".to_vec()),
                    "[a-z :]{0,9}".prop_map(Vec::from),
                ],
                0..24,
            ),
            cuts in prop::collection::vec(0.0..1.0f64, 0..8),
        ) {
            let bytes = pieces.concat();
            let whole = read(&[&bytes]);
            prop_assert_eq!(&whole.0, &reference(&bytes));
            let mut cuts: Vec<_> = cuts.iter().map(|at| (at * bytes.len() as f64) as usize).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let cut: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(&read(&cut), &whole);
            let single: Vec<_> = bytes.chunks(1).collect();
            prop_assert_eq!(read(&single), whole);
        }
    }
}

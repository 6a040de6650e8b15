//! Records into bounded memory: the beginning, and as much of the end as there is room for.

use std::{mem, time::Duration};

use crate::{Cassette, End, Head, Record, What, redact};

/// A recording that goes on.
///
/// It holds at most the number of bytes that it was given, and an eighth of it at least for each of the
/// beginning and the end; what lies between is counted and dropped.
#[derive(Debug)]
pub struct Tape {
    head: Head,
    limit: usize,
    first: Segment,
    /// The end is kept in two segments: when the newer is full, the older is dropped as a whole, which costs
    /// nothing for each byte.
    older: Segment,
    newer: Segment,
    missing: Missing,
    end: Option<(Duration, End)>,
    latest: Duration,
}

/// Smaller limits keep nothing that is worth it.
const LEAST_LIMIT: usize = 4096;

#[derive(Debug, Default)]
struct Segment {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    /// What is sent counts, too.
    sent_bytes: usize,
}

#[derive(Debug)]
struct Entry {
    at: Duration,
    what: Noted,
}

#[derive(Debug)]
enum Noted {
    Connected,
    Reused,
    /// So many of the segment's bytes.
    Received(usize),
    Sent(String),
}

#[derive(Debug, Default)]
struct Missing {
    at: Duration,
    bytes: u64,
    reads: u64,
}

impl Segment {
    fn size(&self) -> usize {
        self.bytes.len() + self.sent_bytes + self.entries.len() * mem::size_of::<Entry>()
    }

    /// How many more bytes there is room for, with their entry.
    fn room(&self, limit: usize) -> usize {
        limit.saturating_sub(self.size() + mem::size_of::<Entry>())
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
        self.sent_bytes = 0;
    }
}

impl Tape {
    /// A recording of an execution that begins, in at most `limit` bytes.
    #[must_use]
    pub fn new(head: Head, limit: usize) -> Self {
        Self {
            head,
            limit: limit.max(LEAST_LIMIT),
            first: Segment::default(),
            older: Segment::default(),
            newer: Segment::default(),
            missing: Missing::default(),
            end: None,
            latest: Duration::ZERO,
        }
    }

    /// What is recorded.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// What the client asked to have answered when it opened a WebSocket.
    pub fn set_websocket_key(&mut self, key: impl Into<String>) {
        self.head.websocket_key = Some(key.into());
    }

    /// How much memory it takes, the head aside.
    #[must_use]
    pub fn size(&self) -> usize {
        self.first.size() + self.older.size() + self.newer.size()
    }

    /// The connection stands.
    pub fn connected(&mut self, at: Duration) {
        let at = self.time(at);
        self.note(at, Noted::Connected, 0);
    }

    /// The request goes over a connection that had served an earlier one.
    pub fn reused(&mut self, at: Duration) {
        let at = self.time(at);
        self.note(at, Noted::Reused, 0);
    }

    /// Bytes came.
    pub fn received(&mut self, at: Duration, bytes: &[u8]) {
        let at = self.time(at);
        let mut rest = bytes;
        while !rest.is_empty() {
            let (segment, room) = self.segment();
            let (now, later) = rest.split_at(rest.len().min(room));
            segment.bytes.extend_from_slice(now);
            segment.entries.push(Entry {
                at,
                what: Noted::Received(now.len()),
            });
            rest = later;
        }
    }

    /// The client sent a message.
    pub fn sent(&mut self, at: Duration, text: &str) {
        let at = self.time(at);
        self.note(at, Noted::Sent(text.to_owned()), text.len());
    }

    /// Nothing more is read. Only the first end counts, and nothing comes after it.
    pub fn ended(&mut self, at: Duration, end: End) {
        let at = self.time(at);
        self.end.get_or_insert((at, end));
    }

    /// Whether it is known how the connection ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Times never go back, whoever measured them.
    fn time(&mut self, at: Duration) -> Duration {
        self.latest = self.latest.max(at);
        self.latest
    }

    fn note(&mut self, at: Duration, what: Noted, sent_bytes: usize) {
        let (segment, _) = self.segment();
        segment.sent_bytes += sent_bytes;
        segment.entries.push(Entry { at, what });
    }

    /// Where the next bytes go, and how many of them there is room for: never none.
    fn segment(&mut self) -> (&mut Segment, usize) {
        let is_first = self.missing.bytes == 0
            && self.older.entries.is_empty()
            && self.newer.entries.is_empty();
        let room = self.first.room(self.limit / 2);
        if is_first && room > 0 {
            return (&mut self.first, room);
        }
        if self.newer.room(self.limit / 4) == 0 {
            mem::swap(&mut self.older, &mut self.newer);
            self.missing.count(&self.newer);
            self.newer.clear();
        }
        let room = self.newer.room(self.limit / 4).max(1);
        (&mut self.newer, room)
    }

    /// The recording. A connection whose end is not known was left by the client.
    #[must_use]
    pub fn finish(mut self) -> Cassette {
        redact::mask_heads(&mut self.first.bytes);
        let mut records = Vec::new();
        self.first.unroll(&mut records);
        let Missing { at, bytes, reads } = self.missing;
        if bytes > 0 {
            let what = What::Missing { bytes, reads };
            records.push(Record { at, what });
        }
        self.older.unroll(&mut records);
        self.newer.unroll(&mut records);
        let (at, end) = self.end.unwrap_or((self.latest, End::Left));
        // What was sent behind the end, such as a goodbye, was not answered any more.
        records.retain(|record| record.at <= at);
        records.push(Record {
            at,
            what: What::End(end),
        });
        Cassette {
            head: self.head,
            records,
        }
    }
}

impl Missing {
    fn count(&mut self, dropped: &Segment) {
        self.bytes += dropped.bytes.len() as u64;
        self.reads += dropped.entries.len() as u64;
        if let Some(entry) = dropped.entries.last() {
            self.at = entry.at;
        }
    }
}

impl Segment {
    fn unroll(self, records: &mut Vec<Record>) {
        let mut rest = &self.bytes[..];
        for Entry { at, what } in self.entries {
            let what = match what {
                Noted::Connected => What::Connected,
                Noted::Reused => What::Reused,
                Noted::Sent(text) => What::Sent(text),
                Noted::Received(count) => {
                    let (now, later) = rest.split_at(count);
                    rest = later;
                    What::Received(now.to_vec())
                }
            };
            records.push(Record { at, what });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Dialect;

    fn tape(limit: usize) -> Tape {
        Tape::new(Head::new(Dialect::Ndjson, "true", "id"), limit)
    }

    #[test]
    fn a_connection_whose_end_nobody_saw_was_left() {
        let mut tape = tape(0);
        tape.connected(Duration::from_millis(1));
        let cassette = tape.finish();
        assert_eq!(cassette.end(), Some(&End::Left));
        assert_eq!(cassette.connected(), Some(Duration::from_millis(1)));
    }

    #[test]
    fn only_the_first_end_counts() {
        let mut tape = tape(0);
        tape.ended(Duration::ZERO, End::Reset);
        tape.ended(Duration::ZERO, End::Complete);
        assert_eq!(tape.finish().end(), Some(&End::Reset));
    }

    proptest! {
        #[test]
        fn the_beginning_and_the_end_are_kept_and_the_rest_is_counted(
            reads in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..3000), 0..40),
            limit in LEAST_LIMIT..20_000,
        ) {
            let mut tape = tape(limit);
            for (second, read) in (0..).zip(&reads) {
                tape.received(Duration::from_secs(second), read);
                prop_assert!(tape.size() <= limit + mem::size_of::<Entry>());
            }
            let all = reads.concat();
            let cassette = tape.finish();
            let kept = cassette.received();
            let missing = all.len() - kept.len();
            let told: u64 = cassette.records.iter().map(|it| match it.what {
                What::Missing { bytes, .. } => bytes,
                _ => 0,
            }).sum();
            prop_assert_eq!(told, missing as u64);
            let split = cassette.records.iter().position(|it| matches!(it.what, What::Missing { .. }));
            let before = Cassette {
                records: cassette.records[..split.unwrap_or(0)].to_vec(),
                ..cassette.clone()
            }
            .received();
            prop_assert!(all.starts_with(&before));
            prop_assert!(all.ends_with(&kept[before.len()..]));
            prop_assert!(cassette.records.is_sorted_by_key(|it| it.at));
            if all.len() <= limit / 4 && reads.len() < limit / 200 {
                prop_assert_eq!(missing, 0);
            }
        }
    }
}

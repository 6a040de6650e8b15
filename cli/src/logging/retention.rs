//! Which log a line belongs into, and which logs have to go for it: decided from names and sizes alone.
//!
//! It has no clock and touches no file; [`rolling`](super::rolling) does. A log belongs to a day. Within
//! a day the next one is begun when a line would make one larger than [an eighth](FILES_IN_THE_TOTAL) of
//! what all of them may take. The oldest go first, and never the one that is written to.

use std::{
    fmt,
    num::{NonZeroU64, NonZeroUsize},
};

use jiff::civil::Date;

/// How many full logs make up what all of them may take. Logs are deleted whole, so this is the share of
/// the history that is given up at once; it also is how much a day that floods leaves of the days before.
const FILES_IN_THE_TOTAL: u64 = 8;

/// The name of a log: `gauntlet.2026-11-24.log`, `gauntlet.2026-11-24.1.log`. Their order is that of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogName {
    day: Date,
    /// Counts from 0, which is not shown.
    part: u32,
}

impl LogName {
    pub(super) fn first_of(day: Date) -> Self {
        Self { day, part: 0 }
    }

    /// Reads exactly what is written, so that nobody else's file is taken for a log.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let stem = name.strip_prefix("gauntlet.")?.strip_suffix(".log")?;
        let (day, part) = match stem.split_once('.') {
            Some((day, part)) => (day, part.parse().ok()?),
            None => (stem, 0),
        };
        let day: Date = day.parse().ok()?;
        let parsed = Self { day, part };
        // Dates and numbers can be written in more than one way; years before our era have a sign.
        (day.year() >= 0 && parsed.to_string() == name).then_some(parsed)
    }

    pub(super) fn day(self) -> Date {
        self.day
    }

    fn next(self) -> Option<Self> {
        let part = self.part.checked_add(1)?;
        Some(Self { part, ..self })
    }
}

impl fmt::Display for LogName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            0 => write!(f, "gauntlet.{}.log", self.day),
            part => write!(f, "gauntlet.{}.{part}.log", self.day),
        }
    }
}

/// A log that is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogFile {
    pub name: LogName,
    pub bytes: u64,
}

/// Where a line is written to, and what is deleted before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub file: LogName,
    /// Oldest first.
    pub delete: Vec<LogName>,
}

/// Why a line cannot be written within the bounds.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoRoom {
    /// Although everything else were deleted.
    #[error("a line of {bytes} bytes is longer than all logs may be together")]
    Line { bytes: u64 },
    /// Somebody has made a file with the last possible name.
    #[error("the names of {day} are used up")]
    Names { day: Date },
}

/// How much all logs may take together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub max_files: NonZeroUsize,
    pub max_total_bytes: NonZeroU64,
}

impl Bounds {
    /// Whether a line may be added to a log of today that has `bytes`.
    pub(super) fn fits(self, bytes: u64, line: u64) -> bool {
        bytes.saturating_add(line) <= self.file_bytes()
    }

    /// Finds room for a line among `files`, which are all logs that are there.
    pub(super) fn make_room(
        self,
        files: &[LogFile],
        today: Date,
        line: u64,
    ) -> Result<Room, NoRoom> {
        if line > self.max_total_bytes.get() {
            return Err(NoRoom::Line { bytes: line });
        }
        let newest = files
            .iter()
            .filter(|file| file.name.day == today)
            .max_by_key(|file| file.name);
        let (file, bytes) = match newest {
            // A line that is longer than a log should be gets one to itself.
            Some(newest) if newest.bytes == 0 || self.fits(newest.bytes, line) => {
                (newest.name, newest.bytes)
            }
            Some(newest) => {
                let next = newest.name.next().ok_or(NoRoom::Names { day: today })?;
                (next, 0)
            }
            None => (LogName::first_of(today), 0),
        };
        let others = files.iter().copied().filter(|other| other.name != file);
        // It will be filled without asking again.
        let reserved = self.file_bytes().max(bytes + line);
        let delete = self.surplus(others.collect(), today, reserved);
        Ok(Room { file, delete })
    }

    /// Which of `others` have to go, so that one log of `reserved` bytes can be beside the rest.
    fn surplus(self, mut others: Vec<LogFile>, today: Date, reserved: u64) -> Vec<LogName> {
        // A log of today may be what another process writes to, until it is full.
        let counted = |file: &LogFile| {
            if file.name.day == today {
                file.bytes.max(self.file_bytes())
            } else {
                file.bytes
            }
        };
        others.sort_unstable_by_key(|file| file.name);
        let mut count = others.len() + 1;
        let mut total = others
            .iter()
            .map(counted)
            .fold(reserved, u64::saturating_add);
        let mut delete = Vec::new();
        for file in &others {
            if count <= self.max_files.get() && total <= self.max_total_bytes.get() {
                break;
            }
            count -= 1;
            total = total.saturating_sub(counted(file));
            delete.push(file.name);
        }
        delete
    }

    fn file_bytes(self) -> u64 {
        (self.max_total_bytes.get() / FILES_IN_THE_TOTAL).max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::{ToSpan as _, civil::date};
    use proptest::prelude::*;

    use super::*;

    const TODAY: Date = date(2026, 11, 24);

    fn bounds(max_files: usize, max_total_bytes: u64) -> Bounds {
        Bounds {
            max_files: max_files.try_into().unwrap(),
            max_total_bytes: max_total_bytes.try_into().unwrap(),
        }
    }

    fn log(name: &str, bytes: u64) -> LogFile {
        let name = LogName::parse(name).unwrap();
        LogFile { name, bytes }
    }

    /// Where a line of `line` bytes goes today, and what goes for it.
    fn room(bounds: Bounds, files: &[LogFile], line: u64) -> (String, Vec<String>) {
        let room = bounds.make_room(files, TODAY, line).unwrap();
        let deleted = room.delete.iter().map(LogName::to_string);
        (room.file.to_string(), deleted.collect())
    }

    #[test]
    fn only_exact_names_are_logs() {
        for name in [
            "gauntlet.2026-11-24.log",
            "gauntlet.2026-11-24.1.log",
            "gauntlet.2024-02-29.4294967295.log",
        ] {
            assert_eq!(LogName::parse(name).unwrap().to_string(), name);
        }
        for name in [
            "gauntlet.log",
            "gauntlet.notes.log",
            "gauntlet.2026-11-24",
            "gauntlet.2026-11-24.log.gz",
            "my-gauntlet.2026-11-24.log",
            "gauntlet.2026-11-24.0.log",
            "gauntlet.2026-11-24.01.log",
            "gauntlet.2026-11-24.+1.log",
            "gauntlet.2026-11-24.1.2.log",
            "gauntlet.2026-11-24..log",
            "gauntlet.2026-11-24.4294967296.log",
            "gauntlet.2026-11-31.log",
            "gauntlet.20261124.log",
            "gauntlet.2026-11-24T00:00.log",
            "gauntlet.-000001-11-24.log",
        ] {
            assert_eq!(LogName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn names_are_in_the_order_of_time() {
        let names = [
            "gauntlet.2026-09-30.11.log",
            "gauntlet.2026-11-24.log",
            "gauntlet.2026-11-24.2.log",
            "gauntlet.2026-11-24.10.log",
            "gauntlet.2026-11-25.log",
        ];
        let parsed = names.map(|name| LogName::parse(name).unwrap());
        assert!(parsed.is_sorted(), "{parsed:?}");
    }

    #[test]
    fn a_day_has_one_log_until_an_eighth_of_the_total_is_full() {
        let bounds = bounds(14, 800);
        assert_eq!(room(bounds, &[], 10).0, "gauntlet.2026-11-24.log");
        let yesterday = log("gauntlet.2026-11-23.7.log", 10);
        assert_eq!(room(bounds, &[yesterday], 10).0, "gauntlet.2026-11-24.log");
        let begun = log("gauntlet.2026-11-24.log", 90);
        assert_eq!(room(bounds, &[begun], 10).0, "gauntlet.2026-11-24.log");
        assert_eq!(room(bounds, &[begun], 11).0, "gauntlet.2026-11-24.1.log");
        let next = log("gauntlet.2026-11-24.9.log", 95);
        let files = [next, begun];
        assert_eq!(room(bounds, &files, 5).0, "gauntlet.2026-11-24.9.log");
        assert_eq!(room(bounds, &files, 6).0, "gauntlet.2026-11-24.10.log");
    }

    #[test]
    fn the_oldest_logs_go_when_there_are_too_many() {
        let files = [
            log("gauntlet.2026-11-22.log", 1),
            log("gauntlet.2026-11-20.log", 1),
            log("gauntlet.2026-11-20.1.log", 1),
        ];
        assert!(room(bounds(4, 800), &files, 10).1.is_empty());
        let (file, deleted) = room(bounds(2, 800), &files, 10);
        assert_eq!(file, "gauntlet.2026-11-24.log");
        let oldest = ["gauntlet.2026-11-20.log", "gauntlet.2026-11-20.1.log"];
        assert_eq!(deleted, oldest);
        assert_eq!(room(bounds(1, 800), &files, 10).1.len(), 3);
    }

    #[test]
    fn the_oldest_logs_go_before_all_of_them_are_too_large() {
        let files = |older, newer| {
            [
                log("gauntlet.2026-11-22.log", older),
                log("gauntlet.2026-11-23.log", newer),
            ]
        };
        assert!(room(bounds(14, 800), &files(300, 400), 10).1.is_empty());
        let deleted = room(bounds(14, 800), &files(300, 401), 10).1;
        assert_eq!(deleted, ["gauntlet.2026-11-22.log"]);
    }

    #[test]
    fn a_line_that_is_longer_than_a_log_should_be_gets_one_to_itself_and_room() {
        let files = [
            log("gauntlet.2026-11-23.log", 200),
            log("gauntlet.2026-11-24.log", 50),
        ];
        let (file, deleted) = room(bounds(14, 800), &files, 700);
        assert_eq!(file, "gauntlet.2026-11-24.1.log");
        assert_eq!(deleted, ["gauntlet.2026-11-23.log"]);
        let empty = log("gauntlet.2026-11-24.log", 0);
        let (file, _) = room(bounds(14, 800), &[empty], 700);
        assert_eq!(file, "gauntlet.2026-11-24.log");
    }

    #[test]
    fn nothing_is_deleted_for_a_line_that_cannot_be_kept() {
        let files = [log("gauntlet.2026-11-23.log", 200)];
        let refused = bounds(14, 800).make_room(&files, TODAY, 801);
        assert_eq!(refused, Err(NoRoom::Line { bytes: 801 }));
        let files = [log("gauntlet.2026-11-24.4294967295.log", 200)];
        let refused = bounds(14, 800).make_room(&files, TODAY, 1);
        assert_eq!(refused, Err(NoRoom::Names { day: TODAY }));
    }

    /// A folder of logs, and the processes that write to it.
    struct Folder {
        bounds: Bounds,
        logs: BTreeMap<LogName, u64>,
        writers: [Option<LogName>; 2],
    }

    impl Folder {
        fn files(&self) -> Vec<LogFile> {
            let files = self.logs.iter();
            files
                .map(|(&name, &bytes)| LogFile { name, bytes })
                .collect()
        }

        fn write(&mut self, writer: usize, today: Date, line: u64) {
            let current = self.writers[writer].filter(|name| name.day == today);
            let bytes = current.and_then(|name| self.logs.get(&name));
            let file = match (current, bytes) {
                (Some(name), Some(&bytes)) if self.bounds.fits(bytes, line) => name,
                _ => match self.bounds.make_room(&self.files(), today, line) {
                    Ok(room) => self.take(room, today),
                    Err(_) => return,
                },
            };
            self.writers[writer] = Some(file);
            *self.logs.entry(file).or_default() += line;
        }

        /// Deletes what has to go, which are the oldest, and not what is written to.
        fn take(&mut self, room: Room, today: Date) -> LogName {
            assert_eq!(room.file.day, today);
            let others = self.logs.keys().filter(|name| **name != room.file);
            let oldest: Vec<_> = others.take(room.delete.len()).copied().collect();
            assert_eq!(room.delete, oldest);
            for name in &room.delete {
                self.logs.remove(name);
            }
            room.file
        }
    }

    /// A line: who writes it, its length, and how many days have passed since the last one.
    type Line = (usize, u64, i64);

    fn the_bounds_hold(bounds: Bounds, found: Vec<LogFile>, lines: Vec<Line>) {
        let mut folder = Folder {
            bounds,
            logs: found.iter().map(|log| (log.name, log.bytes)).collect(),
            writers: [None; 2],
        };
        let mut today = TODAY;
        for (writer, line, days) in lines {
            today += days.days();
            folder.write(writer, today, line);
            if folder.writers == [None; 2] {
                // Nothing could be written yet, so nothing was deleted either.
                continue;
            }
            let total: u64 = folder.logs.values().sum();
            assert!(total <= bounds.max_total_bytes.get(), "{:?}", folder.logs);
            assert!(folder.logs.len() <= bounds.max_files.get());
        }
    }

    fn any_bounds() -> impl Strategy<Value = Bounds> {
        (1usize..20, 1u64..2000).prop_map(|(files, bytes)| bounds(files, bytes))
    }

    /// Logs of today and of days before.
    fn any_logs() -> impl Strategy<Value = Vec<LogFile>> {
        let log = |((days, part), bytes): ((i64, u32), u64)| {
            let day = TODAY - days.days();
            let name = LogName { day, part };
            LogFile { name, bytes }
        };
        prop::collection::btree_map((0i64..5, 0u32..4), 0u64..1000, 0..12)
            .prop_map(move |found| found.into_iter().map(log).collect())
    }

    fn any_lines(
        writers: usize,
        days: impl Strategy<Value = i64>,
    ) -> impl Strategy<Value = Vec<Line>> {
        prop::collection::vec((0..writers, 1u64..400, days), 1..200)
    }

    proptest! {
        #[test]
        fn the_bounds_hold_after_every_line_whoever_writes_it(
            bounds in any_bounds(),
            found in any_logs(),
            lines in any_lines(2, prop_oneof![9 => Just(0), 1 => Just(1)]),
        ) {
            the_bounds_hold(bounds, found, lines);
        }

        #[test]
        fn the_bounds_hold_although_the_clock_is_set_back(
            bounds in any_bounds(),
            found in any_logs(),
            lines in any_lines(1, prop_oneof![9 => Just(0), 1 => Just(1), 1 => Just(-1)]),
        ) {
            the_bounds_hold(bounds, found, lines);
        }

        #[test]
        fn no_more_is_deleted_than_has_to_be(
            bounds in any_bounds(),
            mut files in any_logs(),
        ) {
            // Of today's, it is not known how large they get.
            files.retain(|file| file.name.day != TODAY);
            let room = bounds.make_room(&files, TODAY, 1).unwrap();
            let Some(youngest) = room.delete.last() else { return Ok(()) };
            // With the youngest of those that go, there would be too many, or too much.
            let kept = files.iter().filter(|file| file.name >= *youngest);
            let count = kept.clone().count() + 1;
            let total: u64 = kept.map(|file| file.bytes).sum();
            let too_many = count > bounds.max_files.get();
            prop_assert!(too_many || total + bounds.file_bytes() > bounds.max_total_bytes.get());
        }

        #[test]
        fn every_name_that_is_written_is_read(days in 0i32..3_000_000, part: u32) {
            let day = date(1, 1, 1) + days.days();
            let name = LogName { day, part };
            prop_assert_eq!(LogName::parse(&name.to_string()), Some(name));
        }
    }
}

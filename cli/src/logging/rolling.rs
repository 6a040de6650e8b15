//! Writes lines into the logs of a folder, within bounds that hold before and after each of them.
//!
//! What is written where, and what is deleted for it, is decided by [`retention`](super::retention). A
//! line that cannot be written is counted and given up: the log neither stops the program nor holds it up.
//!
//! Several processes can share the folder. Each line is one write at the end of a file, so none is mixed
//! into another, and nobody has to wait for a lock. The price is that what they write in the same instant
//! may be too much, until the next of them looks.

use std::{
    borrow::Cow,
    fs::{self, DirEntry, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::civil::Date;
use rustix::fs::OFlags;

use super::retention::{Bounds, LogFile, LogName};

/// How many lines could not be written, and how many logs not be deleted. Clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<AtomicU64>);

impl Failures {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The logs of a folder, as something to write lines to. Each `write` takes one whole line or fails.
///
/// `today` tells the day, which begins a new log when it changes.
pub(super) struct RollingFile<C> {
    folder: PathBuf,
    bounds: Bounds,
    today: C,
    failures: Failures,
    /// Empty after an error, so that the next line starts afresh.
    current: Option<Current>,
    /// The log whose last line lacks its end: there was no space left, or who wrote it was killed.
    torn: Option<LogName>,
}

struct Current {
    name: LogName,
    file: File,
}

impl<C: Fn() -> Date> RollingFile<C> {
    /// Opens the log of today in `folder`, which is made if it is not there, and deletes what is too much.
    pub(super) fn open(folder: &Path, bounds: Bounds, today: C) -> io::Result<Self> {
        let mut rolling = Self {
            folder: folder.to_owned(),
            bounds,
            today,
            failures: Failures::default(),
            current: None,
            torn: None,
        };
        let current = rolling.open_for((rolling.today)(), 0)?;
        if is_torn(&current.file)? {
            rolling.torn = Some(current.name);
        }
        rolling.current = Some(current);
        Ok(rolling)
    }

    pub(super) fn failures(&self) -> Failures {
        self.failures.clone()
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let today = (self.today)();
        // One more for the line break that a torn line lacks.
        let bytes = line.len() as u64 + u64::from(self.torn.is_some());
        let mut current = match self.current.take() {
            Some(current) if current.takes(today, bytes, self.bounds) => current,
            _ => self.open_for(today, bytes)?,
        };
        let is_torn = self.torn == Some(current.name);
        match write_line(&mut current.file, is_torn, line) {
            Written::All => {
                self.torn = None;
                self.current = Some(current);
                Ok(())
            }
            Written::Part => {
                self.torn = Some(current.name);
                Err(ErrorKind::WriteZero.into())
            }
            Written::Nothing(error) => Err(error),
        }
    }

    /// Opens the log that a line of so many bytes belongs into, and deletes what has to go for it.
    fn open_for(&self, today: Date, bytes: u64) -> io::Result<Current> {
        // Somebody may have removed it, weeks after the start.
        fs::create_dir_all(&self.folder)?;
        let logs = logs(&self.folder)?;
        let room = self.bounds.make_room(&logs, today, bytes);
        let room = room.map_err(io::Error::other)?;
        for name in &room.delete {
            match fs::remove_file(self.path(*name)) {
                Ok(()) => {}
                // Another process was faster.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => self.failures.add_one(),
            }
        }
        Ok(Current {
            name: room.file,
            file: open(&self.path(room.file))?,
        })
    }

    fn path(&self, name: LogName) -> PathBuf {
        self.folder.join(name.to_string())
    }
}

impl<C: Fn() -> Date> Write for RollingFile<C> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        // The thread that calls this throws errors away.
        self.append(line)
            .inspect_err(|_| self.failures.add_one())
            .map(|()| line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Current {
    /// Whether a line of so many bytes still belongs here. Other processes write here and delete, too,
    /// so the file itself is asked.
    fn takes(&self, today: Date, bytes: u64, bounds: Bounds) -> bool {
        self.name.day() == today
            && self
                .file
                .metadata()
                .is_ok_and(|file| file.nlink() > 0 && bounds.fits(file.len(), bytes))
    }
}

/// All logs of a folder.
fn logs(folder: &Path) -> io::Result<Vec<LogFile>> {
    let mut logs = Vec::new();
    for entry in fs::read_dir(folder)? {
        logs.extend(log(&entry?));
    }
    Ok(logs)
}

/// `None` for what is no log, and for one that another process has just deleted.
fn log(entry: &DirEntry) -> Option<LogFile> {
    let name = LogName::parse(entry.file_name().to_str()?)?;
    let metadata = entry.metadata().ok()?;
    metadata.is_file().then_some(LogFile {
        name,
        bytes: metadata.len(),
    })
}

/// Opens a file to write at its end. Links are not followed and pipes not waited for: whoever can make
/// them in the folder must not decide where the log goes, or stop it.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other(format!("{} is no file", path.display())))
    }
}

/// Whether the last line lacks its end.
fn is_torn(file: &File) -> io::Result<bool> {
    let Some(end) = file.metadata()?.len().checked_sub(1) else {
        return Ok(false);
    };
    let mut last = [0];
    file.read_exact_at(&mut last, end)?;
    Ok(last != [b'\n'])
}

/// What became of a line.
enum Written {
    All,
    /// It lacks its end.
    Part,
    Nothing(io::Error),
}

/// Writes a line in one go, so that nobody else's comes in between; if the line before is torn, after a
/// line break.
fn write_line(file: &mut impl Write, is_torn: bool, line: &[u8]) -> Written {
    let mut bytes = Cow::Borrowed(line);
    if is_torn {
        bytes.to_mut().insert(0, b'\n');
    }
    loop {
        match file.write(&bytes) {
            Ok(written) if written == bytes.len() => return Written::All,
            Ok(_) => return Written::Part,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Written::Nothing(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, collections::BTreeMap, rc::Rc, thread};

    use jiff::civil::date;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use tempfile::TempDir;

    use super::*;

    const DAY: Date = date(2026, 11, 24);

    fn bounds(max_files: usize, max_total_bytes: u64) -> Bounds {
        Bounds {
            max_files: max_files.try_into().unwrap(),
            max_total_bytes: max_total_bytes.try_into().unwrap(),
        }
    }

    /// A folder with logs, which the names in it are part of.
    fn folder_with(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    /// Every file of a folder with its content.
    fn content(folder: &Path) -> BTreeMap<String, String> {
        let files = fs::read_dir(folder).unwrap().map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        });
        files.collect()
    }

    fn names(folder: &Path) -> Vec<String> {
        content(folder).into_keys().collect()
    }

    #[test]
    fn a_log_goes_on_where_it_was_left_and_a_new_day_begins_a_new_one() {
        let folder = folder_with(&[("gauntlet.2026-11-24.log", "before\n")]);
        let day = Rc::new(Cell::new(DAY));
        let today = Rc::clone(&day);
        let mut log =
            RollingFile::open(folder.path(), bounds(14, 8000), move || today.get()).unwrap();
        log.write_all(b"a\n").unwrap();
        day.set(DAY.tomorrow().unwrap());
        log.write_all(b"b\n").unwrap();
        let expected = [
            ("gauntlet.2026-11-24.log", "before\na\n"),
            ("gauntlet.2026-11-25.log", "b\n"),
        ];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(content(folder.path()), BTreeMap::from(expected));
        assert_eq!(log.failures().count(), 0);
    }

    #[test]
    fn a_flood_stays_within_the_bound_and_touches_no_file_that_is_not_a_log() {
        let foreign = ["gauntlet.log", "gauntlet.2020-01-01.log.gz", "notes"];
        let large = "x".repeat(1000);
        let mut files: Vec<_> = foreign.iter().map(|name| (*name, &*large)).collect();
        files.push(("gauntlet.2026-11-23.log", &large[..700]));
        let folder = folder_with(&files);
        let elsewhere = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("gauntlet.2020-01-01.log")).unwrap();
        let link = folder.path().join("gauntlet.2020-01-02.log");
        std::os::unix::fs::symlink(elsewhere.path().join("target"), link).unwrap();

        let mut log = RollingFile::open(folder.path(), bounds(100, 800), || DAY).unwrap();
        for n in 0..100 {
            log.write_all(format!("line number {n:03}\n").as_bytes())
                .unwrap();
            let logs = logs(folder.path()).unwrap();
            let total: u64 = logs.iter().map(|log| log.bytes).sum();
            assert!(total <= 800, "{logs:?}");
        }
        let newest = folder.path().join("gauntlet.2026-11-24.16.log");
        let text = fs::read_to_string(newest).unwrap();
        assert_eq!(text.lines().last(), Some("line number 099"));
        assert!(!folder.path().join("gauntlet.2026-11-23.log").exists());
        for name in foreign {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        assert!(folder.path().join("gauntlet.2020-01-01.log").is_dir());
        assert!(folder.path().join("gauntlet.2020-01-02.log").is_symlink());
        assert_eq!(log.failures().count(), 0);
    }

    #[test]
    fn a_log_that_was_taken_away_is_begun_again_with_its_folder() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("reports/logs");
        let mut log = RollingFile::open(&folder, bounds(14, 8000), || DAY).unwrap();
        fs::remove_file(folder.join("gauntlet.2026-11-24.log")).unwrap();
        log.write_all(b"a\n").unwrap();
        assert_eq!(content(&folder)["gauntlet.2026-11-24.log"], "a\n");
        fs::remove_dir_all(parent.path().join("reports")).unwrap();
        log.write_all(b"b\n").unwrap();
        assert_eq!(content(&folder)["gauntlet.2026-11-24.log"], "b\n");
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_the_log_goes_on_when_it_can() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("logs");
        let mut log = RollingFile::open(&folder, bounds(14, 100), || DAY).unwrap();
        let failures = log.failures();
        fs::remove_dir_all(&folder).unwrap();
        fs::write(&folder, "in the way").unwrap();
        log.write_all(b"lost\n").unwrap_err();
        log.write_all(b"lost\n").unwrap_err();
        assert_eq!(failures.count(), 2);
        fs::remove_file(&folder).unwrap();
        log.write_all(b"kept\n").unwrap();
        log.write_all(&[b'x'; 101]).unwrap_err();
        log.write_all(b"kept\n").unwrap();
        assert_eq!(failures.count(), 3);
        assert_eq!(content(&folder)["gauntlet.2026-11-24.log"], "kept\nkept\n");
    }

    #[test]
    fn neither_links_nor_pipes_nor_folders_are_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("gauntlet.2026-11-24.log");
        let open = || RollingFile::open(folder.path(), bounds(14, 8000), || DAY).map(|_| ());

        let target = folder.path().join("target");
        std::os::unix::fs::symlink(&target, &name).unwrap();
        open().unwrap_err();
        assert!(!target.exists());

        fs::remove_file(&name).unwrap();
        mknodat(CWD, &name, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        open().unwrap_err();

        fs::remove_file(&name).unwrap();
        fs::create_dir(&name).unwrap();
        open().unwrap_err();
    }

    #[test]
    fn a_line_after_a_torn_one_stands_on_its_own() {
        let folder = folder_with(&[("gauntlet.2026-11-24.log", "whole\nto")]);
        let mut log = RollingFile::open(folder.path(), bounds(14, 8000), || DAY).unwrap();
        log.write_all(b"a\n").unwrap();
        log.write_all(b"b\n").unwrap();
        let text = &content(folder.path())["gauntlet.2026-11-24.log"];
        assert_eq!(text, "whole\nto\na\nb\n");
    }

    /// A disk with this much space.
    struct Disk(usize, Vec<u8>);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let written = bytes.len().min(self.0);
            if written == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            self.0 -= written;
            self.1.extend(&bytes[..written]);
            Ok(written)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_disk_that_fills_up_tears_one_line_and_takes_none_after_it() {
        let mut disk = Disk(5, Vec::new());
        assert!(matches!(
            write_line(&mut disk, false, b"ab\n"),
            Written::All
        ));
        assert!(matches!(
            write_line(&mut disk, false, b"cd\n"),
            Written::Part
        ));
        let Written::Nothing(error) = write_line(&mut disk, true, b"ef\n") else {
            panic!("{:?}", disk.1);
        };
        assert_eq!(error.kind(), ErrorKind::StorageFull);
        disk.0 = 4;
        assert!(matches!(write_line(&mut disk, true, b"gh\n"), Written::All));
        assert_eq!(disk.1, b"ab\ncd\ngh\n");
    }

    /// Lets three writers, which know nothing of each other, write lines of the same length at once, and
    /// returns the logs in the order of their names.
    fn write_at_once(folder: &Path, bounds: Bounds, lines: usize) -> String {
        thread::scope(|scope| {
            for writer in 0..3 {
                scope.spawn(move || {
                    let mut log = RollingFile::open(folder, bounds, || DAY).unwrap();
                    for line in 0..lines {
                        let line = format!("{writer} {line:05}\n");
                        log.write_all(line.as_bytes()).unwrap();
                    }
                    assert_eq!(log.failures().count(), 0);
                });
            }
        });
        let mut logs = logs(folder).unwrap();
        logs.sort_unstable_by_key(|log| log.name);
        let text = |log: &LogFile| fs::read_to_string(folder.join(log.name.to_string())).unwrap();
        logs.iter().map(text).collect()
    }

    #[test]
    fn several_writers_share_a_folder_and_no_line_is_lost_or_mixed_up() {
        const LINES: usize = 2000;
        let folder = tempfile::tempdir().unwrap();
        // Six of the eight logs that there may be will be full.
        let text = write_at_once(folder.path(), bounds(100, 64 * 1024), LINES);
        for writer in ["0 ", "1 ", "2 "] {
            let lines = text.lines().filter_map(|line| line.strip_prefix(writer));
            let expected = (0..LINES).map(|line| format!("{line:05}"));
            assert!(lines.eq(expected), "{text}");
        }
        assert_eq!(text.lines().count(), 3 * LINES);
        assert!(names(folder.path()).len() > 3);
    }

    #[test]
    fn several_writers_delete_the_oldest_lines_and_leave_whole_ones() {
        let folder = tempfile::tempdir().unwrap();
        let bounds = bounds(100, 4096);
        let text = write_at_once(folder.path(), bounds, 2000);
        let is_whole = |line: &str| line.len() == "0 00000".len();
        assert!(text.lines().all(is_whole) && text.ends_with('\n'), "{text}");
        assert!(text.contains(" 01999\n") && !text.contains(" 00000\n"));
        // What they wrote at the very same moment may be too much until the next one looks.
        RollingFile::open(folder.path(), bounds, || DAY).unwrap();
        let total: u64 = logs(folder.path())
            .unwrap()
            .iter()
            .map(|log| log.bytes)
            .sum();
        assert!(total <= 4096, "{total}");
    }
}

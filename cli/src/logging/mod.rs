//! Logs: daily files in a folder of their own, bounded together, written by a thread of their own.
//!
//! Nothing waits for the log. What comes faster than the disk takes it is dropped, what the disk refuses
//! is given up, and both are counted.

mod retention;
mod rolling;

use std::{fs, io};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, WorkerGuard};
use tracing_subscriber::{
    EnvFilter, filter::LevelFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::settings::{LogFormat, LogLevel, LogSettings};

use self::{
    retention::Bounds,
    rolling::{Failures, RollingFile},
};

/// The running log. Dropping it writes what is still queued.
pub(crate) struct Logging {
    dropped: ErrorCounter,
    failed: Failures,
    _guard: WorkerGuard,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoggingError {
    /// The folder cannot be made.
    #[error("cannot create the folder: {0}")]
    Folder(#[source] io::Error),
    /// The file cannot be opened.
    #[error("cannot open the file: {0}")]
    File(#[source] io::Error),
}

impl Logging {
    /// Starts logging for the whole process. `verbose` counts how much more detail is wanted.
    ///
    /// Old logs in the folder are deleted, as the settings say; files of other names are left alone.
    pub(crate) fn start(settings: &LogSettings, verbose: u8) -> Result<Self, LoggingError> {
        fs::create_dir_all(&settings.folder).map_err(LoggingError::Folder)?;
        let bounds = Bounds {
            max_files: settings.max_files,
            max_total_bytes: settings.max_total_bytes,
        };
        let file =
            RollingFile::open(&settings.folder, bounds, today).map_err(LoggingError::File)?;
        let failed = file.failures();
        let (writer, guard) = tracing_appender::non_blocking(file);
        let dropped = writer.error_counter();
        install(settings.format, level(settings.level, verbose), writer);
        log_panics();
        Ok(Self {
            dropped,
            failed,
            _guard: guard,
        })
    }

    /// How many lines were dropped because they came faster than the disk took them.
    pub(crate) fn dropped_lines(&self) -> usize {
        self.dropped.dropped_lines()
    }

    /// How many lines the disk did not take, and how many old logs could not be deleted.
    pub(crate) fn failed_writes(&self) -> u64 {
        self.failed.count()
    }

    /// Counts what the log has lost by the time it is asked, also on another thread.
    pub(crate) fn losses(&self) -> impl Fn() -> u64 + Send + 'static {
        let (dropped, failed) = (self.dropped.clone(), self.failed.clone());
        move || dropped.dropped_lines() as u64 + failed.count()
    }
}

/// The day in UTC, where none is longer than another and no zone changes beneath a run of weeks.
fn today() -> Date {
    TimeZone::UTC.to_datetime(Timestamp::now()).date()
}

fn level(level: LogLevel, verbose: u8) -> LevelFilter {
    let wanted = match verbose {
        0 => level,
        1 => level.max(LogLevel::Debug),
        _ => LogLevel::Trace,
    };
    match wanted {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

fn install(format: LogFormat, level: LevelFilter, writer: NonBlocking) {
    // The framework's own servers and clients have much to say that is not about the run.
    let filter = EnvFilter::default()
        .add_directive(level.into())
        .add_directive("actix_server=warn".parse().expect("a directive"))
        .add_directive("actix_http=warn".parse().expect("a directive"))
        .add_directive("actix_tls=warn".parse().expect("a directive"));
    let layer = fmt::layer().with_ansi(false).with_writer(writer);
    let registry = tracing_subscriber::registry().with(filter);
    // Tests of this crate may have installed one already; the program installs exactly one.
    let _ = match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json()).try_init(),
    };
}

/// A panic in an actor is survived, so its message belongs into the log and not onto the progress.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(%panic, %backtrace, "panicked");
    }));
}

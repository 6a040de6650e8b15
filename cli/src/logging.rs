//! Logs: daily files in a folder of their own, written by a thread of their own.

use std::{fs, io, path::Path};

use tracing_appender::{
    non_blocking::{ErrorCounter, NonBlocking, WorkerGuard},
    rolling::{InitError, RollingFileAppender, Rotation},
};
use tracing_subscriber::{
    EnvFilter, filter::LevelFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::settings::{LogFormat, LogLevel, LogSettings};

/// The running log. Dropping it writes what is still queued.
pub(crate) struct Logging {
    dropped: ErrorCounter,
    _guard: WorkerGuard,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoggingError {
    /// The folder cannot be made.
    #[error("cannot create the folder: {0}")]
    Folder(#[from] io::Error),
    /// The file cannot be opened.
    #[error("cannot open the file: {0}")]
    File(#[from] InitError),
}

impl Logging {
    /// Starts logging for the whole process. `verbose` counts how much more detail is wanted.
    ///
    /// Old files are deleted by their name, so the folder should hold nothing else that begins with
    /// `gauntlet.` and ends with `.log`.
    pub(crate) fn start(settings: &LogSettings, verbose: u8) -> Result<Self, LoggingError> {
        fs::create_dir_all(&settings.folder)?;
        let (writer, guard) = tracing_appender::non_blocking(appender(settings)?);
        let dropped = writer.error_counter();
        install(settings.format, level(settings.level, verbose), writer);
        log_panics();
        Ok(Self {
            dropped,
            _guard: guard,
        })
    }

    /// How many lines were dropped because they came faster than the disk took them.
    pub(crate) fn dropped_lines(&self) -> usize {
        self.dropped.dropped_lines()
    }
}

fn appender(settings: &LogSettings) -> Result<RollingFileAppender, InitError> {
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("gauntlet")
        .filename_suffix("log")
        .max_log_files(settings.max_files.get())
        .build(Path::new(&settings.folder))
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

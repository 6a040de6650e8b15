//! Writes reports to files, whole or not at all.

use std::{
    fs::{self, Permissions},
    io::{self, BufWriter, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use load::{LoadResults, capacity::CapacityResults};
use reporter_json::Report;
use reporter_md::MAX_STEP_SUMMARY_BYTES;
use runner_core::{
    recorded::{Graduation, RecordedRun, RunKind},
    results::{RunProblem, RunResults},
    words,
};
use tempfile::Builder;

use crate::{
    args::{ReportFormat, ReportTarget},
    error::CliError,
    exit::{Exit, Signal},
    progress::Progress,
};

/// The reports of a suite: those that were asked for, or the Markdown report in `folder`.
pub(crate) fn targets(
    asked: &[ReportTarget],
    folder: &Path,
    suite_stem: &str,
) -> Vec<ReportTarget> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    let path = folder.join(format!("{suite_stem}_report.md"));
    vec![ReportTarget {
        format: ReportFormat::Markdown,
        path,
    }]
}

/// What a report is about, and every exit code that it asks for.
pub(crate) enum Document<'a> {
    /// A run that went over its suite once, and how far the suite is from its graduation.
    Run {
        results: &'a RunResults,
        graduation: Option<&'a Graduation>,
        exit_codes: Vec<u8>,
    },
    /// A run as a ledger has it.
    Recorded {
        run: &'a RecordedRun,
        exit_codes: Vec<u8>,
    },
    /// A run of load.
    Load {
        results: &'a LoadResults,
        exit_codes: Vec<u8>,
    },
    /// A search for the capacity.
    Capacity {
        results: &'a CapacityResults,
        exit_codes: Vec<u8>,
    },
}

impl<'a> Document<'a> {
    /// On a run that went over its suite once; `signal` is the one that interrupted it, if any did.
    pub(crate) fn of_run(
        results: &'a RunResults,
        graduation: Option<&'a Graduation>,
        signal: Option<Signal>,
    ) -> Self {
        let problems = results.problems.iter().map(RunProblem::code);
        Self::Run {
            results,
            graduation,
            exit_codes: Exit::codes(problems, RunKind::Run, signal),
        }
    }

    /// On a run of load; `signal` is the one that interrupted it, if any did.
    pub(crate) fn of_load(results: &'a LoadResults, signal: Option<Signal>) -> Self {
        let problems = results.problems.iter().map(RunProblem::code);
        Self::Load {
            results,
            exit_codes: Exit::codes(problems, RunKind::Run, signal),
        }
    }

    /// On a search for the capacity; `signal` is the one that interrupted it, if any did.
    pub(crate) fn of_capacity(results: &'a CapacityResults, signal: Option<Signal>) -> Self {
        let exit = Exit::of_capacity(&results.end, signal);
        let is_failure = exit != Exit::Success;
        Self::Capacity {
            results,
            exit_codes: is_failure.then(|| exit.code()).into_iter().collect(),
        }
    }

    /// On a run as a ledger has it.
    pub(crate) fn recorded(run: &'a RecordedRun) -> Self {
        let problems = words::problems(run);
        let codes = problems.iter().map(|problem| problem.code);
        Self::Recorded {
            run,
            exit_codes: Exit::codes(codes, run.kind, None),
        }
    }

    /// On what a JSON report has.
    pub(crate) fn of_report(report: &'a Report) -> Self {
        match report {
            Report::Run {
                results,
                graduation,
                exit_codes,
            } => Self::Run {
                results,
                graduation: graduation.as_ref(),
                exit_codes: exit_codes.clone(),
            },
            Report::Recorded { run, exit_codes } => Self::Recorded {
                run,
                exit_codes: exit_codes.clone(),
            },
        }
    }

    /// Writes it in this format; a summary for a step of GitHub in so many bytes at most.
    pub(crate) fn write(
        &self,
        format: ReportFormat,
        max_summary_bytes: usize,
        out: &mut impl io::Write,
    ) -> io::Result<()> {
        match format {
            ReportFormat::Markdown => self.write_markdown(out),
            ReportFormat::Html => self.write_html(out),
            ReportFormat::Json => self.write_json(out),
            ReportFormat::JUnit => self.write_junit(out),
            ReportFormat::Tap => self.write_tap(out),
            ReportFormat::GitHub => self.write_step_summary(max_summary_bytes, out),
        }
    }

    fn write_markdown(&self, out: &mut impl io::Write) -> io::Result<()> {
        let options = reporter_md::ReportOptions::default();
        match *self {
            Self::Run {
                results,
                graduation,
                ..
            } => {
                let report = reporter_md::Report {
                    results,
                    graduation,
                };
                reporter_md::write_report(report, &options, out)
            }
            Self::Recorded { run, .. } => reporter_md::write_recorded_report(run, &options, out),
            Self::Load { results, .. } => reporter_md::write_load_report(results, out),
            Self::Capacity { results, .. } => reporter_md::write_capacity_report(results, out),
        }
    }

    fn write_html(&self, out: &mut impl io::Write) -> io::Result<()> {
        let options = reporter_html::ReportOptions::default();
        match *self {
            Self::Run {
                results,
                graduation,
                ..
            } => {
                let report = reporter_html::Report {
                    results,
                    graduation,
                };
                reporter_html::write_report(report, &options, out)
            }
            Self::Recorded { run, .. } => reporter_html::write_recorded_report(run, &options, out),
            Self::Load { results, .. } => reporter_html::write_load_report(results, &options, out),
            Self::Capacity { results, .. } => {
                reporter_html::write_capacity_report(results, &options, out)
            }
        }
    }

    fn write_json(&self, out: &mut impl io::Write) -> io::Result<()> {
        match self {
            Self::Run {
                results,
                graduation,
                exit_codes,
            } => {
                let report = reporter_json::RunReport {
                    results,
                    graduation: *graduation,
                    exit_codes,
                };
                reporter_json::write_report(report, out)
            }
            Self::Recorded { run, exit_codes } => {
                let report = reporter_json::RecordedReport { run, exit_codes };
                reporter_json::write_recorded_report(report, out)
            }
            Self::Load {
                results,
                exit_codes,
            } => reporter_json::write_load_report(results, exit_codes, out),
            Self::Capacity {
                results,
                exit_codes,
            } => reporter_json::write_capacity_report(results, exit_codes, out),
        }
    }

    fn write_junit(&self, out: &mut impl io::Write) -> io::Result<()> {
        let options = reporter_junit::ReportOptions::default();
        match *self {
            Self::Run { results, .. } => reporter_junit::write_report(results, &options, out),
            Self::Recorded { run, .. } => reporter_junit::write_recorded_report(run, &options, out),
            Self::Load { .. } | Self::Capacity { .. } => no_report_on_load(),
        }
    }

    fn write_tap(&self, out: &mut impl io::Write) -> io::Result<()> {
        let options = reporter_tap::ReportOptions::default();
        match *self {
            Self::Run { results, .. } => reporter_tap::write_report(results, &options, out),
            Self::Recorded { run, .. } => reporter_tap::write_recorded_report(run, &options, out),
            Self::Load { .. } | Self::Capacity { .. } => no_report_on_load(),
        }
    }

    fn write_step_summary(&self, max_bytes: usize, out: &mut impl io::Write) -> io::Result<()> {
        match *self {
            Self::Run {
                results,
                graduation,
                ..
            } => {
                let report = reporter_md::Report {
                    results,
                    graduation,
                };
                reporter_md::write_step_summary(report, max_bytes, out)
            }
            Self::Recorded { run, .. } => {
                reporter_md::write_recorded_step_summary(run, max_bytes, out)
            }
            Self::Load { .. } | Self::Capacity { .. } => no_report_on_load(),
        }
    }
}

/// The command line has refused it before.
fn no_report_on_load() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Writes reports, says where they are, and shows what could not be written.
pub(crate) fn write_all(
    targets: Vec<ReportTarget>,
    document: &Document<'_>,
    progress: &Progress,
) -> Exit {
    let mut exit = Exit::Success;
    for target in targets {
        match write(&target, document) {
            Ok(()) => progress.say(&format!("report: {}", target.path.display())),
            Err(error) => {
                exit = exit.min(error.exit());
                error.show();
            }
        }
    }
    exit
}

/// Writes one report. Readers see the old file or the new one, never a part; a summary is appended to what
/// is there.
pub(crate) fn write(target: &ReportTarget, document: &Document<'_>) -> Result<(), CliError> {
    let written = match target.format {
        ReportFormat::GitHub => append(&target.path, document),
        format => replace(&target.path, |file| {
            document.write(format, MAX_STEP_SUMMARY_BYTES, file)
        }),
    };
    written.map_err(|source| CliError::Report {
        path: target.path.clone(),
        source,
    })
}

/// Appends a summary, in as much room as is left to it. It is put together first and written at once.
fn append(path: &Path, document: &Document<'_>) -> io::Result<()> {
    fs::create_dir_all(folder_of(path))?;
    let mut file = fs::File::options().create(true).append(true).open(path)?;
    let taken = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let left = MAX_STEP_SUMMARY_BYTES.saturating_sub(taken);
    let mut summary = Vec::new();
    document.write(ReportFormat::GitHub, left, &mut summary)?;
    if summary.len() > left {
        // Not even the words that something is missing: one byte too many, and GitHub shows nothing.
        return Ok(());
    }
    file.write_all(&summary)
}

/// Whether a report can be written there, as far as that can be known before it is.
pub(crate) fn check(target: &ReportTarget) -> Result<(), CliError> {
    let path = fs::canonicalize(&target.path).unwrap_or_else(|_| target.path.clone());
    let is_writable = || -> io::Result<()> {
        match fs::metadata(&path) {
            Ok(existing) if existing.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(existing) if !existing.is_file() => return Ok(()),
            _ => {}
        }
        let folder = folder_of(&path);
        fs::create_dir_all(&folder)?;
        Builder::new().prefix(".report").tempfile_in(&folder)?;
        Ok(())
    };
    is_writable().map_err(|source| CliError::Report {
        path: target.path.clone(),
        source,
    })
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut fs::File>) -> io::Result<()>,
) -> io::Result<()> {
    // What a link leads to is replaced and not the link; what is no file, such as a device, is written to.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|existing| !existing.is_file() && !existing.is_dir()) {
        let mut file = fs::File::options().write(true).open(path)?;
        let mut buffered = BufWriter::new(&mut file);
        write(&mut buffered)?;
        return buffered.flush();
    }
    let folder = folder_of(path);
    fs::create_dir_all(&folder)?;
    // Private temporary files are the right default elsewhere; a report is for others to read, as far
    // as the umask lets them.
    let mut file = Builder::new()
        .prefix(".report")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(&folder)?;
    let mut buffered = BufWriter::new(file.as_file_mut());
    write(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

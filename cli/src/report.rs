//! Writes reports to files, whole or not at all.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    io::{self, BufWriter, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use runner_core::{
    recorded::{Graduation, RecordedRun},
    results::RunResults,
};
use tempfile::Builder;

use crate::{
    args::{ReportFormat, ReportTarget},
    error::CliError,
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

/// What a report is about.
pub(crate) enum Document<'a> {
    /// A run that went over its suite once, and how far the suite is from its graduation.
    /// Where the bundles of its failed attempts are, is told by their execution ids.
    Run(
        &'a RunResults,
        Option<&'a Graduation>,
        &'a BTreeMap<String, String>,
    ),
    /// A run as a ledger has it.
    Recorded(&'a RecordedRun),
}

/// Writes one report. Readers see the old file or the new one, never a part.
pub(crate) fn write(target: &ReportTarget, document: &Document<'_>) -> Result<(), CliError> {
    let written = replace(&target.path, |file| match target.format {
        ReportFormat::Markdown => write_markdown(document, file),
        ReportFormat::Html => write_html(document, file),
    });
    written.map_err(|source| CliError::Report {
        path: target.path.clone(),
        source,
    })
}

fn write_markdown(document: &Document<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let options = reporter_md::ReportOptions::default();
    match *document {
        Document::Run(results, graduation, bundles) => {
            let report = reporter_md::Report {
                results,
                graduation,
                bundles,
            };
            reporter_md::write_report(report, &options, out)
        }
        Document::Recorded(run) => reporter_md::write_recorded_report(run, &options, out),
    }
}

fn write_html(document: &Document<'_>, out: &mut impl io::Write) -> io::Result<()> {
    let options = reporter_html::ReportOptions::default();
    match *document {
        Document::Run(results, graduation, bundles) => {
            let report = reporter_html::Report {
                results,
                graduation,
                bundles,
            };
            reporter_html::write_report(report, &options, out)
        }
        Document::Recorded(run) => reporter_html::write_recorded_report(run, &options, out),
    }
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

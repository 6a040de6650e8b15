//! Failure bundles: everything about an attempt that failed, in a folder of its own, to look at and to try
//! again.
//!
//! Streams are recorded to memory while they come in ([`shelf`]); what is kept of them is written on a
//! thread of its own ([`writer`]). A bundle that cannot be written is worth a warning, and never a run.

mod content;
mod folder;
mod name;
mod shelf;
mod writer;

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    rc::Rc,
};

use cassette::{CaseName, Cassette};
use runner_core::{
    events::{RunEvent, RunObserver},
    plan::RunPlan,
    results::{AttemptReport, Place, Verdict},
    text::Visible,
};
use suite::Case;
use transport_http::Recorder;

use crate::{
    args::RunningArgs,
    progress::{Detail, Progress},
    settings::{ReportSettings, Settings, bare_url},
};

use self::{
    content::{Again, Bundle},
    folder::Limits,
    name::Names,
    shelf::Shelf,
    writer::{Job, Writer},
};

/// The extension of cassettes.
pub(crate) const EXTENSION: &str = "cassette";

/// The file in a bundle that holds the stream.
const STREAM: &str = "stream.cassette";

/// Where bundles go, and what is recorded for them.
pub(crate) struct Bundles {
    shelf: Option<Rc<Shelf>>,
    /// Where bundles go; `None` if there are to be none.
    failures: Option<PathBuf>,
    /// Where the cassettes of all attempts go, if they are kept.
    recordings: Option<PathBuf>,
    limits: Limits,
    /// The options that lead to the same executor again.
    options: Vec<String>,
}

impl Bundles {
    /// What `args` and `settings` ask for.
    pub(crate) fn of(args: &RunningArgs, settings: &Settings) -> Self {
        let ReportSettings {
            folder,
            bundles,
            keep_stream_bytes,
            max_bundles,
            max_bundle_bytes,
            ..
        } = &settings.reports;
        let are_kept = *bundles && !args.no_bundles;
        let url = bare_url(&settings.executor.url);
        let mut options = vec!["--url".to_owned(), url];
        if let Some(transport) = args.executor.transport {
            options.extend(["--transport".to_owned(), transport.as_str().to_owned()]);
        }
        Self {
            shelf: (are_kept || args.record).then(|| Rc::new(Shelf::new(*keep_stream_bytes))),
            failures: are_kept.then(|| folder.join("failures")),
            recordings: args.record.then(|| folder.join("recordings")),
            limits: Limits {
                bundles: max_bundles.get(),
                bytes: *max_bundle_bytes,
            },
            options,
        }
    }

    /// Who is to record executions; nobody, where nothing is kept of them.
    pub(crate) fn recorder(&self) -> Option<Rc<dyn Recorder>> {
        let shelf = self.shelf.clone()?;
        Some(shelf)
    }

    /// Keeps what is to be kept of a run.
    pub(crate) fn follow(&self, plan: &RunPlan, progress: &Progress) -> Option<Following> {
        let shelf = Rc::clone(self.shelf.as_ref()?);
        let marker = &plan.run.marker;
        let failures = self.failures.as_ref().map(|it| it.join(marker));
        let writer = Writer::start(failures.clone(), self.limits);
        let told = Rc::new(RefCell::new(Told::default()));
        Some(Following {
            told: Rc::clone(&told),
            observer: Keeper {
                shelf,
                failures,
                recordings: self.recordings.as_ref().map(|it| it.join(marker)),
                suite: plan.run.suite_path.clone(),
                marker: marker.clone(),
                executor: plan.run.executor.clone(),
                options: self.options.clone(),
                is_soak: plan.is_soak(),
                names: Names::default(),
                writer,
                told,
                progress: progress.clone(),
            },
        })
    }
}

/// What becomes of a run's bundles.
pub(crate) struct Following {
    told: Rc<RefCell<Told>>,
    /// Whom to tell what happens in the run.
    observer: Keeper,
}

/// What was told to be written.
#[derive(Default)]
pub(crate) struct Told {
    /// The folder of each failed attempt's bundle, by the attempt's execution id. Empty for a soak, which
    /// has no end of them.
    pub(crate) paths: BTreeMap<String, String>,
}

impl Following {
    /// Takes it apart: the observer for the run, and what will be known at its end.
    pub(crate) fn split(self) -> (Box<dyn RunObserver>, Rc<RefCell<Told>>) {
        (Box::new(self.observer), self.told)
    }
}

/// Keeps what is to be kept of each attempt.
struct Keeper {
    shelf: Rc<Shelf>,
    failures: Option<PathBuf>,
    recordings: Option<PathBuf>,
    suite: String,
    marker: String,
    executor: String,
    options: Vec<String>,
    is_soak: bool,
    names: Names,
    writer: Writer,
    told: Rc<RefCell<Told>>,
    progress: Progress,
}

impl Keeper {
    fn attempt_finished(&mut self, place: Place, case: &Case, report: &AttemptReport) {
        let tape = self.shelf.take(&report.execution_id);
        let is_failed = report.verdict() == Verdict::Fail;
        let failures = self.failures.clone().filter(|_| is_failed);
        if failures.is_none() && self.recordings.is_none() {
            return;
        }
        let name = self.names.of(place, &case.id, self.is_soak);
        let cassette = tape.map(|tape| self.labelled(tape.finish(), case));
        if let (Some(folder), Some(cassette)) = (&self.recordings, &cassette) {
            // In the order of the attempts, so that several of one command are played in turn.
            let file = format!("{:06}-{name}.{EXTENSION}", place.number);
            self.writer.write(Job::Recording {
                path: folder.join(file),
                cassette: Box::new(cassette.clone()),
            });
        }
        if let Some(folder) = failures {
            let path = folder.join(&name);
            let bundle = Bundle::new(&self.marker, &self.executor, place, case, report);
            let again = Again {
                suite: &self.suite,
                options: &self.options,
                cassette: path.join(STREAM),
            };
            let is_taken = self.writer.write(Job::Bundle {
                path: path.clone(),
                bundle: Box::new(bundle.with(&again, cassette)),
            });
            if is_taken {
                self.tell(&folder, &path, report);
            }
        }
    }

    fn labelled(&self, mut cassette: Cassette, case: &Case) -> Cassette {
        let version = env!("CARGO_PKG_VERSION");
        cassette.head.recorded_by = format!("gauntlet {version}");
        cassette.head.case = Some(CaseName {
            suite: self.suite.clone(),
            id: case.id.clone(),
        });
        cassette
    }

    /// Tells where a bundle is; of a soak only once where all of them are.
    fn tell(&self, folder: &Path, path: &Path, report: &AttemptReport) {
        let line = if !self.is_soak {
            format!("        bundle: {}", path.display())
        } else if self.told.borrow().paths.is_empty() {
            format!("failure bundles: {}", folder.display())
        } else {
            return;
        };
        let mut told = self.told.borrow_mut();
        let path = path.display().to_string();
        told.paths.insert(report.execution_id.clone(), path);
        let line = Visible(&line).to_string();
        self.progress.line(Detail::Quiet, &line);
    }

    fn warn_of_trouble(&mut self) {
        if let Some(trouble) = self.writer.trouble() {
            self.progress.warn(&trouble);
        }
    }
}

impl RunObserver for Keeper {
    fn on_event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        match event {
            RunEvent::AttemptFinished {
                place,
                case,
                report,
                ..
            } => self.attempt_finished(*place, case, report),
            // Before reports name them.
            RunEvent::RunFinished { .. } => self.writer.finish(),
            _ => {}
        }
        self.warn_of_trouble();
        Ok(())
    }

    fn name(&self) -> &'static str {
        "failure bundles"
    }
}

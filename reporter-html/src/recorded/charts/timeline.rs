//! The time that charts go over: its axis, and the times in which nothing was tested.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use runner_core::recorded::RecordedHour;

use super::Series;
use crate::{
    buckets::Bucket,
    chart::{
        Canvas, Tick,
        figure::Key,
        path::{Coordinate, Path, Step},
        time::TimeAxis,
    },
    recorded::View,
};

/// The time of a run.
pub(super) struct Timeline<'a> {
    pub(super) view: View<'a>,
    pub(super) axis: TimeAxis<'a>,
    absences: Vec<Absence>,
}

/// A time in which nothing was tested.
#[derive(Debug, Clone, Copy)]
struct Absence {
    kind: AbsenceKind,
    from: Timestamp,
    until: Timestamp,
}

/// Who was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AbsenceKind {
    /// The executor.
    Outage,
    /// The runner.
    Gap,
}

impl AbsenceKind {
    const ALL: [Self; 2] = [Self::Gap, Self::Outage];

    fn class(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Gap => "gap",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Outage => "executor away",
            Self::Gap => "runner away",
        }
    }
}

/// The shortest width at which an absence can be seen.
const MIN_WIDTH: f64 = 1.5;

/// So much of a band stands below the others, so that it is seen for what it is without its colour.
const FOOT: f64 = 4.0;

impl<'a> Timeline<'a> {
    /// The time from the beginning of the first of `hours` to the end of the last one, and what the run
    /// knows of before and after.
    pub(super) fn new(view: View<'a>, hours: impl Iterator<Item = &'a RecordedHour>) -> Self {
        let (mut from, mut until) = (view.began(), view.until());
        for hour in hours {
            from = from.min(hour.began);
            until = until.max(later(hour.began, SignedDuration::from_hours(1)));
        }
        let run = view.run;
        let outages = run.outages.iter().map(|outage| {
            let length = view.length(outage).try_into();
            Absence {
                kind: AbsenceKind::Outage,
                from: outage.began,
                until: later(outage.began, length.unwrap_or(SignedDuration::MAX)),
            }
        });
        let gaps = run.parts.windows(2).map(|pair| Absence {
            kind: AbsenceKind::Gap,
            from: pair[0].until(),
            until: pair[1].began,
        });
        let axis = TimeAxis {
            from,
            until: until.max(later(from, SignedDuration::from_hours(1))),
            zone: view.zone(),
        };
        let absences = outages.chain(gaps).filter(|it| it.from <= it.until);
        Self {
            view,
            axis,
            absences: absences.collect(),
        }
    }

    /// Areas behind a chart, where nothing was tested. Those that would touch are one.
    pub(super) fn bands(&self, canvas: Canvas) -> Markup {
        html! {
            @for kind in AbsenceKind::ALL {
                @if self.has(kind) {
                    path class=(kind.class()) d=(self.band(kind, canvas)) {}
                }
            }
        }
    }

    fn band(&self, kind: AbsenceKind, canvas: Canvas) -> Path {
        let mut bands: Vec<(f64, f64)> = Vec::new();
        let absences = self.absences.iter().filter(|it| it.kind == kind);
        let mut spans: Vec<_> = absences.map(|it| self.places(canvas, it)).collect();
        spans.sort_by(|one, other| one.0.total_cmp(&other.0));
        for (from, until) in spans {
            match bands.last_mut() {
                Some(last) if from <= last.1 + 0.5 => last.1 = last.1.max(until),
                _ => bands.push((from, until)),
            }
        }
        let mut path = Path::default();
        let foot = if kind == AbsenceKind::Outage {
            FOOT
        } else {
            0.0
        };
        for (from, until) in bands {
            path.rectangle((from, canvas.top()), (until, canvas.bottom() + foot));
        }
        path
    }

    fn places(&self, canvas: Canvas, absence: &Absence) -> (f64, f64) {
        let [from, until] =
            [absence.from, absence.until].map(|moment| canvas.x(self.axis.share(moment)));
        // Not beyond the end of the axis.
        let from = from.min(canvas.x(1.0) - MIN_WIDTH);
        (from, until.max(from + MIN_WIDTH))
    }

    fn has(&self, kind: AbsenceKind) -> bool {
        self.absences.iter().any(|absence| absence.kind == kind)
    }

    /// What the bands mean.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let present = AbsenceKind::ALL.into_iter().filter(|kind| self.has(*kind));
        present.map(|kind| Key::area(kind.class(), kind.words()))
    }

    /// What the bands show, in a sentence that begins with a space; nothing if there are none.
    pub(super) fn absences_in_words(&self) -> String {
        let count = |kind| self.absences.iter().filter(|it| it.kind == kind).count();
        match AbsenceKind::ALL.map(count) {
            [0, 0] => String::new(),
            [gaps, outages] => format!(
                " Bands show when the executor was away ({outages}) and when the runner was ({gaps})."
            ),
        }
    }
}

impl Series<'_> {
    /// The labels of the axis of time.
    pub(super) fn time_ticks(&self) -> Vec<Tick> {
        self.timeline.axis.ticks(self.canvas.labels())
    }

    /// From where to where a bucket goes on the canvas.
    pub(super) fn places(&self, bucket: &Bucket) -> (f64, f64) {
        let axis = self.timeline.axis;
        let [from, until] =
            [bucket.from, bucket.until].map(|moment| self.canvas.x(axis.share(moment)));
        (from, until)
    }

    /// A line with a step for each bucket that has a value, which is given as a share of the axis.
    pub(super) fn line(&self, value: impl Fn(&Bucket) -> Option<f64>) -> Path {
        Path::steps(self.buckets.iter().filter_map(|bucket| {
            let (from, until) = self.places(bucket);
            let y = self.canvas.y(value(bucket)?);
            Some(Step { from, until, y })
        }))
    }

    /// Areas over all, each of which says what its bucket is when it is pointed at.
    pub(super) fn pointers(&self, words: impl Fn(&Bucket) -> String) -> Markup {
        let (canvas, view) = (self.canvas, self.timeline.view);
        let (top, height) = (canvas.top(), canvas.bottom() - canvas.top());
        html! {
            @if self.is_detailed {
                @for bucket in &self.buckets {
                    @let (from, until) = self.places(bucket);
                    rect.pointer x=(Coordinate(from)) y=(Coordinate(top))
                        width=(Coordinate(until - from)) height=(Coordinate(height)) {
                        title {
                            (format_args!("{}", view.hour(bucket.from))) ": " (words(bucket))
                        }
                    }
                }
            }
        }
    }
}

/// A moment and some time; the end of all time if that is before.
fn later(moment: Timestamp, duration: SignedDuration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

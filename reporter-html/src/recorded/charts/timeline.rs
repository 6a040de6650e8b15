//! The time that charts go over: its axis, and the times in which nothing was tested.

use charts::{Bands, Key, TimeAxis, Window};
use jiff::{SignedDuration, Timestamp};
use runner_core::recorded::RecordedHour;

use crate::recorded::View;

/// The time of a run.
pub(super) struct Timeline<'a> {
    pub(super) view: View<'a>,
    pub(super) axis: TimeAxis<'a>,
    /// When the runner was away, and when the executor.
    pub(super) absences: [Bands; 2],
}

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
            Window {
                from: outage.began,
                until: later(outage.began, length.unwrap_or(SignedDuration::MAX)),
            }
        });
        let gaps = run.parts.windows(2).map(|pair| Window {
            from: pair[0].until(),
            until: pair[1].began,
        });
        let until = until.max(later(from, SignedDuration::from_hours(1)));
        let axis = TimeAxis::of_hours(from, until, view.zone());
        let is_ahead = |window: &Window| window.from <= window.until;
        Self {
            view,
            axis,
            absences: [
                Bands::gaps("runner away", gaps.filter(is_ahead).collect()),
                Bands::outages("executor away", outages.filter(is_ahead).collect()),
            ],
        }
    }

    /// What the bands mean.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.absences.iter().filter_map(Bands::key)
    }

    /// What the bands show, in a sentence that begins with a space; nothing if there are none.
    pub(super) fn absences_in_words(&self) -> String {
        match self.absences.each_ref().map(|bands| bands.windows.len()) {
            [0, 0] => String::new(),
            [gaps, outages] => format!(
                " Bands show when the executor was away ({outages}) and when the runner was ({gaps})."
            ),
        }
    }
}

/// A moment and some time; the end of all time if that is before.
fn later(moment: Timestamp, duration: SignedDuration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

//! The last minutes of a load: rates, how many were in flight, and percentiles.

use std::time::Duration;

use charts::{
    Canvas, Figure, Frame, Layer, Level, Levels, Line, Lines, OverTime, Plot, Stacks, Table,
    TimeAxis, Window, numbers, words,
};
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, Render, html};
use runner_core::{
    outcome::OutcomeClass,
    recorded::OutcomeCounts,
    text::{Fine, Grouped, Human, OrDash},
    words::Outcomes,
};

use crate::load_feed::{LoadNow, LoadStep, STEP};

const NAMES: [&str; 3] = ["p50", "p95", "p99"];

/// It changes with each step and not each second, as it is most of the page.
pub(super) fn part(now: &LoadNow) -> Markup {
    let steps: Vec<_> = now.steps.iter().collect();
    let Some(last) = steps.last() else {
        return html! { p { "There are charts after " (STEP) " seconds." } };
    };
    let minutes = Minutes { steps: &steps };
    html! {
        p { "Each step is " (STEP) " seconds. Time is counted from the start of the run." }
        (minutes.rates(last))
        div.pair {
            (minutes.in_flight(last))
            (minutes.percentiles(last))
        }
        details { summary { "The same as a table" } (minutes.table()) }
    }
}

struct Minutes<'a> {
    /// Never empty.
    steps: &'a [&'a LoadStep],
}

/// A moment of the run.
fn moment(seconds: u64) -> Timestamp {
    let since = i64::try_from(seconds).unwrap_or(i64::MAX);
    let moment = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(since));
    moment.unwrap_or(Timestamp::MAX)
}

fn window(step: &LoadStep) -> Window {
    Window {
        from: moment(step.until.saturating_sub(STEP)),
        until: moment(step.until),
    }
}

impl Minutes<'_> {
    fn each<T>(&self, value: impl Fn(&LoadStep) -> T) -> Vec<(Window, T)> {
        let steps = self.steps.iter();
        steps.map(|step| (window(step), value(step))).collect()
    }

    fn rates(&self, last: &LoadStep) -> Markup {
        let mut all = OutcomeCounts::default();
        self.steps.iter().for_each(|step| all.merge(&step.outcomes));
        let (passed, mut classes): (Vec<_>, Vec<_>) = all
            .iter()
            .map(|(class, _)| class)
            .partition(|class| *class == OutcomeClass::Passed);
        // Those that did not pass stand at the ground, where they can be compared.
        classes.extend(passed);
        let layers = classes.into_iter().map(|class| Layer {
            class: class.as_str(),
            label: class.words().into(),
            windows: self.each(|step| step.outcomes.get(class)),
        });
        let scheduled = self.steps.iter();
        let scheduled = scheduled.filter_map(|step| Some((window(step), step.scheduled?)));
        let scheduled: Vec<_> = scheduled.collect();
        let line = (!scheduled.is_empty()).then(|| Level {
            class: "intended",
            label: "scheduled".into(),
            windows: scheduled,
        });
        let description = format!("In the latest step: {}.", Outcomes(&last.outcomes));
        self.figure(
            "rates",
            "Attempts a second, by what they came to",
            &description,
            Canvas::WIDE,
            &Stacks::per_second(layers, line),
        )
    }

    fn in_flight(&self, last: &LoadStep) -> Markup {
        let level = Level {
            class: "level",
            label: "in flight".into(),
            windows: self.each(|step| step.in_flight as f64),
        };
        let description = format!("In the latest step: at most {}.", Grouped(last.in_flight));
        let plot = Levels::new([level]);
        self.figure(
            "in-flight",
            "In flight",
            &description,
            Canvas::COMPACT,
            &plot,
        )
    }

    fn percentiles(&self, last: &LoadStep) -> Markup {
        let lines = (0..NAMES.len()).map(|index| {
            let known = self.steps.iter();
            let known = known.filter_map(|step| Some((window(step), step.response?[index])));
            Line {
                class: NAMES[index],
                label: NAMES[index].into(),
                windows: known.collect(),
            }
        });
        let lines = Lines::new(lines);
        if lines.is_empty() {
            return html! { p { "No attempt has passed in these minutes." } };
        }
        let [p50, p95, p99] = quantiles(last);
        let description = format!("In the latest step: p50 {p50}, p95 {p95}, p99 {p99}.");
        self.figure(
            "times",
            "Response times",
            &description,
            Canvas::COMPACT,
            &lines,
        )
    }

    fn figure(
        &self,
        id: &str,
        heading: &str,
        description: &str,
        canvas: Canvas,
        plot: &impl Plot,
    ) -> Markup {
        let ends = self.steps.first().zip(self.steps.last());
        let (from, until) = ends.map_or((0, STEP), |(first, last)| {
            (first.until.saturating_sub(STEP), last.until)
        });
        let over_time = OverTime {
            frame: Frame {
                id: &format!("chart-{id}"),
                title: heading,
                description,
                canvas,
            },
            time: TimeAxis::of_elapsed(moment(0), moment(from), moment(until)),
            bands: &[],
            pointers: &[],
        };
        let figure = Figure {
            heading,
            note: None,
            chart: over_time.chart(plot),
            legend: &plot.legend(),
            figures: None,
        };
        figure.render()
    }

    fn table(&self) -> Markup {
        let rows = html! {
            @for step in self.steps.iter().rev() {
                tr {
                    th scope="row" { (Human(Duration::from_secs(step.until))) }
                    td { (Outcomes(&step.outcomes)) }
                    td.n { (Grouped(step.in_flight)) }
                    @for quantile in quantiles(step) { td.n { (quantile) } }
                }
            }
        };
        let table = Table {
            caption: "The last minutes, latest first",
            columns: &[
                words("Until"),
                words("Attempts that ended"),
                numbers("In flight"),
                numbers(NAMES[0]),
                numbers(NAMES[1]),
                numbers(NAMES[2]),
            ],
            rows,
        };
        table.render()
    }
}

fn quantiles(step: &LoadStep) -> [OrDash<Fine>; 3] {
    match step.response {
        Some(quantiles) => quantiles.map(|quantile| OrDash(Some(Fine(quantile)))),
        None => [OrDash(None); 3],
    }
}

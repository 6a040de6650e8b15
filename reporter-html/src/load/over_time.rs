//! What happened over the time of the run: rates by outcome, how many were in flight, and percentiles.

use std::{fmt, time::Duration};

use ::load::{Point, Schedule};
use charts::{
    Canvas, Figure, Frame, Layer, Level, Levels, Line, Lines, OverTime, Plot, Stacks, Table,
    TimeAxis, Window, numbers, words,
};
use jiff::Timestamp;
use maud::{Markup, Render, html};
use runner_core::{
    outcome::OutcomeClass,
    recorded::OutcomeCounts,
    text::{Fine, Grouped, Human, OrDash},
    words::{NotPassed, Outcomes},
};

use super::{
    View,
    times::{SHOWN, in_words, scale},
};
use crate::page::Section;

/// The section; `None` if there is no more than a moment.
pub(super) fn section(view: View<'_>) -> Option<Section> {
    let series = Series::of(view);
    let body = html! {
        p {
            "Time is counted from the end of the warm-up, in steps of " (Since(series.step))
            ". The last one may not be whole."
        }
        (series.rates())
        (series.in_flight())
        @if let Some(figure) = series.percentiles() { (figure) }
        details { summary { "The same as a table" } (series.table()) }
    };
    (series.steps.len() > 1).then(|| Section::new("over-time", "Over time", body))
}

/// The steps of a run.
struct Series<'a> {
    view: View<'a>,
    step: Duration,
    steps: Vec<Step<'a>>,
}

/// What happened in one step.
struct Step<'a> {
    /// When it began, counted from the end of the warm-up.
    from: Duration,
    window: Window,
    point: &'a Point,
}

/// What is said about a chart.
struct Picture<'a> {
    id: &'static str,
    heading: &'static str,
    note: String,
    description: String,
    /// What a step is when it is pointed at.
    in_words: &'a dyn Fn(&Point) -> String,
}

impl<'a> Series<'a> {
    fn of(view: View<'a>) -> Self {
        let (load, series) = (&view.results.load, &view.results.measured.series);
        let step = Duration::from_secs(series.step_seconds());
        let begin = later(load.run.started_at.timestamp(), load.warmup);
        let points = (0_u32..).zip(series.points());
        let steps = points.map(|(index, point)| {
            let from = step.saturating_mul(index);
            let window = Window {
                from: later(begin, from),
                until: later(begin, from.saturating_add(step)),
            };
            Step {
                from,
                window,
                point,
            }
        });
        let steps = steps.collect();
        Self { view, step, steps }
    }

    /// Attempts a second by what they came to, below the rate at which they were to begin.
    fn rates(&self) -> Markup {
        let outcomes = &self.view.total.outcomes;
        let schedule = self.view.results.load.model.schedule();
        let stacks = Stacks::per_second(self.layers(), schedule.map(|it| self.intended(&it)));
        let beside = match self.view.results.load.model.is_open() {
            true => " The line is the rate at which they were to begin.",
            false => "",
        };
        self.figure(
            &stacks,
            Picture {
                id: "rates",
                heading: "Attempts a second",
                note: format!(
                    "How many attempts ended in a second, by what they came to. However few there are of an \
                     outcome, it is drawn high enough to be seen.{beside}"
                ),
                description: format!("All together: {}.", Outcomes(outcomes)),
                in_words: &|point| Outcomes(&point.outcomes).to_string(),
            },
        )
    }

    fn layers(&self) -> impl Iterator<Item = Layer> {
        let mut all = OutcomeCounts::default();
        self.steps
            .iter()
            .for_each(|step| all.merge(&step.point.outcomes));
        // Those that passed stand on top, so that the others begin at the ground, where they can be compared.
        let (passed, mut classes): (Vec<_>, Vec<_>) = all
            .iter()
            .map(|(class, _)| class)
            .partition(|class| *class == OutcomeClass::Passed);
        classes.extend(passed);
        classes.into_iter().map(|class| Layer {
            class: class.as_str(),
            label: class.words().into(),
            windows: self.each(|point| point.outcomes.get(class)),
        })
    }

    fn intended(&self, schedule: &Schedule) -> Level {
        let steps = self.steps.iter().map(|step| {
            let until = step.from.saturating_add(self.step);
            (step.window, schedule.mean_rate(step.from, until))
        });
        Level {
            class: "intended",
            label: "scheduled".into(),
            windows: steps.collect(),
        }
    }

    /// How many attempts were under way.
    fn in_flight(&self) -> Markup {
        let level = Level {
            class: "level",
            label: "in flight".into(),
            windows: self.each(|point| point.in_flight as f64),
        };
        let most = self.steps.iter().map(|step| step.point.in_flight).max();
        let most = Grouped(most.unwrap_or(0));
        self.figure(
            &Levels::new([level]),
            Picture {
                id: "in-flight",
                heading: "In flight",
                note: "The most attempts that were under way at once in each step.".into(),
                description: format!("At most {most}."),
                in_words: &|point| Grouped(point.in_flight).to_string(),
            },
        )
    }

    /// What most attempts did not exceed; `None` if none passed.
    fn percentiles(&self) -> Option<Markup> {
        let lines = Lines::new(SHOWN.map(|(class, q)| {
            let known = self.steps.iter();
            let known = known.filter_map(|it| Some((it.window, it.point.response.quantile(q)?)));
            Line {
                class,
                label: class.into(),
                windows: known.collect(),
            }
        }));
        let picture = Picture {
            id: "times",
            heading: "Percentiles over time",
            note: format!(
                "What 50%, 95% and 99% of the attempts that passed did not exceed.{}",
                scale(lines.axis().is_logarithmic())
            ),
            description: format!("In the whole run: {}.", in_words(&self.view.total.response)),
            in_words: &|point| in_words(&point.response),
        };
        (!lines.is_empty()).then(|| self.figure(&lines, picture))
    }

    fn each<T>(&self, value: impl Fn(&Point) -> T) -> Vec<(Window, T)> {
        let steps = self.steps.iter();
        steps.map(|step| (step.window, value(step.point))).collect()
    }

    fn figure(&self, plot: &impl Plot, picture: Picture<'_>) -> Markup {
        let pointers = self.steps.iter().map(|step| {
            let words = format!("{}: {}", Since(step.from), (picture.in_words)(step.point));
            (step.window, words)
        });
        let ends = self.steps.first().zip(self.steps.last());
        let (from, until) = ends.map_or_else(Default::default, |(first, last)| {
            (first.window.from, last.window.until)
        });
        let over_time = OverTime {
            frame: Frame {
                id: &format!("chart-{}", picture.id),
                title: picture.heading,
                description: &picture.description,
                canvas: Canvas::WIDE,
            },
            time: TimeAxis::of_elapsed(from, from, until),
            bands: &[],
            pointers: &pointers.collect::<Vec<_>>(),
        };
        let figure = Figure {
            heading: picture.heading,
            note: Some(&picture.note),
            chart: over_time.chart(plot),
            legend: &plot.legend(),
            figures: None,
        };
        figure.render()
    }

    fn table(&self) -> Markup {
        let rows = html! {
            @for Step { from, point, .. } in &self.steps {
                tr {
                    th scope="row" { (Since(*from)) }
                    td.n { (Grouped(point.begun)) }
                    td.n { (Grouped(point.outcomes.get(OutcomeClass::Passed))) }
                    td { (NotPassed(&point.outcomes)) }
                    td.n { (Grouped(point.good)) }
                    td.n { (Grouped(point.held)) }
                    td.n { (Grouped(point.in_flight)) }
                    @for (_, q) in SHOWN { td.n { (OrDash(point.response.quantile(q).map(Fine))) } }
                }
            }
        };
        let table = Table {
            caption: "What happened in each step",
            columns: &[
                words("From"),
                numbers("Begun"),
                numbers("Passed"),
                words("Not passed"),
                numbers("Good"),
                numbers("Had to wait"),
                numbers("In flight"),
                numbers("p50"),
                numbers("p95"),
                numbers("p99"),
            ],
            rows,
        };
        table.render()
    }
}

/// Whole seconds: `0s`, `1m 04s`.
struct Since(Duration);

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() {
            seconds @ 0..60 => write!(f, "{seconds}s"),
            _ => Human(self.0).fmt(f),
        }
    }
}

/// A moment and some time; the end of all time if that is before.
fn later(moment: Timestamp, duration: Duration) -> Timestamp {
    moment.checked_add(duration).unwrap_or(Timestamp::MAX)
}

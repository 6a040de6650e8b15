//! Pictures of what came of a run over its time, and of how long its attempts took.

mod distribution;
mod durations;
mod outcomes;
mod rates;
mod timeline;

use ::charts::{Canvas, Figure, Frame, OverTime, Plot, Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::{
    recorded::RecordedHour,
    text::{Confidence, Grouped, Rate},
};

use super::{View, hours};
use crate::{
    ReportOptions,
    buckets::{Bucket, Grid},
    format::{Anchor, OrDash},
    page::Section,
    text::Plain,
};
use timeline::Timeline;

/// The charts of a run, and those of its cases, which all have the same axis of time.
pub(super) struct Charts<'a> {
    timeline: Timeline<'a>,
    grid: Option<Grid>,
    case_grid: Option<Grid>,
}

/// What came of one thing over its time.
struct Series<'a> {
    timeline: &'a Timeline<'a>,
    grid: Grid,
    buckets: Vec<Bucket>,
    canvas: Canvas,
    /// What the names of its charts in the document begin with.
    id: String,
    /// ` of …`, after what is shown; empty for the whole run. It may be foreign.
    of: String,
    /// Whether each bucket says what it is when it is pointed at, and the figures stand below.
    is_detailed: bool,
}

/// The words around one of the charts of a series.
struct Picture<'a> {
    /// What its names in the document end with.
    name: &'a str,
    heading: &'a str,
    /// What it shows.
    title: &'a str,
    /// What there is to see in it.
    description: &'a str,
    /// How it shows that.
    note: &'a str,
}

impl<'a> Charts<'a> {
    pub(super) fn new(view: View<'a>, options: &ReportOptions) -> Self {
        let run = view.run;
        let of_cases = run.cases.iter().flat_map(|case| &case.hours);
        let hours = run.hours.iter().chain(of_cases);
        Self {
            timeline: Timeline::new(view, hours.clone()),
            grid: Grid::over(hours.clone(), options.max_points),
            case_grid: Grid::over(hours, options.max_case_points),
        }
    }

    /// The section with the charts over the time of the whole run; `None` if there is nothing to show.
    pub(super) fn section(&self) -> Option<Section> {
        let hours = &self.timeline.view.run.hours;
        let series = Series {
            timeline: &self.timeline,
            grid: self.grid.filter(|_| !hours.is_empty())?,
            buckets: self.grid?.gather(hours),
            canvas: Canvas::WIDE,
            id: "chart".into(),
            of: String::new(),
            is_detailed: true,
        };
        let body = html! {
            @if let Some(figure) = rates::figure(&series) { (figure) }
            @if let Some(figure) = durations::figure(&series) { (figure) }
            (outcomes::figure(&series))
        };
        Some(Section::new("over-time", "Over time", body))
    }

    /// The section about how long attempts took; `None` if none passed.
    pub(super) fn distribution(&self) -> Option<Section> {
        let run = self.timeline.view.run;
        let body = distribution::figure(run.cases.iter().map(|case| &case.totals.durations))?;
        Some(Section::new("durations", "Durations", body))
    }

    /// The charts of a case, with their figures; `None` if there is nothing to show.
    pub(super) fn of_case(
        &self,
        anchor: Anchor,
        name: &str,
        hours: &[RecordedHour],
    ) -> Option<Markup> {
        if hours.is_empty() {
            return None;
        }
        let grid = self.case_grid?;
        let series = Series {
            timeline: &self.timeline,
            grid,
            buckets: grid.gather(hours),
            canvas: Canvas::COMPACT,
            id: anchor.to_string(),
            of: format!(" of {}", Plain(name)),
            is_detailed: false,
        };
        Some(html! {
            div.pair {
                @if let Some(figure) = rates::figure(&series) { (figure) }
                @if let Some(figure) = durations::figure(&series) { (figure) }
            }
            details {
                summary { "The same as a table, each row " (grid) }
                (series.figures())
            }
        })
    }
}

impl Series<'_> {
    /// A figure of the series: `in_words` says what a bucket is when it is pointed at, `figures` makes the
    /// table below.
    fn figure(
        &self,
        picture: &Picture<'_>,
        plot: &impl Plot,
        in_words: impl Fn(&Bucket) -> String,
        figures: impl Fn(&Self) -> Markup,
    ) -> Markup {
        let Timeline {
            view,
            axis,
            absences,
        } = self.timeline;
        let pointed_at = self.buckets.iter().filter(|_| self.is_detailed);
        let pointers = pointed_at.map(|bucket| {
            let words = format!("{}: {}", view.hour(bucket.from), in_words(bucket));
            (bucket.window(), words)
        });
        let over_time = OverTime {
            frame: Frame {
                id: &format!("{}-{}", self.id, picture.name),
                title: picture.title,
                description: picture.description,
                canvas: self.canvas,
            },
            time: *axis,
            bands: absences,
            pointers: &pointers.collect::<Vec<_>>(),
        };
        let mut legend = plot.legend();
        legend.extend(self.timeline.keys());
        let figure = Figure {
            heading: picture.heading,
            note: self.is_detailed.then_some(picture.note),
            chart: over_time.chart(plot),
            legend: &legend,
            figures: self.is_detailed.then(|| figures(self)),
        };
        figure.render()
    }

    /// All that is known of each bucket, in a table.
    fn figures(&self) -> Markup {
        let rows = html! {
            @for bucket in &self.buckets {
                @let counts = bucket.outcomes.counts();
                @let success = counts.success();
                @let known = (success.trials() > 0).then_some(success);
                tr {
                    (self.row_head(bucket))
                    td.n { (Grouped(counts.total)) }
                    td.n { (Grouped(counts.passed)) }
                    td { (hours::NotPassed(&bucket.outcomes)) }
                    td.n { (OrDash(known.map(Rate))) }
                    td { (OrDash(known.map(Confidence))) }
                    @for q in durations::SHARES {
                        td.n { (hours::quantile(&bucket.durations, q)) }
                    }
                }
            }
        };
        let columns = [
            words("From"),
            numbers("Attempts"),
            numbers("Passed"),
            words("Not passed"),
            numbers("Success rate"),
            words("95% confidence"),
            numbers("p50"),
            numbers("p95"),
            numbers("p99"),
        ];
        let caption = "Outcomes of the case over time, and durations of its attempts that passed";
        let columns = &columns;
        Table {
            caption,
            columns,
            rows,
        }
        .render()
    }

    /// The head of the row of a bucket.
    fn row_head(&self, bucket: &Bucket) -> Markup {
        html! { th scope="row" { (self.timeline.view.hour(bucket.from)) } }
    }

    /// How much each step of a line is, in a sentence.
    fn each_step(&self) -> String {
        format!("Each step is {}.", self.grid)
    }
}

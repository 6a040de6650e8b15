//! How success rate and durations went over time, window by window.

use std::time::Duration;

use charts::{
    Bands, Canvas, Figure, Frame, Line, Lines, OverTime, Plot, Rates, Table, TimeAxis, Window,
    numbers, words,
};
use jiff::tz::TimeZone;
use maud::{Markup, Render, html};
use run_stats::Proportion;
use runner_core::{
    drift::Windows,
    recorded::{RecordedRun, Totals},
    text::{Confidence, Grouped, Human, Rate, Share},
};

use super::view::RunView;
use crate::clock;

/// What half of the attempts that passed did not exceed, and what almost all did not; their names are
/// classes, too.
const SHARES: [(&str, f64); 2] = [("p50", 0.5), ("p99", 0.99)];

pub(super) fn part(view: RunView<'_>) -> Markup {
    let Some(run) = view.recorded else {
        return html! { p { (why_not(view)) } };
    };
    let zone = view.zone();
    let over_time = RunOverTime::new(run, &zone);
    let (Some(rates), durations) = (over_time.rates(), over_time.durations()) else {
        return html! {
            p {
                "There is nothing to draw yet: the first chart comes some seconds after the first attempt that "
                "was tried is in the ledger."
            }
        };
    };
    let until = run.parts.last().map(|part| view.in_full(part.until()));
    html! {
        @if let Some(until) = until {
            p #recorded-until { "As recorded until " time { (until) } "." }
        }
        div.beside-each-other {
            (rates)
            @if let Some(durations) = durations { (durations) }
        }
    }
}

/// Why there are no charts.
pub(super) fn why_not(view: RunView<'_>) -> &'static str {
    match view.is_recorded {
        true => "What is recorded is not read yet.",
        false => "There is no ledger, and so nothing that is kept of what was before.",
    }
}

/// A run over its time.
pub(super) struct RunOverTime<'a> {
    windows: &'a Windows,
    zone: &'a TimeZone,
    bands: Vec<Bands>,
}

impl<'a> RunOverTime<'a> {
    pub(super) fn new(run: &'a RecordedRun, zone: &'a TimeZone) -> Self {
        Self {
            windows: &run.windows,
            zone,
            bands: bands(run),
        }
    }

    /// The time of the window with this index.
    pub(super) fn window(&self, index: usize) -> Window {
        Window {
            from: self.windows.start_of(index),
            until: self.windows.start_of(index + 1),
        }
    }

    /// What the window with this index is called: when it begins.
    pub(super) fn name(&self, index: usize) -> String {
        let begins = self.windows.start_of(index).to_zoned(self.zone.clone());
        begins.strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// How long each step is, in a sentence.
    pub(super) fn each_step(&self) -> String {
        format!("Each step is {}.", Human(self.windows.width))
    }

    /// A chart of `plot`, which says of each window what `in_words` has for it.
    pub(super) fn chart(
        &self,
        frame: Frame<'_>,
        plot: &impl Plot,
        in_words: &[(usize, String)],
    ) -> Markup {
        let pointers: Vec<_> = in_words
            .iter()
            .map(|(index, words)| {
                let words = format!("{}: {words}", self.name(*index));
                (self.window(*index), words)
            })
            .collect();
        let until = self.windows.start_of(self.windows.totals.len().max(1));
        let over_time = OverTime {
            frame,
            time: TimeAxis::of_minutes(self.windows.began, until, self.zone),
            bands: &self.bands,
            pointers: &pointers,
        };
        over_time.chart(plot)
    }

    /// What is what in a chart of `plot`.
    pub(super) fn legend(&self, plot: &impl Plot) -> Vec<charts::Key> {
        let mut legend = plot.legend();
        legend.extend(self.bands.iter().filter_map(Bands::key));
        legend
    }

    /// The windows in which anything was tried.
    fn tried(&self) -> Vec<(usize, Proportion)> {
        let all = self.windows.totals.iter().enumerate();
        all.map(|(index, totals)| (index, totals.outcomes.success()))
            .filter(|(_, success)| success.trials() > 0)
            .collect()
    }

    fn rates(&self) -> Option<Markup> {
        let tried = self.tried();
        let (_, latest) = tried.last()?;
        let by_rate = |one: &&(usize, Proportion), other: &&(usize, Proportion)| {
            let rate = |it: &(usize, Proportion)| it.1.rate().unwrap_or(1.0);
            rate(one).total_cmp(&rate(other))
        };
        let (lowest_at, lowest) = tried.iter().min_by(by_rate)?;
        let plot = Rates::new(tried.iter().map(|(index, it)| (self.window(*index), *it)));
        let description = format!(
            "{} The lowest is {} from {} on, the latest {}.",
            self.each_step(),
            Rate(*lowest),
            self.name(*lowest_at),
            Rate(*latest)
        );
        let frame = Frame {
            id: "chart-rate",
            title: "Success rate over time",
            description: &description,
            canvas: Canvas::WIDE,
        };
        let pointed_at: Vec<_> = tried
            .iter()
            .map(|(index, it)| (*index, Share(*it).to_string()))
            .collect();
        let note = format!(
            "Passed among those tried, and between which bounds the rate lies with 95% confidence. {} \
             The axis begins at {}.",
            self.each_step(),
            plot.axis().begins()
        );
        let figure = Figure {
            heading: "Success rate",
            note: Some(&note),
            chart: self.chart(frame, &plot, &pointed_at),
            legend: &self.legend(&plot),
            figures: Some(self.rates_as_table(&tried)),
        };
        Some(figure.render())
    }

    fn rates_as_table(&self, tried: &[(usize, Proportion)]) -> Markup {
        let rows = html! {
            @for (index, success) in tried {
                tr {
                    th scope="row" { (self.name(*index)) }
                    td.n { (Grouped(success.trials())) }
                    td.n { (Grouped(success.successes())) }
                    td.n { (Rate(*success)) }
                    td { (Confidence(*success)) }
                }
            }
        };
        let columns = [
            words("From"),
            numbers("Tried"),
            numbers("Passed"),
            numbers("Success rate"),
            words("95% confidence"),
        ];
        let table = Table {
            caption: "Success rate over time",
            columns: &columns,
            rows,
        };
        table.render()
    }

    fn durations(&self) -> Option<Markup> {
        let all = self.windows.totals.iter().enumerate();
        let passed: Vec<_> = all.filter(|(_, it)| !it.durations.is_empty()).collect();
        let (_, latest) = passed.last()?;
        let lines = SHARES.map(|(class, share)| {
            let known = passed.iter().filter_map(|(index, totals)| {
                Some((self.window(*index), totals.durations.quantile(share)?))
            });
            Line {
                class,
                label: class.into(),
                windows: known.collect(),
            }
        });
        let plot = Lines::new(lines);
        let description = format!("{} The latest are {}.", self.each_step(), in_words(latest));
        let frame = Frame {
            id: "chart-durations",
            title: "Durations over time",
            description: &description,
            canvas: Canvas::WIDE,
        };
        let pointed_at: Vec<_> = passed
            .iter()
            .map(|(index, totals)| (*index, in_words(totals)))
            .collect();
        let scale = match plot.axis().is_logarithmic() {
            true => " The axis is logarithmic.",
            false => "",
        };
        let note = format!(
            "What 50% and 99% of the attempts that passed did not exceed. {}{scale}",
            self.each_step()
        );
        let figure = Figure {
            heading: "Durations",
            note: Some(&note),
            chart: self.chart(frame, &plot, &pointed_at),
            legend: &self.legend(&plot),
            figures: Some(self.durations_as_table(&passed)),
        };
        Some(figure.render())
    }

    fn durations_as_table(&self, passed: &[(usize, &Totals)]) -> Markup {
        let rows = html! {
            @for (index, totals) in passed {
                tr {
                    th scope="row" { (self.name(*index)) }
                    td { (Grouped(totals.durations.count())) }
                    @for (_, share) in SHARES { td { (quantile(totals, share)) } }
                }
            }
        };
        let columns = [
            words("From"),
            numbers("Passed"),
            numbers("p50"),
            numbers("p99"),
        ];
        let table = Table {
            caption: "Durations of attempts that passed, over time",
            columns: &columns,
            rows,
        };
        table.render()
    }
}

fn in_words(totals: &Totals) -> String {
    let [p50, p99] = SHARES.map(|(name, share)| format!("{name} {}", quantile(totals, share)));
    format!("{p50}, {p99}")
}

fn quantile(totals: &Totals, share: f64) -> Human {
    let found = totals.durations.quantile(share);
    Human(found.unwrap_or(Duration::ZERO))
}

/// Times in which there was nothing to test, and in which nobody tested.
fn bands(run: &RecordedRun) -> Vec<Bands> {
    let outages = run.outages.iter().map(|outage| {
        let until = match outage.lasted {
            Some(lasted) => outage.began.checked_add(lasted).ok(),
            None => clock::end_of_outage(run, outage.began),
        };
        Window {
            from: outage.began,
            until: until.unwrap_or(outage.began),
        }
    });
    let gaps = run.parts.windows(2).map(|pair| Window {
        from: pair[0].until(),
        until: pair[1].began,
    });
    vec![
        Bands::outages("executor away", outages.collect()),
        Bands::gaps("not running", gaps.collect()),
    ]
}

//! How long things took in the whole run: percentiles as a table and as curves, and how many took about
//! how long.

use ::load::words::{QUANTILES, counted_from, times};
use charts::{
    Bar, Canvas, Curve, Distribution, Figure, Frame, Key, Percentiles, Table, Upright, numbers,
    words,
};
use maud::{Markup, Render, html};
use run_stats::{DurationHistogram, Proportion};
use runner_core::text::{Fine, Grouped, OrDash, Rate};

use super::View;
use crate::page::Section;

/// The percentiles that charts show: their names, which are classes, too, and their shares.
pub(super) const SHOWN: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];

/// The section; `None` if no attempt passed.
pub(super) fn section(view: View<'_>) -> Option<Section> {
    let body = html! {
        p { "Of attempts that passed, each to three significant digits. " (counted_from(view.results)) }
        (table(view))
        @if let Some(figure) = percentiles(view) { (figure) }
        @if let Some(figure) = distribution(view) { (figure) }
    };
    (!view.total.response.is_empty()).then(|| Section::new("times", "Times", body))
}

fn table(view: View<'_>) -> Markup {
    let rows = html! {
        @for (name, durations) in times(view.results, view.total) {
            tr {
                th scope="row" { (name) }
                @for (_, q) in QUANTILES { td { (OrDash(durations.quantile(q).map(Fine))) } }
            }
        }
    };
    let columns: Vec<_> = std::iter::once(words("Time"))
        .chain(QUANTILES.map(|(name, _)| numbers(name)))
        .collect();
    let table = Table {
        caption: "Times of attempts that passed",
        columns: &columns,
        rows,
    };
    table.render()
}

/// What the times are called that this is about.
fn name(view: View<'_>) -> &'static str {
    match view.results.load.model.is_open() {
        true => "Response time",
        false => "Duration",
    }
}

fn percentiles(view: View<'_>) -> Option<Markup> {
    let total = view.total;
    let is_open = view.results.load.model.is_open();
    let response = Curve {
        class: "response",
        label: if is_open {
            "response time, from when attempts were to begin"
        } else {
            "duration"
        },
        durations: &total.response,
    };
    let service = is_open.then_some(Curve {
        class: "service",
        label: "service time, from when they began",
        durations: &total.service,
    });
    let curves = Percentiles::of([response].into_iter().chain(service))?;
    let beside = match is_open {
        true => {
            " Where response time is above service time, attempts had to wait for the executor before they \
             began: whoever measures service time alone does not see it."
        }
        false => "",
    };
    let note = format!(
        "What so large a share of the attempts that passed did not exceed. Each further nine takes as much \
         room.{}{beside}",
        scale(curves.is_logarithmic())
    );
    let service_words = match is_open {
        true => format!(" Service time: {}.", in_words(&total.service)),
        false => String::new(),
    };
    let frame = Frame {
        id: "chart-percentiles",
        title: "Percentiles",
        description: &format!(
            "{}: {}.{service_words}",
            name(view),
            in_words(&total.response)
        ),
        canvas: Canvas::WIDE,
    };
    let figure = Figure {
        heading: "Percentiles",
        note: Some(&note),
        chart: curves.chart(frame),
        legend: &curves.legend(),
        figures: None,
    };
    Some(figure.render())
}

fn distribution(view: View<'_>) -> Option<Markup> {
    let all = &view.total.response;
    let distribution = Distribution::of(all)?;
    let (uprights, legend) = marked(all);
    let name = name(view);
    let note = format!(
        "How many of the attempts that passed took about how long.{}",
        scale(distribution.is_logarithmic(Canvas::WIDE))
    );
    let frame = Frame {
        id: "chart-distribution",
        title: &format!("Distribution of the {}", name.to_lowercase()),
        description: &format!(
            "{} attempts passed. They took from {} to {}; {}.",
            Grouped(all.count()),
            Fine(all.min()?),
            Fine(all.max()?),
            in_words(all)
        ),
        canvas: Canvas::WIDE,
    };
    let figure = Figure {
        heading: "Distribution",
        note: Some(&note),
        chart: distribution.chart(frame, &uprights, bar_in_words),
        legend: &legend,
        figures: Some(bars(
            "How many took how long",
            &distribution.bars(),
            all.count(),
        )),
    };
    Some(figure.render())
}

/// The bars of a distribution of `all` as a table.
pub(super) fn bars(caption: &str, bars: &[Bar], all: u64) -> Markup {
    let so_far = bars.iter().scan(0, |sum, bar| {
        *sum += bar.count;
        Some(*sum)
    });
    let rows = html! {
        @for (bar, so_far) in bars.iter().zip(so_far) {
            tr {
                th scope="row" { (Fine(bar.from)) " to " (Fine(bar.until)) }
                td { (Grouped(bar.count)) }
                td { (Rate(Proportion::new(bar.count, all))) }
                td { (Rate(Proportion::new(so_far, all))) }
            }
        }
    };
    let table = Table {
        caption,
        columns: &[
            words("Took"),
            numbers("Attempts"),
            numbers("Share"),
            numbers("Share of this and shorter"),
        ],
        rows,
    };
    table.render()
}

/// Upright lines at the percentiles that are shown, and what they mean.
pub(super) fn marked(durations: &DurationHistogram) -> (Vec<Upright>, Vec<Key>) {
    let marked = SHOWN.into_iter().filter_map(|(class, q)| {
        let at = durations.quantile(q)?;
        let key = Key::line(class, format!("{class}: {}", Fine(at)));
        Some((Upright { class, at }, key))
    });
    marked.unzip()
}

/// The percentiles that are shown, in words; a dash for what is not known.
pub(super) fn in_words(durations: &DurationHistogram) -> String {
    let told = SHOWN.map(|(name, q)| format!("{name} {}", OrDash(durations.quantile(q).map(Fine))));
    told.join(", ")
}

pub(super) fn bar_in_words(bar: &Bar) -> String {
    let (from, until) = (Fine(bar.from), Fine(bar.until));
    format!("{from} to {until}: {}", Grouped(bar.count))
}

/// A sentence about the axis of durations, after a space; nothing if there is nothing to say.
pub(super) fn scale(is_logarithmic: bool) -> &'static str {
    match is_logarithmic {
        true => " The axis of durations is logarithmic.",
        false => "",
    }
}

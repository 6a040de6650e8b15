//! How long attempts took: how many took about how long.

use charts::{Bar, Canvas, Distribution, Figure, Frame, Key, Table, Upright, numbers, words};
use maud::{Markup, Render, html};
use run_stats::{DurationHistogram, Proportion};
use runner_core::text::{Grouped, Human, Rate};

use super::durations::{NAMES, SHARES};

/// The figure over all `durations`; `None` if there are none.
pub(super) fn figure<'h>(durations: impl Iterator<Item = &'h DurationHistogram>) -> Option<Markup> {
    let mut all = DurationHistogram::new();
    durations.for_each(|durations| all.merge(durations));
    let distribution = Distribution::of(&all)?;
    let (shortest, longest) = (all.min()?, all.max()?);
    let quantiles = SHARES.map(|q| all.quantile(q).unwrap_or_default());
    let named = NAMES.into_iter().zip(quantiles);
    let legend: Vec<_> = named
        .clone()
        .map(|(name, quantile)| Key::line(name, format!("{name}: {}", Human(quantile))))
        .collect();
    let uprights: Vec<_> = named.map(|(class, at)| Upright { class, at }).collect();
    let scale = if distribution.is_logarithmic(Canvas::WIDE) {
        " The axis of durations is logarithmic."
    } else {
        ""
    };
    let note = format!("How many of the attempts that passed took about how long.{scale}");
    let [p50, p95, p99] = quantiles.map(Human);
    let frame = Frame {
        id: "chart-distribution",
        title: "Distribution of durations",
        description: &format!(
            "{} attempts passed. They took from {} to {}; p50 is {p50}, p95 {p95}, p99 {p99}.",
            Grouped(all.count()),
            Human(shortest),
            Human(longest)
        ),
        canvas: Canvas::WIDE,
    };
    let in_words = |bar: &Bar| format!("{}: {}", range(bar), Grouped(bar.count));
    let figure = Figure {
        heading: "Distribution of durations",
        note: Some(&note),
        chart: distribution.chart(frame, &uprights, in_words),
        legend: &legend,
        figures: Some(figures(&distribution.bars(), all.count())),
    };
    Some(figure.render())
}

fn range(bar: &Bar) -> String {
    format!("{} to {}", Human(bar.from), Human(bar.until))
}

fn figures(bars: &[Bar], all: u64) -> Markup {
    let mut so_far = 0;
    let mut sum = |count: u64| {
        so_far += count;
        so_far
    };
    let rows = html! {
        @for bar in bars {
            tr {
                th scope="row" { (range(bar)) }
                td { (Grouped(bar.count)) }
                td { (Rate(Proportion::new(bar.count, all))) }
                td { (Rate(Proportion::new(sum(bar.count), all))) }
            }
        }
    };
    let columns = [
        words("Took"),
        numbers("Attempts"),
        numbers("Share"),
        numbers("Share of this and shorter"),
    ];
    let table = Table {
        caption: "Durations of attempts that passed",
        columns: &columns,
        rows,
    };
    table.render()
}

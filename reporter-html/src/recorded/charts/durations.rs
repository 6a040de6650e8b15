//! How long attempts took over time: what half of them, most of them, and almost all of them did not
//! exceed.

use charts::{Line, Lines, Plot as _, Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::text::{Grouped, Human};

use super::{Picture, Series};
use crate::{buckets::Bucket, recorded::hours::quantile};

/// The shares that are shown.
pub(super) const SHARES: [f64; 3] = [0.5, 0.95, 0.99];

/// Their names, which are classes, too.
pub(super) const NAMES: [&str; 3] = ["p50", "p95", "p99"];

/// The figure; `None` if no attempt passed.
pub(super) fn figure(series: &Series<'_>) -> Option<Markup> {
    let description = description(series)?;
    let lines = Lines::new(NAMES.into_iter().zip(SHARES).map(|(class, q)| {
        let buckets = series.buckets.iter();
        let known = buckets.filter_map(|it| Some((it.window(), it.durations.quantile(q)?)));
        Line {
            class,
            label: class.into(),
            windows: known.collect(),
        }
    }));
    let scale = if lines.axis().is_logarithmic() {
        " The axis is logarithmic."
    } else {
        ""
    };
    let note = format!(
        "What 50%, 95% and 99% of the attempts that passed did not exceed. {}{scale}",
        series.each_step()
    );
    let picture = Picture {
        name: "durations",
        heading: "Durations",
        title: &format!("Durations{} over time", series.of),
        description: &description,
        note: &note,
    };
    Some(series.figure(&picture, &lines, in_words, figures))
}

fn in_words(bucket: &Bucket) -> String {
    let [p50, p95, p99] = SHARES.map(|q| quantile(&bucket.durations, q));
    format!("p50 {p50}, p95 {p95}, p99 {p99}")
}

fn description(series: &Series<'_>) -> Option<String> {
    let mut known = series.buckets.iter().filter(|it| !it.durations.is_empty());
    let p95 = |bucket: &&Bucket| bucket.durations.quantile(SHARES[1]);
    let longest = known.clone().max_by_key(p95)?;
    let latest = known.next_back()?;
    Some(format!(
        "{} The longest p95 is {} from {} on. The latest are {}.{}",
        series.each_step(),
        quantile(&longest.durations, SHARES[1]),
        series.timeline.view.hour(longest.from),
        in_words(latest),
        series.timeline.absences_in_words()
    ))
}

fn figures(series: &Series<'_>) -> Markup {
    let rows = html! {
        @for bucket in series.buckets.iter().filter(|it| !it.durations.is_empty()) {
            tr {
                (series.row_head(bucket))
                td { (Grouped(bucket.durations.count())) }
                @for quantile in SHARES.into_iter().filter_map(|q| bucket.durations.quantile(q)) {
                    td { (Human(quantile)) }
                }
            }
        }
    };
    let columns = [
        words("From"),
        numbers("Passed"),
        numbers(NAMES[0]),
        numbers(NAMES[1]),
        numbers(NAMES[2]),
    ];
    let table = Table {
        caption: "Durations of attempts that passed, over time",
        columns: &columns,
        rows,
    };
    table.render()
}

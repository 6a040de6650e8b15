//! The success rate over time, with how sure it is.

use charts::{Plot as _, Rates, Table, numbers, words};
use maud::{Markup, Render, html};
use run_stats::Proportion;
use runner_core::text::{Confidence, Grouped, Rate, Share};

use super::{Picture, Series};
use crate::buckets::Bucket;

/// The figure; `None` if nothing was tried.
pub(super) fn figure(series: &Series<'_>) -> Option<Markup> {
    let description = description(series)?;
    let buckets = series.buckets.iter();
    let rates = Rates::new(buckets.map(|bucket| (bucket.window(), bucket.outcomes.success())));
    let note = format!(
        "The share of passed attempts among those that were tried, and between which bounds it lies with \
         95% confidence. {} The axis begins at {}.",
        series.each_step(),
        rates.axis().begins()
    );
    let picture = Picture {
        name: "rate",
        heading: "Success rate",
        title: &format!("Success rate{} over time", series.of),
        description: &description,
        note: &note,
    };
    let in_words = |bucket: &Bucket| Share(bucket.outcomes.success()).to_string();
    Some(series.figure(&picture, &rates, in_words, figures))
}

/// The share of passed attempts of a bucket in which any were tried.
fn tried(bucket: &Bucket) -> Option<Proportion> {
    let success = bucket.outcomes.success();
    (success.trials() > 0).then_some(success)
}

fn description(series: &Series<'_>) -> Option<String> {
    let by_rate = |one: &&Bucket, other: &&Bucket| {
        let rate = |bucket: &Bucket| bucket.outcomes.success().rate().unwrap_or(1.0);
        rate(one).total_cmp(&rate(other))
    };
    let mut tried = series.buckets.iter().filter(|it| tried(it).is_some());
    let lowest = tried.clone().min_by(by_rate)?;
    let latest = tried.next_back()?;
    let view = series.timeline.view;
    Some(format!(
        "{} The lowest is {} from {} on, the latest {}.{}",
        series.each_step(),
        Rate(lowest.outcomes.success()),
        view.hour(lowest.from),
        Rate(latest.outcomes.success()),
        series.timeline.absences_in_words()
    ))
}

fn figures(series: &Series<'_>) -> Markup {
    let rows = html! {
        @for bucket in &series.buckets {
            @if let Some(success) = tried(bucket) {
                tr {
                    (series.row_head(bucket))
                    td.n { (Grouped(success.trials())) }
                    td.n { (Grouped(success.successes())) }
                    td.n { (Rate(success)) }
                    td { (Confidence(success)) }
                }
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

//! What attempts came to over time, as bars of outcomes on top of each other.

use charts::{Column, Layer, Stacks, Table, numbers, words};
use maud::{Markup, Render, html};
use runner_core::{outcome::OutcomeClass, recorded::OutcomeCounts, text::Grouped};

use super::{Picture, Series};
use crate::buckets::Bucket;

/// The figure.
pub(super) fn figure(series: &Series<'_>) -> Markup {
    let mut all = OutcomeCounts::default();
    series
        .buckets
        .iter()
        .for_each(|bucket| all.merge(&bucket.outcomes));
    // Those that passed stand on top, so that the others begin at the ground, where they can be compared.
    let (passed, mut classes): (Vec<_>, Vec<_>) = all
        .iter()
        .map(|(class, _)| class)
        .partition(|class| *class == OutcomeClass::Passed);
    classes.extend(passed);
    let stacks = Stacks::new(classes.iter().map(|class| {
        let buckets = series.buckets.iter();
        Layer {
            class: class.as_str(),
            label: class.words().into(),
            windows: buckets
                .map(|bucket| (bucket.window(), bucket.outcomes.get(*class)))
                .collect(),
        }
    }));
    let note = format!(
        "How many attempts came to what. Each bar is {}. However few there are of an outcome, it is drawn \
         high enough to be seen.",
        series.grid
    );
    let picture = Picture {
        name: "outcomes",
        heading: "Outcomes",
        title: &format!("Outcomes{} over time", series.of),
        description: &format!(
            "All together: {}.{}",
            Outcomes(&all),
            series.timeline.absences_in_words()
        ),
        note: &note,
    };
    let in_words = |bucket: &Bucket| Outcomes(&bucket.outcomes).to_string();
    series.figure(&picture, &stacks, in_words, |series| {
        figures(series, &classes)
    })
}

/// Outcomes with how many there are of each, in words.
struct Outcomes<'a>(&'a OutcomeCounts);

impl std::fmt::Display for Outcomes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (class, count)) in self.0.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{} {}", Grouped(count), class.words())?;
        }
        Ok(())
    }
}

fn figures(series: &Series<'_>, classes: &[OutcomeClass]) -> Markup {
    let of = |bucket: &Bucket, class: &OutcomeClass| Grouped(bucket.outcomes.get(*class));
    let rows = html! {
        @for bucket in &series.buckets {
            tr {
                (series.row_head(bucket))
                @for class in classes { td { (of(bucket, class)) } }
            }
        }
    };
    let columns: Vec<Column> = std::iter::once(words("From"))
        .chain(classes.iter().map(|class| numbers(class.words())))
        .collect();
    let table = Table {
        caption: "Outcomes over time",
        columns: &columns,
        rows,
    };
    table.render()
}

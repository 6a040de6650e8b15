//! Charts from the outside: values in, markup out.

use std::time::Duration;

use charts::{
    Bands, Canvas, Curve, Distribution, Figure, Frame, Key, Layer, Level, Levels, Line, Lines,
    OverTime, Percentiles, Plot, Rates, STYLE, Stacks, Table, TimeAxis, Upright, Window, words,
};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use maud::{Markup, Render as _, html};
use proptest::prelude::*;
use run_stats::{DurationHistogram, Proportion};

const UTC: &TimeZone = &TimeZone::UTC;

fn minute(index: i64) -> Window {
    let from = Timestamp::UNIX_EPOCH + index.minutes();
    Window {
        from,
        until: from + 1.minutes(),
    }
}

fn frame<'a>(words: &'a str) -> Frame<'a> {
    Frame {
        id: "chart",
        title: words,
        description: words,
        canvas: Canvas::COMPACT,
    }
}

/// A figure with everything in it, in which whatever may be foreign says `words`.
fn figure(plot: &impl Plot, words: &str) -> String {
    let outages = vec![minute(7), minute(2), minute(3)];
    let bands = [
        Bands::gaps(words, vec![minute(5)]),
        Bands::outages(words, outages),
    ];
    let over_time = OverTime {
        frame: frame(words),
        time: TimeAxis::of_minutes(minute(0).from, minute(9).until, UTC),
        bands: &bands,
        pointers: &[(minute(1), words.into())],
    };
    let mut legend = plot.legend();
    legend.extend(bands.iter().filter_map(Bands::key));
    around(over_time.chart(plot), &legend, words)
}

fn around(chart: Markup, legend: &[Key], said: &str) -> String {
    let table = Table {
        caption: said,
        columns: &[words("From")],
        rows: html! { tr { th scope="row" { (said) } } },
    };
    let figure = Figure {
        heading: said,
        note: Some(said),
        chart,
        legend,
        figures: Some(table.render()),
    };
    figure.render().into_string()
}

fn rates(successes: &[u64]) -> Rates {
    let windows = (0..).zip(successes);
    Rates::new(windows.map(|(index, successes)| (minute(index), Proportion::new(*successes, 100))))
}

fn lines(micros: &[u64], words: &str) -> Lines {
    let line = |class, times: u64| Line {
        class,
        label: words.into(),
        windows: (0..)
            .zip(micros)
            .map(|(index, it)| (minute(index), Duration::from_micros(it * times)))
            .collect(),
    };
    Lines::new([line("p50", 1), line("p95", 2), line("p99", 3)])
}

fn level(class: &'static str, values: &[u64], words: &str) -> Level {
    Level {
        class,
        label: words.into(),
        windows: (0..)
            .zip(values)
            .map(|(index, value)| (minute(index), *value as f64 / 7.0))
            .collect(),
    }
}

fn stacks(counts: &[u64], words: &str) -> Stacks {
    Stacks::new(layers(counts, words))
}

fn layers(counts: &[u64], words: &str) -> [Layer; 2] {
    let layer = |class, at_most: u64| Layer {
        class,
        label: words.into(),
        windows: (0..)
            .zip(counts)
            .map(|(index, count)| (minute(index), *count.min(&at_most)))
            .collect(),
    };
    [layer("failed", 1), layer("passed", u64::MAX)]
}

fn distribution(micros: &[u64], words: &str) -> String {
    let durations: DurationHistogram = micros.iter().copied().map(Duration::from_micros).collect();
    let uprights = [Upright {
        class: "p50",
        at: durations.quantile(0.5).unwrap_or_default(),
    }];
    let chart =
        Distribution::of(&durations).map(|it| it.chart(frame(words), &uprights, |_| words.into()));
    around(chart.unwrap_or_default(), &[Key::line("p50", words)], words)
}

fn percentiles(micros: &[u64], words: &str) -> String {
    let durations: DurationHistogram = micros.iter().copied().map(Duration::from_micros).collect();
    let curves = ["response", "service"].map(|class| Curve {
        class,
        label: "a time",
        durations: &durations,
    });
    let percentiles = Percentiles::of(curves);
    let legend = percentiles.as_ref().map(Percentiles::legend);
    let chart = percentiles.map(|it| it.chart(frame(words)));
    around(
        chart.unwrap_or_default(),
        &legend.unwrap_or_default(),
        words,
    )
}

fn all(values: &[u64], words: &str) -> [String; 7] {
    [
        figure(
            &rates(&values.iter().map(|it| it % 101).collect::<Vec<_>>()),
            words,
        ),
        figure(&lines(values, words), words),
        figure(&stacks(values, words), words),
        distribution(values, words),
        figure(&Levels::new([level("level", values, words)]), words),
        figure(
            &Stacks::per_second(
                layers(values, words),
                Some(level("intended", values, words)),
            ),
            words,
        ),
        percentiles(values, words),
    ]
}

/// The values of all attributes of this name.
fn values<'m>(markup: &'m str, name: &str) -> Vec<&'m str> {
    let begin = format!(" {name}=\"");
    let found = markup.match_indices(&begin);
    let rest = found.map(|(at, begin)| &markup[at + begin.len()..]);
    rest.map(|rest| rest.split('"').next().unwrap_or(rest))
        .collect()
}

/// All numbers of a path or an attribute.
fn numbers_in(text: &str) -> Vec<f64> {
    let pieces = text.split(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let pieces = pieces.filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| piece.parse().expect("a number"))
        .collect()
}

#[test]
fn every_class_has_a_rule() {
    for markup in all(&[3, 1, 4_000_000], "words") {
        for class in values(&markup, "class").iter().flat_map(|it| it.split(' ')) {
            // What tables and figures have for pages to tell them by.
            if ["mixed", "words"].contains(&class) {
                continue;
            }
            let rule =
                STYLE.contains(&format!(".{class} ")) || STYLE.contains(&format!(".{class},"));
            assert!(rule, "{class}");
        }
    }
}

#[test]
fn a_picture_has_a_name_and_tells_what_there_is_to_see() {
    for markup in all(&[3, 1, 4], "words") {
        assert_eq!(markup.matches("role=\"img\"").count(), 1);
        assert!(markup.contains("aria-labelledby=\"chart-title chart-desc\""));
        assert!(markup.contains("<title id=\"chart-title\">words</title>"));
        assert!(markup.contains("<desc id=\"chart-desc\">words</desc>"));
        assert!(markup.contains("<summary>The same as a table</summary>"));
    }
}

#[test]
fn a_strict_policy_forbids_nothing_in_it() {
    for markup in all(&[3, 1, 4], "words") {
        for forbidden in [
            " style=", "<style", "<script", " on", " href=", " src=", "url(",
        ] {
            assert!(!markup.contains(forbidden), "{forbidden:?} in {markup}");
        }
    }
}

#[test]
fn bands_that_would_touch_are_one_and_outages_have_feet() {
    let markup = figure(&rates(&[1]), "words");
    let paths = values(&markup, "d");
    // 394 units for ten minutes, from 72 on; minutes 2 and 3 are one band.
    assert!(paths.contains(&"M150.8 10H229.6V152H150.8zM347.8 10H387.2V152H347.8z"));
    assert!(paths.contains(&"M269 10H308.4V148H269z"));
}

#[test]
fn a_bar_of_a_rate_is_as_high_as_the_line_of_that_rate() {
    // 6,000 in a minute are 100 in a second.
    let layer = Layer {
        class: "passed",
        label: "passed".into(),
        windows: vec![(minute(0), 6_000)],
    };
    let line = level("intended", &[700], "scheduled");
    let markup = figure(&Stacks::per_second([layer], Some(line)), "words");
    let paths = values(&markup, "d");
    assert!(paths.contains(&"M72 10H110.4V148H72z"), "{paths:?}");
    assert!(paths.contains(&"M72 10H111.4"), "{paths:?}");
}

#[test]
fn nothing_is_drawn_of_nothing() {
    assert!(rates(&[]).is_empty());
    assert!(Rates::new([(minute(0), Proportion::new(0, 0))]).is_empty());
    assert!(lines(&[], "words").is_empty());
    for markup in all(&[], "words") {
        assert!(!markup.contains("NaN") && !markup.contains("inf"));
    }
}

#[test]
fn very_many_bands_are_no_more_than_there_is_room_for() {
    // Side by side, and as far apart as makes the most of them.
    for every in [2, 10, 37, 100, 1_000] {
        let windows = (0..100_000 / every).map(|index| minute(every * index));
        let bands = [Bands::outages("away", windows.collect())];
        let over_time = OverTime {
            frame: frame("words"),
            time: TimeAxis::of_minutes(minute(0).from, minute(100_000).until, UTC),
            bands: &bands,
            pointers: &[],
        };
        let markup = over_time.chart(&rates(&[1])).into_string();
        assert!(markup.len() < 4_000, "{} bytes", markup.len());
    }
}

proptest! {
    #[test]
    fn everything_is_drawn_within_its_picture(
        counts in prop::collection::vec(prop_oneof![0..5_u64, 0..1_000_000_u64, 0..u64::MAX / 100], 0..12),
    ) {
        for markup in all(&counts, "words") {
            for coordinates in values(&markup, "d").into_iter().map(numbers_in) {
                prop_assert!(coordinates.iter().all(|it| (0.0..=480.0).contains(it)), "{markup}");
            }
            for (name, most) in [("x", 480.0), ("y", 180.0), ("width", 480.0), ("height", 180.0)] {
                for number in values(&markup, name).into_iter().flat_map(numbers_in) {
                    prop_assert!((0.0..=most).contains(&number), "{name}={number}");
                }
            }
        }
    }

    #[test]
    fn no_words_break_out_of_their_place(words in ".*[<>&\"'].*") {
        let escaped = html! { (words) }.into_string();
        prop_assert!(!escaped.contains(['<', '>', '"']));
        for (markup, expected) in all(&[3, 1, 4], &words).iter().zip(all(&[3, 1, 4], "WORDS")) {
            prop_assert_eq!(markup, &expected.replace("WORDS", &escaped));
        }
    }

    #[test]
    fn equal_values_give_equal_markup(values in prop::collection::vec(0..1_000_000_u64, 0..9)) {
        prop_assert_eq!(all(&values, "words"), all(&values, "words"));
    }
}

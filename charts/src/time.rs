//! The axis of time, with labels where calendars have lines.

use std::time::Duration;

use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use crate::{axis::Axis, chart::Tick};

/// Axes that no clock labels need some zone, too.
const UTC: &TimeZone = &TimeZone::UTC;

/// A span of time, as it is called in a zone.
#[derive(Debug, Clone, Copy)]
pub struct TimeAxis<'a> {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends: later than `from`.
    pub until: Timestamp,
    /// Where its days begin and how its hours are called.
    pub zone: &'a TimeZone,
    /// Labels stand no closer than this: where values are of hours, minutes say nothing.
    pub finest: Duration,
    /// Labels tell the time since this moment, which is no later than `from`; without it, what clocks and
    /// calendars showed.
    pub origin: Option<Timestamp>,
}

/// From one label to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Months(i64),
}

const STEPS: [Step; 26] = [
    Step::Minutes(1),
    Step::Minutes(2),
    Step::Minutes(5),
    Step::Minutes(10),
    Step::Minutes(30),
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(600),
    Step::Months(1_200),
    Step::Months(6_000),
    Step::Months(60_000),
];

impl Step {
    /// About how long it is, in seconds.
    fn seconds(self) -> i64 {
        const DAY: i64 = 86_400;
        match self {
            Self::Minutes(minutes) => minutes * 60,
            Self::Hours(hours) => hours * 3_600,
            Self::Days(days) => days * DAY,
            Self::Months(months) => months * 30 * DAY,
        }
    }

    /// The last line of the calendar at or before `date`.
    fn first(self, date: Date) -> Date {
        let first = match self {
            Self::Minutes(_) | Self::Hours(_) | Self::Days(1 | 2) => Some(date),
            // Weeks begin on Mondays.
            Self::Days(_) => {
                let since_monday = date.weekday().to_monday_zero_offset();
                date.checked_sub(Span::new().days(since_monday)).ok()
            }
            Self::Months(months) if months < 12 => {
                let month = i64::from(date.month()) - 1;
                let month = i8::try_from(month - month % months + 1);
                month
                    .ok()
                    .and_then(|month| Date::new(date.year(), month, 1).ok())
            }
            Self::Months(months) => {
                let year = i64::from(date.year());
                let year = i16::try_from(year - year.rem_euclid(months / 12));
                year.ok().and_then(|year| Date::new(year, 1, 1).ok())
            }
        };
        first.unwrap_or(date)
    }

    /// The line of the calendar that is so many steps after `first`; `None` after the end of all
    /// calendars.
    fn after(self, first: Date, count: i64) -> Option<DateTime> {
        let midnight = first.to_datetime(Time::midnight());
        let span = match self {
            Self::Minutes(minutes) => Span::new().try_minutes(count * minutes),
            Self::Hours(hours) => Span::new().try_hours(count * hours),
            Self::Days(days) => Span::new().try_days(count * days),
            Self::Months(months) => Span::new().try_months(count * months),
        };
        midnight.checked_add(span.ok()?).ok()
    }

    /// Whether its lines are at times of the day. Days begin also where there is no midnight.
    fn is_of_clocks(self) -> bool {
        matches!(self, Self::Minutes(_) | Self::Hours(_))
    }

    fn format(self) -> &'static str {
        match self {
            Self::Minutes(_) | Self::Hours(_) => "%b %-d %H:%M",
            Self::Days(_) => "%b %-d",
            Self::Months(months) if months < 12 => "%b %Y",
            Self::Months(_) => "%Y",
        }
    }
}

impl<'a> TimeAxis<'a> {
    /// An axis of values that are of hours.
    #[must_use]
    pub fn of_hours(from: Timestamp, until: Timestamp, zone: &'a TimeZone) -> Self {
        Self {
            from,
            until,
            zone,
            finest: Duration::from_secs(3_600),
            origin: None,
        }
    }

    /// An axis of values that are of minutes.
    #[must_use]
    pub fn of_minutes(from: Timestamp, until: Timestamp, zone: &'a TimeZone) -> Self {
        let finest = Duration::from_secs(60);
        Self {
            finest,
            ..Self::of_hours(from, until, zone)
        }
    }

    /// An axis of the time since `origin`, for what is over within minutes: `0`, `10s`, `20s`.
    #[must_use]
    pub fn of_elapsed(origin: Timestamp, from: Timestamp, until: Timestamp) -> TimeAxis<'static> {
        TimeAxis {
            from,
            until,
            zone: UTC,
            finest: Duration::ZERO,
            origin: Some(origin),
        }
    }

    /// Where a moment is on the axis, between 0 and 1; what is outside of it is at its end.
    #[must_use]
    pub fn share(&self, moment: Timestamp) -> f64 {
        let since =
            |moment: Timestamp| (moment.as_microsecond() - self.from.as_microsecond()) as f64;
        let span = since(self.until);
        if span <= 0.0 {
            return 0.0;
        }
        (since(moment) / span).clamp(0.0, 1.0)
    }

    /// At most about `at_most` ticks, where minutes, hours, days, weeks, months or years begin.
    #[must_use]
    pub fn ticks(&self, at_most: u64) -> Vec<Tick> {
        if let Some(origin) = self.origin {
            let since = |moment: Timestamp| {
                let elapsed = Duration::try_from(moment.duration_since(origin));
                elapsed.unwrap_or_default()
            };
            return Axis::even(since(self.from), since(self.until), at_most).ticks();
        }
        let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
        let span = self.until.as_second() - self.from.as_second();
        let finest = i64::try_from(self.finest.as_secs()).unwrap_or(i64::MAX);
        let fits = |step: &&Step| step.seconds() >= finest && span / step.seconds() <= at_most;
        let longest = Step::Months(60_000);
        let step = STEPS.iter().find(fits).copied().unwrap_or(longest);
        let first = step.first(self.from.to_zoned(self.zone.clone()).date());
        let mut ticks = Vec::new();
        for count in 0.. {
            let Some(line) = step.after(first, count) else {
                break;
            };
            let Ok(moment) = self.zone.to_timestamp(line) else {
                // At either end of all calendars; the next step is within them, or there is none.
                continue;
            };
            if moment > self.until {
                break;
            }
            if moment < self.from {
                continue;
            }
            // Where clocks are set forward, there are times of the day that never come.
            let is_real =
                !step.is_of_clocks() || moment.to_zoned(self.zone.clone()).datetime() == line;
            if is_real {
                ticks.push(Tick {
                    at: self.share(moment),
                    label: line.strftime(step.format()).to_string(),
                });
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use proptest::prelude::*;

    use super::*;

    fn labels(from: &str, hours: i64, zone: &str) -> Vec<String> {
        let zone = TimeZone::posix(zone).expect("a zone");
        let from: Timestamp = from.parse().expect("a time");
        let until = from + hours.hours();
        let ticks = TimeAxis::of_hours(from, until, &zone).ticks(6);
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn a_short_time_is_told_since_its_beginning() {
        let from: Timestamp = "2025-06-30T21:45:05Z".parse().expect("a time");
        let labels = |seconds: i64| -> Vec<String> {
            let ticks = TimeAxis::of_elapsed(from, from, from + seconds.seconds()).ticks(6);
            ticks.into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels(3), ["0", "500ms", "1s", "1.5s", "2s", "2.5s", "3s"]);
        assert_eq!(labels(91), ["0", "20s", "40s", "1m", "80s"]);
        assert_eq!(labels(0), ["0"]);
        let later = from + 10.seconds();
        let ticks = TimeAxis::of_elapsed(from, later, later + 5.minutes()).ticks(6);
        let labels: Vec<_> = ticks.iter().map(|tick| &*tick.label).collect();
        assert_eq!(labels, ["1m", "2m", "3m", "4m", "5m"]);
        assert!((ticks[0].at - 50.0 / 300.0).abs() < 1e-9, "{ticks:?}");
    }
    const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";

    #[test]
    fn labels_stand_where_calendars_have_lines() {
        let began = "2025-07-01T01:00:00Z";
        for (hours, expected) in [
            (1, ["Jun 30 21:00", "Jun 30 22:00"].as_slice()),
            (
                8,
                &["Jun 30 22:00", "Jul 1 00:00", "Jul 1 02:00", "Jul 1 04:00"],
            ),
            (168, &["Jul 2", "Jul 4", "Jul 6"]),
            (24 * 60, &["Jul 14", "Jul 28", "Aug 11", "Aug 25"]),
            (
                8_760,
                &[
                    "Jul 2025", "Sep 2025", "Nov 2025", "Jan 2026", "Mar 2026", "May 2026",
                ],
            ),
            (8_760 * 20, &["2030", "2035", "2040", "2045"]),
        ] {
            assert_eq!(labels(began, hours, NEW_YORK), expected, "{hours} hours");
        }
    }

    #[test]
    fn days_begin_at_midnight_also_where_clocks_are_changed() {
        // On November 2 the clock goes back at two o'clock.
        let labels = labels("2025-11-01T17:00:00Z", 56, NEW_YORK);
        assert_eq!(
            labels,
            ["Nov 2 00:00", "Nov 2 12:00", "Nov 3 00:00", "Nov 3 12:00"]
        );
    }

    #[test]
    fn times_of_the_day_that_never_come_have_no_labels() {
        // On March 9 the clock goes from two to three o'clock.
        let labels = labels("2025-03-09T05:30:00Z", 5, NEW_YORK);
        assert_eq!(
            labels,
            [
                "Mar 9 01:00",
                "Mar 9 03:00",
                "Mar 9 04:00",
                "Mar 9 05:00",
                "Mar 9 06:00"
            ]
        );
    }

    #[test]
    fn minutes_have_labels_where_values_are_of_minutes() {
        let from: Timestamp = "2025-07-01T01:07:00Z".parse().expect("a time");
        let labels = |axis: TimeAxis<'_>| -> Vec<String> {
            axis.ticks(6).into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(
            labels(TimeAxis::of_minutes(from, from + 25.minutes(), UTC)),
            [
                "Jul 1 01:10",
                "Jul 1 01:15",
                "Jul 1 01:20",
                "Jul 1 01:25",
                "Jul 1 01:30"
            ]
        );
        let hours = TimeAxis::of_hours(from, from + 1.hours(), UTC);
        assert_eq!(labels(hours), ["Jul 1 02:00"]);
    }

    #[test]
    fn all_of_time_has_labels() {
        let axis = TimeAxis::of_minutes(Timestamp::MIN, Timestamp::MAX, UTC);
        let labels: Vec<_> = axis.ticks(6).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels, ["-4999", "0001", "5001"]);
    }

    proptest! {
        #[test]
        fn there_are_few_labels_in_order(
            from in 0..4_000_000_000_i64,
            minutes in prop_oneof![1..600_i64, 1..60_000_000_i64],
        ) {
            let from = Timestamp::from_second(from).expect("a time");
            let zone = TimeZone::posix(NEW_YORK).expect("a zone");
            let axis = TimeAxis::of_minutes(from, from + minutes.minutes(), &zone);
            let ticks = axis.ticks(6);
            prop_assert!(ticks.len() <= 8, "{ticks:?}");
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
            prop_assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)));
        }

        #[test]
        fn what_is_later_is_further_to_the_right(
            moments in prop::array::uniform4(-4_000_000_000..4_000_000_000_i64),
        ) {
            let [from, until, one, other] =
                moments.map(|moment| Timestamp::from_second(moment).expect("a time"));
            let axis = TimeAxis::of_minutes(from.min(until), from.max(until), UTC);
            let [earlier, later] = [one.min(other), one.max(other)].map(|it| axis.share(it));
            prop_assert!(0.0 <= earlier && earlier <= later && later <= 1.0);
        }
    }
}

//! Shares over time, with how sure they are.

use maud::{Markup, html};
use run_stats::Proportion;

use crate::{
    axis::Axis,
    figure::Key,
    over_time::{Place, Plot, Window},
    path::Path,
};

/// Success rates: a line, and behind it the interval of each rate with 95% confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    windows: Vec<(Window, Proportion)>,
    axis: Axis,
}

impl Rates {
    /// The rates of `windows`, in the order of time. Those without trials are left out.
    #[must_use]
    pub fn new(windows: impl IntoIterator<Item = (Window, Proportion)>) -> Self {
        let tried = windows
            .into_iter()
            .filter(|(_, success)| success.trials() > 0);
        let windows: Vec<_> = tried.collect();
        let axis = axis(&windows);
        Self { windows, axis }
    }

    /// Whether nothing was tried.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    fn intervals(&self, place: Place<'_>) -> Path {
        let mut path = Path::default();
        for (window, success) in &self.windows {
            let Some(interval) = success.wilson_95() else {
                continue;
            };
            let (from, until) = place.across(*window);
            let [low, high] =
                [interval.low, interval.high].map(|share| place.canvas.y(self.axis.share(share)));
            path.rectangle((from, high), (until, low));
        }
        path
    }
}

/// All rates are on the axis. Of the intervals those of half of the windows are: a single window with
/// two attempts shall not press all others to the top.
fn axis(windows: &[(Window, Proportion)]) -> Axis {
    let tried = windows.iter().map(|(_, success)| success);
    let rates = tried.clone().filter_map(|success| success.rate());
    let lows = tried.filter_map(|success| success.wilson_95());
    let mut lows: Vec<_> = lows.map(|interval| interval.low).collect();
    lows.sort_by(f64::total_cmp);
    let median = lows.get(lows.len() / 2).copied();
    Axis::of_shares(rates.chain(median).fold(1.0, f64::min))
}

impl Plot for Rates {
    fn axis(&self) -> &Axis {
        &self.axis
    }

    fn marks(&self, place: Place<'_>) -> Markup {
        let rates = self.windows.iter().filter_map(|(window, success)| {
            let share = self.axis.share(success.rate()?);
            Some((*window, share))
        });
        html! {
            path.interval d=(self.intervals(place)) {}
            path.rate d=(place.steps(rates)) {}
        }
    }

    fn legend(&self) -> Vec<Key> {
        vec![
            Key::line("rate", "success rate"),
            Key::area("interval", "95% confidence"),
        ]
    }
}

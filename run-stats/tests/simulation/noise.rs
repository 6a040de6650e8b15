//! Series of noise, the same in each run.

use std::f64::consts::TAU;

/// A window of a series.
pub(crate) type Window = Option<f64>;

/// A source of numbers that look random: SplitMix64 of Steele, G. L., Lea, D. and Flood, C. H. (2014),
/// "Fast splittable pseudorandom number generators", OOPSLA.
#[derive(Debug)]
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly between 0 and 1, both excluded.
    pub(crate) fn even(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        ((mixed >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Normal with mean 0 and deviation 1, by the method of Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        (-2.0 * self.even().ln()).sqrt() * (TAU * self.even()).cos()
    }

    /// Normal with mean 0 and deviation 1, of which each value has the share `autocorrelation` of the
    /// one before it.
    pub(crate) fn series(&mut self, windows: usize, autocorrelation: f64) -> Vec<f64> {
        let mut value = self.normal();
        let new = (1.0 - autocorrelation * autocorrelation).sqrt();
        (0..windows)
            .map(|_| {
                let next = autocorrelation * value + new * self.normal();
                std::mem::replace(&mut value, next)
            })
            .collect()
    }

    /// Takes the data from each window with this probability.
    pub(crate) fn with_gaps(&mut self, windows: &[Window], probability: f64) -> Vec<Window> {
        windows
            .iter()
            .map(|window| window.filter(|_| self.even() >= probability))
            .collect()
    }
}

/// Values of windows that all have data, made from noise and the number of the window.
pub(crate) fn windows(noise: &[f64], value: impl Fn(usize, f64) -> f64) -> Vec<Window> {
    noise
        .iter()
        .enumerate()
        .map(|(place, noise)| Some(value(place, *noise)))
        .collect()
}

#[test]
fn noise_has_the_autocorrelation_that_was_asked_for() {
    for autocorrelation in [0.0, 0.3, 0.6, 0.9] {
        let series = Noise::new(1).series(40_000, autocorrelation);
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / 40_000.0;
        let (square, next) = (
            mean(&mut series.iter().map(|one| one * one)),
            mean(&mut series.windows(2).map(|pair| pair[0] * pair[1])),
        );
        assert!(mean(&mut series.iter().copied()).abs() < 0.05);
        assert!((square - 1.0).abs() < 0.05, "{square}");
        assert!((next - autocorrelation).abs() < 0.05, "{next}");
    }
}

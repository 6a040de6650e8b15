//! Where a number of microseconds is counted: the bins of an HDR histogram with three significant
//! digits, which keeps a value's highest eleven bits and drops the others.
//!
//! Below 2048 µs each microsecond has a bin of its own. From there on each doubling is cut into 1024
//! bins of equal width, so that no bin is wider than 1/1024 of the values in it. The numbering is
//! that of Tene's HdrHistogram for a lowest value of 1, which its encoding rests on.

/// One bin and how many values fell into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bin {
    /// The bin's number, less than [`BIN_COUNT`].
    pub(crate) index: u16,
    /// How many values, from 1 to [`MAX_BIN_COUNT`].
    pub(crate) count: u64,
}

/// The largest value that is told apart from larger ones, in µs: 7 days.
pub(crate) const MAX_MICROS: u64 = 7 * 24 * 60 * 60 * 1_000_000;

/// How many bins there are.
pub(crate) const BIN_COUNT: u16 = index_of(MAX_MICROS) + 1;

/// Where a bin's count stops: all bins together stay below 2^63, so that no sum of counts overflows
/// and each can be encoded. A million values a second fill a bin in nine years.
pub(crate) const MAX_BIN_COUNT: u64 = 1 << 48;

/// How many bits of a value are kept. 2^11 is the least power of two that holds 2 · 10³ values, which
/// three significant digits need.
const KEPT_BITS: u32 = 11;

/// Half of the values that the kept bits can tell apart: how many bins each doubling has.
const BINS_PER_DOUBLING: u64 = 1 << (KEPT_BITS - 1);

/// The number of the bin that counts `micros`; the last one counts all that is too large.
pub(crate) const fn index_of(micros: u64) -> u16 {
    let micros = if micros < MAX_MICROS {
        micros
    } else {
        MAX_MICROS
    };
    let bits = u64::BITS - micros.leading_zeros();
    let dropped = bits.saturating_sub(KEPT_BITS);
    // At most 29 doublings and 2047: it fits.
    (dropped as u64 * BINS_PER_DOUBLING + (micros >> dropped)) as u16
}

/// The middle of a bin, in µs: what stands for each of its values. `index` is below [`BIN_COUNT`].
pub(crate) fn middle_of(index: u16) -> u64 {
    let index = u64::from(index);
    let dropped = (index / BINS_PER_DOUBLING).saturating_sub(1);
    let lowest = (index - dropped * BINS_PER_DOUBLING) << dropped;
    lowest + (1 << dropped >> 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn below_two_milliseconds_each_microsecond_has_its_own_bin() {
        for micros in 0..2048 {
            assert_eq!(u64::from(index_of(micros)), micros);
            assert_eq!(middle_of(index_of(micros)), micros);
        }
        assert_eq!(index_of(2048), index_of(2049));
    }

    #[test]
    fn bins_ascend_without_gaps_and_each_holds_its_middle() {
        for index in 0..BIN_COUNT {
            assert_eq!(index_of(middle_of(index)), index);
        }
        assert!((1..BIN_COUNT).all(|index| middle_of(index - 1) < middle_of(index)));
    }

    #[test]
    fn all_bins_together_count_less_than_overflows() {
        assert!(u128::from(BIN_COUNT) * u128::from(MAX_BIN_COUNT) < 1 << 63);
    }

    proptest! {
        #[test]
        fn the_middle_is_within_half_a_thousandth(micros in 0..=MAX_MICROS) {
            let middle = middle_of(index_of(micros));
            prop_assert!(middle.abs_diff(micros) * 2048 <= micros, "{micros} became {middle}");
        }

        #[test]
        fn a_larger_value_is_never_in_a_lower_bin(one: u64, other: u64) {
            prop_assert!(index_of(one.min(other)) <= index_of(one.max(other)));
        }
    }
}

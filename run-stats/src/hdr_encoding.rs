//! Bins as bytes: the second version of HdrHistogram's encoding, without its compression.
//!
//! A header of 40 bytes, big-endian, is followed by one number for each bin in turn up to the last
//! that counts anything: a bin's count, or, negated, how many bins in a row are empty. The numbers are
//! written zigzag and in groups of seven bits. Each implementation of HdrHistogram reads and writes
//! this; see `encodeIntoByteBuffer` in Tene's Java original.
//!
//! The compressed form is refused. For ten values it is a quarter larger; for a thousand or more it
//! saves a third to a half of the few kilobytes. Who writes many histograms compresses them together.
//!
//! Bytes come from files and are believed in nothing: decoding takes time and memory in proportion to
//! their number, whatever they say.

use crate::bins::{BIN_COUNT, Bin, MAX_BIN_COUNT, MAX_MICROS};

/// Why bytes are no [`DurationHistogram`](crate::DurationHistogram).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HistogramError {
    /// The first four bytes are not those of HdrHistogram's second encoding, or are not there.
    #[error("not a histogram in the second version of HdrHistogram's encoding")]
    NotAHistogram,
    /// It is HdrHistogram's compressed encoding.
    #[error("a compressed histogram, where an uncompressed one is expected")]
    Compressed,
    /// The bytes end within the header.
    #[error("the histogram's header is cut off after {length} of {HEADER_LENGTH} bytes")]
    CutHeader {
        /// How many bytes there are.
        length: usize,
    },
    /// The header tells of other units, another precision or shifted bins.
    #[error("the histogram does not count microseconds with three significant digits")]
    OtherScale,
    /// There are fewer or more bytes of counts than the header says.
    #[error("the histogram has {actual} bytes of counts, its header says {declared}")]
    WrongLength {
        /// What the header says.
        declared: u32,
        /// What is there.
        actual: usize,
    },
    /// The bytes end within a count.
    #[error("the histogram's last count is cut off")]
    CutCount,
    /// A value is counted that is larger than [`DurationHistogram::MAX`](crate::DurationHistogram::MAX).
    #[error("the histogram counts durations of more than 7 days")]
    BeyondMaximum,
    /// A count is larger than 2^48, which no histogram of ours reaches.
    #[error("the histogram says that it counted {count} values in one bin")]
    ImpossibleCount {
        /// What is said.
        count: u64,
    },
}

/// The first four bytes of the uncompressed encoding. The 1 in the last but one digit means that words
/// are of variable length.
const COOKIE: [u8; 4] = 0x1c84_9313_u32.to_be_bytes();

/// The first four bytes of the compressed encoding.
const COMPRESSED_COOKIE: [u8; 4] = 0x1c84_9314_u32.to_be_bytes();

/// Cookie, length of the counts, and what [`Scale`] holds.
const HEADER_LENGTH: usize = 40;

/// What the header says about the meaning of bins, in the order in which it stands there.
#[derive(PartialEq)]
struct Scale {
    /// By how many bins the counts are shifted.
    normalizing_offset: [u8; 4],
    significant_digits: [u8; 4],
    lowest_discernible_value: [u8; 8],
    /// Only says how many bins a reader should provide; the bins mean the same whatever it is.
    highest_trackable_value: [u8; 8],
    /// The unit of values that were no whole numbers.
    integer_to_double_ratio: [u8; 8],
}

impl Scale {
    const OURS: Self = Self {
        normalizing_offset: 0_u32.to_be_bytes(),
        significant_digits: 3_u32.to_be_bytes(),
        lowest_discernible_value: 1_u64.to_be_bytes(),
        highest_trackable_value: MAX_MICROS.to_be_bytes(),
        integer_to_double_ratio: 1_f64.to_be_bytes(),
    };

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.normalizing_offset);
        bytes.extend(self.significant_digits);
        bytes.extend(self.lowest_discernible_value);
        bytes.extend(self.highest_trackable_value);
        bytes.extend(self.integer_to_double_ratio);
    }
}

/// The encoding of bins, which are in ascending order.
pub(crate) fn encode(bins: &[Bin]) -> Vec<u8> {
    // A count is mostly one byte, and so is the gap before it.
    let mut bytes = Vec::with_capacity(HEADER_LENGTH + 4 + 2 * bins.len());
    bytes.extend(COOKIE);
    bytes.extend([0; 4]);
    Scale::OURS.write(&mut bytes);
    let mut next = 0;
    for bin in bins {
        match u64::from(bin.index) - next {
            0 => {}
            // One empty bin is written as what it is; the original does so.
            1 => write_number(&mut bytes, 0),
            gap => write_number(&mut bytes, 2 * gap - 1),
        }
        write_number(&mut bytes, 2 * bin.count);
        next = u64::from(bin.index) + 1;
    }
    if bins.is_empty() {
        write_number(&mut bytes, 0);
    }
    // There are at most BIN_COUNT counts and gaps of at most 9 bytes each.
    let length = (bytes.len() - HEADER_LENGTH) as u32;
    bytes[COOKIE.len()..][..4].copy_from_slice(&length.to_be_bytes());
    bytes
}

/// The bins that `bytes` encode, in ascending order.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<Bin>, HistogramError> {
    let mut counts = read_header(bytes)?;
    let mut bins = Vec::new();
    let mut next = 0_u64;
    while !counts.is_empty() {
        let number = read_number(&mut counts).ok_or(HistogramError::CutCount)?;
        let magnitude = (number >> 1) + (number & 1);
        if number & 1 == 1 {
            next = next.saturating_add(magnitude);
            continue;
        }
        if magnitude > MAX_BIN_COUNT {
            return Err(HistogramError::ImpossibleCount { count: magnitude });
        }
        if magnitude > 0 {
            let index = u16::try_from(next)
                .ok()
                .filter(|index| *index < BIN_COUNT)
                .ok_or(HistogramError::BeyondMaximum)?;
            bins.push(Bin {
                index,
                count: magnitude,
            });
        }
        next = next.saturating_add(1);
    }
    Ok(bins)
}

/// What follows the header, if it is one of ours.
fn read_header(bytes: &[u8]) -> Result<&[u8], HistogramError> {
    let mut rest = bytes;
    match take(&mut rest) {
        Some(COOKIE) => {}
        Some(COMPRESSED_COOKIE) => return Err(HistogramError::Compressed),
        _ => return Err(HistogramError::NotAHistogram),
    }
    let (declared, scale) = read_length_and_scale(&mut rest).ok_or(HistogramError::CutHeader {
        length: bytes.len(),
    })?;
    let scale = Scale {
        highest_trackable_value: Scale::OURS.highest_trackable_value,
        ..scale
    };
    if scale != Scale::OURS {
        return Err(HistogramError::OtherScale);
    }
    if usize::try_from(declared) != Ok(rest.len()) {
        return Err(HistogramError::WrongLength {
            declared,
            actual: rest.len(),
        });
    }
    Ok(rest)
}

fn read_length_and_scale(rest: &mut &[u8]) -> Option<(u32, Scale)> {
    let length = u32::from_be_bytes(take(rest)?);
    let scale = Scale {
        normalizing_offset: take(rest)?,
        significant_digits: take(rest)?,
        lowest_discernible_value: take(rest)?,
        highest_trackable_value: take(rest)?,
        integer_to_double_ratio: take(rest)?,
    };
    Some((length, scale))
}

/// Cuts the first bytes off.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}

/// Writes seven bits a byte, the lowest first; the highest bit says that more follow. A ninth byte is
/// the last and holds eight.
fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    for _ in 0..8 {
        if number < 0x80 {
            break;
        }
        bytes.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Cuts one number off; `None` if the bytes end within it.
fn read_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for group in 0..8 {
        let [byte] = take(rest)?;
        number |= u64::from(byte & 0x7f) << (7 * group);
        if byte < 0x80 {
            return Some(number);
        }
    }
    let [last] = take(rest)?;
    Some(number | u64::from(last) << 56)
}

#[cfg(test)]
mod tests {
    use hdrhistogram::{
        Histogram,
        serialization::{Deserializer, Serializer, V2DeflateSerializer, V2Serializer},
    };
    use proptest::prelude::*;

    use super::*;
    use crate::bins::{index_of, middle_of};

    /// The header of a histogram whose counts take so many bytes.
    fn header(length: u32) -> Vec<u8> {
        let mut bytes = COOKIE.to_vec();
        bytes.extend(length.to_be_bytes());
        Scale::OURS.write(&mut bytes);
        bytes
    }

    /// The same bins in the established implementation for Rust.
    fn established(bins: &[Bin]) -> Histogram<u64> {
        let mut histogram = Histogram::new_with_bounds(1, MAX_MICROS, 3).unwrap();
        for bin in bins {
            histogram.record_n(middle_of(bin.index), bin.count).unwrap();
        }
        histogram
    }

    fn any_bins() -> impl Strategy<Value = Vec<Bin>> {
        let count = prop_oneof![1..300_u64, 1..=MAX_BIN_COUNT];
        proptest::collection::btree_map(0..BIN_COUNT, count, 0..60).prop_map(|counts| {
            counts
                .into_iter()
                .map(|(index, count)| Bin { index, count })
                .collect()
        })
    }

    #[test]
    fn nothing_and_one_value_are_a_header_and_a_few_bytes() {
        assert_eq!(encode(&[]), [header(1), vec![0]].concat());
        // 1500 empty bins, and one that counts 1.
        let bin = Bin {
            index: 1500,
            count: 1,
        };
        assert_eq!(encode(&[bin]), [header(3), vec![0xb7, 0x17, 2]].concat());
    }

    #[test]
    fn what_is_no_histogram_of_ours_is_told_apart() {
        use HistogramError as E;
        let compressed = {
            let mut bytes = Vec::new();
            V2DeflateSerializer::new()
                .serialize(&established(&[]), &mut bytes)
                .unwrap();
            bytes
        };
        let two_digits = {
            let mut bytes = Vec::new();
            let histogram = Histogram::<u64>::new_with_bounds(1, 1000, 2).unwrap();
            V2Serializer::new()
                .serialize(&histogram, &mut bytes)
                .unwrap();
            bytes
        };
        let beyond = {
            let mut bytes = Vec::new();
            let mut histogram = Histogram::<u64>::new_with_bounds(1, 4 * MAX_MICROS, 3).unwrap();
            histogram.record(3 * MAX_MICROS).unwrap();
            V2Serializer::new()
                .serialize(&histogram, &mut bytes)
                .unwrap();
            bytes
        };
        let wrong_length = |declared, actual| E::WrongLength { declared, actual };
        for (bytes, error) in [
            (vec![], E::NotAHistogram),
            (b"a text and no histogram".to_vec(), E::NotAHistogram),
            (compressed, E::Compressed),
            (header(0)[..39].to_vec(), E::CutHeader { length: 39 }),
            (two_digits, E::OtherScale),
            (header(1), wrong_length(1, 0)),
            ([header(1), vec![0, 0]].concat(), wrong_length(1, 2)),
            (header(u32::MAX), wrong_length(u32::MAX, 0)),
            ([header(1), vec![0x80]].concat(), E::CutCount),
            (beyond, E::BeyondMaximum),
            (
                [
                    header(9),
                    vec![0xfe, 255, 255, 255, 255, 255, 255, 255, 255],
                ]
                .concat(),
                E::ImpossibleCount {
                    count: u64::MAX >> 1,
                },
            ),
        ] {
            assert_eq!(decode(&bytes), Err(error));
        }
    }

    #[test]
    fn the_longest_run_of_empty_bins_overflows_nothing() {
        let run = vec![0xff; 9];
        assert_eq!(decode(&[header(9), run.clone()].concat()), Ok(vec![]));
        let counted_after_three = [header(28), run.repeat(3), vec![2]].concat();
        assert_eq!(
            decode(&counted_after_three),
            Err(HistogramError::BeyondMaximum)
        );
    }

    proptest! {
        #[test]
        fn the_bytes_are_those_of_the_established_implementation(bins in any_bins()) {
            let mut bytes = Vec::new();
            V2Serializer::new().serialize(&established(&bins), &mut bytes).unwrap();
            prop_assert_eq!(encode(&bins), bytes);
        }

        #[test]
        fn the_established_implementation_reads_the_same_bins(bins in any_bins()) {
            let read: Histogram<u64> =
                Deserializer::new().deserialize(&mut &encode(&bins)[..]).unwrap();
            let read: Vec<_> = read
                .iter_recorded()
                .map(|step| Bin {
                    index: index_of(step.value_iterated_to()),
                    count: step.count_at_value(),
                })
                .collect();
            prop_assert_eq!(read, bins);
        }

        #[test]
        fn decoding_gives_back_what_was_encoded(bins in any_bins()) {
            prop_assert_eq!(decode(&encode(&bins)), Ok(bins));
        }

        #[test]
        fn any_bytes_are_decoded_or_refused(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }

        #[test]
        fn any_counts_are_decoded_in_order_and_in_proportion_or_refused(counts: Vec<u8>) {
            let bytes = [header(counts.len() as u32), counts.clone()].concat();
            if let Ok(bins) = decode(&bytes) {
                prop_assert!(bins.len() <= counts.len());
                prop_assert!(bins.iter().all(|bin| bin.index < BIN_COUNT && bin.count > 0));
                prop_assert!(bins.windows(2).all(|pair| pair[0].index < pair[1].index));
                prop_assert_eq!(decode(&encode(&bins)), Ok(bins));
            }
        }
    }
}

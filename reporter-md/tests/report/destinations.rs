//! How documents get to where they go.

use std::io::{self, Write};

use reporter_md::{ReportOptions, write_recorded_report, write_report};

use crate::{fixtures::*, recorded_fixtures::clean};

/// Takes what it is given, and remembers the largest piece and the sum.
#[derive(Default)]
struct Scale {
    largest: usize,
    total: usize,
}

impl Write for Scale {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.largest = self.largest.max(piece.len());
        self.total += piece.len();
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_hundred_thousand_cases_are_written_in_small_pieces() {
    let mut of_two = Scale::default();
    let mut of_many = Scale::default();
    let one = passed_case();
    for (scale, count) in [(&mut of_two, 2), (&mut of_many, 100_000)] {
        let cases = (0..count).map(|_| one.clone()).collect();
        write_report(&results(cases), &ReportOptions::default(), scale).expect("taken");
    }
    assert!(of_many.total > 30_000_000, "{} bytes", of_many.total);
    assert!(
        of_many.largest <= 64 * 1024,
        "{} bytes at once",
        of_many.largest
    );
}

#[test]
fn an_error_of_the_destination_is_passed_on() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let options = ReportOptions::default();
    for written in [
        write_report(&results(Vec::new()), &options, &mut Full),
        write_recorded_report(&clean(), &options, &mut Full),
    ] {
        let error = written.expect_err("no space");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}

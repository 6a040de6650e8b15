//! How documents get to where they go.

use std::io::{self, Write};

use reporter_html::{ReportOptions, write_recorded_report, write_report};

use crate::{fixtures::*, recorded_fixtures::clean};

#[test]
fn a_hundred_thousand_cases_are_a_document_of_that_many_articles() {
    let one = passed_case();
    let cases = (0..100_000).map(|_| one.clone()).collect();
    let document = report(&results(cases));
    assert_eq!(document.matches("<article id=").count(), 100_000);
    assert!(document.len() < 150_000_000, "{} bytes", document.len());
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

//! A report written, read, and rendered again.

use reporter_json::{RecordedReport, Report, RunReport, read, write_recorded_report, write_report};
use runner_core::{
    recorded::{Graduation, RecordedRun},
    results::RunResults,
};

use crate::schema::validated;

/// Everything that can be made of results, in all formats.
#[derive(PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) markdown: String,
    pub(crate) html: String,
    pub(crate) json: String,
}

impl Rendered {
    pub(crate) fn of_run(results: &RunResults, graduation: Option<&Graduation>) -> Self {
        let (mut markdown, mut html, mut json) = (Vec::new(), Vec::new(), Vec::new());
        let report = reporter_md::Report {
            results,
            graduation,
        };
        reporter_md::write_report(report, &Default::default(), &mut markdown).expect("Markdown");
        let report = reporter_html::Report {
            results,
            graduation,
        };
        reporter_html::write_report(report, &Default::default(), &mut html).expect("HTML");
        let report = RunReport {
            results,
            graduation,
            exit_codes: &[99, 100],
        };
        write_report(report, &mut json).expect("JSON");
        Self::of_bytes(markdown, html, json)
    }

    pub(crate) fn of_recorded(run: &RecordedRun) -> Self {
        let (mut markdown, mut html, mut json) = (Vec::new(), Vec::new(), Vec::new());
        let options = Default::default();
        reporter_md::write_recorded_report(run, &options, &mut markdown).expect("Markdown");
        let options = Default::default();
        reporter_html::write_recorded_report(run, &options, &mut html).expect("HTML");
        let report = RecordedReport {
            run,
            exit_codes: &[104],
        };
        write_recorded_report(report, &mut json).expect("JSON");
        Self::of_bytes(markdown, html, json)
    }

    fn of_bytes(markdown: Vec<u8>, html: Vec<u8>, json: Vec<u8>) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self {
            markdown: text(markdown),
            html: text(html),
            json: text(json),
        }
    }

    /// What comes of the JSON when it is read.
    pub(crate) fn again(&self) -> Self {
        validated(self.json.as_bytes());
        match read(self.json.as_bytes()).expect("it can be read") {
            Report::Run {
                results,
                graduation,
                exit_codes,
            } => {
                assert_eq!(exit_codes, [99, 100]);
                Self::of_run(&results, graduation.as_ref())
            }
            Report::Recorded { run, exit_codes } => {
                assert_eq!(exit_codes, [104]);
                Self::of_recorded(&run)
            }
        }
    }

    /// Fails where something is not what it was.
    pub(crate) fn survives_reading(&self) {
        let again = self.again();
        assert_same("Markdown", &self.markdown, &again.markdown);
        assert_same("JSON", &self.json, &again.json);
        assert_same("HTML", &self.html, &again.html);
    }
}

/// Fails with the first line that differs: the whole documents would fill screens.
fn assert_same(format: &str, one: &str, other: &str) {
    for (line, (one, other)) in (1..).zip(one.lines().zip(other.lines())) {
        assert_eq!(one, other, "{format}, line {line}");
    }
    assert_eq!(one.len(), other.len(), "{format}");
}

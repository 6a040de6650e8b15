//! `gauntlet graduation`: how far suites are from ten successes to a failure.

use std::path::Path;

use jiff::tz::TimeZone;
use run_ledger::LedgerError;
use run_stats::SuccessRatio;
use runner_core::{
    recorded::{GRADUATION_RATIO, Graduation},
    text::{Grouped, Share, short_hash},
};
use serde::Serialize;

use super::{
    OpenLedger,
    json::{self, ShareJson},
    page::Page,
    table::{
        Column::{Left, Right},
        Table,
    },
    words::{self, ShortShare},
};
use crate::{
    args::{CommonArgs, GraduationArgs},
    error::CliError,
    exit::Exit,
    streams,
};

/// Shows the graduation of one suite, or of all in the ledger.
pub(crate) fn graduation(common: &CommonArgs, args: &GraduationArgs) -> Result<Exit, CliError> {
    let ledger = OpenLedger::open(common, &args.output.ledger)?;
    let graduations = ledger.reader.graduations(args.suite.as_deref())?;
    if let (true, Some(suite)) = (graduations.is_empty(), &args.suite) {
        let (path, selector) = (ledger.path, format!("of the suite {suite:?}"));
        return Err(LedgerError::NoSuchRun { path, selector }.into());
    }
    if args.output.json {
        json::print(&GraduationsJson {
            ledger: ledger.path.display().to_string(),
            required_ratio: GRADUATION_RATIO,
            suites: graduations.iter().map(GraduationJson::from).collect(),
        })?;
    } else {
        streams::print(page(&ledger.path, &graduations, &TimeZone::system()))?;
    }
    Ok(Exit::Success)
}

fn page(ledger: &Path, graduations: &[Graduation], zone: &TimeZone) -> Page {
    let mut page = Page::default();
    if graduations.is_empty() {
        page.line(format_args!(
            "the ledger {} has no runs yet that count for a graduation",
            ledger.display()
        ));
    }
    for graduation in graduations {
        page.section(words::from_here(&graduation.suite_path));
        add_to(&mut page, graduation, zone);
    }
    page
}

/// Adds what there is to say about one suite.
pub(super) fn add_to(page: &mut Page, graduation: &Graduation, zone: &TimeZone) {
    let (current, overall) = (graduation.current(), graduation.overall);
    page.facts([
        ("graduated", standing(current)),
        ("since it changed last", ratio(current)),
        ("over all", ratio(overall)),
    ]);
    let mut table = Table::new([
        Left("version"),
        Left("since"),
        Right("runs"),
        Left("successes:failures"),
        Left("rate"),
    ]);
    for version in &graduation.versions {
        table.push([
            short_hash(&version.hash).to_owned(),
            words::moment(&version.since.to_zoned(zone.clone())),
            Grouped(version.runs).to_string(),
            version.ratio.to_string(),
            ShortShare(version.ratio.proportion()).to_string(),
        ]);
    }
    page.table(&table);
}

/// Whether this is enough, and if not, what is missing.
fn standing(ratio: SuccessRatio) -> String {
    let asked = format!("{GRADUATION_RATIO}:1");
    if ratio.is_certain(GRADUATION_RATIO) {
        format!("yes: more than {asked}, with 95% confidence")
    } else if ratio.reaches(GRADUATION_RATIO) {
        format!("yes: at least {asked}, though not yet with 95% confidence")
    } else {
        let missing = missing(ratio);
        let noun = if missing == 1 { "success" } else { "successes" };
        format!(
            "no: {} more {noun} without a failure would make {asked}",
            Grouped(missing)
        )
    }
}

/// How many successes in a row are missing.
fn missing(ratio: SuccessRatio) -> u64 {
    let required = GRADUATION_RATIO * ratio.failures().max(1) as f64;
    (required.ceil() as u64).saturating_sub(ratio.successes())
}

/// `18:2 (9.0:1)`, with the rate and its interval.
fn ratio(ratio: SuccessRatio) -> String {
    format!("{ratio}, {}", Share(ratio.proportion()))
}

#[derive(Serialize)]
struct GraduationsJson<'a> {
    ledger: String,
    required_ratio: f64,
    suites: Vec<GraduationJson<'a>>,
}

/// How far a suite is.
#[derive(Serialize)]
pub(super) struct GraduationJson<'a> {
    suite: String,
    graduated: bool,
    /// Whether more successes to a failure than required are certain at 95 % confidence.
    certain: bool,
    missing_successes: u64,
    current: ShareJson,
    overall: ShareJson,
    versions: Vec<VersionJson<'a>>,
}

#[derive(Serialize)]
struct VersionJson<'a> {
    suite_hash: &'a str,
    since: String,
    runs: u64,
    success: ShareJson,
}

impl<'a> From<&'a Graduation> for GraduationJson<'a> {
    fn from(graduation: &'a Graduation) -> Self {
        let current = graduation.current();
        let versions = graduation.versions.iter();
        Self {
            suite: words::from_here(&graduation.suite_path),
            graduated: graduation.has_graduated(),
            certain: current.is_certain(GRADUATION_RATIO),
            missing_successes: missing(current),
            current: current.into(),
            overall: graduation.overall.into(),
            versions: versions
                .map(|version| VersionJson {
                    suite_hash: &version.hash,
                    since: version.since.to_string(),
                    runs: version.runs,
                    success: version.ratio.into(),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use runner_core::recorded::SuiteHistory;

    use super::*;

    #[test]
    fn what_is_missing_is_counted_in_successes() {
        for (successes, failures, words) in [
            (
                0,
                0,
                "no: 10 more successes without a failure would make 10:1",
            ),
            (9, 0, "no: 1 more success without a failure would make 10:1"),
            (
                18,
                2,
                "no: 2 more successes without a failure would make 10:1",
            ),
            (
                20,
                2,
                "yes: at least 10:1, though not yet with 95% confidence",
            ),
            (100, 0, "yes: more than 10:1, with 95% confidence"),
        ] {
            let ratio = SuccessRatio::new(successes, failures);
            assert_eq!(standing(ratio), words);
            assert_eq!(missing(ratio) == 0, ratio.reaches(GRADUATION_RATIO));
        }
    }

    #[test]
    fn the_latest_version_decides_and_all_are_listed() {
        let version = |hash: &str, successes, failures| SuiteHistory {
            hash: hash.into(),
            since: Timestamp::UNIX_EPOCH,
            runs: 2,
            ratio: SuccessRatio::new(successes, failures),
        };
        let graduation = Graduation {
            suite_path: "a.json".into(),
            overall: SuccessRatio::new(50, 15),
            versions: vec![version("new", 40, 0), version("old", 10, 15)],
        };
        let shown = page(Path::new("x"), &[graduation], &TimeZone::UTC).to_string();
        assert!(
            shown.contains("graduated              yes: more than 10:1"),
            "{shown}"
        );
        assert!(
            shown.contains("over all               50:15 (3.3:1), 76.9%"),
            "{shown}"
        );
        let places = ["new ", "old "].map(|hash| shown.find(hash).expect("listed"));
        assert!(places[0] < places[1], "{shown}");
    }
}

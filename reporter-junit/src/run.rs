//! The document on a run that went once over its suite.

use std::io::{self, Write};

use runner_core::{plain::of_the_whole, results::RunResults, words::Problem};

use crate::{
    ReportOptions,
    trials::{Kinds, Trials},
    whole::{Seconds, Whole},
    xml::Xml,
};

/// Writes the whole document.
pub(crate) fn write(
    out: &mut impl Write,
    results: &RunResults,
    options: &ReportOptions,
) -> io::Result<()> {
    let problems = results.problems.iter().map(Problem::from).collect();
    let cases = || {
        let cases = results.cases.iter();
        cases.map(|case| Trials::of(case, &results.problems))
    };
    let whole = Whole {
        run: &results.run,
        elapsed: results.elapsed,
        gates: &results.gates,
        problems: of_the_whole(problems, &results.cases),
        cases: Kinds::of(cases().map(|trials| trials.kind())),
    };
    whole.write(out, |xml| {
        let stem = &results.run.suite_stem;
        cases().try_for_each(|trials| write_case(xml, stem, &trials, options))
    })
}

fn write_case(
    xml: &mut Xml<'_, impl Write>,
    stem: &str,
    trials: &Trials<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let case = trials.case();
    let class = match &case.category {
        Some(category) => format!("{stem}.{category}"),
        None => stem.to_owned(),
    };
    xml.open(
        "testcase",
        &[
            ("name", &case.id),
            ("classname", &class),
            ("time", &Seconds(trials.elapsed().as_secs_f64())),
        ],
    )?;
    trials.write(xml, options)?;
    xml.close()
}

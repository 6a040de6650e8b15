//! The document on a run that went once over its suite.

use std::io::{self, Write};

use runner_core::{
    results::{CaseResult, RunResults},
    words::Problem,
};

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
    let whole = Whole {
        run: &results.run,
        elapsed: results.elapsed,
        gates: &results.gates,
        problems: results.problems.iter().map(Problem::from).collect(),
        cases: Kinds::of(results.cases.iter().map(|case| Trials::of(case).kind())),
    };
    whole.write(out, |xml| {
        let mut cases = results.cases.iter();
        cases.try_for_each(|case| write_case(xml, &results.run.suite_stem, case, options))
    })
}

fn write_case(
    xml: &mut Xml<'_, impl Write>,
    stem: &str,
    result: &CaseResult,
    options: &ReportOptions,
) -> io::Result<()> {
    let case = &*result.case;
    let trials = Trials::of(result);
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
    trials.write(xml, case.expected_exit_code, options)?;
    xml.close()
}

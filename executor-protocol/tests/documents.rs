//! What the documents say about findings is what the code says.

use executor_protocol::FindingCode;

#[test]
fn every_finding_stands_in_the_documents_with_its_severity_and_meaning() {
    let page = include_str!("../../docs/findings.md");
    let rows = FindingCode::ALL.iter().map(|code| {
        format!(
            "| `{code}` | {} | {} |",
            code.severity(),
            code.description()
        )
    });
    let rows: Vec<_> = rows.collect();
    let listed: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert_eq!(listed, rows);
}

//! What the documents say about metrics is what the code says.

use run_metrics::{BUCKETS, LOAD_METRICS, MAX_CASES, MAX_LABEL_BYTES, METRICS};

#[test]
fn every_metric_stands_in_the_documents_with_its_kind_labels_and_meaning() {
    let page = include_str!("../../../docs/metrics.md");
    let rows = METRICS.iter().chain(LOAD_METRICS).map(|metric| {
        let labels: Vec<_> = metric.labels.iter().map(|it| format!("`{it}`")).collect();
        format!(
            "| `{}` | {} | {} | {} |",
            metric.name,
            metric.kind,
            labels.join(", "),
            metric.help
        )
    });
    let rows: Vec<_> = rows.collect();
    let listed: Vec<_> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    assert_eq!(listed, rows);
    let bounds: Vec<_> = BUCKETS.iter().map(ToString::to_string).collect();
    for said in [
        format!("{} seconds", bounds.join(", ")),
        format!("first {MAX_CASES} cases"),
        format!("{MAX_LABEL_BYTES} bytes"),
    ] {
        assert!(page.contains(&said), "{said}");
    }
}

//! How pages look: dark and light, on a desk and on a phone.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{
    Test,
    browser::{Browser, Look},
    day::Day,
    tools::Tools,
};

pub(crate) const ALL: &[Test] = &[
    (
        "pages_fit_a_phone_and_can_be_read_in_the_light_and_in_the_dark",
        pages_fit_a_phone_and_can_be_read_in_the_light_and_in_the_dark,
    ),
    (
        "each_check_finds_what_it_is_for",
        each_check_finds_what_it_is_for,
    ),
];

const LIGHT: Look = Look {
    width: 1200,
    height: 1180,
    scheme: "light",
};

pub(crate) const LOOKS: [(&str, Look); 4] = [
    ("light", LIGHT),
    (
        "dark",
        Look {
            scheme: "dark",
            ..LIGHT
        },
    ),
    (
        "phone-dark",
        Look {
            width: 360,
            height: 2400,
            scheme: "dark",
        },
    ),
    (
        "phone-light",
        Look {
            width: 360,
            height: 2400,
            scheme: "light",
        },
    ),
];

fn pages_fit_a_phone_and_can_be_read_in_the_light_and_in_the_dark(tools: &Tools) {
    let browser = Browser::start(tools);
    let day = Day::start();
    let settled = "text('last-line').startsWith('step') && text('drift') !== ''";
    look_at(&browser, "live-page", &day.url, settled);
    let of_ledger = format!("{}runs/1", day.url);
    look_at(
        &browser,
        "recorded-page",
        &of_ledger,
        "text('drift') !== ''",
    );
    look_at(&browser, "list", &format!("{}runs", day.url), "id('run-1')");
    let scratch = day.end();
    let report = format!("file://{}", scratch.path("report.html").display());
    look_at(&browser, "report", &report, "true");
}

/// A page with something wrong for each check.
const WRONG: &str = "data:text/html,<h1>One</h1><h3>Three</h3><table><tr><td>a</table>\
    <img src=x onerror='console.error(1)'><p style='color: %23999'>pale</p><p style='width: 2000px'>wide</p>\
    <style>@media print { .tile { display: none } }</style><div class=tile>left out</div>";

fn each_check_finds_what_it_is_for(tools: &Tools) {
    let browser = Browser::start(tools);
    browser.open(WRONG);
    let found = |check: &str| browser.text(&format!("{check}.join(' | ')"));
    for (check, words) in [
        ("injected()", ["IMG", "IMG"]),
        ("accessibility()", ["a level is left out", "no caption"]),
        ("overflow()", ["2008", "P  wide"]),
        ("contrast()", ["P", "rgb(153, 153, 153)"]),
    ] {
        let found = found(check);
        assert!(
            words.iter().all(|it| found.contains(it)),
            "{check}: {found}"
        );
    }
    assert!(browser.text("focus()").ends_with("(not seen)"));
    browser.look_printed();
    assert!(found("leftOut()").contains("left out"));
    browser.wait_until("document.images[0].complete");
    assert_ne!(browser.console(), [""; 0]);
}

/// Looks at a page in every way, and takes pictures of it.
#[track_caller]
fn look_at(browser: &Browser, name: &str, url: &str, settled: &str) {
    browser.open(url);
    browser.wait_until(settled);
    browser.finds_nothing("accessibility()");
    for (look, how) in LOOKS {
        browser.look(how);
        browser.finds_nothing("overflow()");
        browser.finds_nothing("contrast()");
        let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        browser.screenshot(&pictures.join(format!("{name}-{look}.png")));
    }
    if let Some(folder) = of_readme().filter(|_| matches!(name, "live-page" | "report")) {
        let height = if name == "report" { 1700 } else { LIGHT.height };
        browser.look(Look { height, ..LIGHT });
        browser.screenshot(&folder.join(format!("{name}.png")));
    }
}

/// Where pictures of the README are to go, if they are asked for: from the top of the repository.
fn of_readme() -> Option<PathBuf> {
    let folder = env::var_os("GAUNTLET_SCREENSHOTS")?;
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Some(top.join(folder))
}

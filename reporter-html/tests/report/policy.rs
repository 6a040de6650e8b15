//! What every document keeps to: nothing from elsewhere, names for everything, a way through by keyboard
//! and ear.

use std::collections::BTreeSet;

use sample_results::{
    capacity::{eventful_capacity, found_capacity},
    load::{calm_load, eventful_load},
};

use crate::{
    capacity,
    dom::{Document, Element},
    fixtures::{self, agent_case, answer, eventful_run},
    load,
    recorded_fixtures::{self, clean, eventful, interim, soak},
};

fn documents() -> Vec<Document> {
    let agents = vec![agent_case(Some(answer())), agent_case(None)];
    [
        fixtures::report(&fixtures::results(Vec::new())),
        fixtures::report(&fixtures::results(agents)),
        fixtures::report(&eventful_run()),
        recorded_fixtures::report(&soak(&[])),
        recorded_fixtures::report(&clean()),
        recorded_fixtures::report(&eventful()),
        recorded_fixtures::report(&interim()),
        load::report(&eventful_load()),
        load::report(&calm_load()),
        capacity::report(&eventful_capacity()),
        capacity::report(&found_capacity()),
    ]
    .map(|document| Document::read(&document))
    .into()
}

fn all_elements() -> Vec<Element> {
    documents().iter().flat_map(Document::elements).collect()
}

#[test]
fn nothing_is_asked_of_another_host() {
    for element in all_elements() {
        for (name, value) in element.attributes() {
            let is_of_here = match &*name {
                "src" | "srcset" | "action" | "formaction" | "data" | "poster" | "style" => false,
                "href" => value.starts_with('#') || value.starts_with("data:image/svg+xml,"),
                _ => !value.contains("url(") && !name.starts_with("on"),
            };
            assert!(is_of_here, "<{} {name}={value:?}>", element.name());
        }
        let name = element.name();
        let loads = [
            "script", "img", "iframe", "object", "embed", "base", "form", "use", "image",
        ];
        assert!(!loads.contains(&&*name), "<{name}>");
    }
}

#[test]
fn the_policy_comes_first_and_allows_nothing_but_this_one_style() {
    for document in documents() {
        let metas = document.all("meta");
        let names: Vec<_> = metas.iter().map(|it| it.attribute("http-equiv")).collect();
        assert_eq!(names[1].as_deref(), Some("Content-Security-Policy"));
        let policy = metas[1].attribute("content").expect("a policy");
        let rules: Vec<_> = policy.split("; ").collect();
        assert_eq!(rules[0], "default-src 'none'");
        assert!(rules[1].starts_with("style-src 'sha256-"));
        assert_eq!(
            rules[2..],
            ["img-src data:", "base-uri 'none'", "form-action 'none'"]
        );
        assert_eq!(document.all("style").len(), 1);
    }
}

#[test]
fn ids_are_unique_and_links_lead_to_them() {
    for document in documents() {
        let mut ids = BTreeSet::new();
        for element in document.elements() {
            if let Some(id) = element.attribute("id") {
                assert!(ids.insert(id.clone()), "{id} is there twice");
            }
        }
        for element in document.elements() {
            let href = element
                .attribute("href")
                .filter(|href| href.starts_with('#'));
            let labels = element.attribute("aria-labelledby").unwrap_or_default();
            let labels = labels.split_whitespace().map(str::to_owned);
            for id in labels.chain(href.map(|href| href[1..].to_owned())) {
                assert!(ids.contains(&id), "{id} is nowhere");
            }
        }
    }
}

#[test]
fn tables_have_captions_and_heads() {
    for document in documents() {
        for table in document.all("table") {
            assert_eq!(table.all("caption").len(), 1);
            for row in table.all("tbody").iter().flat_map(|body| body.all("tr")) {
                assert_eq!(row.all("th").len(), 1, "{:?}", row.text());
            }
            for head in table.all("th") {
                assert!(head.attribute("scope").is_some(), "{:?}", head.text());
            }
        }
    }
}

#[test]
fn pictures_have_names_or_are_told_beside() {
    for picture in all_elements().iter().filter(|it| it.name() == "svg") {
        if picture.attribute("aria-hidden").as_deref() == Some("true") {
            continue;
        }
        assert_eq!(picture.attribute("role").as_deref(), Some("img"));
        assert!(picture.attribute("aria-labelledby").is_some());
        let [title, desc] = ["title", "desc"].map(|name| picture.all(name).remove(0).text());
        assert!(!title.is_empty() && !desc.is_empty());
    }
}

#[test]
fn headings_go_down_one_by_one_from_a_single_first_one() {
    for document in documents() {
        let mut before = 0;
        let mut firsts = 0;
        for element in document.elements() {
            let name = element.name();
            let level = match name.strip_prefix('h').map(str::parse::<u32>) {
                Some(Ok(level)) => level,
                _ => continue,
            };
            assert!(
                level <= before + 1,
                "{:?} after a level {before}",
                element.text()
            );
            assert!(!element.text().trim().is_empty());
            before = level;
            firsts += u32::from(level == 1);
        }
        assert_eq!(firsts, 1);
        assert_eq!(document.all("main").len(), 1);
        assert_eq!(
            document.all("html")[0].attribute("lang").as_deref(),
            Some("en")
        );
    }
}

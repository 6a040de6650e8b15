//! Pages as browsers read them.

use html5ever::{
    ParseOpts, parse_document, tendril::TendrilSink as _, tree_builder::TreeBuilderOpts,
};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element with its attributes and all text in it.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes.find_map(|(found, value)| (found == name).then_some(&**value))
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| &**name)
    }
}

/// A page, read.
#[derive(Debug)]
pub(crate) struct Page(pub(crate) Vec<Element>);

impl Page {
    /// Reads a page; a panic if a browser would have to guess what it means.
    pub(crate) fn read(text: &str) -> Self {
        let options = ParseOpts {
            tree_builder: TreeBuilderOpts {
                exact_errors: true,
                ..TreeBuilderOpts::default()
            },
            ..ParseOpts::default()
        };
        let dom = parse_document(RcDom::default(), options).one(text);
        let errors = dom.errors.borrow();
        assert!(errors.is_empty(), "{errors:?}");
        let mut elements = Vec::new();
        collect(&dom.document, &mut elements);
        Self(elements)
    }

    /// Reads what stands in a page.
    pub(crate) fn of_part(html: &str) -> Self {
        Self::read(&format!(
            "<!DOCTYPE html><html><head><title>x</title></head><body>{html}</body></html>"
        ))
    }

    /// The one element with this id.
    pub(crate) fn id(&self, id: &str) -> &Element {
        let mut found = self.0.iter().filter(|it| it.attribute("id") == Some(id));
        let element = found.next().unwrap_or_else(|| panic!("nothing has {id}"));
        assert!(found.next().is_none(), "one element has {id}");
        element
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&Element> {
        self.0.iter().filter(|it| it.name == name).collect()
    }
}

fn collect(node: &Handle, elements: &mut Vec<Element>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow();
        let attributes = attributes.iter();
        let mut element = Element {
            name: name.local.to_string(),
            attributes: attributes
                .map(|it| (it.name.local.to_string(), it.value.to_string()))
                .collect(),
            text: String::new(),
        };
        text_of(node, &mut element.text);
        elements.push(element);
    }
    for child in node.children.borrow().iter() {
        collect(child, elements);
    }
}

fn text_of(node: &Handle, text: &mut String) {
    if let NodeData::Text { contents } = &node.data {
        text.push_str(&contents.borrow());
    }
    for child in node.children.borrow().iter() {
        text_of(child, text);
    }
}

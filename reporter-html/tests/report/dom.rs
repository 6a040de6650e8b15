//! Documents as browsers read them.

use std::{fmt::Write as _, rc::Rc};

use html5ever::{
    ParseOpts, parse_document, tendril::TendrilSink as _, tree_builder::TreeBuilderOpts,
};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A document, read.
pub(crate) struct Document {
    dom: Rc<RcDom>,
}

impl Document {
    /// Reads a document; a panic if a browser would have to guess what it means.
    pub(crate) fn read(text: &str) -> Self {
        let tree_builder = TreeBuilderOpts {
            exact_errors: true,
            scripting_enabled: false,
            ..TreeBuilderOpts::default()
        };
        let options = ParseOpts {
            tree_builder,
            ..ParseOpts::default()
        };
        let dom = parse_document(RcDom::default(), options).one(text);
        let errors = dom.errors.borrow();
        assert!(
            errors.is_empty(),
            "{} errors, first {:?}",
            errors.len(),
            errors[0]
        );
        drop(errors);
        Self { dom: Rc::new(dom) }
    }

    /// All elements, in the order of the document.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let mut elements = Vec::new();
        collect(&self.dom.document, &self.dom, &mut elements);
        elements
    }

    /// All elements with this name.
    pub(crate) fn all(&self, name: &str) -> Vec<Element> {
        let mut elements = self.elements();
        elements.retain(|element| element.name() == name);
        elements
    }

    /// The element with this id.
    pub(crate) fn id(&self, id: &str) -> Element {
        let mut elements = self.elements();
        elements.retain(|element| element.attribute("id").as_deref() == Some(id));
        assert_eq!(elements.len(), 1, "one element has the id {id}");
        elements.remove(0)
    }

    /// The table with this caption.
    pub(crate) fn table(&self, caption: &str) -> Table {
        let tables = self.all("table");
        let table = tables.iter().find(|table| {
            let captions = table.all("caption");
            captions.iter().any(|it| it.text() == caption)
        });
        Table::read(table.unwrap_or_else(|| panic!("no table {caption:?}")))
    }

    /// The document as a tree, with as much in a line as fits, for people to read and to compare. It is
    /// no HTML: nothing is escaped.
    pub(crate) fn tree(&self) -> String {
        let mut tree = String::new();
        for child in self.dom.document.children.borrow().iter() {
            draw(child, &self.dom, 0, &mut tree);
        }
        tree
    }
}

/// An element. It keeps its document, which else would take its texts with it.
#[derive(Clone)]
pub(crate) struct Element(Handle, Rc<RcDom>);

impl Element {
    pub(crate) fn name(&self) -> String {
        match &self.0.data {
            NodeData::Element { name, .. } => name.local.to_string(),
            other => panic!("{other:?} is no element"),
        }
    }

    pub(crate) fn attributes(&self) -> Vec<(String, String)> {
        match &self.0.data {
            NodeData::Element { attrs, .. } => attrs
                .borrow()
                .iter()
                .map(|it| (it.name.local.to_string(), it.value.to_string()))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.attributes().into_iter();
        attributes.find_map(|(found, value)| (found == name).then_some(value))
    }

    /// The elements with this name inside of this one.
    pub(crate) fn all(&self, name: &str) -> Vec<Element> {
        let mut elements = Vec::new();
        for child in self.0.children.borrow().iter() {
            collect(child, &self.1, &mut elements);
        }
        elements.retain(|element| element.name() == name);
        elements
    }

    /// All text inside.
    pub(crate) fn text(&self) -> String {
        fn gather(node: &Handle, text: &mut String) {
            if let NodeData::Text { contents } = &node.data {
                text.push_str(&contents.borrow());
            }
            for child in node.children.borrow().iter() {
                gather(child, text);
            }
        }
        let mut text = String::new();
        gather(&self.0, &mut text);
        text
    }
}

/// A table, read: its heads and its rows as texts.
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    fn read(table: &Element) -> Self {
        let cells = |row: &Element| {
            let mut cells = row.all("th");
            cells.extend(row.all("td"));
            // In the order in which they stand, whether they are heads or not.
            let children = row.0.children.borrow();
            let place = |cell: &Element| {
                let found = children.iter().position(|it| Rc::ptr_eq(it, &cell.0));
                found.expect("a cell is in its row")
            };
            cells.sort_by_key(place);
            cells.iter().map(Element::text).collect::<Vec<_>>()
        };
        let mut rows = table.all("tr").iter().map(cells).collect::<Vec<_>>();
        let columns = rows.remove(0);
        for row in &rows {
            assert_eq!(
                row.len(),
                columns.len(),
                "{row:?} has a cell for each of {columns:?}"
            );
        }
        Self { columns, rows }
    }

    /// All cells of the column with this head.
    pub(crate) fn column(&self, head: &str) -> Vec<&str> {
        let index = self.columns.iter().position(|column| column == head);
        let index = index.unwrap_or_else(|| panic!("no column {head:?} in {:?}", self.columns));
        self.rows.iter().map(|row| &*row[index]).collect()
    }
}

fn collect(node: &Handle, dom: &Rc<RcDom>, elements: &mut Vec<Element>) {
    if let NodeData::Element { .. } = node.data {
        elements.push(Element(Rc::clone(node), Rc::clone(dom)));
    }
    for child in node.children.borrow().iter() {
        collect(child, dom, elements);
    }
}

/// A node that fits into a line stands in one.
const LINE: usize = 110;

fn draw(node: &Handle, dom: &Rc<RcDom>, depth: usize, tree: &mut String) {
    let indent = "  ".repeat(depth);
    let (mut flat, is_style) = (flat(node, dom), is_style(node));
    if flat.len() <= LINE || is_style || node.children.borrow().is_empty() {
        flat.truncate(if is_style {
            "<style>".len()
        } else {
            flat.len()
        });
        return writeln!(tree, "{indent}{flat}").expect("a string takes all");
    }
    writeln!(tree, "{indent}{}", tag(node, dom)).expect("a string takes all");
    for child in node.children.borrow().iter() {
        draw(child, dom, depth + 1, tree);
    }
}

/// A node with everything inside, in one line. Line breaks are shown as `␊`.
fn flat(node: &Handle, dom: &Rc<RcDom>) -> String {
    let children = node.children.borrow();
    let inside: String = children.iter().map(|child| flat(child, dom)).collect();
    match &node.data {
        NodeData::Doctype { name, .. } => format!("<!DOCTYPE {name}>"),
        NodeData::Text { contents } => contents.borrow().replace('\n', "␊"),
        NodeData::Element { name, .. } => format!("{}{inside}</{}>", tag(node, dom), name.local),
        other => panic!("{other:?} has no place in a report"),
    }
}

fn tag(node: &Handle, dom: &Rc<RcDom>) -> String {
    let element = Element(Rc::clone(node), Rc::clone(dom));
    let mut tag = format!("<{}", element.name());
    for (name, mut value) in element.attributes() {
        // The hash of the style changes with every change of it, and another test looks after it.
        if let Some(hash) = value.find("'sha256-") {
            value.replace_range(hash + 1..value.rfind("='").unwrap_or(hash), "…");
        }
        write!(tag, " {name}={value:?}").expect("a string takes all");
    }
    tag + ">"
}

fn is_style(node: &Handle) -> bool {
    matches!(&node.data, NodeData::Element { name, .. } if *name.local == *"style")
}

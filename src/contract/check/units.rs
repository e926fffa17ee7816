//! The passages of a text, one by one, as a person would point at them: "Ziffer 8 Absatz 2".

use super::passages::Passages;
use crate::contract::resolve::Reading;
use crate::contract::source::{Entry, Kind, Node, Span, Text};
use crate::contract::values::CoveredProduct;
use crate::contract::{Contract, Texts, Values, neutral_values};
use crate::domain::Language;

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassageKind {
    /// A heading with all below it.
    Section,
    /// A paragraph that is in no list.
    Paragraph,
    /// An item of a list with all in it.
    Item,
    /// A table as a whole.
    Table,
    /// The body row of a table, from 0.
    Cells(usize),
    /// A list of terms, or the lines of an address.
    Other,
}

/// A passage of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// File in the folder, like `de/vertrag.dj`.
    pub file: String,
    /// Line number in it, from 1: where a mark for it is written.
    pub line: usize,
    /// What it is.
    pub kind: PassageKind,
    /// The place in the words of a reference, "Ziffer 8 Absatz 2"; the heading where nothing counts.
    pub clause: String,
    /// The headings above it, its own included.
    pub headings: String,
    /// What introduces the list it is in.
    pub lead: String,
    /// Its words; those below it, for a section.
    pub text: String,
    /// The marks it bears itself.
    pub tags: Vec<String>,
    /// Index of each passage around it, outermost first.
    pub above: Vec<usize>,
}

impl Passage {
    /// `de/vertrag.dj:12`.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// Whether it is a piece of text that says something itself, and not a heading over such pieces.
    pub(super) fn is_leaf(&self) -> bool {
        self.kind != PassageKind::Section && !self.text.trim().is_empty()
    }
}

/// Every passage of one language, in reading order. Linear in the length of the text.
pub fn passages(contract: &Contract, language: Language) -> Vec<Passage> {
    let texts = with_ids(contract.texts(language));
    let mut values = neutral_values(language);
    // Every product file is read as it would be printed.
    values.products = texts.products.keys().map(|key| covered(key)).collect();
    collect(contract, &texts, &values, language)
}

fn covered(key: &str) -> CoveredProduct {
    CoveredProduct {
        code: key.to_owned(),
        name: key.to_owned(),
        name_en: key.to_owned(),
        options: Vec::new(),
    }
}

fn collect(
    contract: &Contract,
    texts: &Texts,
    values: &Values,
    language: Language,
) -> Vec<Passage> {
    let reading = Reading::of(&contract.meta, texts, values, language);
    let mut collector = Collector {
        reading: &reading,
        file: String::new(),
        found: Vec::new(),
        above: Vec::new(),
        headings: Vec::new(),
        clause: Vec::new(),
        lead: String::new(),
    };
    for text in texts.all() {
        collector.file.clone_from(&text.file);
        collector.blocks(&text.blocks);
    }
    collector.found
}

struct Collector<'a> {
    reading: &'a Reading<'a>,
    file: String,
    found: Vec<Passage>,
    above: Vec<usize>,
    headings: Vec<String>,
    /// How the places around are named.
    clause: Vec<String>,
    lead: String,
}

impl Collector<'_> {
    fn blocks(&mut self, nodes: &[Node]) {
        let mut before = String::new();
        for node in nodes {
            match &node.kind {
                Kind::Section {
                    id,
                    title,
                    children,
                    ..
                } => {
                    let title = self.reading.words(title);
                    let name = match self.reading.name(id) {
                        Some(name) if !name.is_empty() => name.to_owned(),
                        _ => title.clone(),
                    };
                    self.headings.push(title);
                    self.clause.push(name);
                    let text = self.words_of(children);
                    let at = self.add(node, PassageKind::Section, text);
                    self.above.push(at);
                    self.blocks(children);
                    self.above.pop();
                    self.clause.pop();
                    self.headings.pop();
                }
                Kind::Paragraph(spans) => {
                    before = self.reading.words(spans);
                    self.add(node, PassageKind::Paragraph, before.clone());
                }
                Kind::List { items, .. } => self.list(node, items, &before),
                Kind::Table { head, rows, .. } => self.table(node, head, rows),
                Kind::Definitions(_) | Kind::Contact(_) => {
                    let text = self.words_of(std::slice::from_ref(node));
                    self.add(node, PassageKind::Other, text);
                }
                Kind::Generated(_) => {
                    // Its words come when it is printed; it can bear a mark all the same.
                    self.add(node, PassageKind::Other, String::new());
                }
            }
        }
    }

    fn list(&mut self, list: &Node, items: &[Entry], before: &str) {
        // A mark above a list is one of its first item for whoever looks for the place.
        let mut marks = list.tags.clone();
        let lead = std::mem::replace(&mut self.lead, before.to_owned());
        for entry in items {
            let name = entry.id.as_deref().and_then(|id| self.reading.name(id));
            let named = name.map(str::to_owned);
            let has_name = named.is_some();
            self.clause.extend(named);
            let text = self.words_of(&entry.blocks);
            let mut tags = std::mem::take(&mut marks);
            tags.extend(entry.tags.iter().cloned());
            let at = self.push(entry.line, PassageKind::Item, text, tags);
            self.above.push(at);
            self.inside(&entry.blocks);
            self.above.pop();
            if has_name {
                self.clause.pop();
            }
        }
        self.lead = lead;
    }

    /// What an item holds besides its own words.
    fn inside(&mut self, blocks: &[Node]) {
        let mut before = String::new();
        for node in blocks {
            match &node.kind {
                Kind::Paragraph(spans) => {
                    before = self.reading.words(spans);
                    if !node.tags.is_empty() {
                        self.add(node, PassageKind::Paragraph, before.clone());
                    }
                }
                Kind::List { items, .. } => self.list(node, items, &before),
                Kind::Table { head, rows, .. } => self.table(node, head, rows),
                _ => {}
            }
        }
    }

    fn table(&mut self, node: &Node, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) {
        let text = self.words_of(std::slice::from_ref(node));
        let at = self.add(node, PassageKind::Table, text);
        self.above.push(at);
        // The head and the line of dashes stand above the rows, and so does a line with a mark.
        let first = usize::from(!head.is_empty()) * 2 + usize::from(!node.tags.is_empty());
        for (row, cells) in rows.iter().enumerate() {
            let words: Vec<String> = cells.iter().map(|cell| self.reading.words(cell)).collect();
            self.push(
                node.line + first + row,
                PassageKind::Cells(row),
                words.join(" | "),
                Vec::new(),
            );
        }
        self.above.pop();
    }

    fn add(&mut self, node: &Node, kind: PassageKind, text: String) -> usize {
        self.push(node.line, kind, text, node.tags.clone())
    }

    fn push(&mut self, line: usize, kind: PassageKind, text: String, tags: Vec<String>) -> usize {
        self.found.push(Passage {
            file: self.file.clone(),
            line,
            kind,
            clause: self.clause.last().cloned().unwrap_or_default(),
            headings: self.headings.join(" · "),
            lead: self.lead.clone(),
            text: text.trim().to_owned(),
            tags,
            above: self.above.clone(),
        });
        self.found.len() - 1
    }

    fn words_of(&self, nodes: &[Node]) -> String {
        Passages::printed(nodes, &|spans| self.reading.words(spans))
    }
}

/// The same texts in which every item has an id, so that each has a name.
fn with_ids(texts: &Texts) -> Texts {
    let mut texts = texts.clone();
    let all = std::iter::once(&mut texts.main)
        .chain(&mut texts.annexes)
        .chain(&mut texts.measures)
        .chain(texts.products.values_mut());
    for Text { file, blocks } in all {
        name_items(file, blocks);
    }
    texts
}

fn name_items(file: &str, nodes: &mut [Node]) {
    for node in nodes {
        match &mut node.kind {
            Kind::Section { children, .. } => name_items(file, children),
            Kind::List { items, .. } => {
                for entry in items {
                    let line = entry.line;
                    entry.id.get_or_insert_with(|| format!("{file}:{line}"));
                    name_items(file, &mut entry.blocks);
                }
            }
            Kind::Definitions(entries) => {
                for (_, blocks) in entries {
                    name_items(file, blocks);
                }
            }
            _ => {}
        }
    }
}

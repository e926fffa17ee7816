//! Source and values become a [`Document`]: conditions decided, numbers given, references worded.

use std::collections::{HashMap, HashSet};

use super::source::{Entry, Kind, Node, Span};
use super::tree::{
    Block, Definition, Document, Inline, Item, List, ListStyle, Section, Table, plain,
};
use super::values::Values;
use super::vocabulary::{Condition, Generator};
use super::{Meta, Texts, wording};
use crate::domain::Language;

/// See [`super::Contract::resolve`].
pub fn resolve(meta: &Meta, texts: &Texts, values: &Values, language: Language) -> Document {
    let mut builder = Builder {
        meta,
        texts,
        values,
        language,
        chapter: 0,
        annex: 0,
        parent_number: None,
        sub: 0,
        tables: 0,
        ids: HashSet::new(),
        names: HashMap::new(),
    };
    let preamble = Place(wording::preamble(language).to_owned());
    let mut blocks = builder.blocks(&texts.main.blocks, &preamble, Part::Main);
    for annex in &texts.annexes {
        builder.annex += 1;
        blocks.extend(builder.blocks(&annex.blocks, &preamble, Part::Annex));
    }
    word_references(&mut blocks, &builder.names);
    Document {
        language,
        title: vec![Inline::Text(super::inline::visible(
            meta.title.get(language),
        ))],
        version: meta.number.clone(),
        date: meta.date,
        blocks,
    }
}

pub(super) struct Builder<'a> {
    pub meta: &'a Meta,
    texts: &'a Texts,
    pub values: &'a Values,
    pub language: Language,
    /// Number of the last clause, the last annex, the last `##` in it.
    chapter: u32,
    annex: u32,
    /// What `##` numbers start with; none below a heading without a number.
    parent_number: Option<u32>,
    sub: u32,
    tables: u32,
    ids: HashSet<String>,
    /// Id to the words of a reference to it.
    names: HashMap<String, String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Main,
    Annex,
}

/// The words for where we are: "Ziffer 9 Absatz 2".
struct Place(String);

/// Where lists of one style stopped, as written and as printed.
/// The index is the style.
type Counters = [(u32, u32); 6];

impl Builder<'_> {
    fn holds(&self, conditions: &[Condition]) -> bool {
        conditions.iter().all(|condition| match condition {
            Condition::HasSubPartner => self.values.sub_partner.is_some(),
            Condition::NoSubPartner => self.values.sub_partner.is_none(),
            Condition::Concluded => self.values.conclusion.is_some(),
            Condition::Draft => self.values.conclusion.is_none(),
            Condition::Product(code) => self.values.products.iter().any(|p| p.code == *code),
        })
    }

    fn blocks(&mut self, nodes: &[Node], place: &Place, part: Part) -> Vec<Block> {
        let mut out = Vec::new();
        let mut counters = Counters::default();
        for node in nodes {
            let printed = self.holds(&node.conditions);
            match &node.kind {
                Kind::List {
                    style,
                    start,
                    items,
                } => {
                    self.list(
                        *style,
                        *start,
                        items,
                        printed,
                        place,
                        part,
                        &mut counters,
                        &mut out,
                    );
                }
                _ if !printed => {}
                Kind::Section { .. } => out.extend(self.section(node, part)),
                Kind::Paragraph(spans) => out.push(Block::Paragraph(self.inlines(spans))),
                Kind::Table { .. } => out.extend(self.table(&node.kind)),
                Kind::Definitions(entries) => {
                    let definitions = entries
                        .iter()
                        .map(|(term, blocks)| Definition {
                            term: self.inlines(term),
                            blocks: self.blocks(blocks, place, part),
                        })
                        .collect();
                    out.push(Block::Definitions(definitions));
                }
                Kind::Generated(Generator::Products) => out.extend(self.products(place)),
                Kind::Generated(generator) => out.extend(self.generate(*generator)),
            }
        }
        out
    }

    fn section(&mut self, node: &Node, part: Part) -> Option<Block> {
        let Kind::Section {
            level,
            id,
            numbered,
            title,
            children,
        } = &node.kind
        else {
            return None;
        };
        let title = self.inlines(title);
        let is_annex = part == Part::Annex && *level == 1;
        let label = self.number(*level, *numbered, part);
        let words = match (&label, part) {
            (Some(label), _) if is_annex => label.replace(' ', "\u{a0}"),
            (Some(label), Part::Main) => wording::clause(label, self.language),
            (Some(label), Part::Annex) => format!(
                "{} {}",
                wording::annex(self.annex, self.language).replace(' ', "\u{a0}"),
                wording::clause(label, self.language)
            ),
            (None, _) => wording::untitled_number(&plain(&title), self.language),
        };
        let id = self.claim(id);
        self.names.insert(id.clone(), words.clone());
        let blocks = self.blocks(children, &Place(words), part);
        Some(Block::Section(Section {
            id,
            level: *level,
            label,
            title,
            annex: is_annex,
            blocks,
        }))
    }

    /// The printed number of the next heading of this level.
    fn number(&mut self, level: u8, numbered: bool, part: Part) -> Option<String> {
        match (level, part) {
            (1, Part::Annex) => {
                self.sub = 0;
                self.parent_number = Some(self.annex);
                Some(wording::annex(self.annex, self.language))
            }
            (1, Part::Main) => {
                self.sub = 0;
                self.parent_number = None;
                if !numbered {
                    return None;
                }
                self.chapter += 1;
                self.parent_number = Some(self.chapter);
                Some(self.chapter.to_string())
            }
            (2, _) if numbered => {
                let parent = self.parent_number?;
                self.sub += 1;
                Some(format!("{parent}.{}", self.sub))
            }
            _ => None,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the state of one pass over a block list"
    )]
    fn list(
        &mut self,
        style: ListStyle,
        start: u32,
        items: &[Entry],
        printed: bool,
        place: &Place,
        part: Part,
        counters: &mut Counters,
        out: &mut Vec<Block>,
    ) {
        let counter = counters[style as usize];
        let continued = start > 1 && counter.0 + 1 == start;
        let mut number = if continued {
            counter.1
        } else {
            start.saturating_sub(1)
        };
        let written = (start + u32::try_from(items.len()).unwrap_or(0)).saturating_sub(1);
        let mut done = Vec::new();
        for entry in items.iter().filter(|_| printed) {
            let words = wording::item(&place.0, style, number + 1, self.language);
            let blocks = self.blocks(&entry.blocks, &Place(words.clone()), part);
            if blocks.is_empty() && !entry.blocks.is_empty() {
                continue; // its condition does not hold
            }
            number += 1;
            let id = entry.id.as_ref().map(|id| self.claim(id));
            if let Some(id) = &id {
                self.names.insert(id.clone(), words);
            }
            done.push(Item {
                label: wording::mark(style, number),
                number,
                id,
                blocks,
            });
        }
        counters[style as usize] = (written, number);
        match out.last_mut() {
            _ if done.is_empty() => {}
            Some(Block::List(last)) if last.style == style && continued => {
                last.items.extend(done);
            }
            _ => out.push(Block::List(List { style, items: done })),
        }
    }

    fn table(&mut self, kind: &Kind) -> Option<Block> {
        let Kind::Table {
            id,
            caption,
            head,
            alignments,
            rows,
            legend,
        } = kind
        else {
            return None;
        };
        let caption = self.inlines(caption);
        let table_id = self.table_id(id.as_deref());
        if id.is_some() {
            let words = wording::table(&plain(&caption), self.language);
            self.names.insert(table_id.clone(), words);
        }
        let row = |cells: &[Vec<Span>]| cells.iter().map(|cell| self.inlines(cell)).collect();
        Some(Block::Table(Table {
            id: table_id,
            caption,
            head: row(head),
            alignments: alignments.clone(),
            rows: rows.iter().map(|cells| row(cells)).collect(),
            legend: legend.as_ref().map(|line| self.inlines(line)),
        }))
    }

    pub(super) fn table_id(&mut self, wanted: Option<&str>) -> String {
        self.tables += 1;
        let counted = format!("tabelle-{}", self.tables);
        self.claim(wanted.unwrap_or(&counted))
    }

    fn products(&mut self, place: &Place) -> Vec<Block> {
        let mut done = HashSet::new();
        let mut out = Vec::new();
        for product in &self.values.products {
            if !done.insert(product.code.as_str()) {
                continue; // booked twice, described once
            }
            match self.texts.products.get(&product.code) {
                Some(text) => out.extend(self.blocks(&text.blocks, place, Part::Annex)),
                None => out.push(self.product_without_annex(product)),
            }
        }
        out
    }

    fn product_without_annex(&mut self, product: &super::values::CoveredProduct) -> Block {
        let label = self.number(2, true, Part::Annex);
        let (title, text) = self.without_annex_words(product);
        Block::Section(Section {
            id: self.claim("produkt"),
            level: 2,
            label,
            title,
            annex: false,
            blocks: vec![Block::Paragraph(text)],
        })
    }

    /// An id that no other element of the document has.
    fn claim(&mut self, wanted: &str) -> String {
        let mut id = wanted.to_owned();
        let mut count = 1;
        while !self.ids.insert(id.clone()) {
            count += 1;
            id = format!("{wanted}-{count}");
        }
        id
    }

    fn inlines(&self, spans: &[Span]) -> Vec<Inline> {
        let mut out: Vec<Inline> = Vec::new();
        for span in spans {
            let inline = match span {
                Span::Text(text) => Inline::Text(text.clone()),
                Span::Value(placeholder) => self.value(*placeholder),
                Span::Strong(content) => Inline::Strong(self.inlines(content)),
                Span::Emphasis(content) => Inline::Emphasis(self.inlines(content)),
                Span::Link { target, content } => Inline::Link {
                    target: target.clone(),
                    content: self.inlines(content),
                },
                // Own words of the author; the others follow when all numbers are known.
                Span::Reference { id, content, .. } => Inline::Reference {
                    id: id.clone(),
                    text: plain(&self.inlines(content)),
                },
                Span::Break => Inline::Break,
            };
            match (out.last_mut(), inline) {
                // Composed again: a value may begin with a combining mark.
                (Some(Inline::Text(last)), Inline::Text(text)) => {
                    *last = super::inline::visible(&format!("{last}{text}"));
                }
                (_, inline) => out.push(inline),
            }
        }
        out
    }
}

fn word_references(blocks: &mut [Block], names: &HashMap<String, String>) {
    let inlines = |inlines: &mut Vec<Inline>| word_inlines(inlines, names);
    for block in blocks {
        match block {
            Block::Section(section) => {
                inlines(&mut section.title);
                word_references(&mut section.blocks, names);
            }
            Block::Paragraph(content) => inlines(content),
            Block::List(list) => {
                for item in &mut list.items {
                    word_references(&mut item.blocks, names);
                }
            }
            Block::Table(table) => {
                inlines(&mut table.caption);
                table.head.iter_mut().for_each(inlines);
                table.rows.iter_mut().flatten().for_each(inlines);
                table.legend.iter_mut().for_each(inlines);
            }
            Block::Definitions(definitions) => {
                for definition in definitions {
                    inlines(&mut definition.term);
                    word_references(&mut definition.blocks, names);
                }
            }
        }
    }
}

fn word_inlines(inlines: &mut [Inline], names: &HashMap<String, String>) {
    for inline in inlines {
        match inline {
            Inline::Reference { id, text } if text.is_empty() => {
                // Loading made sure of the target; its id is still better than nothing.
                *text = names.get(id).cloned().unwrap_or_else(|| id.clone());
            }
            Inline::Strong(content) | Inline::Emphasis(content) | Inline::Link { content, .. } => {
                word_inlines(content, names);
            }
            Inline::Text(_) | Inline::Reference { .. } | Inline::Break => {}
        }
    }
}

//! Turns source and values into a [`Document`]: conditions decided, numbers assigned, references
//! worded.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::headings::{Headings, Part, Wanted};
use super::lists::Counters;
use super::source::{Kind, Node, Span};
use super::tree::{Block, Definition, Document, Inline, Section, Table, plain};
use super::values::{CoveredProduct, Values};
use super::vocabulary::{Condition, Generator};
use super::{Meta, Texts, wording};
use crate::domain::Language;
use crate::domain::product::option_key;

/// One language of [`super::Contract::resolve`]; every id begins with `prefix`.
pub fn resolve(
    meta: &Meta,
    texts: &Texts,
    values: &Values,
    language: Language,
    prefix: &'static str,
) -> Document {
    let mut builder = Builder::new(meta, texts, values, language, prefix);
    let mut blocks = builder.whole();
    word_references(&mut blocks, &builder.names);
    Document {
        language,
        title: vec![Inline::Text(super::inline::visible(
            meta.title.get(language),
        ))],
        version: meta.number.clone(),
        date: meta.date,
        sample: meta.sample,
        standing: String::new(),
        blocks,
        translation: None,
    }
}

/// What a reference to each id prints.
pub fn names(
    meta: &Meta,
    texts: &Texts,
    values: &Values,
    language: Language,
) -> BTreeMap<String, String> {
    let mut builder = Builder::new(meta, texts, values, language, "");
    builder.whole();
    builder.names.into_iter().collect()
}

pub(super) struct Builder<'a> {
    pub meta: &'a Meta,
    texts: &'a Texts,
    pub values: &'a Values,
    pub language: Language,
    headings: Headings,
    tables: u32,
    prefix: &'static str,
    ids: HashSet<String>,
    /// The reference text for each id.
    pub names: HashMap<String, String>,
}

/// The present place in the document.
pub(super) struct ResolveContext {
    /// The place in words: "Ziffer 9 Absatz 2".
    pub words: String,
    /// The number that marks like `1.1` begin with.
    pub number: Option<String>,
}

impl<'a> Builder<'a> {
    fn new(
        meta: &'a Meta,
        texts: &'a Texts,
        values: &'a Values,
        language: Language,
        prefix: &'static str,
    ) -> Self {
        Self {
            prefix,
            meta,
            texts,
            values,
            language,
            headings: Headings::new(meta.numbering.get(language), language),
            tables: 0,
            ids: HashSet::new(),
            names: HashMap::new(),
        }
    }

    /// The main text and the annexes; references have no words yet.
    fn whole(&mut self) -> Vec<Block> {
        let preamble = ResolveContext {
            words: wording::preamble(self.language).to_owned(),
            number: None,
        };
        let texts = self.texts;
        let mut blocks = self.blocks(&texts.main.blocks, &preamble, Part::Main);
        for annex in &texts.annexes {
            blocks.extend(self.blocks(&annex.blocks, &preamble, Part::Annex));
        }
        blocks
    }
}

impl Builder<'_> {
    fn holds(&self, conditions: &[Condition]) -> bool {
        conditions.iter().all(|condition| match condition {
            Condition::HasSubPartner => self.values.sub_partner.is_some(),
            Condition::NoSubPartner => self.values.sub_partner.is_none(),
            Condition::Concluded => self.values.conclusion.is_some(),
            Condition::Draft => self.values.conclusion.is_none(),
            Condition::Product(key) => self.values.products.iter().any(|p| p.is_meant_by(key)),
            Condition::ThirdCountry => self.values.has_third_country(),
            Condition::Language(language) => self.language == *language,
        })
    }

    pub(super) fn blocks(
        &mut self,
        nodes: &[Node],
        place: &ResolveContext,
        part: Part,
    ) -> Vec<Block> {
        let mut out = Vec::new();
        let mut counters = Counters::default();
        for node in nodes {
            let printed = self.holds(&node.conditions);
            match &node.kind {
                Kind::List {
                    marks,
                    start,
                    items,
                } => {
                    let list = counters.resume(marks, *start, items.len());
                    let items = items.iter().filter(|_| printed);
                    self.list(list, items, place, part, &mut counters, &mut out);
                }
                _ if !printed => {}
                Kind::Section { .. } => out.extend(self.section(node, part)),
                Kind::Paragraph(spans) => out.push(Block::Paragraph(self.inlines(spans))),
                Kind::Contact(spans) => out.push(Block::Contact(self.contact(spans))),
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
                Kind::Generated(Generator::Measures) => {
                    if let Some(text) = &self.texts.measures {
                        out.extend(self.blocks(&text.blocks, place, Part::Annex));
                    }
                }
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
            number,
            title,
            children,
        } = &node.kind
        else {
            return None;
        };
        let title = self.inlines(title);
        let wanted = number.as_deref().map_or(
            if *numbered {
                Wanted::Next
            } else {
                Wanted::Nothing
            },
            Wanted::This,
        );
        let heading = self.headings.next(part, *level, wanted, &plain(&title));
        let id = self.claim(id);
        self.names.insert(id.clone(), heading.words.clone());
        let place = ResolveContext {
            words: heading.words,
            number: heading.number,
        };
        let blocks = self.blocks(children, &place, part);
        Some(Block::Section(Section {
            id,
            level: *level,
            label: heading.label,
            title,
            annex: part == Part::Annex && *level == 1,
            blocks,
        }))
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

    fn products(&mut self, place: &ResolveContext) -> Vec<Block> {
        let mut done = HashSet::new();
        let mut out = Vec::new();
        for product in &self.values.products {
            if !done.insert(product.code.as_str()) {
                continue; // booked twice, described once
            }
            // Options without a file are described in that of the product.
            let whole = self.texts.products.get(&product.code);
            let mut lacks = whole.is_none() && product.options.is_empty();
            if let Some(text) = whole {
                out.extend(self.blocks(&text.blocks, place, Part::Annex));
            }
            for option in &product.options {
                let key = option_key(&product.code, &option.code);
                match self.texts.products.get(&key) {
                    Some(text) => out.extend(self.blocks(&text.blocks, place, Part::Annex)),
                    None => lacks |= whole.is_none(),
                }
            }
            if lacks {
                out.push(self.product_without_annex(product));
            }
        }
        out
    }

    fn product_without_annex(&mut self, product: &CoveredProduct) -> Block {
        let (title, text) = self.without_annex_words(product);
        let heading = self
            .headings
            .next(Part::Annex, 2, Wanted::Next, &plain(&title));
        Block::Section(Section {
            id: self.claim("produkt"),
            level: 2,
            label: heading.label,
            title,
            annex: false,
            blocks: vec![Block::Paragraph(text)],
        })
    }

    /// An id that no other element of the document has.
    pub(super) fn claim(&mut self, wanted: &str) -> String {
        let mut id = format!("{}{wanted}", self.prefix);
        let mut count = 1;
        while !self.ids.insert(id.clone()) {
            count += 1;
            id = format!("{}{wanted}-{count}", self.prefix);
        }
        id
    }

    pub(super) fn inlines(&self, spans: &[Span]) -> Vec<Inline> {
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
                // The author's own text for a reference; others are set when all numbers are known.
                Span::Reference { id, content, .. } => Inline::Reference {
                    id: format!("{}{id}", self.prefix),
                    text: plain(&self.inlines(content)),
                },
                Span::Break => Inline::Break,
            };
            match (out.last_mut(), inline) {
                (Some(Inline::Text(last)), Inline::Text(text)) => last.push_str(&text),
                (_, inline) => out.push(inline),
            }
        }
        // Composed again, because a value may begin with a combining mark; once for each run,
        // because otherwise a text of many pieces would be read anew for every piece (A3).
        for inline in &mut out {
            if let Inline::Text(text) = inline {
                *text = super::inline::visible(text);
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
            Block::Paragraph(content) | Block::Contact(content) => inlines(content),
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
                // Loading has checked that the target exists; if not, its id is better than
                // nothing.
                *text = names.get(id).cloned().unwrap_or_else(|| id.clone());
            }
            Inline::Strong(content) | Inline::Emphasis(content) | Inline::Link { content, .. } => {
                word_inlines(content, names);
            }
            Inline::Text(_) | Inline::Reference { .. } | Inline::Break => {}
        }
    }
}

/// What a reader sees of single blocks: the words of references and values as they are printed.
pub(super) struct Reading<'a>(Builder<'a>);

impl<'a> Reading<'a> {
    /// Goes through the whole text once, so that every place has its number.
    pub(super) fn of(
        meta: &'a Meta,
        texts: &'a Texts,
        values: &'a Values,
        language: Language,
    ) -> Self {
        let mut builder = Builder::new(meta, texts, values, language, "");
        builder.whole();
        Self(builder)
    }

    /// How a reference names the place with this id: "Ziffer 9 Absatz 2".
    pub(super) fn name(&self, id: &str) -> Option<&str> {
        self.0.names.get(id).map(String::as_str)
    }

    /// The words of a run of text.
    pub(super) fn words(&self, spans: &[Span]) -> String {
        let own: Vec<Span> = spans
            .iter()
            .map(|span| self.without_brackets(span))
            .collect();
        let mut inlines = self.0.inlines(&own);
        word_inlines(&mut inlines, &self.0.names);
        plain(&inlines)
    }

    /// A value in brackets would look like one that somebody forgot.
    fn without_brackets(&self, span: &Span) -> Span {
        match span {
            Span::Value(_) => {
                let value = plain(&self.0.inlines(std::slice::from_ref(span)));
                Span::Text(value.replace(['[', ']'], ""))
            }
            other => other.clone(),
        }
    }
}

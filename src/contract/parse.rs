//! Reads one Djot file into blocks; everything that the rules of [`source`](super::source) do not
//! allow becomes a [`Problem`] with its line.

use std::ops::Range;

use jotdown::{Attributes, Container, Event};

use super::Problem;
use super::attributes::{Marks, apply, is_comment};
use super::source::{Kind, Node, Text, walk};
use super::vocabulary::Generator;
use crate::domain::Language;

/// The line number of an offset, from 1.
pub fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// The kind of file, which decides about its headings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The main text.
    Main,
    /// An annex, with one title.
    Annex,
    /// A product file, whose headings start one level down.
    Product,
    /// The groups of measures, whose headings start one level down.
    Measures,
}

/// Parses one file; problems are added to `problems`.
pub fn parse(
    file: &str,
    text: &str,
    language: Language,
    role: Role,
    problems: &mut Vec<Problem>,
) -> Text {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    if let Some((line, message)) = super::sections::too_much(&text) {
        problems.push(Problem::new(file, line, message));
        return Text::default();
    }
    let events = jotdown::Parser::new(&text).into_offset_iter().collect();
    let mut reader = Reader {
        file,
        text: &text,
        line_ends: text.match_indices('\n').map(|(at, _)| at).collect(),
        language,
        events,
        at: 1, // behind the start of the document itself
        depth: 0,
        open_single_quotes: 0,
        keeps_lines: false,
        in_contact: false,
        problems,
    };
    let flat = reader.blocks();
    let stem = file
        .rsplit('/')
        .next()
        .and_then(|name| name.strip_suffix(".dj"))
        .unwrap_or(file)
        .replace('_', "-");
    let flat = super::sections::name_headings(flat, &stem, role, &mut |line, message| {
        problems.push(Problem::new(file, line, message));
    });
    let blocks = super::sections::nest(flat, &mut |line, message| {
        problems.push(Problem::new(file, line, message));
    });
    if matches!(role, Role::Product | Role::Measures) {
        within_themselves(file, &blocks, problems);
    }
    Text {
        file: file.to_owned(),
        blocks,
    }
}

/// Refuses a generated block inside the files that it inserts: it would never end.
fn within_themselves(file: &str, blocks: &[Node], problems: &mut Vec<Problem>) {
    walk(blocks, &[], &mut |node, _| {
        if let Kind::Generated(inner @ (Generator::Products | Generator::Measures)) = node.kind {
            let message = format!(
                "Der Block „{}“ kann hier nicht stehen, weil diese Datei selbst eingesetzt wird. Setzen Sie ihn in eine Anlage.",
                inner.word()
            );
            problems.push(Problem::new(file, node.line, message));
        }
    });
}

/// A block before it is put below its heading.
pub(super) struct Flat {
    pub node: Node,
    /// Number of its conditions that come from `:::` blocks around it.
    pub outer: usize,
}

pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    line_ends: Vec<usize>,
    pub(super) language: Language,
    pub(super) events: Vec<(Event<'a>, Range<usize>)>,
    pub(super) at: usize,
    /// Number of containers around the present place.
    depth: usize,
    pub(super) open_single_quotes: usize,
    /// Whether line ends are kept.
    pub(super) keeps_lines: bool,
    /// Whether the paragraphs of the present `:::` block are addresses.
    in_contact: bool,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn next(&mut self) -> Option<(Event<'a>, Range<usize>)> {
        let event = self.events.get(self.at).cloned();
        self.at += 1;
        event
    }

    fn peek(&self) -> Option<&Event<'a>> {
        self.events.get(self.at).map(|(event, _)| event)
    }

    pub(super) fn line(&self, range: &Range<usize>) -> usize {
        1 + self.line_ends.partition_point(|end| *end < range.start)
    }

    pub(super) fn problem(&mut self, line: usize, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, line, message));
    }

    /// Enters a container; refuses one that is nested deeper than any reader could follow, which
    /// would also overflow the stack in later passes over the tree.
    pub(super) fn enter(&mut self) -> bool {
        const DEEPEST: usize = 24;
        if self.depth < DEEPEST {
            self.depth += 1;
            return true;
        }
        let line = self
            .events
            .get(self.at)
            .map_or(1, |(_, range)| self.line(range));
        self.problem(
            line,
            "Der Text ist zu tief verschachtelt. Teilen Sie ihn auf.",
        );
        self.skip();
        false
    }

    /// Leaves the container that [`Reader::enter`] entered.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// The source up to an offset.
    pub(super) fn before(&self, offset: usize) -> &'a str {
        self.text.get(..offset).unwrap_or_default()
    }

    /// Skips everything up to the end of the container that was just entered.
    pub(super) fn skip(&mut self) {
        let mut depth = 1;
        while depth > 0 {
            match self.next() {
                Some((Event::Start(..), _)) => depth += 1,
                Some((Event::End(_), _)) => depth -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The blocks up to the end of their container.
    pub(super) fn blocks(&mut self) -> Vec<Flat> {
        let mut out = Vec::new();
        if !self.enter() {
            return out;
        }
        while let Some((event, range)) = self.next() {
            let line = self.line(&range);
            self.open_single_quotes = 0;
            match event {
                Event::End(_) => break,
                Event::Start(container, attributes) => {
                    self.block(container, &attributes, line, &mut out);
                }
                Event::Attributes(attributes) if !is_comment(&attributes) => self.problem(
                    line,
                    "Diese {…}-Zeile gehört zu keinem Block. Entfernen Sie die Leerzeile darunter oder die Zeile selbst.",
                ),
                // A rule contains no text, and headings separate the text already.
                _ => {}
            }
        }
        self.leave();
        super::sections::join_legends(out, |line, message| {
            self.problems.push(Problem::new(self.file, line, message));
        })
    }

    fn block(
        &mut self,
        container: Container<'a>,
        attributes: &Attributes<'a>,
        line: usize,
        out: &mut Vec<Flat>,
    ) {
        match container {
            // Djot puts a section around each heading; its attributes are those of the heading.
            Container::Section { .. } => {
                let content_from = out.len();
                let marks = self.marks(attributes, line);
                let inner = self.blocks();
                out.extend(inner);
                if let Some(heading) = out.get_mut(content_from) {
                    apply(&mut heading.node, marks);
                }
            }
            Container::Heading { level, .. } => {
                let marks = self.marks(attributes, line);
                let title = self.spans();
                let mut node = Node {
                    line,
                    conditions: Vec::new(),
                    tags: Vec::new(),
                    kind: Kind::Section {
                        level: u8::try_from(level).unwrap_or(u8::MAX),
                        id: String::new(),
                        numbered: true,
                        number: None,
                        title,
                        children: Vec::new(),
                    },
                };
                apply(&mut node, marks);
                out.push(Flat { node, outer: 0 });
            }
            Container::Div { class } => self.div(&class, attributes, line, out),
            Container::LinkDefinition { .. } => self.skip(),
            Container::Footnote { label } => self.footnote(&label, line, out),
            _ => {
                let marks = self.marks(attributes, line);
                if matches!(container, Container::Paragraph) {
                    self.unclosed_row(line);
                }
                if let Some(kind) = self.plain_block(container, &marks, line, out.last()) {
                    out.push(Flat {
                        node: Node {
                            line,
                            conditions: marks.condition.iter().cloned().collect(),
                            tags: marks.without_looks(),
                            kind,
                        },
                        outer: 0,
                    });
                }
            }
        }
    }

    fn plain_block(
        &mut self,
        container: Container<'a>,
        marks: &Marks,
        line: usize,
        before: Option<&Flat>,
    ) -> Option<Kind> {
        if marks.generator.is_some() {
            self.problem(
                line,
                "„generate“ steht über einem leeren Block aus zwei Zeilen „:::“.",
            );
        }
        let table = matches!(container, Container::Table);
        if !table && let Some(id) = &marks.id {
            self.problem(line, format!(
                "Die Kennung „{id}“ kann hier nicht stehen. Kennungen tragen Überschriften, Tabellen und Listenpunkte (dort hinter der Nummer, vor dem ersten Absatz)."
            ));
        }
        match container {
            Container::Paragraph if marks.is_contact() || self.in_contact => {
                Some(Kind::Contact(self.lines()))
            }
            Container::Paragraph => Some(Kind::Paragraph(self.spans())),
            Container::List { kind, .. } => Some(self.list(kind, marks.marks.as_ref(), before)),
            Container::Table => Some(self.table(marks.id.clone(), line)),
            Container::DescriptionList => Some(self.definitions()),
            Container::Blockquote => Some(self.quote(line)),
            Container::CodeBlock { .. } => self.code(),
            other => {
                let what = match other {
                    Container::RawBlock { .. } => "HTML und andere rohe Blöcke",
                    _ => "Blöcke dieser Art",
                };
                self.problem(line, format!("{what} gibt es im Vertrag nicht. Schreiben Sie den Inhalt als Absatz oder Liste."));
                self.skip();
                None
            }
        }
    }

    /// A `:::` block: a condition for several blocks, or the place of a generated one.
    fn div(&mut self, class: &str, attributes: &Attributes<'a>, line: usize, out: &mut Vec<Flat>) {
        let mut marks = self.marks(attributes, line);
        if !class.is_empty() {
            marks.classes.push(class.to_owned());
        }
        if let Some(id) = &marks.id {
            self.problem(line, format!("Die Kennung „{id}“ kann nicht an einem „:::“-Block stehen. Setzen Sie sie über die Überschrift darin."));
        }
        let around = self.in_contact;
        self.in_contact |= marks.is_contact();
        let mut inner = self.blocks();
        self.in_contact = around;
        self.unclosed_div(line);
        if let Some(generator) = marks.generator {
            if !inner.is_empty() {
                self.problem(
                    line,
                    "Ein erzeugter Block muss leer sein: „:::“ und in der nächsten Zeile „:::“.",
                );
            }
            inner = vec![Flat {
                node: Node {
                    line,
                    conditions: Vec::new(),
                    tags: Vec::new(),
                    kind: Kind::Generated(generator),
                },
                outer: 0,
            }];
        }
        for flat in &mut inner {
            if let Some(condition) = &marks.condition {
                flat.node.conditions.insert(0, condition.clone());
                flat.outer += 1;
            }
            flat.node.tags.extend(marks.clone_without_looks());
        }
        out.extend(inner);
    }

    /// A row that does not end with a bar is parsed as text.
    fn unclosed_row(&mut self, line: usize) {
        let begin = match line.checked_sub(2) {
            Some(before) => self.line_ends.get(before).map_or(0, |end| end + 1),
            None => 0,
        };
        let rest = self.text.get(begin..).unwrap_or_default();
        let first = rest.lines().next().unwrap_or_default();
        if first.trim_start().starts_with('|') {
            self.problem(line, "Diese Zeile beginnt wie eine Tabellenzeile, gehört aber zu keiner Tabelle. Jede Zeile einer Tabelle endet mit „|“, und vor der Tabelle steht eine Leerzeile; ein gewöhnlicher Strich ist „\\|“.");
        }
    }

    /// A `:::` block without an end continues to the end of the file.
    fn unclosed_div(&mut self, line: usize) {
        let end = self.at.checked_sub(1).and_then(|at| self.events.get(at));
        let closed = end.is_some_and(|(_, range)| !range.is_empty());
        if !closed {
            self.problem(
                line,
                "Dieser „:::“-Block endet nicht. Schließen Sie ihn mit einer Zeile „:::“.",
            );
        }
    }

    pub(super) fn at_end_of_block(&self) -> bool {
        matches!(self.peek(), None | Some(Event::End(_)))
    }
}

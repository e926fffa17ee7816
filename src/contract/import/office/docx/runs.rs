//! The text of a paragraph: runs, fields, links, changes, and what is hidden.

use super::super::{Node, attribute, below, child, is, shortened, text_in};
use super::styles::{Paragraph, Styles, value};
use super::{Field, Reader};
use crate::contract::fallback::{lowered, raised};
use crate::contract::import::flow::{Look, Spans, Target};

impl<'x> Reader<'_, 'x> {
    /// The text of a paragraph, with its bookmarks, footnotes and text boxes.
    pub(super) fn runs_of(&mut self, p: Node<'x>, paragraph: &Paragraph) -> Spans {
        let mut out = Spans::default();
        self.runs(p, paragraph, None, &mut out);
        out
    }

    fn runs(
        &mut self,
        parent: Node<'x>,
        paragraph: &Paragraph,
        target: Option<&Target>,
        out: &mut Spans,
    ) {
        for node in parent.children() {
            match node.tag_name().name() {
                "r" => self.run(node, paragraph, target, out),
                "hyperlink" => {
                    let address =
                        attribute(node, "id").and_then(|id| self.context.relations.get(id));
                    let target = match (address, attribute(node, "anchor")) {
                        (Some(address), _) => Some(Target::Address((*address).to_owned())),
                        (None, Some(anchor)) => Some(Target::Bookmark(anchor.to_owned())),
                        _ => None,
                    };
                    self.runs(node, paragraph, target.as_ref(), out);
                }
                "fldSimple" => {
                    let target = target_of(attribute(node, "instr").unwrap_or_default());
                    self.runs(node, paragraph, target.as_ref(), out);
                }
                "ins" | "moveTo" => {
                    self.changed(node, false);
                    self.runs(node, paragraph, target, out);
                }
                "del" | "moveFrom" => self.changed(node, true),
                "smartTag" | "customXml" | "sdt" | "sdtContent" | "dir" | "bdo" => {
                    self.runs(node, paragraph, target, out);
                }
                "bookmarkStart" => self
                    .flow
                    .bookmark(attribute(node, "name").unwrap_or_default()),
                "oMath" | "oMathPara" => {
                    self.say("Eine Formel ist als Text übernommen. Prüfen Sie sie.".to_owned());
                    out.push(&Look::default(), &text_in(node));
                }
                _ => {}
            }
        }
    }

    /// Notes a change; parts of one change that follow each other are one.
    fn changed(&mut self, node: Node<'x>, is_deleted: bool) {
        let by = attribute(node, "author").unwrap_or("unbekannt").to_owned();
        if self
            .changes
            .open
            .as_ref()
            .is_none_or(|(kind, who, _)| (*kind, who.as_str()) != (is_deleted, &by))
        {
            self.end_change();
            self.changes.open = Some((is_deleted, by, String::new()));
        }
        let texts = node
            .descendants()
            .filter(|one| is(*one, "t") || is(*one, "delText"));
        let text: String = texts.filter_map(|one| one.text()).collect();
        if let Some((.., all)) = &mut self.changes.open {
            all.push_str(&text);
        }
    }

    fn run(
        &mut self,
        run: Node<'x>,
        paragraph: &Paragraph,
        target: Option<&Target>,
        out: &mut Spans,
    ) {
        let styles = &self.context.styles;
        if is_gone(styles, run, paragraph.style.as_deref()) {
            let words = shortened(&text_in(run));
            if !words.is_empty() {
                self.say(format!(
                    "Gestrichener oder verborgener Text ist nicht übernommen: „{words}“."
                ));
            }
            return;
        }
        let field = self.fields.iter().rev().find(|field| field.has_result);
        let look = Look {
            strong: styles.has(run, "b", None),
            stressed: styles.has(run, "i", None),
            target: target
                .cloned()
                .or_else(|| field.and_then(|field| target_of(&field.instruction))),
        };
        let shift = shift_of(run);
        for node in run.children() {
            let is_instruction = self.fields.last().is_some_and(|field| !field.has_result);
            match node.tag_name().name() {
                "fldChar" => self.field(node, &look, out),
                "instrText" => {
                    if let Some(field) = self.fields.last_mut() {
                        field.instruction.push_str(node.text().unwrap_or_default());
                    }
                }
                _ if is_instruction => {}
                "t" => out.push(&look, &shift(node.text().unwrap_or_default())),
                "tab" | "ptab" => out.push(&look, " "),
                "cr" => out.push(&look, "\n"),
                "br" if attribute(node, "type").is_none_or(|kind| kind == "textWrapping") => {
                    out.push(&look, "\n")
                }
                "br" => out.push(&look, " "),
                "noBreakHyphen" => out.push(&look, "\u{2011}"),
                "sym" => out.push(&look, &symbol(node)),
                "footnoteReference" | "endnoteReference" => self.footnote(node, out),
                "drawing" | "pict" | "object" | "AlternateContent" => self.picture(node),
                _ => {}
            }
        }
    }

    fn field(&mut self, node: Node<'x>, look: &Look, out: &mut Spans) {
        match attribute(node, "fldCharType") {
            Some("begin") => {
                if let Some(ticked) = ticked(node) {
                    out.push(look, ticked);
                }
                self.fields.push(Field {
                    instruction: String::new(),
                    has_result: false,
                });
            }
            Some("separate") => {
                if let Some(field) = self.fields.last_mut() {
                    field.has_result = true;
                }
            }
            Some("end") => drop(self.fields.pop()),
            _ => {}
        }
    }

    fn footnote(&mut self, reference: Node<'x>, out: &mut Spans) {
        let Some(note) = self.context.note(reference) else {
            return;
        };
        let mark = self.flow.next_note();
        out.push(&Look::default(), &mark);
        let mut text = Spans::default();
        for p in note.descendants().filter(|node| is(*node, "p")) {
            let paragraph = self.context.paragraph(p);
            let words = self.runs_of(p, &paragraph);
            if !text.is_blank() {
                text.push(&Look::default(), " ");
            }
            text.append(words);
        }
        self.flow.note(mark, text);
    }

    /// Text boxes are kept for after the paragraph; of a picture only its place is told.
    fn picture(&mut self, node: Node<'x>) {
        // The same content follows once more for older programs.
        let node = child(node, "Choice").unwrap_or(node);
        let boxes: Vec<Node<'x>> = outermost(node, "txbxContent");
        let is_picture = boxes.is_empty()
            && node
                .descendants()
                .any(|one| is(one, "blip") || is(one, "imagedata"));
        if is_picture {
            self.say(
                "Ein Bild ist nicht übernommen. Sagt es etwas, schreiben Sie es als Text."
                    .to_owned(),
            );
        }
        self.boxes.extend(boxes);
    }
}

/// Whether the text of a run is hidden or struck out.
pub(super) fn is_gone(styles: &Styles<'_>, run: Node<'_>, paragraph: Option<&str>) -> bool {
    styles.has(run, "vanish", paragraph)
        || styles.has(run, "strike", None)
        || styles.has(run, "dstrike", None)
}

/// The outermost elements of a name.
pub(super) fn outermost<'x>(node: Node<'x>, name: &str) -> Vec<Node<'x>> {
    let mut out = Vec::new();
    for one in node.children().filter(roxmltree::Node::is_element) {
        if is(one, name) {
            out.push(one);
        } else if !is(one, "Fallback") {
            out.extend(outermost(one, name));
        }
    }
    out
}

/// Where a field leads.
fn target_of(instruction: &str) -> Option<Target> {
    let mut words = instruction.split_whitespace();
    match words.next()? {
        "REF" | "PAGEREF" | "NOTEREF" => Some(Target::Bookmark(words.next()?.to_owned())),
        "HYPERLINK" => {
            let first = words.next()?;
            match first {
                "\\l" => Some(Target::Bookmark(words.next()?.trim_matches('"').to_owned())),
                address => Some(Target::Address(address.trim_matches('"').to_owned())),
            }
        }
        _ => None,
    }
}

/// What a run does with its figures.
pub(super) fn shift_of(run: Node<'_>) -> fn(&str) -> String {
    match below(run, &["rPr", "vertAlign"]).and_then(value) {
        Some("superscript") => raised,
        Some("subscript") => lowered,
        _ => str::to_owned,
    }
}

/// The character of a font of signs.
pub(super) fn symbol(node: Node<'_>) -> String {
    let code = attribute(node, "char").and_then(|code| u32::from_str_radix(code, 16).ok());
    match code.unwrap_or(0) & 0xff {
        0xa8 | 0x6f | 0x71 => "☐",
        0xfe | 0x52 | 0xfc => "☒",
        0xe0 | 0xae => "→",
        _ => "•",
    }
    .to_owned()
}

/// The tick of a form field.
pub(super) fn ticked(node: Node<'_>) -> Option<&'static str> {
    let tick = below(node, &["ffData", "checkBox"])?;
    let set = child(tick, "checked").or_else(|| child(tick, "default"));
    let is_set =
        set.is_some_and(|set| value(set).is_none_or(|value| value != "0" && value != "false"));
    Some(if is_set { "☒" } else { "☐" })
}

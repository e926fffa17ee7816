//! The attribute line above a block: ids, tags of what is covered, conditions, appearance.

use jotdown::{AttributeKind, Attributes};

use super::numbers::Pattern;
use super::parse::Reader;
use super::source::{Kind, Node};
use super::vocabulary::{Condition, Generator, spelled_out};

/// The content of the attribute line above a block.
#[derive(Default)]
pub(super) struct Marks {
    pub id: Option<String>,
    pub classes: Vec<String>,
    pub condition: Option<Condition>,
    pub generator: Option<Generator>,
    /// `{marks="a."}` above a list.
    pub marks: Option<Pattern>,
    /// `{number="§ 3a"}` above a heading.
    pub number: Option<String>,
}

impl Marks {
    pub fn is_contact(&self) -> bool {
        self.classes.iter().any(|class| class == CONTACT)
    }

    /// As [`Marks::without_looks`], but a copy, for several blocks.
    pub fn clone_without_looks(&self) -> impl Iterator<Item = String> {
        let classes = self.classes.iter().filter(|class| *class != CONTACT);
        classes.cloned()
    }

    /// The classes that say what a passage covers, without those for its appearance.
    pub fn without_looks(self) -> Vec<String> {
        let mut classes = self.classes;
        classes.retain(|class| class != CONTACT);
        classes
    }
}

/// The class of paragraphs whose lines are kept.
const CONTACT: &str = "contact";

impl<'a> Reader<'a> {
    /// Reads an attribute line; unknown keys, conditions and generators are problems.
    pub(super) fn marks(&mut self, attributes: &Attributes<'a>, line: usize) -> Marks {
        let mut marks = Marks::default();
        for (key, value) in attributes.iter() {
            let value = value.to_string();
            match key {
                AttributeKind::Id => marks.id = Some(value),
                AttributeKind::Class => marks.classes.push(value),
                AttributeKind::Comment => {}
                AttributeKind::Pair { key } if key == "if" => {
                    marks.condition = Condition::parse(&value);
                    if marks.condition.is_none() {
                        self.problem(
                            line,
                            format!(
                                "Die Bedingung „{value}“ gibt es nicht. Möglich sind: {}.",
                                Condition::SPELLED_OUT
                            ),
                        );
                    }
                }
                AttributeKind::Pair { key } if key == "generate" => {
                    marks.generator = value.parse().ok();
                    if marks.generator.is_none() {
                        self.problem(
                            line,
                            format!(
                                "Den erzeugten Block „{value}“ gibt es nicht. Möglich sind: {}.",
                                spelled_out::<Generator>()
                            ),
                        );
                    }
                }
                AttributeKind::Pair { key } if key == "marks" => {
                    marks.marks = Pattern::parse(&value);
                    if marks.marks.is_none() {
                        self.problem(line, format!("Das Muster „{value}“ zählt nicht. Schreiben Sie das erste Zeichen der Liste, z. B. (1), a., 1.1, – oder none."));
                    }
                }
                AttributeKind::Pair { key } if key == "number" => {
                    marks.number = Some(super::inline::visible(&value).trim().to_owned());
                }
                AttributeKind::Pair { key } => {
                    self.problem(line, format!("Die Angabe „{key}“ gibt es nicht. Möglich sind #kennung, .merkmal, if=, generate=, marks= und number=."));
                }
            }
        }
        marks
    }
}

pub(super) fn is_comment(attributes: &Attributes<'_>) -> bool {
    attributes
        .iter()
        .all(|(key, _)| *key == AttributeKind::Comment)
}

pub(super) fn apply(node: &mut Node, marks: Marks) {
    if let Kind::Section {
        id,
        numbered,
        number,
        ..
    } = &mut node.kind
    {
        *number = marks.number.filter(|number| !number.is_empty());
        if let Some(name) = marks.id {
            *id = name;
        }
        if marks.classes.iter().any(|class| class == "unnumbered") {
            *numbered = false;
        }
    }
    node.conditions.extend(marks.condition);
    node.tags.extend(
        marks
            .classes
            .into_iter()
            .filter(|class| class != "unnumbered"),
    );
}

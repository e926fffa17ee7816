//! Lists: the marks of their items, and how they continue after an interruption.

use super::headings::Part;
use super::numbers::{Pattern, bare};
use super::resolve::{Builder, ResolveContext};
use super::source::Entry;
use super::tree::{Block, Item, List, ListStyle};
use super::wording;

/// Where the lists of a block ended: marks, last number as written, last number as printed.
#[derive(Default)]
pub(super) struct Counters(Vec<(Pattern, u32, u32)>);

/// A list about to be printed.
pub(super) struct Resumed<'a> {
    marks: &'a Pattern,
    /// The number before the first item.
    number: u32,
    /// Whether it continues an earlier list with the same marks.
    continued: bool,
    /// The last number as written.
    written: u32,
}

impl Counters {
    /// A list that starts with a higher number than 1 continues the one before it, even if
    /// conditions have left out items of that one.
    pub(super) fn resume<'a>(&self, marks: &'a Pattern, start: u32, count: usize) -> Resumed<'a> {
        let before = self.0.iter().find(|(known, ..)| known == marks);
        let stopped = before.filter(|(_, written, _)| start > 1 && written + 1 == start);
        let count = u32::try_from(count).unwrap_or(0);
        Resumed {
            marks,
            number: stopped.map_or(start.saturating_sub(1), |(_, _, printed)| *printed),
            continued: stopped.is_some(),
            written: start.saturating_add(count).saturating_sub(1),
        }
    }

    fn stop(&mut self, marks: &Pattern, written: u32, printed: u32) {
        self.0.retain(|(known, ..)| known != marks);
        self.0.push((marks.clone(), written, printed));
    }
}

impl Builder<'_> {
    /// Prints the items that are not left out.
    pub(super) fn list<'e>(
        &mut self,
        list: Resumed<'_>,
        items: impl Iterator<Item = &'e Entry>,
        place: &ResolveContext,
        part: Part,
        counters: &mut Counters,
        out: &mut Vec<Block>,
    ) {
        let mut number = list.number;
        let mut done = Vec::new();
        for entry in items {
            let (item, inner) = self.marked(entry, list.marks, number.saturating_add(1), place);
            let blocks = self.blocks(&entry.blocks, &inner, part);
            if blocks.is_empty() && !entry.blocks.is_empty() {
                continue; // its condition does not hold
            }
            number = number.saturating_add(1);
            let id = entry.id.as_ref().map(|id| self.claim(id));
            if let Some(id) = &id {
                self.names.insert(id.clone(), inner.words);
            }
            done.push(Item { id, blocks, ..item });
        }
        counters.stop(list.marks, list.written, number);
        // A list whose marks are all written by hand is no bulleted list.
        let by_hand = done.iter().all(|item| item.number == 0);
        let style = if by_hand {
            ListStyle::Decimal
        } else {
            list.marks.style()
        };
        match out.last_mut() {
            _ if done.is_empty() => {}
            Some(Block::List(last)) if last.style == style && list.continued => {
                last.items.extend(done);
            }
            _ => out.push(Block::List(List { style, items: done })),
        }
    }

    /// An item with its mark, without content, and the context for its content.
    fn marked(
        &self,
        entry: &Entry,
        marks: &Pattern,
        number: u32,
        place: &ResolveContext,
    ) -> (Item, ResolveContext) {
        let above = place.number.as_deref();
        let (label, number, words) = match &entry.mark {
            Some(mark) => {
                let words = wording::own_mark(&place.words, mark, self.language);
                (mark.clone(), 0, words)
            }
            // A joined number with nothing above it is printed alone.
            None => {
                let label = marks.mark(above, number);
                let label = label.unwrap_or_else(|| format!("{number}."));
                let words = wording::item(&place.words, marks, number, &label, self.language);
                (label, number, words)
            }
        };
        let joined = marks.is_joined() || entry.mark.is_some();
        let inner = ResolveContext {
            words,
            number: joined.then(|| bare(&label).to_owned()),
        };
        let item = Item {
            label,
            number,
            id: None,
            blocks: Vec::new(),
        };
        (item, inner)
    }
}

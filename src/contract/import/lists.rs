//! Decides which marks begin an item, and to which list it belongs: by indentation if there is any,
//! otherwise by the kind of mark and its number.

use super::blocks::{Block, Item, List, Marks};
use super::marker::{Kind, Marker};

/// Nested lists are distinguished up to this depth, because writing them is recursive.
const DEEPEST: usize = 16;

/// What is directly above a mark.
#[derive(Debug, Clone, Copy)]
pub(super) enum Near<'t> {
    /// An empty line, a heading, a table.
    Space,
    /// A line of the same paragraph or of the item above.
    Text(&'t str),
}

/// The blocks read so far; each open list is the last block of the last item of the one above.
#[derive(Default)]
pub(super) struct Lists {
    done: Vec<Block>,
    open: Vec<Level>,
}

/// A list that may get further items.
struct Level {
    indent: usize,
    list: List,
    /// Number of its last item.
    last: u32,
}

impl Lists {
    /// Returns all blocks.
    pub(super) fn finish(mut self) -> Vec<Block> {
        self.close();
        self.done
    }

    /// Ends all open lists.
    pub(super) fn close(&mut self) {
        self.close_to(0);
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            if let Some(level) = self.open.pop() {
                self.add(Block::List(level.list));
            }
        }
    }

    /// Adds a block to the innermost open item.
    pub(super) fn add(&mut self, block: Block) {
        match self
            .open
            .last_mut()
            .and_then(|level| level.list.items.last_mut())
        {
            Some(item) => item.blocks.push(block),
            None => self.done.push(block),
        }
    }

    /// Ends the lists that a text with this indentation does not belong to.
    pub(super) fn leave_for(&mut self, indent: usize) {
        let depth = self
            .open
            .iter()
            .take_while(|level| level.indent < indent)
            .count();
        self.close_to(depth);
    }

    /// Adds a block according to its indentation.
    pub(super) fn place_block(&mut self, indent: usize, block: Block) {
        self.leave_for(indent);
        self.add(block);
    }

    /// Whether a line that begins with this mark begins an item.
    pub(super) fn takes(&self, mark: &Marker, indent: usize, rest: &str, near: Near<'_>) -> bool {
        let drawn = matches!(mark.kind, Kind::Bullet | Kind::Dash);
        if !drawn && is_abbreviation(rest) || is_date(mark, rest) || (drawn && rest.is_empty()) {
            return false;
        }
        if self.continued(mark, indent).is_some() {
            return !matches!(near, Near::Text(above) if !drawn && cites(above));
        }
        let known = self.open.iter().any(|level| is_near(level, mark));
        match near {
            Near::Space => mark.is_plain() || mark.is_first() || known || mark.is_small(),
            Near::Text(above) if drawn => {
                mark.kind == Kind::Bullet
                    || above.ends_with([':', ';', ',', '.'])
                    || above.chars().count() < 50
            }
            Near::Text(above) if cites(above) => false,
            Near::Text(above) if wants_more(above) && indent == 0 => false,
            Near::Text(above) => {
                let beside = self.open.iter().any(|l| l.indent.abs_diff(indent) <= 1);
                let sentence = above.ends_with(['.', ';', ':']);
                let deeper = self.open.last().is_some_and(|l| indent > l.indent + 1);
                mark.is_plain() && (known || beside && sentence)
                    || mark.is_first() && deeper
                    || mark.is_first() && (mark.is_plain() || above.ends_with(':'))
            }
        }
    }

    /// Begins an item with this mark.
    pub(super) fn item(&mut self, mark: &Marker, indent: usize) {
        let item = Item::new(&mark.text);
        if let Some((depth, number)) = self.continued(mark, indent) {
            self.close_to(depth + 1);
            if let Some(level) = self.open.last_mut() {
                level.last = number;
                level.list.items.push(item);
            }
            return;
        }
        self.close_to(self.parent(mark, indent).min(DEEPEST));
        let (marks, start) = match (&mark.kind, mark.starts()) {
            (Kind::Joined(above, last), _) => (Marks::Joined(above.clone()), *last),
            (_, Some((pattern, start))) => (Marks::Counted(pattern), start),
            (_, None) => (Marks::ByHand, 0),
        };
        self.open.push(Level {
            indent,
            list: List {
                marks,
                start,
                items: vec![item],
            },
            last: start,
        });
    }

    /// Begins an item that is known to be one, at the depth that its indentation says; without a
    /// mark it is an item of a list without marks.
    pub(super) fn known(&mut self, mark: &str, indent: usize, id: Option<String>) {
        let depth = self
            .open
            .iter()
            .take_while(|level| level.indent <= indent)
            .count();
        self.close_to(depth.min(DEEPEST));
        let line = format!("{mark} x");
        let read = super::marker::read(&line)
            .map(|(marker, _)| marker)
            .filter(|one| one.text == mark);
        let item = Item {
            id,
            ..Item::new(mark)
        };
        if let Some(level) = self.open.last_mut().filter(|level| level.indent == indent) {
            let number = match (&level.list.marks, read.as_ref().map(|one| &one.kind)) {
                (Marks::Joined(above), Some(Kind::Joined(own, last)))
                    if above == own && *last == level.last + 1 =>
                {
                    Some(*last)
                }
                (Marks::Counted(pattern), Some(kind)) => {
                    let drawn = matches!(kind, Kind::Bullet | Kind::Dash);
                    let number = read.as_ref().and_then(|one| one.number_in(pattern));
                    number.filter(|number| drawn || *number == level.last + 1)
                }
                (Marks::ByHand, None) => Some(0),
                _ => None,
            };
            if let Some(number) = number {
                level.last = number;
                level.list.items.push(item);
                return;
            }
            self.close_to(depth.saturating_sub(1));
        }
        let (marks, start) = match &read {
            Some(Marker {
                kind: Kind::Joined(above, last),
                ..
            }) => (Marks::Joined(above.clone()), *last),
            Some(marker) => match marker.starts() {
                Some((pattern, start)) => (Marks::Counted(pattern), start),
                None => (Marks::ByHand, 0),
            },
            None => (Marks::ByHand, 0),
        };
        if self.open.len() > DEEPEST {
            self.close_to(DEEPEST);
        }
        self.open.push(Level {
            indent,
            list: List {
                marks,
                start,
                items: vec![item],
            },
            last: start,
        });
    }

    /// Indentation of the innermost open list.
    pub(super) fn inner(&self) -> Option<usize> {
        self.open.last().map(|level| level.indent)
    }

    /// Whether a list is open.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether a mark continues an open list.
    pub(super) fn goes_on(&self, mark: &Marker, indent: usize) -> bool {
        self.continued(mark, indent).is_some()
    }

    /// The open list that this mark continues, and its number in it.
    fn continued(&self, mark: &Marker, indent: usize) -> Option<(usize, u32)> {
        let levels = self.open.iter().enumerate().rev();
        levels.into_iter().find_map(|(depth, level)| {
            let distance = level.indent.abs_diff(indent);
            let number = match (&level.list.marks, &mark.kind) {
                (Marks::Joined(above), Kind::Joined(own, last)) => {
                    (above == own && *last == level.last + 1).then_some(*last)
                }
                (Marks::Counted(pattern), Kind::Bullet | Kind::Dash) => {
                    (distance <= 1).then(|| mark.number_in(pattern)).flatten()
                }
                (Marks::Counted(pattern), _) => mark
                    .number_in(pattern)
                    .filter(|number| distance <= 3 && *number == level.last + 1),
                (Marks::ByHand, Kind::Counted { .. }) => {
                    (distance <= 1 && mark.starts().is_none()).then_some(0)
                }
                _ => None,
            }?;
            Some((depth, number))
        })
    }

    /// Number of open lists around a new list with this mark.
    fn parent(&self, mark: &Marker, indent: usize) -> usize {
        if let Kind::Joined(above, _) = &mark.kind {
            // 3.1.2 belongs below 3.1, wherever it is.
            let below = self.open.iter().rposition(|level| {
                let own = level.list.items.last().map(|item| item.mark.as_str());
                own.is_some_and(|own| crate::contract::numbers::bare(own) == above)
            });
            return below.map_or_else(|| self.shallower(indent), |depth| depth + 1);
        }
        let shallower = self.shallower(indent);
        let same = self.open.get(shallower..).unwrap_or_default();
        let same: Vec<&Level> = same
            .iter()
            .take_while(|l| l.indent.abs_diff(indent) <= 1)
            .collect();
        // At the same indentation, a mark of a kind that is open starts a list beside it; another
        // kind starts a list inside, except that numbers are not put inside bullets.
        if let Some(at) = same.iter().position(|level| is_like(level, mark)) {
            return shallower + at;
        }
        let counted = same.iter().take_while(|level| !is_drawn(level)).count();
        if is_drawn_mark(mark) {
            shallower + same.len()
        } else {
            shallower + counted
        }
    }

    fn shallower(&self, indent: usize) -> usize {
        self.open
            .iter()
            .take_while(|level| level.indent + 1 < indent)
            .count()
    }
}

/// Whether a mark that was not taken may begin an item all the same.
pub(super) fn may_begin(mark: &Marker, rest: &str, near: Near<'_>) -> bool {
    let is_text = rest.is_empty() || is_abbreviation(rest) || is_date(mark, rest);
    !is_text && !matches!(near, Near::Text(above) if cites(above) || wants_more(above))
}

fn is_drawn_mark(mark: &Marker) -> bool {
    matches!(mark.kind, Kind::Bullet | Kind::Dash)
}

fn is_drawn(level: &Level) -> bool {
    use crate::contract::numbers::Pattern;
    matches!(
        level.list.marks,
        Marks::Counted(Pattern::Bullet | Pattern::Dash)
    )
}

/// Whether a mark has the kind of this list, whatever its number.
fn is_like(level: &Level, mark: &Marker) -> bool {
    match &level.list.marks {
        Marks::Counted(pattern) => mark.number_in(pattern).is_some(),
        Marks::Joined(_) => matches!(mark.kind, Kind::Joined(..)),
        Marks::ByHand => mark.starts().is_none(),
    }
}

/// Whether a mark belongs to this list with a gap or twice: contracts have such errors.
fn is_near(level: &Level, mark: &Marker) -> bool {
    match &level.list.marks {
        Marks::Counted(pattern) => mark
            .number_in(pattern)
            .is_some_and(|number| number.abs_diff(level.last) <= 4),
        Marks::Joined(above) => matches!(&mark.kind, Kind::Joined(own, _) if own == above),
        Marks::ByHand => mark.starts().is_none(),
    }
}

/// Whether the line above ends in the middle of a citation: "Art. 6 Abs. 1 lit."
fn cites(above: &str) -> bool {
    const ENDS: &[&str] = &[
        "abs.",
        "art.",
        "nr.",
        "lit.",
        "satz",
        "s.",
        "buchst.",
        "buchstabe",
        "ziff.",
        "ziffer",
        "§",
        "§§",
        "nummer",
        "artikel",
        "absatz",
        "no.",
        "para.",
        "section",
        "clause",
        "article",
        "point",
        "points",
        "(",
        "seite",
        "page",
        "anlage",
        "anhang",
        "annex",
        "appendix",
        "am",
        "vom",
        "zum",
        "bis",
    ];
    let last = above.split_whitespace().next_back().unwrap_or_default();
    ENDS.contains(&last.to_lowercase().as_str())
}

/// Whether the line above ends in the middle of a sentence or a citation. "…, and" may end an item.
fn wants_more(above: &str) -> bool {
    const FILLERS: &[&str] = &[
        "und", "oder", "and", "or", "to", "der", "des", "dem", "die", "den", "das", "of", "the",
        "in", "mit", "with", "nach", "under", "gemäß",
    ];
    let mut words = above.split_whitespace().rev();
    let last = words.next().unwrap_or_default().to_lowercase();
    let before = words.next().unwrap_or_default();
    cites(above) || FILLERS.contains(&last.as_str()) && !before.ends_with([',', ';'])
}

/// Whether a letter belongs to an abbreviation, such as "z. B." or "i. d. R.", and is no mark.
fn is_abbreviation(rest: &str) -> bool {
    let first = rest.split_whitespace().next().unwrap_or_default();
    first.strip_suffix('.').is_some_and(|letter| {
        letter.chars().count() == 1 && letter.chars().all(char::is_alphabetic)
    })
}

/// Whether a number begins a date, such as "28. Mai 2018".
fn is_date(mark: &Marker, rest: &str) -> bool {
    const MONTHS: &[&str] = &[
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
        "january",
        "february",
        "march",
        "may",
        "june",
        "july",
        "october",
        "december",
    ];
    let first = rest
        .split([' ', ','])
        .next()
        .unwrap_or_default()
        .to_lowercase();
    matches!(&mark.kind, Kind::Counted { body, .. } if body.bytes().all(|b| b.is_ascii_digit()))
        && MONTHS.contains(&first.as_str())
}

//! Where the signs of Markdown stand in a text, found once, so that looking for the end of something
//! costs the same wherever it begins: whoever opens signs without end must not keep the portal busy.

use super::inline::LONGEST;

/// How many signs are tried as the end of a stressed text.
const TRIES: usize = 16;

/// Positions in ascending order.
#[derive(Debug, Default)]
struct Places(Vec<usize>);

impl Places {
    /// The first one from `at` on.
    fn next(&self, at: usize) -> Option<usize> {
        self.from(at).next()
    }

    fn from(&self, at: usize) -> impl Iterator<Item = usize> {
        self.0[self.before(at)..].iter().copied()
    }

    /// How many stand before `at`.
    fn before(&self, at: usize) -> usize {
        self.0.partition_point(|place| *place < at)
    }

    /// The last one between two places.
    fn last(&self, from: usize, to: usize) -> Option<usize> {
        let at = self.before(to).checked_sub(1)?;
        self.0.get(at).copied().filter(|place| *place >= from)
    }
}

/// The signs of one text.
#[derive(Debug, Default)]
pub(super) struct Marks {
    opened: Places,
    closed: Places,
    /// `](`, by its bracket.
    targets: Places,
    target_ends: Places,
    tags: Places,
    tag_ends: Places,
    ticks: Places,
    /// Runs of one to three stars, and of underscores, that may end a stressed text.
    stars: [Places; 3],
    lines: [Places; 3],
}

impl Marks {
    /// Looks through a text once.
    pub(super) fn of(text: &str) -> Self {
        let mut marks = Self::default();
        let mut before = None;
        let mut run = 0;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            let places = match c {
                '[' => Some(&mut marks.opened),
                ']' => Some(&mut marks.closed),
                ')' => Some(&mut marks.target_ends),
                '<' => Some(&mut marks.tags),
                '>' => Some(&mut marks.tag_ends),
                '`' => Some(&mut marks.ticks),
                _ => None,
            };
            if let Some(places) = places {
                places.0.push(at);
            }
            if c == ']' && next == Some('(') {
                marks.targets.0.push(at);
            }
            if matches!(c, '*' | '_') {
                run += 1;
                if next == Some(c) {
                    continue;
                }
                // `before` is what stands before the whole run.
                marks.end_of_stress(c, run, at + 1 - run, before, next);
                run = 0;
            }
            before = Some(c);
        }
        marks
    }

    fn end_of_stress(
        &mut self,
        c: char,
        run: usize,
        at: usize,
        before: Option<char>,
        next: Option<char>,
    ) {
        let ends = before.is_some_and(|b| !b.is_whitespace() && b != '\\')
            && !(c == '_' && next.is_some_and(char::is_alphanumeric));
        let places = if c == '*' {
            self.stars.get_mut(run - 1)
        } else {
            self.lines.get_mut(run - 1)
        };
        if let Some(places) = places.filter(|_| ends) {
            places.0.push(at);
        }
    }

    /// How long a tag that begins at `at` is up to its `>`.
    pub(super) fn tag_end(&self, at: usize) -> Option<usize> {
        let length = self.tag_ends.next(at)? - at;
        (length <= LONGEST).then_some(length)
    }

    /// Whether a bracket that opens at `at` may be that of a link.
    pub(super) fn may_link(&self, at: usize) -> bool {
        let target = self.targets.next(at);
        // In characters the distance may be a quarter of what it is in bytes.
        target.is_some_and(|target| target - at <= 4 * LONGEST)
    }

    /// Where a text stressed with `length` times `c` ends that begins at `from`.
    pub(super) fn stress_end(&self, c: char, length: usize, from: usize) -> Option<usize> {
        let places = if c == '*' { &self.stars } else { &self.lines };
        let ends = places.get(length.checked_sub(1)?)?.from(from + 1);
        ends.take(TRIES).find(|end| self.is_whole(from, *end))
    }

    /// Whether a part of the text does not end inside an address, a tag or a code.
    fn is_whole(&self, from: usize, to: usize) -> bool {
        let open = |opened: &Places, closed: &Places, to_open: usize| {
            opened
                .last(from, to_open)
                .is_some_and(|at| closed.next(at).is_none_or(|end| end >= to))
        };
        !open(&self.targets, &self.target_ends, to.saturating_sub(1))
            && !open(&self.tags, &self.tag_ends, to)
            && !open(&self.opened, &self.closed, to)
            && (self.ticks.before(to) - self.ticks.before(from)).is_multiple_of(2)
    }
}

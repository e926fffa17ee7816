//! Where clauses begin and end, and which of them say the same in two languages.

use std::ops::Range;

use jotdown::{AttributeKind, Attributes, Container};

use super::tree::{Knot, block_start, tree};
use super::{Names, inline, is_id};
use crate::contract::parse::line_at;
use crate::contract::sections::too_much;
use crate::wording::clause as words;

/// A clause of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Its name in addresses and comments: the id of its heading, or one made from its words.
    pub key: String,
    /// The id that the author gave its heading.
    pub id: Option<String>,
    /// The id that its heading has in the printed document.
    pub printed_id: String,
    /// Depth of its heading; 0 for the text before the first one.
    pub level: u8,
    /// The words of its heading.
    pub title: String,
    /// What it is about, as the line above its heading says.
    pub tags: Vec<String>,
    /// Its first line in the file, from 1.
    pub line: usize,
    /// Where it stands in the file. The clauses of a file are the whole file.
    pub range: Range<usize>,
}

impl Clause {
    /// Its source.
    pub fn source<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// A heading as the parser found it.
pub(super) struct Heading<'k, 'a> {
    pub level: u8,
    pub at: usize,
    pub attributes: Vec<&'k Attributes<'a>>,
    pub inside: &'k [Knot<'a>],
    /// Whether it stands in no other block, so that a file can be cut there.
    pub is_outer: bool,
}

/// All headings in reading order.
pub(super) fn headings<'k, 'a>(knots: &'k [Knot<'a>]) -> Vec<Heading<'k, 'a>> {
    let mut out = Vec::new();
    collect(knots, None, true, &mut out);
    out
}

fn collect<'k, 'a>(
    knots: &'k [Knot<'a>],
    above: Option<(&'k Attributes<'a>, usize)>,
    is_outer: bool,
    out: &mut Vec<Heading<'k, 'a>>,
) {
    for (place, knot) in knots.iter().enumerate() {
        let Knot::Holder {
            container,
            attributes,
            at,
            inside,
        } = knot
        else {
            continue;
        };
        match container {
            Container::Heading { level, .. } => {
                let mut all: Vec<&Attributes<'a>> = vec![attributes];
                all.extend(
                    above
                        .filter(|_| place == 0)
                        .map(|(attributes, _)| attributes),
                );
                out.push(Heading {
                    level: u8::try_from(*level).unwrap_or(u8::MAX),
                    at: *at,
                    attributes: all,
                    inside,
                    is_outer,
                });
            }
            Container::Section { .. } => collect(inside, Some((attributes, *at)), is_outer, out),
            _ => collect(inside, None, false, out),
        }
    }
}

/// Where the heading of a clause begins, behind the lines above it that stand in braces; `None` for the
/// text before the first heading.
pub(super) fn heading_start(source: &str) -> Option<usize> {
    let knots = tree(source);
    let first = headings(&knots).into_iter().find(|one| one.is_outer)?;
    // The parser's place may be that of the lines in braces.
    let mut at = block_start(source, first.at);
    if !source.get(..at).unwrap_or_default().trim().is_empty() {
        return None;
    }
    let rest = source.get(at..).unwrap_or_default();
    let mut depth = 0_usize;
    for line in rest.split_inclusive('\n') {
        if depth == 0 && line.starts_with('#') {
            return Some(at);
        }
        depth = (depth + line.matches('{').count()).saturating_sub(line.matches('}').count());
        at += line.len();
    }
    None
}

/// Where a heading that begins the text ends: with its line, and those that go on with it.
pub(super) fn heading_end(rest: &str) -> usize {
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if end > 0 && line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    rest.get(..end)
        .map_or(end, |lines| lines.trim_end_matches(['\n', '\r']).len())
}

/// Cuts a file into clauses. `stem` is the name of its part, as ids of headings without one begin with it.
/// A file that the parser would not bear is one clause.
pub fn cut(text: &str, stem: &str) -> Vec<Clause> {
    let whole = |key: &str, title: &str| Clause {
        key: key.to_owned(),
        id: None,
        printed_id: String::new(),
        level: 0,
        title: title.to_owned(),
        tags: Vec::new(),
        line: 1,
        range: 0..text.len(),
    };
    let preamble = whole(PREAMBLE_KEY, words::PREAMBLE);
    if too_much(text).is_some() {
        return vec![preamble];
    }
    let knots = tree(text);
    let file = stem.rsplit('/').next().unwrap_or(stem).replace('_', "-");
    let mut out: Vec<Clause> = Vec::new();
    for (heading, number) in headings(&knots).iter().zip(1..) {
        if !heading.is_outer {
            continue;
        }
        let start = block_start(text, heading.at);
        let attributes = || heading.attributes.iter().flat_map(|all| all.iter());
        let id = attributes()
            .filter(|(key, _)| *key == AttributeKind::Id)
            .map(|(_, value)| value.to_string())
            .next_back();
        let tags = attributes()
            .filter(|(key, _)| *key == AttributeKind::Class)
            .map(|(_, value)| value.to_string());
        let title = inline::from_djot(heading.inside)
            .map(|runs| inline::plain(&runs, &Names::default()))
            .unwrap_or_default();
        let key = id
            .clone()
            .filter(|id| is_id(id))
            .unwrap_or_else(|| slug(&title));
        let alike = out.iter().filter(|one| one.key == key).count();
        // An annex is called as its file.
        let is_title =
            heading.level == 1 && file != "vertrag" && out.iter().all(|one| one.level != 1);
        let printed_id = match (&id, is_title) {
            (Some(id), _) => id.clone(),
            (None, true) => file.clone(),
            (None, false) => format!("{file}-{number}"),
        };
        out.push(Clause {
            key: if alike == 0 {
                key
            } else {
                format!("{key}-{}", alike + 1)
            },
            id,
            printed_id,
            level: heading.level,
            title,
            tags: tags.collect(),
            line: line_at(text, start),
            range: start..text.len(),
        });
    }
    let ends: Vec<usize> = out.iter().skip(1).map(|one| one.range.start).collect();
    for (clause, end) in out.iter_mut().zip(ends) {
        clause.range.end = end;
    }
    let first = out.first().map_or(text.len(), |one| one.range.start);
    if first > 0 && (out.is_empty() || !text.get(..first).unwrap_or_default().trim().is_empty()) {
        out.insert(
            0,
            Clause {
                range: 0..first,
                ..preamble
            },
        );
    } else if let Some(clause) = out.first_mut() {
        // Empty lines above the first heading.
        clause.range.start = 0;
    }
    out
}

/// The key of the text before the first heading.
pub const PREAMBLE_KEY: &str = "vorspann";

/// A key from the words of a heading.
pub fn slug(title: &str) -> String {
    let mut out = String::new();
    for c in title.to_lowercase().chars() {
        match c {
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
        if out.len() >= 50 {
            break;
        }
    }
    let out = out.trim_matches('-');
    if out.is_empty() {
        "klausel".to_owned()
    } else {
        out.to_owned()
    }
}

/// A clause with those of the other languages that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Its key: that of the first language that has it.
    pub key: String,
    /// Place of the clause in each language's list, in the order of the languages.
    pub places: Vec<Option<usize>>,
}

/// Pairs the clauses of a part: by the ids that authors gave, else by place where the headings of both
/// languages are nested alike, else by key.
pub fn paired(languages: &[Vec<Clause>]) -> Vec<Pair> {
    let Some((first, others)) = languages.split_first() else {
        return Vec::new();
    };
    let mut pairs: Vec<Pair> = first
        .iter()
        .enumerate()
        .map(|(at, clause)| Pair {
            key: clause.key.clone(),
            places: vec![Some(at)],
        })
        .collect();
    for (column, other) in others.iter().enumerate() {
        let levels = |list: &[Clause]| list.iter().map(|one| one.level).collect::<Vec<_>>();
        let is_alike = levels(first) == levels(other);
        let mut taken = vec![false; other.len()];
        let mut partners: Vec<Option<usize>> = first
            .iter()
            .map(|clause| {
                let id = clause.id.as_ref()?;
                let found = other.iter().position(|one| one.id.as_ref() == Some(id))?;
                let slot = taken.get_mut(found)?;
                (!*slot).then(|| *slot = true)?;
                Some(found)
            })
            .collect();
        for (at, clause) in first.iter().enumerate() {
            let open = |place: usize| taken.get(place) == Some(&false);
            let by_place =
                Some(at).filter(|at| is_alike && open(*at) && partners.get(*at) == Some(&None));
            let by_key = || {
                let found = other.iter().position(|one| one.key == clause.key)?;
                open(found).then_some(found)
            };
            let is_free = partners.get(at) == Some(&None);
            if let Some(found) = by_place.or_else(by_key).filter(|_| is_free)
                && let (Some(slot), Some(partner)) = (taken.get_mut(found), partners.get_mut(at))
            {
                *slot = true;
                *partner = Some(found);
            }
        }
        let mut rest = partners.into_iter();
        for pair in &mut pairs {
            pair.places.push(rest.next().flatten());
        }
        // What only the other language has comes behind its neighbour.
        for (at, clause) in other.iter().enumerate() {
            if taken.get(at) == Some(&true) {
                continue;
            }
            let before = at.checked_sub(1);
            let behind = pairs.iter().position(|pair| {
                before.is_some() && pair.places.get(column + 1).copied().flatten() == before
            });
            let mut places = vec![None; column + 1];
            places.push(Some(at));
            let is_known = pairs.iter().any(|pair| pair.key == clause.key);
            let key = if is_known {
                format!("{}-{}", clause.key, column + 2)
            } else {
                clause.key.clone()
            };
            let place = behind.map_or(pairs.len(), |behind| behind + 1);
            pairs.insert(place, Pair { key, places });
        }
    }
    pairs
}

//! Writes into the files of a draft what a person assigned: the mark of a subject at a passage, in every
//! language where the same passage is found, or the reason why the text does not speak of it.
//!
//! A mark changes no word. That is checked, not hoped for: where the changed files would read differently, or
//! the mark would end up elsewhere, nothing is written.

use super::subjects::subject;
use super::units::{Passage, PassageKind, passages};
use crate::contract::meta::Column;
use crate::contract::parts::{quoted, set, stem};
use crate::contract::{Contract, meta};
use crate::domain::version::{Files, VersionRefusal};

/// A place in a file, as a page names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkedPlace {
    /// Path of the file.
    pub file: String,
    /// Line number in it, from 1.
    pub line: usize,
}

impl MarkedPlace {
    /// Reads `de/vertrag.dj:12`.
    pub fn parse(text: &str) -> Option<Self> {
        let (file, line) = text.rsplit_once(':')?;
        Some(Self {
            file: file.to_owned(),
            line: line.parse().ok()?,
        })
    }
}

/// Assigns a passage to a subject; returns the files and the place in words.
///
/// # Errors
/// A text that cannot be read, an unknown mark, or a place that cannot bear one.
pub fn assign(
    files: &Files,
    at: &MarkedPlace,
    tag: &str,
) -> Result<(Files, String), VersionRefusal> {
    let (mut changed, clause) = rewritten(files, at, tag, true)?;
    // What is assigned is no longer left uncovered.
    if let Some(toml) = changed.get_mut(meta::FILE)
        && let Ok(meta) = crate::contract::Meta::parse(toml)
        && meta.uncovered.contains_key(tag)
    {
        *toml = set(toml, Some("uncovered"), tag, "");
    }
    Ok((changed, clause))
}

/// Takes the mark away again.
///
/// # Errors
/// As [`assign`].
pub fn release(
    files: &Files,
    at: &MarkedPlace,
    tag: &str,
) -> Result<(Files, String), VersionRefusal> {
    rewritten(files, at, tag, false)
}

/// Notes why the text does not speak of a subject; an empty reason takes that back.
///
/// # Errors
/// A text that cannot be read, or an unknown mark.
pub fn leave_uncovered(files: &Files, tag: &str, reason: &str) -> Result<Files, VersionRefusal> {
    let subject = subject(tag).ok_or(VersionRefusal::NoPlace)?;
    let mut files = files.clone();
    let toml = files.get_mut(meta::FILE).ok_or(VersionRefusal::Blocked)?;
    let value = match reason.trim() {
        "" => String::new(),
        reason => quoted(reason),
    };
    *toml = set(toml, Some("uncovered"), subject.tag, &value);
    crate::contract::Meta::parse(toml).map_err(|_| VersionRefusal::Blocked)?;
    Ok(files)
}

/// Notes what stands in columns of tables of further processors, by the keys of their heads; `None` leaves
/// it to the program.
///
/// # Errors
/// A text that cannot be read.
pub fn name_columns(
    files: &Files,
    said: &[(String, Option<Column>)],
) -> Result<Files, VersionRefusal> {
    let mut files = files.clone();
    let toml = files.get_mut(meta::FILE).ok_or(VersionRefusal::Blocked)?;
    for (key, column) in said {
        let value = column.map(|one| quoted(one.key())).unwrap_or_default();
        *toml = set(toml, Some("columns"), &quoted(key), &value);
    }
    crate::contract::Meta::parse(toml).map_err(|_| VersionRefusal::Blocked)?;
    Ok(files)
}

fn rewritten(
    files: &Files,
    at: &MarkedPlace,
    tag: &str,
    writes: bool,
) -> Result<(Files, String), VersionRefusal> {
    let subject = subject(tag).ok_or(VersionRefusal::NoPlace)?;
    let before = Contract::from_map(files).map_err(|_| VersionRefusal::Blocked)?;
    let mut changed = files.clone();
    let mut done: Vec<(String, usize)> = Vec::new();
    let mut clause = String::new();
    let own = language_of(&before, &at.file).ok_or(VersionRefusal::NoPlace)?;
    let leading = of_file(&passages(&before, own), &at.file);
    let index = leading
        .iter()
        .position(|passage| {
            passage.line == at.line && !matches!(passage.kind, PassageKind::Cells(_))
        })
        .ok_or(VersionRefusal::NoPlace)?;
    for language in &before.meta.languages {
        let Some(path) = counterpart(files, &at.file, language.code()) else {
            continue;
        };
        let all = of_file(&passages(&before, *language), &path);
        if !all
            .iter()
            .map(|one| one.kind)
            .eq(leading.iter().map(|one| one.kind))
        {
            continue; // the trees differ: nobody can tell which passage is meant
        }
        let Some(passage) = all.get(index) else {
            continue;
        };
        if passage.tags.iter().any(|one| one == subject.tag) == writes {
            continue;
        }
        let text = changed.get(&path).map(String::as_str).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let edited = if writes {
            mark(lines, passage, subject.tag)
        } else {
            unmark(lines, passage, subject.tag)
        };
        changed.insert(path.clone(), edited.ok_or(VersionRefusal::NoPlace)?);
        if path == at.file {
            clause.clone_from(&passage.clause);
        }
        done.push((path, index));
    }
    if done.is_empty() {
        return Err(VersionRefusal::NoPlace);
    }
    let after = Contract::from_map(&changed).map_err(|_| VersionRefusal::NoPlace)?;
    if !says_the_same(&before, &after)
        || !done.iter().all(|(path, index)| {
            language_of(&after, path).is_some_and(|language| {
                let all = of_file(&passages(&after, language), path);
                all.get(*index).is_some_and(|passage| {
                    passage.tags.iter().any(|one| one == subject.tag) == writes
                })
            })
        })
    {
        return Err(VersionRefusal::NoPlace);
    }
    Ok((changed, clause))
}

fn language_of(contract: &Contract, file: &str) -> Option<crate::domain::Language> {
    let (code, _) = file.split_once('/')?;
    let mut languages = contract.meta.languages.iter().copied();
    languages.find(|language| language.code() == code)
}

/// The same part in another language.
fn counterpart(files: &Files, path: &str, code: &str) -> Option<String> {
    let other = format!("{code}/{}.dj", stem(path)?);
    files.contains_key(&other).then_some(other)
}

fn of_file(all: &[Passage], file: &str) -> Vec<Passage> {
    all.iter()
        .filter(|passage| passage.file == file)
        .cloned()
        .collect()
}

fn says_the_same(before: &Contract, after: &Contract) -> bool {
    let words = |contract: &Contract| -> Vec<(PassageKind, String)> {
        let languages = contract.meta.languages.iter();
        let all = languages.flat_map(|language| passages(contract, *language));
        all.map(|passage| (passage.kind, passage.text)).collect()
    };
    words(before) == words(after)
}

/// Index of the line with the attributes of a passage that is no item, if it has one.
fn attributes_of(lines: &[String], passage: &Passage) -> Option<usize> {
    let is_attributes = |at: usize| {
        lines.get(at).is_some_and(|line| {
            let line = line.trim();
            line.starts_with('{') && line.ends_with('}') && !line.starts_with("{=")
        })
    };
    let own = passage.line.checked_sub(1)?;
    if is_attributes(own) {
        return Some(own);
    }
    let above = own.checked_sub(1)?;
    is_attributes(above).then_some(above)
}

/// The line of an item in three: indentation with mark, space, and what follows.
fn item_line(line: &str) -> Option<(&str, &str)> {
    let indent = line.len() - line.trim_start().len();
    let rest = line.get(indent..)?;
    let mark = rest.split(' ').next()?;
    let head = line.get(..indent + mark.len())?;
    Some((head, line.get(head.len()..)?.trim_start()))
}

fn mark(mut lines: Vec<String>, passage: &Passage, tag: &str) -> Option<String> {
    let own = passage.line.checked_sub(1)?;
    if passage.kind == PassageKind::Item {
        let line = lines.get(own)?.clone();
        let (head, rest) = item_line(&line)?;
        if let Some(end) = rest.starts_with('{').then(|| rest.find('}')).flatten() {
            let (inner, behind) = (rest.get(..end)?, rest.get(end..)?);
            *lines.get_mut(own)? = format!("{head} {inner} .{tag}{behind}");
        } else {
            let indent = " ".repeat(head.chars().count() + 1);
            *lines.get_mut(own)? = format!("{head} {{.{tag}}}");
            lines.insert(own + 1, format!("{indent}{rest}"));
        }
    } else if let Some(at) = attributes_of(&lines, passage) {
        let line = lines.get_mut(at)?;
        let end = line.rfind('}')?;
        line.insert_str(end, &format!(" .{tag}"));
    } else {
        let line = lines.get(own)?;
        let indent = line.get(..line.len() - line.trim_start().len())?.to_owned();
        lines.insert(own, format!("{indent}{{.{tag}}}"));
    }
    Some(lines.join("\n") + "\n")
}

fn unmark(mut lines: Vec<String>, passage: &Passage, tag: &str) -> Option<String> {
    let own = passage.line.checked_sub(1)?;
    let is_item = passage.kind == PassageKind::Item;
    let at = match is_item {
        true => own,
        false => attributes_of(&lines, passage)?,
    };
    let line = lines.get(at)?.clone();
    let (from, to) = (line.find('{')?, line.find('}')?);
    let inner = line.get(from + 1..to)?;
    let wanted = format!(".{tag}");
    let left: Vec<&str> = inner
        .split(' ')
        .filter(|one| !one.is_empty() && *one != wanted)
        .collect();
    if left.len() == inner.split(' ').filter(|one| !one.is_empty()).count() {
        return None;
    }
    let (head, behind) = (line.get(..from)?, line.get(to + 1..)?);
    match (left.is_empty(), is_item) {
        (false, _) => *lines.get_mut(at)? = format!("{head}{{{}}}{behind}", left.join(" ")),
        (true, false) => {
            lines.remove(at);
        }
        (true, true) => {
            let next = match behind.trim().is_empty() {
                true => lines.remove(at + 1).trim_start().to_owned(),
                false => behind.trim_start().to_owned(),
            };
            *lines.get_mut(at)? = format!("{head}{next}");
        }
    }
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;
    use crate::contract::check::{assignments, proposals};
    use crate::contract::shipped;

    fn at(files: &Files, file: &str, starts: &str) -> MarkedPlace {
        let place = files[file]
            .lines()
            .position(|line| line.starts_with(starts))
            .unwrap();
        MarkedPlace {
            file: file.to_owned(),
            line: place + 1,
        }
    }

    /// The shipped text with every mark taken out of both languages.
    fn bare() -> Files {
        let mut files = shipped();
        for text in files.values_mut() {
            for subject in crate::contract::check::subjects() {
                for end in [" ", "}"] {
                    *text = text.replace(&format!(" .{}{end}", subject.tag), end);
                }
            }
        }
        files
    }

    #[test]
    fn lc04_every_passage_can_be_assigned_and_released_again() {
        let files = shipped();
        let contract = Contract::from_map(&files).unwrap();
        let all = passages(&contract, contract.meta.binding);
        // One of each kind and shape, and not the thousand others.
        for passage in all
            .iter()
            .filter(|one| !matches!(one.kind, PassageKind::Cells(_)))
            .step_by(45)
        {
            let place = MarkedPlace {
                file: passage.file.clone(),
                line: passage.line,
            };
            if passage.tags.iter().any(|tag| tag == "survival") {
                continue;
            }
            let (marked, clause) = assign(&files, &place, "survival")
                .unwrap_or_else(|why| panic!("{}: {why:?}", passage.place()));
            assert_eq!(clause, passage.clause);
            let other = passage.file.replace("de/", "en/");
            assert_ne!(marked[&other], files[&other], "{}", passage.place());
            let now = Contract::from_map(&marked).unwrap();
            let moved = passages(&now, now.meta.binding);
            let found = moved
                .iter()
                .find(|one| {
                    one.file == passage.file
                        && one.text == passage.text
                        && one.kind == passage.kind
                        && one.tags.iter().any(|tag| tag == "survival")
                })
                .unwrap();
            let place = MarkedPlace {
                file: found.file.clone(),
                line: found.line,
            };
            let (back, _) = release(&marked, &place, "survival")
                .unwrap_or_else(|why| panic!("{}: {why:?}", passage.place()));
            assert_eq!(back, files, "{}", passage.place());
        }
    }

    #[test]
    fn lc04_a_text_without_marks_is_assigned_by_its_proposals() {
        let mut files = bare();
        let contract = Contract::from_map(&files).unwrap();
        let open = assignments(&contract)
            .iter()
            .filter(|one| one.is_open())
            .count();
        assert!(open > 45, "{open}");
        let some = || crate::contract::check::subjects().iter().step_by(9);
        for subject in some() {
            let contract = Contract::from_map(&files).unwrap();
            let found = proposals(&contract, contract.meta.binding);
            let Some(first) = found[subject.tag].first() else {
                continue;
            };
            // A row is assigned with its table.
            let all = passages(&contract, contract.meta.binding);
            let unit = all
                .iter()
                .find(|one| one.file == first.file && one.line == first.line)
                .unwrap();
            let line = match unit.kind {
                PassageKind::Cells(_) => all[*unit.above.last().unwrap()].line,
                _ => unit.line,
            };
            let place = MarkedPlace {
                file: first.file.clone(),
                line,
            };
            files = assign(&files, &place, subject.tag).unwrap().0;
        }
        let contract = Contract::from_map(&files).unwrap();
        let now = assignments(&contract);
        for subject in some() {
            let own = now.iter().find(|one| one.subject == subject).unwrap();
            assert!(
                own.is_assigned() || own.proposals.is_empty(),
                "{}",
                subject.tag
            );
        }
    }

    #[test]
    fn lc04_what_cannot_be_assigned_is_refused_and_a_reason_is_kept() {
        let files = shipped();
        let heading = at(&files, "de/vertrag.dj", "# Haftung");
        for (place, tag) in [
            (
                MarkedPlace {
                    line: 9999,
                    ..heading.clone()
                },
                "liability",
            ),
            (
                MarkedPlace {
                    file: "de/nirgends.dj".into(),
                    ..heading.clone()
                },
                "liability",
            ),
            (heading.clone(), "no-such-mark"),
        ] {
            assert_eq!(
                assign(&files, &place, tag),
                Err(VersionRefusal::NoPlace),
                "{place:?} {tag}"
            );
        }
        let without = bare();
        let noted = leave_uncovered(&without, "precedence", "Steht im „Haupt\\vertrag\".").unwrap();
        let contract = Contract::from_map(&noted).unwrap();
        let own = assignments(&contract)
            .into_iter()
            .find(|one| one.subject.tag == "precedence")
            .unwrap();
        assert_eq!(own.reason.as_deref(), Some("Steht im „Haupt\\vertrag\"."));
        assert!(!own.is_open() && !own.is_assigned());
        let heading = at(&noted, "de/vertrag.dj", "# Haftung");
        let (assigned, _) = assign(&noted, &heading, "precedence").unwrap();
        assert!(
            Contract::from_map(&assigned)
                .unwrap()
                .meta
                .uncovered
                .is_empty()
        );
        let back = leave_uncovered(&noted, "precedence", " ").unwrap();
        assert!(Contract::from_map(&back).unwrap().meta.uncovered.is_empty());
    }
}

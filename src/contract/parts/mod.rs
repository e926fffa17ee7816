//! Parts of a version as its editors handle them: an annex or a product is one file per language and,
//! for an annex, a line in `contract.toml`.

use crate::domain::version::{Files, VersionRefusal, is_path};

use super::meta;

/// The kind of a new part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// An annex, which is named in `contract.toml`.
    Annex,
    /// The description of a product, whose file is named by its code.
    Product,
    /// The groups of measures of Art. 32; there is at most one such part, with a fixed name.
    Measures,
}

/// Name of the part with the measures.
pub const MEASURES: &str = "massnahmen";

/// Names of the parts without language and extension, in reading order: the contract, the annexes
/// in printed order, the products.
pub fn stems(files: &Files) -> Vec<String> {
    let annexes = annexes(files);
    let mut stems: Vec<String> = files.keys().filter_map(|path| stem(path)).collect();
    stems.sort();
    stems.dedup();
    let place = |stem: &String| {
        let listed = annexes.iter().position(|annex| annex == stem);
        match (stem == "vertrag", stem.starts_with("produkte/"), listed) {
            (true, ..) => (0, 0),
            (_, true, _) => (3, 0),
            (_, _, Some(at)) => (1, at),
            (_, _, None) => (2, 0),
        }
    };
    stems.sort_by_key(|stem| (place(stem), stem.clone()));
    stems
}

/// A path without language and extension; `None` for `contract.toml`.
pub fn stem(path: &str) -> Option<String> {
    let (_, rest) = path.split_once('/')?;
    Some(rest.strip_suffix(".dj")?.to_owned())
}

/// Languages a version should have: those of `contract.toml`, or those that have texts.
pub fn languages(files: &Files) -> Vec<&'static str> {
    let named = table(files)
        .and_then(|table| Some(table.get("languages")?.as_array()?.clone()))
        .unwrap_or_default();
    let mut known = ["de", "en"].into_iter().filter(|code| {
        let is_named = named.iter().any(|one| one.as_str() == Some(code));
        is_named || (named.is_empty() && files.keys().any(|path| path.starts_with(code)))
    });
    let first = known.next().unwrap_or("de");
    std::iter::once(first).chain(known).collect()
}

/// Keys of the product files that exist in every language.
pub fn product_keys(files: &Files) -> Vec<String> {
    let mut all = languages(files).into_iter().map(|language| {
        let start = format!("{language}/produkte/");
        let key = |path: &String| {
            let name = path.strip_prefix(&start)?.strip_suffix(".dj")?;
            Some(name.to_owned())
        };
        files.keys().filter_map(key).collect::<Vec<_>>()
    });
    let first = all.next().unwrap_or_default();
    all.fold(first, |known, other| {
        known
            .into_iter()
            .filter(|key| other.contains(key))
            .collect()
    })
}

/// Adds a part in every language, with a heading to begin with.
///
/// # Errors
/// A name no file can have, or one that is taken.
pub fn add(
    files: &Files,
    kind: PartKind,
    name: &str,
    title: &str,
) -> Result<(Files, String), VersionRefusal> {
    if name.contains('/') {
        return Err(VersionRefusal::BadName);
    }
    let stem = match kind {
        PartKind::Annex => name.to_owned(),
        PartKind::Product => format!("produkte/{name}"),
        PartKind::Measures => MEASURES.to_owned(),
    };
    let title = literal(title);
    let text = |_: &str| match kind {
        PartKind::Annex => format!("# {title}\n\n…\n"),
        PartKind::Product => format!("## {title}\n\n…\n"),
        // Aim and measures, as every group has them.
        PartKind::Measures => format!("## {title}\n\n…\n\n- …\n"),
    };
    if kind == PartKind::Annex {
        return Ok((add_annex(files, name, text)?, stem));
    }
    Ok((add_files(files, &stem, text)?, stem))
}

/// Adds an annex behind the others, with its text in each language.
///
/// # Errors
/// As [`add`].
pub fn add_annex(
    files: &Files,
    name: &str,
    text: impl Fn(&str) -> String,
) -> Result<Files, VersionRefusal> {
    let mut files = add_files(files, name, text)?;
    let mut annexes = annexes(&files);
    annexes.push(name.to_owned());
    write_annexes(&mut files, &annexes);
    Ok(files)
}

/// Adds a file in every language, with its text in each.
///
/// # Errors
/// As [`add`].
pub fn add_files(
    files: &Files,
    stem: &str,
    text: impl Fn(&str) -> String,
) -> Result<Files, VersionRefusal> {
    let mut files = files.clone();
    for language in languages(&files) {
        let path = format!("{language}/{stem}.dj");
        if !is_path(&path) {
            return Err(VersionRefusal::BadName);
        }
        if files.insert(path, text(language)).is_some() {
            return Err(VersionRefusal::NameTaken);
        }
    }
    Ok(files)
}

/// Gives a part another name in every language; references to an annex and the summary of a product
/// follow.
///
/// # Errors
/// A part that is not there or has to keep its name, a name no file can have or that is taken.
pub fn rename(files: &Files, from: &str, name: &str) -> Result<(Files, String), VersionRefusal> {
    let to = match from.strip_prefix("produkte/") {
        Some(_) => format!("produkte/{name}"),
        None => name.to_owned(),
    };
    if from == "vertrag" || from == MEASURES {
        return Err(VersionRefusal::NoSuchPart);
    }
    let (mut renamed, mut found) = (Files::new(), false);
    for (path, text) in files {
        let new = match stem(path) {
            Some(stem) if stem == from => {
                found = true;
                path.replace(&format!("/{from}.dj"), &format!("/{to}.dj"))
            }
            _ => path.clone(),
        };
        if !is_path(&new) || name.contains('/') {
            return Err(VersionRefusal::BadName);
        }
        let mut text = text.clone();
        for (before, after) in [("](#", ")"), ("{#", "}"), ("{#", " ")] {
            let mark = |name: &str| format!("{before}{name}{after}");
            text = text.replace(&mark(from), &mark(&to));
        }
        if renamed.insert(new, text).is_some() {
            return Err(VersionRefusal::NameTaken);
        }
    }
    if !found {
        return Err(VersionRefusal::NoSuchPart);
    }
    let mut annexes = annexes(files);
    if let Some(annex) = annexes.iter_mut().find(|annex| *annex == from) {
        annex.clone_from(&to);
        write_annexes(&mut renamed, &annexes);
    }
    if let Some(key) = from.strip_prefix("produkte/") {
        move_summary(&mut renamed, key, Some(name));
    }
    Ok((renamed, to))
}

/// Takes a part out in every language, and with a product its summary.
///
/// # Errors
/// A part that is not there, or that no contract can do without.
pub fn remove(files: &Files, gone: &str) -> Result<Files, VersionRefusal> {
    let mut files = files.clone();
    let before = files.len();
    files.retain(|path, _| stem(path).as_deref() != Some(gone));
    if gone == "vertrag" || files.len() == before {
        return Err(VersionRefusal::NoSuchPart);
    }
    let mut annexes = annexes(&files);
    if annexes.iter().any(|annex| annex == gone) {
        annexes.retain(|annex| annex != gone);
        write_annexes(&mut files, &annexes);
    }
    if let Some(key) = gone.strip_prefix("produkte/") {
        move_summary(&mut files, key, None);
    }
    Ok(files)
}

/// Gives what the page of conclusion says of a product another key, or takes it out with the product.
fn move_summary(files: &mut Files, from: &str, to: Option<&str>) {
    let Some(toml) = files.get_mut(meta::FILE) else {
        return;
    };
    let section = format!("[summaries.{from}");
    let (mut lines, mut is_gone) = (Vec::new(), false);
    for line in toml.lines() {
        let rest = line.strip_prefix(section.as_str());
        let rest = rest.filter(|rest| rest.starts_with([']', '.']));
        if line.starts_with('[') {
            is_gone = rest.is_some() && to.is_none();
        }
        match (rest, to) {
            (Some(rest), Some(to)) => lines.push(format!("[summaries.{to}{rest}")),
            _ if is_gone => {}
            _ => lines.push(line.to_owned()),
        }
    }
    *toml = lines.join("\n") + "\n";
}

/// A heading as typed, escaped so that nothing in it is markup.
pub(super) fn literal(title: &str) -> String {
    let mut out = String::new();
    for c in title.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | '/' | '(' | ')' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn table(files: &Files) -> Option<toml::Table> {
    files.get(meta::FILE)?.parse().ok()
}

/// The annexes `contract.toml` names, in printed order.
pub fn annexes(files: &Files) -> Vec<String> {
    let list = table(files).and_then(|table| Some(table.get("annexes")?.as_array()?.clone()));
    list.unwrap_or_default()
        .iter()
        .filter_map(|annex| annex.as_str().map(str::to_owned))
        .collect()
}

fn write_annexes(files: &mut Files, annexes: &[String]) {
    let lines: String = annexes
        .iter()
        .map(|annex| format!("    {},\n", quoted(annex)))
        .collect();
    if let Some(toml) = files.get_mut(meta::FILE) {
        *toml = set(toml, None, "annexes", &format!("[\n{lines}]"));
    }
}

/// A text as a TOML string on one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes one value of a TOML text and leaves everything else as it is, including comments. `value`
/// is written as it is; an empty one removes the line.
pub fn set(text: &str, section: Option<&str>, key: &str, value: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let header = |line: &str| {
        let line = line.trim();
        let inner = line.strip_prefix('[')?.split(']').next()?;
        Some(inner.trim().to_owned())
    };
    let (mut begin, mut end) = (0, lines.len());
    let headers = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((at, header(line)?)));
    // The lines of a multi-line list may look like anything; only those without indentation begin a
    // section.
    let headers: Vec<(usize, String)> = headers
        .filter(|(at, _)| lines.get(*at).is_some_and(|line| line.starts_with('[')))
        .collect();
    match section {
        None => end = headers.first().map_or(end, |(at, _)| *at),
        Some(name) => match headers.iter().position(|(_, header)| header == name) {
            Some(place) => {
                begin = headers.get(place).map_or(0, |(at, _)| at + 1);
                end = headers.get(place + 1).map_or(end, |(at, _)| *at);
            }
            None => {
                if let Some(text) = unfolded(text, name) {
                    return set(&text, section, key, value);
                }
                let line = if value.is_empty() {
                    String::new()
                } else {
                    format!("\n[{name}]\n{key} = {value}\n")
                };
                return format!("{}\n{line}", text.trim_end());
            }
        },
    }
    let is_key = |line: &&str| {
        line.split_once('=')
            .is_some_and(|(left, _)| left.trim() == key)
    };
    let found = lines
        .get(begin..end)
        .and_then(|part| part.iter().position(is_key))
        .map(|at| at + begin);
    let written = (!value.is_empty()).then(|| format!("{key} = {value}"));
    let (from, to) = match found {
        Some(at) => (at, at + extent(lines.get(at..end).unwrap_or_default())),
        None => {
            let body = lines.get(begin..end).unwrap_or_default();
            let last = body
                .iter()
                .rposition(|line| !line.trim().is_empty())
                .map_or(begin, |at| begin + at + 1);
            (last, last)
        }
    };
    let mut out: Vec<String> = lines
        .iter()
        .take(from)
        .map(|line| (*line).to_owned())
        .collect();
    out.extend(written);
    out.extend(lines.iter().skip(to).map(|line| (*line).to_owned()));
    out.join("\n") + "\n"
}

/// Writes a table on one line, `title = { de = "…" }`, as a section of its own.
fn unfolded(text: &str, name: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    let entries = table.get(name)?.as_table()?.iter();
    let body: String = entries
        .map(|(key, value)| format!("{key} = {value}\n"))
        .collect();
    let others = set(text, None, name, "");
    Some(format!("{}\n\n[{name}]\n{body}", others.trim_end()))
}

/// Number of lines of a value: a list may have several.
fn extent(lines: &[&str]) -> usize {
    let opens = lines
        .first()
        .and_then(|line| line.split_once('='))
        .is_some_and(|(_, value)| value.trim().starts_with('[') && !value.contains(']'));
    if !opens {
        return 1;
    }
    lines
        .iter()
        .position(|line| line.contains(']'))
        .map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests;

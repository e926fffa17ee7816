//! `contract import`: makes a draft folder from the texts of a legal department.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::{Result, say};
use crate::clock::Clock;
use crate::contract::import::{Source, import};
use crate::domain::calendar;

/// Extensions of the files that are read from a folder.
const ENDINGS: &[&str] = &[
    "md", "markdown", "mdown", "txt", "text", "html", "htm", "xhtml",
];

/// Usual names of the main text's file, which comes before the annexes.
const MAIN: &[&str] = &[
    "vertrag",
    "avv",
    "contract",
    "dpa",
    "agreement",
    "main",
    "haupt",
];

/// Makes a draft from a file, or from all texts of a folder. Without `dir`, the draft of a folder is
/// written into it and that of a file beside it, into a folder of the same name.
pub fn run(source: &Path, dir: Option<&Path>) -> Result<()> {
    let folder = dir.map_or_else(|| target(source), Path::to_path_buf);
    let already = folder.join("contract.toml");
    anyhow::ensure!(
        !already.exists(),
        "{} is there already; name another folder",
        already.display()
    );
    let files = sources(source)?;
    anyhow::ensure!(
        !files.is_empty(),
        "{} has no .md, .txt or .html file",
        source.display()
    );
    let texts: Vec<Source<'_>> = files
        .iter()
        .map(|(name, text)| Source { name, text })
        .collect();
    let today = calendar::day(Clock::system().now());
    let draft = import(&texts, today).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        anyhow!("nothing was imported: {}", lines.join("; "))
    })?;
    for (path, text) in &draft.files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("{} cannot be made", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        say(&path.display().to_string());
    }
    for note in &draft.notes {
        say(&note.to_string());
    }
    for (language, count) in &draft.words {
        say(&format!(
            "{}: {count} words, each of them in the draft, in order",
            language.code()
        ));
    }
    Ok(())
}

fn target(source: &Path) -> PathBuf {
    if source.is_dir() {
        source.to_path_buf()
    } else {
        source.with_extension("")
    }
}

/// Names and texts, the main text first.
fn sources(source: &Path) -> Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    if source.is_dir() {
        let entries = fs::read_dir(source).context("the folder cannot be read")?;
        for entry in entries {
            let path = entry.context("the folder cannot be read")?.path();
            let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
            if path.is_file() && ending.is_some_and(|e| ENDINGS.contains(&e.as_str())) {
                paths.push(path);
            }
        }
        paths.sort_by_key(|path| (!is_main(path), path.clone()));
    } else {
        paths.push(source.to_path_buf());
    }
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| anyhow!("{} is not UTF-8; save it as UTF-8", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok((name.into_owned(), text))
    };
    paths.iter().map(read).collect()
}

fn is_main(path: &Path) -> bool {
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    MAIN.iter().any(|name| stem.starts_with(name))
}

//! `contract import`: makes a draft folder from the documents and texts of a legal department.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::{Result, say};
use crate::actions::versions::imports::read;
use crate::clock::Clock;
use crate::domain::calendar;
use crate::domain::version::ImportSource;

/// Extensions of the files that are read from a folder.
const ENDINGS: &[&str] = &[
    "docx", "odt", "md", "markdown", "mdown", "txt", "text", "html", "htm", "xhtml",
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
        "{} has no .docx, .odt, .html, .md or .txt file",
        source.display()
    );
    let today = calendar::day(Clock::system().now());
    let import = read(&files, &BTreeMap::new(), today).map_err(|bad| {
        let places = bad.places.join("; ");
        anyhow!("nothing was imported: {}. {places}", bad.sentence)
    })?;
    for (path, text) in &import.base {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("{} cannot be made", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        say(&path.display().to_string());
    }
    for note in &import.state.notes {
        say(note);
    }
    for line in &import.state.lines {
        say(&format!(
            "{}: taken for {}: {} ({})",
            line.place, line.role, line.text, line.why
        ));
    }
    say(&format!(
        "{} words, each of them in the draft, in order",
        import.state.words
    ));
    Ok(())
}

fn target(source: &Path) -> PathBuf {
    if source.is_dir() {
        source.to_path_buf()
    } else {
        source.with_extension("")
    }
}

/// The files, the main text first.
fn sources(source: &Path) -> Result<Vec<ImportSource>> {
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
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(ImportSource {
            name: name.into_owned(),
            encoding: None,
            bytes,
        })
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

//! Drafts from the texts a legal department has: read, kept with the draft, and read once more when
//! its author decides about a line (T-15). What was written by hand meanwhile stays.

use chrono::{DateTime, NaiveDate, Utc};

use super::draft::{begin_with, write};
use super::{ActionError, lock_seen};
use crate::actions::require;
use crate::contract::import::{
    Decisions, Doubt, Encoding, Role, Source, decode, import_with, merged,
};
use crate::document::folder::is_zip;
use crate::document::office::{self, Parts};
use crate::domain::VersionId;
use crate::domain::version::{
    Files, ImportLine, ImportSource, ImportState, MAX_ALL, VersionAuditEvent, VersionRefusal,
    VersionStep,
};
use crate::domain::viewer::{Duty, Viewer};
use crate::storage::PgConnection;
use crate::storage::contract_imports::{
    Import, create_import, find_import, list_sources, save_import,
};

/// Why files are not imported: one sentence without its full stop, and the places concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// German: what is wrong and what to do.
    pub sentence: String,
    /// The places.
    pub places: Vec<String>,
}

impl Unreadable {
    fn new(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            places: Vec::new(),
        }
    }
}

/// How files of older programs begin, which are no archives.
const OLD_OFFICE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// A file after its bytes were read.
enum Opened {
    Text(String),
    Office(Parts),
}

/// Reads files into a draft, with what was decided of their lines. CPU work.
///
/// # Errors
/// What keeps them from being imported without a lost word.
pub fn read(
    sources: &[ImportSource],
    decisions: &std::collections::BTreeMap<usize, String>,
    today: NaiveDate,
) -> Result<Import, Unreadable> {
    let mut opened = Vec::new();
    let mut notes = Vec::new();
    let mut encodings = Vec::new();
    for (place, source) in sources.iter().enumerate() {
        let one = open(place, source, &mut notes, &mut encodings)?;
        opened.push(one);
    }
    let given: Vec<Source<'_>> = sources
        .iter()
        .zip(&opened)
        .map(|(source, opened)| match opened {
            Opened::Text(text) => Source::text(&source.name, text),
            Opened::Office(parts) => Source::office(&source.name, parts),
        })
        .collect();
    let roles: Decisions = decisions
        .iter()
        .filter_map(|(line, key)| Some((*line, Role::from_key(key)?)))
        .collect();
    let draft = import_with(&given, &roles, today).map_err(|problems| Unreadable {
        sentence: "Der Text konnte nicht ohne Verlust übernommen werden. Die Stellen stehen unten"
            .to_owned(),
        places: problems.iter().map(ToString::to_string).collect(),
    })?;
    notes.extend(
        draft
            .notes
            .iter()
            .map(|note| format!("{}, Stelle {}: {}", note.file, note.line, note.message)),
    );
    Ok(Import {
        base: draft.files.into_iter().collect(),
        state: ImportState {
            words: draft.words.iter().map(|(_, count)| count).sum(),
            notes,
            lines: draft.doubts.iter().map(line).collect(),
            encodings,
            decisions: decisions.clone(),
        },
    })
}

fn open(
    place: usize,
    source: &ImportSource,
    notes: &mut Vec<String>,
    encodings: &mut Vec<(usize, String, String)>,
) -> Result<Opened, Unreadable> {
    if is_zip(&source.bytes) {
        let parts = office::open(&source.bytes).map_err(|bad| Unreadable::new(bad.sentence()))?;
        let parts = parts.ok_or_else(|| {
            Unreadable::new("Das ZIP ist kein Dokument. Wählen Sie ein ZIP allein oder nur Texte")
        })?;
        return Ok(Opened::Office(parts));
    }
    if source.bytes.starts_with(OLD_OFFICE) {
        return Err(Unreadable::new(
            "Die Datei ist ein altes .doc oder mit einem Passwort geschützt. Speichern Sie sie als .docx ohne Passwort",
        ));
    }
    if source.bytes.starts_with(b"%PDF-") {
        return Err(Unreadable::new(
            "Die Datei ist ein PDF. Nehmen Sie das Dokument, aus dem es entstanden ist",
        ));
    }
    let chosen = source.encoding.as_deref().and_then(Encoding::from_key);
    let decoded = decode(&source.bytes, chosen);
    if decoded.text.len() > MAX_ALL {
        return Err(Unreadable::new(
            "Der Text ist größer als ein Vertrag sein kann. Kürzen oder teilen Sie ihn",
        ));
    }
    if decoded.text.contains('\0') {
        return Err(Unreadable::new(
            "Die Datei ist weder ein ZIP noch ein Dokument noch ein Text. Speichern Sie den Vertrag als .docx, .odt, HTML, Markdown oder Text",
        ));
    }
    if decoded.encoding != Encoding::Utf8 {
        notes.push(format!(
            "{}: gelesen als {}.",
            source.name,
            decoded.encoding.word()
        ));
    }
    if decoded.is_guess {
        let sample = decoded.sample().unwrap_or_default().to_owned();
        encodings.push((place, decoded.encoding.key().to_owned(), sample));
    }
    Ok(Opened::Text(decoded.text))
}

fn line(doubt: &Doubt) -> ImportLine {
    ImportLine {
        key: doubt.key,
        place: format!("{}, Stelle {}", doubt.file, doubt.line),
        text: doubt.text.clone(),
        role: doubt.role.key(),
        choices: doubt.choices().into_iter().map(Role::key).collect(),
        why: doubt.why.to_owned(),
        is_decided: doubt.is_decided,
    }
}

/// Begins a draft that was imported, and keeps what it was made from.
pub fn begin(
    conn: &mut PgConnection,
    viewer: &Viewer,
    (sources, import): (&[ImportSource], &Import),
    based_on: Option<VersionId>,
    now: DateTime<Utc>,
) -> Result<VersionId, ActionError> {
    let id = begin_with(conn, viewer, import.base.clone(), based_on, now)?;
    create_import(conn, id, sources, import)?;
    Ok(id)
}

/// The import of a draft with its sources; `None` if it was not imported.
pub fn find(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
) -> Result<Option<(Import, Vec<ImportSource>)>, ActionError> {
    require(viewer, Duty::Contract)?;
    let Some(import) = find_import(conn, id)? else {
        return Ok(None);
    };
    Ok(Some((import, list_sources(conn, id)?)))
}

/// Writes what the author decided: `import` was made from these sources with the decision in it.
/// Refused if the version is another one than the author saw, or if the same place was written by
/// hand meanwhile.
pub fn decide(
    conn: &mut PgConnection,
    viewer: &Viewer,
    (id, seen): (VersionId, i32),
    (sources, import): (&[ImportSource], &Import),
    what: String,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock_seen(conn, viewer, id, VersionStep::Edit, seen)?;
    let before = find_import(conn, id)?.ok_or(ActionError::NotFound)?;
    let files = with_both(&before.base, &version.files, &import.base)
        .ok_or(VersionRefusal::WrittenByHand)?;
    save_import(conn, id, sources, import)?;
    write(
        conn,
        viewer,
        version,
        files,
        VersionAuditEvent::ImportDecided { what },
        now,
    )
}

/// The files of a draft with what was written by hand and what was imported anew.
fn with_both(base: &Files, by_hand: &Files, anew: &Files) -> Option<Files> {
    let mut out = by_hand.clone();
    for path in base.keys().chain(anew.keys()) {
        let (old, own, new) = (base.get(path), by_hand.get(path), anew.get(path));
        match (old, own, new) {
            (Some(old), Some(own), Some(new)) => {
                drop(out.insert(path.clone(), merged(old, own, new)?))
            }
            (_, own, new) if own == new => {}
            (old, own, Some(new)) if old == own => drop(out.insert(path.clone(), new.clone())),
            (old, own, None) if old == own => drop(out.remove(path)),
            // It is as the import made it before, or somebody removed it by hand.
            (old, _, new) if old == new => {}
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(all: &[(&str, &str)]) -> Files {
        all.iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect()
    }

    /// T-15: a decision changes what the import made of a line, and nothing that was written by hand.
    #[test]
    fn t15_a_decision_keeps_what_was_written_by_hand() {
        let base = files(&[("a", "eins\n\nzwei\n"), ("b", "drei\n")]);
        let own = files(&[("a", "eins!\n\nzwei\n"), ("b", "drei\n"), ("c", "neu\n")]);
        let anew = files(&[("a", "eins\n\n# zwei\n")]);
        assert_eq!(
            with_both(&base, &own, &anew),
            Some(files(&[("a", "eins!\n\n# zwei\n"), ("c", "neu\n")]))
        );
        let changed = files(&[("a", "eins\n\nzwei!\n"), ("b", "drei\n")]);
        assert_eq!(with_both(&base, &changed, &anew), None);
        let renamed = files(&[("a", "eins\n\nzwei\n"), ("b", "drei!\n")]);
        assert_eq!(with_both(&base, &renamed, &anew), None);
    }
}

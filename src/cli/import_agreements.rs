//! `import agreements`: what the page *Kunden → Importieren → Bestehende Verträge* does, from files on the
//! server. It only looks them through and keeps them: two administrators propose and confirm them in the
//! portal, because whoever has a shell on the server is none of them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use super::import_customers::unreadable;
use super::{Result, open, say};
use crate::actions::ActionError;
use crate::actions::agreement_import::{Unusable, check};
use crate::actions::table_file::Upload;
use crate::app::App;
use crate::config::Config;
use crate::document::scans::Source;
use crate::domain::agreement_import::Fault;
use crate::domain::{AgreementImportId, Language};
use crate::mail::Transport;
use crate::paths;
use crate::sheet::Encoding;
use crate::storage::agreement_imports::{self as stored, AgreementImport, list_faults};
use crate::storage::db::DbError;
use crate::wording::table::ColumnWord as _;

/// Exit code: lines or scans are faulty.
const FAULTY: u8 = 2;
/// Faults that are printed; the page has all of them.
const FAULTS: i64 = 1000;

/// What is recorded, and how.
#[derive(Debug, Args)]
pub struct Wanted {
    /// The file
    file: PathBuf,
    /// ZIP with scans, one PDF for each line, named by its customer number (K-10001.pdf)
    #[arg(long, value_name = "ZIP")]
    scans: Option<PathBuf>,
    /// Only say what is in it and what is faulty; keep nothing
    #[arg(long)]
    dry_run: bool,
    /// The file is not in UTF-8 but in Windows-1252
    #[arg(long = "windows-1252")]
    windows: bool,
}

/// Looks the files through and keeps them for two administrators.
pub fn run(config: Config, wanted: &Wanted) -> Result<ExitCode> {
    let bytes = fs::read(&wanted.file)
        .with_context(|| format!("{} cannot be read", wanted.file.display()))?;
    let mut scans = match &wanted.scans {
        Some(path) => {
            let file =
                File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
            Some((name_of(path), file))
        }
        None => None,
    };
    let clock = open::clock(&config);
    let opened = open::open(config, clock, Transport::memory())?;
    let done = import(&opened.app, wanted, &bytes, scans.as_mut());
    opened.close();
    done
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn import(
    app: &App,
    wanted: &Wanted,
    bytes: &[u8],
    scans: Option<&mut (String, File)>,
) -> Result<ExitCode> {
    let name = name_of(&wanted.file);
    let upload = Upload {
        name: &name,
        bytes,
        encoding: if wanted.windows {
            Encoding::Windows1252
        } else {
            Encoding::Utf8
        },
    };
    let scans = scans.map(|(name, file)| (name.as_str(), file as &mut dyn Source));
    let id = match check(app, None, upload, scans, app.clock.now())? {
        Ok(id) => id,
        Err(Unusable::Table(why)) => bail!("{}", unreadable(&why)),
        Err(Unusable::Scans(why)) => bail!("{}", why.english()),
    };
    let (found, faults) = app
        .db
        .read_blocking(|conn| -> std::result::Result<_, ActionError> {
            let found = stored::find(conn, id)?.ok_or(ActionError::NotFound)?;
            Ok((found, list_faults(conn, id, None, FAULTS)?))
        })?;
    tell(&found);
    for (_, fault) in &faults {
        say(&sentence(fault));
    }
    if !found.figures.is_good() {
        discard(app, id)?;
        say("Nothing was kept.");
        return Ok(ExitCode::from(FAULTY));
    }
    if wanted.dry_run {
        discard(app, id)?;
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!(
        "Kept. An administrator proposes it, a second one confirms it: {}{}",
        app.base_url(),
        paths::agreement_import(id)
    ));
    Ok(ExitCode::SUCCESS)
}

fn discard(app: &App, id: AgreementImportId) -> Result<()> {
    let done: std::result::Result<(), DbError> = app
        .db
        .transaction_blocking(|conn| Ok(stored::delete(conn, id)?));
    Ok(done?)
}

fn tell(import: &AgreementImport) {
    let figures = &import.figures;
    say(&format!(
        "lines: {}, agreements: {}, with a scan: {}, faulty: {}, customers with an open request: {}",
        figures.lines, figures.good, figures.scanned, figures.faulty, figures.asked
    ));
    for (version, count) in &figures.versions {
        say(&format!("  version {version}: {count}"));
    }
}

fn sentence(fault: &Fault) -> String {
    let words = fault.reason.sentence(Language::En);
    match (fault.line, fault.column) {
        (0, _) => words,
        (line, Some(column)) => format!("line {line}: {} {words}", column.english()),
        (line, None) => format!("line {line}: the line {words}"),
    }
}

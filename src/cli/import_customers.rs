//! `import customers`: what the page *Kunden → Importieren* does, from a file on the server.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::Args;

use super::{Result, note, open, say};
use crate::actions::ActionError;
use crate::actions::bulk_runs::{RunMemory, StepResult, take_step};
use crate::actions::customer_import::{IMPORTING, Unreadable, Upload, check, stand, start};
use crate::app::App;
use crate::config::Config;
use crate::domain::customer_import::{Fault, MAX_BYTES, MAX_LINES};
use crate::domain::{BulkRunId, ImportId, Language};
use crate::mail::Transport;
use crate::sheet::{Encoding, Undecodable};
use crate::storage::bulk_runs::find_run;
use crate::storage::customer_imports::{self as stored, Import, list_faults, list_refused};
use crate::wording::table::ColumnWord;

/// Exit code: lines are faulty.
const FAULTY: u8 = 2;
/// Faults that are printed; the page has all of them.
const FAULTS: i64 = 1000;
/// Pause while another process works on the run.
const PAUSE: Duration = Duration::from_millis(500);

/// What is imported, and how.
#[derive(Debug, Args)]
pub struct Wanted {
    /// The file
    file: PathBuf,
    /// Only say what is in it, what is faulty and how many customers would get a mail
    #[arg(long)]
    dry_run: bool,
    /// Send no requests now; they are begun later, at a chosen pace, on the page of the import
    #[arg(long)]
    quiet_start: bool,
    /// The file is not in UTF-8 but in Windows-1252
    #[arg(long = "windows-1252")]
    windows: bool,
}

/// Looks the file through, and adds its customers.
pub fn run(config: Config, wanted: &Wanted) -> Result<ExitCode> {
    let bytes = fs::read(&wanted.file)
        .with_context(|| format!("{} cannot be read", wanted.file.display()))?;
    let clock = open::clock(&config);
    let opened = open::open(config, clock, Transport::memory())?;
    let done = import(&opened.app, wanted, &bytes);
    opened.close();
    done
}

fn import(app: &App, wanted: &Wanted, bytes: &[u8]) -> Result<ExitCode> {
    let name = wanted.file.file_name().unwrap_or_default();
    let upload = Upload {
        name: &name.to_string_lossy(),
        bytes,
        encoding: if wanted.windows {
            Encoding::Windows1252
        } else {
            Encoding::Utf8
        },
    };
    let id = match check(app, None, upload, app.clock.now())? {
        Ok(id) => id,
        Err(why) => bail!("{}", unreadable(&why)),
    };
    let found = find(app, id)?;
    tell(&found);
    if found.figures.faulty > 0 {
        for fault in faults(app, id)? {
            say(&fault);
        }
        say("Nothing was imported.");
        discard(app, id)?;
        return Ok(ExitCode::from(FAULTY));
    }
    if wanted.dry_run || !found.figures.is_good() {
        discard(app, id)?;
        return Ok(ExitCode::SUCCESS);
    }
    let seen = stand(&found);
    app.db.transaction_blocking(|conn| {
        start(conn, None, id, (wanted.quiet_start, &seen), app.clock.now())
    })?;
    let Some(run) = find(app, id)?.run else {
        bail!("the import was not begun");
    };
    work(app, run)?;
    let ended = app
        .db
        .read_blocking(|conn| -> std::result::Result<_, ActionError> {
            Ok(find_run(conn, run)?)
        })?;
    let refused = app
        .db
        .read_blocking(|conn| -> std::result::Result<_, ActionError> {
            Ok(list_refused(conn, id, FAULTS)?)
        })?;
    for fault in &refused {
        say(&sentence(fault));
    }
    say(&format!(
        "added: {}, not added: {}",
        ended.map_or(0, |run| run.done),
        refused.len()
    ));
    Ok(if refused.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAULTY)
    })
}

/// Takes the steps of the run to its end. Where the portal runs as well, both take them.
fn work(app: &App, run: BulkRunId) -> Result<()> {
    let (mut memory, mut done, mut told) = (RunMemory::default(), 0, 0);
    loop {
        let (began, now) = (Instant::now(), app.clock.now());
        let step = app
            .db
            .transaction_blocking(|conn| take_step(conn, app, &IMPORTING, run, &mut memory, now))?;
        memory.worked += began.elapsed();
        match step {
            StepResult::Taken { done: more, .. } => {
                done += more;
                if done >= told + 1000 {
                    told = done;
                    note(&format!("{done} customers added"));
                }
            }
            StepResult::Over => return Ok(()),
            StepResult::Halt => {
                let found =
                    app.db
                        .read_blocking(|conn| -> std::result::Result<_, ActionError> {
                            Ok(find_run(conn, run)?)
                        })?;
                match found {
                    Some(run) if run.ended.is_some() => return Ok(()),
                    Some(run) if run.paused_at.is_some() => {
                        bail!("the import was paused in the portal, where it can be resumed");
                    }
                    _ => std::thread::sleep(PAUSE),
                }
            }
        }
    }
}

fn find(app: &App, id: ImportId) -> Result<Import> {
    let found = app
        .db
        .read_blocking(|conn| -> std::result::Result<_, ActionError> {
            stored::find(conn, id)?.ok_or(ActionError::NotFound)
        })?;
    Ok(found)
}

fn discard(app: &App, id: ImportId) -> Result<()> {
    let done: std::result::Result<(), ActionError> = app
        .db
        .transaction_blocking(|conn| Ok(stored::delete(conn, id)?));
    Ok(done?)
}

fn tell(import: &Import) {
    let figures = &import.figures;
    say(&format!(
        "lines: {}, new customers: {}, there already: {}, faulty: {}, customers who get a mail: {}, mails to partners: {}",
        figures.lines, figures.new, figures.known, figures.faulty, figures.asked, figures.told
    ));
    for (status, count) in &figures.statuses {
        say(&format!("  {status}: {count}"));
    }
}

fn faults(app: &App, id: ImportId) -> Result<Vec<String>> {
    let found = app
        .db
        .read_blocking(|conn| -> std::result::Result<_, ActionError> {
            Ok(list_faults(conn, id, None, FAULTS)?)
        })?;
    Ok(found.iter().map(|(_, fault)| sentence(fault)).collect())
}

fn sentence(fault: &Fault) -> String {
    let column = fault.column.map_or("the line", ColumnWord::english);
    let words = fault.reason.sentence(Language::En);
    format!("line {}: {column} {words}", fault.line)
}

/// Why a file cannot be looked through.
pub(super) fn unreadable<C: ColumnWord>(why: &Unreadable<C>) -> String {
    match why {
        Unreadable::TooLarge => format!("the file is larger than {} MB", MAX_BYTES / 1024 / 1024),
        Unreadable::Undecodable(Undecodable::NotUtf8) => {
            "the file is not UTF-8; save it as CSV UTF-8, or say --windows-1252".to_owned()
        }
        Unreadable::Undecodable(Undecodable::Utf16) => {
            "the file is UTF-16; save it as CSV UTF-8".to_owned()
        }
        Unreadable::Undecodable(Undecodable::Binary) => {
            "the file is no text; save the table as CSV".to_owned()
        }
        Unreadable::Torn(line) => format!(
            "line {line}: a quotation mark is not closed within the line, or the cell goes on behind it"
        ),
        Unreadable::Head(fault) => fault.sentence(Language::En),
        Unreadable::TooManyLines => format!("the file has more than {MAX_LINES} lines"),
        Unreadable::NoLines => "there is nothing below the first line".to_owned(),
    }
}

//! `bounce`: a delivery report on standard input, as a mail server pipes it to a program.

use std::io::{self, Read as _};
use std::process::ExitCode;

use super::{Result, complain, configure, open};
use crate::actions::bounces::{self, Taken};
use crate::mail::bounce::LARGEST;
use crate::mail::transport::Transport;

/// `EX_DATAERR`: trying again is of no use.
const NOT_UNDERSTOOD: u8 = 65;
/// `EX_TEMPFAIL`: the mail server keeps it and tries again.
const LATER: u8 = 75;

/// Handles the report. Everything that keeps the portal from reading it, including a wrong setting,
/// counts as temporary, so that no report is lost.
pub fn take() -> ExitCode {
    match take_input() {
        Ok(Taken::Returned | Taken::Noted | Taken::Answer) => ExitCode::SUCCESS,
        Ok(Taken::Unclear) => {
            complain(
                "neither a delivery report about a mail of this portal nor an answer of somebody",
            );
            ExitCode::from(NOT_UNDERSTOOD)
        }
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(LATER)
        }
    }
}

fn take_input() -> Result<Taken> {
    let mut raw = Vec::new();
    let mut input = io::stdin().lock();
    let limit = u64::try_from(LARGEST).unwrap_or(u64::MAX);
    input.by_ref().take(limit).read_to_end(&mut raw)?;
    // The rest is read, too: if the pipe breaks, the mail server takes the delivery for failed.
    io::copy(&mut input, &mut io::sink())?;
    let config = configure("warn")?;
    let clock = open::clock(&config);
    let opened = open::open(config, clock, Transport::memory())?;
    let taken = bounces::take(&opened.app, &raw, opened.app.clock.now());
    opened.close();
    Ok(taken?)
}

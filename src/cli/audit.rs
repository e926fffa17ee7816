//! `audit verify`: whether the log is unchanged.

use std::fs;

use anyhow::{Context as _, bail};

use super::{Result, open, say};
use crate::actions::audit::{self, Intact, VerifyError};
use crate::config::Config;
use crate::domain::audit::checkpoint::{Checkpoint, Noted};

/// Verifies the whole chain and prints how many events are in order, or the first one that is not.
pub fn verify(config: Config, noted: Option<Noted>) -> Result<()> {
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    let opened = open::open(config, clock, transport)?;
    let result = audit::verify(&opened.app, noted.clone());
    let signed = match &noted {
        Some(Noted::Checkpoint(noted, note)) => {
            Some(audit::is_signed_here(&opened.app, noted, note))
        }
        _ => None,
    };
    opened.close();
    if let Some(false) = signed.transpose()? {
        bail!("the checkpoint is not signed by this portal, so it says nothing about its log");
    }
    let intact = match result {
        Ok(intact) => intact,
        Err(VerifyError::Broken(fault)) => bail!(
            "the audit log is not as it was written: {fault}. Events before it are in order; those behind it were not looked at"
        ),
        Err(error) => return Err(error).context("the audit log could not be checked"),
    };
    say(&match intact.head.position {
        0 => "The audit log is empty.".to_owned(),
        1 => "1 audit event was checked; it is as it was written.".to_owned(),
        all => format!("{all} audit events were checked; all are as they were written."),
    });
    if intact.tombstones > 0 {
        say(&format!(
            "The contents of {} of them were erased, as {} signed tombstone(s) say.",
            intact.erased, intact.tombstones
        ));
    }
    tell_checkpoints(&intact);
    match &noted {
        Some(Noted::Head(_)) => say("The head that was noted is part of the chain."),
        Some(Noted::Checkpoint(noted, _)) => say(&format!(
            "The log contains the checkpoint of {} events that was kept: it only grew since then.",
            noted.size
        )),
        None => {}
    }
    say(&format!("Head: {}", intact.head));
    Ok(())
}

fn tell_checkpoints(intact: &Intact) {
    if intact.checkpoints > 0 {
        say(&format!(
            "{} checkpoint(s) were given out; the log contains each of them.",
            intact.checkpoints
        ));
    }
    if intact.foreign > 0 {
        say(&format!(
            "{} of them are signed by a key of an earlier AVV_SECRET_KEY, which stands beside them: compare it with the one your auditors have.",
            intact.foreign
        ));
    }
    for day in &intact.unstamped {
        say(&format!(
            "Unstamped day: the checkpoint of {day} has no time stamp, so only the portal's clock says that its events were there on that day."
        ));
    }
    if let Some(since) = intact.waiting {
        say(&format!(
            "Events wait for their positions since {}: the sequencer does not run.",
            since.format("%Y-%m-%d %H:%M:%S UTC")
        ));
    }
}

/// Reads what was noted: `POSITION:HASH`, or the path of a file with a checkpoint.
pub fn noted(text: &str) -> std::result::Result<Noted, String> {
    if let Ok(head) = text.parse() {
        return Ok(Noted::Head(head));
    }
    let expected =
        "expected POSITION:HASH, as `audit verify` prints it, or a file with a checkpoint";
    // Mail programs may keep an attachment that is a text with other ends of lines.
    let note = fs::read_to_string(text).map_err(|_| expected)?;
    let note = note.replace("\r\n", "\n");
    let checkpoint = Checkpoint::read(&note).map_err(|_| expected)?;
    Ok(Noted::Checkpoint(checkpoint, note))
}

//! `audit verify`: whether the log is unchanged.

use anyhow::{Context as _, bail};

use super::{Result, open, say};
use crate::actions::audit::{self, VerifyError};
use crate::config::Config;
use crate::domain::audit::chain::Head;

/// Verifies the whole chain and prints how many events are in order, or the first one that is not.
pub fn verify(config: Config, noted: Option<Head>) -> Result<()> {
    let (clock, transport) = (open::clock(&config), open::transport(&config)?);
    let opened = open::open(config, clock, transport)?;
    let result = audit::verify(&opened.app, noted);
    opened.close();
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
    if noted.is_some() {
        say("The head that was noted is part of the chain.");
    }
    say(&format!("Head: {}", intact.head));
    Ok(())
}

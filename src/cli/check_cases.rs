//! `check --cases`: whether the customer list agrees with the facts.

use std::process::ExitCode;

use anyhow::Context as _;

use super::{Result, note, open, say};
use crate::actions::list_check::{self, Checked};
use crate::config::Config;
use crate::mail::Transport;
use crate::storage::case_rows::RowAgreement;

/// Exit code: something is not in order.
const FOUND: u8 = 2;

/// Compares all customers and prints the differences; with `mends` the differing rows are written
/// anew. Exit code 0: the list is in order now; 2: it is not.
pub fn run(config: Config, mends: bool) -> Result<ExitCode> {
    let clock = open::clock(&config);
    let opened = open::open(config, clock, Transport::memory())?;
    note("Comparing the list with the facts of every customer. The portal may go on meanwhile.");
    let result = list_check::check(&opened.app, mends);
    opened.close();
    let checked = result.context("the customers could not be compared to the end")?;
    tell(&checked, mends);
    Ok(if checked.is_in_order() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    })
}

fn tell(checked: &Checked, mends: bool) {
    for (customer, found) in &checked.named {
        match found {
            RowAgreement::Holds => {}
            RowAgreement::NoRow => say(&format!("{customer}: is in no list and in no search")),
            RowAgreement::Differs => say(&format!(
                "{customer}: its line, its search words or its gate differ from the facts"
            )),
            RowAgreement::Unreadable(why) => {
                say(&format!("{customer}: its facts cannot be read: {why}"));
            }
        }
    }
    let named = u64::try_from(checked.named.len()).unwrap_or(u64::MAX);
    let more = checked.found().saturating_sub(named);
    if more > 0 {
        say(&format!("and {more} more"));
    }
    say(&format!(
        "customers: {}, lines that differ: {}, in no list: {}, facts that cannot be read: {}, mended: {}",
        checked.customers, checked.differing, checked.missing, checked.unreadable, checked.mended
    ));
    if checked.totals > 0 {
        say(&format!(
            "counts of customers that differ from the list: {}",
            checked.totals
        ));
    }
    if checked.found() + checked.totals > 0 && !mends {
        say("Nothing was changed. With --mend, lines and counts are written anew from the facts.");
    }
}

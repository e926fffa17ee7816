//! `retention`: erases expired data, or prints what would be erased.

use anyhow::bail;

use super::{Result, open, say};
use crate::actions::{ActionError, retention};
use crate::config::Config;
use crate::domain::retention::Erasable;
use crate::jobs;
use crate::mail::Transport;
use crate::storage::db::DbError;

/// Number of candidates that a dry run looks at.
const MOST: i64 = 10_000;

/// Makes one pass over everything. Nothing is erased with `dry_run`.
pub fn run(config: Config, dry_run: bool) -> Result<()> {
    let clock = open::clock(&config);
    let opened = open::open(config, clock, Transport::memory())?;
    let (app, now) = (&opened.app, opened.app.clock.now());
    if !dry_run {
        let done = jobs::retain_once(app, now)?;
        opened.close();
        say(&format!("erased {}, failed {}", done.good, done.failed));
        if done.failed > 0 {
            bail!("{} customer(s) failed; the log says why", done.failed);
        }
        return Ok(());
    }
    let candidates = app
        .db
        .read_blocking(|conn| Ok::<_, DbError>(retention::candidates(conn, app, now, MOST)?))?;
    let listed = i64::try_from(candidates.len()).unwrap_or(i64::MAX);
    for customer in candidates {
        let found = app
            .db
            .transaction_blocking(|conn| retention::look(conn, app, customer, now))?;
        for item in found {
            say(&match item {
                Erasable::Customer => format!("customer {customer}: everything"),
                Erasable::Evidence(id) => format!("customer {customer}: evidence of {id}"),
                Erasable::Round(id) => format!("customer {customer}: request {id}"),
            });
        }
    }
    let mails = app
        .db
        .read_blocking(|conn| -> std::result::Result<_, ActionError> {
            retention::count_old_mails(conn, app, now)
        })?;
    opened.close();
    say(&format!("mails that are evidence of nothing: {mails}"));
    if listed == MOST {
        say(&format!("only the first {MOST} customers were looked at"));
    }
    Ok(())
}

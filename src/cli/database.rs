//! `database`: the programs of Postgres on the embedded database, for backup and restore (F6).

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, bail};

use super::Result;
use crate::config::Config;
use crate::storage::embedded::EmbeddedPostgres;

/// Runs a program with the environment variables with which libpq finds the embedded database, with
/// the role that owns the tables. The server is started if it is not running, and released at the
/// end. The exit code is that of the program.
pub fn run(config: &Config, words: &[String]) -> Result<ExitCode> {
    if config.storage.database_url.is_some() {
        bail!(
            "DATABASE_URL is set, so there is no embedded database: give DATABASE_OWNER_URL to the programs of Postgres yourself"
        );
    }
    let Some((program, arguments)) = words.split_first() else {
        bail!("name the program to run, such as pg_dump");
    };
    let server = EmbeddedPostgres::start(&config.storage.data_dir)?;
    // Programs of the server's own version come first: an older pg_dump refuses a newer server.
    let own: PathBuf = server.programs().join(program);
    let found = if own.is_file() { own } else { program.into() };
    let status = Command::new(found)
        .args(arguments)
        .envs(server.client_variables())
        .status();
    server.stop();
    let status = status.with_context(|| format!("{program} cannot be run"))?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

//! Making the cluster: `initdb`, the portal's role and its database.

use std::fs;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use super::place::Cluster;
use super::{EmbeddedError, Purpose};

/// Creates the cluster with role and database in a temporary directory beside it that is renamed at
/// the end, so that an interrupted start leaves no incomplete cluster.
pub(super) fn create_cluster(place: &Cluster, purpose: Purpose) -> Result<(), EmbeddedError> {
    let cluster = place.cluster();
    if cluster.is_dir() {
        return Ok(());
    }
    let draft = place.home().join("draft");
    if draft.exists() {
        fs::remove_dir_all(&draft).map_err(|e| EmbeddedError::io(&draft, e))?;
    }
    let mut initdb = place.command(&place.programs.join("initdb"));
    initdb.arg("-D").arg(&draft).args([
        "-U",
        "postgres",
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]);
    if purpose == Purpose::Tests {
        initdb.arg("--no-sync");
    }
    run(&mut initdb, "")?;
    let mut single = place.command(&place.programs.join("postgres"));
    single
        .args(["--single", "-j", "-D"])
        .arg(&draft)
        .arg("postgres");
    run(
        &mut single,
        "CREATE ROLE avv LOGIN;\n\nCREATE DATABASE avv OWNER avv;\n\n",
    )?;
    fs::rename(&draft, &cluster).map_err(|e| EmbeddedError::io(&cluster, e))
}

/// Runs a program to its end with `input`; its error output becomes the error.
pub(super) fn run(command: &mut Command, input: &str) -> Result<(), EmbeddedError> {
    let failed = |error: io::Error| EmbeddedError::Failed(error.to_string());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    let said = String::from_utf8_lossy(&output.stderr);
    // The single-user backend reports a failed statement and still exits with success.
    if output.status.success() && !said.contains("ERROR:") {
        return Ok(());
    }
    Err(EmbeddedError::Failed(last_lines(&said)))
}

/// The end of a program's output, on one line.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(5)..].join(" / ")
}

//! The commands. Each opens what it needs, calls the actions and reports the result in plain
//! sentences: results on standard output, errors as one sentence on standard error.

mod admin;
mod audit;
mod backup;
mod bounce;
mod check;
mod check_cases;
mod client;
mod contract;
mod database;
mod demo;
mod handles;
mod import;
mod import_agreements;
mod import_customers;
mod notify;
mod open;
pub mod restore;
mod retention;
mod schedule;
mod serve;
mod time;
mod verify;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::domain::audit::checkpoint::Noted;
use crate::domain::{EmailAddress, Language};
use crate::logging;

/// Result of a command; the chain of the error becomes the sentence that is printed.
type Result<T> = anyhow::Result<T>;

/// Self-hosted portal for the data processing agreement (AVV, GDPR Art. 28).
#[derive(Debug, Parser)]
#[command(name = "avv-portal", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the portal: web server and periodic work
    Serve,
    /// Say everything that is wrong or doubtful about how the portal is set up
    ///
    /// Sends no mail and changes nothing. Exit code 0: all is well, 1: something is wrong, 2: something
    /// is doubtful. With --cases: does the customer list say what the facts say? 0: it does, 2: not.
    Check(check::Wanted),
    /// Bring the database schema up to date
    Migrate,
    /// Write the whole database into one file, while the portal runs or not
    ///
    /// The file gets its name when it is complete, with its SHA-256 beside it; nothing is overwritten.
    /// Exit code 0: it is written, 1: it is not.
    Backup(backup::Wanted),
    /// Run a program of Postgres, such as `pg_dump`, on the embedded database
    ///
    /// Finds the database by itself and starts it where it is not running; docs/operating.md says what
    /// backup and restore need.
    #[command(arg_required_else_help = true)]
    Database {
        /// The program and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        words: Vec<String>,
    },
    /// Fill an empty database with invented data and print the logins
    Demo(demo::Options),
    /// Administrators of the operator
    #[command(subcommand)]
    Admin(Admin),
    /// Other systems that use the API
    #[command(subcommand)]
    Client(client::Wanted),
    /// Periodic work
    #[command(subcommand)]
    Jobs(Jobs),
    /// Take a mail that came back, from standard input; for the mail server's alias file
    ///
    /// Exit codes are those of sysexits: 0 taken, 65 not understood, 75 try again later.
    Bounce,
    /// Erase what its retention is over for; the portal itself does so every hour
    Retention {
        /// Only say what would be erased
        #[arg(long)]
        dry_run: bool,
    },
    /// Put in what other systems have
    #[command(subcommand)]
    Import(Import),
    /// Contract texts
    #[command(subcommand)]
    Contract(ContractCommand),
    /// Say whether a PDF is an unchanged document of the portal; needs no database
    Verify(verify::Wanted),
    /// Put a backup into an empty database, or back what an older copy of the data does not have
    ///
    /// Whole or not at all. Exit code 0: it is in the database, 1: it is not.
    Restore(RestoreWanted),
    /// The audit log
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct RestoreWanted {
    #[command(subcommand)]
    what: Option<Restore>,
    /// A file that `backup` has written
    #[arg(required = true)]
    file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Restore {
    /// Take back agreements from their sealed PDFs, as they were mailed
    ///
    /// Says what it would do; with --apply it does it. Exit code 2: some documents are refused.
    Documents(restore::Wanted),
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Check every event against the chain; fails with the first one that is not as it was written
    Verify {
        /// A head noted earlier, as this command and the log print it, or a file with a checkpoint: only
        /// with it a cut-off end shows
        #[arg(long, value_name = "POSITION:HASH or FILE", value_parser = audit::noted)]
        expect: Option<Noted>,
    },
}

#[derive(Debug, Subcommand)]
enum Import {
    /// Add customers from a CSV file: the whole file, or nothing while a line of it is faulty
    ///
    /// Columns by their heads, German or English; the page Kunden → Importieren lists them and has a
    /// sample. Exit code 0: they are added, or would be; 2: lines are faulty; 1: it could not be done.
    Customers(import_customers::Wanted),
    /// Look a CSV file with agreements through that were concluded outside the portal, and keep it
    ///
    /// Two administrators propose and confirm it in the portal; then it is recorded. Columns by their
    /// heads, German or English; the page Kunden → Importieren → Bestehende Verträge lists them and has a
    /// sample. Exit code 0: it is kept, or would be; 2: lines or scans are faulty; 1: it could not be done.
    Agreements(import_agreements::Wanted),
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Add an administrator and print the link that sets the password
    Create {
        /// Address to sign in with
        #[arg(long, value_parser = email)]
        email: EmailAddress,
        /// Name shown in the portal; by default the address
        #[arg(long)]
        name: Option<String>,
    },
    /// Take away the second factor of a user who has lost the device and every recovery code
    ResetFactor {
        /// Address the user signs in with
        #[arg(long, value_parser = email)]
        email: EmailAddress,
        /// Why, for the audit log
        #[arg(long)]
        reason: String,
    },
    /// Erase name, address and password of a locked user at once, as when that person asks for it
    Erase {
        /// Address the user signed in with
        #[arg(long, value_parser = email)]
        email: EmailAddress,
    },
}

#[derive(Debug, Subcommand)]
enum Jobs {
    /// Send what is due and put the list in order, once
    RunOnce {
        /// As if it were this time, such as 2026-12-07T08:05 (Berlin) or 2026-12-07T07:05:00Z; not
        /// in production
        #[arg(long, value_parser = time::parse)]
        at: Option<chrono::DateTime<chrono::Utc>>,
        /// Also send reminders that have been due for more than 35 days, as after putting back an
        /// old copy of the data; Verwaltung → Hintergrundarbeit lists them
        #[arg(long)]
        late: bool,
    },
}

#[derive(Debug, Subcommand)]
enum ContractCommand {
    /// Check whether a contract version is complete and could be published
    Check {
        /// Its folder
        dir: PathBuf,
    },
    /// Print a contract version with invented values
    Render(Render),
    /// Make a draft version from a contract: .docx, .odt, HTML, Markdown or plain text
    Import {
        /// The file, or a folder with one or more of them
        source: PathBuf,
        /// Folder for the draft; by default the given folder, or one beside the file
        dir: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct Render {
    /// Its folder
    dir: PathBuf,
    /// de or en
    #[arg(long, value_parser = language)]
    language: Language,
    /// With the other language after it, whatever contract.toml says
    #[arg(long)]
    bilingual: bool,
    /// PDF to write
    #[arg(long)]
    out: PathBuf,
    /// PEM file with key and certificate to seal the PDF with, such as seal.pem of a data directory
    #[arg(long)]
    seal: Option<PathBuf>,
    /// HTML to write
    #[arg(long)]
    html: Option<PathBuf>,
    /// Plain text to write
    #[arg(long)]
    text: Option<PathBuf>,
}

/// Runs the command and returns its exit code: 0 if it succeeded, 1 if not.
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli.command) {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode> {
    let done = match command {
        // These commands need neither configuration nor database.
        Command::Contract(ContractCommand::Check { dir }) => return contract::check(&dir),
        Command::Contract(ContractCommand::Render(render)) => contract::render(&render),
        Command::Bounce => return Ok(bounce::take()),
        Command::Contract(ContractCommand::Import { source, dir }) => {
            import::run(&source, dir.as_deref())
        }
        Command::Import(Import::Customers(wanted)) => {
            return import_customers::run(configure("warn")?, &wanted);
        }
        Command::Import(Import::Agreements(wanted)) => {
            return import_agreements::run(configure("warn")?, &wanted);
        }
        Command::Check(wanted) if wanted.cases => {
            return check_cases::run(configure("warn")?, wanted.mend);
        }
        Command::Check(wanted) => return check::run(&wanted),
        Command::Verify(wanted) => return verify::verify(&wanted),
        Command::Restore(RestoreWanted { what, file }) => match (what, file) {
            (Some(Restore::Documents(wanted)), _) => {
                return restore::run(configure("warn")?, &wanted);
            }
            (None, Some(file)) => backup::restore(&configure("warn")?, &file),
            (None, None) => anyhow::bail!("name the backup to put back"),
        },
        Command::Backup(wanted) => return backup::run(configure("warn")?, wanted),
        Command::Database { words } => return database::run(&configure("warn")?, &words),
        Command::Serve => serve::serve(configure("info")?),
        Command::Migrate => open::migrate(&configure("warn")?),
        Command::Demo(options) => demo::demo(configure("warn")?, &options),
        Command::Admin(Admin::Create { email, name }) => {
            admin::create(configure("warn")?, email, name)
        }
        Command::Admin(Admin::ResetFactor { email, reason }) => {
            admin::reset_factor(configure("warn")?, &email, &reason)
        }
        Command::Admin(Admin::Erase { email }) => admin::erase(configure("warn")?, &email),
        Command::Client(wanted) => client::run(configure("warn")?, wanted),
        Command::Retention { dry_run } => retention::run(configure("warn")?, dry_run),
        Command::Audit(Audit::Verify { expect }) => audit::verify(configure("warn")?, expect),
        Command::Jobs(Jobs::RunOnce { at, late }) => {
            schedule::run_once(configure("info")?, at, late)
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Reads the environment and starts logging; `filter` is used if `RUST_LOG` is not set.
fn configure(filter: &str) -> Result<Config> {
    let config = Config::from_env()?;
    logging::init(
        config.environment,
        Some(config.log_filter.as_deref().unwrap_or(filter)),
    );
    Ok(config)
}

/// Prints one line on standard output. A closed pipe, as with `| head`, is not an error.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").ok();
}

/// Prints one line about progress on standard error, so that standard output has only the result.
fn note(line: &str) {
    writeln!(std::io::stderr(), "{line}").ok();
}

/// Prints an error as one sentence on standard error. Errors of libraries may have several lines;
/// they are joined.
fn complain(text: &str) {
    let line: Vec<&str> = text.split_whitespace().collect();
    writeln!(std::io::stderr(), "avv-portal: {}", line.join(" ")).ok();
}

fn email(text: &str) -> std::result::Result<EmailAddress, &'static str> {
    EmailAddress::parse(text).map_err(|_| "not an e-mail address")
}

fn language(text: &str) -> std::result::Result<Language, &'static str> {
    Language::from_code(text).ok_or("expected de or en")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_typed_is_read_or_refused() {
        for (line, ok) in [
            ("serve", true),
            ("demo --customers 1000000", true),
            ("demo --customers many", false),
            ("admin create --email eva@firma.example", true),
            ("admin create --email eva", false),
            (
                "admin reset-factor --email eva@firma.example --reason lost",
                true,
            ),
            ("admin reset-factor --email eva@firma.example", false),
            ("jobs run-once --at 2026-12-07T08:05", true),
            ("jobs run-once --at morgen", false),
            ("database pg_dump --format=custom --file a.dump", true),
            ("database", false),
            ("backup", false),
            ("backup /var/backups/avv", true),
            ("backup rehearse", false),
            ("backup rehearse avv.dump", true),
            (
                "backup rehearse avv.dump --into postgresql://avv@/trial",
                true,
            ),
            ("restore", false),
            ("restore avv.dump", true),
            ("restore documents", false),
            ("restore documents mails.mbox --apply", true),
            ("check", true),
            ("check --offline", true),
            ("check --dns 9.9.9.9", true),
            ("check --dns nowhere", false),
            ("audit verify", true),
            ("import customers", false),
            ("import customers kunden.csv", true),
            ("import customers kunden.csv --dry-run --windows-1252", true),
            ("import customers kunden.csv --quiet-start", true),
            ("import agreements", false),
            (
                "import agreements v.csv --scans v.zip --dry-run --windows-1252",
                true,
            ),
            ("check --cases", true),
            ("check --cases --mend", true),
            ("check --mend", false),
            ("check --cases --offline", false),
            (
                "audit verify --expect 0:0000000000000000000000000000000000000000000000000000000000000000",
                true,
            ),
            ("audit verify --expect 12:abc", false),
            ("contract check somewhere", true),
            ("contract import", false),
            ("contract import texts", true),
            ("contract import avv.md draft", true),
            ("contract render x --language fr --out a.pdf", false),
            (
                "contract render x --language de --out a.pdf --html a.html",
                true,
            ),
        ] {
            let words = std::iter::once("avv-portal").chain(line.split(' '));
            assert_eq!(Cli::try_parse_from(words).is_ok(), ok, "{line}");
        }
    }
}

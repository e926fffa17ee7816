//! `verify`: checks a PDF without network and database.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use super::{Result, say};
use crate::config::SealConfig;
use crate::document::evidence::{FACTS_FILE, WORDING_FILE};
use crate::document::hex;
use crate::document::seal::{
    Certificates, Finding, LARGEST_FILE, Signed, check, read_token, signature_value,
};
use crate::document::{attached_files, printed_words};
use crate::domain::Language;
use crate::domain::calendar::long_moment;

/// What to check.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// The PDF
    file: PathBuf,
    /// A certificate to be trusted (PEM or DER), may be repeated; by default the configured one
    #[arg(long)]
    certificate: Vec<PathBuf>,
    /// A time stamp token for this PDF
    #[arg(long)]
    timestamp: Option<PathBuf>,
}

/// Exit code: everything is valid.
const GENUINE: u8 = 0;
/// Exit code: changed, incomplete or not sealed by a known key.
const NOT_GENUINE: u8 = 2;

/// Checks a file and prints the result in plain words. Exit code 0: genuine; 1: it cannot be read;
/// 2: not genuine.
pub(super) fn verify(wanted: &Wanted) -> Result<ExitCode> {
    let file = read(&wanted.file)?;
    let known = known(wanted)?;
    say(&format!("Datei: {}", wanted.file.display()));
    say(&format!("SHA-256: {}", hex::sha256(&file)));
    let finding = check(&file, &known);
    let mut genuine = tell(&finding, &known);
    if genuine {
        // The file is parsed only now, because it was written by the owner of a known key.
        genuine = tell_attachments(&file);
    }
    if let Some(path) = &wanted.timestamp {
        genuine &= tell_stamp(&file, path)?;
    }
    say(if genuine {
        "Ergebnis: Das Dokument ist echt und unverändert."
    } else {
        "Ergebnis: Die Echtheit ist nicht nachgewiesen."
    });
    Ok(ExitCode::from(if genuine { GENUINE } else { NOT_GENUINE }))
}

/// Reads at most one byte more than a file may have.
fn read(path: &Path) -> Result<Vec<u8>> {
    let context = || format!("{} cannot be read", path.display());
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes))
        .with_context(context)?;
    Ok(bytes)
}

/// The certificates that were named, or else the configured ones. Without configuration it can
/// still be said whether the signature is intact.
fn known(wanted: &Wanted) -> Result<Certificates> {
    let mut known = Certificates::default();
    for path in &wanted.certificate {
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        known.add(Certificates::read(&bytes)?);
    }
    if wanted.certificate.is_empty()
        && let Some(pem) = SealConfig::certificates_of_process()?
    {
        known.add(Certificates::read(&pem)?);
    }
    Ok(known)
}

fn tell(finding: &Finding, known: &Certificates) -> bool {
    match finding {
        Finding::TooLarge => {
            say("Die Datei ist größer als 10 MB; so große stellt das Portal nicht aus.")
        }
        Finding::NotPdf => say("Die Datei ist kein PDF."),
        Finding::Unsigned => say("Das PDF trägt kein Siegel."),
        Finding::Signed(all) => {
            if all.len() > 1 {
                say(&format!(
                    "Das PDF trägt {} Signaturen; es folgt die maßgebliche.",
                    all.len()
                ));
            }
            if let Some(seal) = finding.seal() {
                tell_seal(seal, known);
                return seal.holds();
            }
        }
    }
    false
}

fn tell_seal(seal: &Signed, known: &Certificates) {
    say(if seal.intact {
        "Siegel: unversehrt, der gesiegelte Inhalt wurde nicht verändert."
    } else {
        "Siegel: GEBROCHEN oder unlesbar, Inhalt und Siegel passen nicht zusammen."
    });
    say(if seal.whole {
        "Umfang: Das Siegel deckt die ganze Datei."
    } else {
        "Umfang: Nach dem Siegeln wurde etwas HINZUGEFÜGT."
    });
    if let Some(number) = &seal.number {
        say(&format!("Vertragsnummer: {number}"));
    }
    if let Some(at) = seal.at {
        say(&format!(
            "Gesiegelt: {} (Uhr des Portals)",
            long_moment(at, Language::De)
        ));
    }
    if let Some(certificate) = &seal.certificate {
        say(&format!("Zertifikat: {}", certificate.subject));
        say(&format!(
            "Fingerabdruck (SHA-256): {}",
            certificate.fingerprint
        ));
    }
    say(if seal.trusted {
        "Vertrauen: Das Zertifikat ist bekannt und war zu dieser Zeit gültig."
    } else if known.is_empty() {
        "Vertrauen: Kein Zertifikat ist bekannt. Geben Sie das des Betreibers mit --certificate an."
    } else {
        "Vertrauen: Das Zertifikat ist NICHT bekannt oder war zu dieser Zeit nicht gültig."
    });
}

/// Compares the attached files with what the document's own pages say about them.
fn tell_attachments(file: &[u8]) -> bool {
    let read = attached_files(file).and_then(|files| Ok((files, printed_words(file)?)));
    let (files, words) = match read {
        Ok(read) => read,
        Err(error) => {
            say(&format!("Anhänge: nicht lesbar ({error})"));
            return false;
        }
    };
    let mut all = true;
    for name in [FACTS_FILE, WORDING_FILE] {
        let stated = files.iter().find(|(found, _)| found == name);
        let fits = stated.is_some_and(|(_, content)| words.contains(&hex::sha256(content)));
        all &= fits;
        say(&match (stated, fits) {
            (None, _) => format!("Anhang {name}: fehlt."),
            (_, true) => {
                format!("Anhang {name}: Prüfsumme stimmt mit dem Abschlussvermerk überein.")
            }
            (_, false) => format!("Anhang {name}: Prüfsumme steht NICHT im Abschlussvermerk."),
        });
    }
    all
}

fn tell_stamp(file: &[u8], path: &Path) -> Result<bool> {
    let token = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let stamp = signature_value(file).and_then(|value| read_token(&token, &value).ok());
    say(&match &stamp {
        Some(stamp) => format!(
            "Zeitstempel: {} durch {} (SHA-256 des Zertifikats {}). Ob dieser Stelle zu trauen ist, entscheiden Sie.",
            long_moment(stamp.at, Language::De),
            stamp.source,
            stamp.fingerprint
        ),
        None => "Zeitstempel: passt NICHT zu diesem Siegel.".to_owned(),
    });
    Ok(stamp.is_some())
}

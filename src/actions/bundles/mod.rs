//! The "Nachweispaket": everything about a customer's agreements that an auditor needs to check
//! them without the portal (EV-15). [`data`] writes its lists as JSON, [`log`] shows that its events are in
//! the log of the portal.

mod data;
mod log;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::documents::{download, file_name};
use super::{ActionError, Actor};
use crate::app::App;
use crate::document::attached_files;
use crate::document::bundle::{PackError, pack};
use crate::document::evidence::{FACTS_FILE, WORDING_FILE};
use crate::document::seal::{SealError, Sealer, seal_bytes, signature_parts};
use crate::domain::FileId;
use crate::domain::audit::chain::Entry;
use crate::domain::case::{Agreement, Case};
use crate::domain::file::File;
use crate::domain::viewer::Role;
use crate::storage::audit::chain::list_entries_about;
use crate::storage::audit::sequence::catch_up;
use crate::storage::audit::{Event, list_placed_events};
use crate::storage::declarations::{ObjectionLine, list_objections};
use crate::storage::files::find_file;
use crate::storage::mail_evidence::{MailProof, list_proofs};
use crate::storage::notices::{Stored, list_of_customer};
use crate::storage::{PgConnection, dissent_files, seals};
use log::LogProof;

/// The file that explains the bundle, German and English.
const README: &str = include_str!("readme.txt");
/// A script with the checks beyond the first two.
const CHECK: &str = include_str!("check.sh");
/// At most this many agreements, which no customer reaches; limits the memory of a bundle.
const MOST_AGREEMENTS: usize = 50;
/// Most recent events and mails in a bundle.
const MOST_LINES: i64 = 5_000;
/// Objections and notices in a bundle.
const MOST_DECLARATIONS: i64 = 500;
/// Total size of the letters and mails of objections in a bundle, in bytes; further ones are only
/// named with their checksum.
const MOST_PROOF_BYTES: usize = 100 * 1024 * 1024;

/// The contents of a bundle, read from the database before it is packed.
pub struct Collected {
    name: String,
    agreements: Vec<Document>,
    events: Vec<(i64, Event)>,
    chain: Vec<Entry>,
    log: LogProof,
    mails: Vec<MailProof>,
    objections: Vec<(ObjectionLine, Vec<ProofFile>)>,
    notices: Vec<(Stored, Vec<ProofFile>)>,
    certificates: Vec<Vec<u8>>,
    authorities: Option<String>,
    sealer: Sealer,
    full: bool,
    at: DateTime<Utc>,
}

struct Document {
    agreement: Agreement,
    pdf: Vec<u8>,
    stamp: Option<Vec<u8>>,
}

/// The letter or mail of an objection.
struct ProofFile {
    sha256: String,
    uploaded_at: DateTime<Utc>,
    /// Its path in the bundle and its content; `None` if it is left out.
    enclosed: Option<(String, File)>,
}

/// Gives positions to the events that were written before, so that the bundle has them. Not in the
/// transaction of [`collect`], which would keep all others from giving positions meanwhile.
pub async fn bring_up_log(app: &App) -> Result<(), ActionError> {
    app.db
        .read(|conn| {
            catch_up(conn);
            Ok(())
        })
        .await
}

/// Reads everything. Each PDF counts as downloaded (EV-09). Customers get what they may see: their
/// own mails, events without the names of other companies' users, and objections without the
/// operator's notes and files (5.8-19).
pub fn collect(
    conn: &mut PgConnection,
    app: &App,
    case: &Case,
    role: Role,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Collected, ActionError> {
    let number = case.customer.number;
    let full = role.is_operator();
    let mut shelf = Shelf {
        full,
        left: MOST_PROOF_BYTES,
        count: 0,
    };
    let mut objections = Vec::new();
    for line in list_objections(conn, number, MOST_DECLARATIONS)? {
        let files = shelf.read(conn, &line.proofs)?;
        objections.push((line, files));
    }
    let proofs = dissent_files::list_of_customer(conn, number)?;
    let mut notices = Vec::new();
    for notice in list_of_customer(conn, number, MOST_DECLARATIONS)? {
        let own: Vec<_> = proofs
            .iter()
            .filter(|(of, ..)| *of == notice.id)
            .map(|(_, file, at)| (*file, *at))
            .collect();
        let files = shelf.read(conn, &own)?;
        notices.push((notice, files));
    }
    let mut certificates = seals::list_certificates(conn)?;
    let own = app.sealer.certificate();
    if !certificates.iter().any(|one| one == own) {
        certificates.push(own.to_vec());
    }
    let (events, chain) = (
        list_placed_events(conn, number, MOST_LINES)?,
        list_entries_about(conn, number, MOST_LINES)?,
    );
    let log = log::prove(conn, app, &chain, now)?;
    Ok(Collected {
        name: format!("Nachweispaket-{number}.zip"),
        mails: list_proofs(conn, number, MOST_LINES)?,
        agreements: documents(conn, case, actor, now)?,
        events,
        chain,
        log,
        objections,
        notices,
        certificates,
        authorities: app.config.seal.authority_certificates.clone(),
        sealer: app.sealer.clone(),
        full,
        at: now,
    })
}

fn documents(
    conn: &mut PgConnection,
    case: &Case,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<Document>, ActionError> {
    let mut agreements = Vec::new();
    for agreement in case.agreements.iter().rev().take(MOST_AGREEMENTS) {
        let pdf = match download(conn, case, agreement.id, actor.clone(), now) {
            Ok(file) => file.bytes,
            // An invented agreement of the demo has no document, and an expired one has none left.
            Err(ActionError::NotFound) => continue,
            Err(error) => return Err(error),
        };
        let stamp = seals::find_stamp(conn, agreement.id)?.map(|(token, ..)| token);
        agreements.push(Document {
            agreement: agreement.clone(),
            pdf,
            stamp,
        });
    }
    Ok(agreements)
}

/// Collects the files of objections for a bundle.
struct Shelf {
    full: bool,
    left: usize,
    count: usize,
}

impl Shelf {
    fn read(
        &mut self,
        conn: &mut PgConnection,
        files: &[(FileId, DateTime<Utc>)],
    ) -> Result<Vec<ProofFile>, ActionError> {
        let mut read = Vec::new();
        for (id, uploaded_at) in files {
            let file = find_file(conn, *id)?.ok_or(ActionError::NotFound)?;
            self.count += 1;
            let fits = self.left.checked_sub(file.bytes.len());
            read.push(ProofFile {
                sha256: file.sha256(),
                uploaded_at: *uploaded_at,
                enclosed: fits.filter(|_| self.full).map(|left| {
                    self.left = left;
                    let name = format!("nachweise/{}.{}", self.count, file.kind.key());
                    (name, file)
                }),
            });
        }
        Ok(read)
    }
}

impl Collected {
    /// File name for the download.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes the ZIP. CPU work.
    ///
    /// # Errors
    ///
    /// If a stored document cannot be parsed, or the seal's certificate is not valid now.
    pub fn pack(self) -> Result<Vec<u8>, ActionError> {
        let fault = |error: &dyn std::error::Error| ActionError::Document(error.to_string());
        let mut files = vec![
            ("LIESMICH.txt".to_owned(), README.as_bytes().to_vec()),
            ("pruefen.sh".to_owned(), CHECK.as_bytes().to_vec()),
        ];
        for document in &self.agreements {
            document.add_to(&mut files)?;
        }
        let pem: String = self
            .certificates
            .iter()
            .map(|der| pem("CERTIFICATE", der))
            .collect();
        files.push(("siegel-zertifikate.pem".to_owned(), pem.into_bytes()));
        if let Some(pem) = &self.authorities {
            let name = "zeitstempel-zertifikate.pem".to_owned();
            files.push((name, pem.clone().into_bytes()));
        }
        for (name, value) in [
            ("vertraege.json", self.agreements()),
            ("ereignisse.json", self.events()),
            ("ereignis-kette.json", self.chain()),
            ("protokoll/nachweise.json", self.log.ways()),
            ("e-mails.json", self.mails()),
            ("widersprueche.json", self.objections()),
            ("aenderungsmitteilungen.json", self.notices()),
        ] {
            let text = serde_json::to_string_pretty(&value).map_err(|error| fault(&error))?;
            files.push((name.to_owned(), text.into_bytes()));
        }
        files.extend(self.log.files());
        let proofs = self.objections.iter().map(|(_, files)| files);
        let proofs = proofs.chain(self.notices.iter().map(|(_, files)| files));
        for (name, file) in proofs.flatten().filter_map(|one| one.enclosed.as_ref()) {
            files.push((name.clone(), file.bytes.clone()));
        }
        let seal = |sums: &[u8]| seal_bytes(sums, &self.sealer, self.at);
        pack(&files, seal).map_err(|error| match error {
            PackError::Seal(SealError::NotValid { .. }) => ActionError::NoSeal(error.to_string()),
            error => fault(&error),
        })
    }
}

impl Document {
    fn add_to(&self, files: &mut Vec<(String, Vec<u8>)>) -> Result<(), ActionError> {
        let name = file_name(&self.agreement.number);
        let folder = name.trim_end_matches(".pdf").to_owned();
        if self.agreement.on_paper() {
            // A file that a user uploaded is passed on and never parsed (S-77).
            files.push((format!("{folder}/{name}"), self.pdf.clone()));
            return Ok(());
        }
        // Its seal was made by this portal, and its hash was compared a moment ago.
        let attached =
            attached_files(&self.pdf).map_err(|error| ActionError::Document(error.to_string()))?;
        files.push((format!("{folder}/{name}"), self.pdf.clone()));
        for (name, content) in attached {
            if name == FACTS_FILE || name == WORDING_FILE {
                files.push((format!("{folder}/{name}"), content));
            }
        }
        if let Some(parts) = signature_parts(&self.pdf) {
            files.push((format!("{folder}/siegel.p7s"), parts.cms));
            files.push((format!("{folder}/signatur.bin"), parts.value));
        }
        if let Some(stamp) = &self.stamp {
            files.push((format!("{folder}/zeitstempel.tst"), stamp.clone()));
        }
        Ok(())
    }
}

fn pem(what: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {what}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out.push_str(&format!("-----END {what}-----\n"));
    out
}

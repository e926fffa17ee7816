//! The seal as configured; in development it is made once.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;

use super::SealError;
use super::identity::{Certificates, Sealer};
use crate::config::{SealConfig, SealSource};

impl Sealer {
    /// The configured seal. The one of development is made if it is not there yet and kept for
    /// later starts, readable for its owner only.
    ///
    /// # Errors
    ///
    /// If key or certificate cannot be used, or the file cannot be read or written.
    pub fn open(config: &SealConfig, now: DateTime<Utc>) -> Result<Self, SealError> {
        match &config.source {
            SealSource::Pem { key, certificates } => {
                Self::from_pem(key.expose_secret(), certificates)
            }
            SealSource::Pkcs12 { file, password } => {
                Self::from_pkcs12(file, password.expose_secret())
            }
            SealSource::Made(path) => {
                let unusable =
                    |error: io::Error| SealError::Key(format!("{}: {error}", path.display()));
                if !path.exists() {
                    let (key, certificate) = Self::make_pem(now)?;
                    keep(path, &format!("{key}{certificate}")).map_err(unusable)?;
                }
                let pem = fs::read_to_string(path).map_err(unusable)?;
                Self::from_pem(&pem, &pem)
            }
        }
    }
}

impl Certificates {
    /// The certificates to which those of time-stamping services must lead; `None` if none are named.
    ///
    /// # Errors
    ///
    /// If `AVV_TSA_CERT` holds none that can be read.
    pub fn of_authority(config: &SealConfig) -> Result<Option<Self>, SealError> {
        let pem = config.authority_certificates.as_ref();
        pem.map(|pem| Self::read(pem.as_bytes()))
            .transpose()
            .map_err(|error| SealError::Certificate(format!("AVV_TSA_CERT: {error}")))
    }
}

/// Writes the file whole or not at all; a second process that does the same at once loses quietly.
fn keep(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!("seal.{}.draft", uuid::Uuid::new_v4()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

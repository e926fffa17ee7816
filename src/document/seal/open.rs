//! Opening the configured seal, which is generated once in development.

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
    /// The configured seal. In development it is generated if it is missing, and stored for later
    /// starts, readable only by its owner.
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
    /// The root certificates of time-stamping services; `None` if none are configured.
    ///
    /// # Errors
    ///
    /// If `AVV_TSA_CERT` contains none that can be read.
    pub fn of_authority(config: &SealConfig) -> Result<Option<Self>, SealError> {
        let pem = config.authority_certificates.as_ref();
        pem.map(|pem| Self::read(pem.as_bytes()))
            .transpose()
            .map_err(|error| SealError::Certificate(format!("AVV_TSA_CERT: {error}")))
    }
}

/// Writes the file completely or not at all; if a second process does the same at once, its file is
/// dropped.
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

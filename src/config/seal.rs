//! The key of the seal and the time-stamping service.

use std::fs;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use super::variables::Variables;
use super::{ConfigError, Environment, invalid, keys};

/// How documents are sealed (EV-01).
#[derive(Debug, Clone)]
pub struct SealConfig {
    /// Where key and certificate come from.
    pub source: SealSource,
    /// `AVV_TSA_URL`: a service for time stamps (RFC 3161); unset: documents are not stamped.
    pub authority: Option<Url>,
    /// `AVV_TSA_CERT`, PEM, or `…_FILE`: the root certificates of that service.
    pub authority_certificates: Option<String>,
}

/// Where key and certificate of the seal come from.
#[derive(Debug, Clone)]
pub enum SealSource {
    /// `AVV_SEAL_KEY` and `AVV_SEAL_CERT`, both PEM, or `…_FILE`.
    Pem {
        /// The private key, PEM.
        key: SecretString,
        /// Its certificate first, then issuing certificates and those that were used before.
        certificates: String,
    },
    /// `AVV_SEAL_P12_FILE` with `AVV_SEAL_P12_PASSWORD` (or `…_FILE`).
    Pkcs12 {
        /// Content of the file.
        file: Vec<u8>,
        /// Its password; may be empty.
        password: SecretString,
    },
    /// Generated at the first start and stored in this file (development only).
    Made(PathBuf),
}

impl SealConfig {
    pub(super) fn read(
        variables: &Variables<'_>,
        environment: Environment,
        data_dir: &std::path::Path,
    ) -> Result<Self, ConfigError> {
        let key = variables.secret("AVV_SEAL_KEY")?;
        let certificates = match variables.text("AVV_SEAL_CERT") {
            Some(text) => Some(text.into_bytes()),
            None => file(variables, "AVV_SEAL_CERT_FILE")?,
        };
        let pkcs12 = variables.text("AVV_SEAL_P12_FILE");
        let source = match (key, certificates, pkcs12) {
            (Some(_), None, _) => {
                return Err(ConfigError::Missing {
                    variable: "AVV_SEAL_CERT_FILE",
                    needed: "the certificate of AVV_SEAL_KEY_FILE in PEM",
                });
            }
            (Some(_), _, Some(_)) => {
                return Err(invalid(
                    "AVV_SEAL_P12_FILE",
                    "either this or AVV_SEAL_KEY_FILE, not both",
                ));
            }
            (Some(key), Some(certificates), None) => SealSource::Pem {
                key,
                certificates: String::from_utf8_lossy(&certificates).into_owned(),
            },
            (None, _, Some(path)) => SealSource::Pkcs12 {
                file: keys::read_private_file("AVV_SEAL_P12_FILE", Path::new(&path))?,
                password: variables
                    .secret("AVV_SEAL_P12_PASSWORD")?
                    .unwrap_or_default(),
            },
            (None, _, None) if environment.is_production() => {
                return Err(ConfigError::Missing {
                    variable: "AVV_SEAL_KEY_FILE",
                    needed: "the key that seals documents (P-256 or RSA, PEM), with AVV_SEAL_CERT_FILE; or AVV_SEAL_P12_FILE",
                });
            }
            (None, _, None) => SealSource::Made(data_dir.join("seal.pem")),
        };
        let authority = match variables.text("AVV_TSA_URL") {
            None => None,
            Some(text) => Some(
                Url::parse(&text)
                    .ok()
                    .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
                    .ok_or_else(|| invalid("AVV_TSA_URL", "an http(s):// address"))?,
            ),
        };
        let pinned = match variables.text("AVV_TSA_CERT") {
            Some(text) => Some(text),
            None => file(variables, "AVV_TSA_CERT_FILE")?
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        };
        if authority.as_ref().is_some_and(|url| url.scheme() == "http") && pinned.is_none() {
            return Err(invalid(
                "AVV_TSA_URL",
                "an https:// address, or AVV_TSA_CERT_FILE beside it: over http anybody on the way could answer",
            ));
        }
        Ok(Self {
            source,
            authority,
            authority_certificates: pinned,
        })
    }

    /// The configured certificates (PEM), for commands that only check seals: reads no keys and no
    /// other settings, and generates nothing. `None` if there are none; those in a PKCS#12 file are
    /// not looked for.
    ///
    /// # Errors
    ///
    /// If `AVV_SEAL_CERT_FILE` names a file that cannot be read.
    pub fn certificates_of_process() -> Result<Option<Vec<u8>>, ConfigError> {
        let variables = Variables::of_process();
        if let Some(text) = variables.text("AVV_SEAL_CERT") {
            return Ok(Some(text.into_bytes()));
        }
        if let Some(bytes) = file(&variables, "AVV_SEAL_CERT_FILE")? {
            return Ok(Some(bytes));
        }
        let data_dir = variables.text("AVV_DATA_DIR");
        let made = PathBuf::from(data_dir.as_deref().unwrap_or("data")).join("seal.pem");
        Ok(fs::read(made).ok())
    }
}

fn file(variables: &Variables<'_>, variable: &'static str) -> Result<Option<Vec<u8>>, ConfigError> {
    let Some(path) = variables.text(variable).map(PathBuf::from) else {
        return Ok(None);
    };
    fs::read(&path)
        .map(Some)
        .map_err(|source| ConfigError::Unreadable {
            variable,
            path,
            source,
        })
}

//! `OpenSSL` and poppler, which are independent of this program.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::document::seal::scan;

/// A temporary folder for the tools.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn try_openssl(&self, line: &str) -> Result<String, String> {
        let output = Command::new("openssl")
            .args(line.split(' '))
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            Ok(said)
        } else {
            Err(said)
        }
    }

    /// Runs openssl; the arguments are separated by single spaces.
    pub(super) fn openssl(&self, line: &str) {
        self.try_openssl(line).unwrap();
    }

    /// Whether openssl accepts the signature of a sealed file over the covered bytes.
    pub(super) fn cms_verifies(&self, file: &[u8]) -> bool {
        let found = scan::signatures(file);
        let [found] = found.as_slice() else {
            return false;
        };
        let [before, after] = found.parts;
        self.write("covered", &[before, after].concat());
        let digits = &file[before.len() + 1..file.len() - after.len() - 1];
        let mut signature = base16ct::mixed::decode_vec(digits).unwrap();
        let length = 4 + usize::from(signature[2]) * 256 + usize::from(signature[3]);
        signature.truncate(length);
        self.write("signature", &signature);
        let line = "cms -verify -binary -inform DER -in signature -content covered -noverify -out /dev/null";
        self.try_openssl(line).is_ok()
    }

    /// Makes a time-stamping service with openssl.
    pub(super) fn make_authority(&self) {
        self.write(
            "tsa.cnf",
            b"[req]\ndistinguished_name=dn\n[dn]\n[ext]\nextendedKeyUsage=critical,timeStamping\n\
              [tsa]\ndefault_tsa=one\n[one]\nserial=./serial\ncrypto_device=builtin\nsigner_cert=./tsa.crt\n\
              signer_key=./tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n\
              ess_cert_id_alg=sha256\n",
        );
        self.write("serial", b"01\n");
        self.openssl(
            "req -new -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.crt -days 3650 -subj /CN=Zeitstempeldienst -config tsa.cnf -extensions ext",
        );
    }

    /// The service's reply.
    pub(super) fn stamp(&self, request: &[u8]) -> Vec<u8> {
        self.write("request", request);
        self.openssl("ts -reply -config tsa.cnf -queryfile request -out reply");
        self.bytes("reply")
    }

    /// Whether openssl accepts a token over these bytes.
    pub(super) fn stamp_verifies(&self, token: &[u8], value: &[u8]) -> bool {
        self.write("token", token);
        self.write("value", value);
        let line = "ts -verify -token_in -in token -data value -CAfile tsa.crt";
        self.try_openssl(line).is_ok()
    }
}

/// The output of poppler about the signatures of a file.
pub(super) fn pdfsig(folder: &Folder, file: &[u8]) -> String {
    folder.write("file.pdf", file);
    let output = Command::new("pdfsig")
        .arg("-nocert")
        .arg(folder.path("file.pdf"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

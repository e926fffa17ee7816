//! Sealed files as other programs read them (poppler, `OpenSSL`), and the results for files that
//! were tampered with.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod fuzz;
mod tampering;
mod tools;

use std::sync::LazyLock;

use x509_cert::der::{Decode as _, Encode as _};

use super::*;
use crate::contract::{Contract, sample_values};
use crate::document::{Attachment, Extras, Frame, Pdf, Relation, RenderError, render_sealed};
use crate::domain::Language;
use tools::{Folder, pdfsig};

fn frame() -> Frame {
    Frame {
        number: "AVV-2026-4711-1".into(),
        version: "1.0".into(),
        date: chrono::NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(),
        customer_number: "4711".into(),
        document_hash: "9f".repeat(32),
        draft: false,
        language: Language::De,
        created: at("2026-11-20T10:15:30Z"),
        operator_name: "Beispielnetz & Söhne GmbH".into(),
        title: "Vertrag zur Auftragsverarbeitung".into(),
        online: "https://avv.beispielnetz.example/vertrag/1.0?sprache=de".into(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn seal(sealer: &Sealer, created: DateTime<Utc>) -> Result<Pdf, RenderError> {
    let contract = Contract::embedded().unwrap();
    let document = contract.resolve(&sample_values(Language::De, true), Language::De);
    let attachments = [Attachment {
        name: "nachweis.json",
        media_type: "application/json",
        description: "Nachweis über den Abschluss".into(),
        relation: Relation::Data,
        content: b"{}".to_vec(),
    }];
    let extras = Extras {
        attachments: &attachments,
        sealer,
    };
    let frame = Frame { created, ..frame() };
    render_sealed(&document, &frame, extras)
}

fn sealer() -> Sealer {
    let (key, certificate) = Sealer::make_pem(at("2026-11-20T00:00:00Z")).unwrap();
    Sealer::from_pem(&key, &certificate).unwrap()
}

static SEALER: LazyLock<Sealer> = LazyLock::new(sealer);
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| seal(&SEALER, frame().created).unwrap().bytes);

fn judge(file: &[u8]) -> Finding {
    check(file, &SEALER.certificates())
}

#[test]
fn a_sealed_file_holds_and_says_when_by_whom_and_for_what() {
    let finding = judge(&FILE);
    let seal = finding.seal().unwrap();
    assert!(seal.holds(), "{seal:?}");
    assert_eq!(seal.at, Some(frame().created));
    assert_eq!(seal.number.as_deref(), Some("AVV-2026-4711-1"));
    let certificate = seal.certificate.as_ref().unwrap();
    assert_eq!(certificate.fingerprint, SEALER.fingerprint());
    assert!(FILE.len() < 150_000, "{} bytes", FILE.len());
    // A signature by an unknown key is intact, but not trusted.
    let strange = check(&FILE, &sealer().certificates());
    let strange = strange.seal().unwrap();
    assert!(strange.intact && strange.whole && !strange.trusted);
}

#[test]
fn poppler_and_openssl_accept_every_kind_of_key() {
    let folder = Folder::new();
    let mut all = vec![SEALER.clone()];
    for (name, make) in [
        (
            "rsa",
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key",
        ),
        ("pkcs1", "genrsa -traditional -out pkcs1.key 2048"),
        ("sec1", "ecparam -name prime256v1 -genkey -out sec1.key"),
    ] {
        folder.openssl(make);
        folder.openssl(&format!(
            "req -new -x509 -key {name}.key -out {name}.crt -days 3650 -subj /CN=Siegel"
        ));
        all.push(
            Sealer::from_pem(
                &folder.text(&format!("{name}.key")),
                &folder.text(&format!("{name}.crt")),
            )
            .unwrap(),
        );
    }
    folder
        .openssl("pkcs12 -export -inkey sec1.key -in sec1.crt -out sec1.p12 -passout pass:geheim");
    let pkcs12 = Sealer::from_pkcs12(&folder.bytes("sec1.p12"), "geheim").unwrap();
    assert!(Sealer::from_pkcs12(&folder.bytes("sec1.p12"), "falsch").is_err());
    assert_eq!(
        Some(pkcs12.fingerprint()),
        all.last().map(Sealer::fingerprint)
    );
    all.push(pkcs12);
    for sealer in all {
        // These certificates were made with the machine's clock.
        let (from, _) = sealer.validity();
        let pdf = seal(&sealer, from.max(frame().created)).unwrap();
        assert!(
            check(&pdf.bytes, &sealer.certificates())
                .seal()
                .unwrap()
                .holds()
        );
        let said = pdfsig(&folder, &pdf.bytes);
        for expected in [
            "Signature is Valid",
            "Total document signed",
            "ETSI.CAdES.detached",
            "SHA-256",
        ] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        assert!(folder.cms_verifies(&pdf.bytes));
    }
}

#[test]
fn key_and_certificate_must_be_a_pair_of_usable_ones() {
    let (key, _) = Sealer::make_pem(at("2026-11-20T00:00:00Z")).unwrap();
    let (_, other) = Sealer::make_pem(at("2026-11-20T00:00:00Z")).unwrap();
    assert!(matches!(
        Sealer::from_pem(&key, &other),
        Err(SealError::NoPair)
    ));
    assert!(matches!(
        Sealer::from_pem("", &other),
        Err(SealError::Key(_))
    ));
    assert!(matches!(
        Sealer::from_pem(&key, &key),
        Err(SealError::Certificate(_))
    ));
    let folder = Folder::new();
    folder.openssl("genrsa -traditional -out weak.key 1024");
    let weak = Sealer::from_pem(&folder.text("weak.key"), &other);
    assert!(matches!(weak, Err(SealError::Key(_))), "{weak:?}");
}

#[test]
fn a_certificate_outside_its_time_never_signs() {
    let (from, until) = SEALER.validity();
    let second = chrono::Duration::seconds(1);
    for wrong in [from - second, until + second] {
        let error = seal(&SEALER, wrong).unwrap_err();
        assert!(
            matches!(error, RenderError::Seal(SealError::NotValid { .. })),
            "{error}"
        );
    }
    assert!(seal(&SEALER, from).is_ok());
}

#[test]
fn the_development_seal_is_made_once_and_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/seal.pem");
    let config = crate::config::SealConfig {
        source: crate::config::SealSource::Made(path.clone()),
        authority: None,
        authority_certificates: None,
    };
    let now = at("2026-11-20T10:00:00Z");
    let first = Sealer::open(&config, now).unwrap();
    let again = Sealer::open(&config, now).unwrap();
    assert_eq!(first.fingerprint(), again.fingerprint());
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let known = Certificates::read(&std::fs::read(&path).unwrap()).unwrap();
    assert!(known.contains(first.certificate()));
}

#[test]
fn a_time_stamp_fits_only_its_own_signature() {
    let folder = Folder::new();
    folder.make_authority();
    let value = signature_value(&FILE).unwrap();
    let nonce = [1, 2, 3, 4, 5, 6, 7, 8];
    let reply = folder.stamp(&request(&value, &nonce).unwrap());
    // OpenSSL states the machine's time.
    let token = x509_tsp::TimeStampResp::from_der(&reply)
        .unwrap()
        .time_stamp_token
        .unwrap();
    let stated = read_token(&token.to_der().unwrap(), &value).unwrap().at;
    let terms = Terms {
        asked_at: stated,
        concluded_at: stated,
        pinned: None,
    };
    let stamp = read_reply(&reply, &value, &nonce, terms).unwrap();
    assert!(stamp.source.contains("Zeitstempeldienst"), "{stamp:?}");
    assert_eq!(read_token(&stamp.token, &value).unwrap(), stamp);
    assert!(folder.stamp_verifies(&stamp.token, &value));
    let other = [9; 8];
    assert_eq!(
        read_reply(&reply, &value, &other, terms),
        Err(StampError::Foreign)
    );
    assert_eq!(read_token(&stamp.token, b"other"), Err(StampError::Foreign));
    assert_eq!(
        read_reply(b"<html>", &value, &nonce, terms),
        Err(StampError::Unreadable)
    );
    for at in (0..stamp.token.len()).step_by(7) {
        let mut broken = stamp.token.clone();
        broken[at] ^= 0x55;
        // Some bytes belong to certificates that are not used; none may change the time.
        if let Ok(found) = read_token(&broken, &value) {
            assert_eq!(found.at, stamp.at);
        }
    }
}

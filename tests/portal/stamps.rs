//! Time stamps (RFC 3161): a service whose clock and certificate a test chooses, and what the
//! portal accepts of it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use avv_portal::clock::Clock;
use avv_portal::jobs;
use avv_portal::mail::transport::Transport;
use chrono::{DateTime, Utc};
use x509_cert::der::asn1::{GeneralizedTime, Int};
use x509_cert::der::{Decode as _, Encode as _};
use x509_tsp::{TimeStampReq, TspVersion, TstInfo};

use crate::harness::{Person, TestApp, days};
use crate::seal::concluded;

/// The purpose in the certificate of a service.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Time stamps, as RFC 3161 requires it.
    Stamps,
    /// The same, but not critical.
    Weak,
    /// For web servers.
    Servers,
    /// Without a purpose.
    None,
}

/// A certification authority.
pub struct Root {
    params: rcgen::CertificateParams,
    key: rcgen::KeyPair,
    /// Its certificate, PEM.
    pub pem: String,
}

fn params(name: &str) -> rcgen::CertificateParams {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2030, 1, 1);
    params
}

impl Root {
    pub fn new(name: &str) -> Self {
        let mut params = params(name);
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    /// Certificate and key of a service, PEM.
    fn issue(&self, purpose: Purpose, years: (i32, i32)) -> (String, String) {
        let mut params = params("Zeitstempeldienst");
        params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        let purposes = |last: u8, critical: bool| {
            let der = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, last];
            let mut one = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 37], der);
            one.set_criticality(critical);
            one
        };
        params.custom_extensions.extend(match purpose {
            Purpose::Stamps => Some(purposes(8, true)),
            Purpose::Weak => Some(purposes(8, false)),
            Purpose::Servers => Some(purposes(1, true)),
            Purpose::None => None,
        });
        let key = rcgen::KeyPair::generate().unwrap();
        let issuer = rcgen::Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// How a service answers.
#[derive(Clone)]
struct Answers {
    at: DateTime<Utc>,
    certificate: String,
    key: String,
}

/// A time-stamping service that answers until the test ends.
pub struct Service {
    /// The address to which requests for time stamps go.
    pub url: url::Url,
    answers: Arc<Mutex<Answers>>,
    _folder: tempfile::TempDir,
}

impl Service {
    /// A valid one whose clock stands at `at`.
    pub fn start(root: &Root, at: DateTime<Utc>) -> Self {
        let (certificate, key) = root.issue(Purpose::Stamps, (2026, 2030));
        let answers = Arc::new(Mutex::new(Answers {
            at,
            certificate,
            key,
        }));
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsa", listener.local_addr().unwrap());
        let (own, desk) = (Arc::clone(&answers), folder.path().to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let answers = own.lock().unwrap().clone();
                answer(stream.unwrap(), &answers, &desk);
            }
        });
        Self {
            url: url.parse().unwrap(),
            answers,
            _folder: folder,
        }
    }

    /// Sets the clock of the service.
    pub fn at(&self, at: DateTime<Utc>) {
        self.answers.lock().unwrap().at = at;
    }

    /// Gives the service another certificate.
    fn certify(&self, root: &Root, purpose: Purpose, years: (i32, i32)) {
        let (certificate, key) = root.issue(purpose, years);
        let mut answers = self.answers.lock().unwrap();
        answers.certificate = certificate;
        answers.key = key;
    }
}

fn answer(mut stream: std::net::TcpStream, answers: &Answers, desk: &Path) {
    let (mut read, mut piece) = (Vec::new(), [0; 4096]);
    let request = loop {
        let count = stream.read(&mut piece).unwrap();
        read.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&read).to_lowercase();
        let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let length = text.split("content-length: ").nth(1).unwrap();
        let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
        if read.len() >= end + 4 + length {
            break read[end + 4..].to_vec();
        }
    };
    let reply = reply(&request, answers, desk);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        reply.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&reply).unwrap();
}

/// The reply to a request. It is signed with the CMS command of `OpenSSL`, because its command for
/// time stamps can only use the machine's time.
fn reply(request: &[u8], answers: &Answers, desk: &Path) -> Vec<u8> {
    let request = TimeStampReq::from_der(request).unwrap();
    let since_epoch = std::time::Duration::from_secs(answers.at.timestamp().try_into().unwrap());
    let info = TstInfo {
        version: TspVersion::V1,
        policy: "1.2.3.4.1".parse().unwrap(),
        message_imprint: request.message_imprint,
        serial_number: Int::new(&[7]).unwrap(),
        gen_time: GeneralizedTime::from_unix_duration(since_epoch).unwrap(),
        accuracy: None,
        ordering: false,
        nonce: request.nonce,
        tsa: None,
        extensions: None,
    };
    let put = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = desk.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    put("info", &info.to_der().unwrap());
    put("crt", answers.certificate.as_bytes());
    put("key", answers.key.as_bytes());
    let line = "cms -sign -binary -nodetach -cades -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 \
                -in info -signer crt -inkey key -outform DER -out token";
    let made = Command::new("openssl")
        .args(line.split_whitespace())
        .current_dir(desk)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let token = std::fs::read(desk.join("token")).unwrap();
    // SEQUENCE { SEQUENCE { INTEGER 0 }, token }
    let inner = [&[0x30, 0x03, 0x02, 0x01, 0x00], token.as_slice()].concat();
    let length = u16::try_from(inner.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82, length[0], length[1]], inner.as_slice()].concat()
}

/// F3: a stamp with a wrong time, or with a certificate that is expired, for another purpose or of
/// another issuer, is not stored; it raises an alert and is requested again, and a valid stamp
/// closes that.
#[actix_web::test]
async fn f3_a_stamp_counts_only_with_the_right_time_purpose_and_issuer() {
    let (root, other) = (Root::new("Wurzel"), Root::new("Andere Wurzel"));
    let service = Service::start(&root, Clock::system().now());
    let (url, pinned) = (service.url.clone(), root.pem.clone());
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.seal.authority = Some(url);
        config.seal.authority_certificates = Some(pinned);
    })
    .await;
    // At first its clock is that of the machine, years away from the portal's in this test.
    service.at("1999-01-01T00:00:00Z".parse().unwrap());
    concluded(&app).await;
    let kept = || app.count("document_stamps WHERE token IS NOT NULL");
    let told = || app.count("alerts WHERE kind = 'stamp_refused' AND done_at IS NULL");
    let concluded_at = app.case(crate::harness::CUSTOMER).agreements[0].concluded_at;
    let right = |service: &Service| service.certify(&root, Purpose::Stamps, (2026, 2030));
    type Wrong<'a> = (&'a str, Box<dyn Fn(&Service, DateTime<Utc>) + 'a>);
    let second = chrono::Duration::seconds(1);
    let wrong: Vec<Wrong<'_>> = vec![
        (
            "1999",
            Box::new(|service, _| service.at("1999-01-01T00:00:00Z".parse().unwrap())),
        ),
        ("ahead", Box::new(|service, now| service.at(now + days(30)))),
        (
            "behind",
            Box::new(|service, now| service.at(now - chrono::Duration::minutes(6))),
        ),
        (
            "before the conclusion",
            Box::new(|service, _| service.at(concluded_at - second)),
        ),
        (
            "expired",
            Box::new(|service, now| {
                service.at(now);
                service.certify(&root, Purpose::Stamps, (2020, 2026));
            }),
        ),
        (
            "not yet",
            Box::new(|service, _| service.certify(&root, Purpose::Stamps, (2028, 2029))),
        ),
        (
            "servers",
            Box::new(|service, _| service.certify(&root, Purpose::Servers, (2026, 2030))),
        ),
        (
            "any purpose",
            Box::new(|service, _| service.certify(&root, Purpose::None, (2026, 2030))),
        ),
        (
            "not critical",
            Box::new(|service, _| service.certify(&root, Purpose::Weak, (2026, 2030))),
        ),
        (
            "another issuer",
            Box::new(|service, _| service.certify(&other, Purpose::Stamps, (2026, 2030))),
        ),
    ];
    let tries = || app.text("COALESCE(max(tries), 0)::text FROM document_stamps");
    for (name, make) in &wrong {
        app.clock.advance(chrono::Duration::hours(18));
        right(&service);
        make(&service, app.now());
        let before = tries();
        jobs::run_once(&app.app, app.now());
        assert_eq!((kept(), told()), (0, 1), "{name}");
        assert_ne!(tries(), before, "{name}: it was asked");
    }
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get("/betrieb/hinweise")
        .await
        .assert_says("Zeitstempel nicht angenommen");
    // A refused one is tried again, and a valid one settles it.
    app.clock.advance(days(1));
    right(&service);
    service.at(app.now());
    assert_eq!(jobs::run_once(&app.app, app.now()).failed, 0);
    assert_eq!((kept(), told()), (1, 0));
    assert_eq!(
        app.count("alerts WHERE kind = 'stamp_refused'"),
        1,
        "said once"
    );
}

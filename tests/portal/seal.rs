//! The sealed document: what others can prove with it, and what the portal says about files it
//! gets. Poppler, `OpenSSL`, jq and Python are independent of the portal.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

use avv_portal::config::SealSource;
use avv_portal::document::seal::{Sealer, signature_value};
use avv_portal::jobs;
use avv_portal::mail::transport::Transport;

use crate::harness::{CUSTOMER, Person, TestApp, days};
use crate::stamps::{Root, Service};

const MAIL: &str = "info@oezdemir.example";

/// A folder with one concluded document.
pub struct Desk(tempfile::TempDir);

impl Desk {
    pub fn new(pdf: &[u8]) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.put("avv.pdf", pdf);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs a line of shell; returns its output.
    pub fn run(&self, line: &str) -> String {
        let output = self.try_run(line);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{line}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn try_run(&self, line: &str) -> Output {
        Command::new("sh")
            .args(["-c", line])
            .current_dir(self.0.path())
            .output()
            .unwrap()
    }

    /// Runs `avv-portal verify` without any configuration; returns exit code and output.
    fn verify(&self, arguments: &str) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_avv-portal"))
            .arg("verify")
            .args(arguments.split_whitespace())
            .env_clear()
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code().unwrap(), said)
    }
}

pub async fn concluded(app: &TestApp) -> (Vec<u8>, String) {
    app.book(CUSTOMER, "centraflex", false);
    app.book(CUSTOMER, "mehrstandort-sip-trunk", true);
    app.jobs();
    let link = app.conclude(MAIL).await;
    let pdf = app.visitor().get(&format!("{link}/avv.pdf")).await.bytes;
    (pdf, link)
}

pub fn certificate(app: &TestApp) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(app.app.sealer.certificate());
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}

/// EV-01 … EV-07, LC-53: everything that the record of conclusion promises can be recomputed from
/// the file alone with common tools.
#[actix_web::test]
async fn the_record_can_be_recomputed_from_the_file_alone() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    assert!(pdf.len() < 150_000, "{} bytes", pdf.len());
    let desk = Desk::new(&pdf);
    let printed = desk.run("pdftotext avv.pdf - | tr -d '[:space:]'");
    desk.run("pdfdetach -saveall avv.pdf");
    let sum = |name: &str| desk.run(&format!("sha256sum {name} | cut -c1-64 | tr -d '\\n'"));
    for name in ["nachweis.json", "wortlaut.txt"] {
        assert!(printed.contains(&sum(name)), "{name} stands on the sheet");
    }
    // The canonical form, once by jq and once by Python.
    let by_jq = desk.run("jq -Sjc . nachweis.json | sha256sum | cut -c1-64 | tr -d '\\n'");
    let script = "import json,hashlib; d=json.load(open('nachweis.json',encoding='utf-8')); \
                  print(hashlib.sha256(json.dumps(d,sort_keys=True,separators=(',',':'),ensure_ascii=False).encode()).hexdigest(),end='')";
    let by_python = desk.run(&format!("python3 -c \"{script}\""));
    assert_eq!(
        (by_jq, by_python),
        (sum("nachweis.json"), sum("nachweis.json"))
    );
    let fact = |path: &str| desk.run(&format!("jq -rj '{path}' nachweis.json"));
    let number = app.text("number FROM agreements");
    for (path, expected) in [
        (".form", "avv-portal/evidence/1"),
        (".agreement.number", number.as_str()),
        (".agreement.concluded_at", "2026-11-23T09:00:00Z"),
        (".person.name", "Ayşe Özdemir-Grünewald"),
        (".person.remote_address", "127.0.0.1"),
        (".parties.partner.name", "Muster IT GmbH"),
        (".parties.sub_partner", "null"),
        (".link.sent_to", MAIL),
    ] {
        assert_eq!(fact(path), expected, "{path}");
    }
    assert_eq!(fact(".agreement.wording_sha256"), sum("wortlaut.txt"));
    let agreement = app.text("document_hash FROM agreement_documents");
    assert_eq!(agreement, sum("wortlaut.txt"));
}

/// F10: a checksum that is copied from the PDF, or read on the page, has its 64 digits without a
/// break.
#[actix_web::test]
async fn f10_checksums_can_be_copied_whole() {
    let app = TestApp::start().await;
    let (pdf, link) = concluded(&app).await;
    let desk = Desk::new(&pdf);
    desk.run("pdfdetach -saveall avv.pdf");
    let page = app.visitor().get(&format!("{link}/erfolg")).await;
    for name in ["nachweis.json", "wortlaut.txt"] {
        let sum = desk.run(&format!("sha256sum {name} | cut -c1-64 | tr -d '\\n'"));
        // As poppler selects it, in reading order and as laid out.
        for way in ["", "-layout", "-raw"] {
            let text = desk.run(&format!("pdftotext {way} avv.pdf -"));
            let is_whole = text.split_whitespace().any(|word| word == sum);
            assert!(is_whole, "{name} with „{way}“: {sum} is broken");
        }
    }
    page.assert_status(200);
}

/// F10: the signature field is invisible and has an empty appearance of its own: readers warn about
/// a field without one, or one that the reader has to draw.
#[actix_web::test]
async fn f10_the_signature_field_has_an_appearance() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    let desk = Desk::new(&pdf);
    let all = "qpdf --json=2 --json-key=qpdf avv.pdf | jq -c '.qpdf[1]";
    let fields = desk.run(&format!(
        "{all} | map(.value? | select(type == \"object\" and .\"/FT\" == \"/Sig\"))'"
    ));
    let fields: serde_json::Value = serde_json::from_str(&fields).unwrap();
    let [field] = fields.as_array().unwrap().as_slice() else {
        panic!("not one field: {fields}");
    };
    assert_eq!(field["/Subtype"], "/Widget");
    assert_eq!(field["/F"], 132, "printed and locked, not hidden");
    let normal = field["/AP"]["/N"].as_str().unwrap();
    let appearance = desk.run(&format!("{all}[\"obj:{normal}\"].stream.dict'"));
    let appearance: serde_json::Value = serde_json::from_str(&appearance).unwrap();
    assert_eq!(appearance["/Subtype"], "/Form", "{appearance}");
    assert_eq!(appearance["/BBox"].as_array().map(Vec::len), Some(4));
    let forms = desk.run(&format!(
        "{all} | map(.value? | select(type == \"object\") | .\"/AcroForm\"? | select(. != null))'"
    ));
    assert!(forms.contains("/SigFlags\":3"), "{forms}");
    assert!(!forms.contains("/NeedAppearances\":true"), "{forms}");
    desk.run("qpdf --check avv.pdf");
}

/// LC-53, PDF/A-3b: what can be checked here. veraPDF is not available, so full conformity stays
/// unproven.
#[actix_web::test]
async fn the_file_is_fit_for_archives_and_for_reading_aloud() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    let desk = Desk::new(&pdf);
    desk.run("qpdf --check avv.pdf");
    let fonts = desk.run("pdffonts avv.pdf");
    assert!(fonts.lines().count() > 3, "{fonts}");
    for font in fonts.lines().skip(2) {
        // Embedded, a subset, with a table back to text.
        assert!(font.contains("yes yes yes"), "{font}");
    }
    let metadata = desk.run("pdfinfo -meta avv.pdf");
    assert!(
        metadata.contains("<pdfaid:part>3</pdfaid:part>"),
        "{metadata}"
    );
    assert!(metadata.contains("<pdfaid:conformance>B</pdfaid:conformance>"));
    let info = desk.run("pdfinfo -isodates avv.pdf");
    for (key, name) in [
        ("Title", "dc:title"),
        ("Author", "dc:creator"),
        ("Subject", "dc:description"),
    ] {
        let line = info.lines().find(|line| line.starts_with(key)).unwrap();
        let value = line.split_once(':').unwrap().1.trim().replace('&', "&amp;");
        assert!(
            metadata.contains(&format!(">{value}<")),
            "{name} is not „{value}“"
        );
    }
    let parts =
        desk.run("qpdf --json=2 --json-key=qpdf avv.pdf | jq -c '.qpdf[1][].value? // empty'");
    for expected in [
        r#""/S":"/GTS_PDFA1""#,
        r#""/AFRelationship":"/Data""#,
        r#""/AFRelationship":"/Alternative""#,
        r#""/Lang":"u:de-DE""#,
        r#""/CIDToGIDMap":""#,
        r#""/Marked":true"#,
    ] {
        assert!(parts.contains(expected), "{expected}");
    }
    for forbidden in [
        "/JavaScript",
        "/Launch",
        "/OCProperties",
        "/Encrypt",
        "/LZWDecode",
    ] {
        assert!(!parts.contains(forbidden), "{forbidden}");
    }
    let read_aloud: String = desk.run("pdfinfo -struct-text avv.pdf");
    let place = |words: &str| read_aloud.find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(place("Vertrag zur Auftragsverarbeitung") < place("Haftung"));
    assert!(place("Haftung") < place("Abschlussvermerk"));
}

/// The seal is valid for poppler and for the command, and one changed byte breaks it for both.
#[actix_web::test]
async fn seal_and_command_notice_every_change() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    let desk = Desk::new(&pdf);
    desk.put("betreiber.pem", certificate(&app).as_bytes());
    let said = desk.run("pdfsig -nocert avv.pdf");
    for expected in [
        "Signature is Valid",
        "Total document signed",
        "ETSI.CAdES.detached",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    let (code, said) = desk.verify("avv.pdf --certificate betreiber.pem");
    assert_eq!(code, 0, "{said}");
    for expected in [
        "Das Dokument ist echt und unverändert",
        "AVV-2026-4711-1",
        "23. November 2026, 10:00",
        &app.app.sealer.fingerprint(),
        "Anhang nachweis.json: Prüfsumme stimmt",
        "Anhang wortlaut.txt: Prüfsumme stimmt",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let (code, said) = desk.verify("avv.pdf");
    assert!(
        code == 2 && said.contains("Kein Zertifikat ist bekannt"),
        "{said}"
    );

    let mut changed = pdf.clone();
    changed[pdf.len() / 2] ^= 1;
    desk.put("changed.pdf", &changed);
    let (code, said) = desk.verify("changed.pdf --certificate betreiber.pem");
    assert!(code == 2 && said.contains("GEBROCHEN"), "{said}");
    assert!(
        !desk
            .run("pdfsig -nocert changed.pdf")
            .contains("Signature is Valid")
    );
    desk.put("longer.pdf", &[pdf.as_slice(), b"\n% more\n"].concat());
    let (code, said) = desk.verify("longer.pdf --certificate betreiber.pem");
    assert!(code == 2 && said.contains("HINZUGEFÜGT"), "{said}");
    desk.put("text.pdf", b"hello");
    assert_eq!(desk.verify("text.pdf --certificate betreiber.pem").0, 2);
    assert_eq!(desk.verify("missing.pdf").0, 1);
    assert!(
        !desk.path("data").exists(),
        "checking leaves nothing behind"
    );
}

/// A6: the covered bytes decide, however the seal itself is encoded.
#[actix_web::test]
async fn a6_a_seal_spelled_otherwise_hides_no_state() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    let at = pdf
        .windows(10)
        .rposition(|part| part == b"/Contents<")
        .unwrap()
        + 10;
    let end = at + pdf[at..].iter().position(|byte| *byte == b'>').unwrap();
    let mut capital = pdf.clone();
    capital[at..end].make_ascii_uppercase();
    assert_ne!(capital, pdf);
    let visitor = app.visitor();
    let check = async |bytes: &[u8]| {
        let page = visitor
            .upload("/pruefen", &[], &[("datei", "vertrag.pdf", bytes)])
            .await;
        page.assert_status(200).assert_says("Das Dokument ist echt");
        page.words()
    };
    assert!(check(&capital).await.contains("In Kraft"));
    app.sql("UPDATE agreements SET ended_at = '2026-11-24T08:00:00Z', how = 'objected'")
        .unwrap();
    assert!(check(&capital).await.contains("Nichtig durch Widerspruch"));
    // A number alone proves nothing: the seal has to cover what the portal stores.
    let mut other = pdf.clone();
    other[1000] ^= 1;
    let hex = base16ct::lower::encode_string(&other);
    app.sql("ALTER TABLE agreement_documents DISABLE TRIGGER USER")
        .unwrap();
    app.sql(&format!("UPDATE agreement_documents SET pdf = '\\x{hex}'"))
        .unwrap();
    visitor
        .upload("/pruefen", &[], &[("datei", "vertrag.pdf", &capital)])
        .await
        .assert_says("nicht mehr im Bestand");
}

/// The public page: genuine, in force or not, changed, foreign; no names; throttled (S-12).
#[actix_web::test]
async fn anybody_can_check_a_document() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    let draft = {
        let link = {
            let other = app.add_customer(4799, "Andere GmbH", Some("andere@firma.example"));
            app.book(other, "centraflex", false);
            app.jobs();
            app.consent_link("andere@firma.example")
        };
        app.visitor()
            .get(&format!("{link}/entwurf.pdf"))
            .await
            .bytes
    };
    let before = app.everything();
    let visitor = app.visitor();
    visitor.get("/pruefen").await.assert_status(200);
    let footer = visitor.get("/impressum").await.text();
    assert!(footer.contains("href=\"/pruefen\""), "{footer}");
    let page = visitor
        .upload("/pruefen", &[], &[("datei", "vertrag.pdf", &pdf)])
        .await;
    page.assert_status(200)
        .assert_says("Das Dokument ist echt")
        .assert_says("AVV-2026-4711-1")
        .assert_says("In Kraft")
        .assert_says("Uhr des Portals");
    for secret in ["Özdemir", "Muster IT", MAIL, "4711-1 "] {
        page.assert_silent_about(secret);
    }
    let english = visitor
        .upload(
            "/pruefen?sprache=en",
            &[],
            &[("datei", "vertrag.pdf", &pdf)],
        )
        .await;
    english
        .assert_says("The document is genuine")
        .assert_says("In force");

    let mut changed = pdf.clone();
    changed[1000] ^= 1;
    let longer = [pdf.as_slice(), b"\n"].concat();
    let huge = vec![b'%'; 10 * 1024 * 1024 + 10_000];
    for (file, says) in [
        (changed.as_slice(), "kein unverändertes Dokument"),
        (&longer, "nach dem Siegeln ergänzt"),
        (&draft, "trägt kein Siegel"),
        (b"hello", "kein PDF"),
        (&huge, "zu groß"),
    ] {
        let page = visitor
            .upload("/pruefen", &[], &[("datei", "vertrag.pdf", file)])
            .await;
        page.assert_status(200)
            .assert_says(says)
            .assert_silent_about("ist echt");
    }

    let wording = app.text("document_hash FROM agreement_documents");
    let number = app.text("lower(number) FROM agreements");
    let number = number.as_str();
    for (hash, says) in [
        (wording.as_str(), "Das Dokument ist echt"),
        (&"0".repeat(64), "Dazu gibt es hier kein Dokument"),
    ] {
        visitor
            .upload("/pruefen", &[("nummer", number), ("pruefsumme", hash)], &[])
            .await
            .assert_status(200)
            .assert_says(says);
    }
    visitor
        .upload(
            "/pruefen",
            &[("nummer", number), ("pruefsumme", "12 ab")],
            &[],
        )
        .await
        .assert_status(422)
        .assert_says("64 Ziffern");
    visitor
        .upload("/pruefen", &[], &[("datei", "vertrag.pdf", b"")])
        .await
        .assert_status(422);
    let changes = app.changes_since(&before);
    assert!(
        changes.iter().all(|line| line.contains("attempts")),
        "{changes:?}"
    );

    app.clock.advance(days(1));
    app.sql("UPDATE agreements SET ended_at = '2026-11-24T08:00:00Z', how = 'objected'")
        .unwrap();
    let page = visitor
        .upload("/pruefen", &[], &[("datei", "vertrag.pdf", &pdf)])
        .await;
    page.assert_says("gilt aber nicht mehr")
        .assert_says("Nichtig durch Widerspruch seit 24. November 2026");

    let mut last = 200;
    for _ in 0..21 {
        last = visitor
            .upload("/pruefen", &[], &[("datei", "vertrag.pdf", b"x")])
            .await
            .status
            .as_u16();
    }
    assert_eq!(last, 429);
}

/// Without a valid certificate no conclusion: refused with a message, nothing is lost, and it works
/// later.
#[actix_web::test]
async fn an_expired_certificate_refuses_the_conclusion_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seal.pem");
    let (key, certificate) = Sealer::make_pem("2016-06-01T00:00:00Z".parse().unwrap()).unwrap();
    std::fs::write(&path, key + &certificate).unwrap();
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.seal.source = SealSource::Made(path.clone());
    })
    .await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    let before = app.everything();
    let browser = app.visitor();
    let page = browser.get(&app.consent_link(MAIL)).await;
    let typed = [
        ("name", "Ayşe Özdemir-Grünewald"),
        ("funktion", "Geschäftsführerin"),
        ("vertretung", "on"),
        ("gelesen", "on"),
    ];
    let form = "main form[action^='/zustimmung/']";
    let refused = page.submit(&browser, form, &typed).await;
    refused
        .assert_status(503)
        .assert_says("Der Vertrag kann gerade nicht gesiegelt werden");
    let name = refused.attribute("input[name=name]", "value");
    assert_eq!(name.as_deref(), Some("Ayşe Özdemir-Grünewald"));
    let changes = app.changes_since(&before);
    assert!(
        changes.iter().all(|line| !line.contains("agreement")),
        "{changes:?}"
    );
    assert_ne!(app.status(CUSTOMER), "concluded");
}

/// EV-15: the bundle proves everything without the portal.
#[actix_web::test]
async fn the_bundle_can_be_checked_without_the_portal() {
    let app = TestApp::start().await;
    let (pdf, _) = concluded(&app).await;
    app.jobs();
    for (person, path) in [
        (
            Person::Operator,
            "/administration/avv/nachweis.zip?kunde=4711",
        ),
        (Person::Customer, "/administration/avv/nachweis.zip"),
    ] {
        let browser = app.sign_in(person).await;
        let page = browser.get("/administration/avv?kunde=4711").await;
        page.assert_says("Nachweispaket");
        let zip = browser.get(path).await;
        zip.assert_status(200);
        assert!(
            zip.header("content-disposition")
                .contains("Nachweispaket-4711.zip")
        );
        let desk = Desk::new(&zip.bytes);
        desk.run("mv avv.pdf paket.zip && python3 -m zipfile -e paket.zip .");
        desk.run("sha256sum --quiet -c SHA256SUMS");
        let number = app.text("number FROM agreements");
        assert_eq!(
            std::fs::read(desk.path(&format!("{number}/{number}.pdf"))).unwrap(),
            pdf
        );
        assert!(
            desk.run("pdfsig -nocert AVV-*/AVV-*.pdf")
                .contains("Signature is Valid")
        );
        let fingerprint =
            desk.run("openssl x509 -in siegel-zertifikate.pem -noout -fingerprint -sha256");
        let fingerprint = fingerprint.replace(':', "").to_lowercase();
        assert!(
            fingerprint.contains(&app.app.sealer.fingerprint()),
            "{fingerprint}"
        );
        let hash = desk.run(&format!(
            "jq -rj .agreement.wording_sha256 {number}/nachweis.json"
        ));
        assert!(desk.run("sha256sum AVV-*/wortlaut.txt").contains(&hash));
        let mails =
            desk.run("jq -r '.[] | [.kind, .state, .sent_to, .server_reply] | @tsv' e-mails.json");
        assert!(
            mails.contains("concluded\tsent\tinfo@oezdemir.example"),
            "{mails}"
        );
        assert_eq!(
            mails.contains("partner_info"),
            person == Person::Operator,
            "{mails}"
        );
        let events = desk.run("jq -r '.[].what' ereignisse.json");
        assert!(
            events.contains("Vertrag AVV-2026-4711-1-") && events.contains(" abgeschlossen"),
            "{events}"
        );
        // EV-11: whose access was opened; only the operator sees for which and how many users.
        let opened = desk.run(
            "jq -c '.[] | select(.kind == \"concluded\") | .access.opened[] | [.name, .user_count, .users]' ereignisse.json",
        );
        let user = app.text("id FROM users WHERE email = 'j.weiss@muster-it.example'");
        let people = match person {
            Person::Operator => format!("1,[{user}]"),
            _ => "null,null".to_owned(),
        };
        assert_eq!(opened.trim(), format!("[\"Muster IT GmbH\",{people}]"));
        assert!(desk.run("cat LIESMICH.txt").contains("EVIDENCE BUNDLE"));
    }
    // Both downloads are in the history (EV-09).
    let of_people = "audit_events WHERE kind = 'downloaded' AND actor->>'actor' = 'user'";
    assert_eq!(app.count(of_people), 2);
}

/// A conclusion never waits for the time-stamping service; the stamp is fetched afterwards and is
/// valid.
#[actix_web::test]
async fn a_time_stamp_is_fetched_afterwards() {
    let desk = Desk::new(b"");
    let root = Root::new("Wurzel");
    desk.put("tsa.crt", root.pem.as_bytes());
    // At first there is no service at this address.
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let away = format!("http://{closed}/").parse().unwrap();
    let app = TestApp::start_configured(Transport::memory(), |config| {
        config.seal.authority = Some(away);
    })
    .await;
    let (pdf, _) = concluded(&app).await;
    let visitor = app.visitor();
    assert_eq!(jobs::run_once(&app.app, app.now()).failed, 1);
    let page = visitor
        .upload("/pruefen", &[], &[("datei", "vertrag.pdf", &pdf)])
        .await;
    page.assert_says("Das Dokument ist echt")
        .assert_silent_about("Zeitstempel");

    let mut second = app.second_process();
    let mut config = (*second.config).clone();
    let service = Service::start(&root, app.now() + days(1));
    config.seal.authority = Some(service.url.clone());
    config.seal.authority_certificates = Some(root.pem.clone());
    second.config = config.into();
    // Not before its next turn.
    jobs::run_once(&second, app.now());
    assert_eq!(app.count("document_stamps WHERE token IS NOT NULL"), 0);
    app.clock.advance(days(1));
    assert_eq!(jobs::run_once(&second, app.now()).failed, 0);
    assert_eq!(
        app.count("document_stamps WHERE token IS NOT NULL AND next_try_at IS NULL"),
        1
    );
    let page = visitor
        .upload("/pruefen", &[], &[("datei", "vertrag.pdf", &pdf)])
        .await;
    page.assert_says("Zeitstempel vom")
        .assert_says("CN=Zeitstempeldienst");

    let operator = app.sign_in(Person::Operator).await;
    let zip = operator
        .get("/administration/avv/nachweis.zip?kunde=4711")
        .await;
    desk.put("paket.zip", &zip.bytes);
    desk.run("python3 -m zipfile -e paket.zip .");
    desk.run("openssl ts -verify -in AVV-*/zeitstempel.tst -token_in -data AVV-*/signatur.bin -CAfile tsa.crt");
    let number = app.text("number FROM agreements");
    assert_eq!(
        std::fs::read(desk.path(&format!("{number}/signatur.bin"))).ok(),
        signature_value(&pdf)
    );
    desk.put("avv.pdf", &pdf);
    desk.put("betreiber.pem", certificate(&app).as_bytes());
    let (code, said) = desk.verify(&format!(
        "avv.pdf --certificate betreiber.pem --timestamp {number}/zeitstempel.tst"
    ));
    assert!(code == 0 && said.contains("CN=Zeitstempeldienst"), "{said}");
}

//! The evidence bundle as an auditor uses it: checked by its own instructions, with independent
//! tools, after every kind of tampering.

use std::path::{Path, PathBuf};
use std::process::Command;

use avv_portal::actions::notices as acts;
use avv_portal::actions::objections::{self, Received};
use avv_portal::domain::case::Channel;
use avv_portal::domain::file::{File, FileKind};
use avv_portal::domain::notice::DissentWay;

use crate::announce::{announce, notice, register};
use crate::harness::{CUSTOMER, PASSWORD, Person, TestApp};
use crate::seal::concluded;
use crate::stamps::{Root, Service};

const LETTER: &[u8] = crate::harness::SCAN;
const NOTE: &str = "Kam mit der Morgenpost";
const BUNDLE: &str = "/administration/avv/nachweis.zip?kunde=4711";

fn letter() -> File {
    File {
        kind: FileKind::Pdf,
        bytes: LETTER.to_vec(),
    }
}

/// A bundle, unpacked into a folder of its own.
pub struct Bundle(tempfile::TempDir);

impl Bundle {
    pub fn unpack(zip: &[u8]) -> Self {
        let bundle = Self(tempfile::tempdir().unwrap());
        std::fs::write(bundle.0.path().join("paket.zip"), zip).unwrap();
        bundle.run("python3 -m zipfile -e ../paket.zip .");
        bundle
    }

    fn copy(&self) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        let done = Command::new("cp")
            .arg("-r")
            .args([self.folder(), copy.0.path().to_owned()])
            .status()
            .unwrap();
        assert!(done.success());
        copy
    }

    fn folder(&self) -> PathBuf {
        let folder = self.0.path().join("paket");
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Runs a line of shell; returns whether it succeeded, and its output.
    fn try_run(&self, line: &str) -> (bool, String) {
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.folder())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    }

    fn run(&self, line: &str) -> String {
        let (done, said) = self.try_run(line);
        assert!(done, "{line}: {said}");
        said
    }

    /// The first step that finds something wrong, by the instructions of the bundle as it was
    /// issued.
    pub fn fault(&self, recipe: &Recipe) -> Option<String> {
        for line in &recipe.lines {
            let (done, said) = self.try_run(line);
            if !done {
                return Some(format!("{line}: {said}"));
            }
            let shown = said.replace(':', "").to_lowercase();
            if line.contains("-fingerprint") && !shown.contains(&recipe.fingerprint) {
                return Some(format!("another fingerprint: {said}"));
            }
        }
        std::fs::write(self.0.path().join("pruefen.sh"), &recipe.script).unwrap();
        let (done, said) = self.try_run("sh ../pruefen.sh");
        (!done || !said.contains("ALLES STIMMT")).then_some(said)
    }

    fn rewrite_sums(&self) {
        self.run(
            "find . -type f ! -name 'SHA256SUMS*' | sed 's|^\\./||' | LC_ALL=C sort | xargs -d '\\n' sha256sum > ../sums && mv ../sums SHA256SUMS",
        );
    }
}

/// Steps 1 and 2 as commands, the script of the others, and the fingerprint that the operator
/// publishes.
pub struct Recipe {
    lines: Vec<String>,
    script: Vec<u8>,
    fingerprint: String,
}

impl Recipe {
    pub fn of(bundle: &Bundle, fingerprint: String) -> Self {
        let text = std::fs::read_to_string(bundle.path("LIESMICH.txt")).unwrap();
        let german = text.split("EVIDENCE BUNDLE").next().unwrap();
        let lines = german
            .lines()
            .filter_map(|line| line.strip_prefix("       "))
            .filter(|line| {
                !line.starts_with(' ') && !line.starts_with("sh ") && !line.contains("ts -verify")
            })
            .map(str::to_owned)
            .collect();
        Self {
            lines,
            script: std::fs::read(bundle.path("pruefen.sh")).unwrap(),
            fingerprint,
        }
    }
}

/// A customer with everything that a bundle can contain: agreement with time stamp, announced
/// change with a recorded dissent, recorded objection, letters for both.
async fn rich() -> TestApp {
    let root = Root::new("Wurzel");
    let at = "2026-11-23T09:00:00Z".parse().unwrap();
    let service = Service::start(&root, at);
    let url = service.url.clone();
    let app =
        TestApp::start_configured(avv_portal::mail::transport::Transport::memory(), |config| {
            config.seal.authority = Some(url);
            config.seal.authority_certificates = Some(root.pem.clone());
        })
        .await;
    register(&app, "RZ Rheinland mbH");
    concluded(&app).await;
    service.at(app.now());
    app.jobs();
    assert_eq!(app.count("document_stamps WHERE token IS NOT NULL"), 1);
    announce(&app, "RZ Alpen AG");
    let (own, operator, now) = (
        notice(&app, CUSTOMER).id,
        app.viewer(Person::Operator),
        app.now(),
    );
    let received = acts::Received {
        way: DissentWay::Letter,
        on: "2026-11-23".parse().unwrap(),
        person: "Erika Muster".to_owned(),
        note: NOTE.to_owned(),
        proof: Some(letter()),
    };
    app.write(|conn| {
        acts::record(conn, &app.app, &operator, own, received, now)?.unwrap();
        Ok(())
    });
    let received = Received {
        channel: Channel::Letter,
        on: "2026-11-23".parse().unwrap(),
        note: NOTE.to_owned(),
        proof: Some(letter()),
    };
    app.write(|conn| objections::record(conn, &app.app, &operator, CUSTOMER, &received, now));
    app.jobs();
    app
}

/// F2: the bundle is checked by its own instructions; twelve and more ways of tampering are found
/// although the sums were rewritten, and a bundle sealed anew shows another fingerprint.
#[actix_web::test]
async fn f2_every_way_of_tampering_with_a_bundle_is_found() {
    let app = rich().await;
    let operator = app.sign_in(Person::Operator).await;
    let whole = Bundle::unpack(&operator.get(BUNDLE).await.bytes);
    let recipe = Recipe::of(&whole, app.app.sealer.fingerprint());
    assert!(recipe.lines.len() >= 5, "{:?}", recipe.lines);
    assert_eq!(whole.fault(&recipe), None);
    every_file_is_explained(&whole);
    for file in [
        "zeitstempel-zertifikate.pem",
        "nachweise/1.pdf",
        "nachweise/2.pdf",
    ] {
        assert!(whole.path(file).exists(), "{file}");
    }
    let number = app.text("number FROM agreements");
    let jq =
        |filter: &str, file: &str| format!("jq '{filter}' {file} > ../new && mv ../new {file}");
    let in_folder = |line: &str| line.replace("NUMBER", &number);
    let ways: Vec<(&str, String)> = vec![
        ("an event removed", jq("del(.[2])", "ereignisse.json")),
        ("an event changed", jq(".[0].what = \"nichts\"", "ereignisse.json")),
        ("who did it changed", jq(".[1].who = \"Niemand\"", "ereignisse.json")),
        ("an event of the chain removed", jq("del(.[1])", "ereignis-kette.json")),
        ("a time of the chain changed", jq(".[1].at = \"2026-11-23T09:00:00.000001Z\"", "ereignis-kette.json")),
        ("a status of the chain changed", jq(".[1].status_after = \"open\"", "ereignis-kette.json")),
        ("a content of the chain changed", jq(".[1].content |= sub(\"actor\"; \"akteur\")", "ereignis-kette.json")),
        ("a mail's proof changed", jq(".[0].sent_to = \"anders@kunde.example\"", "e-mails.json")),
        ("a mail removed", jq("del(.[0])", "e-mails.json")),
        ("the day of an agreement changed", jq(".agreements[0].concluded_at = \"2026-01-01T00:00:00.000000Z\"", "vertraege.json")),
        ("a note changed", jq(".[0].note = \"\"", "widersprueche.json")),
        ("a dissent removed", jq(".[0].dissent = null", "aenderungsmitteilungen.json")),
        ("a letter exchanged", "printf '%%PDF-1.7 anderer' > nachweise/1.pdf".to_owned()),
        ("a letter removed", "rm nachweise/2.pdf".to_owned()),
        ("the wording changed", in_folder("echo Zusatz >> NUMBER/wortlaut.txt")),
        ("the record changed", in_folder("sed -i 's/Grünewald/Schwarzwald/' NUMBER/nachweis.json")),
        ("the PDF lengthened", in_folder("echo '% mehr' >> NUMBER/NUMBER.pdf")),
        ("the signature value exchanged", in_folder("head -c 70 /dev/urandom > NUMBER/signatur.bin")),
        ("the time stamp removed", in_folder("rm NUMBER/zeitstempel.tst")),
        ("a certificate added", "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ../k -subj /CN=Falsch 2>/dev/null >> siegel-zertifikate.pem".to_owned()),
        ("a way to the log exchanged", jq(".[0].steps[0] = .[-1].steps[0] | .[1].checkpoint = 1", "protokoll/nachweise.json")),
        ("a way to the log removed", jq("del(.[0])", "protokoll/nachweise.json")),
        ("a checkpoint changed", "sed -i '2s/$/0/' protokoll/*.checkpoint".to_owned()),
        ("a checkpoint's key exchanged", "for key in protokoll/*.pem; do openssl genpkey -algorithm ed25519 2>/dev/null | openssl pkey -pubout > $key; done".to_owned()),
        ("a file added", "echo x > zusatz.txt".to_owned()),
        ("the explanation changed", "echo 'Alles gut.' > LIESMICH.txt".to_owned()),
    ];
    let mut inner = 0;
    for (name, way) in &ways {
        let bundle = whole.copy();
        bundle.run(way);
        let left_alone = bundle.fault(&recipe);
        assert!(left_alone.is_some(), "{name}: sums left alone");
        bundle.rewrite_sums();
        let rewritten = bundle.fault(&recipe);
        assert!(rewritten.is_some(), "{name}: sums rewritten");
        // Sealed anew with another key: the operator's fingerprint is missing.
        bundle.run(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ../k.pem -out ../c.pem -subj /CN=Falsch 2>/dev/null && \
             openssl cms -sign -binary -in SHA256SUMS -signer ../c.pem -inkey ../k.pem -outform DER -out SHA256SUMS.p7s",
        );
        let sealed = bundle.fault(&recipe);
        let said = sealed.unwrap_or_default();
        assert!(said.contains("another fingerprint"), "{name}: {said}");
        // Inconsistencies are found even by a reader who trusts that seal.
        let trusting = Recipe {
            lines: Vec::new(),
            script: recipe.script.clone(),
            fingerprint: String::new(),
        };
        inner += usize::from(bundle.fault(&trusting).is_some());
    }
    assert!(inner >= 10, "{inner} found by comparing the parts alone");
}

fn every_file_is_explained(bundle: &Bundle) {
    let text = std::fs::read_to_string(bundle.path("LIESMICH.txt")).unwrap();
    for part in text.split("EVIDENCE BUNDLE\n===") {
        for file in bundle.run("find . -type f").lines() {
            let path = Path::new(file);
            let name = path.file_name().unwrap().to_str().unwrap();
            let known = part.contains(&format!("\n{name} "))
                || part.contains(&format!("\n{name}\n"))
                || part.contains(&format!("AVV-…/{name} "))
                || (file.starts_with("./AVV-") && name.starts_with("AVV-"))
                || file.starts_with("./nachweise/")
                || (file.starts_with("./protokoll/") && part.contains("\nprotokoll/… "))
                || name == "LIESMICH.txt";
            assert!(known, "{file} is not explained");
        }
    }
}

/// F2: the customer's own bundle passes the same instructions and leaves out what is only for the
/// operator.
#[actix_web::test]
async fn f2_the_customers_bundle_holds_by_the_same_recipe() {
    let app = rich().await;
    let customer = app.sign_in(Person::Customer).await;
    let zip = customer.get("/administration/avv/nachweis.zip").await;
    let bundle = Bundle::unpack(&zip.bytes);
    let recipe = Recipe::of(&bundle, app.app.sealer.fingerprint());
    assert_eq!(bundle.fault(&recipe), None);
    assert!(!bundle.path("nachweise").exists());
    assert!(!bundle.run("cat *.json").contains(NOTE));
    assert_eq!(
        bundle
            .run("jq '[.[] | select(.content != null)] | length' ereignis-kette.json")
            .trim(),
        "0"
    );
}

/// B4: letter and note of a recorded objection and a recorded dissent are in the operator's bundle.
#[actix_web::test]
async fn b4_letters_and_notes_are_in_the_bundle() {
    let app = rich().await;
    let operator = app.sign_in(Person::Operator).await;
    let bundle = Bundle::unpack(&operator.get(BUNDLE).await.bytes);
    for list in ["widersprueche.json", "aenderungsmitteilungen.json"] {
        let file = bundle.run(&format!("jq -rj '.[0].proofs[0].file' {list}"));
        assert_eq!(std::fs::read(bundle.path(&file)).unwrap(), LETTER, "{list}");
        assert!(bundle.run(&format!("cat {list}")).contains(NOTE), "{list}");
    }
}

/// B4: a recorded dissent takes its letter, at once or later, which only the operator can download.
#[actix_web::test]
async fn b4_a_recorded_dissent_takes_a_scan() {
    let app = TestApp::start().await;
    register(&app, "RZ Rheinland mbH");
    concluded(&app).await;
    announce(&app, "RZ Alpen AG");
    let path = format!("/betrieb/mitteilungen/{}", notice(&app, CUSTOMER).id);
    let (operator, partner) = (
        app.sign_in(Person::Operator).await,
        app.sign_in(Person::Partner).await,
    );
    let csrf = |page: &crate::harness::Page| page.attribute("main [name=csrf]", "value").unwrap();
    let page = operator.get(&path).await;
    page.assert_says("Brief oder E-Mail (freiwillig)");
    let token = csrf(&page);
    let fields = [
        ("csrf", token.as_str()),
        ("weg", "letter"),
        ("datum", "2026-11-23"),
        ("person", "Erika Muster"),
        ("notiz", ""),
    ];
    let record = format!("{path}/einspruch");
    operator
        .upload(&record, &fields, &[("datei", "brief.pdf", b"<html>")])
        .await
        .assert_status(422)
        .assert_says("weder PDF noch PNG noch JPEG");
    operator
        .upload(&record, &fields, &[("datei", "brief.pdf", LETTER)])
        .await
        .assert_status(303);
    let page = operator.get(&path).await;
    let file = page.attribute("main dd a[download]", "href").unwrap();
    let got = operator.get(&file).await;
    assert_eq!(got.bytes, LETTER);
    got.assert_status(200);
    partner.get(&file).await.assert_status(404);
    let add = format!("{path}/nachweis");
    let token = csrf(&page);
    let only = [("csrf", token.as_str())];
    operator
        .upload(&add, &only, &[("nachweis", "", b"")])
        .await
        .assert_status(422)
        .assert_says("Wählen Sie die Datei des Nachweises");
    operator
        .upload(&add, &only, &[("nachweis", "mail.pdf", LETTER)])
        .await
        .assert_status(303);
    assert_eq!(app.count("dissent_files"), 2);
}

/// B4: the evidence about a deleted customer stays available to the operator, and to no other user,
/// until its retention period has expired; then it is erased.
#[actix_web::test]
async fn b4_a_deleted_customers_proofs_stay_reachable() {
    let log = crate::harness::Log::listen();
    let app = rich().await;
    let (operator, partner) = (
        app.sign_in(Person::Operator).await,
        app.sign_in(Person::Partner).await,
    );
    let page = operator.get("/betrieb/kunden/4711/loeschen").await;
    let typed = [("grund", "Vertrag beendet"), ("passwort", PASSWORD)];
    page.submit(&operator, "main form", &typed)
        .await
        .assert_redirect("/betrieb/geloescht/4711");
    let page = operator.get("/betrieb/geloescht/4711").await;
    page.assert_says("Nachweispaket herunterladen")
        .assert_says("Widerspruch gegen AVV-2026-4711-1")
        .assert_says("Einspruch per Brief")
        .assert_says(NOTE);
    let bundle = page
        .attribute("main a[href*='nachweis.zip']", "href")
        .unwrap();
    let zip = operator.get(&bundle).await;
    zip.assert_status(200);
    let unpacked = Bundle::unpack(&zip.bytes);
    let recipe = Recipe::of(&unpacked, app.app.sealer.fingerprint());
    assert_eq!(unpacked.fault(&recipe), None);
    let letters: Vec<String> = page.attributes("#erklaerungen ~ * a[download]", "href");
    assert_eq!(letters.len(), 2, "{letters:?}");
    for path in letters.iter().chain([&bundle]) {
        operator.get(path).await.assert_status(200);
        partner.get(path).await.assert_status(404);
    }
    app.at("2030-01-02 12:00");
    avv_portal::jobs::retain_once(&app.app, app.now()).unwrap();
    assert_eq!(
        app.count("files") + app.count("dissent_files"),
        0,
        "{:?}",
        log.lines_with(&["failed"])
    );
    let operator = app.sign_in(Person::Operator).await;
    operator.get(&bundle).await.assert_status(404);
}

/// F5: from the same state of the database, at the same moment and with the same text, the same
/// customer concludes under another number: after a restore no number is assigned twice.
#[actix_web::test]
async fn f5_a_number_does_not_come_twice_after_a_restore() {
    let mut numbers = std::collections::BTreeSet::new();
    let mut wordings = std::collections::BTreeSet::new();
    for _ in 0..3 {
        // Every app begins with the same customers at the same moment, as after the same backup.
        let app = TestApp::start().await;
        concluded(&app).await;
        let number = app.text("number FROM agreements");
        assert!(number.starts_with("AVV-2026-4711-1-"), "{number}");
        assert!(numbers.insert(number), "{numbers:?}");
        wordings.insert(app.text("document_hash FROM agreement_documents"));
    }
    assert_eq!(wordings.len(), 1, "only the number differs");
}

/// A12: every form with a file refuses a PDF that does more than show pages.
#[actix_web::test]
async fn a12_every_upload_is_looked_into() {
    // There is only one way to read uploads: no other module may read the parts of a form.
    let mut readers = std::fs::read_dir("src/web")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect::<Vec<_>>();
    let mut found = Vec::new();
    while let Some(path) = readers.pop() {
        if path.is_dir() {
            readers.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if std::fs::read_to_string(&path)
            .unwrap()
            .contains("Multipart::new(")
            || std::fs::read_to_string(&path)
                .unwrap()
                .contains(": Multipart")
        {
            found.push(path.display().to_string());
        }
    }
    found.sort();
    assert_eq!(
        found,
        [
            "src/web/kit/upload/late.rs",
            "src/web/kit/upload/mod.rs",
            "src/web/public/verification/mod.rs"
        ]
    );
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude("info@oezdemir.example").await;
    let partner = app.companies().partner;
    let operator = app.sign_in(Person::Operator).await;
    let script = b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(x)>>endobj".as_slice();
    let form = "main form:has(input[type=file])";
    for path in [
        "/betrieb/kunden/4711/widerspruch".to_owned(),
        format!("/betrieb/partner/{partner}/vertrag"),
    ] {
        let page = operator.get(&path).await;
        let (action, fields) = page.form(form);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let field = page
            .attribute(&format!("{form} input[type=file]"), "name")
            .unwrap();
        let answer = operator
            .upload(&action, &fields, &[(field.as_str(), "scan.pdf", script)])
            .await;
        answer
            .assert_status(422)
            .assert_says("enthält ein Skript")
            .assert_silent_about("Schon gewählt");
    }
    assert_eq!(app.count("files") + app.count("kept_files"), 0);
}

/// A12: the scan of a contract on paper is sent to the customer; one with a script, a program to
/// start or an embedded file is refused with a message, and what was typed stays.
#[actix_web::test]
async fn a12_a_scan_with_more_than_pages_is_refused() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    let operator = app.sign_in(Person::Operator).await;
    let path = "/betrieb/kunden/4711/papiervertrag";
    let page = operator.get(path).await;
    let token = page.attribute("main [name=csrf]", "value").unwrap();
    let fields = [
        ("csrf", token.as_str()),
        ("person", "Ute Vogt"),
        ("funktion", "Vorstand"),
        ("datum", "2026-11-23"),
    ];
    for (bytes, says) in [
        (
            b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(x)>>endobj".as_slice(),
            "enthält ein Skript",
        ),
        (
            b"%PDF-1.7\n1 0 obj<</S/Launch/F(cmd.exe)>>endobj",
            "startet ein Programm",
        ),
        (
            b"%PDF-1.7\n1 0 obj<</Type/EmbeddedFile>>endobj",
            "stecken weitere Dateien",
        ),
        (b"%PDF-1.7\n1 0 obj<<>>stream\nx\nendstream", "beschädigt"),
    ] {
        let answer = operator
            .upload(path, &fields, &[("datei", "scan.pdf", bytes)])
            .await;
        answer.assert_status(422).assert_says(says);
        assert_eq!(
            answer.attribute("input[name=person]", "value").as_deref(),
            Some("Ute Vogt")
        );
        assert_eq!(app.count("proposals"), 0);
    }
    operator
        .upload(path, &fields, &[("datei", "scan.pdf", LETTER)])
        .await
        .assert_status(303);
    assert_eq!(app.count("proposals"), 1);
}

//! The first day of a provider, as the manual tells it (docs/operating.md): the program in production on
//! an empty database, behind a TLS proxy, with a mail server, in a real browser; no SQL (S-95).

use std::cell::Cell;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use avv_portal::clock::Clock;
use avv_portal::contract::shipped;
use avv_portal::domain::calendar::day;
use avv_portal::domain::second_factor::{Secret, step_of};
use mail_parser::MessageParser;
use tempfile::TempDir;

use crate::check::own_seal;
use crate::harness::chromium::{Chromium, Scripts, Window};
use crate::harness::{Browser, SmtpStub, port};

const PROXY: &str = include_str!("../../docs/proxy/nginx.conf");
const PASSWORD: &str = "Tannenzapfen im Oktober";
const FIRST: &str = "erna.erste@beispielnetz.example";
const SECOND: &str = "zoe.zweite@beispielnetz.example";
const CUSTOMER: &str = "hanna@groesser.example";
const FIRM: &str = "Töpferei Größer & Söhne KG";
const PRODUCT: &str = "Cloud-Telefonie Rhein";
const PATIENCE: Duration = Duration::from_secs(60);
/// Pages that the operator's people open at most until the first agreement is there.
const PAGES: u32 = 40;

/// A process that ends with the test at the latest.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The machine of a provider: the program, a proxy that speaks TLS, a mail server.
struct Machine {
    dir: TempDir,
    inside: u16,
    outside: u16,
    /// Where the proxy answers without TLS.
    plain: u16,
    stub: SmtpStub,
    /// Key and certificate of the seal.
    seal: (String, String),
}

impl Machine {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // The embedded database runs as a user of its own, who must be able to enter.
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self {
            dir,
            inside: port(),
            outside: port(),
            plain: port(),
            stub: SmtpStub::start(),
            seal: own_seal(),
        }
    }

    fn base(&self) -> String {
        format!("https://localhost:{}", self.outside)
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    /// The program with the settings of production.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_avv-portal"));
        command
            .env_clear()
            .args(arguments)
            .env("AVV_ENV", "production")
            .env("AVV_BASE_URL", self.base())
            .env("AVV_LISTEN", format!("127.0.0.1:{}", self.inside))
            .env("AVV_TRUSTED_PROXIES", "127.0.0.1")
            .env("AVV_DATA_DIR", self.path("data"))
            .env(
                "AVV_SECRET_KEY",
                "q8Zk3vN1xWc7Rt5Yb2Lm9Pf4Hd6Gs0JaUeIoTyQwErX=",
            )
            .env("AVV_SMTP_URL", self.stub.url())
            .env("AVV_MAIL_FROM", "avv@beispielnetz.example")
            .env("AVV_SEAL_KEY", &self.seal.0)
            .env("AVV_SEAL_CERT", &self.seal.1)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end; what it said.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.program(arguments).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}{wrong}");
        said
    }

    /// Starts the portal and the proxy before it.
    fn serve(&self) -> (Running, Running) {
        let log = fs::File::create(self.path("portal.log")).unwrap();
        let portal = self
            .program(&["serve"])
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let names = vec!["localhost".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        fs::write(self.path("tls.key"), made.signing_key.serialize_pem()).unwrap();
        fs::write(self.path("tls.crt"), made.cert.pem()).unwrap();
        fs::write(self.path("nginx.conf"), self.proxy()).unwrap();
        let proxy = Command::new(nginx())
            .args(["-p", &self.path(""), "-c", &self.path("nginx.conf")])
            .args(["-e", &self.path("nginx.log")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        (Running(portal), Running(proxy))
    }

    /// The shipped file for a proxy, with nothing changed but names, addresses and certificates.
    fn proxy(&self) -> String {
        let mut shipped = PROXY.to_owned();
        for (there, here) in [
            (
                "server 127.0.0.1:8080;",
                format!("server 127.0.0.1:{};", self.inside),
            ),
            ("listen 80;", format!("listen 127.0.0.1:{};", self.plain)),
            ("https://portal.example", self.base()),
            (
                "listen 443 ssl;",
                format!("listen 127.0.0.1:{} ssl;", self.outside),
            ),
            ("/etc/ssl/portal.example.crt", self.path("tls.crt")),
            ("/etc/ssl/private/portal.example.key", self.path("tls.key")),
            (
                "server_name portal.example;",
                "server_name localhost;".to_owned(),
            ),
        ] {
            assert!(shipped.contains(there), "{there}");
            shipped = shipped.replace(there, &here);
        }
        let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {};\n", self.path(kind)))
            .collect();
        format!(
            "daemon off; worker_processes 1; pid {}; user root;\n\
             events {{ worker_connections 256; }}\n\
             http {{ access_log off; {temp}{shipped} }}\n",
            self.path("nginx.pid"),
        )
    }

    /// The link in the newest mail to somebody, once there is one that leads to `way`.
    async fn link(&self, to: &str, way: &str) -> String {
        let begin = format!("{}{way}", self.base());
        let since = Instant::now();
        loop {
            let found = self.stub.taken().iter().rev().find_map(|mail| {
                let message = MessageParser::default().parse(mail.raw.as_bytes())?;
                let text = message.body_text(0)?.into_owned();
                let link = text
                    .split_whitespace()
                    .find(|word| word.starts_with(&begin));
                link.filter(|_| mail.to == to).map(str::to_owned)
            });
            if let Some(link) = found {
                return link;
            }
            assert!(since.elapsed() < PATIENCE, "no mail to {to} with {way}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Debian's nginx; `/usr/sbin` is in nobody's path but root's.
pub fn nginx() -> &'static str {
    let known = ["/usr/sbin/nginx", "/usr/bin/nginx"];
    known
        .into_iter()
        .find(|path| Path::new(path).is_file())
        .expect("nginx is not installed: this test needs Debian's nginx-light (./dev setup)")
}

/// One of the operator's people at the browser, who counts the pages.
struct Reader<'a> {
    window: Window,
    pages: &'a Cell<u32>,
    secret: Option<Secret>,
    step: i64,
}

impl<'a> Reader<'a> {
    async fn new(machine: &Machine, chromium: &Chromium, pages: &'a Cell<u32>) -> Self {
        Self {
            window: chromium.window(&machine.base(), Scripts::On).await,
            pages,
            secret: None,
            step: 0,
        }
    }

    async fn go(&self, address: &str) {
        self.pages.set(self.pages.get() + 1);
        self.window.go(address).await;
    }

    async fn fill(&self, fields: &[(&str, &str)]) {
        for (id, text) in fields {
            self.window.fill(&format!("#{id}"), text).await;
        }
    }

    /// Clicks on what leads to the next page, which then says something.
    async fn press(&self, words: &str, says: &str) {
        self.pages.set(self.pages.get() + 1);
        self.window.click_words(words).await;
        self.window.assert_says(says).await;
    }

    /// The next code of the app. Each is good once, from half a minute before its time to half a minute after
    /// it. One whose time is over already would be good as well, but not long enough for a busy machine.
    async fn code(&mut self) -> String {
        let secret = self.secret.as_ref().expect("a second factor");
        loop {
            let now = step_of(Clock::system().now());
            let next = (self.step + 1).max(now);
            if next <= now + 1 {
                self.step = next;
                return format!("{:06}", secret.code(next));
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn prove(&mut self) {
        let code = self.code().await;
        self.window.fill("#bestaetigungscode", &code).await;
    }

    /// From the invitation to the start page: password, second factor, recovery codes.
    async fn begin(&mut self, link: &str, email: &str) {
        self.go(link).await;
        self.fill(&[("passwort", PASSWORD), ("wiederholung", PASSWORD)])
            .await;
        self.press("Passwort setzen", "Das Passwort ist gesetzt")
            .await;
        self.fill(&[("email", email), ("passwort", PASSWORD)]).await;
        self.press("Anmelden", "ist ein zweiter Faktor Pflicht")
            .await;
        self.secret = Some(secret(&self.window.text(".key").await));
        let code = self.code().await;
        self.window.fill("#neuer-code", &code).await;
        self.press("Zweiten Faktor einrichten", "Wiederherstellungscodes")
            .await;
        self.press("Ich habe sie aufbewahrt", "Was heute zu tun ist")
            .await;
    }
}

/// A secret as an app reads it that is typed into.
fn secret(shown: &str) -> Secret {
    let (mut bits, mut held, mut bytes) = (0_u32, 0, Vec::new());
    for letter in shown.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            figure => figure - b'2' + 26,
        };
        bits = bits << 5 | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).unwrap());
        }
    }
    Secret::new(bytes.try_into().unwrap())
}

/// The contract as the provider's lawyers have written it: one product, another version.
fn own_contract() -> Vec<u8> {
    let today = day(Clock::system().now());
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, text) in shipped() {
        if path.contains("sip-trunk") {
            continue;
        }
        let mut text = text
            .replace("Tengo Centraflex", PRODUCT)
            .replace("produkt-centraflex", "produkt-cloud-rhein")
            .replace("summaries.centraflex", "summaries.cloud-rhein")
            .replace("sample = true\n", "");
        if path == "contract.toml" {
            let (head, _) = text.split_once("[summaries.mehrstandort").unwrap();
            text = head.replace("2026-03-02", &today.to_string());
        }
        let path = path.replace("centraflex", "cloud-rhein");
        archive
            .start_file(path, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[actix_web::test]
async fn s95_from_nothing_to_a_sealed_agreement_with_the_manual_alone() {
    let machine = Machine::new();
    machine.run(&["migrate"]);
    let said = machine.run(&["admin", "create", "--email", FIRST, "--name", "Erna Erste"]);
    let link = said.lines().find(|line| line.starts_with("https://"));
    let _running = machine.serve();
    let (chromium, pages) = (Chromium::start(), Cell::new(0));
    wait_until_ready(&machine).await;
    // Whoever comes without TLS is led to it.
    let plain = Browser::new(&format!("http://localhost:{}", machine.plain));
    let led = plain.get("/anmelden").await;
    led.assert_status(301);
    assert_eq!(led.location(), format!("{}/anmelden", machine.base()));

    let mut first = Reader::new(&machine, &chromium, &pages).await;
    first.begin(link.unwrap(), FIRST).await;
    first.window.assert_says("Es gilt noch keine Fassung").await;
    enter_the_provider(&mut first).await;
    invite(&mut first).await;
    try_the_mail(&first).await;
    sell(&mut first).await;
    bring_the_contract(&machine, &mut first).await;

    let mut second = Reader::new(&machine, &chromium, &pages).await;
    let link = machine.link(SECOND, "/passwort/").await;
    second.begin(&link, SECOND).await;
    publish(&mut second).await;

    add_partner_and_customer(&mut first).await;
    let link = machine.link(CUSTOMER, "/zustimmung/").await;
    conclude(&machine, &chromium, &link).await;

    // The operator sees it, and who wants to check it can.
    first.go("/kunden/K-1001/avv").await;
    first.window.assert_text("main .tag", "Abgeschlossen").await;
    assert!(pages.get() < PAGES, "{} pages", pages.get());
    let pdf = machine.path("vertrag.pdf");
    fs::write(&pdf, sealed(&machine).await).unwrap();
    machine.run(&["verify", &pdf]);
}

async fn wait_until_ready(machine: &Machine) {
    let since = Instant::now();
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let address = format!("{}/readyz", machine.base());
    loop {
        let answer = client.get(&address).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return;
        }
        assert!(
            since.elapsed() < PATIENCE,
            "not ready: {}",
            fs::read_to_string(machine.path("portal.log")).unwrap()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn enter_the_provider(first: &mut Reader<'_>) {
    first.go("/betrieb/betreiber").await;
    first
        .fill(&[
            ("name", "Beispielnetz GmbH"),
            ("kurzname", "Beispielnetz"),
            ("strasse", "Musterallee 55"),
            ("plz", "50829"),
            ("ort", "Köln"),
            ("land", "Deutschland"),
            ("vertreten", "Dr. Anna Beispiel"),
            ("ansprechperson", "Datenschutz"),
            ("email", "avv@beispielnetz.example"),
            ("telefon", "0221 4710-123"),
            ("dsb", "Dr. Katharina Überschär"),
            ("dsb_email", "datenschutz@beispielnetz.example"),
            ("widerspruch_email", "widerspruch@beispielnetz.example"),
        ])
        .await;
    first.prove().await;
    first
        .press("Angaben speichern", "Die Angaben sind gespeichert")
        .await;
}

async fn invite(first: &mut Reader<'_>) {
    first.go("/betrieb/benutzer/neu").await;
    first
        .fill(&[("name", "Zoe Zweite"), ("email", SECOND)])
        .await;
    first.window.click("input[value=administrator]").await;
    first.prove().await;
    first
        .press("Benutzer einladen", "Der Benutzer ist angelegt")
        .await;
}

async fn try_the_mail(first: &Reader<'_>) {
    first.go("/betrieb/mails/test").await;
    first.fill(&[("email", FIRST)]).await;
    first
        .press(
            "Test-E-Mail senden",
            "Der Mailserver hat die E-Mail angenommen",
        )
        .await;
    first
        .press("Ankunft bestätigen", "Ist die Test-E-Mail angekommen?")
        .await;
    first
        .press("Sie ist angekommen", "Die Test-E-Mail ist angekommen")
        .await;
}

async fn sell(first: &mut Reader<'_>) {
    first.go("/betrieb/produkte/neu").await;
    first
        .fill(&[
            ("name", PRODUCT),
            ("code", "cloud-rhein"),
            ("modul_name", "Cloud-Telefonie"),
            ("modul", "cloud"),
        ])
        .await;
    for tick in ["portal", "daten", "avv", "zu"] {
        let is_set = format!("return document.querySelector('#{tick}').checked");
        if first.window.run(&is_set).await != true {
            first.window.click(&format!("label[for={tick}]")).await;
        }
    }
    first
        .press("Produkt speichern", "steht jetzt im Katalog")
        .await;
}

/// The draft from a folder that was written elsewhere, and its questions answered.
async fn bring_the_contract(machine: &Machine, first: &mut Reader<'_>) {
    let folder = machine.path("eigener-vertrag.zip");
    fs::write(&folder, own_contract()).unwrap();
    first.go("/betrieb/vertragsfassungen/neu").await;
    let field = first.window.find("input[type=file]").await;
    field.send_keys(&folder).await.unwrap();
    first
        .press(
            "Hochladen und Entwurf anlegen",
            "Nichts hindert die Freigabe",
        )
        .await;
    first
        .press(
            "Zur Freigabe vorlegen",
            "Was ein Programm nicht entscheiden kann",
        )
        .await;
    assert!(first.window.confirm_all().await > 0);
    first
        .press("Zur Freigabe vorlegen", "Wartet auf Freigabe")
        .await;
}

async fn publish(second: &mut Reader<'_>) {
    second.go("/betrieb/vertragsfassungen").await;
    second.press("Fassung 1.0", "Wartet auf Freigabe").await;
    second.prove().await;
    second
        .press("Freigeben", "Die Fassung ist freigegeben")
        .await;
    second
        .press("Veröffentlichen", "Das lässt sich nicht zurücknehmen")
        .await;
    second.prove().await;
    second
        .press("Veröffentlichen", "Die Fassung ist veröffentlicht")
        .await;
}

async fn add_partner_and_customer(first: &mut Reader<'_>) {
    first.go("/betrieb/partner/neu").await;
    first
        .fill(&[
            ("name", "Rhein-Systemhaus GmbH"),
            ("strasse", "Weg 2"),
            ("plz", "50667"),
            ("ort", "Köln"),
            ("vertreten", "Ralf Rhein"),
            ("ansprechperson", "Ralf Rhein"),
            ("email", "info@rhein.example"),
            ("telefon", "0221 2"),
        ])
        .await;
    first
        .press("Hinzufügen", "Rhein-Systemhaus GmbH ist angelegt")
        .await;
    first.go("/betrieb/kunden/neu").await;
    first
        .fill(&[
            ("nummer", "K-1001"),
            ("name", FIRM),
            ("strasse", "Am Markt 1"),
            ("plz", "50667"),
            ("ort", "Köln"),
            ("vertreten", "Hanna Größer"),
            ("ansprechperson", "Hanna Größer"),
            ("telefon", "0221 1"),
            ("email", CUSTOMER),
        ])
        .await;
    first.window.click("#mandant option:last-child").await;
    let choice = first
        .window
        .find("input[name=produkt][value=cloud-rhein]")
        .await;
    let id = choice.attr("id").await.unwrap().unwrap();
    first.window.click(&format!("label[for={id}]")).await;
    first
        .press("Weiter zur Bestätigung", "Der AVV-Status ist „Angefordert“")
        .await;
    first.prove().await;
    first
        .press("Kunde anlegen und E-Mail senden", "ist angelegt")
        .await;
}

async fn conclude(machine: &Machine, chromium: &Chromium, link: &str) {
    let customer = chromium.window(&machine.base(), Scripts::On).await;
    customer.go(link).await;
    customer.assert_says(PRODUCT).await;
    customer.fill("#name", "Hanna Größer").await;
    customer.fill("#funktion", "Inhaberin").await;
    customer.click("label[for=vertretung]").await;
    customer.click("label[for=gelesen]").await;
    customer.click("#abschluss button").await;
    customer.assert_says("abgeschlossen").await;
    assert!(customer.path().await.ends_with("/erfolg"));
}

/// The document in the mail to the customer.
async fn sealed(machine: &Machine) -> Vec<u8> {
    let since = Instant::now();
    loop {
        let found = machine.stub.taken().iter().rev().find_map(|mail| {
            let message = MessageParser::default().parse(mail.raw.as_bytes())?;
            let files: Vec<_> = message
                .attachments()
                .map(|part| part.contents().to_vec())
                .collect();
            let pdf = files.into_iter().find(|file| file.starts_with(b"%PDF"));
            pdf.filter(|_| mail.to == CUSTOMER)
        });
        if let Some(pdf) = found {
            return pdf;
        }
        assert!(since.elapsed() < PATIENCE, "the contract was not mailed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

//! `avv-portal check` as a program: an administrator who sets up a portal, one thing after the other.

use std::net::{SocketAddr, UdpSocket};
use std::process::Command;

use avv_portal::clock::Clock;

use crate::harness::{Fault, SmtpStub, Stage, TestApp};
use crate::stamps::{Root, Service};

const SECRET: &str = "q8Zk3vN1xWc7Rt5Yb2Lm9Pf4Hd6Gs0JaUeIoTyQwErX=";

/// What the command said: exit code, and what stands on standard output.
struct Said {
    code: i32,
    text: String,
}

impl Said {
    /// The sentences of the lines about something, each with its mark.
    fn about(&self, what: &str) -> Vec<(&str, &str)> {
        let lines = self.text.lines().filter(|line| line.len() > 26);
        lines
            .filter(|line| line[13..26].trim() == what)
            .map(|line| (line[..13].trim(), line[26..].trim()))
            .collect()
    }

    #[track_caller]
    fn says(&self, mark: &str, what: &str, words: &str) {
        let found = self.about(what);
        assert!(
            found
                .iter()
                .any(|(own, sentence)| *own == mark && sentence.contains(words)),
            "{mark} {what} {words}: {}",
            self.text
        );
    }
}

/// The variables of a process.
struct Setting(Vec<(String, String)>);

impl Setting {
    /// Everything a portal for customers needs, in order.
    fn complete(app: &TestApp, stub: &SmtpStub, data: &std::path::Path) -> Self {
        let (key, certificate) = own_seal();
        let owner = app.database_url().replace("://avv_program@", "://avv@");
        let mut this = Self(Vec::new());
        for (name, value) in [
            ("AVV_ENV", "production"),
            ("AVV_BASE_URL", "https://avv.betreiber.example"),
            ("AVV_TRUSTED_PROXIES", "127.0.0.1"),
            ("AVV_SECRET_KEY", SECRET),
            ("AVV_SMTP_URL", &stub.url()),
            ("AVV_MAIL_FROM", "avv@betreiber.example"),
            ("AVV_DKIM_SELECTOR", "m1"),
            ("DATABASE_URL", &app.database_url()),
            ("DATABASE_OWNER_URL", &owner),
            ("AVV_DATA_DIR", data.to_str().unwrap()),
            ("AVV_SEAL_KEY", &key),
            ("AVV_SEAL_CERT", &certificate),
        ] {
            this.set(name, value);
        }
        this
    }

    fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    fn unset(&mut self, name: &str) -> &mut Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    fn check(&self, options: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_avv-portal"))
            .env_clear()
            .arg("check")
            .args(options)
            .envs(self.0.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        Said {
            code: output.status.code().unwrap(),
            text: String::from_utf8(output.stdout).unwrap(),
        }
    }
}

/// A key and certificate as a provider would have them.
pub fn own_seal() -> (String, String) {
    let names = vec!["siegel.betreiber.example".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    (made.signing_key.serialize_pem(), made.cert.pem())
}

/// A resolver that knows these texts and no others; answers until the process ends.
fn resolver(known: &'static [(&'static str, &'static str)]) -> SocketAddr {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut asked = [0; 512];
        while let Ok((length, whom)) = socket.recv_from(&mut asked) {
            // The question stands between the head and the eleven bytes that ask for room.
            let question = &asked[12..length - 11];
            let mut answer = asked[..12].to_vec();
            answer[2] |= 0x80;
            answer[11] = 0;
            answer.extend(question);
            for (_, text) in known.iter().filter(|(name, _)| labels(name) == question) {
                answer[7] += 1;
                answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0]);
                let length = u8::try_from(text.len()).unwrap();
                answer.extend([length + 1, length]);
                answer.extend(text.as_bytes());
            }
            socket.send_to(&answer, whom).ok();
        }
    });
    address
}

/// A name with kind and class, as it stands in a question.
fn labels(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.') {
        out.push(u8::try_from(label.len()).unwrap());
        out.extend(label.as_bytes());
    }
    out.extend([0, 0, 16, 0, 1]);
    out
}

const IN_ORDER: &[(&str, &str)] = &[
    ("betreiber.example", "v=spf1 mx -all"),
    ("m1._domainkey.betreiber.example", "v=DKIM1; k=rsa; p=MIIB"),
    ("_dmarc.betreiber.example", "v=DMARC1; p=quarantine"),
];

#[actix_web::test]
async fn s95_a_portal_that_is_set_up_is_good_in_everything_and_nothing_was_sent() {
    let (app, stub) = (TestApp::start().await, SmtpStub::start());
    let data = tempfile::tempdir().unwrap();
    let root = Root::new("Wurzel");
    let service = Service::start(&root, Clock::system().now());
    let mut setting = Setting::complete(&app, &stub, data.path());
    setting.set("AVV_TSA_URL", service.url.as_str());
    setting.set("AVV_TSA_CERT", &root.pem);
    let dns = resolver(IN_ORDER).to_string();
    let before = app.everything();
    let said = setting.check(&["--dns", &dns]);
    assert_eq!(said.code, 0, "{}", said.text);
    for what in [
        "settings",
        "space",
        "database",
        "schema",
        "roles",
        "clock",
        "seal",
        "mail server",
        "SPF",
        "DKIM",
        "DMARC",
        "time stamps",
    ] {
        let found = said.about(what);
        assert!(
            found.len() == 1 && found[0].0 == "ok",
            "{what}: {}",
            said.text
        );
    }
    assert!(said.text.ends_with("Nothing is wrong.\n"), "{}", said.text);
    // The conversation of a real mail, but without a recipient.
    let heard = stub.heard();
    let verbs: Vec<&str> = heard
        .iter()
        .filter_map(|line| line.split([' ', ':']).next())
        .collect();
    assert_eq!(verbs, ["EHLO", "MAIL", "RSET", "QUIT"], "{heard:?}");
    assert!(stub.taken().is_empty());
    assert_eq!(app.changes_since(&before), [""; 0]);
    let left: Vec<_> = std::fs::read_dir(data.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[actix_web::test]
async fn s95_everything_that_is_missing_stands_in_one_answer() {
    let mut setting = Setting(Vec::new());
    setting.set("AVV_ENV", "production");
    setting.set("AVV_SMPT_URL", "smtps://portal:geheim@mail.example");
    let said = setting.check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    for variable in [
        "AVV_BASE_URL",
        "AVV_SECRET_KEY",
        "AVV_SMTP_URL",
        "AVV_MAIL_FROM",
        "DATABASE_URL",
        "AVV_SEAL_KEY_FILE",
    ] {
        said.says("wrong", "settings", &format!("{variable} is not set"));
    }
    said.says("doubtful", "settings", "AVV_SMPT_URL is none");
    said.says("not checked", "network", "--offline");
    assert!(
        said.text.ends_with("6 wrong, 1 doubtful, 1 not checked.\n"),
        "{}",
        said.text
    );
    assert!(!said.text.contains("geheim"), "{}", said.text);

    // With all settings but no database yet: said, and not made.
    let data = tempfile::tempdir().unwrap();
    let (key, certificate) = own_seal();
    for (name, value) in [
        ("AVV_BASE_URL", "https://avv.betreiber.example"),
        ("AVV_SECRET_KEY", SECRET),
        ("AVV_SMTP_URL", "smtps://portal:geheim@mail.example"),
        ("AVV_MAIL_FROM", "avv@betreiber.example"),
        ("AVV_SEAL_KEY", &key),
        ("AVV_SEAL_CERT", &certificate),
        ("AVV_DATA_DIR", data.path().to_str().unwrap()),
    ] {
        setting.set(name, value);
    }
    let said = setting.unset("AVV_SMPT_URL").check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says("wrong", "database", "`avv-portal migrate` makes it");
    said.says("doubtful", "settings", "AVV_TRUSTED_PROXIES");
    said.says("ok", "seal", "valid until");
    assert!(std::fs::read_dir(data.path()).unwrap().next().is_none());
    // The start says the first and how to see the others.
    let output = Command::new(env!("CARGO_BIN_EXE_avv-portal"))
        .env_clear()
        .env("AVV_ENV", "production")
        .arg("serve")
        .output()
        .unwrap();
    let refused = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        refused.contains("AVV_BASE_URL is not set") && refused.contains("avv-portal check"),
        "{refused}"
    );
}

#[test]
fn s95_a_look_at_a_portal_for_trying_things_out_makes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let mut setting = Setting(Vec::new());
    setting.set("AVV_DATA_DIR", data.to_str().unwrap());
    let said = setting.check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says("doubtful", "settings", "for trying things out");
    said.says("doubtful", "seal", "the first start makes one");
    said.says("wrong", "database", "`avv-portal migrate` makes it");
    assert!(!data.exists());
}

#[actix_web::test]
async fn s95_the_database_is_looked_at_as_the_role_of_the_portal() {
    let (app, stub) = (TestApp::start().await, SmtpStub::start());
    let data = tempfile::tempdir().unwrap();
    let mut setting = Setting::complete(&app, &stub, data.path());
    let url = app.database_url();
    let owner = url.replace("://avv_program@", "://avv@");

    // One role for everything works, and is a risk.
    let said = setting.set("DATABASE_URL", &owner).check(&["--offline"]);
    assert_eq!(said.code, 2, "{}", said.text);
    said.says("doubtful", "roles", "could switch their triggers off");

    // No server listens there, and the password was not escaped.
    let away = "postgresql://avv:ge@heim@127.0.0.1:1/avv";
    let said = setting.set("DATABASE_URL", away).check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    assert!(said.about("schema").is_empty());
    assert_eq!(said.about("database").len(), 1, "{}", said.text);
    assert!(!said.text.contains("heim"), "{}", said.text);

    // An owner who cannot sign in, for `migrate`.
    setting.set("DATABASE_URL", &url);
    let said = setting
        .set(
            "DATABASE_OWNER_URL",
            "postgresql://avv:geheim@127.0.0.1:1/avv",
        )
        .check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says("wrong", "database", "DATABASE_OWNER_URL");
    assert!(!said.text.contains("geheim"), "{}", said.text);
    setting.set("DATABASE_OWNER_URL", &owner);

    // Before `migrate`, and with a program that is older than the database.
    app.sql("CREATE TABLE kept AS SELECT * FROM __diesel_schema_migrations; DELETE FROM __diesel_schema_migrations")
        .unwrap();
    let said = setting.check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says("wrong", "schema", "run `avv-portal migrate`");
    assert!(said.about("roles").is_empty(), "{}", said.text);
    app.sql("INSERT INTO __diesel_schema_migrations SELECT * FROM kept; DROP TABLE kept; INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231235959')")
        .unwrap();
    let said = setting.check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says("wrong", "schema", "a newer program has changed it");
}

#[actix_web::test]
async fn s95_the_mail_server_is_asked_up_to_the_sender() {
    let (app, stub) = (TestApp::start().await, SmtpStub::start());
    let data = tempfile::tempdir().unwrap();
    let mut setting = Setting::complete(&app, &stub, data.path());
    let dns = resolver(IN_ORDER).to_string();
    let options = ["--dns", &dns];

    // Only for now, and for good.
    stub.trouble(Stage::From, Fault::Say("451 4.7.1 greylisted"));
    let said = setting.check(&options);
    assert_eq!(said.code, 2, "{}", said.text);
    said.says(
        "doubtful",
        "mail server",
        "at MAIL FROM: it said 451 4.7.1 greylisted",
    );
    stub.mend();
    stub.trouble(
        Stage::From,
        Fault::Say("553 5.7.1 not for <avv@betreiber.example>"),
    );
    let said = setting.check(&options);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says(
        "wrong",
        "mail server",
        "at MAIL FROM: it said 553 5.7.1 not for",
    );
    stub.mend();
    stub.trouble(Stage::Greeting, Fault::HangUp);
    let said = setting.check(&options);
    said.says("wrong", "mail server", "before it said anything");
    stub.mend();

    // With a password: not to a server that knows no AUTH, and never into the output.
    let url = stub.url().replace("://", "://portal:ge%3Dheim@");
    let said = setting.set("AVV_SMTP_URL", &url).check(&options);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says(
        "wrong",
        "mail server",
        "does not offer AUTH PLAIN or AUTH LOGIN",
    );
    stub.trouble(Stage::Hello, Fault::Say("250-sink\r\n250 AUTH PLAIN"));
    let said = setting.check(&options);
    assert_eq!(said.code, 0, "{}", said.text);
    said.says("ok", "mail server", "signed in");
    stub.mend();
    let encrypted = format!("{url}?tls=required");
    let said = setting.set("AVV_SMTP_URL", &encrypted).check(&options);
    said.says("wrong", "mail server", "does not offer STARTTLS");
    assert!(!said.text.contains("heim"), "{}", said.text);
    assert!(stub.taken().is_empty());
    assert!(
        !stub.heard().iter().any(|line| line.starts_with("RCPT")),
        "nobody was named"
    );
}

#[actix_web::test]
async fn s25_what_the_domain_says_is_looked_up() {
    let (app, stub) = (TestApp::start().await, SmtpStub::start());
    let data = tempfile::tempdir().unwrap();
    let mut setting = Setting::complete(&app, &stub, data.path());
    let dns = resolver(&[("other.example", "v=spf1 -all")]).to_string();
    let said = setting.check(&["--dns", &dns]);
    assert_eq!(said.code, 1, "{}", said.text);
    for what in ["SPF", "DKIM", "DMARC"] {
        assert_eq!(said.about(what)[0].0, "wrong", "{}", said.text);
    }
    // The domain above says it for those below; without a selector nothing is guessed.
    setting.set("AVV_MAIL_FROM", "avv@mail.betreiber.example");
    let below = resolver(&[
        ("mail.betreiber.example", "v=spf1 mx +all"),
        ("_dmarc.betreiber.example", "v=DMARC1; p=none"),
    ])
    .to_string();
    let said = setting.unset("AVV_DKIM_SELECTOR").check(&["--dns", &below]);
    assert_eq!(said.code, 2, "{}", said.text);
    said.says("doubtful", "SPF", "lets everybody send");
    said.says("not checked", "DKIM", "`s=`");
    said.says("doubtful", "DMARC", "the policy is none");
    // No resolver answers: that says nothing about the domain.
    let deaf = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let address = deaf.local_addr().unwrap().to_string();
    drop(deaf);
    setting.set("AVV_DKIM_SELECTOR", "m1");
    let said = setting.check(&["--dns", &address]);
    assert_eq!(said.code, 0, "{}", said.text);
    for what in ["SPF", "DKIM", "DMARC"] {
        said.says("not checked", what, "cannot be looked up here");
    }
}

#[actix_web::test]
async fn s95_seal_and_time_stamps_are_tried() {
    let (app, stub) = (TestApp::start().await, SmtpStub::start());
    let data = tempfile::tempdir().unwrap();
    let mut setting = Setting::complete(&app, &stub, data.path());
    let dns = resolver(IN_ORDER).to_string();

    // Keys that are no pair.
    let (key, _) = own_seal();
    let said = setting.set("AVV_SEAL_KEY", &key).check(&["--offline"]);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says("wrong", "seal", "does not belong to its certificate");
    assert!(!said.text.contains("BEGIN"), "{}", said.text);

    // The portal's own, carried over from a trial.
    let now = Clock::system().now();
    let (key, certificate) = avv_portal::document::seal::Sealer::make_pem(now).unwrap();
    setting.set("AVV_SEAL_KEY", &key);
    let said = setting
        .set("AVV_SEAL_CERT", &certificate)
        .check(&["--offline"]);
    assert_eq!(said.code, 2, "{}", said.text);
    said.says("doubtful", "seal", "for trying things out");

    // A time-stamping service that another root vouches for.
    let (root, other) = (Root::new("Wurzel"), Root::new("Andere Wurzel"));
    let service = Service::start(&root, now);
    setting.set("AVV_TSA_URL", service.url.as_str());
    let said = setting
        .set("AVV_TSA_CERT", &other.pem)
        .check(&["--dns", &dns]);
    assert_eq!(said.code, 1, "{}", said.text);
    said.says("wrong", "time stamps", "AVV_TSA_CERT");
}

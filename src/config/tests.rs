#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::domain::second_factor::FactorRule;

const SECRET: &str = "q8Zk3vN1xWc7Rt5Yb2Lm9Pf4Hd6Gs0JaUeIoTyQwErX=";

const PRODUCTION: &[(&str, &str)] = &[
    ("AVV_ENV", "production"),
    ("AVV_BASE_URL", "https://avv.example"),
    ("AVV_SECRET_KEY", SECRET),
    ("AVV_SMTP_URL", "smtps://portal:geheim@mail.example"),
    ("AVV_MAIL_FROM", "avv@betreiber.example"),
    ("DATABASE_URL", "postgresql://avv:geheim@db.example/avv"),
    // Whether they match is checked when the seal is opened.
    ("AVV_SEAL_KEY", "-----BEGIN PRIVATE KEY-----geheim"),
    ("AVV_SEAL_CERT", "-----BEGIN CERTIFICATE-----"),
];

fn read(base: &[(&str, &str)], changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut all: HashMap<&str, &str> = base.iter().copied().collect();
    all.extend(changes.iter().copied());
    readings(&all)
        .whole()
        .map_err(|mut faults| faults.0.swap_remove(0))
}

fn readings(all: &HashMap<&str, &str>) -> Readings {
    Readings::read(&Variables(&|name| all.get(name).map(|v| (*v).to_owned())))
}

#[test]
fn development_needs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let config = read(&[], &[("AVV_DATA_DIR", data.to_str().unwrap())]).unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert_eq!(config.web.base_url.as_str(), "http://127.0.0.1:8080/");
    assert!(config.storage.database_url.is_none() && config.mail.smtp_url.is_none());
    assert!(config.web.trusted_proxies.is_empty());
    let listening = [
        ("AVV_DATA_DIR", data.to_str().unwrap()),
        ("AVV_LISTEN", "[::1]:9000"),
    ];
    let again = read(&[], &listening).unwrap();
    assert_eq!(again.web.base_url.as_str(), "http://[::1]:9000/");
    assert_eq!(again.keys.current.link, config.keys.current.link);
}

#[test]
fn production_starts_only_with_everything_that_matters() {
    let config = read(PRODUCTION, &[]).unwrap();
    assert!(config.environment.is_production());
    // A blank value counts as missing. Each error names the variable and no value.
    for (variable, value) in [
        ("AVV_ENV", "prod"),
        ("AVV_BASE_URL", ""),
        ("AVV_BASE_URL", "http://avv.example"),
        ("AVV_BASE_URL", "avv.example"),
        ("AVV_BASE_URL", "https://avv.example/portal"),
        ("AVV_BASE_URL", "https://user:geheim@avv.example"),
        ("AVV_SECRET_KEY", " "),
        (
            "AVV_SECRET_KEY",
            "q8Zk3vN1xWc7Rt5Yb2Lm9Pf4Hd6Gs0JaUeIoTyQwE",
        ),
        (
            "AVV_SECRET_KEY",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ),
        (
            "AVV_SECRET_KEY",
            "changeme-changeme-changeme-0123456789-abcdefghijk",
        ),
        ("AVV_SECRET_KEY_PREVIOUS", "kurz"),
        ("AVV_SMTP_URL", ""),
        ("AVV_SMTP_URL", "smtp://portal:geheim@mail.example"),
        (
            "AVV_SMTP_URL",
            "smtp://portal:geheim@mail.example?tls=opportunistic",
        ),
        ("AVV_SMTP_URL", "mail.example"),
        ("AVV_SMTP_CONNECTIONS", "0"),
        ("AVV_SMTP_CONNECTIONS", "300"),
        ("AVV_MAIL_PER_DOMAIN", "-1"),
        ("AVV_REPLICA_AGE", "0"),
        ("DATABASE_REPLICA_URL", "postgresql://avv@one,two/avv"),
        ("DATABASE_REPLICA_URL", "mysql://avv@localhost/avv"),
        ("AVV_AUDIT_MAIL", "Revision <revision@example.org>"),
        ("AVV_DB_CONNECTIONS", "1"),
        ("AVV_DB_CONNECTIONS", "viele"),
        ("AVV_MAIL_FROM", ""),
        ("AVV_MAIL_FROM", "AVV-Portal <avv@betreiber.example>"),
        ("AVV_LISTEN", "8080"),
        ("AVV_MANAGEMENT_LISTEN", "9464"),
        ("AVV_MANAGEMENT_LISTEN", "0.0.0.0:9464"),
        ("AVV_MANAGEMENT_LISTEN", "[::]:9464"),
        ("AVV_MANAGEMENT_LISTEN", "203.0.113.9:9464"),
        ("AVV_MANAGEMENT_LISTEN", "public:9464"),
        ("AVV_MANAGEMENT_LISTEN", "127.0.0.1:8080"),
        ("AVV_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://avv:geheim@db.example/avv"),
        ("DATABASE_OWNER_URL", "avv:geheim@db.example/avv"),
        ("AVV_SEAL_KEY", ""),
        ("AVV_SEAL_CERT", ""),
        ("AVV_SEAL_P12_FILE", "Cargo.toml"),
        ("AVV_TSA_URL", "ftp://zeit.example"),
        ("AVV_SUB_PARTNER_RELEASE", "vielleicht"),
        ("AVV_PARTNER_CONTRACT", "on"),
        ("AVV_NEW_ADMIN_DAYS", "nie"),
        ("AVV_ADDRESS_HOURS", "0"),
    ] {
        let said = read(PRODUCTION, &[(variable, value)])
            .unwrap_err()
            .to_string();
        assert!(said.starts_with(variable), "{variable}={value:?}: {said}");
        assert!(value.len() < 5 || !said.contains(value), "{said}");
    }
}

#[test]
fn s90_monitoring_is_answered_nowhere_or_in_a_network_of_ones_own() {
    assert_eq!(read(PRODUCTION, &[]).unwrap().web.management, None);
    for (text, address) in [
        ("127.0.0.1:9464", "127.0.0.1:9464"),
        ("10.1.2.3:9464", "10.1.2.3:9464"),
        ("[fd00::1]:9464", "[fd00::1]:9464"),
        ("public:0.0.0.0:9464", "0.0.0.0:9464"),
        ("public:203.0.113.9:9464", "203.0.113.9:9464"),
    ] {
        let config = read(PRODUCTION, &[("AVV_MANAGEMENT_LISTEN", text)]).unwrap();
        assert_eq!(config.web.management, Some(address.parse().unwrap()));
    }
}

#[test]
fn s85_without_a_word_nothing_may_speak_of_customers() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let base = [("AVV_DATA_DIR", data.to_str().unwrap())];
    for (variable, value, speaks) in [
        ("AVV_BASE_URL", "https://avv.example", true),
        ("AVV_BASE_URL", "http://avv.example", true),
        ("AVV_MANAGEMENT_LISTEN", "10.1.2.3:9464", true),
        ("AVV_MANAGEMENT_LISTEN", "public:0.0.0.0:9464", true),
        ("AVV_MANAGEMENT_LISTEN", "127.0.0.1:9464", false),
        ("AVV_BASE_URL", "https://localhost", true),
        ("AVV_BASE_URL", "http://localhost:9000", false),
        ("AVV_LISTEN", "0.0.0.0:8080", true),
        ("AVV_LISTEN", "[::]:8080", true),
        ("AVV_LISTEN", "[::1]:8080", false),
        ("AVV_TRUSTED_PROXIES", "127.0.0.1", true),
        ("AVV_SMTP_URL", "smtps://portal:geheim@mail.example", true),
        ("AVV_SMTP_URL", "smtp://localhost:1025", false),
        (
            "DATABASE_URL",
            "postgresql://avv:geheim@db.example/avv",
            true,
        ),
        ("DATABASE_URL", "postgresql:///avv?host=db.example", true),
        (
            "DATABASE_URL",
            "postgresql:///avv?host=/run/postgresql",
            false,
        ),
        (
            "DATABASE_URL",
            "postgresql://%2Frun%2Fpostgresql/avv",
            false,
        ),
        ("DATABASE_URL", "postgresql://avv@[::1]:5433/avv", false),
        (
            "DATABASE_URL",
            "postgresql://127.0.0.1:5433,127.0.0.1:5434/avv",
            false,
        ),
        (
            "DATABASE_URL",
            "postgresql://127.0.0.1:5433,db.example:5434/avv",
            true,
        ),
        ("DATABASE_OWNER_URL", "postgresql://avv@10.0.0.5/avv", true),
    ] {
        match read(&base, &[(variable, value)]) {
            Ok(config) => {
                assert!(!speaks, "{variable}={value}");
                assert_eq!(config.environment, Environment::Development);
            }
            Err(error) => {
                assert!(speaks, "{variable}={value}: {error}");
                let said = error.to_string();
                assert!(
                    said.starts_with(variable) && said.contains("AVV_ENV"),
                    "{said}"
                );
                assert!(!said.contains("geheim"), "{said}");
            }
        }
        let written = [(variable, value), ("AVV_ENV", "development")];
        assert!(
            read(&base, &written).is_ok(),
            "{variable}={value}, written out"
        );
    }
}

#[test]
fn production_accepts_what_is_safe() {
    for changes in [
        &[("AVV_SMTP_URL", "smtp://mail.example:587?tls=required")][..],
        &[("AVV_SMTP_URL", "smtp://localhost:25")],
        &[("DATABASE_URL", ""), ("AVV_DATA_DIR", "/var/lib/avv")],
        &[("AVV_TRUSTED_PROXIES", "127.0.0.1, ::1 10.0.0.0/8")],
        &[(
            "AVV_SECRET_KEY_PREVIOUS",
            "Zk3vN1xWc7Rt5Yb2Lm9Pf4Hd6Gs0JaUeIoTyQwErX8=",
        )],
        &[("AVV_LISTEN", "0.0.0.0:80")],
    ] {
        let config = read(PRODUCTION, changes).unwrap();
        assert!(config.environment.is_production(), "{changes:?}");
    }
}

#[test]
fn a_secret_may_come_from_a_file_that_only_its_owner_reads() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("key");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    let path = file.to_str().unwrap();
    let from_file = [("AVV_SECRET_KEY", ""), ("AVV_SECRET_KEY_FILE", path)];
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let said = read(PRODUCTION, &from_file).unwrap_err().to_string();
    assert!(said.contains("chmod 600"), "{said}");
    // The group of the file is one that the tests run as.
    for (mode, accepted) in [(0o440, true), (0o460, false), (0o404, false), (0o400, true)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(read(PRODUCTION, &from_file).is_ok(), accepted, "{mode:o}");
    }
    let foreign = nix::unistd::Gid::from_raw(64_999);
    if nix::unistd::chown(&file, None, Some(foreign)).is_ok() {
        fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
        assert!(read(PRODUCTION, &from_file).is_err(), "a group of others");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    }
    let config = read(PRODUCTION, &from_file).unwrap();
    let direct = read(PRODUCTION, &[]).unwrap();
    assert_eq!(config.keys.current.csrf, direct.keys.current.csrf);
    let both = read(PRODUCTION, &[("AVV_SECRET_KEY_FILE", path)]).unwrap_err();
    assert!(matches!(both, ConfigError::Twice { .. }));
    let gone = read(
        PRODUCTION,
        &[("DATABASE_URL", ""), ("DATABASE_URL_FILE", "/nowhere")],
    );
    assert!(gone.unwrap_err().to_string().starts_with("DATABASE_URL"));
}

#[test]
fn no_secret_is_printed() {
    let config = read(PRODUCTION, &[]).unwrap();
    let printed = format!("{config:?}");
    assert!(
        !printed.contains("geheim") && !printed.contains(SECRET),
        "{printed}"
    );
    let key = format!("{:?}", config.keys.current.link.bytes());
    assert!(!printed.contains(&key));
}

#[test]
fn a10_nobody_trusts_the_whole_world_nor_reads_an_open_seal() {
    for everybody in [
        "0.0.0.0/0",
        "::/0",
        "10.0.0.1, 0.0.0.0/1",
        "192.0.0.0/7",
        "2000::/3",
    ] {
        let error = read(PRODUCTION, &[("AVV_TRUSTED_PROXIES", everybody)]).unwrap_err();
        assert!(error.to_string().contains("AVV_TRUSTED_PROXIES"), "{error}");
    }
    for own in ["10.0.0.0/8", "::1", "fd00::/16, 127.0.0.1"] {
        assert!(read(PRODUCTION, &[("AVV_TRUSTED_PROXIES", own)]).is_ok());
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("seal.p12");
    fs::write(&path, b"key").unwrap();
    let given = [
        ("AVV_SEAL_KEY", ""),
        ("AVV_SEAL_CERT", ""),
        ("AVV_SEAL_P12_FILE", path.to_str().unwrap()),
    ];
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = read(PRODUCTION, &given).unwrap_err().to_string();
    assert!(error.contains("chmod 600"), "{error}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(read(PRODUCTION, &given).is_ok());
}

#[test]
fn a1_the_share_of_one_source_is_a_number() {
    let config = read(PRODUCTION, &[("AVV_CONNECTIONS_PER_SOURCE", "50")]).unwrap();
    assert_eq!(config.web.limits.per_source, 50);
    for wrong in ["0", "9", "many", "100001", "-1"] {
        assert!(read(PRODUCTION, &[("AVV_CONNECTIONS_PER_SOURCE", wrong)]).is_err());
    }
}

#[test]
fn s95_everything_that_is_wrong_is_said_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let data = data.to_str().unwrap();
    let named = |given: &[(&str, &str)]| -> Vec<String> {
        let readings = readings(&given.iter().copied().collect());
        let first = |fault: &ConfigError| {
            fault
                .to_string()
                .split([' ', ':'])
                .next()
                .unwrap()
                .to_owned()
        };
        readings.faults.iter().map(first).collect()
    };
    type Given<'a> = &'a [(&'a str, &'a str)];
    let table: [(Given<'_>, &[&str]); 6] = [
        (PRODUCTION, &[]),
        (
            &[("AVV_ENV", "production")],
            &[
                "AVV_BASE_URL",
                "DATABASE_URL",
                "AVV_SECRET_KEY",
                "AVV_SMTP_URL",
                "AVV_MAIL_FROM",
                "AVV_SEAL_KEY_FILE",
            ],
        ),
        // A wrong listener hides neither its neighbours nor itself.
        (
            &[
                ("AVV_ENV", "development"),
                ("AVV_DATA_DIR", data),
                ("AVV_LISTEN", "8080"),
                ("AVV_HSTS_SUBDOMAINS", "ja"),
                ("AVV_CONNECTIONS_PER_SOURCE", "1"),
                ("AVV_SMTP_CONNECTIONS", "0"),
                ("AVV_DKIM_SELECTOR", "mail._domainkey.example!"),
                ("AVV_NEW_ADMIN_DAYS", "nie"),
                ("AVV_ADDRESS_HOURS", "0"),
                ("AVV_RETENTION_YEARS", "1"),
                ("AVV_TSA_URL", "http://zeit.example"),
            ],
            &[
                "AVV_LISTEN",
                "AVV_HSTS_SUBDOMAINS",
                "AVV_CONNECTIONS_PER_SOURCE",
                "AVV_SMTP_CONNECTIONS",
                "AVV_DKIM_SELECTOR",
                "AVV_TSA_URL",
                "AVV_NEW_ADMIN_DAYS",
                "AVV_ADDRESS_HOURS",
                "AVV_RETENTION_YEARS",
            ],
        ),
        // What the purpose is asked for, and the portal itself, is one fault.
        (
            &[
                ("AVV_DATA_DIR", data),
                ("AVV_SMTP_URL", "smtp://localhost"),
                ("AVV_SMTP_URL_FILE", "/nowhere"),
                ("AVV_BASE_URL", "https://avv.example"),
            ],
            &[
                "AVV_BASE_URL",
                "AVV_SECRET_KEY",
                "AVV_SMTP_URL",
                "AVV_MAIL_FROM",
                "AVV_SEAL_KEY_FILE",
            ],
        ),
        // A file that is not there is not told once more as a setting that is missing.
        (
            &[
                ("AVV_ENV", "production"),
                ("DATABASE_URL_FILE", "/nowhere"),
                ("AVV_BASE_URL", "https://a.example"),
                ("AVV_SECRET_KEY", SECRET),
                ("AVV_SMTP_URL", "smtps://mail.example"),
                ("AVV_MAIL_FROM", "a@a.example"),
                ("AVV_SEAL_KEY", "x"),
                ("AVV_SEAL_CERT", "y"),
            ],
            &["DATABASE_URL"],
        ),
        (
            &[("AVV_ENV", "prod"), ("AVV_DATA_DIR", data)],
            &[
                "AVV_ENV",
                "AVV_BASE_URL",
                "AVV_SECRET_KEY",
                "AVV_SMTP_URL",
                "AVV_MAIL_FROM",
                "AVV_SEAL_KEY_FILE",
            ],
        ),
    ];
    for (given, expected) in table {
        assert_eq!(named(given), expected, "{given:?}");
    }
    let all = readings(&HashMap::from([("AVV_ENV", "production")]));
    let said = all.whole().unwrap_err().to_string();
    assert!(
        said.starts_with("AVV_BASE_URL is not set") && said.contains("5 more: `avv-portal check`"),
        "{said}"
    );
}

#[test]
fn s95_what_is_right_is_read_beside_what_is_wrong() {
    let mut given: HashMap<&str, &str> = PRODUCTION.iter().copied().collect();
    given.remove("AVV_BASE_URL");
    let readings = readings(&given);
    assert_eq!(readings.faults.len(), 1);
    assert!(readings.web.is_none() && readings.environment.is_production());
    assert!(readings.storage.is_some() && readings.mail.is_some() && readings.seal.is_some());
}

/// What a slip of the hand is held against is what the page for the administrator says.
#[test]
fn s95_every_variable_is_explained_and_known() {
    let page = include_str!("../../docs/configuration.md");
    let explained = |name: &&str| page.contains(&format!("`{name}`"));
    for name in variables::KNOWN {
        let base = name.strip_suffix("_FILE").unwrap_or(name);
        let is_test = ["AVV_TEST_DATABASE_URL", "AVV_FUZZ", "AVV_SCREENSHOTS"].contains(name);
        assert!(is_test || explained(name) || explained(&base), "{name}");
    }
    for name in page.split('`').filter(|name| {
        let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.starts_with("AVV_") && name.chars().all(is_name)
    }) {
        assert!(variables::KNOWN.contains(&name), "{name}");
    }
}

#[test]
fn s36_in_production_the_operators_people_need_a_second_factor() {
    let rule = |base, value: &str| {
        let set = [("AVV_SECOND_FACTOR", value)];
        let set = if value.is_empty() { &[][..] } else { &set[..] };
        read(base, set).map(|config| config.rules.second_factor)
    };
    for (value, in_production, in_development) in [
        ("", Some(FactorRule::Operator), Some(FactorRule::None)),
        ("none", None, Some(FactorRule::None)),
        (
            "operator",
            Some(FactorRule::Operator),
            Some(FactorRule::Operator),
        ),
        (
            "partners",
            Some(FactorRule::Partners),
            Some(FactorRule::Partners),
        ),
        ("all", None, None),
    ] {
        assert_eq!(rule(PRODUCTION, value).ok(), in_production, "{value}");
        assert_eq!(rule(&[], value).ok(), in_development, "{value}");
    }
    let error = rule(PRODUCTION, "none").unwrap_err().to_string();
    assert!(error.contains("AVV_SECOND_FACTOR"), "{error}");
}

/// What is set of a first issuer, and with which variables in another way.
fn issuers(base: &[(&str, &str)], more: &[(&str, &str)]) -> Result<Vec<IssuerConfig>, ConfigError> {
    let mut all = vec![
        ("AVV_OIDC_1_URL", "https://konto.plusnet.example/realms/avv"),
        ("AVV_OIDC_1_CLIENT_ID", "avv"),
        ("AVV_OIDC_1_CLIENT_SECRET", "geheim"),
        ("AVV_OIDC_1_LABEL", "Konzern-Konto"),
        ("AVV_OIDC_1_FOR", "operator"),
    ];
    for (name, value) in more {
        all.retain(|(known, _)| known != name);
        if !value.is_empty() {
            all.push((name, value));
        }
    }
    let mut named: HashMap<&str, &str> = base.iter().copied().collect();
    named.extend(all);
    let mut readings = readings(&named);
    match readings.issuers {
        Some(issuers) if readings.faults.is_empty() => Ok(issuers),
        _ => Err(readings.faults.swap_remove(0)),
    }
}

#[test]
fn s41_an_issuer_is_read_whole_or_not_at_all() {
    let read = |more: &[(&str, &str)]| issuers(PRODUCTION, more);
    let one = read(&[]).unwrap().remove(0);
    assert_eq!(
        (one.number, one.scopes.len(), one.is_only_way),
        (1, 2, true)
    );
    assert_eq!(one.recheck, chrono::Duration::seconds(60));
    let roles = [
        ("AVV_OIDC_1_ROLE_CLAIM", "groups"),
        (
            "AVV_OIDC_1_ROLES",
            "avv-admins=administrator, avv-audit=auditor",
        ),
        ("AVV_OIDC_1_FACTORS", "mfa, otp"),
        ("AVV_OIDC_1_RECHECK", "0"),
        ("AVV_OIDC_1_ONLY", "off"),
    ];
    let one = read(&roles).unwrap().remove(0);
    assert_eq!(one.rules.roles.unwrap().1.len(), 2);
    assert_eq!(one.rules.factors, ["mfa", "otp"]);
    assert!(one.recheck.is_zero() && !one.is_only_way);
    for (more, named) in [
        (("AVV_OIDC_1_URL", ""), "AVV_OIDC_1_URL is not set"),
        (
            ("AVV_OIDC_1_URL", "http://konto.plusnet.example"),
            "AVV_OIDC_1_URL is not usable",
        ),
        (
            ("AVV_OIDC_1_URL", "http://localhost:8081"),
            "AVV_OIDC_1_URL is not usable",
        ),
        (
            (
                "AVV_OIDC_1_URL",
                "https://konto.plusnet.example/.well-known/openid-configuration",
            ),
            "AVV_OIDC_1_URL is not usable",
        ),
        (("AVV_OIDC_1_CLIENT_SECRET", ""), "AVV_OIDC_1_CLIENT_SECRET"),
        (("AVV_OIDC_1_LABEL", ""), "AVV_OIDC_1_LABEL"),
        (("AVV_OIDC_1_FOR", "customers"), "AVV_OIDC_1_FOR"),
        (
            ("AVV_OIDC_1_PARTNER_CLAIM", "partner"),
            "AVV_OIDC_1_PARTNER_CLAIM",
        ),
        (("AVV_OIDC_1_ROLE_CLAIM", "groups"), "AVV_OIDC_1_ROLES"),
        (
            ("AVV_OIDC_1_ROLES", "avv=administrator"),
            "AVV_OIDC_1_ROLE_CLAIM",
        ),
        (("AVV_OIDC_1_RECHECK", "901"), "AVV_OIDC_1_RECHECK"),
        (("AVV_OIDC_1_ONLY", "yes"), "AVV_OIDC_1_ONLY"),
    ] {
        let fault = read(&[more]).unwrap_err().to_string();
        assert!(fault.starts_with(named), "{fault}");
        assert!(!fault.contains("geheim"));
    }
    // For trying things out one on this machine will do.
    let here = [("AVV_OIDC_1_URL", "http://localhost:8081")];
    assert_eq!(issuers(&[], &here).unwrap().len(), 1);
    // Half of a second one is a fault, and the same one twice, too.
    let half = [("AVV_OIDC_2_LABEL", "Partnerkonto")];
    let fault = read(&half).unwrap_err().to_string();
    assert!(fault.starts_with("AVV_OIDC_2_URL is not set"), "{fault}");
    let twice = [
        ("AVV_OIDC_2_URL", "https://konto.plusnet.example/realms/avv"),
        ("AVV_OIDC_2_CLIENT_ID", "avv"),
        ("AVV_OIDC_2_CLIENT_SECRET", "geheim"),
        ("AVV_OIDC_2_LABEL", "Partnerkonto"),
        ("AVV_OIDC_2_FOR", "partners"),
    ];
    let fault = read(&twice).unwrap_err().to_string();
    assert!(fault.starts_with("AVV_OIDC_2_URL is not usable"), "{fault}");
}

/// The settings of Microsoft 365, and with which of them in another way.
const TOKENS: &[(&str, &str)] = &[
    (
        "AVV_SMTP_URL",
        "smtp://avv%40firma.example@smtp.office365.com:587?tls=required",
    ),
    ("AVV_SMTP_AUTH", "oauth2"),
    (
        "AVV_IMAP_URL",
        "imaps://avv%40firma.example@outlook.office365.com/Eingang/AVV",
    ),
    ("AVV_IMAP_AUTH", "oauth2"),
    ("AVV_IMAP_AFTER", "move:Erledigt"),
    (
        "AVV_MAIL_OAUTH_TOKEN_URL",
        "https://login.microsoftonline.com/t/oauth2/v2.0/token",
    ),
    ("AVV_MAIL_OAUTH_CLIENT_ID", "avv"),
    ("AVV_MAIL_OAUTH_CLIENT_SECRET", "geheim"),
    (
        "AVV_MAIL_OAUTH_SCOPE",
        "https://outlook.office365.com/.default",
    ),
];

fn mail(base: &[(&str, &str)], more: &[(&str, &str)]) -> Result<MailConfig, String> {
    let mut all: HashMap<&str, &str> = PRODUCTION.iter().chain(base).copied().collect();
    all.extend(more.iter().copied());
    let mut readings = readings(&all);
    match readings.mail {
        Some(mail) if readings.faults.is_empty() => Ok(mail),
        _ => Err(readings.faults.swap_remove(0).to_string()),
    }
}

#[test]
fn s23_tokens_take_the_place_of_passwords_where_everything_for_them_is_set() {
    let set = mail(TOKENS, &[]).unwrap();
    assert_eq!(set.sign_in, SignIn::Token);
    assert_eq!(set.oauth.unwrap().client_id, "avv");
    let mailbox = set.mailbox.unwrap();
    assert_eq!(mailbox.host, "outlook.office365.com");
    assert_eq!((mailbox.port, mailbox.is_encrypted), (993, true));
    assert_eq!(mailbox.user, "avv@firma.example");
    assert!(mailbox.password.is_none());
    assert_eq!(mailbox.folder, "Eingang/AVV");
    assert_eq!(mailbox.after, AfterReading::Move("Erledigt".to_owned()));
    // A consent needs no secret of the client.
    let consent = [
        ("AVV_MAIL_OAUTH_CLIENT_SECRET", ""),
        ("AVV_MAIL_OAUTH_REFRESH_TOKEN", "1//x"),
        ("AVV_MAIL_OAUTH_SCOPE", ""),
    ];
    assert!(mail(TOKENS, &consent).is_ok());
    for (more, named) in [
        (("AVV_SMTP_AUTH", "xoauth2"), "AVV_SMTP_AUTH is not usable"),
        (("AVV_IMAP_AUTH", "ja"), "AVV_IMAP_AUTH is not usable"),
        (
            ("AVV_SMTP_URL", "smtps://avv:geheim@mail.example"),
            "AVV_SMTP_URL is not usable",
        ),
        (
            ("AVV_SMTP_URL", "smtps://mail.example"),
            "AVV_SMTP_URL is not usable",
        ),
        (
            ("AVV_IMAP_URL", "imaps://avv:geheim@mail.example"),
            "AVV_IMAP_URL is not usable",
        ),
        (("AVV_IMAP_URL", ""), "AVV_IMAP_URL is not set"),
        (("AVV_IMAP_AFTER", "move:"), "AVV_IMAP_AFTER is not usable"),
        (
            ("AVV_IMAP_AFTER", "move:Eingang/AVV"),
            "AVV_IMAP_AFTER is not usable",
        ),
        (
            ("AVV_IMAP_AFTER", "archive"),
            "AVV_IMAP_AFTER is not usable",
        ),
        (
            ("AVV_MAIL_OAUTH_TOKEN_URL", ""),
            "AVV_MAIL_OAUTH_TOKEN_URL is not set",
        ),
        (
            ("AVV_MAIL_OAUTH_TOKEN_URL", "http://localhost/token"),
            "AVV_MAIL_OAUTH_TOKEN_URL is not usable",
        ),
        (
            ("AVV_MAIL_OAUTH_CLIENT_ID", ""),
            "AVV_MAIL_OAUTH_CLIENT_ID is not set",
        ),
        (
            ("AVV_MAIL_OAUTH_CLIENT_SECRET", ""),
            "AVV_MAIL_OAUTH_CLIENT_SECRET is not set",
        ),
    ] {
        let fault = mail(TOKENS, &[more]).unwrap_err();
        assert!(fault.starts_with(named), "{more:?}: {fault}");
        assert!(!fault.contains("geheim"), "{fault}");
    }
    // Everything at once, and what nothing uses is a slip of the hand.
    let all: HashMap<&str, &str> = PRODUCTION
        .iter()
        .chain(&[("AVV_SMTP_AUTH", "oauth2")])
        .copied()
        .collect();
    let faults = readings(&all).faults;
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for name in [
        "AVV_SMTP_URL",
        "AVV_MAIL_OAUTH_TOKEN_URL",
        "AVV_MAIL_OAUTH_CLIENT_ID",
        "AVV_MAIL_OAUTH_CLIENT_SECRET",
    ] {
        assert!(said.iter().any(|said| said.starts_with(name)), "{said:?}");
    }
    let idle = [("AVV_MAIL_OAUTH_CLIENT_ID", "avv")];
    assert!(
        mail(&[], &idle)
            .unwrap_err()
            .starts_with("AVV_SMTP_AUTH is not set")
    );
}

#[test]
fn s23_a_mailbox_is_reached_over_tls_unless_it_is_here() {
    let at = |url: &str| mail(&[], &[("AVV_IMAP_URL", url)]);
    assert!(mail(&[], &[]).unwrap().mailbox.is_none());
    let mailbox = at("imaps://avv:ge%23heim@post.example:1993")
        .unwrap()
        .mailbox
        .unwrap();
    assert_eq!(mailbox.password.unwrap().expose_secret(), "ge#heim");
    assert_eq!((mailbox.port, mailbox.folder.as_str()), (1993, "INBOX"));
    assert_eq!(mailbox.after, AfterReading::Keep);
    for here in ["localhost", "127.0.0.1", "[::1]"] {
        let url = format!("imap://avv:geheim@{here}");
        let mailbox = at(&url).unwrap().mailbox.unwrap();
        assert_eq!((mailbox.port, mailbox.is_encrypted), (143, false), "{here}");
    }
    for wrong in [
        "imap://avv:geheim@post.example",
        "imap://avv:geheim@localhost.post.example",
        "imaps://post.example",
        "imaps://avv@post.example",
        "imaps://:geheim@post.example",
        "imaps://avv:geheim@",
        "imaps://avv:geheim@post.example?tls=required",
        "imaps://avv%0d%0a:geheim@post.example",
        "imaps://avv:geheim@post.example/Eing%C3%A4nge",
        "https://avv:geheim@post.example",
        "post.example",
    ] {
        let fault = at(wrong).unwrap_err();
        assert!(
            fault.starts_with("AVV_IMAP_URL is not usable"),
            "{wrong}: {fault}"
        );
        assert!(!fault.contains("geheim"), "{fault}");
    }
    // It speaks of customers like a mail server.
    let undecided = readings(&HashMap::from([(
        "AVV_IMAP_URL",
        "imaps://a:b@post.example",
    )]));
    assert!(
        undecided.faults[0]
            .to_string()
            .starts_with("AVV_IMAP_URL is set as for customers")
    );
}

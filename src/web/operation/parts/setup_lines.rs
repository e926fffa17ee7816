//! The set-up list as it is printed: one line for each thing to do, with its sentence and the page where
//! it is done (S-95).

use chrono::NaiveDate;

use crate::domain::inspection::{Finding, Mark, Schema, Seal};
use crate::domain::setup::{
    Annexes, MailTest, OperatorField, PartnerContracts, SetupFacts, TextInForce, Trial,
};
use crate::domain::{Language, calendar};
use crate::paths;
use crate::wording::dates;

/// Something to do before the first customer. A new one is a row of [`POINTS`].
struct Point {
    /// What is to do.
    label: &'static str,
    /// Why.
    why: &'static str,
    /// Whether it is anything to do for this portal.
    is_asked: fn(&SetupFacts) -> bool,
    /// Whether it is done.
    is_done: fn(&SetupFacts) -> bool,
    /// Where; empty for what is done on the server.
    href: fn(&SetupFacts) -> &'static str,
    /// How it stands, and what is to do next.
    sentence: fn(&SetupFacts) -> String,
}

/// All of them, in the order in which they are done.
const POINTS: &[Point] = &[
    Point {
        label: "Einstellungen und Datenbank",
        why: "Fehlt hier etwas, arbeitet das Portal nicht, oder ohne einen Schutz, auf den sich Kunden verlassen.",
        is_asked: |facts| facts.is_production,
        is_done: SetupFacts::has_settings,
        href: |_| "",
        sentence: |facts| settings(&facts.findings),
    },
    Point {
        label: "Angaben zum Betreiber",
        why: "Sie stehen in Verträgen, E-Mails und Fußzeile. Bis sie da sind, warten alle E-Mails.",
        is_asked: |_| true,
        is_done: SetupFacts::has_operator,
        href: |_| paths::OPERATOR,
        sentence: |facts| operator(facts.operator.as_deref()),
    },
    Point {
        label: "Zwei Personen in der Verwaltung",
        why: "Was eine Person vorschlägt, bestätigt eine andere. Und fällt eine aus, kommt die andere noch hinein.",
        is_asked: |_| true,
        is_done: SetupFacts::has_administrators,
        href: |_| paths::USERS,
        sentence: administrators,
    },
    Point {
        label: "Zweiter Faktor für alle in der Verwaltung",
        why: "Wer sich als Betreiber anmeldet, erreicht jeden Kunden: Ein Passwort allein genügt dafür nicht.",
        is_asked: |_| true,
        is_done: SetupFacts::has_factors,
        href: |_| paths::USERS,
        sentence: factors,
    },
    Point {
        label: "Test-E-Mail",
        why: "Den Link zum Vertrag bekommen Kunden nur per E-Mail.",
        is_asked: SetupFacts::needs_mail,
        is_done: SetupFacts::has_mail,
        href: |facts| match facts.mail {
            MailTest::Taken(_) => paths::SETUP_MAIL,
            _ => paths::MAIL_TEST,
        },
        sentence: |facts| mail(facts.mail),
    },
    Point {
        label: "Eigenes Siegel",
        why: "Am Siegel sieht jeder, dass ein Vertrag von Ihnen kommt und unverändert ist.",
        is_asked: |facts| facts.is_production,
        is_done: SetupFacts::has_seal,
        href: |_| "",
        sentence: |facts| seal(&facts.seal),
    },
    Point {
        label: "Eigener Vertragstext",
        why: "Das mitgelieferte Muster nennt Maßnahmen und Fristen, die niemand für Ihr Unternehmen geprüft hat.",
        is_asked: |_| true,
        is_done: SetupFacts::has_text,
        href: |_| paths::VERSIONS,
        sentence: |facts| text(&facts.text),
    },
    Point {
        label: "Produkte mit Anlagen",
        why: "Erst die Anlage sagt, welche Daten bei einem Produkt verarbeitet werden.",
        is_asked: |_| true,
        is_done: SetupFacts::has_products,
        href: |facts| match facts.annexes {
            Annexes::NoProducts => paths::NEW_PRODUCT,
            Annexes::Lacking(_) => paths::VERSIONS,
            Annexes::Complete => paths::PRODUCTS,
        },
        sentence: |facts| products(&facts.annexes),
    },
    Point {
        label: "Verträge mit Vertriebspartnern",
        why: "Ein Vertriebspartner, der Daten Ihrer Kunden sieht, ist Ihr Unterauftragsverarbeiter.",
        is_asked: |_| true,
        is_done: SetupFacts::has_partners,
        href: |_| paths::PARTNERS,
        sentence: partners,
    },
    Point {
        label: "Probekunde",
        why: "Woran der Weg zum Vertrag noch hakt, merken so Sie und nicht Ihr erster Kunde.",
        is_asked: |_| true,
        is_done: SetupFacts::has_trial,
        href: |facts| match facts.trial {
            Trial::None => paths::ADD_CUSTOMER,
            Trial::Concluded | Trial::Deleted => paths::CUSTOMERS,
        },
        sentence: |facts| trial(facts.trial).to_owned(),
    },
    Point {
        label: "Sicherung",
        why: "Ob eine Sicherung etwas taugt, zeigt sich erst, wenn sie wieder eingespielt wird.",
        is_asked: |_| true,
        is_done: SetupFacts::has_backup,
        href: |_| paths::SETUP_BACKUP,
        sentence: backup,
    },
];

/// One line as it is printed.
pub struct SetupLine {
    /// Whether it is done.
    pub is_done: bool,
    /// What is to do.
    pub label: &'static str,
    /// Why.
    pub why: &'static str,
    /// Where; empty for what is done on the server.
    pub href: &'static str,
    /// How it stands, and what is to do next.
    pub sentence: String,
}

/// The lines that are open, and those that are done.
pub fn lines(facts: &SetupFacts) -> (Vec<SetupLine>, Vec<SetupLine>) {
    let asked = POINTS.iter().filter(|point| (point.is_asked)(facts));
    asked
        .map(|point| SetupLine {
            is_done: (point.is_done)(facts),
            label: point.label,
            why: point.why,
            href: (point.href)(facts),
            sentence: (point.sentence)(facts),
        })
        .partition(|line| !line.is_done)
}

fn settings(findings: &[Finding]) -> String {
    let mut faults: Vec<String> = findings
        .iter()
        .filter(|finding| finding.mark() > Mark::Good)
        .map(fault)
        .collect();
    if faults.is_empty() {
        return "Es ist alles in Ordnung.".to_owned();
    }
    faults.push("Auf dem Server sagt „avv-portal check“, was zu tun ist.".to_owned());
    faults.join(" ")
}

/// What is wrong. What a portal that runs cannot meet is told by the command.
fn fault(finding: &Finding) -> String {
    match finding {
        Finding::Development => {
            "Das Portal läuft als Entwicklung, deren Seiten jede E-Mail zeigen (AVV_ENV).".to_owned()
        }
        Finding::NoProxy => {
            "Dem Portal ist kein Proxy genannt, so gelten alle Besucher als eine Adresse (AVV_TRUSTED_PROXIES).".to_owned()
        }
        Finding::Role { .. } => {
            "Der Datenbankrolle des Portals gehören die Tabellen, so könnte sie deren Schutz abschalten.".to_owned()
        }
        Finding::Schema(Schema::Behind(_)) => {
            "Die Datenbank ist nicht auf dem Stand des Programms.".to_owned()
        }
        Finding::Space(_) => {
            "Im Datenverzeichnis ist weniger als 1 GB frei.".to_owned()
        }
        Finding::Clock(off) => format!(
            "Die Uhren von Portal und Datenbank gehen um {} Sekunden auseinander.",
            off.abs().num_seconds()
        ),
        _ => "Etwas daran stimmt nicht.".to_owned(),
    }
}

fn operator(missing: Option<&[OperatorField]>) -> String {
    match missing {
        None => "Tragen Sie ein, wer die Verträge schließt.".to_owned(),
        Some([]) => "Sie sind vollständig.".to_owned(),
        Some(missing) => {
            let words: Vec<&str> = missing.iter().map(|field| field.word()).collect();
            format!("Es fehlt noch: {}.", words.join(", "))
        }
    }
}

fn administrators(facts: &SetupFacts) -> String {
    match facts.has_administrators() {
        true => "Zwei Personen oder mehr können sich anmelden.",
        false => "Laden Sie eine zweite Person ein, die ihr Passwort setzt: Allein kann niemand Vertragsfassungen freigeben und Vorschläge bestätigen.",
    }
    .to_owned()
}

fn factors(facts: &SetupFacts) -> String {
    match facts.without_factor {
        0 => "Alle, die sich anmelden können, haben einen.",
        1 => "Eine Person hat noch keinen. Sie richtet ihn unter Sicherheit ein, neben ihrem Namen; im Betrieb fragt die nächste Anmeldung danach.",
        _ => "Mehrere Personen haben noch keinen. Sie richten ihn unter Sicherheit ein, neben ihrem Namen; im Betrieb fragt die nächste Anmeldung danach.",
    }
    .to_owned()
}

fn mail(test: MailTest) -> String {
    match test {
        MailTest::NoServer => "Es ist kein Mailserver eingestellt (AVV_SMTP_URL): E-Mails werden Dateien und erreichen niemanden.".to_owned(),
        MailTest::Never => "Senden Sie eine, sehen Sie nach, ob sie im Posteingang liegt, und bestätigen Sie das.".to_owned(),
        MailTest::Before(day) => format!(
            "Die letzte wurde am {} angenommen. Seitdem haben sich die Einstellungen für E-Mails geändert; senden Sie noch eine.",
            date(day)
        ),
        MailTest::Taken(day) => format!(
            "Der Mailserver hat sie am {} angenommen. Sehen Sie nach, ob sie im Posteingang liegt, und bestätigen Sie das.",
            date(day)
        ),
        MailTest::Arrived(day) => format!("Angekommen, bestätigt am {}.", date(day)),
    }
}

fn seal(seal: &Seal) -> String {
    match seal {
        Seal::Opens { is_of_development: true, .. } => {
            "Das Siegel hat das Portal zum Ausprobieren selbst gemacht. Setzen Sie auf dem Server ein eigenes ein (Handbuch, docs/evidence.md); davor gesiegelte Verträge bleiben prüfbar.".to_owned()
        }
        Seal::Opens { until, .. } if seal.mark() != Mark::Wrong => {
            format!("Das Zertifikat gilt bis {}.", date(calendar::day(*until)))
        }
        _ => "Das Zertifikat gilt heute nicht, so kann kein Vertrag abgeschlossen werden. Setzen Sie auf dem Server ein gültiges ein (Handbuch, docs/evidence.md).".to_owned(),
    }
}

fn text(text: &TextInForce) -> String {
    match text {
        TextInForce::None => "Es gilt noch keine Fassung. Machen Sie das mitgelieferte Muster, das als Entwurf bereitliegt, mit Ihrer Rechtsabteilung zu Ihrem Vertrag, und veröffentlichen Sie ihn.".to_owned(),
        TextInForce::Unreadable => "Die geltende Fassung kann nicht gelesen werden; das Protokoll des Servers (Log) nennt den Grund.".to_owned(),
        TextInForce::Sample => "Es gilt noch das mitgelieferte Muster. Passen Sie den Text mit Ihrer Rechtsabteilung an, und veröffentlichen Sie Ihre Fassung.".to_owned(),
        TextInForce::Own(number) => format!("Es gilt Ihre Fassung {number}."),
    }
}

fn products(annexes: &Annexes) -> String {
    match annexes {
        Annexes::NoProducts => "Es gibt noch keine Produkte. Legen Sie an, was Sie verkaufen, mit einer Anlage im Vertragstext für jedes, das einen AVV braucht.".to_owned(),
        Annexes::Lacking(names) => format!(
            "In der geltenden Fassung fehlt die Anlage für: {}.",
            names.join(", ")
        ),
        Annexes::Complete => "Jedes Produkt, das einen AVV braucht, hat seine Anlage in der geltenden Fassung.".to_owned(),
    }
}

fn partners(facts: &SetupFacts) -> String {
    match facts.partners {
        PartnerContracts::NoPartners if facts.trial == Trial::Deleted => {
            "Es gibt keine Vertriebspartner.".to_owned()
        }
        PartnerContracts::NoPartners => "Legen Sie Ihre Vertriebspartner an, jeden mit seinem Vertrag nach Art. 28 Abs. 4 DSGVO. Wer ohne Partner verkauft, braucht keine; dann erledigt sich das mit dem Probekunden.".to_owned(),
        PartnerContracts::Lacking => "Mit mindestens einem Partner ist kein Vertrag nach Art. 28 Abs. 4 DSGVO erfasst, oder er ist abgelaufen.".to_owned(),
        PartnerContracts::Complete => "Mit jedem Partner ist ein Vertrag nach Art. 28 Abs. 4 DSGVO erfasst.".to_owned(),
    }
}

fn trial(trial: Trial) -> &'static str {
    match trial {
        Trial::None => {
            "Legen Sie einen Kunden mit Ihrer eigenen E-Mail-Adresse an, buchen Sie ein Produkt, schließen Sie den Vertrag mit dem Link aus der E-Mail ab, und löschen Sie den Kunden danach."
        }
        Trial::Concluded => {
            "Ein Vertrag ist abgeschlossen. Löschen Sie den Probekunden, dann haben Sie alles einmal gesehen."
        }
        Trial::Deleted => "Ein Kunde hat abgeschlossen und wurde wieder gelöscht.",
    }
}

fn backup(facts: &SetupFacts) -> String {
    match facts.rehearsed {
        None => "Richten Sie die Sicherung ein, spielen Sie eine auf einem anderen Rechner ein (Handbuch, docs/operating.md), und tragen Sie den Tag ein.".to_owned(),
        Some(day) if facts.has_backup() => {
            format!("Zuletzt am {} wieder eingespielt.", date(day))
        }
        Some(day) => format!(
            "Zuletzt am {} wieder eingespielt, vor mehr als einem Jahr. Proben Sie es noch einmal.",
            date(day)
        ),
    }
}

fn date(day: NaiveDate) -> String {
    dates::long_date(day, Language::De)
}

//! Further processors and where they are: the details in the list (LC-24), the countries that need a mechanism
//! (LC-30), and a promise of the EEA that the list contradicts (LC-29).

mod guess;
mod mechanism;
mod rows;

use super::countries::{COUNTRIES_AS_OF, Region, countries, region};
use super::units::Passage;
use super::{CheckKind, Finding, Remedy, Severity, Version, generated};
use crate::contract::Contract;
use crate::contract::vocabulary::Generator;
use crate::domain::party::SubProcessor;
use mechanism::Mechanism;
use rows::{ProcessorRow, registered, typed};
pub use rows::{ProcessorTable, TableColumn, processor_tables};
pub(super) use rows::{is_list, row_line};

/// Runs all of these checks.
pub(super) fn check(version: &Version<'_>) -> Vec<Finding> {
    let mut rows = typed(version.contract);
    if let Some(operator) = version.operator {
        rows.extend(operator.sub_processors.iter().map(registered));
    }
    let tables = processor_tables(version.contract);
    let unread: Vec<&ProcessorTable> = tables.iter().filter(|one| one.is_unknown()).collect();
    let mut findings = list(version, &rows, &unread);
    findings.extend(mechanisms(&rows, unread.len()));
    findings.extend(promise(version, &rows));
    findings
}

/// LC-24: there is a list, and no row lacks a detail.
fn list(version: &Version<'_>, rows: &[ProcessorRow], unread: &[&ProcessorTable]) -> Vec<Finding> {
    let from_register = generated(version.contract).any(|g| g == Generator::SubProcessors);
    let found = |ok, text: String, at| of_row("LC-24", ok, text, at);
    // Without another list these rows are the list, and nobody has read them.
    let severity = match !from_register && rows.is_empty() {
        true => Severity::Block,
        false => Severity::Warn,
    };
    let unknown = unread.iter().map(|table| {
        let text = not_understood(table);
        Finding::new("LC-24", severity, false, text, Some(table.place.clone()))
    });
    let unknown: Vec<Finding> = unknown.collect();
    if severity == Severity::Block && !unknown.is_empty() {
        return unknown;
    }
    if !from_register && rows.is_empty() {
        let text = "Die Liste der weiteren Auftragsverarbeiter fehlt. Bauen Sie „Liste der weiteren Auftragsverarbeiter“ ein.";
        let block = Remedy::Block(Generator::SubProcessors);
        return vec![found(false, text.to_owned(), None).mended(block)];
    }
    let lacking = rows.iter().filter(|row| !row.lacks.is_empty());
    let mut findings: Vec<Finding> = lacking
        .map(|row| found(false, lack(row), row.place.clone()))
        .collect();
    if findings.is_empty() {
        let text = match rows.len() {
            0 => "Die Liste kommt aus dem Verzeichnis; darin steht zurzeit kein Unternehmen."
                .to_owned(),
            1 => "Die Liste hat eine Zeile, ihr fehlt keine Angabe.".to_owned(),
            more => format!("Die Liste hat {more} Zeilen, keiner fehlt eine Angabe."),
        };
        findings.push(found(true, text, None));
    }
    findings.extend(unknown);
    findings
}

fn not_understood(table: &ProcessorTable) -> String {
    let unknown = |one: &&TableColumn| one.said.or(one.understood).is_none();
    let heads: Vec<String> = table
        .columns
        .iter()
        .filter(unknown)
        .map(|one| format!("„{}“", one.head))
        .collect();
    format!(
        "Die Zeilen dieser Tabelle sind nicht gelesen: Was in {} {} steht, sagt die Überschrift nicht. Benennen Sie die Spalten unter „Zuordnung“.",
        if heads.len() == 1 {
            "der Spalte"
        } else {
            "den Spalten"
        },
        heads.join(", ")
    )
}

/// A finding about a row: one that is not typed in the text is mended in the register.
fn of_row(id: &'static str, ok: bool, text: String, at: Option<String>) -> Finding {
    let is_registered = at.is_none();
    let finding = Finding::new(id, Severity::Block, ok, text, at);
    match is_registered {
        true => finding.mended(Remedy::SubProcessors),
        false => finding,
    }
}

fn lack(row: &ProcessorRow) -> String {
    format!("Zu „{}“ fehlt: {}.", row.name, row.lacks.join(", "))
}

/// LC-30: a mechanism outside the EEA that fits the country, and none inside.
fn mechanisms(rows: &[ProcessorRow], unread: usize) -> Vec<Finding> {
    let found = |ok, text: String, at| of_row("LC-30", ok, text, at);
    let (mut findings, mut inside, mut outside) = (Vec::new(), 0, 0);
    for row in rows.iter().filter(|row| !row.country.trim().is_empty()) {
        match judge(row) {
            Judgement::Right(Region::Eea) => inside += 1,
            Judgement::Right(_) => outside += 1,
            Judgement::Fault(text) => findings.push(found(false, text, row.place.clone())),
            Judgement::Ask(text) => {
                outside += 1;
                findings.push(Finding {
                    kind: CheckKind::Asked,
                    ..Finding::question("LC-30", Severity::Warn, text, row.place.clone())
                });
            }
        }
    }
    if !findings.iter().any(Finding::failed) {
        let unread = match unread {
            0 => String::new(),
            1 => " Die Zeilen einer Tabelle sind nicht gelesen.".to_owned(),
            more => format!(" Die Zeilen von {more} Tabellen sind nicht gelesen."),
        };
        let text = match rows.len() {
            0 => format!(
                "Gelesen wurde keine Zeile; über Grundlagen ist damit nichts gesagt (Länderliste vom {}).{unread}",
                *COUNTRIES_AS_OF
            ),
            read => format!(
                "Gelesen: {read} {}; {inside} im EWR ohne Grundlage, {outside} in Drittländern mit Grundlage (Länderliste vom {}).{unread}",
                if read == 1 { "Zeile" } else { "Zeilen" },
                *COUNTRIES_AS_OF
            ),
        };
        findings.push(found(true, text, None));
    }
    findings
}

enum Judgement {
    Right(Region),
    Fault(String),
    /// It may be right; a person looks.
    Ask(String),
}

fn judge(row: &ProcessorRow) -> Judgement {
    use Judgement::{Ask, Fault, Right};
    let (name, place) = (&row.name, row.country.trim());
    let named = mechanism::read(&row.mechanism);
    if region(place).is_none() && names_order(place) {
        return Ask(format!(
            "Der Ort, an dem „{name}“ verarbeitet, steht nicht im Text („{place}“). Nennt ihn das, worauf verwiesen wird, mit dem Land?"
        ));
    }
    let Some(region) = region(place) else {
        return Fault(format!(
            "„{name}“ verarbeitet in „{place}“; das nennt kein Land, das erkannt wird. Nennen Sie das Land."
        ));
    };
    if region == Region::Eea {
        return match named.first() {
            None => Right(region),
            Some(Mechanism::Unknown) => Ask(format!(
                "„{name}“ verarbeitet in „{place}“ und braucht keine Grundlage der Übermittlung. Was ist mit „{}“ gemeint?",
                row.mechanism
            )),
            Some(_) => Fault(format!(
                "„{name}“ verarbeitet in „{place}“ und braucht keine Grundlage der Übermittlung. Entfernen Sie „{}“ oder berichtigen Sie den Ort.",
                row.mechanism
            )),
        };
    }
    if named.is_empty() {
        return Fault(format!(
            "„{name}“ verarbeitet in „{place}“, ohne dass eine Grundlage der Übermittlung genannt ist."
        ));
    }
    let is_american = countries(place)
        .iter()
        .filter(|country| country.region() != Region::Eea)
        .all(|country| country.code == "US");
    let judged: Vec<Judgement> = named
        .iter()
        .map(|one| fits(one, row, region, is_american))
        .collect();
    // Several mechanisms: one that carries the transfer is enough.
    let mut judged = judged.into_iter();
    let first = judged.next().unwrap_or(Right(region));
    judged.fold(first, |best, next| match (best, next) {
        (Right(region), _) | (_, Right(region)) => Right(region),
        (Ask(text), _) | (_, Ask(text)) => Ask(text),
        (fault, _) => fault,
    })
}

/// What each customer orders names the place: "laut Bestellung".
fn names_order(place: &str) -> bool {
    let lower = place.to_lowercase();
    [
        "bestell",
        "bestellung",
        "auftragsformular",
        "order",
        "angebot",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

/// Whether a mechanism carries a transfer to a country outside the EEA.
fn fits(one: &Mechanism, row: &ProcessorRow, region: Region, is_american: bool) -> Judgement {
    use Judgement::{Ask, Fault, Right};
    let (name, place) = (&row.name, row.country.trim());
    match one {
        Mechanism::Adequacy => match region {
            Region::Adequate => Right(region),
            Region::Partly => Ask(format!(
                "Für „{place}“ gilt der Angemessenheitsbeschluss nur für einen Teil der Empfänger. Fällt „{name}“ darunter, und womit ist das belegt?"
            )),
            _ => Fault(format!(
                "„{name}“ verarbeitet in „{place}“; für das Land gibt es keinen Angemessenheitsbeschluss (Länderliste vom {}).",
                *COUNTRIES_AS_OF
            )),
        },
        Mechanism::DataPrivacyFramework(_) if !is_american => Fault(format!(
            "„{name}“ verarbeitet in „{place}“; das Data Privacy Framework gilt nur für Empfänger in den USA."
        )),
        Mechanism::DataPrivacyFramework(Some(_)) => Right(region),
        Mechanism::DataPrivacyFramework(None) => Ask(format!(
            "„{name}“ stützt sich auf das Data Privacy Framework. Unter welcher Kennung ist das Unternehmen zertifiziert?"
        )),
        Mechanism::StandardClauses(Some(_)) | Mechanism::CorporateRules => Right(region),
        Mechanism::StandardClauses(None) => Ask(format!(
            "„{name}“ stützt sich auf Standardvertragsklauseln. Welches Modul gilt?"
        )),
        Mechanism::OtherSafeguard => Ask(format!(
            "„{name}“ stützt sich auf „{}“. Ist die Garantie nach Art. 46 DSGVO genehmigt?",
            row.mechanism
        )),
        Mechanism::Derogation { has_reason: true } => Ask(format!(
            "„{name}“ stützt sich auf Art. 49 DSGVO („{}“). Trägt die Ausnahme diese Übermittlung?",
            row.mechanism
        )),
        Mechanism::Derogation { has_reason: false } => Fault(format!(
            "„{name}“ stützt sich auf Art. 49 DSGVO. Die Ausnahme trägt keine laufende Übermittlung; nennen Sie eine andere Grundlage oder den Grund."
        )),
        Mechanism::Unknown => Ask(format!(
            "„{name}“ verarbeitet in „{place}“. Welche Grundlage ist mit „{}“ gemeint: Angemessenheitsbeschluss, Data Privacy Framework, Standardvertragsklauseln, interne Datenschutzvorschriften oder Art. 49?",
            row.mechanism
        )),
    }
}

/// LC-29: the text promises the EEA, and a company of the register is outside of it. Whether it does is words, so
/// it is asked; what the text itself lists is asked at the sentence.
fn promise(version: &Version<'_>, rows: &[ProcessorRow]) -> Option<Finding> {
    let outside = rows
        .iter()
        .filter(|row| row.place.is_none())
        .find(|row| region(&row.country).is_some_and(|region| region != Region::Eea))?;
    let contract = version.contract;
    let all = super::passages(contract, contract.meta.binding);
    let promises = |passage: &&Passage| {
        let text = passage.text.to_lowercase();
        let only = ["ausschließlich", "nur ", "exclusively", "only ", "solely"];
        let here = ["europäische", "ewr", "eu ", "in der eu", "european", "eea"];
        passage.tags.iter().any(|tag| tag == "place")
            && only.iter().any(|word| text.contains(word))
            && here.iter().any(|word| text.contains(word))
    };
    let passage = all.iter().find(promises)?;
    let text = format!(
        "{} spricht von einer Verarbeitung nur in der EU oder im EWR, „{}“ verarbeitet aber in „{}“. Passt das zusammen?",
        passage.clause, outside.name, outside.country
    );
    Some(Finding {
        kind: CheckKind::Asked,
        ..Finding::question("LC-29", Severity::Warn, text, Some(passage.place()))
    })
}

/// The countries of the rows that the text lists.
pub(super) fn typed_countries(contract: &Contract) -> Vec<String> {
    typed(contract).into_iter().map(|row| row.country).collect()
}

/// What is missing about a company before a list with it may be announced (LC-24, LC-30), each as a
/// sentence; the date of the list of countries is [`COUNTRIES_AS_OF`].
pub fn faults(entry: &SubProcessor) -> Vec<String> {
    let mut row = registered(entry);
    let english = [
        (&entry.service_en, "die Leistung auf Englisch"),
        (&entry.place_en, "der Ort der Verarbeitung auf Englisch"),
        (&entry.delimitation, "die Abgrenzung der Aufgabe"),
        (
            &entry.delimitation_en,
            "die Abgrenzung der Aufgabe auf Englisch",
        ),
        (&entry.party.country, "das Land der Anschrift"),
    ];
    row.lacks.extend(
        english
            .iter()
            .filter(|(field, _)| field.trim().is_empty())
            .map(|(_, what)| *what),
    );
    let mut faults: Vec<String> = (!row.lacks.is_empty())
        .then(|| lack(&row))
        .into_iter()
        .collect();
    if !entry.place.trim().is_empty()
        && let Judgement::Fault(text) = judge(&row)
    {
        faults.push(text);
    }
    if !entry.place_en.trim().is_empty() && region(&entry.place) != region(&entry.place_en) {
        faults.push(format!(
            "Bei „{}“ nennen „{}“ und „{}“ nicht denselben Ort.",
            row.name, entry.place, entry.place_en
        ));
    }
    faults
}

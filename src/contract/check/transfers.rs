//! Further processors and where they are: the announcement of changes (LC-23), the details in the
//! list (LC-24), countries that need a mechanism (LC-30), charges for statutory duties (LC-52).

use super::countries::{COUNTRIES_AS_OF, Region};
use super::passages::Passages;
use super::{Finding, Severity, Version, generated, place};
use crate::contract::Contract;
use crate::contract::source::{Kind, walk};
use crate::contract::vocabulary::Generator;
use crate::domain::party::SubProcessor;

/// Runs all of these checks.
pub(super) fn check(version: &Version<'_>, passages: &Passages) -> Vec<Finding> {
    let rows = rows(version);
    vec![
        announcement(passages),
        list(version, passages, &rows),
        mechanisms(&rows, passages),
        remuneration(passages),
    ]
}

/// A further processor, from a table of the text or from the operator's list.
struct ProcessorRow {
    name: String,
    /// The details that are missing in the list.
    lacks: Vec<&'static str>,
    country: String,
    mechanism: String,
    place: Option<String>,
}

/// LC-23: changes are announced, not only shown; silence is no approval.
fn announcement(passages: &Passages) -> Finding {
    const TAG: &str = "sub-processor-notice";
    const DEEMED: &[&str] = &[
        "gilt als zustimmung",
        "gilt als einwillig",
        "gilt als genehmigung",
        "gilt die zustimmung als erteilt",
        "gilt als erteilt",
        "deemed consent",
        "deemed approval",
        "deemed to have consented",
        "deemed to be approved",
    ];
    let passive = passages.says(TAG, &["homepage", "webseite", "website", "internetseite"]);
    let active = passages.says(
        TAG,
        &[
            "e-mail",
            "email",
            "textform",
            "text form",
            "schriftlich",
            "in writing",
        ],
    );
    let (ok, text) = if passages.says(TAG, DEEMED) {
        (
            false,
            "Schweigen gilt hier als Zustimmung. Schreiben Sie, dass ohne Einspruch nur die Änderung vorgenommen werden darf.",
        )
    } else if passive && !active {
        (
            false,
            "Änderungen werden nur auf einer Seite bekannt gegeben. Teilen Sie sie dem Auftraggeber mit, z. B. per E-Mail.",
        )
    } else {
        (
            true,
            "Änderungen werden mitgeteilt; Schweigen gilt nicht als Zustimmung.",
        )
    };
    Finding::new("LC-23", Severity::Warn, ok, text, passages.place(TAG))
}

/// LC-24: there is a list with the required details of each processor.
fn list(version: &Version<'_>, passages: &Passages, rows: &[ProcessorRow]) -> Finding {
    let from_register = generated(version.contract).any(|g| g == Generator::SubProcessors);
    let incomplete = rows.iter().find(|row| !row.lacks.is_empty());
    let (ok, text, at) = if !from_register && rows.is_empty() {
        let text = "Die Liste der weiteren Auftragsverarbeiter fehlt. Setzen Sie {generate=sub-processors} in eine Anlage.";
        (false, text.to_owned(), None)
    } else if let Some(row) = incomplete {
        let text = format!("Zu „{}“ fehlt: {}.", row.name, row.lacks.join(", "));
        (false, text, row.place.clone())
    } else if passages.says_nothing("delimitation") {
        let text = "Es fehlt, wer wofür verantwortlich ist. Grenzen Sie die Aufgaben ab und kennzeichnen Sie die Stelle mit „.delimitation“.";
        (false, text.to_owned(), None)
    } else {
        let text = "Die Liste nennt zu jedem weiteren Auftragsverarbeiter die Angaben, die Aufgaben sind abgegrenzt.";
        (true, text.to_owned(), passages.place("delimitation"))
    };
    Finding::new("LC-24", Severity::Block, ok, text, at)
}

/// LC-30: a mechanism outside the EEA, none inside, and no promise that the list contradicts.
fn mechanisms(rows: &[ProcessorRow], passages: &Passages) -> Finding {
    let only_here = passages.says(
        "place",
        &[
            "ausschließlich",
            "nur in der eu",
            "nur innerhalb",
            "exclusively",
            "only within",
            "solely",
        ],
    ) && passages.says("place", &["union", "ewr", "eea", "europäisch", "european"]);
    let fault = rows
        .iter()
        .find_map(|row| Some((transfer_fault(row, only_here)?, row.place.clone())));
    let ok = fault.is_none();
    let (text, at) = fault.unwrap_or_else(|| {
        let text = format!(
            "Jede Verarbeitung außerhalb des EWR hat eine Grundlage (Länderliste vom {}).",
            *COUNTRIES_AS_OF
        );
        (text, passages.place("place"))
    });
    Finding::new("LC-30", Severity::Block, ok, text, at)
}

/// What is wrong with the mechanism of one row. `only_here`: the text promises the EEA.
fn transfer_fault(row: &ProcessorRow, only_here: bool) -> Option<String> {
    let name = &row.name;
    let mechanism = row.mechanism.trim();
    let none = mechanism.is_empty()
        || matches!(
            mechanism,
            "–" | "-" | "entfällt" | "not applicable" | "nein" | "no"
        );
    match Region::of(&row.country) {
        _ if mechanism.contains("49") => Some(format!(
            "„{name}“ stützt sich auf Art. 49 DSGVO. Die Ausnahme trägt keine laufende Übermittlung; nennen Sie eine andere Grundlage."
        )),
        Region::Eea if !none => Some(format!(
            "„{name}“ verarbeitet in „{}“ und braucht keine Grundlage der Übermittlung. Entfernen Sie „{mechanism}“ oder berichtigen Sie den Ort.",
            row.country
        )),
        Region::Eea => None,
        region if none => Some(format!(
            "„{name}“ verarbeitet in „{}“, ohne dass eine Grundlage der Übermittlung genannt ist{}.",
            row.country,
            if region == Region::Unknown {
                " (Land nicht erkannt)"
            } else {
                ""
            }
        )),
        _ if only_here => Some(format!(
            "Der Vertrag sagt, dass nur in der EU verarbeitet wird, aber „{name}“ verarbeitet in „{}“.",
            row.country
        )),
        _ => None,
    }
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
    let lacks = (!row.lacks.is_empty())
        .then(|| format!("Zu „{}“ fehlt: {}.", row.name, row.lacks.join(", ")));
    let mut faults: Vec<String> = lacks.into_iter().collect();
    if !entry.place.trim().is_empty() {
        faults.extend(transfer_fault(&row, false));
    }
    if !entry.place_en.trim().is_empty() && Region::of(&entry.place) != Region::of(&entry.place_en)
    {
        faults.push(format!(
            "Bei „{}“ nennen „{}“ und „{}“ nicht denselben Ort.",
            row.name, entry.place, entry.place_en
        ));
    }
    faults
}

/// LC-52: duties that the law requires cost nothing extra.
fn remuneration(passages: &Passages) -> Finding {
    const TAG: &str = "remuneration";
    const TIED: &[&str] = &[
        "nur gegen vergütung",
        "nur gegen entgelt",
        "nur gegen zahlung",
        "erst nach zahlung",
        "setzt die zahlung",
        "only against payment",
        "only upon payment",
        "conditional upon payment",
        "subject to payment",
    ];
    let ok = !passages.says(TAG, TIED)
        && !passages.says("audit", TIED)
        && !passages.says("assist-rights", TIED);
    let text = if ok {
        "Keine Stelle macht eine Pflicht erkennbar von einer Zahlung abhängig."
    } else {
        "Die Stelle macht eine Pflicht von einer Zahlung abhängig. Gesetzliche Pflichten müssen ohne Vergütung erfüllt werden."
    };
    Finding::new("LC-52", Severity::Warn, ok, text, passages.place(TAG))
}

fn rows(version: &Version<'_>) -> Vec<ProcessorRow> {
    let mut rows = typed(version.contract);
    if let Some(operator) = version.operator {
        rows.extend(operator.sub_processors.iter().map(registered));
    }
    rows
}

fn registered(entry: &SubProcessor) -> ProcessorRow {
    let party = &entry.party;
    let empty = |text: &str| text.trim().is_empty();
    let facts = [
        (empty(&party.name), "der Name"),
        (empty(&party.street) || empty(&party.city), "die Anschrift"),
        (
            empty(&party.contact) || party.email.is_none(),
            "die Ansprechperson mit E-Mail-Adresse",
        ),
        (empty(&entry.service), "die Leistung"),
        (empty(&entry.place), "der Ort der Verarbeitung"),
    ];
    ProcessorRow {
        name: party.name.clone(),
        lacks: facts
            .iter()
            .filter(|(lacks, _)| *lacks)
            .map(|(_, what)| *what)
            .collect(),
        country: entry.place.clone(),
        mechanism: entry.mechanism.clone(),
        place: None,
    }
}

/// Rows of tables that list processors: those with a column for the place and one for the service.
fn typed(contract: &Contract) -> Vec<ProcessorRow> {
    const PLACE: &[&str] = &["ort", "land", "standort", "place", "location", "country"];
    const SERVICE: &[&str] = &["dienst", "leistung", "aufgabe", "service", "task"];
    const MECHANISM: &[&str] = &["dpf", "mechanism", "grundlage", "garantie", "safeguard"];
    const ADDRESS: &[&str] = &["anschrift", "adresse", "address"];
    const CONTACT: &[&str] = &["kontakt", "ansprech", "contact", "e-mail"];
    let mut rows = Vec::new();
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, _| {
            let Kind::Table {
                head, rows: body, ..
            } = &node.kind
            else {
                return;
            };
            let heads: Vec<String> = head
                .iter()
                .map(|cell| Passages::words(cell).to_lowercase())
                .collect();
            let column = |words: &[&str]| {
                heads
                    .iter()
                    .position(|h| words.iter().any(|w| h.starts_with(w)))
            };
            let (Some(at), Some(service)) = (column(PLACE), column(SERVICE)) else {
                return;
            };
            for cells in body {
                let cell = |at: Option<usize>| {
                    at.and_then(|at| cells.get(at))
                        .map(|c| Passages::words(c).trim().to_owned())
                        .unwrap_or_default()
                };
                let facts = [
                    (cell(Some(0)).is_empty(), "der Name"),
                    (cell(column(ADDRESS)).is_empty(), "die Anschrift"),
                    (cell(column(CONTACT)).is_empty(), "die Ansprechperson"),
                    (cell(Some(service)).is_empty(), "die Leistung"),
                    (cell(Some(at)).is_empty(), "der Ort der Verarbeitung"),
                ];
                rows.push(ProcessorRow {
                    name: cell(Some(0)),
                    lacks: facts
                        .iter()
                        .filter(|(lacks, _)| *lacks)
                        .map(|(_, what)| *what)
                        .collect(),
                    country: cell(Some(at)),
                    mechanism: cell(column(MECHANISM)),
                    place: place(&text.file, node.line),
                });
            }
        });
    }
    rows
}

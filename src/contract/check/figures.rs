//! Checks that read figures and words in tagged passages: notice, breach, deletion (LC-22, LC-34,
//! LC-35), and rules to which the law allows no exception.

use super::passages::Passages;
use super::{Finding, Severity};
use crate::contract::{Authorisation, Contract};

/// Shortest notice for a further processor that gives no warning, in days.
const GOOD_NOTICE: u32 = 14;
/// Longest time until a breach is reported that gives no warning, in hours; the law's limit is the
/// next one.
const GOOD_BREACH: u32 = 24;
const LATEST_BREACH: u32 = 72;

pub(super) fn check(contract: &Contract, passages: &Passages) -> Vec<Finding> {
    let mut findings = notice(contract, passages);
    findings.push(breach(contract, passages));
    findings.push(deletion(contract, passages));
    findings.extend(contradictions(passages));
    findings
}

/// LC-22: a general authorisation names days, channel, the right to dissent and its consequence.
fn notice(contract: &Contract, passages: &Passages) -> Vec<Finding> {
    const TAG: &str = "sub-processor-notice";
    let meta = &contract.meta;
    if meta.authorisation == Authorisation::Specific {
        let text =
            "Jeder weitere Auftragsverarbeiter wird einzeln genehmigt; eine Frist ist nicht nötig.";
        return vec![Finding::new("LC-22", Severity::Block, true, text, None)];
    }
    let days = figures(&passages.text(TAG), DAYS);
    let says = |words: &[&str]| passages.says(TAG, words);
    let dissent = meta.objection_days.unwrap_or(meta.notice_days);
    let lacking = if !days.contains(&meta.notice_days) {
        Some(format!(
            "die Frist von {} Tagen („Tage zwischen Ankündigung und Beginn“)",
            meta.notice_days
        ))
    } else if !days.contains(&dissent) {
        Some(format!(
            "die Einspruchsfrist von {dissent} Tagen („Tage für den Einspruch“)"
        ))
    } else if !says(&["e-mail", "email", "textform", "text form"]) {
        Some("auf welchem Weg die Änderung mitgeteilt wird (z. B. per E-Mail)".to_owned())
    } else if !says(&["einspruch", "object", "dissent"]) {
        Some("das Recht zum Einspruch".to_owned())
    } else if !says(&[
        "nicht vorgenommen",
        "nicht eingesetzt",
        "unterbleibt",
        " kündig",
        "beende",
        "not be",
        "terminat",
    ]) {
        Some("was nach einem Einspruch geschieht".to_owned())
    } else {
        None
    };
    let text = lacking.as_ref().map_or_else(
        || "Frist, Weg, Einspruch und Folge sind geregelt.".to_owned(),
        |what| format!("In der mit „.{TAG}“ gekennzeichneten Regelung fehlt {what}."),
    );
    let mut findings = vec![Finding::new(
        "LC-22",
        Severity::Block,
        lacking.is_none(),
        text,
        passages.place(TAG),
    )];
    if meta.notice_days < GOOD_NOTICE {
        findings.push(Finding::new(
            "LC-22",
            Severity::Warn,
            false,
            format!(
                "Die Frist von {} Tagen ist kurz; üblich sind mindestens {GOOD_NOTICE}.",
                meta.notice_days
            ),
            passages.place(TAG),
        ));
    }
    findings
}

/// LC-34: without undue delay, and a number of hours.
fn breach(contract: &Contract, passages: &Passages) -> Finding {
    let text = passages.text("breach");
    let hours = figures(&text, HOURS);
    let stated = contract.meta.breach_hours;
    let prompt = passages.says(
        "breach",
        &[
            "unverzüglich",
            "ohne unangemessene verzögerung",
            "without undue delay",
        ],
    );
    let (severity, ok, message) = match (hours.first(), stated) {
        _ if text.trim().is_empty() => (Severity::Block, false,
            "Die Meldung von Datenschutzverletzungen fehlt. Ergänzen Sie die Stelle und kennzeichnen Sie sie mit „.breach“.".to_owned()),
        _ if !prompt => (Severity::Block, false, "Die Meldung muss unverzüglich erfolgen. Ergänzen Sie das Wort.".to_owned()),
        (None, _) => (Severity::Block, false, "Die Frist zur Meldung fehlt. Nennen Sie die Zahl der Stunden.".to_owned()),
        (Some(said), Some(stated)) if *said != stated => (Severity::Block, false,
            format!("Der Text nennt {said} Stunden, „Stunden bis zur Meldung einer Verletzung“ aber {stated}.")),
        (Some(said), _) if *said > LATEST_BREACH => (Severity::Block, false,
            "Die Frist zur Meldung ist länger als 72 Stunden. Verkürzen Sie sie.".to_owned()),
        (Some(said), _) if *said > GOOD_BREACH => (Severity::Warn, false,
            format!("Die Frist zur Meldung von {said} Stunden ist lang; üblich sind höchstens {GOOD_BREACH}.")),
        (Some(said), _) => (Severity::Block, true, format!("Verletzungen werden unverzüglich, spätestens nach {said} Stunden gemeldet.")),
    };
    Finding::new("LC-34", severity, ok, message, passages.place("breach"))
}

/// LC-35: deletion or return at the customer's choice, within days.
fn deletion(contract: &Contract, passages: &Passages) -> Finding {
    let text = passages.text("deletion");
    let days = figures(&text, DAYS);
    let says = |words: &[&str]| passages.says("deletion", words);
    let stated = contract
        .meta
        .deletion_days
        .filter(|stated| !days.contains(stated));
    let fault = if text.trim().is_empty() {
        Some("Löschung und Rückgabe fehlen. Ergänzen Sie die Stelle und kennzeichnen Sie sie mit „.deletion“.".to_owned())
    } else if says(&["unbegrenzt", "unlimited", "indefinite"]) {
        Some("Daten dürfen nach dem Ende nicht unbegrenzt gespeichert bleiben.".to_owned())
    } else if !says(&["wahl", "wählt", "choice", "choos"]) {
        Some("Die Wahl zwischen Löschung und Rückgabe muss beim Auftraggeber liegen. Ergänzen Sie das.".to_owned())
    } else if days.is_empty() {
        Some("Die Frist zur Löschung fehlt. Nennen Sie die Zahl der Tage.".to_owned())
    } else {
        stated.map(|days| {
            format!("Der Text nennt die {days} Tage aus „Tage bis zur Löschung“ nicht.")
        })
    };
    let ok = fault.is_none();
    let text = fault.unwrap_or_else(|| {
        "Löschung oder Rückgabe nach Wahl des Auftraggebers mit Frist.".to_owned()
    });
    Finding::new(
        "LC-35",
        Severity::Block,
        ok,
        text,
        passages.place("deletion"),
    )
}

/// LC-16, LC-28, LC-36, LC-38: words that take back what the passage must grant.
fn contradictions(passages: &Passages) -> Vec<Finding> {
    const CASES: &[(&str, Severity, &str, &[&str], &str)] = &[
        (
            "LC-28",
            Severity::Block,
            "further-outsourcing",
            &[
                "ist ausgeschlossen",
                "ist untersagt",
                "ist unzulässig",
                "nicht gestattet",
                "is prohibited",
                "is excluded",
                "not permitted",
            ],
            "Der Text verbietet den weiteren Einsatz, der Vertrag sieht aber Untervertriebspartner vor. Nur eines kann gelten.",
        ),
        (
            "LC-16",
            Severity::Warn,
            "telecom-secrecy",
            &["88 tkg"],
            "§ 88 TKG gilt nicht mehr. Nennen Sie § 3 TDDDG.",
        ),
        (
            "LC-36",
            Severity::Block,
            "audit",
            &[
                "vor-ort-prüfungen sind ausgeschlossen",
                "nicht vor ort",
                "on-site inspections are excluded",
                "no on-site",
            ],
            "Prüfungen vor Ort dürfen nicht ausgeschlossen sein.",
        ),
        (
            "LC-38",
            Severity::Warn,
            "liability",
            &[
                "begrenzt auf",
                "beschränkt auf",
                "höchstens jedoch",
                "limited to",
                "shall not exceed",
            ],
            "Die Stelle begrenzt die Haftung. Prüfen Sie, dass Ansprüche betroffener Personen und die Haftung für weitere Auftragsverarbeiter unberührt bleiben.",
        ),
    ];
    CASES
        .iter()
        .filter(|(_, _, tag, words, _)| passages.says(tag, words))
        .map(|(id, severity, tag, _, text)| {
            Finding::new(id, *severity, false, *text, passages.place(tag))
        })
        .collect()
}

pub(super) const HOURS: &[&str] = &["stunde", "hour"];
pub(super) const DAYS: &[&str] = &[
    "tag",
    "day",
    "kalendertag",
    "werktag",
    "calendar",
    "working",
];

/// Numbers directly before one of the units: "14 Tage", "24 hours".
pub(super) fn figures(text: &str, units: &[&str]) -> Vec<u32> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == '-')
        .collect();
    words
        .windows(2)
        .filter_map(|pair| match pair {
            [number, unit] if units.iter().any(|u| unit.starts_with(u)) => number.parse().ok(),
            _ => None,
        })
        .collect()
}

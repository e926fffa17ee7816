//! What a program can decide about the completeness of a contract (LC-01 … LC-49).
//!
//! A passage says with classes what it covers: `{.subject}` above a heading, a paragraph or inside a
//! list item. The checks ask for these marks, read figures and words in the marked passages, and
//! compare the languages. Marks are read in the binding language; [`TAGS`] lists them all.
//!
//! | Mark | Passage |
//! |---|---|
//! | `subject` `duration` `nature` `purpose` `special-categories` | what is processed, how long, how, what for |
//! | `data-types` `data-subjects` | which data and whose, in a product file that has no table or words for it |
//! | `controller-duties` | rights and duties of the customer |
//! | `instructions` `unlawful-instruction` `authorised-persons` | only on instruction; what if one breaks the law; who gives them |
//! | `confidentiality` `telecom-secrecy` | who has access is bound |
//! | `tom` `tom-change` | security, and the rule for changing the measures |
//! | `tom-encryption` `tom-restoration` `tom-testing` … | measures in their annex (Art. 32(1), Annex III of the standard clauses) |
//! | `sub-processors` `partner` `sub-partner` `flow-down` `further-outsourcing` | further processors: allowed how, bound how, and theirs |
//! | `sub-processor-notice` | announcing new ones, dissent |
//! | `place` `third-country` | where |
//! | `assist-rights` `assist-security` `authority` | help with requests and with Art. 32 to 36; authorities |
//! | `breach` `deletion` `audit` `audit-conditions` | notice of breaches, the end of the data, inspections |
//! | `liability` `remuneration` `precedence` `termination` `survival` | the rest of the deal |
//! | `conclusion` `evidence` `objection` `change` | how it comes about, is objected to, is replaced |

mod figures;
mod parity;
mod passages;

use chrono::NaiveDate;

use super::source::{Kind, Span, each_span, own_text, walk};
use super::vocabulary::{Condition, Generator, Placeholder};
use super::{Contract, meta};
use passages::Passages;

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// `LC-04`.
    pub id: &'static str,
    /// What a failure means.
    pub severity: Severity,
    /// Whether the contract passes.
    pub ok: bool,
    /// German: what was found, or what is missing and what to do.
    pub explanation: String,
    /// `de/vertrag.dj:12`, if the finding has a place.
    pub place: Option<String>,
}

/// What a failed check means for publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The version cannot be published.
    Block,
    /// It can, by a person who gives a reason.
    Warn,
}

impl Finding {
    pub(super) fn new(
        id: &'static str,
        severity: Severity,
        ok: bool,
        explanation: impl Into<String>,
        place: Option<String>,
    ) -> Self {
        Self {
            id,
            severity,
            ok,
            explanation: explanation.into(),
            place,
        }
    }

    /// Whether this finding keeps the version from being published.
    pub fn blocks(&self) -> bool {
        !self.ok && self.severity == Severity::Block
    }
}

/// Every mark the checks know.
pub const TAGS: &[&str] = &[
    "assist-rights",
    "assist-security",
    "audit",
    "audit-conditions",
    "authorised-persons",
    "authority",
    "breach",
    "change",
    "conclusion",
    "confidentiality",
    "controller-duties",
    "data-subjects",
    "data-types",
    "definitions",
    "deletion",
    "duration",
    "evidence",
    "flow-down",
    "further-outsourcing",
    "instructions",
    "liability",
    "nature",
    "objection",
    "partner",
    "place",
    "precedence",
    "purpose",
    "remuneration",
    "special-categories",
    "sub-partner",
    "sub-processors",
    "sub-processor-notice",
    "subject",
    "survival",
    "telecom-secrecy",
    "termination",
    "third-country",
    "tom",
    "tom-access",
    "tom-accountability",
    "tom-availability",
    "tom-certification",
    "tom-change",
    "tom-confidentiality",
    "tom-configuration",
    "tom-encryption",
    "tom-erasure",
    "tom-governance",
    "tom-integrity",
    "tom-logging",
    "tom-minimisation",
    "tom-physical",
    "tom-pseudonymisation",
    "tom-quality",
    "tom-restoration",
    "tom-retention",
    "tom-storage",
    "tom-testing",
    "tom-transmission",
    "unlawful-instruction",
];

/// A passage that must be there and say something.
struct Demand {
    id: &'static str,
    severity: Severity,
    tag: &'static str,
    /// One of these must occur in it; empty if any words do.
    words: &'static [&'static str],
    /// What the passage says: "regelt …".
    what: &'static str,
}

type Words = &'static [&'static str];

const fn must(id: &'static str, tag: &'static str, words: Words, what: &'static str) -> Demand {
    Demand {
        id,
        severity: Severity::Block,
        tag,
        words,
        what,
    }
}

const fn should(id: &'static str, tag: &'static str, words: Words, what: &'static str) -> Demand {
    Demand {
        id,
        severity: Severity::Warn,
        tag,
        words,
        what,
    }
}

const DEMANDS: &[Demand] = &[
    must("LC-04", "subject", &[], "den Gegenstand der Verarbeitung"),
    must("LC-05", "duration", &[], "die Dauer der Verarbeitung"),
    must("LC-06", "nature", &[], "die Art der Verarbeitung"),
    must("LC-07", "purpose", &[], "den Zweck der Verarbeitung"),
    must(
        "LC-09",
        "special-categories",
        &["9 dsgvo", "9 gdpr", "article 9"],
        "besondere Kategorien nach Art. 9 DSGVO",
    ),
    must(
        "LC-11",
        "controller-duties",
        &[],
        "Rechte und Pflichten des Verantwortlichen",
    ),
    must(
        "LC-12",
        "instructions",
        &["dokumentiert", "documented"],
        "die Bindung an dokumentierte Weisungen",
    ),
    must(
        "LC-13",
        "unlawful-instruction",
        &["rechtswidrig", "verstößt", "infring", "unlawful"],
        "die Mitteilung bei rechtswidrigen Weisungen",
    ),
    should(
        "LC-14",
        "authorised-persons",
        &[],
        "wer Weisungen erteilt und empfängt",
    ),
    must(
        "LC-15",
        "confidentiality",
        &["vertraulich", "verschwiegen", "confidential"],
        "die Verpflichtung zur Vertraulichkeit",
    ),
    should(
        "LC-16",
        "telecom-secrecy",
        &["tdddg"],
        "das Fernmeldegeheimnis nach § 3 TDDDG",
    ),
    should(
        "LC-20",
        "tom-change",
        &[],
        "die Änderung der Maßnahmen ohne Absenken des Schutzes",
    ),
    must(
        "LC-21",
        "sub-processors",
        &["genehmig", "erlaub", "authoris"],
        "die Genehmigung weiterer Auftragsverarbeiter",
    ),
    must(
        "LC-27",
        "flow-down",
        &["haft", "liab"],
        "gleiche Pflichten für weitere Auftragsverarbeiter und die volle Haftung für sie",
    ),
    must(
        "LC-28",
        "further-outsourcing",
        &[],
        "den weiteren Einsatz durch Unterauftragsverarbeiter",
    ),
    must("LC-29", "place", &[], "den Ort der Verarbeitung"),
    must(
        "LC-32",
        "assist-rights",
        &[],
        "die Unterstützung bei Anfragen betroffener Personen",
    ),
    must(
        "LC-33",
        "assist-security",
        &["36"],
        "die Unterstützung bei den Pflichten nach Art. 32 bis 36 DSGVO",
    ),
    must(
        "LC-36",
        "audit",
        &["inspektion", "vor ort", "überprüf", "inspection"],
        "Nachweise und Prüfungen",
    ),
    should(
        "LC-37",
        "audit-conditions",
        &[],
        "die Bedingungen einer Prüfung",
    ),
    should(
        "LC-38",
        "liability",
        &["82"],
        "die Haftung nach Art. 82 DSGVO",
    ),
    should(
        "LC-39",
        "authority",
        &[],
        "die Zusammenarbeit mit der Aufsichtsbehörde",
    ),
    should(
        "LC-40",
        "precedence",
        &[],
        "den Vorrang vor anderen Vereinbarungen",
    ),
    should("LC-42", "termination", &[], "die Beendigung"),
    must(
        "LC-43",
        "conclusion",
        &["elektronisch", "electronic"],
        "den elektronischen Abschluss des Vertrags",
    ),
    must(
        "LC-44",
        "objection",
        &["nichtig", "void"],
        "den Widerspruch und seine Folgen",
    ),
    must("LC-45", "change", &[], "das Angebot neuer Fassungen"),
];

/// Runs every check; findings come in the order of their numbers, good ones included.
pub fn check(contract: &Contract) -> Vec<Finding> {
    let passages = Passages::collect(contract);
    let mut findings: Vec<Finding> = DEMANDS
        .iter()
        .map(|demand| demand.check(&passages))
        .collect();
    findings.extend(figures::check(contract, &passages));
    findings.extend(product_findings(contract));
    findings.extend(measures(contract, &passages));
    findings.extend(named_parties(contract));
    findings.push(version(contract));
    findings.extend(parity::check(contract));
    findings.extend(emptiness(contract));
    findings.extend(passages.unknown());
    findings.sort_by_key(|finding| finding.id);
    findings
}

/// LC-46, second half: the version must not claim to have been valid before it is published.
pub fn valid_from(contract: &Contract, today: NaiveDate) -> Finding {
    let date = contract.meta.valid_from;
    let ok = date >= today;
    let explanation = if ok {
        "„valid_from“ liegt nicht in der Vergangenheit."
    } else {
        "„valid_from“ liegt in der Vergangenheit. Setzen Sie den Tag, ab dem die Fassung angeboten wird."
    };
    Finding::new(
        "LC-46",
        Severity::Block,
        ok,
        explanation,
        place(meta::FILE, 1),
    )
}

/// LC-49 against the catalogue: a product annex for every product that needs an agreement.
pub fn covers_products(contract: &Contract, codes: &[&str]) -> Finding {
    let known = contract.product_codes();
    let missing: Vec<&str> = codes
        .iter()
        .copied()
        .filter(|code| !known.contains(code))
        .collect();
    let explanation = if missing.is_empty() {
        "Jedes Produkt des Katalogs, das einen AVV braucht, hat eine Produktanlage.".to_owned()
    } else {
        format!(
            "Produktanlagen fehlen für: {}. Legen Sie sie im Ordner „produkte“ an.",
            missing.join(", ")
        )
    };
    Finding::new(
        "LC-49",
        Severity::Block,
        missing.is_empty(),
        explanation,
        None,
    )
}

fn place(file: &str, line: usize) -> Option<String> {
    Some(format!("{file}:{line}"))
}

impl Demand {
    fn check(&self, passages: &Passages) -> Finding {
        let Self {
            id,
            severity,
            tag,
            what,
            ..
        } = *self;
        let (ok, text) = if passages.says_nothing(tag) {
            (
                false,
                format!(
                    "Der Vertrag muss {what} regeln. Ergänzen Sie die Stelle und kennzeichnen Sie sie mit „.{tag}“."
                ),
            )
        } else if !self.words.is_empty() && !passages.says(tag, self.words) {
            (
                false,
                format!(
                    "Die mit „.{tag}“ gekennzeichnete Stelle regelt {what} nicht erkennbar. Prüfen Sie den Wortlaut."
                ),
            )
        } else {
            (true, format!("Der Vertrag regelt {what}."))
        };
        Finding::new(id, severity, ok, text, passages.place(tag))
    }
}

/// LC-08, LC-10, LC-49: every product file says which data of whom.
fn product_findings(contract: &Contract) -> Vec<Finding> {
    let texts = contract.texts(contract.meta.binding);
    let mut findings = Vec::new();
    for text in texts.products.values() {
        let passages = Passages::of(std::iter::once(text));
        let mut has_rows = false;
        walk(&text.blocks, &[], &mut |node, _| {
            has_rows |= matches!(&node.kind, Kind::Table { rows, .. } if !rows.is_empty());
        });
        let types = has_rows || !passages.says_nothing("data-types");
        let subjects = !passages.says_nothing("data-subjects")
            || passages.mentions(&["betroffen", "beschäftigte", "data subject", "employees"]);
        let at = place(&text.file, 1);
        findings.push(Finding::new("LC-08", Severity::Block, types, either(types,
            "Die Produktanlage nennt die Arten der Daten.",
            "Die Produktanlage nennt keine Arten von Daten. Ergänzen Sie eine Tabelle mit mindestens einer Zeile."), at.clone()));
        findings.push(Finding::new("LC-10", Severity::Block, subjects, either(subjects,
            "Die Produktanlage nennt die betroffenen Personen.",
            "Die Produktanlage nennt keine betroffenen Personen. Ergänzen Sie die Stelle und kennzeichnen Sie sie mit „.data-subjects“."), at));
    }
    let placed = generated(contract).any(|generator| generator == Generator::Products);
    let ok = placed && !texts.products.is_empty();
    findings.push(Finding::new("LC-49", Severity::Block, ok, either(ok,
        "Die Produktanlagen sind eingebunden.",
        "Der Vertrag bindet keine Produktanlagen ein. Setzen Sie {generate=products} in eine Anlage und legen Sie je Produkt eine Datei im Ordner „produkte“ an."), None));
    findings
}

/// LC-17, LC-18: the annex of measures.
fn measures(contract: &Contract, passages: &Passages) -> Vec<Finding> {
    let texts = contract.texts(contract.meta.binding);
    let annex = texts.annexes.iter().find(|annex| {
        let tagged = annex
            .blocks
            .iter()
            .any(|node| node.tags.iter().any(|tag| tag == "tom"));
        tagged || annex.file.split(['/', '-', '.']).any(|part| part == "tom")
    });
    let Some(annex) = annex else {
        let text = "Die Anlage der technischen und organisatorischen Maßnahmen fehlt. Kennzeichnen Sie ihren Titel mit „.tom“.";
        return vec![Finding::new("LC-17", Severity::Block, false, text, None)];
    };
    let empty = Passages::empty_sections(annex);
    let ok = empty.is_empty() && Passages::text_of(&annex.blocks).split_whitespace().count() > 20;
    let first = empty.first().copied().unwrap_or(1);
    let whole = Finding::new(
        "LC-17",
        Severity::Block,
        ok,
        either(
            ok,
            "Die Anlage der Maßnahmen ist vorhanden, jede Überschrift hat Inhalt.",
            "Die Anlage der Maßnahmen ist leer oder hat eine Überschrift ohne Maßnahme. Nennen Sie zu jeder Überschrift die konkreten Maßnahmen.",
        ),
        place(&annex.file, first),
    );
    let covered = |id, severity, list: &[(&str, &str)], what: &str| {
        let lacking: Vec<String> = list
            .iter()
            .filter(|(tag, _)| passages.says_nothing(tag))
            .map(|(tag, what)| format!("{what} („.{tag}“)"))
            .collect();
        let text = if lacking.is_empty() {
            format!("Die Maßnahmen decken {what} ab.")
        } else {
            format!(
                "In den Maßnahmen fehlt: {}. Ergänzen oder kennzeichnen Sie die Stellen.",
                lacking.join(", ")
            )
        };
        Finding::new(
            id,
            severity,
            lacking.is_empty(),
            text,
            place(&annex.file, 1),
        )
    };
    vec![
        whole,
        covered("LC-18", Severity::Block, ARTICLE_32, "Art. 32 Abs. 1 DSGVO"),
        covered("LC-19", Severity::Warn, ANNEX_III, "die üblichen Bereiche"),
    ]
}

const ARTICLE_32: &[(&str, &str)] = &[
    ("tom-encryption", "Verschlüsselung"),
    ("tom-pseudonymisation", "Pseudonymisierung"),
    ("tom-confidentiality", "Vertraulichkeit"),
    ("tom-integrity", "Integrität"),
    ("tom-availability", "Verfügbarkeit und Belastbarkeit"),
    ("tom-restoration", "Wiederherstellung"),
    ("tom-testing", "regelmäßige Überprüfung"),
];

const ANNEX_III: &[(&str, &str)] = &[
    ("tom-access", "Zugang und Berechtigungen"),
    ("tom-transmission", "Übertragung"),
    ("tom-storage", "Speicherung"),
    ("tom-physical", "Zutritt"),
    ("tom-logging", "Protokollierung"),
    ("tom-configuration", "Konfiguration"),
    ("tom-governance", "Organisation"),
    ("tom-certification", "Zertifizierung"),
    ("tom-minimisation", "Datenminimierung"),
    ("tom-quality", "Datenqualität"),
    ("tom-retention", "Speicherbegrenzung"),
    ("tom-accountability", "Rechenschaft"),
    ("tom-erasure", "Herausgabe und Löschung"),
];

/// LC-01, LC-02, LC-03, LC-25, LC-26: who takes part is named, in a generated block or by
/// placeholders.
fn named_parties(contract: &Contract) -> Vec<Finding> {
    use Placeholder as P;
    let generators: Vec<Generator> = generated(contract).collect();
    let mut always = Vec::new();
    let mut with_sub_partner = Vec::new();
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, conditions| {
            let list = match conditions {
                [] => &mut always,
                [Condition::HasSubPartner] => &mut with_sub_partner,
                _ => return,
            };
            own_text(node, &mut |spans| {
                each_span(spans, &mut |span| {
                    if let Span::Value(placeholder) = span {
                        list.push(*placeholder);
                    }
                })
            });
        });
    }
    let has = |wanted: &[P]| wanted.iter().all(|p| always.contains(p));
    let has_sub = |wanted: &[P]| {
        wanted
            .iter()
            .all(|p| with_sub_partner.contains(p) || always.contains(p))
    };
    let cases = [
        (
            "LC-01",
            "den Auftragsverarbeiter",
            Generator::Parties,
            has(&[
                P::OperatorName,
                P::OperatorAddress,
                P::OperatorRepresentedBy,
            ]),
        ),
        (
            "LC-02",
            "den Auftraggeber",
            Generator::Parties,
            has(&[P::CustomerName, P::CustomerAddress, P::CustomerNumber]),
        ),
        (
            "LC-03",
            "die datenschutzbeauftragte Person",
            Generator::Contacts,
            has(&[P::DpoName, P::DpoEmail]),
        ),
        (
            "LC-25",
            "den Vertriebspartner",
            Generator::SubProcessors,
            has(&[P::PartnerName, P::PartnerAddress, P::PartnerContact]),
        ),
        (
            "LC-26",
            "den Untervertriebspartner",
            Generator::SubProcessors,
            has_sub(&[
                P::SubPartnerName,
                P::SubPartnerAddress,
                P::SubPartnerContact,
            ]),
        ),
    ];
    cases
        .into_iter()
        .map(|(id, who, generator, by_placeholders)| {
            let ok = by_placeholders || generators.contains(&generator);
            let text = if ok {
                format!("Der Vertrag nennt {who} mit Anschrift oder Kontakt.")
            } else {
                format!("Der Vertrag nennt {who} nicht. Setzen Sie {{generate={}}} an die passende Stelle.", generator.word())
            };
            Finding::new(id, Severity::Block, ok, text, None)
        })
        .collect()
}

/// LC-46, first half: number, date and what is new.
fn version(contract: &Contract) -> Finding {
    let meta = &contract.meta;
    let silent = meta
        .languages
        .iter()
        .find(|l| meta.change_note.get(**l).trim().is_empty());
    let (ok, text) = match silent {
        Some(language) => (
            false,
            format!(
                "Die Angabe, was neu ist, fehlt in der Sprache „{}“. Ergänzen Sie „change_note“.",
                language.code()
            ),
        ),
        None if meta.valid_from < meta.date => (
            false,
            "„valid_from“ liegt vor dem Stand des Textes („date“).".to_owned(),
        ),
        None => (
            true,
            format!("Fassung {} mit Stand und Angabe, was neu ist.", meta.number),
        ),
    };
    Finding::new("LC-46", Severity::Block, ok, text, place(meta::FILE, 1))
}

/// LC-48: nothing is empty. References, placeholders and links were checked when the text was read.
fn emptiness(contract: &Contract) -> Vec<Finding> {
    let mut findings = Vec::new();
    for language in &contract.meta.languages {
        for text in contract.texts(*language).all() {
            findings.extend(Passages::empty_sections(text).into_iter().map(|line| {
                Finding::new(
                    "LC-48",
                    Severity::Block,
                    false,
                    "Der Abschnitt ist leer. Füllen oder entfernen Sie ihn.",
                    place(&text.file, line),
                )
            }));
        }
    }
    if findings.is_empty() {
        let text = "Alle Verweise, Platzhalter und Links sind aufgelöst, kein Abschnitt ist leer.";
        findings.push(Finding::new("LC-48", Severity::Block, true, text, None));
    }
    findings
}

fn generated(contract: &Contract) -> impl Iterator<Item = Generator> + use<> {
    let mut found = Vec::new();
    for text in contract.texts(contract.meta.binding).all() {
        walk(&text.blocks, &[], &mut |node, _| {
            if let Kind::Generated(generator) = node.kind {
                found.push(generator);
            }
        });
    }
    found.into_iter()
}

fn either(ok: bool, good: &'static str, bad: &'static str) -> &'static str {
    if ok { good } else { bad }
}

//! Silence, time that passes, or going on, that counts as consent.

use super::meaning::NO;
use super::phrase::Phrase;

/// What says yes.
const YES: &[&str] = &[
    "zustimm",
    "zugestimmt",
    "genehmig",
    "einverst",
    "einwillig",
    "eingewilligt",
    "annahme",
    "angenommen",
    "akzept",
    "anerkannt",
    "gebilligt",
    "billig",
    "bewilligt",
    "angewiesen",
    "ja.",
    "consent",
    "approv",
    "accept",
    "agree",
    "authori",
    "ordered",
    "instructed",
    "erlaubt",
    "freigegeben",
    "verzicht",
    "waive",
    "happy",
    "yes.",
    "leave.",
    "permission",
    "instruction",
    "weisung.",
    "weisungen.",
];
/// What makes something count as what it is not.
const COUNTS: &[&str] = &[
    "gilt.",
    "gelten.",
    "gälte.",
    "gewertet",
    "werten",
    "angesehen",
    "betrachtet",
    "behandelt",
    "verstanden",
    "bedeutet",
    "gleich.",
    "steht.",
    "deemed",
    "considered",
    "regarded",
    "treated",
    "constitute",
    "counts",
    "count.",
    "taken.",
    "presumed",
    "understood",
    "amounts",
    "signif",
    "equals",
    "implies",
    "construed",
    "signal",
    "zeigt.",
    "vermutet",
    "unterstellt",
];
/// Not speaking.
const SILENT: &[&str] = &[
    "schweig",
    "stillschweig",
    "fristablauf",
    "untätig",
    "ausbleib",
    "silence",
    "silent",
    "inaction",
    "absence",
    "verstreich",
    "unanswered",
    "unbeantwortet",
    "failure.",
    "versäum",
    "unterlässt",
    "unterlassen",
    "reaktionslos",
    "widerspruchslos",
    "kommentarlos",
];
/// Speaking, which is denied.
const SPEAKS: &[&str] = &[
    "antwort",
    "geantwortet",
    "widersp",
    "widerspr",
    "einspruch",
    "einwand",
    "einwänd",
    "äußer",
    "geäußert",
    "meld",
    "gemeldet",
    "reagier",
    "reaktion",
    "rühr",
    "beanstand",
    "protest",
    "hör",
    "rückmeld",
    "ablehn",
    "object",
    "respond",
    "response",
    "reply",
    "replies",
    "hear",
    "answer",
    "react",
    "forbid",
    "forbad",
    "reject",
    "refus",
    "oppos",
    "dissent",
];
/// What comes of it without anybody having said yes.
const COMES: &[&str] = &[
    "tritt.",
    "treten.",
    "kraft.",
    "wirksam",
    "verbindlich",
    "ersetzt",
    "vereinbart",
    "replaces",
    "binding",
    "effective",
    "binds",
    "applies",
    "apply",
    "ordered",
    "übernommen",
    "einbezogen",
    "bestandteil",
];

pub(super) fn silence(said: &Phrase<'_>) -> bool {
    let speaks_not = said.near(SPEAKS, NO, 8) || said.in_order(&[&["unless."], SPEAKS], 5);
    // "Still", "silent": whole idioms of not speaking.
    let is_silent = said.has(SILENT)
        || speaks_not
        || said.says(&[
            "bleibt still",
            "bleiben still",
            "bleibt er still",
            "bleiben sie still",
            "lets the",
            "let the",
            "anything short of",
            "läuft die frist ab",
            "nach ablauf der frist",
            "frist verstreichen",
            "nothing is heard",
        ]);
    let goes_on = said.says(&[
        "continued use",
        "carry on using",
        "carries on using",
        "keep using",
        "continuing to",
        "wer weiter",
        "weiterarbeit",
        "weiter benutzt",
        "bei weiterer",
        "fährt der kunde fort",
        "einloggen",
        "anmelden nach",
        "weiternutzung",
        "weitere nutzung",
        "fortgesetzte nutzung",
        "nutzt er",
        "nutzen sie",
        "weiter nutzt",
        "weiterhin nutzt",
        "by using",
        "mit der nutzung",
        "durch nutzung",
        "keeps using",
        "continues to use",
        "mit dem login",
        "by logging",
        "mit unterzeichnung gelten",
        "durch die nutzung",
        "on using",
    ]);
    let counts = said.near(COUNTS, YES, 9);
    let fiction = said.in_order(&[&["gilt.", "gelten."], &["als."], YES], 9)
        || said.in_order(&[&["gilt.", "gelten."], YES, &["als."]], 4)
        || said.in_order(&[&["deemed."], &["to."], &["have."], YES], 4)
        || said.in_order(&[&["deemed.", "considered.", "presumed."], YES], 1)
        || said.in_order(&[COUNTS, &["as."], YES], 4);
    let says_yes = said.clauses().any(|clause| {
        !clause.is_condition
            && clause.has(YES)
            && !clause.has(NO)
            && !clause.has(&["bedarf", "required", "needed"])
    });
    let comes = said
        .clauses()
        .any(|clause| !clause.is_condition && clause.has(COMES) && !clause.has(NO));
    let is_so = fiction
        || (is_silent && (counts || says_yes))
        || (goes_on && (counts || says_yes))
        || (speaks_not && comes);
    is_so && !denies(said)
}

/// "Gilt nicht als", "lediglich keinen Einspruch erhoben".
fn denies(said: &Phrase<'_>) -> bool {
    said.in_order(&[&["schweig", "silence"], NO], 5)
        || said.in_order(&[&["gilt.", "deemed", "counts", "gelten."], NO], 2)
        || said.in_order(&[NO, COUNTS], 2)
        || said.in_order(&[NO, &["be."], COUNTS], 0)
        || said.says(&[
            "lediglich",
            "nothing else may be read",
            "nicht mehr als",
            "no more than that",
            "keine zustimmung",
            "kein einverständnis",
            "no consent",
            "noch keine",
            "nur dass kein",
            "bedeutet nur",
        ])
}

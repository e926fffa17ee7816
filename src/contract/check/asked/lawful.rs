//! Wording that may take back what the law requires, or put it on the wrong party.

use super::law::{citation, elsewhere, old_law};
use super::periods::period;
use super::phrase::Phrase;
use super::roles::{one_sided, own_purpose, passive, wrong_role};
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::Meta;

/// What the processor owes, or the controller may ask for.
const OWED: &[&str] = &[
    "instructions",
    "unlawful-instruction",
    "confidentiality",
    "telecom-secrecy",
    "tom",
    "tom-change",
    "sub-processors",
    "sub-processor-notice",
    "flow-down",
    "place",
    "third-country",
    "assist-rights",
    "assist-security",
    "breach",
    "deletion",
    "audit",
    "audit-conditions",
    "liability",
    "authority",
    "termination",
    "objection",
    "change",
    "purpose",
];

pub(super) const NO: &[&str] = &[
    "nicht.", "kein", "nie.", "niemals.", "weder.", "not.", "no.", "never.", "none.", "neither.",
    "cannot.", "nor.",
];

const GONE: &[&str] = &[
    "ausgeschlossen",
    "ausschluss",
    "entfällt.",
    "entfallen.",
    "verzicht",
    "unterbleib",
    "befreit",
    "entbunden",
    "waive",
    "excluded.",
    "exempt",
    "prohibited",
    "untersagt",
    "unzulässig",
];

pub(super) fn ask(at: &Spot<'_>, said: &Phrase<'_>, meta: &Meta, finder: &mut Finder) {
    let mut on = |kind: Q, is_so: bool| {
        if is_so {
            finder.ask(kind, at, said.text);
        }
    };
    on(Q::Negation, at.is_about(OWED) && takes_back(said));
    on(Q::Silence, silence(said));
    on(Q::Payment, payment(said));
    on(Q::Cap, cap(said));
    on(Q::AsARule, at.is_about(OWED) && as_a_rule(said));
    on(Q::Period, period(at, said, meta));
    on(Q::WrongRole, wrong_role(at, said));
    on(Q::OwnPurpose, own_purpose(said));
    let is_notice = at.is_about(&[
        "sub-processor-notice",
        "sub-processors",
        "partner",
        "sub-partner",
        "delimitation",
        "flow-down",
        "further-outsourcing",
        "change",
        "tom-change",
    ]);
    on(Q::PassiveNotice, is_notice && passive(said));
    on(Q::OneSided, one_sided(said));
    on(Q::OldLaw, old_law(said));
    on(Q::Citation, citation(said));
    on(Q::MissingDocument, elsewhere(at, said));
}

/// A negation that is neither part of a condition nor of a common protective phrase.
fn takes_back(said: &Phrase<'_>) -> bool {
    if said.has(GONE) {
        return true;
    }
    // What silence means has a question of its own.
    if said.has(&["schweig", "silence"]) {
        return false;
    }
    // "Nicht ohne Zustimmung", "nicht nur", "es sei denn": the negation limits something else.
    const BEHIND: &[&str] = &[
        "nur",
        "ohne",
        "mehr",
        "selbst",
        "länger",
        "sinken",
        "unterschritten",
        "abgesenkt",
        "only",
        "without",
        "longer",
        "merely",
        "zuletzt",
        "later",
        "später",
        "less",
        "limited",
        "beschränkt",
    ];
    const BEFORE: &[&str] = &[
        "soweit", "sofern", "wenn", "falls", "solange", "if", "unless", "where", "if", "ob",
        "whether", "noch", "und", "gar",
    ];
    let words = said.words();
    words.iter().enumerate().any(|(place, word)| {
        let is_negation = NO.iter().any(|no| match no.strip_suffix('.') {
            Some(whole) => word == whole,
            None => word.starts_with(no),
        });
        if !is_negation {
            return false;
        }
        let behind = words.iter().skip(place + 1).take(2);
        let mut before = words.iter().take(place).rev().take(3);
        !behind
            .into_iter()
            .any(|word| BEHIND.contains(&word.as_str()))
            && !before.any(|word| BEFORE.contains(&word.as_str()))
    })
}

fn silence(said: &Phrase<'_>) -> bool {
    const YES: &[&str] = &[
        "zustimm",
        "zugestimmt",
        "genehmig",
        "einverst",
        "einwillig",
        "annahme",
        "angenommen",
        "akzept",
        "erteilt",
        "anerkannt",
        "consent",
        "approv",
        "accept",
        "agree",
        "authori",
    ];
    let counts = said.in_order(
        &[&["gilt.", "gelten.", "gälte.", "gilt"], &["als."], YES],
        8,
    ) || said.in_order(
        &[
            &["gilt.", "gelten."],
            YES,
            &["als."],
            &["erteilt", "gegeben"],
        ],
        8,
    ) || said.near(
        &["deemed", "considered", "regarded", "treated", "constitute"],
        YES,
        8,
    ) || said.in_order(&[&["gilt.", "gelten."], YES], 3)
        && said.near(
            &["widersp", "einspruch", "einwand", "äußer", "frist"],
            NO,
            12,
        );
    let is_silent = said.near(
        &[
            "schweig",
            "silence",
            "stillschweig",
            "fristablauf",
            "untätig",
            "inaction",
        ],
        YES,
        10,
    );
    let denied = said.in_order(&[&["schweig", "silence"], NO], 4)
        || said.in_order(&[&["gilt.", "deemed"], NO], 2)
        || said.in_order(&[NO, &["deemed"]], 2);
    (counts || is_silent) && !denied
}

fn payment(said: &Phrase<'_>) -> bool {
    const MONEY: &[&str] = &[
        "vergüt",
        "entgelt",
        "kostenpflicht",
        "kosten.",
        "mehrkosten",
        "aufwand.",
        "aufwände",
        "aufwendung",
        "honorar",
        "stundens",
        "tagess",
        "gebühr",
        "zahlung",
        "rechnung.",
        "pauschale",
        "remunerat",
        "fee.",
        "fees.",
        "charge",
        "invoice",
        "payment",
        "paid",
        "expense",
        "costs.",
        "cost.",
        "rates.",
        "reimburs",
    ];
    // Of measures the law itself weighs the costs.
    const FREE: &[&str] = &[
        "implementierungskosten",
        "costs of implementation",
        "cost of implementation",
        "unentgeltlich",
        "kostenlos",
        "kostenfrei",
        "ohne kosten",
        "ohne gesonderte vergütung",
        "ohne zusätzliche",
        "abgegolten",
        "nicht von einer zahlung abhängig",
        "free of charge",
        "at no cost",
        "no additional cost",
        "without charge",
        "zahlungsdaten",
        "payment data",
    ];
    said.has(MONEY) && !said.says(FREE)
}

fn cap(said: &Phrase<'_>) -> bool {
    let liable = &[
        "haft",
        "schadenersatz",
        "schadensersatz",
        "ersatzpflicht",
        "liab",
        "damages",
        "indemn",
    ];
    const LIMIT: &[&str] = &[
        "begrenz",
        "beschränk",
        "höchst",
        "maximal",
        "obergrenze",
        "ausgeschlossen",
        "ausschluss",
        "limit",
        "cap.",
        "capped",
        "exceed",
        "exclu",
        "summe.",
        "betrag",
        "euro.",
        "eur.",
        "amount",
        "nur.",
        "only.",
        "solely.",
        "leicht",
        "einfach",
    ];
    let free = said.says(&[
        "nicht beschränk",
        "nicht begrenz",
        "unbeschränkt",
        "unbegrenzt",
        "beschränken diese haftung nicht",
        "not limit",
        "unlimited",
        "no limitation",
        "nicht ausgeschlossen",
    ]);
    said.has(liable) && !free && (said.has(LIMIT) || said.near(liable, NO, 4))
}

fn as_a_rule(said: &Phrase<'_>) -> bool {
    said.says(&[
        "in der regel",
        "im regelfall",
        "nach möglichkeit",
        "soweit möglich",
        "wenn möglich",
        "üblicherweise",
        "normalerweise",
        "grundsätzlich",
        "bemüht sich",
        "bemühen",
        "soweit zumutbar",
        "wirtschaftlich zumutbar",
        "angemessene anstrengung",
        "nach eigenem ermessen",
        "as a rule",
        "normally",
        "usually",
        "generally ",
        "typically",
        "reasonable efforts",
        "reasonable endeavours",
        "best efforts",
        "where possible",
        "if possible",
        "endeavour",
        "at its discretion",
        "at its sole discretion",
        "soll nach möglichkeit",
        "zeitnah",
        "in angemessener zeit",
    ])
}

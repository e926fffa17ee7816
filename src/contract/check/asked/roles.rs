//! Who does and decides: duties and choices of the wrong party, purposes of one's own, changes by one alone.

use super::Spot;
use super::lawful::NO;
use super::phrase::Phrase;

/// What the processor does, and never the controller.
const PROCESSORS_DUTY: &[&str] = &[
    "unlawful-instruction",
    "confidentiality",
    "tom",
    "flow-down",
    "sub-processor-notice",
    "assist-rights",
    "assist-security",
    "breach",
    "deletion",
    "audit",
];

const PROCESSOR: &[&str] = &[
    "auftragnehmer",
    "auftragsverarbeiter",
    "anbieter",
    "dienstleister",
    "provider",
    "processor",
    "vendor",
    "supplier",
];

const CONTROLLER: &[&str] = &[
    "auftraggeber",
    "verantwortliche",
    "kunde.",
    "kunden.",
    "controller",
    "customer",
    "client",
];

/// Verbs of the duties in [`PROCESSORS_DUTY`].
const DOES: &[&str] = &[
    "informier",
    "meld",
    "unterricht",
    "teilt.",
    "weist.",
    "lösch",
    "gibt.",
    "unterstütz",
    "stellt.",
    "gewährleist",
    "verpflicht",
    "leitet.",
    "muss.",
    "hat.",
    "benachrichtig",
    "trifft.",
    "sorgt.",
    "shall",
    "must.",
    "inform",
    "notif",
    "delet",
    "return",
    "assist",
    "make",
    "ensure",
    "forward",
    "will.",
    "implement",
];

pub(super) fn wrong_role(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const THEIRS: &[&str] = &[
        "wahl.",
        "weisung",
        "genehmigung",
        "zustimmung",
        "ermessen",
        "verlangen",
        "wunsch",
        "choice",
        "instruction",
        "discretion",
        "option.",
        "election",
    ];
    let choice = said.in_order(&[THEIRS, &["des.", "der.", "of."], PROCESSOR], 1)
        || said.in_order(&[PROCESSOR, &["s."], THEIRS], 0);
    if choice {
        return true;
    }
    if !at.is_about(PROCESSORS_DUTY) {
        return false;
    }
    // The one who acts stands first: "Der Auftraggeber informiert den Auftragnehmer …".
    let (controller, processor) = (said.place(CONTROLLER), said.place(PROCESSOR));
    let first = said.words().first().map(String::as_str);
    let acts = said.in_order(&[CONTROLLER, DOES], 0);
    let begins = matches!(first, Some("der" | "die" | "the")) && controller == Some(1)
        || controller == Some(0);
    begins && acts && processor.is_none_or(|place| controller.is_some_and(|own| own < place))
}

pub(super) fn own_purpose(said: &Phrase<'_>) -> bool {
    let own = said.says(&[
        "eigene zwecke",
        "eigenen zwecken",
        "zu eigenen zwecken",
        "eigene geschäftszwecke",
        "verbesserung seiner",
        "produktverbesserung",
        "eigene auswertung",
        "own purposes",
        "its own business",
        "improve its",
        "improving its",
        "develop its",
        "train",
        "werbezwecke",
    ]) || said.near(
        &["anonym"],
        &["nutz", "verwend", "auswert", "use.", "using", "analy"],
        8,
    );
    own && !said.has(NO) && !said.says(&["schulung", "training of", "trained", "trainings"])
}

pub(super) fn passive(said: &Phrase<'_>) -> bool {
    let page = said.says(&[
        "homepage",
        "webseite",
        "website",
        "internetseite",
        "web page",
        "portal",
        "url",
        "online",
    ]);
    let told = said.says(&[
        "e-mail",
        "email",
        "textform",
        "schriftlich",
        "in writing",
        "text form",
        "benachrichtig",
        "notif",
    ]);
    page && !told
}

pub(super) fn one_sided(said: &Phrase<'_>) -> bool {
    let alters = &[
        "änder", "anpass", "ergänz", "amend", "modif", "updat", "chang",
    ];
    said.near(&["einseitig", "unilateral"], alters, 10)
        || said.has(alters)
            && said.says(&[
                "vertrag",
                "vereinbarung",
                "bedingungen",
                "klauseln",
                "agreement",
                "terms",
                "dpa",
            ])
            && said.says(&[
                "jederzeit",
                "at any time",
                "from time to time",
                "nach eigenem ermessen",
                "discretion",
            ])
            && said.has(PROCESSOR)
}

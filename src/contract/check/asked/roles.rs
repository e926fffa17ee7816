//! Who does and who chooses: a duty of the processor that is put on the controller, and a choice of the controller
//! that is the processor's.

use super::Spot;
use super::cast::{Part, Party};
use super::meaning::NO;
use super::phrase::{Phrase, begins};

/// What the processor owes, with the verbs of the action as the one who owes it does it.
const VERBS: &[(&str, &[&str])] = &[
    (
        "instructions",
        &[
            "folgt.",
            "folgen.",
            "befolg",
            "hält.",
            "handle.",
            "follow",
            "obey",
            "compl",
            "gehorch",
            "richtet.",
            "verarbeitet.",
        ],
    ),
    (
        "third-country",
        &[
            "beizubringen",
            "beibring",
            "garantie",
            "safeguard",
            "sorg",
            "ensure",
        ],
    ),
    (
        "sub-processors",
        &["ermittel", "erkundig", "meldet.", "nennt."],
    ),
    (
        "tom-change",
        &["unterrichtet.", "informiert.", "erkundig", "überwacht."],
    ),
    (
        "unlawful-instruction",
        &[
            "informier",
            "unterricht",
            "teilt.",
            "mitteil",
            "mitzuteil",
            "weist.",
            "hinweis",
            "hinzuweis",
            "meld",
            "sagt.",
            "warn",
            "inform",
            "notif",
            "tell",
            "alert",
            "flag",
            "advise",
        ],
    ),
    (
        "confidentiality",
        &[
            "verpflicht",
            "sorg",
            "gewährleist",
            "bind",
            "ensure",
            "make.",
            "makes",
            "belehr",
            "train",
            "swear",
            "stellt.",
            "sicherstell",
            "sicherzustell",
            "procure",
        ],
    ),
    (
        "telecom-secrecy",
        &["verpflicht", "sorg", "gewährleist", "bind", "ensure"],
    ),
    (
        "tom",
        &[
            "sorg",
            "sicher",
            "schütz",
            "gewährleist",
            "trifft.",
            "treffen",
            "implement",
            "secur",
            "protect",
            "ensure",
            "maintain",
            "verantwort",
            "ergreif",
            "responsib",
        ],
    ),
    (
        "flow-down",
        &[
            "haft",
            "einsteh",
            "einzusteh",
            "steht.",
            "schließt.",
            "schließen.",
            "liable",
            "responsib",
            "answer",
            "contract",
            "conclude",
            "bürg",
            "verantwort",
            "bears",
            "bear.",
        ],
    ),
    (
        "sub-processor-notice",
        &[
            "informier",
            "erkundig",
            "ermittel",
            "nachfrag",
            "nachzufragen",
            "inquire",
            "enquire",
            "find.",
            "unterricht",
            "inform",
            "notif",
            "kündigt.",
            "zeigt.",
            "announce",
        ],
    ),
    (
        "assist-rights",
        &[
            "unterstütz",
            "hilf",
            "helf",
            "hand.",
            "assist",
            "help",
            "support",
            "leitet.",
            "forward",
        ],
    ),
    (
        "assist-security",
        &[
            "unterstütz",
            "hilf",
            "helf",
            "hand.",
            "assist",
            "help",
            "support",
        ],
    ),
    (
        "breach",
        &[
            "meld",
            "informier",
            "unterricht",
            "benachrichtig",
            "teilt.",
            "zeigt.",
            "anzeig",
            "detect",
            "report",
            "inform",
            "notif",
            "tell",
            "entdeck",
            "erkenn",
            "überwach",
            "monitor",
        ],
    ),
    (
        "deletion",
        &[
            "löscht.",
            "deletes",
            "delete.",
            "erase.",
            "erases",
            "vernichtet.",
            "destroys",
            "wipes",
        ],
    ),
    (
        "audit",
        &[
            "duld",
            "vorleg",
            "vorzuleg",
            "stellt.",
            "gewähr",
            "ermöglich",
            "tolerat",
            "available",
            "submit",
            "allow",
            "demonstrate",
            "nachweis",
            "nachzuweis",
            "belegt.",
            "permit",
        ],
    ),
    (
        "liability",
        &[
            "freistell",
            "freizustell",
            "stellt.",
            "indemnif",
            "hold.",
            "erstattet",
            "ersetzt",
            "reimburse",
            "haftet.",
            "haften.",
            "frei.",
            "hält.",
            "übernehmen",
            "übernimmt",
            "bears",
            "bear.",
        ],
    ),
    (
        "authority",
        &[
            "haftet",
            "freistell",
            "freizustell",
            "übernehmen",
            "übernimmt",
            "bears",
            "bear.",
            "pays",
            "indemnif",
        ],
    ),
];

/// What belongs to the controller to choose.
const THEIRS: &[&str] = &[
    "wahl.",
    "weisung",
    "anweisung",
    "anordnung",
    "vorgabe",
    "genehmigung",
    "zustimmung",
    "ermessen",
    "belieben",
    "wunsch",
    "choice",
    "instruction",
    "direction",
    "discretion",
    "option.",
    "election",
    "approval",
    "convenience",
];

pub(super) fn wrong_role(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    chosen_by_processor(at, said) || done_by_controller(at, said) || left_to_controller(at, said)
}

/// "Nach Wahl des Auftragnehmers", "as the processor directs".
fn chosen_by_processor(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    let words = said.words();
    let owned = said.mentions().iter().any(|one| {
        let before = words
            .get(one.at.saturating_sub(3)..one.at)
            .unwrap_or_default();
        let behind = words
            .get(one.at + 1..(one.at + 4).min(words.len()))
            .unwrap_or_default();
        let next = behind.iter().filter(|word| *word != "s").take(2);
        one.party == Party::Processor
            && matches!(one.part, Part::Owns | Part::Gets)
            && (before.iter().rev().take(3).any(|word| begins(word, THEIRS))
                || one.part == Part::Owns && next.into_iter().any(|word| begins(word, THEIRS)))
    });
    let by_us = said.in_order(&[&["unserer.", "unsere.", "our."], THEIRS], 1);
    let directs = at.is_about(&["instructions", "deletion"])
        && said.clauses().any(|clause| {
            clause.actor == Some(Party::Processor)
                && clause.names_actor
                && clause.has(&[
                    "direct",
                    "instructs",
                    "anweist",
                    "vorgibt",
                    "vorschreibt",
                    "anordnet",
                    "orders",
                ])
                && !clause.has(NO)
        });
    // Approval of an audit, a legal instruction and the like are asked for by the processor in both cases.
    (owned || by_us || directs) && !said.says(&["nicht von der zustimmung", "not subject to"])
}

/// "Der Auftraggeber informiert den Auftragnehmer …", where it has to be the other way round.
fn done_by_controller(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const FREE: &[&str] = &[
        "kann.",
        "können.",
        "darf.",
        "dürfen.",
        "may.",
        "can.",
        "could.",
        "recht.",
        "berechtigt",
        "right.",
        "entitled",
        "wünsch",
        "möcht",
        "verlang",
        "if.",
    ];
    let Some((_, verbs)) = VERBS.iter().find(|(tag, _)| *tag == at.tag()) else {
        return false;
    };
    said.clauses().any(|clause| {
        clause.actor == Some(Party::Controller)
            && !clause.is_condition
            && clause.names_actor
            && clause.words.len() > 2
            && !clause.has(&["wahl.", "wählt", "choos", "choice", "entscheid", "decid"])
            && clause.has(verbs)
            && !clause.has(NO)
            && !clause.has(FREE)
            && !clause.has(&["will.", "wish"][1..])
            && !said.says(&[
                "meldet nicht",
                "sondern der",
                "shall be informed",
                "is informed",
                "wird informiert",
                "aufsichtsbehörde und",
                "stellt der auftragnehmer",
            ])
    })
}

/// "Obliegt dem Kunden", "rests with Customer", "is left to you".
fn left_to_controller(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const LEFT: &[&str] = &[
        "obliegt",
        "obliegen",
        "überlassen",
        "verbleibt",
        "sache.",
        "aufgabe.",
        "zuständig",
        "zulasten",
        "lasten.",
        "last.",
        "hand.",
        "pflicht.",
        "rest.",
        "rests",
        "lies.",
        "lie.",
        "falls.",
        "up.",
        "left.",
        "incumbent",
        "responsib",
        "burden",
        "job.",
        "task",
        "duty.",
    ];
    const BEHIND: &[&str] = &["überlassen.", "ob.", "obliegt.", "zufallen", "aufgegeben"];
    const LAWFUL: &[&str] = &[
        "rechtmäßigkeit",
        "zulässigkeit",
        "lawful",
        "legal basis",
        "wahl",
        "chooses",
        "choice",
        "entscheidung",
        "decision",
        "unbenommen",
        "impact assessment is",
        "verantwortlich bleibt",
        "between you and them, and",
    ];
    let about = VERBS.iter().any(|(tag, _)| *tag == at.tag())
        || at.is_about(&["sub-processors", "change", "partner"]);
    let words = said.words();
    let is_left = |one: &super::cast::Mention| {
        let before = words
            .get(one.at.saturating_sub(4)..one.at)
            .unwrap_or_default();
        let behind = words
            .get(one.at + 1..(one.at + 5).min(words.len()))
            .unwrap_or_default();
        one.party == Party::Controller
            && (before.iter().any(|word| begins(word, LEFT))
                || behind.iter().take(3).any(|word| begins(word, BEHIND)))
    };
    let is_his = said.clauses().any(|clause| {
        clause.actor == Some(Party::Controller)
            && clause.names_actor
            && (clause.has(&["responsible", "gehalten."])
                || clause.in_order(
                    &[
                        &["ist.", "is.", "are."],
                        &["zuständig", "verantwortlich.", "gehalten", "responsible"],
                    ],
                    8,
                ))
    });
    about && (said.mentions().iter().any(is_left) || is_his) && !said.has(NO) && !said.says(LAWFUL)
        || between_others(at, said)
}

/// "That is between you and them": the processor keeps out of what it answers for.
fn between_others(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    at.is_about(&["flow-down", "sub-processors"])
        && (said.in_order(
            &[
                &["between."],
                &["you.", "customer.", "client.", "controller."],
                &["and."],
            ],
            1,
        ) || said.says(&[
            "unmittelbar gegen diese",
            "directly against them",
            "nur an diese",
        ]))
}

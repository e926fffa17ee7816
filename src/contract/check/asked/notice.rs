//! Changes that are shown on a page and told to nobody, and an agreement that one party changes alone.

use super::Spot;
use super::cast::Party;
use super::meaning::NO;
use super::phrase::Phrase;

pub(super) fn passive(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const ABOUT: &[&str] = &[
        "sub-processor-notice",
        "sub-processors",
        "partner",
        "sub-partner",
        "delimitation",
        "flow-down",
        "further-outsourcing",
        "change",
        "tom-change",
        "breach",
        "tom",
    ];
    const PAGE: &[&str] = &[
        "homepage",
        "webseite",
        "website",
        "webs",
        "internetseite",
        "internetpräsenz",
        "internetauftritt",
        "internet.",
        "portal",
        "kundenportal",
        "statusseite",
        "seite.",
        "url.",
        "online",
        "link.",
        "page.",
        "pages.",
        "site.",
        "dashboard",
        "changelog",
        "blog",
        "release",
        "kundenbereich",
        "intranet",
        "aushang",
        "web.",
        "webpage",
        "hub.",
        "statuspage",
        "hilfebereich",
        "hilfeseite",
    ];
    const SHOWN: &[&str] = &[
        "veröffentlich",
        "bekannt",
        "einseh",
        "einzuseh",
        "abruf",
        "abgerufen",
        "nachseh",
        "nachzuseh",
        "nachschau",
        "schau",
        "nachles",
        "überprüf",
        "prüf",
        "informier",
        "publish",
        "post.",
        "posted",
        "posting",
        "appear",
        "consult",
        "check",
        "look",
        "visit",
        "review",
        "abreast",
        "displayed",
        "shown",
        "listed",
        "find",
        "found",
        "aktualisier",
        "gepflegt",
        "ausgewiesen",
        "angezeigt",
        "ersichtlich",
        "bereitgestellt",
        "updat",
        "monitor",
        "keep.",
        "stellt.",
        "bereitstellung",
        "eingestellt",
        "hinterlegt",
        "changes.",
        "change.",
        "stehen.",
        "steht.",
        "list.",
    ];
    const TOLD: &[&str] = &[
        "e-mail",
        "email",
        "mail ",
        "textform",
        "schriftlich",
        "in writing",
        "text form",
        "benachrichtig",
        "notif",
        "message",
        "nachricht",
        "brief ",
        "letter",
    ];
    let told = said.says(TOLD)
        && !said.near(
            &[
                "mail",
                "message",
                "nachricht",
                "benachrichtig",
                "notif",
                "mitteil",
                "hinweis",
                "unterricht",
            ],
            NO,
            5,
        );
    // An address of a page, and being told to look oneself.
    let is_address = said
        .text
        .split_whitespace()
        .any(|word| word.contains('/') && word.contains('.') && !word.contains('@'));
    let look = said.says(&[
        "schauen sie",
        "sehen sie",
        "have a look",
        "look there",
        "selbst nachsehen",
        "selbst nachschauen",
        "unterrichtet sich",
        "informiert sich",
        "keep an eye",
        "halten sie sich",
    ]);
    at.is_about(ABOUT)
        && (look || said.has(PAGE) || is_address)
        && (look || said.has(SHOWN))
        && !told
        && !is_convenience(said)
}

fn is_convenience(said: &Phrase<'_>) -> bool {
    said.says(&[
        "convenience only",
        "zusätzlich",
        "daneben",
        "in addition",
        "ersetzt nicht",
        "does not replace",
        "nur ergänzend",
        "annimmt",
        "accept",
        "zustimm",
    ])
}

/// The processor changes the agreement without the controller.
pub(super) fn one_sided(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const ALTER: &[&str] = &[
        "änder",
        "geänder",
        "anpass",
        "anzupass",
        "angepasst",
        "ergänz",
        "neu.",
        "amend",
        "modif",
        "updat",
        "chang",
        "revis",
        "replac",
        "ersetz",
        "vary.",
        "alter",
    ];
    const MAY: &[&str] = &[
        "kann.",
        "können.",
        "darf.",
        "dürfen.",
        "berechtigt",
        "vorbehalt",
        "behält",
        "may.",
        "can.",
        "entitled",
        "reserve",
        "free.",
    ];
    const DEAL: &[&str] = &[
        "vertrag",
        "vereinbarung",
        "bedingungen",
        "klauseln",
        "fassung",
        "agreement",
        "terms.",
        "dpa.",
        "addendum",
        "contract",
        "clauses",
    ];
    let single = said.near(&["einseitig", "unilateral"], ALTER, 10) && !said.has(NO);
    let alone = said.clauses().any(|clause| {
        clause.actor == Some(Party::Processor)
            && clause.has(ALTER)
            && clause.has(MAY)
            && (at.is_about(&["change"]) || clause.has(DEAL))
            && !clause.has(NO)
            && !clause.is_condition
    });
    let asked = said.has(&[
        "zustimm",
        "annimm",
        "angenommen",
        "einverst",
        "consent",
        "accept",
        "agree.",
        "agrees",
        "vorschlag",
        "propos",
        "vorschlagen",
    ]);
    let whichever = at.is_about(&["change"])
        && said.says(&[
            "jeweils aktuelle",
            "jeweils gültige",
            "jeweils geltende",
            "from time to time",
            "then-current",
            "as amended by",
        ]);
    let any_time = said.has(ALTER)
        && said.has(DEAL)
        && said.says(&["jederzeit", "at any time", "from time to time"])
        && said
            .mentions()
            .iter()
            .any(|one| one.party == Party::Processor);
    single || ((alone || any_time || whichever) && !asked)
}

/// Protection that may become less.
pub(super) fn lowers(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const LESS: &[&str] = &[
        "senk",
        "absenk",
        "abzusenk",
        "niedriger",
        "herabsetz",
        "herabzusetz",
        "verringer",
        "abschwäch",
        "unterschreit",
        "schwächer",
        "geringer",
        "schlechter",
        "weniger",
        "reduc",
        "lower",
        "weaken",
        "less.",
        "downgrad",
        "relax",
        "drop",
        "abbau",
        "diminish",
        "decreas",
        "scale",
    ];
    const MAY: &[&str] = &[
        "kann.",
        "können.",
        "darf.",
        "dürfen.",
        "may.",
        "can.",
        "berechtigt",
        "entitled",
        "even.",
        "auch.",
        "even",
        "jederzeit",
    ];
    at.is_about(&["tom", "tom-change"])
        && said.clauses().any(|clause| {
            clause.has(LESS)
                && !clause.has(NO)
                && (clause.has(MAY) || said.has(MAY))
                && !clause.has(&["risik", "risk"])
        })
        && !said.has(&[
            "sofern",
            "provided",
            "solange",
            "vorausgesetzt",
            "unzulässig",
        ])
        && !said.near(LESS, NO, 6)
}

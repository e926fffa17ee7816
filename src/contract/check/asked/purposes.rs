//! Data for purposes of the processor's own: products, statistics, advertising, models, sale.

use super::cast::Party;
use super::meaning::NO;
use super::phrase::{Clause, Phrase};

pub(super) fn own_purpose(said: &Phrase<'_>) -> bool {
    said.clauses()
        .any(|clause| is_own(&clause) && !is_denied(&clause, said))
}

fn is_own(clause: &Clause<'_>) -> bool {
    /// What is somebody's own.
    const OWN: &[&str] = &["eigen", "own."];
    const AIM: &[&str] = &[
        "zweck",
        "werb",
        "tarif",
        "produkt",
        "statist",
        "auswert",
        "forsch",
        "marktforsch",
        "nutzung",
        "analy",
        "geschäft",
        "interess",
        "dienst",
        "angebot",
        "marketing",
        "purpose",
        "business",
        "product",
        "research",
        "market",
        "service",
        "model",
        "modell",
        "benefit",
        "advertis",
        "development",
        "use.",
        "entwickl",
        "weiterentwickl",
        "vorteil",
        "ends.",
        "preis",
        "tarif",
        "vergleich",
    ];
    /// What nobody does for the controller.
    const GAIN: &[&str] = &[
        "trainier",
        "training.",
        "train.",
        "anlern",
        "produktverbesser",
        "dienstverbesser",
        "serviceverbesser",
        "sprachmodell",
        "modelle.",
        "models.",
        "machine",
        "vermarkt",
        "verkauf",
        "sell.",
        "sells.",
        "sold",
        "selling",
        "monetis",
        "monetiz",
        "pitch",
        "advertis",
        "benchmark",
        "zielgruppe",
        "insight",
        "profile.",
        "werbezweck",
        "bewerb",
        "upsell",
        "marktforsch",
        "werbung",
        "veräußer",
        "mitverdien",
        "provision",
        "trends.",
        "resell",
        "weiterverkauf",
    ];
    const USE: &[&str] = &[
        "nutz",
        "genutz",
        "verwend",
        "auswert",
        "wertet.",
        "ausgewert",
        "verwert",
        "exploit",
        "use.",
        "uses.",
        "using",
        "used.",
        "analy",
        "schauen.",
        "look.",
        "help.",
        "retain",
        "keep",
        "learn",
        "remain",
        "verbleib",
        "behält",
        "darf.",
        "dürfen.",
        "may.",
        "can.",
        "berechtigt",
        "entitled",
        "entwickeln",
        "develop",
        "verbesser",
        "improv",
        "derive",
        "promote",
        "bewerben",
        "include",
    ];
    const BETTER: &[&str] = &[
        "verbesser",
        "weiterentwick",
        "optimier",
        "improv",
        "enhanc",
        "develop",
        "entwickel",
    ];
    const THING: &[&str] = &[
        "produkt",
        "dienst",
        "leistung",
        "angebot",
        "software",
        "system",
        "algorithm",
        "product",
        "service",
        "offering",
        "platform",
        "plattform",
        "app.",
    ];
    const HIDDEN: &[&str] = &[
        "anonym",
        "pseudonym",
        "aggreg",
        "deidentif",
        "de-identif",
        "zusammengefasst",
    ];
    const PLAIN: &[&str] = &[
        "zweck",
        "werb",
        "statist",
        "forsch",
        "marktforsch",
        "analy",
        "interess",
        "marketing",
        "purpose",
        "research",
        "benefit",
        "market",
    ];
    let own = clause.near(OWN, PLAIN, 3) || clause.near(OWN, AIM, 3) && clause.has(USE);
    let gain = clause.has(GAIN) && clause.has(USE);
    let better = clause.near(BETTER, THING, 5)
        && (clause.has(USE) || clause.actor == Some(Party::Processor))
        && clause.actor != Some(Party::Controller);
    let hidden = clause.near(HIDDEN, USE, 8)
        && clause.actor == Some(Party::Processor)
        && !clause.has(&["test", "entwicklungsumgeb"]);
    own && clause.actor != Some(Party::Controller) || gain || better || hidden
}

fn is_denied(clause: &Clause<'_>, said: &Phrase<'_>) -> bool {
    clause.has(NO)
        || said.says(&[
            "schulung",
            "training of",
            "trained",
            "trainings",
            "in eigenem namen",
            "eigenen beschäftigten",
            "verboten",
            "untersagt",
            "prohibited",
            "unzulässig",
            "neither",
            "weder",
            "scheidet",
            "ausgeschlossen",
            "stays outside",
            "bleibt außen",
            "kommt nicht",
        ])
        || said.has(&["niemals", "never"])
}

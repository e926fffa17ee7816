//! Words that make a duty a mere habit, an attempt, or a choice of the one who owes it.

use super::Spot;
use super::cast::{Cast, Party};
use super::meaning::{NO, OWED, duties};
use super::phrase::{Clause, Phrase};

/// "In der Regel", "where practicable": the duty holds only sometimes.
pub(super) fn as_a_rule(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const SOMETIMES: &[&str] = &[
        "in der regel",
        "im regelfall",
        "im allgemeinen",
        "im normalfall",
        "nach möglichkeit",
        "wenn möglich",
        "wo möglich",
        "üblicherweise",
        "gewöhnlich",
        "normalerweise",
        "gemeinhin",
        "meistens",
        "meist ",
        "zumeist",
        "weitgehend",
        "grundsätzlich",
        "bemüht",
        "bemühen",
        "bestrebt",
        "nach kräften",
        "nach besten kräften",
        "soweit zumutbar",
        "wirtschaftlich zumutbar",
        "zumutbar erscheint",
        "angemessene anstrengung",
        "zeitnah",
        "in angemessener zeit",
        "angemessener zeit",
        "bei gelegenheit",
        "gelegentlich",
        "zu gegebener zeit",
        "freier kapazität",
        "freie kapazität",
        "verfügbarer kapazität",
        "auslastung",
        "betriebliche belange",
        "betrieblich möglich",
        "tunlichst",
        "wohlwollend",
        "kulanz",
        "kulanterweise",
        "im rahmen seiner möglichkeiten",
        "im rahmen des möglichen",
        "im rahmen der möglichkeiten",
        "nach verfügbarkeit",
        "sobald es passt",
        "wenn es passt",
        "wenn zeit",
        "sofern zeit",
        "soweit praktikabel",
        "praktikabel",
        "zweckmäßig",
        "as a rule",
        "normally",
        "usually",
        "generally ",
        "typically",
        "ordinarily",
        "mostly",
        "in most cases",
        "customarily",
        "reasonable efforts",
        "reasonable endeavours",
        "best efforts",
        "reasonable effort",
        "where possible",
        "if possible",
        "wherever possible",
        "endeavour",
        "endeavor",
        "strive",
        "aims to",
        "aim to",
        "try to",
        "tries to",
        "attempt to",
        "practicable",
        "where feasible",
        "feasible",
        "commercially reasonable",
        "commercially sensible",
        "commercially viable",
        "convenient",
        "in due course",
        "time permits",
        "resources permit",
        "permitting",
        "consider in good faith",
        "in good faith consider",
        "requests for an inspection in good faith",
        "conveniently",
        "as appropriate",
        "when things",
        "at leisure",
        "in a timely manner",
        "goodwill",
        "courtesy",
        "soweit ihm",
        "soweit es ihm",
        "soweit dies dem",
        "insoweit es",
        "by and large",
        "im großen und ganzen",
        "für gewöhnlich",
        "more often than not",
        "in aller regel",
        "most of the time",
        "when possible",
        "should be able",
        "nice to have",
        "as far as it suits",
        "hopes to",
        "intends to",
        "ist angestrebt",
        "angestrebt",
        "anstreb",
        "beabsichtigt",
        "so gut es geht",
        "wo es geht",
        "im ermessen",
    ];
    // What the law itself says: as far as this is possible, given the nature of the processing.
    const OF_LAW: &[&str] = &[
        "nach art der verarbeitung möglich",
        "insofern dies möglich",
        "nature of the processing",
        "art der verarbeitung",
        "soweit möglich, mit geeigneten",
    ];
    let about = at.is_about(OWED)
        && !at.is_about(&[
            "audit-conditions",
            "termination",
            "purpose",
            "controller-duties",
            "conclusion",
            "remuneration",
            "evidence",
            "delimitation",
        ]);
    let is_soft = said.speaks(SOMETIMES) && !said.says(OF_LAW) && !denied(said);
    let is_condition_of_instructions =
        at.is_about(&["audit-conditions"]) && said.says(&["good faith", "wohlwollend", "kulanz"]);
    (about && is_soft && !told_by_controller(said))
        || is_condition_of_instructions
        || may_instead_of_must(at, said)
}

/// The soft word itself is denied: "nicht nur nach Möglichkeit".
fn denied(said: &Phrase<'_>) -> bool {
    said.says(&["nicht nur", "nicht bloß", "not merely", "not only"])
}

/// What the controller does by habit is its own affair.
fn told_by_controller(said: &Phrase<'_>) -> bool {
    said.clauses()
        .next()
        .is_some_and(|clause| clause.actor == Some(Party::Controller))
}

/// "Kann unterstützen" where it has to.
fn may_instead_of_must(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const MAY: &[&str] = &[
        "kann.", "können.", "darf.", "dürfen.", "may.", "could.", "might.", "can.",
    ];
    const OF: &[&str] = &[
        "assist-rights",
        "assist-security",
        "breach",
        "confidentiality",
        "authority",
        "unlawful-instruction",
    ];
    if !at.is_about(OF) {
        return false;
    }
    let duties = duties(at);
    said.clauses().any(|clause| {
        !clause.is_condition
            && clause.actor == Some(Party::Processor)
            && clause.in_order(&[MAY, &duties], 9)
            && !clause.has(NO)
            && !clause.has(&[
                "jederzeit",
                "auch.",
                "also.",
                "aussetz",
                "suspend",
                "pause",
                "nur.",
                "only.",
                "verweiger",
                "refuse",
            ])
    })
}

/// "Nach Belieben", "as it sees fit": the processor decides what the controller may ask for.
pub(super) fn discretion(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    if !at.is_about(OWED) || at.is_about(&["controller-duties", "conclusion"]) {
        return false;
    }
    said.clauses().any(|clause| {
        at_will(&clause) && !clause.has(&["nicht.", "not.", "kein"]) && !is_controllers(&clause)
    }) || decides(at, said)
}

/// Words for a free choice.
fn at_will(clause: &Clause<'_>) -> bool {
    const WILL: &[&str] = &[
        "ermessen",
        "belieben",
        "gutdünken",
        "willkür",
        "beliebig",
        "discretion",
        "liberty",
        "pleases",
        "freestanding",
        "judgment",
        "judgement",
        "choosing",
        "whim",
        "gutheißt",
        "einschätzung",
    ];
    const HOLDS: &[&str] = &[
        "hält.",
        "halten.",
        "erachtet",
        "erscheint",
        "scheint.",
        "findet.",
        "ansieht",
        "empfindet",
        "deems",
        "deem.",
        "considers",
        "consider.",
        "thinks",
        "finds",
        "believes",
    ];
    const FIT: &[&str] = &[
        "richtig",
        "sinnvoll",
        "angemessen",
        "geboten",
        "zweckmäßig",
        "nötig",
        "notwendig",
        "wesentlich",
        "wichtig",
        "passend",
        "erforderlich",
        "gut.",
        "opportun",
        "tunlich",
        "fit.",
        "proper",
        "appropriate",
        "necessary",
        "useful",
        "right.",
        "advisable",
        "preferable",
        "sensible",
        "material",
        "desirable",
        "best.",
        "erheblich",
        "relevant",
        "significant",
        "serious",
        "gravierend",
        "meldenswert",
        "schwerwiegend",
    ];
    clause.has(WILL)
        || clause.near(HOLDS, FIT, 4) && !clause.has(&["fest."])
        || clause.in_order(&[&["see.", "sees."], &["fit."]], 0)
        || clause.in_order(&[&["free."], &["to."]], 0)
        || clause.in_order(&[&["steht.", "stellt."], &["frei."]], 5)
        || clause.in_order(&[&["behält.", "behalten."], &["sich.", "vor."]], 4)
        || clause.in_order(&[&["reserves", "reserve."], &["the."], &["right."]], 0)
        || clause.in_order(&[&["matter."], &["for."]], 1)
        || clause.in_order(&[&["ist.", "sind."], &["frei."]], 4)
        || clause.in_order(&[&["own."], &["choice.", "terms.", "preference"]], 0)
}

/// Whether the choice is the controller's.
fn is_controllers(clause: &Clause<'_>) -> bool {
    let names_processor = clause.words.iter().any(|word| {
        super::cast::named(std::slice::from_ref(word), &Cast::default()) == Some(Party::Processor)
    });
    !names_processor
        && (clause.actor == Some(Party::Controller)
            || super::cast::named(clause.words, &Cast::default()) == Some(Party::Controller))
}

/// "Entscheidet der Auftragnehmer", "Provider determines".
fn decides(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const DECIDE: &[&str] = &[
        "entscheide",
        "einschätzung",
        "bestimmt.",
        "bestimmen.",
        "befindet.",
        "wählt.",
        "auswählt",
        "ausgewählt",
        "festleg",
        "legt.",
        "vorgibt",
        "decide",
        "determine",
        "choose",
        "chooses",
        "select.",
        "selects",
        "dictate",
        "elect.",
        "elects",
    ];
    let about = at.is_about(&[
        "instructions",
        "place",
        "third-country",
        "deletion",
        "sub-processors",
        "sub-processor-notice",
        "audit",
        "audit-conditions",
        "breach",
        "purpose",
        "unlawful-instruction",
        "assist-rights",
        "confidentiality",
        "change",
        "objection",
    ]);
    about
        && said.clauses().any(|clause| {
            clause.actor == Some(Party::Processor)
                && clause.names_actor
                && clause.has(DECIDE)
                && !clause.has(NO)
                && !clause.has(&["mittel", "means."])
        })
}

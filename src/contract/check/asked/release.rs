//! A negation, or a word that says as much, that takes back a duty of the processor or a right of the controller.
//! What the processor must *not* do is denied all the time and asked by nobody.

use super::Spot;
use super::cast::Party;
use super::meaning::{NO, OWED, duties};
use super::phrase::{Clause, Phrase, begins};

pub(super) fn takes_back(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    if !at.is_about(OWED) {
        return false;
    }
    let duties = duties(at);
    let mut mains = said.clauses().filter(|clause| !clause.is_condition);
    mains.any(|clause| clause_takes_back(at, said, &clause, &duties)) || unasked(at, said)
}

fn clause_takes_back(at: &Spot<'_>, said: &Phrase<'_>, clause: &Clause<'_>, duties: &[&str]) -> bool {
    if lawful_release(at, said, clause) {
        return false;
    }
    let frees = freed(clause) && clause.actor != Some(Party::Controller)
        || without_right(clause)
        || gone(clause, said, duties)
        || not_needed(clause, said, duties)
        || waived(clause, duties);
    frees || denied(clause, duties)
}

/// "Nicht verpflichtet", "need not", "no obligation".
fn freed(clause: &Clause<'_>) -> bool {
    const BOUND: &[&str] = &[
        "verpflichtet.", "pflicht.", "verpflichtung", "gebunden", "schuldet", "schuldig", "gehalten.", "zuständig",
        "verantwortlich.", "verantwortung.", "haftung", "haftet", "haften", "einzustehen", "obliged", "obligat",
        "duty", "bound.", "responsible", "responsibility", "liable", "liability", "owe", "accountable", "answerable",
        "gewähr.", "warrant", "promis", "commit", "undertake.", "undertakes", "einstehen", "ein.", "zugesagt",
        "zugesichert", "garantiert", "versprochen", "guarantee",
    ];
    const MUST: &[&str] = &["muss.", "müssen.", "braucht.", "brauchen.", "muß."];
    clause.near(BOUND, NO, 4)
        || clause.in_order(&[MUST, NO], 6)
        || clause.in_order(&[&["need.", "needs."], &["not."]], 0)
        || clause.in_order(&[&["not."], &["have.", "required.", "obliged."], &["to."]], 1)
        || clause.in_order(&[&["nichts."], &["zu."], &["tun."]], 0)
        || clause.in_order(&[&["nothing."], &["to."], &["do."]], 0)
        || clause.in_order(&[&["nicht."], &["sache", "aufgabe"]], 2)
        || clause.has(&["befreit", "entbunden", "enthoben", "exempt", "relieved", "excused", "freigestellt"])
}

/// The controller has no right, no claim, no say.
fn without_right(clause: &Clause<'_>) -> bool {
    const RIGHT: &[&str] = &[
        "recht.", "rechte.", "anspruch", "ansprüche", "einfluss", "mitsprache", "widerspruchsrecht", "einspruchsrecht",
        "einsichtsrecht", "right.", "rights.", "claim", "say.", "entitle", "remedy", "recourse", "demand", "verlangen.",
        "fordern.", "kündigungsrecht", "object.", "widersprechen.",
    ];
    clause.actor != Some(Party::Processor) && clause.near(RIGHT, NO, 4)
}

/// "Findet nicht statt", "ist ausgeschlossen", "off the table".
fn gone(clause: &Clause<'_>, said: &Phrase<'_>, duties: &[&str]) -> bool {
    const GONE: &[&str] = &[
        "ausgeschlossen", "ausschluss", "unterbleib", "entfällt.", "entfallen.", "erlischt", "erlöschen", "untersagt",
        "unzulässig", "hinfällig", "excluded", "prohibited", "forbidden", "abgesehen", "abstand.", "ausgenommen",
        "barred", "lapse", "refuse", "verweiger", "ablehn", "abgelehnt", "zurückgewiesen", "scheide", "unbeantwortet",
        "verschweig", "verschwiegen.", "ignore", "unheeded", "unaided", "disclaim", "silence.",
    ];
    let is_gone = clause.has(GONE)
        || clause.in_order(&[&["off."], &["the."], &["table.", "agenda."]], 0)
        || clause.in_order(&[&["out."], &["of."], &["question.", "bounds.", "scope."]], 1)
        || clause.in_order(&[&["fall", "outside."], &["outside.", "rules."]], 3)
        || clause.in_order(&[&["behält.", "bewahrt."], &["für.", "stillschweigen."]], 4)
        || clause.in_order(&[&["end.", "ends.", "cease", "endet.", "enden.", "expire"], &["on.", "with.", "at.", "mit.", "am."]], 3)
            && clause.has(&["all.", "every.", "any.", "alle.", "jede"]);
    is_gone && !clause.has(NO) && (clause.has(duties) || said.has(duties))
}

/// "Bedarf es nicht", "is not required", where what is not needed protects the controller.
fn not_needed(clause: &Clause<'_>, said: &Phrase<'_>, duties: &[&str]) -> bool {
    const NEED: &[&str] = &[
        "bedarf", "bedürf", "erforderlich", "nötig", "notwendig", "benötig", "geboten", "vorgesehen", "geschuldet",
        "needed", "necessary", "required", "called.", "envisaged", "provided.", "promised", "verlangt",
    ];
    clause.near(NEED, NO, 6) && said.has(duties)
        || clause.has(&["entbehrlich", "verzichtbar", "dispensab", "superfluous", "unnecessary"]) && said.has(duties)
}

/// "Verzichtet auf", "waives".
fn waived(clause: &Clause<'_>, duties: &[&str]) -> bool {
    clause.has(&["verzicht", "waive", "forgo", "forego", "renounce", "relinquish", "absehen", "abgesehen"])
        && !clause.has(&["nicht.", "not.", "kein", "no.", "nor.", "cannot"])
        && (clause.has(duties) || clause.actor == Some(Party::Controller))
}

/// The deed itself is denied: "wird nicht gelöscht", "are not told".
fn denied(clause: &Clause<'_>, duties: &[&str]) -> bool {
    if clause.actor == Some(Party::Controller) {
        return false;
    }
    // "Nicht ohne", "nicht später als", "nicht nur": the negation limits something else.
    const LIMITS: &[&str] = &[
        "nur.", "ohne.", "mehr.", "selbst.", "länger", "später", "zuletzt", "jede", "alle.", "only.", "without.",
        "more.", "longer", "later", "less", "fewer", "merely", "every", "any.", "limited", "before", "until", "vor.",
        "bevor", "erst.", "weniger", "allein", "sofern", "sondern", "eigenmächtig", "davon.", "verzög", "delay", "undue",
        "schuldhaft", "unangemess", "unnötig", "zögern", "ausgeschlossen", "later.", "than.", "single", "übers",
    ];
    let words = clause.words;
    words.iter().enumerate().any(|(place, word)| {
        if !begins(word, NO) || begins(word, &["ohne.", "without."]) {
            return false;
        }
        let behind = || words.iter().skip(place + 1);
        let limits = behind().take(2).any(|word| begins(word, LIMITS));
        let before = words.iter().take(place).rev();
        let nearby = behind().take(5).chain(before.take(6));
        !limits && nearby.into_iter().any(|word| begins(word, duties))
    })
}

/// "Ohne den Kunden zu unterrichten", "without asking".
fn unasked(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const ASKED: &[&str] = &[
        "unterricht", "informier", "rückfrag", "zustimm", "genehmig", "wissen.", "ankündig", "vorankündig", "mitteil",
        "weisung", "einwillig", "benachrichtig", "asking", "consent", "approv", "telling", "informing", "notice.",
        "notif", "notification", "instruct", "permission", "reference.", "knowledge", "begründ", "mitwirk", "prüfung",
        "garantie", "safeguard",
    ];
    let is_free = at.is_about(&["termination", "objection", "audit-conditions", "authority"]);
    !is_free
        && said.clauses().any(|clause| {
            let without = clause.in_order(&[&["ohne.", "without."], ASKED], 5);
            let no = clause.words.iter().filter(|word| begins(word, NO)).count();
            let limits = clause.has(&["nur.", "only.", "auch.", "undue"]) || said.says(&["darf niemand", "unlawful", "rechtswidrig"]);
            without && no == 1 && !limits && !clause.is_condition && clause.actor != Some(Party::Controller)
        })
}

/// What may be denied: reasons, signatures, carrying out what is unlawful, checking the law.
fn lawful_release(at: &Spot<'_>, said: &Phrase<'_>, clause: &Clause<'_>) -> bool {
    const FORM: &[&str] = &[
        "begründ", "grund.", "gründe", "reason", "unterschr", "signature", "papier", "paper", "wet.", "förmlich",
        "wortgleich", "wörtlich", "verbatim",
    ];
    const UNHARMED: &[&str] = &[
        "unberührt", "unaffected", "ersetz", "replac", "hinder", "prejudice", "entgegen", "abhängig", "conditional",
        "depend", "einschränk", "beschränk", "begrenz", "restrict", "limit", "affect", "substitute", "berühr",
        "hemm", "stand.", "genügt", "reicht", "suffic", "enough", "endet", "enden", "erlischt", "end.", "expire",
        "ausgesch", "schließt", "preclud", "bar.", "absenk", "sink", "unterschr", "fall.", "drop", "lower", "mindern",
        "reduc", "fällt", "verschlecht",
    ];
    const CARRY: &[&str] = &[
        "ausführ", "ausgeführt", "auszuführen", "befolg", "umsetz", "umzusetzen", "carry", "follow", "execut", "act.",
        "perform", "prüf", "rechtsprüf", "legal", "verify", "examin", "check", "assess", "comply", "nachkomm",
        "review", "judge", "beurteil",
    ];
    if clause.has(FORM) {
        return true;
    }
    if at.is_about(&["unlawful-instruction"]) && clause.has(CARRY) && clause.has(NO) {
        return true;
    }
    // A denied limit keeps the duty.
    let is_kept = clause.near(UNHARMED, NO, 6) || said.says(&["bleibt unberührt", "bleiben unberührt", "remains unaffected", "remain unaffected"]);
    is_kept && !clause.has(&["verpflichtet.", "pflicht.", "obliged", "obligation", "schuldet", "ausgenommen"])
}

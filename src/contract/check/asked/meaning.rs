//! What several rules look for: negations, what is owed about each subject, and who may decide.

use super::Spot;

/// Words that deny.
pub(super) const NO: &[&str] = &[
    "nicht.", "nichts.", "kein", "ohne.", "nie.", "niemals", "niemand", "weder", "keinerlei", "not.", "no.",
    "never", "without.", "nobody", "none.", "neither", "nor.", "nirgend", "nowhere", "nothing", "keinesfalls",
];

/// Subjects under which the processor owes something, or the controller may ask for something.
pub(super) const OWED: &[&str] = &[
    "instructions", "unlawful-instruction", "confidentiality", "telecom-secrecy", "tom", "tom-change",
    "sub-processors", "sub-processor-notice", "flow-down", "place", "third-country", "assist-rights",
    "assist-security", "breach", "deletion", "audit", "audit-conditions", "liability", "authority",
    "precedence", "termination", "survival", "objection", "change", "further-outsourcing", "partner",
    "sub-partner", "delimitation", "authorised-persons", "conclusion", "evidence", "remuneration",
    "controller-duties",
];

/// Telling somebody.
const TELL: &[&str] = &[
    "meld", "gemeld", "benachrichtig", "unterricht", "informier", "mitteil", "mitgeteil", "anzeig", "angezeig",
    "ankündig", "angekündig", "bekanntg", "bekannt.", "hinweis", "hingewies", "offenleg", "offenzuleg",
    "offengeleg", "offen.", "preisgeb", "preisgegeb", "nennt.", "genannt", "nennen.", "verrat", "nachricht", "auskunft",
    "notif", "notice", "report", "inform", "tell.", "told", "alert", "disclos", "warn", "announce", "reveal", "message",
    "sagen.", "sagt.", "erfährt", "erfahr", "weitergesagt", "let.", "hear.",
];
const HELP: &[&str] = &[
    "unterstütz", "hilf", "helf", "mitwirk", "mitzuwirk", "beistand", "beisteh", "weiterleit", "weitergeleit",
    "weiterzuleit", "zusammenarb", "zusammenzuarb", "kooper", "mitarbeit", "zuarbeit", "assist", "help", "support",
    "cooperat", "operate", "operation", "forward", "pass.", "lend", "aid.", "handreich",
];
const CHECK: &[&str] = &[
    "prüf", "überprüf", "kontroll", "inspe", "audit", "besuch", "besichtig", "begeh", "einsicht", "einblick", "zutritt",
    "nachweis", "unterlag", "vorleg", "vorgeleg", "visit", "access", "evidence", "examin", "document", "ortstermin",
    "vergewisser", "beleg", "demonstrat", "betret",
];
const END: &[&str] = &[
    "lösch", "gelösch", "zu löschen", "vernicht", "herausgab", "herausgeb", "herausgegeb", "rückgab", "zurückgeb",
    "zurückgegeb", "zurückzugeb", "aushänd", "ausgehänd", "delet", "eras", "return", "wip", "destroy", "destruct",
    "bescheinig", "certif", "purg", "remov", "entfern",
];
const AGREE: &[&str] = &[
    "genehmig", "zustimm", "einwillig", "einverst", "freigab", "freigeb", "rückfrag", "erlaub", "consent", "approv",
    "authori", "permission", "agreement", "ask.", "asking", "ja.", "mitsprache", "say.",
];
const SECRECY: &[&str] = &[
    "verpflicht", "verschwieg", "vertraulich", "geheim", "schweig", "secre", "confiden", "unterschr", "unterzeichn",
    "undertak", "sign.", "signed", "discretion",
];
const SECURITY: &[&str] = &[
    "sicher", "schutz", "schütz", "maßnahm", "verschlüssel", "niveau", "secur", "protect", "measure", "safeguard",
    "encrypt", "level", "standard", "geschützt", "gesichert", "vorkehrung",
];
const LIABLE: &[&str] = &[
    "haft", "ersatz", "ersetz", "einsteh", "einzusteh", "steht.", "verantwort", "schaden", "schäden", "ansprüch",
    "liab", "responsib", "answer", "damag", "compensat", "claim", "indemn", "account",
];

/// What is owed about a subject: stems of the deed and of its name.
const DUTIES: &[(&str, &[&[&str]])] = &[
    ("instructions", &[TELL, &["befolg", "bind", "gebund", "halt.", "hält.", "beacht", "berücksicht", "follow", "adher", "compl", "obey", "bound."]]),
    ("unlawful-instruction", &[TELL, &["aufmerksam", "äußer", "flag", "point.", "raise", "advise", "bedenken"]]),
    ("confidentiality", &[SECRECY]),
    ("telecom-secrecy", &[SECRECY]),
    ("tom", &[SECURITY]),
    ("tom-change", &[SECURITY, TELL]),
    ("sub-processors", &[AGREE, TELL, &["namen.", "names.", "liste.", "list."]]),
    ("sub-processor-notice", &[AGREE, TELL, &["widersp", "einspruch", "einwand", "object", "dissent"]]),
    ("flow-down", &[LIABLE, &["pflicht", "vertrag", "gleich", "auferleg", "contract", "impose", "bind", "bound", "same", "equivalent", "obligation", "abschrift", "cop"]]),
    ("further-outsourcing", &[AGREE, TELL]),
    ("partner", &[AGREE, TELL]),
    ("sub-partner", &[AGREE, TELL]),
    ("delimitation", &[TELL, &["auftragsverarbeit", "processor", "sub.", "regel", "rules.", "vertrag", "hosting", "cloud", "host"]]),
    ("place", &[AGREE, TELL]),
    ("third-country", &[AGREE, TELL, &["garantie", "safeguard", "bewert", "assess", "angemessen", "guarantee", "grundlage"]]),
    ("assist-rights", &[HELP, TELL]),
    ("assist-security", &[HELP, TELL]),
    ("authority", &[HELP, TELL]),
    ("breach", &[TELL]),
    ("deletion", &[END, &["bestätig", "confirm", "part.", "hand.", "herausrück"]]),
    ("audit", &[CHECK, TELL]),
    ("audit-conditions", &[CHECK]),
    ("liability", &[LIABLE]),
    ("precedence", &[&["vorrang", "vor.", "vorgeh", "preced", "prevail", "overrid", "takes.", "take."]]),
    ("termination", &[&["kündig", "terminat", "end.", "lösen", "beend", "ausstieg", "aussteig", "cancel", "leave."]]),
    ("objection", &[&["widersp", "widerruf", "einspruch", "object", "revoke", "withdraw"]]),
    ("survival", &[SECRECY, &["pflicht", "duty", "duties", "obligation"]]),
    ("change", &[AGREE, TELL]),
    ("evidence", &[&["nachweis", "beleg", "proof", "evidence", "record"]]),
];

/// What is owed about this subject.
pub(super) fn duties(at: &Spot<'_>) -> Vec<&'static str> {
    let own = DUTIES.iter().find(|(tag, _)| *tag == at.tag());
    own.map(|(_, lists)| lists.concat()).unwrap_or_default()
}

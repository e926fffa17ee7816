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
    if twice_denied(said) || by_statute(at, said) {
        return false;
    }
    let duties = duties(at);
    let mut mains = said.clauses().filter(|clause| !clause.is_condition);
    mains.any(|clause| clause_takes_back(at, said, &clause, &duties)) || unasked(at, said)
}

fn clause_takes_back(
    at: &Spot<'_>,
    said: &Phrase<'_>,
    clause: &Clause<'_>,
    duties: &[&str],
) -> bool {
    if lawful_release(at, said, clause) {
        return false;
    }
    let frees = freed(clause) && clause.actor != Some(Party::Controller)
        || without_right(clause)
        || gone(at, clause, said, duties)
        || not_needed(clause, said, duties)
        || waived(clause, duties);
    frees || denied(clause, duties)
}

/// Denials that stand for themselves, without "ohne".
const NOT: &[&str] = &[
    "nicht.",
    "nie.",
    "kein",
    "not.",
    "no.",
    "nichts.",
    "never",
    "niemals",
    "neither",
    "nor.",
    "weder",
    "keinerlei",
];

/// "Niemand, der nicht", "never without": what is denied twice is asked for.
fn twice_denied(said: &Phrase<'_>) -> bool {
    let counts: Vec<usize> = said
        .clauses()
        .map(|clause| clause.words.iter().filter(|word| begins(word, NO)).count())
        .collect();
    let nobody = said.has(&[
        "niemand", "nobody", "kein.", "keine.", "nothing.", "nichts.",
    ]);
    let first = said.clauses().next().is_some_and(|clause| {
        begins(
            clause.words.first().map_or("", String::as_str),
            &["niemand", "kein", "nobody", "nothing", "no.", "not."],
        )
    });
    let pairs = counts
        .windows(2)
        .any(|pair| matches!(pair, [one, next] if *one > 0 && *next > 0));
    (nobody && first && pairs)
        || said.in_order(
            &[
                &["never.", "nicht.", "not.", "no.", "niemals.", "kein"],
                &[
                    "without.", "ohne.", "unless.", "until.", "before.", "bevor.",
                ],
            ],
            7,
        )
        || said.in_order(
            &[
                &["ohne.", "without.", "unless.", "failing."],
                &[
                    "nichts.", "kein", "niemand", "nicht.", "nothing.", "no.", "not.", "nobody",
                ],
            ],
            9,
        )
        || said.in_order(
            &[
                NOT,
                &[
                    "refus",
                    "verweiger",
                    "withh",
                    "vorenth",
                    "unwirksam",
                    "unbeantw",
                    "ungeprüft",
                    "ausgeschlossen",
                    "hold.",
                    "delay",
                    "put.",
                    "aufgeschob",
                    "zurückgehalten",
                ],
            ],
            4,
        )
}

/// What the law itself excepts: who owes secrecy by statute, who proves that it is not responsible, attacks that failed.
fn by_statute(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    at.is_about(&["confidentiality", "telecom-secrecy"])
        && said.has(&[
            "schon.",
            "bereits",
            "already",
            "kraft.",
            "statut",
            "gesetzlich",
            "berufsrecht",
        ])
        && !said.says(&["ohnehin", "anyway"])
        || said.says(&[
            "in keinerlei hinsicht",
            "not in any way responsible",
            "erfolglose",
            "abgewehrt",
            "unsuccessful",
            "failed attempt",
        ])
        || said.in_order(&[&["schweig", "silence"], NOT], 4)
}

/// "Nicht verpflichtet", "need not", "no obligation".
fn freed(clause: &Clause<'_>) -> bool {
    const BOUND: &[&str] = &[
        "verpflichtet.",
        "pflicht.",
        "verpflichtung",
        "gebunden",
        "schuldet",
        "schuldig",
        "gehalten.",
        "zuständig",
        "verantwortlich.",
        "verantwortung.",
        "haftung",
        "haftet",
        "haften",
        "einzustehen",
        "obliged",
        "obligat",
        "duty",
        "bound.",
        "responsible",
        "responsibility",
        "liable",
        "liability",
        "owe",
        "accountable",
        "answerable",
        "gewähr.",
        "warrant",
        "promis",
        "commit",
        "undertake.",
        "undertakes",
        "einstehen",
        "ein.",
        "zugesagt",
        "zugesichert",
        "garantiert",
        "versprochen",
        "guarantee",
    ];
    const MUST: &[&str] = &["muss.", "müssen.", "braucht.", "brauchen.", "muß."];
    clause.near(BOUND, NO, 4)
        || clause.in_order(&[MUST, NOT], 6)
        || clause.in_order(
            &[
                &["nothing.", "nichts."],
                &["oblige", "require", "bind", "verpflichtet"],
            ],
            5,
        )
        || clause.in_order(&[&["frei."], &["von."]], 1)
        || clause.in_order(&[&["von.", "from."], &["frei.", "free."]], 5)
        || clause.in_order(&[&["need.", "needs."], &["not."]], 0)
        || clause.in_order(
            &[&["not."], &["have.", "required.", "obliged."], &["to."]],
            1,
        )
        || clause.in_order(&[&["nichts."], &["zu."], &["tun."]], 0)
        || clause.in_order(&[&["nothing."], &["to."], &["do."]], 0)
        || clause.in_order(&[&["nicht."], &["sache", "aufgabe"]], 2)
        || clause.has(&[
            "befreit",
            "entbunden",
            "enthoben",
            "exempt",
            "relieved",
            "excused",
            "freigestellt",
        ])
}

/// The controller has no right, no claim, no say.
fn without_right(clause: &Clause<'_>) -> bool {
    const RIGHT: &[&str] = &[
        "recht.",
        "rechte.",
        "anspruch",
        "ansprüche",
        "einfluss",
        "mitsprache",
        "widerspruchsrecht",
        "einspruchsrecht",
        "einsichtsrecht",
        "right.",
        "rights.",
        "claim",
        "entitle",
        "remedy",
        "recourse",
        "demand",
        "verlangen.",
        "fordern.",
        "kündigungsrecht",
        "object.",
        "widersprechen.",
    ];
    clause.actor != Some(Party::Processor)
        && (other_prevails(clause)
            || clause.near(RIGHT, NOT, 4)
            || clause.in_order(&[&["no."], &["say.", "influence", "voice"]], 1)
            || clause.in_order(&[&["not."], &["even."]], 0)
                && clause.has(&["allow", "permit", "entitle"]))
        || clause.actor == Some(Party::Controller)
            && clause.in_order(&[&["kann.", "darf.", "können.", "may.", "can."], NOT], 5)
            && clause.has(&[
                "beend", "kündig", "terminat", "end.", "prüf", "audit", "inspect", "widersp",
                "object", "verlang", "demand", "require", "forder",
            ])
}

/// "Gehen die Geschäftsbedingungen vor", "the general terms prevail".
fn other_prevails(clause: &Clause<'_>) -> bool {
    const OTHER: &[&str] = &[
        "geschäftsbedingungen",
        "agb.",
        "nutzungsbedingungen",
        "bedingungen.",
        "lizenzbedingungen",
        "terms.",
        "conditions.",
    ];
    let german =
        clause.in_order(&[&["gehen.", "haben."], OTHER], 4) && clause.has(&["vor.", "vorrang"]);
    let english = clause.in_order(&[OTHER, &["prevail", "override", "govern", "supersede"]], 4)
        && clause.has(&[
            "general", "standard", "vendor", "provider", "supplier", "online",
        ]);
    german || english
}

/// "Findet nicht statt", "ist ausgeschlossen", "off the table".
fn gone(at: &Spot<'_>, clause: &Clause<'_>, said: &Phrase<'_>, duties: &[&str]) -> bool {
    const GONE: &[&str] = &[
        "ausgeschlossen",
        "ausschluss",
        "unterbleib",
        "entfällt.",
        "entfallen.",
        "erlischt",
        "erlöschen",
        "untersagt",
        "unzulässig",
        "hinfällig",
        "excluded",
        "prohibited",
        "forbidden",
        "abgesehen",
        "abstand.",
        "ausgenommen",
        "barred",
        "lapse",
        "refuse",
        "verweiger",
        "ablehn",
        "abgelehnt",
        "zurückgewiesen",
        "scheide",
        "unbeantwortet",
        "verschweig",
        "verschwiegen.",
        "disclaim",
        "decline",
        "denied",
        "withheld",
        "vorenthalten",
    ];
    const IGNORED: &[&str] = &[
        "unaided",
        "ausgenommen",
        "exempt",
        "unread",
        "ungelesen",
        "discard",
        "verworfen",
        "weggeworfen",
        "ignor",
        "unbeachtet",
        "unheeded",
        "unbeantwortet",
        "unanswered",
        "verschluss",
        "extinguish",
        "nachrang",
        "ersatzlos",
        "as is",
        "nebenleistung",
        "ancillary",
        "wirkungslos",
        "folgenlos",
        "hinfällig",
    ];
    const NO_CONCERN: &[&[&[&str]]] = &[
        &[&["off."], &["the."], &["table.", "agenda."]],
        &[&["out."], &["of."], &["question.", "bounds.", "scope."]],
        &[
            &["fall.", "falls.", "fallen.", "lie."],
            &["outside.", "rules.", "short.", "nicht."],
        ],
        &[&["behält.", "bewahrt."], &["für.", "stillschweigen."]],
        &[&["passed.", "pass."], &["over."]],
        &[
            &["no.", "ohne.", "without.", "keine.", "none."],
            &[
                "effect.",
                "wirkung",
                "folge",
                "belang",
                "concern",
                "business.",
                "consequence",
                "bedeutung",
                "interesse",
            ],
        ],
        &[&["as."], &["is."]],
        &[
            &["give.", "gives.", "yield", "rank", "tritt.", "treten."],
            &["way.", "zurück.", "below.", "behind.", "hinter.", "to."],
        ],
        &[
            &["place.", "stelle.", "lieu.", "instead."],
            &["of.", "aller.", "jeder.", "every.", "eigener."],
        ],
        &[
            &["keep", "kept.", "held.", "gehalten."],
            &["secret.", "geheim", "back."],
        ],
        &[&["geheim."], &["gehalten.", "halten."]],
        &[
            &["not.", "nicht."],
            &[
                "attached",
                "beigefügt",
                "issued",
                "handed",
                "herausgegeben",
                "ausgehändigt",
                "shared",
                "shown",
            ],
        ],
    ];
    let ends = clause.in_order(
        &[&[
            "end.",
            "ends.",
            "cease",
            "endet.",
            "enden.",
            "expire",
            "entfällt.",
            "entfallen.",
            "erlischt",
            "erlöschen",
            "lapse",
        ]],
        0,
    ) && clause.has(&[
        "all.",
        "every.",
        "any.",
        "alle.",
        "jede",
        "sämtliche",
        "pflichten.",
        "duties.",
        "obligations.",
    ]) && at.is_about(&["survival", "confidentiality"]);
    let is_relative = clause
        .words
        .first()
        .is_some_and(|word| matches!(word.as_str(), "who" | "which" | "that"));
    let is_denied = clause.has(NOT);
    // What the law excepts, and what follows from an objection.
    let is_gone_only = clause.has(GONE);
    let is_except = is_gone_only && at.is_about(&["objection"]) && !said.has(duties)
        || clause.has(&["ausgenommen", "exempt"])
            && said.has(&[
                "recht",
                "unionsrecht",
                "gesetz",
                "law.",
                "bekannt",
                "öffentlich",
                "public",
            ])
        || at.is_about(&["objection", "sub-processor-notice"])
            && !clause.has(&[
                "widerspruch.",
                "objection.",
                "einspruch.",
                "recht.",
                "right.",
            ])
            && !clause.has(duties)
        || at.is_about(&["sub-processor-notice"])
            && clause.in_order(&[&["unterbleib"], &["der.", "die.", "das."]], 0)
        || at.is_about(&["sub-processor-notice"])
            && clause.has(&["unterbleib", "einsatz", "wechsel"])
            && !clause.has(&["mitteilung", "ankündigung", "information", "unterrichtung"]);
    if is_except {
        return false;
    }
    let is_secret = at.is_about(&[
        "place",
        "sub-processors",
        "sub-processor-notice",
        "third-country",
        "flow-down",
        "tom",
        "breach",
    ]) && (clause.has(&["geschäftsgeheimnis", "betriebsgeheimnis"])
        || clause.in_order(&[&["trade."], &["secret", "secrets."]], 0));
    let is_dropped = at.is_about(&["tom", "tom-change"])
        && clause.has(&[
            "withdrawn.",
            "withdraw",
            "aufgegeben",
            "abgeschafft",
            "dropped",
            "weggelassen",
            "wegfallen",
            "abgeschaltet",
        ])
        && !said.has(&["sofern", "provided", "wenn.", "solange"]);
    is_secret
        || is_dropped && !is_denied
        || (clause.has(GONE)
            && !is_denied
            && !is_relative
            && (clause.has(duties)
                || clause.words.len() <= 3 && said.has(duties)
                || at.is_about(&["termination", "objection"]) && clause.has(&["recht.", "right."])))
        || ((clause.has(IGNORED) || NO_CONCERN.iter().any(|steps| clause.in_order(steps, 3)))
            && !is_relative
            && !clause.has(&["nur.", "only.", "sofern", "vorkehrung"])
            && clause.actor != Some(Party::Controller)
            && !at.is_about(&[
                "liability",
                "conclusion",
                "remuneration",
                "duration",
                "subject",
            ]))
        || ends && !is_denied
        || not_happening(clause, said, duties)
}

/// "Findet nicht statt", "besteht nicht", "are not permitted": the whole clause says so of what is owed.
fn not_happening(clause: &Clause<'_>, said: &Phrase<'_>, duties: &[&str]) -> bool {
    const HAPPENS: &[&str] = &[
        "statt.",
        "erfolgt.",
        "erfolgen.",
        "vorgesehen",
        "möglich.",
        "ermöglicht",
        "zugelassen",
        "gestattet",
        "erlaubt",
        "angeboten",
        "vorgenommen",
        "nimmt.",
        "geleistet",
        "erbracht",
        "permitted",
        "allowed",
        "possible",
        "available",
        "take.",
        "takes.",
        "made.",
        "offered",
        "carried",
        "conducted",
        "granted",
        "gewährt",
        "provided.",
        "entertained",
        "happen",
        "zulässig",
        "vorgelegt",
        "erteilt",
    ];
    const CLAIM: &[&str] = &[
        "pflicht.",
        "verpflichtung",
        "anspruch",
        "recht.",
        "rechte.",
        "obligation",
        "duty",
        "right.",
        "gewähr.",
    ];
    let none = clause.in_order(
        &[&["besteht.", "bestehen.", "exist", "exists", "gibt."], NOT],
        3,
    ) || clause.in_order(&[NOT, &["besteht.", "bestehen.", "exist"]], 3);
    let is_duty = said.has(duties);
    // What does not happen here is harm: no transfer, no disclosure of what is secret.
    let is_ban = clause.has(&[
        "übermittlung",
        "transfer",
        "weitergabe",
        "offenlegung",
        "nutzung",
        "verwendung",
        "verarbeitung",
        "use.",
        "absenk",
    ]);
    (clause.near(HAPPENS, NOT, 5) && clause.has(duties) && !is_ban)
        || (none
            && said.has(CLAIM)
            && (is_duty || clause.has(CLAIM))
            && !is_ban
            && clause.actor != Some(Party::Processor))
}

/// "Bedarf es nicht", "is not required", where what is not needed protects the controller.
fn not_needed(clause: &Clause<'_>, said: &Phrase<'_>, duties: &[&str]) -> bool {
    const NEED: &[&str] = &[
        "bedarf",
        "bedürf",
        "erforderlich",
        "nötig",
        "notwendig",
        "benötig",
        "geboten",
        "vorgesehen",
        "geschuldet",
        "needed",
        "necessary",
        "required",
        "called.",
        "envisaged",
        "provided.",
        "promised",
        "verlangt",
    ];
    (clause.in_order(&[NEED, NOT], 5) || clause.in_order(&[NOT, NEED], 3))
        && said.has(duties)
        && clause.actor != Some(Party::Controller)
        || clause.has(&[
            "entbehrlich",
            "verzichtbar",
            "dispensab",
            "superfluous",
            "unnecessary",
        ]) && said.has(duties)
}

/// "Verzichtet auf", "waives".
fn waived(clause: &Clause<'_>, duties: &[&str]) -> bool {
    clause.has(&[
        "verzicht",
        "waive",
        "forgo",
        "forego",
        "renounce",
        "relinquish",
        "absehen",
        "abgesehen",
    ]) && !clause.has(&["nicht.", "not.", "kein", "no.", "nor.", "cannot"])
        && (clause.has(duties) || clause.actor == Some(Party::Controller))
}

/// The action itself is denied: "wird nicht gelöscht", "are not told".
fn denied(clause: &Clause<'_>, duties: &[&str]) -> bool {
    // "Darf nicht", "may not": what the processor must not do.
    let is_ban = clause.in_order(&[&["darf.", "dürfen.", "may.", "must."], NOT], 6);
    let is_twice = clause.words.iter().filter(|word| begins(word, NO)).count() > 1;
    if clause.actor == Some(Party::Controller)
        || is_ban
        || is_twice
        || clause.has(&[
            "einzeln",
            "singly",
            "grenz",
            "ceiling",
            "haftungsgrenz",
            "haftungshöchst",
        ])
    {
        return false;
    }
    // "Nicht ohne", "nicht später als", "nicht nur": the negation limits something else.
    const LIMITS: &[&str] = &[
        "nur.",
        "ohne.",
        "mehr.",
        "selbst.",
        "länger",
        "später",
        "zuletzt",
        "jede",
        "alle.",
        "only.",
        "without.",
        "more.",
        "longer",
        "later",
        "less",
        "fewer",
        "merely",
        "every",
        "any.",
        "limited",
        "before",
        "until",
        "vor.",
        "bevor",
        "erst.",
        "weniger",
        "allein",
        "sofern",
        "sondern",
        "eigenmächtig",
        "davon.",
        "verzög",
        "delay",
        "undue",
        "schuldhaft",
        "unangemess",
        "unnötig",
        "zögern",
        "ausgeschlossen",
        "later.",
        "than.",
        "single",
        "übers",
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
        "unterricht",
        "informier",
        "rückfrag",
        "zustimm",
        "genehmig",
        "wissen.",
        "ankündig",
        "vorankündig",
        "mitteil",
        "weisung",
        "einwillig",
        "benachrichtig",
        "asking",
        "consent",
        "approv",
        "telling",
        "informing",
        "notice.",
        "notif",
        "notification",
        "instruct",
        "permission",
        "reference.",
        "knowledge",
        "mitwirk",
        "prüfung",
        "garantie",
        "safeguard",
    ];
    let is_free = at.is_about(&["termination", "objection", "audit-conditions", "authority"]);
    !is_free
        && said.clauses().any(|clause| {
            let without = clause.in_order(&[&["ohne.", "without."], ASKED], 5);
            let no = clause.words.iter().filter(|word| begins(word, NO)).count();
            let limits = clause.has(&["nur.", "only.", "auch.", "undue"])
                || said.has(&["provided", "sofern", "vorausgesetzt", "solange"])
                || said.says(&["darf niemand", "unlawful", "rechtswidrig"]);
            without
                && no == 1
                && !limits
                && !clause.is_condition
                && clause.actor != Some(Party::Controller)
        })
}

/// What may be denied: reasons, signatures, carrying out what is unlawful, checking the law.
fn lawful_release(at: &Spot<'_>, said: &Phrase<'_>, clause: &Clause<'_>) -> bool {
    const FORM: &[&str] = &[
        "begründ",
        "grund.",
        "gründe",
        "reason",
        "unterschr",
        "signature",
        "papier",
        "paper",
        "wet.",
        "wortgleich",
        "wörtlich",
        "verbatim",
        "datenschutzbeauftragt",
        "officer",
    ];
    const UNHARMED: &[&str] = &[
        "unberührt",
        "unaffected",
        "ersetz",
        "replac",
        "hinder",
        "prejudice",
        "entgegen",
        "abhängig",
        "conditional",
        "depend",
        "einschränk",
        "beschränk",
        "begrenz",
        "restrict",
        "limit",
        "affect",
        "substitute",
        "berühr",
        "hemm",
        "stand.",
        "genügt",
        "reicht",
        "suffic",
        "enough",
        "endet",
        "enden",
        "erlischt",
        "end.",
        "expire",
        "ausgesch",
        "schließt",
        "preclud",
        "bar.",
        "absenk",
        "sink",
        "unterschr",
        "fall.",
        "drop",
        "lower",
        "mindern",
        "reduc",
        "fällt",
        "verschlecht",
        "take.",
        "remov",
        "depriv",
        "put.",
        "delay",
        "postpon",
        "defer",
        "aufgeschob",
        "apply",
        "anwendung",
        "wirken",
        "geld.",
        "entgelt",
        "kosten",
        "vergüt",
        "fee.",
        "charge",
    ];
    const CARRY: &[&str] = &[
        "ausführ",
        "ausgeführt",
        "auszuführen",
        "befolg",
        "umsetz",
        "umzusetzen",
        "carry",
        "follow",
        "execut",
        "act.",
        "perform",
        "prüf",
        "rechtsprüf",
        "legal",
        "verify",
        "examin",
        "check",
        "assess",
        "comply",
        "nachkomm",
        "review",
        "judge",
        "beurteil",
    ];
    if clause.has(FORM) {
        return true;
    }
    let is_unlawful = at.is_about(&["unlawful-instruction"])
        || at.is_about(&["instructions"])
            && said.has(&[
                "verst",
                "rechtswidrig",
                "infring",
                "unlawful",
                "offend",
                "breach",
                "verletz",
            ]);
    let is_owed = clause.has(&["hinweis", "warn", "unterricht", "inform"]);
    if is_unlawful && clause.has(CARRY) && clause.has(NO) && !is_owed {
        return true;
    }
    // A denied limit keeps the duty.
    let is_kept = clause.near(UNHARMED, NOT, 6) || said.has(&["unberührt", "unaffected"]);
    is_kept
        && !clause.has(&[
            "verpflichtet.",
            "pflicht.",
            "obliged",
            "obligation",
            "schuldet",
            "ausgenommen",
        ])
}

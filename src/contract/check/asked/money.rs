//! Money for what the law asks of the processor, and limits of what it pays itself.

use super::Spot;
use super::cast::Party;
use super::meaning::NO;
use super::phrase::Phrase;

const MONEY: &[&str] = &[
    "vergüt",
    "entgelt",
    "kostenpflicht",
    "kosten.",
    "mehrkosten",
    "kostenerstatt",
    "kostenersatz",
    "aufwand.",
    "aufwände",
    "aufwendung",
    "aufwandsentschäd",
    "honorar",
    "honorier",
    "stundens",
    "tagess",
    "gebühr.",
    "gebühren.",
    "zahl",
    "bezahl",
    "vorkasse",
    "vorauszahl",
    "rechnung.",
    "berechnet.",
    "pauschale",
    "kaution",
    "sicherheitsleist",
    "preisliste",
    "preis.",
    "euro.",
    "eur.",
    "remunerat",
    "fee.",
    "fees.",
    "charge",
    "invoice",
    "payment",
    "paid.",
    "pay.",
    "pays.",
    "payable",
    "expense",
    "costs.",
    "cost.",
    "rate.",
    "rates.",
    "reimburs",
    "deposit",
    "compensated",
    "dollar",
    "usd.",
    "bill.",
    "bills.",
    "billed",
    "billable",
    "credits.",
    "surcharge",
    "extra.",
    "extras.",
    "buy.",
    "kauf",
    "erwerb.",
    "kostet",
    "kosten:",
    "aufpreis",
    "zuschlag",
    "abgerechnet",
    "forderungen.",
    "outstanding",
    "settle",
    "beglich",
    "beglichen",
    "entrichtet",
    "löschgebühr",
    "exportgebühr",
    "honored.",
    "quote.",
    "price.",
    "prices.",
    "löschpauschale",
    "prepay",
];
/// What makes it right: nothing is paid, or only what nobody owes by law.
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
    "free of charge",
    "at no cost",
    "no additional cost",
    "without charge",
    "without a charge",
    "zahlungsdaten",
    "payment data",
    "nicht berechnet",
    "nothing extra",
    "eigenen kosten",
    "eigene kosten",
    "ihre kosten",
    "its own costs",
    "own cost",
    "their own",
    "im preis enthalten",
    "in der vergütung enthalten",
    "part of the price",
    "included in the",
    "keine kosten",
    "nichts in rechnung",
    "without a fee",
    "ohne entgelt",
    "ohne aufpreis",
    "darüber hinaus",
    "hinausgeh",
    "über das gesetz",
    "sonderwünsch",
    "zusatzwünsch",
    "mehrleistung",
    "beyond",
    "go further",
    "goes further",
    "additional work",
    "not owed",
    "nicht geschuldet",
    "abrechnungsdaten",
    "zahlungsverhalten",
    "zahlungsart",
    "bankverbindung",
    "kontoverbindung",
    "billing data",
    "invoice data",
    "rechnungsdaten",
    "bezahlt es",
    "berücksichtig",
    "umstände",
    "state of the art",
    "stand der technik",
    "get back",
    "refund",
    "anzahl",
    "zahlungsverkehr",
    "zahlungsabwick",
    "mehraufwand, den der auftragnehmer",
];

pub(super) fn payment(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    if at.is_about(&[
        "liability",
        "nature",
        "data-types",
        "data-subjects",
        "subject",
        "duration",
        "conclusion",
        "special-categories",
    ]) {
        return false;
    }
    let mut asks = said.clauses().filter(|clause| {
        let is_denied =
            clause.near(MONEY, NO, 5) && !clause.has(&["enthalten", "included", "inbegriffen"]);
        let processor_pays = clause.actor == Some(Party::Processor)
            && clause.has(&[
                "trägt.",
                "tragen.",
                "erstattet.",
                "übernimmt",
                "übernehmen",
                "bear.",
                "bears.",
                "reimburse",
                "zahlt.",
                "pays.",
                "bezahl",
            ]);
        clause.has(MONEY) && !is_denied && !processor_pays && !numbers_only(clause.words)
    });
    said.says(&[
        "nicht rückzahlbar",
        "non-refundable",
        "nonrefundable",
        "forfeit",
    ]) || asks.next().is_some() && !said.says(FREE) && !is_included(said)
        || said.says(&["€", "$", " euro ", " euro,", " eur ", " dollar"])
            && !said.has(&["unberührt", "unaffected", "binds"])
            && !said.says(FREE)
            && !said.near(MONEY, NO, 5)
            && !at.is_about(&["liability", "flow-down"])
            && !said.has(&["haft", "liab"])
}

/// "Im Preis enthalten", "covered by the charges".
fn is_included(said: &Phrase<'_>) -> bool {
    const IN: &[&str] = &["enthalten", "inbegriffen", "umfasst", "include", "cover"];
    said.has(IN) && !said.near(IN, NO, 3)
}

/// "Anzahl", "bezahlt" and the like apart, a figure of money alone is a cap.
fn numbers_only(words: &[String]) -> bool {
    let money: Vec<&String> = words
        .iter()
        .filter(|word| super::phrase::begins(word, MONEY))
        .collect();
    money.iter().all(|word| {
        matches!(
            word.as_str(),
            "zahlen" | "zahl" | "zahlreiche" | "zahlreichen" | "berechnet"
        )
    })
}

/// Liability that is limited or excluded.
pub(super) fn cap(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    const LIABLE: &[&str] = &[
        "haft",
        "schadenersatz",
        "schadensersatz",
        "ersatz.",
        "ersatzpflicht",
        "einsteh",
        "einzusteh",
        "steht.",
        "stehen.",
        "verantwort",
        "anspr",
        "schäden",
        "schaden",
        "liab",
        "damage",
        "indemn",
        "answers",
        "answer.",
        "answerable",
        "recover",
        "claim",
        "compensat",
        "responsib",
        "zahlen.",
        "pay.",
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
        "ceiling",
        "exceed",
        "exclu",
        "stops",
        "stop.",
        "endet.",
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
        "höhe.",
        "allenfalls",
        "insgesamt",
        "aggregate",
        "dollar",
        "most.",
        "vorsatz",
        "fahrlässig",
        "negligen",
        "careless",
        "wilful",
        "jahresgebühr",
        "monatsverg",
        "mehr.",
        "more.",
    ];
    let about = at.is_about(&[
        "liability",
        "flow-down",
        "partner",
        "sub-partner",
        "further-outsourcing",
        "sub-processors",
    ]);
    let strong = said.has(&[
        "haftung",
        "haftet",
        "haften",
        "liab",
        "schadenersatz",
        "schadensersatz",
        "damages",
    ]);
    let free = said.says(&[
        "unbeschränkt",
        "unbegrenzt",
        "unlimited",
        "without limit",
        "unberührt",
        "unaffected",
        "without prejudice",
        "in full",
        "in vollem umfang",
        "nur zwischen",
        "only between",
        "between the parties only",
        "nur im verhältnis",
        "untereinander",
        "einschränkung",
        "binds only",
        "ohne begrenzung",
        "ohne beschränkung",
        "wie für eigen",
        "eigenes",
        "own acts",
        "as for its own",
        "keine anwendung",
        "not apply",
        "not be held",
        "gesamtschuld",
        "je nach",
        "art. 82",
        "article 82",
        "dass der umstand",
        "in keinerlei hinsicht",
    ]) && !said.says(&["gegenüber betroffenen, auch", "der höhe nach"]);
    let free = free
        || said
            .clauses()
            .any(|clause| clause.near(&["begrenz", "beschränk", "limit", "cap."], NO, 6));
    let limits = said.clauses().any(|clause| {
        clause.has(LIMIT)
            && (!clause.near(LIMIT, NO, 4)
                || clause.in_order(&[NO, &["exceed", "mehr.", "more.", "übersteig"]], 3))
    });
    let is_capped = said.has(LIABLE) && limits && (about || strong);
    let is_denied = (about || strong)
        && said.clauses().any(|clause| {
            !clause.is_condition
                && clause.near(
                    &[
                        "haft",
                        "ersatz.",
                        "ersatzpflicht",
                        "liab",
                        "damages",
                        "einzustehen",
                        "steht.",
                        "stehen.",
                    ],
                    NO,
                    4,
                )
                && !clause.has(LIMIT)
                && !clause.has(&["grenz", "ceiling", "cap."])
        });
    // "Ansprüche nach Art. 82 sind begrenzt" is no reference that leaves them alone.
    let cites = said.says(&["art. 82", "article 82"])
        && limits
        && said.has(&["begrenzt", "beschränkt", "capped", "limited"])
        && !said.has(NO)
        && !said.says(&["unberührt", "unaffected", "nur zwischen", "only between"]);
    (is_capped || is_denied) && !free || cites
}

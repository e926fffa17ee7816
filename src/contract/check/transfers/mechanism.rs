//! What a transfer rests on: a closed list, read from the words of a cell (LC-30).

/// A mechanism of Chapter V.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// Adequacy decision, Art. 45.
    Adequacy,
    /// EU-U.S. Data Privacy Framework, with the certificate's id if it is named.
    DataPrivacyFramework(Option<String>),
    /// Standard contractual clauses, with their module if it is named.
    StandardClauses(Option<u8>),
    /// Binding corporate rules, Art. 47.
    CorporateRules,
    /// Another one of Art. 46.
    OtherSafeguard,
    /// A derogation of Art. 49, and whether a reason is named.
    Derogation { has_reason: bool },
    /// Words that name none of these.
    Unknown,
}

/// The mechanisms a cell names; none for an empty one and for words that mean none.
pub(super) fn read(cell: &str) -> Vec<Mechanism> {
    let words = cell.to_lowercase();
    let words = words.trim().trim_matches(['(', ')', '.', ':']).trim();
    if means_none(words) {
        return Vec::new();
    }
    let says = |any: &[&str]| any.iter().any(|one| words.contains(one));
    let mut found = Vec::new();
    let is_framework = says(&[
        "data privacy framework",
        "datenschutzrahmen",
        "privacy-framework",
    ]) || words_of(words).any(|word| word == "dpf");
    if is_framework {
        found.push(Mechanism::DataPrivacyFramework(certificate(cell)));
    }
    let is_clauses = says(&[
        "standardvertragsklausel",
        "standard-vertragsklausel",
        "standarddatenschutzklausel",
        "standard contractual",
        "model clause",
        "eu-klauseln",
        "2021/914",
    ]) || words_of(words).any(|word| matches!(word, "scc" | "sccs" | "svk"));
    if is_clauses {
        found.push(Mechanism::StandardClauses(module(words)));
    }
    if says(&[
        "binding corporate",
        "verbindliche interne",
        "verbindlichen internen",
    ]) || words_of(words).any(|word| matches!(word, "bcr" | "bcrs"))
    {
        found.push(Mechanism::CorporateRules);
    }
    // An article cited beside a mechanism it belongs to says nothing new.
    let article = articles(words);
    if says(&["angemessenheit", "adequacy"]) || (article.contains(&45) && !is_framework) {
        found.push(Mechanism::Adequacy);
    }
    let is_other = says(&[
        "verhaltensregel",
        "code of conduct",
        "codes of conduct",
        "ad-hoc",
        "ad hoc",
        "einzelvertragsklausel",
    ]);
    if is_other || (article.contains(&46) && found.is_empty()) {
        found.push(Mechanism::OtherSafeguard);
    }
    if article.contains(&49) || says(&["derogation", "ausnahmetatbestand"]) {
        let has_reason = words_of(words).filter(|word| word.len() > 3).count() >= 3;
        found.push(Mechanism::Derogation { has_reason });
    }
    if found.is_empty() {
        found.push(Mechanism::Unknown);
    }
    found
}

/// "keine", "n/a", "—", "nicht erforderlich", "offen".
fn means_none(words: &str) -> bool {
    const NONE: &[&str] = &[
        "",
        "-",
        "–",
        "—",
        "--",
        "/",
        "./.",
        "x",
        "0",
        "keine",
        "keiner",
        "kein",
        "none",
        "nein",
        "no",
        "n/a",
        "na",
        "n. a",
        "n.a",
        "k. a",
        "k.a",
        "entfällt",
        "offen",
        "open",
        "tbd",
        "unbekannt",
        "unknown",
        "not applicable",
        "not required",
        "not necessary",
        "nicht anwendbar",
        "nicht zutreffend",
        "nicht relevant",
        "nicht erforderlich",
        "nicht notwendig",
        "nicht nötig",
        "nicht einschlägig",
        "noch offen",
        "pending",
    ];
    // With what follows: "nicht erforderlich (EU)", "keine, da Verarbeitung in der EU".
    const BEGINS: &[&str] = &[
        "nicht erforderlich",
        "nicht notwendig",
        "nicht nötig",
        "nicht anwendbar",
        "keine,",
        "keine (",
        "keine –",
        "keine übermittlung",
        "kein drittland",
        "keine drittland",
        "entfällt",
        "n/a",
        "not applicable",
        "not required",
        "none ",
        "none,",
        "none (",
        "no transfer",
        "no third",
        "inside the e",
        "within the e",
        "in the e",
        "innerhalb der e",
        "innerhalb des ewr",
        "in der eu",
        "im ewr",
        "eu/ewr",
        "eea only",
        "nicht vorgesehen",
    ];
    NONE.contains(&words) || BEGINS.iter().any(|begin| words.starts_with(begin))
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Numbers that stand directly behind "Art.": figures inside a certificate are no articles.
fn articles(words: &str) -> Vec<u32> {
    let all: Vec<&str> = words_of(words).collect();
    let pairs = all.windows(2).filter_map(|pair| match pair {
        ["art" | "artikel" | "article", number] => number.parse().ok(),
        _ => None,
    });
    pairs.collect()
}

/// The id of a certificate: the first word with at least four figures, years apart.
fn certificate(cell: &str) -> Option<String> {
    let is_id = |word: &&str| {
        let figures = word.chars().filter(char::is_ascii_digit).count();
        let is_year = word.len() == 4 && (word.starts_with("20") || word.starts_with("19"));
        figures >= 4 && !is_year
    };
    cell.split([' ', ',', ';', '(', ')', ':', '\u{a0}'])
        .map(|word| word.trim_matches(['.', '#']))
        .find(is_id)
        .map(str::to_owned)
}

fn module(words: &str) -> Option<u8> {
    let all: Vec<&str> = words_of(words).collect();
    let number = |word: &str| match word {
        "1" | "i" | "one" | "eins" => Some(1),
        "2" | "ii" | "two" | "zwei" => Some(2),
        "3" | "iii" | "three" | "drei" => Some(3),
        "4" | "iv" | "four" | "vier" => Some(4),
        _ => None,
    };
    all.windows(2)
        .find_map(|pair| match pair {
            ["modul" | "module" | "moduls", word] => number(word),
            _ => None,
        })
        .or_else(|| {
            all.iter().find_map(|word| match *word {
                "m1" => Some(1),
                "m2" => Some(2),
                "m3" => Some(3),
                "m4" => Some(4),
                _ => None,
            })
        })
}

#[cfg(test)]
mod tests {
    use super::{Mechanism as M, *};

    #[test]
    fn lc30_a_cell_names_a_mechanism_of_a_closed_list_or_none() {
        let table: &[(&str, &[M])] = &[
            ("", &[]),
            ("keine", &[]),
            ("Keine.", &[]),
            ("n/a", &[]),
            ("—", &[]),
            ("offen", &[]),
            ("nicht erforderlich (Verarbeitung in der EU)", &[]),
            ("Not applicable", &[]),
            ("Angemessenheitsbeschluss", &[M::Adequacy]),
            ("adequacy decision (Art. 45 GDPR)", &[M::Adequacy]),
            (
                "DPF, Zertifikat 4932149",
                &[M::DataPrivacyFramework(Some("4932149".into()))],
            ),
            (
                "EU-U.S. Data Privacy Framework",
                &[M::DataPrivacyFramework(None)],
            ),
            ("SCC Modul 2", &[M::StandardClauses(Some(2))]),
            (
                "Standardvertragsklauseln (2021/914), Modul III",
                &[M::StandardClauses(Some(3))],
            ),
            ("SCCs", &[M::StandardClauses(None)]),
            ("BCR", &[M::CorporateRules]),
            ("Art. 46 Abs. 2 lit. e DSGVO", &[M::OtherSafeguard]),
            ("Art. 49 DSGVO", &[M::Derogation { has_reason: false }]),
            (
                "Art. 49 Abs. 1 lit. b DSGVO, Erfüllung einzelner Verträge",
                &[M::Derogation { has_reason: true }],
            ),
            ("Zertifikat 49-45-46", &[M::Unknown]),
            (
                "DPF 4949 und SCC Modul 3",
                &[
                    M::DataPrivacyFramework(Some("4949".into())),
                    M::StandardClauses(Some(3)),
                ],
            ),
            ("Inside the EEA", &[]),
            ("Vertrauen", &[M::Unknown]),
        ];
        for (cell, expected) in table {
            assert_eq!(read(cell), *expected, "{cell}");
        }
    }
}

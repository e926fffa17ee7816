//! What a passage cites: laws that are in force no more, articles and paragraphs mixed up, documents that are no
//! part of the agreement.

use super::Spot;
use super::phrase::Phrase;

pub(super) fn old_law(said: &Phrase<'_>) -> bool {
    let words = said.words();
    let cites = |numbers: &[&str], laws: &[&str]| {
        words.iter().enumerate().any(|(at, word)| {
            numbers.contains(&word.as_str())
                && words
                    .iter()
                    .take(at)
                    .rev()
                    .take(2)
                    .any(|word| word.starts_with('§'))
                && words
                    .iter()
                    .skip(at + 1)
                    .take(6)
                    .any(|word| laws.contains(&word.as_str()))
        })
    };
    cites(
        &["88"],
        &[
            "tkg",
            "telekommunikationsgesetz",
            "telekommunikationsgesetzes",
        ],
    ) || cites(
        &[
            "4b", "4c", "4d", "4e", "4f", "4g", "5", "9", "11", "28", "42a",
        ],
        &[
            "bdsg",
            "bundesdatenschutzgesetz",
            "bundesdatenschutzgesetzes",
        ],
    ) || said.says(&[
        "bdsg a.f",
        "bdsg (a",
        "bdsg-alt",
        "bdsg alt",
        "95/46",
        "safe harbor",
        "safe harbour",
        "privacy shield",
        "privacy-shield",
        "ttdsg",
        "2010/87",
        "2001/497",
        "2004/915",
        "2002/16",
        "teledienste",
        "§ 13 tmg",
        "old bdsg",
        "rundfunkstaatsvertrag",
    ])
}

pub(super) fn citation(said: &Phrase<'_>) -> bool {
    const ARTICLES: &[&str] = &[
        "dsgvo",
        "ds-gvo",
        "gdpr",
        "dsvgo",
        "gvo",
        "datenschutzgrundverordnung",
        "grundverordnung",
    ];
    const PARAGRAPHS: &[&str] = &[
        "bdsg", "tdddg", "ttdsg", "tkg", "bgb", "stgb", "hgb", "gewo", "ao", "uwg",
    ];
    let words = said.words();
    words.iter().enumerate().any(|(at, word)| {
        let (sign, number) = match word.strip_prefix('§') {
            Some("" | "§") => (Some('§'), words.get(at + 1)),
            Some(rest) if !rest.is_empty() => (Some('§'), Some(word)),
            _ if matches!(word.as_str(), "art" | "artikel" | "article" | "articles") => {
                (Some('a'), words.get(at + 1))
            }
            _ => (None, None),
        };
        let Some(sign) = sign else { return false };
        let figure = number.map(|number| number.trim_start_matches('§'));
        let Some(figure) = figure.filter(|figure| figure.starts_with(|c: char| c.is_ascii_digit()))
        else {
            return false;
        };
        // The first law behind the sign is the one that is cited.
        let law =
            words.iter().skip(at + 1).take(10).find(|word| {
                ARTICLES.contains(&word.as_str()) || PARAGRAPHS.contains(&word.as_str())
            });
        let another = words
            .iter()
            .skip(at + 1)
            .take_while(|word| Some(*word) != law)
            .any(|word| {
                word.starts_with('§') || matches!(word.as_str(), "art" | "artikel" | "article")
            });
        let is_article = law.is_some_and(|law| ARTICLES.contains(&law.as_str()));
        let is_paragraph = law.is_some_and(|law| PARAGRAPHS.contains(&law.as_str()));
        let too_high = figure.parse::<u32>().is_ok_and(|number| number > 99);
        match sign {
            '§' => is_article && !another,
            _ => (is_paragraph && !another) || (is_article && !another && too_high),
        }
    })
}

/// A transfer that rests on Art. 49: the article alone, and not the end of "Art. 44 bis 49".
pub(super) fn derogation(said: &Phrase<'_>) -> bool {
    const ARTICLE: &[&str] = &["art", "artikel", "article", "articles", "artikels"];
    let words = said.words();
    let cites = words.windows(2).any(|pair| match pair {
        [article, number] => ARTICLE.contains(&article.as_str()) && number == "49",
        _ => false,
    });
    let excepts = said.has(&["derogation", "ausnahmetatbest", "ausnahmevorschrift"])
        && said.has(&["transfer", "übermitt", "drittl", "third"]);
    // "Not based on", "auf Art. 49 stützt sich nichts".
    let denied = said.near(
        &[
            "stütz",
            "beruh",
            "gestützt",
            "base",
            "rely",
            "relied",
            "rest.",
            "rests.",
            "genüg",
            "reich",
            "suffic",
            "enough",
            "zuläss",
            "permit",
            "herangezog",
            "anwend",
            "used.",
        ],
        super::meaning::NO,
        4,
    );
    (cites || excepts) && !denied
}

pub(super) fn elsewhere(at: &Spot<'_>, said: &Phrase<'_>) -> bool {
    let is_measure = at
        .subject
        .is_some_and(|subject| subject.is_measure() || subject.tag == "tom");
    let outside = said.says(&[
        "siehe unser",
        "refer to our",
        "whitepaper",
        "aus unserem",
        "not attached",
        "nicht beigefügt",
        "nicht herausgegeben",
        "as amended",
        "internal security",
        "internen sicherheit",
        "siehe separat",
        "siehe gesondert",
        "s. unser",
        "unsere tom",
        "see our",
        "see separate",
        "abrufbar unter",
        "einsehbar unter",
        "veröffentlicht unter",
        "available at",
        "available under",
        "auf unserer website",
        "auf unserer webseite",
        "on our website",
        "gesondertes dokument",
        "gesonderten dokument",
        "separaten dokument",
        "separates dokument",
        "separate document",
        "liegt nicht bei",
        "wird nachgereicht",
        "auf anfrage erhältlich",
        "werden auf anfrage",
        "wird auf anfrage",
        "provided on request",
        "available on request",
        "jeweils aktuellen fassung unter",
        "http://",
        "https://",
        "www.",
    ]);
    let is_convenience = said.says(&["convenience", "zusätzlich", "in addition"]);
    outside
        && !is_convenience
        && (is_measure
            || at.is_about(&[
                "sub-processors",
                "sub-processor-notice",
                "data-types",
                "tom-change",
            ])
            || said.says(&[
                "tom",
                "maßnahmen",
                "measures",
                "liste",
                "list of",
                "anlage",
                "annex",
            ]))
}

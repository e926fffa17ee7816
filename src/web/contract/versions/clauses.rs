//! The text of a version as a list of clauses: added, moved and removed here.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Subject, asked, load, names};
use crate::actions::ActionError;
use crate::actions::versions::draft::stamp;
use crate::actions::versions::review::{Review, Surroundings, preview, review};
use crate::app::App;
use crate::contract::check::CheckResult;
use crate::contract::clauses::{Names, PREAMBLE_KEY, Pair, PartText, words_of};
use crate::contract::parts::stems;
use crate::contract::tree::Block;
use crate::contract::{meta, sample_values};
use crate::domain::VersionId;
use crate::domain::version::{Comment, Version};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_versions::clauses::{list_comments, list_typed};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html};
use crate::wording::clause as words;

/// Words of a clause that the list shows.
const FIRST_WORDS: usize = 14;

#[derive(Template)]
#[template(path = "web/contract/versions/clauses.html")]
pub(super) struct Page {
    shell: Shell,
    subject: Subject,
    part: String,
    part_name: String,
    /// Parts: name, address, whether it is this one.
    parts: Vec<(String, String, bool)>,
    is_bilingual: bool,
    clauses: Vec<ClauseRow>,
    /// Comments on clauses that are gone.
    lost: Vec<Comment>,
    /// What was typed for a new clause.
    new: NewClause,
    errors: FieldErrors,
}

/// A clause in the list.
struct ClauseRow {
    key: String,
    number: String,
    href: String,
    /// Heading in the first language that has it, and that language.
    title: (&'static str, String),
    /// Heading in the other language, if it is another one.
    other: String,
    first_words: String,
    /// Names of its subjects.
    subjects: String,
    is_below: bool,
    is_missing: bool,
    faults: usize,
    questions: usize,
    comments: usize,
    is_typed: bool,
    /// Whether the new clause is to stand behind it.
    is_chosen: bool,
}

/// What was typed for a new clause.
#[derive(Default)]
pub(super) struct NewClause {
    pub behind: String,
    pub heading_de: String,
    pub heading_en: String,
}

/// What is printed of the clauses and references of a version.
#[derive(Default)]
pub(super) struct Printed {
    /// Number by the id of the heading.
    pub numbers: BTreeMap<String, String>,
    /// Words of references by language.
    pub names: BTreeMap<&'static str, Names>,
}

impl Printed {
    /// CPU work. Nothing while the text cannot be read.
    pub fn of(reviewed: &Review, around: &Surroundings, version: &Version) -> Self {
        let mut printed = Self::default();
        let Some(contract) = &reviewed.contract else {
            return printed;
        };
        for language in contract.meta.languages.iter().copied() {
            let values = sample_values(language, true);
            let words = contract.reference_words(&values, language);
            // Only what an author named stays the same when clauses move.
            let named = words.into_iter().filter(|(id, _)| {
                let mark = format!("#{id}");
                version.files.values().any(|text| text.contains(&mark))
            });
            printed.names.insert(language.code(), Names::new(named));
        }
        let (_, document) = preview(contract, around, contract.meta.binding);
        collect(&document.blocks, &mut printed.numbers);
        printed
    }

    pub fn names(&self, code: &str) -> Names {
        self.names.get(code).cloned().unwrap_or_default()
    }
}

fn collect(blocks: &[Block], numbers: &mut BTreeMap<String, String>) {
    for block in blocks {
        if let Block::Section(section) = block {
            if let Some(label) = &section.label {
                numbers.insert(section.id.clone(), label.clone());
            }
            collect(&section.blocks, numbers);
        }
    }
}

/// Parts of a version for the tabs: name, address, whether it is this one.
fn tabs(version: &Version, open: &str) -> Vec<(String, String, bool)> {
    let stems = stems(&version.files).into_iter();
    stems
        .map(|stem| {
            let name = names::part(&version.files, &stem, "de");
            let href = paths::version_clauses(version.head.id, &stem);
            (name, href, stem == open)
        })
        .collect()
}

/// Number and heading of a clause.
pub(super) fn numbered(part: &PartText, pair: &Pair, printed: &Printed) -> (String, String) {
    let first = part.each(pair).find_map(|(_, clause)| clause);
    let number = first.and_then(|(_, clause)| printed.numbers.get(&clause.printed_id));
    (number.cloned().unwrap_or_default(), part.title(pair))
}

/// GET: the list of a part.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let part = asked(&request, "teil").unwrap_or_else(|| "vertrag".to_owned());
    let new = NewClause {
        behind: asked(&request, "nach").unwrap_or_default(),
        ..NewClause::default()
    };
    html(&page(&app, &me, *id, &part, new, FieldErrors::default()).await?)
}

pub(super) async fn page(
    app: &App,
    me: &Me,
    id: VersionId,
    stem: &str,
    new: NewClause,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (version, around) = load(app, me, id).await?;
    let part = PartText::of(&version.files, stem).ok_or(PageError::NotFound)?;
    let user = me.viewer.user;
    let (comments, typed) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((list_comments(conn, id)?, list_typed(conn, id, user)?))
        })
        .await?;
    let (own, looked_at) = (app.clone(), version.clone());
    let (reviewed, printed) = me
        .turn
        .take(app, Kind::SignedIn, move || {
            let reviewed = review(&own, &looked_at.files, &around, None, &[]);
            let printed = Printed::of(&reviewed, &around, &looked_at);
            (reviewed, printed)
        })
        .await?;
    let clauses: Vec<ClauseRow> = part
        .pairs
        .iter()
        .map(|pair| {
            let mut row = clause_row(&part, pair, &printed, id);
            (row.faults, row.questions) = found(&reviewed, &part, pair);
            let own = comments.iter().filter(|one| one.is_about(stem, &pair.key));
            row.comments = own.filter(|one| one.is_open()).count();
            row.is_chosen = pair.key == new.behind;
            row.is_typed = typed
                .iter()
                .any(|(part, key)| part == stem && *key == pair.key);
            row
        })
        .collect();
    let is_known = |one: &Comment| part.pair(&one.clause).is_some();
    Ok(Page {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        subject: Subject::of(&version, me.viewer.role),
        part: stem.to_owned(),
        part_name: names::part(&version.files, stem, "de"),
        parts: tabs(&version, stem),
        is_bilingual: part.columns.len() > 1,
        lost: comments
            .iter()
            .filter(|one| one.part == stem && one.is_open() && !is_known(one))
            .cloned()
            .collect(),
        clauses,
        new,
        errors,
    })
}

fn clause_row(part: &PartText, pair: &Pair, printed: &Printed, id: VersionId) -> ClauseRow {
    let (number, _) = numbered(part, pair, printed);
    let titles: Vec<(&'static str, String)> = part
        .each(pair)
        .filter_map(|(column, clause)| Some((column.code, clause?.1.title.clone())))
        .collect();
    let first = part
        .each(pair)
        .find_map(|(column, clause)| Some((column, clause?.1)));
    let (first_words, subjects, level) = match first {
        Some((column, clause)) => {
            let text = words_of(clause.source(&column.text), &printed.names(column.code));
            let text = without_targets(&text);
            let is_word = |word: &&str| word.contains(char::is_alphanumeric);
            let words = text.split_whitespace().filter(is_word);
            let words: Vec<&str> = words.take(FIRST_WORDS).collect();
            let subjects: Vec<&str> = clause
                .tags
                .iter()
                .filter(|tag| *tag != "unnumbered")
                .map(|tag| words::subject(tag))
                .collect();
            (words.join(" "), subjects.join(", "), clause.level)
        }
        None => (String::new(), String::new(), 0),
    };
    ClauseRow {
        key: pair.key.clone(),
        href: paths::version_clause(id, &part.stem, &pair.key),
        number,
        is_missing: titles.len() < part.columns.len(),
        other: match titles.as_slice() {
            [(_, first), (_, other)] if first != other => other.clone(),
            _ => String::new(),
        },
        title: titles.into_iter().next().unwrap_or_default(),
        first_words,
        subjects,
        is_below: level > 1,
        faults: 0,
        questions: 0,
        comments: 0,
        is_typed: false,
        is_chosen: false,
    }
}

/// The words without the names that references use, which nobody reads in a list.
fn without_targets(text: &str) -> String {
    let mut parts = text.split("[Ziel: ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once(']').map_or(part, |(_, rest)| rest));
    }
    out
}

/// Whether a place like `de/vertrag.dj:12` is in a clause.
pub(super) fn is_in(part: &PartText, pair: &Pair, file: &str, line: usize) -> bool {
    part.at_line(file, line)
        .is_some_and(|found| found.key == pair.key)
}

/// How many faults and questions were found in a clause.
fn found(reviewed: &Review, part: &PartText, pair: &Pair) -> (usize, usize) {
    let at = |place: &Option<String>| {
        let place = place.as_deref().and_then(|place| place.rsplit_once(':'));
        place.is_some_and(|(file, line)| {
            line.parse().is_ok_and(|line| is_in(part, pair, file, line))
        })
    };
    let problems = reviewed.problems.iter();
    let problems = problems
        .filter(|one| is_in(part, pair, &one.file, one.line))
        .count();
    let own: Vec<_> = reviewed
        .findings
        .iter()
        .filter(|one| at(&one.place))
        .collect();
    let faults = own.iter().filter(|one| one.failed()).count();
    let questions = own
        .iter()
        .filter(|one| one.outcome == CheckResult::Confirm)
        .count();
    (problems + faults, questions)
}

/// The order of the clauses of a part, as a form carries it.
pub(super) fn order_of(part: &PartText) -> String {
    stamp(&part.order())
}

/// Name of a language.
pub(super) fn tongue(code: &str) -> &'static str {
    match code {
        "de" => "Deutsch",
        _ => "Englisch",
    }
}

/// Whether a key is that of the text before the first heading.
pub(super) fn is_preamble(key: &str) -> bool {
    key == PREAMBLE_KEY
}

/// Address of the source of a part in a language.
pub(super) fn source_of(id: VersionId, path: &str, line: usize) -> String {
    let text = paths::version_text(id, path);
    if path == meta::FILE {
        return text;
    }
    format!("{text}&zeile={line}#v-text")
}

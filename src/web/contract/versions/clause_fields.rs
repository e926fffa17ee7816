//! The fields of the form of a clause: as they were typed, and as source.

use std::collections::BTreeMap;

use crate::actions::versions::clauses::{ClauseText, stand};
use crate::actions::versions::draft::stamp;
use crate::app::App;
use crate::contract::clauses::order::marked;
use crate::contract::clauses::{Names, Pair, PartText, Shown, TypingFault, show, write};
use crate::contract::diff::{Piece, words};
use crate::domain::version::{Files, clean};
use crate::places::Kind;
use crate::storage::contract_versions::clauses::TypedFields;
use crate::web::contract::shortened;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::Me;

/// Fields that are kept while somebody types.
const KEPT: [&str; 7] = [
    "ueberschrift_",
    "text_",
    "anfang_",
    "verweise_",
    "thema-",
    "stand",
    "themen",
];
/// Fields of comments, which are kept as well.
pub(super) const COMMENT: &str = "kommentar";
/// The comment that is answered.
pub(super) const ANSWERS: &str = "worauf";
/// What stands in the text for a value that is inserted without a cursor.
const HERE: &str = "[]";

/// What was typed in the form of a clause.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    /// One for each language.
    pub columns: Vec<TypedColumn>,
    /// Stamps of the texts that the form was made from.
    pub seen: Vec<String>,
    /// The marks whose boxes are ticked.
    pub ticked: Vec<String>,
    /// The marks whose boxes were ticked when the form was shown.
    pub were_ticked: Vec<String>,
    /// A comment that was typed, and what it answers.
    pub comment: (String, String),
}

/// The fields of one language.
#[derive(Debug, Clone, Default)]
pub(super) struct TypedColumn {
    pub code: String,
    pub shown: Shown,
    /// [`begun`] of what the form showed.
    pub begun: String,
    pub names: Names,
}

/// A stamp of what the form shows, so that a field nobody touched is known.
pub(super) fn begun(shown: &Shown) -> String {
    stamp(&format!(
        "{}\n{}",
        shown.heading.trim(),
        shown.text.trim_end()
    ))
}

/// The fields of a form that are kept while somebody types.
pub(super) fn kept(mut fields: BTreeMap<String, String>) -> TypedFields {
    fields.retain(|name, _| {
        KEPT.iter().any(|start| name.starts_with(start))
            || [COMMENT, ANSWERS].contains(&name.as_str())
    });
    fields
}

impl Typed {
    pub fn of(fields: &TypedFields) -> Self {
        let get = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let lines = |text: String| clean(&text).trim_end().to_owned();
        let codes = ["de", "en"].into_iter();
        let columns = codes
            .filter(|code| fields.contains_key(&format!("text_{code}")))
            .map(|code| TypedColumn {
                code: code.to_owned(),
                shown: Shown {
                    heading: lines(get(&format!("ueberschrift_{code}"))).replace('\n', " "),
                    text: lines(get(&format!("text_{code}"))),
                },
                begun: get(&format!("anfang_{code}")),
                names: Names::from_field(&get(&format!("verweise_{code}")).replace("\r\n", "\n")),
            })
            .collect();
        let split = |text: String| text.split_whitespace().map(str::to_owned).collect();
        let ticked = fields.keys().filter_map(|name| name.strip_prefix("thema-"));
        Self {
            columns,
            seen: get("stand").split('.').map(str::to_owned).collect(),
            ticked: ticked.map(str::to_owned).collect(),
            were_ticked: split(get("themen")),
            comment: (get(COMMENT).replace("\r\n", "\n"), get(ANSWERS)),
        }
    }

    pub fn column(&self, code: &str) -> Option<&TypedColumn> {
        self.columns.iter().find(|one| one.code == code)
    }

    /// Puts a value or a reference in the place of `[]`, else at the end.
    pub fn insert(&mut self, code: &str, token: &str) {
        let Some(column) = self.columns.iter_mut().find(|one| one.code == code) else {
            return;
        };
        let text = &mut column.shown.text;
        if text.contains(HERE) {
            *text = text.replacen(HERE, token, 1);
        } else {
            *text = format!("{} {token}", text.trim_end())
                .trim_start()
                .to_owned();
        }
    }

    /// Whether nothing was typed that is not stored.
    pub fn is_untouched(&self) -> bool {
        let columns = self.columns.iter();
        columns
            .into_iter()
            .all(|one| begun(&one.shown) == one.begun)
            && self.ticked.len() == self.were_ticked.len()
            && self.ticked.iter().all(|tag| self.were_ticked.contains(tag))
            && self.comment.0.trim().is_empty()
    }
}

/// Why the fields cannot be saved.
pub(super) enum NotApplied {
    /// Something typed cannot be taken.
    Faults(FieldErrors),
    /// Somebody else changed the same clause; for each language what differs.
    Changed(Vec<(String, Vec<Piece>)>),
}

/// What a form comes to, worked out in a place of its own: a clause can be long.
pub(super) async fn apply(
    app: &App,
    me: &Me,
    (part, pair): (&PartText, &Pair),
    typed: &Typed,
    is_look: bool,
) -> Result<Result<Vec<ClauseText>, NotApplied>, PageError> {
    let (part, pair, typed) = (part.clone(), pair.clone(), typed.clone());
    let work = move || applied(&part, &pair, &typed, is_look);
    me.turn.take(app, Kind::SignedIn, work).await
}

/// The clause with what was typed. A language whose fields nobody touched stays as it is stored, and so
/// does what other people changed there. With `is_look` a change of the same text is no obstacle.
fn applied(
    part: &PartText,
    pair: &Pair,
    typed: &Typed,
    is_look: bool,
) -> Result<Vec<ClauseText>, NotApplied> {
    let stands = stand(part, pair);
    let (mut texts, mut errors, mut conflicts) = (Vec::new(), FieldErrors::default(), Vec::new());
    let list = |from: &[String], without: &[String]| -> Vec<String> {
        from.iter()
            .filter(|tag| !without.contains(tag))
            .cloned()
            .collect()
    };
    let add = list(&typed.ticked, &typed.were_ticked);
    let remove = list(&typed.were_ticked, &typed.ticked);
    let refs = |tags: &[String]| {
        tags.iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (add, remove) = (refs(&add), refs(&remove));
    let (add, remove): (Vec<&str>, Vec<&str>) = (
        add.split_whitespace().collect(),
        remove.split_whitespace().collect(),
    );
    for (place, (column, clause)) in part.each(pair).enumerate() {
        let (Some((_, clause)), Some(own)) = (clause, typed.column(column.code)) else {
            continue;
        };
        let source = clause.source(&column.text);
        let current = stands.get(place);
        let mut new = source.to_owned();
        if begun(&own.shown) != own.begun {
            match write(source, &own.shown, &own.names) {
                Ok(written) => new = written,
                Err(faults) => {
                    add_faults(&mut errors, column.code, faults.heading, faults.text);
                    continue;
                }
            }
            if typed.seen.get(place) != current && new != source && !is_look {
                let stored = show(source, &own.names).unwrap_or_default();
                conflicts.push((column.code.to_owned(), compared(&stored, &own.shown)));
            }
        }
        let new = marked(&new, &add, &remove);
        texts.push(ClauseText {
            path: column.path.clone(),
            seen: stamp(source),
            source: new,
        });
    }
    if !errors.is_empty() {
        Err(NotApplied::Faults(errors))
    } else if !conflicts.is_empty() {
        Err(NotApplied::Changed(conflicts))
    } else {
        Ok(texts)
    }
}

fn add_faults(
    errors: &mut FieldErrors,
    code: &str,
    heading: Option<TypingFault>,
    text: Option<TypingFault>,
) {
    let language = if code == "de" { "Deutsch" } else { "Englisch" };
    for (field, fault) in [("ueberschrift", heading), ("text", text)] {
        if let Some(fault) = fault {
            errors.add(
                format!("{field}_{code}"),
                format!("{language}: {}", fault.sentence()),
            );
        }
    }
}

/// The difference of two texts word by word.
fn compared(stored: &Shown, typed: &Shown) -> Vec<Piece> {
    let of = |shown: &Shown| format!("{} {}", shown.heading, shown.text);
    let (old, new) = (of(stored), of(typed));
    let old: Vec<&str> = old.split_whitespace().collect();
    let new: Vec<&str> = new.split_whitespace().collect();
    shortened(words(&old, &new))
}

/// The files with a clause as it was typed, to be looked through before it is saved.
pub(super) fn files_with(
    files: &Files,
    part: &PartText,
    pair: &Pair,
    texts: &[ClauseText],
) -> Files {
    let mut files = files.clone();
    for (column, clause) in part.each(pair) {
        let text = texts.iter().find(|one| one.path == column.path);
        if let (Some((_, clause)), Some(text)) = (clause, text) {
            let mut whole = column.text.clone();
            whole.replace_range(clause.range.clone(), &text.source);
            files.insert(column.path.clone(), whole);
        }
    }
    files
}

//! The form of one clause: both languages side by side, its subjects as boxes, values from a menu.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::clause_fields::{NotApplied, Typed, TypedColumn, apply, files_with, kept};
use super::clause_place::keep;
use super::clause_view::{
    ColumnView, SubjectBox, columns, findings, marks_of, moves, references, subjects,
};
use super::clauses::{Printed, is_preamble, numbered, order_of, tongue};
use super::comments::{Thread, threads};
use super::found::FindingRow;
use super::{Subject, asked, load, names};
use crate::actions::ActionError;
use crate::actions::versions::clauses::{ClauseRef, drop_typed, save_clause, stand};
use crate::actions::versions::review::{Surroundings, review};
use crate::app::App;
use crate::contract::clauses::{Pair, PartText, values};
use crate::contract::diff::Piece;
use crate::contract::parts;
use crate::domain::version::{Version, VersionRefusal};
use crate::domain::viewer::Viewer;
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_versions::clauses::{ClauseForm, find_typed, list_comments};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::refusals::of_version;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::SignedTexts;
use crate::wording::dates;

#[derive(Template)]
#[template(path = "web/contract/versions/clause.html")]
pub(super) struct Page {
    shell: Shell,
    subject: Subject,
    at: ClauseRef,
    part_name: String,
    /// Number and heading.
    heading: (String, String),
    is_preamble: bool,
    columns: Vec<ColumnView>,
    stand: String,
    /// The same of what is stored, for the form that removes the clause.
    stored: String,
    order: String,
    /// Whether the clause may go up, or down.
    moves: (bool, bool),
    subjects: Vec<SubjectBox>,
    /// The marks that were stored when the form was made.
    stored_marks: Vec<String>,
    values: Vec<&'static str>,
    /// References: id, and name in each language.
    references: Vec<(String, String, String)>,
    findings: Vec<FindingRow>,
    threads: Vec<Thread>,
    comment: (String, String),
    conflict: Option<Conflict>,
    /// When what stands in the form was typed, if it is not stored.
    typed_at: String,
    was_looked: bool,
    /// The field that has the focus.
    focus: String,
    errors: FieldErrors,
    /// The clauses above and below.
    before: Option<(String, String)>,
    after: Option<(String, String)>,
}

/// Somebody else has changed the clause since the form was shown.
struct Conflict {
    by: String,
    at: String,
    pieces: Vec<(&'static str, Vec<Piece>)>,
}

/// How the form is shown.
#[derive(Default)]
pub(super) struct Filled {
    /// What was typed; as it is stored without.
    pub typed: Option<Typed>,
    /// When it was typed, if it was kept.
    pub at: Option<chrono::DateTime<chrono::Utc>>,
    pub errors: FieldErrors,
    pub conflict: Vec<(String, Vec<Piece>)>,
    pub was_looked: bool,
    pub focus: String,
}

impl Page {
    /// Address of the list of clauses.
    fn list(&self) -> String {
        paths::version_clauses(self.at.version, &self.at.part)
    }

    /// Names of the ticked subjects.
    fn ticked(&self) -> String {
        let ticked = self.subjects.iter().filter(|one| one.is_ticked);
        ticked
            .map(|one| one.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The marks that are stored or were when the form was made.
    fn marks(&self) -> String {
        self.stored_marks.join(" ")
    }
}

/// GET: the form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let (version, around) = load(&app, &me, *id).await?;
    let part = asked(&request, "teil").unwrap_or_else(|| "vertrag".to_owned());
    let clause = asked(&request, "klausel");
    // A finding names a file and a line.
    let at = match (parts::stem(&part), asked(&request, "zeile"), clause) {
        (Some(stem), Some(line), _) => {
            let read = PartText::of(&version.files, &stem).ok_or(PageError::NotFound)?;
            let line = line.parse().unwrap_or(1);
            let pair = read.at_line(&part, line).ok_or(PageError::NotFound)?;
            clause_ref(*id, stem, pair.key.clone())
        }
        (_, _, Some(clause)) => clause_ref(*id, part, clause),
        _ => {
            let read = PartText::of(&version.files, &part).ok_or(PageError::NotFound)?;
            let first = read.pairs.first().ok_or(PageError::NotFound)?;
            clause_ref(*id, part, first.key.clone())
        }
    };
    let form = form_of(&me.viewer, &at);
    let may_write = Subject::of(&version, me.viewer.role).can_edit;
    let kept = match may_write {
        true => {
            app.db
                .read(move |conn| -> Result<_, ActionError> { Ok(find_typed(conn, &form)?) })
                .await?
        }
        false => None,
    };
    let filled = match kept {
        Some((fields, at)) => Filled {
            typed: Some(Typed::of(&fields)),
            at: Some(at),
            ..Filled::default()
        },
        None => Filled::default(),
    };
    html(&page(&app, &me, (version, around), &at, filled).await?)
}

fn clause_ref(version: VersionId, part: String, clause: String) -> ClauseRef {
    ClauseRef {
        version,
        part,
        clause,
    }
}

fn form_of(viewer: &Viewer, at: &ClauseRef) -> ClauseForm {
    ClauseForm {
        version: at.version,
        user: viewer.user,
        part: at.part.clone(),
        clause: at.clause.clone(),
    }
}

/// POST: saves the clause, shows what the checks say of it, inserts a value, or keeps what was typed.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedTexts { form, .. }: SignedTexts,
) -> Result<HttpResponse, PageError> {
    let at = clause_ref(
        *id,
        form.get("teil").to_owned(),
        form.get("klausel").to_owned(),
    );
    let to = paths::version_clause(*id, &at.part, &at.clause);
    let wanted = form.get("tun").to_owned();
    match wanted.as_str() {
        "merken" => {
            keep(&app, &me, &at, form).await?;
            return Ok(HttpResponse::NoContent().finish());
        }
        "verwerfen" => {
            let (viewer, at) = (me.viewer.clone(), at.clone());
            let done = app
                .db
                .transaction(move |conn| drop_typed(conn, &viewer, &at))
                .await;
            return session.respond(
                done,
                |()| "Das Formular zeigt wieder den gespeicherten Text.",
                to,
            );
        }
        _ => {}
    }
    let chosen = form.get("wert").to_owned();
    let mut typed = Typed::of(&kept(form.clone().into()));
    let loaded = load(&app, &me, *id).await?;
    if let Some(code) = wanted.strip_prefix("wert_") {
        if let Some(token) = token(&chosen, &typed, code) {
            typed.insert(code, &token);
        }
        keep(&app, &me, &at, with_texts(&form, &typed)).await?;
        let filled = Filled {
            typed: Some(typed),
            focus: format!("text_{code}"),
            ..Filled::default()
        };
        return html(&page(&app, &me, loaded, &at, filled).await?);
    }
    let part = PartText::of(&loaded.0.files, &at.part).ok_or(PageError::NotFound)?;
    let Some(pair) = part.pair(&at.clause).cloned() else {
        keep(&app, &me, &at, form).await?;
        return gone(&app, &me, loaded, &at, typed).await;
    };
    keep(&app, &me, &at, form).await?;
    if wanted == "pruefen" {
        let filled = Filled {
            typed: Some(typed),
            was_looked: true,
            ..Filled::default()
        };
        return html(&page(&app, &me, loaded, &at, filled).await?);
    }
    let texts = match apply(&app, &me, (&part, &pair), &typed, false).await? {
        Ok(texts) => texts,
        Err(not) => return refused(&app, &me, loaded, &at, typed, not).await,
    };
    let (now, viewer, own) = (app.clock.now(), me.viewer.clone(), at.clone());
    let done = app
        .db
        .transaction(move |conn| save_clause(conn, &viewer, &own, &texts, now))
        .await;
    match done {
        Ok(true) => Ok(session.succeeded(
            "Gespeichert.",
            new_address(&app, &me, &at, &part, &pair).await?,
        )),
        Ok(false) => Ok(session.succeeded("Der Text ist unverändert.", to)),
        Err(ActionError::Version(VersionRefusal::Changed { .. })) => {
            // Somebody was faster by a moment: the difference is shown as for anybody.
            let loaded = load(&app, &me, *id).await?;
            let part = PartText::of(&loaded.0.files, &at.part).ok_or(PageError::NotFound)?;
            let again = match part.pair(&at.clause) {
                Some(pair) => Some(apply(&app, &me, (&part, pair), &typed, false).await?),
                None => None,
            };
            match again {
                Some(Err(not)) => refused(&app, &me, loaded, &at, typed, not).await,
                _ => invalid(
                    &page(
                        &app,
                        &me,
                        loaded,
                        &at,
                        Filled {
                            typed: Some(typed),
                            ..Filled::default()
                        },
                    )
                    .await?,
                ),
            }
        }
        Err(ActionError::Version(refusal)) => {
            let mut errors = FieldErrors::default();
            errors.add("v-klausel", of_version(&refusal));
            let filled = Filled {
                typed: Some(typed),
                errors,
                ..Filled::default()
            };
            invalid(&page(&app, &me, load(&app, &me, *id).await?, &at, filled).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// A clause without an id is called by its heading, which may be another one now.
async fn new_address(
    app: &App,
    me: &Me,
    at: &ClauseRef,
    before: &PartText,
    pair: &Pair,
) -> Result<String, PageError> {
    let (version, _) = load(app, me, at.version).await?;
    let place = before.pairs.iter().position(|one| one.key == pair.key);
    let after = PartText::of(&version.files, &at.part);
    let key = after
        .as_ref()
        .filter(|after| after.pair(&at.clause).is_none())
        .and_then(|after| after.pairs.get(place?))
        .map_or(at.clause.clone(), |pair| pair.key.clone());
    Ok(paths::version_clause(at.version, &at.part, &key))
}

async fn refused(
    app: &App,
    me: &Me,
    loaded: (Version, Surroundings),
    at: &ClauseRef,
    mut typed: Typed,
    not: NotApplied,
) -> Result<HttpResponse, PageError> {
    let mut filled = Filled::default();
    match not {
        NotApplied::Faults(errors) => filled.errors = errors,
        NotApplied::Changed(conflict) => {
            filled.conflict = conflict;
            // A person who saves once more has seen the text that is stored now.
            if let Some(part) = PartText::of(&loaded.0.files, &at.part)
                && let Some(pair) = part.pair(&at.clause)
            {
                typed.seen = stand(&part, pair);
            }
        }
    }
    filled.typed = Some(typed);
    invalid(&page(app, me, loaded, at, filled).await?)
}

#[derive(Template)]
#[template(path = "web/contract/versions/clause_gone.html")]
struct Gone {
    shell: Shell,
    subject: Subject,
    at: ClauseRef,
    columns: Vec<(&'static str, String)>,
}

impl Gone {
    /// Address of the list of clauses.
    fn list(&self) -> String {
        paths::version_clauses(self.at.version, &self.at.part)
    }
}

/// The clause was removed while somebody wrote in it: what was typed is shown to be taken elsewhere.
async fn gone(
    app: &App,
    me: &Me,
    (version, _): (Version, Surroundings),
    at: &ClauseRef,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let text = |one: &TypedColumn| format!("{}\n\n{}", one.shown.heading, one.shown.text);
    invalid(&Gone {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        subject: Subject::of(&version, me.viewer.role),
        at: at.clone(),
        columns: typed
            .columns
            .iter()
            .map(|one| (tongue(&one.code), text(one)))
            .collect(),
    })
}

/// The form's fields with other texts.
fn with_texts(form: &Form, typed: &Typed) -> Form {
    let mut fields: std::collections::BTreeMap<String, String> = form.clone().into();
    for column in &typed.columns {
        fields.insert(format!("text_{}", column.code), column.shown.text.clone());
    }
    Form::from(fields)
}

/// What stands in the text for a choice of the menu.
fn token(chosen: &str, typed: &Typed, code: &str) -> Option<String> {
    if let Some(name) = chosen.strip_prefix("wert:") {
        return values().contains(&name).then(|| format!("[{name}]"));
    }
    let id = chosen.strip_prefix("verweis:")?;
    let names = &typed.column(code)?.names;
    let label = names
        .all()
        .find(|(one, _)| *one == id)
        .map(|(_, label)| label.to_owned());
    Some(format!(
        "[{}]",
        label.unwrap_or_else(|| format!("Verweis: {id}"))
    ))
}

/// The page with the stored text, or with what was typed.
pub(super) async fn page(
    app: &App,
    me: &Me,
    (version, around): (Version, Surroundings),
    at: &ClauseRef,
    filled: Filled,
) -> Result<Page, PageError> {
    let part = PartText::of(&version.files, &at.part).ok_or(PageError::NotFound)?;
    let pair = part.pair(&at.clause).ok_or(PageError::NotFound)?.clone();
    let id = at.version;
    let comments = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(list_comments(conn, id)?) })
        .await?;
    // The text as it was typed is looked through, as far as it can be taken.
    let mut errors = filled.errors;
    let mut files = version.files.clone();
    if let Some(typed) = &filled.typed {
        match apply(app, me, (&part, &pair), typed, true).await? {
            Ok(texts) => files = files_with(&version.files, &part, &pair, &texts),
            Err(NotApplied::Faults(found)) if errors.is_empty() && filled.was_looked => {
                errors = found
            }
            Err(_) => {}
        }
    }
    let looked_at = PartText::of(&files, &at.part).ok_or(PageError::NotFound)?;
    let (own, stored, surroundings) = (app.clone(), version.clone(), around);
    let (reviewed, printed) = me
        .turn
        .take(app, Kind::SignedIn, move || {
            let reviewed = review(&own, &files, &surroundings, None, &[]);
            let now = review(&own, &stored.files, &surroundings, None, &[]);
            let printed = Printed::of(&now, &surroundings, &stored);
            (reviewed, printed)
        })
        .await?;
    let subject = Subject::of(&version, me.viewer.role);
    let place = part
        .pairs
        .iter()
        .position(|one| one.key == pair.key)
        .unwrap_or_default();
    let link = |place: Option<usize>| {
        let other = part.pairs.get(place?)?;
        let (number, title) = numbered(&part, other, &printed);
        let href = paths::version_clause(id, &at.part, &other.key);
        Some((format!("{number} {title}").trim().to_owned(), href))
    };
    let looked_pair = looked_at.pairs.get(place).unwrap_or(&pair).clone();
    let changed = version.head.changed.clone();
    let touch = part
        .columns
        .iter()
        .filter_map(|one| version.touched.get(&one.path))
        .max_by_key(|one| one.at);
    let stored_marks = marks_of(&part, &pair);
    let columns = columns(&part, &pair, &printed, filled.typed.as_ref(), id);
    let references = references(&printed);
    Ok(Page {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        part_name: names::part(&version.files, &at.part, "de"),
        heading: numbered(&part, &pair, &printed),
        is_preamble: is_preamble(&pair.key),
        stand: match &filled.typed {
            Some(typed) => typed.seen.join("."),
            None => stand(&part, &pair).join("."),
        },
        stored: stand(&part, &pair).join("."),
        order: order_of(&part),
        moves: moves(&part, &pair),
        subjects: subjects(&part.stem, &stored_marks, filled.typed.as_ref()),
        stored_marks: match &filled.typed {
            Some(typed) => typed.were_ticked.clone(),
            None => stored_marks,
        },
        values: values(),
        references,
        findings: findings(&reviewed, &looked_at, &looked_pair),
        threads: threads(&comments, at),
        comment: filled.typed.map(|typed| typed.comment).unwrap_or_default(),
        conflict: (!filled.conflict.is_empty()).then(|| Conflict {
            by: touch.map_or(changed.name, |touch| touch.name.clone()),
            at: dates::short_moment(touch.map_or(changed.at, |touch| touch.at), Language::De),
            pieces: filled
                .conflict
                .into_iter()
                .map(|(code, pieces)| (tongue(&code), pieces))
                .collect(),
        }),
        typed_at: filled
            .at
            .map(|at| dates::short_moment(at, Language::De))
            .unwrap_or_default(),
        was_looked: filled.was_looked,
        focus: filled.focus,
        errors,
        before: link(place.checked_sub(1)),
        after: link(Some(place + 1)),
        at: at.clone(),
        columns,
        subject,
    })
}

//! Comments on clauses: written and answered in the form of the clause, closed there.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::clause::{Filled, page};
use super::clause_fields::{ANSWERS, COMMENT, Typed, kept};
use super::clause_place::keep;
use super::load;
use crate::actions::ActionError;
use crate::actions::versions::clauses::{ClauseRef, drop_typed};
use crate::actions::versions::comments::{CommentStep, comment};
use crate::app::App;
use crate::contract::clauses::PartText;
use crate::domain::version::{Comment, LONGEST_COMMENT, NewComment, clean};
use crate::domain::{CommentId, Language, VersionId};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::SignedTexts;
use crate::wording::dates;

/// A comment with its answers.
pub(super) struct Thread {
    pub id: CommentId,
    /// The comment and its answers: who, when, what.
    pub said: Vec<Said>,
    /// Who closed it, and when; empty while it is open.
    pub closed: String,
}

/// One thing that was said.
pub(super) struct Said {
    pub by: String,
    pub at: String,
    pub text: String,
}

impl Thread {
    /// How a choice names it.
    pub fn name(&self) -> String {
        let first = self.said.first();
        let words: Vec<&str> = first.map_or(Vec::new(), |one| {
            one.text.split_whitespace().take(6).collect()
        });
        format!(
            "{}: {} …",
            first.map_or("", |one| one.by.as_str()),
            words.join(" ")
        )
    }
}

/// The comments of a clause, open ones first.
pub(super) fn threads(all: &[Comment], at: &ClauseRef) -> Vec<Thread> {
    let said = |one: &Comment| Said {
        by: one.by.clone(),
        at: dates::short_moment(one.at, Language::De),
        text: one.text.clone(),
    };
    let mut roots: Vec<&Comment> = all
        .iter()
        .filter(|one| one.answers_to.is_none() && one.is_about(&at.part, &at.clause))
        .collect();
    roots.sort_by_key(|one| !one.is_open());
    roots
        .into_iter()
        .map(|root| {
            let answers = all.iter().filter(|one| one.answers_to == Some(root.id));
            Thread {
                id: root.id,
                said: std::iter::once(root).chain(answers).map(said).collect(),
                closed: root.closed.as_ref().map_or_else(String::new, |(at, by)| {
                    format!("{by}, {}", dates::short_moment(*at, Language::De))
                }),
            }
        })
        .collect()
}

/// POST: writes, answers, closes or opens a comment. What was typed in the fields of the clause is kept.
pub async fn post(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedTexts { form, .. }: SignedTexts,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let at = ClauseRef {
        version: id,
        part: form.get("teil").to_owned(),
        clause: form.get("klausel").to_owned(),
    };
    let to = paths::version_clause(id, &at.part, &at.clause);
    let (what, about) = form
        .get("tun")
        .split_once('-')
        .unwrap_or((form.get("tun"), ""));
    let wanted = about.parse::<CommentId>().map_err(|_| PageError::BadForm);
    let mut rest: std::collections::BTreeMap<String, String> = form.clone().into();
    let (step, said) = match what {
        "erledigt" => (CommentStep::Close(wanted?), "Der Kommentar ist erledigt."),
        "offen" => (
            CommentStep::Reopen(wanted?),
            "Der Kommentar ist wieder offen.",
        ),
        _ => {
            let text = clean(form.get(COMMENT)).trim().to_owned();
            let errors = faults(&text);
            let loaded = load(&app, &me, id).await?;
            if !errors.is_empty() {
                let filled = Filled {
                    typed: Some(Typed::of(&kept(rest))),
                    errors,
                    ..Filled::default()
                };
                return invalid(&page(&app, &me, loaded, &at, filled).await?);
            }
            let part = PartText::of(&loaded.0.files, &at.part).ok_or(PageError::NotFound)?;
            let pair = part.pair(&at.clause).ok_or(PageError::NotFound)?;
            let answers_to = form.get(ANSWERS).parse().ok();
            let new = NewComment {
                part: at.part.clone(),
                clause: at.clause.clone(),
                heading: part.title(pair),
                answers_to,
                text,
            };
            let said = if answers_to.is_some() {
                "Die Antwort steht dort."
            } else {
                "Der Kommentar steht dort."
            };
            rest.remove(COMMENT);
            rest.remove(ANSWERS);
            (CommentStep::Write(new), said)
        }
    };
    let rest = Form::from(rest);
    let is_untouched = Typed::of(&kept(rest.clone().into())).is_untouched();
    keep(&app, &me, &at, rest).await?;
    let done = app
        .db
        .transaction(move |conn| {
            // A comment that was kept while it was typed is not given back after it was sent; where
            // nothing can be written any more nothing was kept.
            if is_untouched && let Err(error) = drop_typed(conn, &viewer, &at) {
                match error {
                    ActionError::Version(_) => {}
                    other => return Err(other),
                }
            }
            comment(conn, &viewer, id, step, now)
        })
        .await;
    session.respond(done, |()| said, to)
}

fn faults(text: &str) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if text.is_empty() {
        errors.add(COMMENT, "Schreiben Sie den Kommentar");
    } else if text.chars().count() > LONGEST_COMMENT {
        errors.add(
            COMMENT,
            format!("Kürzen Sie den Kommentar auf {LONGEST_COMMENT} Zeichen"),
        );
    }
    errors
}

//! Submitting a draft: a named person answers the questions that no program can decide.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use strum::VariantArray as _;

use super::found::place_link;
use super::show::seen;
use super::{Subject, load};
use crate::actions::ActionError;
use crate::actions::versions::approval::{Answer, Answers, submit as submit_version};
use crate::actions::versions::review::{
    Question, QuestionGroup, Review, Surroundings, pdfs, review, stamp as stamp_of,
};
use crate::app::App;
use crate::domain::version::{Version, VersionRefusal};
use crate::domain::{Language, VersionId, name};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_versions::clauses::count_open_comments;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::refusals::of_version;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Longest reason in characters.
const LONGEST_NOTE: usize = 500;

#[derive(Template)]
#[template(path = "web/contract/versions/submit.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    blocks: bool,
    /// Questions that are asked together; none is empty.
    groups: Vec<Group>,
    /// Stamp of these questions; it is sent back with the answers.
    stamp: String,
    /// Comments on clauses that nobody has closed.
    open_comments: i64,
    errors: FieldErrors,
}

/// Questions that are asked together.
struct Group {
    /// Anchor.
    key: &'static str,
    title: &'static str,
    /// What is to be done with them.
    lead: &'static str,
    questions: Vec<Asked>,
}

impl Group {
    fn of(group: QuestionGroup, questions: Vec<Asked>) -> Self {
        use QuestionGroup as G;
        let (key, title, lead) = match group {
            G::Uncovered => (
                "ungeregelt",
                "Was der Text nicht regelt",
                "Jeder Vertrag muss das regeln, dieser tut es aus dem genannten Grund nicht. Sie und wer freigibt nehmen es auf sich.",
            ),
            G::Warnings => (
                "hinweise",
                "Was trotz eines Hinweises so bleiben soll",
                "Schreiben Sie zu jedem, warum.",
            ),
            G::Assigned => (
                "themen",
                "Was der Vertrag regeln muss",
                "Lesen Sie die Stelle, und bestätigen Sie, dass sie das Thema regelt.",
            ),
            G::Measures => (
                "massnahmen",
                "Technische und organisatorische Maßnahmen",
                "Die Maßnahmen werden zusammen bestätigt.",
            ),
            G::Passages => (
                "stellen",
                "Fragen zu einzelnen Stellen",
                "Solche Sätze machen oft Schwierigkeiten. Bestätigen Sie, dass sie so gemeint sind.",
            ),
            G::Rest => ("weiteres", "Weiteres", ""),
        };
        Self {
            key,
            title,
            lead,
            questions,
        }
    }
}

/// A question with the answer that was typed.
struct Asked {
    question: Question,
    place: Option<(String, String)>,
    /// Place with its address, and words.
    quotes: Vec<(Option<(String, String)>, String)>,
    answer: Answer,
    tick: String,
    note: String,
}

/// A version with its review and its PDFs.
type Looked = (Version, Review, Vec<(Language, Vec<u8>)>);

async fn look(app: &App, me: &Me, id: VersionId) -> Result<Looked, PageError> {
    let (version, around) = load(app, me, id).await?;
    let (own, files, now) = (app.clone(), version.files.clone(), app.clock.now());
    let (reviewed, made) = me
        .turn
        .take(app, Kind::SignedIn, move || -> Result<_, ActionError> {
            let reviewed = review(&own, &files, &around, None, &[]);
            let made = made(&reviewed, &around, now)?;
            Ok((review(&own, &files, &around, None, &made), made))
        })
        .await??;
    Ok((version, reviewed, made))
}

fn made(
    reviewed: &Review,
    around: &Surroundings,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Vec<(Language, Vec<u8>)>, ActionError> {
    match &reviewed.contract {
        Some(contract) => pdfs(contract, around, now),
        None => Ok(Vec::new()),
    }
}

/// GET: the questions.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let (version, reviewed, _) = look(&app, &me, *id).await?;
    html(&page(&app, &me, &version, &reviewed, &Form::default(), false).await?)
}

async fn page(
    app: &App,
    me: &Me,
    version: &Version,
    reviewed: &Review,
    form: &Form,
    was_sent: bool,
) -> Result<Page, PageError> {
    let mut errors = FieldErrors::default();
    let questions = reviewed.questions();
    let stamp = stamp_of(&questions);
    let questions: Vec<Asked> = questions
        .into_iter()
        .enumerate()
        .map(|(at, question)| {
            let asked = Asked {
                place: question
                    .place
                    .as_deref()
                    .and_then(|place| place_link(place, version.head.id)),
                quotes: quotes(&question, version.head.id),
                answer: answer(form, at),
                tick: format!("ja-{at}"),
                note: format!("wort-{at}"),
                question,
            };
            if was_sent && is_too_long(&asked.answer) {
                errors.add(
                    &asked.note,
                    format!(
                        "{}: Kürzen Sie den Text auf höchstens {LONGEST_NOTE} Zeichen",
                        asked.question.check
                    ),
                );
            } else if was_sent && !asked.answer.confirmed {
                errors.add(
                    &asked.tick,
                    format!("{}: Bestätigen Sie mit dem Haken", asked.question.check),
                );
            } else if was_sent && !asked.answer.is_enough(&asked.question) {
                errors.add(
                    &asked.note,
                    format!(
                        "{}: Schreiben Sie die Begründung oder Kennung dazu",
                        asked.question.check
                    ),
                );
            }
            asked
        })
        .collect();
    // The fields are numbered in the order of the questions, in whichever group they stand.
    let mut left = questions;
    let mut groups = Vec::new();
    for group in QuestionGroup::VARIANTS {
        let (own, others): (Vec<Asked>, Vec<Asked>) = left
            .into_iter()
            .partition(|one| one.question.group == *group);
        left = others;
        if !own.is_empty() {
            groups.push(Group::of(*group, own));
        }
    }
    let id = version.head.id;
    let open_comments = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(count_open_comments(conn, id)?) })
        .await?;
    Ok(Page {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        subject: Subject::of(version, me.viewer.role),
        blocks: reviewed.blocks(),
        groups,
        stamp,
        open_comments,
        errors,
    })
}

fn quotes(question: &Question, id: VersionId) -> Vec<(Option<(String, String)>, String)> {
    let quotes = question.quotes.iter().map(|quote| {
        let place = quote
            .place
            .as_deref()
            .and_then(|place| place_link(place, id));
        (place, quote.words.clone())
    });
    quotes.collect()
}

fn answer(form: &Form, at: usize) -> Answer {
    Answer {
        confirmed: form.ticked(&format!("ja-{at}")),
        note: name::clean(form.get(&format!("wort-{at}"))),
    }
}

fn is_too_long(answer: &Answer) -> bool {
    answer.note.chars().count() > LONGEST_NOTE
}

/// POST: submits the draft.
pub async fn submit(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let seen = seen(id, &form)?;
    let (version, reviewed, made) = look(&app, &me, id).await?;
    let answers = Answers {
        asked: form.get("fragen").to_owned(),
        given: (0..reviewed.questions().len())
            .map(|at| answer(&form, at))
            .collect(),
    };
    if answers.given.iter().any(is_too_long) {
        return invalid(&page(&app, &me, &version, &reviewed, &form, true).await?);
    }
    let own = app.clone();
    let done = app
        .db
        .transaction(move |conn| submit_version(conn, &own, &viewer, seen, &made, &answers, now))
        .await;
    match done {
        Err(ActionError::Version(refusal @ VersionRefusal::OtherQuestions)) => {
            // Answers are not shown beside questions that they may not belong to.
            let (version, reviewed, _) = look(&app, &me, id).await?;
            let mut page = page(&app, &me, &version, &reviewed, &Form::default(), false).await?;
            page.errors.add("fragen", of_version(&refusal));
            invalid(&page)
        }
        Err(ActionError::Version(VersionRefusal::Unanswered)) => {
            invalid(&page(&app, &me, &version, &reviewed, &form, true).await?)
        }
        done => session.respond(
            done,
            |()| "Die Fassung ist vorgelegt. Eine zweite Person kann sie jetzt freigeben.",
            paths::version(id, ""),
        ),
    }
}

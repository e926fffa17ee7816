//! How far a roll-out has come: figures, a chart, and the customers in one state.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::scope_words;
use crate::actions::ActionError;
use crate::actions::bulk_runs::{Turn, stage_of, turn};
use crate::app::App;
use crate::domain::bulk_run::RunStage;
use crate::domain::roll_out::{Answer, Mode, Skip};
use crate::domain::{CustomerNumber, Language, RollOutId, calendar};
use crate::paths;
use crate::storage::roll_outs::{RollOut, RollOutCustomer, figures, find_roll_out, list_customers};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::stage_word;
use crate::web::kit::words::thousands;

/// Customers per page.
const PAGE: i64 = 50;

/// The query of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    stand: String,
    nach: String,
}

#[derive(Template)]
#[template(path = "web/contract/roll_outs/progress.html")]
struct Page {
    shell: Shell,
    version: String,
    mode: Mode,
    action: String,
    stage: RunStage,
    word: &'static str,
    status: &'static str,
    from: (String, String),
    started: (String, String),
    by: String,
    scope: Vec<String>,
    /// How many customers were looked at, in words.
    reached: String,
    bars: Vec<Bar>,
    skips: Vec<(&'static str, String)>,
    chosen: Option<Chosen>,
}

/// A state with its figure and its share of all customers.
struct Bar {
    word: &'static str,
    count: i64,
    shown: String,
    /// Width of the bar in hundredths of the largest.
    width: i64,
    href: String,
    is_chosen: bool,
}

/// The customers in one state.
struct Chosen {
    word: &'static str,
    lines: Vec<ProgressRow>,
    is_later: bool,
    begin: String,
    next: Option<String>,
}

/// A row of the list of customers.
struct ProgressRow {
    number: String,
    company: String,
    href: String,
    reason: &'static str,
    at: (String, String),
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<RollOutId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (id, now) = (*id, app.clock.now());
    let state = Answer::of(&asked.stand);
    let after: Option<CustomerNumber> = asked.nach.parse().ok();
    let (found, counts, lines) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let found = find_roll_out(conn, id)?.ok_or(ActionError::NotFound)?;
            let lines = match state {
                Some(state) => list_customers(conn, id, state, after, PAGE + 1)?,
                None => Vec::new(),
            };
            Ok((found, figures(conn, id)?, lines))
        })
        .await?;
    let stage = stage_of(&found.run, now);
    let (word, status) = stage_word(stage);
    let shell = Shell::load(&app, &me, paths::ROLL_OUTS).await?;
    html(&Page {
        shell,
        action: paths::roll_out(id),
        stage,
        word,
        status,
        from: (
            found.valid_from.to_string(),
            calendar::long_date(found.valid_from, Language::De),
        ),
        started: (
            calendar::machine_moment(found.run.begun_at),
            calendar::short_moment(found.run.begun_at, Language::De),
        ),
        by: found.started_by.clone(),
        scope: scope_words(&app, &found.scope).await?,
        reached: match counts.iter().map(|(_, _, count)| count).sum() {
            0 => "Noch kein Kunde bearbeitet".to_owned(),
            1 => "1 Kunde bearbeitet".to_owned(),
            more => format!("{} Kunden bearbeitet", thousands(more)),
        },
        bars: bars(&found, &counts, state),
        skips: skips(&counts),
        chosen: state.map(|state| chosen(&found, state, after, lines)),
        version: found.version,
        mode: found.mode,
    })
}

/// The states that can occur in this mode, each with its figure.
fn bars(
    found: &RollOut,
    counts: &[(Answer, Option<Skip>, i64)],
    chosen: Option<Answer>,
) -> Vec<Bar> {
    let sum = |state: Answer| -> i64 {
        counts
            .iter()
            .filter(|(answer, ..)| *answer == state)
            .map(|(_, _, count)| count)
            .sum()
    };
    let highest = Answer::ALL
        .into_iter()
        .map(sum)
        .max()
        .unwrap_or_default()
        .max(1);
    Answer::ALL
        .into_iter()
        .filter(|state| match found.mode {
            Mode::Inform => matches!(state, Answer::Informed | Answer::Skipped | Answer::Failed),
            Mode::Conclude => *state != Answer::Informed,
        })
        // Failures and other ends are rare and are shown only if there are any.
        .filter(|state| !matches!(state, Answer::Failed | Answer::Closed) || sum(*state) > 0)
        .map(|state| Bar {
            word: state.word(found.run.ended.is_some()),
            count: sum(state),
            shown: thousands(sum(state)),
            width: match sum(state) {
                0 => 0,
                // A bar for a single customer must still be visible.
                count => (count * 100 / highest).max(1),
            },
            href: format!("{}?stand={}", paths::roll_out(found.id), state.key()),
            is_chosen: chosen == Some(state),
        })
        .collect()
}

/// Why customers were left out, the most frequent reason first.
fn skips(counts: &[(Answer, Option<Skip>, i64)]) -> Vec<(&'static str, String)> {
    let mut found: Vec<(Skip, i64)> = counts
        .iter()
        .filter_map(|(_, skip, count)| Some(((*skip)?, *count)))
        .filter(|(_, count)| *count > 0)
        .collect();
    found.sort_by_key(|(_, count)| -count);
    found
        .into_iter()
        .map(|(skip, count)| (skip.sentence(), thousands(count)))
        .collect()
}

fn chosen(
    roll_out: &RollOut,
    state: Answer,
    after: Option<CustomerNumber>,
    mut found: Vec<RollOutCustomer>,
) -> Chosen {
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let has_next = found.len() > most;
    found.truncate(most);
    let begin = format!("{}?stand={}", paths::roll_out(roll_out.id), state.key());
    let next = found
        .last()
        .filter(|_| has_next)
        .map(|last| format!("{begin}&nach={}#kunden", last.customer));
    Chosen {
        word: state.word(roll_out.run.ended.is_some()),
        is_later: after.is_some(),
        begin: format!("{begin}#kunden"),
        next,
        lines: found
            .into_iter()
            .map(|line| ProgressRow {
                number: line.customer.to_string(),
                company: line.company.unwrap_or_default(),
                href: paths::status(line.customer),
                reason: line.reason.map_or("", Skip::sentence),
                at: (
                    calendar::machine_moment(line.at),
                    calendar::short_moment(line.at, Language::De),
                ),
            })
            .collect(),
    }
}

const NOT_SURE: &str =
    "Bestätigen Sie, dass die Umstellung vorzeitig enden soll. Geändert wurde nichts.";

/// POST: pauses, resumes or ends the roll-out.
pub async fn turn_it(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<RollOutId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (wanted, said) = match form.get("schritt") {
        "anhalten" => (Turn::Pause, "Die Umstellung ist angehalten."),
        "fortsetzen" => (Turn::Resume, "Die Umstellung geht weiter."),
        "beenden" => (
            Turn::End,
            "Die Umstellung ist beendet. Wer schon gefragt wurde, kann weiter antworten.",
        ),
        _ => return Err(PageError::BadForm),
    };
    if wanted == Turn::End && !form.ticked("sicher") {
        return Ok(session.refused(NOT_SURE, paths::roll_out(*id)));
    }
    let (id, viewer, now) = (*id, me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| {
            let found = find_roll_out(conn, id)?.ok_or(ActionError::NotFound)?;
            turn(conn, &viewer, found.run.id, wanted, now)
        })
        .await;
    session.respond_again(done, |()| said, paths::roll_out(id))
}

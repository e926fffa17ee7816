//! One version: its stage, the findings, and what can be done with it now.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::found::Found;
use super::names::{Part, parts_of};
use super::{Subject, load};
use crate::actions::ActionError;
use crate::actions::bulk_runs::stage_of;
use crate::actions::second_person::too_new;
use crate::actions::versions::approval::{self, Seen};
use crate::actions::versions::draft;
use crate::actions::versions::review::review;
use crate::app::App;
use crate::contract::parts;
use crate::domain::name::{self, BadName};
use crate::domain::version::{Confirmation, Mark, Stage, Version, VersionStep};
use crate::domain::{Language, VersionId, calendar};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_imports::find_import;
use crate::storage::contract_versions::{find_in_force, has_earlier};
use crate::storage::roll_outs::list_roll_outs;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::words::stage_word;
use crate::wording::dates;

/// Longest reason in characters.
const LONGEST_REASON: usize = 500;

/// At most this many roll-outs are on the page; all are at [`paths::ROLL_OUTS`].
const ROLL_OUTS: i64 = 5;

#[derive(Template)]
#[template(path = "web/contract/versions/show.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    found: Found,
    can_be_read: bool,
    /// What a published version would not be published with today: check and sentence.
    outdated: Vec<(&'static str, String)>,
    blocks: bool,
    /// Labels and values.
    facts: Vec<(&'static str, String)>,
    returned: String,
    parts: Vec<Part>,
    languages: Vec<&'static str>,
    confirmations: Vec<Confirmation>,
    /// What the text does not speak of, for whoever approves (EV-13).
    uncovered: Vec<&'static str>,
    /// How many of the confirmations have a reason or a reference.
    reasoned: usize,
    stage: Stage,
    may_approve: bool,
    /// Why this reader cannot approve it yet, although another user submitted it (A2).
    too_new: Option<String>,
    number: String,
    told: Told,
    /// How many lines of the import are to be decided; `None` if it was not imported.
    import: Option<usize>,
    /// How the person who looks proves to be it.
    email: Proof,
    errors: FieldErrors,
}

/// Whether customers with another version can be informed, and the roll-outs that did so
/// (rows 35 to 37).
#[derive(Default)]
struct Told {
    /// It is in force, or will be.
    counts: bool,
    /// No newer version is in force, and there is an earlier one that customers can have concluded.
    may_begin: bool,
    before: Vec<RollOutLine>,
}

/// A roll-out in the list.
struct RollOutLine {
    href: String,
    mode: &'static str,
    started: String,
    state: &'static str,
    status: &'static str,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    html(&page(&app, &me, *id, FieldErrors::default()).await?)
}

async fn page(app: &App, me: &Me, id: VersionId, errors: FieldErrors) -> Result<Page, PageError> {
    let (version, around) = load(app, me, id).await?;
    let (own, files) = (app.clone(), version.files.clone());
    let reviewed = me
        .turn
        .take(app, Kind::SignedIn, move || {
            review(&own, &files, &around, None, &[])
        })
        .await?;
    let head = &version.head;
    let told = match &head.published {
        Some((_, from)) => told(app, head.number.clone().unwrap_or_default(), *from).await?,
        None => Told::default(),
    };
    let first = head.submitted.as_ref().and_then(|mark| mark.by);
    let (own, second, now) = (app.clone(), me.viewer.user, app.clock.now());
    let (found, import) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let found = match first {
                Some(first) => too_new(conn, &own, first, second, now)?,
                None => None,
            };
            Ok((
                found,
                find_import(conn, id)?.map(|import| import.state.open()),
            ))
        })
        .await?;
    Ok(Page {
        too_new: found.map(refusals::too_new),
        email: proof_of(app, me).await?,
        errors,
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        subject: Subject::of(&version, me.viewer.role),
        found: Found::of(&reviewed, head.id),
        outdated: match told.counts {
            true => reviewed
                .outdated()
                .into_iter()
                .map(|finding| (finding.id, finding.explanation.clone()))
                .collect(),
            false => Vec::new(),
        },
        can_be_read: reviewed.contract.is_some(),
        blocks: reviewed.blocks(),
        facts: facts(&version),
        returned: head.returned.clone().unwrap_or_default(),
        parts: parts_of(&version),
        languages: parts::languages(&version.files),
        reasoned: version
            .confirmations
            .iter()
            .filter(|answer| !answer.note.is_empty())
            .count(),
        confirmations: version.confirmations.clone(),
        uncovered: reviewed
            .uncovered()
            .iter()
            .map(|one| one.title_de)
            .collect(),
        stage: head.stage(),
        may_approve: head.may(VersionStep::Approve, me.viewer.user).is_ok(),
        number: head.number.clone().unwrap_or_default(),
        told,
        import,
    })
}

async fn told(app: &App, number: String, from: NaiveDate) -> Result<Told, PageError> {
    let now = app.clock.now();
    let today = calendar::day(now);
    let (in_force, has_earlier, before) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let in_force = find_in_force(conn, today)?.as_ref() == Some(&number);
            Ok((
                in_force,
                has_earlier(conn, &number)?,
                list_roll_outs(conn, Some(&number), ROLL_OUTS)?,
            ))
        })
        .await?;
    let lines = before.into_iter().map(|one| {
        let (state, status) = stage_word(stage_of(&one.run, now));
        RollOutLine {
            href: paths::roll_out(one.id),
            mode: one.mode.word(),
            started: dates::short_moment(one.run.begun_at, Language::De),
            state,
            status,
        }
    });
    Ok(Told {
        counts: in_force || from > today,
        may_begin: has_earlier && (in_force || from > today),
        before: lines.collect(),
    })
}

fn facts(version: &Version) -> Vec<(&'static str, String)> {
    let head = &version.head;
    let by = |mark: &Mark| {
        let at = dates::short_moment(mark.at, Language::De);
        match mark.by {
            Some(_) => format!("{}, {at}", mark.name),
            None => format!("mit dem Portal ausgeliefert, {at}"),
        }
    };
    let mut facts = Vec::new();
    if let Some((_, from)) = &head.published {
        facts.push(("Gültig ab", dates::long_date(*from, Language::De)));
    }
    facts.push(("Angelegt", by(&head.created)));
    if head.changed.at != head.created.at {
        facts.push(("Zuletzt geändert", by(&head.changed)));
    }
    for (label, mark) in [
        ("Vorgelegt", head.submitted.as_ref()),
        ("Freigegeben", head.approved.as_ref()),
        (
            "Veröffentlicht",
            head.published.as_ref().map(|(mark, _)| mark),
        ),
    ] {
        facts.extend(
            mark.filter(|mark| mark.by.is_some())
                .map(|mark| (label, by(mark))),
        );
    }
    facts
}

/// POST: a second person approves the version.
pub async fn approve(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, seen) = (app.clock.now(), me.viewer.clone(), seen(*id, &form)?);
    let mut errors = ask_proof(&app, &me, &request, &form).await?;
    let reason = name::parse(form.get("begruendung"), LONGEST_REASON).ok();
    // Without a field for it nothing has to be taken on, or the action says so.
    let is_asked = form.ticked("ohne");
    if is_asked && !form.ticked("einverstanden") {
        errors.add(
            "einverstanden",
            "Bestätigen Sie, dass die Fassung trotzdem veröffentlicht werden kann",
        );
    }
    if is_asked && reason.is_none() {
        errors.add(
            "begruendung",
            "Schreiben Sie auf, warum, mit höchstens 500 Zeichen",
        );
    }
    let taken_on = reason.filter(|_| form.ticked("einverstanden"));
    if !errors.is_empty() {
        return invalid(&page(&app, &me, *id, errors).await?);
    }
    let handles = app.clone();
    let done = app
        .db
        .transaction(move |conn| {
            approval::approve(conn, &handles, &viewer, seen, taken_on.as_deref(), now)
        })
        .await;
    session.respond(
        done,
        |()| "Die Fassung ist freigegeben und kann veröffentlicht werden.",
        paths::version(*id, ""),
    )
}

/// POST: returns the version to its authors.
pub async fn give_back(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let page = paths::version(*id, "");
    let reason = match name::parse(form.get("grund"), LONGEST_REASON) {
        Ok(reason) => reason,
        Err(BadName::Empty) => {
            return Ok(session.refused(
                "Schreiben Sie auf, warum die Fassung zurückgeht. Zurückgegeben wurde nichts.",
                page,
            ));
        }
        Err(BadName::TooLong) => {
            return Ok(session.refused(
                format!(
                    "Kürzen Sie den Grund auf {LONGEST_REASON} Zeichen. Zurückgegeben wurde nichts."
                ),
                page,
            ));
        }
    };
    let (now, viewer, seen) = (app.clock.now(), me.viewer.clone(), seen(*id, &form)?);
    let done = app
        .db
        .transaction(move |conn| approval::give_back(conn, &viewer, seen, &reason, now))
        .await;
    session.respond(
        done,
        |()| "Die Fassung ist zurückgegeben und wieder ein Entwurf.",
        page,
    )
}

/// POST: deletes a draft.
pub async fn discard(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    if !form.ticked("sicher") {
        return Ok(session.refused(
            "Bestätigen Sie, dass der Entwurf gelöscht werden soll. Gelöscht wurde nichts.",
            paths::version(*id, ""),
        ));
    }
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let done = app
        .db
        .transaction(move |conn| draft::discard(conn, &viewer, id, now))
        .await;
    let to = match &done {
        Err(ActionError::Version(_)) => paths::version(id, ""),
        _ => paths::VERSIONS.to_owned(),
    };
    session.respond(done, |()| "Der Entwurf ist gelöscht.", to)
}

/// The revision that a form was made from.
pub(super) fn seen(id: VersionId, form: &crate::web::kit::form::Form) -> Result<Seen, PageError> {
    let revision = form.get("stand").parse().map_err(|_| PageError::BadForm)?;
    Ok(Seen { id, revision })
}

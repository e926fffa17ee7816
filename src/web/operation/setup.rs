//! *Einrichtung*: what there is to do before the first customer, and what only a person can say: that
//! a test mail arrived, and that a backup was put back (S-95).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::parts::setup_lines::{SetupLine, lines};
use crate::actions::{ActionError, form_version, setup};
use crate::app::App;
use crate::domain::setup::{MailTest, SetupFacts};
use crate::domain::{Language, calendar};
use crate::paths;
use crate::storage::setup::find_mail_taken;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::dates;

/// Id and label of the one field.
const FIELD: (&str, &str) = ("geprobt", "Tag der letzten Probe");

#[derive(Template)]
#[template(path = "web/operation/setup.html")]
struct Page {
    shell: Shell,
    open: Vec<SetupLine>,
    done: Vec<SetupLine>,
    /// Stamp of the test mail that was taken, while it is not known whether it arrived.
    waits_for: Option<String>,
    typed: String,
    /// Stamp of what the form showed first.
    stand: String,
    errors: FieldErrors,
}

/// What the page is made from.
struct Seen {
    facts: SetupFacts,
    mail_stamp: String,
}

/// The list and what only a person can say.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let seen = look(&app).await?;
    let typed = seen.facts.rehearsed.map(|day| day.to_string());
    let stand = form_version::of_rehearsal(seen.facts.rehearsed);
    let typed = typed.unwrap_or_default();
    html(&page(&app, &me, seen, typed, stand, FieldErrors::default()).await?)
}

/// Notes that the test mail arrived.
pub async fn arrived(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let stand = form.get("stand").to_owned();
    let (now, viewer, handles) = (app.clock.now(), me.viewer.clone(), app.clone());
    let done = app
        .db
        .transaction(move |conn| setup::mail_arrived(conn, &handles, &viewer, &stand, now))
        .await;
    if let Err(ActionError::Changed) = done {
        return Ok(session.refused(
            "Inzwischen wurde eine andere Test-E-Mail gesendet. Sehen Sie nach, ob auch diese angekommen ist.",
            paths::SETUP,
        ));
    }
    done?;
    Ok(session.succeeded("Eingetragen: Die Test-E-Mail ist angekommen.", paths::SETUP))
}

/// Notes the day on which a backup was put back.
pub async fn rehearsed(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let typed = form.get(FIELD.0).trim().to_owned();
    let stand = form.get("stand").to_owned();
    let now = app.clock.now();
    let day = match read(&typed, calendar::day(now)) {
        Ok(day) => day,
        Err(error) => {
            let (mut errors, seen) = (FieldErrors::default(), look(&app).await?);
            errors.add(FIELD.0, error);
            return invalid(&page(&app, &me, seen, typed, stand, errors).await?);
        }
    };
    let (viewer, handles) = (me.viewer.clone(), app.clone());
    let done = app
        .db
        .transaction(move |conn| {
            setup::backup_rehearsed(conn, &handles, &viewer, (day, &stand), now)
        })
        .await;
    match done {
        Ok(()) => {}
        // What another person noted meanwhile, beside what was typed. Who saves once more has seen it.
        Err(ActionError::Changed) => {
            let seen = look(&app).await?;
            let stored = seen.facts.rehearsed.map(|day| day.to_string());
            let mut errors = FieldErrors::default();
            let (id, label) = FIELD;
            errors.add_changed([(id, label, stored.unwrap_or_default(), typed.clone())]);
            if !errors.is_empty() {
                let stand = form_version::of_rehearsal(seen.facts.rehearsed);
                return invalid(&page(&app, &me, seen, typed, stand, errors).await?);
            }
        }
        Err(error) => return Err(error.into()),
    }
    let said = dates::long_date(day, Language::De);
    Ok(session.succeeded(
        format!("Eingetragen: Am {said} wurde eine Sicherung wieder eingespielt."),
        paths::SETUP,
    ))
}

fn read(typed: &str, today: NaiveDate) -> Result<NaiveDate, &'static str> {
    let day: NaiveDate = typed
        .parse()
        .map_err(|_| "Geben Sie den Tag ein, an dem Sie eine Sicherung wieder eingespielt haben")?;
    if day > today {
        return Err("Der Tag der Probe liegt in der Zukunft");
    }
    Ok(day)
}

async fn look(app: &web::Data<App>) -> Result<Seen, PageError> {
    let (handles, now) = (app.clone(), app.clock.now());
    app.db
        .read(move |conn| -> Result<_, ActionError> {
            let taken = find_mail_taken(conn, false)?;
            Ok(Seen {
                facts: setup::facts(conn, &handles, now)?,
                mail_stamp: form_version::of_mail_test(taken.as_ref()),
            })
        })
        .await
        .map_err(Into::into)
}

async fn page(
    app: &App,
    me: &Me,
    seen: Seen,
    typed: String,
    stand: String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (open, done) = lines(&seen.facts);
    let waits = matches!(seen.facts.mail, MailTest::Taken(_));
    Ok(Page {
        shell: Shell::load(app, me, paths::SETUP).await?,
        open,
        done,
        waits_for: waits.then_some(seen.mail_stamp),
        typed,
        stand,
        errors,
    })
}

//! Recording an objection that reached the operator outside the portal (row 31, EV-10). It takes
//! effect at once, so the administrator's password is asked again (S-40).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::actions::objections::{self, Received};
use crate::app::App;
use crate::domain::case::{Case, Channel, Event, preview};
use crate::domain::{CustomerNumber, Language, calendar, name};
use crate::paths;
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::dates::parse_day;
use crate::web::kit::effects::{Effect, effects};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::refusals;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::SignedUpload;
use crate::wording::dates;

/// Longest note in characters.
const LONGEST_NOTE: usize = 2000;

#[derive(Template)]
#[template(path = "web/customers/objections/record.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    email: Proof,
    /// Number and day of the agreement that becomes void; `None` before conclusion.
    agreement: Option<(String, String)>,
    effects: Vec<Effect>,
    has_address: bool,
    channels: Vec<(&'static str, String)>,
    first_day: NaiveDate,
    today: NaiveDate,
    longest: usize,
    typed: Typed,
    errors: FieldErrors,
}

impl Page {
    /// Attributes that limit the browser's calendar to sensible days.
    fn day_limits(&self) -> String {
        format!("min=\"{}\" max=\"{}\" required", self.first_day, self.today)
    }
}

/// The fields as typed, without the password.
struct Typed {
    channel: String,
    on: String,
    note: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            channel: form.get("weg").to_owned(),
            on: form.get("datum").trim().to_owned(),
            // Browsers send a line end as two characters; it counts as one.
            note: form.get("notiz").replace("\r\n", "\n"),
        }
    }
}

/// GET: the form with the consequences.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    if first_day(&case).is_none() {
        return Ok(session.refused(
            refusals::sentence(crate::domain::case::Refusal::NothingToObject),
            paths::status(case.customer.number),
        ));
    }
    let typed = Typed {
        channel: String::new(),
        on: String::new(),
        note: String::new(),
    };
    html(&page(&app, &me, &case, typed, FieldErrors::default()).await?)
}

/// POST: records the objection.
pub async fn record(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    number: web::Path<CustomerNumber>,
    SignedUpload { form, mut files }: SignedUpload,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, *number).await?;
    let (now, customer) = (app.clock.now(), case.customer.number);
    let typed = Typed::of(&form);
    let mut errors = FieldErrors::default();
    let received = read(&typed, &case, calendar::day(now), &mut errors);
    ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    let proof = files.take("datei").unwrap_or_else(|bad| {
        errors.add("datei", bad.sentence());
        None
    });
    let Some(received) = received.filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, &case, typed, errors).await?);
    };
    let received = Received { proof, ..received };
    let lacks_proof = received.proof.is_none() && received.channel.leaves_paper();
    let (handles, viewer) = (app.clone(), me.viewer.clone());
    let done = app
        .db
        .transaction(move |conn| {
            objections::record(conn, &handles, &viewer, customer, &received, now)
        })
        .await;
    let said = if lacks_proof {
        "Der Widerspruch ist erfasst und gilt ab sofort. Kunde und Vertriebspartner werden benachrichtigt. Der Nachweis fehlt noch: Sie können ihn unter „Widersprüche und Ablehnungen“ hinzufügen."
    } else {
        "Der Widerspruch ist erfasst und gilt ab sofort. Kunde und Vertriebspartner werden benachrichtigt."
    };
    session.respond(done, |()| said, paths::status(customer))
}

/// Reads channel, day and note; `None` if one of them is missing or wrong.
fn read(
    typed: &Typed,
    case: &Case,
    today: NaiveDate,
    errors: &mut FieldErrors,
) -> Option<Received> {
    let channel = Channel::RECORDED
        .into_iter()
        .find(|channel| channel.key() == typed.channel);
    if channel.is_none() {
        errors.add("weg", "Wählen Sie, wie der Widerspruch eingegangen ist");
    }
    let on = parse_day(&typed.on);
    match (on, first_day(case)) {
        (None, _) => errors.add(
            "datum",
            "Geben Sie ein, an welchem Tag der Widerspruch eingegangen ist, zum Beispiel 24.11.2026",
        ),
        (Some(on), _) if on > today => {
            errors.add("datum", "Der Tag des Eingangs darf nicht in der Zukunft liegen");
        }
        (Some(on), Some(first)) if on < first => errors.add(
            "datum",
            format!(
                "Der Tag des Eingangs darf nicht vor dem {} liegen: Vorher gab es nichts, dem widersprochen werden konnte",
                dates::short_date(first, Language::De)
            ),
        ),
        _ => {}
    }
    let note = name::clean_lines(&typed.note);
    if note.chars().count() > LONGEST_NOTE {
        errors.add("notiz", "Kürzen Sie die Notiz auf höchstens 2.000 Zeichen");
    }
    errors.is_empty().then_some(())?;
    Some(Received {
        channel: channel?,
        on: on?,
        note,
        proof: None,
    })
}

/// The first day on which there was a contract or a request to object to.
fn first_day(case: &Case) -> Option<NaiveDate> {
    let since = match (case.agreement(), case.open_request()) {
        (Some(agreement), _) => agreement.concluded_at,
        (None, Some(open)) => open.opened_at,
        (None, None) => return None,
    };
    Some(calendar::day(since))
}

async fn page(
    app: &App,
    me: &Me,
    case: &Case,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let now = app.clock.now();
    let today = calendar::day(now);
    let shell = Shell::load(app, me, paths::CUSTOMERS).await?;
    // The channel makes no difference to the effect.
    let objected = preview(case, &Event::Objected(Channel::Letter), now);
    Ok(Page {
        effects: objected
            .map(|preview| effects(&shell.operator.short_name, &preview))
            .unwrap_or_default(),
        shell,
        subject: Subject::of(case),
        email: proof_of(app, me).await?,
        agreement: case.agreement().map(|agreement| {
            let day = calendar::day(agreement.concluded_at);
            (
                agreement.number.clone(),
                dates::short_date(day, Language::De),
            )
        }),
        has_address: case.customer.email().is_some(),
        channels: Channel::RECORDED
            .map(|channel| (channel.key(), capital(channel.word())))
            .to_vec(),
        first_day: first_day(case).unwrap_or(today),
        today,
        longest: LONGEST_NOTE,
        typed,
        errors,
    })
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

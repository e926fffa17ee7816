//! The notice to one customer: proof of sending, recording a dissent from outside the portal, the
//! result (rows 39 and 41), sending once more.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::actions::notices::{self, Found, Received};
use crate::app::App;
use crate::domain::calendar::{self, day};
use crate::domain::name::{self, MAX_NAME};
use crate::domain::notice::{DissentWay, NoticeRefusal, NoticeState, Settlement};
use crate::domain::{CustomerNumber, Language, NoticeId};
use crate::paths;
use crate::web::kit::dates::{When, parse_day, short};
use crate::web::kit::dissent::LONGEST;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::{Refuses, Respond as _};
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::upload::SignedUpload;

mod letters;

pub use letters::{add, file};

#[derive(Template)]
#[template(path = "web/operation/announcements/notice.html")]
struct Page {
    shell: Shell,
    id: NoticeId,
    number: CustomerNumber,
    name: String,
    announcement: String,
    public: String,
    look: &'static str,
    word: &'static str,
    made: When,
    mail: Option<String>,
    sent: Option<When>,
    failed: Option<When>,
    ends: Option<String>,
    starts: Option<String>,
    applies: bool,
    dissent: Option<DissentWords>,
    /// Files of the dissent, and when each was uploaded.
    proofs: Vec<(String, When)>,
    /// Address to which a file is added, if the operator recorded the dissent.
    add_proof: Option<String>,
    settled: Option<(String, When, String)>,
    can_record: bool,
    can_settle: bool,
    can_resend: bool,
    ways: Vec<(&'static str, String)>,
    results: Vec<(&'static str, &'static str)>,
    first_day: NaiveDate,
    today: NaiveDate,
    longest: usize,
    typed: Typed,
    errors: FieldErrors,
}

impl Page {
    fn day_limits(&self) -> String {
        format!("min=\"{}\" max=\"{}\" required", self.first_day, self.today)
    }

    fn action(&self, what: &str) -> String {
        format!("{}/{what}", paths::notice(self.id))
    }
}

struct DissentWords {
    person: String,
    how: String,
    text: String,
}

/// The fields of one of the two forms, as typed.
#[derive(Default)]
struct Typed {
    way: String,
    on: String,
    person: String,
    note: String,
    result: String,
    remark: String,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &id).await?;
    html(&page(&app, &me, &found, Typed::default(), FieldErrors::default()).await?)
}

/// POST: records a dissent that came outside the portal.
pub async fn record(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
    SignedUpload { form, mut files }: SignedUpload,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &id).await?;
    let typed = Typed {
        way: form.get("weg").to_owned(),
        on: form.get("datum").trim().to_owned(),
        person: form.get("person").to_owned(),
        note: form.get("notiz").replace("\r\n", "\n"),
        ..Typed::default()
    };
    let now = app.clock.now();
    let mut errors = FieldErrors::default();
    let received = read(&typed, day(found.notice.made_at), day(now), &mut errors);
    let proof = files.take("datei").unwrap_or_else(|bad| {
        errors.add("datei", bad.sentence());
        None
    });
    let Some(received) = received.filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, &found, typed, errors).await?);
    };
    let received = Received { proof, ..received };
    let (own, viewer, id) = (app.clone(), me.viewer.clone(), found.notice.id);
    let done = app
        .db
        .transaction(move |conn| notices::record(conn, &own, &viewer, id, received, now))
        .await?;
    session.respond(
        done,
        |()| "Der Einspruch ist erfasst. Die Änderung wird diesem Kunden gegenüber nicht vorgenommen; er erhält eine Bestätigung.",
        paths::notice(id),
    )
}

fn read(
    typed: &Typed,
    first: NaiveDate,
    today: NaiveDate,
    errors: &mut FieldErrors,
) -> Option<Received> {
    let way = DissentWay::RECORDED
        .into_iter()
        .find(|way| way.key() == typed.way);
    if way.is_none() {
        errors.add("weg", "Wählen Sie, wie der Einspruch eingegangen ist");
    }
    let on = parse_day(&typed.on);
    match on {
        None => errors.add(
            "datum",
            "Geben Sie ein, an welchem Tag der Einspruch eingegangen ist, zum Beispiel 24.11.2026",
        ),
        Some(on) if on > today => errors.add(
            "datum",
            "Der Tag des Eingangs darf nicht in der Zukunft liegen",
        ),
        Some(on) if on < first => errors.add(
            "datum",
            "Der Tag des Eingangs darf nicht vor der Mitteilung liegen",
        ),
        Some(_) => {}
    }
    let person = name::parse(&typed.person, MAX_NAME);
    if person.is_err() {
        errors.add(
            "person",
            "Geben Sie an, wer den Einspruch erklärt hat, mit höchstens 120 Zeichen",
        );
    }
    let note = name::clean_lines(&typed.note);
    if note.chars().count() > LONGEST {
        errors.add("notiz", "Kürzen Sie die Notiz auf höchstens 2.000 Zeichen");
    }
    Some(Received {
        way: way?,
        on: on?,
        person: person.ok()?,
        note,
        proof: None,
    })
}

/// POST: records how a dissent was settled.
pub async fn settle(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let found = find(&app, &id).await?;
    let typed = typed_result(&form);
    let mut errors = FieldErrors::default();
    let how = Settlement::OF_DISSENT
        .into_iter()
        .find(|how| how.key() == typed.result);
    if how.is_none() {
        errors.add("ergebnis", "Wählen Sie, was aus dem Einspruch geworden ist");
    }
    let remark = name::clean_lines(&typed.remark);
    if remark.chars().count() > LONGEST {
        errors.add(
            "bemerkung",
            "Kürzen Sie die Notiz auf höchstens 2.000 Zeichen",
        );
    }
    let Some(how) = how.filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, &found, typed, errors).await?);
    };
    let (own, viewer, now, id) = (
        app.clone(),
        me.viewer.clone(),
        app.clock.now(),
        found.notice.id,
    );
    let done = app
        .db
        .transaction(move |conn| notices::settle(conn, &own, &viewer, id, how, &remark, now))
        .await?;
    if how == Settlement::Terminated && done.is_ok() {
        return Ok(session.succeeded(
            "Das Ergebnis ist festgehalten, der Kunde wird benachrichtigt. Kündigen Sie hier jetzt das betroffene Produkt.",
            paths::customer(found.notice.customer),
        ));
    }
    session.respond(
        done,
        |()| "Das Ergebnis ist festgehalten. Der Kunde erhält es per E-Mail.",
        paths::notice(id),
    )
}

fn typed_result(form: &Form) -> Typed {
    Typed {
        result: form.get("ergebnis").to_owned(),
        remark: form.get("bemerkung").replace("\r\n", "\n"),
        ..Typed::default()
    }
}

/// POST: sends a notice that did not arrive once more.
pub async fn resend(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<NoticeId>,
    _form: SignedForm,
) -> Result<HttpResponse, PageError> {
    let (own, viewer, now, id) = (app.clone(), me.viewer.clone(), app.clock.now(), *id);
    let done = app
        .db
        .transaction(move |conn| notices::resend(conn, &own, &viewer, id, now))
        .await?;
    session.respond(
        done,
        |()| "Die Mitteilung wird noch einmal gesendet. Die Frist beginnt mit der neuen E-Mail.",
        paths::notice(id),
    )
}

impl Refuses for NoticeRefusal {
    fn sentence(self) -> Result<String, PageError> {
        let why = match self {
            Self::TooLate => {
                "Der Einspruch ging nach dem Ende der Frist ein und kann nicht mehr erfasst werden. Suchen Sie mit dem Kunden nach einem Weg."
            }
            Self::Already => "Zu dieser Mitteilung liegt schon ein Einspruch vor.",
            Self::Closed => "Diese Mitteilung ist schon erledigt.",
            Self::NoDissent => "Es gibt keinen Einspruch, der zu klären wäre.",
            Self::Delivered => {
                "Die E-Mail zu dieser Mitteilung ist unterwegs oder zugestellt. Es gibt nichts noch einmal zu senden."
            }
        };
        Ok(why.to_owned())
    }
}

async fn find(app: &web::Data<App>, id: &str) -> Result<Found, PageError> {
    let id: NoticeId = id.parse().map_err(|_| PageError::NotFound)?;
    let now = app.clock.now();
    let found = app
        .db
        .read(move |conn| notices::find(conn, id, now))
        .await?;
    Ok(found)
}

async fn page(
    app: &App,
    me: &Me,
    found: &Found,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let (now, notice) = (app.clock.now(), &found.notice);
    let (facts, id) = (&notice.facts, notice.id);
    let proofs = letters::list(app, id).await?;
    let is_recorded = facts
        .dissent
        .as_ref()
        .is_some_and(|one| DissentWay::RECORDED.contains(&one.way));
    let state = facts.state(now);
    let long = |date| calendar::long_date(date, Language::De);
    let holds = state != NoticeState::Lapsed;
    let capital = |word: &str| word.replacen("per ", "Per ", 1).replacen("am ", "Am ", 1);
    Ok(Page {
        shell: Shell::load(app, me, paths::ANNOUNCEMENTS).await?,
        id: notice.id,
        number: notice.customer,
        name: found.case.customer.party.name.clone(),
        announcement: paths::announcement(notice.announcement),
        public: paths::public_announcement(notice.announcement),
        look: state.look(),
        word: state.word(),
        made: When::clock(notice.made_at),
        mail: notice.mail.map(paths::mail),
        sent: facts.sent_at.map(When::clock),
        failed: facts.failed_at.map(When::clock),
        ends: facts
            .period_end()
            .filter(|_| holds)
            .map(|end| long(day(end))),
        starts: facts.starts_on().filter(|_| holds).map(long),
        applies: facts.applies(now),
        dissent: facts.dissent.as_ref().map(|one| DissentWords {
            person: if one.person.is_empty() {
                // The retention period has expired; that there was a dissent still counts.
                "Name und Wortlaut sind nach dem Ende der Aufbewahrung gelöscht".to_owned()
            } else {
                one.person.clone()
            },
            how: format!(
                "eingegangen am {} {}",
                short(one.received_on),
                one.way.word()
            ),
            text: one.text.clone(),
        }),
        proofs,
        add_proof: is_recorded.then(|| paths::add_dissent_proof(id)),
        settled: facts.settled.map(|(at, how)| {
            let word = match how {
                Settlement::NewAgreement => "Ein neuer Vertrag nennt die geänderte Liste",
                other => result_word(other),
            };
            (
                word.to_owned(),
                When::clock(at),
                notice.settled_note.clone(),
            )
        }),
        can_record: matches!(
            state,
            NoticeState::Unsent | NoticeState::Running | NoticeState::NoDissent
        ),
        can_settle: state == NoticeState::Dissent,
        can_resend: state == NoticeState::Unsent && facts.failed_at.is_some(),
        ways: DissentWay::RECORDED
            .map(|way| (way.key(), capital(way.word())))
            .to_vec(),
        results: Settlement::OF_DISSENT
            .map(|how| (how.key(), result_word(how)))
            .to_vec(),
        first_day: day(notice.made_at),
        today: day(now),
        longest: LONGEST,
        typed,
        errors,
    })
}

fn result_word(how: Settlement) -> &'static str {
    match how {
        Settlement::Exempted => "Der Kunde ist von der Änderung ausgenommen",
        Settlement::Withdrawn => "Der Kunde hat den Einspruch zurückgenommen",
        Settlement::Terminated => "Das betroffene Produkt wird gekündigt",
        Settlement::NewAgreement => "Durch einen neuen Vertrag erledigt",
    }
}

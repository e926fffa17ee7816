//! The contract under Art. 28(4) GDPR with a partner: recording one, downloading its file (EV-14).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::{Area, Subject, load};
use crate::actions::partner_directory::{self, NewContract};
use crate::app::App;
use crate::domain::case::Partner;
use crate::domain::{FileId, PartnerId, calendar, name};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::{Files, SignedUpload, file_answer};

/// Longest reference in characters.
const LONGEST_REFERENCE: usize = 200;

#[derive(Template)]
#[template(path = "web/partners/contract.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    /// The parties of the contract, in words.
    between: String,
    typed: Typed,
    errors: FieldErrors,
}

/// The fields as typed; a file has to be chosen anew.
#[derive(Debug, Clone, Default)]
struct Typed {
    signed_on: String,
    valid_until: String,
    reference: String,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            signed_on: form.get("datum").trim().to_owned(),
            valid_until: form.get("ende").trim().to_owned(),
            reference: name::clean(form.get("ablage")),
        }
    }
}

/// GET: the form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<PartnerId>,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    html(
        &page(
            &app,
            &me,
            &partner,
            Typed::default(),
            FieldErrors::default(),
        )
        .await?,
    )
}

/// POST: records a contract.
pub async fn record(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<PartnerId>,
    SignedUpload { form, files }: SignedUpload,
) -> Result<HttpResponse, PageError> {
    let partner = load(&app, &me, *id).await?;
    let (typed, now) = (Typed::of(&form), app.clock.now());
    let contract = match read(&typed, files, calendar::day(now)) {
        Ok(contract) => contract,
        Err(errors) => return invalid(&page(&app, &me, &partner, typed, errors).await?),
    };
    let (viewer, id) = (me.viewer.clone(), partner.id);
    app.db
        .transaction(move |conn| {
            partner_directory::record_contract(conn, &viewer, id, contract, now)
        })
        .await?;
    Ok(session.succeeded("Der Vertrag ist erfasst.", Area::of(&me).partner(id)))
}

/// The contract as typed, or the errors in the order of the form.
fn read(typed: &Typed, mut files: Files, today: NaiveDate) -> Result<NewContract, FieldErrors> {
    let mut errors = FieldErrors::default();
    let signed_on = typed.signed_on.parse::<NaiveDate>().ok();
    if signed_on.is_none() {
        errors.add("datum", "Geben Sie den Tag der Unterschrift ein");
    } else if signed_on.is_some_and(|day| day > today) {
        errors.add("datum", "Der Tag der Unterschrift liegt in der Zukunft");
    }
    let valid_until = typed.valid_until.parse::<NaiveDate>().ok();
    if valid_until.is_none() && !typed.valid_until.is_empty() {
        errors.add(
            "ende",
            "Geben Sie den letzten Tag ein oder lassen Sie das Feld leer",
        );
    } else if valid_until
        .zip(signed_on)
        .is_some_and(|(end, begin)| end < begin)
    {
        errors.add("ende", "Der letzte Tag liegt vor dem Tag der Unterschrift");
    }
    if typed.reference.chars().count() > LONGEST_REFERENCE {
        errors.add(
            "ablage",
            format!("Kürzen Sie die Angabe auf {LONGEST_REFERENCE} Zeichen"),
        );
    }
    let file = match files.take("datei") {
        Ok(None) if typed.reference.is_empty() => {
            errors.add(
                "datei",
                "Wählen Sie die Datei des Vertrags, oder schreiben Sie auf, wo er liegt",
            );
            None
        }
        Ok(file) => file,
        Err(bad) => {
            errors.add("datei", bad.sentence());
            None
        }
    };
    match signed_on {
        Some(signed_on) if errors.is_empty() => Ok(NewContract {
            signed_on,
            valid_until,
            reference: typed.reference.clone(),
            file,
        }),
        _ => Err(errors),
    }
}

/// GET: downloads the file of a contract.
pub async fn file(
    app: web::Data<App>,
    me: Me,
    path: web::Path<(PartnerId, FileId)>,
) -> Result<HttpResponse, PageError> {
    let ((partner, file), viewer) = (path.into_inner(), me.viewer.clone());
    let found = app
        .db
        .read(move |conn| partner_directory::find_contract_file(conn, &viewer, partner, file))
        .await?;
    Ok(file_answer(&format!("vertrag-partner-{partner}"), found))
}

async fn page(
    app: &App,
    me: &Me,
    partner: &Partner,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let area = Area::of(me);
    let shell = Shell::load(app, me, area.list()).await?;
    Ok(Page {
        between: match (partner.parent, area.operator) {
            (None, _) => format!("{} und {}", shell.operator.party.name, partner.party.name),
            (Some(_), true) => format!("dem Mandanten und {}", partner.party.name),
            (Some(_), false) => format!("Ihnen und {}", partner.party.name),
        },
        subject: Subject::of(area, partner),
        shell,
        typed,
        errors,
    })
}

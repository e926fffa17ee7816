//! The page after conclusion (requirements 4.2) and the concluded contract by link (5.8-15).

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::arrival::{About, Arrival};
use super::summary::Company;
use crate::actions::consent::find_by_link;
use crate::actions::documents::{download, facts};
use crate::actions::{ActionError, Actor};
use crate::app::App;
use crate::contract::values::Values;
use crate::domain::calendar::{self, success_page_end};
use crate::domain::case::{Agreement, AgreementEnd, LinkState};
use crate::domain::{EmailAddress, Language};
use crate::paths;
use crate::storage::agreements::DocumentFacts;
use crate::web::kit::error::PageError;
use crate::web::kit::language::wanted_language;
use crate::web::kit::page::{PublicShell, attachment, html, see_other};

/// The success page.
#[derive(Template)]
#[template(path = "web/public/consent/success.html")]
struct SuccessPage {
    shell: PublicShell,
    about: About,
    number: String,
    /// When it was concluded: for machines, and in words.
    concluded: (String, String),
    person: String,
    function: String,
    /// The company as the agreement names it, whatever the master data say now.
    customer: String,
    partner: Option<String>,
    sub_partner: Option<String>,
    products: Vec<String>,
    /// Address, size and number of pages of the PDF.
    pdf: String,
    size: String,
    pages: i32,
    /// Last day of this page: for machines, and in words.
    until: (String, String),
    objection_email: Option<String>,
    /// Address at which a login is asked for.
    access: String,
    ended: Option<Ended>,
}

/// What happened to an agreement that is not in force any more.
struct Ended {
    replaced: bool,
    on: String,
}

/// GET: the success page, as long as the link shows it.
pub async fn show(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let arrival = Arrival::open(&app, &request, &token, wanted_language(&request)).await?;
    let Some(agreement) = concluded_here(&arrival)? else {
        return Ok(see_other(arrival.page()));
    };
    let read = agreement.clone();
    let document = app.db.read(move |conn| facts(conn, &read)).await?;
    let path = paths::consent_success(&arrival.token);
    let shell = arrival.shell(&app, &path).await?;
    html(&page(&arrival, &agreement, &document, shell)?)
}

/// GET: the concluded PDF, as long as the link shows the success page.
pub async fn pdf(
    app: web::Data<App>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let arrival = Arrival::open(&app, &request, &token, wanted_language(&request)).await?;
    let Some(agreement) = concluded_here(&arrival)? else {
        return Ok(see_other(arrival.page()));
    };
    let (link, now, worker) = (arrival.link, arrival.now, App::clone(&app));
    let file = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            let case = find_by_link(conn, &worker, link)?;
            let actor = Actor::Link { id: link };
            download(conn, &case, agreement.id, actor, now)
        })
        .await?;
    Ok(attachment("application/pdf", &file.file_name, file.bytes))
}

/// The agreement that was concluded with this link, as long as the link shows the success page.
fn concluded_here(arrival: &Arrival) -> Result<Option<Agreement>, PageError> {
    Ok(match arrival.state()? {
        LinkState::Concluded {
            agreement,
            success_page: true,
        } => Some(agreement.clone()),
        _ => None,
    })
}

fn page(
    arrival: &Arrival,
    agreement: &Agreement,
    document: &DocumentFacts,
    shell: PublicShell,
) -> Result<SuccessPage, PageError> {
    let language = arrival.language;
    let values: Values = serde_json::from_value(document.contents.clone()).map_err(|error| {
        tracing::error!(agreement = %agreement.number, cause = %error, "stored values are unreadable");
        PageError::Fault
    })?;
    let last_day = calendar::day(success_page_end(agreement.concluded_at));
    let place = |company: Company| format!("{}, {}", company.name, company.address);
    Ok(SuccessPage {
        about: arrival.about(&shell),
        number: agreement.number.clone(),
        concluded: (
            calendar::machine_moment(agreement.concluded_at),
            calendar::long_moment(agreement.concluded_at, language),
        ),
        person: agreement.person.clone(),
        function: agreement.function.clone(),
        customer: values.customer.name.clone(),
        partner: values.partner.as_ref().map(Company::from).map(place),
        sub_partner: values.sub_partner.as_ref().map(Company::from).map(place),
        products: values
            .products
            .into_iter()
            .map(|product| match language {
                Language::De => product.name,
                Language::En => product.name_en,
            })
            .collect(),
        pdf: paths::consent_pdf(&arrival.token),
        access: paths::consent_access(&arrival.token),
        size: size_words(document.size, language),
        pages: document.pages,
        until: (
            last_day.to_string(),
            calendar::weekday_date(last_day, language),
        ),
        objection_email: shell
            .operator
            .objection_email
            .as_ref()
            .or(shell.operator.party.email.as_ref())
            .map(|email: &EmailAddress| email.as_str().to_owned()),
        ended: agreement.end.map(|(at, why)| ended(at, why, language)),
        shell,
    })
}

fn ended(at: DateTime<Utc>, why: AgreementEnd, language: Language) -> Ended {
    Ended {
        replaced: why == AgreementEnd::Replaced,
        on: calendar::long_date(calendar::day(at), language),
    }
}

/// A file size in words: "214 KB", "1,2 MB".
fn size_words(bytes: usize, language: Language) -> String {
    const KB: usize = 1024;
    if bytes < KB * KB {
        return format!("{}\u{a0}KB", bytes.div_ceil(KB).max(1));
    }
    let tenths = (bytes * 10).div_ceil(KB * KB);
    let point = if language.is_en() { '.' } else { ',' };
    format!("{}{point}{}\u{a0}MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        let table = [
            (0, "1 KB", "1 KB"),
            (1_025, "2 KB", "2 KB"),
            (219_136, "214 KB", "214 KB"),
            (1_048_576, "1,0 MB", "1.0 MB"),
            (1_258_000, "1,2 MB", "1.2 MB"),
        ];
        for (bytes, de, en) in table {
            assert_eq!(size_words(bytes, Language::De).replace('\u{a0}', " "), de);
            assert_eq!(size_words(bytes, Language::En).replace('\u{a0}', " "), en);
        }
    }
}

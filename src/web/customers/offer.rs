//! The text a customer is asked to conclude, as its link shows it (C8): for employees of the
//! operator who answer the telephone.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::ActionError;
use crate::actions::documents::draft;
use crate::app::App;
use crate::contract::html as contract_html;
use crate::domain::case::Refusal;
use crate::domain::{CustomerNumber, Language};
use crate::paths;
use crate::web::kit::customer::{Subject, find};
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};

#[derive(Template)]
#[template(path = "web/customers/offer.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    version: String,
    hash: String,
    language: Language,
    toc: String,
    article: String,
}

/// GET: the page. A customer that is not being asked has no offer.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let case = find(&app, number.into_inner()).await?;
    if case.open_request().is_none() {
        return Err(PageError::NotFound);
    }
    let (own, now, language) = (app.clone(), app.clock.now(), case.customer.language);
    let subject = Subject::of(&case);
    let offered = app
        .db
        .read(move |conn| draft(conn, &own, &case, language, now))
        .await;
    let draft = match offered {
        Ok(draft) => draft,
        Err(ActionError::Refused(Refusal::NotNeeded)) => return Err(PageError::NotFound),
        Err(error) => return Err(error.into()),
    };
    html(&Page {
        shell: Shell::load(&app, &me, paths::CUSTOMERS).await?,
        subject,
        version: draft.document.version.clone(),
        hash: draft.hash,
        language: draft.document.language,
        toc: contract_html::toc(&draft.document),
        article: contract_html::article(&draft.document),
    })
}

//! `/api`: the API for people, made from the same table; and its description for programs.

use actix_web::{HttpResponse, web};
use askama::Template;
use strum::VariantArray as _;

use super::openapi::description;
use super::operations;
use super::problem::Code;
use crate::app::App;
use crate::domain::client::ClientScope;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::route::{Row, Who, get, view};

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/api", Who::SignedIn, || view().to(show)),
    get("/api/openapi.json", Who::SignedIn, || view().to(openapi)),
];

#[derive(Template)]
#[template(path = "web/api/page.html")]
struct Page {
    shell: Shell,
    base: String,
    lines: Vec<Described>,
    scopes: Vec<(&'static str, &'static str)>,
    codes: Vec<(&'static str, u16, &'static str)>,
    examples: &'static [Example],
}

struct Described {
    method: &'static str,
    path: &'static str,
    scope: &'static str,
    summary: &'static str,
    /// In pieces; `true` for what is code.
    description: Vec<(&'static str, bool)>,
}

/// A request as it is written, which a test sends and whose answer it compares.
pub struct Example {
    /// What it shows.
    pub title: &'static str,
    /// The method.
    pub method: &'static str,
    /// The address.
    pub path: &'static str,
    /// The body, if it has one.
    pub body: &'static str,
    /// The status of the answer.
    pub status: u16,
    /// Fields of the answer, as JSON.
    pub answer: &'static str,
}

/// From a partner to the question at the gate, in this order, on a portal with the product `centraflex`.
pub const EXAMPLES: &[Example] = &[
    Example {
        title: "A partner",
        method: "PUT",
        path: "/api/v1/partners/P-7",
        body: r#"{"name": "Muster IT GmbH", "street": "Hohe Straße 12", "postal_code": "44139", "city": "Dortmund", "country": "DE",
 "register": {"court": "Amtsgericht Dortmund", "number": "HRB 1"}, "represented_by": "Jana Weiss", "contact": "Jana Weiss",
 "email": "datenschutz@muster-it.example", "phone": "+49 231 000000"}"#,
        status: 201,
        answer: r#"{"result": "created", "status": null, "mail": "none", "effects": []}"#,
    },
    Example {
        title: "A customer with that partner",
        method: "PUT",
        path: "/api/v1/customers/K-10001",
        body: r#"{"name": "Beispiel GmbH", "street": "Am Ring 1", "postal_code": "50667", "city": "Köln", "country": "DE",
 "email": "info@beispiel.example", "language": "de", "partner": "P-7", "source_version": 17}"#,
        status: 201,
        answer: r#"{"result": "created", "status": "not_required", "mail": "queued"}"#,
    },
    Example {
        title: "What a booking would do, without doing it",
        method: "PUT",
        path: "/api/v1/customers/K-10001/bookings/B-1?dry_run=true",
        body: r#"{"product": "centraflex", "options": [], "until": null}"#,
        status: 200,
        answer: r#"{"result": "created", "dry_run": true, "status": "requested", "mail": "queued"}"#,
    },
    Example {
        title: "The booking: the customer is asked for its agreement",
        method: "PUT",
        path: "/api/v1/customers/K-10001/bookings/B-1",
        body: r#"{"product": "centraflex", "options": [], "until": null}"#,
        status: 201,
        answer: r#"{"result": "created", "status": "requested", "mail": "queued"}"#,
    },
    Example {
        title: "The same once more: nothing happens",
        method: "PUT",
        path: "/api/v1/customers/K-10001/bookings/B-1",
        body: r#"{"product": "centraflex", "options": [], "until": null}"#,
        status: 200,
        answer: r#"{"result": "unchanged", "status": "requested", "mail": "none", "effects": []}"#,
    },
    Example {
        title: "How the agreement stands",
        method: "GET",
        path: "/api/v1/customers/K-10001/agreement",
        body: "",
        status: 200,
        answer: r#"{"customer": "K-10001", "status": "requested", "agreement": null}"#,
    },
    Example {
        title: "May the partner administer the product?",
        method: "GET",
        path: "/api/v1/access?customer=K-10001&module=centraflex&partner=P-7",
        body: "",
        status: 200,
        answer: r#"{"allowed": false, "reason": "no_agreement", "until": null}"#,
    },
    Example {
        title: "A mistake is named at its place",
        method: "PATCH",
        path: "/api/v1/customers/K-10001",
        body: r#"{"postal_code": "1"}"#,
        status: 422,
        answer: r#"{"code": "invalid", "status": 422, "errors": [{"pointer": "/postal_code", "code": "postal_code"}]}"#,
    },
];

/// A text whose code stands between backticks.
fn pieces(text: &'static str) -> Vec<(&'static str, bool)> {
    let pieces = text.split('`').zip([false, true].into_iter().cycle());
    pieces.filter(|(piece, _)| !piece.is_empty()).collect()
}

/// GET: the page.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let line = |operation: &'static super::Operation| Described {
        method: operation.row.method,
        path: operation.row.path,
        scope: operation.scope().map_or("", ClientScope::key),
        summary: operation.summary,
        description: pieces(operation.description),
    };
    html(&Page {
        shell: Shell::load(&app, &me, crate::paths::API).await?,
        base: app.base_url().to_owned(),
        lines: operations().map(line).collect(),
        scopes: ClientScope::ALL
            .iter()
            .map(|scope| (scope.key(), scope.word()))
            .collect(),
        codes: Code::VARIANTS
            .iter()
            .map(|code| (code.key(), code.status().as_u16(), code.title()))
            .collect(),
        examples: EXAMPLES,
    })
}

/// GET: the description.
pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(description())
}

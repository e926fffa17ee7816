//! The API for the provider's other systems: the same actions as the pages, addressed by the keys of
//! those systems. Each operation is a row of the table of routes and an entry of the description at once.
//!
//! ```text
//! PUT /api/v1/customers/K-10001
//!  call::guard     token → client; network, rate, scope
//!  body::Json      known fields only, each fault at its place
//!  customers.rs    handler: call.write(|conn, who, …| customer_writes::put(…))
//!  answer.rs       one transaction; dry run, If-Match, Idempotency-Key; what follows in words
//!  problem.rs      whatever went wrong, with a code that never changes
//! ```

mod access;
mod agreement;
mod answer;
mod body;
mod bookings;
mod call;
mod customer_list;
mod customers;
mod documents;
mod events;
mod keys;
mod openapi;
mod operation;
pub mod page;
mod partners;
mod party;
mod problem;
mod products;
mod statistics;
mod users;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
pub use call::guard;
pub use openapi::description;
use operation::Operation;
pub use page::{EXAMPLES, Example};
use problem::{Code, Problem};

/// What every address of the API begins with.
pub const BASE: &str = "/api/v1";

/// Every operation, in the order of the description.
pub(in crate::web) fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        products::OPERATIONS,
        partners::OPERATIONS,
        customer_list::OPERATIONS,
        customers::OPERATIONS,
        bookings::OPERATIONS,
        agreement::OPERATIONS,
        documents::OPERATIONS,
        access::OPERATIONS,
        users::OPERATIONS,
        events::OPERATIONS,
        statistics::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}

/// Any address of the API that has no row, or a row with other methods.
pub async fn nothing(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let path = request.path();
    let known = operations().filter(|operation| fits(operation.row.path, path));
    let methods: Vec<&str> = known.map(|operation| operation.row.method).collect();
    let code = match methods.is_empty() {
        true => Code::NotFound,
        false => Code::MethodNotAllowed,
    };
    let mut answer = call::answer_of(&app, &request, &Problem::from(code));
    if let Ok(methods) = HeaderValue::from_str(&methods.join(", "))
        && code == Code::MethodNotAllowed
    {
        answer.headers_mut().insert(header::ALLOW, methods);
    }
    answer
}

/// Whether an address is one of a pattern's.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) if one.starts_with('{') && !other.is_empty() => {}
            _ => return false,
        }
    }
}

//! Forward authentication: before every request to a module, a reverse proxy asks here whether to
//! let it through. The answer is 204 or 403, decided anew each time, and 403 in case of doubt (5.2,
//! S-56).

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::decide;
use crate::app::App;
use crate::domain::{CustomerNumber, NoCustomerNumber};
use crate::web::kit::customer::load_visible;
use crate::web::kit::page::Me;

/// GET: the question of the proxy.
pub async fn ask(app: web::Data<App>, me: Me, path: web::Path<(String, String)>) -> HttpResponse {
    let (number, module) = path.into_inner();
    // The proxy passes on its own address: another spelling of the number may mean another customer
    // to the module behind it.
    let open = match number.parse() {
        Ok(number) => may_enter(&app, &me, number, &module).await,
        Err(NoCustomerNumber) => false,
    };
    answer(open)
}

async fn may_enter(app: &web::Data<App>, me: &Me, number: CustomerNumber, module: &str) -> bool {
    match load_visible(app, &me.viewer, number).await {
        Ok(case) => {
            let decision = decide(&case, me.viewer.role, module, app.clock.now());
            if let Err(denied) = decision {
                tracing::warn!(
                    user = me.viewer.user.0,
                    customer = %number,
                    ?denied,
                    "refused: gate"
                );
            }
            decision.is_ok()
        }
        Err(error) => {
            tracing::warn!(user = me.viewer.user.0, customer = %number, cause = %error, "refused: gate");
            false
        }
    }
}

fn answer(open: bool) -> HttpResponse {
    let mut response = if open {
        HttpResponse::NoContent()
    } else {
        HttpResponse::Forbidden()
    };
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if open {
        response.finish()
    } else {
        // Not empty, so that no error page replaces it.
        response
            .content_type("text/plain; charset=utf-8")
            .body("gesperrt")
    }
}

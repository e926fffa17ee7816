//! The whole site as one table: method, path, who has access, handler.
//!
//! The guard, the access test and the site itself read the same rows, so a handler cannot be
//! reached without a declared [`Who`].

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::web::kit::error::PageError;
use crate::web::kit::error_pages::answer_errors;
use crate::web::kit::gate::answer_shut;
use crate::web::kit::guard::guard;
pub use crate::web::kit::route::Row;
use crate::web::kit::route::{Who, get, view};
use crate::web::kit::{session_store, statics};
use crate::web::{
    account, administration, api, company, contract, customers, dev, management, operation,
    partners, public,
};

const OWN: &[Row] = &[
    get("/healthz", Who::Anyone, || {
        view().to(public::health::healthz)
    }),
    get("/readyz", Who::Anyone, || view().to(public::health::readyz)),
    get("/robots.txt", Who::Anyone, || {
        view().to(public::health::robots)
    }),
    get("/static/{hash}/{name}", Who::Anyone, || {
        view().to(statics::file)
    }),
];

/// Every row of the site.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [
        OWN,
        public::sign_in::ROUTES,
        public::passwords::ROUTES,
        public::access::ROUTES,
        account::ROUTES,
        customers::agreement_imports::ROUTES,
        customers::ROUTES,
        administration::ROUTES,
        company::ROUTES,
        operation::ROUTES,
        operation::announcements::ROUTES,
        operation::bulk_runs::ROUTES,
        operation::clients::ROUTES,
        operation::products::ROUTES,
        partners::OPERATOR,
        partners::MANDANT,
        public::consent::ROUTES,
        public::notices::ROUTES,
        public::addresses::ROUTES,
        contract::text::ROUTES,
        contract::roll_outs::ROUTES,
        public::branding::ROUTES,
        public::legal::ROUTES,
        public::log::ROUTES,
        public::verification::ROUTES,
        contract::versions::ROUTES,
        api::page::ROUTES,
        dev::ROUTES,
    ]
    .into_iter()
    .flatten()
    .chain(api::operations().map(|operation| &operation.row))
}

/// Registers the rows, each behind its guard.
pub fn configure(config: &mut web::ServiceConfig, app: &App) {
    for row in rows() {
        let who = row.who;
        if let Who::Client(scope) = who {
            let route = (row.route)();
            let route = route.wrap(from_fn(move |request, next| {
                api::guard(scope, request, next)
            }));
            config.route(row.path, route);
            continue;
        }
        let route = (row.route)().wrap(from_fn(move |request, next| guard(who, request, next)));
        if who == Who::Gate {
            config.route(row.path, route.wrap(from_fn(answer_shut)));
        } else if who.needs_session() {
            let route = route.wrap(session_store::middleware(app));
            config.route(row.path, route.wrap(from_fn(answer_errors)));
        } else {
            config.route(row.path, route.wrap(from_fn(answer_errors)));
        }
    }
    config.service(web::scope(api::BASE).default_service(web::route().to(api::nothing)));
    // The page for an unknown address has the layout of the viewer (C3).
    let nowhere = web::route()
        .to(|| async { Err::<HttpResponse, _>(PageError::NotFound) })
        .wrap(from_fn(|request, next| guard(Who::Visitor, request, next)))
        .wrap(session_store::middleware(app))
        .wrap(from_fn(answer_errors));
    config.default_service(nowhere);
}

/// Registers what the management listener answers, to anybody who reaches it.
pub fn configure_management(config: &mut web::ServiceConfig) {
    config
        .route("/metrics", view().to(management::metrics))
        .route("/healthz", view().to(public::health::healthz))
        .route("/readyz", view().to(public::health::readyz))
        .default_service(web::route().to(management::nothing));
}

/// What scrapes of the management listener share.
pub use management::Readings;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::viewer::{Role, Viewer};
    use crate::domain::{Language, UserId};
    use crate::paths;
    use crate::web::kit::menu::menu;

    /// Last segments of pages that begin something and belong to the page above them.
    const STEPS: [&str; 2] = ["/neu", "/test"];

    #[test]
    fn c13_every_page_of_the_operator_stands_in_its_menu() {
        let administrator = Viewer {
            user: UserId(1),
            name: String::new(),
            company: String::new(),
            role: Role::ADMINISTRATOR,
            manages_users: false,
            language: Language::De,
        };
        let menu = menu(&administrator, paths::ALERTS);
        let hrefs: Vec<&str> = menu
            .iter()
            .flat_map(|entry| entry.pages.iter().map(|page| page.href))
            .collect();
        let missing: Vec<&str> = rows()
            .filter(|row| row.who == Who::Operator && row.method == "GET")
            .map(|row| row.path)
            .filter(|path| !path.contains('{') && !path.contains('.'))
            .filter(|path| !STEPS.iter().any(|step| path.ends_with(step)))
            .filter(|path| !hrefs.contains(path))
            .collect();
        assert!(missing.is_empty(), "not in the menu: {missing:?}");
        let current: Vec<&str> = menu
            .iter()
            .filter(|entry| entry.is_current())
            .map(|entry| entry.label)
            .collect();
        assert_eq!(current, ["Aufgaben"], "the group of the page is marked");
    }
}

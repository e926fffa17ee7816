//! A customer's profile: master data, partners, products and their modules.

mod desk;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use super::parts::entered_addresses::{Undecided, undecided};
use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::{BookedOption, Booking, Case, access, product_statuses, status_of};
use crate::domain::product::Module;
use crate::domain::viewer::{Duty, Permission, Role, permissions};
use crate::domain::{CustomerNumber, Language, calendar};
use crate::paths;
use crate::web::kit::customer::find_visible;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::refusals;
use crate::wording::dates;
use desk::Desk;

#[derive(Template)]
#[template(path = "web/customers/profile/profile.html")]
struct ProfileView {
    shell: Shell,
    number: CustomerNumber,
    name: String,
    address: String,
    email: Option<String>,
    /// What is stored although it is no valid address; for the operator.
    unusable: Option<String>,
    /// Addresses that partners entered and the operator has to decide about (A4).
    undecided: Vec<Undecided>,
    contact: String,
    phone: String,
    represented_by: String,
    /// The customer's number if it was searched for and others are found by the same figures.
    sought: bool,
    desk: Option<Desk>,
    /// Whether the whole address is shown and can be changed.
    operator: bool,
    /// Whether the viewer may enter another address.
    may_change_email: bool,
    language: &'static str,
    partner: Option<String>,
    sub_partner: Option<String>,
    key: &'static str,
    word: String,
    products: Vec<ProductLine>,
    /// All bookings with what can be done about each; only for the operator.
    bookings: Vec<BookingLine>,
}

struct BookingLine {
    name: String,
    state: String,
    /// Labels and addresses of links.
    links: Vec<(String, String)>,
}

struct ProductLine {
    name: String,
    key: &'static str,
    word: String,
    modules: Vec<ModuleLine>,
}

struct ModuleLine {
    name: String,
    href: String,
    /// Reason and next step, if the module is closed for the viewer.
    closed: Option<(&'static str, &'static str)>,
}

/// Whether the customer was opened by a search for its number that also finds others.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sought {
    gesucht: Option<String>,
}

pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
    sought: web::Query<Sought>,
) -> Result<HttpResponse, PageError> {
    let (now, role) = (app.clock.now(), me.viewer.role);
    let (own, viewer, number) = (app.clone(), me.viewer.clone(), number.into_inner());
    let (case, desk) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let case = find_visible(conn, &own, &viewer, number)?;
            let desk = match viewer.role {
                Role::Operator(_) => Some(desk::read(conn, &case, now)?),
                _ => None,
            };
            Ok((case, desk))
        })
        .await?;
    let shell = Shell::load(&app, &me, paths::CUSTOMERS).await?;
    let mut page = view(shell, &case, role, now);
    page.desk = desk;
    page.sought = sought.gesucht.is_some();
    html(&page)
}

fn view(shell: Shell, case: &Case, role: Role, now: DateTime<Utc>) -> ProfileView {
    let overall = status_of(case, now);
    let operator = role.is_operator();
    let may = permissions(role, case, now);
    ProfileView {
        undecided: undecided(case, role, &may, &shell.operator.short_name),
        shell,
        number: case.customer.number,
        name: case.customer.party.name.clone(),
        address: case.customer.party.address_line(),
        email: case.customer.email().map(|email| {
            if operator {
                email.shown()
            } else {
                email.masked()
            }
        }),
        unusable: case
            .customer
            .party
            .unusable_email
            .clone()
            .filter(|_| operator),
        contact: case.customer.party.contact.clone(),
        phone: case.customer.party.phone.clone(),
        represented_by: case.customer.party.represented_by.clone(),
        sought: false,
        desk: None,
        operator,
        may_change_email: may.contains(&Permission::ChangeEmail),
        language: if case.customer.language.is_en() {
            "Englisch"
        } else {
            "Deutsch"
        },
        partner: case.partner.as_ref().map(|one| one.party.name.clone()),
        sub_partner: case.sub_partner.as_ref().map(|one| one.party.name.clone()),
        key: overall.status.key(),
        word: overall.word(),
        products: product_statuses(case, now)
            .into_iter()
            .map(|line| ProductLine {
                name: line.product.booked_name(&line.options).de,
                key: line.case_status.status.key(),
                word: line.case_status.word(),
                modules: line
                    .product
                    .areas(&line.options)
                    .into_iter()
                    .map(|area| module_line(case, role, area.module, now))
                    .collect(),
            })
            .collect(),
        bookings: if operator {
            bookings(case, role, now)
        } else {
            Vec::new()
        },
    }
}

/// Present bookings, the newest first, followed by ended ones.
fn bookings(case: &Case, role: Role, now: DateTime<Utc>) -> Vec<BookingLine> {
    let all = || case.bookings.iter().enumerate().rev();
    all()
        .filter(|(_, booking)| booking.is_active(now))
        .chain(all().filter(|(_, booking)| !booking.is_active(now)))
        .map(|(place, booking)| {
            let mut line = booking_line(case, place, booking, now);
            if !role.has(Duty::Care) {
                line.links.clear();
            }
            line
        })
        .collect()
}

fn booking_line(case: &Case, place: usize, booking: &Booking, now: DateTime<Utc>) -> BookingLine {
    let date = |at: DateTime<Utc>| dates::short_date(calendar::day(at), Language::De);
    let since = date(booking.booked_at);
    // A booking that ends at midnight was last in force on the day before.
    let last = |end: DateTime<Utc>| date(end - Duration::milliseconds(1));
    let known = case.product(&booking.product);
    let (number, n) = (case.customer.number, place + 1);
    let mut links = Vec::new();
    if booking.is_active(now) {
        for option in known.iter().flat_map(|product| &product.options) {
            let noun = option.noun(Language::De);
            let path = paths::cancel_option(number, n, &option.code);
            let booked = booking
                .option(&option.code)
                .filter(|one| one.is_active(now));
            match booked.map(|one| one.ends_at) {
                None if option.retired => {}
                None => links.push((
                    format!("{noun} einschalten"),
                    paths::booking_option(number, n, &option.code),
                )),
                Some(None) => links.push((format!("{noun} kündigen"), path)),
                Some(Some(_)) => links.extend([
                    (
                        format!("Kündigung der {noun} zurücknehmen"),
                        format!("{path}?ende=keins"),
                    ),
                    (format!("Anderes Ende der {noun}"), path),
                ]),
            }
        }
        let path = paths::cancel_booking(number, n);
        match booking.ends_at {
            None => links.push(("Kündigen".to_owned(), path)),
            Some(_) => links.extend([
                (
                    "Kündigung zurücknehmen".to_owned(),
                    format!("{path}?ende=keins"),
                ),
                ("Anderes Ende".to_owned(), path),
            ]),
        }
    }
    let ending = |one: &BookedOption| {
        let end = one.ends_at.filter(|_| booking.is_active(now))?;
        let named = known.and_then(|product| product.option(&one.code));
        let noun = named.map_or_else(|| one.code.clone(), |named| named.noun(Language::De));
        Some(match now < end {
            true => format!(", {noun} gekündigt zum {}", last(end)),
            false => format!(", {noun} beendet am {}", last(end)),
        })
    };
    let option: String = booking.options.iter().filter_map(ending).collect();
    BookingLine {
        name: known.map_or_else(
            || booking.product.clone(),
            |product| product.booked_name(&booking.options_to_the_end(now)).de,
        ),
        state: match booking.ends_at {
            None => format!("Seit {since}{option}"),
            Some(end) if now < end => format!("Seit {since}, gekündigt zum {}{option}", last(end)),
            Some(end) => format!("Vom {since} bis {}, beendet", last(end)),
        },
        links,
    }
}

fn module_line(case: &Case, role: Role, module: &Module, now: DateTime<Utc>) -> ModuleLine {
    // Only partners are subject to the rule.
    let closed = role
        .partner()
        .and_then(|who| access(case, who, &module.key, now).err())
        .map(refusals::closed);
    ModuleLine {
        name: module.name.clone(),
        href: paths::module(case.customer.number, &module.key),
        closed,
    }
}

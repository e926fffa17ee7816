//! Deleted customers, to be read only: the evidence that is kept until its retention period has
//! expired (rows 51 and 52). Only the operator has these pages, and nothing can be changed here.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::AgreementEnd;
use crate::domain::export::ExportedList;
use crate::domain::retention::erasable_on;
use crate::domain::viewer::Role;
use crate::domain::{CustomerNumber, Language, calendar};
use crate::paths;
use crate::storage::audit::list_events;
use crate::storage::cases::find_case;
use crate::storage::customers::{DeletedLine, list_deleted};
use crate::storage::declarations::{ObjectionLine, list_objections};
use crate::storage::notices::{Stored, list_of_customer};
use crate::storage::retention::{Tombstone, list_tombstones};
use crate::storage::{PgConnection, dissent_files};
use crate::web::kit::dates::{When, short};
use crate::web::kit::error::PageError;
use crate::web::kit::export::{Export, ROWS, answer};
use crate::web::kit::history::{Past, history};
use crate::web::kit::page::{Me, Shell, html};
use crate::wording::dates;

/// Customers per page.
const PAGE: usize = 50;
/// The history shows this many events.
const EVENTS: i64 = 500;
/// Limit for objections and notices, which no customer reaches.
const DECLARATIONS: i64 = 500;

#[derive(Template)]
#[template(path = "web/operation/deleted/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<DeletedRow>,
    is_later: bool,
    next: Option<String>,
}

struct DeletedRow {
    number: CustomerNumber,
    name: String,
    deleted: String,
    machine: String,
}

/// Where the page begins: behind this moment (milliseconds) and number.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeletedCursor {
    nach: String,
}

/// GET: the list, the last deletion first.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    place: web::Query<DeletedCursor>,
) -> Result<HttpResponse, PageError> {
    let after = read_place(&place.nach);
    let mut found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
            Ok(list_deleted(conn, after, limit)?)
        })
        .await?;
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found
        .last()
        .filter(|_| has_next)
        .map(|last| format!("{}?nach={}", paths::DELETED, write_place(last)));
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::DELETED).await?,
        lines: found.into_iter().map(line).collect(),
        is_later: after.is_some(),
        next,
    })
}

/// GET: the list as CSV.
pub async fn sheet(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let export = Export {
        list: ExportedList::Deleted,
        narrowed: false,
        head: vec!["Kundennummer", "Firma", "Gelöscht"],
        first: None,
    };
    answer(&app, &me, &request, export, |conn, after, sheet| {
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let found = list_deleted(conn, *after, limit)?;
        for one in &found {
            let deleted = dates::short_moment(one.deleted_at, Language::De);
            sheet.row([one.number.as_str(), &one.name, &deleted]);
        }
        let last = found.last().filter(|_| found.len() >= ROWS);
        Ok(last.map(|last| Some((last.deleted_at, last.number))))
    })
    .await
}

fn line(found: DeletedLine) -> DeletedRow {
    DeletedRow {
        number: found.number,
        name: found.name,
        deleted: dates::short_moment(found.deleted_at, Language::De),
        machine: dates::machine_moment(found.deleted_at),
    }
}

/// Reads a cursor like "1790000000000~4711"; anything else means the beginning of the list.
fn read_place(text: &str) -> Option<(DateTime<Utc>, CustomerNumber)> {
    let (at, number) = text.split_once('~')?;
    let at = DateTime::from_timestamp_micros(at.parse().ok()?)?;
    Some((at, number.parse().ok()?))
}

fn write_place(last: &DeletedLine) -> String {
    format!("{}~{}", last.deleted_at.timestamp_micros(), last.number)
}

#[derive(Template)]
#[template(path = "web/operation/deleted/show.html")]
struct CustomerPage {
    shell: Shell,
    number: CustomerNumber,
    name: String,
    address: String,
    deleted: String,
    kept_until: String,
    agreements: Vec<AgreementLine>,
    /// Address of the evidence bundle.
    bundle: String,
    objections: Vec<Declared>,
    dissents: Vec<Declared>,
    history: Vec<Past>,
}

/// An objection or a dissent with its files.
struct Declared {
    what: String,
    note: String,
    proofs: Vec<(String, When)>,
}

struct AgreementLine {
    number: String,
    state: String,
    pdf: String,
}

#[derive(Template)]
#[template(path = "web/operation/deleted/tombstone.html")]
struct TombstonePage {
    shell: Shell,
    number: CustomerNumber,
    stones: Vec<Stone>,
}

/// What stays of something that was erased.
struct Stone {
    what: String,
    dates: String,
    when: String,
    hashes: Option<(String, String)>,
}

/// GET: a deleted customer, or what stays of it after its retention period.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    number: web::Path<CustomerNumber>,
) -> Result<HttpResponse, PageError> {
    let (number, now) = (*number, app.clock.now());
    let (case, events, stones, objections, dissents) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((
                find_case(conn, number, now)?,
                list_events(conn, number, EVENTS)?,
                list_tombstones(conn, number)?,
                objections(conn, number)?,
                dissents(conn, number)?,
            ))
        })
        .await?;
    let shell = Shell::load(&app, &me, paths::DELETED).await?;
    let date = |at| dates::short_date(calendar::day(at), Language::De);
    let Some(case) = case else {
        if stones.is_empty() {
            return Err(PageError::NotFound);
        }
        return html(&TombstonePage {
            shell,
            number,
            stones: stones.into_iter().map(stone).collect(),
        });
    };
    let deleted_at = case.customer.deleted_at.ok_or(PageError::NotFound)?;
    let erased: Vec<_> = stones.iter().filter_map(|one| one.agreement).collect();
    html(&CustomerPage {
        shell,
        number,
        name: case.customer.party.name.clone(),
        address: case.customer.party.address_line(),
        deleted: dates::long_moment(deleted_at, Language::De),
        kept_until: erasable_on(&case, app.config.retention_years)
            .map(|day| dates::long_date(day, Language::De))
            .unwrap_or_default(),
        agreements: case
            .agreements
            .iter()
            .filter(|agreement| !erased.contains(&agreement.id))
            .map(|agreement| AgreementLine {
                number: agreement.number.clone(),
                state: format!(
                    "{} am {}{}",
                    if agreement.on_paper() {
                        "außerhalb des Portals geschlossen, erfasst"
                    } else {
                        "abgeschlossen"
                    },
                    date(agreement.concluded_at),
                    match agreement.end {
                        Some((at, AgreementEnd::Objected)) => {
                            format!(", nichtig seit {}", date(at))
                        }
                        Some((at, AgreementEnd::Replaced)) => format!(", ersetzt am {}", date(at)),
                        Some((at, AgreementEnd::Disowned)) => {
                            format!(
                                ", nicht vom Kunden geschlossen, festgestellt am {}",
                                date(at)
                            )
                        }
                        Some((at, AgreementEnd::Ended)) => format!(", beendet am {}", date(at)),
                        None => String::new(),
                    }
                ),
                pdf: paths::contract_pdf(agreement.id),
            })
            .collect(),
        bundle: paths::evidence_of(number),
        objections,
        dissents,
        history: history(events, Role::ADMINISTRATOR),
    })
}

/// Objections and declines of the customer with their files (EV-10).
fn objections(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> Result<Vec<Declared>, ActionError> {
    let all = list_objections(conn, customer, DECLARATIONS)?;
    let one = |line: ObjectionLine| Declared {
        what: format!(
            "Widerspruch{}, {}, eingegangen am {}",
            line.agreement.map_or_else(
                || " vor Abschluss".to_owned(),
                |number| format!(" gegen {number}")
            ),
            line.channel.word(),
            short(line.received_on)
        ),
        note: line.note,
        proofs: line
            .proofs
            .into_iter()
            .map(|(file, at)| (paths::proof(customer, file), When::clock(at)))
            .collect(),
    };
    Ok(all.into_iter().map(one).collect())
}

/// Dissents from announced changes with their files (EV-12).
fn dissents(
    conn: &mut PgConnection,
    customer: CustomerNumber,
) -> Result<Vec<Declared>, ActionError> {
    let files = dissent_files::list_of_customer(conn, customer)?;
    let all = list_of_customer(conn, customer, DECLARATIONS)?;
    let one = |notice: Stored| {
        let dissent = notice.facts.dissent?;
        Some(Declared {
            what: format!(
                "Einspruch {}, eingegangen am {}",
                dissent.way.word(),
                short(dissent.received_on)
            ),
            note: dissent.text,
            proofs: files
                .iter()
                .filter(|(of, ..)| *of == notice.id)
                .map(|(_, file, at)| (paths::dissent_proof(notice.id, *file), When::clock(*at)))
                .collect(),
        })
    };
    Ok(all.into_iter().filter_map(one).collect())
}

fn stone(stone: Tombstone) -> Stone {
    let date = |at| dates::short_date(calendar::day(at), Language::De);
    Stone {
        what: match &stone.agreement_number {
            Some(number) => number.clone(),
            None => "Kunde".to_owned(),
        },
        dates: match (stone.concluded_at, stone.ended_at) {
            (Some(from), Some(until)) => {
                format!(
                    "Abgeschlossen am {}, beendet am {}",
                    date(from),
                    date(until)
                )
            }
            (_, Some(at)) => format!("Gelöscht am {}", date(at)),
            _ => String::new(),
        },
        when: dates::short_moment(stone.erased_at, Language::De),
        hashes: stone.document_hash.zip(stone.pdf_hash),
    }
}

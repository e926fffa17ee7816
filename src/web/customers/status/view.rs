//! The status page, ready to print.

use askama::Template;
use chrono::{DateTime, Utc};

use super::permissions::{Group, groups};
use super::timeline::{TimelineStep, steps};
use super::unsent::{Unsent, unsent};
use super::{todo, words};
use crate::actions::partner_contracts::Relied;
use crate::domain::case::{
    Case, CaseStatus, ProductStatus, Status, access, missing, product_statuses, status_of,
};
use crate::domain::partner_contract::ContractRule;
use crate::domain::product::Module;
use crate::domain::proposal::PaperRecord;
use crate::domain::viewer::{Permission, Role, permissions};
use crate::domain::{CustomerNumber, Language, OfferDiff};
use crate::paths;
use crate::storage::audit::Event;
use crate::storage::mails::MailLine;
use crate::web::customers::parts::doubts::{self, Choice};
use crate::web::customers::parts::entered_addresses::{Undecided, undecided};
use crate::web::kit::chain::{Member, annex_note, chain};
use crate::web::kit::customer::address_for;
use crate::web::kit::dates::Sentence;
use crate::web::kit::history::Past;
use crate::web::kit::own_history::history_of;
use crate::web::kit::page::Shell;
use crate::web::kit::refusals;
use crate::web::kit::words::listed;

/// What the page shows, as it was read.
pub struct Read {
    /// The facts of the case.
    pub case: Case,
    /// Sub-partners of the Mandant, for viewers who may choose from them.
    pub sub_partners: Vec<Relied>,
    /// The operator's setting about their contracts.
    pub rule: ContractRule,
    /// Mails of the case, newest first.
    pub mails: Vec<MailLine>,
    /// History of the case, newest first.
    pub events: Vec<Event>,
    /// What the present offer changes compared with the agreement in force.
    pub news: Option<OfferDiff>,
    /// The sub-partner that the agreement names although it has left, and since when.
    pub left: Option<(String, DateTime<Utc>)>,
    /// Whether the agreement in force prints the customer's present data, so that there is nothing
    /// to conclude anew (row 48).
    pub is_same: bool,
    /// The record of the agreement in force, if it was signed on paper.
    pub paper: Option<PaperRecord>,
}

/// The page about a customer's AVV for the operator and partners.
#[derive(Template)]
#[template(path = "web/customers/status/status.html")]
pub struct StatusView {
    shell: Shell,
    number: CustomerNumber,
    name: String,
    key: &'static str,
    word: String,
    verdict: Sentence,
    /// Addresses that partners entered and the operator has to decide about (A4).
    undecided: Vec<Undecided>,
    meaning: String,
    /// What the open request changes, or what happened to the last one (rows 22, 28).
    request: Option<String>,
    /// The note about the agreement in force (row 24).
    annex_note: Option<String>,
    /// That it was signed on paper, and who recorded it (5.8-18).
    paper: Option<String>,
    /// Whether the viewer is a partner, who sees the status but never the text.
    partner: bool,
    todo: String,
    /// Whether the operator has to publish a text before anything can be asked for.
    wants_text: bool,
    ask: Option<&'static str>,
    address: Option<String>,
    groups: Vec<Group>,
    /// Where the operator deletes the customer; separate from all other links.
    delete: Option<String>,
    steps: Vec<TimelineStep>,
    products: Vec<ProductLine>,
    chain: Vec<Member>,
    choice: Option<SubChoice>,
    /// Where the operator assigns another Mandant.
    assign: Option<String>,
    unsent: Vec<Unsent>,
    /// The operator's list of all mails of this customer.
    all_mails: Option<String>,
    history: Vec<Past>,
}

struct ProductLine {
    name: String,
    key: &'static str,
    word: String,
    detail: String,
}

/// The form to name a sub-partner.
struct SubChoice {
    options: Vec<Choice>,
    rule: ContractRule,
    has_none: bool,
    operator: bool,
}

impl StatusView {
    /// Prepares the page for a viewer with `role`.
    pub fn new(shell: Shell, role: Role, read: Read, now: DateTime<Utc>) -> Self {
        let case = &read.case;
        let overall = status_of(case, now);
        let mut may = permissions(role, case, now);
        may.retain(|one| *one != Permission::DemandAnew || !read.is_same);
        let operator = shell.operator.clone();
        Self {
            number: case.customer.number,
            name: case.customer.party.name.clone(),
            key: overall.status.key(),
            word: overall.word(),
            verdict: words::verdict(case, &overall, now),
            meaning: words::meaning(case, &overall, role, now),
            request: words::request(case, role, read.news.as_ref(), now),
            annex_note: read
                .left
                .as_ref()
                .map(|(name, since)| annex_note(name, *since)),
            paper: read.paper.as_ref().map(PaperRecord::mark),
            partner: role.partner().is_some(),
            wants_text: role.is_operator() && case.lacks_text(now) && !case.is_settled(now),
            todo: todo::todo(
                case,
                &unsettled(case, overall, now),
                role,
                &may,
                &operator.short_name,
                now,
            ),
            ask: button(&may),
            address: address_for(role, case),
            undecided: undecided(case, role, &may, &operator.short_name),
            groups: groups(role, case, &may),
            delete: may
                .contains(&Permission::Delete)
                .then(|| paths::delete_customer(case.customer.number)),
            steps: steps(case, now),
            products: product_statuses(case, now)
                .into_iter()
                .map(|line| product_line(case, role, &line, now))
                .collect(),
            chain: chain(
                &operator,
                case.partner.as_ref().map(|one| &one.party),
                case.sub_partner.as_ref().map(|one| &one.party),
            ),
            choice: may
                .contains(&Permission::NameSubPartner)
                .then(|| choice(case, role, &read.sub_partners, read.rule)),
            assign: may
                .contains(&Permission::AssignPartner)
                .then(|| paths::assign_partner(case.customer.number)),
            unsent: unsent(read.mails, role),
            all_mails: (role.is_operator()).then(|| paths::mails_of(case.customer.number)),
            history: history_of(case, read.events, role, Language::De),
            shell,
        }
    }
}

/// The status that asks for a next step: for an agreement that lacks something, what is missing.
fn unsettled(case: &Case, overall: CaseStatus, now: DateTime<Utc>) -> CaseStatus {
    match overall.status {
        Status::AmendmentOpen => missing(case, now).unwrap_or(overall),
        _ => overall,
    }
}

fn button(may: &[Permission]) -> Option<&'static str> {
    may.iter().find_map(|one| match one {
        Permission::Ask => Some("Anforderung senden"),
        Permission::AskAgain => Some("Anforderung erneut senden"),
        _ => None,
    })
}

fn product_line(
    case: &Case,
    role: Role,
    line: &ProductStatus<'_>,
    now: DateTime<Utc>,
) -> ProductLine {
    let denied = role.partner().and_then(|who| {
        let denied = |(module, _): &(&Module, bool)| access(case, who, &module.key, now).err();
        line.gated.iter().find_map(denied)
    });
    let closed = line.gated.iter().filter(|(_, is_open)| !is_open);
    let closed: Vec<&Module> = closed.map(|(module, _)| *module).collect();
    let own = &line.product.module;
    let detail = match (line.case_status.status, denied) {
        (Status::NotRequired, _) => "Kein Produkt, für das ein AVV nötig ist.".to_owned(),
        (Status::Concluded, None) => "Im Vertrag enthalten.".to_owned(),
        (Status::Concluded, Some(denied)) => refusals::closed(denied).0.to_owned(),
        _ if closed.is_empty() => "Für Vertriebspartner bleibt alles erreichbar.".to_owned(),
        _ if closed.iter().any(|module| module.key == own.key) => {
            "Das ganze Modul ist für Vertriebspartner gesperrt.".to_owned()
        }
        _ => {
            let names: Vec<String> = closed.iter().map(|one| one.name.clone()).collect();
            let which = match names.as_slice() {
                [one] => format!("Nur der Bereich {one} ist"),
                several => format!("Nur die Bereiche {} sind", listed(several)),
            };
            format!(
                "{which} für Vertriebspartner gesperrt, {} bleibt erreichbar.",
                own.name
            )
        }
    };
    ProductLine {
        name: line.product.booked_name(&line.options).de,
        key: line.case_status.status.key(),
        word: line.case_status.word(),
        detail,
    }
}

fn choice(case: &Case, role: Role, all: &[Relied], rule: ContractRule) -> SubChoice {
    let chosen = case.sub_partner.as_ref().map(|sub| sub.id);
    SubChoice {
        // The present one stays in the list even if it could not be chosen anew.
        options: all
            .iter()
            .filter(|one| one.partner.can_be_named() || chosen == Some(one.partner.id))
            .map(|one| doubts::choice(one, chosen == Some(one.partner.id), rule))
            .collect(),
        rule,
        has_none: chosen.is_none(),
        operator: role.is_operator(),
    }
}

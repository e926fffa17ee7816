//! Cases for tests. A [`Scenario`] is a case with a clock: events are sent through `decide` and
//! `apply`, so that a case reaches its state by events and not by assignment.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::calendar::day;
use crate::domain::case::{
    AddressChange, BookedOption, Booking, Case, Change, Channel, Customer, DecisionContext,
    Declaration, Denied, Event, Grant, LinkState, Mail, NewIds, Partner, Refusal, Status, access,
    decide, link_state, status_of,
};
use crate::domain::mail::Recipient;
use crate::domain::product::{Module, Options, Product, ProductOption};
use crate::domain::{
    AddressId, AgreementId, CustomerNumber, EmailAddress, Holidays, Language, LinkId, PartnerId,
    Party, RequestId,
};

/// The Mandant of the sample customer.
pub const MANDANT: PartnerId = PartnerId(1);
/// Its Submandant, which looks after the customer.
pub const SUB: PartnerId = PartnerId(11);
/// Another Submandant of the same Mandant.
pub const OTHER_SUB: PartnerId = PartnerId(12);
/// A Mandant that does not look after the customer.
pub const FOREIGN: PartnerId = PartnerId(2);
/// A product whose whole module needs an agreement.
pub const CENTRAFLEX: &str = "centraflex";
/// A product of which only the UMS pages need an agreement.
pub const TRUNK: &str = "mehrstandort-sip-trunk";
/// A second product with the same UMS pages.
pub const SMALL_TRUNK: &str = "sip-trunk";
/// The option of both products that opens the UMS pages.
pub const UMS: &str = "ums";
/// A product with two options that need an agreement, each with an area of its own, and one option
/// that needs none.
pub const KIT: &str = "kit";
/// A product that needs an agreement itself, with an option that opens another area, one that needs
/// none, and one that is administered in its own area.
pub const DESK: &str = "desk";
/// All modules of the catalogue.
pub const MODULES: [&str; 8] = [
    CENTRAFLEX,
    SMALL_TRUNK,
    UMS,
    KIT,
    "fax",
    "archive",
    DESK,
    "record",
];
/// The product files of the version in force; what is said of the options of a product may stand in its own.
pub const ANNEXES: [&str; 7] = [
    CENTRAFLEX,
    "mehrstandort-sip-trunk_ums",
    "sip-trunk_ums",
    "kit_archive",
    "kit_fax",
    "kit_journal",
    DESK,
];
/// Every state of requirements 5.4.
pub const STATES: [&str; 13] = [
    "N", "O", "R0", "R1", "R2", "R3", "X", "D", "C", "U", "W", "V", "E",
];

/// The contract version in force at `now` in the sequences: there is a new one every few weeks.
pub fn version_at(now: DateTime<Utc>) -> String {
    let since = day(now) - version_day(0);
    format!(
        "{}.0",
        (since.num_days() / VERSION_DAYS).min(VERSIONS - 1) + 1
    )
}

/// The first day of a version in the sequences, counted from 0.
pub fn version_day(place: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Duration::days(place * VERSION_DAYS)
}

/// Days between two versions in the sequences.
const VERSION_DAYS: i64 = 47;
/// Number of versions in the sequences.
pub const VERSIONS: i64 = 20;

pub fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn module(key: &str, gated: bool) -> Module {
    Module {
        key: key.to_owned(),
        name: key.to_uppercase(),
        name_en: None,
        gated,
    }
}

/// A product that needs an agreement for its whole module.
pub fn product(code: &str, opens: &str) -> Product {
    Product {
        code: code.to_owned(),
        name: code.to_owned(),
        name_en: None,
        short_name: code.to_owned(),
        portal_administered: Some(true),
        personal_data: Some(true),
        help: None,
        requires_avv: true,
        module: module(opens, true),
        options: Vec::new(),
        retired: false,
    }
}

/// A product that needs an agreement only with an option.
pub fn trunk(code: &str, opens: &str, options: Vec<ProductOption>) -> Product {
    Product {
        requires_avv: false,
        module: module(opens, false),
        options,
        ..product(code, opens)
    }
}

/// An option, with or without an area of its own.
pub fn option(code: &str, requires_avv: bool, opens: Option<&str>) -> ProductOption {
    ProductOption {
        code: code.to_owned(),
        name: code.to_owned(),
        name_en: None,
        short_name: code.to_owned(),
        requires_avv,
        module: opens.map(|key| module(key, true)),
        retired: false,
    }
}

/// The set of these option codes.
pub fn options(codes: &[&str]) -> Options {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

pub fn party(name: &str, mail: &str) -> Party {
    Party {
        name: name.to_owned(),
        street: "Hafenweg 3".to_owned(),
        postcode: "48155".to_owned(),
        city: "Münster".to_owned(),
        country: "Deutschland".to_owned(),
        register: String::new(),
        represented_by: "Ute Vogt".to_owned(),
        contact: "Datenschutz".to_owned(),
        email: Some(email(mail)),
        unusable_email: None,
        phone: "0251 1234".to_owned(),
    }
}

/// A partner with complete data; it is a Submandant if `parent` is given.
pub fn partner(id: PartnerId, parent: Option<PartnerId>) -> Partner {
    Partner {
        id,
        parent,
        party: party(
            &format!("Partner {id}"),
            &format!("post@partner{id}.example"),
        ),
        blocked_at: None,
        deactivated_at: None,
        unreleased_since: None,
    }
}

/// A customer with Mandant, Submandant and address, but without a booking (state N).
pub fn case() -> Case {
    Case {
        customer: Customer {
            number: CustomerNumber::from(4711),
            party: party("Kunde AG", "info@kunde.example"),
            language: Language::De,
            deleted_at: None,
        },
        catalogue: vec![
            product(CENTRAFLEX, CENTRAFLEX),
            trunk(TRUNK, SMALL_TRUNK, vec![option(UMS, true, Some(UMS))]),
            trunk(SMALL_TRUNK, SMALL_TRUNK, vec![option(UMS, true, Some(UMS))]),
            trunk(
                KIT,
                KIT,
                vec![
                    option("fax", true, Some("fax")),
                    option("archive", true, Some("archive")),
                    option("journal", false, None),
                ],
            ),
            Product {
                options: vec![
                    option("record", true, Some("record")),
                    option("music", false, None),
                    option("voice", true, None),
                ],
                ..product(DESK, DESK)
            },
        ],
        bookings: Vec::new(),
        partner: Some(partner(MANDANT, None)),
        sub_partner: Some(partner(SUB, Some(MANDANT))),
        current_version: "2.0".to_owned(),
        annexes: ANNEXES.iter().map(|key| (*key).to_owned()).collect(),
        holidays: Holidays::Germany,
        agreements: Vec::new(),
        requests: Vec::new(),
        entered: Vec::new(),
    }
}

pub fn booking(product: &str, codes: &[&str]) -> Booking {
    Booking {
        product: product.to_owned(),
        options: codes.iter().copied().map(BookedOption::of).collect(),
        booked_at: utc("2026-01-07T09:00:00Z"),
        ends_at: None,
        settled_at: None,
    }
}

pub fn booked(product: &str, codes: &[&str]) -> Event {
    Event::Booked {
        product: product.to_owned(),
        options: options(codes),
    }
}

/// The operator enters another address, and no partner has this one.
pub fn new_email(address: &str) -> Event {
    Event::EmailChanged(AddressChange {
        email: email(address),
        partner_addresses: Vec::new(),
        by_partner: false,
        wait: Duration::hours(48),
        despite: false,
    })
}

pub fn consent(link: LinkId) -> Event {
    Event::Concluded(Declaration {
        link,
        person: "Ute Vogt".to_owned(),
        function: "Vorstand".to_owned(),
        shown: "hash".to_owned(),
        current: "hash".to_owned(),
    })
}

/// A case with a clock.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub case: Case,
    pub now: DateTime<Utc>,
    keys: u128,
}

impl Scenario {
    /// The clock starts on Sunday, 22 November 2026, 10:00 in Berlin.
    pub fn of(case: Case) -> Self {
        Self {
            case,
            now: utc("2026-11-22T09:00:00Z"),
            keys: 0,
        }
    }

    pub fn moment(&mut self) -> DecisionContext {
        self.keys += 1;
        let key = Uuid::from_u128(self.keys);
        DecisionContext {
            now: self.now,
            new_ids: NewIds {
                request: RequestId(key),
                link: LinkId(key),
                agreement: AgreementId(key),
                address: AddressId(key),
            },
        }
    }

    /// The key that the next new link gets.
    pub fn next_link(&self) -> LinkId {
        LinkId(Uuid::from_u128(self.keys + 1))
    }

    /// Decides the event at the time of the clock and applies the changes.
    pub fn send(&mut self, event: &Event) -> Result<Vec<Change>, Refusal> {
        let context = self.moment();
        let changes = decide(&self.case, event, context)?;
        self.case.apply(&changes, self.now);
        Ok(changes)
    }

    /// Sends an event that must not be refused, and returns the scenario after it.
    pub fn after(mut self, event: &Event) -> Self {
        self.send(event).unwrap();
        self
    }

    pub fn later(mut self, time: Duration) -> Self {
        self.now += time;
        self
    }

    /// Advances the clock to when the scheduler has something to do.
    pub fn at_next_step(mut self) -> Self {
        let end = self.case.open_request().unwrap().last_link_end().unwrap();
        self.now = self.case.holidays.step_after(end, end);
        self
    }

    pub fn status(&self) -> Status {
        status_of(&self.case, self.now).status
    }

    /// The letter of requirements 5.4, with the number of reminders.
    pub fn letter(&self) -> String {
        let now = status_of(&self.case, self.now);
        match now.status {
            Status::NotRequired => "N",
            Status::TextMissing => "T",
            Status::Open | Status::NoEmail => "O",
            Status::Requested | Status::Reminded | Status::Undeliverable => {
                return format!("R{}", now.reminders);
            }
            Status::Expired => "X",
            Status::Declined => "D",
            Status::Concluded => "C",
            Status::UpdatePending => "U",
            Status::AddressOpen if self.case.agreement().is_none() => "O",
            Status::AddressOpen => "H",
            Status::AmendmentOpen => "A",
            Status::RenewalRequired => "W",
            Status::Void => "V",
            Status::Ended => "E",
        }
        .to_owned()
    }

    /// The link of the newest mail.
    pub fn link(&self) -> LinkId {
        let links = self.case.requests.iter().flat_map(|round| &round.links);
        links.last().unwrap().id
    }

    pub fn link_state(&self, id: LinkId) -> Option<LinkState<'_>> {
        let (request, link) = self.case.link(id).unwrap();
        link_state(&self.case, request, link, self.now)
    }

    pub fn gate(&self, who: PartnerId, module: &str) -> Result<Grant, Denied> {
        access(&self.case, who, module, self.now)
    }

    /// Which of [`MODULES`] the current Mandant may enter.
    pub fn doors(&self) -> String {
        let who = self.case.partner.as_ref().map(|who| who.id);
        let enters = |module: &&str| who.is_some_and(|who| self.gate(who, module).is_ok());
        let tick = |module| if enters(module) { '✔' } else { '✘' };
        MODULES.iter().map(tick).collect()
    }

    /// Whether the current Mandant and Submandant may enter the Centraflex module: "✔✘".
    pub fn gates(&self) -> String {
        [&self.case.partner, &self.case.sub_partner]
            .map(|who| {
                let enters = |who: &Partner| self.gate(who.id, CENTRAFLEX).is_ok();
                if who.as_ref().is_some_and(enters) {
                    '✔'
                } else {
                    '✘'
                }
            })
            .iter()
            .collect()
    }
}

/// A case in this state of requirements 5.4.
pub fn in_state(state: &str) -> Scenario {
    let new = || Scenario::of(case());
    let concluded = || {
        let asked = new().after(&booked(CENTRAFLEX, &[]));
        let answer = consent(asked.link());
        asked.later(Duration::hours(1)).after(&answer)
    };
    match state {
        "N" => new(),
        "O" => {
            let mut scenario = new();
            scenario.case.customer.party.email = None;
            scenario.after(&booked(CENTRAFLEX, &[]))
        }
        "R0" => new().after(&booked(CENTRAFLEX, &[])),
        "R1" => in_state("R0").at_next_step().after(&Event::StepDue),
        "R2" => in_state("R1").at_next_step().after(&Event::StepDue),
        "R3" => in_state("R2").at_next_step().after(&Event::StepDue),
        "X" => in_state("R3").at_next_step().after(&Event::StepDue),
        "D" => {
            let asked = in_state("R1");
            let decline = Event::Declined(asked.link());
            asked.after(&decline)
        }
        "C" => concluded(),
        "U" => concluded().after(&booked(TRUNK, &["ums"])),
        "W" => {
            let moved = Event::PartnerAssigned(Some(partner(FOREIGN, None)));
            concluded().later(Duration::hours(1)).after(&moved)
        }
        "V" => concluded().after(&Event::Objected(Channel::Portal)),
        "E" => {
            let scenario = concluded();
            let cancelled = Event::Cancelled {
                booking: 0,
                ends_at: Some(scenario.now + Duration::days(30)),
            };
            let scenario = scenario.after(&cancelled).later(Duration::days(43));
            scenario.after(&Event::StepDue)
        }
        _ => panic!("no state {state}"),
    }
}

/// The mails among the changes, with the numbers of requirements 5.3: `M2.1>customer`, `M5>11`.
pub fn mails(changes: &[Change]) -> String {
    let mails: Vec<String> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Queue(mail) => Some(number(mail)),
            _ => None,
        })
        .collect();
    mails.join(" ")
}

fn number(mail: &Mail) -> String {
    let kind = mail.kind.number();
    let to = match mail.to {
        Recipient::Customer => "customer".to_owned(),
        Recipient::Partner(id) => id.to_string(),
        Recipient::FormerAddress => "old".to_owned(),
        Recipient::Operator => "operator".to_owned(),
        Recipient::Auditors | Recipient::User(_) => panic!("the rules know no users"),
    };
    format!("{kind}>{to}")
}

/// Whether the changes make `to` a partner that looks after the customer.
pub fn comes(changes: &[Change], to: Recipient) -> bool {
    let new = changes.iter().filter_map(|change| match change {
        Change::SetPartner(new) | Change::SetSubPartner(new) => new.as_ref(),
        _ => None,
    });
    new.map(|new| Recipient::Partner(new.id))
        .any(|new| new == to)
}

//! Looking a file with customers through, whole, before anything of it is done (S-76): what its lines
//! say, what is wrong with them, and what would follow.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};

use crate::actions::customers::partner_addresses;
use crate::actions::partner_contracts::find_states;
use crate::actions::table_file::{self, Unreadable, Upload};
use crate::actions::{ActionError, require};
use crate::app::App;
use crate::domain::case::{
    Arrival, Case, Change, Customer, Event, Partner, Preview, Refusal, preview, status_of,
};
use crate::domain::customer_import::{
    Column, Fault, Figures, Head, ImportRow, MAX_LINES, Reason, check_products, read_row,
};
use crate::domain::mail::Recipient;
use crate::domain::partner_contract::{ContractState, relied_on};
use crate::domain::viewer::{Duty, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, ImportId, Language, PartnerId, Party};
use crate::sheet::SheetLine;
use crate::storage::customer_imports::{self as stored, find_by_name, list_holders};
use crate::storage::db::DbError;
use crate::storage::partners::find_partner;
use crate::storage::{PgConnection, cases, catalogue};

/// Lines that are looked at in one transaction.
const CHUNK: usize = 500;

/// Looks a file through and keeps what it says. For callers that may block: it reads and writes a
/// part of the file at a time, so that no transaction lasts long.
pub fn check(
    app: &App,
    viewer: Option<&Viewer>,
    upload: Upload<'_>,
    now: DateTime<Utc>,
) -> Result<Result<ImportId, Unreadable<Column>>, ActionError> {
    if let Some(viewer) = viewer {
        require(viewer, Duty::Care)?;
    }
    let text = match upload.text() {
        Ok(text) => text,
        Err(why) => return Ok(Err(why)),
    };
    let (head, mut all) = match table_file::open(&text, MAX_LINES) {
        Ok(opened) => opened,
        Err(why) => return Ok(Err(why)),
    };
    let name = upload.short_name();
    let by = viewer.map(|viewer| viewer.user);
    let (import, mut judge) = app.db.transaction_blocking(|conn| {
        let judge = Judge::new(conn, app, now)?;
        let import = stored::create(conn, &name, by, now)?;
        Ok::<_, ActionError>((import, judge))
    })?;
    let (mut figures, mut seen, mut known_faults) = (Figures::default(), HashMap::new(), 0);
    loop {
        let chunk: Vec<SheetLine> = all.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        let read = read_chunk(&head, &chunk, &mut seen);
        let found = app
            .db
            .transaction_blocking(|conn| judge.look(conn, import, &read, known_faults))?;
        known_faults += found.faults;
        found.add_to(&mut figures);
    }
    app.db.transaction_blocking(|conn| -> Result<(), DbError> {
        Ok(stored::finish(conn, import, &figures, now)?)
    })?;
    Ok(Ok(import))
}

/// A line: what it says, or what is wrong with it.
type Read = Vec<(u32, Result<ImportRow, Vec<Fault>>)>;

fn read_chunk(head: &Head, chunk: &[SheetLine], seen: &mut HashMap<CustomerNumber, u32>) -> Read {
    let one = |line: &SheetLine| {
        let mut read = read_row(head, &line.cells(), line.number);
        if let Ok(row) = &read {
            match seen.entry(row.number) {
                Entry::Occupied(first) => {
                    read = Err(vec![Fault {
                        line: line.number,
                        column: Some(Column::Number),
                        reason: Reason::Twice { line: *first.get() },
                    }]);
                }
                Entry::Vacant(place) => {
                    place.insert(line.number);
                }
            }
        }
        (line.number, read)
    };
    chunk.iter().map(one).collect()
}

/// What a part of a file adds to the figures.
#[derive(Default)]
struct Found {
    figures: Figures,
    faults: usize,
}

impl Found {
    fn add_to(self, all: &mut Figures) {
        let new = self.figures;
        all.lines += new.lines;
        all.faulty += new.faulty;
        all.known += new.known;
        all.new += new.new;
        all.asked += new.asked;
        all.told += new.told;
        for (sum, more) in [
            (&mut all.statuses, new.statuses),
            (&mut all.products, new.products),
            (&mut all.partners, new.partners),
        ] {
            for (key, count) in more {
                *sum.entry(key).or_default() += count;
            }
        }
    }
}

/// What lines are judged by: read once, or once for each partner that is named.
pub(super) struct Judge<'a> {
    app: &'a App,
    /// The case of a customer that has nothing.
    blank: Case,
    has_operator: bool,
    named: HashMap<(Option<PartnerId>, String), Option<Partner>>,
    addresses: HashMap<PartnerId, Vec<EmailAddress>>,
    contracts: HashMap<PartnerId, ContractState>,
    now: DateTime<Utc>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        conn: &mut PgConnection,
        app: &'a App,
        now: DateTime<Utc>,
    ) -> Result<Self, ActionError> {
        let nobody = Customer {
            number: CustomerNumber::of_figures(0),
            party: Party::default(),
            language: Language::De,
            deleted_at: None,
        };
        Ok(Self {
            app,
            blank: cases::make_case(conn, nobody, now)?,
            has_operator: catalogue::find_operator(conn)?.is_some(),
            named: HashMap::new(),
            addresses: HashMap::new(),
            contracts: HashMap::new(),
            now,
        })
    }

    /// The case of a customer that is added with nothing yet.
    pub(super) fn blank_case(&self, row: &ImportRow) -> Case {
        Case {
            customer: Customer {
                number: row.number,
                party: row.party.clone(),
                language: row.language,
                deleted_at: None,
            },
            ..self.blank.clone()
        }
    }

    /// What the customer brings, with its partners as they are now.
    pub(super) fn arrival(
        &mut self,
        conn: &mut PgConnection,
        row: &ImportRow,
        quietly: bool,
    ) -> Result<Result<Arrival, (Option<Column>, Reason)>, ActionError> {
        if !self.has_operator && !row.bookings.is_empty() {
            return Err(ActionError::NoOperator);
        }
        let partner = match &row.partner {
            Some(name) => match self.partner(conn, None, name)? {
                Some(found) => Some(found),
                None => return Ok(Err((Some(Column::Partner), Reason::UnknownPartner))),
            },
            None => None,
        };
        let above = partner.as_ref().map(|one| one.id);
        let sub_partner = match &row.sub_partner {
            Some(name) => match self.partner(conn, above, name)? {
                Some(found) => Some(found),
                None => return Ok(Err((Some(Column::SubPartner), Reason::UnknownSubPartner))),
            },
            None => None,
        };
        Ok(Ok(Arrival {
            partner,
            sub_partner,
            bookings: row.bookings.clone(),
            quietly,
        }))
    }

    fn partner(
        &mut self,
        conn: &mut PgConnection,
        above: Option<PartnerId>,
        name: &str,
    ) -> Result<Option<Partner>, ActionError> {
        let key = (above, name.to_owned());
        if let Some(known) = self.named.get(&key) {
            return Ok(known.clone());
        }
        let found = match find_by_name(conn, above, name)? {
            Some(id) => find_partner(conn, id)?,
            None => None,
        };
        self.named.insert(key, found.clone());
        Ok(found)
    }

    /// The rules that look at partners beside the case: no address of theirs (5.6-11), and a contract
    /// under Art. 28(4) GDPR if the operator requires one (C6).
    pub(super) fn guard(
        &mut self,
        conn: &mut PgConnection,
        before: &Case,
        after: &Case,
    ) -> Result<Option<Refusal>, ActionError> {
        if let (Some(partner), Some(email)) = (&after.partner, after.customer.email()) {
            let addresses = match self.addresses.entry(partner.id) {
                Entry::Occupied(known) => known.into_mut(),
                // Those of the Mandant and of every Submandant, whichever is named.
                Entry::Vacant(place) => place.insert(partner_addresses(conn, after)?),
            };
            if email.belongs_with(addresses) {
                return Ok(Some(Refusal::PartnerAddress));
            }
        }
        let rule = self.app.config.rules.partner_contract;
        for partner in relied_on(before, after, self.now) {
            let state = match self.contracts.entry(partner.id) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(place) => {
                    let found = find_states(conn, [partner], self.now)?;
                    let Some(found) = found.into_iter().next() else {
                        continue;
                    };
                    *place.insert(found.state)
                }
            };
            if rule.refuses(state) {
                return Ok(Some(match partner.parent {
                    None => Refusal::PartnerWithoutContract,
                    Some(_) => Refusal::SubPartnerWithoutContract,
                }));
            }
        }
        Ok(None)
    }

    /// Looks at a part of the file and keeps what it says.
    fn look(
        &mut self,
        conn: &mut PgConnection,
        import: ImportId,
        read: &Read,
        known_faults: usize,
    ) -> Result<Found, ActionError> {
        let numbers: Vec<CustomerNumber> = read
            .iter()
            .filter_map(|(_, read)| Some(read.as_ref().ok()?.number))
            .collect();
        let holders = list_holders(conn, &numbers)?;
        let mut found = Found::default();
        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        for (line, read) in read {
            found.figures.lines += 1;
            let wrong = match read {
                Err(faults) => faults.clone(),
                Ok(row) => match holders.get(&row.number) {
                    Some(false) => {
                        found.figures.known += 1;
                        continue;
                    }
                    Some(true) => vec![Fault {
                        line: *line,
                        column: Some(Column::Number),
                        reason: Reason::Deleted,
                    }],
                    None => match self.judge(conn, row, *line)? {
                        Ok(preview) => {
                            count(&mut found.figures, row, &preview);
                            rows.push((*line, row.clone()));
                            continue;
                        }
                        Err(faults) => faults,
                    },
                },
            };
            found.figures.faulty += 1;
            faults.extend(wrong);
        }
        if !rows.is_empty() {
            stored::add_rows(conn, import, &rows)?;
        }
        if !faults.is_empty() {
            stored::add_faults(conn, import, known_faults, &faults)?;
        }
        found.faults = faults.len();
        Ok(found)
    }

    /// What would follow from a line.
    fn judge(
        &mut self,
        conn: &mut PgConnection,
        row: &ImportRow,
        line: u32,
    ) -> Result<Result<Preview, Vec<Fault>>, ActionError> {
        let faults = check_products(row, &self.blank.catalogue, line);
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let wrong = |(column, reason)| {
            Ok(Err(vec![Fault {
                line,
                column,
                reason,
            }]))
        };
        let arrival = match self.arrival(conn, row, false)? {
            Ok(arrival) => arrival,
            Err(why) => return wrong(why),
        };
        let event = Event::Arrived(Box::new(arrival));
        let found = match preview(&self.blank_case(row), &event, self.now) {
            Ok(found) => found,
            Err(refusal) => return wrong(Reason::of_refusal(refusal)),
        };
        match self.guard(conn, &found.before, &found.after)? {
            Some(refusal) => wrong(Reason::of_refusal(refusal)),
            None => Ok(Ok(found)),
        }
    }
}

fn count(figures: &mut Figures, row: &ImportRow, preview: &Preview) {
    figures.new += 1;
    figures.asked += u64::from(preview.changes.iter().any(Change::asks));
    let to_partner = |change: &&Change| matches!(change, Change::Queue(mail) if matches!(mail.to, Recipient::Partner(_)));
    let told = preview.changes.iter().filter(to_partner).count();
    figures.told += u64::try_from(told).unwrap_or(u64::MAX);
    let status = status_of(&preview.after, preview.now).status.key();
    *figures.statuses.entry(status.to_owned()).or_default() += 1;
    for (product, _) in &row.bookings {
        *figures.products.entry(product.clone()).or_default() += 1;
    }
    if let Some(partner) = &preview.after.partner {
        let name = partner.party.name.clone();
        *figures.partners.entry(name).or_default() += 1;
    }
}

//! What the gate in front of the products reads: one row for each customer, written with its case.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::upsert::excluded;
use serde_json::Value;

use crate::domain::case::{Case, Gate, GateFacts, Keyholder};
use crate::domain::product::Product;
use crate::domain::viewer::Viewer;
use crate::domain::{CustomerNumber, PartnerId};
use crate::storage::access::users::ViewerRecord;
use crate::storage::schema::{case_gates, customers, partners, products, sessions, users};
use crate::storage::sessions::StoredSession;
use crate::storage::{QueryResult, text};

diesel::define_sql_function! {
    /// The catalogue's entries of these products; see the migration.
    fn booked_products(codes: Array<Nullable<Text>>) -> Array<Jsonb>;
}

diesel::define_sql_function! {
    /// Whether a partner is blocked or deactivated now; see the migration.
    fn is_shut_out(partner: Nullable<BigInt>) -> Nullable<Bool>;
}

/// What the gate of a customer decides by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGate {
    /// The facts of the customer's case, with the partners as they are now.
    pub gate: Gate,
    /// The catalogue's entries of the booked products.
    pub catalogue: Vec<Product>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = case_gates, treat_none_as_null = true)]
struct GateRecord {
    number: CustomerNumber,
    partner_id: Option<i64>,
    sub_partner_id: Option<i64>,
    products: Vec<Option<String>>,
    facts: Value,
}

/// The row of a customer's gate as the database puts it together.
#[derive(Queryable, Selectable)]
#[diesel(table_name = case_gates)]
struct FoundGate {
    number: CustomerNumber,
    #[diesel(select_expression = (case_gates::partner_id, is_shut_out(case_gates::partner_id)))]
    partner: FoundPartner,
    #[diesel(select_expression = (case_gates::sub_partner_id, is_shut_out(case_gates::sub_partner_id)))]
    sub_partner: FoundPartner,
    facts: Value,
    #[diesel(select_expression = booked_products(case_gates::products))]
    catalogue: Vec<Value>,
}

/// Key of a partner and whether it is shut out.
type FoundPartner = (Option<i64>, Option<bool>);

impl FoundGate {
    fn known(self) -> QueryResult<KnownGate> {
        let facts: GateFacts = text::from_json(self.facts)?;
        let catalogue: Vec<Product> = self
            .catalogue
            .into_iter()
            .map(text::from_json)
            .collect::<QueryResult<_>>()?;
        let is_known = facts.bookings.iter().all(|booking| {
            let known = catalogue.iter().find(|one| one.code == booking.product);
            let has = |code: &str| known.is_some_and(|known| known.option(code).is_some());
            known.is_some() && booking.options.iter().all(|one| has(&one.code))
        });
        if !is_known {
            let what = format!("product of customer {}", self.number);
            return Err(text::unreadable(&what));
        }
        Ok(KnownGate {
            gate: Gate {
                number: self.number,
                partner: keyholder(self.partner)?,
                sub_partner: keyholder(self.sub_partner)?,
                facts,
            },
            catalogue,
        })
    }
}

/// The gate of a customer; `None` if there is no such customer, or it was deleted. One statement.
/// A booking of a product or an option that cannot be read is an error (F11), as in a case.
pub fn find_gate(
    conn: &mut PgConnection,
    number: CustomerNumber,
) -> QueryResult<Option<KnownGate>> {
    let found: Option<FoundGate> = case_gates::table
        .find(number)
        .select(FoundGate::as_select())
        .first(conn)
        .optional()?;
    found.map(FoundGate::known).transpose()
}

/// A session by the hash of its key, and whose it is.
pub type HeldSession = (StoredSession, Option<Viewer>);

/// A session, the person it belongs to, and the gate of a customer, in one statement: it is made before every request
/// to a product. `None` without the session; the person of one in which only the password was right so far is
/// there as well. The gate is as in [`find_gate`].
pub fn find_gate_for(
    conn: &mut PgConnection,
    session: &str,
    number: Option<CustomerNumber>,
) -> QueryResult<Option<(HeldSession, Option<KnownGate>)>> {
    type Found = (StoredSession, Option<ViewerRecord>, Option<FoundGate>);
    let found: Option<Found> = sessions::table
        .left_join(
            users::table
                .left_join(partners::table)
                .left_join(customers::table),
        )
        .left_join(case_gates::table.on(case_gates::number.nullable().eq(number)))
        .filter(sessions::id.eq(session))
        .select((
            StoredSession::as_select(),
            Option::<ViewerRecord>::as_select(),
            Option::<FoundGate>::as_select(),
        ))
        .first(conn)
        .optional()?;
    let Some((stored, person, gate)) = found else {
        return Ok(None);
    };
    let viewer = person.map(ViewerRecord::viewer).transpose()?.flatten();
    let gate = gate.map(FoundGate::known).transpose()?;
    Ok(Some(((stored, viewer), gate)))
}

/// Whether any product of the catalogue has this module.
pub fn has_module(conn: &mut PgConnection, module: &str) -> QueryResult<bool> {
    let own = serde_json::json!({"module": {"key": module}});
    let of_option = serde_json::json!({"options": [{"module": {"key": module}}]});
    select(exists(
        products::table.filter(
            products::facts
                .contains(own)
                .or(products::facts.contains(of_option)),
        ),
    ))
    .get_result(conn)
}

/// Writes the row of a case that was not deleted, if it says anything new.
pub(super) fn save(conn: &mut PgConnection, case: &Case) -> QueryResult<()> {
    let written = diesel::insert_into(case_gates::table)
        .values(record_of(case)?)
        .on_conflict(case_gates::number)
        .do_update()
        .set((
            case_gates::partner_id.eq(excluded(case_gates::partner_id)),
            case_gates::sub_partner_id.eq(excluded(case_gates::sub_partner_id)),
            case_gates::products.eq(excluded(case_gates::products)),
            case_gates::facts.eq(excluded(case_gates::facts)),
        ));
    let partner = case_gates::partner_id.is_distinct_from(excluded(case_gates::partner_id));
    let sub = case_gates::sub_partner_id.is_distinct_from(excluded(case_gates::sub_partner_id));
    let products = case_gates::products.ne(excluded(case_gates::products));
    let facts = case_gates::facts.ne(excluded(case_gates::facts));
    methods::FilterDsl::filter(written, facts.or(products).or(partner).or(sub))
        .execute(conn)
        .map(|_| ())
}

/// [`save`] for customers that are new in this transaction.
pub(super) fn add(conn: &mut PgConnection, cases: &[&Case]) -> QueryResult<()> {
    let rows: Vec<GateRecord> = cases
        .iter()
        .map(|case| record_of(case))
        .collect::<QueryResult<_>>()?;
    diesel::insert_into(case_gates::table)
        .values(&rows)
        .execute(conn)
        .map(|_| ())
}

/// Takes a customer from the gate: from now on it is shut.
pub(super) fn forget(conn: &mut PgConnection, number: CustomerNumber) -> QueryResult<()> {
    diesel::delete(case_gates::table.find(number))
        .execute(conn)
        .map(|_| ())
}

/// Whether the stored row says what the case says; a deleted customer has none.
pub(super) fn agrees(conn: &mut PgConnection, case: &Case) -> QueryResult<bool> {
    let stored: Option<GateRecord> = case_gates::table
        .find(case.customer.number)
        .select(GateRecord::as_select())
        .first(conn)
        .optional()?;
    let Some(stored) = stored else {
        return Ok(case.customer.deleted_at.is_some());
    };
    if case.customer.deleted_at.is_some() {
        return Ok(false);
    }
    let fresh = record_of(case)?;
    // As values and not as text: the same moment can be written in more than one way.
    let says: Option<GateFacts> = text::from_json(stored.facts).ok();
    Ok(says == Some(GateFacts::of(case))
        && stored.partner_id == fresh.partner_id
        && stored.sub_partner_id == fresh.sub_partner_id
        && stored.products == fresh.products)
}

fn record_of(case: &Case) -> QueryResult<GateRecord> {
    let facts = GateFacts::of(case);
    Ok(GateRecord {
        number: case.customer.number,
        partner_id: case.partner.as_ref().map(|partner| partner.id.0),
        sub_partner_id: case.sub_partner.as_ref().map(|sub| sub.id.0),
        products: facts
            .products()
            .into_iter()
            .map(|code| Some(code.to_owned()))
            .collect(),
        facts: text::json(&facts)?,
    })
}

/// A partner that the row names and that cannot be found is an error, never a chain without it.
fn keyholder((id, shut_out): (Option<i64>, Option<bool>)) -> QueryResult<Option<Keyholder>> {
    match (id, shut_out) {
        (None, _) => Ok(None),
        (Some(_), None) => Err(text::unreadable("partner of a customer")),
        (Some(id), Some(is_shut_out)) => Ok(Some(Keyholder {
            id: PartnerId(id),
            is_shut_out,
        })),
    }
}

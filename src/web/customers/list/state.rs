//! Search, filter, order and page of the customer list, as its address holds them.

use serde::Deserialize;

use crate::domain::case::Status;
use crate::domain::viewer::{Role, Scope};
use crate::domain::{PartnerId, search};
use crate::paths;
use crate::storage::case_rows::{Cursor, From, ListQuery, PAGE, Sort, SortBy};

/// Longest text that is searched for, in characters.
const LONGEST_SEARCH: usize = 200;

/// The query of the address. Values that make no sense are ignored rather than refused.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    suche: String,
    status: String,
    sort: String,
    mandant: String,
    submandant: String,
    liste: String,
    nach: String,
    vor: String,
}

impl Asked {
    /// The name of a Mandant, where it was typed; links hold its number.
    pub fn partner_name(&self) -> &str {
        let typed = self.mandant.trim();
        if typed.parse::<PartnerId>().is_ok() {
            ""
        } else {
            typed
        }
    }
}

/// State of the list, which every link on it keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Text to search for; empty if it contains nothing that can be searched for.
    pub search: String,
    /// Only customers with this status.
    pub status: Option<Status>,
    /// Order of the rows.
    pub sort: Sort,
    /// Only customers of this Mandant; for the operator.
    pub partner: Option<PartnerId>,
    /// Only customers of this Submandant; for the operator beside a Mandant, and for a Mandant.
    pub sub_partner: Option<PartnerId>,
    /// Whether a number that is typed in full lists what is found by it, instead of opening its
    /// customer.
    pub is_list: bool,
    /// Where the page begins.
    pub from: From,
}

impl State {
    /// Reads an address for a viewer with `role`.
    pub fn read(asked: &Asked, role: Role) -> Self {
        let from = match (cursor(&asked.nach), cursor(&asked.vor)) {
            (Some(cursor), _) => From::After(cursor),
            (None, Some(cursor)) => From::Before(cursor),
            (None, None) => From::Start,
        };
        let search: String = asked.suche.trim().chars().take(LONGEST_SEARCH).collect();
        Self {
            // A text without a letter or figure matches nothing and is ignored.
            search: if search::terms(&search).is_empty() {
                String::new()
            } else {
                search
            },
            status: Status::from_key(&asked.status),
            sort: Sort {
                by: match asked.sort.trim_start_matches('-') {
                    "nummer" => SortBy::Number,
                    "datum" => SortBy::Date,
                    _ => SortBy::Company,
                },
                descending: asked.sort.starts_with('-'),
            },
            partner: asked.mandant.parse().ok().filter(|_| role.is_operator()),
            sub_partner: asked.submandant.parse().ok(),
            is_list: asked.liste == "1",
            from,
        }
    }

    /// The query for the storage.
    pub fn query(&self, role: Role) -> ListQuery {
        ListQuery {
            scope: self.scope(role),
            status: self.status,
            search: Some(self.search.clone()).filter(|search| !search.is_empty()),
            sort: self.sort,
            from: self.from.clone(),
            limit: PAGE,
            sees_address: role.is_operator(),
        }
    }

    /// The customers that are listed.
    pub fn scope(&self, role: Role) -> Scope {
        match (role, self.partner, self.sub_partner) {
            (Role::Operator(_) | Role::Partner(_), _, Some(sub)) => Scope::SubPartner(sub),
            (Role::Operator(_), Some(partner), None) => Scope::Partner(partner),
            _ => role.scope(),
        }
    }

    /// The Mandant whose Submandanten can be chosen.
    pub fn parent(&self, role: Role) -> Option<PartnerId> {
        match role {
            Role::Operator(_) => self.partner,
            Role::Partner(own) => Some(own),
            Role::SubPartner(_) | Role::Customer { .. } => None,
        }
    }

    /// Removes a Submandant that is none of these (S-51, S-54).
    pub fn keep_sub_partner(&mut self, of: &[(PartnerId, String)]) {
        self.sub_partner = self
            .sub_partner
            .filter(|chosen| of.iter().any(|(id, _)| id == chosen));
    }

    /// Key of the order in the address.
    pub fn sort_key(&self) -> &'static str {
        match (self.sort.by, self.sort.descending) {
            (SortBy::Company, false) => "firma",
            (SortBy::Company, true) => "-firma",
            (SortBy::Number, false) => "nummer",
            (SortBy::Number, true) => "-nummer",
            (SortBy::Date, false) => "datum",
            (SortBy::Date, true) => "-datum",
        }
    }

    /// The address of this state; defaults are left out.
    pub fn href(&self) -> String {
        self.href_at(paths::CUSTOMERS)
    }

    /// The address of the whole list as CSV, with the same filter and order.
    pub fn sheet(&self) -> String {
        let whole = Self {
            from: From::Start,
            ..self.clone()
        };
        whole.href_at(paths::CUSTOMERS_SHEET)
    }

    fn href_at(&self, path: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.search.is_empty() {
            query.append_pair("suche", &self.search);
        }
        if let Some(partner) = self.partner {
            query.append_pair("mandant", &partner.to_string());
        }
        if let Some(sub) = self.sub_partner {
            query.append_pair("submandant", &sub.to_string());
        }
        if self.is_list {
            query.append_pair("liste", "1");
        }
        if let Some(status) = self.status {
            query.append_pair("status", status.key());
        }
        if self.sort_key() != "firma" {
            query.append_pair("sort", self.sort_key());
        }
        match &self.from {
            From::Start => {}
            From::After(cursor) => {
                query.append_pair("nach", &written(cursor));
            }
            From::Before(cursor) => {
                query.append_pair("vor", &written(cursor));
            }
        }
        let query = query.finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    /// The address of another state, on its first page.
    pub fn with(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut state = self.clone();
        // A cursor belongs to one order of one selection.
        state.from = From::Start;
        change(&mut state);
        state.href()
    }
}

/// Reads a cursor `<number>~<key>`.
fn cursor(text: &str) -> Option<Cursor> {
    let (number, key) = text.split_once('~')?;
    Some(Cursor {
        key: key.chars().filter(|c| !c.is_control()).collect(),
        number: number.parse().ok()?,
    })
}

fn written(cursor: &Cursor) -> String {
    format!("{}~{}", cursor.number, cursor.key)
}

#[cfg(test)]
mod tests {
    use actix_web::web;

    use super::*;

    fn state(query: &str, role: Role) -> State {
        let asked = web::Query::<Asked>::from_query(query).map(web::Query::into_inner);
        State::read(&asked.unwrap_or_default(), role)
    }

    #[test]
    fn a_state_survives_its_own_address() {
        for query in [
            "",
            "suche=%C3%96zdemir+%26+S%C3%B6hne&status=no_email&sort=-nummer",
            "mandant=7&status=void&nach=4711%7Eak+gmbh",
            "sort=-firma&vor=12%7Ea%7Eb",
            "mandant=7&submandant=8&liste=1&sort=-datum&nach=12%7E2026-11-22T09%3A00%3A00.000001Z",
            "suche=%3Cscript%3E%22%27",
        ] {
            let first = state(query, Role::ADMINISTRATOR);
            let href = first.href();
            let again = state(
                href.split_once('?').map_or("", |(_, query)| query),
                Role::ADMINISTRATOR,
            );
            assert_eq!(first, again, "{query}");
        }
    }

    #[test]
    fn only_the_operator_can_look_at_another_partners_customers() {
        let own = Role::Partner(PartnerId(3));
        assert_eq!(state("mandant=7", own).scope(own), own.scope());
        assert_eq!(
            state("mandant=7", Role::ADMINISTRATOR).scope(Role::ADMINISTRATOR),
            Scope::Partner(PartnerId(7))
        );
    }

    #[test]
    fn c7_only_a_submandant_of_ones_own_can_be_chosen() {
        let own = Role::Partner(PartnerId(3));
        let mut chosen = state("submandant=9", own);
        chosen.keep_sub_partner(&[(PartnerId(9), String::new())]);
        assert_eq!(chosen.scope(own), Scope::SubPartner(PartnerId(9)));
        chosen.keep_sub_partner(&[(PartnerId(8), String::new())]);
        assert_eq!(chosen.scope(own), own.scope());
        let below = Role::SubPartner(PartnerId(4));
        assert_eq!(state("submandant=9", below).scope(below), below.scope());
    }
}

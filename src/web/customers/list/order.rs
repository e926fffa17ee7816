//! The order of the list: links in the heads of its columns, and a menu that is on narrow screens,
//! too.

use super::state::State;
use crate::storage::case_rows::{Sort, SortBy};

/// A column by which the list can be sorted.
pub struct Head {
    /// CSS class of the column.
    pub class: &'static str,
    /// Heading of the column.
    pub word: &'static str,
    /// Address of the list sorted by it, or reversed if it is sorted by it already.
    pub href: String,
    /// Value of `aria-sort`; `None` if the list is not sorted by it.
    pub order: Option<&'static str>,
}

/// One order of the menu.
pub struct Order {
    /// Key in the address.
    pub key: &'static str,
    /// Its name in words.
    pub word: &'static str,
    /// Whether the list is sorted so.
    pub is_chosen: bool,
}

/// Keys in the address with their names.
const ORDERS: [(&str, &str); 6] = [
    ("firma", "Firma, von A bis Z"),
    ("-firma", "Firma, von Z bis A"),
    ("nummer", "Kundennummer, aufsteigend"),
    ("-nummer", "Kundennummer, absteigend"),
    ("datum", "Datum des AVV-Status, ältestes zuerst"),
    ("-datum", "Datum des AVV-Status, neuestes zuerst"),
];

/// The column heads that are links.
pub fn heads(state: &State) -> [Head; 2] {
    let head = |class, word, by| {
        let chosen = state.sort.by == by;
        let descending = chosen && !state.sort.descending;
        Head {
            class,
            word,
            href: state.with(|state| state.sort = Sort { by, descending }),
            order: chosen.then(|| direction(state)),
        }
    };
    [
        head("c-no", "Nummer", SortBy::Number),
        head("c-name", "Firma", SortBy::Company),
    ]
}

/// Value of `aria-sort` for the column of the status, by whose date the list may be sorted.
pub fn by_date(state: &State) -> Option<&'static str> {
    (state.sort.by == SortBy::Date).then(|| direction(state))
}

fn direction(state: &State) -> &'static str {
    if state.sort.descending {
        "descending"
    } else {
        "ascending"
    }
}

/// All orders of the menu.
pub fn orders(state: &State) -> Vec<Order> {
    let order = |&(key, word): &(&'static str, &'static str)| Order {
        key,
        word,
        is_chosen: key == state.sort_key(),
    };
    ORDERS.iter().map(order).collect()
}

/// Describes the order of the table for users of screen readers.
pub fn caption(state: &State) -> String {
    let by = match state.sort.by {
        SortBy::Company => "Firma",
        SortBy::Number => "Kundennummer",
        SortBy::Date => "Datum des AVV-Status",
    };
    let down = if state.sort.descending {
        ", absteigend"
    } else {
        ""
    };
    format!("Kunden, nach {by} sortiert{down}")
}

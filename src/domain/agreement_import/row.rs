//! A line of the table.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Column, Fault, Reason};
use crate::domain::CustomerNumber;
use crate::domain::name::{MAX_COMPANY, MAX_NAME, clean, hides};
use crate::domain::table::Head;
use crate::domain::unlinked::may_stand_in_mail;

/// Longest place of the original, in characters.
const MAX_PLACE: usize = 200;
/// Longest number of a version, in characters.
const MAX_VERSION: usize = 40;
/// What a spreadsheet would compute if a cell began with it.
const FORMULA: &[char] = &['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// What stands between the names of a chain.
const BETWEEN: &[char] = &['>', '→', '|'];
/// Nobody processed data for others on a contract before that.
const FIRST_YEAR: i32 = 1970;

/// An agreement as a line says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExistingAgreement {
    /// Number of the customer.
    pub number: CustomerNumber,
    /// The day on which it was concluded.
    pub concluded_on: NaiveDate,
    /// Who signed for the customer, cleaned.
    pub person: String,
    /// In which function, cleaned.
    pub function: String,
    /// Names of Mandant and Submandant, cleaned.
    pub chain: Vec<String>,
    /// Number of the contract version.
    pub version: String,
    /// Where the original is kept, cleaned; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept_at: String,
}

/// Reads a line; every fault of it is named. `has_scans`: whether scans came with the file.
pub fn read_row(
    head: &Head<Column>,
    cells: &[&str],
    (line, today): (u32, NaiveDate),
    has_scans: bool,
) -> Result<ExistingAgreement, Vec<Fault>> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut wrong = |column: Column, reason: Reason| {
        faults.push(Fault {
            line,
            column: Some(column),
            reason,
        });
    };
    let number = number_in(head, cells);
    match (&number, clean(head.cell(cells, Column::Number)).is_empty()) {
        (None, true) => wrong(Column::Number, Reason::Missing),
        (None, false) => wrong(Column::Number, Reason::NoNumber),
        (Some(_), _) => {}
    }
    let mut text = |column: Column, most: usize, is_needed: bool| -> String {
        let raw = head.cell(cells, column);
        let value = if raw.len() > most * 16 {
            raw.chars().take(most + 1).collect()
        } else {
            clean(raw)
        };
        if value.is_empty() {
            if is_needed {
                wrong(column, Reason::Missing);
            }
        } else if value.chars().count() > most {
            wrong(column, Reason::TooLong { most });
        } else if hides(raw) {
            wrong(column, Reason::Hidden);
        } else if value.starts_with(FORMULA) {
            wrong(column, Reason::Formula);
        } else if matches!(column, Column::Person | Column::Function) {
            // These two stand in mails and documents.
            if !value.chars().any(char::is_alphabetic) {
                wrong(column, Reason::NoName);
            } else if !may_stand_in_mail(&value) {
                wrong(column, Reason::Link);
            }
        }
        value
    };
    let person = text(Column::Person, MAX_NAME, true);
    let function = text(Column::Function, MAX_NAME, true);
    let version = text(Column::Version, MAX_VERSION, true);
    let chain = text(Column::Chain, 2 * MAX_COMPANY, true);
    let kept_at = text(Column::KeptAt, MAX_PLACE, false);
    if kept_at.is_empty() && !has_scans {
        wrong(Column::KeptAt, Reason::NoOriginal);
    }
    let day = clean(head.cell(cells, Column::ConcludedOn));
    let concluded_on = day_of(&day);
    match concluded_on {
        None if day.is_empty() => wrong(Column::ConcludedOn, Reason::Missing),
        None => wrong(Column::ConcludedOn, Reason::NoDate),
        Some(day) if day > today => wrong(Column::ConcludedOn, Reason::Future),
        Some(_) => {}
    }
    let extra = cells.iter().skip(head.columns().len());
    if extra.into_iter().any(|cell| !cell.trim().is_empty()) {
        faults.push(Fault {
            line,
            column: None,
            reason: Reason::TooManyCells,
        });
    }
    match (number, concluded_on) {
        (Some(number), Some(concluded_on)) if faults.is_empty() => Ok(ExistingAgreement {
            number,
            concluded_on,
            person,
            function,
            chain: chain
                .split(BETWEEN)
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .collect(),
            version,
            kept_at,
        }),
        _ => Err(faults),
    }
}

/// The customer a line is about, if that can be told although other cells are faulty.
pub fn number_in(head: &Head<Column>, cells: &[&str]) -> Option<CustomerNumber> {
    clean(head.cell(cells, Column::Number)).parse().ok()
}

/// "2019-04-03" or "03.04.2019".
fn day_of(text: &str) -> Option<NaiveDate> {
    use chrono::Datelike as _;
    ["%Y-%m-%d", "%d.%m.%Y"]
        .into_iter()
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .filter(|day| day.year() >= FIRST_YEAR)
}

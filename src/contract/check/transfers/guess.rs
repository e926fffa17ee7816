//! Columns whose heads say nothing that is known, found by what stands below them.

use super::super::countries::{countries, region};
use super::mechanism::{Mechanism, read};

/// What a column holds, as far as its cells show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Countries.
    Places,
    /// Mechanisms, or words for none.
    Mechanisms,
    /// Addresses of mail.
    Contacts,
    /// Streets with their numbers.
    Addresses,
}

/// Whether at least half of what stands in a column is of this sort; empty cells say nothing.
pub(super) fn holds(cells: &[String], what: Holds) -> bool {
    let filled: Vec<&str> = cells
        .iter()
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    let fitting = filled.iter().filter(|cell| fits(cell, what)).count();
    fitting > 0 && fitting * 2 >= filled.len()
}

fn fits(cell: &str, what: Holds) -> bool {
    match what {
        // An address names a country, too, and more.
        Holds::Places => {
            let words = cell.split_whitespace().count();
            words <= 4 && region(cell).is_some() && !cell.contains('@') && !names_basis(cell)
        }
        Holds::Mechanisms => {
            names_basis(cell) || (read(cell).is_empty() && countries(cell).is_empty())
        }
        Holds::Contacts => cell.contains('@') && !cell.contains(','),
        Holds::Addresses => cell.contains(',') && cell.chars().any(|c| c.is_ascii_digit()),
    }
}

fn names_basis(cell: &str) -> bool {
    read(cell).iter().any(|one| *one != Mechanism::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lc24_a_column_is_known_by_its_cells() {
        let column = |cells: &[&str]| -> Vec<String> {
            cells.iter().map(|cell| (*cell).to_owned()).collect()
        };
        let places = column(&["Polen", "", "USA", "unterwegs"]);
        let bases = column(&["entfällt", "SCC Modul 3", "–"]);
        let tasks = column(&["Versand", "Druck", ""]);
        assert!(holds(&places, Holds::Places) && !holds(&places, Holds::Mechanisms));
        assert!(holds(&bases, Holds::Mechanisms) && !holds(&bases, Holds::Places));
        for what in [Holds::Places, Holds::Mechanisms, Holds::Contacts] {
            assert!(!holds(&tasks, what), "{what:?}");
        }
        assert!(holds(&column(&["a@b.example"]), Holds::Contacts));
    }
}

//! The head of a table that is read, whatever the table is about (S-76).

/// What the columns of a kind of table are.
pub trait TableColumn: Copy + PartialEq + 'static {
    /// All of them, in the order of the sample.
    const ALL: &'static [Self];

    /// How its head may read, in lower case with `_` for everything between words: first as the sample
    /// has it, then in English, then what else is usual.
    fn heads(self) -> &'static [&'static str];

    /// Whether every table has to have it.
    fn is_needed(self) -> bool;
}

/// Which column stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head<C> {
    columns: Vec<C>,
}

/// Why a head is not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadFault<C> {
    /// There is none.
    Empty,
    /// It names columns that are none.
    Unknown(Vec<String>),
    /// It names a column twice.
    Twice(C),
    /// It lacks columns that every line needs.
    Missing(Vec<C>),
}

impl<C: TableColumn> Head<C> {
    /// Reads the first line.
    pub fn read<'c>(cells: impl IntoIterator<Item = &'c str>) -> Result<Self, HeadFault<C>> {
        let cells: Vec<&str> = cells.into_iter().collect();
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Err(HeadFault::Empty);
        }
        let (mut columns, mut unknown) = (Vec::new(), Vec::new());
        for cell in cells {
            let name = plain(cell);
            let found = C::ALL
                .iter()
                .find(|column| column.heads().contains(&name.as_str()));
            match found {
                Some(column) if columns.contains(column) => {
                    return Err(HeadFault::Twice(*column));
                }
                Some(column) => columns.push(*column),
                None => unknown.push(cell.trim().chars().take(60).collect()),
            }
        }
        if !unknown.is_empty() {
            return Err(HeadFault::Unknown(unknown));
        }
        let missing: Vec<C> = C::ALL
            .iter()
            .copied()
            .filter(|column| column.is_needed() && !columns.contains(column))
            .collect();
        if missing.is_empty() {
            Ok(Self { columns })
        } else {
            Err(HeadFault::Missing(missing))
        }
    }

    /// The columns, from the left.
    pub fn columns(&self) -> &[C] {
        &self.columns
    }

    /// The cell of a column in a line; empty if there is none.
    pub fn cell<'c>(&self, cells: &[&'c str], column: C) -> &'c str {
        let place = self.columns.iter().position(|one| *one == column);
        place
            .and_then(|place| cells.get(place))
            .copied()
            .unwrap_or_default()
    }
}

/// A head in lower case, with `_` for everything between words: "Straße" is `strasse`, "E-Mail"
/// `e_mail`.
fn plain(cell: &str) -> String {
    let mut out = String::new();
    for c in cell.trim().chars().flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            c if c.is_alphanumeric() => out.push(c),
            _ if out.is_empty() || out.ends_with('_') => {}
            _ => out.push('_'),
        }
    }
    out.trim_end_matches('_').to_owned()
}

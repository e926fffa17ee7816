//! A table of a page while its cells are read.

use crate::contract::import::flow::Spans;

/// A table that is being read.
pub(super) struct Grid {
    pub(super) id: ego_tree::NodeId,
    pub(super) rows: Vec<Vec<Spans>>,
    /// Columns and rows of the open cell.
    pub(super) cell: Option<(usize, usize)>,
    /// For each column, rows that a cell above still covers.
    pub(super) taken: Vec<usize>,
}

impl Grid {
    /// Ends the open cell.
    pub(super) fn end_cell(&mut self, mut text: Spans) {
        let Some((columns, rows)) = self.cell.take() else {
            return;
        };
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        self.fill(false);
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        for _ in 0..columns {
            let column = row.len();
            row.push(std::mem::take(&mut text));
            self.taken.resize(self.taken.len().max(column + 1), 0);
            if let Some(taken) = self.taken.get_mut(column) {
                *taken = rows - 1;
            }
        }
    }

    /// Adds empty cells where cells of rows above extend into this one: the next ones, or all up to
    /// the row's end.
    pub(super) fn fill(&mut self, all: bool) {
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        while let Some(taken) = self
            .taken
            .get_mut(row.len())
            .filter(|taken| all || **taken > 0)
        {
            *taken = taken.saturating_sub(1);
            row.push(Spans::default());
        }
    }
}

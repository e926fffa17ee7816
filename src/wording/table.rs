//! What is said of the head of a table that is read.

use crate::domain::Language;
use crate::domain::table::{HeadFault, TableColumn};

/// The words of a column.
pub trait ColumnWord: TableColumn {
    /// The head of the sample, in German.
    fn word(self) -> &'static str;

    /// The same in English, as it is typed.
    fn english(self) -> &'static str {
        self.heads().get(1).copied().unwrap_or_default()
    }
}

impl<C: ColumnWord> HeadFault<C> {
    /// What is wrong with the first line, as a sentence without its full stop.
    pub fn sentence(&self, language: Language) -> String {
        let words = |columns: &[C]| -> String {
            let word = |column: &C| {
                if language.is_en() {
                    column.english()
                } else {
                    column.word()
                }
            };
            columns.iter().map(word).collect::<Vec<_>>().join(", ")
        };
        let (de, en) = match self {
            Self::Empty => (
                "Die Datei ist leer oder beginnt mit einer leeren Zeile. In der ersten Zeile müssen die Namen der Spalten stehen".to_owned(),
                "the file is empty or begins with an empty line; its first line must name the columns".to_owned(),
            ),
            Self::Unknown(heads) => (
                format!(
                    "Diese Spalten gibt es nicht: {}. Benennen Sie sie um, oder löschen Sie sie",
                    heads.join(", ")
                ),
                format!("there are no such columns: {}", heads.join(", ")),
            ),
            Self::Twice(column) => (
                format!("Die Spalte „{}“ steht zweimal da", column.word()),
                format!("the column {} is there twice", words(&[*column])),
            ),
            Self::Missing(columns) => (
                format!("Diese Spalten fehlen: {}", words(columns)),
                format!("these columns are missing: {}", words(columns)),
            ),
        };
        if language.is_en() { en } else { de }
    }
}

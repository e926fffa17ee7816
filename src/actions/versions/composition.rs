//! The blocks that the program writes, and the annexes of the products: placed and given by click, each an action.
//! Two people may write at once: what is compared is what a person chose from, and not the words of the clauses.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::draft::write;
use super::{ActionError, lock};
use crate::contract::clauses::PartText;
use crate::contract::composition::{self, BlockPlace, ClauseAt, ProductWords};
use crate::contract::vocabulary::Generator;
use crate::domain::product::{Product, keys_needed, option_key};
use crate::domain::version::{Files, Version, VersionAuditEvent, VersionRefusal, VersionStep};
use crate::domain::viewer::Viewer;
use crate::domain::{Language, VersionId};
use crate::storage::{PgConnection, catalogue};
use crate::wording::clause::PREAMBLE;
use crate::wording::composition::{BEGINNING, annex_title};

/// What a person does on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Composed {
    /// Places a block.
    Place(Generator, BlockPlace),
    /// Takes a block out of a clause.
    TakeOut(Generator, ClauseAt),
    /// Gives a product or an option an annex that refers to a place in the contract.
    Refer(String, ClauseAt),
    /// Writes the annex of a product or an option in each language.
    Describe(String, BTreeMap<&'static str, ProductWords>),
}

/// Does it; `seen` is the [`composition::stamp`] of what the person chose from.
pub fn compose(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: VersionId,
    seen: &str,
    done: &Composed,
    now: DateTime<Utc>,
) -> Result<(), ActionError> {
    let version = lock(conn, viewer, id, VersionStep::Edit)?;
    if composition::stamp(&version.files) != seen {
        return Err(changed(version));
    }
    let files = &version.files;
    let (files, event) = match done {
        Composed::Place(generator, place) => (
            composition::place(files, *generator, place)?,
            block(files, *generator, place),
        ),
        Composed::TakeOut(generator, at) => (
            composition::take_out(files, *generator, at)?,
            VersionAuditEvent::Block {
                block: generator.word().to_owned(),
                place: heading(files, at),
                is_placed: false,
            },
        ),
        Composed::Refer(key, at) => {
            let names = names(conn, key)?;
            let name = |language: Language| names.get(language.code()).cloned().unwrap_or_default();
            (composition::refer(files, key, &name, at)?, annex(key))
        }
        Composed::Describe(key, words) => {
            let names = names(conn, key)?;
            let said = |language: Language| ProductWords {
                name: names.get(language.code()).cloned().unwrap_or_default(),
                ..words.get(language.code()).cloned().unwrap_or_default()
            };
            (composition::describe(files, key, &said)?, annex(key))
        }
    };
    write(conn, viewer, version, files, event, now)
}

fn block(files: &Files, generator: Generator, place: &BlockPlace) -> VersionAuditEvent {
    VersionAuditEvent::Block {
        block: generator.word().to_owned(),
        place: match place {
            BlockPlace::Beginning => BEGINNING.to_owned(),
            BlockPlace::NewAnnex => annex_title(generator.word(), Language::De).to_owned(),
            BlockPlace::Clause(at) => heading(files, at),
        },
        is_placed: true,
    }
}

fn annex(key: &str) -> VersionAuditEvent {
    VersionAuditEvent::PartAdded {
        part: format!("produkte/{key}"),
    }
}

/// The heading of a clause.
fn heading(files: &Files, at: &ClauseAt) -> String {
    let part = PartText::of(files, &at.part);
    let title = part.and_then(|part| Some(part.title(part.pair(&at.clause)?)));
    let title = title.filter(|title| !title.is_empty());
    title.unwrap_or_else(|| PREAMBLE.to_owned())
}

/// What a product or an option of the catalogue is called in each language.
fn names(
    conn: &mut PgConnection,
    key: &str,
) -> Result<BTreeMap<&'static str, String>, ActionError> {
    let products = catalogue::list_products(conn)?;
    let found = products.iter().find_map(|product| names_of(product, key));
    Ok(found.ok_or(VersionRefusal::NoSuchPart)?)
}

fn names_of(product: &Product, key: &str) -> Option<BTreeMap<&'static str, String>> {
    let needed = keys_needed(product);
    let is_wanted = needed.iter().any(|one| one == key) || product.code == key;
    if needed.is_empty() || !is_wanted {
        return None;
    }
    let option = product
        .options
        .iter()
        .find(|option| option_key(&product.code, &option.code) == key);
    let names = [Language::De, Language::En].map(|language| {
        let named = |name: &str, english: Option<&str>| match language {
            Language::En => english.unwrap_or(name).to_owned(),
            Language::De => name.to_owned(),
        };
        let own = named(&product.name, product.name_en.as_deref());
        let name = match option {
            Some(one) => format!("{own}, {}", named(&one.name, one.name_en.as_deref())),
            None => own,
        };
        (language.code(), name)
    });
    Some(names.into())
}

fn changed(version: Version) -> ActionError {
    let changed = version.head.changed;
    VersionRefusal::Changed {
        by: changed.name,
        at: changed.at,
    }
    .into()
}

//! The form for a company that is added, checked against the law while it is filled in (LC-24,
//! LC-30).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::draft::{changed, try_change};
use super::fields::{ASKED, read, values};
use super::find;
use crate::actions::announcements::Standstill;
use crate::actions::form_version;
use crate::app::App;
use crate::domain::party::SubProcessor;
use crate::domain::sub_processor::{Entry, ListChange};
use crate::domain::{Party, SubProcessorId};
use crate::paths;
use crate::storage::announcements::Announcement;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::signed_form::SignedForm;

/// The company to be replaced, or the change of the draft to be edited.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    ersetzt: String,
    stelle: String,
    /// Stamp that the form sent; empty to use the one of the stored values.
    stand: String,
}

#[derive(Template)]
#[template(path = "web/operation/announcements/entry.html")]
struct Page {
    shell: Shell,
    back: String,
    /// Name of the company that is replaced.
    instead: String,
    replaces: String,
    place: String,
    /// Stamp of the entry the form showed first; empty for a new one (B1).
    stand: String,
    fields: Vec<Field>,
    errors: FieldErrors,
}

struct Field {
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    kind: &'static str,
    more: &'static str,
}

/// GET: the form, empty or with the values to be changed.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    id: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let (draft, entries) = find(&app, &id).await?;
    let start = match edited(&draft, &asked.stelle) {
        Some(new) => new.clone(),
        None => match replaced(&entries, &asked.ersetzt) {
            Some(old) => old.facts.clone(),
            None => SubProcessor {
                party: Party {
                    country: "Deutschland".to_owned(),
                    ..Party::default()
                },
                ..SubProcessor::default()
            },
        },
    };
    let values = values(&start);
    let value = |at: usize| values.get(at).cloned().unwrap_or_default();
    html(
        &page(
            &app,
            &me,
            &draft,
            &entries,
            &asked,
            value,
            FieldErrors::default(),
        )
        .await?,
    )
}

/// POST: adds the company to the draft.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (draft, entries) = find(&app, &id).await?;
    let asked = Asked {
        ersetzt: form.get("ersetzt").to_owned(),
        stelle: form.get("stelle").to_owned(),
        stand: form.get("stand").to_owned(),
    };
    let (new, mut errors) = read(&form);
    let value = |at: usize| {
        ASKED
            .get(at)
            .map(|(id, ..)| form.get(id).to_owned())
            .unwrap_or_default()
    };
    if !errors.is_empty() {
        return invalid(&page(&app, &me, &draft, &entries, &asked, value, errors).await?);
    }
    let old = replaced(&entries, &asked.ersetzt).map(|entry| entry.id);
    let place: Option<usize> = asked.stelle.parse().ok();
    let (stelle, stand) = (asked.stelle.clone(), asked.stand.clone());
    let edit = move |draft: &mut Announcement, _: &[Entry]| {
        if stamp(draft, &stelle) != stand {
            return Err(Standstill::Outdated);
        }
        put(draft, place, old, new)
    };
    let done = try_change(&app, &me, draft.id, edit).await?;
    let (draft, entries) = find(&app, &id).await?;
    if let (Err(Standstill::Outdated), Some(stored)) = (done, edited(&draft, &asked.stelle)) {
        // A user who saves once more has seen the values that are stored now.
        let stored = values(stored).into_iter().enumerate();
        errors.add_changed(stored.filter_map(|(at, stored)| {
            let (id, label, ..) = ASKED.get(at)?;
            Some((*id, *label, stored, value(at)))
        }));
        if errors.is_empty() {
            return changed(&session, draft.id, Ok(()));
        }
        let asked = Asked {
            stand: String::new(),
            ..asked
        };
        return invalid(&page(&app, &me, &draft, &entries, &asked, value, errors).await?);
    }
    changed(&session, draft.id, done)
}

/// Stamp of the entry that is edited; empty for a new one.
fn stamp(draft: &Announcement, place: &str) -> String {
    edited(draft, place)
        .map(form_version::of)
        .unwrap_or_default()
}

/// Adds the company, replaces another one with it, or changes one that was added before.
fn put(
    draft: &mut Announcement,
    place: Option<usize>,
    old: Option<SubProcessorId>,
    new: SubProcessor,
) -> Result<(), Standstill> {
    let new = Box::new(new);
    if let Some(place) = place {
        let change = draft.changes.get_mut(place).ok_or(Standstill::Outdated)?;
        *change = match change.old_one() {
            Some(old) => ListChange::Replace { old, new },
            None => ListChange::Add { new },
        };
        return Ok(());
    }
    match old {
        Some(old) => {
            // A company is replaced only once, even by a double click.
            draft.changes.retain(|change| change.old_one() != Some(old));
            draft.changes.push(ListChange::Replace { old, new });
        }
        None => {
            let same = ListChange::Add { new };
            if !draft.changes.contains(&same) {
                draft.changes.push(same);
            }
        }
    }
    Ok(())
}

fn edited<'a>(draft: &'a Announcement, place: &str) -> Option<&'a SubProcessor> {
    let place: usize = place.parse().ok()?;
    draft.changes.get(place)?.new_one()
}

fn replaced<'a>(entries: &'a [Entry], id: &str) -> Option<&'a Entry> {
    let id: SubProcessorId = id.parse().ok()?;
    entries.iter().find(|entry| entry.id == id && entry.stays())
}

async fn page(
    app: &App,
    me: &Me,
    draft: &Announcement,
    entries: &[Entry],
    asked: &Asked,
    value: impl Fn(usize) -> String,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    if draft.confirmed_at.is_some() {
        return Err(PageError::NotFound);
    }
    let instead = replaced(entries, &asked.ersetzt);
    Ok(Page {
        shell: Shell::load(app, me, paths::ANNOUNCEMENTS).await?,
        back: paths::announcement(draft.id),
        instead: instead
            .map(|entry| entry.facts.party.name.clone())
            .unwrap_or_default(),
        replaces: instead
            .map(|entry| entry.id.to_string())
            .unwrap_or_default(),
        place: edited(draft, &asked.stelle)
            .map(|_| asked.stelle.clone())
            .unwrap_or_default(),
        stand: match asked.stand.as_str() {
            "" => stamp(draft, &asked.stelle),
            stand => stand.to_owned(),
        },
        fields: ASKED
            .iter()
            .enumerate()
            .map(|(at, (id, label, hint, may_be_empty))| Field {
                id,
                label,
                hint,
                value: value(at),
                kind: match *id {
                    "email" => "email",
                    "telefon" => "tel",
                    _ => "text",
                },
                more: if *may_be_empty {
                    "autocomplete=\"off\""
                } else {
                    "autocomplete=\"off\" required"
                },
            })
            .collect(),
        errors,
    })
}

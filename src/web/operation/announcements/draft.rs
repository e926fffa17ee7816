//! A draft: which companies are added and removed, why, and from when.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::find;
use crate::actions::announcements::{self, Moved, Standstill, faults, first_start};
use crate::actions::form_version;
use crate::app::App;
use crate::domain::sub_processor::{Entry, ListChange};
use crate::domain::{AnnouncementId, Language, SubProcessorId, name};
use crate::paths;
use crate::storage::PgConnection;
use crate::storage::announcements::{Announcement, Stage};
use crate::web::kit::dates::parse_day;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::web::kit::sub_processors::Company;
use crate::wording::dates;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 600;

#[derive(Template)]
#[template(path = "web/operation/announcements/draft.html")]
struct Page {
    shell: Shell,
    href: String,
    lines: Vec<CompanyRow>,
    faults: Vec<String>,
    has_changes: bool,
    days: u32,
    first_day: NaiveDate,
    first_words: String,
    typed: Typed,
    errors: FieldErrors,
}

impl Page {
    /// Attributes of the date field.
    fn day_limits(&self) -> String {
        format!("min=\"{}\" required", self.first_day)
    }

    /// The first day in words, for those who only read.
    fn starts(&self) -> String {
        parse_day(&self.typed.starts).map_or_else(
            || "noch offen".to_owned(),
            |day| dates::long_date(day, Language::De),
        )
    }
}

/// A company of the list before or after the change.
struct CompanyRow {
    company: Company,
    fate: Fate,
}

/// What happens to a company, and what can be done about it.
enum Fate {
    /// Stays on the list; can be replaced or removed.
    Stays { id: SubProcessorId },
    /// Is removed; this can be taken back.
    Leaves { place: usize },
    /// Is added, perhaps in place of another.
    Comes { place: usize, instead: String },
}

/// Reason and first day, as typed.
struct Typed {
    reason: String,
    reason_en: String,
    starts: String,
    /// Stamp of the values the form showed first (B1).
    stand: String,
}

/// Stamp of reason and first day.
fn stamp(draft: &Announcement) -> String {
    form_version::of(&(&draft.reason, &draft.reason_en, draft.starts_on))
}

/// The page of a draft.
pub async fn show(
    app: &App,
    me: &Me,
    draft: &Announcement,
    entries: &[Entry],
) -> Result<HttpResponse, PageError> {
    let typed = Typed {
        reason: draft.reason.clone(),
        reason_en: draft.reason_en.clone(),
        starts: draft.starts_on.to_string(),
        stand: stamp(draft),
    };
    html(&page(app, me, draft, entries, typed, FieldErrors::default()).await?)
}

/// POST: saves reason and first day.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<String>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (draft, entries) = find(&app, &id).await?;
    let mut typed = Typed {
        stand: form.get("stand").to_owned(),
        reason: form.get("grund").to_owned(),
        reason_en: form.get("grund_en").to_owned(),
        starts: form.get("beginn").trim().to_owned(),
    };
    let mut errors = FieldErrors::default();
    let mut reason = |field: &'static str, typed: &str, language: &str| {
        let text = name::clean(typed);
        if text.is_empty() {
            errors.add(field, format!("Geben Sie den Grund{language} an"));
        } else if text.chars().count() > LONGEST_REASON {
            errors.add(
                field,
                format!("Kürzen Sie den Grund{language} auf 600 Zeichen"),
            );
        }
        text
    };
    let german = reason("grund", &typed.reason, "");
    let english = reason("grund_en", &typed.reason_en, " auf Englisch");
    let first = first_day(&app, draft.days).await?;
    let starts = parse_day(&typed.starts);
    match starts {
        None => errors.add(
            "beginn",
            "Geben Sie den Tag ein, an dem die Änderung beginnt, zum Beispiel 24.12.2026",
        ),
        Some(starts) if starts < first => errors.add(
            "beginn",
            format!(
                "Wählen Sie den {} oder einen späteren Tag: Vorher ist die Frist nicht vorbei",
                dates::short_date(first, Language::De)
            ),
        ),
        Some(_) => {}
    }
    let Some(starts) = starts.filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, &draft, &entries, typed, errors).await?);
    };
    let stand = typed.stand.clone();
    let edit = move |draft: &mut Announcement, _: &[Entry]| {
        if stamp(draft) != stand {
            return Err(Standstill::Outdated);
        }
        draft.reason = german;
        draft.reason_en = english;
        draft.starts_on = starts;
        Ok(())
    };
    let done = try_change(&app, &me, draft.id, edit).await?;
    if let Err(Standstill::Outdated) = done {
        // A user who saves once more has seen the values that are stored now.
        let (draft, entries) = find(&app, &id).await?;
        typed.stand = stamp(&draft);
        let day = |day: NaiveDate| dates::short_date(day, Language::De);
        errors.add_changed([
            (
                "grund",
                "Grund der Änderung",
                draft.reason.clone(),
                typed.reason.clone(),
            ),
            (
                "grund_en",
                "Grund der Änderung, auf Englisch",
                draft.reason_en.clone(),
                typed.reason_en.clone(),
            ),
            ("beginn", "Beginn", day(draft.starts_on), day(starts)),
        ]);
        if errors.is_empty() {
            return changed(&session, draft.id, Ok(()));
        }
        return invalid(&page(&app, &me, &draft, &entries, typed, errors).await?);
    }
    changed(&session, draft.id, done)
}

/// POST: removes a company from the list.
pub async fn remove(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<AnnouncementId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let old: SubProcessorId = form.get("alt").parse().map_err(|_| PageError::NotFound)?;
    let edit = move |draft: &mut Announcement, entries: &[Entry]| {
        let is_there = entries.iter().any(|entry| entry.id == old && entry.stays());
        let leaves = draft
            .changes
            .iter()
            .any(|change| change.old_one() == Some(old));
        if !is_there {
            return Err(announcements::Standstill::Outdated);
        }
        // Otherwise it is the second click of a double click.
        if !leaves {
            draft.changes.push(ListChange::Remove { old });
        }
        Ok(())
    };
    change(&app, &me, &session, *id, edit).await
}

/// POST: takes a change out of the draft.
pub async fn take_back(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<AnnouncementId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (place, named) = form.get("stelle").split_once(' ').unwrap_or_default();
    let (place, named) = (place.parse().unwrap_or(usize::MAX), named.to_owned());
    let edit = move |draft: &mut Announcement, entries: &[Entry]| {
        // The name shows that it is still the change that the user saw.
        let is_the_one = draft
            .changes
            .get(place)
            .is_some_and(|change| title(change, entries) == named);
        if is_the_one {
            draft.changes.remove(place);
            Ok(())
        } else {
            Err(announcements::Standstill::Outdated)
        }
    };
    change(&app, &me, &session, *id, edit).await
}

const NOT_SURE: &str =
    "Bestätigen Sie, dass der Entwurf verworfen werden soll. Verworfen wurde nichts.";

/// POST: deletes the draft.
pub async fn discard(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<AnnouncementId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    if !form.ticked("sicher") {
        return Ok(session.refused(NOT_SURE, paths::announcement(*id)));
    }
    let (viewer, now, id) = (me.viewer.clone(), app.clock.now(), *id);
    let done = app
        .db
        .transaction(move |conn| announcements::discard(conn, &viewer, id, now))
        .await?;
    session.respond(
        done,
        |()| "Der Entwurf ist verworfen.",
        paths::ANNOUNCEMENTS,
    )
}

/// Changes the draft and redirects to it.
pub async fn change(
    app: &web::Data<App>,
    me: &Me,
    session: &Session,
    id: AnnouncementId,
    edit: impl FnOnce(&mut Announcement, &[Entry]) -> Moved + Send + 'static,
) -> Result<HttpResponse, PageError> {
    let done = try_change(app, me, id, edit).await?;
    changed(session, id, done)
}

/// Changes the draft, or returns why it could not be changed.
pub async fn try_change(
    app: &App,
    me: &Me,
    id: AnnouncementId,
    edit: impl FnOnce(&mut Announcement, &[Entry]) -> Moved + Send + 'static,
) -> Result<Moved, PageError> {
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let work = move |conn: &mut PgConnection| announcements::edit(conn, &viewer, id, edit, now);
    Ok(app.db.transaction(work).await?)
}

/// Redirects to the draft.
pub fn changed(
    session: &Session,
    id: AnnouncementId,
    done: Moved,
) -> Result<HttpResponse, PageError> {
    session.respond(
        done,
        |()| "Der Entwurf ist gespeichert.",
        paths::announcement(id),
    )
}

async fn first_day(app: &App, days: u32) -> Result<NaiveDate, PageError> {
    let now = app.clock.now();
    let first = app
        .db
        .read(move |conn| first_start(conn, days, now))
        .await?;
    Ok(first)
}

/// The name of a change: the company that is removed, or the one that is added.
fn title(change: &ListChange, entries: &[Entry]) -> String {
    let old = change
        .old_one()
        .and_then(|old| entries.iter().find(|entry| entry.id == old));
    match (change.new_one(), old) {
        (Some(new), _) => new.party.name.clone(),
        (None, Some(old)) => old.facts.party.name.clone(),
        (None, None) => String::new(),
    }
}

fn lines(draft: &Announcement, entries: &[Entry]) -> Vec<CompanyRow> {
    let mut lines = Vec::new();
    let comes = |place: usize, change: &ListChange, instead: &str| {
        change.new_one().map(|new| CompanyRow {
            company: Company {
                mark: "neu",
                ..Company::of(new, Language::De)
            },
            fate: Fate::Comes {
                place,
                instead: instead.to_owned(),
            },
        })
    };
    for entry in entries.iter().filter(|entry| entry.stays()) {
        let company = Company::of(&entry.facts, Language::De);
        let found = draft
            .changes
            .iter()
            .enumerate()
            .find(|(_, change)| change.old_one() == Some(entry.id));
        match found {
            None => lines.push(CompanyRow {
                company,
                fate: Fate::Stays { id: entry.id },
            }),
            Some((place, change)) => {
                let new = comes(place, change, &entry.facts.party.name);
                lines.push(CompanyRow {
                    company: Company {
                        mark: "entfällt",
                        ..company
                    },
                    fate: Fate::Leaves {
                        // A replacement is taken back at the company that is added.
                        place: if new.is_some() { usize::MAX } else { place },
                    },
                });
                lines.extend(new);
            }
        }
    }
    for (place, change) in draft.changes.iter().enumerate() {
        if change.old_one().is_none() {
            lines.extend(comes(place, change, ""));
        }
    }
    lines
}

async fn page(
    app: &App,
    me: &Me,
    draft: &Announcement,
    entries: &[Entry],
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    if draft.stage != Stage::Draft {
        return Err(PageError::NotFound);
    }
    let first_day = first_day(app, draft.days).await?;
    Ok(Page {
        shell: Shell::load(app, me, paths::ANNOUNCEMENTS).await?,
        href: paths::announcement(draft.id),
        lines: lines(draft, entries),
        faults: faults(entries, draft),
        has_changes: !draft.changes.is_empty(),
        days: draft.days,
        first_day,
        first_words: dates::short_date(first_day, Language::De),
        typed,
        errors,
    })
}

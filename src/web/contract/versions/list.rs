//! The list of all versions, and the form to begin another one.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{asked, mark, word};
use crate::actions::versions::draft::{begin_from, begin_with};
use crate::actions::versions::imports::{self, Unreadable};
use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::document::folder::{BadArchive, unpack};
use crate::document::office::is_folder;
use crate::domain::calendar::day;
use crate::domain::version::{Files, Head, ImportSource, Stage, clean};
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::places::Kind;
use crate::storage::contract_imports::Import;
use crate::storage::contract_versions::{find_in_force, list_published, list_versions};
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::{Refuses as _, Respond as _};
use crate::web::kit::upload::{SignedTexts, TextFile};
use crate::wording::dates;

/// At most this many versions are on the page; there have never been more.
const MOST: i64 = 200;

#[derive(Template)]
#[template(path = "web/contract/versions/list.html")]
struct ListPage {
    shell: Shell,
    open: Vec<VersionRow>,
    published: Vec<VersionRow>,
}

struct VersionRow {
    href: String,
    name: String,
    mark: &'static str,
    stage: &'static str,
    detail: String,
    /// Whether its text is marked as a sample (LC-56).
    is_sample: bool,
}

/// GET: the list.
pub async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let today = day(app.clock.now());
    let (heads, current) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((list_versions(conn, MOST)?, find_in_force(conn, today)?))
        })
        .await?;
    let (mut published, open): (Vec<Head>, Vec<Head>) = heads
        .into_iter()
        .partition(|head| head.stage() == Stage::Published);
    published.sort_by_key(|head| {
        let at = head.published.as_ref().map(|(mark, from)| (*from, mark.at));
        std::cmp::Reverse(at)
    });
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::VERSIONS).await?,
        open: open.iter().map(|head| line(head, None, today)).collect(),
        published: published
            .iter()
            .map(|head| line(head, current.as_deref(), today))
            .collect(),
    })
}

fn line(head: &Head, current: Option<&str>, today: chrono::NaiveDate) -> VersionRow {
    let moment = |at| dates::short_moment(at, Language::De);
    let (mark, stage, detail) = match (&head.published, &head.approved, &head.submitted) {
        (Some((_, from)), ..) => {
            let day = dates::short_date(*from, Language::De);
            if head.number.as_deref() == current {
                ("concluded", "Gilt", format!("seit {day}"))
            } else if *from > today {
                ("requested", "Veröffentlicht", format!("gilt ab {day}"))
            } else {
                ("ended", "Früher", format!("ab {day}"))
            }
        }
        (None, Some(done), _) => (
            mark(Stage::Approved),
            word(Stage::Approved),
            format!("von {} am {}", done.name, moment(done.at)),
        ),
        (None, None, Some(done)) => (
            mark(Stage::Submitted),
            word(Stage::Submitted),
            format!("vorgelegt von {} am {}", done.name, moment(done.at)),
        ),
        (None, None, None) => (
            mark(Stage::Draft),
            word(Stage::Draft),
            format!(
                "zuletzt geändert von {} am {}",
                head.changed.name,
                moment(head.changed.at)
            ),
        ),
    };
    VersionRow {
        href: paths::version(head.id, ""),
        name: format!("Fassung {}", head.label()),
        mark,
        stage,
        detail,
        is_sample: head.is_sample,
    }
}

#[derive(Template)]
#[template(path = "web/contract/versions/new.html")]
struct NewPage {
    shell: Shell,
    /// Versions to copy from: key, name, whether it is the one proposed.
    sources: Vec<(VersionId, String, bool)>,
    /// Notes of an import, with file and line.
    notes: Vec<String>,
    errors: FieldErrors,
}

/// GET: the form to choose what to begin with.
pub async fn ask(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let from = asked(&request, "aus").and_then(|id| id.parse().ok());
    html(&new_page(&app, &me, from, FieldErrors::default(), Vec::new()).await?)
}

async fn new_page(
    app: &App,
    me: &Me,
    chosen: Option<VersionId>,
    errors: FieldErrors,
    notes: Vec<String>,
) -> Result<NewPage, PageError> {
    let today = day(app.clock.now());
    let (versions, current) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((list_published(conn)?, find_in_force(conn, today)?))
        })
        .await?;
    let sources = versions
        .into_iter()
        .map(|one| {
            let is_chosen = match chosen {
                Some(id) => one.id == id,
                None => Some(&one.number) == current.as_ref(),
            };
            let from = dates::short_date(one.valid_from, Language::De);
            (
                one.id,
                format!("Fassung {} vom {from}", one.number),
                is_chosen,
            )
        })
        .collect();
    Ok(NewPage {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        sources,
        notes,
        errors,
    })
}

/// POST: begins a draft from a copy or from an upload.
pub async fn begin(
    app: web::Data<App>,
    me: Me,
    session: Session,
    SignedTexts { form, files }: SignedTexts,
) -> Result<HttpResponse, PageError> {
    let (now, viewer) = (app.clock.now(), me.viewer.clone());
    if form.get("woraus") != "datei" {
        let Ok(from) = form.get("aus").parse::<VersionId>() else {
            let mut errors = FieldErrors::default();
            errors.add(
                "aus",
                "Wählen Sie die Fassung, aus der der Entwurf entsteht",
            );
            return invalid(&new_page(&app, &me, None, errors, Vec::new()).await?);
        };
        let done = app
            .db
            .transaction(move |conn| begin_from(conn, &viewer, from, now))
            .await;
        return begun(done, &session, "Der Entwurf ist angelegt.");
    }
    let today = day(now);
    let read = me
        .turn
        .take(&app, Kind::SignedIn, move || read_upload(files, today))
        .await?;
    let upload = match read {
        Ok(upload) => upload,
        Err(bad) => {
            let mut errors = FieldErrors::default();
            errors.add("datei", bad.sentence);
            return invalid(&new_page(&app, &me, None, errors, bad.places).await?);
        }
    };
    let (said, is_open) = (upload.said(), upload.is_open());
    let done = app
        .db
        .transaction(move |conn| {
            let current = find_in_force(conn, today)?;
            let base = match current {
                Some(number) => versions::id_of(conn, &number)?,
                None => None,
            };
            match &upload {
                Upload::Folder(files) => begin_with(conn, &viewer, files.clone(), base, now),
                Upload::Texts(sources, import) => {
                    imports::begin(conn, &viewer, (sources.as_slice(), import), base, now)
                }
            }
        })
        .await;
    match done {
        Ok(id) if is_open => Ok(session.succeeded(said, paths::version(id, "uebernahme"))),
        done => begun(done, &session, &said),
    }
}

fn begun(
    done: Result<VersionId, ActionError>,
    session: &Session,
    said: &str,
) -> Result<HttpResponse, PageError> {
    Ok(match done {
        Ok(id) => session.succeeded(said, paths::version(id, "")),
        Err(error) => session.refused(error.sentence()?, "/betrieb/vertragsfassungen/neu"),
    })
}

/// What was uploaded.
enum Upload {
    /// The folder of a version.
    Folder(Files),
    /// Texts and documents, and what was imported from them.
    Texts(Vec<ImportSource>, Import),
}

impl Upload {
    /// Whether there is something to look at.
    fn is_open(&self) -> bool {
        matches!(self, Self::Texts(_, import) if import.state.open() > 0 || !import.state.notes.is_empty())
    }

    /// What came of it, in one sentence.
    fn said(&self) -> String {
        match self {
            Self::Folder(files) => {
                format!(
                    "Der Entwurf ist angelegt, {} Dateien aus dem ZIP.",
                    files.len()
                )
            }
            Self::Texts(_, import) => format!(
                "Der Entwurf ist angelegt: {}, keines ging verloren. {}",
                match import.state.words {
                    1 => "1 Wort".to_owned(),
                    many => format!("{many} Wörter"),
                },
                match import.state.open() {
                    0 => "Bitte prüfen Sie die Gliederung.".to_owned(),
                    1 => "Eine Stelle ist zu entscheiden.".to_owned(),
                    more => format!("{more} Stellen sind zu entscheiden."),
                }
            ),
        }
    }
}

/// Reads an upload: a ZIP of the folder, or documents and texts that are imported.
fn read_upload(files: Vec<TextFile>, today: chrono::NaiveDate) -> Result<Upload, Unreadable> {
    let plain = |text: String| Unreadable {
        sentence: text,
        places: Vec::new(),
    };
    let Some(first) = files.first() else {
        return Err(plain("Wählen Sie eine Datei".to_owned()));
    };
    if is_folder(&first.bytes) {
        if files.len() > 1 {
            return Err(plain("Wählen Sie ein ZIP allein oder nur Texte".to_owned()));
        }
        let files = unpack(&first.bytes).map_err(|bad: BadArchive| plain(bad.sentence()))?;
        return Ok(Upload::Folder(files));
    }
    let source = |file: TextFile| ImportSource {
        name: clean(&file.name).trim().chars().take(80).collect(),
        encoding: None,
        bytes: file.bytes,
    };
    let sources: Vec<ImportSource> = files.into_iter().map(source).collect();
    let import = imports::read(&sources, &BTreeMap::new(), today)?;
    Ok(Upload::Texts(sources, import))
}

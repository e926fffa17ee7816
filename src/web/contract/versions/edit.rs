//! Writing one file, with the checks and a preview beside it.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::facts::Facts;
use super::found::Found;
use super::names::{self, Shelf};
use super::{Subject, asked, load};
use crate::actions::ActionError;
use crate::actions::versions::draft::{Typed, save_text, stamp};
use crate::actions::versions::review::{Review, Surroundings, preview, review};
use crate::app::App;
use crate::contract::diff::{Piece, words};
use crate::contract::{html as contract_html, meta};
use crate::domain::version::{Version, VersionRefusal, clean};
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::refusals::of_version;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::upload::SignedTexts;
use crate::wording::dates;

#[derive(Template)]
#[template(path = "web/contract/versions/edit.html")]
pub(super) struct Page {
    shell: Shell,
    subject: Subject,
    file: String,
    /// Name of the file as readers know it, and its language.
    title: (String, &'static str),
    shelves: Vec<Shelf>,
    text: String,
    rows: usize,
    seen: String,
    /// The line that a link leads to; 0 for none.
    line: usize,
    changed: Option<Conflict>,
    facts: Option<Facts>,
    errors: FieldErrors,
    found: Found,
    /// The preview of the contract, escaped by `contract::html`.
    article: String,
    language: &'static str,
    was_typed: bool,
}

/// Another user has changed the file since the form was shown.
struct Conflict {
    by: String,
    at: String,
    pieces: Vec<Piece>,
}

/// A text that was typed and not saved.
pub(super) struct Unsaved {
    pub text: String,
    /// [`stamp`] of the text that the form was made from.
    pub seen: String,
    pub conflict: Option<(String, chrono::DateTime<chrono::Utc>)>,
}

/// GET: the editor of a file.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let file = asked(&request, "teil").unwrap_or_else(|| meta::FILE.to_owned());
    let line = asked(&request, "zeile").and_then(|line| line.parse().ok());
    let loaded = load(&app, &me, *id).await?;
    let mut page = page(&app, &me, loaded, &file, None).await?;
    page.line = line.unwrap_or_default();
    html(&page)
}

/// POST: saves the text, or only shows the preview.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedTexts { form, .. }: SignedTexts,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let typed = Typed {
        path: form.get("teil").to_owned(),
        text: form.get("text").to_owned(),
        seen: form.get("stand").to_owned(),
    };
    let mut unsaved = Unsaved {
        text: clean(&typed.text),
        seen: typed.seen.clone(),
        conflict: None,
    };
    let facts = Facts::in_form(&form).filter(|_| typed.path == meta::FILE);
    if form.get("tun") == "pruefen" {
        let loaded = load(&app, &me, id).await?;
        let page = page(&app, &me, loaded, &typed.path, Some(unsaved)).await?;
        return html(&page.with(facts, FieldErrors::default()));
    }
    let mut typed = typed;
    if let Some(facts) = &facts {
        // The fields beside the text are saved with it, as far as they were changed.
        let loaded = load(&app, &me, id).await?;
        let before = Facts::of(loaded.0.files.get(meta::FILE).map_or("", String::as_str));
        let errors = facts.check();
        if *facts != before && !errors.is_empty() {
            let page = page(&app, &me, loaded, &typed.path, Some(unsaved)).await?;
            return invalid(&page.with(Some(facts.clone()), errors));
        }
        typed.text = facts.written(&clean(&typed.text), &before);
        unsaved.text.clone_from(&typed.text);
    }
    let path = typed.path.clone();
    let done = app
        .db
        .transaction(move |conn| save_text(conn, &viewer, id, &typed, now))
        .await;
    let refusal = match done {
        Ok(changed) => {
            let said = if changed {
                "Gespeichert."
            } else {
                "Der Text ist unverändert."
            };
            return Ok(session.succeeded(said, paths::version_text(id, &path)));
        }
        Err(ActionError::Version(refusal)) => refusal,
        Err(error) => return Err(error.into()),
    };
    let loaded = load(&app, &me, id).await?;
    let mut errors = FieldErrors::default();
    match refusal {
        VersionRefusal::Changed { by, at } => {
            // A user who saves once more has seen the text that is stored now.
            unsaved.seen = loaded
                .0
                .files
                .get(&path)
                .map(|text| stamp(text))
                .unwrap_or_default();
            unsaved.conflict = Some((by, at));
        }
        VersionRefusal::NoSuchPart => return Err(PageError::NotFound),
        other => errors.add("v-text", of_version(&other)),
    }
    let page = page(&app, &me, loaded, &path, Some(unsaved)).await?;
    invalid(&page.with(facts, errors))
}

/// The page with the stored text, or with what was typed.
pub(super) async fn page(
    app: &App,
    me: &Me,
    (version, around): (Version, Surroundings),
    file: &str,
    unsaved: Option<Unsaved>,
) -> Result<Page, PageError> {
    let stored = version.files.get(file).ok_or(PageError::NotFound)?.clone();
    let was_typed = unsaved.is_some();
    let Unsaved {
        text,
        seen,
        conflict,
    } = unsaved.unwrap_or_else(|| Unsaved {
        text: stored.clone(),
        seen: stamp(&stored),
        conflict: None,
    });
    let mut files = version.files.clone();
    files.insert(file.to_owned(), text.clone());
    let language = file
        .split_once('/')
        .and_then(|(code, _)| Language::from_code(code));
    let (own, looked_at, typed) = (app.clone(), files, text.clone());
    let (reviewed, article, language, changed) = me
        .turn
        .take(app, Kind::SignedIn, move || {
            let reviewed = review(&own, &looked_at, &around, None, &[]);
            let (article, language) = article(&reviewed, &around, language);
            let changed = conflict.map(|(by, at)| Conflict {
                by,
                at: dates::short_moment(at, Language::De),
                pieces: compared(&stored, &typed),
            });
            (reviewed, article, language, changed)
        })
        .await?;
    let id = version.head.id;
    Ok(Page {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        title: names::file(&version.files, file),
        shelves: names::shelves(&version, file),
        facts: (file == meta::FILE).then(|| Facts::of(&text)),
        rows: text.lines().count().clamp(8, 40),
        subject: Subject::of(&version, me.viewer.role),
        file: file.to_owned(),
        text,
        seen,
        line: 0,
        changed,
        errors: FieldErrors::default(),
        found: Found::of(&reviewed, id).with_lines(id),
        article,
        language,
        was_typed,
    })
}

fn article(
    reviewed: &Review,
    around: &Surroundings,
    language: Option<Language>,
) -> (String, &'static str) {
    let Some(contract) = &reviewed.contract else {
        return (String::new(), "de");
    };
    let language = language.unwrap_or(contract.meta.binding);
    let (_, document) = preview(contract, around, language);
    (contract_html::article(&document), document.language.code())
}

/// The difference of two texts word by word; line ends count as spaces.
fn compared(stored: &str, typed: &str) -> Vec<Piece> {
    let of = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (old, new) = (of(stored), of(typed));
    let (old, new): (Vec<&str>, Vec<&str>) = (
        old.iter().map(String::as_str).collect(),
        new.iter().map(String::as_str).collect(),
    );
    crate::web::contract::shortened(words(&old, &new))
}

impl Page {
    /// Whether a link leads to a line.
    fn has_line(&self) -> bool {
        self.line > 0
    }

    /// Adds the errors in the fields of `contract.toml`, with what was typed in them.
    pub(super) fn with_facts(self, facts: Facts, errors: FieldErrors) -> Self {
        self.with(Some(facts), errors)
    }

    /// The same for a file that may not have such fields.
    fn with(mut self, facts: Option<Facts>, errors: FieldErrors) -> Self {
        self.facts = facts.or(self.facts);
        self.errors = errors;
        self
    }
}

/// POST: saves the fields, and the text of the file that was typed beside them.
pub async fn save_facts(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedTexts { form, .. }: SignedTexts,
) -> Result<HttpResponse, PageError> {
    let id = *id;
    let loaded = load(&app, &me, id).await?;
    let (facts, seen) = (Facts::typed(&form), form.get("stand").to_owned());
    let stored = loaded.0.files.get(meta::FILE).cloned().unwrap_or_default();
    let beside = if form.ticked("text") {
        clean(form.get("text"))
    } else {
        stored.clone()
    };
    let errors = facts.check();
    if !errors.is_empty() {
        let unsaved = Unsaved {
            text: beside,
            seen,
            conflict: None,
        };
        let page = page(&app, &me, loaded, meta::FILE, Some(unsaved)).await?;
        return invalid(&page.with_facts(facts, errors));
    }
    let typed = Typed {
        path: meta::FILE.to_owned(),
        text: facts.written(&beside, &Facts::of(&stored)),
        seen: seen.clone(),
    };
    let (now, viewer, text) = (app.clock.now(), me.viewer.clone(), typed.text.clone());
    let done = app
        .db
        .transaction(move |conn| save_text(conn, &viewer, id, &typed, now))
        .await;
    match done {
        Err(ActionError::Version(crate::domain::version::VersionRefusal::Changed { by, at })) => {
            let unsaved = Unsaved {
                text,
                seen: crate::actions::versions::draft::stamp(&stored),
                conflict: Some((by, at)),
            };
            invalid(&page(&app, &me, loaded, meta::FILE, Some(unsaved)).await?)
        }
        done => session.respond(
            done,
            |_| "Die Angaben sind gespeichert.",
            paths::version_text(id, meta::FILE),
        ),
    }
}

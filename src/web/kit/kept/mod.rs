//! Nothing typed is lost (B2, B3). A form that was sent after its session had ended, or from a page
//! of an earlier one, is kept in the database for the user it belongs to and is shown again on its
//! page after signing in. A file that was chosen is kept as well while another field is corrected.
//! All of this happens here, called by the guard, for every form of the site.
//!
//! The owner of a form is known from its token, which is sealed to the user and names the page of
//! the form (`token::make_form`). Passwords are never kept.

mod fill;

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::form::{Chosen, Contents, Form, Posted};
use super::session::Flash;
use crate::actions::ActionError;
use crate::actions::throttle::note_late_form;
use crate::app::App;
use crate::domain::{Language, UserId};
use crate::storage::kept::{self, KEPT_FOR, KeptFile, KeptForm, NewKeptFile};
use crate::{paths, token};
use fill::{Filling, fill, show};

/// Parameter of an address, and hidden field, that names a kept form.
pub const FORM: &str = "eingaben";
/// Suffix of a hidden field that names files chosen before.
pub const FILE: &str = "-aufbewahrt";
/// Hidden field of a form that shares its page with another one: the address it would be sent to
/// itself, so that its fields are kept if the other one is sent.
pub const BESIDE: &str = "neben";
/// Fields that are never kept: secrets, and what belongs to one session.
const NEVER: [&str; 7] = [
    "csrf",
    "passwort",
    "wiederholung",
    "bestaetigungscode",
    "neuer-code",
    super::passkeys::PASSKEY,
    FORM,
];
/// All typed into one form, in bytes.
const LARGEST_FORM: usize = 4 * 1024 * 1024;
/// Longest address of a form's page.
const LONGEST_PAGE: usize = 1000;

/// Separates a form's token from the page of the form.
const PARTING: char = '~';

/// The token together with the page of the form, as forms carry it.
pub fn with_page(token: &str, page: &str) -> String {
    if token.is_empty() || page.len() > LONGEST_PAGE {
        return token.to_owned();
    }
    format!("{token}{PARTING}{}", URL_SAFE_NO_PAD.encode(page))
}

/// The token alone.
pub fn bare(csrf: &str) -> &str {
    csrf.split(PARTING).next().unwrap_or_default()
}

/// The page of a form, if its token names it.
pub fn page_of(form: &Form) -> Option<String> {
    let (_, page) = form.get("csrf").split_once(PARTING)?;
    let page = String::from_utf8(URL_SAFE_NO_PAD.decode(page).ok()?).ok()?;
    super::local_path::local_path(&page).map(str::to_owned)
}

/// The user a form belongs to, whatever happened to the session.
pub fn owner(app: &App, form: &Form) -> Option<UserId> {
    token::form_owner(&app.config.keys, bare(form.get("csrf")))
}

/// An address with the key of a kept form, or without one.
fn page_with(page: &str, form: Option<Uuid>) -> String {
    let page = page.split('#').next().unwrap_or_default();
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name != FORM {
            pairs.append_pair(&name, &value);
        }
    }
    if let Some(form) = form {
        pairs.append_pair(FORM, &form.to_string());
    }
    let query = pairs.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The address of a page without the parameter for kept forms.
pub fn plain_page(page: &str) -> String {
    page_with(page, None)
}

/// The key of a kept form in an address.
pub fn key_in(query: &str) -> Option<Uuid> {
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == FORM)
        .and_then(|(_, value)| value.parse().ok())
}

/// Keeps a whole form and returns the address of its page with the form's key; `None` if there was
/// nothing to keep, or too much. Without a session it counts towards the limits of the user and of
/// the source `from`.
pub async fn set_aside(
    app: &App,
    user: UserId,
    action: &str,
    posted: Posted,
    from: Option<String>,
) -> Result<Option<String>, ActionError> {
    let page = page_of(&posted.form).unwrap_or_else(|| action.to_owned());
    let mut fields: BTreeMap<String, String> = posted.form.into();
    fields.retain(|name, _| !NEVER.contains(&name.as_str()));
    let mut size = fields.values().map(String::len).sum::<usize>();
    if size > LARGEST_FORM || action == paths::SIGN_OUT {
        return Ok(None);
    }
    for file in &posted.files {
        if let Contents::Fresh(bytes) = &file.contents {
            size += bytes.len();
        }
    }
    let (now, files) = (app.clock.now(), posted.files);
    let (shown, action) = (plain_page(&page), action.to_owned());
    let counter = app.clone();
    let id = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            if let Some(from) = &from {
                note_late_form(conn, &counter, user, from, size, now)?;
            }
            let id = kept::create_form(conn, user, (&shown, &action), &fields, now)?;
            for file in &files {
                if let Contents::Fresh(bytes) = &file.contents {
                    let new = NewKeptFile {
                        field: &file.field,
                        name: &file.name,
                        bytes,
                    };
                    kept::create_file(conn, user, Some(id), new, now)?;
                }
            }
            Ok(id)
        })
        .await?;
    Ok(Some(page_with(&page, Some(id))))
}

/// Keeps the fields of a form whose neighbour on the same page was sent, so that they are filled in
/// again.
pub async fn set_beside(
    app: &App,
    user: UserId,
    action: &str,
    posted: Posted,
) -> Result<Option<String>, ActionError> {
    // The address comes from a form and not from this program, so only a path of the portal is
    // accepted.
    if super::local_path::local_path(action).is_none() {
        return Ok(None);
    }
    set_aside(app, user, action, posted, None).await
}

/// The kept form that an address names, if it belongs to this user and has not expired.
pub async fn find(app: &App, user: UserId, query: &str) -> Result<Option<Waiting>, ActionError> {
    let Some(id) = key_in(query) else {
        return Ok(None);
    };
    let since = app.clock.now() - KEPT_FOR;
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(kept::find_form(conn, user, id, since)?) })
        .await?;
    Ok(found.map(|form| Waiting { id, form }))
}

/// A kept form that is given back.
#[derive(Debug)]
pub struct Waiting {
    id: Uuid,
    form: KeptForm,
}

impl Waiting {
    /// The message about it on the page.
    pub fn message(&self, language: Language) -> Flash {
        let is_empty = self.form.fields.values().all(String::is_empty);
        let text = match (is_empty, language.is_en()) {
            (true, false) => {
                "Sie sind wieder angemeldet. Geschehen ist noch nichts: Bitte wählen Sie die Aktion noch einmal."
            }
            (true, true) => {
                "You are signed in again. Nothing has been done yet: please choose the action once more."
            }
            (false, false) => {
                "Ihre Eingaben sind wieder da, gespeichert ist noch nichts. Prüfen Sie sie und senden Sie das Formular noch einmal ab. Ein Passwort geben Sie bitte neu ein."
            }
            (false, true) => {
                "What you typed is back, nothing has been saved yet. Please check it and send the form once more. A password has to be typed again."
            }
        };
        Flash {
            good: false,
            text: text.to_owned(),
        }
    }

    /// Fills the form into its page.
    pub async fn give_back(self, page: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        let path = page.request().path().to_owned();
        rewrite(page, move |html| {
            let mut more = file_fields(&self.form.files);
            more.push((FORM.to_owned(), self.id.to_string()));
            let filling = Filling {
                page: &path,
                action: &self.form.action,
                fields: Some(&self.form.fields),
                files: &self.form.files,
                more: &more,
            };
            fill(html, &filling).or_else(|| show(html, &self.form.fields))
        })
        .await
    }
}

/// The hidden fields that name the files chosen before, one for each field.
fn file_fields(files: &[KeptFile]) -> Vec<(String, String)> {
    let mut fields = BTreeMap::<&str, Vec<String>>::new();
    for file in files {
        let ids = fields.entry(&file.field).or_default();
        ids.push(file.id.to_string());
    }
    fields
        .into_iter()
        .map(|(field, ids)| (format!("{field}{FILE}"), ids.join(",")))
        .collect()
}

/// Adds to a page that shows the errors of a form the files that were chosen, so that they need not
/// be chosen again.
pub async fn hold_files(
    app: &App,
    user: UserId,
    answer: ServiceResponse<BoxBody>,
    files: Vec<Chosen>,
) -> Result<ServiceResponse<BoxBody>, ActionError> {
    let now = app.clock.now();
    let kept = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            let mut kept = Vec::new();
            for file in files {
                kept.push(match file.contents {
                    Contents::Kept(id) => KeptFile {
                        id,
                        field: file.field,
                        name: file.name,
                    },
                    Contents::Fresh(bytes) => {
                        let new = NewKeptFile {
                            field: &file.field,
                            name: &file.name,
                            bytes: &bytes,
                        };
                        kept::create_file(conn, user, None, new, now)?
                    }
                });
            }
            Ok(kept)
        })
        .await?;
    let action = answer.request().path().to_owned();
    Ok(rewrite(answer, move |html| {
        let filling = Filling {
            page: &action,
            action: &action,
            fields: None,
            files: &kept,
            more: &file_fields(&kept),
        };
        fill(html, &filling)
    })
    .await)
}

/// Makes a form that is shown again with its errors keep the page it came from.
pub async fn keep_page(
    answer: ServiceResponse<BoxBody>,
    (shown, came): (String, String),
) -> ServiceResponse<BoxBody> {
    rewrite(answer, move |html| Some(html.replace(&shown, &came))).await
}

/// Deletes what was kept for a form that has now been accepted.
pub async fn forget(app: &App, user: UserId, posted: &Posted) -> Result<(), ActionError> {
    let form = posted.form.get(FORM).parse().ok();
    let files: Vec<Uuid> = posted
        .files
        .iter()
        .filter_map(|file| match file.contents {
            Contents::Kept(id) => Some(id),
            Contents::Fresh(_) => None,
        })
        .collect();
    if form.is_none() && files.is_empty() {
        return Ok(());
    }
    app.db
        .transaction(move |conn| -> Result<_, ActionError> {
            Ok(kept::delete_used(conn, user, form, &files)?)
        })
        .await
}

/// Files chosen before that the form names.
pub async fn find_files(
    app: &App,
    user: UserId,
    form: &Form,
) -> Result<Vec<(Uuid, String, String, Vec<u8>)>, ActionError> {
    let named: Vec<(String, Uuid)> = form
        .names()
        .filter_map(|name| Some((name.strip_suffix(FILE)?, form.get(name))))
        .flat_map(|(field, ids)| {
            ids.split(',')
                .filter_map(|id| Some((field.to_owned(), id.parse().ok()?)))
                .collect::<Vec<_>>()
        })
        .take(10)
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let since = app.clock.now() - KEPT_FOR;
    app.db
        .read(move |conn| -> Result<_, ActionError> {
            let mut found = Vec::new();
            for (field, id) in &named {
                if let Some((name, bytes)) = kept::find_file(conn, user, *id, since)? {
                    found.push((*id, field.clone(), name, bytes));
                }
            }
            Ok(found)
        })
        .await
}

/// Changes a page before it is sent; an answer that is no page, or could not be changed, is sent as
/// it is.
async fn rewrite(
    answer: ServiceResponse<BoxBody>,
    change: impl FnOnce(&str) -> Option<String> + Send + 'static,
) -> ServiceResponse<BoxBody> {
    let is_html = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_html {
        return answer;
    }
    let (request, answer) = answer.into_parts();
    let (head, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body).await else {
        return ServiceResponse::new(request, HttpResponse::InternalServerError().finish());
    };
    let page = bytes.clone();
    let changed =
        tokio::task::spawn_blocking(move || std::str::from_utf8(&page).ok().and_then(change)).await;
    let body = match changed {
        Ok(Some(page)) => BoxBody::new(page),
        _ => BoxBody::new(bytes),
    };
    ServiceResponse::new(request, head.set_body(body))
}

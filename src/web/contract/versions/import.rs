//! What is to be looked at after an import: notes, lines whose role was guessed with a click for
//! each of the others, and the encoding of files that do not say it (T-15).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Subject, load};
use crate::actions::ActionError;
use crate::actions::versions::imports;
use crate::app::App;
use crate::contract::import::{Encoding, Role};
use crate::domain::VersionId;
use crate::domain::calendar::day;
use crate::domain::version::{ImportLine, ImportState};
use crate::paths;
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// At most this many open lines are on the page; the next ones follow when these are decided.
const MOST: usize = 100;

#[derive(Template)]
#[template(path = "web/contract/versions/import.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    words: usize,
    notes: Vec<String>,
    open: Vec<LineRow>,
    /// How many open lines are not on the page.
    more: usize,
    decided: Vec<LineRow>,
    encodings: Vec<EncodingRow>,
}

/// A line with its buttons.
struct LineRow {
    place: String,
    text: String,
    why: String,
    role: String,
    /// What the first button does, which confirms the guess.
    value: String,
    /// Values and words of the others.
    others: Vec<(String, String)>,
}

/// A file whose encoding was guessed.
struct EncodingRow {
    name: String,
    word: &'static str,
    sample: String,
    value: String,
    others: Vec<(String, &'static str)>,
}

/// GET: the page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let id = *id;
    let (version, _) = load(&app, &me, id).await?;
    let viewer = me.viewer.clone();
    let found = app
        .db
        .read(move |conn| imports::find(conn, &viewer, id))
        .await?;
    let (import, sources) = found.ok_or(PageError::NotFound)?;
    let ImportState {
        words,
        notes,
        lines,
        encodings,
        ..
    } = import.state;
    let (decided, open): (Vec<ImportLine>, Vec<ImportLine>) =
        lines.into_iter().partition(|line| line.is_decided);
    let encoding = |(place, key, sample): (usize, String, String)| {
        let own = Encoding::from_key(&key)?;
        let others = Encoding::CHOICES.iter().filter(|one| **one != own);
        Some(EncodingRow {
            name: sources.get(place)?.name.clone(),
            word: own.word(),
            sample,
            value: format!("{place}:{key}"),
            others: others
                .map(|one| (format!("{place}:{}", one.key()), one.word()))
                .collect(),
        })
    };
    html(&Page {
        shell: Shell::load(&app, &me, paths::VERSIONS).await?,
        subject: Subject::of(&version, me.viewer.role),
        words,
        notes,
        more: open.len().saturating_sub(MOST),
        open: open.into_iter().take(MOST).map(row).collect(),
        decided: decided.into_iter().map(row).collect(),
        encodings: encodings.into_iter().filter_map(encoding).collect(),
    })
}

fn row(line: ImportLine) -> LineRow {
    let word = |key: &str| Role::from_key(key).map(Role::word).unwrap_or_default();
    let others = line.choices.iter().filter(|key| **key != line.role);
    LineRow {
        others: others
            .map(|key| (format!("{}:{key}", line.key), word(key)))
            .collect(),
        value: format!("{}:{}", line.key, line.role),
        role: word(&line.role),
        place: line.place,
        text: line.text,
        why: line.why,
    }
}

/// POST: one decision, or all guesses confirmed.
pub async fn decide(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let page = paths::version(id, "uebernahme");
    let seen: i32 = form.get("stand").parse().map_err(|_| PageError::BadForm)?;
    let asking = viewer.clone();
    let found = app
        .db
        .read(move |conn| imports::find(conn, &asking, id))
        .await?;
    let (import, mut sources) = found.ok_or(PageError::NotFound)?;
    let mut decisions = import.state.decisions.clone();
    let what = if form.get("tun") == "alle" {
        let open = import.state.lines.iter().filter(|line| !line.is_decided);
        decisions.extend(open.map(|line| (line.key, line.role.clone())));
        "Alle Vermutungen bestätigt".to_owned()
    } else if let Some((place, encoding)) = choice(form.get("kodierung")) {
        let encoding = Encoding::from_key(encoding).ok_or(PageError::BadForm)?;
        let source = sources.get_mut(place).ok_or(PageError::BadForm)?;
        source.encoding = Some(encoding.key().to_owned());
        // Other characters may make other lines.
        decisions.clear();
        format!("„{}“ gelesen als {}", source.name, encoding.word())
    } else {
        let (key, role) = choice(form.get("entscheid")).ok_or(PageError::BadForm)?;
        let role = Role::from_key(role).ok_or(PageError::BadForm)?;
        let line = import.state.lines.iter().find(|line| line.key == key);
        let line =
            line.filter(|line| line.choices.contains(&role.key()) || line.role == role.key());
        let line = line.ok_or(PageError::BadForm)?;
        decisions.insert(key, role.key());
        format!("„{}“: {}", line.text, role.word())
    };
    let today = day(now);
    let (read, sources) = me
        .turn
        .take(&app, Kind::SignedIn, move || {
            (imports::read(&sources, &decisions, today), sources)
        })
        .await?;
    let import = match read {
        Ok(import) => import,
        Err(unreadable) => {
            return Ok(session.refused(format!("{}.", unreadable.sentence), page));
        }
    };
    let said = what.clone();
    let done = app
        .db
        .transaction(move |conn| -> Result<(), ActionError> {
            imports::decide(
                conn,
                &viewer,
                (id, seen),
                (&sources, &import),
                what.clone(),
                now,
            )
        })
        .await;
    session.respond(done, |()| format!("{said}."), page)
}

/// Number and key of a button.
fn choice(value: &str) -> Option<(usize, &str)> {
    let (number, key) = value.split_once(':')?;
    Some((number.parse().ok()?, key))
}

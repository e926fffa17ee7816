//! *Zuordnung*: where the text speaks of what it must say. The program proposes passages, a person assigns
//! one, chooses another place, or says why the text does not speak of it (LC-04 … LC-45).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::found::place_link;
use super::show::seen;
use super::{Subject, asked, load};
use crate::actions::versions::approval::Seen;
use crate::actions::versions::assignment::{Said, name_columns, say};
use crate::actions::versions::review::review;
use crate::app::App;
use crate::contract::check::{
    self, Assignment, MarkedPlace, Passage, PassageKind, ProcessorTable, Proposal,
};
use crate::contract::meta::Column;
use crate::domain::VersionId;
use crate::domain::name::{self, BadName};
use crate::domain::version::{Stage, Version};
use crate::paths;
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::form::Form;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::clause::PREAMBLE;

/// Longest reason in characters.
const LONGEST_REASON: usize = 500;
/// Of a passage in the list of all places this many characters are shown.
const SHOWN: usize = 160;

#[derive(Template)]
#[template(path = "web/contract/versions/assign.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    can_be_read: bool,
    /// What is not assigned and has no reason: mark and title.
    open: Vec<(&'static str, &'static str)>,
    /// Title of a group, and the subjects in it.
    groups: Vec<(&'static str, Vec<Theme>)>,
    /// Columns of tables of further processors, if one is not understood or was named by hand.
    heads: Vec<Head>,
    /// How many of them nobody understands.
    unknown_heads: usize,
}

/// A column of a table of further processors.
struct Head {
    key: String,
    title: String,
    sample: String,
    /// Place of its table, and its address.
    table: (String, String),
    is_unknown: bool,
    /// Keys and names of what may be in it, and which one is.
    choices: Vec<(&'static str, &'static str, bool)>,
}

/// A subject with how it stands.
struct Theme {
    check: &'static str,
    tag: &'static str,
    title: &'static str,
    law: &'static str,
    /// CSS key and words of its state.
    state: (&'static str, String),
    assigned: Vec<Spot>,
    proposed: Vec<Spot>,
    reason: String,
}

/// A place with its words.
struct Spot {
    place: String,
    clause: String,
    words: String,
    href: String,
    /// How much a proposed place looks like the subject.
    looks: &'static str,
}

#[derive(Template)]
#[template(path = "web/contract/versions/assign_place.html")]
struct PlacePage {
    shell: Shell,
    subject: Subject,
    title: &'static str,
    tag: &'static str,
    spots: Vec<Spot>,
}

/// GET: all subjects, or with `thema` every place one of them can be assigned to.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    let (version, around) = load(&app, &me, *id).await?;
    let (own, files) = (app.clone(), version.files.clone());
    let wanted = asked(&request, "thema");
    let theme = match wanted.as_deref() {
        Some(tag) => Some(check::subject(tag).ok_or(PageError::NotFound)?),
        None => None,
    };
    let is_list = theme.is_some();
    let (can_be_read, assignments, passages, tables) = me
        .turn
        .take(&app, Kind::SignedIn, move || {
            let reviewed = review(&own, &files, &around, None, &[]);
            let contract = reviewed.contract;
            let assignments = contract
                .as_ref()
                .filter(|_| !is_list)
                .map(|contract| check::assignments(contract))
                .unwrap_or_default();
            let passages = contract
                .as_ref()
                .filter(|_| is_list)
                .map(|contract| check::passages(contract, contract.meta.binding))
                .unwrap_or_default();
            let tables = contract
                .as_ref()
                .filter(|_| !is_list)
                .map(|contract| check::processor_tables(contract))
                .unwrap_or_default();
            (contract.is_some(), assignments, passages, tables)
        })
        .await?;
    let subject = Subject::of(&version, me.viewer.role);
    let shell = Shell::load(&app, &me, paths::VERSIONS).await?;
    if let Some(theme) = theme {
        let spots = passages.iter().filter(|one| can_be_chosen(one));
        return html(&PlacePage {
            shell,
            title: theme.title_de,
            tag: theme.tag,
            spots: spots.map(|one| spot(one, version.head.id)).collect(),
            subject,
        });
    }
    let open = assignments.iter().filter(|one| one.is_open());
    let open = open
        .map(|one| (one.subject.tag, one.subject.title_de))
        .collect();
    let (measures, others): (Vec<Theme>, Vec<Theme>) = assignments
        .iter()
        .map(|one| theme_of(one, &version))
        .partition(|theme| theme.tag.starts_with("tom-") && theme.tag != "tom-change");
    let heads = heads(&tables, version.head.id);
    html(&Page {
        shell,
        subject,
        can_be_read,
        open,
        unknown_heads: heads.iter().filter(|one| one.is_unknown).count(),
        heads,
        groups: vec![
            ("Was der Vertrag regelt", others),
            ("Technische und organisatorische Maßnahmen", measures),
        ],
    })
}

/// The columns of all tables in which one is not understood, or was named by hand, each head once.
fn heads(tables: &[ProcessorTable], id: VersionId) -> Vec<Head> {
    let mut heads: Vec<Head> = Vec::new();
    for table in tables {
        let is_asked = |one: &check::TableColumn| one.said.is_some() || one.understood.is_none();
        if !table.columns.iter().any(is_asked) {
            continue;
        }
        for column in &table.columns {
            if heads.iter().any(|one| one.key == column.key) {
                continue;
            }
            let read = column.said.or(column.understood);
            let choice = |one: &Column| (one.key(), one.word(), read == Some(*one));
            heads.push(Head {
                title: match column.head.is_empty() {
                    true => column.key.clone(),
                    false => column.head.clone(),
                },
                key: column.key.clone(),
                sample: short(&column.sample),
                table: (table.place.clone(), link(&table.place, id)),
                is_unknown: read.is_none(),
                choices: Column::ALL.iter().map(choice).collect(),
            });
        }
    }
    heads
}

/// A row is assigned with its table.
fn can_be_chosen(passage: &Passage) -> bool {
    !matches!(passage.kind, PassageKind::Cells(_)) && !passage.text.is_empty()
}

fn theme_of(one: &Assignment, version: &Version) -> Theme {
    let subject = one.subject;
    let confirmed = version
        .confirmations
        .iter()
        .find(|answer| answer.check == subject.id && version.head.stage() != Stage::Draft);
    let state = match (one.is_assigned(), &one.reason, confirmed) {
        (true, _, Some(answer)) => ("concluded", format!("bestätigt von {}", answer.name)),
        (true, _, None) => ("requested", "zugeordnet".to_owned()),
        (false, Some(_), Some(answer)) => (
            "update_pending",
            format!("nicht geregelt, bestätigt von {}", answer.name),
        ),
        (false, Some(_), None) => ("update_pending", "regelt der Text nicht".to_owned()),
        (false, None, _) => ("open", "nicht zugeordnet".to_owned()),
    };
    let id = version.head.id;
    Theme {
        check: subject.id,
        tag: subject.tag,
        title: subject.title_de.trim_start_matches("Maßnahmen: "),
        law: subject.law,
        state,
        assigned: one
            .passages
            .iter()
            .map(|passage| spot(passage, id))
            .collect(),
        proposed: match one.is_assigned() {
            true => Vec::new(),
            false => one
                .proposals
                .iter()
                .map(|found| proposed(found, id))
                .collect(),
        },
        reason: one.reason.clone().unwrap_or_default(),
    }
}

fn spot(passage: &Passage, id: VersionId) -> Spot {
    let place = passage.place();
    Spot {
        href: link(&place, id),
        clause: match passage.clause.is_empty() {
            true => place.clone(),
            false => passage.clause.clone(),
        },
        words: short(&passage.text),
        looks: "",
        place,
    }
}

fn proposed(found: &Proposal, id: VersionId) -> Spot {
    let place = format!("{}:{}", found.file, found.line);
    Spot {
        href: link(&place, id),
        clause: match found.clause.is_empty() {
            true => PREAMBLE.to_owned(),
            false => found.clause.clone(),
        },
        words: found.sentence.clone(),
        looks: found.looks(),
        place,
    }
}

fn link(place: &str, id: VersionId) -> String {
    place_link(place, id).map_or_else(String::new, |(_, href)| href)
}

fn short(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut short: String = one_line.chars().take(SHOWN).collect();
    if short.len() < one_line.len() {
        short.push_str(" …");
    }
    short
}

/// POST: what the pressed button says.
pub async fn change(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let seen = seen(id, &form)?;
    if form.get("tun") == "spalten" {
        return columns(&app, &me, &session, seen, &form).await;
    }
    let subject = check::subject(form.get("thema")).ok_or(PageError::BadForm)?;
    let back = format!("{}#{}", paths::version(id, "zuordnung"), subject.tag);
    let place = || MarkedPlace::parse(form.get("ort")).ok_or(PageError::BadForm);
    let said = match form.get("tun") {
        "zuordnen" => Said::Here(place()?),
        "loesen" => Said::NotHere(place()?),
        "wieder" => Said::Nowhere(String::new()),
        "nicht" => {
            match name::parse(form.get("grund"), LONGEST_REASON) {
                Ok(reason) => Said::Nowhere(reason),
                Err(BadName::Empty) => {
                    return Ok(session.refused(
                        "Schreiben Sie auf, warum der Text es nicht regelt. Geändert wurde nichts.",
                        back,
                    ));
                }
                Err(BadName::TooLong) => {
                    return Ok(session.refused(
                    format!("Kürzen Sie den Grund auf {LONGEST_REASON} Zeichen. Geändert wurde nichts."),
                    back,
                ));
                }
            }
        }
        _ => return Err(PageError::BadForm),
    };
    let title = subject.title_de;
    let told = match &said {
        Said::Here(_) => "ist zugeordnet",
        Said::NotHere(_) => "ist dort nicht mehr zugeordnet",
        Said::Nowhere(reason) if reason.is_empty() => "ist wieder offen",
        Said::Nowhere(_) => "regelt der Text nicht; der Grund ist notiert",
    };
    let done = app
        .db
        .transaction(move |conn| say(conn, &viewer, seen, subject, &said, now))
        .await;
    let sentence = |place: String| match place.is_empty() {
        true => format!("„{title}“ {told}."),
        false => format!("„{title}“ {told}: {place}."),
    };
    session.respond(done, sentence, back)
}

/// What the author says is in columns; what the program understands the same way needs no note.
async fn columns(
    app: &App,
    me: &Me,
    session: &Session,
    seen: Seen,
    form: &Form,
) -> Result<HttpResponse, PageError> {
    let (version, around) = load(app, me, seen.id).await?;
    let (own, files) = (app.clone(), version.files.clone());
    let tables = me
        .turn
        .take(app, Kind::SignedIn, move || {
            let reviewed = review(&own, &files, &around, None, &[]);
            let contract = reviewed.contract;
            contract.map(|contract| check::processor_tables(&contract))
        })
        .await?
        .unwrap_or_default();
    let mut said: Vec<(String, Option<Column>)> = Vec::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        let field = format!("spalte-{}", column.key);
        let typed = form.get(&field);
        if !form.names().any(|name| name == field) || said.iter().any(|(key, _)| *key == column.key)
        {
            continue;
        }
        let chosen = match typed {
            "" => None,
            key => Some(Column::from_key(key).ok_or(PageError::BadForm)?),
        };
        let news = chosen.filter(|_| chosen != column.understood || column.said.is_some());
        said.push((column.key.clone(), news));
    }
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let done = app
        .db
        .transaction(move |conn| name_columns(conn, &viewer, seen, &said, now))
        .await;
    let back = format!("{}#spalten", paths::version(seen.id, "zuordnung"));
    let sentence = |is_new| match is_new {
        true => "Die Spalten sind benannt; ihre Zeilen werden so gelesen.",
        false => "An den Spalten hat sich nichts geändert.",
    };
    session.respond(done, sentence, back)
}

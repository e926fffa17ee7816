//! *Zuordnung*: where the text speaks of what it must say. The program proposes passages, a person assigns
//! one, chooses another place, or says why the text does not speak of it (LC-04 … LC-45).

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::found::place_link;
use super::show::seen;
use super::{Subject, asked, load};
use crate::actions::versions::assignment::{Said, say};
use crate::actions::versions::review::review;
use crate::app::App;
use crate::contract::check::{self, Assignment, MarkedPlace, Passage, PassageKind, Proposal};
use crate::domain::VersionId;
use crate::domain::name::{self, BadName};
use crate::domain::version::{Stage, Version};
use crate::paths;
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

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
    let (can_be_read, assignments, passages) = me
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
            (contract.is_some(), assignments, passages)
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
    html(&Page {
        shell,
        subject,
        can_be_read,
        open,
        groups: vec![
            ("Was der Vertrag regelt", others),
            ("Technische und organisatorische Maßnahmen", measures),
        ],
    })
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
        place,
    }
}

fn proposed(found: &Proposal, id: VersionId) -> Spot {
    let place = format!("{}:{}", found.file, found.line);
    Spot {
        href: link(&place, id),
        clause: found.clause.clone(),
        words: found.sentence.clone(),
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

//! Versions of the contract text: the operator's legal department writes, checks, approves and
//! publishes them here; everybody may read what was published (C-01 … C-08).

mod compare;
mod edit;
mod facts;
mod files;
mod found;
mod list;
mod names;
mod parts;
mod publish;
mod show;
mod submit;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::actions::versions::review::{Surroundings, surroundings_of};
use crate::actions::{ActionError, versions};
use crate::app::App;
use crate::domain::calendar::{self, day};
use crate::domain::version::{Stage, Version, VersionRefusal};
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::page::{Me, see_other};
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::session::flash;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::VERSIONS, Who::Operator, || view().to(list::show)),
    get("/betrieb/vertragsfassungen/neu", Who::Operator, || {
        view().to(list::ask)
    }),
    post(paths::VERSIONS, Who::Operator, || {
        web::post().to(list::begin)
    }),
    get(
        "/betrieb/vertragsfassungen/{fassung}",
        Who::Operator,
        || view().to(show::show),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/text",
        Who::Operator,
        || view().to(edit::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/text",
        Who::Operator,
        || web::post().to(edit::save),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/angaben",
        Who::Operator,
        || web::post().to(edit::save_facts),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/teile",
        Who::Operator,
        || view().to(parts::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/teile",
        Who::Operator,
        || web::post().to(parts::change),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/vergleich",
        Who::Operator,
        || view().to(compare::show),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/vorlage",
        Who::Operator,
        || view().to(submit::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/vorlage",
        Who::Operator,
        || web::post().to(submit::submit),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/freigabe",
        Who::Operator,
        || web::post().to(show::approve),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/rueckgabe",
        Who::Operator,
        || web::post().to(show::give_back),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/loeschung",
        Who::Operator,
        || web::post().to(show::discard),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/veroeffentlichung",
        Who::Operator,
        || view().to(publish::show),
    ),
    post(
        "/betrieb/vertragsfassungen/{fassung}/veroeffentlichung",
        Who::Operator,
        || web::post().to(publish::publish),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/ordner.zip",
        Who::Operator,
        || view().to(files::zip),
    ),
    get(
        "/betrieb/vertragsfassungen/{fassung}/vorschau-{sprache}.pdf",
        Who::Operator,
        || view().to(files::pdf),
    ),
];

/// The version a page is about, as its head prints it.
pub struct Subject {
    /// Key.
    pub id: VersionId,
    /// "Fassung 2.0".
    pub name: String,
    /// Key of the mark beside its stage.
    pub mark: &'static str,
    /// Its stage in words.
    pub stage: &'static str,
    /// Whether it can be written in.
    pub is_draft: bool,
    /// Counts every change.
    pub revision: i32,
}

impl Subject {
    fn of(version: &Version) -> Self {
        let stage = version.head.stage();
        Self {
            id: version.head.id,
            name: format!("Fassung {}", version.head.label()),
            mark: mark(stage),
            stage: word(stage),
            is_draft: stage == Stage::Draft,
            revision: version.head.revision,
        }
    }

    /// Address of its own page, or of one below it.
    pub fn page(&self, page: &str) -> String {
        paths::version(self.id, page)
    }
}

/// A stage in words.
fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft => "Entwurf",
        Stage::Submitted => "Wartet auf Freigabe",
        Stage::Approved => "Freigegeben",
        Stage::Published => "Veröffentlicht",
    }
}

/// The mark beside it, one of those that status words have.
fn mark(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft => "open",
        Stage::Submitted => "requested",
        Stage::Approved => "update_pending",
        Stage::Published => "concluded",
    }
}

/// A version with what is known around it.
async fn load(app: &App, me: &Me, id: VersionId) -> Result<(Version, Surroundings), PageError> {
    let (own, viewer, today) = (app.clone(), me.viewer.clone(), day(app.clock.now()));
    Ok(app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let version = versions::find(conn, &viewer, id)?;
            let around = surroundings_of(conn, &own, &version, today)?;
            Ok((version, around))
        })
        .await?)
}

/// Leads on with a message; a refusal becomes a sentence, and nothing has changed then.
fn answer(
    done: Result<(), ActionError>,
    session: &Session,
    to: String,
    said: impl Into<String>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => flash(session, true, said.into()),
        Err(ActionError::Version(refusal)) => flash(session, false, sentence(&refusal)),
        Err(error) => return Err(error.into()),
    }
    Ok(see_other(to))
}

/// What a refusal says on the screen: what is, and what to do.
fn sentence(refusal: &VersionRefusal) -> String {
    use VersionRefusal as R;
    match refusal {
        R::Published => "Eine veröffentlichte Fassung ändert sich nicht mehr. Legen Sie eine neue Fassung an.".to_owned(),
        R::NotADraft => "Die Fassung liegt zur Freigabe vor oder ist freigegeben. Geben Sie sie zurück, bevor Sie sie ändern.".to_owned(),
        R::NotSubmitted => "Die Fassung wartet nicht auf eine Freigabe.".to_owned(),
        R::NotApproved => "Die Fassung ist noch nicht freigegeben.".to_owned(),
        R::NotPublished => "Eine neue Fassung beginnt mit einer veröffentlichten. Diese ist noch nicht veröffentlicht.".to_owned(),
        R::NewAccount => crate::web::kit::refusals::NEW_ACCOUNT.to_owned(),
        R::OwnSubmission => "Sie haben diese Fassung selbst vorgelegt. Freigeben muss sie eine zweite Person.".to_owned(),
        R::Changed { by, at } => format!(
            "{by} hat die Fassung am {} geändert, nachdem Sie sie geöffnet hatten. Es ist nichts geschehen. Bitte sehen Sie sie noch einmal an.",
            calendar::short_moment(*at, Language::De)
        ),
        R::Blocked => "Die Prüfung hat Mängel gefunden, mit denen keine Fassung veröffentlicht werden kann. Beheben Sie sie zuerst.".to_owned(),
        R::Unanswered => "Es sind noch nicht alle Fragen beantwortet.".to_owned(),
        R::OtherQuestions => "Die Fragen haben sich geändert, seit Sie die Seite geöffnet haben. Es ist nichts geschehen. Bitte beantworten Sie die Fragen, wie sie jetzt lauten.".to_owned(),
        R::NumberTaken => {
            "Unter dieser Nummer ist schon eine Fassung veröffentlicht. Geben Sie in den Angaben eine neue Nummer ein.".to_owned()
        }
        R::InPast => "Der Tag liegt in der Vergangenheit. Eine Fassung gilt frühestens ab heute.".to_owned(),
        R::NameTaken => "Einen Teil mit diesem Namen gibt es schon. Wählen Sie einen anderen Namen.".to_owned(),
        R::BadName => "Der Name besteht aus kleinen Buchstaben ohne Umlaute, Ziffern und Bindestrichen, zum Beispiel „anlage-fristen“.".to_owned(),
        R::NoSuchPart => "Diesen Teil gibt es nicht, oder der Vertrag kommt ohne ihn nicht aus.".to_owned(),
        R::TooLarge => "Der Text ist zu groß für einen Vertrag. Kürzen oder teilen Sie ihn.".to_owned(),
    }
}

/// A value from the address.
fn asked(request: &HttpRequest, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

//! What the pages about people of the own company share.

use actix_session::Session;
use actix_web::HttpResponse;

use crate::actions::{ActionError, company_users};
use crate::app::App;
use crate::domain::company::{UserRight, UserRights, UserState};
use crate::domain::name::{self, BadName, MAX_NAME};
use crate::domain::unlinked::may_stand_in_mail;
use crate::domain::viewer::Viewer;
use crate::domain::{Language, UserId};
use crate::paths;
use crate::storage::company_users::CompanyUser;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::Me;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::words::in_words_of;

/// Field that all permissions are errors of.
pub const RIGHTS: &str = "rechte";

/// A German or an English sentence.
pub fn say<'a>(language: Language, de: &'a str, en: &'a str) -> &'a str {
    if language.is_en() { en } else { de }
}

/// A permission as a form shows it.
pub struct Choice {
    /// The field.
    pub id: &'static str,
    /// Its name.
    pub word: &'static str,
    /// What a person with it may do.
    pub meaning: &'static str,
    /// Whether the person has it, or is to get it.
    pub is_given: bool,
    /// Whether the viewer has it and may pass it on.
    pub is_offered: bool,
}

/// The permissions that people of the viewer's company can have, with those in `given`.
pub fn choices(viewer: &Viewer, given: UserRights) -> Vec<Choice> {
    let all = viewer
        .manages()
        .map_or([].as_slice(), |company| company.rights());
    all.iter()
        .map(|right| Choice {
            id: field(*right),
            word: right.word(viewer.language),
            meaning: right.meaning(viewer.language),
            is_given: given.has(*right),
            is_offered: viewer.rights().has(*right),
        })
        .collect()
}

fn field(right: UserRight) -> &'static str {
    match right {
        UserRight::Contracts => "vertraege",
        UserRight::ManagesUsers => "benutzerverwaltung",
    }
}

/// The permissions a form asks for. One that the viewer does not have is not in the form: it stays as it was,
/// unless somebody sends it all the same, which the rules refuse.
pub fn asked(viewer: &Viewer, before: UserRights, form: &Form) -> UserRights {
    [UserRight::Contracts, UserRight::ManagesUsers]
        .into_iter()
        .fold(before, |rights, right| {
            let ticked = form.ticked(field(right));
            let stays = !viewer.rights().has(right) && before.has(right);
            rights.with(right, ticked || stays)
        })
}

/// A permission that the viewer cannot pass on.
pub fn not_yours(right: UserRight, language: Language) -> String {
    let word = right.word(language);
    match language {
        Language::De => format!(
            "Die Berechtigung „{word}“ kann nur geben und nehmen, wer sie selbst hat. Bitte wenden Sie sich an eine solche Person oder an uns"
        ),
        Language::En => format!(
            "The permission “{word}” can only be given and taken by who has it. Please turn to such a person or to us"
        ),
    }
}

/// The typed name; what is wrong with it is said at its field.
pub fn read_name(form: &Form, language: Language, errors: &mut FieldErrors) -> Option<String> {
    let wrong = match name::parse(form.get("name"), MAX_NAME) {
        Ok(name) if may_stand_in_mail(&name) => return Some(name),
        Ok(_) => say(
            language,
            "Geben Sie einen Namen ohne Internet- oder E-Mail-Adresse ein",
            "Enter a name without a web or e-mail address",
        )
        .to_owned(),
        Err(BadName::Empty) => say(
            language,
            "Geben Sie Vor- und Nachnamen ein",
            "Enter first and last name",
        )
        .to_owned(),
        Err(BadName::TooLong) => match language {
            Language::De => format!("Kürzen Sie den Namen auf {MAX_NAME} Zeichen"),
            Language::En => format!("Shorten the name to {MAX_NAME} characters"),
        },
    };
    errors.add("name", wrong);
    None
}

/// That the company has sent too many invitations.
pub fn too_many(seconds: u64, language: Language) -> String {
    let time = in_words_of(seconds, language);
    match language {
        Language::De => format!(
            "In der letzten Stunde wurden sehr viele Einladungen gesendet. Bitte versuchen Sie es in {time} noch einmal"
        ),
        Language::En => {
            format!("Very many invitations were sent in the last hour. Please try again in {time}")
        }
    }
}

/// Leads back to the list if the company is blocked: then nobody of it manages anybody (row 49).
pub async fn if_blocked(
    app: &App,
    me: &Me,
    session: &Session,
) -> Result<Option<HttpResponse>, PageError> {
    let viewer = me.viewer.clone();
    let is_blocked = app
        .db
        .read(move |conn| company_users::is_blocked(conn, &viewer))
        .await?;
    // Only partners are blocked, and their pages are German.
    let why = "Ihr Unternehmen ist zurzeit gesperrt. Sie können Ihre Benutzer ansehen, aber niemanden einladen oder ändern.";
    Ok(is_blocked.then(|| session.refused(why, paths::COMPANY_USERS)))
}

/// The person of the own company a page is about; another answer where there is nobody any more.
pub async fn find(
    app: &App,
    me: &Me,
    session: &Session,
    user: UserId,
) -> Result<Result<CompanyUser, HttpResponse>, PageError> {
    let viewer = me.viewer.clone();
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { company_users::find(conn, &viewer, user) })
        .await?;
    if let Some(answer) = if_blocked(app, me, session).await? {
        return Ok(Err(answer));
    }
    if found.person.state == UserState::Erased {
        let gone = say(
            me.viewer.language,
            "Die Daten dieses Benutzers sind gelöscht.",
            "The data of this user are erased.",
        );
        return Ok(Err(session.refused(gone, paths::COMPANY_USERS)));
    }
    Ok(Ok(found))
}

//! A person of the own company: name, permissions, and what can be done.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::parts::{Choice, RIGHTS, asked, choices, find, not_yours, read_name, say, too_many};
use crate::actions::ActionError;
use crate::actions::company_users::{self, stamp};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::domain::company::{Managing, NotDone, UserRight, UserRights, UserState, managed};
use crate::domain::{Language, UserId};
use crate::paths;
use crate::storage::company_users::CompanyUser;
use crate::web::kit::client::source;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::company;

#[derive(Template)]
#[template(path = "web/company/show.html")]
struct Page {
    shell: Shell,
    user: CompanyUser,
    /// The permissions in words.
    rights: String,
    /// The name as typed.
    name: String,
    choices: Vec<Choice>,
    /// Permissions of the person that the viewer does not have.
    lacking: String,
    /// Stamp of what the form showed first.
    stand: String,
    proof: Proof,
    errors: FieldErrors,
}

impl Page {
    fn is_invited(&self) -> bool {
        self.user.person.state == UserState::Invited
    }

    fn is_locked(&self) -> bool {
        self.user.person.state == UserState::Locked
    }

    /// Address of a page about the person.
    fn to(&self, page: &str) -> String {
        paths::company_user_page(self.user.person.user, page)
    }
}

/// What a form holds: name, permissions, stamp.
struct Typed {
    name: String,
    rights: UserRights,
    stand: String,
}

impl Typed {
    fn stored(user: &CompanyUser) -> Self {
        Self {
            name: user.name.clone(),
            rights: user.person.rights,
            stand: stamp(user),
        }
    }
}

/// GET: the person.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let found = match find(&app, &me, &session, UserId(*user)).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let typed = Typed::stored(&found);
    html(&page(&app, &me, found, typed, FieldErrors::default()).await?)
}

/// POST: changes name and permissions.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (user, language) = (UserId(*user), me.viewer.language);
    let found = match find(&app, &me, &session, user).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let mut errors = FieldErrors::default();
    let name = read_name(&form, language, &mut errors);
    let typed = Typed {
        name: form.get("name").to_owned(),
        rights: asked(&me.viewer, found.person.rights, &form),
        stand: form.get("stand").to_owned(),
    };
    match managed(&me.viewer, found.person, Managing::Change(typed.rights)) {
        Ok(_) => {}
        Err(NotDone::Lacks(right)) => errors.add(RIGHTS, not_yours(right, language)),
        Err(NotDone::Unchanged) => return Ok(session.refused(same(language), to(user))),
        Err(NotDone::Unknown) => return Err(PageError::NotFound),
    }
    if typed.rights != found.person.rights {
        ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
    }
    let Some(name) = name.filter(|_| errors.is_empty()) else {
        return invalid(&page(&app, &me, found, typed, errors).await?);
    };
    let (viewer, now) = (me.viewer.clone(), app.clock.now());
    let (rights, seen, wanted) = (typed.rights, typed.stand.clone(), name.clone());
    let done = app
        .db
        .transaction(move |conn| {
            company_users::change(conn, &viewer, user, (&wanted, rights), &seen, now)
        })
        .await;
    match done {
        Ok(()) => Ok(session.succeeded(
            match language {
                Language::De => format!("Die Angaben zu {name} sind gespeichert."),
                Language::En => format!("The details of {name} are saved."),
            },
            paths::COMPANY_USERS,
        )),
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            Ok(session.succeeded(same(language), paths::COMPANY_USERS))
        }
        Err(ActionError::Changed) => {
            let found = match find(&app, &me, &session, user).await? {
                Ok(found) => found,
                Err(answer) => return Ok(answer),
            };
            // A form that is sent once more has shown what is stored now.
            let typed = Typed {
                stand: stamp(&found),
                rights: asked(&me.viewer, found.person.rights, &form),
                ..typed
            };
            let mut errors = FieldErrors::default();
            add_changed(&mut errors, &found, &typed, language);
            if errors.is_empty() {
                return Ok(session.succeeded(same(language), paths::COMPANY_USERS));
            }
            invalid(&page(&app, &me, found, typed, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// POST: mails the invitation once more.
pub async fn invite_again(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(_): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (user, language) = (UserId(*user), me.viewer.language);
    let found = match find(&app, &me, &session, user).await? {
        Ok(found) => found,
        Err(answer) => return Ok(answer),
    };
    let (own, viewer, place, now) = (
        app.clone(),
        me.viewer.clone(),
        source(&app, &request),
        app.clock.now(),
    );
    let done = app
        .db
        .transaction(move |conn| {
            company_users::invite_again(conn, &own, &viewer, user, &place, now)
        })
        .await;
    let email = crate::domain::email::shown(&found.email);
    match done {
        Ok(()) => Ok(session.succeeded(
            match language {
                Language::De => format!(
                    "Die Einladung geht noch einmal an {email}. Der Link in der vorigen gilt nicht mehr."
                ),
                Language::En => format!(
                    "The invitation is on its way to {email} once more. The link in the one before is no longer valid."
                ),
            },
            to(user),
        )),
        Err(ActionError::Refused(Refusal::Unchanged)) => Ok(session.refused(
            say(
                language,
                "Dieser Benutzer hat schon ein Passwort oder ist gesperrt. Gesendet wurde nichts.",
                "This user has a password already or is locked. Nothing was sent.",
            ),
            to(user),
        )),
        Err(ActionError::TooManyAttempts(seconds)) => {
            Ok(session.refused(format!("{}.", too_many(seconds, language)), to(user)))
        }
        Err(error) => Err(error.into()),
    }
}

fn to(user: UserId) -> String {
    paths::company_user(user)
}

/// The message after a second click.
pub fn same(language: Language) -> &'static str {
    say(
        language,
        "Daran hat sich nichts geändert.",
        "Nothing about that has changed.",
    )
}

/// Says at each field what is stored by now, because somebody else changed it meanwhile (B1).
fn add_changed(errors: &mut FieldErrors, stored: &CompanyUser, typed: &Typed, language: Language) {
    let en = language.is_en();
    if stored.name != typed.name.trim() {
        let name = &stored.name;
        errors.add(
            "name",
            if en {
                format!("Meanwhile “{name}” is stored. Change the field, or save once more if your entry is to count")
            } else {
                format!("Gespeichert ist inzwischen „{name}“. Ändern Sie das Feld oder speichern Sie noch einmal, wenn Ihre Angabe gelten soll")
            },
        );
    }
    if stored.person.rights != typed.rights {
        let nothing = say(language, "keine", "none");
        let words = company::rights(&stored.person.rights.list(), nothing, language);
        errors.add(
            RIGHTS,
            if en {
                format!("Meanwhile these permissions are stored: {words}. Save once more if your choice is to count")
            } else {
                format!("Gespeichert sind inzwischen diese Berechtigungen: {words}. Speichern Sie noch einmal, wenn Ihre Auswahl gelten soll")
            },
        );
    }
}

async fn page(
    app: &App,
    me: &Me,
    user: CompanyUser,
    typed: Typed,
    errors: FieldErrors,
) -> Result<Page, PageError> {
    let language = me.viewer.language;
    let own = me.viewer.rights();
    let (rights, lacking): (Vec<UserRight>, Vec<UserRight>) = {
        let all = user.person.rights.list();
        let lacking = all.iter().copied().filter(|right| !own.has(*right));
        (all.clone(), lacking.collect())
    };
    let nothing = say(language, "keine besonderen", "none in particular");
    Ok(Page {
        shell: Shell::load(app, me, paths::COMPANY_USERS).await?,
        rights: company::rights(&rights, nothing, language),
        lacking: company::rights(&lacking, "", language),
        name: typed.name,
        choices: choices(&me.viewer, typed.rights),
        stand: typed.stand,
        user,
        proof: proof_of(app, me).await?,
        errors,
    })
}

//! Users: who can sign in, adding one by invitation. [`locking`] locks one, [`factor`] resets a second
//! factor that was lost, [`confirmation`] confirms a new administrator.

pub mod confirmation;
pub mod factor;
pub mod locking;

use std::collections::HashMap;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, Actor, users as actions};
use crate::app::App;
use crate::domain::name::{self, BadName, MAX_NAME};
use crate::domain::viewer::{Role, Scope, Viewer};
use crate::domain::{EmailAddress, PartnerId, UserId};
use crate::paths;
use crate::storage::db::DbError;
use crate::storage::users::{self, NewUser, UserLine, find_contact, find_credentials, is_taken};
use crate::storage::{PgConnection, customers, partners};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// Users per page of the list.
const PAGE: usize = 50;
/// At most this many partners can be chosen; a portal with more of them adds users from the
/// partner's page.
const PARTNERS: i64 = 500;

#[derive(Template)]
#[template(path = "web/operation/users/list.html")]
struct ListPage {
    shell: Shell,
    users: Vec<UserRow>,
    /// Whether this is not the first page.
    is_later: bool,
    next: Option<String>,
}

/// A user in the list.
struct UserRow {
    user: UserLine,
    role: &'static str,
    /// Whether this is the viewer, who cannot lock the own account.
    is_self: bool,
    /// Whether it is an administrator's account that does not count as a second person yet.
    is_new: bool,
}

/// GET: the list, by address.
pub async fn list(
    app: web::Data<App>,
    me: Me,
    query: web::Query<HashMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let after = query.get("nach").cloned().unwrap_or_default();
    let is_later = !after.is_empty();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut found = app
        .db
        .read(move |conn| -> Result<_, ActionError> { Ok(users::list_users(conn, &after, limit)?) })
        .await?;
    let now = app.clock.now();
    let has_next = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_next).map(|last| {
        let after: String = url::form_urlencoded::byte_serialize(last.email.as_bytes()).collect();
        format!("{}?nach={after}", paths::USERS)
    });
    let users = found
        .into_iter()
        .map(|user| UserRow {
            role: match user.role.as_str() {
                "operator" => "Betreiber",
                "partner" => "Vertriebspartner",
                _ => "Kunde",
            },
            is_self: user.id == me.viewer.user,
            is_new: user
                .administrator
                .as_ref()
                .is_some_and(|own| own.is_new(app.config.rules.new_administrator_wait, now)),
            user,
        })
        .collect();
    html(&ListPage {
        shell: Shell::load(&app, &me, paths::USERS).await?,
        users,
        is_later,
        next,
    })
}

#[derive(Template)]
#[template(path = "web/operation/users/new.html")]
struct NewPage {
    shell: Shell,
    partners: Vec<(PartnerId, String, bool)>,
    typed: Typed,
    /// How the person who looks proves to be it.
    own_email: Proof,
    /// Who has the typed address and is locked, and where that is undone (B5).
    locked: Option<(String, String)>,
    errors: FieldErrors,
}

/// The fields as typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    email: String,
    role: String,
    partner: String,
    customer: String,
    contracts: bool,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            name: form.get("name").to_owned(),
            email: form.get("email").to_owned(),
            role: form.get("rolle").to_owned(),
            partner: form.get("partner").to_owned(),
            customer: form.get("kundennummer").trim().to_owned(),
            contracts: form.ticked("vertraege"),
        }
    }
}

/// GET: the form for a new user.
pub async fn new(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    html(&new_page(&app, &me, Typed::default(), FieldErrors::default()).await?)
}

/// POST: adds the user and mails the invitation.
pub async fn add(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let typed = Typed::of(&form);
    if typed.role == "betreiber" {
        let errors = ask_proof(&app, &me, &request, &form).await?;
        if !errors.is_empty() {
            return invalid(&new_page(&app, &me, typed, errors).await?);
        }
    }
    let (now, handles, viewer, wanted) = (
        app.clock.now(),
        app.clone(),
        me.viewer.clone(),
        typed.clone(),
    );
    let done = app
        .db
        .transaction(move |conn| -> Result<_, ActionError> {
            let user = match read(conn, &wanted)? {
                Ok(user) => user,
                Err(errors) => return Ok(Err(errors)),
            };
            actions::add(conn, &handles, by(&viewer), &user, now)?;
            Ok(Ok(user.email))
        })
        .await;
    let added = match done {
        Err(ActionError::Database(DbError::Query(error)))
            if is_taken(&error) && is_invited(&app, &typed).await? =>
        {
            // The same form was sent twice, for example by a double click: the user was added
            // already.
            Ok(EmailAddress::parse(&typed.email).map_err(|_| PageError::BadForm)?)
        }
        Err(ActionError::Database(DbError::Query(error))) if is_taken(&error) => {
            let locked = locked_at(&app, &typed).await?;
            let mut errors = FieldErrors::default();
            errors.add(
                "email",
                match &locked {
                    Some((_, name)) => format!("Diese Adresse hat schon {name}, zurzeit gesperrt. Heben Sie die Sperre auf, statt neu einzuladen"),
                    None => "Mit dieser Adresse gibt es schon einen Benutzer. Jede Adresse kann nur einmal vergeben werden".to_owned(),
                },
            );
            let mut page = new_page(&app, &me, typed, errors).await?;
            page.locked = locked.map(|(id, name)| (name, paths::enable_user(id)));
            return invalid(&page);
        }
        other => other?,
    };
    match added {
        Ok(email) => Ok(session.succeeded(format!(
                "Der Benutzer ist angelegt. An {} geht eine Einladung, mit der das Passwort gesetzt wird. Sie gilt sieben Tage.",
                email.as_str()
            ),
            paths::USERS,
        )),
        Err(errors) => invalid(&new_page(&app, &me, typed, errors).await?),
    }
}

/// Whether this very person was invited already and has not set a password yet.
async fn is_invited(app: &App, typed: &Typed) -> Result<bool, ActionError> {
    let Ok(email) = EmailAddress::parse(&typed.email) else {
        return Ok(false);
    };
    let wanted = name::clean(&typed.name);
    app.db
        .read(move |conn| {
            let found = find_credentials(conn, &email)?;
            let Some(found) = found.filter(|found| found.password_hash.is_none()) else {
                return Ok(false);
            };
            Ok(find_contact(conn, found.user)?.is_some_and(|(name, _)| name == wanted))
        })
        .await
}

/// The locked user with the typed address.
async fn locked_at(app: &App, typed: &Typed) -> Result<Option<(UserId, String)>, ActionError> {
    let Ok(email) = EmailAddress::parse(&typed.email) else {
        return Ok(None);
    };
    app.db
        .read(move |conn| Ok(users::find_locked(conn, &email)?))
        .await
}

async fn new_page(
    app: &App,
    me: &Me,
    typed: Typed,
    errors: FieldErrors,
) -> Result<NewPage, PageError> {
    let partners = app
        .db
        .read(|conn| -> Result<_, ActionError> {
            Ok(partners::list_all_partner_names(conn, PARTNERS)?)
        })
        .await?;
    Ok(NewPage {
        shell: Shell::load(app, me, paths::USERS).await?,
        partners,
        typed,
        own_email: proof_of(app, me).await?,
        locked: None,
        errors,
    })
}

/// The user as typed, or the errors in the order of the form.
fn read(
    conn: &mut PgConnection,
    typed: &Typed,
) -> Result<Result<NewUser, FieldErrors>, ActionError> {
    let mut errors = FieldErrors::default();
    let name = name::parse(&typed.name, MAX_NAME);
    match name {
        Err(BadName::Empty) => errors.add("name", "Geben Sie Vor- und Nachnamen ein"),
        Err(BadName::TooLong) => {
            errors.add(
                "name",
                format!("Kürzen Sie den Namen auf {MAX_NAME} Zeichen"),
            );
        }
        Ok(_) => {}
    }
    let email = EmailAddress::parse(&typed.email);
    if email.is_err() {
        errors.add(
            "email",
            "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
        );
    }
    let role = read_role(conn, typed, &mut errors)?;
    Ok(match (name, email, role) {
        (Ok(name), Ok(email), Some(role)) => Ok(NewUser {
            email,
            name,
            role,
            manages_users: false,
            password_hash: None,
        }),
        _ => Err(errors),
    })
}

fn read_role(
    conn: &mut PgConnection,
    typed: &Typed,
    errors: &mut FieldErrors,
) -> Result<Option<Role>, ActionError> {
    Ok(match typed.role.as_str() {
        "betreiber" => Some(Role::ADMINISTRATOR),
        "partner" => {
            let id = typed.partner.parse().ok().map(PartnerId);
            let found = match id {
                Some(id) => partners::find_partner(conn, id)?,
                None => None,
            };
            if found.is_none() {
                errors.add(
                    "partner",
                    "Wählen Sie, für welchen Vertriebspartner der Benutzer arbeitet",
                );
            }
            found.map(|partner| match partner.parent {
                Some(_) => Role::SubPartner(partner.id),
                None => Role::Partner(partner.id),
            })
        }
        "kunde" => {
            let number = typed.customer.trim().parse().ok();
            let known = match number {
                Some(number) => customers::is_visible(conn, Scope::All, number)?,
                None => false,
            };
            if !known {
                errors.add(
                    "kundennummer",
                    "Geben Sie die Nummer eines Kunden ein, den es im Portal gibt",
                );
            }
            number.filter(|_| known).map(|number| Role::Customer {
                number,
                contracts: typed.contracts,
            })
        }
        _ => {
            errors.add("rolle", "Wählen Sie, wer der Benutzer ist");
            None
        }
    })
}

fn by(viewer: &Viewer) -> Actor {
    Actor::User {
        id: viewer.user,
        name: viewer.name.clone(),
        company: viewer.company.clone(),
    }
}

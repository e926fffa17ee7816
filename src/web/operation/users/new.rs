//! Adding a user by invitation.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::actions::{ActionError, Actor, users as actions};
use crate::app::App;
use crate::domain::name::{self, BadName, MAX_NAME};
use crate::domain::viewer::{OperatorRole, Role, Scope, Viewer};
use crate::domain::{EmailAddress, PartnerId, UserId};
use crate::paths;
use crate::storage::db::DbError;
use crate::storage::users::{self, NewUser, find_contact, find_credentials, is_taken};
use crate::storage::{PgConnection, customers, partners};
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof, proof_of};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

/// At most this many partners can be chosen; a portal with more of them adds users from the
/// partner's page.
const PARTNERS: i64 = 500;

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
    manages_users: bool,
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
            manages_users: form.ticked("benutzerverwaltung"),
        }
    }

    /// The chosen job of one of the operator's people.
    fn operator_role(&self) -> Option<OperatorRole> {
        self.role.parse().ok()
    }

    /// Whether this kind is chosen; for the template.
    fn is_chosen(&self, kind: &str) -> bool {
        self.role == kind
    }
}

/// The company for which somebody is to be added, in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    partner: String,
    kunde: String,
}

/// The form for a new user; from the page of a partner or a customer with its company.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    asked: web::Query<Asked>,
) -> Result<HttpResponse, PageError> {
    let role = match (asked.partner.is_empty(), asked.kunde.is_empty()) {
        (false, _) => "partner",
        (true, false) => "customer",
        (true, true) => "",
    };
    let typed = Typed {
        role: role.to_owned(),
        partner: asked.partner.clone(),
        customer: asked.kunde.clone(),
        ..Typed::default()
    };
    html(&new_page(&app, &me, typed, FieldErrors::default()).await?)
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
    if typed.operator_role().is_some() {
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
            let id = actions::add(conn, &handles, by(&viewer), &user, now)?;
            Ok(Ok((id, user.email)))
        })
        .await;
    let added = match done {
        Err(ActionError::Database(DbError::Query(error))) if is_taken(&error) => {
            if let Some(invited) = find_invited(&app, &typed).await? {
                // The same form was sent twice, for example by a double click: the user was added
                // already.
                return Ok(say_added(&session, &invited));
            }
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
        Ok(user) => Ok(say_added(&session, &user)),
        Err(errors) => invalid(&new_page(&app, &me, typed, errors).await?),
    }
}

fn say_added(session: &Session, (user, email): &(UserId, EmailAddress)) -> HttpResponse {
    let said = format!(
        "Der Benutzer ist angelegt. An {} geht eine Einladung, mit der das Passwort gesetzt wird. Sie gilt sieben Tage.",
        email.shown()
    );
    session.succeeded(said, paths::user(*user))
}

/// This very person, if invited already and without a password yet.
async fn find_invited(
    app: &App,
    typed: &Typed,
) -> Result<Option<(UserId, EmailAddress)>, ActionError> {
    let Ok(email) = EmailAddress::parse(&typed.email) else {
        return Ok(None);
    };
    let wanted = name::clean(&typed.name);
    app.db
        .read(move |conn| {
            let found = find_credentials(conn, &email)?;
            let Some(found) = found.filter(|found| found.password_hash.is_none()) else {
                return Ok(None);
            };
            let known = find_contact(conn, found.user)?;
            Ok(known
                .filter(|(name, _)| *name == wanted)
                .map(|_| (found.user, email.clone())))
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
    let chosen: Option<PartnerId> = typed.partner.parse().ok();
    let partners = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let mut all = partners::list_all_partner_names(conn, PARTNERS)?;
            if let Some(id) = chosen
                && !all.iter().any(|(one, ..)| *one == id)
                && let Some(partner) = partners::find_partner(conn, id)?
            {
                all.push((id, partner.party.name, partner.parent.is_some()));
            }
            Ok(all)
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
            manages_users: typed.manages_users && !role.is_operator(),
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
    if let Some(own) = typed.operator_role() {
        return Ok(Some(Role::Operator(own)));
    }
    Ok(match typed.role.as_str() {
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
        "customer" => {
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

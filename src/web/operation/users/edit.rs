//! Changing a user: name, address, the role of one of the operator's people, permissions.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::read_known;
use crate::actions::user_changes::{self, Wanted, weighs};
use crate::actions::{ActionError, form_version};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::domain::name::{self, BadName, MAX_NAME};
use crate::domain::user::{UserChange, UserKind};
use crate::domain::viewer::OperatorRole;
use crate::domain::{EmailAddress, UserId};
use crate::paths;
use crate::storage::db::DbError;
use crate::storage::user_list::UserLine;
use crate::storage::users::is_taken;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::kept;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::reauthentication::{Proof, ask_proof_too, proof_of};
use crate::web::kit::refusals::LAST_ADMINISTRATOR;
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/operation/users/edit.html")]
struct EditPage {
    shell: Shell,
    user: UserLine,
    href: String,
    typed: Typed,
    /// Stamp of the stored values.
    stand: String,
    /// Whether this is the viewer, who cannot change the own role and permissions.
    is_self: bool,
    /// How the person who looks proves to be it.
    own_email: Proof,
    errors: FieldErrors,
}

/// The fields as typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    name: String,
    email: String,
    role: String,
    contracts: bool,
    manages_users: bool,
}

impl Typed {
    fn of(form: &Form) -> Self {
        Self {
            name: form.get("name").to_owned(),
            email: form.get("email").to_owned(),
            role: form.get("rolle").to_owned(),
            contracts: form.ticked("vertraege"),
            manages_users: form.ticked("benutzerverwaltung"),
        }
    }

    fn stored(user: &UserLine) -> Self {
        Self {
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.kind.to_string(),
            contracts: user.contracts,
            manages_users: user.manages_users,
        }
    }

    /// What is wanted, or the errors in the order of the form.
    fn read(&self, user: &UserLine, is_self: bool) -> Result<Wanted, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = name::parse(&self.name, MAX_NAME);
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
        let email = EmailAddress::parse(&self.email);
        if email.is_err() {
            errors.add(
                "email",
                "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
            );
        }
        let role: Option<OperatorRole> = self.role.parse().ok();
        let own = user.kind.operator();
        if own.is_some() && role.is_none() && !is_self {
            errors.add("rolle", "Wählen Sie eine Rolle");
        }
        if is_self && own.is_some() && role.is_some() && role != own {
            errors.add(
                "rolle",
                "Ihre eigene Rolle kann nur ein anderer Administrator ändern",
            );
        }
        match (name, email) {
            (Ok(name), Ok(email)) if errors.is_empty() => Ok(Wanted {
                name,
                email,
                role: role.filter(|_| own.is_some() && !is_self),
                contracts: self.contracts,
                manages_users: self.manages_users,
            }),
            _ => Err(errors),
        }
    }
}

/// The form.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let user = read_known(&app, UserId(*user)).await?;
    let (typed, stand) = (Typed::stored(&user), form_version::of_user(&user));
    html(&page(&app, &me, user, (typed, stand), FieldErrors::default()).await?)
}

/// Saves it.
pub async fn save(
    app: web::Data<App>,
    me: Me,
    session: Session,
    request: HttpRequest,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let before = read_known(&app, UserId(*user)).await?;
    let (id, is_self) = (before.id, before.id == me.viewer.user);
    let (typed, stand) = (Typed::of(&form), form.get("stand").to_owned());
    let wanted = match typed.read(&before, is_self) {
        Ok(wanted) => wanted,
        Err(errors) => {
            return invalid(&page(&app, &me, before, (typed, stand), errors).await?);
        }
    };
    if weighs(&wanted.changes(&before)) {
        let mut errors = FieldErrors::default();
        ask_proof_too(&app, &me, &request, &form, &mut errors).await?;
        if !errors.is_empty() {
            return invalid(&page(&app, &me, before, (typed, stand), errors).await?);
        }
    }
    let (handles, viewer, now) = (app.clone(), me.viewer.clone(), app.clock.now());
    let (csrf, seen) = (kept::bare(&me.csrf).to_owned(), stand.clone());
    let done = app
        .db
        .transaction(move |conn| {
            let by = (&viewer, csrf.as_str());
            user_changes::change(conn, &handles, by, (id, &seen), &wanted, now)
        })
        .await;
    let mut errors = FieldErrors::default();
    match done {
        Err(ActionError::Database(DbError::Query(error))) if is_taken(&error) => {
            errors.add(
                "email",
                "Mit dieser Adresse gibt es schon einen Benutzer. Jede Adresse kann nur einmal vergeben werden",
            );
        }
        Err(ActionError::Refused(Refusal::LastAdministrator)) => {
            errors.add("rolle", LAST_ADMINISTRATOR.trim_end_matches('.'));
        }
        Err(ActionError::Changed) => return changed_meanwhile(&app, &me, id, typed).await,
        done => return session.respond(done, |changes| said(&changes), paths::user(id)),
    }
    invalid(&page(&app, &me, before, (typed, stand), errors).await?)
}

/// Somebody else has changed the user since the form was shown: both values, and the choice.
async fn changed_meanwhile(
    app: &App,
    me: &Me,
    id: UserId,
    typed: Typed,
) -> Result<HttpResponse, PageError> {
    let stored = read_known(app, id).await?;
    let word = |key: &str| {
        UserKind::from_key(key)
            .map_or("", UserKind::word)
            .to_owned()
    };
    let given = |may: bool| if may { "erteilt" } else { "nicht erteilt" }.to_owned();
    let mut fields = vec![
        (
            "name",
            "Vor- und Nachname",
            stored.name.clone(),
            typed.name.clone(),
        ),
        (
            "email",
            "E-Mail-Adresse",
            stored.email.clone(),
            typed.email.clone(),
        ),
    ];
    if stored.kind.operator().is_some() && stored.id != me.viewer.user {
        fields.push((
            "rolle",
            "Rolle",
            stored.kind.word().to_owned(),
            word(&typed.role),
        ));
    }
    if stored.kind == UserKind::Customer {
        let (own, wanted) = (given(stored.contracts), given(typed.contracts));
        fields.push(("vertraege", "Verträge/AVV", own, wanted));
    }
    if stored.kind.operator().is_none() {
        let (own, wanted) = (given(stored.manages_users), given(typed.manages_users));
        fields.push(("benutzerverwaltung", "Benutzerverwaltung", own, wanted));
    }
    let mut errors = FieldErrors::default();
    errors.add_changed(fields);
    let stand = form_version::of_user(&stored);
    invalid(&page(app, me, stored, (typed, stand), errors).await?)
}

/// What was saved, and what follows from it.
fn said(changes: &[UserChange]) -> String {
    let mut said = match changes {
        [] => {
            return "Alles steht so, wie Sie es wollten. Zu speichern war nichts mehr.".to_owned();
        }
        _ => "Die Änderung ist gespeichert.".to_owned(),
    };
    for change in changes {
        said.push_str(match change {
            UserChange::Address => {
                " Die bisherige und die neue Adresse erhalten eine Nachricht darüber, und der Benutzer ist überall abgemeldet."
            }
            UserChange::Role { to, .. } if to.approves() => {
                " Der Benutzer ist überall abgemeldet. Die anderen Administratoren erfahren von der neuen Rolle; freigeben, was Sie begonnen haben, kann das Konto erst nach einer Wartezeit."
            }
            UserChange::Role { .. } => " Der Benutzer ist überall abgemeldet und hat die neue Rolle mit der nächsten Anmeldung.",
            UserChange::Contracts { .. } | UserChange::ManagesUsers { .. } => {
                " Das Recht gilt mit der nächsten Seite, die der Benutzer öffnet."
            }
            UserChange::Name { .. } => "",
        });
    }
    said
}

async fn page(
    app: &App,
    me: &Me,
    user: UserLine,
    (typed, stand): (Typed, String),
    errors: FieldErrors,
) -> Result<EditPage, PageError> {
    Ok(EditPage {
        shell: Shell::load(app, me, paths::USERS).await?,
        href: paths::user(user.id),
        is_self: user.id == me.viewer.user,
        own_email: proof_of(app, me).await?,
        user,
        typed,
        stand,
        errors,
    })
}

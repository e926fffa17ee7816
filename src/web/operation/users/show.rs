//! The page of a user: who it is, what the user may do, where signed in, and what can be done.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::user_changes::{invitation_stamp, invite_again, invited_at};
use crate::actions::{ActionError, sessions};
use crate::app::App;
use crate::domain::case::Refusal;
use crate::domain::user::{UserKind, UserState};
use crate::domain::{Language, UserId};
use crate::paths;
use crate::storage::administrators::find_maker;
use crate::storage::user_list::{Company, UserLine, find_user};
use crate::storage::users::{find_password_link_of, find_viewer};
use crate::web::kit::dates::When;
use crate::web::kit::error::PageError;
use crate::web::kit::kept;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::sessions::{SessionRow, rows, wanted};
use crate::web::kit::signed_form::SignedForm;

#[derive(Template)]
#[template(path = "web/operation/users/show.html")]
struct UserPage {
    shell: Shell,
    user: UserLine,
    /// Name of the company, and its page.
    company: (String, Option<String>),
    /// When the user was added.
    added: When,
    /// When the user was locked.
    locked: Option<When>,
    last: Option<When>,
    factor: Option<When>,
    /// For whoever has no password yet.
    invitation: Option<Invitation>,
    /// Whose account it counts as for now, where a second person is wanted (S-39).
    counts_as: Option<String>,
    sessions: Vec<SessionRow>,
    /// With what the user signs in, and since when where that is known.
    ways: Vec<(String, Option<When>)>,
    /// Address of the log of what this person did.
    log: String,
    /// Whether this is the viewer.
    is_self: bool,
}

impl UserPage {
    /// Whether there is a second factor of any kind.
    fn has_factor(&self) -> bool {
        self.factor.is_some() || self.user.passkeys > 0
    }

    /// Whether the viewer can do something with this user.
    fn may_act(&self) -> bool {
        self.shell.administers() && self.user.state != UserState::Erased
    }
}

/// An invitation that was sent.
struct Invitation {
    /// When it was sent last; `None` if the link was used up or given back.
    sent: Option<When>,
    /// Until when it can be used.
    until: Option<When>,
    /// Whether it cannot be used any more.
    is_over: bool,
    /// Stamp for sending it once more.
    stand: String,
}

/// The page.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    user: web::Path<i64>,
) -> Result<HttpResponse, PageError> {
    let (user, now) = (UserId(*user), app.clock.now());
    let csrf = kept::bare(&me.csrf).to_owned();
    let found = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            let Some(line) = find_user(conn, user)? else {
                return Ok(None);
            };
            let open = match find_viewer(conn, user)? {
                Some(viewer) => sessions::list_open(conn, (user, viewer.role), &csrf, now)?,
                None => Vec::new(),
            };
            let link = find_password_link_of(conn, user)?;
            let stand = invitation_stamp(conn, user)?;
            Ok(Some((line, open, link, stand, find_maker(conn, user)?)))
        })
        .await?;
    let (line, open, link, stand, maker) = found.ok_or(PageError::NotFound)?;
    let shell = Shell::load(&app, &me, paths::USERS).await?;
    let wait = app.config.rules.new_administrator_wait;
    let is_new = !line.state.is_shut()
        && line
            .administrator
            .as_ref()
            .is_some_and(|own| own.is_new(wait, now));
    let until = link.map(|(_, until)| until);
    html(&UserPage {
        company: company(&line, &shell),
        added: When::clock(line.created_at),
        locked: line.disabled_at.map(When::clock),
        last: line.last_sign_in.map(When::clock),
        factor: line.factor_since.map(When::clock),
        invitation: (line.state == UserState::Invited).then(|| Invitation {
            sent: until.map(|until| When::clock(invited_at(until))),
            until: until.map(When::clock),
            is_over: until.is_none_or(|until| until < now),
            stand,
        }),
        counts_as: maker.filter(|_| is_new),
        sessions: rows(open, Language::De),
        ways: ways(&app, &line),
        log: log_of(&line.name),
        is_self: user == me.viewer.user,
        user: line,
        shell,
    })
}

/// With what a user signs in.
fn ways(app: &App, user: &UserLine) -> Vec<(String, Option<When>)> {
    let password = user.has_password.then(|| ("Passwort".to_owned(), None));
    let issuers = user.identities.iter().map(|(url, since)| {
        let known = app.config.issuer_at(url);
        let label = known.map_or_else(
            || format!("{url} (nicht mehr eingerichtet)"),
            |issuer| issuer.label.clone(),
        );
        (label, Some(When::clock(*since)))
    });
    password.into_iter().chain(issuers).collect()
}

/// Name and page of the company a user works for.
fn company(user: &UserLine, shell: &Shell) -> (String, Option<String>) {
    let name = user.company.name(&shell.operator.party.name).to_owned();
    let href = match &user.company {
        Company::Operator => None,
        Company::Partner { id, .. } => Some(paths::partner(*id)),
        Company::Customer {
            number,
            is_deleted: true,
            ..
        } => Some(paths::deleted_customer(*number)),
        Company::Customer { number, .. } => Some(paths::customer(*number)),
    };
    (name, href)
}

fn log_of(name: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("wer", name)
        .finish();
    format!("{}?{query}", paths::LOG)
}

/// Ends one session of a user, or all of them.
pub async fn end_sessions(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (user, now, viewer) = (UserId(*user), app.clock.now(), me.viewer.clone());
    if user == me.viewer.user {
        // The own ones are ended on the own page.
        return Err(PageError::NotFound);
    }
    let csrf = kept::bare(&me.csrf).to_owned();
    let which = wanted(&form);
    let done = app
        .db
        .transaction(move |conn| sessions::end_of(conn, &viewer, user, &which, &csrf, now))
        .await;
    let to = paths::user(user);
    match done {
        Err(ActionError::Refused(Refusal::Unchanged)) => {
            Ok(session.succeeded("Dort war schon niemand mehr angemeldet.", to))
        }
        done => session.respond(
            done,
            |count| match count {
                1 => "Der Benutzer ist dort abgemeldet.",
                _ => "Der Benutzer ist überall abgemeldet.",
            },
            to,
        ),
    }
}

/// Sends the invitation once more.
pub async fn invite(
    app: web::Data<App>,
    me: Me,
    session: Session,
    user: web::Path<i64>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (user, now, viewer) = (UserId(*user), app.clock.now(), me.viewer.clone());
    let (handles, seen) = (app.clone(), form.get("stand").to_owned());
    let done = app
        .db
        .transaction(move |conn| invite_again(conn, &handles, &viewer, (user, &seen), now))
        .await;
    let to = paths::user(user);
    match done {
        Err(ActionError::Refused(Refusal::Unchanged)) => Ok(session.succeeded(
            "Die Einladung ist schon unterwegs, oder der Benutzer hat sie inzwischen angenommen.",
            to,
        )),
        done => session.respond(
            done,
            |()| "Die Einladung geht noch einmal hinaus und gilt sieben Tage. Der Link von vorher gilt nicht mehr.",
            to,
        ),
    }
}

//! How safe the own access is: everybody's own second factors and recovery codes (S-36), and where one is
//! signed in (S-34).

mod codes;
mod issuers;
mod passkeys;
mod qr;
mod removal;
mod sessions;
mod set_up;

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::actions::ActionError;
use crate::actions::passkeys::are_possible;
use crate::actions::sessions::list_open;
use crate::app::App;
use crate::domain::Language;
use crate::domain::calendar::day;
use crate::domain::passkey::MOST_PASSKEYS;
use crate::domain::second_factor::RECOVERY_CODES;
use crate::paths;
use crate::storage::passkeys::list_passkeys;
use crate::storage::second_factors::{count_codes, find_factor};
use crate::web::kit::error::PageError;
use crate::web::kit::kept;
use crate::web::kit::page::{Me, Shell, html};
use crate::web::kit::route::{Row, Who, get, post, view};
use crate::web::kit::sessions::{SessionRow, rows};
use crate::wording::dates::long_date;
use issuers::IssuerRow;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get(paths::SECURITY, Who::SignedIn, || view().to(show)),
    get(paths::SECOND_FACTOR, Who::SignedIn, || {
        view().to(set_up::show)
    }),
    post(paths::OWN_SESSIONS, Who::SignedIn, || {
        web::post().to(sessions::end)
    }),
    post(paths::SECOND_FACTOR, Who::SignedIn, || {
        web::post().to(set_up::set_up)
    }),
    get(paths::NAME_PASSKEY, Who::SignedIn, || {
        view().to(passkeys::ask_name)
    }),
    post(paths::NAME_PASSKEY, Who::SignedIn, || {
        web::post().to(passkeys::take_name)
    }),
    get(paths::MAKE_PASSKEY, Who::SignedIn, || {
        view().to(passkeys::ask_device)
    }),
    post(paths::MAKE_PASSKEY, Who::SignedIn, || {
        web::post().to(passkeys::add)
    }),
    post(paths::ASK_NEW_PASSKEY, Who::SignedIn, || {
        web::post().to(passkeys::ask_new)
    }),
    get(paths::REMOVE_PASSKEY, Who::SignedIn, || {
        view().to(passkeys::ask_to_remove)
    }),
    post(paths::REMOVE_PASSKEY, Who::SignedIn, || {
        web::post().to(passkeys::remove)
    }),
    get(paths::REMOVE_FACTOR, Who::SignedIn, || {
        view().to(removal::ask)
    }),
    post(paths::REMOVE_FACTOR, Who::SignedIn, || {
        web::post().to(removal::remove)
    }),
    get(paths::OWN_ISSUER, Who::SignedIn, || {
        view().to(issuers::show)
    }),
    post(paths::OWN_ISSUER, Who::SignedIn, || {
        web::post().to(issuers::change)
    }),
    get(paths::CONNECT_WITH, Who::SignedIn, || {
        view().to(issuers::go)
    }),
    get(paths::RECOVERY_CODES, Who::SignedIn, || {
        view().to(codes::show)
    }),
    post(paths::RECOVERY_CODES, Who::SignedIn, || {
        web::post().to(codes::renew)
    }),
    post(paths::CODES_KEPT, Who::SignedIn, || {
        web::post().to(codes::put_away)
    }),
];

#[derive(Template)]
#[template(path = "web/account/show.html")]
struct SecurityPage {
    shell: Shell,
    /// Since when there is an authenticator app.
    since: Option<String>,
    /// The passkeys, oldest first.
    passkeys: Vec<PasskeyRow>,
    /// Whether this portal can have passkeys.
    are_possible: bool,
    /// Recovery codes that are left.
    left: i64,
    /// How many there were.
    all: usize,
    /// Whether this person must have one.
    is_required: bool,
    /// Where this person is signed in.
    sessions: Vec<SessionRow>,
    /// Where this person signs in, or could, without a password.
    issuers: Vec<IssuerRow>,
}

/// A passkey as the page shows it.
struct PasskeyRow {
    id: Uuid,
    name: String,
    added: String,
    used: Option<String>,
}

impl SecurityPage {
    /// Whether there is a second factor of any kind.
    fn has_factor(&self) -> bool {
        self.since.is_some() || !self.passkeys.is_empty()
    }

    /// Whether the app is not the only factor that must be there.
    fn may_remove_app(&self) -> bool {
        !self.is_required || !self.passkeys.is_empty()
    }

    /// Whether another passkey may be added.
    fn has_room(&self) -> bool {
        self.are_possible && self.passkeys.len() < MOST_PASSKEYS
    }

    /// Whether the person signs in at an issuer alone, so that a password is of no use.
    fn is_only_elsewhere(&self) -> bool {
        self.issuers
            .iter()
            .any(|one| one.is_only_way && one.since.is_some())
    }

    /// Whether so few recovery codes are left that new ones should be made.
    fn are_few(&self) -> bool {
        self.left <= 3
    }
}

/// What there is, and what can be done.
async fn show(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let (user, role, now) = (me.viewer.user, me.viewer.role, app.clock.now());
    let csrf = kept::bare(&me.csrf).to_owned();
    let (stored, left, passkeys, open) = app
        .db
        .read(move |conn| -> Result<_, ActionError> {
            Ok((
                find_factor(conn, user)?,
                count_codes(conn, user)?,
                list_passkeys(conn, user)?,
                list_open(conn, (user, role), &csrf, now)?,
            ))
        })
        .await?;
    let language = me.viewer.language;
    html(&SecurityPage {
        shell: Shell::load(&app, &me, paths::SECURITY).await?,
        since: stored.map(|factor| long_date(day(factor.set_up_at), language)),
        passkeys: passkeys
            .into_iter()
            .map(|line| PasskeyRow {
                id: line.id,
                name: line.name,
                added: long_date(day(line.added_at), language),
                used: line.used_at.map(|at| long_date(day(at), language)),
            })
            .collect(),
        are_possible: are_possible(&app),
        left,
        all: RECOVERY_CODES,
        is_required: app.config.rules.second_factor.requires(me.viewer.role),
        sessions: rows(open, language),
        issuers: issuers::rows(&app, &me).await?,
    })
}

/// A German or an English sentence.
fn say<'a>(language: Language, de: &'a str, en: &'a str) -> &'a str {
    if language.is_en() { en } else { de }
}

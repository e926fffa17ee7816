//! Start page, help and the pages the law requires. None of them needs a sign-in.

mod needs;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::actions::ActionError;
use crate::app::App;
use crate::domain::case::Status;
use crate::paths;
use crate::storage::catalogue;
use crate::web::kit::error::PageError;
use crate::web::kit::language::chosen_language;
use crate::web::kit::page::{Me, PublicShell, Shell, home_of, html, see_other};
use crate::web::kit::route::{Row, Who, get, view};
use needs::Needs;

/// Rows of this family.
pub const ROUTES: &[Row] = &[
    get("/", Who::Visitor, || view().to(home)),
    get("/hilfe", Who::Visitor, || view().to(help)),
    get("/impressum", Who::Visitor, || view().to(imprint)),
    get("/datenschutz", Who::Visitor, || view().to(privacy)),
    get("/barrierefreiheit", Who::Visitor, || {
        view().to(accessibility)
    }),
    get("/kontakt", Who::Visitor, || view().to(contact)),
];

/// GET: redirects to the start page of the user's role, or to the sign-in.
async fn home(me: Option<Me>) -> HttpResponse {
    see_other(me.map_or(paths::SIGN_IN, |me| home_of(me.viewer.role)))
}

#[derive(Template)]
#[template(path = "web/public/legal/imprint.html")]
struct ImprintPage {
    shell: PublicShell,
    phone_link: String,
}

/// GET: who runs the portal (§ 5 DDG).
async fn imprint(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let shell = shell(&app, &request, paths::IMPRINT).await?;
    html(&ImprintPage {
        phone_link: shell.operator.party.phone_link(),
        shell,
    })
}

#[derive(Template)]
#[template(path = "web/public/legal/contact.html")]
struct ContactPage {
    shell: PublicShell,
    phone_link: String,
}

/// GET: how to reach the operator.
async fn contact(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let shell = shell(&app, &request, paths::CONTACT).await?;
    html(&ContactPage {
        phone_link: shell.operator.party.phone_link(),
        shell,
    })
}

#[derive(Template)]
#[template(path = "web/public/legal/privacy.html")]
struct PrivacyPage {
    shell: PublicShell,
}

/// GET: the portal's own privacy notice under Art. 13 and 14 GDPR (EV-17).
async fn privacy(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let shell = shell(&app, &request, paths::PRIVACY).await?;
    html(&PrivacyPage { shell })
}

#[derive(Template)]
#[template(path = "web/public/legal/accessibility.html")]
struct AccessibilityPage {
    shell: PublicShell,
    phone_link: String,
}

/// GET: the accessibility statement.
async fn accessibility(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let shell = shell(&app, &request, paths::ACCESSIBILITY).await?;
    html(&AccessibilityPage {
        phone_link: shell.operator.party.phone_link(),
        shell,
    })
}

/// A status with its meaning.
struct StatusWord {
    key: &'static str,
    word: &'static str,
    meaning: &'static str,
}

#[derive(Template)]
#[template(path = "web/public/legal/help.html")]
struct HelpPage {
    shell: PublicShell,
    phone_link: String,
    statuses: Vec<StatusWord>,
    needs: Needs,
}

/// The same page with the menu of a signed-in user.
#[derive(Template)]
#[template(path = "web/public/legal/help_inside.html")]
struct HelpInsidePage {
    shell: Shell,
    phone_link: String,
    statuses: Vec<StatusWord>,
    needs: Needs,
}

/// GET: the help page, with the menu for signed-in users; in English for customers and visitors who
/// read English (C4).
async fn help(
    app: web::Data<App>,
    request: HttpRequest,
    me: Option<Me>,
) -> Result<HttpResponse, PageError> {
    let statuses = status_words();
    let catalogue = app
        .db
        .read(|conn| -> Result<_, ActionError> { Ok(catalogue::list_products(conn)?) })
        .await?;
    match me {
        Some(me) => {
            let shell = Shell::load(&app, &me, paths::HELP).await?;
            html(&HelpInsidePage {
                needs: Needs::of(&catalogue, shell.language),
                phone_link: shell.operator.party.phone_link(),
                shell,
                statuses,
            })
        }
        None => {
            let shell = shell(&app, &request, paths::HELP).await?;
            html(&HelpPage {
                needs: Needs::of(&catalogue, shell.language),
                phone_link: shell.operator.party.phone_link(),
                shell,
                statuses,
            })
        }
    }
}

async fn shell(app: &App, request: &HttpRequest, path: &str) -> Result<PublicShell, PageError> {
    let language = chosen_language(request);
    Ok(PublicShell::load(app, language).await?.with_switch(path))
}

fn status_words() -> Vec<StatusWord> {
    Status::ALL
        .into_iter()
        .map(|status| StatusWord {
            key: status.key(),
            word: status.word(),
            meaning: meaning(status),
        })
        .collect()
}

/// The meaning of a status, for users who see it in the list (4.4).
fn meaning(status: Status) -> &'static str {
    match status {
        Status::NotRequired => {
            "Der Kunde hat kein Produkt, für das ein AVV nötig ist, oder niemand verwaltet es für ihn."
        }
        Status::Open => {
            "Ein AVV ist nötig, der Kunde hat aber noch keine E-Mail erhalten, oder ihre Links wurden gesperrt."
        }
        Status::Requested => "Der Kunde hat die E-Mail mit dem Link. Seine Antwort steht aus.",
        Status::Reminded => {
            "Der erste Link ist abgelaufen. Der Kunde hat eine Erinnerung mit einem neuen Link erhalten."
        }
        Status::NoEmail => {
            "In den Stammdaten des Kunden steht keine E-Mail-Adresse. Solange sie fehlt, kann nichts gesendet werden."
        }
        Status::AddressOpen => {
            "Ein Vertriebspartner hat die E-Mail-Adresse eingetragen. Der Betreiber muss sie noch bestätigen; bis dahin wird nichts dorthin gesendet, und ein Abschluss über sie öffnet den Partnern nichts."
        }
        Status::Undeliverable => {
            "Die E-Mail kam zurück. Die Adresse in den Stammdaten muss geprüft werden."
        }
        Status::Expired => {
            "Auf die E-Mail und drei Erinnerungen kam keine Antwort. Von selbst wird nichts mehr gesendet."
        }
        Status::Declined => {
            "Der Kunde hat den Vertrag abgelehnt. Vertriebspartner haben keinen Zugriff."
        }
        Status::Concluded => {
            "Der Vertrag gilt. Die darin genannten Vertriebspartner haben Zugriff."
        }
        Status::UpdatePending => {
            "Der Vertrag gilt weiter. Für eine Ergänzung oder einen Neuabschluss fehlt noch die Antwort des Kunden."
        }
        Status::AmendmentOpen => {
            "Der Vertrag gilt weiter, aber für ein weiteres Produkt oder einen Untervertriebspartner fehlt die Zustimmung: Der Kunde hat abgelehnt, nicht geantwortet oder keine E-Mail erhalten. Dort bleibt der Zugriff gesperrt; von selbst wird nichts mehr gesendet."
        }
        Status::Void => {
            "Der Kunde hat dem Vertrag widersprochen. Er ist nichtig, Vertriebspartner haben keinen Zugriff."
        }
        Status::RenewalRequired => {
            "Der Vertriebspartner hat gewechselt. Der Kunde muss den Vertrag mit dem neuen abschließen."
        }
        Status::Ended => {
            "Das Produkt wurde gekündigt oder der Kunde gelöscht. Der Vertrag ist beendet."
        }
    }
}

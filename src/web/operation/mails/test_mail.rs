//! The test mail: an address, and then the whole dialogue with the mail server on the page.
//!
//! Any one address may be typed: what is to be tested is often the way to a certain provider.
//! Therefore the mail has a fixed text without personal data, only administrators may send it, at
//! most ten times in ten minutes, and each one is logged. The answer to the POST is the page
//! itself: the dialogue is not stored, so there is no page to redirect to.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::actions::{ActionError, test_mails};
use crate::app::App;
use crate::domain::EmailAddress;
use crate::mail::test_mail::{Dialogue, DialogueLine, Ending, Speaker, send_test_mail};
use crate::paths;
use crate::web::kit::error::PageError;
use crate::web::kit::form::FieldErrors;
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::signed_form::SignedForm;

/// How long the page waits for the dialogue.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Template)]
#[template(path = "web/operation/mails/test.html")]
struct Page {
    shell: Shell,
    typed: String,
    sender: String,
    errors: FieldErrors,
    result: Option<TestMailResult>,
}

/// The result of a test mail.
struct TestMailResult {
    good: bool,
    title: &'static str,
    advice: &'static str,
    lines: Vec<Said>,
}

/// A line of the SMTP dialogue as printed.
struct Said {
    arrow: &'static str,
    who: &'static str,
    words: String,
}

/// GET: the form, filled with the administrator's own address.
pub async fn ask(app: web::Data<App>, me: Me) -> Result<HttpResponse, PageError> {
    let mut page = page(&app, &me).await?;
    if let Some(email) = &page.shell.operator.party.email {
        email.as_str().clone_into(&mut page.typed);
    }
    html(&page)
}

/// POST: sends the test mail.
pub async fn send(
    app: web::Data<App>,
    me: Me,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let mut page = page(&app, &me).await?;
    form.get("email").clone_into(&mut page.typed);
    let Ok(to) = EmailAddress::parse(&page.typed) else {
        page.errors.add(
            "email",
            "Geben Sie genau eine E-Mail-Adresse ein, zum Beispiel name@firma.de",
        );
        return invalid(&page);
    };
    let (now, handles, viewer) = (app.clock.now(), app.clone(), me.viewer.clone());
    let begun = app
        .db
        .transaction(move |conn| test_mails::begin(conn, &handles, &viewer, &to, now))
        .await;
    let envelope = match begun {
        Ok(envelope) => envelope,
        Err(ActionError::TooManyAttempts(_)) => {
            page.errors.add(
                "email",
                "In den letzten zehn Minuten wurden zehn Test-E-Mails gesendet. Warten Sie, bevor Sie die nächste senden",
            );
            return invalid(&page);
        }
        Err(error) => return Err(error.into()),
    };
    let dialogue = Dialogue::default();
    let (heard, transport) = (dialogue.clone(), app.transport.clone());
    let work = web::block(move || send_test_mail(&transport, &envelope, &heard));
    let ending = match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(ending)) => Some(ending),
        Ok(Err(_)) => return Err(PageError::Fault),
        Err(_) => None,
    };
    page.result = Some(outcome(ending, dialogue.lines()));
    html(&page)
}

async fn page(app: &App, me: &Me) -> Result<Page, PageError> {
    Ok(Page {
        shell: Shell::load(app, me, paths::MAILS).await?,
        typed: String::new(),
        sender: app.config.mail.from.as_str().to_owned(),
        errors: FieldErrors::default(),
        result: None,
    })
}

/// The result in words; `ending` is `None` if the server did not finish in time.
fn outcome(ending: Option<Ending>, lines: Vec<DialogueLine>) -> TestMailResult {
    let (title, advice) = match ending {
        Some(Ending::Taken) => (
            "Der Mailserver hat die E-Mail angenommen",
            "Sehen Sie nach, ob sie im Posteingang liegt und nicht im Spam-Ordner. Dort landet sie oft, wenn SPF, DKIM oder DMARC für die Domain des Absenders fehlen.",
        ),
        Some(Ending::NotTaken) => (
            "Die E-Mail wurde nicht angenommen",
            "Das Ende des Dialogs sagt, woran es liegt. Die Einstellungen stehen in AVV_SMTP_URL und AVV_MAIL_FROM.",
        ),
        Some(Ending::NoServer) => (
            "Die E-Mail wurde nur abgelegt",
            "Ohne Mailserver legt das Portal alle E-Mails als Dateien ab; so ist es für die Entwicklung gedacht.",
        ),
        None => (
            "Der Mailserver hat nicht rechtzeitig geantwortet",
            "Nach 30 Sekunden wurde nicht weiter gewartet. Prüfen Sie Adresse und Port in AVV_SMTP_URL und ob eine Firewall die Verbindung aufhält.",
        ),
    };
    let said = |line: DialogueLine| {
        let (arrow, who) = match line.who {
            Speaker::Portal => ("→", "Portal"),
            Speaker::Server => ("←", "Mailserver"),
            Speaker::Remark => ("·", "Hinweis"),
        };
        Said {
            arrow,
            who,
            words: line.words,
        }
    };
    TestMailResult {
        good: ending == Some(Ending::Taken),
        title,
        advice,
        lines: lines.into_iter().map(said).collect(),
    }
}

//! Passkeys in forms: what a browser was asked in this session, the field of its answer, and what is
//! said when the answer is not accepted (S-36).

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::header;
use uuid::Uuid;

use super::error::PageError;
use crate::actions::passkeys::Question;
use crate::domain::Language;
use crate::domain::passkey::{MOST_PASSKEYS, PasskeyFault};

/// Field of the answer, which the page's script fills in.
pub const PASSKEY: &str = "passkey";

/// State of the session: by what it knows what its browser was asked last.
const ASKED: &str = "passkey_asked";

/// The question as the page's script reads it; the session remembers it.
pub fn question(session: &Session, question: Question) -> Result<HttpResponse, PageError> {
    if let Err(error) = session.insert(ASKED, question.id) {
        tracing::error!(cause = %error, "a question for a passkey was lost");
        return Err(PageError::Fault);
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(question.options))
}

/// What was asked last in this session, which then forgets it.
pub fn asked(session: &Session) -> Option<Uuid> {
    let id = session.get::<Uuid>(ASKED).ok().flatten();
    session.remove(ASKED);
    id
}

/// What to do when an answer of a known person is not accepted.
pub fn sentence(fault: PasskeyFault, language: Language) -> String {
    let (de, en) = match fault {
        PasskeyFault::Late => (
            "Der Passkey kam zu spät: Dafür sind fünf Minuten Zeit, und jede Bestätigung gilt einmal. Bestätigen Sie bitte noch einmal".to_owned(),
            "The passkey came too late: there are five minutes for it, and each confirmation is good once. Please confirm once more".to_owned(),
        ),
        PasskeyFault::Foreign => (
            "Dieser Passkey gehört nicht zu Ihrem Konto. Nehmen Sie einen, den Sie unter Sicherheit hinzugefügt haben, oder geben Sie einen Code ein".to_owned(),
            "This passkey does not belong to your account. Use one that you have added under Security, or enter a code".to_owned(),
        ),
        PasskeyFault::Copied => (
            "Dieser Passkey wurde nicht angenommen, weil es ihn zweimal geben könnte. Melden Sie sich mit einem Code an, entfernen Sie den Passkey unter Sicherheit und fügen Sie ihn neu hinzu".to_owned(),
            "This passkey was not accepted because there may be two of it. Sign in with a code, remove the passkey under Security and add it anew".to_owned(),
        ),
        PasskeyFault::Wrong => (
            "Der Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder geben Sie einen Code ein".to_owned(),
            "The passkey was not accepted. Try once more, or enter a code".to_owned(),
        ),
        PasskeyFault::TooMany => (
            format!("Sie haben schon {MOST_PASSKEYS} Passkeys. Entfernen Sie erst einen, den Sie nicht mehr brauchen"),
            format!("You already have {MOST_PASSKEYS} passkeys. First remove one that you no longer need"),
        ),
        PasskeyFault::Known => (
            "Dieser Passkey ist schon hinzugefügt. Nehmen Sie ein anderes Gerät".to_owned(),
            "This passkey has been added already. Use another device".to_owned(),
        ),
    };
    if language.is_en() { en } else { de }
}

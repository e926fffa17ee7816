//! What the viewer of the status page can do next, in words (C12).

use chrono::{DateTime, Duration, Utc};

use crate::domain::case::{Case, CaseStatus, Status};
use crate::domain::viewer::{Permission, Role};

/// A mail younger than this may still be on its way, or not have been read yet.
const FRESH: Duration = Duration::hours(1);

/// "Was können Sie tun?": advice that names only what this viewer may do at the moment (C12).
pub fn todo(
    case: &Case,
    case_status: &CaseStatus,
    role: Role,
    may: &[Permission],
    operator: &str,
    now: DateTime<Utc>,
) -> String {
    let is_done = matches!(
        case_status.status,
        Status::NotRequired | Status::Concluded | Status::Ended
    );
    if is_done {
        return "Es ist nichts zu tun.".to_owned();
    }
    if role.partner().is_some_and(|own| case.shuts_out(own)) {
        return format!(
            "Ihr Unternehmen ist zurzeit gesperrt. Wenden Sie sich bitte an {operator}."
        );
    }
    let asks = may.contains(&Permission::Ask) || may.contains(&Permission::AskAgain);
    let lacks_text = case.lacks_text(now) && !case.is_settled(now);
    match case_status.status {
        status if lacks_text => text(status, role, operator),
        Status::AddressOpen if role.is_operator() => "Prüfen Sie, ob die Adresse dem Kunden gehört, und bestätigen Sie sie oder lehnen Sie sie ab.".to_owned(),
        Status::AddressOpen => format!("{operator} prüft die Adresse. Sie können dort nachfragen; mehr ist nicht zu tun."),
        Status::NoEmail | Status::Undeliverable => address(case_status.status, role, may, operator),
        _ if awaits(case, now) => waiting(case, operator, now),
        Status::Open if asks => "Senden Sie dem Kunden die Anforderung.".to_owned(),
        Status::Expired if asks => "Sprechen Sie den Kunden an, und senden Sie ihm eine neue Anforderung. Danach folgen wieder bis zu drei Erinnerungen.".to_owned(),
        Status::Declined if asks => {
            "Senden Sie eine neue Anforderung, wenn der Kunde doch abschließen möchte.".to_owned()
        }
        Status::Void if asks => "Ein Widerspruch lässt sich nicht zurücknehmen. Möchte der Kunde wieder abschließen, senden Sie ihm eine neue Anforderung.".to_owned(),
        Status::RenewalRequired | Status::UpdatePending if asks => {
            "Sprechen Sie den Kunden an, und senden Sie ihm die Anforderung, mit der er neu abschließen kann.".to_owned()
        }
        _ => format!("Sie selbst können hier nichts tun. Fragen beantwortet {operator}."),
    }
}

/// Where the contract text is missing. Who has said no is asked by hand, if at all.
fn text(status: Status, role: Role, operator: &str) -> String {
    let is_by_hand = matches!(status, Status::Declined | Status::Void | Status::Expired);
    match (role, is_by_hand) {
        (Role::Operator(_), false) => "Veröffentlichen Sie eine Vertragsfassung mit dieser Produktanlage. Danach geht die Anforderung in den Arbeitsstunden von selbst hinaus.".to_owned(),
        (Role::Operator(_), true) => "Möchte der Kunde doch abschließen, veröffentlichen Sie zuerst eine Vertragsfassung mit dieser Produktanlage. Danach können Sie ihm eine neue Anforderung senden.".to_owned(),
        (_, false) => format!("Der Betreiber muss den Vertragstext für dieses Produkt veröffentlichen. Danach fragt das Portal den Kunden von selbst. Fragen beantwortet {operator}."),
        (_, true) => format!("Möchte der Kunde doch abschließen, muss der Betreiber zuerst den Vertragstext für dieses Produkt veröffentlichen. Fragen beantwortet {operator}."),
    }
}

/// Whether the customer has a request it can still answer.
fn awaits(case: &Case, now: DateTime<Utc>) -> bool {
    case.open_request().is_some_and(|open| !open.is_over(now))
}

/// Advice while the customer has the mail and has not answered it.
fn waiting(case: &Case, operator: &str, now: DateTime<Utc>) -> String {
    let newest = case.open_request().and_then(|open| open.links.last());
    match newest {
        Some(link) if now - link.sent_at < FRESH => "Die E-Mail ist gerade erst hinausgegangen. Jetzt ist der Kunde an der Reihe; findet er sie nicht, soll er auch im Spam-Ordner nachsehen.".to_owned(),
        Some(link) if link.valid_until < now => "Der Link in der letzten E-Mail ist abgelaufen. Die nächste Erinnerung geht von selbst hinaus; Sie können die Anforderung auch jetzt erneut senden.".to_owned(),
        _ => format!(
            "Bitten Sie den Kunden, in seinem Postfach nach der E-Mail von {operator} zu sehen. Findet er sie nicht, senden Sie die Anforderung erneut."
        ),
    }
}

/// Advice if the address is missing or wrong.
fn address(status: Status, role: Role, may: &[Permission], operator: &str) -> String {
    let (missing, own) = (
        status == Status::NoEmail,
        may.contains(&Permission::ChangeEmail),
    );
    match (missing, own, role) {
        (true, true, Role::Operator(_)) => {
            "Ergänzen Sie die E-Mail-Adresse. Die Anforderung geht dann sofort hinaus.".to_owned()
        }
        (true, true, _) => "Fragen Sie den Kunden nach einer E-Mail-Adresse, und ergänzen Sie sie hier. Die Anforderung geht dann von selbst hinaus.".to_owned(),
        (true, false, _) => format!(
            "Fragen Sie den Kunden nach einer E-Mail-Adresse, und bitten Sie Ihren Vertriebspartner oder {operator}, sie zu ergänzen. Die Anforderung geht dann von selbst hinaus."
        ),
        (false, true, _) => "Prüfen Sie mit dem Kunden die Adresse. Ist sie falsch, ändern Sie sie; die Anforderung geht dann von selbst noch einmal hinaus. Stimmt sie, senden Sie die Anforderung erneut.".to_owned(),
        (false, false, _) => format!(
            "Prüfen Sie mit dem Kunden die Adresse. Ist sie falsch, bitten Sie Ihren Vertriebspartner oder {operator}, sie zu ändern; stimmt sie, senden Sie die Anforderung erneut."
        ),
    }
}

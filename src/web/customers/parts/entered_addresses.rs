//! Addresses that partners entered, in words: what each waits for, until when, and what can be done
//! (A4).

use crate::domain::case::{Case, EnteredAddress};
use crate::domain::viewer::{Duty, Permission, Role};
use crate::domain::{AddressId, EmailAddress, Holidays, Language};
use crate::paths;
use crate::wording::dates::long_moment;

/// An address the operator still has to decide about.
pub struct Undecided {
    /// Key of the entered address.
    pub id: AddressId,
    /// The address as the viewer may see it.
    pub email: String,
    /// Its state in words.
    pub text: String,
    /// What the viewer can do, if there is no page for it.
    pub advice: String,
    /// Address of the page on which the operator decides.
    pub decide: Option<String>,
}

/// The undecided addresses of a case for a viewer with `role`; `operator` is the short name of the
/// provider.
pub fn undecided(case: &Case, role: Role, may: &[Permission], operator: &str) -> Vec<Undecided> {
    let shown = |email: &EmailAddress| match role.partner() {
        Some(_) => email.masked(),
        None => email.shown(),
    };
    let is_operator = role.is_operator();
    case.undecided_addresses()
        .map(|one| Undecided {
            id: one.id,
            email: shown(&one.email),
            text: text(one, case.holidays, shown, operator),
            advice: match (is_operator, may.contains(&Permission::ChangeEmail)) {
                (true, _) => String::new(),
                (false, true) if one.is_waiting() => {
                    let back = match case.customer.email() {
                        Some(_) => "; soll die bisherige bleiben, tragen Sie diese ein",
                        None => "",
                    };
                    format!(
                        "Eilt es, bitten Sie {operator}, die Adresse zu bestätigen. Ist sie falsch, tragen Sie die richtige ein{back}."
                    )
                }
                (false, _) => format!("Eilt es, bitten Sie {operator}, die Adresse zu bestätigen."),
            },
            decide: role.has(Duty::Work).then(|| paths::entered_address(case.customer.number)),
        })
        .collect()
}

fn text(
    one: &EnteredAddress,
    holidays: Holidays,
    shown: impl Fn(&EmailAddress) -> String,
    operator: &str,
) -> String {
    let moment = |at| long_moment(at, Language::De);
    let entered = format!(
        "Ein Vertriebspartner hat sie am {} eingetragen.",
        moment(one.entered_at)
    );
    if let Some(from) = one.used_from {
        let stands = match one.left_at {
            None => format!(
                "Sie gilt seit dem {} nach Ablauf der Wartezeit, ist aber nicht bestätigt.",
                moment(from)
            ),
            Some(left) => format!(
                "Seit dem {} gilt eine andere, über diese wurde aber der Vertrag abgeschlossen.",
                moment(left)
            ),
        };
        return format!(
            "{entered} {stands} Was über sie abgeschlossen wurde, öffnet Vertriebspartnern nichts, bis {operator} sie bestätigt hat."
        );
    }
    let Some(former) = one.former.as_ref().map(shown) else {
        return format!(
            "{entered} Eine bisherige Adresse, die davon erfahren könnte, gibt es nicht. Deshalb gilt sie erst, wenn {operator} sie bestätigt hat; bis dahin wird nichts an sie gesendet."
        );
    };
    let until = format!("Bis dahin gehen alle E-Mails weiter an {former}.");
    match (one.wait, one.wait_end()) {
        (None, _) => format!(
            "{entered} Sie gilt erst, wenn {operator} sie bestätigt hat: {former} ist nicht zu erreichen oder hat eine frühere Änderung gestoppt, oder {operator} hat eine abgelehnt. {until}"
        ),
        (Some(_), Some(end)) => format!(
            "{entered} Die bisherige Adresse {former} weiß davon und kann sie stoppen. Sie gilt ab dem {}, oder sobald {operator} sie bestätigt. {until}",
            moment(holidays.opens(end))
        ),
        (Some(wait), None) => format!(
            "{entered} Die bisherige Adresse {former} erhält gerade eine Nachricht und hat dann {} Stunden Zeit, sie zu stoppen. Danach, an Arbeitstagen von 8 bis 20 Uhr, gilt sie, oder sobald {operator} sie bestätigt. {until}",
            wait.num_hours()
        ),
    }
}

//! What a status means, in words, by status and role (requirements 4.3, 4.4).

use chrono::{DateTime, Utc};

use super::stalled::stalled;
use crate::domain::OfferDiff;
use crate::domain::calendar::day;
use crate::domain::case::{
    Case, CaseStatus, Partner, Status, last_answer, product_statuses, status_of,
};
use crate::domain::viewer::Role;
use crate::web::kit::dates::{Sentence, When, short};
use crate::web::kit::unwritten::unwritten;
use crate::web::kit::words::listed;

/// The sentence below the headline: the decisive date in words.
pub fn verdict(case: &Case, case_status: &CaseStatus, now: DateTime<Utc>) -> Sentence {
    let date = case_status.moment.map(|at| When::long(day(at)));
    match case_status.status {
        Status::NotRequired => Sentence::plain(if case.partner.is_none() {
            "Den Kunden betreut kein Vertriebspartner; ein AVV im Portal ist dafür nicht nötig."
        } else {
            "Der Kunde hat kein Produkt, für das ein AVV nötig ist."
        }),
        Status::Open => Sentence::dated(
            "Alle Links wurden am ",
            date,
            " gesperrt. Eine neue E-Mail hat der Kunde seitdem nicht erhalten.",
            "Der Kunde hat noch keine E-Mail erhalten.",
        ),
        Status::TextMissing => Sentence::plain(unwritten(case, now)),
        Status::NoEmail if case.customer.party.unusable_email.is_some() => Sentence::plain(
            "Was in den Stammdaten des Kunden steht, ist keine gültige E-Mail-Adresse.",
        ),
        Status::NoEmail => {
            Sentence::plain("In den Stammdaten des Kunden steht keine E-Mail-Adresse.")
        }
        Status::AddressOpen if case.agreement().is_some() => Sentence::dated(
            "Der Vertrag wurde am ",
            date,
            " über eine Adresse abgeschlossen, die noch nicht bestätigt ist.",
            "Der Vertrag wurde über eine Adresse abgeschlossen, die noch nicht bestätigt ist.",
        ),
        Status::AddressOpen => Sentence::dated(
            "Seit ",
            date,
            " wartet eine Adresse, die der Vertriebspartner eingetragen hat.",
            "Eine Adresse, die der Vertriebspartner eingetragen hat, wartet auf Bestätigung.",
        ),
        Status::Requested => link("Link", case, case_status, now),
        Status::Reminded => link("Neuer Link", case, case_status, now),
        Status::UpdatePending => link(
            if case.is_demanded(now) {
                "Der Vertrag gilt weiter. Für den Neuabschluss: Link"
            } else {
                "Der Vertrag gilt weiter. Für die Ergänzung: Link"
            },
            case,
            case_status,
            now,
        ),
        Status::AmendmentOpen => stalled(case, now),
        Status::Undeliverable => Sentence::dated(
            "Die E-Mail kam am ",
            date,
            " zurück.",
            "Die E-Mail kam zurück.",
        ),
        Status::Expired => Sentence::dated(
            "Drei Erinnerungen blieben ohne Antwort. Der letzte Link war gültig bis einschließlich ",
            date,
            ".",
            "Drei Erinnerungen blieben ohne Antwort.",
        ),
        Status::Declined => Sentence::dated(
            "Der Kunde hat am ",
            date,
            " abgelehnt.",
            "Der Kunde hat abgelehnt.",
        ),
        Status::Concluded => {
            let version = case
                .agreement()
                .map(|agreement| format!(", Fassung {}.", agreement.offer.version))
                .unwrap_or_default();
            Sentence::dated("Gültig seit ", date, version, "Der Vertrag ist gültig.")
        }
        Status::Void => Sentence::dated("Nichtig seit ", date, ".", "Der Vertrag ist nichtig."),
        Status::RenewalRequired => Sentence::dated(
            "Der Vertrag vom ",
            case.agreement()
                .map(|one| When::long(day(one.concluded_at))),
            " nennt einen anderen Vertriebspartner.",
            "Der Vertrag nennt einen anderen Vertriebspartner.",
        ),
        Status::Ended => Sentence::dated("Beendet am ", date, ".", "Der Vertrag ist beendet."),
    }
}

fn link(word: &str, case: &Case, case_status: &CaseStatus, now: DateTime<Utc>) -> Sentence {
    match case_status.moment {
        Some(end) if end < now => Sentence::dated(
            format!(
                "{word} war gültig bis {}. Die nächste Erinnerung folgt am ",
                short(day(end))
            ),
            Some(When::long(day(case.holidays.step_after(end, now)))),
            ".",
            "",
        ),
        moment => Sentence::dated(
            format!("{word} gültig bis einschließlich "),
            moment.map(|end| When::weekday(day(end))),
            ".",
            "Der Kunde wurde gefragt.",
        ),
    }
}

/// The answer to "Was bedeutet das?".
pub fn meaning(case: &Case, case_status: &CaseStatus, role: Role, now: DateTime<Utc>) -> String {
    let without = |before: &str| {
        format!(
            "{before} {}",
            locked(case, role, "Bis der Vertrag abgeschlossen ist", now)
        )
    };
    match case_status.status {
        Status::NotRequired => {
            "Für die Produkte, die der Kunde jetzt hat, braucht es keinen Auftragsverarbeitungsvertrag. Kommt ein Produkt hinzu, für das er nötig ist, fragt das Portal den Kunden von selbst.".to_owned()
        }
        Status::Open if case_status.moment.is_some() => without("Der Kunde braucht einen Vertrag. Die Links aus den bisherigen E-Mails öffnen ihn nicht mehr."),
        Status::Open => without("Der Kunde braucht einen Vertrag, ist aber noch nicht danach gefragt worden."),
        Status::Requested | Status::Reminded => without("Der Kunde hat eine E-Mail mit einem Link zum Vertrag erhalten und noch nicht geantwortet."),
        Status::TextMissing => without("Der Kunde braucht einen Vertrag. Gefragt wird er von selbst, sobald der Text dafür veröffentlicht ist; vorher wird nichts angefordert und nichts abgeschlossen."),
        Status::NoEmail => without("Der Kunde braucht einen Vertrag, kann aber ohne E-Mail-Adresse nicht danach gefragt werden."),
        Status::AddressOpen if case.agreement().is_some() => locked(case, role, "Der Kunde hat abgeschlossen, aber über eine Adresse, die ein Vertriebspartner eingetragen hat. Bis sie bestätigt ist", now),
        Status::AddressOpen => without("Der Kunde braucht einen Vertrag. Nach ihm gefragt wird er, sobald die eingetragene Adresse bestätigt ist."),
        Status::Undeliverable => without("Der Mailserver des Kunden hat die E-Mail nicht angenommen. Solange das so ist, gehen keine Erinnerungen hinaus."),
        Status::Expired => without("Der Kunde hat auf die Anforderung und drei Erinnerungen nicht geantwortet. Von selbst sendet das Portal ihm keine E-Mail mehr."),
        Status::Declined => without("Der Kunde möchte den Vertrag zurzeit nicht abschließen. Erinnerungen erhält er keine mehr."),
        Status::Void => without("Der Kunde hat dem Vertrag widersprochen. Seitdem gilt der Vertrag nicht mehr."),
        Status::RenewalRequired => locked(case, role, "Der Vertriebspartner des Kunden hat gewechselt. Bis der Kunde neu abschließt", now),
        Status::Concluded => concluded(case, role, now),
        Status::UpdatePending | Status::AmendmentOpen => {
            format!("{} {}", concluded(case, role, now), pending(case, now))
        }
        Status::Ended => "Der Kunde hat kein Produkt mehr, für das ein Vertrag nötig ist. Damit ist der Vertrag beendet.".to_owned(),
    }
}

fn locked(case: &Case, role: Role, before: &str, now: DateTime<Utc>) -> String {
    let modules = modules(case, true, now);
    if modules.is_empty() {
        return String::new();
    }
    let (who, plural) = subject(case, role);
    let verb = if plural { "können" } else { "kann" };
    format!(
        "{before}, {verb} {who} diese Bereiche nicht öffnen: {}. Die Produkte selbst laufen beim Kunden weiter.",
        listed(&modules)
    )
}

fn concluded(case: &Case, role: Role, now: DateTime<Utc>) -> String {
    let done = "Der Kunde hat den Vertrag abgeschlossen.";
    if let Some(shut) = shut_out(case, role) {
        return format!("{done} {shut}");
    }
    let modules = modules(case, false, now);
    let agreement = case.agreement();
    let waits = case.sub_partner.as_ref().filter(|sub| {
        let is_named = agreement.is_some_and(|one| one.names_sub_partner(sub.id));
        case.chain_matches() && (!is_named || sub.is_shut_out())
    });
    let (who, plural) = match (role, waits) {
        // A sub-partner that the contract does not name yet has to wait; the Mandant does not
        // (5.8-10).
        (Role::SubPartner(_), Some(_)) => {
            return format!(
                "{done} Er nennt Ihr Unternehmen aber noch nicht; bis der Kunde die Ergänzung abschließt, bleiben die Bereiche für Sie gesperrt."
            );
        }
        (Role::Partner(_), Some(_)) => ("Sie".to_owned(), true),
        (_, Some(_)) => (name_of(&case.partner), false),
        _ => subject(case, role),
    };
    if modules.is_empty() {
        return done.to_owned();
    }
    let (verb, list) = (if plural { "können" } else { "kann" }, listed(&modules));
    let mut text = format!("{done} {who} {verb} diese Bereiche für ihn verwalten: {list}.");
    match waits {
        Some(sub) if sub.is_shut_out() => {
            text = format!("{text} {} ist gesperrt und kann es nicht.", sub.party.name);
        }
        Some(sub) => {
            text = format!(
                "{text} {} wartet auf die Ergänzung des Vertrags und kann sie erst verwalten, wenn der Kunde sie abgeschlossen hat.",
                sub.party.name
            );
        }
        None => {}
    }
    text
}

/// That a partner of the chain is blocked or deactivated, worded for the viewer (row 49).
fn shut_out(case: &Case, role: Role) -> Option<String> {
    if let Some(own) = role.partner() {
        return case.shuts_out(own).then(|| {
            "Ihr Unternehmen ist aber zurzeit gesperrt: Sie sehen den Stand, können aber nichts verwalten und keine E-Mails auslösen.".to_owned()
        });
    }
    case.partner
        .as_ref()
        .filter(|partner| partner.is_shut_out())
        .map(|partner| {
            format!(
                "{} ist aber zurzeit gesperrt und kann nichts verwalten.",
                partner.party.name
            )
        })
}

fn name_of(partner: &Option<Partner>) -> String {
    partner
        .as_ref()
        .map(|one| one.party.name.clone())
        .unwrap_or_default()
}

fn pending(case: &Case, now: DateTime<Utc>) -> String {
    let without: Vec<String> = product_statuses(case, now)
        .into_iter()
        .filter(|line| {
            !matches!(
                line.case_status.status,
                Status::Concluded | Status::NotRequired
            )
        })
        .map(|line| line.product.booked_name(&line.options).de)
        .collect();
    let waits = status_of(case, now).status == Status::UpdatePending;
    if without.is_empty() && case.is_demanded(now) {
        "Für den Neuabschluss des Vertrags fehlt noch die Antwort des Kunden.".to_owned()
    } else if without.is_empty() && waits {
        "Für die Ergänzung des Vertrags fehlt noch die Antwort des Kunden.".to_owned()
    } else if without.is_empty() {
        "Für die Ergänzung des Vertrags fehlt die Zustimmung des Kunden, und von selbst sendet das Portal ihm keine E-Mail mehr.".to_owned()
    } else if !waits {
        format!(
            "Für {} fehlt die Zustimmung des Kunden; die Verwaltung dafür bleibt gesperrt, und von selbst sendet das Portal ihm keine E-Mail mehr.",
            listed(&without)
        )
    } else {
        format!(
            "Für {} fehlt noch die Antwort des Kunden; bis dahin bleibt die Verwaltung dafür gesperrt.",
            listed(&without)
        )
    }
}

/// What the open request changes compared with the agreement in force; without one, what became of
/// the last request. A partner that has left is named to the operator, and to a Mandant if it is
/// its own sub-partner.
pub fn request(
    case: &Case,
    role: Role,
    news: Option<&OfferDiff>,
    now: DateTime<Utc>,
) -> Option<String> {
    let Some(news) = news else {
        return answer_to_demand(case);
    };
    if case.open_request().is_some_and(|open| !open.is_over(now)) {
        let former = match role {
            Role::Operator(_) => true,
            Role::Partner(_) => news.partner.is_none(),
            Role::SubPartner(_) | Role::Customer { .. } => false,
        };
        return Some(news.for_staff(former)).filter(|text| !text.is_empty());
    }
    last_request(case)
}

/// What happened to a demand that the customer did not answer. It leaves the status as it was
/// before, so the page mentions it separately (row 37).
fn answer_to_demand(case: &Case) -> Option<String> {
    let is_demand = case
        .requests
        .last()
        .is_some_and(|last| last.reason.is_demand());
    case.agreement().filter(|_| is_demand)?;
    last_request(case)
}

fn last_request(case: &Case) -> Option<String> {
    let (at, status) = last_answer(case)?;
    let on = short(day(at));
    Some(match status {
        Status::Declined => format!("Die letzte Anforderung hat der Kunde am {on} abgelehnt."),
        _ => format!("Die letzte Anforderung ist am {on} ohne Antwort abgelaufen."),
    })
}

/// Names of the areas that are closed, or open, for partners because of the agreement.
fn modules(case: &Case, closed: bool, now: DateTime<Utc>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in product_statuses(case, now) {
        for (module, is_open) in line.gated {
            if is_open != closed && !names.contains(&module.name) {
                names.push(module.name.clone());
            }
        }
    }
    names
}

/// Who has access or not, worded for the viewer; and whether it is several.
fn subject(case: &Case, role: Role) -> (String, bool) {
    let name = |partner: &Option<crate::domain::case::Partner>| {
        partner.as_ref().map(|partner| partner.party.name.clone())
    };
    let (partner, sub) = (name(&case.partner), name(&case.sub_partner));
    match role {
        Role::Partner(_) => (
            sub.map_or_else(
                || "Sie".to_owned(),
                |sub| format!("Sie und Ihr Untervertriebspartner {sub}"),
            ),
            true,
        ),
        Role::SubPartner(_) => (
            partner.map_or_else(
                || "Sie".to_owned(),
                |partner| format!("Sie und Ihr Vertriebspartner {partner}"),
            ),
            true,
        ),
        Role::Operator(_) | Role::Customer { .. } => {
            let names: Vec<String> = partner.into_iter().chain(sub).collect();
            let plural = names.len() > 1;
            if names.is_empty() {
                ("Vertriebspartner".to_owned(), true)
            } else {
                (listed(&names), plural)
            }
        }
    }
}

//! What the customer reads about the own contract.

use chrono::{DateTime, Utc};

use crate::domain::calendar::day;
use crate::domain::case::{Case, Standing, Status, product_standings};
use crate::web::status::parts::{Sentence, When, listed};

/// The sentence under the headline.
pub fn verdict(case: &Case, standing: &Standing, now: DateTime<Utc>) -> Sentence {
    let date = standing.moment.map(|at| When::long(day(at)));
    let version = case
        .agreement()
        .map(|agreement| format!(", Fassung {}.", agreement.offer.version))
        .unwrap_or_default();
    match standing.status {
        Status::NotRequired => Sentence::plain(
            "Für Ihre Produkte ist zurzeit kein Auftragsverarbeitungsvertrag nötig.",
        ),
        Status::Open => Sentence::dated(
            "Alle Links aus unseren E-Mails wurden am ",
            date,
            " gesperrt. Einen neuen haben wir Ihnen noch nicht gesendet.",
            "Wir haben Sie noch nicht um den Abschluss gebeten.",
        ),
        Status::NoEmail => {
            Sentence::plain("Uns fehlt eine E-Mail-Adresse, an die wir den Link senden können.")
        }
        Status::Undeliverable => Sentence::dated(
            "Unsere E-Mail an Sie kam am ",
            date,
            " zurück.",
            "Unsere E-Mail an Sie kam zurück.",
        ),
        Status::Requested | Status::Reminded => match standing.moment {
            Some(end) if end < now => Sentence::dated(
                "Der Link aus unserer letzten E-Mail war gültig bis ",
                date,
                ". Sie erhalten einen neuen.",
                "",
            ),
            _ => Sentence::dated(
                "Der Link aus unserer E-Mail gilt bis einschließlich ",
                standing.moment.map(|at| When::weekday(day(at))),
                ".",
                "Wir haben Ihnen einen Link gesendet.",
            ),
        },
        Status::Expired => Sentence::dated(
            "Der letzte Link war gültig bis ",
            date,
            ". Sie können sich jederzeit einen neuen senden lassen.",
            "Sie können sich jederzeit einen neuen Link senden lassen.",
        ),
        Status::Declined => {
            Sentence::dated("Sie haben am ", date, " abgelehnt.", "Sie haben abgelehnt.")
        }
        Status::Void => Sentence::dated(
            "Sie haben widersprochen. Der Vertrag ist seit ",
            date,
            " nichtig.",
            "Sie haben widersprochen. Der Vertrag ist nichtig.",
        ),
        Status::Ended => Sentence::dated(
            "Der Vertrag endete am ",
            date,
            ".",
            "Der Vertrag ist beendet.",
        ),
        Status::Concluded | Status::UpdatePending | Status::RenewalRequired => Sentence::dated(
            "Gültig seit ",
            case.agreement()
                .map(|one| When::long(day(one.concluded_at))),
            version,
            "Der Vertrag ist gültig.",
        ),
    }
}

/// What follows for the products and the partners.
pub fn meaning(case: &Case, standing: &Standing, now: DateTime<Utc>) -> Option<String> {
    let (open, closed) = modules(case, now);
    let partners = partners(case);
    let closed_sentence = || {
        (!closed.is_empty()).then(|| {
            format!(
                "Solange der Vertrag nicht abgeschlossen ist, darf niemand außer Ihnen und uns diese Bereiche verwalten: {}. Ihre Produkte laufen weiter.",
                listed(&closed)
            )
        })
    };
    match standing.status {
        Status::NotRequired | Status::Ended => None,
        Status::Concluded => Some(allowed(&partners, &open)),
        Status::UpdatePending if case.is_demanded(now) => Some(format!(
            "{} Um einen neuen Abschluss mit den heutigen Angaben bitten wir Sie noch.",
            allowed(&partners, &open)
        )),
        Status::UpdatePending => Some(format!(
            "{} Für eine Ergänzung bitten wir Sie noch um Ihre Antwort.",
            allowed(&partners, &open)
        )),
        Status::RenewalRequired => Some(
            "Ihr Vertriebspartner hat gewechselt. Der neue darf erst für Sie arbeiten, wenn Sie den Vertrag neu abschließen.".to_owned(),
        ),
        _ => closed_sentence(),
    }
}

fn allowed(partners: &[String], open: &[String]) -> String {
    let verb = if partners.len() > 1 {
        "dürfen"
    } else {
        "darf"
    };
    if partners.is_empty() || open.is_empty() {
        return String::new();
    }
    format!(
        "{} {verb} für Sie verwalten: {}.",
        listed(partners),
        listed(open)
    )
}

/// Those whom the agreement in force names and who still look after the customer.
pub fn partners(case: &Case) -> Vec<String> {
    let Some(agreement) = case.agreement() else {
        return Vec::new();
    };
    [&case.partner, &case.sub_partner]
        .into_iter()
        .flatten()
        .filter(|one| agreement.offer.partner == one.id || agreement.names_sub_partner(one.id))
        .map(|partner| partner.party.name.clone())
        .collect()
}

/// Areas the agreement opens for partners, and those it does not.
pub fn modules(case: &Case, now: DateTime<Utc>) -> (Vec<String>, Vec<String>) {
    let (mut open, mut closed): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for line in product_standings(case, now) {
        let side = match line.standing.status {
            Status::NotRequired => continue,
            Status::Concluded => &mut open,
            _ => &mut closed,
        };
        let name = &line.product.gated_module.name;
        if !side.contains(name) {
            side.push(name.clone());
        }
    }
    (open, closed)
}

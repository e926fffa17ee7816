//! Texts about an agreement that stays in force although its amendment was not concluded (C1).

use chrono::{DateTime, Utc};

use crate::domain::calendar::day;
use crate::domain::case::{Case, Status, missing};
use crate::web::kit::dates::{Sentence, When};
use crate::web::kit::unwritten::unwritten;

/// What happened to the request for an amendment; the agreement stays in force.
pub fn stalled(case: &Case, now: DateTime<Utc>) -> Sentence {
    let Some(missing) = missing(case, now) else {
        return Sentence::plain("Der Vertrag gilt weiter.");
    };
    let date = missing.moment.map(|at| When::long(day(at)));
    match missing.status {
        Status::Declined => Sentence::dated(
            "Der Vertrag gilt weiter. Die Ergänzung hat der Kunde am ",
            date,
            " abgelehnt.",
            "Der Vertrag gilt weiter. Die Ergänzung hat der Kunde abgelehnt.",
        ),
        Status::Undeliverable => Sentence::dated(
            "Der Vertrag gilt weiter. Die E-Mail mit der Bitte um die Ergänzung kam am ",
            date,
            " zurück.",
            "Der Vertrag gilt weiter. Die E-Mail mit der Bitte um die Ergänzung kam zurück.",
        ),
        Status::AddressOpen => Sentence::plain(
            "Der Vertrag gilt weiter. Um die Ergänzung bittet das Portal, sobald die eingetragene Adresse bestätigt ist.",
        ),
        Status::TextMissing => Sentence::plain(format!(
            "Der Vertrag gilt weiter. Um die Ergänzung bittet das Portal, sobald der Text dafür veröffentlicht ist. {}",
            unwritten(case, now)
        )),
        Status::NoEmail => Sentence::plain(
            "Der Vertrag gilt weiter. Um die Ergänzung kann das Portal nicht bitten, weil in den Stammdaten keine E-Mail-Adresse steht.",
        ),
        Status::Open => Sentence::dated(
            "Der Vertrag gilt weiter. Die Links zur Ergänzung wurden am ",
            date,
            " gesperrt.",
            "Der Vertrag gilt weiter. Um die Ergänzung ist der Kunde noch nicht gebeten worden.",
        ),
        _ => Sentence::dated(
            "Der Vertrag gilt weiter. Auf die Bitte um die Ergänzung hat der Kunde nicht geantwortet; der letzte Link war gültig bis einschließlich ",
            date,
            ".",
            "Der Vertrag gilt weiter. Auf die Bitte um die Ergänzung hat der Kunde nicht geantwortet.",
        ),
    }
}

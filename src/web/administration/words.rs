//! What the customer reads about the own contract, in its language (C4).

use chrono::{DateTime, Utc};

use crate::domain::calendar::{REMINDERS, day};
use crate::domain::case::{Case, CaseStatus, Status, product_statuses};
use crate::domain::{Language, name};
use crate::web::kit::dates::{Sentence, When};

/// The tag of the status.
pub fn tag(case_status: &CaseStatus, language: Language) -> String {
    if !language.is_en() {
        return case_status.word();
    }
    let word = match case_status.status {
        Status::NotRequired => "Not required",
        Status::Open => "Not requested yet",
        Status::Requested => "Requested",
        Status::Reminded => {
            return format!(
                "Requested (reminder {} of {REMINDERS})",
                case_status.reminders
            );
        }
        Status::NoEmail => "E-mail address missing",
        Status::AddressOpen => "E-mail address to be confirmed",
        Status::Undeliverable => "Undeliverable",
        Status::Expired => "Expired without an answer",
        Status::Declined => "Declined",
        Status::Concluded => "Concluded",
        Status::UpdatePending => "Concluded, amendment requested",
        Status::AmendmentOpen => "Concluded, amendment open",
        Status::Void => "Objected to",
        Status::RenewalRequired => "New conclusion needed",
        Status::Ended => "Ended",
    };
    word.to_owned()
}

/// The sentence below the headline.
pub fn verdict(
    case: &Case,
    case_status: &CaseStatus,
    now: DateTime<Utc>,
    language: Language,
) -> Sentence {
    let say = |de: &'static str, en: &'static str| if language.is_en() { en } else { de };
    let date = case_status
        .moment
        .map(|at| When::long_in(day(at), language));
    let version = case
        .agreement()
        .map(|agreement| {
            let word = say("Fassung", "version");
            format!(", {word} {}.", agreement.offer.version)
        })
        .unwrap_or_default();
    match case_status.status {
        Status::NotRequired => Sentence::plain(say(
            "Für Ihre Produkte ist zurzeit kein Auftragsverarbeitungsvertrag nötig.",
            "Your products do not need a data processing agreement at present.",
        )),
        Status::Open => Sentence::dated(
            say(
                "Alle Links aus unseren E-Mails wurden am ",
                "All links in our e-mails were locked on ",
            ),
            date,
            say(
                " gesperrt. Einen neuen haben wir Ihnen noch nicht gesendet.",
                ". We have not sent you a new one yet.",
            ),
            say(
                "Wir haben Sie noch nicht um den Abschluss gebeten.",
                "We have not asked you to accept it yet.",
            ),
        ),
        Status::AddressOpen => Sentence::plain(match case.agreement() {
            Some(_) => say(
                "Der Vertrag ist abgeschlossen. Wir prüfen noch die E-Mail-Adresse, über die das geschah; Ihr Vertriebspartner hat sie eingetragen.",
                "The agreement is concluded. We are still checking the e-mail address over which that was done; your sales partner entered it.",
            ),
            None => say(
                "Wir prüfen noch die E-Mail-Adresse, die Ihr Vertriebspartner für Sie eingetragen hat. Danach erhalten Sie den Link.",
                "We are still checking the e-mail address your sales partner entered for you. After that you will receive the link.",
            ),
        }),
        Status::NoEmail => Sentence::plain(say(
            "Uns fehlt eine E-Mail-Adresse, an die wir den Link senden können.",
            "We have no e-mail address to which we can send the link.",
        )),
        Status::Undeliverable => Sentence::dated(
            say(
                "Unsere E-Mail an Sie kam am ",
                "Our e-mail to you came back on ",
            ),
            date,
            say(" zurück.", "."),
            say(
                "Unsere E-Mail an Sie kam zurück.",
                "Our e-mail to you came back.",
            ),
        ),
        Status::Requested | Status::Reminded => match case_status.moment {
            Some(end) if end < now => Sentence::dated(
                say(
                    "Der Link aus unserer letzten E-Mail war gültig bis einschließlich ",
                    "The link in our last e-mail was valid up to and including ",
                ),
                date,
                say(". Sie erhalten einen neuen.", ". You will get a new one."),
                "",
            ),
            _ => Sentence::dated(
                say(
                    "Der Link aus unserer E-Mail gilt bis einschließlich ",
                    "The link in our e-mail is valid up to and including ",
                ),
                case_status
                    .moment
                    .map(|at| When::weekday_in(day(at), language)),
                ".",
                say(
                    "Wir haben Ihnen einen Link gesendet.",
                    "We have sent you a link.",
                ),
            ),
        },
        Status::Expired => Sentence::dated(
            say(
                "Der letzte Link war gültig bis einschließlich ",
                "The last link was valid up to and including ",
            ),
            date,
            say(
                ". Sie können sich jederzeit einen neuen senden lassen.",
                ". You can have a new one sent at any time.",
            ),
            say(
                "Sie können sich jederzeit einen neuen Link senden lassen.",
                "You can have a new link sent at any time.",
            ),
        ),
        Status::Declined => Sentence::dated(
            say("Sie haben am ", "You declined on "),
            date,
            say(" abgelehnt.", "."),
            say("Sie haben abgelehnt.", "You declined."),
        ),
        Status::Void => Sentence::dated(
            say(
                "Sie haben widersprochen. Der Vertrag ist seit ",
                "You objected. The agreement has been void since ",
            ),
            date,
            say(" nichtig.", "."),
            say(
                "Sie haben widersprochen. Der Vertrag ist nichtig.",
                "You objected. The agreement is void.",
            ),
        ),
        Status::Ended => Sentence::dated(
            say("Der Vertrag endete am ", "The agreement ended on "),
            date,
            ".",
            say("Der Vertrag ist beendet.", "The agreement has ended."),
        ),
        Status::Concluded
        | Status::UpdatePending
        | Status::AmendmentOpen
        | Status::RenewalRequired => Sentence::dated(
            say("Gültig seit ", "In force since "),
            case.agreement()
                .map(|one| When::long_in(day(one.concluded_at), language)),
            version,
            say("Der Vertrag ist gültig.", "The agreement is in force."),
        ),
    }
}

/// What the status means for the products and the partners.
pub fn meaning(
    case: &Case,
    case_status: &CaseStatus,
    now: DateTime<Utc>,
    language: Language,
) -> Option<String> {
    let (open, closed) = modules(case, now, language);
    let partners = partners(case);
    let en = language.is_en();
    let closed_sentence = || {
        let areas = name::list(&closed, language);
        (!closed.is_empty()).then(|| match language {
            Language::De => format!(
                "Solange der Vertrag nicht abgeschlossen ist, darf niemand außer Ihnen und uns diese Bereiche verwalten: {areas}. Ihre Produkte laufen weiter."
            ),
            Language::En => format!(
                "Until the agreement is concluded, nobody but you and us may manage these areas: {areas}. Your products keep working."
            ),
        })
    };
    let and = |de: &str, en_text: &str| {
        let more = if en { en_text } else { de };
        let allowed = allowed(&partners, &open, language);
        Some(format!("{allowed} {more}").trim_start().to_owned())
    };
    match case_status.status {
        Status::NotRequired | Status::Ended => None,
        Status::Concluded => Some(allowed(&partners, &open, language)),
        Status::UpdatePending if case.is_demanded(now) => and(
            "Um einen neuen Abschluss mit den heutigen Angaben bitten wir Sie noch.",
            "We still ask you to accept it anew with the particulars of today.",
        ),
        Status::UpdatePending => and(
            "Für eine Ergänzung bitten wir Sie noch um Ihre Antwort.",
            "We still ask for your answer to an amendment.",
        ),
        Status::AmendmentOpen if closed.is_empty() => and(
            "Einer Ergänzung haben Sie bisher nicht zugestimmt; der Vertrag gilt ohne sie weiter.",
            "You have not accepted an amendment; the agreement goes on without it.",
        ),
        Status::AmendmentOpen => {
            let areas = name::list(&closed, language);
            and(
                &format!(
                    "Einer Ergänzung haben Sie bisher nicht zugestimmt. Solange sie fehlt, darf niemand außer Ihnen und uns diese Bereiche verwalten: {areas}."
                ),
                &format!(
                    "You have not accepted an amendment. Until you do, nobody but you and us may manage these areas: {areas}."
                ),
            )
        }
        // No partner gets access before the address is confirmed (A4).
        Status::AddressOpen if case.agreement().is_some() => None,
        Status::RenewalRequired => Some(
            if en {
                "Your sales partner has changed. The new one may work for you only when you have accepted the agreement anew."
            } else {
                "Ihr Vertriebspartner hat gewechselt. Der neue darf erst für Sie arbeiten, wenn Sie den Vertrag neu abschließen."
            }
            .to_owned(),
        ),
        _ => closed_sentence(),
    }
}

fn allowed(partners: &[String], open: &[String], language: Language) -> String {
    if partners.is_empty() || open.is_empty() {
        return String::new();
    }
    let (who, what) = (name::list(partners, language), name::list(open, language));
    match (language, partners.len()) {
        (Language::De, 1) => format!("{who} darf für Sie verwalten: {what}."),
        (Language::De, _) => format!("{who} dürfen für Sie verwalten: {what}."),
        (Language::En, _) => format!("{who} may manage for you: {what}."),
    }
}

/// Names of the partners that the agreement in force names and that still look after the customer.
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
pub fn modules(case: &Case, now: DateTime<Utc>, language: Language) -> (Vec<String>, Vec<String>) {
    let (mut open, mut closed): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for line in product_statuses(case, now) {
        for (module, is_open) in line.gated {
            let side = if is_open { &mut open } else { &mut closed };
            let name = module.named().say(language).to_owned();
            if !side.contains(&name) {
                side.push(name);
            }
        }
    }
    (open, closed)
}

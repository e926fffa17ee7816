//! Refusals of the rules, as a sentence with a next step (German; the public pages have their own).

use crate::actions::second_person::TooNew;
use crate::domain::Language;
use crate::domain::case::{Denied, Refusal, Status};
use crate::domain::version::VersionRefusal;
use crate::wording::dates;
use crate::wording::dates::long_moment;

/// Why the second of two steps cannot be done by an account that belongs to the person of the first
/// step (S-39).
pub const NEW_ACCOUNT: &str = "Eines der beiden Konten ist neu und von derselben Person angelegt, die den ersten Schritt getan hat. Eine andere Person mit dem Recht des Betreibers kann es tun; oder Sie warten, bis das neue Konto lange genug angemeldet war oder eine dritte Person es unter Benutzer bestätigt hat.";

/// Why the only administrator stays one.
pub const LAST_ADMINISTRATOR: &str = "Das ist der einzige Administrator, der sich anmelden kann. Geändert wurde nichts. Machen Sie zuerst jemand anderen zum Administrator.";

/// The same before the step is tried, with the day from which the account counts by time alone.
pub fn too_new(found: TooNew) -> String {
    match found.until {
        Some(until) => format!(
            "{NEW_ACCOUNT} Lange genug angemeldet ist es ab dem {}.",
            long_moment(until, Language::De)
        ),
        None => NEW_ACCOUNT.to_owned(),
    }
}

/// The refusal as a message on the next page.
pub fn sentence(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Deleted => "Dieser Kunde wurde gelöscht. Geändert wurde nichts.",
        Refusal::NotNeeded => {
            "Der Kunde hat kein Produkt, für das ein AVV nötig ist. Es wurde keine E-Mail gesendet."
        }
        Refusal::AlreadyConcluded => {
            "Der AVV ist bereits abgeschlossen. Es wurde keine E-Mail gesendet."
        }
        Refusal::NoAddress => {
            "In den Stammdaten des Kunden steht keine E-Mail-Adresse. Ohne sie kann nichts gesendet werden."
        }
        Refusal::JustSent => {
            "Die E-Mail wurde gerade eben gesendet. Bitte warten Sie eine Minute, bevor Sie sie erneut senden."
        }
        Refusal::TooManyLinks => {
            "Für heute wurden schon mehrere Links gesendet. Bitte versuchen Sie es später noch einmal."
        }
        Refusal::NothingOpen => {
            "Es ist kein Vertrag offen, für den ein Link gesendet werden könnte."
        }
        Refusal::LinkUnusable => "Dieser Link kann nicht mehr verwendet werden.",
        Refusal::TextChanged => {
            "Der Vertragstext hat sich geändert. Bitte lesen Sie ihn noch einmal."
        }
        Refusal::NothingToObject => {
            "Es gilt kein Vertrag, und keine Anforderung ist offen. Ein Widerspruch ist deshalb nicht nötig."
        }
        Refusal::NotDue => "Im Augenblick ist nichts zu tun.",
        Refusal::UnknownProduct => "Dieses Produkt gibt es nicht oder nicht mit dieser Option.",
        Refusal::ForeignSubPartner => {
            "Dieser Untervertriebspartner gehört nicht zum Vertriebspartner des Kunden."
        }
        Refusal::IncompleteSubPartner => {
            "Bei diesem Untervertriebspartner fehlen Kontaktdaten, oder er ist gesperrt. Im Vertrag müssen Anschrift, Ansprechperson und E-Mail-Adresse stehen."
        }
        Refusal::IncompletePartner => {
            "Bei diesem Vertriebspartner fehlen Kontaktdaten, oder er ist gesperrt. Im Vertrag müssen Anschrift, Ansprechperson und E-Mail-Adresse stehen."
        }
        Refusal::PartnerWithoutContract => {
            "Mit dem Vertriebspartner gilt kein Vertrag nach Art. 28 Abs. 4 DSGVO, und ohne ihn darf er keine Daten des Kunden verarbeiten. Geändert wurde nichts. Bitte erfassen Sie den Vertrag auf der Seite des Vertriebspartners, und versuchen Sie es dann noch einmal."
        }
        Refusal::SubPartnerWithoutContract => {
            "Mit dem Untervertriebspartner gilt kein Vertrag nach Art. 28 Abs. 4 DSGVO, und ohne ihn darf er keine Daten des Kunden verarbeiten. Geändert wurde nichts. Bitte erfassen Sie den Vertrag auf der Seite des Untervertriebspartners, und versuchen Sie es dann noch einmal."
        }
        Refusal::NotAPartner => {
            "Ein Untervertriebspartner kann einen Kunden nur zusammen mit seinem Vertriebspartner betreuen. Bitte ordnen Sie zuerst den Vertriebspartner zu."
        }
        Refusal::NumberTaken => {
            "Diese Kundennummer ist schon vergeben. Angelegt wurde nichts; bitte prüfen Sie die Nummer."
        }
        Refusal::PartnerAddress => {
            "Diese Adresse gehört zum Vertriebspartner oder Untervertriebspartner dieses Kunden. Den Vertrag muss der Kunde selbst abschließen; bitte geben Sie eine Adresse des Kunden ein."
        }
        Refusal::TooManyAddresses => {
            "Für diesen Kunden haben Vertriebspartner in den letzten 24 Stunden schon drei Adressen eingetragen. Tragen Sie die richtige morgen ein, oder bitten Sie den Betreiber des Portals, sie einzutragen."
        }
        Refusal::AddressUndecided => {
            "Eine Adresse dieses Kunden wartet noch. Bestätigen Sie sie, oder lehnen Sie sie ab; der Hinweis erledigt sich dann von selbst."
        }
        Refusal::AddressDecided => {
            "Über diese Adresse ist schon entschieden, oder eine andere ist an ihre Stelle getreten. Geändert wurde nichts."
        }
        Refusal::UnknownBooking => {
            "Diese Buchung gibt es nicht mehr. Bitte laden Sie das Kundenprofil neu."
        }
        Refusal::NewAccount => NEW_ACCOUNT,
        Refusal::LastAdministrator => LAST_ADMINISTRATOR,
        Refusal::LinkInName => {
            "Internet- und E-Mail-Adressen sowie die Zeichen @, < und > dürfen in diesen Angaben nicht stehen, weil sie in E-Mails an Kunden erscheinen. Bitte lassen Sie sie weg."
        }
        Refusal::EndInPast => {
            "Das Ende liegt in der Vergangenheit. Bitte wählen Sie heute oder einen späteren Tag."
        }
        Refusal::NothingInForce => {
            "Für diesen Kunden gilt kein Vertrag, der neu abgeschlossen werden könnte. Senden Sie ihm eine Anforderung."
        }
        Refusal::TextMissing => {
            "In der geltenden Vertragsfassung fehlt die Produktanlage für ein Produkt des Kunden. Es wurde nichts gesendet und nichts abgeschlossen. Der Betreiber muss erst eine Fassung mit dieser Anlage veröffentlichen; danach geht die Anforderung von selbst hinaus."
        }
        Refusal::AlreadyAsked => {
            "Für diesen Kunden ist schon eine Anforderung offen. Es wurde keine weitere E-Mail gesendet."
        }
        Refusal::NoObjection => {
            "Für diesen Kunden ist kein Widerspruch erfasst, der ein Irrtum sein könnte."
        }
        Refusal::Contradicted => {
            "Das Dokument widerspricht dem, was gespeichert ist. Geändert wurde nichts."
        }
        Refusal::Unchanged => "Daran hat sich nichts geändert.",
    }
}

/// A refusal that a customer's own user may get, in the user's language (C4) and worded for the
/// company itself.
pub fn to_customer(refusal: Refusal, language: Language) -> &'static str {
    let (de, en) = match refusal {
        Refusal::NotNeeded => (
            "Für Ihre Produkte ist kein Vertrag nötig. Es wurde keine E-Mail gesendet.",
            "Your products need no agreement. No e-mail was sent.",
        ),
        Refusal::AlreadyConcluded => (
            "Der Vertrag ist bereits abgeschlossen. Es wurde keine E-Mail gesendet.",
            "The agreement has already been concluded. No e-mail was sent.",
        ),
        Refusal::NoAddress => (
            "In Ihren Stammdaten steht keine E-Mail-Adresse. Bitte nennen Sie uns eine.",
            "There is no e-mail address in your master data. Please tell us one.",
        ),
        Refusal::TextMissing => (
            "Der Vertragstext für Ihre Produkte ist noch nicht veröffentlicht. Sobald er es ist, senden wir Ihnen den Link.",
            "The text of the agreement for your products has not been published yet. As soon as it is, we will send you the link.",
        ),
        Refusal::JustSent => (
            "Die E-Mail wurde gerade eben gesendet. Bitte warten Sie eine Minute, bevor Sie einen neuen Link anfordern.",
            "The e-mail was sent just now. Please wait a minute before you request a new link.",
        ),
        Refusal::TooManyLinks => (
            "Für heute wurden schon mehrere Links gesendet. Bitte versuchen Sie es morgen noch einmal.",
            "Several links have been sent today. Please try again tomorrow.",
        ),
        Refusal::NothingToObject => (
            "Es gilt kein Vertrag. Ein Widerspruch ist deshalb nicht nötig.",
            "No agreement is in force, so no objection is needed.",
        ),
        _ => (
            "Das ist im Augenblick nicht möglich. Geändert wurde nichts.",
            "This is not possible at the moment. Nothing was changed.",
        ),
    };
    if language.is_en() { en } else { de }
}

/// Why a module is closed and what helps.
pub fn closed(denied: Denied) -> (&'static str, &'static str) {
    match denied {
        Denied::NotAssigned => (
            "Dieser Kunde ist Ihnen nicht zugeordnet.",
            "Wenden Sie sich an den Betreiber des Portals.",
        ),
        Denied::Blocked => (
            "Ihr Unternehmen ist zurzeit gesperrt.",
            "Wenden Sie sich an den Betreiber des Portals.",
        ),
        Denied::NotBooked => (
            "Der Kunde hat kein Produkt, das zu diesem Bereich gehört.",
            "Prüfen Sie die Buchungen im Kundenprofil.",
        ),
        Denied::NoAgreement(case_status) => match case_status.status {
            Status::Void => (
                "Der Kunde hat dem Auftragsverarbeitungsvertrag widersprochen.",
                "Möchte er wieder abschließen, kann ihm auf der Statusseite eine neue Anforderung gesendet werden.",
            ),
            Status::Declined => (
                "Der Kunde hat den Auftragsverarbeitungsvertrag abgelehnt.",
                "Hat er es sich anders überlegt, kann ihm auf der Statusseite eine neue Anforderung gesendet werden.",
            ),
            Status::TextMissing => (
                "Der Auftragsverarbeitungsvertrag ist noch nicht abgeschlossen, weil sein Text für dieses Produkt nicht veröffentlicht ist.",
                "Der Betreiber muss ihn veröffentlichen; danach geht die Anforderung von selbst hinaus.",
            ),
            Status::NoEmail => (
                "Der Auftragsverarbeitungsvertrag ist noch nicht abgeschlossen, weil die E-Mail-Adresse des Kunden fehlt.",
                "Sobald sie in den Stammdaten steht, geht die Anforderung von selbst hinaus.",
            ),
            Status::AddressOpen => (
                "Der Auftragsverarbeitungsvertrag ist noch nicht abgeschlossen, weil die eingetragene E-Mail-Adresse auf Bestätigung wartet.",
                "Sobald der Betreiber des Portals sie bestätigt hat, geht die Anforderung von selbst hinaus.",
            ),
            _ => (
                "Der Auftragsverarbeitungsvertrag ist noch nicht abgeschlossen.",
                "Was Sie jetzt tun können, steht auf der Statusseite.",
            ),
        },
        Denied::AddressOpen => (
            "Der Auftragsverarbeitungsvertrag wurde über eine E-Mail-Adresse abgeschlossen, die ein Vertriebspartner eingetragen hat.",
            "Der Zugriff öffnet sich, sobald der Betreiber des Portals die Adresse bestätigt hat.",
        ),
        Denied::OtherPartner => (
            "Der Auftragsverarbeitungsvertrag nennt einen anderen Vertriebspartner.",
            "Der Kunde muss den Vertrag neu abschließen.",
        ),
        Denied::SubPartnerNotNamed => (
            "Der Auftragsverarbeitungsvertrag nennt Ihr Unternehmen noch nicht.",
            "Der Kunde muss erst die Ergänzung des Vertrags abschließen.",
        ),
        Denied::NotCovered => (
            "Der Auftragsverarbeitungsvertrag umfasst dieses Produkt noch nicht.",
            "Der Kunde muss erst die Ergänzung des Vertrags abschließen.",
        ),
    }
}

/// Why an action on a contract version was refused, and what to do.
pub fn of_version(refusal: &VersionRefusal) -> String {
    use VersionRefusal as R;
    match refusal {
        R::Published => "Eine veröffentlichte Fassung ändert sich nicht mehr. Legen Sie eine neue Fassung an.".to_owned(),
        R::NotADraft => "Die Fassung liegt zur Freigabe vor oder ist freigegeben. Geben Sie sie zurück, bevor Sie sie ändern.".to_owned(),
        R::NotSubmitted => "Die Fassung wartet nicht auf eine Freigabe.".to_owned(),
        R::NotApproved => "Die Fassung ist noch nicht freigegeben.".to_owned(),
        R::NotPublished => "Eine neue Fassung beginnt mit einer veröffentlichten. Diese ist noch nicht veröffentlicht.".to_owned(),
        R::NewAccount => NEW_ACCOUNT.to_owned(),
        R::OwnSubmission => "Sie haben diese Fassung selbst vorgelegt. Freigeben muss sie eine zweite Person.".to_owned(),
        R::Changed { by, at } => format!(
            "{by} hat die Fassung am {} geändert, nachdem Sie sie geöffnet hatten. Es ist nichts geschehen. Bitte sehen Sie sie noch einmal an.",
            dates::short_moment(*at, Language::De)
        ),
        R::Blocked => "Die Prüfung hat Mängel gefunden, mit denen keine Fassung veröffentlicht werden kann. Beheben Sie sie zuerst.".to_owned(),
        R::Unanswered => "Es sind noch nicht alle Fragen beantwortet.".to_owned(),
        R::OtherQuestions => "Die Fragen haben sich geändert, seit Sie die Seite geöffnet haben. Es ist nichts geschehen. Bitte beantworten Sie die Fragen, wie sie jetzt lauten.".to_owned(),
        R::NumberTaken => {
            "Unter dieser Nummer ist schon eine Fassung veröffentlicht. Geben Sie in den Angaben eine neue Nummer ein.".to_owned()
        }
        R::InPast => "Der Tag liegt in der Vergangenheit. Eine Fassung gilt frühestens ab heute.".to_owned(),
        R::NameTaken => "Einen Teil mit diesem Namen gibt es schon. Wählen Sie einen anderen Namen.".to_owned(),
        R::BadName => "Der Name besteht aus kleinen Buchstaben ohne Umlaute, Ziffern und Bindestrichen, zum Beispiel „anlage-fristen“.".to_owned(),
        R::NoPlace => "An dieser Stelle kann nichts zugeordnet werden. Wählen Sie eine andere, zum Beispiel die Überschrift darüber.".to_owned(),
        R::NotTakenOn => "Der Text regelt nicht alles, was er regeln muss. Wer freigibt, bestätigt das mit einer Begründung.".to_owned(),
        R::NoSuchPart => "Diesen Teil gibt es nicht, oder der Vertrag kommt ohne ihn nicht aus.".to_owned(),
        R::TooLarge => "Der Text ist zu groß für einen Vertrag. Kürzen oder teilen Sie ihn.".to_owned(),
        R::NoSuchClause => "Die Klausel steht nicht mehr dort. Es ist nichts geschehen. Bitte sehen Sie sich die Liste noch einmal an.".to_owned(),
        R::NoSuchComment => "Diesen Kommentar gibt es nicht.".to_owned(),
        R::BlockIsThere => "Der Baustein ist schon eingebaut. Nehmen Sie ihn erst heraus, wenn er woanders stehen soll.".to_owned(),
        R::NotHere => "So ließe sich der Text nicht mehr lesen. Wählen Sie eine andere Stelle.".to_owned(),
        R::WrittenByHand => "Diese Stelle wurde im Entwurf inzwischen von Hand geändert. Ändern Sie sie dort.".to_owned(),
    }
}

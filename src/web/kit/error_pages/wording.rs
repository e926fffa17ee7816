//! The texts of all error pages, German and English side by side, each with a next step.

use crate::paths;
use crate::web::kit::error::PageError;

/// The texts of an error page.
pub(super) struct Wording {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) way_out: (&'static str, &'static str),
}

impl PageError {
    /// The texts of the page for this error.
    pub(super) fn wording(&self, en: bool) -> Wording {
        let (title, text, way_out) = if en { self.english() } else { self.german() };
        Wording {
            title,
            text,
            way_out,
        }
    }

    fn german(&self) -> (&'static str, &'static str, (&'static str, &'static str)) {
        let home = ("Zur Startseite", paths::HOME);
        match self {
            Self::NotFound => (
                "Diese Seite gibt es nicht",
                "Die Adresse ist falsch, oder Sie haben keinen Zugriff auf diese Seite. Wenn Sie einem Link gefolgt sind, prüfen Sie bitte, ob Sie mit dem richtigen Benutzer angemeldet sind.",
                home,
            ),
            Self::UnknownLink => (
                "Dieser Link ist unvollständig oder unbekannt",
                "Manche E-Mail-Programme brechen lange Links um. Kopieren Sie bitte die ganze Adresse aus der E-Mail in die Adresszeile des Browsers. Hilft das nicht, rufen Sie uns an.",
                ("So erreichen Sie uns", paths::CONTACT),
            ),
            Self::ProveAtIssuer(_) | Self::Forbidden => (
                "Das ist hier nicht erlaubt",
                "Für diese Aktion fehlt Ihrem Benutzer die Berechtigung. Geändert wurde nichts. Welche Rechte ein Benutzer hat, legt der Betreiber dieses Portals fest.",
                ("So erreichen Sie den Betreiber", paths::CONTACT),
            ),
            Self::NeedsContracts => (
                "Dafür fehlt Ihrem Benutzer eine Berechtigung",
                "Ihrem Benutzer fehlt die Berechtigung „Auftragsverarbeitungsvertrag ansehen, herunterladen und ihm widersprechen“. Geben kann sie, wer sie in Ihrem Unternehmen selbst hat und die Benutzer verwaltet, sonst der Betreiber dieses Portals. Bitten Sie darum, wenn Sie den Vertrag für Ihr Unternehmen einsehen sollen.",
                ("So erreichen Sie den Betreiber", paths::CONTACT),
            ),
            Self::NeedsDuty => (
                "Das gehört nicht zu den Aufgaben Ihrer Rolle",
                "Ansehen können Sie im Portal alles, ändern nur, wofür Ihre Rolle da ist. Geändert wurde nichts. Bitten Sie jemanden mit der passenden Rolle, oder einen Administrator, Ihre Rolle zu ändern.",
                home,
            ),
            Self::StaleForm => (
                "Das Formular ist nicht mehr gültig",
                "Vermutlich haben Sie sich inzwischen neu angemeldet. Geändert wurde nichts. Gehen Sie bitte zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
                home,
            ),
            Self::ForeignOrigin => (
                "Die Anfrage kam von einer anderen Seite",
                "Aus Sicherheitsgründen nehmen wir Eingaben nur von den Seiten dieses Portals an. Geändert wurde nichts. Öffnen Sie die Seite bitte neu und versuchen Sie es noch einmal.",
                home,
            ),
            Self::ForeignHost => (
                "Unter dieser Adresse ist das Portal nicht erreichbar",
                "Bitte geben Sie die Adresse des Portals selbst in den Browser ein.",
                home,
            ),
            Self::BadForm => (
                "Die Eingabe war nicht lesbar",
                "Geändert wurde nichts. Gehen Sie bitte zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
                home,
            ),
            Self::TooLarge => (
                "Die Eingabe ist zu groß",
                "Geändert wurde nichts. Bitte kürzen Sie die Eingabe.",
                home,
            ),
            Self::TooSlow => (
                "Die Eingabe ist nicht rechtzeitig angekommen",
                "Die Verbindung war zu langsam oder unterbrochen. Geändert wurde nichts. Gehen Sie bitte zurück und schicken Sie die Eingabe noch einmal ab.",
                home,
            ),
            Self::TooMany(_) => (
                "Zu viele Versuche",
                "Bitte warten Sie einige Minuten und versuchen Sie es dann noch einmal.",
                ("So erreichen Sie uns", paths::CONTACT),
            ),
            Self::NoOperator => (
                "Das Portal ist noch nicht eingerichtet",
                "Die Angaben zum Betreiber fehlen. Eine Administratorin oder ein Administrator muss sie unter „Betrieb“ eintragen.",
                ("Anmelden", paths::SIGN_IN),
            ),
            Self::Unavailable => (
                "Das Portal ist gerade nicht erreichbar",
                "Es liegt nicht an Ihnen. Bitte versuchen Sie es in einer Minute noch einmal. Was Sie zuletzt abgeschickt haben, prüfen Sie bitte danach.",
                home,
            ),
            Self::WrongClock => (
                "Das Portal kann gerade nichts festhalten",
                "Die Uhr des Portals geht falsch, deshalb hat es Ihre Eingabe nicht angenommen. Geändert wurde nichts. Wir sind benachrichtigt; bitte versuchen Sie es später noch einmal.",
                ("So erreichen Sie uns", paths::CONTACT),
            ),
            Self::Busy => (
                "Das Portal hat gerade sehr viel zu tun",
                "Geändert wurde nichts. Bitte versuchen Sie es in einer Minute noch einmal.",
                home,
            ),
            Self::Fault | Self::HeadAlone => (
                "Da ist etwas schiefgegangen",
                "Es liegt nicht an Ihnen, und wir haben den Fehler aufgezeichnet. Bitte versuchen Sie es noch einmal. Bleibt der Fehler, nennen Sie uns die Fehlernummer.",
                ("So erreichen Sie uns", paths::CONTACT),
            ),
        }
    }

    fn english(&self) -> (&'static str, &'static str, (&'static str, &'static str)) {
        let home = ("To the start page", paths::HOME);
        let contact = ("How to reach us", paths::CONTACT);
        match self {
            Self::NotFound => (
                "This page does not exist",
                "The address is wrong, or you have no access to this page.",
                home,
            ),
            Self::UnknownLink => (
                "This link is incomplete or unknown",
                "Some mail programs break long links. Please copy the whole address from the e-mail into your browser. If that does not help, give us a call.",
                contact,
            ),
            Self::ProveAtIssuer(_) | Self::Forbidden => (
                "This is not allowed here",
                "You do not have permission to do this. Nothing was changed.",
                home,
            ),
            Self::NeedsContracts => (
                "Your user lacks a permission for this",
                "Only users with the permission for agreements may read and download your company's data processing agreement. Somebody of your company who has it and manages the users can give it to you, otherwise the provider of this portal.",
                contact,
            ),
            Self::NeedsDuty => (
                "This is not part of your role",
                "You can read everything in the portal, and change what your role is there for. Nothing was changed. Please ask someone with that role, or an administrator to change yours.",
                home,
            ),
            Self::StaleForm => (
                "This form is no longer valid",
                "Nothing was changed. Please go back, reload the page and try again.",
                home,
            ),
            Self::ForeignOrigin => (
                "The request came from another site",
                "For security we only accept input from the pages of this portal. Nothing was changed. Please open the page again.",
                home,
            ),
            Self::ForeignHost => (
                "The portal cannot be reached at this address",
                "Please type the address of the portal yourself.",
                home,
            ),
            Self::BadForm => (
                "The input could not be read",
                "Nothing was changed. Please go back, reload the page and try again.",
                home,
            ),
            Self::TooLarge => (
                "The input is too large",
                "Nothing was changed. Please shorten it.",
                home,
            ),
            Self::TooSlow => (
                "The input did not arrive in time",
                "The connection was too slow or was interrupted. Nothing was changed. Please go back and send it once more.",
                home,
            ),
            Self::TooMany(_) => (
                "Too many attempts",
                "Please wait a few minutes and try again.",
                contact,
            ),
            Self::NoOperator => (
                "The portal has not been set up yet",
                "The particulars of the provider are missing.",
                home,
            ),
            Self::Unavailable => (
                "The portal cannot be reached right now",
                "This is not your fault. Please try again in a minute, and check what you sent last.",
                home,
            ),
            Self::WrongClock => (
                "The portal cannot record anything right now",
                "Its clock is wrong, so it did not accept what you sent. Nothing was changed. We have been told; please try again later.",
                contact,
            ),
            Self::Busy => (
                "The portal is very busy right now",
                "Nothing was changed. Please try again in a minute.",
                home,
            ),
            Self::Fault | Self::HeadAlone => (
                "Something went wrong",
                "This is not your fault, and we have recorded the error. Please try again. If it stays, tell us the reference number.",
                contact,
            ),
        }
    }
}

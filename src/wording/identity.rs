//! Signing in at an issuer: why somebody does not come in, and what to do about it.

use crate::domain::Language;
use crate::domain::identity::IdentityFault;

impl IdentityFault {
    /// What to say to the person; `issuer` is what people call the issuer.
    pub fn sentence(self, issuer: &str, language: Language) -> String {
        let (de, en) = self.both(issuer);
        if language.is_en() { en } else { de }
    }

    fn both(self, issuer: &str) -> (String, String) {
        match self {
            Self::Cancelled => (
                format!(
                    "Die Anmeldung bei „{issuer}“ wurde abgebrochen. Versuchen Sie es noch einmal."
                ),
                format!("Signing in at “{issuer}” was cancelled. Try once more."),
            ),
            Self::Late => (
                format!(
                    "Dieser Weg über „{issuer}“ gilt nicht mehr: Er dauerte länger als zehn Minuten, wurde schon benutzt oder begann in einem anderen Browser. Beginnen Sie bitte noch einmal."
                ),
                format!(
                    "This way by “{issuer}” is no longer valid: it took more than ten minutes, was used before, or began in another browser. Please begin once more."
                ),
            ),
            Self::NotBelieved => (
                format!(
                    "Was „{issuer}“ über Sie mitteilt, konnte das Portal nicht prüfen. Versuchen Sie es noch einmal; bleibt es dabei, sagen Sie uns bitte Bescheid."
                ),
                format!(
                    "The portal could not verify what “{issuer}” says of you. Try once more; if it stays like this, please tell us."
                ),
            ),
            Self::Unreachable => (
                format!(
                    "„{issuer}“ antwortet gerade nicht. Versuchen Sie es in einigen Minuten noch einmal."
                ),
                format!(
                    "“{issuer}” does not answer at the moment. Try once more in a few minutes."
                ),
            ),
            Self::NotConnected => (
                format!(
                    "Mit Ihrem Konto bei „{issuer}“ ist hier noch kein Zugang verbunden. Folgen Sie dem Link in Ihrer Einladung. Haben Sie schon einen Zugang mit Passwort, melden Sie sich damit an und verbinden Sie ihn unter Sicherheit."
                ),
                format!(
                    "No access is connected with your account at “{issuer}” yet. Follow the link in your invitation. If you have an access with a password, sign in with it and connect it under Security."
                ),
            ),
            Self::NoVerifiedAddress => (
                format!(
                    "„{issuer}“ nennt keine bestätigte E-Mail-Adresse von Ihnen. Ohne sie kann kein Zugang angelegt werden: Lassen Sie sie dort bestätigen, oder lassen Sie sich einladen."
                ),
                format!(
                    "“{issuer}” names no verified e-mail address of yours. Without it no access can be made: have it verified there, or ask to be invited."
                ),
            ),
            Self::AddressTaken => (
                format!(
                    "Unter Ihrer E-Mail-Adresse gibt es hier schon einen Zugang, der nicht mit „{issuer}“ verbunden ist. Melden Sie sich wie bisher an und verbinden Sie ihn unter Sicherheit."
                ),
                format!(
                    "There is an access with your e-mail address already which is not connected with “{issuer}”. Sign in as before and connect it under Security."
                ),
            ),
            Self::PartnerMissing => (
                format!(
                    "„{issuer}“ sagt nicht, für welchen Vertriebspartner Sie arbeiten. Wenden Sie sich an die Stelle, die Ihr Konto dort verwaltet."
                ),
                format!(
                    "“{issuer}” does not say for which sales partner you work. Ask those who manage your account there."
                ),
            ),
            Self::PartnerUnknown => (
                format!(
                    "Den Vertriebspartner, den „{issuer}“ für Sie nennt, gibt es in diesem Portal nicht. Wenden Sie sich bitte an uns."
                ),
                format!(
                    "The sales partner that “{issuer}” names for you does not exist in this portal. Please contact us."
                ),
            ),
            Self::OtherPartner => (
                format!(
                    "„{issuer}“ nennt für Sie einen anderen Vertriebspartner als den, zu dem Ihr Zugang gehört. Wenden Sie sich bitte an uns."
                ),
                format!(
                    "“{issuer}” names another sales partner for you than the one your access belongs to. Please contact us."
                ),
            ),
            Self::RoleMissing => (
                format!(
                    "„{issuer}“ nennt für Sie keine Rolle in diesem Portal. Wenden Sie sich an die Stelle, die Ihr Konto dort verwaltet."
                ),
                format!(
                    "“{issuer}” names no role in this portal for you. Ask those who manage your account there."
                ),
            ),
            Self::RoleNotGiven => (
                format!(
                    "Die Rolle, die „{issuer}“ für Sie nennt, haben Sie in diesem Portal nicht. Rollen, die etwas freigeben, vergibt ein Administrator unter Benutzer."
                ),
                format!(
                    "You do not have the role that “{issuer}” names for you. Roles that approve something are given by an administrator under users."
                ),
            ),
            Self::OtherAudience => (
                format!(
                    "Ihr Zugang gehört nicht zu denen, die sich bei „{issuer}“ anmelden. Melden Sie sich mit E-Mail-Adresse und Passwort an."
                ),
                format!(
                    "Your access is none of those that sign in at “{issuer}”. Sign in with e-mail address and password."
                ),
            ),
            Self::OtherPerson => (
                format!(
                    "Dieses Konto bei „{issuer}“ gehört hier zu einer anderen Person, oder Ihr Zugang ist mit einem anderen Konto dort verbunden. Melden Sie sich dort ab und mit dem richtigen Konto an."
                ),
                format!(
                    "This account at “{issuer}” belongs to another person here, or your access is connected with another account there. Sign out there and sign in with the right account."
                ),
            ),
            Self::OnlyThere => (
                format!("Ihr Zugang ist mit „{issuer}“ verbunden. Melden Sie sich bitte dort an."),
                format!("Your access is connected with “{issuer}”. Please sign in there."),
            ),
            Self::Locked => (
                "Ihr Zugang ist gesperrt. Wenden Sie sich an die Person, die ihn verwaltet."
                    .to_owned(),
                "Your access is locked. Ask the person who manages it.".to_owned(),
            ),
            Self::NotFresh => (
                format!(
                    "„{issuer}“ hat nicht noch einmal gefragt, ob Sie es sind. Melden Sie sich dort ab und versuchen Sie es noch einmal."
                ),
                format!(
                    "“{issuer}” did not ask once more whether it is you. Sign out there and try once more."
                ),
            ),
        }
    }
}

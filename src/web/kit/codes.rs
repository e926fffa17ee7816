//! What is wrong with a code of the second factor, as its field says it (S-36).

use crate::domain::Language;
use crate::domain::second_factor::CodeFault;

/// What to do about it; `has_app`: whether the person has an authenticator app.
pub fn sentence(fault: CodeFault, language: Language, has_app: bool) -> String {
    let minutes = |minutes: i64| match (minutes, language) {
        (1, Language::De) => "einer Minute".to_owned(),
        (1, Language::En) => "one minute".to_owned(),
        (minutes, Language::De) => format!("{minutes} Minuten"),
        (minutes, Language::En) => format!("{minutes} minutes"),
    };
    let (de, en) = match fault {
        CodeFault::Missing if !has_app => (
            "Bestätigen Sie mit Ihrem Passkey, oder geben Sie einen Wiederherstellungscode ein".to_owned(),
            "Confirm with your passkey, or enter a recovery code".to_owned(),
        ),
        CodeFault::Missing => (
            "Geben Sie den Bestätigungscode ein, den Ihre Authenticator-App zeigt".to_owned(),
            "Enter the verification code that your authenticator app shows".to_owned(),
        ),
        CodeFault::Unreadable => (
            "Ein Bestätigungscode hat sechs Ziffern, ein Wiederherstellungscode 16 Zeichen. Prüfen Sie Ihre Eingabe".to_owned(),
            "A verification code has six digits, a recovery code 16 characters. Check what you entered".to_owned(),
        ),
        CodeFault::Wrong => (
            "Der Bestätigungscode stimmt nicht. Geben Sie den ein, den die App gerade zeigt. Stimmt auch der nicht, prüfen Sie, ob die Uhr Ihres Geräts richtig geht".to_owned(),
            "The verification code is wrong. Enter the one that the app shows right now. If that is wrong, too, check whether the clock of your device is right".to_owned(),
        ),
        CodeFault::Used => (
            "Dieser Bestätigungscode ist schon verwendet. Warten Sie, höchstens 30 Sekunden, und geben Sie den nächsten ein".to_owned(),
            "This verification code has been used already. Wait, 30 seconds at most, and enter the next one".to_owned(),
        ),
        CodeFault::Behind(ago) => (
            format!("Dieser Bestätigungscode galt vor etwa {}. Geben Sie den ein, den die App gerade zeigt. Ist es noch derselbe, geht die Uhr Ihres Geräts nach: Stellen Sie sie auf die automatische Uhrzeit", minutes(ago)),
            format!("This verification code was good about {} ago. Enter the one that the app shows right now. If it is still the same, the clock of your device is slow: set it to automatic time", minutes(ago)),
        ),
        CodeFault::Ahead(until) => (
            format!("Dieser Bestätigungscode gilt erst in etwa {}: Die Uhr Ihres Geräts geht vor. Stellen Sie sie auf die automatische Uhrzeit und geben Sie dann den Code ein, den die App zeigt", minutes(until)),
            format!("This verification code is good only in about {}: the clock of your device is fast. Set it to automatic time and then enter the code that the app shows", minutes(until)),
        ),
        CodeFault::RecoveryUsed => (
            "Dieser Wiederherstellungscode ist schon verbraucht, jeder gilt einmal. Nehmen Sie einen anderen aus Ihrer Liste".to_owned(),
            "This recovery code has been used, each is good once. Take another one from your list".to_owned(),
        ),
        CodeFault::RecoveryUnknown => (
            "Diesen Wiederherstellungscode gibt es nicht. Prüfen Sie Ihre Eingabe. Codes einer früheren Liste gelten nicht mehr".to_owned(),
            "There is no such recovery code. Check what you entered. Codes of a former list are no longer good".to_owned(),
        ),
        CodeFault::NoApp => (
            "Sie haben keine Authenticator-App eingerichtet. Nehmen Sie Ihren Passkey oder einen Ihrer Wiederherstellungscodes".to_owned(),
            "You have no authenticator app set up. Use your passkey or one of your recovery codes".to_owned(),
        ),
    };
    if language.is_en() { en } else { de }
}

//! What needs a person at the operator: its names, and what to do about it.

use crate::domain::alert::AlertKind;
use crate::domain::partner_contract::STAGE_OVER;

impl AlertKind {
    /// Its name on German screens.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoAddress => "E-Mail-Adresse fehlt",
            Self::Undeliverable => "Anforderung nicht zustellbar",
            Self::ContractUndelivered => "Vertrag nicht zustellbar",
            Self::AddressByPartner => "Adresse vom Partner eingetragen",
            Self::AddressOfPartner => "Adresse gehört zum Partner",
            Self::DemandUnanswered => "Neuabschluss blieb aus",
            Self::Dissent => "Einspruch",
            Self::ForwardFailed => "Weiterleitung nicht zustellbar",
            Self::MailSetup => "E-Mail-Versand abgewiesen",
            Self::CertificateEnds => "Zertifikat läuft ab",
            Self::StampRefused => "Zeitstempel nicht angenommen",
            Self::LogWaits => "Protokoll steht still",
            Self::ClockWrong => "Uhr geht falsch",
            Self::AdministratorAdded => "Neues Konto des Betreibers",
            Self::PartnerContractEnds => "Vertrag mit Partner endet",
            Self::WebhookPaused => "Webhook angehalten",
            Self::MailboxAway => "Postfach nicht erreichbar",
            Self::TextOutdated => "Vertragstext passt nicht mehr",
        }
    }

    /// Its name in English histories.
    pub fn word_en(self) -> &'static str {
        match self {
            Self::NoAddress => "E-mail address missing",
            Self::Undeliverable => "Request undeliverable",
            Self::ContractUndelivered => "Agreement undeliverable",
            Self::AddressByPartner => "Address entered by the partner",
            Self::AddressOfPartner => "Address belongs to the partner",
            Self::DemandUnanswered => "No new conclusion",
            Self::Dissent => "Dissent from a change",
            Self::ForwardFailed => "Forwarding undeliverable",
            Self::MailSetup => "Mails refused because of the sender",
            Self::CertificateEnds => "Certificate ends",
            Self::StampRefused => "Time stamp not accepted",
            Self::LogWaits => "Log stands still",
            Self::ClockWrong => "Clock is wrong",
            Self::AdministratorAdded => "New account of the operator",
            Self::PartnerContractEnds => "Partner's agreement ends",
            Self::WebhookPaused => "Webhook paused",
            Self::MailboxAway => "Mailbox cannot be read",
            Self::TextOutdated => "The text of the agreement does not fit any more",
        }
    }

    /// What to do about it. `stage` as it was raised with.
    pub fn advice(self, stage: Option<i32>) -> String {
        match (self, stage) {
            (Self::NoAddress, _) => "Tragen Sie die Adresse in den Stammdaten ein. Die Anforderung geht dann von selbst hinaus.",
            (Self::Undeliverable, _) => "Klären Sie die richtige Adresse. Bis sie eingetragen ist oder jemand erneut sendet, ruhen die Erinnerungen.",
            (Self::ContractUndelivered, _) => "Der Kunde hat seinen Vertrag nicht per E-Mail erhalten. Klären Sie die Adresse, und senden Sie ihn noch einmal.",
            (Self::AddressByPartner, _) => "Bestätigen Sie die Adresse, wenn sie wirklich dem Kunden gehört, oder lehnen Sie sie ab: Wer den Link erhält, kann abschließen.",
            (Self::AddressOfPartner, _) => "Prüfen Sie, ob das so sein soll: Den Vertrag muss der Kunde selbst abschließen.",
            (Self::DemandUnanswered, _) => "Der bisherige Vertrag gilt weiter. Sprechen Sie den Kunden an, oder fordern Sie erneut an.",
            (Self::Dissent, _) => "Die angekündigte Änderung darf für diesen Kunden nicht wirksam werden, bis der Einspruch geklärt ist.",
            (Self::ForwardFailed, _) => "Die Adresse des Kunden leitet E-Mails an eine andere weiter, und die nimmt sie nicht an. Fragen Sie den Kunden, ob er unsere E-Mails erhält.",
            (Self::MailSetup, _) => "Andere Mailserver weisen E-Mails wegen unseres Absenders ab, nicht wegen der Empfänger. Prüfen Sie die Anmeldung am Mailserver, SPF, DKIM, DMARC und Sperrlisten; die Antworten stehen unter E-Mails. Die Erinnerungen gehen weiter.",
            (Self::CertificateEnds, Some(days)) => {
                return format!("Es gilt noch höchstens {days} Tage. Ohne gültiges Zertifikat kann niemand abschließen.");
            }
            (Self::ClockWrong, _) => "Die Uhr eines Rechners, auf dem das Portal läuft, weicht ab. Was mit ihr entschieden würde, lehnt das Portal ab. Lassen Sie die Zeit der Rechner abgleichen, und schließen Sie dann den Hinweis.",
            (Self::AdministratorAdded, _) => "Jemand hat im Portal ein Konto für den Betreiber angelegt, wieder zugelassen oder ihm eine Rolle gegeben, die freigeben darf. Prüfen Sie, ob das so sein soll, und sperren Sie es sonst sofort.",
            (Self::PartnerContractEnds, Some(STAGE_OVER)) => "Der Vertrag nach Art. 28 Abs. 4 DSGVO ist abgelaufen. Erfassen Sie den neuen, oder sperren Sie den Partner.",
            (Self::PartnerContractEnds, _) => "Der Vertrag nach Art. 28 Abs. 4 DSGVO endet in weniger als zwei Monaten. Sorgen Sie für den neuen, und erfassen Sie ihn.",
            (Self::WebhookPaused, _) => "Ein anderes System nimmt keine Ereignisse mehr an. Klären Sie mit dem, der es betreibt, woran das liegt, und setzen Sie den Endpunkt unter Webhooks fort: Dann erhält es alles, was ihm fehlt.",
            (Self::MailboxAway, _) => "Das Portal kommt seit mindestens einer Stunde nicht in das Postfach, in dem Rückläufer und Antworten ankommen. Bis es wieder geht, bleibt unbemerkt, welche E-Mails zurückkommen; verloren geht nichts. Woran es liegt, sagt „avv-portal check“. Der Hinweis schließt sich von selbst.",
            (Self::TextOutdated, _) => "Die geltende Fassung würde so nicht mehr veröffentlicht, weil sich Produkte, Unterauftragsverarbeiter oder Angaben zum Betreiber geändert haben. Verträge werden weiter damit geschlossen. Berichtigen Sie die Angaben, oder veröffentlichen Sie eine neue Fassung. Der Hinweis schließt sich von selbst.",
            (Self::CertificateEnds, None) => "Ohne gültiges Zertifikat kann niemand abschließen.",
            (Self::StampRefused, _) => "Der Zeitstempeldienst antwortet mit falscher Zeit oder einem Zertifikat, dem nicht zu trauen ist. Das Protokoll des Servers nennt den Grund. Vergleichen Sie AVV_TSA_URL und AVV_TSA_CERT mit den Angaben des Dienstes; das Portal versucht es von selbst weiter.",
            (Self::LogWaits, _) => "Ereignisse warten länger als zehn Sekunden auf ihren Platz im Protokoll. Geschrieben sind sie; auf Seiten, in Exporten und bei anderen Systemen fehlen sie noch. Das Protokoll des Servers nennt den Grund („events cannot get their positions“). Der Hinweis schließt sich von selbst.",
        }
        .to_owned()
    }
}

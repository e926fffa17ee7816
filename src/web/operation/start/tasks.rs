//! Today's tasks for administrators: one line each, with its count and a link to the list.

use crate::domain::AgreementImportId;
use crate::domain::case::Status;
use crate::paths;
use crate::storage::contract_versions::InWork;
use crate::web::kit::words::thousands;

/// What is read row by row is counted up to this number: "1.000+".
pub(super) const COUNT_CAP: i64 = 1000;

/// Refused and returned mails are counted over this many days.
pub(super) const FAILED_DAYS: i64 = 7;

/// A task with its count.
pub(super) struct Task {
    pub count: String,
    pub label: &'static str,
    pub href: String,
    pub hint: &'static str,
}

/// The counts of all tasks.
pub(super) struct Counts {
    /// Customers by status.
    pub statuses: Vec<(Status, i64)>,
    /// Proposals that wait for an answer.
    pub proposals: usize,
    /// Files with existing agreements that wait for a second person, and where the first one is.
    pub existing: (usize, Option<AgreementImportId>),
    /// Contract versions that wait for an approval, or to be published.
    pub versions: InWork,
    /// Replies of people that have not been handled.
    pub answers: i64,
    /// Mails that have waited too long.
    pub waiting: i64,
    /// Mails that the mail server has refused lately.
    pub refused: i64,
    /// Mails that have come back lately.
    pub returned: i64,
    /// Reminders that wait for a decision (S-94).
    pub late: i64,
    /// Passes of the periodic work of the last day that failed in part or died.
    pub failed_runs: i64,
    /// Runs over customers that do not get through.
    pub stuck_runs: i64,
    /// Rows that cannot be read (F11).
    pub unreadable: usize,
    /// Submandanten that wait for the operator's release.
    pub unreleased: i64,
}

/// The tasks with something to do, the most urgent first. To add another one, add a field to
/// [`Counts`] and a line here.
pub(super) fn tasks(counts: &Counts) -> Vec<Task> {
    let mails = |state: &str| format!("{}?stand={state}", paths::MAILS);
    let runs = || paths::RUNS.to_owned();
    let line = |count, labels, href, hint| (count, capped(count), labels, href, hint);
    // Customers are counted exactly, and the label is the same for one and for more than one.
    let status = |status: Status, label, hint| {
        let found = counts.statuses.iter().find(|(known, _)| *known == status);
        let count = found.map_or(0, |(_, count)| *count);
        let href = format!("{}?status={}", paths::CUSTOMERS, status.key());
        (count, thousands(count), (label, label), href, hint)
    };
    let lines = vec![
        line(
            i64::try_from(counts.unreadable).unwrap_or(i64::MAX),
            ("Datensatz ist nicht lesbar", "Datensätze sind nicht lesbar"),
            runs(),
            "Was darauf angewiesen ist, bleibt gesperrt, alles andere läuft; die Seite nennt die Namen",
        ),
        line(
            i64::try_from(counts.proposals).unwrap_or(i64::MAX),
            (
                "Vorschlag wartet auf eine zweite Person",
                "Vorschläge warten auf eine zweite Person",
            ),
            paths::PROPOSALS.to_owned(),
            "Papierverträge und irrtümlich erfasste Widersprüche werden erst mit der Bestätigung wirksam",
        ),
        line(
            i64::try_from(counts.existing.0).unwrap_or(i64::MAX),
            (
                "Datei mit bestehenden Verträgen wartet auf eine zweite Person",
                "Dateien mit bestehenden Verträgen warten auf eine zweite Person",
            ),
            counts.existing.1.map_or_else(
                || paths::AGREEMENT_IMPORTS.to_owned(),
                paths::agreement_import,
            ),
            "Bestätigt wird die ganze Datei, nach einem Blick auf Zahlen und Stichprobe",
        ),
        line(
            counts.versions.submitted,
            (
                "Vertragsfassung wartet auf die Freigabe",
                "Vertragsfassungen warten auf die Freigabe",
            ),
            paths::VERSIONS.to_owned(),
            "Freigeben muss eine zweite Person, nicht wer die Fassung vorgelegt hat",
        ),
        line(
            counts.versions.approved,
            (
                "Freigegebene Vertragsfassung ist nicht veröffentlicht",
                "Freigegebene Vertragsfassungen sind nicht veröffentlicht",
            ),
            paths::VERSIONS.to_owned(),
            "Bis zur Veröffentlichung wird weiter die bisherige Fassung angeboten",
        ),
        line(
            counts.answers,
            (
                "Antwort auf eine E-Mail ist zu lesen",
                "Antworten auf E-Mails sind zu lesen",
            ),
            paths::REPLIES.to_owned(),
            "Darin kann eine Absage, ein Widerspruch oder eine neue Adresse stehen",
        ),
        line(
            counts.waiting,
            (
                "E-Mail wartet ungewöhnlich lange",
                "E-Mails warten ungewöhnlich lange",
            ),
            mails("wartet"),
            "Seit mehr als einer Viertelstunde; antwortet der Mailserver?",
        ),
        line(
            counts.refused,
            (
                "E-Mail vom Mailserver abgelehnt",
                "E-Mails vom Mailserver abgelehnt",
            ),
            mails("abgelehnt"),
            "In den letzten sieben Tagen",
        ),
        line(
            counts.returned,
            ("E-Mail zurückgekommen", "E-Mails zurückgekommen"),
            mails("zurueck"),
            "In den letzten sieben Tagen",
        ),
        line(
            counts.late,
            (
                "Erinnerung wartet auf Ihre Entscheidung",
                "Erinnerungen warten auf Ihre Entscheidung",
            ),
            runs(),
            "Seit mehr als fünf Wochen fällig; von selbst geht davon nichts hinaus",
        ),
        line(
            counts.failed_runs,
            (
                "Hintergrundarbeit mit Fehlern",
                "Hintergrundarbeiten mit Fehlern",
            ),
            runs(),
            "In den letzten 24 Stunden; was liegen blieb, versucht der nächste Durchgang",
        ),
        line(
            counts.stuck_runs,
            (
                "Lauf erreicht nicht alle Kunden",
                "Läufe erreichen nicht alle Kunden",
            ),
            paths::BULK_RUNS.to_owned(),
            "Das Portal versucht es weiter; bleibt es dabei, sehen Sie in den Log des Servers",
        ),
        line(
            counts.unreleased,
            (
                "Submandant wartet auf Ihre Freigabe",
                "Submandanten warten auf Ihre Freigabe",
            ),
            paths::PARTNERS.to_owned(),
            "Bis dahin ist keine Wahl für einen Kunden möglich",
        ),
        status(
            Status::Undeliverable,
            "E-Mail nicht zustellbar",
            "Erinnerungen ruhen, bis die Adresse stimmt oder jemand erneut sendet",
        ),
        status(
            Status::TextMissing,
            "Vertragstext fehlt",
            "Nichts wird angefordert, bis Sie eine Fassung mit der Produktanlage veröffentlichen",
        ),
        status(
            Status::NoEmail,
            "E-Mail-Adresse fehlt",
            "Die Anforderung kann erst gesendet werden, wenn die Adresse eingetragen ist",
        ),
        status(
            Status::AddressOpen,
            "Adresse zu bestätigen",
            "Ein Vertriebspartner hat sie eingetragen; bis Sie entscheiden, bleibt der Zugriff gesperrt",
        ),
        status(
            Status::RenewalRequired,
            "Neuabschluss nötig",
            "Der Vertrag nennt einen anderen Vertriebspartner",
        ),
        status(
            Status::AmendmentOpen,
            "Ergänzung zum Vertrag offen",
            "Der Vertrag gilt, aber ein Produkt oder der Untervertriebspartner bleibt gesperrt, und es wartet keine Anforderung mehr",
        ),
        status(
            Status::Void,
            "Vertrag widersprochen",
            "Ein Vertriebspartner ist noch zugeordnet, hat aber keinen Zugriff: Klären Sie, wie es weitergeht",
        ),
        status(
            Status::Expired,
            "Ohne Antwort abgelaufen",
            "Drei Erinnerungen ohne Antwort, von selbst geht keine E-Mail mehr hinaus",
        ),
        status(
            Status::Declined,
            "Abschluss abgelehnt",
            "Vertriebspartner haben hier keinen Zugriff",
        ),
    ];
    lines
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, printed, (one, many), href, hint)| Task {
            count: printed,
            label: if count == 1 { one } else { many },
            href,
            hint,
        })
        .collect()
}

/// A count as printed; it stops at the cap with a plus.
pub(super) fn capped(count: i64) -> String {
    if count > COUNT_CAP {
        "1.000+".to_owned()
    } else {
        count.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_has_a_line_and_customers_are_counted_exactly() {
        let nothing = || Counts {
            statuses: Status::ALL.map(|status| (status, 0)).to_vec(),
            proposals: 0,
            existing: (0, None),
            versions: InWork {
                submitted: 0,
                approved: 0,
            },
            answers: 0,
            waiting: 0,
            refused: 0,
            returned: 0,
            late: 0,
            failed_runs: 0,
            stuck_runs: 0,
            unreadable: 0,
            unreleased: 0,
        };
        assert!(tasks(&nothing()).is_empty());
        // Statuses in which there is nothing to do for the operator.
        let mut fine = nothing();
        for (status, count) in &mut fine.statuses {
            use Status as S;
            *count = match status {
                S::Undeliverable | S::NoEmail | S::AddressOpen | S::RenewalRequired => 0,
                S::Void | S::Expired | S::TextMissing => 0,
                S::Declined | S::AmendmentOpen => 0,
                _ => 7,
            };
        }
        assert!(tasks(&fine).is_empty());
        let mut many = nothing();
        many.statuses = Status::ALL.map(|status| (status, 1001)).to_vec();
        many.waiting = 1000;
        let lines = tasks(&many);
        assert_eq!(lines.len(), 10);
        assert_eq!(
            (lines[0].count.as_str(), lines[1].count.as_str()),
            ("1000", "1.001")
        );
        assert!(lines[1].href.ends_with("?status=undeliverable"));
    }
}

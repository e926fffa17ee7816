//! The history on the page of the customer it is about.

use super::history::{Past, history_in};
use crate::domain::Language;
use crate::domain::audit::AuditKind;
use crate::domain::case::Case;
use crate::domain::viewer::Role;
use crate::storage::audit::Event;

/// The history on the page of one customer. Mail subjects are shown without company and number
/// there, as the page has both in its head (C15).
pub fn history_of(
    case: &Case,
    mut events: Vec<Event>,
    role: Role,
    language: Language,
) -> Vec<Past> {
    for event in &mut events {
        if let AuditKind::MailSent { subject, .. } | AuditKind::NoticeMailed { subject, .. } =
            &mut event.kind
        {
            *subject = task_of(subject, &case.customer.party.name).to_owned();
        }
    }
    history_in(events, role, language)
}

/// A mail subject without the customer it is about: "Bitte abschließen:
/// Auftragsverarbeitungsvertrag".
fn task_of<'a>(subject: &'a str, company: &str) -> &'a str {
    let Some((whom, number)) = subject.rsplit_once(" (") else {
        return subject;
    };
    if !number.ends_with(')') || !number.bytes().any(|byte| byte.is_ascii_digit()) {
        return subject;
    }
    let task = match whom.strip_suffix(company) {
        Some(task) => task,
        // The company had another name then. The words of the portal end at the first of these.
        None => [" für ", " for ", ": "]
            .iter()
            .filter_map(|end| whom.split_once(end).map(|(task, _)| task))
            .max_by_key(|task| task.len())
            .unwrap_or(whom),
    };
    let task = task.trim_end();
    let task = task
        .strip_suffix("für")
        .or(task.strip_suffix("for"))
        .unwrap_or(task);
    task.trim_end().trim_end_matches(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c15_a_subject_does_not_name_the_customer_of_the_page() {
        let company = "Gesellschaft für Handel (Nord) GmbH";
        for (subject, task) in [
            (
                "Bitte abschließen: Auftragsverarbeitungsvertrag für Gesellschaft für Handel (Nord) GmbH (Kundennr. 4711)",
                "Bitte abschließen: Auftragsverarbeitungsvertrag",
            ),
            (
                "AVV abgeschlossen: Gesellschaft für Handel (Nord) GmbH (Kundennr. 4711)",
                "AVV abgeschlossen",
            ),
            (
                "Please conclude: data processing agreement for Gesellschaft für Handel (Nord) GmbH (customer no. 4711)",
                "Please conclude: data processing agreement",
            ),
            (
                "Bitte abschließen: Auftragsverarbeitungsvertrag für Früher AG (Kundennr. 4711)",
                "Bitte abschließen: Auftragsverarbeitungsvertrag",
            ),
            ("AVV abgelehnt: Früher AG (Kundennr. 4711)", "AVV abgelehnt"),
            (
                "Neues Passwort für das Portal",
                "Neues Passwort für das Portal",
            ),
        ] {
            assert_eq!(task_of(subject, company), task, "{subject}");
        }
    }
}

//! Letters about announced changes of the general sub-processors.

use crate::domain::notice::Settlement;
use crate::mail::letter::{AgreementWords, CaseWords, ChangeWords, CompanyWords, Content};

use super::utc;

/// A link of the kind that the mail carries.
pub const DISSENT: &str = "https://avv.plusnet.example/einspruch/8Qm3vT0xJr2LkWc7Zy5NdAb1hPfUeGiSoRtKq9MwXy4VnBzCjDlEaFgHsIpOuQ6";

/// A company under this name.
pub fn company(name: &str) -> CompanyWords {
    CompanyWords {
        name: name.to_owned(),
        address: "Am Güterbahnhof 8, 41460 Neuss, Deutschland".to_owned(),
        contact: "Betriebsleitung, betrieb@plusnet.example".to_owned(),
        service: "Betrieb der Server".to_owned(),
        delimitation: "Verwaltet keine Kundendaten".to_owned(),
        place: "Deutschland".to_owned(),
        mechanism: String::new(),
    }
}

/// Every mail about a change, with its variants.
pub fn changes(case: &CaseWords) -> Vec<(String, Content)> {
    let agreement = AgreementWords {
        number: "AVV-2026-004711-1-7KQ2M8".to_owned(),
        concluded_at: utc("2026-11-23T09:00:00Z"),
    };
    let change = ChangeWords {
        reason: "Wir ziehen in ein Rechenzentrum mit eigener Stromversorgung um.".to_owned(),
        before: vec![company("RZ Rheinland mbH"), company("Briefkopf GmbH")],
        after: vec![
            CompanyWords {
                place: "Schweiz".to_owned(),
                mechanism: "Angemessenheitsbeschluss".to_owned(),
                ..company("RZ Alpen AG")
            },
            company("Briefkopf GmbH"),
        ],
        starts_on: utc("2026-12-09T09:00:00Z").date_naive(),
        page: "https://avv.plusnet.example/aenderungsmitteilungen/7f0c".to_owned(),
    };
    let first = ChangeWords {
        before: Vec::new(),
        ..change.clone()
    };
    let mut all = Vec::new();
    for (name, change) in [("announcement", &change), ("announcement first", &first)] {
        let content = Content::Announcement {
            case: case.clone(),
            agreement: agreement.clone(),
            change: change.clone(),
            link: DISSENT.to_owned(),
            until: utc("2026-12-08T22:59:59.999Z"),
        };
        all.push((name.to_owned(), content));
    }
    for agreement in [Some(&agreement), None] {
        let stand = agreement.is_some();
        let content = Content::Dissented {
            case: case.clone(),
            agreement: agreement.cloned(),
            change: change.clone(),
            received_on: utc("2026-12-01T09:00:00Z").date_naive(),
        };
        all.push((format!("dissented {stand}"), content));
        for how in Settlement::OF_DISSENT {
            let content = Content::DissentSettled {
                case: case.clone(),
                agreement: agreement.cloned(),
                change: change.clone(),
                how,
            };
            all.push((format!("dissent {} {stand}", how.key()), content));
        }
    }
    all
}

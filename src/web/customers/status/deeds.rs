//! What can be done beside asking the customer, in groups (C8): who looks for one thing does not read
//! ten.

use crate::domain::case::Case;
use crate::domain::viewer::{Deed, Role};
use crate::paths;

/// Links that belong together.
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// Words and addresses.
    pub links: Vec<(&'static str, String)>,
}

/// The groups with something in them.
pub fn groups(role: Role, case: &Case, may: &[Deed]) -> Vec<Group> {
    let mut groups = [
        ("Kunde und Buchungen", Vec::new()),
        ("Vertrag", Vec::new()),
        ("Widerspruch und Ablehnung", Vec::new()),
        ("Links", Vec::new()),
    ];
    if role != Role::Operator {
        let look = ("Stammdaten prüfen", paths::customer(case.customer.number));
        groups[0].1.push(look);
    }
    for deed in may {
        if let Some((at, word, href)) = link(*deed, role, case)
            && let Some((_, links)) = groups.get_mut(at)
        {
            links.push((word, href));
        }
    }
    groups
        .into_iter()
        .filter(|(_, links)| !links.is_empty())
        .map(|(title, links)| Group { title, links })
        .collect()
}

/// The group, the word and the address of a deed; `None` for what has another place on the page.
fn link(deed: Deed, role: Role, case: &Case) -> Option<(usize, &'static str, String)> {
    let number = case.customer.number;
    Some(match deed {
        Deed::ChangeEmail if case.customer.email().is_none() => {
            (0, "E-Mail-Adresse ergänzen", paths::email(number))
        }
        Deed::ChangeEmail => (0, "E-Mail-Adresse ändern", paths::email(number)),
        Deed::EditParty => (0, "Stammdaten bearbeiten", paths::master_data(number)),
        Deed::Book => (0, "Buchung hinzufügen", paths::booking(number)),
        Deed::ChangeBooking => {
            let bookings = format!("{}#buchungen", paths::customer(number));
            (0, "Buchungen ändern", bookings)
        }
        Deed::ReadContract if role == Role::Operator => {
            (1, "Vertrag ansehen", paths::operator_contract(number))
        }
        Deed::DemandAnew => (1, "Neuabschluss anfordern", paths::renewal(number)),
        Deed::RecordPaper => (1, "Papiervertrag erfassen", paths::propose_paper(number)),
        Deed::RecordObjection => (2, "Widerspruch erfassen", paths::record_objection(number)),
        Deed::FindError => (
            2,
            "Widerspruch irrtümlich erfasst",
            paths::propose_error(number),
        ),
        Deed::ReadDeclarations => (
            2,
            "Widersprüche und Ablehnungen",
            paths::declarations(number),
        ),
        Deed::LockLinks => (3, "Alle Links sperren", paths::lock_links(number)),
        _ => return None,
    })
}

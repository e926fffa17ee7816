//! Links to everything but asking the customer, in groups (C8), so that a user who looks for one of
//! them does not have to read all.

use crate::domain::case::Case;
use crate::domain::viewer::{Permission, Role};
use crate::paths;

/// Links that belong together.
pub struct Group {
    /// Title of the group.
    pub title: &'static str,
    /// Labels and addresses of the links.
    pub links: Vec<(&'static str, String)>,
}

/// The groups that are not empty.
pub fn groups(role: Role, case: &Case, may: &[Permission]) -> Vec<Group> {
    let mut groups = [
        ("Kunde und Buchungen", Vec::new()),
        ("Vertrag", Vec::new()),
        ("Widerspruch und Ablehnung", Vec::new()),
        ("Links", Vec::new()),
    ];
    if !role.is_operator() {
        let look = ("Stammdaten prüfen", paths::customer(case.customer.number));
        groups[0].1.push(look);
    }
    for permission in may {
        if let Some((at, word, href)) = link(*permission, role, case)
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

/// The group, the label and the address of a permission; `None` for one that is elsewhere on the
/// page.
fn link(permission: Permission, role: Role, case: &Case) -> Option<(usize, &'static str, String)> {
    let number = case.customer.number;
    Some(match permission {
        Permission::ChangeEmail if case.customer.email().is_none() => {
            (0, "E-Mail-Adresse ergänzen", paths::email(number))
        }
        Permission::ChangeEmail => (0, "E-Mail-Adresse ändern", paths::email(number)),
        Permission::EditParty => (0, "Stammdaten bearbeiten", paths::master_data(number)),
        Permission::Book => (0, "Buchung hinzufügen", paths::booking(number)),
        Permission::ChangeBooking => {
            let bookings = format!("{}#buchungen", paths::customer(number));
            (0, "Buchungen ändern", bookings)
        }
        Permission::ReadContract if role.is_operator() => {
            (1, "Vertrag ansehen", paths::operator_contract(number))
        }
        Permission::DemandAnew => (1, "Neuabschluss anfordern", paths::renewal(number)),
        Permission::RecordPaper => (1, "Papiervertrag erfassen", paths::propose_paper(number)),
        Permission::RecordObjection => (2, "Widerspruch erfassen", paths::record_objection(number)),
        Permission::FindError => (
            2,
            "Widerspruch irrtümlich erfasst",
            paths::propose_error(number),
        ),
        Permission::ReadDeclarations => (
            2,
            "Widersprüche und Ablehnungen",
            paths::declarations(number),
        ),
        Permission::LockLinks => (3, "Alle Links sperren", paths::lock_links(number)),
        _ => return None,
    })
}

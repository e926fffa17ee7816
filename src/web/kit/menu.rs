//! The main menu: which pages a person sees in it, and in which group (C13).

use crate::domain::viewer::{Duty, Role, Viewer};
use crate::paths;

/// A page of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Label of the page.
    pub label: &'static str,
    /// Address; a page that belongs to this entry names it as its section.
    pub href: &'static str,
}

/// An entry of the menu's first row: one page, or a heading that opens several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Label of the entry.
    pub label: &'static str,
    /// With one page, the entry links to it; with several, it opens them.
    pub pages: Vec<Page>,
    /// Address of the present page, or of the menu entry it belongs to.
    section: String,
}

impl Entry {
    /// Address of an entry with one page.
    pub fn href(&self) -> Option<&'static str> {
        match self.pages.as_slice() {
            [page] => Some(page.href),
            _ => None,
        }
    }

    /// Whether the present page belongs to this entry.
    pub fn is_current(&self) -> bool {
        self.pages.iter().any(|page| self.shows(page))
    }

    /// Whether the present page belongs to `page`.
    pub fn shows(&self, page: &Page) -> bool {
        page.href == self.section
    }
}

const fn page(label: &'static str, href: &'static str) -> Page {
    Page { label, href }
}

/// The pages of the operator's people, by task.
const OPERATOR: &[(&str, &[Page])] = &[
    ("Betrieb", &[page("Betrieb", paths::OPERATION)]),
    ("Kunden", &[page("Kunden", paths::CUSTOMERS)]),
    (
        "Vertriebspartner",
        &[page("Vertriebspartner", paths::PARTNERS)],
    ),
    (
        "Aufgaben",
        &[
            page("Hinweise", paths::ALERTS),
            page("Vorschläge", paths::PROPOSALS),
        ],
    ),
    (
        "Vertrag",
        &[
            page("Vertragstext", paths::VERSIONS),
            page("Umstellungen", paths::ROLL_OUTS),
            page("Unterauftragsverarbeiter", paths::SUB_PROCESSORS),
            page("Änderungsmitteilungen", paths::ANNOUNCEMENTS),
        ],
    ),
    (
        "Verwaltung",
        &[
            page("E-Mails", paths::MAILS),
            page("Antworten", paths::REPLIES),
            page("Läufe", paths::BULK_RUNS),
            page("Hintergrundarbeit", paths::RUNS),
            page("Protokoll", paths::LOG),
            page("Gelöschte Kunden", paths::DELETED),
            page("Produkte", paths::PRODUCTS),
            page("Benutzer", paths::USERS),
            page("Betreiber", paths::OPERATOR),
            page("Erscheinungsbild", paths::BRANDING),
            page("Schnittstellen", paths::CLIENTS),
            page("Webhooks", paths::WEBHOOKS),
            page("Einrichtung", paths::SETUP),
        ],
    ),
];

/// Pages that only administrators come into.
const ADMINISTRATORS: &[&str] = &[paths::WEBHOOKS];

/// The menu of `viewer`; `section` is the address of the entry the page belongs to.
pub fn menu(viewer: &Viewer, section: &str) -> Vec<Entry> {
    let is_english = viewer.language.is_en();
    let mut groups: Vec<(&'static str, Vec<Page>)> = match viewer.role {
        Role::Operator(_) => OPERATOR
            .iter()
            .map(|(label, pages)| (*label, shown_to(viewer, pages)))
            .collect(),
        Role::Partner(_) => vec![
            single("Kunden", paths::CUSTOMERS),
            single("Submandanten", paths::SUB_PARTNERS),
        ],
        Role::SubPartner(_) => vec![single("Kunden", paths::CUSTOMERS)],
        Role::Customer {
            contracts: true, ..
        } => vec![single("Administration", paths::ADMINISTRATION)],
        Role::Customer {
            contracts: false, ..
        } => Vec::new(),
    };
    if viewer.manages().is_some() {
        let users = if is_english { "Users" } else { "Benutzer" };
        groups.push(single(users, paths::COMPANY_USERS));
    }
    let help = if is_english { "Help" } else { "Hilfe" };
    groups.push(single(help, paths::HELP));
    groups
        .into_iter()
        .map(|(label, pages)| Entry {
            label,
            pages,
            section: section.to_owned(),
        })
        .collect()
}

/// Those of the pages that the viewer may come into.
fn shown_to(viewer: &Viewer, pages: &[Page]) -> Vec<Page> {
    let is_administrator = viewer.role.has(Duty::Administration);
    let may_see = |page: &&Page| is_administrator || !ADMINISTRATORS.contains(&page.href);
    pages.iter().filter(may_see).copied().collect()
}

fn single(label: &'static str, href: &'static str) -> (&'static str, Vec<Page>) {
    (label, vec![page(label, href)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::viewer::OperatorRole;
    use crate::domain::{CustomerNumber, Language, PartnerId, UserId};

    fn viewer(role: Role, manages_users: bool, language: Language) -> Viewer {
        Viewer {
            user: UserId(1),
            name: String::new(),
            company: String::new(),
            role,
            manages_users,
            language,
        }
    }

    #[test]
    fn a_group_opens_and_a_single_page_is_a_link() {
        for entry in menu(&viewer(Role::ADMINISTRATOR, false, Language::De), "") {
            assert_eq!(entry.href().is_some(), entry.pages.len() == 1);
            assert!(!entry.pages.is_empty(), "{}", entry.label);
        }
    }

    #[test]
    fn a_04_only_who_manages_people_finds_them_in_the_menu() {
        let customer = Role::Customer {
            number: CustomerNumber::of_figures(4711),
            contracts: false,
        };
        for (role, manages_users, language, expected) in [
            (
                Role::Partner(PartnerId(1)),
                true,
                Language::De,
                Some("Benutzer"),
            ),
            (Role::Partner(PartnerId(1)), false, Language::De, None),
            (
                Role::SubPartner(PartnerId(2)),
                true,
                Language::De,
                Some("Benutzer"),
            ),
            (customer, true, Language::En, Some("Users")),
            (customer, false, Language::En, None),
            (
                Role::Operator(OperatorRole::Support),
                true,
                Language::De,
                None,
            ),
        ] {
            let menu = menu(&viewer(role, manages_users, language), "");
            let found = menu
                .iter()
                .find(|entry| entry.href() == Some(paths::COMPANY_USERS))
                .map(|entry| entry.label);
            assert_eq!(found, expected, "{role:?}");
        }
    }
}

//! The main menu: which pages a role sees in it, and in which group (C13).

use crate::domain::Language;
use crate::domain::viewer::Role;
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

/// The pages of administrators, by task.
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
            page("Einrichtung", paths::SETUP),
        ],
    ),
];

/// The menu of `role`; `section` is the address of the entry the page belongs to.
pub fn menu(role: Role, language: Language, section: &str) -> Vec<Entry> {
    let mut groups: Vec<(&'static str, Vec<Page>)> = match role {
        Role::Operator(_) => OPERATOR
            .iter()
            .map(|(label, pages)| (*label, pages.to_vec()))
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
    let help = if language.is_en() { "Help" } else { "Hilfe" };
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

fn single(label: &'static str, href: &'static str) -> (&'static str, Vec<Page>) {
    (label, vec![page(label, href)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_opens_and_a_single_page_is_a_link() {
        for entry in menu(Role::ADMINISTRATOR, Language::De, "") {
            assert_eq!(entry.href().is_some(), entry.pages.len() == 1);
            assert!(!entry.pages.is_empty(), "{}", entry.label);
        }
    }
}

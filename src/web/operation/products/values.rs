//! Converting a product to the form's fields, and back.

use std::collections::BTreeMap;

use crate::domain::name::{BadName, parse};
use crate::domain::product::{Module, Product, ProductOption};
use crate::web::kit::form::{FieldErrors, Form};

/// At most this many options for a product.
pub const MOST_OPTIONS: usize = 30;
/// Longest name, in characters.
const LONGEST_NAME: usize = 80;
/// Longest code or key, in characters.
const LONGEST_CODE: usize = 40;

/// Values of the fields, by id; only ticked boxes have an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    fields: BTreeMap<String, String>,
    /// Number of rows for options.
    pub options: usize,
}

/// Fields of a product, each with its label; check boxes last.
pub const OWN: [(&str, &str); 11] = [
    ("name", "Name"),
    ("name_en", "Name auf Englisch"),
    ("kurzname", "Kurzer Name"),
    ("code", "Kennung"),
    ("modul_name", "Name des Moduls"),
    ("modul_name_en", "Name des Moduls auf Englisch"),
    ("modul", "Kennung des Moduls"),
    ("portal", "Vertriebspartner verwalten es im Portal"),
    ("daten", "Dabei sehen sie personenbezogene Daten"),
    ("avv", "Das Produkt selbst braucht einen AVV"),
    (
        "zu",
        "Ohne Vertrag ist das Modul für Vertriebspartner gesperrt",
    ),
];

/// Fields of an option; check boxes last.
pub const OF_OPTION: [(&str, &str); 9] = [
    ("name", "Name"),
    ("name_en", "Name auf Englisch"),
    ("kurzname", "Kurzer Name"),
    ("code", "Kennung"),
    ("modul_name", "Name des eigenen Moduls"),
    ("modul_name_en", "Name des eigenen Moduls auf Englisch"),
    ("modul", "Kennung des eigenen Moduls"),
    ("avv", "Die Option braucht einen AVV"),
    (
        "zu",
        "Ohne Vertrag ist ihr Modul für Vertriebspartner gesperrt",
    ),
];

/// Id of the box that says that something is not sold any more.
pub const RETIRED: &str = "eingestellt";

/// Id of a field of the option at `place`, counted from 1.
pub fn id(place: usize, field: &str) -> String {
    format!("option-{place}-{field}")
}

impl Values {
    /// The values of a product.
    pub fn of(product: &Product) -> Self {
        let mut values = Self {
            options: product.options.len(),
            ..Self::default()
        };
        let own = |field: &str| field.to_owned();
        values.set(own("name"), &product.name);
        values.set(
            own("name_en"),
            product.name_en.as_deref().unwrap_or_default(),
        );
        values.set(own("kurzname"), &product.short_name);
        values.set(own("code"), &product.code);
        values.set_module(own, Some(&product.module));
        values.tick(own("portal"), product.portal_administered.unwrap_or(true));
        values.tick(own("daten"), product.personal_data.unwrap_or(true));
        values.tick(own("avv"), product.requires_avv);
        values.tick(own(RETIRED), product.retired);
        for (place, option) in (1..).zip(&product.options) {
            let of = |field: &str| id(place, field);
            values.set(of("name"), &option.name);
            values.set(of("name_en"), option.name_en.as_deref().unwrap_or_default());
            values.set(of("kurzname"), &option.short_name);
            values.set(of("code"), &option.code);
            values.set_module(of, option.module.as_ref());
            values.tick(of("avv"), option.requires_avv);
            values.tick(of(RETIRED), option.retired);
        }
        values
    }

    /// The values of a product that is to be added.
    pub fn new() -> Self {
        let mut values = Self::default();
        for field in ["portal", "daten"] {
            values.tick(field.to_owned(), true);
        }
        values
    }

    /// The values as they were typed.
    pub fn typed(form: &Form) -> Self {
        let options = form.get("optionen").parse::<usize>().unwrap_or_default();
        let mut values = Self {
            options: options.min(MOST_OPTIONS),
            ..Self::default()
        };
        for field in values.ids() {
            if form.ticked(&field) {
                let value = form.get(&field).to_owned();
                values.fields.insert(field, value);
            }
        }
        values
    }

    /// Adds a row for an option; false if there are too many.
    pub fn add_option(&mut self) -> bool {
        let has_room = self.options < MOST_OPTIONS;
        self.options += usize::from(has_room);
        has_room
    }

    /// The ids of all fields.
    fn ids(&self) -> Vec<String> {
        let own = OWN.iter().map(|(field, _)| (*field).to_owned());
        let own = own.chain([RETIRED.to_owned()]);
        let of = |place| {
            let fields = OF_OPTION.iter().map(|(field, _)| *field).chain([RETIRED]);
            fields.map(move |field| id(place, field))
        };
        own.chain((1..=self.options).flat_map(of)).collect()
    }

    /// The value of a field; empty if it was not sent.
    pub fn get(&self, id: &str) -> &str {
        self.fields.get(id).map_or("", String::as_str)
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, id: &str) -> bool {
        self.fields.contains_key(id)
    }

    /// All values that were typed, to be sent once more.
    pub fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(id, value)| (id.as_str(), value.as_str()))
    }

    fn set(&mut self, id: String, value: &str) {
        self.fields.insert(id, value.to_owned());
    }

    fn tick(&mut self, id: String, is_ticked: bool) {
        if is_ticked {
            self.fields.insert(id, "ja".to_owned());
        }
    }

    fn set_module(&mut self, id: impl Fn(&str) -> String, module: Option<&Module>) {
        let Some(module) = module else {
            return;
        };
        self.set(id("modul"), &module.key);
        self.set(id("modul_name"), &module.name);
        self.set(
            id("modul_name_en"),
            module.name_en.as_deref().unwrap_or_default(),
        );
        self.tick(id("zu"), module.gated);
    }

    /// The product as typed, and the errors in it, in the order of the page. An empty row for an
    /// option is left out.
    pub fn read(&self) -> (Product, FieldErrors) {
        let mut errors = FieldErrors::default();
        let own = |field: &str| field.to_owned();
        let name = self.name(own("name"), "des Produkts", &mut errors);
        let name_en = self.name_en(own("name_en"), &mut errors);
        let short_name = self.short_name(own("kurzname"), &name, &mut errors);
        let code = self.code(own("code"), "des Produkts", &mut errors);
        let module = self.module(own, true, &mut errors);
        let mut options: Vec<ProductOption> = Vec::new();
        for place in (1..=self.options).filter(|place| !self.is_empty_row(*place)) {
            let of = |field: &str| id(place, field);
            let what = format!("der Option {place}");
            let name = self.name(of("name"), &what, &mut errors);
            let option = ProductOption {
                name_en: self.name_en(of("name_en"), &mut errors),
                short_name: self.short_name(of("kurzname"), &name, &mut errors),
                code: self.code(of("code"), &what, &mut errors),
                module: self.module(of, false, &mut errors),
                requires_avv: self.ticked(&of("avv")),
                retired: self.ticked(&of(RETIRED)),
                name,
            };
            if options.iter().any(|known| known.code == option.code) && !option.code.is_empty() {
                errors.add(
                    of("code"),
                    format!("Die Kennung {what} hat schon eine andere Option"),
                );
            }
            options.push(option);
        }
        let product = Product {
            code,
            name,
            name_en,
            short_name,
            portal_administered: Some(self.ticked("portal")),
            personal_data: Some(self.ticked("daten")),
            requires_avv: self.ticked("avv"),
            module: module.unwrap_or_else(|| Module {
                key: String::new(),
                name: String::new(),
                name_en: None,
                gated: false,
            }),
            options,
            retired: self.ticked(RETIRED),
        };
        (product, errors)
    }

    fn is_empty_row(&self, place: usize) -> bool {
        let texts = OF_OPTION.iter().map(|(field, _)| *field);
        let texts = texts.filter(|field| !matches!(*field, "avv" | "zu"));
        texts
            .into_iter()
            .all(|field| self.get(&id(place, field)).trim().is_empty())
    }

    fn name(&self, id: String, what: &str, errors: &mut FieldErrors) -> String {
        match parse(self.get(&id), LONGEST_NAME) {
            Ok(name) => name,
            Err(BadName::Empty) => {
                errors.add(id, format!("Geben Sie den Namen {what} ein"));
                String::new()
            }
            Err(BadName::TooLong) => {
                errors.add(id, too_long("Namen", what, LONGEST_NAME));
                String::new()
            }
        }
    }

    fn name_en(&self, id: String, errors: &mut FieldErrors) -> Option<String> {
        match self.get(&id).trim() {
            "" => None,
            text => match parse(text, LONGEST_NAME) {
                Ok(name) => Some(name),
                Err(_) => {
                    errors.add(
                        id,
                        format!("Geben Sie den englischen Namen mit höchstens {LONGEST_NAME} Zeichen ein, oder lassen Sie das Feld leer"),
                    );
                    None
                }
            },
        }
    }

    /// The name for narrow columns; the whole name if none was typed.
    fn short_name(&self, id: String, name: &str, errors: &mut FieldErrors) -> String {
        match self.get(&id).trim() {
            "" => name.to_owned(),
            text => parse(text, LONGEST_NAME).unwrap_or_else(|_| {
                errors.add(id, too_long("kurzen Namen", "", LONGEST_NAME));
                String::new()
            }),
        }
    }

    fn code(&self, id: String, what: &str, errors: &mut FieldErrors) -> String {
        let code = self.get(&id).trim();
        if is_code(code) {
            return code.to_owned();
        }
        errors.add(
            id,
            format!("Die Kennung {what} besteht aus Kleinbuchstaben, Ziffern und Bindestrichen, beginnt mit einem Buchstaben oder einer Ziffer und hat höchstens {LONGEST_CODE} Zeichen"),
        );
        String::new()
    }

    fn module(
        &self,
        id: impl Fn(&str) -> String,
        is_needed: bool,
        errors: &mut FieldErrors,
    ) -> Option<Module> {
        let texts = ["modul", "modul_name", "modul_name_en"];
        let is_empty = texts
            .iter()
            .all(|field| self.get(&id(field)).trim().is_empty());
        if is_empty && !is_needed {
            if self.ticked(&id("zu")) {
                errors.add(
                    id("modul_name"),
                    "Gesperrt werden kann nur ein Modul. Geben Sie seinen Namen ein, oder entfernen Sie den Haken",
                );
            }
            return None;
        }
        Some(Module {
            name: self.name(id("modul_name"), "des Moduls", errors),
            name_en: self.name_en(id("modul_name_en"), errors),
            key: self.code(id("modul"), "des Moduls", errors),
            gated: self.ticked(&id("zu")),
        })
    }
}

fn too_long(what: &str, of: &str, most: usize) -> String {
    let of = if of.is_empty() {
        String::new()
    } else {
        format!(" {of}")
    };
    format!("Kürzen Sie den {what}{of} auf {most} Zeichen")
}

fn is_code(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= LONGEST_CODE
        && text.starts_with(is_sign)
        && text.chars().all(|c| is_sign(c) || c == '-')
        // That code is the address of the page for a new product.
        && text != "neu"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::tests::samples::case;

    #[test]
    fn a_product_is_read_as_it_was_shown() {
        for product in case().catalogue {
            let values = Values::of(&product);
            let (read, errors) = values.read();
            assert_eq!(errors.0, []);
            assert_eq!(read, product);
        }
    }

    #[test]
    fn what_is_missing_is_said_at_its_field() {
        let mut values = Values::new();
        assert!(values.add_option() && values.add_option());
        values.set("code".to_owned(), "Mit Leerzeichen");
        values.set(id(2, "name"), "Fax");
        values.tick(id(2, "zu"), true);
        let (product, errors) = values.read();
        let fields: Vec<&str> = errors.0.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "name",
                "code",
                "modul_name",
                "modul",
                "option-2-code",
                "option-2-modul_name"
            ],
            "an empty row is no option"
        );
        assert_eq!(product.options.len(), 1);
        for wrong in ["", "neu", "-a", "a_b", "a.b", "Ä", &"a".repeat(41)] {
            assert!(!is_code(wrong), "{wrong}");
        }
        assert!(is_code("sip-trunk") && is_code("1"));
    }
}

//! A product with its options, as forms name it.

use crate::domain::product::{Options, Product};

/// A product with options as one value of a form: `trunk`, `trunk:fax`, `trunk:fax:journal`.
pub fn choice_key(product: &str, options: &Options) -> String {
    let options: String = options.iter().map(|code| format!(":{code}")).collect();
    format!("{product}{options}")
}

/// A product, or an option of it, as a form offers it.
#[derive(Debug)]
pub struct ProductRow {
    /// Value of `produkt`; of an option the name of its field: `trunk:fax`.
    pub key: String,
    /// What it is called: "SIP-Trunk", "SIP-Trunk mit UMS-Option".
    pub name: String,
    /// What booking the product means, alone or with this option.
    pub meaning: String,
    /// Whether the customer has booked it.
    pub is_booked: bool,
    /// Whether it is chosen in the form.
    pub is_chosen: bool,
    /// Options of a product; empty for an option.
    pub options: Vec<ProductRow>,
}

/// The products of the catalogue with their options. `say` gets a product with options and returns
/// what booking it means, and whether the customer has it.
pub fn rows(
    catalogue: &[Product],
    chosen: &[(String, String)],
    say: impl Fn(&Product, &Options) -> (String, bool),
) -> Vec<ProductRow> {
    let row = |product: &Product, options: Options, name: String| {
        let key = choice_key(&product.code, &options);
        let (meaning, is_booked) = say(product, &options);
        ProductRow {
            is_chosen: match options.is_empty() {
                true => chosen.contains(&("produkt".to_owned(), key.clone())),
                false => chosen.iter().any(|(name, _)| *name == key),
            },
            key,
            name,
            meaning,
            is_booked,
            options: Vec::new(),
        }
    };
    let sold = catalogue.iter().filter(|product| !product.retired);
    sold.map(|product| {
        let options = product.options.iter().filter(|option| !option.retired);
        let options = options.map(|option| {
            let name = format!("{} mit {}", product.name, option.name);
            row(product, Options::from([option.code.clone()]), name)
        });
        ProductRow {
            options: options.collect(),
            ..row(product, Options::new(), product.name.clone())
        }
    })
    .collect()
}

/// Why a choice of product and options is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// None was made, or the catalogue has no such product or option.
    NoProduct,
    /// An option belongs to another product than the one that was chosen.
    OtherProduct,
}

impl Fault {
    /// The error message for the field.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoProduct => "Wählen Sie ein Produkt aus",
            Self::OtherProduct => {
                "Wählen Sie nur Optionen des Produkts, das Sie buchen; angekreuzt ist auch eine eines anderen Produkts"
            }
        }
    }
}

/// The product a form names, with its options: in the value of `produkt`, or each as a field that is
/// called by its key.
///
/// # Errors
///
/// If there is no such product, or an option belongs to another product.
pub fn read_choice(
    catalogue: &[Product],
    chosen: &[(String, String)],
) -> Result<(String, Options), Fault> {
    let key = chosen.iter().find(|(name, _)| name == "produkt");
    let mut key = key.map_or("", |(_, value)| value.as_str()).split(':');
    let code = key.next().unwrap_or_default();
    let product = catalogue.iter().find(|product| product.code == code);
    let product = product.ok_or(Fault::NoProduct)?;
    let mut options: Options = key.map(str::to_owned).collect();
    for (name, _) in chosen.iter().filter(|(name, _)| name != "produkt") {
        match name.split_once(':') {
            Some((of, option)) if of == code => options.insert(option.to_owned()),
            Some(_) => return Err(Fault::OtherProduct),
            None => continue,
        };
    }
    match product.is_sold_with(&options) {
        true => Ok((code.to_owned(), options)),
        false => Err(Fault::NoProduct),
    }
}

//! The catalogue.

use actix_web::{HttpResponse, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Came, Write, WriteAnswer};
use super::body::Json;
use super::call::{Call, Caller};
use super::operation::{Answer, Operation, schema};
use super::party::Faults;
use super::problem::{Code, Problem};
use crate::actions::products::{self, Fault, Saved, find_annexes};
use crate::domain::client::ClientScope as S;
use crate::domain::product::{Module, Product, ProductOption};
use crate::storage::PgConnection;
use crate::storage::catalogue::list_products;
use crate::storage::external_ids::lock_key;
use crate::storage::products::lock_product;
use crate::web::kit::route::{Who, get, put, view};

/// Longest name, in characters.
const LONGEST_NAME: usize = 80;
/// Longest short name, in characters.
const LONGEST_SHORT: usize = 30;
/// Longest code or key, in characters.
const LONGEST_CODE: usize = 40;
/// Most options of a product.
const MOST_OPTIONS: usize = 40;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new(
        get("/api/v1/products", Who::Client(S::ProductsRead), || view().to(list)),
        "List the catalogue",
        Answer::Json(schema::<ProductList>),
    ),
    Operation::new(
        put("/api/v1/products/{code}", Who::Client(S::ProductsWrite), || web::put().to(write)),
        "Add or change a product",
        Answer::Write { creates: true },
    )
    .described("A change by which customers need an agreement, or need one no more, answers `409 confirmation_required` with their number until it is sent with `?confirm=` and that number. A product with customers keeps its booked options.")
    .with_parameters(schema::<ProductParameters>)
    .with_body(schema::<ProductBody>),
];

/// A portal area that a product or an option opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Module")]
pub struct ModuleBody {
    /// Key in addresses.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,39}$"))]
    pub key: String,
    /// Name on pages.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The same in English, if it is another one.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Whether partners get in only by an agreement that covers what needs one there.
    pub gated: bool,
}

/// What can be booked with a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Option")]
pub struct OptionBody {
    /// Key within its product.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,39}$"))]
    pub code: String,
    /// Name behind the product's.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The same in English, if it is another one.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Name for narrow columns, if it is another one.
    #[serde(default)]
    pub short_name: Option<String>,
    /// Whether it needs an agreement.
    pub requires_avv: bool,
    /// The area it opens beside that of its product.
    #[serde(default)]
    pub module: Option<ModuleBody>,
    /// Whether it is not sold any more.
    #[serde(default)]
    pub retired: bool,
}

/// What is written of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductBody {
    /// Full name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The same in English, if it is another one.
    #[serde(default)]
    pub name_en: Option<String>,
    /// Name for narrow columns, if it is another one.
    #[serde(default)]
    pub short_name: Option<String>,
    /// Whether partners administer it through the portal; not known counts as yes.
    #[serde(default)]
    pub portal_administered: Option<bool>,
    /// Whether administering it touches personal data; not known counts as yes.
    #[serde(default)]
    pub personal_data: Option<bool>,
    /// Whether it needs an agreement.
    pub requires_avv: bool,
    /// The area it opens.
    pub module: ModuleBody,
    /// What can be booked with it.
    #[serde(default)]
    pub options: Vec<OptionBody>,
    /// Whether it is not sold any more.
    #[serde(default)]
    pub retired: bool,
}

/// Whether the contract version in force speaks of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Annex {
    /// It does, or need not.
    Present,
    /// It does not: the product is neither offered nor concluded.
    Missing,
}

/// A product.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Product")]
pub struct ProductRead {
    /// Its key.
    #[schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,39}$"))]
    pub code: String,
    /// What is written of it.
    #[serde(flatten)]
    pub data: ProductBody,
    /// Whether the version in force speaks of it.
    pub annex: Annex,
}

/// The catalogue.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ProductList {
    /// All products, in the order of the catalogue.
    pub products: Vec<ProductRead>,
}

/// What writing a product takes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProductParameters {
    /// Whether only to answer what would follow.
    pub dry_run: bool,
    /// The number of customers the change concerns, as `409 confirmation_required` told it.
    pub confirm: Option<u32>,
}

impl Write for ProductParameters {
    fn is_dry_run(&self) -> bool {
        self.dry_run
    }
}

impl ModuleBody {
    fn of(module: &Module) -> Self {
        Self {
            key: module.key.clone(),
            name: module.name.clone(),
            name_en: module.name_en.clone(),
            gated: module.gated,
        }
    }

    fn read(&self, at: &str, faults: &mut Faults) -> Module {
        Module {
            key: code(&format!("{at}/key"), &self.key, faults),
            name: faults.line(&format!("{at}/name"), &self.name, LONGEST_NAME, true),
            name_en: english(&format!("{at}/name_en"), self.name_en.as_deref(), faults),
            gated: self.gated,
        }
    }
}

fn english(pointer: &str, text: Option<&str>, faults: &mut Faults) -> Option<String> {
    let text = faults.line(pointer, text.unwrap_or_default(), LONGEST_NAME, false);
    (!text.is_empty()).then_some(text)
}

/// A code as it stands in addresses: small letters, figures and hyphens.
fn code(pointer: &str, text: &str, faults: &mut Faults) -> String {
    let is_fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let begins = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric());
    if !begins || text.len() > LONGEST_CODE || !text.bytes().all(is_fine) {
        faults.add(
            pointer,
            "invalid",
            "1 to 40 of a-z 0-9 - beginning with a letter or figure.",
        );
    }
    text.to_owned()
}

fn short(pointer: &str, text: Option<&str>, name: &str, faults: &mut Faults) -> String {
    match text {
        Some(text) => faults.line(pointer, text, LONGEST_SHORT, true),
        None => name
            .chars()
            .take(LONGEST_SHORT)
            .collect::<String>()
            .trim()
            .to_owned(),
    }
}

impl ProductBody {
    /// The product with what the portal knows of it besides.
    fn read(&self, own: &str, stored: Option<&Product>) -> Result<Product, Problem> {
        let mut faults = Faults::default();
        let product = Product {
            code: code("code", own, &mut faults),
            name: faults.line("/name", &self.name, LONGEST_NAME, true),
            name_en: english("/name_en", self.name_en.as_deref(), &mut faults),
            short_name: short(
                "/short_name",
                self.short_name.as_deref(),
                &self.name,
                &mut faults,
            ),
            portal_administered: self.portal_administered,
            personal_data: self.personal_data,
            requires_avv: self.requires_avv,
            module: self.module.read("/module", &mut faults),
            help: stored.and_then(|stored| stored.help.clone()),
            options: self
                .options
                .iter()
                .enumerate()
                .map(|(n, option)| option.read(&format!("/options/{n}"), &mut faults))
                .collect(),
            retired: self.retired,
        };
        let mut codes: Vec<&str> = product
            .options
            .iter()
            .map(|one| one.code.as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        if codes.len() != product.options.len() || codes.len() > MOST_OPTIONS {
            faults.add("/options", "invalid", "At most 40, each code once.");
        }
        faults.over()?;
        Ok(product)
    }

    fn of(product: &Product) -> Self {
        Self {
            name: product.name.clone(),
            name_en: product.name_en.clone(),
            short_name: Some(product.short_name.clone()),
            portal_administered: product.portal_administered,
            personal_data: product.personal_data,
            requires_avv: product.requires_avv,
            module: ModuleBody::of(&product.module),
            options: product.options.iter().map(OptionBody::of).collect(),
            retired: product.retired,
        }
    }
}

impl OptionBody {
    fn of(option: &ProductOption) -> Self {
        Self {
            code: option.code.clone(),
            name: option.name.clone(),
            name_en: option.name_en.clone(),
            short_name: Some(option.short_name.clone()),
            requires_avv: option.requires_avv,
            module: option.module.as_ref().map(ModuleBody::of),
            retired: option.retired,
        }
    }

    fn read(&self, at: &str, faults: &mut Faults) -> ProductOption {
        let name = faults.line(&format!("{at}/name"), &self.name, LONGEST_NAME, true);
        ProductOption {
            code: code(&format!("{at}/code"), &self.code, faults),
            name_en: english(&format!("{at}/name_en"), self.name_en.as_deref(), faults),
            short_name: short(
                &format!("{at}/short_name"),
                self.short_name.as_deref(),
                &name,
                faults,
            ),
            name,
            requires_avv: self.requires_avv,
            module: self
                .module
                .as_ref()
                .map(|module| module.read(&format!("{at}/module"), faults)),
            retired: self.retired,
        }
    }
}

async fn list(call: Call) -> Result<HttpResponse, Problem> {
    let body = call
        .read(move |conn, who| {
            let products = list_products(conn)?;
            let known = find_annexes(conn, &products, who.now)?;
            let read = |product: &Product| {
                let lacks = known
                    .in_force
                    .as_ref()
                    .and_then(|(_, lacking)| lacking.get(&product.code))
                    .is_none_or(|files| !files.is_empty());
                ProductRead {
                    code: product.code.clone(),
                    data: ProductBody::of(product),
                    annex: if lacks {
                        Annex::Missing
                    } else {
                        Annex::Present
                    },
                }
            };
            Ok(ProductList {
                products: products.iter().map(read).collect(),
            })
        })
        .await?;
    call.found(&body)
}

async fn write(
    call: Call,
    own: web::Path<String>,
    Json(body): Json<ProductBody>,
) -> Result<HttpResponse, Problem> {
    let own = own.into_inner();
    call.compares_nothing()?;
    call.write(move |conn, who, parameters: &ProductParameters| {
        save(conn, who, &own, &body, parameters.confirm.map(i64::from))
    })
    .await
}

fn save(
    conn: &mut PgConnection,
    who: &Caller,
    own: &str,
    body: &ProductBody,
    confirmed: Option<i64>,
) -> Result<WriteAnswer, Problem> {
    lock_key(conn, "product", own)?;
    let stored = lock_product(conn, own)?;
    let new = body.read(own, stored.as_ref())?;
    let (saved, outcome) = match stored {
        Some(stored) if stored == new => return Ok(WriteAnswer::plain(Came::Unchanged)),
        Some(_) => {
            let saved = products::change(conn, &who.client, own, &new, (None, confirmed), who.now)?;
            (saved, Came::Changed)
        }
        None => (
            products::add(conn, &who.client, &new, who.now)?,
            Came::Created,
        ),
    };
    match saved {
        Saved::Done { .. } => Ok(WriteAnswer::plain(outcome)),
        Saved::Unconfirmed(found) => Err(Problem {
            affected: Some(found.affected),
            ..Code::ConfirmationRequired.into()
        }),
        Saved::Refused(fault) => Err(Problem::with(
            Code::KeyInUse,
            match fault {
                Fault::CodeTaken => "Another product has this code.".to_owned(),
                Fault::CodeBooked => "The product is booked, so its code cannot change.".to_owned(),
                Fault::OptionBooked(code) => {
                    format!("The option {code} is booked, so it cannot go; it can be retired.")
                }
            },
        )),
    }
}

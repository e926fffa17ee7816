//! *Anlagen, Produkte, Bausteine*: what the portal writes into a contract is placed and taken out, products get
//! their annexes, and parts are added, renamed and removed; nobody needs the source for it.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::clauses::{Printed, numbered};
use super::names::tongue;
use super::{Subject, asked, load, names};
use crate::actions::versions::composition::{Composed, compose};
use crate::actions::versions::review::{Review, review};
use crate::app::App;
use crate::contract::check::Remedy;
use crate::contract::clauses::{Pair, PartText};
use crate::contract::composition::{
    BLOCKS, BlockPlace, ClauseAt, ProductWords, blocks, own_parts, stamp,
};
use crate::contract::parts::{MEASURES, languages, product_keys, stems};
use crate::contract::vocabulary::Generator;
use crate::domain::name::{self, BadName};
use crate::domain::product::{Product, keys_needed, option_key};
use crate::domain::version::Version;
use crate::domain::{Language, VersionId};
use crate::paths;
use crate::places::Kind;
use crate::web::kit::error::PageError;
use crate::web::kit::form::{FieldErrors, Form};
use crate::web::kit::page::{Me, Shell, html, invalid};
use crate::web::kit::respond::Respond as _;
use crate::web::kit::signed_form::SignedForm;
use crate::wording::clause::{PREAMBLE, generated};
use crate::wording::composition::{annex_title, prints};

/// What the page is called.
pub(super) const COMPOSITION: &str = "Anlagen, Produkte, Bausteine";
/// Longest field of a product's annex, in characters.
const LONGEST: usize = 1000;
/// The value of the choice of a new annex, and of the beginning of the contract: no part is called so.
const NEW: &str = "neu";
const FIRST: &str = "anfang";

#[derive(Template)]
#[template(path = "web/contract/versions/composition.html")]
struct Page {
    shell: Shell,
    subject: Subject,
    stand: String,
    blocks: Vec<BlockRow>,
    /// Places by the part they are in.
    places: Vec<(String, Vec<ClauseChoice>)>,
    products: Vec<ProductRow>,
    /// Parts that can be renamed or removed: file name, and name for readers.
    parts: Vec<(String, String)>,
}

/// A block, with where it stands.
struct BlockRow {
    word: &'static str,
    name: &'static str,
    prints: &'static str,
    /// The checks that ask for it.
    asked_by: String,
    /// Value, name and address of each clause it stands in.
    placed: Vec<ClauseChoice>,
    /// The heading of a new annex for it.
    title: &'static str,
}

/// A clause that can be chosen.
#[derive(Clone)]
struct ClauseChoice {
    value: String,
    name: String,
    href: String,
    /// Whether something can refer to it.
    has_heading: bool,
}

/// A product, or an option of it, with its annex.
struct ProductRow {
    key: String,
    name: String,
    /// CSS key and words of its state.
    state: (&'static str, &'static str),
    /// Address of its annex.
    href: Option<String>,
    /// Whether it lacks one.
    is_open: bool,
}

#[derive(Template)]
#[template(path = "web/contract/versions/product_annex.html")]
struct ProductPage {
    shell: Shell,
    subject: Subject,
    stand: String,
    key: String,
    name: String,
    columns: Vec<ProductColumn>,
    errors: FieldErrors,
}

/// The fields of one language.
struct ProductColumn {
    code: &'static str,
    language: &'static str,
    /// Id, label, and what was typed.
    fields: [(&'static str, &'static str, String); 3],
}

impl ProductColumn {
    fn of(code: &'static str, typed: ProductWords) -> Self {
        let [purpose, data, persons] = match code {
            "en" => ["zweck_en", "daten_en", "personen_en"],
            _ => ["zweck_de", "daten_de", "personen_de"],
        };
        Self {
            code,
            language: tongue(code),
            fields: [
                (purpose, "Wozu die Verarbeitung dient", typed.purpose),
                (data, "Arten der Daten", typed.data),
                (persons, "Betroffene Personen", typed.persons),
            ],
        }
    }
}

/// GET: the page, or with `produkt` the form of an annex.
pub async fn show(
    app: web::Data<App>,
    me: Me,
    request: HttpRequest,
    id: web::Path<VersionId>,
) -> Result<HttpResponse, PageError> {
    match asked(&request, "produkt") {
        Some(key) => {
            let typed = BTreeMap::new();
            html(&product_page(&app, &me, *id, &key, typed, FieldErrors::default()).await?)
        }
        None => html(&page(&app, &me, *id).await?),
    }
}

async fn page(app: &App, me: &Me, id: VersionId) -> Result<Page, PageError> {
    let (version, around) = load(app, me, id).await?;
    let products = product_rows(around.products(), &version);
    let (own, read) = (app.clone(), version.clone());
    let (reviewed, printed) = me
        .turn
        .take(app, Kind::SignedIn, move || {
            let reviewed = review(&own, &read.files, &around, None, &[]);
            let printed = Printed::of(&reviewed, &around, &read);
            (reviewed, printed)
        })
        .await?;
    let places = places(&version, &printed);
    let mut parts = stems(&version.files);
    parts.retain(|part| part != "vertrag");
    Ok(Page {
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        subject: Subject::of(&version, me.viewer.role),
        stand: stamp(&version.files),
        blocks: block_rows(&version, &reviewed, &places),
        places,
        products,
        parts: parts
            .into_iter()
            .map(|stem| (stem.clone(), names::part(&version.files, &stem, "de")))
            .collect(),
    })
}

/// The clauses that can be chosen, by part.
fn places(version: &Version, printed: &Printed) -> Vec<(String, Vec<ClauseChoice>)> {
    let all = own_parts(&version.files).into_iter();
    all.map(|part| {
        let name = names::part(&version.files, &part.stem, "de");
        let pairs = part.pairs.iter().filter(|pair| is_in_all(&part, pair));
        let places = pairs.map(|pair| place(&part, pair, printed, version.head.id));
        (name, places.collect::<Vec<ClauseChoice>>())
    })
    .collect()
}

fn is_in_all(part: &PartText, pair: &Pair) -> bool {
    part.each(pair).all(|(_, clause)| clause.is_some())
}

fn place(part: &PartText, pair: &Pair, printed: &Printed, id: VersionId) -> ClauseChoice {
    let (number, title) = numbered(part, pair, printed);
    let has_heading = part
        .each(pair)
        .all(|(_, clause)| clause.is_some_and(|(_, one)| one.level > 0));
    let name = match has_heading {
        true => format!("{number} {title}").trim().to_owned(),
        false => PREAMBLE.to_owned(),
    };
    ClauseChoice {
        value: format!("{}/{}", part.stem, pair.key),
        name,
        href: paths::version_clause(id, &part.stem, &pair.key),
        has_heading,
    }
}

fn block_rows(
    version: &Version,
    reviewed: &Review,
    places: &[(String, Vec<ClauseChoice>)],
) -> Vec<BlockRow> {
    let standing = blocks(&version.files);
    let has_measures = stems(&version.files).iter().any(|stem| stem == MEASURES);
    let all = BLOCKS.iter().copied();
    let all = all.chain(has_measures.then_some(Generator::Measures));
    all.map(|block| {
        let word = block.word();
        let asking = reviewed.findings.iter();
        let asking = asking.filter(|one| one.remedy == Some(Remedy::Block(block)));
        let mut asked_by: Vec<&str> = asking.map(|one| one.id).collect();
        asked_by.dedup();
        let values = standing.iter().filter(|(one, _)| *one == block);
        let placed = values.filter_map(|(_, at)| {
            let value = format!("{}/{}", at.part, at.clause);
            let mut known = places.iter().flat_map(|(_, places)| places);
            known.find(|place| place.value == value).cloned()
        });
        BlockRow {
            word,
            name: generated(word),
            prints: prints(word),
            asked_by: asked_by.join(", "),
            placed: placed.collect(),
            title: annex_title(word, Language::De),
        }
    })
    .collect()
}

/// What needs an annex: each product, and its options that can have one of their own.
fn product_rows(products: &[Product], version: &Version) -> Vec<ProductRow> {
    let known = product_keys(&version.files);
    let has = |key: &str| known.iter().any(|one| one == key);
    let mut rows = Vec::new();
    for product in products {
        let needed = keys_needed(product);
        if needed.is_empty() {
            continue;
        }
        let lacks = needed.iter().any(|key| !has(key)) && !has(&product.code);
        let options = product.options.iter();
        let options = options.map(|option| {
            (
                option_key(&product.code, &option.code),
                format!("{}, {}", product.name, option.name),
            )
        });
        let itself = (product.code.clone(), product.name.clone());
        for (key, name) in std::iter::once(itself).chain(options) {
            let is_itself = key == product.code;
            if !is_itself && !needed.contains(&key) {
                continue;
            }
            let is_open = !has(&key) && lacks;
            let state = match (has(&key), is_open) {
                (true, _) => ("concluded", "hat eine Anlage"),
                (false, true) => ("open", "ohne Anlage"),
                (false, false) if is_itself => ("not_required", "die Optionen haben Anlagen"),
                (false, false) => ("concluded", "steht in der Anlage des Produkts"),
            };
            rows.push(ProductRow {
                href: has(&key)
                    .then(|| paths::version_clauses(version.head.id, &format!("produkte/{key}"))),
                key,
                name,
                state,
                is_open,
            });
        }
    }
    rows
}

async fn product_page(
    app: &App,
    me: &Me,
    id: VersionId,
    key: &str,
    mut typed: BTreeMap<&'static str, ProductWords>,
    errors: FieldErrors,
) -> Result<ProductPage, PageError> {
    let (version, around) = load(app, me, id).await?;
    let rows = product_rows(around.products(), &version);
    let row = rows.into_iter().find(|row| row.key == key);
    let row = row.ok_or(PageError::NotFound)?;
    let columns = languages(&version.files).into_iter();
    let columns =
        columns.map(|code| ProductColumn::of(code, typed.remove(code).unwrap_or_default()));
    Ok(ProductPage {
        columns: columns.collect(),
        shell: Shell::load(app, me, paths::VERSIONS).await?,
        subject: Subject::of(&version, me.viewer.role),
        stand: stamp(&version.files),
        key: row.key,
        name: row.name,
        errors,
    })
}

/// POST: does what the pressed button says.
pub async fn change(
    app: web::Data<App>,
    me: Me,
    session: Session,
    id: web::Path<VersionId>,
    SignedForm(form): SignedForm,
) -> Result<HttpResponse, PageError> {
    let (now, viewer, id) = (app.clock.now(), me.viewer.clone(), *id);
    let seen = form.get("stand").to_owned();
    let block = || {
        form.get("baustein")
            .parse::<Generator>()
            .map_err(|_| PageError::BadForm)
    };
    let key = form.get("produkt").to_owned();
    let (wanted, back, said) = match form.get("tun") {
        "einbauen" => {
            let block = block()?;
            (
                Composed::Place(block, block_place(&form)?),
                block.word(),
                "Der Baustein ist eingebaut, in jeder Sprache.",
            )
        }
        "herausnehmen" => {
            let block = block()?;
            (
                Composed::TakeOut(block, clause_at(&form)?),
                block.word(),
                "Der Baustein ist herausgenommen, in jeder Sprache.",
            )
        }
        "verweisen" => (
            Composed::Refer(key, clause_at(&form)?),
            "produkte",
            "Das Produkt hat eine Anlage, die auf die gewählte Stelle verweist.",
        ),
        "beschreiben" => {
            let (version, _) = load(&app, &me, id).await?;
            let (typed, errors) = typed(&form, &languages(&version.files));
            if !errors.is_empty() {
                return invalid(&product_page(&app, &me, id, &key, typed, errors).await?);
            }
            (
                Composed::Describe(key, typed),
                "produkte",
                "Das Produkt hat eine Anlage, in jeder Sprache.",
            )
        }
        _ => return Err(PageError::BadForm),
    };
    let done = app
        .db
        .transaction(move |conn| compose(conn, &viewer, id, &seen, &wanted, now))
        .await;
    let back = format!("{}#{back}", paths::version(id, "teile"));
    session.respond(done, |()| said, back)
}

fn block_place(form: &Form) -> Result<BlockPlace, PageError> {
    Ok(match form.get("ort") {
        NEW => BlockPlace::NewAnnex,
        FIRST => BlockPlace::Beginning,
        _ => BlockPlace::Clause(clause_at(form)?),
    })
}

fn clause_at(form: &Form) -> Result<ClauseAt, PageError> {
    let (part, clause) = form.get("ort").rsplit_once('/').ok_or(PageError::BadForm)?;
    Ok(ClauseAt {
        part: part.to_owned(),
        clause: clause.to_owned(),
    })
}

/// The fields of a product's annex, and what is wrong with them.
fn typed(
    form: &Form,
    languages: &[&'static str],
) -> (BTreeMap<&'static str, ProductWords>, FieldErrors) {
    let mut errors = FieldErrors::default();
    let mut typed = BTreeMap::new();
    for code in languages {
        let language = tongue(code);
        let mut field = |name: &str, wanted: &'static str| {
            let name = format!("{name}_{code}");
            match name::parse(form.get(&name), LONGEST) {
                Ok(text) => text,
                Err(fault) => {
                    let sentence = match fault {
                        BadName::Empty => format!("{wanted}, auf {language}"),
                        BadName::TooLong => format!("Kürzen Sie den Text auf {LONGEST} Zeichen"),
                    };
                    errors.add(&name, sentence);
                    name::printable(form.get(&name))
                }
            }
        };
        let words = ProductWords {
            name: String::new(),
            purpose: field("zweck", "Schreiben Sie, wozu die Verarbeitung dient"),
            data: field("daten", "Nennen Sie die Arten der Daten"),
            persons: field("personen", "Nennen Sie die betroffenen Personen"),
        };
        typed.insert(*code, words);
    }
    (typed, errors)
}

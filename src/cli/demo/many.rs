//! Customers beyond the sixty of the table: names combined from lists, facts written in bulk.

use std::time::Instant;

use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng as _;
use serde_json::{Value, json};

use super::super::{Result, note};
use super::companies;
use super::people::Cast;
use super::script::Booked;
use crate::app::App;
use crate::domain::product::Product;
use crate::domain::{CustomerNumber, PartnerId, Party, calendar, name, search};
use crate::storage::bulk::{self, Bulk, SearchKeys};
use crate::storage::contract_versions::find_in_force;
use crate::storage::db::{Conn, DbError};
use crate::storage::{QueryResult, case_rows, cases, catalogue, partners};

/// Number of the first one; the numbers of the sixty are smaller.
pub const FIRST: u32 = 1_000_000;
/// Customers for each Mandant.
const EACH: usize = 2_000;
/// Number of customers whose row in the list is compared with their facts.
const SAMPLE: usize = 200;

const FAMILIES: &[&str] = &[
    "Müller",
    "Schmidt",
    "Schneider",
    "Fischer",
    "Weber",
    "Meyer",
    "Wagner",
    "Becker",
    "Schulz",
    "Hoffmann",
    "Schäfer",
    "Koch",
    "Bauer",
    "Richter",
    "Klein",
    "Wolf",
    "Schröder",
    "Neumann",
    "Schwarz",
    "Zimmermann",
    "Braun",
    "Krüger",
    "Hofmann",
    "Hartmann",
    "Lange",
    "Schmitt",
    "Werner",
    "Krause",
    "Lehmann",
    "Köhler",
    "Herrmann",
    "König",
    "Walter",
    "Mayer",
    "Huber",
    "Kaiser",
    "Fuchs",
    "Peters",
    "Lang",
    "Scholz",
    "Möller",
    "Weiß",
    "Jung",
    "Hahn",
    "Schubert",
    "Vogel",
    "Friedrich",
    "Keller",
    "Günther",
    "Frank",
    "Berger",
    "Winkler",
    "Roth",
    "Beck",
    "Lorenz",
    "Baumann",
    "Özdemir",
    "Yılmaz",
    "Kowalski",
    "Nguyễn",
    "Dvořák",
    "Jansen",
    "Öchsner",
    "Überschär",
    "Ächtler",
    "Süßmuth",
];
const TRADES: &[&str] = &[
    "Elektrotechnik",
    "Bau",
    "Logistik",
    "Möbel",
    "Druck",
    "Metallbau",
    "Gartenbau",
    "Sanitär & Heizung",
    "Immobilien",
    "Steuerberatung",
    "Rechtsanwälte",
    "Zahntechnik",
    "Apotheke",
    "Optik",
    "Autohaus",
    "Spedition",
    "Gebäudereinigung",
    "Catering",
    "Weinhandel",
    "Bäckerei",
    "Fleischerei",
    "Maschinenbau",
    "Werkzeugbau",
    "Kunststofftechnik",
    "Software",
    "Medien",
    "Werbung",
    "Veranstaltungstechnik",
    "Sicherheitsdienst",
    "Pflegedienst",
    "Physiotherapie",
    "Fahrschule",
    "Reisen",
    "Touristik",
    "Textilpflege",
    "Landtechnik",
    "Saatgut",
    "Fördertechnik",
    "Kältetechnik",
    "Brandschutz",
];
const FORMS: &[&str] = &[
    "GmbH",
    "GmbH & Co. KG",
    "KG",
    "e. K.",
    "AG",
    "OHG",
    "UG (haftungsbeschränkt)",
    "Gesellschaft für Handel und Dienstleistung mbH",
];
const CITIES: &[(&str, &str)] = &[
    ("10115", "Berlin"),
    ("20095", "Hamburg"),
    ("80331", "München"),
    ("50667", "Köln"),
    ("60311", "Frankfurt am Main"),
    ("70173", "Stuttgart"),
    ("40213", "Düsseldorf"),
    ("44135", "Dortmund"),
    ("45127", "Essen"),
    ("04109", "Leipzig"),
    ("28195", "Bremen"),
    ("01067", "Dresden"),
    ("30159", "Hannover"),
    ("90402", "Nürnberg"),
    ("47051", "Duisburg"),
    ("44787", "Bochum"),
    ("42103", "Wuppertal"),
    ("33602", "Bielefeld"),
    ("53111", "Bonn"),
    ("48143", "Münster"),
    ("76133", "Karlsruhe"),
    ("68159", "Mannheim"),
    ("86150", "Augsburg"),
    ("65183", "Wiesbaden"),
    ("45879", "Gelsenkirchen"),
    ("41061", "Mönchengladbach"),
    ("38100", "Braunschweig"),
    ("09111", "Chemnitz"),
    ("24103", "Kiel"),
    ("52062", "Aachen"),
    ("06108", "Halle (Saale)"),
    ("39104", "Magdeburg"),
    ("79098", "Freiburg im Breisgau"),
    ("47798", "Krefeld"),
    ("55116", "Mainz"),
    ("23552", "Lübeck"),
    ("99084", "Erfurt"),
    ("46045", "Oberhausen"),
    ("18055", "Rostock"),
    ("34117", "Kassel"),
    ("58095", "Hagen"),
    ("66111", "Saarbrücken"),
    ("14467", "Potsdam"),
    ("67059", "Ludwigshafen am Rhein"),
    ("26121", "Oldenburg"),
    ("49074", "Osnabrück"),
    ("51373", "Leverkusen"),
    ("69117", "Heidelberg"),
    ("64283", "Darmstadt"),
    ("42651", "Solingen"),
    ("93047", "Regensburg"),
    ("33098", "Paderborn"),
    ("85049", "Ingolstadt"),
    ("97070", "Würzburg"),
    ("90762", "Fürth"),
    ("89073", "Ulm"),
    ("74072", "Heilbronn"),
    ("75172", "Pforzheim"),
    ("38440", "Wolfsburg"),
    ("37073", "Göttingen"),
];
const PERSONS: &[&str] = &[
    "Andrea Sommer",
    "Bernd Acker",
    "Claudia Stein",
    "Dirk Nagel",
    "Eva Brandt",
    "Frank Ziegler",
    "Gülay Demir",
    "Holger Busch",
    "Ines Thiele",
    "Jürgen Voß",
    "Katrin Seidel",
    "Lars Böhm",
    "Monika Haas",
    "Norbert Ernst",
    "Olga Petrova",
    "Peter Lindner",
    "Renate Kühn",
    "Stefan Arnold",
    "Tanja Pohl",
    "Ulrich Grimm",
];

/// Writes `count` more customers and checks on a sample that list and facts agree.
pub fn add(app: &App, cast: &Cast, count: u32, now: DateTime<Utc>) -> Result<()> {
    let began = Instant::now();
    let bulk = app.db.transaction_blocking(|conn| {
        let bulk = prepare(conn, cast, count, now)?;
        bulk::load(conn, &bulk)?;
        Ok::<_, DbError>(bulk)
    })?;
    note(&format!(
        "{count} customers written after {} s",
        began.elapsed().as_secs()
    ));
    app.db
        .read_blocking(|conn| Ok::<_, DbError>(bulk::tidy(conn)?))?;
    let agreeing = compare(app, &bulk, now)?;
    note(&format!(
        "ready after {} s; {agreeing} of {SAMPLE} compared customers are in the list as their facts say",
        began.elapsed().as_secs()
    ));
    if agreeing < SAMPLE {
        bail!("the bulk data contradict themselves");
    }
    Ok(())
}

fn prepare(conn: &mut Conn, cast: &Cast, count: u32, now: DateTime<Utc>) -> QueryResult<Bulk> {
    let offered = find_in_force(conn, calendar::day(now))?.unwrap_or_default();
    let (mixes, labels) = mixes(&catalogue::list_products(conn)?);
    let cities: Vec<&str> = CITIES.iter().map(|(_, city)| *city).collect();
    Ok(Bulk {
        first: FIRST,
        count,
        now,
        version: offered,
        recorder: cast.operator.user,
        chains: chains(conn, cast, count, now)?,
        families: words(FAMILIES),
        trades: words(TRADES),
        forms: words(FORMS),
        cities: words(&cities),
        postcodes: CITIES.iter().map(|(code, _)| (*code).to_owned()).collect(),
        persons: PERSONS.iter().map(|person| (*person).to_owned()).collect(),
        mixes,
        labels,
    })
}

/// The three Mandanten of the demo, so that their logins have long lists too, and as many more as
/// are needed.
fn chains(
    conn: &mut Conn,
    cast: &Cast,
    count: u32,
    now: DateTime<Utc>,
) -> QueryResult<Vec<(PartnerId, Option<PartnerId>)>> {
    let own = &cast.partners;
    let mut chains = vec![
        (own.muster, Some(own.nord)),
        (own.rhein, None),
        (own.bayern, None),
    ];
    let began = now - TimeDelta::days(1000);
    for at in 0..(count as usize / EACH) {
        let family = FAMILIES[at % FAMILIES.len()];
        let (postcode, city) = CITIES[at * 7 % CITIES.len()];
        let person = PERSONS[at % PERSONS.len()];
        let mut found = |parent, company: String, word: &str| {
            let email = format!("{word}-{at}@partner.example");
            let town = format!("{postcode} {city}");
            let party = Party {
                represented_by: person.to_owned(),
                phone: format!("0800 555-{at}"),
                ..companies::party(&company, "Messeplatz 1", &town, person, &email)
            };
            partners::create_partner(conn, parent, &party, began)
        };
        let partner = found(None, format!("Systemhaus {family} {city} GmbH"), "mandant")?;
        let sub = if at % 2 == 0 {
            let company = format!("{family} Telefonservice {city} e. K.");
            Some(found(Some(partner), company, "submandant")?)
        } else {
            None
        };
        chains.push((partner, sub));
    }
    Ok(chains)
}

fn words(names: &[&str]) -> SearchKeys {
    SearchKeys {
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        keys: names.iter().map(|name| name::sort_key(name)).collect(),
        words: names
            .iter()
            .map(|name| {
                let words: Vec<String> = search::words_of(name).into_iter().collect();
                words.join(" ")
            })
            .collect(),
    }
}

/// Sets of products and what the list prints for them.
fn mixes(catalogue: &[Product]) -> (Value, Vec<String>) {
    let sets: [&[Booked]; 5] = [
        &[("centraflex", &[])],
        &[("mehrstandort-sip-trunk", &["ums"])],
        &[("sip-trunk", &["ums"])],
        &[("sip-trunk", &[])],
        &[("mehrstandort-sip-trunk", &["ums"]), ("centraflex", &[])],
    ];
    let products = sets.map(|set| {
        let products = set
            .iter()
            .map(|(product, options)| json!({ "product": product, "options": options }));
        Value::Array(products.collect())
    });
    let labels = sets.map(|set| {
        let names: Vec<String> = catalogue
            .iter()
            .filter_map(|product| {
                let (_, codes) = set.iter().find(|(code, _)| *code == product.code)?;
                let options = codes.iter().map(|code| (*code).to_owned()).collect();
                Some(product.booked_short_name(&options))
            })
            .collect();
        names.join(", ")
    });
    (Value::Array(products.into()), labels.into())
}

/// How many of a random sample agree with the rules.
fn compare(app: &App, bulk: &Bulk, now: DateTime<Utc>) -> Result<usize> {
    let mut random = rand::rng();
    let mut agreeing = 0;
    for _ in 0..SAMPLE {
        let number = CustomerNumber::from(bulk.first + random.random_range(0..bulk.count));
        let agrees = app.db.read_blocking(|conn| {
            let case = cases::find_case(conn, number, now)?;
            Ok::<_, DbError>(match case {
                Some(case) => Some(case_rows::row_agrees(conn, &case, now)?),
                None => None,
            })
        })?;
        if agrees.context("a customer is missing")? {
            agreeing += 1;
        } else {
            note(&format!("customer {number}: list and facts differ"));
        }
    }
    Ok(agreeing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_put_together_are_the_key_of_the_name_put_together() {
        for (at, family) in FAMILIES.iter().enumerate() {
            let trade = TRADES[at % TRADES.len()];
            let form = FORMS[at % FORMS.len()];
            let (_, city) = CITIES[at % CITIES.len()];
            let parts = [family, trade, city, form];
            let keys: Vec<String> = parts.iter().map(|part| name::sort_key(part)).collect();
            assert!(keys.iter().all(|key| !key.is_empty()));
            assert_eq!(name::sort_key(&parts.join(" ")), keys.join(" "));
        }
    }
}

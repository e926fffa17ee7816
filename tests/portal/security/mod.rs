//! What every answer must contain and no answer may: headers, hosts, tokens, hostile names, logs.

mod answers;
mod hostile;
mod hosts;
mod limits;
mod links;
mod secrets;

use std::collections::BTreeSet;

use avv_portal::web::routes::rows;

use crate::harness::{Browser, CUSTOMER, Page, Person, TestApp};
use crate::seeded::World;

/// Addresses of the pages of a world, including those of the public links.
fn addresses(world: &World) -> Vec<String> {
    let agreement = world.agreement(CUSTOMER).to_string();
    let mut all = vec![
        "/gibt/es/nicht".to_owned(),
        "/static/0/nichts.css".to_owned(),
    ];
    for row in rows().filter(|row| row.method == "GET") {
        for number in ["4711", "4712"] {
            for link in [&world.open, &world.concluded] {
                all.push(
                    row.path
                        .replace("{nummer}", number)
                        .replace("{modul}", "centraflex")
                        .replace("{vertrag}", &agreement)
                        .replace("{benutzer}", "3")
                        .replace("{partner}", "2")
                        .replace("{hash}", "0")
                        .replace("{name}", "portal.css")
                        .replace("{tile:.*}", "0/000.p/1")
                        .replace("{token}", &World::token(link)),
                );
            }
        }
    }
    all.push("/administration/avv?kunde=4711".to_owned());
    all.push("/administration/avv?kunde=4712".to_owned());
    all.push("/kunden?suche=xyz".to_owned());
    for link in [&world.open, &world.concluded] {
        all.push(format!("/zustimmung/{}?sprache=en", World::token(link)));
    }
    let unique: BTreeSet<String> = all.into_iter().collect();
    unique.into_iter().collect()
}

async fn everybody(app: &TestApp) -> Vec<(String, Browser)> {
    let mut all = vec![("nobody".to_owned(), app.visitor())];
    for person in Person::ALL {
        all.push((format!("{person:?}"), app.sign_in(person).await));
    }
    all
}

/// The fields with which the consent form concludes.
fn signature(page: &Page) -> (String, Vec<(String, String)>) {
    let (action, mut fields) = page.form("main form[action^='/zustimmung/']");
    fields.retain(|(name, _)| !matches!(name.as_str(), "name" | "funktion"));
    for (name, value) in [
        ("name", "Ayşe Özdemir"),
        ("funktion", "Inhaberin"),
        ("vertretung", "on"),
        ("gelesen", "on"),
    ] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    (action, fields)
}

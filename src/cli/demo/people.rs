//! The people and companies of the demo: the provider, its products, partners, customers and users.
//! All of them are invented.

use anyhow::{Context as _, anyhow};
use chrono::{DateTime, Days, TimeDelta, Utc};

use super::super::Result;
use super::companies::{Partners, address, party};
use super::partner_directory;
use super::sub_processors::sub_processors;
use crate::actions::users as user_actions;
use crate::actions::{ActionError, Actor, passwords};
use crate::app::App;
use crate::domain::calendar::day;
use crate::domain::product::{Module, Named, Product, ProductOption};
use crate::domain::viewer::{OperatorRole, Role, Viewer};
use crate::domain::{CustomerNumber, EmailAddress, Holidays, Operator, Party};
use crate::storage::db::Conn;
use crate::storage::users::{NewUser, find_viewer};
use crate::storage::{catalogue, partners, sub_processors as storage_of_register};

/// Password of every demo login.
pub const PASSWORD: &str = "Tannenzapfen-im-Oktober";
/// The customer with the two customer logins; its agreement is in force.
pub const CUSTOMER: CustomerNumber = CustomerNumber::of_figures(4711);

/// A user who can sign in.
pub struct Login {
    /// Role in the printed line: `operator`, `partner` …
    pub role: &'static str,
    /// The address the user signs in with.
    pub email: EmailAddress,
    name: &'static str,
}

/// The users and partners who act in the story.
#[derive(Debug, Clone)]
pub struct Cast {
    /// Partners by their short names.
    pub partners: Partners,
    /// The administrator of the operator.
    pub operator: Viewer,
    /// The user of the Mandant Muster IT.
    pub partner: Viewer,
}

/// All logins, in the order they are printed.
pub fn logins() -> Vec<Login> {
    [
        ("operator", "betrieb@plusnet.example", "Miriam Adler"),
        (
            "operator-legal",
            "recht@plusnet.example",
            "Dr. Henrike Vogt",
        ),
        (
            "operator-support",
            "support@plusnet.example",
            "Tarek Lindner",
        ),
        (
            "operator-auditor",
            "revision@plusnet.example",
            "Ilse Großmann",
        ),
        ("partner", "jana.weiss@muster-it.example", "Jana Weiß"),
        (
            "partner-without-users",
            "tim.berger@muster-it.example",
            "Tim Berger",
        ),
        ("sub-partner", "ole.hansen@nord-tk.example", "Ole Hansen"),
        (
            "customer",
            "elif@baeckerei-oezdemir.example",
            "Elif Özdemir",
        ),
        (
            "customer-without-contract",
            "backstube@baeckerei-oezdemir.example",
            "Murat Özdemir",
        ),
    ]
    .into_iter()
    .filter_map(|(role, email, name)| {
        let email = address(email)?;
        Some(Login { role, email, name })
    })
    .collect()
}

/// Writes provider, products, partners and all users but those of customers.
pub fn arrive(app: &App, now: DateTime<Utc>) -> Result<Cast> {
    let began = now - TimeDelta::days(200);
    let password = hash()?;
    let cast = app.db.transaction_blocking(|conn| {
        catalogue::save_operator(conn, &provider())?;
        for entry in sub_processors() {
            let from = day(now) - Days::new(1000);
            storage_of_register::create_entry(conn, &entry, from)?;
        }
        for (position, product) in (1_i16..).zip(products()) {
            catalogue::save_product(conn, position, &product)?;
        }
        let partners = add_partners(conn, began)?;
        let mut add = |login: &str, role| add_user(conn, app, login, role, &password, began);
        let operator = add("operator", Role::ADMINISTRATOR)?;
        for job in OperatorRole::ALL {
            add(&format!("operator-{job}"), Role::Operator(*job))?;
        }
        let partner = add("partner", Role::Partner(partners.muster))?;
        add("partner-without-users", Role::Partner(partners.muster))?;
        add("sub-partner", Role::SubPartner(partners.nord))?;
        if let Some(operator) = &operator {
            partner_directory::complete(conn, app, operator, &partners, now)?;
        }
        Ok::<_, ActionError>(operator.zip(partner).map(|(operator, partner)| Cast {
            partners,
            operator,
            partner,
        }))
    })?;
    cast.context("a demo user vanished")
}

/// Adds the users of the demo customer, once that customer exists: two who sign in, and who cannot yet or any
/// more.
pub fn add_customer_users(app: &App, by: &Viewer, now: DateTime<Utc>) -> Result<()> {
    let at = now - TimeDelta::days(60);
    let password = hash()?;
    app.db.transaction_blocking(|conn| {
        for (login, contracts) in [("customer", true), ("customer-without-contract", false)] {
            let role = Role::Customer {
                number: CUSTOMER,
                contracts,
            };
            add_user(conn, app, login, role, &password, at)?;
        }
        add_without_login(conn, app, by, at, now)?;
        Ok::<_, ActionError>(())
    })?;
    Ok(())
}

/// One who was invited and has not set a password yet, and one who is locked.
fn add_without_login(
    conn: &mut Conn,
    app: &App,
    by: &Viewer,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> std::result::Result<(), ActionError> {
    for (email, name, is_locked, at) in [
        (
            "verkauf@baeckerei-oezdemir.example",
            "Leyla Özdemir",
            false,
            now,
        ),
        (
            "aushilfe@baeckerei-oezdemir.example",
            "Jörg Müller-Lüdenscheidt",
            true,
            at,
        ),
    ] {
        let new = NewUser {
            email: address(email).ok_or(ActionError::NotFound)?,
            name: name.to_owned(),
            role: Role::Customer {
                number: CUSTOMER,
                contracts: false,
            },
            manages_users: false,
            // No password matches this; whoever is invited has none.
            password_hash: is_locked.then(|| "-".to_owned()),
        };
        let id = user_actions::add(conn, app, Actor::Command, &new, at)?;
        if is_locked {
            user_actions::disable(conn, by, id, at)?;
        }
    }
    Ok(())
}

/// A user of a customer who may read its contract but never signs in.
pub fn add_signatory(
    conn: &mut Conn,
    app: &App,
    customer: CustomerNumber,
    name: &str,
    now: DateTime<Utc>,
) -> std::result::Result<Viewer, ActionError> {
    let new = NewUser {
        email: address(&format!("kunde-{customer}@unterschrift.example"))
            .ok_or(ActionError::NotFound)?,
        name: name.to_owned(),
        role: Role::Customer {
            number: customer,
            contracts: true,
        },
        // No password matches this: the person is only part of the history.
        manages_users: false,
        password_hash: Some("-".to_owned()),
    };
    let id = user_actions::add(conn, app, Actor::Command, &new, now)?;
    find_viewer(conn, id)?.ok_or(ActionError::NotFound)
}

fn add_user(
    conn: &mut Conn,
    app: &App,
    role_name: &str,
    role: Role,
    hash: &str,
    now: DateTime<Utc>,
) -> std::result::Result<Option<Viewer>, ActionError> {
    let Some(login) = logins().into_iter().find(|login| login.role == role_name) else {
        return Ok(None);
    };
    let new = NewUser {
        email: login.email,
        name: login.name.to_owned(),
        role,
        // These two manage the people of their companies.
        manages_users: matches!(role_name, "partner" | "customer"),
        password_hash: Some(hash.to_owned()),
    };
    let id = user_actions::add(conn, app, Actor::Command, &new, now)?;
    Ok(find_viewer(conn, id)?)
}

fn hash() -> Result<String> {
    passwords::hash(PASSWORD).map_err(|error| anyhow!("the password cannot be hashed: {error}"))
}

fn add_partners(conn: &mut Conn, now: DateTime<Utc>) -> std::result::Result<Partners, ActionError> {
    let mut add = |parent, party: Party| partners::create_partner(conn, parent, &party, now);
    let muster = add(
        None,
        Party {
            register: "Amtsgericht Dortmund, HRB 20471".into(),
            represented_by: "Carsten Muster".into(),
            phone: "0231 555-120".into(),
            ..party(
                "Muster IT GmbH",
                "Hohe Straße 12",
                "44139 Dortmund",
                "Jana Weiß",
                "datenschutz@muster-it.example",
            )
        },
    )?;
    let nord = add(
        Some(muster),
        Party {
            represented_by: "Ole Hansen, Wiebke Hansen".into(),
            phone: "0431 555-30".into(),
            ..party(
                "Nord-TK GbR",
                "Hafenweg 3",
                "24103 Kiel",
                "Ole Hansen",
                "info@nord-tk.example",
            )
        },
    )?;
    let fern = add(
        Some(muster),
        Party {
            register: "Amtsgericht Dresden, HRB 3391".into(),
            represented_by: "Gudrun Süßenguth".into(),
            phone: "03581 555-77".into(),
            ..party(
                "Fernmeldetechnik Süßenguth & Töchter GmbH",
                "Obermarkt 19",
                "02826 Görlitz",
                "Gudrun Süßenguth",
                "kontakt@suessenguth.example",
            )
        },
    )?;
    let rhein = add(
        None,
        Party {
            register: "Amtsgericht Köln, HRB 71820".into(),
            represented_by: "Tülay Aksoy".into(),
            phone: "0221 555-410".into(),
            ..party(
                "Rhein-Sieg Telekommunikation AG",
                "Am Hofgarten 8",
                "53113 Bonn",
                "Tülay Aksoy",
                "vertrag@rhein-sieg-tk.example",
            )
        },
    )?;
    let bayern = add(
        None,
        Party {
            register: "Amtsgericht München, HRB 90017".into(),
            represented_by: "Korbinian Obermüller".into(),
            phone: "089 555-600".into(),
            ..party(
                "Obermüller & Partner Systemhaus GmbH & Co. KG",
                "Lagerstraße 30",
                "85049 Ingolstadt",
                "Veronika Lang",
                "avv@obermueller-systemhaus.example",
            )
        },
    )?;
    Ok(Partners {
        muster,
        nord,
        fern,
        rhein,
        bayern,
    })
}

fn provider() -> Operator {
    Operator {
        party: Party {
            register: "Amtsgericht Köln, HRB 12345".into(),
            represented_by: "Dr. Anna Beispiel, Jörg Muster".into(),
            phone: "0221 4710-123".into(),
            ..party(
                "Plusnet GmbH",
                "Musterallee 55",
                "50829 Köln",
                "Kundenbetreuung",
                "avv@plusnet.example",
            )
        },
        short_name: "Plusnet".into(),
        data_protection_officer: "Dr. Katharina Überschär".into(),
        data_protection_email: address("datenschutz@plusnet.example"),
        objection_email: address("widerspruch@plusnet.example"),
        hours: "montags bis freitags von 8 bis 18 Uhr".into(),
        hours_en: "Monday to Friday, 8 am to 6 pm (Berlin time)".into(),
        holidays: Holidays::NorthRhine,
        vat_id: "DE123456789".into(),
        signature: "Freundliche Grüße\nIhr Vertragsteam der Plusnet GmbH".into(),
        signature_en: "Kind regards\nYour contract team at Plusnet GmbH".into(),
        ..Operator::default()
    }
}

/// The sample text has no annex for the contact centre, so that the portal shows what that means; the
/// last one is not sold any more.
fn products() -> [Product; 5] {
    let module = |key: &str, name: &str, gated| Module {
        key: key.into(),
        name: name.into(),
        name_en: None,
        gated,
    };
    let trunk = |code: &str, name: &str| Product {
        code: code.into(),
        name: name.into(),
        name_en: None,
        short_name: "SIP-Trunk".into(),
        portal_administered: Some(true),
        personal_data: Some(true),
        help: None,
        requires_avv: false,
        module: module("sip-trunk", "SIP-Trunk", false),
        options: vec![ProductOption {
            code: "ums".into(),
            name: "UMS-Option".into(),
            name_en: Some("UMS option".into()),
            short_name: "UMS".into(),
            requires_avv: true,
            module: Some(Module {
                name_en: Some("UMS administration".into()),
                ..module("ums", "UMS-Verwaltung", true)
            }),
            retired: false,
        }],
        retired: false,
    };
    [
        Product {
            code: "centraflex".into(),
            name: "Tengo Centraflex".into(),
            name_en: None,
            short_name: "Centraflex".into(),
            portal_administered: Some(true),
            personal_data: Some(true),
            help: Some(Named {
                de: "Fragen zur Einrichtung beantwortet Ihr Vertriebspartner.\nStörungen melden Sie bitte unserer Kundenbetreuung.".into(),
                en: "Your sales partner answers questions about the set-up.\nPlease report faults to our customer service.".into(),
            }),
            requires_avv: true,
            module: module("centraflex", "Tengo Centraflex", true),
            options: Vec::new(),
            retired: false,
        },
        trunk("mehrstandort-sip-trunk", "Mehrstandort-SIP-Trunk"),
        trunk("sip-trunk", "SIP-Trunk"),
        Product {
            code: "contact-center".into(),
            name: "Tengo Contact Center".into(),
            name_en: None,
            short_name: "Contact Center".into(),
            portal_administered: Some(true),
            personal_data: Some(true),
            help: None,
            requires_avv: true,
            module: module("contact-center", "Contact Center", true),
            options: Vec::new(),
            retired: false,
        },
        Product {
            code: "isdn-anlagenanschluss".into(),
            name: "ISDN-Anlagenanschluss".into(),
            name_en: Some("ISDN primary access".into()),
            short_name: "ISDN".into(),
            portal_administered: Some(false),
            personal_data: Some(true),
            help: None,
            requires_avv: false,
            module: module("isdn", "ISDN", false),
            options: Vec::new(),
            retired: true,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_login_can_be_used() {
        assert_eq!(passwords::check(PASSWORD, &[]), Ok(()));
        let roles: Vec<&str> = logins().iter().map(|login| login.role).collect();
        assert_eq!(
            roles,
            [
                "operator",
                "operator-legal",
                "operator-support",
                "operator-auditor",
                "partner",
                "partner-without-users",
                "sub-partner",
                "customer",
                "customer-without-contract"
            ]
        );
    }
}

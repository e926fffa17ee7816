//! The people and companies that every test begins with.

use std::sync::OnceLock;

use avv_portal::actions::{Actor, customers, documents, passwords, users};
use avv_portal::cipher::{self, Purpose};
use avv_portal::domain::product::{Module, Product, ProductOption};
use avv_portal::domain::second_factor::{Secret, step_of};
use avv_portal::domain::viewer::{OperatorRole, Role};
use avv_portal::domain::{
    CustomerNumber, EmailAddress, Holidays, Language, Operator, PartnerId, Party, UserId,
};
use avv_portal::storage::customers::NewCustomer;
use avv_portal::storage::second_factors::{self, StoredFactor};
use avv_portal::storage::users::NewUser;
use avv_portal::storage::{catalogue, partners};

use chrono::Duration;

use super::app::TestApp;
use super::browser::Browser;

/// The customer most tests are about: Mandant Muster IT GmbH.
pub const CUSTOMER: CustomerNumber = CustomerNumber::of_figures(4711);
/// A customer of another Mandant.
pub const FOREIGN_CUSTOMER: CustomerNumber = CustomerNumber::of_figures(9000);
/// The password of every user.
pub const PASSWORD: &str = "korrekt pferd batterie";

/// A recovery code of everybody who was given a second factor.
pub const RECOVERY: &str = "AAAA-AAAA-AAAA-AAAA";

/// People who can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// Administrator of the operator (ADM).
    Operator,
    /// The operator's customer service (SUP); only where [`TestApp::add_operators`] was called.
    Support,
    /// The operator's legal department (LEG); likewise.
    Legal,
    /// The operator's auditor (AUD); likewise.
    Auditor,
    /// User of the Mandant Muster IT GmbH (MA), who manages its people.
    Partner,
    /// User of its Submandant `Nord-TK GbR` (SM).
    SubPartner,
    /// User of the customer with the contract permission (KD), who manages its people.
    Customer,
    /// User of the customer without it (KD0).
    CustomerWithout,
    /// User of another Mandant.
    ForeignPartner,
    /// User of the foreign customer with the contract permission.
    ForeignCustomer,
}

impl Person {
    /// Everybody who is there from the beginning.
    pub const ALL: [Self; 7] = [
        Self::Operator,
        Self::Partner,
        Self::SubPartner,
        Self::Customer,
        Self::CustomerWithout,
        Self::ForeignPartner,
        Self::ForeignCustomer,
    ];

    pub fn email(self) -> &'static str {
        match self {
            Self::Operator => "b.koehler@plusnet.example",
            Self::Support => "s.service@plusnet.example",
            Self::Legal => "r.recht@plusnet.example",
            Self::Auditor => "p.pruefung@plusnet.example",
            Self::Partner => "j.weiss@muster-it.example",
            Self::SubPartner => "k.nordmann@nord-tk.example",
            Self::Customer => "a.oezdemir@oezdemir.example",
            Self::CustomerWithout => "lager@oezdemir.example",
            Self::ForeignPartner => "p.fremd@anders.example",
            Self::ForeignCustomer => "chef@fremd-kunde.example",
        }
    }
}

/// Ids that the database has assigned.
#[derive(Debug, Clone, Copy)]
pub struct Companies {
    pub partner: PartnerId,
    pub sub_partner: PartnerId,
    pub second_sub: PartnerId,
    pub foreign_partner: PartnerId,
    pub foreign_sub: PartnerId,
}

impl TestApp {
    /// Signs a user in through the page.
    pub async fn sign_in(&self, person: Person) -> Browser {
        let browser = self.visitor();
        let page = browser.get("/anmelden").await;
        let answer = page
            .submit(
                &browser,
                "main form",
                &[("email", person.email()), ("passwort", PASSWORD)],
            )
            .await;
        answer.assert_status(303);
        browser
    }

    /// Gives a user a second factor, with two recovery codes: [`RECOVERY`] and another one.
    pub fn give_factor(&self, email: &str) -> Secret {
        let secret = Secret::new(*b"invented for a test!");
        let user = UserId(
            self.text(&format!("id FROM users WHERE email = '{email}'"))
                .parse()
                .expect("a user"),
        );
        let keys = &self.app.config.keys;
        let factor = StoredFactor {
            secret: cipher::close(keys, Purpose::Secret, user, secret.bytes()).expect("a secret"),
            last_step: 0,
            set_up_at: self.now(),
        };
        let hashes = [RECOVERY.replace('-', ""), "B".repeat(16)]
            .map(|code| documents::sha256(code.as_bytes()));
        self.write(|conn| {
            second_factors::save_app(conn, user, &factor)?;
            Ok(second_factors::replace_codes(conn, user, &hashes)?)
        });
        secret
    }

    /// What the app of a person shows, on a device whose clock is wrong by `off`.
    pub fn code(&self, secret: &Secret, off: Duration) -> String {
        format!("{:06}", secret.code(step_of(self.now() + off)))
    }

    /// The partners by name, as they were given ids.
    pub fn companies(&self) -> Companies {
        self.read(|conn| {
            let names = partners::list_partner_names(conn)?;
            let by = |name: &str| {
                names
                    .iter()
                    .find(|(_, n)| n == name)
                    .map(|(id, _)| *id)
                    .expect("a partner")
            };
            let (partner, foreign_partner) = (by("Muster IT GmbH"), by("Anders Systemhaus GmbH"));
            let subs = partners::list_sub_partners(conn, partner)?;
            let sub = |name: &str| {
                subs.iter()
                    .find(|s| s.party.name == name)
                    .map(|s| s.id)
                    .expect("a sub-partner")
            };
            let foreign_sub = partners::list_sub_partners(conn, foreign_partner)?[0].id;
            Ok(Companies {
                partner,
                sub_partner: sub("Nord-TK GbR"),
                second_sub: sub("Fernmeldetechnik Süßenguth & Töchter GmbH"),
                foreign_partner,
                foreign_sub,
            })
        })
    }

    /// Adds a person who can sign in.
    pub fn add_person(&self, person: Person, role: Role) {
        let new = NewUser {
            email: EmailAddress::parse(person.email()).expect("an address"),
            name: format!("{person:?}"),
            role,
            manages_users: matches!(person, Person::Partner | Person::Customer),
            password_hash: Some(password_hash().to_owned()),
        };
        let now = self.now();
        self.write(|conn| users::add(conn, &self.app, Actor::Command, &new, now));
    }

    /// Adds a person for each other job of the operator's people.
    pub fn add_operators(&self) {
        for (person, job) in [
            (Person::Support, OperatorRole::Support),
            (Person::Legal, OperatorRole::Legal),
            (Person::Auditor, OperatorRole::Auditor),
        ] {
            self.add_person(person, Role::Operator(job));
        }
    }

    /// Adds a customer of the Mandant Muster IT GmbH.
    pub fn add_customer(
        &self,
        number: impl Into<CustomerNumber>,
        name: &str,
        email: Option<&str>,
    ) -> CustomerNumber {
        let partner = self.companies().partner;
        self.add_customer_of(Some(partner), None, number, name, email, Language::De)
    }

    /// Adds a customer with all options.
    pub fn add_customer_of(
        &self,
        partner: Option<PartnerId>,
        sub_partner: Option<PartnerId>,
        number: impl Into<CustomerNumber>,
        name: &str,
        email: Option<&str>,
        language: Language,
    ) -> CustomerNumber {
        let number = number.into();
        let new = NewCustomer {
            number,
            party: party(name, "Bahnhofstraße 7", "45879", "Gelsenkirchen", email),
            language,
            partner,
            sub_partner,
        };
        let now = self.now();
        self.write(|conn| customers::add_by_command(conn, &new, Actor::Command, now));
        number
    }
}

/// The catalogue of the demo data (5.8-6).
pub fn products() -> Vec<Product> {
    let module = |key: &str, name: &str, gated| Module {
        key: key.to_owned(),
        name: name.to_owned(),
        name_en: None,
        gated,
    };
    let trunk = |code: &str, name: &str| Product {
        code: code.to_owned(),
        name: name.to_owned(),
        name_en: None,
        short_name: "SIP-Trunk".to_owned(),
        portal_administered: Some(true),
        personal_data: Some(true),
        help: None,
        requires_avv: false,
        module: module("sip-trunk", "SIP-Trunk", false),
        options: vec![ProductOption {
            code: "ums".to_owned(),
            name: "UMS-Option".to_owned(),
            name_en: Some("UMS option".to_owned()),
            short_name: "UMS".to_owned(),
            requires_avv: true,
            module: Some(Module {
                name_en: Some("UMS administration".to_owned()),
                ..module("ums", "UMS-Verwaltung", true)
            }),
            retired: false,
        }],
        retired: false,
    };
    vec![
        Product {
            code: "centraflex".to_owned(),
            name: "Tengo Centraflex".to_owned(),
            name_en: None,
            short_name: "Centraflex".to_owned(),
            portal_administered: Some(true),
            personal_data: Some(true),
            help: None,
            requires_avv: true,
            module: module("centraflex", "Tengo Centraflex", true),
            options: Vec::new(),
            retired: false,
        },
        trunk("mehrstandort-sip-trunk", "Mehrstandort-SIP-Trunk"),
        trunk("sip-trunk", "SIP-Trunk"),
    ]
}

pub fn party(name: &str, street: &str, postcode: &str, city: &str, email: Option<&str>) -> Party {
    Party {
        name: name.to_owned(),
        street: street.to_owned(),
        postcode: postcode.to_owned(),
        city: city.to_owned(),
        country: "Deutschland".to_owned(),
        register: "Amtsgericht Köln, HRB 12345".to_owned(),
        represented_by: "Dr. Anna Beispiel".to_owned(),
        contact: "Datenschutz".to_owned(),
        email: email.map(|email| EmailAddress::parse(email).expect("an address")),
        unusable_email: None,
        phone: "0221 4710-123".to_owned(),
    }
}

/// Fills an empty schema.
pub fn seed(app: &TestApp) {
    let now = app.now();
    let operator = Operator {
        party: party(
            "Plusnet GmbH",
            "Musterallee 55",
            "50829",
            "Köln",
            Some("avv@plusnet.example"),
        ),
        short_name: "Plusnet".to_owned(),
        data_protection_officer: "Dr. Katharina Überschär".to_owned(),
        data_protection_email: EmailAddress::parse("datenschutz@plusnet.example").ok(),
        objection_email: EmailAddress::parse("widerspruch@plusnet.example").ok(),
        hours: "montags bis freitags von 8 bis 18 Uhr".to_owned(),
        hours_en: "Monday to Friday, 8 am to 6 pm".to_owned(),
        holidays: Holidays::default(),
        ..Operator::default()
    };
    app.write(|conn| {
        catalogue::save_operator(conn, &operator)?;
        for (position, product) in products().iter().enumerate() {
            catalogue::save_product(
                conn,
                i16::try_from(position).expect("few products"),
                product,
            )?;
        }
        let mut add = |parent, party: Party| partners::create_partner(conn, parent, &party, now);
        let partner = add(
            None,
            party(
                "Muster IT GmbH",
                "Hohe Straße 12",
                "44139",
                "Dortmund",
                Some("info@muster-it.example"),
            ),
        )?;
        add(
            Some(partner),
            party(
                "Nord-TK GbR",
                "Hafenweg 3",
                "24103",
                "Kiel",
                Some("info@nord-tk.example"),
            ),
        )?;
        add(
            Some(partner),
            party(
                "Fernmeldetechnik Süßenguth & Töchter GmbH",
                "Obermarkt 1",
                "02826",
                "Görlitz",
                Some("info@suessenguth.example"),
            ),
        )?;
        let foreign = add(
            None,
            party(
                "Anders Systemhaus GmbH",
                "Am Markt 2",
                "30159",
                "Hannover",
                Some("info@anders.example"),
            ),
        )?;
        add(
            Some(foreign),
            party(
                "Fremd-Sub KG",
                "Weg 9",
                "30160",
                "Hannover",
                Some("info@fremd-sub.example"),
            ),
        )?;
        Ok(())
    });
    let companies = app.companies();
    app.add_customer(
        CUSTOMER,
        "Bäckerei Özdemir & Söhne GmbH & Co. KG",
        Some("info@oezdemir.example"),
    );
    app.add_customer_of(
        Some(companies.foreign_partner),
        None,
        FOREIGN_CUSTOMER,
        "Fremde Kundin AG",
        Some("info@fremd-kunde.example"),
        Language::De,
    );
    for person in Person::ALL {
        let role = match person {
            Person::Operator => Role::ADMINISTRATOR,
            Person::Support | Person::Legal | Person::Auditor => continue,
            Person::Partner => Role::Partner(companies.partner),
            Person::SubPartner => Role::SubPartner(companies.sub_partner),
            Person::ForeignPartner => Role::Partner(companies.foreign_partner),
            Person::Customer => Role::Customer {
                number: CUSTOMER,
                contracts: true,
            },
            Person::CustomerWithout => Role::Customer {
                number: CUSTOMER,
                contracts: false,
            },
            Person::ForeignCustomer => Role::Customer {
                number: FOREIGN_CUSTOMER,
                contracts: true,
            },
        };
        app.add_person(person, role);
    }
}

fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| passwords::hash(PASSWORD).expect("a hash"))
}

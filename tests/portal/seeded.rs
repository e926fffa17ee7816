//! The customers of the security tests: one with a sub-partner and an agreement, one that was
//! asked, one of another Mandant.

use avv_portal::actions::sub_partners;
use avv_portal::domain::viewer::{Role, Viewer};
use avv_portal::domain::{AgreementId, CustomerNumber, EmailAddress, Language, UserId};
use avv_portal::storage::users;
use avv_portal::token::{self, Purpose};

use crate::harness::{Browser, CUSTOMER, FOREIGN_CUSTOMER, Page, Person, TestApp};

/// Customer of the Mandant without a sub-partner, with an open request.
pub const NEIGHBOUR: CustomerNumber = CustomerNumber::of_figures(4712);
pub const MAIL: &str = "info@oezdemir.example";
pub const NEIGHBOUR_MAIL: &str = "info@nachbarin.example";
pub const FOREIGN_MAIL: &str = "info@fremd-kunde.example";

/// The application with its customers.
pub struct World {
    pub app: TestApp,
    /// The link of 4711, which was used to conclude.
    pub concluded: String,
    /// The valid link of 4712.
    pub open: String,
}

impl World {
    pub async fn build() -> Self {
        Self::build_in(
            TestApp::start_behind_proxy().await,
            "Nachbarin <Textil> GmbH",
        )
        .await
    }

    /// Builds it with another name for the neighbour.
    pub async fn build_in(app: TestApp, neighbour: &str) -> Self {
        let companies = app.companies();
        app.add_customer_of(
            Some(companies.partner),
            None,
            NEIGHBOUR,
            neighbour,
            Some(NEIGHBOUR_MAIL),
            Language::De,
        );
        let (now, viewer) = (
            app.now(),
            viewer(&app, Person::Partner, Role::Partner(companies.partner)),
        );
        app.write(|conn| {
            sub_partners::name(
                conn,
                &app.app,
                &viewer,
                CUSTOMER,
                Some(companies.sub_partner),
                now,
            )
            .map(|_| ())
        });
        for customer in [CUSTOMER, NEIGHBOUR, FOREIGN_CUSTOMER] {
            app.book(customer, "centraflex", false);
        }
        app.deliver();
        let concluded = app.conclude(MAIL).await;
        app.conclude(FOREIGN_MAIL).await;
        app.deliver();
        let open = app.consent_link(NEIGHBOUR_MAIL);
        Self {
            app,
            concluded,
            open,
        }
    }

    /// The first agreement of a customer.
    pub fn agreement(&self, customer: CustomerNumber) -> AgreementId {
        self.app.case(customer).agreements[0].id
    }

    /// The token at the end of a link.
    pub fn token(link: &str) -> String {
        link.rsplit('/').next().unwrap().to_owned()
    }

    /// The token of a password link that was just made for a user.
    pub fn password_token(&self, person: Person) -> String {
        let (id, now) = (uuid::Uuid::new_v4(), self.app.now());
        let user = user_id(&self.app, person.email());
        self.app.write(|conn| {
            Ok(users::create_password_link(
                conn,
                id,
                user,
                now + chrono::Duration::minutes(60),
            )?)
        });
        token::make(&self.app.app.config.keys, Purpose::Password, id)
    }
}

pub fn user_id(app: &TestApp, email: &str) -> UserId {
    let email = EmailAddress::parse(email).unwrap();
    app.read(|conn| Ok(users::find_credentials(conn, &email)?.unwrap().user))
}

fn viewer(app: &TestApp, person: Person, role: Role) -> Viewer {
    Viewer {
        user: user_id(app, person.email()),
        name: format!("{person:?}"),
        company: String::new(),
        role,
        manages_users: false,
        language: Language::De,
    }
}

/// The token of all forms of this session.
pub async fn csrf(browser: &Browser) -> String {
    let page = browser.get("/hilfe").await;
    page.attribute("header form input[name=csrf]", "value")
        .expect("signed-in pages have the form to sign out")
}

/// Whether it is a redirect to the sign-in, which remembers the page to return to.
pub fn is_to_sign_in(page: &Page) -> bool {
    let to = page.location();
    page.status == 303 && (to == "/anmelden" || to.starts_with("/anmelden?weiter="))
}

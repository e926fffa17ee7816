//! People as the operator manages them: the list, a user's page, changing, inviting again, ending sessions,
//! erasing; and everybody's own sessions (S-33, S-34, S-39, S-40, A9).

use std::thread;

use avv_portal::actions::user_changes::{Wanted, change};
use avv_portal::actions::{ActionError, Actor, form_version, users};
use avv_portal::domain::case::Refusal;
use avv_portal::domain::viewer::{OperatorRole, Role};
use avv_portal::domain::{EmailAddress, UserId};
use avv_portal::storage::user_list::find_user;
use avv_portal::storage::users::{NewUser, disable_user};

use crate::harness::chromium::{Chromium, Scripts};
use crate::harness::{Browser, CUSTOMER, PASSWORD, Page, Person, TestApp, days, minutes};
use crate::seeded::{is_to_sign_in, user_id};
use crate::walk;

const FORM: &str = "main form[method='post']";
const LIST: &str = "/betrieb/benutzer";
const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1";

fn page_of(app: &TestApp, person: Person) -> String {
    format!("{LIST}/{}", user_id(app, person.email()))
}

/// Signs in with a browser that says what it is.
async fn sign_in_with(app: &TestApp, person: Person, agent: &str) -> Browser {
    let browser = app.visitor();
    let fields = [("email", person.email()), ("passwort", PASSWORD)];
    browser
        .post_with("/anmelden", &fields, &[("user-agent", agent)])
        .await
        .assert_status(303);
    browser
}

/// The names in the list.
async fn names(browser: &Browser, query: &str) -> Vec<String> {
    let page = browser.get(&format!("{LIST}{query}")).await;
    page.assert_status(200);
    page.all("tbody th a")
}

async fn edit(browser: &Browser, page: &str, typed: &[(&str, &str)]) -> Page {
    let form = browser.get(&format!("{page}/bearbeiten")).await;
    form.assert_status(200);
    form.submit(browser, FORM, typed).await
}

fn events(app: &TestApp, kind: &str) -> i64 {
    app.count(&format!("audit_events WHERE kind = '{kind}'"))
}

#[actix_web::test]
async fn s34_a_users_page_says_who_it_is_and_where_signed_in() {
    let app = TestApp::start().await;
    app.add_operators();
    let page = page_of(&app, Person::Partner);
    let partner = sign_in_with(&app, Person::Partner, FIREFOX).await;
    // The newest stands first.
    app.clock.advance(minutes(1));
    sign_in_with(&app, Person::Partner, IPHONE).await;
    // Only the password was right so far: nobody is signed in there.
    app.give_factor(Person::SubPartner.email());
    sign_in_with(&app, Person::SubPartner, FIREFOX).await;
    let operator = app.sign_in(Person::Operator).await;
    operator
        .get(&page_of(&app, Person::SubPartner))
        .await
        .assert_says("Zurzeit nirgends")
        .assert_says("Authenticator-App")
        .assert_says("noch nie");

    let shown = operator.get(&page).await;
    shown
        .assert_says(Person::Partner.email())
        .assert_says("Muster IT GmbH")
        .assert_says("Vertriebspartner")
        .assert_says("verwaltet die anderen Benutzer")
        .assert_says("aktiv")
        .assert_says("Firefox auf Windows")
        .assert_says("Safari auf iOS");
    let company = format!("/betrieb/partner/{}", app.companies().partner);
    assert!(shown.attributes("main a", "href").contains(&company));
    assert!(
        shown
            .attributes("main a", "href")
            .contains(&"/betrieb/protokoll?wer=Partner".to_owned())
    );
    // Neither the address of the browser nor what it says about itself is stored.
    let stored = app.rows("sessions").join("\n");
    assert!(stored.contains("firefox/windows"), "{stored}");
    for kept_out in ["Gecko", "Firefox/133", "iPhone OS", "127.0.0.1"] {
        assert!(!stored.contains(kept_out), "{kept_out}: {stored}");
    }
    assert_eq!(
        app.count("users WHERE email LIKE 'j.weiss%' AND last_sign_in_at IS NOT NULL"),
        1
    );

    // Others of the operator's people read it and are offered nothing.
    let auditor = app.sign_in(Person::Auditor).await;
    let read = auditor.get(&page).await;
    read.assert_says("Firefox auf Windows");
    assert!(read.attributes(FORM, "action").is_empty());
    assert!(!read.words().contains("Benutzer ändern"));

    // One is ended, the other goes on; the same form once more says so calmly.
    let one = "main .sessions li:last-child form";
    shown
        .submit(&operator, one, &[])
        .await
        .assert_redirect(&page);
    assert!(is_to_sign_in(&partner.get("/kunden").await));
    shown
        .submit(&operator, one, &[])
        .await
        .assert_redirect(&page);
    let after = operator.get(&page).await;
    after.assert_says("schon niemand mehr angemeldet");
    after
        .assert_says("Safari auf iOS")
        .assert_silent_about("Firefox");
    assert_eq!(events(&app, "sessions_ended"), 1);

    // All of them.
    sign_in_with(&app, Person::Partner, FIREFOX).await;
    let shown = operator.get(&page).await;
    shown
        .submit(&operator, "main .sessions + form", &[])
        .await
        .assert_redirect(&page);
    let user = user_id(&app, Person::Partner.email());
    assert_eq!(app.count(&format!("sessions WHERE user_id = {user}")), 0);
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("2 Anmeldungen von Partner beendet");
    operator
        .get(&format!("{LIST}/999999"))
        .await
        .assert_status(404);
}

#[actix_web::test]
async fn s34_everybody_ends_own_sessions_elsewhere() {
    let app = TestApp::start().await;
    let here = sign_in_with(&app, Person::Customer, FIREFOX).await;
    let phone = sign_in_with(&app, Person::Customer, IPHONE).await;
    app.clock.advance(minutes(1));
    let other = sign_in_with(&app, Person::Customer, "curl/8").await;
    let foreign = app.sign_in(Person::Partner).await;
    let page = here.get("/sicherheit").await;
    page.assert_says("Wo Sie angemeldet sind")
        .assert_says("Firefox auf Windows diese Anmeldung")
        .assert_says("Unbekannter Browser");
    assert_eq!(page.all(".sessions li").len(), 3);
    // The own one comes first and is not offered for ending.
    assert_eq!(page.all(".sessions form").len(), 2);

    // The handle of one person's session ends nothing of another's.
    let handle = page.attribute(".sessions input[name=sitzung]", "value");
    let own = foreign
        .get("/sicherheit")
        .await
        .form("header form, main form")
        .1;
    let csrf = own.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let fields = [
        ("csrf", csrf.as_str()),
        ("sitzung", handle.as_deref().unwrap()),
    ];
    foreign
        .post("/sicherheit/sitzungen", &fields)
        .await
        .assert_redirect("/sicherheit");
    assert_eq!(events(&app, "sessions_ended"), 0);

    let done = page
        .submit(&here, ".sessions li:last-child form", &[])
        .await;
    done.assert_redirect("/sicherheit");
    assert!(is_to_sign_in(&phone.get("/sicherheit").await));
    here.get("/sicherheit")
        .await
        .assert_says("Sie sind dort abgemeldet");
    let english = here.get("/sicherheit?sprache=en").await;
    english
        .assert_says("Where you are signed in")
        .assert_says("Unknown browser")
        .assert_says("Firefox on Windows this session");
    english
        .submit(&here, ".sessions + form", &[])
        .await
        .assert_redirect("/sicherheit");
    assert!(is_to_sign_in(&other.get("/sicherheit").await));
    let left = here.get("/sicherheit").await;
    left.assert_says("You are signed out everywhere else");
    assert_eq!(left.all(".sessions li").len(), 1);
    assert!(left.all(".sessions + form").is_empty());
    assert_eq!(events(&app, "sessions_ended"), 2);

    // What has ended by time is not listed.
    app.clock.advance(minutes(31));
    let here = sign_in_with(&app, Person::Customer, FIREFOX).await;
    assert_eq!(here.get("/sicherheit").await.all(".sessions li").len(), 1);
}

#[actix_web::test]
async fn s40_another_address_is_told_to_both_and_voids_links() {
    let app = TestApp::start().await;
    let page = page_of(&app, Person::Partner);
    let id = user_id(&app, Person::Partner.email());
    app.visitor()
        .get("/passwort-vergessen")
        .await
        .submit(
            &app.visitor(),
            "main form",
            &[("email", Person::Partner.email())],
        )
        .await;
    assert_eq!(
        app.count(&format!("password_links WHERE user_id = {id}")),
        1
    );
    let partner = app.sign_in(Person::Partner).await;
    let operator = app.sign_in(Person::Operator).await;

    // Named fields, kept values, nothing half done.
    let before = app.everything();
    for (typed, field, said) in [
        (
            vec![("name", ""), ("email", "zoe@muster-it.example")],
            "name",
            "Geben Sie Vor- und Nachnamen ein",
        ),
        (
            vec![("name", "Zoë"), ("email", "keine")],
            "email",
            "genau eine E-Mail-Adresse",
        ),
        (
            vec![("name", "Zoë"), ("email", Person::SubPartner.email())],
            "email",
            "gibt es schon einen Benutzer",
        ),
        (
            vec![
                ("name", "Zoë"),
                ("email", "zoe@muster-it.example"),
                ("passwort", ""),
            ],
            "passwort",
            "Geben Sie Ihr Passwort ein",
        ),
    ] {
        let answer = edit(&operator, &page, &typed).await;
        answer.assert_status(422).assert_says(said);
        let wrong = answer.attribute(&format!("#{field}"), "aria-invalid");
        assert!(wrong.is_some(), "{field}");
        assert_eq!(
            answer.attribute("#name", "value").as_deref(),
            Some(typed[0].1)
        );
        assert_eq!(
            answer.attribute("#email", "value").as_deref(),
            Some(typed[1].1)
        );
    }
    app.sql("DELETE FROM attempts").unwrap();
    assert_eq!(events(&app, "user_changed"), 0);
    assert!(
        app.changes_since(&before)
            .iter()
            .all(|change| !change.contains("muster-it.example\"")),
        "{:?}",
        app.changes_since(&before)
    );

    let form = operator.get(&format!("{page}/bearbeiten")).await;
    let typed = [("name", "Zoë Weiß"), ("email", "zoe@muster-it.example")];
    form.submit(&operator, FORM, &typed)
        .await
        .assert_redirect(&page);
    operator
        .get(&page)
        .await
        .assert_says("Die bisherige und die neue Adresse erhalten eine Nachricht")
        .assert_says("Zoë Weiß");
    // A double click finds everything as it wants it.
    form.submit(&operator, FORM, &typed)
        .await
        .assert_redirect(&page);
    assert_eq!(events(&app, "user_changed"), 1);
    assert!(is_to_sign_in(&partner.get("/kunden").await));
    assert_eq!(
        app.count(&format!("password_links WHERE user_id = {id}")),
        0
    );
    app.jobs();
    let old = app.last_mail_to(Person::Partner.email()).written.text;
    assert!(old.contains("nicht mehr anmelden"), "{old}");
    let new = app.last_mail_to("zoe@muster-it.example").written.text;
    assert!(new.contains("melden Sie sich mit dieser Adresse"), "{new}");
    let log = app.text("details::text FROM audit_events WHERE kind = 'user_changed'");
    assert!(!log.contains('@'), "{log}");
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Benutzer Zoë Weiß geändert: Name, bisher Partner, E-Mail-Adresse");
    let fields = [("email", "zoe@muster-it.example"), ("passwort", PASSWORD)];
    app.visitor()
        .post("/anmelden", &fields)
        .await
        .assert_status(303);
    assert_eq!(names(&operator, "?suche=zoe").await, ["Zoë Weiß"]);
}

#[actix_web::test]
async fn s33_a_permission_holds_at_the_next_request() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.deliver();
    app.conclude("info@oezdemir.example").await;
    let page = page_of(&app, Person::CustomerWithout);
    let customer = app.sign_in(Person::CustomerWithout).await;
    customer.get("/administration/avv").await.assert_status(403);
    let operator = app.sign_in(Person::Operator).await;
    let shown = operator.get(&format!("{page}/bearbeiten")).await;
    let wanted = [("vertraege", "ja"), ("benutzerverwaltung", "ja")];
    shown
        .submit(&operator, FORM, &wanted)
        .await
        .assert_redirect(&page);
    customer.get("/administration/avv").await.assert_status(200);
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Berechtigung „Verträge“ erteilt, Berechtigung „Benutzerverwaltung“ erteilt");
    // Somebody else has changed it since the form was shown.
    let stale = shown.submit(&operator, FORM, &[("name", "Kai")]).await;
    stale.assert_status(422).assert_says(
        "„Verträge/AVV“: Gespeichert ist inzwischen „erteilt“, bei Ihnen steht „nicht erteilt“",
    );
    assert_eq!(events(&app, "user_changed"), 1);
    stale
        .submit(&operator, FORM, &[("vertraege", "ja")])
        .await
        .assert_redirect(&page);
    assert_eq!(
        app.count("users WHERE name = 'Kai' AND contracts AND NOT manages_users"),
        1
    );
}

#[actix_web::test]
async fn s39_who_may_approve_counts_as_made_by_whoever_said_so() {
    let app = TestApp::start().await;
    app.add_operators();
    let page = page_of(&app, Person::Support);
    let support = app.sign_in(Person::Support).await;
    let operator = app.sign_in(Person::Operator).await;
    let second = NewUser {
        email: EmailAddress::parse("zwei@plusnet.example").unwrap(),
        name: "Zwei".to_owned(),
        role: Role::ADMINISTRATOR,
        manages_users: false,
        password_hash: Some("-".to_owned()),
    };
    let now = app.now();
    app.write(|conn| users::add(conn, &app.app, Actor::Command, &second, now));

    // To read only is nothing that makes anybody new.
    let form = operator.get(&format!("{page}/bearbeiten")).await;
    for role in ["administrator", "legal", "support", "auditor"] {
        let input = format!("input[name=rolle][value={role}]");
        assert_eq!(form.attribute(&input, "type").as_deref(), Some("radio"));
    }
    edit(&operator, &page, &[("rolle", "auditor")])
        .await
        .assert_redirect(&page);
    let user = user_id(&app, Person::Support.email());
    assert_eq!(
        app.count(&format!("users WHERE id = {user} AND made_by IS NOT NULL")),
        0
    );
    assert!(is_to_sign_in(&support.get("/betrieb").await));

    edit(&operator, &page, &[("rolle", "legal")])
        .await
        .assert_redirect(&page);
    operator
        .get(&page)
        .await
        .assert_says("Gibt noch nichts frei, was Operator begonnen hat")
        .assert_says("Konto bestätigen");
    assert_eq!(names(&operator, "?art=legal").await, ["Legal", "Support"]);
    app.jobs();
    let told = app.last_mail_to("zwei@plusnet.example").written;
    assert!(told.subject.contains("darf mehr"), "{}", told.subject);
    assert!(
        told.text.contains("die Rolle Recht gegeben"),
        "{}",
        told.text
    );
    assert_eq!(app.subjects_to(Person::Operator.email()).len(), 0);
    assert_eq!(app.count("alerts WHERE kind = 'administrator_added'"), 1);
    let alerts = operator.get("/betrieb/hinweise").await;
    assert!(alerts.attributes("main a", "href").contains(&page));
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Rolle Revision statt Support")
        .assert_says("Rolle Recht statt Revision");
    assert_eq!(events(&app, "user_changed"), 2);

    // Whoever reads the mail of another address may be another person.
    let legal = page_of(&app, Person::Legal);
    edit(&operator, &legal, &[("email", "anders@plusnet.example")])
        .await
        .assert_redirect(&legal);
    operator
        .get(&legal)
        .await
        .assert_says("Gibt noch nichts frei, was Operator begonnen hat");
    app.jobs();
    let told = app.last_mail_to("zwei@plusnet.example").written;
    assert!(
        told.subject.contains("andere E-Mail-Adresse"),
        "{}",
        told.subject
    );

    // Nobody changes the own role, also not with a form of one's own making.
    let own = page_of(&app, Person::Operator);
    let form = operator.get(&format!("{own}/bearbeiten")).await;
    assert!(form.attribute("input[name=rolle]", "value").is_none());
    let mut fields = form.form(FORM).1;
    fields.retain(|(name, _)| name != "passwort");
    fields.push(("rolle".to_owned(), "auditor".to_owned()));
    fields.push(("passwort".to_owned(), PASSWORD.to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = operator.post(&format!("{own}/bearbeiten"), &fields).await;
    answer
        .assert_status(422)
        .assert_says("Ihre eigene Rolle kann nur ein anderer Administrator ändern");
    assert_eq!(answer.attributes(".errors a", "href"), ["#rolle"]);
}

/// What two administrators want to do to each other.
#[derive(Clone, Copy)]
enum Attack {
    Demote,
    Lock,
}

/// S-39: however two administrators demote or lock each other at the same moment, one of them stays.
#[actix_web::test]
async fn s39_one_administrator_always_stays() {
    let app = TestApp::start().await;
    let first = app.viewer(Person::Operator);
    let second = NewUser {
        email: EmailAddress::parse("zwei@plusnet.example").unwrap(),
        name: "Zwei".to_owned(),
        role: Role::ADMINISTRATOR,
        manages_users: false,
        password_hash: Some("-".to_owned()),
    };
    let now = app.now();
    let other = app.write(|conn| users::add(conn, &app.app, Actor::Command, &second, now));
    let other = app.read(|conn| Ok(avv_portal::storage::users::find_viewer(conn, other)?.unwrap()));
    for (round, attack) in [Attack::Demote, Attack::Lock, Attack::Demote, Attack::Lock]
        .into_iter()
        .enumerate()
    {
        let threads: Vec<_> = [(first.clone(), other.user), (other.clone(), first.user)]
            .into_iter()
            .map(|(by, target)| {
                let handles = app.app.clone();
                thread::spawn(move || {
                    let own = handles.clone();
                    handles.db.transaction_blocking(move |conn| match attack {
                        Attack::Lock => users::disable(conn, &by, target, now),
                        Attack::Demote => demote(conn, &own, &by, target, now),
                    })
                })
            })
            .collect();
        let done: Vec<_> = threads.into_iter().map(|one| one.join().unwrap()).collect();
        let refused = |done: &Result<(), ActionError>| {
            matches!(
                done,
                Err(ActionError::Refused(Refusal::LastAdministrator) | ActionError::NotAllowed)
            )
        };
        assert_eq!(
            done.iter().filter(|one| one.is_ok()).count(),
            1,
            "{round}: {done:?}"
        );
        assert_eq!(
            done.iter().filter(|one| refused(one)).count(),
            1,
            "{round}: {done:?}"
        );
        let left = "users WHERE kind = 'administrator' AND state = 'active'";
        assert_eq!(app.count(left), 1, "{round}");
        app.sql(
            "UPDATE users SET operator_role = 'administrator', disabled_at = NULL WHERE role = 'operator'",
        )
        .unwrap();
    }

    // On the page the only one who can sign in is named, and nothing is changed.
    let operator = app.sign_in(Person::Operator).await;
    let page = format!("{LIST}/{}", other.user);
    let form = operator.get(&format!("{page}/bearbeiten")).await;
    app.sql(&format!(
        "UPDATE users SET operator_role = 'legal' WHERE id = {}",
        first.user
    ))
    .unwrap();
    form.submit(&operator, FORM, &[("rolle", "support")])
        .await
        .assert_status(403);
    assert_eq!(app.count("users WHERE kind = 'administrator'"), 1);
}

fn demote(
    conn: &mut avv_portal::storage::PgConnection,
    app: &avv_portal::app::App,
    by: &avv_portal::domain::viewer::Viewer,
    target: UserId,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), ActionError> {
    let before = find_user(conn, target)?.ok_or(ActionError::NotFound)?;
    let wanted = Wanted {
        name: before.name.clone(),
        email: EmailAddress::parse(&before.email).map_err(|_| ActionError::NotFound)?,
        role: Some(OperatorRole::Support),
        contracts: false,
        manages_users: false,
    };
    let seen = form_version::of_user(&before);
    change(conn, app, (by, "none"), (target, &seen), &wanted, now).map(|_| ())
}

#[actix_web::test]
async fn a_user_is_added_for_the_company_one_comes_from() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let partner = app.companies().partner;
    let of_partner = format!("/betrieb/benutzer/neu?partner={partner}");
    let links = operator
        .get(&format!("/betrieb/partner/{partner}"))
        .await
        .attributes("main a", "href");
    assert!(links.contains(&of_partner), "{links:?}");
    assert!(links.contains(&page_of(&app, Person::Partner)), "{links:?}");
    let form = operator.get(&of_partner).await;
    assert!(form.attribute("#rolle-partner[checked]", "id").is_some());
    assert_eq!(
        form.attribute("#partner option[selected]", "value"),
        Some(partner.to_string())
    );
    let typed = [
        ("name", "Änne Groß-Lüdenscheidt"),
        ("email", "aenne@muster-it.example"),
        ("benutzerverwaltung", "ja"),
    ];
    let done = form.submit(&operator, FORM, &typed).await;
    let own = page_of_email(&app, "aenne@muster-it.example");
    done.assert_redirect(&own);
    form.submit(&operator, FORM, &typed)
        .await
        .assert_redirect(&own);
    operator
        .get(&own)
        .await
        .assert_says("verwaltet die anderen Benutzer der eigenen Firma")
        .assert_says("eingeladen");

    let profile = operator.get("/kunden/4711").await;
    let links = profile.attributes("main a", "href");
    assert!(
        links.contains(&page_of(&app, Person::Customer)),
        "{links:?}"
    );
    let of_customer = "/betrieb/benutzer/neu?kunde=4711".to_owned();
    assert!(links.contains(&of_customer), "{links:?}");
    let form = operator.get(&of_customer).await;
    assert_eq!(
        form.attribute("#kundennummer", "value").as_deref(),
        Some("4711")
    );
    // What does not exist is said at its field.
    let form = operator.get("/betrieb/benutzer/neu?kunde=4712-nie").await;
    let typed = [("name", "Zoë"), ("email", "zoe@kunde.example")];
    let wrong = form.submit(&operator, FORM, &typed).await;
    wrong
        .assert_status(422)
        .assert_says("die Nummer eines Kunden");
    assert_eq!(wrong.attributes(".errors a", "href"), ["#kundennummer"]);
    let form = operator.get("/betrieb/benutzer/neu?partner=999999").await;
    let wrong = form.submit(&operator, FORM, &typed).await;
    assert_eq!(wrong.attributes(".errors a", "href"), ["#partner"]);

    // The operator's people get their role.
    for (role, word) in [("legal", "Recht"), ("auditor", "Revision")] {
        let email = format!("{role}@plusnet.example");
        let form = operator.get("/betrieb/benutzer/neu").await;
        let typed = [
            ("name", word),
            ("email", email.as_str()),
            ("rolle", role),
            ("benutzerverwaltung", "ja"),
        ];
        form.submit(&operator, FORM, &typed)
            .await
            .assert_status(303);
        assert_eq!(
            app.text(&format!("operator_role FROM users WHERE email = '{email}'")),
            role
        );
    }
    operator
        .get("/betrieb/protokoll")
        .await
        .assert_says("Benutzer Revision (Revision) angelegt")
        .assert_says("Benutzer Recht (Recht) während der Einrichtung angelegt");
}

fn page_of_email(app: &TestApp, email: &str) -> String {
    format!("{LIST}/{}", user_id(app, email))
}

#[actix_web::test]
async fn an_invitation_is_sent_again_once_for_each_click_that_saw_it() {
    let app = TestApp::start().await;
    let operator = app.sign_in(Person::Operator).await;
    let form = operator.get("/betrieb/benutzer/neu?kunde=4711").await;
    let email = "neu@oezdemir.example";
    let typed = [("name", "Nora Neu"), ("email", email)];
    form.submit(&operator, FORM, &typed)
        .await
        .assert_status(303);
    app.jobs();
    let page = page_of_email(&app, email);
    let shown = operator.get(&page).await;
    shown.assert_says("eingeladen").assert_says("gilt bis");
    app.clock.advance(days(8));
    let operator = app.sign_in(Person::Operator).await;
    let shown = operator.get(&page).await;
    shown.assert_says("nicht angenommen und seit");
    let again = format!("form[action='{page}/einladung']");
    for _ in 0..2 {
        shown
            .submit(&operator, &again, &[])
            .await
            .assert_redirect(&page);
    }
    app.jobs();
    assert_eq!(app.mails_to(email).len(), 2);
    assert_eq!(events(&app, "invitation_sent"), 1);
    operator
        .get(&page)
        .await
        .assert_says("schon unterwegs")
        .assert_says("gilt bis");
    // Another address: invited there, and not at the old one any more.
    let typed = [("email", "anders@oezdemir.example")];
    edit(&operator, &page, &typed).await.assert_redirect(&page);
    app.jobs();
    let mail = app
        .mails_to("anders@oezdemir.example")
        .into_iter()
        .find(|mail| mail.written.text.contains("/passwort/"));
    let text = mail.unwrap().written.text;
    let start = text.find("/passwort/").unwrap();
    let link = text[start..].split_whitespace().next().unwrap();
    app.visitor().get(link).await.assert_status(200);
    assert_eq!(app.count("password_links WHERE used_at IS NULL"), 1);
    // Somebody with a password is not invited.
    let partner = operator.get(&page_of(&app, Person::Partner)).await;
    assert!(
        !partner.words().contains("Einladung"),
        "{}",
        partner.words()
    );
}

#[actix_web::test]
async fn a9_the_data_of_a_locked_user_are_erased_at_once() {
    let app = TestApp::start().await;
    let page = page_of(&app, Person::Partner);
    let erase = format!("{page}/loeschen");
    let operator = app.sign_in(Person::Operator).await;
    operator.get(&erase).await.assert_redirect(&page);
    operator
        .get(&page)
        .await
        .assert_says("Sperren Sie ihn zuerst");
    let lock = operator.get(&format!("{page}/sperren")).await;
    lock.submit(&operator, FORM, &[])
        .await
        .assert_redirect(&page);
    let shown = operator.get(&page).await;
    shown.assert_says("gesperrt").assert_says("Daten löschen");
    let ask = operator.get(&erase).await;
    ask.assert_says("lässt sich nicht rückgängig machen");
    let wrong = ask.submit(&operator, FORM, &[("passwort", "falsch")]).await;
    wrong.assert_status(422);
    ask.submit(&operator, FORM, &[])
        .await
        .assert_redirect(&page);
    ask.submit(&operator, FORM, &[])
        .await
        .assert_redirect(&page);
    assert_eq!(events(&app, "user_erased"), 1);
    let gone = operator.get(&page).await;
    gone.assert_says("Gelöschter Benutzer")
        .assert_says("gelöscht")
        .assert_silent_about("j.weiss")
        .assert_silent_about("Sperre aufheben");
    operator
        .get(&format!("{page}/bearbeiten"))
        .await
        .assert_status(404);
    for table in ["users", "user_words", "sessions", "password_links"] {
        let rows = app.rows(table).join("\n");
        assert!(!rows.contains("weiss"), "{table}: {rows}");
    }
    assert!(names(&operator, "?suche=weiss").await.is_empty());
    // The address is free again.
    let form = operator
        .get(&format!(
            "/betrieb/benutzer/neu?partner={}",
            app.companies().partner
        ))
        .await;
    let typed = [("name", "Jana"), ("email", Person::Partner.email())];
    form.submit(&operator, FORM, &typed)
        .await
        .assert_status(303);
}

#[actix_web::test]
async fn users_are_found_by_name_address_and_company() {
    let app = TestApp::start().await;
    app.add_operators();
    let now = app.now();
    let add = |name: &str, email: &str, role| {
        let new = NewUser {
            email: EmailAddress::parse(email).unwrap(),
            name: name.to_owned(),
            role,
            manages_users: false,
            password_hash: None,
        };
        app.write(|conn| users::add(conn, &app.app, Actor::Command, &new, now))
    };
    let of_partner = Role::Partner(app.companies().foreign_partner);
    add("Jörg Müller-Lüdenscheidt", "jm@anders.example", of_partner);
    let locked = add("Ömer Yıldız", "oemer@anders.example", of_partner);
    app.write(|conn| Ok(disable_user(conn, locked, now)?));
    let operator = app.sign_in(Person::Operator).await;
    for (search, found) in [
        ("müller", vec!["Jörg Müller-Lüdenscheidt"]),
        ("Mueller", vec!["Jörg Müller-Lüdenscheidt"]),
        ("lüdensch jörg", vec!["Jörg Müller-Lüdenscheidt"]),
        ("jm@anders.example", vec!["Jörg Müller-Lüdenscheidt"]),
        ("Omer", vec!["Ömer Yıldız"]),
        ("özdemir", vec!["Customer", "CustomerWithout"]),
        ("4711", vec!["Customer", "CustomerWithout"]),
        ("baeckerei lager", vec!["CustomerWithout"]),
        (
            "Anders Systemhaus",
            vec!["Jörg Müller-Lüdenscheidt", "Ömer Yıldız", "ForeignPartner"],
        ),
        ("systemhaus yildiz", vec!["Ömer Yıldız"]),
        // A town is none of these.
        ("Gelsenkirchen", vec![]),
        ("gibt es nicht", vec![]),
        ("%", vec![]),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        let mut names = names(&operator, &format!("?suche={query}")).await;
        let mut found: Vec<String> = found.into_iter().map(str::to_owned).collect();
        if search == "%" {
            // Nothing to search for: the whole list.
            assert!(names.len() > 5);
            continue;
        }
        names.sort();
        found.sort();
        assert_eq!(names, found, "{search}");
    }
    assert_eq!(names(&operator, "?stand=locked").await, ["Ömer Yıldız"]);
    assert_eq!(
        names(&operator, "?stand=invited&art=partner").await,
        ["Jörg Müller-Lüdenscheidt"]
    );
    assert_eq!(names(&operator, "?art=auditor").await, ["Auditor"]);
    assert_eq!(
        names(&operator, "?art=customer&suche=fremd").await,
        ["ForeignCustomer"]
    );
    assert!(names(&operator, "?art=nonsense&stand=x").await.len() > 8);
    let nothing = operator.get(&format!("{LIST}?suche=niemandda")).await;
    nothing.assert_says("Hier steht niemand. Alle anzeigen");
    // The page goes on by address, with the same search.
    app.sql(
        "INSERT INTO users (email, name, role, operator_role, partner_id, contracts, created_at) \
         SELECT 'viele' || n || '@anders.example', 'Viele', role, operator_role, partner_id, contracts, created_at \
         FROM users, generate_series(100, 170) n WHERE email = 'p.fremd@anders.example'; \
         INSERT INTO user_words SELECT 'viele', id FROM users WHERE name = 'Viele'",
    )
    .unwrap();
    let first = operator
        .get(&format!("{LIST}?suche=viele&stand=invited"))
        .await;
    assert_eq!(first.all("tbody tr").len(), 50);
    let next = first.attribute("a[rel=next]", "href").unwrap();
    let rest = operator.get(&next).await;
    assert_eq!(rest.all("tbody tr").len(), 21);
    assert!(rest.all("a[rel=next]").is_empty());
    rest.assert_says("Zum Anfang");

    // Constant work: whatever the filter, one index gives the page in its order, and a word its users.
    app.sql("ANALYZE users; ANALYZE user_words").unwrap();
    for (condition, index) in [
        ("users WHERE email > 'm' ORDER BY email", "users_email_key"),
        (
            "users WHERE kind = 'partner' AND email > 'm' ORDER BY email",
            "users_by_kind",
        ),
        (
            "users WHERE state = 'locked' AND email > 'm' ORDER BY email",
            "users_by_state",
        ),
        (
            "users WHERE kind = 'partner' AND state = 'invited' AND email > 'm' ORDER BY email",
            "users_by_kind_and_state",
        ),
        (
            "user_words WHERE word >= 'viel' AND word < 'viem' ORDER BY word, user_id",
            "user_words_pkey",
        ),
    ] {
        let plan = app.sql(&format!(
            "DO $$ DECLARE l TEXT; p TEXT := ''; BEGIN SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
             FOR l IN EXPLAIN SELECT * FROM {condition} LIMIT 51
             LOOP p := p || l; END LOOP;
             IF p LIKE '%Sort%' OR p NOT LIKE '%{index}%' THEN RAISE EXCEPTION '%', p; END IF; END $$"
        ));
        assert_eq!(plan, Ok(()), "{condition}");
    }
}

/// An administrator through a user's life, in a real browser without scripts: added, changed, locked, let in
/// again, locked and erased.
#[actix_web::test]
async fn an_administrator_walks_through_a_users_life() {
    let (app, chromium) = (TestApp::start().await, Chromium::start());
    let window = walk::sign_in(&app, &chromium, Person::Operator, Scripts::Off).await;
    window.go("/betrieb/benutzer/neu?kunde=4711").await;
    window.fill("#name", "Änne Groß").await;
    window.fill("#email", "aenne@oezdemir.example").await;
    window.click("main form .actions button").await;
    window.find(".flash").await;
    let page = page_of_email(&app, "aenne@oezdemir.example");
    window.click("main a[href$='/bearbeiten']").await;
    window.fill("#name", "Änne Groß-Öhler").await;
    window.click("#vertraege").await;
    window.fill("#passwort", PASSWORD).await;
    window.click("main form .actions button").await;
    window.find(".flash").await;
    window
        .click(&format!("form[action='{page}/einladung'] button"))
        .await;
    window.find(".flash").await;
    window.click("main a[href$='/sperren']").await;
    for way in ["/entsperren", "/sperren", "/loeschen"] {
        window.fill("#passwort", PASSWORD).await;
        window.click("main form .actions button").await;
        window.find(".flash").await;
        window.click(&format!("main a[href$='{way}']")).await;
    }
    window.fill("#passwort", PASSWORD).await;
    window.click("main form .actions button").await;
    window.find(".flash").await;
    let kinds = app.text(
        "string_agg(kind, ' ' ORDER BY position) FROM audit_events WHERE kind LIKE 'user_%' OR kind = 'invitation_sent'",
    );
    let tail = "user_added user_changed invitation_sent user_disabled user_enabled user_disabled user_erased";
    assert!(kinds.ends_with(tail), "{kinds}");
    assert_eq!(app.count("users WHERE state = 'erased'"), 1);
}

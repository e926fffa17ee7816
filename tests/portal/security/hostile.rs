//! A name that contains code or markup (S-26, S-70).

use super::{addresses, everybody};
use crate::harness::{Page, Person, TestApp};
use crate::seeded::{NEIGHBOUR, NEIGHBOUR_MAIL, World};

/// S-70, S-26: a hostile name stays a name on every page, in every mail and in the PDF.
#[actix_web::test]
async fn a_hostile_name_stays_a_name() {
    let name = "<script>alert(1)</script>{{7*7}} ${x} [x](javascript:alert(1)) | a | b | # H1 </td><a href=//x>";
    let world = World::build_in(TestApp::start_behind_proxy().await, name).await;
    let app = &world.app;
    let raw_tag = "<script>alert(1)";
    let mut shown = 0;
    let mut look = |page: &Page, about: &str| {
        if !page.header("content-type").starts_with("text/html") {
            return;
        }
        let text = page.text();
        assert!(
            !text.contains(raw_tag) && !text.contains("<a href=//x>"),
            "{about}: {}",
            page.path
        );
        assert!(
            page.all("a[href^='javascript:']").is_empty(),
            "{about}: {}",
            page.path
        );
        assert!(!page.words().contains("49 ${x}"), "{about}: {}", page.path);
        if page.all("title, body").concat().contains(
            "<script>alert(1)</script>{{7*7}} ${x} [x](javascript:alert(1)) | a | b | # H1",
        ) {
            shown += 1;
        }
    };
    for (who, browser) in everybody(app).await {
        for address in addresses(&world) {
            look(&browser.get(&address).await, &who);
        }
    }
    let operator = app.sign_in(Person::Operator).await;
    for search in [
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "%22%3E%3Cscript%3Ealert(1)",
    ] {
        look(
            &operator.get(&format!("/kunden?suche={search}")).await,
            "search",
        );
        look(
            &app.visitor()
                .get(&format!("/anmelden?weiter=/{search}&hinweis={search}"))
                .await,
            "sign-in",
        );
    }
    let typed = [
        ("name", "<script>alert(1)</script>"),
        ("funktion", "\"><script>alert(1)"),
    ];
    look(
        &app.visitor()
            .get(&world.open)
            .await
            .submit(&app.visitor(), "main form[action^='/zustimmung/']", &typed)
            .await,
        "form",
    );
    look(
        &app.visitor()
            .post("/anmelden", &[("email", "\"><script>alert(1)</script>")])
            .await,
        "sign-in",
    );
    app.conclude(NEIGHBOUR_MAIL).await;
    app.deliver();
    look(
        &app.visitor().get(&format!("{}/erfolg", world.open)).await,
        "success",
    );
    look(
        &operator.get("/administration/avv?kunde=4712").await,
        "contract",
    );
    assert!(shown >= 8, "the name was seen on {shown} pages only");
    let mut named = 0;
    for mail in app.mails() {
        let html = &mail.written.html;
        assert!(
            !html.contains(raw_tag) && !html.contains("<a href=//x>"),
            "{}",
            mail.written.subject
        );
        assert!(!mail.written.subject.contains(['\r', '\n']));
        named += usize::from(
            mail.written
                .text
                .contains("<script>alert(1)</script>{{7*7}}"),
        );
    }
    assert!(named >= 2, "only {named} mails name the customer");
    let agreement = world.agreement(NEIGHBOUR);
    let pdf = operator
        .get(&format!("/administration/avv/{agreement}.pdf"))
        .await;
    pdf.assert_status(200);
    assert!(!pdf.header("content-disposition").contains(['<', '"']));
    for active in [
        "/JavaScript",
        "/JS ",
        "/Launch",
        "/OpenAction",
        "/AA ",
        "/URI (javascript",
    ] {
        assert!(
            !pdf.bytes
                .windows(active.len())
                .any(|bytes| bytes == active.as_bytes()),
            "{active} in the PDF"
        );
    }
}

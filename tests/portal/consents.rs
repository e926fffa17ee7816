//! From a booking to a concluded agreement, over HTTP.

use crate::harness::{CUSTOMER, Person, TestApp};

const MAIL: &str = "info@oezdemir.example";

/// The main path (L-01, L-02, S-04, S-07, D-05, A-05): booking, mail, page, conclusion, gate.
#[actix_web::test]
async fn a_booking_leads_to_a_concluded_agreement_and_an_open_gate() {
    let app = TestApp::start().await;
    let partner = app.sign_in(Person::Partner).await;
    app.book(CUSTOMER, "centraflex", false);
    assert_eq!(app.standing(CUSTOMER).status.key(), "requested");
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(403);

    app.deliver();
    let mail = app.last_mail_to(MAIL);
    assert!(
        mail.written.text.contains("Muster IT GmbH"),
        "{}",
        mail.written.text
    );
    let link = app.conclude(MAIL).await;

    assert_eq!(app.standing(CUSTOMER).status.key(), "concluded");
    partner
        .get("/zugriff/4711/centraflex")
        .await
        .assert_status(204);
    let visitor = app.visitor();
    let success = visitor.get(&format!("{link}/erfolg")).await;
    success
        .assert_status(200)
        .assert_says("Der Vertrag ist abgeschlossen");
    let pdf = visitor.get(&format!("{link}/avv.pdf")).await;
    pdf.assert_status(200);
    assert!(pdf.bytes.starts_with(b"%PDF"));

    app.deliver();
    let receipt = app.last_mail_to(MAIL);
    assert_eq!(
        receipt.written.attachments[0].bytes, pdf.bytes,
        "mailed and downloaded differ (5.6-7)"
    );
}

//! How customers are found in the list, and in which order they are listed (C7).

use avv_portal::domain::Language;

use crate::harness::{Browser, CUSTOMER, FOREIGN_CUSTOMER, PASSWORD, Page, Person, TestApp, hours};

/// Searches, and returns the customers in the list; a redirect to a single customer is followed.
async fn found(browser: &Browser, search: &str) -> Vec<String> {
    let query: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
    let page = browser.get(&format!("/kunden?liste=1&suche={query}")).await;
    page.assert_status(200);
    let mut names = page.all("#kundenliste tbody th");
    names.sort();
    names
}

/// Number, words and inner parts of the name, town, postcode, address, agreement, other spellings.
#[actix_web::test]
async fn c7_a_customer_is_found_by_whatever_a_caller_says() {
    let app = TestApp::start().await;
    app.add_customer(
        5000,
        "Überschär Bauelemente GmbH",
        Some("anna.kurz@uebau.example"),
    );
    app.add_customer(5001, "St. Josef Stift", Some("stift@josef.example"));
    app.add_customer(5002, "Mueller & Söhne Straßenbau", None);
    app.sql("UPDATE customers SET postcode = '50667', city = 'Köln' WHERE number = '5002'")
        .unwrap();
    // The words are written anew with the next change of the facts.
    app.book(
        avv_portal::domain::CustomerNumber::from(5002),
        "centraflex",
        false,
    );
    app.sql("UPDATE case_rows SET next_at = '2020-01-01T00:00:00Z', next_status = status, next_moment = moment")
        .unwrap();
    app.jobs();
    let operator = app.sign_in(Person::Operator).await;
    for (search, company) in [
        ("berschär", "Überschär Bauelemente GmbH"),
        ("ueberschaer", "Überschär Bauelemente GmbH"),
        ("Uberschar", "Überschär Bauelemente GmbH"),
        ("elemente überschär", "Überschär Bauelemente GmbH"),
        ("anna.kurz@uebau.example", "Überschär Bauelemente GmbH"),
        ("uebau.example", "Überschär Bauelemente GmbH"),
        ("kurz", "Überschär Bauelemente GmbH"),
        ("5000", "Überschär Bauelemente GmbH"),
        ("Sankt Josef", "St. Josef Stift"),
        ("st.josef", "St. Josef Stift"),
        ("prof.josef stift", ""),
        ("Müller", "Mueller & Söhne Straßenbau"),
        ("müller und soehne", "Mueller & Söhne Straßenbau"),
        ("strassenbau", "Mueller & Söhne Straßenbau"),
        ("PLZ 50667", "Mueller & Söhne Straßenbau"),
        ("koeln", "Mueller & Söhne Straßenbau"),
        ("gibt es nicht", ""),
    ] {
        let expected: &[&str] = if company.is_empty() { &[] } else { &[company] };
        assert_eq!(found(&operator, search).await, expected, "{search}");
    }
}

/// A number typed in full can only mean one customer; so can the number of an agreement.
#[actix_web::test]
async fn c7_an_exact_number_opens_its_customer() {
    let app = TestApp::start().await;
    app.book(CUSTOMER, "centraflex", false);
    app.jobs();
    app.conclude("info@oezdemir.example").await;
    let number = app.text("number FROM agreements");
    let operator = app.sign_in(Person::Operator).await;
    for search in ["4711", " 4711 ", &number, &number.to_lowercase()] {
        let query: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        let page = operator.get(&format!("/kunden?suche={query}")).await;
        page.assert_redirect("/kunden/4711");
    }
    // No user is redirected to a customer they may not see (S-51).
    let partner = app.sign_in(Person::Partner).await;
    let foreign = FOREIGN_CUSTOMER;
    partner
        .get(&format!("/kunden?suche={foreign}"))
        .await
        .assert_status(200)
        .assert_says("Nichts gefunden");
    // Figures that are also a customer's postcode: the page says so and links to the list.
    let same = app.add_customer(50667, "Ziffern AG", None);
    app.add_customer(50668, "Am Dom GmbH", None);
    app.sql("UPDATE case_words SET word = '50667' WHERE row_id = (SELECT id FROM case_rows WHERE number = '50668') AND word <> '50668' AND word ~ '^[0-9]+$'")
        .unwrap();
    let page = operator.get("/kunden?suche=50667").await;
    page.assert_redirect(&format!("/kunden/{same}?gesucht=1"));
    operator
        .get(&format!("/kunden/{same}?gesucht=1"))
        .await
        .assert_says("Auch andere Kunden werden mit 50667 gefunden");
}

/// Partners find only their own customers, and an e-mail address only if it is complete.
#[actix_web::test]
async fn c7_partners_find_only_their_own() {
    let app = TestApp::start().await;
    app.add_customer(
        5000,
        "Eigene Kundin GmbH",
        Some("ganz.geheim@kundin.example"),
    );
    let partner = app.sign_in(Person::Partner).await;
    assert_eq!(found(&partner, "kundin").await, ["Eigene Kundin GmbH"]);
    assert!(found(&partner, "fremde").await.is_empty());
    for part in [
        "geheim",
        "ganz.geheim@",
        "ganz.geheim@kundin",
        "kundin.example",
    ] {
        assert!(found(&partner, part).await.is_empty(), "{part}");
    }
    assert_eq!(
        found(&partner, "ganz.geheim@kundin.example").await,
        ["Eigene Kundin GmbH"]
    );
    let sub = app.sign_in(Person::SubPartner).await;
    assert!(found(&sub, "eigene").await.is_empty());
}

/// A former name of a customer does not find it, and words that no customer has are not kept.
#[actix_web::test]
async fn c7_words_that_nobody_has_are_forgotten() {
    let app = TestApp::start().await;
    let number = app.add_customer(5000, "Einzigartig Xylophonbau", Some("x@xylophon.example"));
    assert!(app.count("word_parts WHERE word = 'xylophonbau'") > 5);
    let operator = app.sign_in(Person::Operator).await;
    let page = operator
        .get(&format!("/betrieb/kunden/{number}/loeschen"))
        .await;
    let typed = [("grund", "Doppelt angelegt"), ("passwort", PASSWORD)];
    page.submit(&operator, "main form", &typed)
        .await
        .assert_status(303);
    assert!(found(&operator, "xylophon").await.is_empty());
    for left in [
        "word_parts WHERE word LIKE '%xylophon%'",
        "case_words WHERE row_id NOT IN (SELECT id FROM case_rows)",
        "case_rows WHERE number = '5000'",
    ] {
        assert_eq!(app.count(left), 0, "{left}");
    }
}

/// The order by date: the longest waiting come first, and pages follow each other without a gap;
/// rows without a date come last.
#[actix_web::test]
async fn c7_the_list_is_sorted_by_the_date_of_the_status() {
    let app = TestApp::start().await;
    let mut expected = Vec::new();
    for number in 6000..6060 {
        let customer = app.add_customer(
            number,
            &format!("Kunde {} GmbH", 9999 - number),
            Some(&format!("k{number}@kunde{number}.example")),
        );
        app.book(customer, "centraflex", false);
        app.clock.advance(hours(13));
        expected.push(number.to_string());
    }
    let operator = app.sign_in(Person::Operator).await;
    let numbers = |page: &Page| -> Vec<String> {
        let all = page.all("#kundenliste tbody .c-no");
        all.into_iter()
            .filter(|number| number.starts_with("60"))
            .collect()
    };
    let first = operator.get("/kunden?sort=datum&status=requested").await;
    first.assert_says("Datum des AVV-Status");
    let mut seen = numbers(&first);
    let next = first.attribute("a[rel=next]", "href").unwrap();
    seen.extend(numbers(&operator.get(&next).await));
    assert_eq!(seen.len(), expected.len());
    // Two customers asked on one day have links that end at the same moment: then the number
    // decides.
    assert_eq!(seen, expected);
    let back = operator.get("/kunden?sort=-datum&status=requested").await;
    assert_eq!(numbers(&back).first(), expected.last());
    let all = operator.get("/kunden?sort=datum").await;
    let next = operator
        .get(&all.attribute("a[rel=next]", "href").unwrap())
        .await;
    let last = next.all("#kundenliste tbody .c-stat");
    assert!(
        last.last().unwrap().contains("Nicht erforderlich"),
        "{last:?}"
    );
}

/// A Mandant can narrow the list to one of its own Submandanten only.
#[actix_web::test]
async fn c7_the_list_has_a_column_and_a_filter_for_submandanten() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.add_customer_of(
        Some(companies.partner),
        Some(companies.sub_partner),
        5002,
        "Zweirad e. K.",
        Some("laden@zweirad.example"),
        Language::De,
    );
    let sub = companies.sub_partner;
    let partner = app.sign_in(Person::Partner).await;
    let page = partner.get(&format!("/kunden?submandant={sub}")).await;
    assert_eq!(page.all("#kundenliste tbody th"), ["Zweirad e. K."]);
    page.assert_says("Nord-TK GbR").assert_says("Submandant");
    let mandant = companies.partner;
    let operator = app.sign_in(Person::Operator).await;
    let page = operator
        .get(&format!("/kunden?mandant={mandant}&submandant={sub}"))
        .await;
    assert_eq!(page.all("#kundenliste tbody th"), ["Zweirad e. K."]);
    assert!(
        page.all("#unter option")
            .iter()
            .any(|name| name == "Nord-TK GbR")
    );
    let foreign = app.sign_in(Person::ForeignPartner).await;
    foreign
        .get(&format!("/kunden?submandant={sub}"))
        .await
        .assert_silent_about("Zweirad");
}

/// The name links to the customer, and the total is below the list.
#[actix_web::test]
async fn c7_the_name_is_a_link_and_the_total_is_right() {
    let app = TestApp::start().await;
    for number in 10_000..10_060 {
        app.add_customer(
            number,
            &format!("Veranstaltungstechnik {number} GmbH"),
            None,
        );
    }
    let operator = app.sign_in(Person::Operator).await;
    let page = operator.get("/kunden?suche=veranstaltung").await;
    assert_eq!(
        page.attribute("#kundenliste tbody th a", "href").unwrap(),
        "/kunden/10000"
    );
    page.assert_says("Insgesamt 60.");
    let html = page.text();
    assert!(html.contains("Ver<i></i>an<i></i>stal"), "no hyphens");
    let all = app.count("case_rows");
    operator
        .get("/kunden")
        .await
        .assert_says(&format!("Insgesamt {all}."));
}

/// Results are on several pages, each customer on one of them, in every order, forwards and
/// backwards.
#[actix_web::test]
async fn c7_what_is_found_is_paged_in_every_order() {
    let app = TestApp::start().await;
    for number in 10_000..10_120 {
        let name = format!("Veranstaltungstechnik {} GmbH", number * 7919 % 10_007);
        app.add_customer(number, &name, None);
    }
    let operator = app.sign_in(Person::Operator).await;
    let rows = "#kundenliste tbody th a";
    for order in ["firma", "-firma", "nummer", "-nummer", "datum", "-datum"] {
        let mut page = operator
            .get(&format!("/kunden?suche=veranstaltung&sort={order}"))
            .await;
        let mut pages = vec![page.attributes(rows, "href")];
        while let Some(next) = page.attribute("a[rel=next]", "href") {
            page = operator.get(&next).await;
            pages.push(page.attributes(rows, "href"));
        }
        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
        let mut all = pages.concat();
        if order.ends_with("nummer") {
            assert!(
                all.is_sorted_by(|a, b| (a < b) == (order == "nummer")),
                "{order}"
            );
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 120, "{order}");
        let mut back = vec![pages[2].clone()];
        while let Some(previous) = page.attribute("a[rel=prev]", "href") {
            page = operator.get(&previous).await;
            back.push(page.attributes(rows, "href"));
        }
        back.reverse();
        assert_eq!(back, pages, "{order}");
    }
}

/// C7: where there are too many Mandanten to read through, one is typed; a name that may mean several, or
/// nobody, hides no customer unsaid.
#[actix_web::test]
async fn c7_one_of_many_mandanten_is_typed() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO partners (name, street, postcode, city, country, register, represented_by, contact, email, phone, created_at, list_key)
         SELECT 'Systemhaus Bäcker ' || n, street, postcode, city, country, register, represented_by, contact, email, phone, created_at, 'systemhaus ' || n
         FROM partners, generate_series(1, 70) n WHERE name = 'Muster IT GmbH'",
    )
    .unwrap();
    let operator = app.sign_in(Person::Operator).await;
    let list = |name: &str| {
        let (operator, path) = (&operator, format!("/kunden?mandant={name}"));
        async move { operator.get(&path).await }
    };
    let all = list("").await;
    assert!(all.all("#mandant option").is_empty());
    let total = all.all("#kundenliste tbody tr").len();
    let muster = list("muster%20it").await;
    assert_eq!(
        muster.attribute("#mandant", "value").as_deref(),
        Some("Muster IT GmbH")
    );
    let own = muster.all("#kundenliste tbody tr").len();
    assert!(own > 0 && own < total, "{own} of {total}");
    // Links hold the number, not what was typed.
    let sheet = muster.attribute("a[href*='kunden.csv']", "href");
    let id = app.companies().partner.to_string();
    assert!(sheet.is_some_and(|href| href.ends_with(&format!("mandant={id}"))));

    let several = list("baecker%207").await;
    several.assert_says("Welchen meinen Sie?");
    assert_eq!(several.attributes("#mandant-frage a", "href").len(), 2);
    assert_eq!(several.all("#kundenliste tbody tr").len(), total);
    let many = list("systemhaus").await;
    many.assert_says("und 63 weitere");
    let nobody = list("%3Cscript%3E").await;
    nobody.assert_says("Kein Vertriebspartner heißt so");
    assert_eq!(nobody.all("#kundenliste tbody tr").len(), total);
    // Others choose no Mandant, whatever they type.
    let partner = app.sign_in(Person::Partner).await;
    let page = partner.get("/kunden?mandant=baecker%207").await;
    page.assert_silent_about("Welchen meinen Sie?");
}

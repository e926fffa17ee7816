//! Values that cannot be read are refused when they are written, reported when they are read, and
//! break nothing else (F11).

use avv_portal::domain::Language;

use crate::harness::{CUSTOMER, FOREIGN_CUSTOMER, Person, TestApp};
use crate::seeded::World;

/// Every JSON column of every table has a constraint on its content.
#[actix_web::test]
async fn f11_every_json_column_has_a_constraint() {
    let app = TestApp::start().await;
    let open = app.text(
        "coalesce(string_agg(c.relname || '.' || a.attname, ', '), '') \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' \
           AND a.atttypid = 'jsonb'::regtype AND NOT a.attisdropped \
           AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c' \
                           AND a.attnum = ANY (k.conkey))",
    );
    assert_eq!(open, "");
}

#[actix_web::test]
async fn f11_what_the_program_cannot_read_is_refused() {
    let World { app, .. } = World::build().await;
    let fields = [
        ("operator", "facts", "{party,name}"),
        ("operator", "facts", "{party}"),
        ("operator", "facts", "{short_name}"),
        ("products", "facts", "{code}"),
        ("products", "facts", "{requires_avv}"),
        ("products", "facts", "{personal_data}"),
        ("products", "facts", "{module,gated}"),
        ("products", "facts", "{module,key}"),
        ("products", "facts", "{retired}"),
        ("products", "facts", "{module}"),
        ("requests", "offer", "{version}"),
        ("requests", "offer", "{partner}"),
        ("requests", "offer", "{sub_partner}"),
        ("requests", "offer", "{products}"),
        ("requests", "offer", "{products,0,options}"),
        ("requests", "offer", "{products,0,product}"),
        ("mails", "kind", "{kind}"),
        ("mails", "recipient", "{to}"),
    ];
    for (table, column, field) in fields {
        let kept = app.rows(table);
        for value in ["{\"a\": 1}", "[[]]", "-1.5"] {
            let careless =
                format!("UPDATE {table} SET {column} = jsonb_set({column}, '{field}', '{value}')");
            assert!(app.sql(&careless).is_err(), "{careless}");
        }
        for value in ["42", "\"x\"", "[]", "null"] {
            let careless = format!("UPDATE {table} SET {column} = '{value}'");
            assert!(app.sql(&careless).is_err(), "{careless}");
        }
        assert_eq!(app.rows(table), kept);
    }
    for value in ["42", "null", "{}", "[1]", "[[]]", "[{\"code\": 7}]"] {
        let careless = format!("UPDATE bookings SET options = '{value}'");
        assert!(app.sql(&careless).is_err(), "{careless}");
    }
    for end in ["7", "[]", "{}", "\"morgen\""] {
        let careless =
            format!("UPDATE bookings SET options = '[{{\"code\": \"ums\", \"ends_at\": {end}}}]'");
        assert!(app.sql(&careless).is_err(), "{careless}");
    }
    for options in ["[{}]", "[7]", "{}", "[{\"code\": \"a\"}]"] {
        let careless =
            format!("UPDATE products SET facts = jsonb_set(facts, '{{options}}', '{options}')");
        assert!(app.sql(&careless).is_err(), "{careless}");
    }
}

#[actix_web::test]
async fn f11_a_row_that_cannot_be_read_is_named_and_breaks_nothing_else() {
    let app = TestApp::start().await;
    let companies = app.companies();
    app.book(CUSTOMER, "centraflex", false);
    app.book(FOREIGN_CUSTOMER, "mehrstandort-sip-trunk", true);
    app.add_customer_of(
        Some(companies.partner),
        None,
        4713,
        "Ohne Produkt GmbH",
        Some("info@ohne.example"),
        Language::De,
    );
    app.deliver();
    let gate = |browser: crate::harness::Browser| async move {
        browser.get("/zugriff/9000/ums").await.status
    };
    app.sql(
        "ALTER TABLE products DROP CONSTRAINT products_facts; \
         UPDATE products SET facts = '{\"code\": 7}' WHERE code = 'mehrstandort-sip-trunk'",
    )
    .unwrap();
    let operator = app.sign_in(Person::Operator).await;
    for page in [
        "/betrieb",
        "/kunden",
        "/kunden/4711",
        "/kunden/4711/avv",
        "/kunden/4713",
    ] {
        operator.get(page).await.assert_status(200);
    }
    operator
        .get("/betrieb")
        .await
        .assert_says("Datensatz ist nicht lesbar");
    operator
        .get("/betrieb/hintergrundarbeit")
        .await
        .assert_says("products, mehrstandort-sip-trunk");
    // A customer that has booked it is refused as a whole, and there is no access.
    operator.get("/kunden/9000").await.assert_status(500);
    assert_eq!(gate(app.sign_in(Person::ForeignPartner).await).await, 403);
    app.run_jobs();
    app.conclude("info@oezdemir.example").await;
}

#![expect(clippy::unwrap_used, reason = "a test may fail")]
use super::*;
use crate::domain::mail::RequestReason;
use crate::mail::bodies::requests::request;
use crate::mail::samples;
use crate::mail::tests::{all, written};

#[test]
fn sentences_fit_one_or_many() {
    let case = |partner: Option<&str>, sub: Option<&str>, products: &[&str]| CaseWords {
        partner: partner.map(str::to_owned),
        sub_partner: sub.map(str::to_owned),
        products: products.iter().map(|name| (*name).to_owned()).collect(),
        ..samples::case(Language::De)
    };
    let table = [
        (
            case(Some("A GmbH"), None, &["X"]),
            "Ihr Vertriebspartner A GmbH soll Ihr Produkt X für Sie verwalten.",
            "your sales partner A GmbH is to manage your product X for you.",
            "Ihr Produkt funktioniert weiter. Ihr Partner kann es im Portal",
        ),
        (
            case(Some("A GmbH"), Some("B KG"), &["X", "Y"]),
            "Ihr Vertriebspartner A GmbH und dessen Untervertriebspartner B KG sollen Ihre Produkte X und Y für Sie verwalten.",
            "your sales partner A GmbH and its sub-partner B KG are to manage your products X and Y for you.",
            "Ihre Produkte funktionieren weiter. Ihre Partner können sie im Portal",
        ),
        (
            case(Some("A GmbH"), None, &["X", "Y", "Z"]),
            "Ihr Vertriebspartner A GmbH soll Ihre Produkte X, Y und Z für Sie verwalten.",
            "your sales partner A GmbH is to manage your products X, Y and Z for you.",
            "Ihre Produkte funktionieren weiter. Ihr Partner kann sie im Portal",
        ),
        (
            case(None, None, &[]),
            "Ihr Vertriebspartner soll Ihre Produkte für Sie verwalten.",
            "your sales partner is to manage your products for you.",
            "Ihre Produkte funktionieren weiter. Ihr Partner kann sie im Portal",
        ),
    ];
    for (case, german, english, without_reply) in table {
        for (language, sentence) in [(Language::De, german), (Language::En, english)] {
            let content = request(case.clone(), RequestReason::First);
            let text = written(language, content).text.replace('\n', " ");
            assert!(text.contains(sentence), "{sentence}\n{text}");
        }
        let content = request(case, RequestReason::First);
        let text = written(Language::De, content).text.replace('\n', " ");
        assert!(text.contains(without_reply), "{without_reply}\n{text}");
    }
}

#[test]
fn each_mail_says_what_is_special_about_it() {
    let table = [
        (
            "request First false",
            "Sonntag, 6. Dezember 2026",
            "Sunday, 6 December 2026",
        ),
        (
            "request First false",
            "bis zu drei Mal",
            "up to three times",
        ),
        (
            "request Manual false",
            "wurde für Sie angefordert",
            "was requested for you",
        ),
        (
            "request SubPartner false",
            "Als Untervertriebspartner ist jetzt Nord-TK GbR",
            "Nord-TK GbR is now named",
        ),
        (
            "request Product true",
            "gilt Ihr bisheriger Vertrag unverändert weiter",
            "existing agreement continues unchanged",
        ),
        (
            "request Product false",
            "ein weiteres Produkt",
            "a further product",
        ),
        // Every mail that asks says what is new, whatever the reason (rows 20, 25, 26).
        (
            "request Product true",
            "Neu: Der Untervertriebspartner Küsten-TK e. K. ist seit dem 20. November 2026 nicht mehr für Sie tätig. Als Untervertriebspartner kommt Nord-TK GbR hinzu. Der Vertrag umfasst zusätzlich das Produkt Tengo Centraflex.",
            "New: The sub-partner Küsten-TK e. K. has not worked for you since 20 November 2026. Nord-TK GbR joins as sub-partner. The agreement also covers the product Tengo Centraflex.",
        ),
        (
            "reminder 2 true",
            "Alles andere bleibt, wie Sie es am 3. März 2026 abgeschlossen haben.",
            "Everything else stays as you accepted it on 3 March 2026.",
        ),
        (
            "request Partner renewal",
            "um den neuen Abschluss eines Auftragsverarbeitungsvertrags: Ihr neuer Vertriebspartner Muster IT GmbH",
            "to accept a new data processing agreement: your new sales partner Muster IT GmbH",
        ),
        (
            "reminder 1 renewal",
            "Ein Vertriebspartner hat bis dahin aber keinen Zugriff",
            "Meanwhile, however, no sales partner has access",
        ),
        (
            "request Partner renewal",
            "Ihr Vertriebspartner ist jetzt Muster IT GmbH. Altmann Systemhaus GmbH betreut Sie nicht mehr.",
            "Your sales partner is now Muster IT GmbH. Altmann Systemhaus GmbH no longer looks after you.",
        ),
        (
            "request Partner false",
            "Links aus früheren E-Mails gelten nicht mehr",
            "Links from earlier e-mails are no longer valid",
        ),
        (
            "request RollOut anew",
            "dessen Untervertriebspartner Nord-TK GbR verwalten Ihre Produkte",
            "its sub-partner Nord-TK GbR manage your products",
        ),
        (
            "request RollOut anew",
            "Das ist neu: § 9 nennt kürzere Fristen.",
            "This is new: § 9 nennt kürzere Fristen.",
        ),
        (
            "request RollOut anew",
            "Beide Fassungen im Vergleich:  https://avv.plusnet.example/vertrag/1.0/vergleich/2.0",
            "Both versions side by side:  https://avv.plusnet.example/vertrag/1.0/vergleich/2.0",
        ),
        (
            "new version",
            "Sie brauchen nichts zu tun. Ihr Vertrag Nr. AVV-2026-4711-1-7KQ2M8 vom 3. März 2026 gilt mit der Fassung 1.0 unverändert weiter",
            "There is nothing you need to do. Your agreement no. AVV-2026-4711-1-7KQ2M8 of 3 March 2026 continues unchanged with version 1.0",
        ),
        (
            "new version",
            "weiter, und Ihr Vertriebspartner Muster IT GmbH und dessen Untervertriebspartner Nord-TK GbR dürfen damit Ihre Produkte Tengo Centraflex",
            "with version 1.0, and your sales partner Muster IT GmbH and its sub-partner Nord-TK GbR may still manage your products Tengo Centraflex",
        ),
        // Row 49: access that is closed is not mentioned.
        (
            "new version shut out",
            "gilt mit der Fassung 1.0 unverändert weiter.   WAS IST NEU?",
            "continues unchanged with version 1.0.   WHAT IS NEW?",
        ),
        (
            "new version",
            "Seit dem 24. November 2026 gibt es die Fassung 2.0",
            "since 24 November 2026 there is version 2.0",
        ),
        (
            "note withdrawn covered",
            "Das ist nicht mehr nötig.  Ihr Vertrag Nr. AVV-2026-4711-1-7KQ2M8 vom 3. März 2026 umfasst alles",
            "This is no longer needed.  Your agreement no. AVV-2026-4711-1-7KQ2M8 of 3 March 2026 covers all",
        ),
        (
            "note withdrawn partner",
            "Sie werden nicht mehr von einem Vertriebspartner betreut",
            "no sales partner looks after you any more",
        ),
        (
            "note left",
            "Küsten-TK e. K. ist seit dem 24. November 2026 nicht mehr für Sie tätig",
            "Küsten-TK e. K. has not worked for you since 24 November 2026",
        ),
        (
            "note product",
            "Ihr Produkt Mehrstandort-SIP-Trunk endete am 30. November 2026",
            "your product Mehrstandort-SIP-Trunk ended on 30 November 2026",
        ),
        (
            "note option",
            "Die UMS-Option Ihres Produkts Mehrstandort-SIP-Trunk endete",
            "the UMS option of your product Mehrstandort-SIP-Trunk ended",
        ),
        (
            "note blocked",
            "Das gilt auch für dessen Untervertriebspartner Nord-TK GbR",
            "This also applies to its sub-partner Nord-TK GbR",
        ),
        (
            "note blocked sub",
            "Der Zugriff Ihres Vertriebspartners Muster IT GmbH bleibt unverändert",
            "The access of your sales partner Muster IT GmbH remains as it is",
        ),
        (
            "ended PartnerLeft",
            "einen anderen Vertriebspartner haben Sie nicht. Sie verwalten Ihre Produkte",
            "you have no other sales partner. You now manage your products",
        ),
        (
            "ended NoProduct",
            "bis zum 31. Dezember 2029 auf",
            "until 31 December 2029",
        ),
        (
            "ended Deleted",
            "geben wir Ihnen zurück oder löschen sie",
            "we return to you or delete",
        ),
        (
            "partner Declined true",
            "hat die Ergänzung des Auftragsverarbeitungsvertrags mit Plusnet GmbH am 24. November 2026 abgelehnt. Der bisherige Vertrag gilt weiter.",
            "hat die Ergänzung des Auftragsverarbeitungsvertrags",
        ),
        (
            "partner Expired renewal",
            "um den Neuabschluss des Auftragsverarbeitungsvertrags",
            "um den Neuabschluss des Auftragsverarbeitungsvertrags",
        ),
        (
            "partner blocked false",
            "für alle Ihre Kunden und auch für Ihre Untervertriebspartner",
            "für alle Ihre Kunden und auch für Ihre Untervertriebspartner",
        ),
        (
            "reminder 1 false",
            "erinnern wir Sie noch 2 Mal",
            "remind you 2 more times",
        ),
        (
            "reminder 2 false",
            "erinnern wir Sie noch ein Mal",
            "remind you once more",
        ),
        (
            "reminder 3 false",
            "unsere letzte Erinnerung",
            "our last reminder",
        ),
        (
            "reminder 2 false",
            "Dies ist Erinnerung 2 von 3",
            "This is reminder 2 of 3",
        ),
        ("concluded", "Ayşe Özdemir", "Ayşe Özdemir"),
        (
            "concluded",
            "24. November 2026 um 14:05 Uhr",
            "24 November 2026, 14:05 (Berlin time)",
        ),
        (
            "concluded",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        (
            "declined true",
            "Ihr bisheriger Vertrag gilt unverändert weiter",
            "your existing agreement continues",
        ),
        ("objected", "nichtig geworden", "became void"),
        // 5.8-18: a contract on paper is called so, with who signed it and when.
        (
            "concluded on paper",
            "haben den Auftragsverarbeitungsvertrag auf Papier abgeschlossen",
            "have concluded the data processing agreement on paper",
        ),
        (
            "concluded on paper",
            "sein Scan liegt dieser E-Mail als PDF bei",
            "The scan of the signed agreement",
        ),
        (
            "concluded on paper",
            "20. November 2026",
            "20 November 2026",
        ),
        (
            "partner Concluded on paper",
            "auf Papier abgeschlossen. Er wurde am 24. November 2026 im Portal erfasst",
            "auf Papier abgeschlossen. Er wurde am 24. November 2026 im Portal erfasst",
        ),
        (
            "partner Concluded",
            "Tengo Centraflex: frei UMS-Verwaltung: gesperrt",
            "Tengo Centraflex: frei UMS-Verwaltung: gesperrt",
        ),
        (
            "partner Expired",
            "3 Erinnerungen nicht geantwortet",
            "3 Erinnerungen nicht geantwortet",
        ),
        (
            "alert NoAddress",
            "keine gültige E-Mail-Adresse",
            "keine gültige E-Mail-Adresse",
        ),
        (
            "set password false",
            "Ihr bisheriges Passwort gilt weiter",
            "your present password remains valid",
        ),
        (
            "password changed",
            "wurde am 24. November 2026",
            "was changed on 24 November 2026",
        ),
    ];
    for (wanted, german, english) in table {
        for (language, sentence) in [(Language::De, german), (Language::En, english)] {
            let (_, content) = all(language)
                .into_iter()
                .find(|(name, _)| name == wanted)
                .unwrap();
            let text = written(language, content).text.replace('\n', " ");
            assert!(text.contains(sentence), "{wanted}: {sentence}\n{text}");
        }
    }
}

#[test]
fn subjects_name_the_task_the_company_and_the_number() {
    let table = [
        (
            "request First false",
            "Bitte abschließen: Auftragsverarbeitungsvertrag für Bäckerei Özdemir & Söhne GmbH & Co. KG (Kundennr. 4711)",
            "Please accept: data processing agreement for Bäckerei Özdemir & Söhne GmbH & Co. KG (customer no. 4711)",
        ),
        (
            "reminder 2 true",
            "Erinnerung 2 von 3: Auftragsverarbeitungsvertrag für Bäckerei Özdemir & Söhne GmbH & Co. KG (Kundennr. 4711)",
            "Reminder 2 of 3: data processing agreement for Bäckerei Özdemir & Söhne GmbH & Co. KG (customer no. 4711)",
        ),
        (
            "request Partner renewal",
            "Bitte neu abschließen: Auftragsverarbeitungsvertrag für Bäckerei Özdemir & Söhne GmbH & Co. KG (Kundennr. 4711)",
            "Please accept anew: data processing agreement for Bäckerei Özdemir & Söhne GmbH & Co. KG (customer no. 4711)",
        ),
        (
            "ended Deleted",
            "Beendet: Auftragsverarbeitungsvertrag für Bäckerei Özdemir & Söhne GmbH & Co. KG (Kundennr. 4711)",
            "Ended: data processing agreement for Bäckerei Özdemir & Söhne GmbH & Co. KG (customer no. 4711)",
        ),
        (
            "objected",
            "Widerspruch erhalten: Auftragsverarbeitungsvertrag für Bäckerei Özdemir & Söhne GmbH & Co. KG (Kundennr. 4711)",
            "Objection received: data processing agreement for Bäckerei Özdemir & Söhne GmbH & Co. KG (customer no. 4711)",
        ),
        (
            "set password true",
            "Ihr Zugang zum Plusnet AVV-Portal",
            "Your access to the Plusnet AVV-Portal",
        ),
    ];
    for (wanted, german, english) in table {
        for (language, subject) in [(Language::De, german), (Language::En, english)] {
            let (_, content) = all(language)
                .into_iter()
                .find(|(name, _)| name == wanted)
                .unwrap();
            assert_eq!(written(language, content).subject, subject);
        }
    }
}

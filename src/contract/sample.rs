//! Invented values for previews, the `contract render` command and tests.

use chrono::{DateTime, Utc};

use super::values::{Conclusion, CoveredProduct, Values, least_years};
use crate::domain::party::SubProcessor;
use crate::domain::{CustomerNumber, EmailAddress, Holidays, Language, Operator, Party};

/// A customer of an invented operator with a partner, two products and, if wanted, a sub-partner;
/// not concluded. Names are the same in both languages, contacts are in the given one.
pub fn sample_values(language: Language, with_sub_partner: bool) -> Values {
    let say = |german: &str, english: &str| match language {
        Language::De => german.to_owned(),
        Language::En => english.to_owned(),
    };
    let support = say("Kundenbetreuung", "Customer service");
    Values {
        operator: operator(&support),
        customer: Party {
            represented_by: "Elif Özdemir".into(),
            register: "Amtsgericht Gelsenkirchen, HRA 4711".into(),
            ..party(
                "Bäckerei Özdemir & Söhne GmbH & Co. KG",
                "Bahnhofstraße 7",
                "45879 Gelsenkirchen",
                "Elif Özdemir",
                "info@baeckerei.example",
            )
        },
        customer_number: Some(CustomerNumber::from(4711)),
        partner: Some(party(
            "Muster IT GmbH",
            "Hohe Straße 12",
            "44139 Dortmund",
            "Jana Köhler",
            "datenschutz@muster-it.example",
        )),
        sub_partner: with_sub_partner.then(|| {
            party(
                "Nord-TK GbR",
                "Hafenweg 3",
                "24103 Kiel",
                "Ole Hansen",
                "info@nord-tk.example",
            )
        }),
        products: vec![
            product("centraflex", "Tengo Centraflex", "Tengo Centraflex"),
            product(
                "mehrstandort-sip-trunk",
                "Mehrstandort-SIP-Trunk mit UMS-Option",
                "Multi-site SIP trunk with UMS option",
            ),
        ],
        retention_years: least_years(),
        conclusion: None,
    }
}

/// Texts in square brackets in place of a customer's data, for a public text (C-07). Provider and
/// products are set by the caller.
pub fn neutral_values(language: Language) -> Values {
    let party = |german: &str, english: &str| {
        let who = match language {
            Language::De => german,
            Language::En => english,
        };
        let blank = |german: &str, english: &str| match language {
            Language::De => format!("[{german}]"),
            Language::En => format!("[{english}]"),
        };
        Party {
            name: format!("[{who}]"),
            street: blank("Straße", "street"),
            postcode: blank("PLZ", "postcode"),
            city: blank("Ort", "town"),
            // A placeholder is no place outside the EEA.
            country: String::new(),
            register: blank("Register", "register"),
            represented_by: blank("Vertretung", "representative"),
            contact: blank("Ansprechperson", "contact person"),
            email: None,
            unusable_email: None,
            phone: blank("Telefon", "phone"),
        }
    };
    Values {
        operator: Operator::default(),
        customer: party("Auftraggeber", "Customer"),
        customer_number: None,
        partner: Some(party("Vertriebspartner", "Sales partner")),
        sub_partner: Some(party(
            "Untervertriebspartner, falls benannt",
            "Sub-partner, if named",
        )),
        products: Vec::new(),
        retention_years: least_years(),
        conclusion: None,
    }
}

/// How the sample was concluded: by its customer's director, ten days after the mail.
pub fn sample_conclusion(language: Language, document_hash: &str) -> Conclusion {
    let company = "Bäckerei Özdemir & Söhne GmbH & Co. KG";
    let declarations = match language {
        Language::De => vec![
            format!("Ich bin berechtigt, die {company} bei diesem Vertrag zu vertreten."),
            format!(
                "Ich habe den Vertrag mit allen Anlagen gelesen und schließe ihn für die {company} ab."
            ),
        ],
        Language::En => vec![
            format!("I am authorised to represent {company} in accepting this agreement."),
            format!(
                "On behalf of {company}, I have read the agreement with all its annexes and accept it."
            ),
        ],
    };
    Conclusion {
        agreement_number: "AVV-2026-4711-1-7KQ2M8".into(),
        at: moment(1_795_522_800),
        person: "Elif Özdemir".into(),
        function: match language {
            Language::De => "Geschäftsführerin".into(),
            Language::En => "Managing director".into(),
        },
        declarations,
        sent_to: "info@baeckerei.example".into(),
        link_sent_at: moment(1_794_658_800),
        remote_address: "203.0.113.47".into(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".into(),
        document_hash: document_hash.to_owned(),
        evidence_hash: String::new(),
    }
}

fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

fn operator(support: &str) -> Operator {
    Operator {
        party: Party {
            register: "Amtsgericht Köln, HRB 12345".into(),
            represented_by: "Dr. Anna Beispiel".into(),
            phone: "0221 4710-123".into(),
            ..party(
                "Plusnet GmbH",
                "Musterallee 55",
                "50829 Köln",
                support,
                "avv@plusnet.example",
            )
        },
        short_name: "Plusnet".into(),
        data_protection_officer: "Dr. Katharina Überschär".into(),
        data_protection_email: EmailAddress::parse("datenschutz@plusnet.example").ok(),
        objection_email: EmailAddress::parse("widerspruch@plusnet.example").ok(),
        hours: "montags bis freitags von 8 bis 18 Uhr".into(),
        hours_en: "Monday to Friday, 8 am to 6 pm".into(),
        holidays: Holidays::default(),
        sub_processors: vec![SubProcessor {
            party: party(
                "RZ Rheinland Betriebsgesellschaft mbH",
                "Am Güterbahnhof 8",
                "41460 Neuss",
                "Betriebsleitung",
                "betrieb@rz-rheinland.example",
            ),
            service: "Betrieb der Server".into(),
            service_en: "Operation of the servers".into(),
            place: "Deutschland".into(),
            place_en: "Germany".into(),
            mechanism: String::new(),
            ..SubProcessor::default()
        }],
        ..Operator::default()
    }
}

fn party(name: &str, street: &str, town: &str, contact: &str, email: &str) -> Party {
    let (postcode, city) = town.split_once(' ').unwrap_or(("", town));
    Party {
        name: name.into(),
        street: street.into(),
        postcode: postcode.into(),
        city: city.into(),
        country: "Deutschland".into(),
        contact: contact.into(),
        email: EmailAddress::parse(email).ok(),
        ..Party::default()
    }
}

fn product(code: &str, name: &str, name_en: &str) -> CoveredProduct {
    CoveredProduct {
        code: code.into(),
        name: name.into(),
        name_en: name_en.into(),
        options: Vec::new(),
    }
}

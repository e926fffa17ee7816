//! What is wrong with a postcode (C10).

use crate::domain::postcode::{PostcodeFault, check};

/// What is wrong with a postcode of a country, as a German sentence without its full stop; `None` if
/// nothing is.
pub fn fault(country: &str, postcode: &str) -> Option<String> {
    check(country, postcode).map(|fault| match fault {
        PostcodeFault::Form {
            country,
            digits,
            sample,
        } => {
            let form = digits.map_or_else(
                || "hat eine andere Form".to_owned(),
                |digits| format!("hat {digits} Ziffern"),
            );
            let place = place(country);
            format!("Eine Postleitzahl in {place} {form}, zum Beispiel {sample}")
        }
        PostcodeFault::Signs { most } => format!(
            "Eine Postleitzahl besteht aus höchstens {most} Buchstaben ohne Umlaute, Ziffern, Leerzeichen und Bindestrichen"
        ),
    })
}

/// "Deutschland", "der Schweiz": as it follows "in".
fn place(country: &str) -> String {
    match country {
        "Schweiz" | "Slowakei" => format!("der {country}"),
        "Niederlande" => "den Niederlanden".to_owned(),
        "USA" => "den USA".to_owned(),
        "Vereinigtes Königreich" => "dem Vereinigten Königreich".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_what_is_wrong_is_said_with_an_example_that_is_right() {
        for (country, sentence) in [
            (
                "Deutschland",
                "Eine Postleitzahl in Deutschland hat 5 Ziffern, zum Beispiel 50667",
            ),
            (
                "switzerland",
                "Eine Postleitzahl in der Schweiz hat 4 Ziffern, zum Beispiel 8001",
            ),
            (
                "UK",
                "Eine Postleitzahl in dem Vereinigten Königreich hat eine andere Form, zum Beispiel EC1A 1BB",
            ),
        ] {
            assert_eq!(fault(country, "?").as_deref(), Some(sentence));
        }
    }
}

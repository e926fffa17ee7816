//! The table of customers and what happens to each.

use anyhow::{Context as _, bail};

use super::super::Result;
use super::companies;
use crate::domain::{CustomerNumber, Language, Party};

/// One customer per line; the file's head explains the columns.
const TABLE: &str = include_str!("customers.txt");

/// A line of the table: a customer and its fate.
#[derive(Debug, Clone)]
pub struct Character {
    /// Number of the customer, its key.
    pub number: CustomerNumber,
    /// Language of mails and contract.
    pub language: Language,
    /// Name, address, register entry and e-mail address.
    pub party: Party,
    /// Short name of the Mandant; empty for none.
    pub partner: String,
    /// Short name of the Submandant, if there is one.
    pub sub_partner: Option<String>,
    /// Codes of the products, with their options.
    pub products: Vec<Booked>,
    /// What happens to the customer.
    pub fate: Fate,
}

/// What happens to a customer. `day` is how many days ago it books, `after` how many days later it
/// answers, `since` how many days ago the last event happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Only books products that need no AVV.
    Nothing { day: i64 },
    /// Has no partner.
    Alone { day: i64 },
    /// Gets its partner after the booking, and was not asked.
    Later { day: i64 },
    /// Does not answer the request.
    Silent { day: i64 },
    /// Booked minutes ago; the mail is still to be sent.
    Fresh { minutes: i64 },
    /// Its mail server refuses the first mail.
    Bounced { day: i64 },
    /// Has no address until its Mandant enters one, which waits for the operator.
    Entered { day: i64, since: i64 },
    /// Is asked anew because a sub-partner was named.
    Named { day: i64, since: i64 },
    /// Declines the request.
    Declined { day: i64, after: i64 },
    /// Concludes the agreement.
    Concluded { day: i64, after: i64 },
    /// Concludes and books a further product.
    Amended { day: i64, after: i64, since: i64 },
    /// Concludes, books a further product and declines the amendment.
    Unamended { day: i64, after: i64, since: i64 },
    /// Concludes and objects, in the portal.
    Portal { day: i64, after: i64, since: i64 },
    /// Concludes and objects by letter.
    Letter { day: i64, after: i64, since: i64 },
    /// Concludes and gets another partner.
    Moved { day: i64, after: i64, since: i64 },
    /// Concludes and cancels.
    Cancelled { day: i64, after: i64, since: i64 },
}

/// All lines of the table.
pub fn characters() -> Result<Vec<Character>> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| read(line).with_context(|| format!("customers.txt: {line}")))
        .collect()
}

fn read(line: &str) -> Result<Character> {
    let columns: Vec<&str> = line.split('|').collect();
    let [
        number,
        language,
        name,
        street,
        town,
        person,
        register,
        email,
        chain,
        products,
        fate,
    ] = columns[..]
    else {
        bail!("{} columns", columns.len());
    };
    let (partner, sub_partner) = match chain.split_once('/') {
        Some((partner, sub)) => (partner, Some(sub.to_owned())),
        None => (chain.trim_matches('-'), None),
    };
    Ok(Character {
        number: number.parse()?,
        language: Language::from_code(language).context("language")?,
        party: Party {
            register: register.into(),
            represented_by: person.into(),
            ..companies::party(name, street, town, person, email)
        },
        partner: partner.to_owned(),
        sub_partner,
        products: products.split(',').map(product).collect::<Result<_>>()?,
        fate: fate_of(fate)?,
    })
}

/// A product's code with the options booked with it.
pub type Booked = (&'static str, &'static [&'static str]);

fn product(word: &str) -> Result<Booked> {
    Ok(match word {
        "centraflex" => ("centraflex", &[]),
        "multi+ums" => ("mehrstandort-sip-trunk", &["ums"]),
        "sip" => ("sip-trunk", &[]),
        "sip+ums" => ("sip-trunk", &["ums"]),
        _ => bail!("unknown product {word}"),
    })
}

fn fate_of(text: &str) -> Result<Fate> {
    let mut words = text.split(' ');
    let kind = words.next().unwrap_or_default();
    let figures: Vec<i64> = words
        .map(str::parse)
        .collect::<std::result::Result<_, _>>()?;
    Ok(match (kind, figures.as_slice()) {
        ("nothing", &[day]) => Fate::Nothing { day },
        ("alone", &[day]) => Fate::Alone { day },
        ("later", &[day]) => Fate::Later { day },
        ("silent", &[day]) => Fate::Silent { day },
        ("fresh", &[minutes]) => Fate::Fresh { minutes },
        ("bounced", &[day]) => Fate::Bounced { day },
        ("entered", &[day, since]) => Fate::Entered { day, since },
        ("named", &[day, since]) => Fate::Named { day, since },
        ("declined", &[day, after]) => Fate::Declined { day, after },
        ("concluded", &[day, after]) => Fate::Concluded { day, after },
        ("amended", &[day, after, since]) => Fate::Amended { day, after, since },
        ("unamended", &[day, after, since]) => Fate::Unamended { day, after, since },
        ("portal", &[day, after, since]) => Fate::Portal { day, after, since },
        ("letter", &[day, after, since]) => Fate::Letter { day, after, since },
        ("moved", &[day, after, since]) => Fate::Moved { day, after, since },
        ("cancelled", &[day, after, since]) => Fate::Cancelled { day, after, since },
        _ => bail!("unknown fate {text}"),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::name;

    #[test]
    fn the_table_can_be_read_and_has_names_of_every_length() {
        let all = characters().unwrap();
        let numbers: BTreeSet<_> = all.iter().map(|one| one.number).collect();
        assert_eq!(numbers.len(), all.len(), "a number twice");
        assert_eq!(all.len(), 60);
        assert!(numbers.contains(&crate::cli::demo::people::CUSTOMER));
        let lengths: Vec<usize> = all
            .iter()
            .map(|one| one.party.name.chars().count())
            .collect();
        assert!(lengths.iter().any(|length| *length < 3));
        assert!(lengths.iter().any(|length| *length > 120));
        for one in &all {
            assert_eq!(name::clean(&one.party.name), one.party.name);
            assert_eq!(one.party.postcode.len(), 5, "{}", one.number);
        }
    }

    #[test]
    fn answers_fall_into_the_time_of_a_link_whatever_the_day() {
        // Each link is valid for 14 days; the next one is sent on the working morning after it, at
        // most five days later.
        let open = [0..=13, 20..=27, 39..=41];
        for one in characters().unwrap() {
            let after = match one.fate {
                Fate::Declined { after, .. }
                | Fate::Concluded { after, .. }
                | Fate::Amended { after, .. }
                | Fate::Unamended { after, .. }
                | Fate::Portal { after, .. }
                | Fate::Letter { after, .. }
                | Fate::Moved { after, .. }
                | Fate::Cancelled { after, .. } => after,
                _ => continue,
            };
            let is_open = open.iter().any(|days| days.contains(&after));
            assert!(is_open, "{} after {after} days", one.number);
        }
    }
}

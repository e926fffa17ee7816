//! The columns customers and partners share, as a [`Party`].

use diesel::prelude::*;

use crate::domain::{EmailAddress, Party};

/// The columns of `customers` that make up a [`Party`].
#[derive(Queryable, Selectable, Insertable, AsChangeset, Debug, Clone)]
#[diesel(table_name = crate::storage::schema::customers)]
pub struct CustomerParty {
    name: String,
    street: String,
    postcode: String,
    city: String,
    country: String,
    register: String,
    represented_by: String,
    contact: String,
    email: Option<String>,
    phone: String,
}

/// The columns of `partners` that make up a [`Party`].
#[derive(Queryable, Selectable, Insertable, AsChangeset, Debug, Clone)]
#[diesel(table_name = crate::storage::schema::partners)]
pub struct PartnerParty {
    name: String,
    street: String,
    postcode: String,
    city: String,
    country: String,
    register: String,
    represented_by: String,
    contact: String,
    email: Option<String>,
    phone: String,
}

macro_rules! party_columns {
    ($row:ty) => {
        impl From<$row> for Party {
            fn from(row: $row) -> Self {
                // An invalid address counts as missing, and the pages say what is wrong with it.
                let email = row.email.as_deref();
                let address = email.and_then(|email| EmailAddress::parse(email).ok());
                let unusable = row.email.clone().filter(|_| address.is_none());
                Self {
                    name: row.name,
                    street: row.street,
                    postcode: row.postcode,
                    city: row.city,
                    country: row.country,
                    register: row.register,
                    represented_by: row.represented_by,
                    contact: row.contact,
                    email: address,
                    unusable_email: unusable.filter(|text| !text.trim().is_empty()),
                    phone: row.phone,
                }
            }
        }

        impl From<&Party> for $row {
            fn from(party: &Party) -> Self {
                Self {
                    name: party.name.clone(),
                    street: party.street.clone(),
                    postcode: party.postcode.clone(),
                    city: party.city.clone(),
                    country: party.country.clone(),
                    register: party.register.clone(),
                    represented_by: party.represented_by.clone(),
                    contact: party.contact.clone(),
                    email: (party.email.as_ref())
                        .map(|email| email.as_str().to_owned())
                        .or_else(|| party.unusable_email.clone()),
                    phone: party.phone.clone(),
                }
            }
        }
    };
}

party_columns!(CustomerParty);
party_columns!(PartnerParty);

//! What is sold and which of it needs an AVV (requirements 1.1). The catalogue is data (P-04).

use serde::{Deserialize, Serialize};

/// A catalogue entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Key, for example `centraflex`.
    pub code: String,
    /// Full name: "Mehrstandort-SIP-Trunk".
    pub name: String,
    /// Name for narrow columns: "SIP-Trunk".
    pub short_name: String,
    /// Whether partners administer it through the portal (P-01). `None` counts as yes.
    pub portal_administered: Option<bool>,
    /// Whether administering it touches personal data (P-02). `None` counts as yes.
    pub personal_data: Option<bool>,
    /// Which bookings of it create the need (P-05, 5.8-6).
    pub trigger: Trigger,
    /// The portal area the product opens, always reachable for the assigned partner unless it is
    /// also the gated one.
    pub module: Module,
    /// The area that needs an agreement: the whole module for Centraflex, the UMS pages for SIP
    /// trunks.
    pub gated_module: Module,
}

/// A portal area, as it appears in `/zugriff/{kundennummer}/{modul}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Module {
    /// Key in addresses: `centraflex`, `sip-trunk`, `ums`.
    pub key: String,
    /// Name on screens: "Tengo Centraflex", "UMS-Verwaltung".
    pub name: String,
}

/// Which bookings of a product need an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Every booking.
    Always,
    /// Only a booking with the UMS option.
    WithUms,
}

/// What the name of a booking with the UMS option ends with.
const WITH_UMS: &str = " mit UMS-Option";

/// The name of a booking or an area, as it was written down, in English (C4). The catalogue has one name
/// for each; what is German in them is told of the UMS option.
pub fn in_english(name: &str) -> String {
    match name.strip_suffix(WITH_UMS) {
        Some(name) => format!("{name} with UMS option"),
        None if name == "UMS-Verwaltung" => "UMS administration".to_owned(),
        None => name.to_owned(),
    }
}

impl Product {
    /// Whether a booking of this product, with or without UMS, needs an AVV as far as the product
    /// is concerned. The partner is deliberately no part of this (5.2: the gate must not open
    /// because a partner is missing), and a missing flag means "yes".
    pub fn needs_agreement(&self, ums: bool) -> bool {
        self.portal_administered.unwrap_or(true)
            && self.personal_data.unwrap_or(true)
            && match self.trigger {
                Trigger::Always => true,
                Trigger::WithUms => ums,
            }
    }

    /// Whether the product can carry the UMS option at all.
    pub fn has_ums_option(&self) -> bool {
        self.trigger == Trigger::WithUms
    }

    /// Whether a booking has the gated area at all: the UMS pages exist only with the UMS option.
    pub fn needs_module(&self, ums: bool) -> bool {
        ums || !self.has_ums_option()
    }

    /// Name of a booking as contract, mail and page say it.
    pub fn booked_name(&self, ums: bool) -> String {
        if ums && self.has_ums_option() {
            format!("{}{WITH_UMS}", self.name)
        } else {
            self.name.clone()
        }
    }

    /// The same in English.
    pub fn booked_name_en(&self, ums: bool) -> String {
        in_english(&self.booked_name(ums))
    }

    /// Name of a booking in narrow columns.
    pub fn booked_short_name(&self, ums: bool) -> String {
        if ums && self.has_ums_option() {
            format!("{} mit UMS", self.short_name)
        } else {
            self.short_name.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::tests::samples::product;

    #[test]
    fn a_product_needs_an_agreement_unless_its_data_say_otherwise() {
        // P-01, P-02: every combination of flags; a missing one counts as yes
        let flags = [Some(true), None, Some(false)];
        for administered in flags {
            for personal in flags {
                let yes = administered != Some(false) && personal != Some(false);
                for (trigger, ums, triggers) in [
                    (Trigger::Always, false, true),
                    (Trigger::Always, true, true),
                    (Trigger::WithUms, true, true),
                    (Trigger::WithUms, false, false),
                ] {
                    let product = Product {
                        portal_administered: administered,
                        personal_data: personal,
                        ..product("a", trigger, "a", "b")
                    };
                    let needed = product.needs_agreement(ums);
                    assert_eq!(needed, yes && triggers, "{product:?} with UMS: {ums}");
                }
            }
        }
    }

    #[test]
    fn only_a_booking_with_ums_has_the_ums_pages() {
        //
        let whole = product("centraflex", Trigger::Always, "centraflex", "centraflex");
        let pages = product("trunk", Trigger::WithUms, "sip-trunk", "ums");
        assert!(whole.needs_module(false) && !whole.has_ums_option());
        assert!(pages.needs_module(true) && !pages.needs_module(false));
    }

    #[test]
    fn a_booking_is_named_with_its_option() {
        let mut trunk = product("trunk", Trigger::WithUms, "sip-trunk", "ums");
        trunk.name = "Mehrstandort-SIP-Trunk".to_owned();
        trunk.short_name = "SIP-Trunk".to_owned();
        assert_eq!(
            trunk.booked_name(true),
            "Mehrstandort-SIP-Trunk mit UMS-Option"
        );
        assert_eq!(trunk.booked_name(false), "Mehrstandort-SIP-Trunk");
        assert_eq!(
            trunk.booked_name_en(true),
            "Mehrstandort-SIP-Trunk with UMS option"
        );
        assert_eq!(in_english("UMS-Verwaltung"), "UMS administration");
        assert_eq!(in_english("Tengo Centraflex"), "Tengo Centraflex");
        assert_eq!(trunk.booked_short_name(true), "SIP-Trunk mit UMS");
        let centraflex = product("Tengo", Trigger::Always, "tengo", "tengo");
        assert_eq!(centraflex.booked_name(true), "Tengo");
    }
}

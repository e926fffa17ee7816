//! Which partner looks after a customer: the operator assigns a partner, a partner names a
//! sub-partner. The consequences come first, then the action.

pub mod partner;
pub mod sub_partner;

/// Another user has assigned the customer, or named a sub-partner, since the consequences were
/// shown (B1).
pub const OVERTAKEN: &str = "Seit Sie die Folgen gelesen haben, hat jemand anderes geändert, wer diesen Kunden betreut. Geändert haben Sie noch nichts: Bitte prüfen Sie die Folgen noch einmal.";

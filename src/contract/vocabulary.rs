//! The closed lists a contract text may use: placeholders (T-07), conditions (T-08), generated
//! blocks (T-09). What is not listed here is a problem, never an expression.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::Language;

/// A whole list for a message: "a, b, c".
pub fn spelled_out<T: VariantArray + Copy + Into<&'static str>>() -> String {
    let words: Vec<&str> = T::VARIANTS.iter().map(|entry| (*entry).into()).collect();
    words.join(", ")
}

/// A value that is filled into the text, written `:customer-name:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Placeholder {
    /// Name of the processor.
    OperatorName,
    /// Its address in one line.
    OperatorAddress,
    /// Its register court and number.
    OperatorRegister,
    /// Who represents it.
    OperatorRepresentedBy,
    /// Its address for messages.
    OperatorEmail,
    /// Its phone number.
    OperatorPhone,
    /// Name of the controller.
    CustomerName,
    /// Its address in one line.
    CustomerAddress,
    /// Its customer number.
    CustomerNumber,
    /// Who represents it, if known.
    CustomerRepresentedBy,
    /// Name of the partner (Mandant).
    PartnerName,
    /// Its address in one line.
    PartnerAddress,
    /// Its contact person.
    PartnerContact,
    /// Its address for messages.
    PartnerEmail,
    /// Name of the sub-partner (Submandant).
    SubPartnerName,
    /// Its address in one line.
    SubPartnerAddress,
    /// Its contact person.
    SubPartnerContact,
    /// Its address for messages.
    SubPartnerEmail,
    /// The covered products as a list in a sentence.
    Products,
    /// Number of the contract version.
    Version,
    /// Date of the text.
    VersionDate,
    /// Data protection officer of the processor.
    DpoName,
    /// Address of the data protection officer.
    DpoEmail,
    /// Address for objections.
    ObjectionEmail,
    /// Who concluded.
    ConclusionPerson,
    /// In which function.
    ConclusionFunction,
    /// When.
    ConclusionDate,
    /// Number of the agreement.
    AgreementNumber,
}

impl Placeholder {
    /// How the source spells it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// A block the program writes, `{generate=sub-processors}` above an empty `:::` block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Generator {
    /// Table of all further processors (LC-24, LC-25, LC-26).
    SubProcessors,
    /// Who works for whom.
    Chain,
    /// The annexes of the covered products.
    Products,
    /// The measures of Art. 32, one headed group per objective (LC-17 … LC-19).
    Measures,
    /// Who receives instructions, questions and objections (LC-03, LC-14).
    Contacts,
    /// Controller and processor (LC-01, LC-02).
    Parties,
    /// How and by whom it was concluded; nothing while it is a draft.
    Conclusion,
}

impl Generator {
    /// How the source spells it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// When a block is printed, written `{if=has-sub-partner}` above it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The chain names a sub-partner.
    HasSubPartner,
    /// The chain ends with the partner.
    NoSubPartner,
    /// The contract has been concluded.
    Concluded,
    /// It has not.
    Draft,
    /// The agreement covers the product with this code, or, as `trunk_fax`, this option of it.
    Product(String),
    /// A further processor that is named works outside the EEA.
    ThirdCountry,
    /// The text is printed in this language: for a part files of several languages share.
    Language(Language),
}

impl Condition {
    /// The list for a message.
    pub const SPELLED_OUT: &str = "has-sub-partner, no-sub-partner, third-country-transfers, concluded, draft, product:<code>, product:<code>_<option>, language:<code>";

    /// Reads the spelling of the source.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "has-sub-partner" => Some(Self::HasSubPartner),
            "no-sub-partner" => Some(Self::NoSubPartner),
            "concluded" => Some(Self::Concluded),
            "draft" => Some(Self::Draft),
            "third-country-transfers" => Some(Self::ThirdCountry),
            _ if word.starts_with("language") => word
                .strip_prefix("language:")
                .or_else(|| word.strip_prefix("language="))
                .and_then(Language::from_code)
                .map(Self::Language),
            _ => word
                .strip_prefix("product:")
                .or_else(|| word.strip_prefix("product="))
                .filter(|code| !code.is_empty())
                .map(|code| Self::Product(code.to_owned())),
        }
    }
}

//! The closed lists a contract text may use: placeholders (T-07), conditions (T-08), generated
//! blocks (T-09). Anything else is a problem; there are no expressions.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::Language;

/// All entries of a list for a message: "a, b, c".
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
    /// Address of the processor in one line.
    OperatorAddress,
    /// Register court and number of the processor.
    OperatorRegister,
    /// Representative of the processor.
    OperatorRepresentedBy,
    /// E-mail address of the processor.
    OperatorEmail,
    /// Phone number of the processor.
    OperatorPhone,
    /// Name of the controller.
    CustomerName,
    /// Address of the controller in one line.
    CustomerAddress,
    /// Customer number of the controller.
    CustomerNumber,
    /// Representative of the controller, if known.
    CustomerRepresentedBy,
    /// Name of the partner (Mandant).
    PartnerName,
    /// Address of the partner in one line.
    PartnerAddress,
    /// Contact person of the partner.
    PartnerContact,
    /// E-mail address of the partner.
    PartnerEmail,
    /// Name of the sub-partner (Submandant).
    SubPartnerName,
    /// Address of the sub-partner in one line.
    SubPartnerAddress,
    /// Contact person of the sub-partner.
    SubPartnerContact,
    /// E-mail address of the sub-partner.
    SubPartnerEmail,
    /// The covered products as a list in a sentence.
    Products,
    /// Number of the contract version.
    Version,
    /// Date of the text.
    VersionDate,
    /// Name of the processor's data protection officer.
    DpoName,
    /// E-mail address of the data protection officer.
    DpoEmail,
    /// E-mail address for objections.
    ObjectionEmail,
    /// Until the end of which calendar year after the agreement's end the evidence is kept: "third".
    RetentionYear,
    /// Name of the person who concluded.
    ConclusionPerson,
    /// Function of that person.
    ConclusionFunction,
    /// When it was concluded.
    ConclusionDate,
    /// Number of the agreement.
    AgreementNumber,
}

impl Placeholder {
    /// The spelling in the source.
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
    /// The chain of processors.
    Chain,
    /// The annexes of the covered products.
    Products,
    /// The measures of Art. 32, one headed group per objective (LC-17 … LC-19).
    Measures,
    /// Contacts for instructions, questions and objections (LC-03, LC-14).
    Contacts,
    /// Controller and processor (LC-01, LC-02).
    Parties,
    /// How and by whom it was concluded; no block while it is a draft.
    Conclusion,
}

impl Generator {
    /// The spelling in the source.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// A condition for printing a block, written `{if=has-sub-partner}` above it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition {
    /// A sub-partner is named.
    HasSubPartner,
    /// No sub-partner is named.
    NoSubPartner,
    /// The contract has been concluded.
    Concluded,
    /// The contract has not been concluded.
    Draft,
    /// The agreement covers the product with this code, or, as `trunk_fax`, this option of it.
    Product(String),
    /// A named further processor is outside the EEA.
    ThirdCountry,
    /// The text is printed in this language, for parts that are shared by the files of several
    /// languages.
    Language(Language),
}

impl Condition {
    /// All conditions for a message.
    pub const SPELLED_OUT: &str = "has-sub-partner, no-sub-partner, third-country-transfers, concluded, draft, product:<code>, product:<code>_<option>, language:<code>";

    /// Reads the spelling in the source.
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

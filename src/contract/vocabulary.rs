//! The closed lists a contract text may use: placeholders (T-07), conditions (T-08), generated
//! blocks (T-09). What is not listed here is a problem, never an expression.

use crate::domain::Language;

macro_rules! closed_list {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$item])* $variant,)+
        }

        impl $name {
            /// Every entry, in the order of the list.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// How the source spells it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// Reads the spelling of the source.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|entry| entry.word() == word)
            }

            /// The whole list for a message: "a, b, c".
            pub fn spelled_out() -> String {
                let words: Vec<&str> = Self::ALL.iter().map(|entry| entry.word()).collect();
                words.join(", ")
            }
        }
    };
}

closed_list! {
    /// A value that is filled into the text, written `:customer-name:`.
    Placeholder {
        /// Name of the processor.
        OperatorName = "operator-name",
        /// Its address in one line.
        OperatorAddress = "operator-address",
        /// Its register court and number.
        OperatorRegister = "operator-register",
        /// Who represents it.
        OperatorRepresentedBy = "operator-represented-by",
        /// Its address for messages.
        OperatorEmail = "operator-email",
        /// Its phone number.
        OperatorPhone = "operator-phone",
        /// Name of the controller.
        CustomerName = "customer-name",
        /// Its address in one line.
        CustomerAddress = "customer-address",
        /// Its customer number.
        CustomerNumber = "customer-number",
        /// Who represents it, if known.
        CustomerRepresentedBy = "customer-represented-by",
        /// Name of the partner (Mandant).
        PartnerName = "partner-name",
        /// Its address in one line.
        PartnerAddress = "partner-address",
        /// Its contact person.
        PartnerContact = "partner-contact",
        /// Its address for messages.
        PartnerEmail = "partner-email",
        /// Name of the sub-partner (Submandant).
        SubPartnerName = "sub-partner-name",
        /// Its address in one line.
        SubPartnerAddress = "sub-partner-address",
        /// Its contact person.
        SubPartnerContact = "sub-partner-contact",
        /// Its address for messages.
        SubPartnerEmail = "sub-partner-email",
        /// The covered products as a list in a sentence.
        Products = "products",
        /// Number of the contract version.
        Version = "version",
        /// Date of the text.
        VersionDate = "version-date",
        /// Data protection officer of the processor.
        DpoName = "dpo-name",
        /// Address of the data protection officer.
        DpoEmail = "dpo-email",
        /// Address for objections.
        ObjectionEmail = "objection-email",
        /// Who concluded.
        ConclusionPerson = "conclusion-person",
        /// In which function.
        ConclusionFunction = "conclusion-function",
        /// When.
        ConclusionDate = "conclusion-date",
        /// Number of the agreement.
        AgreementNumber = "agreement-number",
    }
}

closed_list! {
    /// A block the program writes, `{generate=sub-processors}` above an empty `:::` block.
    Generator {
        /// Table of all further processors (LC-24, LC-25, LC-26).
        SubProcessors = "sub-processors",
        /// Who works for whom.
        Chain = "chain",
        /// The annexes of the covered products.
        Products = "products",
        /// The measures of Art. 32, one headed group per objective (LC-17 … LC-19).
        Measures = "measures",
        /// Who receives instructions, questions and objections (LC-03, LC-14).
        Contacts = "contacts",
        /// Controller and processor (LC-01, LC-02).
        Parties = "parties",
        /// How and by whom it was concluded; nothing while it is a draft.
        Conclusion = "conclusion",
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

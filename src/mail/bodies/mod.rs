//! The contents of each mail: its values, its subject and, for the tests, samples of it. There is a
//! file for each [`crate::domain::mail::Group`]; the texts are in `templates/mail`, one template
//! for each part.

pub mod agreements;
pub mod changes;
pub mod notes;
pub mod operator;
pub mod partners;
pub mod requests;
pub mod users;

use std::fmt;

use super::case_words::CaseWords;
use super::render::Attachment;
use super::words::MailWords;

/// The content of one mail.
pub trait MailBody: Templates + fmt::Debug + Send + Sync {
    /// The kind of recipient.
    fn reader(&self) -> Reader;

    /// The subject: the task first, then company and customer number (4.5).
    fn subject(&self, w: &MailWords<'_>) -> String;

    /// Values that partners, customers and users typed, which are written so that no program makes
    /// a link of them (S-26). Implementations destructure the value without `..`, so that a new
    /// field cannot be overlooked.
    fn typed_by_others(&mut self) -> Vec<&mut String>;

    /// Cleans the other stored texts (S-21), except for the names of the case.
    fn clean(&mut self) {}

    /// Whether it ends with the operator's phone number: not if the mail says nothing else.
    fn offers_help(&self) -> bool {
        self.reader() != Reader::Operator
    }

    /// The attached files.
    fn attachments(&self) -> Vec<Attachment> {
        Vec::new()
    }

    /// The address of its button.
    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        None
    }
}

/// The kind of recipient of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The customer, in its language.
    Customer,
    /// A partner; always in German.
    Partner,
    /// An administrator; always in German.
    Operator,
    /// A user of any role, in their language.
    User,
}

/// The two templates of a mail, implemented by [`templates!`].
pub trait Templates {
    /// The text part without header and footer.
    fn text(&self, w: &MailWords<'_>) -> Result<String, askama::Error>;

    /// The HTML part without header and footer.
    fn html(&self, w: &MailWords<'_>) -> Result<String, askama::Error>;

    /// The case the mail is about; `None` for mails about a user's password or a whole partner.
    fn case(&self) -> Option<&CaseWords>;

    /// The same, to be cleaned.
    fn case_mut(&mut self) -> Option<&mut CaseWords>;

    /// A boxed copy of the mail.
    fn boxed(&self) -> Box<dyn MailBody>;
}

impl Clone for Box<dyn MailBody> {
    fn clone(&self) -> Self {
        (**self).boxed()
    }
}

impl<T: MailBody + 'static> From<T> for Box<dyn MailBody> {
    fn from(body: T) -> Self {
        Box::new(body)
    }
}

/// Implements [`Templates`] for a mail. Its templates begin by destructuring it (`let NAME { … } =
/// mail`) and have the phrases of [`MailWords`] as `w`. A mail about a customer's contract names
/// its field `case`.
macro_rules! templates {
    ($mail:ident, $text:tt, $html:tt $(, $case:ident)?) => {
        const _: () = {
            use askama::{Error, Template};

            use crate::mail::bodies::{MailBody, Templates};
            use crate::mail::case_words::CaseWords;
            use crate::mail::words::MailWords;

            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                w: &'a MailWords<'a>,
                mail: &'a $mail,
            }

            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> {
                w: &'a MailWords<'a>,
                mail: &'a $mail,
            }

            impl Templates for $mail {
                fn text(&self, w: &MailWords<'_>) -> Result<String, Error> {
                    Text { w, mail: self }.render()
                }

                fn html(&self, w: &MailWords<'_>) -> Result<String, Error> {
                    Html { w, mail: self }.render()
                }

                fn case(&self) -> Option<&CaseWords> {
                    [$(&self.$case)?].into_iter().next()
                }

                fn case_mut(&mut self) -> Option<&mut CaseWords> {
                    [$(&mut self.$case)?].into_iter().next()
                }

                fn boxed(&self) -> Box<dyn MailBody> {
                    Box::new(self.clone())
                }
            }
        };
    };
}
use templates;

/// Samples of every mail about `case`, each under a name.
#[cfg(test)]
pub(super) fn samples(case: &CaseWords) -> Vec<Sample> {
    [
        requests::samples,
        agreements::samples,
        notes::samples,
        changes::samples,
        partners::samples,
        operator::samples,
        users::samples,
    ]
    .into_iter()
    .flat_map(|group| group(case))
    .collect()
}

/// A mail with the name that tests use for it.
#[cfg(test)]
pub(super) type Sample = (String, Box<dyn MailBody>);

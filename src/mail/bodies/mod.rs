//! What each mail says: its values, its subject and, for the tests, samples of it. The files stand by
//! [`crate::domain::mail::Group`]; the words stand in `templates/mail`, one template for each part.

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

/// What one mail says.
pub trait MailBody: Templates + fmt::Debug + Send + Sync {
    /// Who reads it.
    fn reader(&self) -> Reader;

    /// The task first, then company and customer number (4.5).
    fn subject(&self, w: &MailWords<'_>) -> String;

    /// What partners, customers and users typed, to be written so that no program makes a link of it
    /// (S-26). Takes the value apart without `..`, so that a new field has to be looked at.
    fn typed_by_others(&mut self) -> Vec<&mut String>;

    /// Makes a clean line of what else is stored (S-21), but for the names of the case.
    fn clean(&mut self) {}

    /// Whether it ends with whom to call: not where it says nothing else.
    fn offers_help(&self) -> bool {
        self.reader() != Reader::Operator
    }

    /// The files that travel with it.
    fn attachments(&self) -> Vec<Attachment> {
        Vec::new()
    }

    /// Where its button leads.
    #[cfg(test)]
    fn link(&self) -> Option<&str> {
        None
    }
}

/// Who reads a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The customer, in its language.
    Customer,
    /// A partner; always in German.
    Partner,
    /// Somebody of the operator; always in German.
    Operator,
    /// A user of any role, in their language.
    User,
}

/// What [`templates!`] makes of the two templates of a mail.
pub trait Templates {
    /// The text part without its frame.
    fn text(&self, w: &MailWords<'_>) -> Result<String, askama::Error>;

    /// The HTML part without its frame.
    fn html(&self, w: &MailWords<'_>) -> Result<String, askama::Error>;

    /// The case the mail is about; `None` for mails about a user's password or a whole partner.
    fn case(&self) -> Option<&CaseWords>;

    /// The same, to be cleaned.
    fn case_mut(&mut self) -> Option<&mut CaseWords>;

    /// A copy.
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

/// Ties a mail to its two templates. They begin by taking it apart (`let NAME { … } = mail`) and have the
/// phrases of [`MailWords`] as `w`. A mail about a customer's contract names its field `case`.
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

/// A mail under the name that tests call it by.
#[cfg(test)]
pub(super) type Sample = (String, Box<dyn MailBody>);

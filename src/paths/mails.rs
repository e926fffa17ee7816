//! Pages about mails and the replies to them, all for the operator.

use super::{MAILS, REPLIES};
use crate::domain::{CustomerNumber, MailId, ReplyId};

/// Operator: one mail.
pub fn mail(mail: MailId) -> String {
    format!("/betrieb/mails/{mail}")
}

/// Operator: the mails of one customer.
pub fn mails_of(number: CustomerNumber) -> String {
    format!("{MAILS}?kunde={number}")
}

/// Operator: one reply to a mail (GET), with what can be done about it (POST).
pub fn reply(reply: ReplyId) -> String {
    format!("{REPLIES}/{reply}")
}

/// Operator: the replies that were filed to one customer.
pub fn replies_of(number: CustomerNumber) -> String {
    format!("{REPLIES}?kunde={number}")
}

/// Tries a mail again (POST).
pub fn retry_mail(mail: MailId) -> String {
    format!("/betrieb/mails/{mail}/erneut")
}

/// Sends the contract of a mail that did not arrive once more (POST).
pub fn resend_contract(mail: MailId) -> String {
    format!("/betrieb/mails/{mail}/nochmal")
}

//! Wording that may take back what the law requires, or put it on the wrong party.

use super::law::{citation, derogation, elsewhere, old_law};
use super::money::{cap, payment};
use super::notice::{lowers, one_sided, passive};
use super::periods::{endless, period};
use super::phrase::Phrase;
use super::purposes::own_purpose;
use super::release::takes_back;
use super::roles::wrong_role;
use super::silence::silence;
use super::softening::{as_a_rule, discretion};
use super::transfer::ungrounded;
use super::{Finder, QuestionKind as Q, Spot};
use crate::contract::Meta;

pub(super) fn ask(at: &Spot<'_>, said: &Phrase<'_>, meta: &Meta, finder: &mut Finder) {
    let mut on = |kind: Q, is_so: bool| {
        if is_so {
            finder.ask(kind, at, said.text);
        }
    };
    on(Q::Negation, takes_back(at, said) || lowers(at, said));
    on(Q::Silence, silence(said));
    on(Q::Payment, payment(at, said));
    on(Q::Cap, cap(at, said));
    on(Q::AsARule, as_a_rule(at, said));
    on(Q::Discretion, discretion(at, said));
    on(Q::Period, period(at, said, meta) || endless(at, said));
    on(Q::WrongRole, wrong_role(at, said));
    on(Q::OwnPurpose, own_purpose(said));
    on(Q::PassiveNotice, passive(at, said));
    on(Q::OneSided, one_sided(at, said));
    on(Q::Transfer, ungrounded(at, said));
    on(Q::OldLaw, old_law(said));
    on(Q::Citation, citation(said));
    on(Q::Derogation, derogation(said));
    on(Q::MissingDocument, elsewhere(at, said));
}

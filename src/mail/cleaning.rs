//! Every stored or typed name as one clean line before it goes into a mail (S-21).

use super::content::{ChangeWords, Content, NoteWords};
use super::letter::Letter;
use crate::domain::Party;
use crate::domain::name::clean;

/// The same letter with every stored or typed name as one clean line.
pub(super) fn cleaned(mut letter: Letter) -> Letter {
    let operator = &mut letter.operator;
    clean_party(&mut operator.party);
    for field in [
        &mut operator.short_name,
        &mut operator.hours,
        &mut operator.hours_en,
    ] {
        *field = clean(field);
    }
    if let Some(case) = letter.content.case_mut() {
        clean_party(&mut case.customer);
        for name in [&mut case.partner, &mut case.sub_partner] {
            *name = name
                .as_deref()
                .map(clean)
                .filter(|cleaned| !cleaned.is_empty());
        }
        for product in &mut case.products {
            *product = clean(product);
        }
    }
    clean_content(&mut letter.content);
    letter
}

fn clean_content(content: &mut Content) {
    match content {
        Content::Request { news, .. } | Content::Reminder { news, .. } => {
            *news = news.take().map(crate::domain::WhatsNew::cleaned);
        }
        Content::Concluded {
            agreement_number,
            person,
            function,
            ..
        } => {
            *agreement_number = clean(agreement_number);
            *person = clean(person);
            *function = clean(function);
        }
        Content::Objected {
            agreement_number, ..
        } => *agreement_number = clean(agreement_number),
        Content::NewVersion {
            agreement, version, ..
        } => {
            agreement.number = clean(&agreement.number);
            *version = version.clone().cleaned();
        }
        Content::Note {
            note, agreement, ..
        } => {
            if let Some(agreement) = agreement {
                agreement.number = clean(&agreement.number);
            }
            match note {
                NoteWords::SubPartnerLeft { name }
                | NoteWords::ProductEnded { name, .. }
                | NoteWords::PartnerBlocked { name, .. } => *name = clean(name),
                NoteWords::Withdrawn(_) => {}
            }
        }
        Content::Announcement {
            agreement, change, ..
        } => {
            agreement.number = clean(&agreement.number);
            clean_change(change);
        }
        Content::Dissented { change, .. } | Content::DissentSettled { change, .. } => {
            clean_change(change);
        }
        Content::Ended { agreement, .. } => agreement.number = clean(&agreement.number),
        Content::PartnerInfo { access, .. } => {
            for area in access {
                area.module = clean(&area.module);
            }
        }
        Content::Approval { name, by, what, .. } => {
            *name = clean(name);
            *by = clean(by);
            what.clean();
        }
        Content::PartnerBlocked { name, .. }
        | Content::SetPassword { name, .. }
        | Content::PasswordChanged { name, .. } => *name = clean(name),
        Content::Declined { .. } | Content::AddressChanged { .. } | Content::Alert { .. } => {}
    }
}

fn clean_change(change: &mut ChangeWords) {
    change.reason = clean(&change.reason);
    for company in change.before.iter_mut().chain(&mut change.after) {
        for field in [
            &mut company.name,
            &mut company.address,
            &mut company.contact,
            &mut company.service,
            &mut company.delimitation,
            &mut company.place,
            &mut company.mechanism,
        ] {
            *field = clean(field);
        }
    }
}

fn clean_party(party: &mut Party) {
    for field in [
        &mut party.name,
        &mut party.street,
        &mut party.postcode,
        &mut party.city,
        &mut party.country,
        &mut party.register,
        &mut party.represented_by,
        &mut party.phone,
    ] {
        *field = clean(field);
    }
}

//! Every stored or typed name as one clean line before it goes into a mail (S-21), and what others
//! than the operator typed written so that no program makes a link of it (S-26).

use super::content::{CaseWords, ChangeWords, Content, NoteWords};
use super::letter::Letter;
use crate::domain::Party;
use crate::domain::name::clean;
use crate::domain::unlinked::unlinked;

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
    for typed in typed_by_others(&mut letter.content) {
        *typed = unlinked(typed);
    }
    letter
}

/// What a mail says in the words of partners, customers and users. Every field of every mail is
/// named here, so that a new one has to be looked at.
pub(super) fn typed_by_others(content: &mut Content) -> Vec<&mut String> {
    match content {
        Content::Request {
            case,
            reason: _,
            news,
            replaces: _,
            link: _,
            valid_until: _,
        }
        | Content::Reminder {
            case,
            number: _,
            news,
            link: _,
            valid_until: _,
        } => {
            let mut names = names(case);
            names.extend(news.iter_mut().flat_map(|news| news.names_of_others()));
            names
        }
        Content::Concluded {
            case,
            agreement_number: _,
            at: _,
            signed_on: _,
            person,
            function,
            pdf: _,
            sha256: _,
            over,
        } => {
            let mut names = names(case);
            names.extend([person, function]);
            names.extend(over);
            names
        }
        Content::Note {
            case,
            note,
            agreement: _,
            at: _,
            links_closed: _,
        } => {
            let mut names = names(case);
            match note {
                NoteWords::SubPartnerLeft { name } => names.push(name),
                NoteWords::PartnerBlocked {
                    name,
                    is_sub_partner: _,
                } => names.push(name),
                NoteWords::ProductEnded {
                    name: _,
                    option_only: _,
                    last_day: _,
                }
                | NoteWords::Withdrawn(_) => {}
            }
            names
        }
        Content::AddressChanged {
            case,
            masked,
            at: _,
            stop: _,
        } => {
            let mut names = names(case);
            names.extend(masked);
            names
        }
        Content::Declined { case, at: _ }
        | Content::Objected {
            case,
            agreement_number: _,
            at: _,
        }
        | Content::NewVersion {
            case,
            agreement: _,
            version: _,
            since: _,
            read: _,
        }
        | Content::Announcement {
            case,
            agreement: _,
            change: _,
            link: _,
            until: _,
        }
        | Content::Dissented {
            case,
            agreement: _,
            change: _,
            received_on: _,
        }
        | Content::DissentSettled {
            case,
            agreement: _,
            change: _,
            how: _,
        }
        | Content::Ended {
            case,
            agreement: _,
            at: _,
            why: _,
            proof_until: _,
        }
        | Content::PartnerInfo {
            case,
            news: _,
            at: _,
            on_paper: _,
            access: _,
            status_url: _,
        }
        | Content::Alert {
            case,
            alert: _,
            status_url: _,
        } => names(case),
        Content::PartnerBlocked {
            name,
            is_sub_partner: _,
            at: _,
        }
        | Content::SetPassword {
            name,
            link: _,
            valid_until: _,
            invitation: _,
        }
        | Content::PasswordChanged { name, at: _ } => vec![name],
        Content::AdministratorAdded {
            name,
            added,
            by,
            at: _,
            unlocked: _,
        } => vec![name, added, by],
        Content::PartnerContractEnds {
            partner,
            above,
            last: _,
            is_over: _,
            link: _,
        } => [Some(partner), above.as_mut()]
            .into_iter()
            .flatten()
            .collect(),
        Content::Approval {
            name,
            by,
            what,
            link: _,
        } => {
            let mut names = vec![name, by];
            names.extend(what.company());
            names
        }
    }
}

/// The companies a case is about. Products are the operator's own words.
fn names(case: &mut CaseWords) -> Vec<&mut String> {
    let partners = [&mut case.partner, &mut case.sub_partner];
    let mut names = vec![&mut case.customer.name];
    names.extend(partners.into_iter().flatten());
    names
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
        Content::PartnerContractEnds { partner, above, .. } => {
            for name in [Some(partner), above.as_mut()].into_iter().flatten() {
                *name = clean(name);
            }
        }
        Content::AdministratorAdded {
            name, added, by, ..
        } => {
            for name in [name, added, by] {
                *name = clean(name);
            }
        }
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

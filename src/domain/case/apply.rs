//! Applies changes to the facts in memory, exactly as the storage does to the rows.

use chrono::{DateTime, Utc};

use super::address::EnteredAddress;
use super::change::Change;
use super::facts::{Booking, Case};
use crate::domain::{AddressId, Party};

impl Case {
    /// The facts after `changes` made at `now`.
    pub fn apply(&mut self, changes: &[Change], now: DateTime<Utc>) {
        for change in changes {
            self.apply_one(change, now);
        }
    }

    fn apply_one(&mut self, change: &Change, now: DateTime<Utc>) {
        match change {
            Change::AddBooking {
                product,
                options,
                ends_at,
                instead_of: _,
            } => self.bookings.push(Booking {
                product: product.clone(),
                options: options.clone(),
                booked_at: now,
                ends_at: *ends_at,
                settled_at: None,
            }),
            Change::EndBooking(place, ends_at) => {
                for booking in self.bookings.iter_mut().skip(*place).take(1) {
                    booking.ends_at = *ends_at;
                }
            }
            Change::EndOption(place, code, ends_at) => {
                for booking in self.bookings.iter_mut().skip(*place).take(1) {
                    for option in booking.options.iter_mut().filter(|one| one.code == *code) {
                        option.ends_at = *ends_at;
                    }
                }
            }
            Change::SettleBooking(place) => {
                for booking in self.bookings.iter_mut().skip(*place).take(1) {
                    booking.settled_at = Some(now);
                }
            }
            Change::SetPartner(partner) => self.partner.clone_from(partner),
            Change::SetSubPartner(partner) => self.sub_partner.clone_from(partner),
            Change::SetEmail(email) => {
                self.customer.party.email = Some(email.clone());
                self.customer.party.unusable_email = None;
            }
            Change::EnterAddress(entered) => self.entered.push((**entered).clone()),
            Change::TellFormer(id) => self.address(*id, |one| one.told_at = Some(now)),
            Change::HoldAddress(id) => self.address(*id, |one| one.wait = None),
            Change::UseAddress(id) => self.address(*id, |one| one.used_from = Some(now)),
            Change::LeaveAddress(id) => self.address(*id, |one| one.left_at = Some(now)),
            Change::JudgeAddress(id, verdict) => {
                self.address(*id, |one| one.verdict = Some((now, *verdict)));
            }
            Change::SetParty(party) => {
                let email = self.customer.party.email.take();
                let unusable_email = self.customer.party.unusable_email.take();
                self.customer.party = Party {
                    email,
                    unusable_email,
                    ..(**party).clone()
                };
            }
            Change::SetLanguage(language) => self.customer.language = *language,
            Change::DeleteCustomer => self.customer.deleted_at = Some(now),
            Change::OpenRequest(request) => self.requests.push(request.clone()),
            Change::CloseRequest(id, outcome) => {
                for request in self.requests.iter_mut().filter(|request| request.id == *id) {
                    request.closed = Some((now, *outcome));
                }
            }
            Change::Remind(id, link) => {
                for request in self.requests.iter_mut().filter(|request| request.id == *id) {
                    request.reminders = link.number;
                    request.links.push(link.clone());
                }
            }
            Change::MarkUndeliverable(id) => {
                for request in self.requests.iter_mut().filter(|request| request.id == *id) {
                    request.undeliverable_at = Some(now);
                }
            }
            Change::EndLink(id, end) => {
                let links = self
                    .requests
                    .iter_mut()
                    .flat_map(|request| request.links.iter_mut());
                for link in links.filter(|link| link.id == *id) {
                    link.end = Some((now, *end));
                }
            }
            Change::Conclude(agreement) => self.agreements.push(agreement.clone()),
            Change::LeaveSubPartner(id) => {
                for agreement in self.agreements.iter_mut().filter(|one| one.id == *id) {
                    agreement.sub_partner_left = Some(now);
                }
            }
            Change::EndAgreement(id, end) => {
                for agreement in self.agreements.iter_mut().filter(|one| one.id == *id) {
                    agreement.end = Some((now, *end));
                }
            }
            Change::Queue(_) => {}
        }
    }

    fn address(&mut self, id: AddressId, change: impl FnOnce(&mut EnteredAddress)) {
        if let Some(one) = self.entered.iter_mut().find(|one| one.id == id) {
            change(one);
        }
    }
}

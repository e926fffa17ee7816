//! Permissions by role and status.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
use super::*;
use crate::domain::case::tests::samples::{FOREIGN, MANDANT, OTHER_SUB, SUB, in_state, utc};

const KD: Role = customer(4711, true);
const KD0: Role = customer(4711, false);

const fn customer(number: u32, contracts: bool) -> Role {
    Role::Customer {
        number: CustomerNumber::of_figures(number),
        contracts,
    }
}

/// Which roles have the permission, in the order ADM, MA, SM, KD, KD0: "✔–✔––".
fn matrix(state: &str, permission: Permission) -> String {
    let scenario = in_state(state);
    let (partner, sub) = match &scenario.case.partner {
        Some(partner) if partner.id == FOREIGN => (FOREIGN, SUB),
        _ => (MANDANT, SUB),
    };
    [
        Role::ADMINISTRATOR,
        Role::Partner(partner),
        Role::SubPartner(sub),
        KD,
        KD0,
    ]
    .map(|role| {
        let may = permissions(role, &scenario.case, scenario.now).contains(&permission);
        if may { '✔' } else { '–' }
    })
    .iter()
    .collect()
}

#[test]
fn each_role_may_do_what_the_matrix_of_1_3_says() {
    // permission, states, ADM MA SM KD KD0
    #[rustfmt::skip] // one row of the matrix is one line
    let table: &[(Permission, &str, &str)] = &[
        (Permission::Profile, "N O R0 X D C U V E", "✔✔✔––"),
        (Permission::Status, "N O R0 X D C U V E", "✔✔✔––"),
        (Permission::NameSubPartner, "N O R0 R3 X D C U W V E", "✔✔–––"),
        (Permission::AssignPartner, "N O R0 R3 X D C U W V E", "✔––––"),
        (Permission::Ask, "X D V", "✔✔✔✔–"),
        (Permission::Ask, "N O R0 R3 C U W E", "–––––"),
        (Permission::AskAgain, "R0 R1 R2 R3 U", "✔✔✔✔–"),
        (Permission::AskAgain, "W", "✔✔–✔–"), // W has no Submandant
        (Permission::AskAgain, "N O X D C V E", "–––––"),
        (Permission::Book, "N O R0 X D C U W V E", "✔––––"),
        (Permission::ChangeBooking, "O R0 R3 X D C U W V", "✔––––"),
        (Permission::ChangeBooking, "N E", "–––––"),
        (Permission::EditParty, "N O R0 R3 X D C U W V E", "✔––––"),
        // 5.6-11: the Mandant may; its Submandant and the customer may not.
        (Permission::ChangeEmail, "N O R0 R3 X D C U W V E", "✔✔–––"),
        (Permission::DemandAnew, "C U", "✔––––"),
        (Permission::DemandAnew, "N O R0 R3 X D W V E", "–––––"),
        (Permission::LockLinks, "R0 R1 R2 R3 U", "✔––––"),
        (Permission::LockLinks, "N O X D C V E", "–––––"),
        (Permission::Delete, "N O R0 R3 X D C U W V E", "✔––––"),
        (Permission::RecordObjection, "R0 R3 C U W", "✔––––"),
        (Permission::RecordObjection, "N O X D V", "–––––"),
        // D-07: only after the conclusion, and never for a partner.
        (Permission::ReadContract, "C U W V E", "✔––✔–"),
        (Permission::ReadContract, "N O R0 R3 X D", "–––––"),
        (Permission::Object, "C U W", "–––✔–"),
        (Permission::Object, "N O R0 R3 X D V", "–––––"),
    ];
    for (permission, states, expected) in table {
        for state in states.split(' ') {
            assert_eq!(
                matrix(state, *permission),
                *expected,
                "{permission:?} in {state}"
            );
        }
    }
}

#[test]
fn the_operators_people_may_do_what_their_role_is_there_for() {
    // permission, a state in which an administrator has it, LEG SUP AUD
    #[rustfmt::skip] // one row of the matrix is one line
    let table: &[(Permission, &str, &str)] = &[
        (Permission::Profile, "C", "✔✔✔"),
        (Permission::Status, "C", "✔✔✔"),
        (Permission::ReadContract, "C", "✔✔✔"),
        (Permission::ReadDeclarations, "D", "✔✔✔"),
        (Permission::Ask, "X", "✔✔–"),
        (Permission::AskAgain, "R0", "✔✔–"),
        (Permission::ChangeEmail, "C", "✔✔–"),
        (Permission::LockLinks, "R0", "✔✔–"),
        (Permission::RecordObjection, "C", "✔✔–"),
        (Permission::FindError, "V", "✔✔–"),
        (Permission::RecordPaper, "R0", "✔✔–"),
        (Permission::NameSubPartner, "C", "–✔–"),
        (Permission::AssignPartner, "C", "–✔–"),
        (Permission::Book, "C", "–✔–"),
        (Permission::ChangeBooking, "C", "–✔–"),
        (Permission::EditParty, "C", "–✔–"),
        (Permission::DemandAnew, "C", "✔––"),
        (Permission::Delete, "C", "✔––"),
    ];
    for (permission, state, expected) in table {
        let scenario = in_state(state);
        let may = |role: OperatorRole| {
            permissions(Role::Operator(role), &scenario.case, scenario.now).contains(permission)
        };
        assert!(may(OperatorRole::Administrator), "{permission:?}");
        let others = [
            OperatorRole::Legal,
            OperatorRole::Support,
            OperatorRole::Auditor,
        ];
        let found: String = others
            .map(|role| if may(role) { '✔' } else { '–' })
            .iter()
            .collect();
        assert_eq!(found, *expected, "{permission:?}");
    }
}

#[test]
fn an_auditor_has_no_duty_and_an_administrator_all() {
    use strum::VariantArray as _;
    let all = [Duty::Work, Duty::Care, Duty::Contract, Duty::Administration];
    for role in OperatorRole::VARIANTS {
        let duties = all.iter().filter(|duty| role.has(**duty)).count();
        let expected = match role {
            OperatorRole::Administrator => 4,
            OperatorRole::Legal | OperatorRole::Support => 2,
            OperatorRole::Auditor => 0,
        };
        assert_eq!(duties, expected, "{role}");
        assert_eq!(role.to_string().parse(), Ok(*role), "as it is stored");
    }
}

#[test]
fn a_foreign_or_deleted_customer_leaves_nothing_to_do() {
    // S-51, S-52, row 51
    for state in ["N", "R0", "C", "U", "V", "E"] {
        let mut scenario = in_state(state);
        for role in [
            Role::Partner(FOREIGN),
            Role::Partner(SUB),
            Role::SubPartner(OTHER_SUB),
            Role::SubPartner(MANDANT),
            customer(4712, true),
        ] {
            assert_eq!(
                permissions(role, &scenario.case, scenario.now),
                [],
                "{role:?} in {state}"
            );
        }
        scenario.case.customer.deleted_at = Some(utc("2026-01-07T09:00:00Z"));
        for role in [Role::Partner(MANDANT), Role::SubPartner(SUB), KD, KD0] {
            assert_eq!(
                permissions(role, &scenario.case, scenario.now),
                [],
                "{role:?}, deleted"
            );
        }
        let kept = permissions(Role::ADMINISTRATOR, &scenario.case, scenario.now);
        let proof = !scenario.case.agreements.is_empty();
        assert_eq!(
            kept.contains(&Permission::ReadContract),
            proof,
            "the evidence is kept"
        );
        for permission in [
            Permission::Book,
            Permission::RecordObjection,
            Permission::ChangeEmail,
            Permission::Delete,
        ] {
            assert!(!kept.contains(&permission), "{permission:?}");
        }
    }
}

#[test]
fn who_is_blocked_sees_the_status_and_does_nothing() {
    // row 49: a block of the Mandant also applies to its Submandant, but not the other way round.
    let at = Some(utc("2026-01-07T09:00:00Z"));
    let only_look = [Permission::Profile, Permission::Status];
    for state in ["O", "R0", "X", "D", "C", "U", "V"] {
        let scenario = in_state(state);
        let mut case = scenario.case.clone();
        case.partner.as_mut().unwrap().blocked_at = at;
        for role in [Role::Partner(MANDANT), Role::SubPartner(SUB)] {
            assert_eq!(permissions(role, &case, scenario.now), only_look, "{state}");
        }
        let mut case = scenario.case.clone();
        case.sub_partner.as_mut().unwrap().deactivated_at = at;
        assert_eq!(
            permissions(Role::SubPartner(SUB), &case, scenario.now),
            only_look
        );
        let mandant = permissions(Role::Partner(MANDANT), &case, scenario.now);
        assert!(mandant.contains(&Permission::NameSubPartner), "{state}");
    }
}

#[test]
fn nothing_is_sent_by_hand_without_an_address() {
    // L-09
    let mut scenario = in_state("D");
    scenario.case.customer.party.email = None;
    assert!(
        !permissions(Role::ADMINISTRATOR, &scenario.case, scenario.now).contains(&Permission::Ask)
    );
}

#[test]
fn a_role_sees_its_own_customers() {
    // role, scope, list (5.8-13), contracts, works for
    let table = [
        (Role::ADMINISTRATOR, Scope::All, true, true, None),
        (
            Role::Partner(MANDANT),
            Scope::Partner(MANDANT),
            true,
            false,
            Some(MANDANT),
        ),
        (
            Role::SubPartner(SUB),
            Scope::SubPartner(SUB),
            true,
            false,
            Some(SUB),
        ),
        (
            KD,
            Scope::Customer(CustomerNumber::from(4711)),
            false,
            true,
            None,
        ),
        (
            KD0,
            Scope::Customer(CustomerNumber::from(4711)),
            false,
            false,
            None,
        ),
    ];
    for (role, scope, list, contracts, partner) in table {
        assert_eq!(role.scope(), scope);
        assert_eq!(role.has_customer_list(), list, "{role:?}");
        assert_eq!(role.reads_contracts(), contracts, "{role:?}");
        assert_eq!(role.partner(), partner, "{role:?}");
    }
}

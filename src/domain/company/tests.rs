//! Who manages whom, and that nobody makes up a permission.

use std::collections::HashSet;

use proptest::prelude::*;
use strum::VariantArray as _;

use super::*;
use crate::domain::Language;
use crate::domain::viewer::OperatorRole;

const NONE: UserRights = UserRights {
    contracts: false,
    manages_users: false,
};
const CONTRACTS: UserRights = UserRights {
    contracts: true,
    ..NONE
};
const MANAGES: UserRights = UserRights {
    manages_users: true,
    ..NONE
};
const BOTH: UserRights = UserRights {
    contracts: true,
    manages_users: true,
};

const CUSTOMER: Company = Company::Customer(CustomerNumber::of_figures(4711));
const OTHER: Company = Company::Customer(CustomerNumber::of_figures(9000));
const MANDANT: Company = Company::Partner(PartnerId(1));
const SUB: Company = Company::Partner(PartnerId(2));

fn viewer(user: i64, company: Option<Company>, rights: UserRights) -> Viewer {
    Viewer {
        user: UserId(user),
        name: String::new(),
        company: String::new(),
        role: match company {
            None => Role::Operator(OperatorRole::Support),
            Some(Company::Partner(id)) => Role::Partner(id),
            Some(Company::Customer(number)) => Role::Customer {
                number,
                contracts: rights.contracts,
            },
        },
        manages_users: rights.manages_users,
        language: Language::De,
    }
}

fn person(user: i64, company: Option<Company>, rights: UserRights, state: UserState) -> Colleague {
    Colleague {
        user: UserId(user),
        company,
        rights,
        state,
    }
}

#[test]
fn s51_a_manager_reaches_the_others_of_the_own_company_and_nobody_else() {
    let own = |company, rights| viewer(1, Some(company), rights);
    // manager, key of the other, company of the other, may
    for (manager, user, company, expected) in [
        (own(CUSTOMER, BOTH), 2, Some(CUSTOMER), true),
        (own(CUSTOMER, MANAGES), 2, Some(CUSTOMER), true),
        (own(CUSTOMER, BOTH), 1, Some(CUSTOMER), false),
        (own(CUSTOMER, CONTRACTS), 2, Some(CUSTOMER), false),
        (own(CUSTOMER, BOTH), 2, Some(OTHER), false),
        (own(CUSTOMER, BOTH), 2, Some(MANDANT), false),
        (own(CUSTOMER, BOTH), 2, None, false),
        (own(MANDANT, MANAGES), 2, Some(MANDANT), true),
        (own(MANDANT, MANAGES), 2, Some(SUB), false),
        (own(SUB, MANAGES), 2, Some(MANDANT), false),
        (own(MANDANT, MANAGES), 2, None, false),
        // Even if the database said so of one of the operator's people.
        (viewer(1, None, MANAGES), 2, None, false),
    ] {
        let other = person(user, company, NONE, UserState::Active);
        assert_eq!(
            is_managed_by(&manager, other),
            expected,
            "{manager:?} {other:?}"
        );
        let locked = managed(&manager, other, Managing::Lock);
        assert_eq!(locked.is_ok(), expected, "{manager:?} {other:?}");
        if !expected {
            assert_eq!(locked, Err(NotDone::Unknown));
        }
    }
}

#[test]
fn a_04_a_permission_is_given_and_taken_by_who_has_it() {
    use UserRight::{Contracts, ManagesUsers};
    // company, manager's, before, asked for, refused
    for (company, own, before, asked, refused) in [
        (CUSTOMER, BOTH, NONE, BOTH, None),
        (CUSTOMER, BOTH, BOTH, NONE, None),
        (CUSTOMER, MANAGES, NONE, MANAGES, None),
        (CUSTOMER, MANAGES, NONE, CONTRACTS, Some(Contracts)),
        (CUSTOMER, MANAGES, CONTRACTS, NONE, Some(Contracts)),
        (CUSTOMER, MANAGES, CONTRACTS, BOTH, None),
        (CUSTOMER, MANAGES, BOTH, CONTRACTS, None),
        (MANDANT, MANAGES, NONE, MANAGES, None),
        (MANDANT, MANAGES, NONE, BOTH, Some(Contracts)),
        (SUB, MANAGES, MANAGES, NONE, None),
    ] {
        let manager = viewer(1, Some(company), own);
        let other = person(2, Some(company), before, UserState::Active);
        let done = managed(&manager, other, Managing::Change(asked));
        match refused {
            None => assert_eq!(done.map(|one| one.rights), Ok(asked)),
            Some(right) => assert_eq!(done, Err(NotDone::Lacks(right))),
        }
        if before == NONE {
            assert_eq!(
                invited(&manager, asked).err(),
                refused.map(NotDone::Lacks),
                "{manager:?}"
            );
        }
    }
    // Not even what the person is called is for somebody without the permission.
    let without = viewer(1, Some(CUSTOMER), CONTRACTS);
    assert_eq!(invited(&without, NONE), Err(NotDone::Unknown));
    assert_eq!(
        [Contracts, ManagesUsers].as_slice(),
        UserRight::VARIANTS,
        "a new permission needs a line of the table"
    );
}

#[test]
fn b5_what_is_done_needs_its_state() {
    use UserState::{Active, Erased, Invited, Locked};
    let manager = viewer(1, Some(CUSTOMER), MANAGES);
    // what, of a person with which rights, then: invited, active, locked, erased
    for (what, rights, after) in [
        (
            Managing::Change(NONE),
            NONE,
            [Some(Invited), Some(Active), None, None],
        ),
        (
            Managing::InviteAgain,
            NONE,
            [Some(Invited), None, None, None],
        ),
        (
            Managing::Lock,
            CONTRACTS,
            [Some(Locked), Some(Locked), None, None],
        ),
        (Managing::Unlock, NONE, [None, None, Some(Invited), None]),
        (Managing::Unlock, CONTRACTS, [None; 4]),
        (Managing::Erase, NONE, [None, None, Some(Erased), None]),
        (Managing::Erase, CONTRACTS, [None; 4]),
    ] {
        for (state, after) in [Invited, Active, Locked, Erased].into_iter().zip(after) {
            let other = person(2, Some(CUSTOMER), rights, state);
            let done = managed(&manager, other, what).ok();
            assert_eq!(done.map(|one| one.state), after, "{what:?} {other:?}");
            assert!(done.is_none_or(|one| one.rights == rights));
        }
    }
}

/// A step of the story: who, about whom, what, with which permissions.
type Step = (usize, usize, u8, bool, bool);

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: crate::domain::seeds::kept("company"), ..ProptestConfig::with_cases(500) })]

    /// 1.9: whatever managers do one after the other, nobody gains a permission that nobody in the company
    /// had, unless the operator gave it; and people of other companies and the operator's stay as they were.
    #[test]
    fn a_04_no_sequence_of_managers_makes_up_a_permission(
        rights in prop::collection::vec((any::<bool>(), any::<bool>()), 4),
        steps in prop::collection::vec(any::<Step>(), 1..60),
    ) {
        let companies = [Some(CUSTOMER), Some(CUSTOMER), Some(MANDANT), Some(MANDANT), Some(OTHER), None];
        let mut people: Vec<Colleague> = companies
            .into_iter()
            .enumerate()
            .map(|(at, company)| {
                let (contracts, manages_users) = rights.get(at).copied().unwrap_or((true, at == 4));
                let rights = UserRights {
                    contracts: contracts && matches!(company, Some(Company::Customer(_))),
                    manages_users,
                };
                person(i64::try_from(at).unwrap_or(0), company, rights, UserState::Active)
            })
            .collect();
        let mut had: HashSet<(Option<Company>, UserRight)> = held(&people).collect();
        let others = [people[4], people[5]];
        for (who, about, what, contracts, manages_users) in steps {
            let count = people.len();
            let (who, about) = (people[who % count], about % count);
            if who.company == Some(OTHER) || who.state != UserState::Active {
                continue;
            }
            let manager = viewer(who.user.0, who.company, who.rights);
            let asked = UserRights { contracts, manages_users };
            let what = match what % 8 {
                0 | 1 => {
                    if let Ok(rights) = invited(&manager, asked) {
                        let key = i64::try_from(count).unwrap_or(0);
                        people.push(person(key, who.company, rights, UserState::Invited));
                    }
                    continue;
                }
                // The password of an invitation is set.
                2 if people[about].state == UserState::Invited => {
                    people[about].state = UserState::Active;
                    continue;
                }
                // The operator gives what it likes.
                3 if contracts && manages_users => {
                    let right = people[about].company.and_then(|company| company.rights().first());
                    if let Some(right) = right.filter(|_| about != 4) {
                        people[about].rights = people[about].rights.with(*right, true);
                        had.insert((people[about].company, *right));
                    }
                    continue;
                }
                4 => Managing::Lock,
                5 => Managing::Unlock,
                6 => Managing::Erase,
                _ => Managing::Change(asked),
            };
            let before = people[about];
            if let Ok(after) = managed(&manager, before, what) {
                prop_assert!(who.user != before.user, "nobody manages oneself");
                prop_assert_eq!(before.company, who.company);
                people[about] = after;
            }
            for one in held(&people) {
                prop_assert!(had.contains(&one), "{:?} was made up", one);
            }
            prop_assert_eq!([people[4], people[5]], others);
        }
    }
}

/// The permissions that somebody of each company has.
fn held(people: &[Colleague]) -> impl Iterator<Item = (Option<Company>, UserRight)> {
    people.iter().flat_map(|one| {
        one.rights
            .list()
            .into_iter()
            .map(|right| (one.company, right))
    })
}

//! Whether two administrators are two people (S-39): a second account of one's own must not pass as
//! the second person that a rule wants.

use chrono::{DateTime, Duration, Utc};

use super::UserId;

/// An administrator's account, as far as the rule needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator {
    /// Key of the account in the database.
    pub id: UserId,
    /// Who made it in the portal; `None` for one made on the command line, which is believed.
    pub made_by: Option<UserId>,
    /// When it was first signed in with.
    pub first_sign_in: Option<DateTime<Utc>>,
    /// Whether a third administrator confirmed who stands behind it.
    pub is_confirmed: bool,
}

impl Administrator {
    /// Whether it still counts as the one who made it: until `wait` after its first sign-in, or
    /// until it was confirmed.
    pub fn is_new(&self, wait: Duration, now: DateTime<Utc>) -> bool {
        let is_waiting = self.first_sign_in.is_none_or(|first| now < first + wait);
        self.made_by.is_some() && !self.is_confirmed && is_waiting
    }
}

/// Whether `one` and `other` stand for two people among `all` administrators. A new account stands
/// for the account it was made with; if that one is new, too, for the one that was made with.
pub fn are_independent(
    all: &[Administrator],
    one: UserId,
    other: UserId,
    wait: Duration,
    now: DateTime<Utc>,
) -> bool {
    person(all, one, wait, now) != person(all, other, wait, now)
}

/// From when [`are_independent`] holds by time alone; `None` while that takes a first sign-in.
pub fn independent_from(
    all: &[Administrator],
    one: UserId,
    other: UserId,
    wait: Duration,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let ends = all.iter().filter_map(|one| Some(one.first_sign_in? + wait));
    ends.chain([now])
        .filter(|at| *at >= now && are_independent(all, one, other, wait, *at))
        .min()
}

/// The account behind an account.
fn person(all: &[Administrator], id: UserId, wait: Duration, now: DateTime<Utc>) -> UserId {
    let maker = |id: UserId| {
        all.iter()
            .find(|one| one.id == id && one.is_new(wait, now))
            .and_then(|one| one.made_by)
    };
    let mut chain = vec![id];
    let mut last = id;
    while let Some(made_by) = maker(last) {
        if let Some(begin) = chain.iter().position(|one| *one == made_by) {
            // Accounts that were made anew by each other: all of them stand for one person.
            return chain[begin..].iter().min().copied().unwrap_or(id);
        }
        chain.push(made_by);
        last = made_by;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::days(3);

    fn account(id: i64, made_by: Option<i64>, first: Option<&str>) -> Administrator {
        Administrator {
            id: UserId(id),
            made_by: made_by.map(UserId),
            first_sign_in: first.and_then(|at| at.parse().ok()),
            is_confirmed: false,
        }
    }

    #[test]
    fn a2_an_account_of_ones_own_is_not_a_second_person() {
        // 1 and 2 from the command line; 1 made 3 and 4, 3 made 5
        let signed_in = "2026-11-23T09:00:00Z";
        let mut all = vec![
            account(1, None, None),
            account(2, None, None),
            account(3, Some(1), Some(signed_in)),
            account(4, Some(1), None),
            account(5, Some(3), Some(signed_in)),
        ];
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap_or_default();
        let two = |all: &[Administrator], one, other, now| {
            are_independent(all, UserId(one), UserId(other), WAIT, at(now))
        };
        let soon = "2026-11-26T08:59:59Z";
        for (one, other, are_two) in [
            (1, 1, false),
            (1, 2, true),
            (1, 3, false),
            (3, 1, false),
            (3, 4, false),
            (5, 1, false),
            (5, 4, false),
            (5, 2, true),
            (3, 2, true),
            (3, 9, true),
        ] {
            assert_eq!(two(&all, one, other, soon), are_two, "{one} and {other}");
        }
        // After three days it stands for itself; who never signed in goes on waiting.
        let later = "2026-11-26T09:00:00Z";
        assert!(two(&all, 1, 3, later) && two(&all, 5, 1, later));
        assert!(!two(&all, 1, 4, later));
        let from = |one, other| independent_from(&all, UserId(one), UserId(other), WAIT, at(soon));
        assert_eq!(from(1, 3), Some(at(later)));
        assert_eq!((from(1, 2), from(1, 4)), (Some(at(soon)), None));
        // Two accounts that made each other anew do not stand for two people by that.
        let mut round = all.clone();
        round[0].made_by = Some(UserId(3));
        assert!(!two(&round, 1, 3, soon) && !two(&round, 5, 1, soon));
        assert!(two(&round, 1, 2, soon));
        // A third person has confirmed it.
        all[3].is_confirmed = true;
        assert!(two(&all, 1, 4, soon));
    }
}

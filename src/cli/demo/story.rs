//! Half a year of every customer as a list of steps, in chronological order.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

use super::script::{Character, Fate};
use crate::domain::calendar;

/// A step in the story of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoryStep {
    /// Becomes a customer; without a Mandant if `alone`.
    Arrive { alone: bool },
    /// Books the first product of the table; no mail is delivered if `quiet`.
    Book { quiet: bool },
    /// Books the second product, if there is one, after the first mail was sent.
    BookSecond,
    /// The scheduler runs.
    Morning,
    /// Opens the page and concludes.
    Conclude,
    /// Declines the request.
    Decline,
    /// The mail server refuses the mail that is in the outbox.
    Bounce,
    /// The Mandant enters an address.
    EnterAddress,
    /// The Mandant names its first sub-partner.
    NameSubPartner,
    /// Books a product that the agreement does not cover.
    BookMore,
    /// Objects in the portal.
    Object,
    /// Objects by letter, which the operator records.
    ObjectByLetter,
    /// Gets another Mandant, or its first one.
    Move,
    /// All its links are locked.
    Lock,
    /// All bookings end.
    Cancel,
}

/// A step with its time and, except for the scheduler, its customer.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// When it happens.
    pub at: DateTime<Utc>,
    /// Index in the list of characters.
    pub who: usize,
    /// What happens.
    pub step: StoryStep,
}

/// All scenes up to `now`, with the scheduler every morning.
pub fn scenes(characters: &[Character], now: DateTime<Utc>) -> Vec<Scene> {
    let mut scenes: Vec<Scene> = characters
        .iter()
        .enumerate()
        .flat_map(|(who, character)| {
            life(character.fate, who, now)
                .into_iter()
                .map(move |(at, step)| Scene { at, who, step })
        })
        .collect();
    let first = scenes.iter().map(|scene| scene.at).min().unwrap_or(now);
    let mornings = (0_u32..)
        .map(|days| wall(calendar::day(first) + Days::new(days.into()), 8, 5))
        // The last mails are left for `serve`.
        .take_while(|at| *at < now - TimeDelta::minutes(30))
        .map(|at| Scene {
            at,
            who: 0,
            step: StoryStep::Morning,
        });
    scenes.extend(mornings);
    // The sort is stable: steps at the same moment keep the order in which they were written.
    scenes.sort_by_key(|scene| scene.at);
    scenes
}

fn life(fate: Fate, who: usize, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, StoryStep)> {
    // Spreads the customers over different times.
    let spread = u32::try_from(who).unwrap_or_default();
    let on = |days_ago: i64, hour: u32| {
        let back = Days::new(days_ago.unsigned_abs());
        wall(
            calendar::day(now) - back,
            hour + spread % 5,
            spread * 7 % 60,
        )
    };
    let arrive =
        |at: DateTime<Utc>, alone| (at - TimeDelta::minutes(20), StoryStep::Arrive { alone });
    let begin = |day: i64| {
        let at = on(day, 9);
        let second = at + TimeDelta::hours(2);
        vec![
            arrive(at, false),
            (at, StoryStep::Book { quiet: false }),
            (second, StoryStep::BookSecond),
        ]
    };
    let with = |day: i64, rest: &[(DateTime<Utc>, StoryStep)]| {
        let mut life = begin(day);
        life.extend_from_slice(rest);
        life
    };
    let concluded = |day: i64, after: i64| (on(day - after, 14), StoryStep::Conclude);
    match fate {
        Fate::Nothing { day } | Fate::Silent { day } => begin(day),
        Fate::Alone { day } => {
            let at = on(day, 9);
            vec![arrive(at, true), (at, StoryStep::Book { quiet: false })]
        }
        Fate::Later { day } => {
            let at = on(day, 9);
            let moved = on(day - 2, 10);
            vec![
                arrive(at, true),
                (at, StoryStep::Book { quiet: false }),
                (moved, StoryStep::Move),
                (moved + TimeDelta::hours(1), StoryStep::Lock),
            ]
        }
        Fate::Fresh { minutes } => {
            let at = now - TimeDelta::minutes(minutes);
            vec![arrive(at, false), (at, StoryStep::Book { quiet: true })]
        }
        Fate::Bounced { day } => {
            let at = on(day, 9);
            let back = at + TimeDelta::minutes(1);
            vec![
                arrive(at, false),
                (at, StoryStep::Book { quiet: true }),
                (back, StoryStep::Bounce),
            ]
        }
        Fate::Entered { day, since } => with(day, &[(on(since, 10), StoryStep::EnterAddress)]),
        Fate::Named { day, since } => with(day, &[(on(since, 11), StoryStep::NameSubPartner)]),
        Fate::Declined { day, after } => with(day, &[(on(day - after, 14), StoryStep::Decline)]),
        Fate::Concluded { day, after } => with(day, &[concluded(day, after)]),
        Fate::Amended { day, after, since } => with(
            day,
            &[concluded(day, after), (on(since, 10), StoryStep::BookMore)],
        ),
        Fate::Unamended { day, after, since } => with(
            day,
            &[
                concluded(day, after),
                (on(since, 10), StoryStep::BookMore),
                (on(since - 2, 14), StoryStep::Decline),
            ],
        ),
        Fate::Portal { day, after, since } => with(
            day,
            &[concluded(day, after), (on(since, 15), StoryStep::Object)],
        ),
        Fate::Letter { day, after, since } => with(
            day,
            &[
                concluded(day, after),
                (on(since, 15), StoryStep::ObjectByLetter),
            ],
        ),
        Fate::Moved { day, after, since } => with(
            day,
            &[concluded(day, after), (on(since, 10), StoryStep::Move)],
        ),
        Fate::Cancelled { day, after, since } => with(
            day,
            &[concluded(day, after), (on(since, 10), StoryStep::Cancel)],
        ),
    }
}

fn wall(date: chrono::NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    calendar::at(
        date,
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default(),
    )
}

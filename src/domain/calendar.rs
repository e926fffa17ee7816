//! Days as people in Germany count them: Europe/Berlin, ends of days, mornings (requirements 5.7, 4.6).

use chrono::{
    DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
};
use chrono_tz::Europe::Berlin;

/// Days a consent link is good for, the day of sending not counted (L-03).
pub const LINK_DAYS: u64 = 14;
/// Automatic reminders per request round (L-04).
pub const REMINDERS: u8 = 3;
/// Hour of the day, Berlin time, from which something goes out by itself (5.7).
pub const REMINDER_HOUR: u32 = 8;
/// A reminder that has been due for longer is not sent by itself: after a standstill of a month all
/// are caught up with, after that long an old copy of the data may have been put back (S-94).
pub const LATE: Duration = Duration::days(35);
/// Days the success page and its download stay open by the link (5.8-15).
pub const SUCCESS_DAYS: u64 = 14;

/// The Berlin calendar day on which a moment lies.
pub fn day(moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&Berlin).date_naive()
}

/// The last moment of a Berlin day: one millisecond before the next day begins.
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    at(date + Days::new(1), NaiveTime::MIN) - Duration::milliseconds(1)
}

/// When a link sent at `sent` stops being good: end of the fourteenth day after it (§§ 187, 188 BGB).
pub fn link_end(sent: DateTime<Utc>) -> DateTime<Utc> {
    end_of_day(day(sent) + Days::new(LINK_DAYS))
}

/// Until when the success page of an agreement can be reached by its link.
pub fn success_page_end(concluded: DateTime<Utc>) -> DateTime<Utc> {
    end_of_day(day(concluded) + Days::new(SUCCESS_DAYS))
}

/// The last day on which the proof of an agreement is kept that ended at `ended`: the end of the
/// calendar year that is `years` after it (EV-16, §§ 195, 199 BGB).
pub fn proof_end(ended: DateTime<Utc>, years: u8) -> NaiveDate {
    let year = day(ended).year() + i32::from(years);
    NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// From when the step that follows an expired link may be taken: 08:00 on the next day (5.7). On which
/// days it is taken, [`super::Holidays`] says (F10).
pub fn next_step_after(link_end: DateTime<Utc>) -> DateTime<Utc> {
    let morning = NaiveTime::from_hms_opt(REMINDER_HOUR, 0, 0).unwrap_or_default();
    at(day(link_end) + Days::new(1), morning)
}

/// Whether what the operator has set going, a roll-out, goes on at this time of day (not before 08:00
/// Berlin time); on which days is the operator's own choice.
pub fn in_send_window(now: DateTime<Utc>) -> bool {
    use chrono::Timelike;
    now.with_timezone(&Berlin).hour() >= REMINDER_HOUR
}

/// A wall-clock time in Berlin as an instant. A time that daylight saving skips is moved to the
/// first moment that exists; one that occurs twice means its first occurrence.
pub fn at(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let wall = NaiveDateTime::new(date, time);
    (0..=4)
        .find_map(|step| {
            Berlin
                .from_local_datetime(&(wall + Duration::minutes(30 * step)))
                .earliest()
        })
        .map_or_else(|| wall.and_utc(), |local| local.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_link_is_good_to_the_end_of_the_fourteenth_berlin_day() {
        // 5.7, 4.6: sent, last valid millisecond
        let table = [
            ("2026-11-22T09:00:00Z", "2026-12-06T22:59:59.999Z"),
            ("2026-11-22T23:30:00Z", "2026-12-07T22:59:59.999Z"), // already the 23rd in Berlin
            ("2026-03-20T09:00:00Z", "2026-04-03T21:59:59.999Z"), // over the change to summer time
            ("2026-03-15T10:00:00Z", "2026-03-29T21:59:59.999Z"), // ends on the day of the change
            ("2026-10-11T10:00:00Z", "2026-10-25T22:59:59.999Z"), // ends on the change back
            ("2026-12-20T10:00:00Z", "2027-01-03T22:59:59.999Z"), // year end
            ("2028-02-15T10:00:00Z", "2028-02-29T22:59:59.999Z"), // leap day
            ("2026-01-31T10:00:00Z", "2026-02-14T22:59:59.999Z"), // month end
        ];
        for (sent, end) in table {
            assert_eq!(link_end(utc(sent)), utc(end), "sent {sent}");
        }
    }

    #[test]
    fn proof_is_kept_to_the_end_of_the_third_year() {
        // EV-16
        let table = [
            ("2026-01-01T09:00:00Z", "2029-12-31"),
            ("2026-12-31T22:59:59Z", "2029-12-31"),
            ("2026-12-31T23:00:00Z", "2030-12-31"), // already the new year in Berlin
            ("2028-02-29T12:00:00Z", "2031-12-31"),
        ];
        for (ended, last) in table {
            assert_eq!(proof_end(utc(ended), 3).to_string(), last, "ended {ended}");
        }
    }

    #[test]
    fn the_next_step_is_due_at_eight_in_the_morning_after_the_end() {
        let table = [
            ("2026-12-06T22:59:59.999Z", "2026-12-07T07:00:00Z"),
            ("2026-03-28T22:59:59.999Z", "2026-03-29T06:00:00Z"), // clocks went forward that night
            ("2026-10-24T21:59:59.999Z", "2026-10-25T07:00:00Z"), // clocks went back that night
        ];
        for (end, due) in table {
            assert_eq!(next_step_after(utc(end)), utc(due), "end {end}");
        }
    }

    #[test]
    fn a_wall_time_that_is_skipped_or_doubled_still_has_one_instant() {
        let time = NaiveTime::from_hms_opt(2, 30, 0).unwrap();
        let spring = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        let autumn = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
        assert_eq!(at(spring, time), utc("2026-03-29T01:00:00Z"));
        assert_eq!(at(autumn, time), utc("2026-10-25T00:30:00Z"));
    }
}

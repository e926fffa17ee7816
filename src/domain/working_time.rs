//! When the portal sends mails automatically: between 8 and 20 o'clock on the operator's working
//! days (F10, 5.7).

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Europe::Berlin;
use serde::{Deserialize, Serialize};

use super::calendar::{REMINDER_HOUR, at, next_step_after};

/// Hour of the day, Berlin time, from which on nothing more is sent automatically.
pub const LAST_HOUR: u32 = 20;

/// Which public holidays count: those of all of Germany, or also those of one state. A day that is
/// a holiday in most places of a state counts there; one that is a holiday in a few places only
/// does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holidays {
    /// The nine public holidays of all of Germany.
    #[default]
    #[serde(rename = "DE")]
    Germany,
    /// The state of Baden-Württemberg.
    #[serde(rename = "DE-BW")]
    BadenWuerttemberg,
    /// The state of Bavaria (Bayern).
    #[serde(rename = "DE-BY")]
    Bavaria,
    /// The state of Berlin.
    #[serde(rename = "DE-BE")]
    Berlin,
    /// The state of Brandenburg.
    #[serde(rename = "DE-BB")]
    Brandenburg,
    /// The state of Bremen.
    #[serde(rename = "DE-HB")]
    Bremen,
    /// The state of Hamburg.
    #[serde(rename = "DE-HH")]
    Hamburg,
    /// The state of Hesse (Hessen).
    #[serde(rename = "DE-HE")]
    Hesse,
    /// The state of Mecklenburg-Vorpommern.
    #[serde(rename = "DE-MV")]
    Mecklenburg,
    /// The state of Lower Saxony (Niedersachsen).
    #[serde(rename = "DE-NI")]
    LowerSaxony,
    /// The state of North Rhine-Westphalia (Nordrhein-Westfalen).
    #[serde(rename = "DE-NW")]
    NorthRhine,
    /// The state of Rhineland-Palatinate (Rheinland-Pfalz).
    #[serde(rename = "DE-RP")]
    RhinelandPalatinate,
    /// The state of Saarland.
    #[serde(rename = "DE-SL")]
    Saarland,
    /// The state of Saxony (Sachsen).
    #[serde(rename = "DE-SN")]
    Saxony,
    /// The state of Saxony-Anhalt (Sachsen-Anhalt).
    #[serde(rename = "DE-ST")]
    SaxonyAnhalt,
    /// The state of Schleswig-Holstein.
    #[serde(rename = "DE-SH")]
    SchleswigHolstein,
    /// The state of Thuringia (Thüringen).
    #[serde(rename = "DE-TH")]
    Thuringia,
}

use Holidays as H;

impl Holidays {
    /// All values with code and German name, as the form offers them.
    pub const ALL: [(Self, &'static str, &'static str); 17] = [
        (H::Germany, "DE", "Nur bundesweite Feiertage"),
        (H::BadenWuerttemberg, "DE-BW", "Baden-Württemberg"),
        (H::Bavaria, "DE-BY", "Bayern"),
        (H::Berlin, "DE-BE", "Berlin"),
        (H::Brandenburg, "DE-BB", "Brandenburg"),
        (H::Bremen, "DE-HB", "Bremen"),
        (H::Hamburg, "DE-HH", "Hamburg"),
        (H::Hesse, "DE-HE", "Hessen"),
        (H::Mecklenburg, "DE-MV", "Mecklenburg-Vorpommern"),
        (H::LowerSaxony, "DE-NI", "Niedersachsen"),
        (H::NorthRhine, "DE-NW", "Nordrhein-Westfalen"),
        (H::RhinelandPalatinate, "DE-RP", "Rheinland-Pfalz"),
        (H::Saarland, "DE-SL", "Saarland"),
        (H::Saxony, "DE-SN", "Sachsen"),
        (H::SaxonyAnhalt, "DE-ST", "Sachsen-Anhalt"),
        (H::SchleswigHolstein, "DE-SH", "Schleswig-Holstein"),
        (H::Thuringia, "DE-TH", "Thüringen"),
    ];

    /// The value with this code (ISO 3166-2).
    pub fn from_code(code: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == code);
        found.map(|(own, ..)| *own)
    }

    /// The code (ISO 3166-2) that the settings store.
    pub fn code(self) -> &'static str {
        let found = Self::ALL.iter().find(|(known, ..)| *known == self);
        found.map_or("DE", |(_, code, _)| *code)
    }

    /// Whether the day is a public holiday by this choice.
    pub fn is_holiday(self, date: NaiveDate) -> bool {
        let after_easter = (date - easter(date.year())).num_days();
        let is_fixed = match (date.month(), date.day()) {
            (1, 1) | (5, 1) | (10, 3) | (12, 25 | 26) => true,
            (1, 6) => matches!(self, H::BadenWuerttemberg | H::Bavaria | H::SaxonyAnhalt),
            (3, 8) => matches!(self, H::Berlin | H::Mecklenburg),
            (8, 15) => matches!(self, H::Bavaria | H::Saarland),
            (9, 20) => self == H::Thuringia,
            (10, 31) => matches!(
                self,
                H::Brandenburg
                    | H::Bremen
                    | H::Hamburg
                    | H::Mecklenburg
                    | H::LowerSaxony
                    | H::Saxony
                    | H::SaxonyAnhalt
                    | H::SchleswigHolstein
                    | H::Thuringia
            ),
            (11, 1) => matches!(
                self,
                H::BadenWuerttemberg
                    | H::Bavaria
                    | H::NorthRhine
                    | H::RhinelandPalatinate
                    | H::Saarland
            ),
            // Buß- und Bettag: the Wednesday before 23 November.
            (11, 16..=22) => self == H::Saxony && date.weekday() == Weekday::Wed,
            _ => false,
        };
        is_fixed
            || match after_easter {
                // Good Friday, Easter Sunday and Monday, Ascension, Whit Sunday and Monday.
                -2 | 0 | 1 | 39 | 49 | 50 => true,
                // Corpus Christi, in some states.
                60 => matches!(
                    self,
                    H::BadenWuerttemberg
                        | H::Bavaria
                        | H::Hesse
                        | H::NorthRhine
                        | H::RhinelandPalatinate
                        | H::Saarland
                ),
                _ => false,
            }
    }

    /// Whether the day is a working day: neither a weekend nor a holiday.
    pub fn is_working_day(self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.is_holiday(date)
    }

    /// Whether mails may be sent automatically at this time.
    pub fn is_open(self, now: DateTime<Utc>) -> bool {
        let local = now.with_timezone(&Berlin);
        (REMINDER_HOUR..LAST_HOUR).contains(&local.hour())
            && self.is_working_day(local.date_naive())
    }

    /// The first time, from `from` on, at which mails may be sent automatically.
    pub fn opens(self, from: DateTime<Utc>) -> DateTime<Utc> {
        if self.is_open(from) {
            return from;
        }
        let local = from.with_timezone(&Berlin);
        let today = local.date_naive();
        let earliest = if local.hour() < REMINDER_HOUR {
            today
        } else {
            today + Days::new(1)
        };
        let day = earliest.iter_days().find(|day| self.is_working_day(*day));
        let morning = NaiveTime::from_hms_opt(REMINDER_HOUR, 0, 0).unwrap_or_default();
        at(day.unwrap_or(earliest), morning)
    }

    /// When the step after the end of a link is taken, if it has not been taken by `now`.
    pub fn step_after(self, link_end: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        self.opens(next_step_after(link_end).max(now))
    }
}

/// Easter Sunday of a year of the Gregorian calendar (the method of Meeus, Jones and Butcher).
fn easter(year: i32) -> NaiveDate {
    let (golden, century, rest) = (
        year.rem_euclid(19),
        year.div_euclid(100),
        year.rem_euclid(100),
    );
    let correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - correction + 15).rem_euclid(30);
    let weekday =
        (32 + 2 * century.rem_euclid(4) + 2 * (rest / 4) - epact - rest % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday).div_euclid(451);
    let days = epact + weekday - 7 * late + 114;
    let (month, day) = (days / 31, days % 31 + 1);
    let date = NaiveDate::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs());
    date.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn f10_easter_is_when_the_almanac_says() {
        for text in [
            "1943-04-25",
            "1954-04-18",
            "1981-04-19",
            "2000-04-23",
            "2008-03-23",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2028-04-16",
            "2029-04-01",
            "2030-04-21",
            "2038-04-25",
            "2049-04-18",
            "2076-04-19",
            "2100-03-28",
        ] {
            assert_eq!(easter(day(text).year()), day(text));
        }
    }

    #[test]
    fn f10_every_state_has_its_own_holidays() {
        // From the lists that the states publish for 2026; holidays that always fall on a Sunday
        // are left out.
        let all = "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26";
        let table = [
            ("DE", ""),
            ("DE-BW", "01-06 06-04 11-01"),
            ("DE-BY", "01-06 06-04 08-15 11-01"),
            ("DE-BE", "03-08"),
            ("DE-BB", "10-31"),
            ("DE-HB", "10-31"),
            ("DE-HH", "10-31"),
            ("DE-HE", "06-04"),
            ("DE-MV", "03-08 10-31"),
            ("DE-NI", "10-31"),
            ("DE-NW", "06-04 11-01"),
            ("DE-RP", "06-04 11-01"),
            ("DE-SL", "06-04 08-15 11-01"),
            ("DE-SN", "10-31 11-18"),
            ("DE-ST", "01-06 10-31"),
            ("DE-SH", "10-31"),
            ("DE-TH", "09-20 10-31"),
        ];
        assert_eq!(table.len(), Holidays::ALL.len());
        for (code, own) in table {
            let holidays = Holidays::from_code(code).unwrap();
            let mut wanted: Vec<&str> = all.split(' ').chain(own.split(' ')).collect();
            wanted.retain(|day| !day.is_empty());
            wanted.sort_unstable();
            let mut found: Vec<String> = day("2026-01-01")
                .iter_days()
                .take(365)
                .filter(|date| holidays.is_holiday(*date))
                .map(|date| date.format("%m-%d").to_string())
                .collect();
            found.retain(|date| date != "04-05" && date != "05-24");
            assert_eq!(found, wanted, "{code}");
        }
    }

    #[test]
    fn f10_codes_lead_back_and_are_what_is_stored() {
        for (own, code, _) in Holidays::ALL {
            assert_eq!(Holidays::from_code(code), Some(own));
            assert_eq!(own.code(), code);
            assert_eq!(serde_json::to_value(own).unwrap(), code);
        }
        assert_eq!(Holidays::from_code("DE-XX"), None);
    }

    #[test]
    fn f10_what_is_due_outside_working_hours_goes_at_eight_on_the_next_working_day() {
        // State, when it is due, when it is sent.
        let table = [
            // Tuesday: at once, from 8 until before 20 o'clock.
            ("DE", "2026-12-08T07:00:00Z", "2026-12-08T07:00:00Z"),
            ("DE", "2026-12-08T18:59:59.999Z", "2026-12-08T18:59:59.999Z"),
            ("DE", "2026-12-08T06:59:59.999Z", "2026-12-08T07:00:00Z"),
            ("DE", "2026-12-08T19:00:00Z", "2026-12-09T07:00:00Z"),
            ("DE", "2026-12-08T23:30:00Z", "2026-12-09T07:00:00Z"), // already Wednesday in Berlin
            // Weekends.
            ("DE", "2026-12-04T19:00:00Z", "2026-12-07T07:00:00Z"),
            ("DE", "2026-12-05T11:00:00Z", "2026-12-07T07:00:00Z"),
            ("DE", "2026-12-06T23:00:00Z", "2026-12-07T07:00:00Z"),
            // Christmas and New Year.
            ("DE", "2026-12-24T19:00:00Z", "2026-12-28T07:00:00Z"),
            ("DE", "2026-12-25T09:00:00Z", "2026-12-28T07:00:00Z"),
            ("DE", "2026-12-31T19:30:00Z", "2027-01-04T07:00:00Z"),
            // Easter 2027: the clocks go forward on Easter Sunday.
            ("DE", "2027-03-26T09:00:00Z", "2027-03-30T06:00:00Z"),
            ("DE", "2027-03-25T18:59:59Z", "2027-03-25T18:59:59Z"),
            ("DE", "2027-03-25T19:00:00Z", "2027-03-30T06:00:00Z"),
            // The clocks change on a Sunday without a holiday.
            ("DE", "2026-03-28T10:00:00Z", "2026-03-30T06:00:00Z"),
            ("DE", "2026-10-24T10:00:00Z", "2026-10-26T07:00:00Z"),
            ("DE", "2026-10-25T00:30:00Z", "2026-10-26T07:00:00Z"),
            ("DE", "2026-10-25T01:30:00Z", "2026-10-26T07:00:00Z"),
            // 20 o'clock in summer and in winter.
            ("DE", "2026-07-01T17:59:59Z", "2026-07-01T17:59:59Z"),
            ("DE", "2026-07-01T18:00:00Z", "2026-07-02T06:00:00Z"),
            // States with other holidays.
            ("DE", "2027-01-06T09:00:00Z", "2027-01-06T09:00:00Z"),
            ("DE-BY", "2027-01-06T09:00:00Z", "2027-01-07T07:00:00Z"),
            ("DE-NW", "2027-05-27T09:00:00Z", "2027-05-28T06:00:00Z"),
            ("DE-NI", "2027-05-27T09:00:00Z", "2027-05-27T09:00:00Z"),
            ("DE-SN", "2026-11-18T09:00:00Z", "2026-11-19T07:00:00Z"),
        ];
        for (code, due, goes) in table {
            let holidays = Holidays::from_code(code).unwrap();
            assert_eq!(holidays.opens(utc(due)), utc(goes), "{code}, due {due}");
            assert_eq!(holidays.is_open(utc(due)), due == goes, "{code}, due {due}");
        }
    }

    #[test]
    fn f10_whenever_it_is_due_it_goes_out_at_the_first_open_moment() {
        for (holidays, code, _) in Holidays::ALL {
            let mut due = utc("2026-01-01T00:17:00Z");
            while due < utc("2028-12-31T00:00:00Z") {
                let goes = holidays.opens(due);
                assert!(holidays.is_open(goes), "{code}, due {due}");
                assert!(
                    goes >= due && goes - due < chrono::Duration::days(6),
                    "{code}, {due}"
                );
                let just_before = goes - chrono::Duration::milliseconds(1);
                assert!(
                    goes == due || !holidays.is_open(just_before),
                    "{code}, due {due}"
                );
                due += chrono::Duration::minutes(211);
            }
        }
    }
}

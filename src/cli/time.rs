//! Times as administrators type them.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::domain::calendar;

/// Reads `2026-12-07T08:05`, which is Berlin time, or RFC 3339 with its own offset.
pub fn parse(text: &str) -> Result<DateTime<Utc>, &'static str> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.with_timezone(&Utc));
    }
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|wall| calendar::at(wall.date(), wall.time()))
        .ok_or("expected a time such as 2026-12-07T08:05 or 2026-12-07T07:05:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn berlin_unless_an_offset_is_given() {
        for (typed, utc) in [
            ("2026-12-07T08:05", Some("2026-12-07T07:05:00Z")),
            ("2026-07-07T08:05:30", Some("2026-07-07T06:05:30Z")),
            ("2026-12-07T08:05:00Z", Some("2026-12-07T08:05:00Z")),
            ("2026-12-07T08:05:00+02:00", Some("2026-12-07T06:05:00Z")),
            ("2026-03-29T02:30", Some("2026-03-29T01:00:00Z")),
            ("2026-12-07", None),
            ("2026-13-07T08:05", None),
            ("morgen", None),
            ("", None),
        ] {
            let expected = utc.and_then(|text| text.parse::<DateTime<Utc>>().ok());
            assert_eq!(parse(typed).ok(), expected, "{typed}");
        }
    }
}

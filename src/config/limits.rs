//! What one stranger may cost the portal (S-89).

use std::time::Duration;

use super::variables::Variables;
use super::{ConfigError, invalid};

/// Limits of the web server. What they refuse is logged (S-83).
#[derive(Debug, Clone)]
pub struct Limits {
    /// `AVV_CONNECTIONS_PER_SOURCE`: connections one address may hold at a time, or the /64 of an IPv6
    /// address. Behind a trusted proxy it counts requests that are being answered instead.
    pub per_source: usize,
    /// Connections of the whole process; worked out at the start from the files it may open.
    pub connections: usize,
    /// A client has this long for its request line and headers.
    pub head_time: Duration,
    /// A body has this long to arrive, and a little longer for what did arrive.
    pub body_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_source: 200,
            connections: 10_000,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(20),
        }
    }
}

impl Limits {
    pub(super) fn read(variables: &Variables<'_>) -> Result<Self, ConfigError> {
        let limits = Self::default();
        let Some(text) = variables.text("AVV_CONNECTIONS_PER_SOURCE") else {
            return Ok(limits);
        };
        let per_source = text
            .parse()
            .ok()
            .filter(|number| (10..=100_000).contains(number))
            .ok_or_else(|| {
                invalid(
                    "AVV_CONNECTIONS_PER_SOURCE",
                    "a number from 10 to 100000, such as 200",
                )
            })?;
        Ok(Self {
            per_source,
            ..limits
        })
    }
}

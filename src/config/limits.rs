//! Limits for the load that a stranger can put on the portal (S-89).

use std::time::Duration;

use super::variables::Variables;
use super::{ConfigError, invalid};

/// Limits of the web server. Every refusal is logged (S-83).
#[derive(Debug, Clone)]
pub struct Limits {
    /// `AVV_CONNECTIONS_PER_SOURCE`: connections one address may hold at a time, or the /64 of an
    /// IPv6 address. Behind a trusted proxy, requests in progress are counted instead.
    pub per_source: usize,
    /// Connections of the whole process; computed at the start from the number of files it may
    /// open.
    pub connections: usize,
    /// How long a client may take for its request line and headers.
    pub head_time: Duration,
    /// How long a body may take to arrive, and a little longer for each part that has arrived.
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

//! Settings that make the portal stricter towards its own users and partners.

use chrono::Duration;

use super::readings::Faults;
use super::variables::Variables;
use super::{ConfigError, Environment, invalid};
use crate::domain::partner_contract::ContractRule;
use crate::domain::second_factor::FactorRule;

/// Settings of rules; each has a default that is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleConfig {
    /// `AVV_SUB_PARTNER_RELEASE`: whether a Submandant that a Mandant adds must be released by the
    /// operator.
    pub release_sub_partners: bool,
    /// `AVV_PARTNER_CONTRACT`: whether a partner without a contract under Art. 28(4) GDPR can be chosen.
    pub partner_contract: ContractRule,
    /// `AVV_NEW_ADMIN_DAYS`: how long after its first sign-in an administrator's account that was
    /// made in the portal cannot approve what its maker proposed.
    pub new_administrator_wait: Duration,
    /// `AVV_ADDRESS_HOURS`: how long a customer's former address can stop one that a partner
    /// entered.
    pub address_wait: Duration,
    /// `AVV_SECOND_FACTOR`: who must have a second factor (S-36).
    pub second_factor: FactorRule,
}

impl Default for RuleConfig {
    fn default() -> Self {
        Self {
            release_sub_partners: false,
            partner_contract: ContractRule::Warn,
            new_administrator_wait: Duration::days(3),
            address_wait: Duration::hours(48),
            second_factor: FactorRule::None,
        }
    }
}

impl RuleConfig {
    pub(super) fn read(
        variables: &Variables<'_>,
        environment: Environment,
        faults: &mut Faults,
    ) -> Option<Self> {
        let standard = Self::default();
        let release_sub_partners = faults.keep(switch(
            variables,
            "AVV_SUB_PARTNER_RELEASE",
            standard.release_sub_partners,
        ));
        let partner_contract =
            faults.keep(match variables.text("AVV_PARTNER_CONTRACT").as_deref() {
                None => Ok(standard.partner_contract),
                Some("warn") => Ok(ContractRule::Warn),
                Some("required") => Ok(ContractRule::Required),
                Some(_) => Err(invalid("AVV_PARTNER_CONTRACT", "`warn` or `required`")),
            });
        let days = number(variables, "AVV_NEW_ADMIN_DAYS", "a number from 1 to 90", 90);
        let days = faults.keep(days);
        let hours = number(
            variables,
            "AVV_ADDRESS_HOURS",
            "a number from 1 to 720",
            720,
        );
        let hours = faults.keep(hours);
        let second_factor = faults.keep(read_factor(variables, environment));
        Some(Self {
            second_factor: second_factor?,
            address_wait: hours?.map_or(standard.address_wait, Duration::hours),
            release_sub_partners: release_sub_partners?,
            partner_contract: partner_contract?,
            new_administrator_wait: days?.map_or(standard.new_administrator_wait, Duration::days),
        })
    }
}

/// Who must have a second factor: in production at least the operator's people, whose accounts reach
/// every customer.
fn read_factor(
    variables: &Variables<'_>,
    environment: Environment,
) -> Result<FactorRule, ConfigError> {
    const NAME: &str = "AVV_SECOND_FACTOR";
    let is_production = environment.is_production();
    match variables.text(NAME).as_deref() {
        None if is_production => Ok(FactorRule::Operator),
        None => Ok(FactorRule::None),
        Some("operator") => Ok(FactorRule::Operator),
        Some("partners") => Ok(FactorRule::Partners),
        Some("none") if !is_production => Ok(FactorRule::None),
        Some(_) if is_production => Err(invalid(
            NAME,
            "`operator` or `partners`: in production the operator's people need a second factor",
        )),
        Some(_) => Err(invalid(NAME, "`none`, `operator` or `partners`")),
    }
}

/// `on` or `off`; unset means `standard`.
pub(super) fn switch(
    variables: &Variables<'_>,
    name: &'static str,
    standard: bool,
) -> Result<bool, ConfigError> {
    match variables.text(name).as_deref() {
        None => Ok(standard),
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(_) => Err(invalid(name, "`on` or `off`")),
    }
}

fn number(
    variables: &Variables<'_>,
    name: &'static str,
    expected: &'static str,
    most: i64,
) -> Result<Option<i64>, ConfigError> {
    let Some(text) = variables.text(name) else {
        return Ok(None);
    };
    text.parse()
        .ok()
        .filter(|number| (1..=most).contains(number))
        .map(Some)
        .ok_or_else(|| invalid(name, expected))
}

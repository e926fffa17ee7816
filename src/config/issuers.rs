//! Issuers at which people may sign in (OpenID Connect, S-41): up to three, each with variables that begin with
//! `AVV_OIDC_1_`, `AVV_OIDC_2_` or `AVV_OIDC_3_`.

use std::collections::BTreeMap;

use chrono::Duration;
use secrecy::SecretString;
use url::Url;

use super::readings::Faults;
use super::rules::switch;
use super::variables::Variables;
use super::{ConfigError, Environment, invalid};
use crate::domain::identity::{Audience, IssuerRules};
use crate::domain::viewer::OperatorRole;

/// One issuer.
#[derive(Debug, Clone)]
pub struct IssuerConfig {
    /// Its number in the settings; stands in addresses.
    pub number: u8,
    /// `…_URL`: the address of the issuer, letter by letter as it names itself.
    pub url: String,
    /// `…_CLIENT_ID`: by what the issuer knows the portal.
    pub client_id: String,
    /// `…_CLIENT_SECRET`, or `…_FILE`.
    pub client_secret: SecretString,
    /// `…_LABEL`: what people call it.
    pub label: String,
    /// `…_SCOPES`: what is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// `…_RECHECK`: after this time it is asked again whether a person may still come in.
    pub recheck: Duration,
    /// `…_ONLY`: whoever is connected with it signs in there alone, so that whoever is out there is out here.
    pub is_only_way: bool,
    /// What its claims mean.
    pub rules: IssuerRules,
}

/// What the variables of one issuer are called.
struct Names {
    url: &'static str,
    client_id: &'static str,
    client_secret: &'static str,
    label: &'static str,
    audience: &'static str,
    scopes: &'static str,
    role_claim: &'static str,
    roles: &'static str,
    partner_claim: &'static str,
    factors: &'static str,
    recheck: &'static str,
    only: &'static str,
}

macro_rules! names {
    ($prefix:literal) => {
        Names {
            url: concat!($prefix, "URL"),
            client_id: concat!($prefix, "CLIENT_ID"),
            client_secret: concat!($prefix, "CLIENT_SECRET"),
            label: concat!($prefix, "LABEL"),
            audience: concat!($prefix, "FOR"),
            scopes: concat!($prefix, "SCOPES"),
            role_claim: concat!($prefix, "ROLE_CLAIM"),
            roles: concat!($prefix, "ROLES"),
            partner_claim: concat!($prefix, "PARTNER_CLAIM"),
            factors: concat!($prefix, "FACTORS"),
            recheck: concat!($prefix, "RECHECK"),
            only: concat!($prefix, "ONLY"),
        }
    };
}

const NAMES: [Names; 3] = [
    names!("AVV_OIDC_1_"),
    names!("AVV_OIDC_2_"),
    names!("AVV_OIDC_3_"),
];

/// How long people are not asked about at the longest, in seconds.
const LONGEST_RECHECK: i64 = 900;
const USUAL_RECHECK: i64 = 60;

impl IssuerConfig {
    /// The variable with its address.
    pub fn variable(&self) -> &'static str {
        let place = usize::from(self.number).saturating_sub(1);
        NAMES.get(place).map_or("AVV_OIDC", |names| names.url)
    }

    /// All that are set.
    pub(super) fn read(
        variables: &Variables<'_>,
        environment: Environment,
        faults: &mut Faults,
    ) -> Option<Vec<Self>> {
        let mut all = Some(Vec::new());
        for (number, names) in (1..).zip(&NAMES) {
            if names
                .all()
                .iter()
                .all(|name| variables.text(name).is_none())
                && variables
                    .text(&format!("{}_FILE", names.client_secret))
                    .is_none()
            {
                continue;
            }
            let one = Self::read_one(variables, environment, faults, number, names);
            let is_twice = |all: &Vec<Self>| {
                one.iter()
                    .any(|one| all.iter().any(|other| other.url == one.url))
            };
            if all.as_ref().is_some_and(is_twice) {
                faults.add(invalid(names.url, "an issuer that is not set already"));
            }
            all = all.zip(one).map(|(mut all, one)| {
                all.push(one);
                all
            });
        }
        all
    }

    fn read_one(
        variables: &Variables<'_>,
        environment: Environment,
        faults: &mut Faults,
        number: u8,
        names: &Names,
    ) -> Option<Self> {
        let needed = |variable, needed| {
            variables
                .text(variable)
                .ok_or(ConfigError::Missing { variable, needed })
        };
        let url = needed(
            names.url,
            "the address of the issuer at which people sign in",
        )
        .and_then(|text| checked_url(names.url, text, environment));
        let url = faults.keep(url);
        let client_id = faults.keep(needed(
            names.client_id,
            "by what the issuer knows the portal",
        ));
        let secret = variables.secret(names.client_secret).and_then(|secret| {
            secret.ok_or(ConfigError::Missing {
                variable: names.client_secret,
                needed: "with what the portal proves to the issuer to be it",
            })
        });
        let secret = faults.keep(secret);
        let label = faults.keep(needed(
            names.label,
            "what people call the issuer, as in `Konzern-Konto`",
        ));
        let audience = faults.keep(match variables.text(names.audience).as_deref() {
            Some(text) => text
                .parse()
                .map_err(|_| invalid(names.audience, "`operator` or `partners`")),
            None => Err(ConfigError::Missing {
                variable: names.audience,
                needed: "whose people sign in there: `operator` or `partners`",
            }),
        });
        let rules =
            audience.and_then(|audience| faults.keep(read_rules(variables, names, audience)));
        let recheck = faults.keep(read_recheck(variables, names));
        let is_only_way = faults.keep(switch(variables, names.only, true));
        let scopes = variables.text(names.scopes);
        let scopes = scopes.as_deref().unwrap_or("email profile");
        Some(Self {
            number,
            url: url?,
            client_id: client_id?,
            client_secret: secret?,
            label: label?,
            scopes: words(scopes).filter(|scope| scope != "openid").collect(),
            recheck: recheck?,
            is_only_way: is_only_way?,
            rules: rules?,
        })
    }
}

impl Names {
    fn all(&self) -> [&'static str; 12] {
        [
            self.url,
            self.client_id,
            self.client_secret,
            self.label,
            self.audience,
            self.scopes,
            self.role_claim,
            self.roles,
            self.partner_claim,
            self.factors,
            self.recheck,
            self.only,
        ]
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split([',', ' '])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

/// What the issuer says goes over a line that nobody else reads; only one on this machine, for trying
/// things out, does without.
fn checked_url(
    variable: &'static str,
    text: String,
    environment: Environment,
) -> Result<String, ConfigError> {
    let expected =
        "the https:// address of the issuer as it names itself, without `/.well-known/…`";
    let url = Url::parse(&text).map_err(|_| invalid(variable, expected))?;
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    let is_safe = url.scheme() == "https"
        || (url.scheme() == "http" && is_here && !environment.is_production());
    let is_bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && !text.contains("/.well-known/");
    if is_safe && is_bare && url.has_host() {
        Ok(text)
    } else {
        Err(invalid(variable, expected))
    }
}

fn read_rules(
    variables: &Variables<'_>,
    names: &Names,
    audience: Audience,
) -> Result<IssuerRules, ConfigError> {
    let role_claim = variables.text(names.role_claim);
    let meanings = variables.text(names.roles);
    let roles = match (role_claim, meanings) {
        (None, None) => None,
        (Some(_), _) | (_, Some(_)) if audience == Audience::Partners => {
            return Err(invalid(
                names.role_claim,
                "nothing: partners have no roles; it is for an issuer of the operator",
            ));
        }
        (Some(claim), Some(text)) => Some((claim, read_meanings(names.roles, &text)?)),
        (Some(_), None) => {
            return Err(ConfigError::Missing {
                variable: names.roles,
                needed: "what the values of the claim mean, as in `avv-admins=administrator, avv-support=support`",
            });
        }
        (None, Some(_)) => {
            return Err(ConfigError::Missing {
                variable: names.role_claim,
                needed: "the claim with the roles",
            });
        }
    };
    let partner = variables.text(names.partner_claim);
    if partner.is_some() && audience == Audience::Operator {
        return Err(invalid(
            names.partner_claim,
            "nothing: the operator's people belong to no partner; it is for an issuer of partners",
        ));
    }
    let factors = variables.text(names.factors).unwrap_or_default();
    Ok(IssuerRules {
        audience,
        roles,
        partner,
        factors: words(&factors).collect(),
    })
}

fn read_meanings(
    variable: &'static str,
    text: &str,
) -> Result<BTreeMap<String, OperatorRole>, ConfigError> {
    let expected = "pairs such as `avv-admins=administrator, avv-support=support` with administrator, legal, support or auditor";
    let pair = |pair: &str| -> Option<(String, OperatorRole)> {
        let (value, role) = pair.split_once('=')?;
        let value = value.trim();
        (!value.is_empty()).then_some((value.to_owned(), role.trim().parse().ok()?))
    };
    text.split(',')
        .map(|part| pair(part).ok_or_else(|| invalid(variable, expected)))
        .collect()
}

fn read_recheck(variables: &Variables<'_>, names: &Names) -> Result<Duration, ConfigError> {
    let Some(text) = variables.text(names.recheck) else {
        return Ok(Duration::seconds(USUAL_RECHECK));
    };
    text.parse()
        .ok()
        .filter(|seconds| (0..=LONGEST_RECHECK).contains(seconds))
        .map(Duration::seconds)
        .ok_or_else(|| invalid(names.recheck, "a number of seconds from 0 to 900"))
}

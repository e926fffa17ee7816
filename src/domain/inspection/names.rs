//! What the domain of a sender says about its mails (RFC 7208, 6376, 7489), as far as a receiver that
//! looks at it would mind (S-25). Records are what others wrote: they are read, not trusted.

use super::Mark;

/// The texts that stand under a name; `None`: no resolver answered.
pub type Answers = Option<Vec<String>>;

/// Which servers may send for the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spf {
    /// No resolver answered.
    Unknown,
    /// There is no record.
    Absent,
    /// There are several, which counts as an error.
    Several,
    /// The record has `all` or `+all`: every server may send for the domain.
    Everybody,
    /// There is one.
    Published,
}

/// The key that receivers check signatures with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dkim {
    /// Under which name to look was not said.
    NoSelector,
    /// No resolver answered.
    Unknown,
    /// There is no key under that name.
    Absent,
    /// It was taken back.
    Revoked,
    /// There is one.
    Published,
}

/// What receivers do with mails that only pretend to be from the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dmarc {
    /// No resolver answered.
    Unknown,
    /// There is no record.
    Absent,
    /// There is one that receivers pass over: several, or one without a policy.
    Unusable,
    /// There is one with this policy.
    Published(String),
}

impl Spf {
    pub(super) fn mark(&self) -> Mark {
        match self {
            Self::Unknown => Mark::NotChecked,
            Self::Everybody => Mark::Doubtful,
            Self::Absent | Self::Several => Mark::Wrong,
            Self::Published => Mark::Good,
        }
    }
}

impl Dkim {
    pub(super) fn mark(&self) -> Mark {
        match self {
            Self::NoSelector | Self::Unknown => Mark::NotChecked,
            Self::Absent | Self::Revoked => Mark::Wrong,
            Self::Published => Mark::Good,
        }
    }
}

impl Dmarc {
    pub(super) fn mark(&self) -> Mark {
        match self {
            Self::Unknown => Mark::NotChecked,
            Self::Absent | Self::Unusable => Mark::Wrong,
            // It asks receivers to report and to let everything through.
            Self::Published(policy) if policy == "none" => Mark::Doubtful,
            Self::Published(_) => Mark::Good,
        }
    }
}

/// Reads what stands under the domain itself.
pub fn spf(answers: &Answers) -> Spf {
    let Some(texts) = answers else {
        return Spf::Unknown;
    };
    let records: Vec<String> = texts
        .iter()
        .map(|text| text.to_ascii_lowercase())
        .filter(|text| text == "v=spf1" || text.starts_with("v=spf1 "))
        .collect();
    match records.as_slice() {
        [] => Spf::Absent,
        [one] if one.split(' ').any(|term| matches!(term, "all" | "+all")) => Spf::Everybody,
        [_] => Spf::Published,
        _ => Spf::Several,
    }
}

/// Reads what stands under `SELECTOR._domainkey` of the domain.
pub fn dkim(selector: Option<&str>, answers: &Answers) -> Dkim {
    if selector.is_none() {
        return Dkim::NoSelector;
    }
    let Some(texts) = answers else {
        return Dkim::Unknown;
    };
    let mut keys = texts.iter().filter_map(|text| tag(text, "p")).peekable();
    match (keys.peek().is_some(), keys.any(|key| !key.is_empty())) {
        (false, _) => Dkim::Absent,
        (true, false) => Dkim::Revoked,
        (true, true) => Dkim::Published,
    }
}

/// Reads what stands under `_dmarc` of the domain, or of the nearest one above it that has a record.
pub fn dmarc(answers: &Answers) -> Dmarc {
    let Some(texts) = answers else {
        return Dmarc::Unknown;
    };
    let records: Vec<&String> = texts
        .iter()
        .filter(|text| {
            let rest = text.strip_prefix("v=DMARC1");
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([';', ' ']))
        })
        .collect();
    match records.as_slice() {
        [] => Dmarc::Absent,
        [one] => match tag(one, "p").map(|policy| policy.to_ascii_lowercase()) {
            Some(policy) if ["none", "quarantine", "reject"].contains(&policy.as_str()) => {
                Dmarc::Published(policy)
            }
            _ => Dmarc::Unusable,
        },
        _ => Dmarc::Unusable,
    }
}

/// Under which names a receiver looks for the record of a domain: its own, then those above it. A top
/// level has none.
pub fn dmarc_names(domain: &str) -> Vec<String> {
    let labels: Vec<&str> = domain
        .split('.')
        .filter(|label| !label.is_empty())
        .collect();
    let above = (0..labels.len()).take_while(|at| *at == 0 || labels.len() - at >= 2);
    // No receiver asks more often.
    above
        .take(8)
        .map(|at| format!("_dmarc.{}", labels[at..].join(".")))
        .collect()
}

/// The value of a tag in `a=b; c=d`.
fn tag<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut tags = text.split(';').filter_map(|part| part.split_once('='));
    tags.find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim())
}

//! Lines of the form `Name: value`, as in delivery reports and headers of mails.

/// A group of fields with lower-case names and unfolded values. Of several fields with the same
/// name the first one counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

/// At most this many fields and groups are read; a report has about ten in two groups.
const MOST: usize = 200;
/// Longest value in characters.
const LONGEST: usize = 2000;

impl Fields {
    /// The fields of a header that was parsed already.
    pub(super) fn of<'x>(head: impl Iterator<Item = (&'x str, &'x str)>) -> Self {
        let fields = head.take(MOST).map(|(name, value)| {
            let value = value.replace(['\r', '\n'], "");
            (
                name.to_ascii_lowercase(),
                value.chars().take(LONGEST).collect(),
            )
        });
        Self(fields.collect())
    }

    /// A value by its lower-case name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    fn add(&mut self, line: &str) {
        let short = |text: &str| text.trim().chars().take(LONGEST).collect::<String>();
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = self.0.last_mut()
                && value.len() < LONGEST
            {
                value.push(' ');
                value.push_str(&short(line));
            }
        } else if let Some((name, value)) = line.split_once(':')
            && self.0.len() < MOST
        {
            self.0
                .push((short(name).to_ascii_lowercase(), short(value)));
        }
    }
}

/// The groups of a text, separated by empty lines. Lines that are no fields are skipped.
pub(super) fn groups(text: &str) -> Vec<Fields> {
    let mut groups = vec![Fields::default()];
    for line in text.lines() {
        if line.trim().is_empty() {
            if groups.len() >= MOST {
                break;
            }
            groups.push(Fields::default());
        } else if let Some(group) = groups.last_mut() {
            group.add(line);
        }
    }
    groups.retain(|group| !group.0.is_empty());
    groups
}

/// The Message-IDs in a header, without angle brackets.
pub(in crate::mail) fn message_ids(text: &str) -> impl Iterator<Item = String> {
    text.split(['<', '>', ' ', '\t', ',', '\r', '\n'])
        .filter(|id| {
            id.contains('@') && id.len() <= 200 && id.bytes().all(|byte| byte.is_ascii_graphic())
        })
        .map(str::to_owned)
}

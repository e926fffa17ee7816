//! How the checks of a contract do on texts that were known when they were made, and on texts that were not:
//! `tests/contracts/README.md` says what is measured and what the bars are (LC-04 … LC-48). Needs no database.

mod texts;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use avv_portal::contract::Contract;
use avv_portal::contract::check::{
    CheckResult, Proposal, Version, checks, proposals, questions, subject,
};

use texts::{
    Agreement, Fault, HELD_OUT, KNOWN, Wording, Wordings, agreements, alone, folder, read, words,
};

/// How many proposals a person is shown.
const SHOWN: usize = 3;

/// Of how many, and how many of them.
#[derive(Default, Clone, Copy)]
struct Share {
    of: usize,
    are: usize,
}

impl Share {
    fn count(&mut self, is: bool) {
        self.of += 1;
        self.are += usize::from(is);
    }

    fn permille(self) -> usize {
        (self.are * 1000).checked_div(self.of).unwrap_or(1000)
    }

    fn shown(self) -> String {
        let permille = self.permille();
        let (whole, tenth) = (permille / 10, permille % 10);
        format!("{:>4} of {:>4}  {whole:>3}.{tenth} %", self.are, self.of)
    }
}

/// What was measured, and each case that failed.
#[derive(Default)]
struct Measured {
    recall: Share,
    /// Of how many the first proposal is right already.
    first: Share,
    /// For how many subjects that a text does not speak of nothing is proposed.
    silent: Share,
    by_mark: BTreeMap<String, Share>,
    by_text: BTreeMap<String, Share>,
    /// Excerpts that the import left in no passage.
    lost: usize,
    lawful_refused: Share,
    lawful_asked: Share,
    harmful: Share,
    harmful_in_order: usize,
    faults: Share,
    faults_by_kind: BTreeMap<String, Share>,
    /// Questions and decisions in texts that are meant to be sound, by text.
    elsewhere: BTreeMap<String, usize>,
    failed: Vec<String>,
}

impl Measured {
    fn proposals(&mut self, agreement: &Agreement) {
        let name = &agreement.name;
        let proposed = proposals(&agreement.contract, agreement.expected.language);
        for (mark, covers) in &agreement.expected.marks {
            let shown = proposed.get(mark.as_str());
            let shown = || shown.into_iter().flatten().take(SHOWN);
            if covers.passages.is_empty() {
                self.silent.count(shown().next().is_none());
                continue;
            }
            let mut places = Vec::new();
            for excerpt in &covers.passages {
                match agreement.find(excerpt) {
                    Some(at) => places.push(at),
                    None => {
                        self.lost += 1;
                        self.failed.push(format!("{name}: lost: {excerpt}"));
                    }
                }
            }
            let is_right = |one: &Proposal| {
                let mut places = places.iter();
                places.any(|at| agreement.holds(*at, &one.file, one.line))
            };
            let is_found = shown().any(is_right);
            self.recall.count(is_found);
            self.first.count(shown().next().is_some_and(is_right));
            self.by_mark
                .entry(mark.clone())
                .or_default()
                .count(is_found);
            self.by_text
                .entry(name.clone())
                .or_default()
                .count(is_found);
            if !is_found {
                let instead: Vec<&str> = shown().map(|one| one.sentence.as_str()).collect();
                let first = &covers.passages[0];
                let failed = format!("{name}: {mark} not proposed: {first}; instead: {instead:#?}");
                self.failed.push(failed);
            }
        }
    }

    fn faults(&mut self, agreement: &Agreement) {
        let name = &agreement.name;
        let findings = agreement.findings();
        if agreement.faults.is_empty() {
            // What has no place in the words, such as an empty field of the version, is no question.
            self.elsewhere.insert(name.clone(), findings.len());
        }
        for Fault { kind, excerpt } in &agreement.faults {
            let at = agreement.find(excerpt);
            let is_found = at.is_some_and(|at| {
                findings
                    .iter()
                    .any(|(file, line, _)| agreement.within(at, file, *line))
            });
            self.faults.count(is_found);
            self.faults_by_kind
                .entry(kind.clone())
                .or_default()
                .count(is_found);
            if !is_found {
                let failed = format!("{name}: {kind} neither asked nor decided: {excerpt}");
                self.failed.push(failed);
            }
        }
    }

    fn lawful(&mut self, wording: &Wording) {
        let contract = alone(wording);
        let refused = decided(&contract, wording, CheckResult::Violated);
        self.lawful_refused.count(!refused.is_empty());
        let asked = questions(&contract);
        self.lawful_asked.count(!asked.is_empty());
        if !refused.is_empty() {
            let failed = format!("lawful, refused: {}: {refused:#?}", wording.text);
            self.failed.push(failed);
        }
        for question in asked {
            let kind = question.kind.label();
            let failed = format!("lawful, asked ({kind}): {}", wording.text);
            self.failed.push(failed);
        }
    }

    fn harmful(&mut self, wording: &Wording) {
        let contract = alone(wording);
        let refused = decided(&contract, wording, CheckResult::Violated);
        let is_seen = !questions(&contract).is_empty() || !refused.is_empty();
        self.harmful.count(is_seen);
        let kind = wording.kind.as_deref().unwrap_or_default();
        if !is_seen {
            let failed = format!("harmful ({kind}), not asked: {}", wording.text);
            self.failed.push(failed);
        }
        if !decided(&contract, wording, CheckResult::Met).is_empty() {
            self.harmful_in_order += 1;
            let failed = format!("harmful ({kind}), called in order: {}", wording.text);
            self.failed.push(failed);
        }
    }

    fn table(&self) -> String {
        let mut out = String::new();
        let mut put = |name: &str, value: &str| writeln!(out, "{name:<44}{value}").unwrap();
        put("Recall at three", &self.recall.shown());
        for (name, share) in &self.by_text {
            put(&format!("  {name}"), &share.shown());
        }
        for (mark, share) in &self.by_mark {
            put(&format!("  {{.{mark}}}"), &share.shown());
        }
        put("First proposal is right", &self.first.shown());
        put("Not spoken of, nothing proposed", &self.silent.shown());
        put("Excerpts in no passage", &self.lost.to_string());
        put("Lawful wordings refused", &self.lawful_refused.shown());
        put("Lawful wordings asked about", &self.lawful_asked.shown());
        put(
            "Harmful wordings asked about or refused",
            &self.harmful.shown(),
        );
        let in_order = self.harmful_in_order.to_string();
        put("Harmful wordings called in order", &in_order);
        put("Faults found at their place", &self.faults.shown());
        for (kind, share) in &self.faults_by_kind {
            put(&format!("  {kind}"), &share.shown());
        }
        for (name, count) in &self.elsewhere {
            put(&format!("Findings in {name}"), &count.to_string());
        }
        out
    }
}

/// What the checks say with this result of the passage or of its subject.
fn decided(contract: &Contract, wording: &Wording, result: CheckResult) -> Vec<String> {
    let id = subject(&wording.subject).map(|subject| subject.id);
    let file = format!("{}/", wording.language.code());
    checks(&Version::of(contract))
        .into_iter()
        .filter(|finding| finding.outcome == result && Some(finding.id) == id)
        .filter(|finding| {
            finding
                .place
                .as_deref()
                .is_some_and(|place| place.starts_with(&file))
        })
        .map(|finding| format!("{}: {}", finding.id, finding.explanation))
        .collect()
}

fn measure(set: &str) -> Measured {
    let mut measured = Measured::default();
    for agreement in &agreements(set) {
        measured.proposals(agreement);
        measured.faults(agreement);
    }
    for wording in &read::<Wordings>(&folder(set).join("lawful.toml")).wording {
        measured.lawful(wording);
    }
    for wording in &read::<Wordings>(&folder(set).join("harmful.toml")).wording {
        measured.harmful(wording);
    }
    measured
}

/// What has to be reached, in thousandths.
struct Bars {
    recall: usize,
    harmful: usize,
    faults: usize,
}

#[track_caller]
#[expect(
    clippy::print_stdout,
    reason = "what was measured is shown with --nocapture"
)]
fn holds(set: &str, bars: &Bars) {
    let measured = measure(set);
    let table = measured.table();
    println!("{set}\n{table}");
    for failed in &measured.failed {
        println!("{set}: {failed}");
    }
    assert_eq!(measured.lawful_refused.are, 0, "{table}");
    assert_eq!(measured.harmful_in_order, 0, "{table}");
    assert!(measured.recall.permille() >= bars.recall, "{table}");
    assert!(measured.harmful.permille() >= bars.harmful, "{table}");
    assert!(measured.faults.permille() >= bars.faults, "{table}");
}

#[test]
fn lc_04_to_48_on_known_texts() {
    let bars = Bars {
        recall: 990,
        harmful: 920,
        faults: 930,
    };
    holds(KNOWN, &bars);
}

#[test]
fn lc_04_to_48_on_texts_nobody_built_for() {
    let bars = Bars {
        recall: 980,
        harmful: 710,
        faults: 930,
    };
    holds(HELD_OUT, &bars);
}

#[test]
fn lc_corpus_names_each_passage_once() {
    for agreement in [KNOWN, HELD_OUT].iter().flat_map(|set| agreements(set)) {
        let name = &agreement.name;
        let text = words(&agreement.source);
        for (mark, covers) in &agreement.expected.marks {
            assert!(subject(mark).is_some(), "{name}: {mark}");
            let is_covered = covers.covered.unwrap_or(true);
            assert_eq!(is_covered, !covers.passages.is_empty(), "{name}: {mark}");
        }
        let passages = agreement.expected.marks.values();
        let passages = passages.flat_map(|covers| &covers.passages);
        let faults = agreement.faults.iter().map(|fault| &fault.excerpt);
        for excerpt in passages.chain(faults) {
            let times = text.matches(&words(excerpt)).count();
            assert_eq!(times, 1, "{name}: {excerpt}");
        }
    }
}

//! What the test knows: everything that was answered with 2xx, and every incident as it was last seen.

use super::chance::Chance;
use super::checks::is_change;
use crate::world::{Fate, Hit};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the server must not forget.
#[derive(Default)]
pub(super) struct Ledger {
    /// How often each alert was answered.
    pub(super) alerts: BTreeMap<String, u64>,
    /// Alerts that nobody will repeat and that fall silent soon.
    pub(super) lapsing: Vec<String>,
    /// Which incident was acknowledged, and in which life of the server that was answered.
    pub(super) acknowledged: Vec<(String, usize)>,
    /// Notes by incident.
    pub(super) notes: Vec<(String, String)>,
    /// Runs that were approved, by incident.
    pub(super) approved: Vec<(String, u64)>,
    /// Every incident as last seen.
    pub(super) seen: BTreeMap<String, Seen>,
}

/// An incident as the API showed it.
pub(super) struct Seen {
    pub(super) id: String,
    pub(super) version: u64,
    pub(super) incident: Value,
    /// Its row in the list.
    row: Value,
    /// Time, who, what and words of each entry.
    pub(super) timeline: Vec<String>,
}

impl Seen {
    pub(super) fn of(incident: Value, row: Value) -> Self {
        let entries = incident["timeline"].as_array().unwrap();
        let entry = |entry: &Value| {
            ["at", "by", "what", "text"].map(|key| entry[key].as_str().unwrap().to_owned()).join(" | ")
        };
        Self {
            id: incident["id"].as_str().unwrap().to_owned(),
            version: incident["version"].as_u64().unwrap(),
            timeline: entries.iter().map(entry).collect(),
            incident,
            row,
        }
    }

    pub(super) fn list(&self, key: &str) -> &[Value] {
        self.incident[key].as_array().unwrap()
    }
}

impl Ledger {
    pub(super) fn answered(&mut self, key: &str) {
        *self.alerts.entry(key.to_owned()).or_default() += 1;
    }

    /// An alert that may be repeated.
    pub(super) fn some_key(&self, chance: &mut Chance) -> Option<String> {
        let keys: Vec<&str> =
            self.alerts.keys().map(String::as_str).filter(|key| !self.is_lapsing(key)).collect();
        (!keys.is_empty()).then(|| chance.pick(&keys).to_owned())
    }

    fn is_lapsing(&self, key: &str) -> bool {
        self.lapsing.iter().any(|lapsing| lapsing == key)
    }

    /// Whether the incident was seen with exactly this row.
    pub(super) fn has_seen(&self, row: &Value) -> bool {
        self.seen.get(row["id"].as_str().unwrap()).is_some_and(|seen| seen.row == *row)
    }

    /// Every incident is to be looked at once more.
    pub(super) fn forget_rows(&mut self) {
        for seen in self.seen.values_mut() {
            seen.row = Value::Null;
        }
    }

    /// Keeps what is shown now, which must go on from what was shown before.
    pub(super) fn see(&mut self, now: Seen, when: &str) {
        if let Some(before) = self.seen.get(&now.id) {
            assert!(now.version >= before.version, "{when}: {} went back from {}", now.id, before.version);
            let same = now.timeline.get(..before.timeline.len());
            assert_eq!(same, Some(before.timeline.as_slice()), "{when}: the past of {} has changed", now.id);
            next_level_stands(before, &now, when);
        }
        self.seen.insert(now.id.clone(), now);
    }

    /// What the story was made of, for whoever reads the test's output.
    pub(super) fn tally(&self, hits: &[Hit], looks: u32) -> String {
        let repeats = hits.iter().filter(|hit| hit.possible_repeat).count();
        let refused = hits.iter().filter(|hit| hit.fate == Fate::Refused).count();
        let runs: usize = self.seen.values().map(|seen| seen.list("runs").len()).sum();
        format!(
            "{} incidents; {} alerts answered {} times; {} acknowledgements, {} notes and {} approvals answered; \
             {} pages reached the sink, {refused} of them refused, {repeats} marked as possible repeats; {runs} runs, \
             {looks} looks at the disk",
            self.seen.len(),
            self.alerts.len(),
            self.alerts.values().sum::<u64>(),
            self.acknowledged.len(),
            self.notes.len(),
            self.approved.len(),
            hits.len(),
        )
    }

    /// How many runs have begun that look at the disk, and how many that make room on it.
    pub(super) fn begun(&self) -> (usize, usize) {
        let runs = self.seen.values().flat_map(|seen| seen.list("runs"));
        let begun: Vec<&Value> = runs.filter(|run| run["state"] != "proposed").collect();
        let changes = begun.iter().filter(|run| is_change(run)).count();
        (begun.len() - changes, changes)
    }

    /// A story in which nothing happens proves nothing.
    pub(super) fn not_idle(&self, hits: &[Hit]) {
        let states = |list: &str, state: &str| {
            self.seen.values().flat_map(|seen| seen.list(list)).filter(|item| item["state"] == state).count()
        };
        let lost = states("runs", "lost");
        // Both may be woken for later, when the same alert comes back worse; the timeline keeps what was.
        let ever = |words: &str| {
            let said = |seen: &&Seen| seen.timeline.iter().any(|entry| entry.contains(words));
            self.seen.values().filter(said).count()
        };
        let (tickets, unpaged) = (ever("nobody is woken; filed instead"), ever("NOBODY WAS WOKEN"));
        assert!(hits.iter().any(|hit| hit.possible_repeat), "no page was ever repeated");
        assert!(hits.iter().any(|hit| hit.fate == Fate::Refused), "no page was ever refused");
        assert!(!self.acknowledged.is_empty() && !self.notes.is_empty() && !self.approved.is_empty());
        assert!(lost > 0, "no command was ever lost");
        assert!(tickets > 0 && unpaged > 0, "{tickets} tickets, {unpaged} unpaged");
        println!("{lost} runs lost, {tickets} incidents with a ticket, {unpaged} unpaged");
    }
}

/// The escalation's timer is not moved by a restart.
fn next_level_stands(before: &Seen, now: &Seen, when: &str) {
    let place = |seen: &Seen| {
        let escalation = &seen.incident["escalation"];
        (escalation["state"] == "waiting")
            .then(|| ["round", "level", "next_due_at"].map(|key| escalation[key].to_string()))
    };
    let (Some(before), Some(after)) = (place(before), place(now)) else { return };
    if before[..2] == after[..2] {
        assert_eq!(before[2], after[2], "{when}: the next level of {} has moved", now.id);
    }
}

/// The ids of all incidents that hold an alert.
pub(super) fn holders<'a>(ledger: &'a Ledger, key: &str) -> BTreeSet<&'a str> {
    let holds = |seen: &&Seen| seen.list("alerts").iter().any(|alert| alert["key"] == key);
    ledger.seen.values().filter(holds).map(|seen| seen.id.as_str()).collect()
}

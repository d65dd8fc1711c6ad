//! What is most likely at fault: the runbook's suspects, ranked by what was found for and against each. A pure fold over
//! what the incident already holds; it decides nothing and changes nothing.

mod numbers;
mod runs;
mod times;

use crate::event::{Ending, Fact, RunReport};
use crate::state::{Incident, Standing};
use crate::{StepOutcome, expectation, words};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::{SignedDuration, Timestamp};
use playbook::{Runbook, Spoken, Suspect, SuspectKind, Suspects, is_trouble};
use runs::Look;
use serde::{Deserialize, Serialize};

/// A person who says where the trouble is outweighs everything that a program printed.
const SAID_BY_A_PERSON: i32 = 100;
/// A person who looked and found nothing.
const RULED_OUT: i32 = -60;
/// An expectation of the playbook that was not met, in a step that speaks of the suspect alone.
const NOT_AS_EXPECTED: i32 = 40;
/// One that was met.
const AS_EXPECTED: i32 = -20;
/// A deployment shortly before it began: less than two rare words of a suspect in what was printed, for many are innocent.
const DEPLOYED_BEFORE: i32 = 35;
/// A list of deployments with none before it began.
const NOT_DEPLOYED: i32 = -25;
/// A look for something that found nothing at all.
const NOTHING_FOUND: i32 = -10;
/// A look of the suspect's own step that found trouble.
const FOUND_BY_ITS_OWN_LOOK: i32 = 25;
/// What its fix was run for goes on.
const FIXED_IN_VAIN: i32 = -60;
/// The most that what was printed tells, however often it says so.
const PRINTED_MAX: i32 = 50;
/// Each further line that says the same, up to a few.
const AGAIN: i32 = 2;
/// So many further lines count.
const AGAIN_MAX: usize = 5;

/// A deployment within this time before the beginning may be the cause.
const DEPLOYMENT_WINDOW: SignedDuration = SignedDuration::from_mins(60);
/// From this score on, a suspect's way out is proposed.
const PROPOSED_MIN: i32 = 25;
/// So many lines of one output are read, the newest: the rest repeats itself.
const LINES_MAX: usize = 400;
/// So much of a line is quoted.
const QUOTE_CHARS_MAX: usize = 160;

/// What is most likely at fault.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The suspects that anything was found about, the likeliest first.
    pub causes: Vec<RankedCause>,
    /// The step that the likeliest one leads to whose way out was not tried in vain, when enough speaks for it.
    pub proposed_step: Option<u32>,
    /// The commands of that step that wait for a word, by the numbers of their runs. One that other steps have, too, is laid
    /// out once, and may stand at another step.
    #[serde(default)]
    pub proposed_runs: Vec<u32>,
    /// How many looks of the runbook have ended.
    pub looked: u32,
    /// How many have yet to.
    pub looking: u32,
}

/// A suspect, and what was found about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankedCause {
    /// In the document's words.
    pub name: String,
    /// The step that names it.
    pub step: u32,
    /// Which of the step's named causes it is, when it is one.
    pub cause: Option<u32>,
    /// How much speaks for it, less what speaks against it.
    pub score: i32,
    /// The step that says what to do about it, if the document has one.
    pub branch: Option<u32>,
    /// What was found, the weightiest first.
    pub evidence: Vec<Evidence>,
}

/// One thing that speaks for or against a suspect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Above zero: for it.
    pub weight: i32,
    /// In words.
    pub text: String,
    /// Which run found it.
    pub run: Option<u32>,
    /// What was printed.
    pub quote: Option<String>,
}

/// Ranks the suspects of the incident's runbook by what is known at `now`.
#[must_use]
pub fn diagnose(incident: &Incident, now: Timestamp) -> Diagnosis {
    let Some(runbook) = incident.runbook() else { return Diagnosis::default() };
    let mut bench = Bench::new(runbook);
    let looks = runs::looks(incident);
    for look in &looks {
        if let Some(report) = look.report() {
            bench.printed(look, report);
            bench.checked(look, report);
            bench.deployed(look, report, began(incident));
            bench.measured(runbook, look, report);
        }
    }
    bench.alerted(incident);
    bench.said(incident);
    let in_vain = runs::in_vain(incident, now);
    for run in &in_vain {
        bench.mended_nothing(run.number, &runs::steps_of(incident, run));
    }
    let looked = looks.iter().filter(|look| look.report().is_some()).count();
    let looking = looks.iter().filter(|look| look.run.is_under_way()).count();
    let causes = bench.ranked();
    let likely = causes.iter().take_while(|cause| cause.score >= PROPOSED_MIN);
    let proposed_step =
        likely.filter_map(|cause| cause.branch).find(|step| !runs::is_spent(incident, *step, &in_vain));
    let proposed_runs = proposed_step.map_or_else(Vec::new, |step| runs::waiting(incident, step));
    Diagnosis { causes, proposed_step, proposed_runs, looked: number(looked), looking: number(looking) }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// When the failure began, as far as anybody knows.
fn began(incident: &Incident) -> Timestamp {
    let told = incident.alerts.values().filter_map(|alert| alert.alert.started_at);
    told_near(told, incident.opened_at).unwrap_or(incident.opened_at).min(incident.opened_at)
}

/// The first of what sources say of the beginning. A source whose clock is wrong by years is not believed.
pub(crate) fn told_near(told: impl Iterator<Item = Timestamp>, opened_at: Timestamp) -> Option<Timestamp> {
    told.filter(|at| opened_at.duration_since(*at).abs() <= SignedDuration::from_hours(24)).min()
}

/// The suspects with what has been found so far.
struct Bench {
    suspects: Suspects,
    found: Vec<Vec<Evidence>>,
}

impl Bench {
    fn new(runbook: &Runbook) -> Self {
        let suspects = Suspects::of(runbook);
        let found = suspects.list.iter().map(|_| Vec::new()).collect();
        Self { suspects, found }
    }

    fn add(&mut self, suspect: usize, evidence: Evidence) {
        if let Some(found) = self.found.get_mut(suspect) {
            found.push(evidence);
        }
    }

    fn add_where(&mut self, which: impl Fn(&Suspect) -> bool, evidence: &Evidence) {
        for (suspect, found) in self.suspects.list.iter().zip(&mut self.found) {
            if which(suspect) {
                found.push(evidence.clone());
            }
        }
    }

    /// Lines that tell of trouble, in words that a suspect has, too.
    fn printed(&mut self, look: &Look<'_>, report: &RunReport) {
        let run = look.run;
        // What the playbook expects to read is no trouble, however it sounds: `426 Upgrade Required`.
        let facts = facts(look, report);
        if !facts.is_empty() && facts.iter().all(|(_, _, fact)| *fact == Fact::AsExpected) {
            return;
        }
        let lines: Vec<&str> = report.output.lines().rev().take(LINES_MAX).collect();
        let own = self.suspects.list.iter().any(|suspect| is_own(suspect, look));
        let mut best: BTreeMap<usize, (Spoken, &str, usize)> = BTreeMap::new();
        for line in &lines {
            for spoken in self.suspects.spoken_of(line, &run.request.source) {
                // What was looked for in a suspect's own step speaks of no other suspect.
                if own && !self.suspects.list.get(spoken.suspect).is_some_and(|suspect| is_own(suspect, look))
                {
                    continue;
                }
                let seen = best.entry(spoken.suspect).or_insert_with(|| (spoken.clone(), line, 0));
                seen.2 += 1;
                if spoken.weight > seen.0.weight {
                    (seen.0, seen.1) = (spoken, line);
                }
            }
        }
        let mut bad = lines.iter().filter(|line| is_trouble(line)).peekable();
        if let Some(line) = bad.peek().copied() {
            let text = "its own look found trouble".to_string();
            let weight = FOUND_BY_ITS_OWN_LOOK + again(bad.count());
            let evidence = Evidence { weight, text, run: Some(run.number), quote: Some(quote(line)) };
            self.add_where(|suspect| is_own(suspect, look), &evidence);
        }
        for (suspect, (spoken, line, times)) in best {
            let weight = i32::try_from(spoken.weight).unwrap_or(PRINTED_MAX) + again(times);
            let weight = weight.min(PRINTED_MAX);
            let text = match times {
                1 => format!("a line speaks of {}", listed(&spoken.words)),
                times => format!("{times} lines speak of it, one of {}", listed(&spoken.words)),
            };
            self.add(suspect, Evidence { weight, text, run: Some(run.number), quote: Some(quote(line)) });
        }
        let silent = report.output.trim().is_empty() && ended_well(&report.ending);
        if silent {
            let text = "a look for it found nothing".to_string();
            let evidence = Evidence { weight: NOTHING_FOUND, text, run: Some(run.number), quote: None };
            self.add_where(|suspect| look.is_of_any(&suspect.steps), &evidence);
        }
    }

    /// What the playbook expected of a command, in a step that speaks of one suspect.
    fn checked(&mut self, look: &Look<'_>, report: &RunReport) {
        for (step, text, fact) in facts(look, report) {
            let (weight, how) = match fact {
                Fact::AsExpected => (AS_EXPECTED, "as the playbook expects"),
                Fact::NotAsExpected => (NOT_AS_EXPECTED, "not as the playbook expects"),
            };
            let text = format!("{how}: {text}");
            let evidence = Evidence { weight, text, run: Some(look.run.number), quote: None };
            self.add_where(|suspect| suspect.steps.contains(&step), &evidence);
        }
    }

    /// Whether a list of deployments has one shortly before the beginning.
    fn deployed(&mut self, look: &Look<'_>, report: &RunReport, began: Timestamp) {
        let run = look.run;
        if !times::lists_deployments(&run.request.source) || !ended_well(&report.ending) {
            return;
        }
        let Some(newest) = times::newest_before(&report.output, began) else { return };
        let before = began.duration_since(newest);
        let near = before <= DEPLOYMENT_WINDOW;
        let ago = words::duration(before);
        let text = match near {
            true => format!("something was deployed {ago} before it began"),
            false => format!("nothing was deployed for {ago} before it began"),
        };
        for (suspect, found) in self.suspects.list.iter().zip(&mut self.found) {
            if suspect.deployment {
                let speaks_for = near != suspect.denied;
                let weight = if speaks_for { DEPLOYED_BEFORE } else { NOT_DEPLOYED };
                // That nothing was deployed rules one cause out; it does not name another.
                let weight = if speaks_for && suspect.denied { DEPLOYED_BEFORE / 3 } else { weight };
                found.push(Evidence { weight, text: text.clone(), run: Some(run.number), quote: None });
            }
        }
    }

    /// Numbers beside a limit of the document.
    fn measured(&mut self, runbook: &Runbook, look: &Look<'_>, report: &RunReport) {
        for found in numbers::judged(runbook, look, report) {
            let weight = if found.beyond { NOT_AS_EXPECTED } else { AS_EXPECTED };
            let evidence = Evidence {
                weight,
                text: found.text.clone(),
                run: Some(look.run.number),
                quote: found.quote.clone(),
            };
            match found.step {
                Some(step) => self.add_where(|suspect| suspect.steps.contains(&step), &evidence),
                // What nobody is named by belongs to the look that measured it. A look that is a condition's evidence says
                // nothing here: its other commands measure what that condition is not about.
                None => match self.suspects.nearest_to(&found.about) {
                    Some(suspect) => self.add(suspect, evidence),
                    None => self.add_where(
                        |suspect| look.is_of_any(&suspect.steps) && suspect.kind == SuspectKind::Look,
                        &evidence,
                    ),
                },
            }
        }
    }

    /// What the alerts themselves say.
    fn alerted(&mut self, incident: &Incident) {
        for state in incident.alerts.values() {
            let alert = &state.alert;
            let texts = [alert.title.as_str(), alert.description.as_str()];
            let annotations =
                ["summary", "description", "message"].iter().filter_map(|name| alert.labels.get(*name));
            let text: Vec<&str> = texts.into_iter().chain(annotations.map(String::as_str)).collect();
            let text = text.join(" ");
            for spoken in self.suspects.spoken_of(&text, "") {
                let weight = i32::try_from(spoken.weight / 2).unwrap_or(0);
                let said = format!("the alert speaks of {}", listed(&spoken.words));
                self.add(
                    spoken.suspect,
                    Evidence { weight, text: said, run: None, quote: Some(quote(&text)) },
                );
            }
        }
    }

    /// What people said of steps.
    fn said(&mut self, incident: &Incident) {
        for (step, (outcome, by)) in &incident.steps {
            let (weight, what) = match outcome {
                StepOutcome::FoundIt => (SAID_BY_A_PERSON, "found the trouble here"),
                StepOutcome::NotApplicable => (RULED_OUT, "says that it does not apply"),
                StepOutcome::Failed => (RULED_OUT, "tried it, and it did not work"),
                StepOutcome::Done => continue,
            };
            let text = format!("{by} {what}");
            let evidence = Evidence { weight, text, run: None, quote: None };
            self.add_where(|suspect| suspect.steps.contains(step), &evidence);
        }
    }

    /// What was done about a suspect, and did not end the failure.
    fn mended_nothing(&mut self, run: u32, steps: &[u32]) {
        let text = format!("its fix was tried in vain: run {run} ended well, and the trouble goes on");
        let evidence = Evidence { weight: FIXED_IN_VAIN, text, run: Some(run), quote: None };
        self.add_where(|suspect| suspect.branch.is_some_and(|step| steps.contains(&step)), &evidence);
    }

    fn ranked(self) -> Vec<RankedCause> {
        let pairs = self.suspects.list.into_iter().zip(self.found).filter(|(_, found)| !found.is_empty());
        let mut ranked: Vec<(SuspectKind, RankedCause)> = pairs
            .map(|(suspect, mut evidence)| {
                evidence.sort_by_key(|found| core::cmp::Reverse(found.weight.abs()));
                let score = evidence.iter().map(|found| found.weight).sum();
                let Suspect { name, step, cause, branch, kind, .. } = suspect;
                (kind, RankedCause { name, step, cause, score, branch, evidence })
            })
            .collect();
        // Of two that are as likely, the one for which the document has more to say comes first.
        let told = |kind: SuspectKind| match kind {
            SuspectKind::Cause => 0,
            SuspectKind::Condition => 1,
            SuspectKind::Look => 2,
        };
        ranked.sort_by_key(|(kind, cause)| (core::cmp::Reverse(cause.score), told(*kind), cause.step));
        ranked.into_iter().map(|(_, cause)| cause).collect()
    }
}

/// Whether it is a look of the very step that names this condition.
fn is_own(suspect: &Suspect, look: &Look<'_>) -> bool {
    suspect.kind == SuspectKind::Condition && look.is_of(suspect.step)
}

/// What each place of the runbook where a look's command stands expects of its status, and whether that holds.
fn facts<'a>(look: &Look<'a>, report: &RunReport) -> Vec<(u32, &'a str, Fact)> {
    let of_place = |place: &Standing<'a>| {
        let (step, at) = (place.step, place.at);
        let own = step.checks.iter().filter(move |check| check.command == Some(at));
        own.filter_map(move |check| {
            Some((step.number, check.text.as_str(), expectation::status(check, report)?))
        })
    };
    look.places.iter().flat_map(of_place).collect()
}

/// What it tells that so many lines say the same.
fn again(times: usize) -> i32 {
    i32::try_from(times.saturating_sub(1).min(AGAIN_MAX)).unwrap_or(0) * AGAIN
}

fn ended_well(ending: &Ending) -> bool {
    // A `grep` that finds nothing ends with 1.
    matches!(ending, Ending::Exited { code: 0 | 1 } | Ending::Followed)
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("\u{201c}{word}\u{201d}")).collect::<Vec<_>>().join(", ")
}

fn quote(line: &str) -> String {
    words::line(line, QUOTE_CHARS_MAX)
}

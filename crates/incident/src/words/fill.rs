//! Fills a template: first with what its writer gave, then with what the incident knows; the rest stays open.

use crate::event::{Audience, Phase};
use crate::later::later;
use crate::state::{Incident, is_name};
use crate::words::{clock, date, duration};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use jiff::Timestamp;
use playbook::{Choice, Placeholder, Playbook, Template};

/// A filled template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The text; blanks that are still open stand as the template wrote them.
    pub text: String,
    /// The names of the blanks that are still open.
    pub open: Vec<String>,
}

/// When and for whom a template is filled.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// What is said of the incident.
    pub phase: Phase,
    /// The present.
    pub now: Timestamp,
    /// Who reads it. Strangers never read the incident's own title or people's names, unless the writer gives them.
    pub audience: Audience,
    /// What strangers are to call it, when the writer names it anew.
    pub public_title: Option<&'a str>,
}

/// Fills a template for an incident on an occasion. `values` are the writer's own, by the blank's name, or by
/// `name#2` for its second occurrence.
#[must_use]
pub fn fill(
    template: &Template,
    incident: &Incident,
    occasion: Occasion<'_>,
    values: &BTreeMap<String, String>,
) -> Filled {
    let facts = Facts { incident, occasion };
    let mut blanks: Vec<Blank> = template.choices.iter().map(|choice| choice_blank(choice, &facts)).collect();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for placeholder in &template.placeholders {
        let times = seen.entry(&placeholder.name).or_insert(0);
        *times += 1;
        let numbered = format!("{}#{times}", placeholder.name);
        let given = values.get(&numbered).or_else(|| values.get(&placeholder.name)).cloned();
        let value = given.filter(|text| !text.trim().is_empty()).or_else(|| facts.about(placeholder));
        blanks.push(Blank {
            offset: placeholder.offset,
            token: placeholder.token.clone(),
            name: placeholder.name.clone(),
            value,
        });
    }
    blanks.sort_by_key(|blank| blank.offset);
    weave(&template.body, blanks)
}

struct Blank {
    offset: u32,
    token: String,
    name: String,
    value: Option<String>,
}

fn weave(body: &str, blanks: Vec<Blank>) -> Filled {
    let mut filled = Filled { text: String::with_capacity(body.len()), open: Vec::new() };
    let mut done = 0_usize;
    for blank in blanks {
        let start = usize::try_from(blank.offset).unwrap_or(usize::MAX);
        let Some(before) = body.get(done..start) else { continue };
        filled.text.push_str(before);
        match &blank.value {
            Some(value) => filled.text.push_str(value),
            None => {
                filled.text.push_str(&blank.token);
                filled.open.push(blank.name);
            }
        }
        done = start + blank.token.len();
    }
    filled.text.push_str(body.get(done..).unwrap_or_default());
    filled
}

/// What an incident knows of itself.
struct Facts<'a> {
    incident: &'a Incident,
    occasion: Occasion<'a>,
}

impl Facts<'_> {
    fn about(&self, blank: &Placeholder) -> Option<String> {
        let name = blank.name.to_lowercase();
        let label = blank.label.to_lowercase();
        if let Some(choice) = choice_of_phase(&blank.choices, self.occasion.phase) {
            return Some(choice);
        }
        let about = |words: &[&str]| words.iter().any(|word| name.contains(word) || label.contains(word));
        if label.contains("next update") {
            return Some(clock(later(
                self.occasion.now,
                self.incident.plan.update_every(&self.incident.severity()),
            )));
        }
        if name.contains("brief description") || name == "title" || name.contains("incident title") {
            return self.title().map(ToString::to_string);
        }
        if about(&["duration", "total time"]) || name == "x minutes" {
            return Some(duration(self.until().duration_since(self.incident.opened_at)));
        }
        if ["started", "since", "began"].iter().any(|word| label.contains(word))
            || name.contains("start time")
        {
            return Some(clock(self.incident.opened_at));
        }
        if name == "time" || name == "time utc" {
            return Some(clock(self.occasion.now));
        }
        if name == "name" || label.contains("incident lead") {
            let told = self.occasion.audience == Audience::Internal;
            return self.incident.lead().filter(|_| told).map(ToString::to_string);
        }
        if label.contains("severity") || name == "severity" {
            return Some(self.incident.severity().name);
        }
        if name == "date" && label.contains("postmortem") {
            return self.incident.postmortem.stages.last().map(|(_, deadline)| date(*deadline));
        }
        None
    }

    /// The incident's name for whoever reads.
    fn title(&self) -> Option<&str> {
        match self.occasion.audience {
            Audience::Internal => Some(&self.incident.title),
            Audience::Public => {
                let given = self.occasion.public_title.filter(|title| is_name(title));
                given.or_else(|| self.incident.public_title())
            }
        }
    }

    fn until(&self) -> Timestamp {
        self.incident.resolved_at.unwrap_or(self.occasion.now)
    }
}

fn choice_blank(choice: &Choice, facts: &Facts<'_>) -> Blank {
    let severity = facts.incident.severity().name;
    let is_severity = choice.values.iter().all(|value| facts.incident.plan.severity(value).is_some());
    let value =
        if is_severity { Some(severity) } else { choice_of_phase(&choice.values, facts.occasion.phase) };
    let name = if choice.label.is_empty() { choice.token.clone() } else { choice.label.clone() };
    Blank { offset: choice.offset, token: choice.token.clone(), name, value }
}

fn choice_of_phase(values: &[String], phase: Phase) -> Option<String> {
    values.iter().find(|value| value.eq_ignore_ascii_case(phase.name())).cloned()
}

/// The blanks of any of the playbook's templates that still stand in a text.
#[must_use]
pub fn open_placeholders(playbook: &Playbook, text: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    let folded = folded(text);
    let mut see = |token: &str, stands: bool| {
        if stands && !token.is_empty() && !open.iter().any(|name| name == token) {
            open.push(token.to_string());
        }
    };
    for template in &playbook.templates {
        let blanks = template.placeholders.iter().map(|blank| &blank.token);
        blanks.for_each(|token| see(token, folded.contains(&self::folded(token))));
        // A choice has no brackets: in other letters it is an ordinary word of a sentence.
        template.choices.iter().for_each(|choice| see(&choice.token, text.contains(&choice.token)));
    }
    open
}

/// Without case and spaces: `[ Status  message ]` is still the blank `[Status message]`.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

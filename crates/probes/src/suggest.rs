//! Probes that a playbook asks for: where it says with a whole address what a request should get, that can be asked every
//! minute. Pure. What is not wholly understood is left out: a probe that nobody meant would page somebody.

mod curl;

use curl::Request;
use playbook::{Check, CheckKind, Command, Comparison, Effect, Playbook, Runbook, Span, Step};
use std::collections::{BTreeMap, BTreeSet};

/// A playbook asks for no more than this.
const SUGGESTIONS_MAX: usize = 100;

/// A host and path make a name of at most this.
const NAME_CHARS_MAX: usize = 48;

/// A probe that a playbook asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Its name, made of the address.
    pub name: String,
    /// The address.
    pub url: String,
    /// `GET` or `HEAD`.
    pub method: &'static str,
    /// What the status should be, such as `426`.
    pub status: Vec<String>,
    /// How long the command waits, in seconds.
    pub timeout_s: Option<f64>,
    /// Percentiles with their bounds in milliseconds, such as 95 and 2,000.
    pub latency: Vec<(u32, f64)>,
    /// The least share of successes, in percent.
    pub success_min: Option<f64>,
    /// The document, as its path below the playbook's root; empty when there is only one.
    pub document: String,
    /// The line in it of the command, from 1.
    pub line: u32,
    /// Where the command stands in the document's repaired text.
    pub span: Span,
    /// Where in words: the runbook and its step, or the quick diagnostics.
    pub place: String,
    /// Its own words for what is expected.
    pub words: Vec<String>,
}

impl Suggestion {
    /// As it would stand in the settings, without its header.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut lines = vec![
            format!("name = {}", quoted(&self.name)),
            "kind = \"http\"".to_owned(),
            format!("url = {}", quoted(&self.url)),
        ];
        if self.method != "GET" {
            lines.push(format!("method = {}", quoted(self.method)));
        }
        if let Some(seconds) = self.timeout_s {
            lines.push(format!("timeout = \"{seconds} s\""));
        }
        let status = self.status.iter().map(|status| quoted(status)).collect::<Vec<_>>().join(", ");
        let mut expect = vec![format!("status = [{status}]")];
        expect.extend(self.latency.iter().map(|(percentile, ms)| format!("p{percentile}_max = \"{ms} ms\"")));
        expect.extend(self.success_min.map(|percent| format!("success_min = {percent:?}")));
        lines.push(format!("expect = {{ {} }}", expect.join(", ")));
        lines.join("\n")
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Every probe that a playbook asks for, in its order; what asks the same of one address is one probe.
#[must_use]
pub fn suggest(playbook: &Playbook) -> Vec<Suggestion> {
    let mut found: BTreeMap<String, Suggestion> = BTreeMap::new();
    let mut order = Vec::new();
    let mut add = |suggestion: Suggestion| match found.get_mut(&suggestion.url) {
        Some(known) => merge(known, suggestion),
        None => {
            order.push(suggestion.url.clone());
            found.insert(suggestion.url.clone(), suggestion);
        }
    };
    let quick = playbook.quick_diagnostics.iter();
    quick.filter_map(|command| of_command(command, &[], "quick diagnostics".to_owned())).for_each(&mut add);
    for runbook in &playbook.runbooks {
        let path = playbook.document(runbook.document).map_or("", |document| document.path.as_str());
        for step in &runbook.steps {
            for suggestion in of_step(step, runbook) {
                add(Suggestion { document: path.to_owned(), ..suggestion });
            }
        }
    }
    let mut names = BTreeSet::new();
    let mut suggestions: Vec<Suggestion> = order.iter().filter_map(|url| found.remove(url)).collect();
    suggestions.truncate(SUGGESTIONS_MAX);
    for suggestion in &mut suggestions {
        let plain = suggestion.name.clone();
        let mut number = 2;
        while !names.insert(suggestion.name.clone()) {
            suggestion.name = format!("{plain}-{number}");
            number += 1;
        }
    }
    suggestions
}

fn of_step(step: &Step, runbook: &Runbook) -> Vec<Suggestion> {
    let asks = |command: &Command| curl::read(&command.source).is_some();
    // What is said of the whole step is said of its request only when it has no other.
    let is_only = step.commands.iter().filter(|command| asks(command)).count() == 1;
    let suggestions = step.commands.iter().enumerate().filter_map(|(at, command)| {
        let of_this = |check: &&Check| match check.command {
            Some(index) => usize::try_from(index) == Ok(at),
            None => is_only,
        };
        let checks: Vec<&Check> = step.checks.iter().filter(of_this).collect();
        of_command(command, &checks, format!("{}, step {}", runbook.title, step.number))
    });
    suggestions.collect()
}

fn of_command(command: &Command, checks: &[&Check], place: String) -> Option<Suggestion> {
    if command.effect != Effect::ReadsWorld || !command.may_begin_alone() || !command.uses.is_empty() {
        return None;
    }
    let Request { url, method, fails_at_errors, timeout_s } = curl::read(&command.source)?;
    let mut suggestion = Suggestion {
        name: name(&url),
        url,
        method,
        status: Vec::new(),
        timeout_s,
        latency: Vec::new(),
        success_min: None,
        document: String::new(),
        line: command.line,
        span: command.origin.span,
        place,
        words: Vec::new(),
    };
    for check in checks {
        expect(&mut suggestion, check);
    }
    if suggestion.status.is_empty() {
        if !fails_at_errors && suggestion.words.is_empty() {
            return None;
        }
        // curl -f is content with whatever is no error, and how long an error takes is nobody's question.
        suggestion.status = vec!["2xx".to_owned(), "3xx".to_owned()];
    }
    Some(suggestion)
}

fn expect(suggestion: &mut Suggestion, check: &Check) {
    let taken = match &check.kind {
        CheckKind::HttpStatus { status } => {
            suggestion.status.push(status.to_string());
            true
        }
        CheckKind::Threshold { metric, comparison, value, unit, .. } => {
            let metric = metric.to_lowercase();
            let ms = match unit.as_str() {
                "ms" => Some(*value),
                "s" => Some(value * 1_000.0),
                _ => None,
            };
            let percentile = [50, 90, 95, 99].into_iter().find(|p| metric.contains(&format!("p{p}")));
            match (comparison, ms, percentile) {
                (Comparison::Below, Some(ms), Some(percentile)) if ms >= 1.0 => {
                    suggestion.latency.push((percentile, ms));
                    true
                }
                (Comparison::Above, None, _) if unit == "%" && metric.contains("success") => {
                    suggestion.success_min = Some(*value);
                    true
                }
                _ => false,
            }
        }
        CheckKind::Range { .. } | CheckKind::Watch { .. } | CheckKind::Words => false,
    };
    if taken {
        suggestion.words.push(check.text.clone());
    }
}

/// Two that ask of one address: what is said counts more than what curl is content with, and what was said first counts.
fn merge(known: &mut Suggestion, more: Suggestion) {
    if known.words.is_empty() && !more.words.is_empty() {
        *known = more;
        return;
    }
    for bound in more.latency {
        if !known.latency.iter().any(|(percentile, _)| *percentile == bound.0) {
            known.latency.push(bound);
        }
    }
    known.success_min = known.success_min.or(more.success_min);
}

/// Host and path, with whatever a name may not hold made a dash.
fn name(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let fit = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let mut name: String = rest.trim_end_matches('/').chars().map(fit).take(NAME_CHARS_MAX).collect();
    if name.is_empty() {
        name.push_str("address");
    }
    name
}

#[cfg(test)]
mod tests;

//! Service sheets: a section with at least two of the labels dashboard, tools, key metrics, logs and common issues.

use super::claims::{Claims, Role};
use super::measure::quantities;
use super::parts::{Part, parts};
use super::words::Topic;
use super::{commands, rules};
use crate::model::{Command, Limit, Service, ServiceIssue};
use crate::scan::{Block, Document};
use crate::shell::Shell;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The services, in document order.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims, shell: &mut Shell) -> Vec<Service> {
    let free = doc.each().filter(|(index, section)| section.level > 0 && claims.is_free(*index));
    let sheets: BTreeSet<usize> =
        free.map(|(index, _)| index).filter(|index| is_service(doc, *index)).collect();
    let mut services = Vec::new();
    for index in &sheets {
        // A heading that gathers sheets has all their labels below it.
        let gathers = sheets.range(index + 1..doc.subtree(*index).end).next().is_some();
        if let Some(section) = doc.sections.get(*index).filter(|_| !gathers) {
            claims.claim_tree(doc, *index, Role::Service);
            services.push(service(&section.title, section.line, &sheet_parts(doc, *index), shell));
        }
    }
    services
}

fn sheet_parts<'d>(doc: &'d Document<'_>, index: usize) -> Vec<Part<'d>> {
    parts(doc, index).into_iter().filter(|part| is_sheet(part.about.topic)).collect()
}

fn is_service(doc: &Document<'_>, index: usize) -> bool {
    let parts = sheet_parts(doc, index);
    let mut topics = parts.iter().filter_map(|part| part.about.topic);
    let first = topics.next();
    first.is_some() && topics.any(|other| Some(other) != first)
}

fn is_sheet(topic: Option<Topic>) -> bool {
    let sheet = [Topic::Dashboard, Topic::Tools, Topic::Metrics, Topic::Logs, Topic::KnownIssues];
    topic.is_some_and(|topic| sheet.contains(&topic))
}

fn service(name: &str, line: u32, parts: &[Part<'_>], shell: &mut Shell) -> Service {
    let entries = |wanted: Topic| {
        parts.iter().filter(move |part| part.about.topic == Some(wanted)).flat_map(|part| part.entries())
    };
    let logs = parts.iter().filter(|part| part.about.topic == Some(Topic::Logs));
    Service {
        name: name.to_string(),
        dashboard: entries(Topic::Dashboard).map(|(_, text)| text).next(),
        tools: entries(Topic::Tools).flat_map(|(_, text)| names(&text)).collect(),
        key_metrics: entries(Topic::Metrics).map(|(_, text)| text).collect(),
        log_commands: logs.flat_map(|part| log_commands(part, shell)).collect(),
        common_issues: entries(Topic::KnownIssues)
            .map(|(line, text)| ServiceIssue { limits: limits(&text), text, line })
            .collect(),
        line,
        origin: rules::SERVICE.at(line),
    }
}

fn log_commands(part: &Part<'_>, shell: &mut Shell) -> Vec<Command> {
    let mut found = Vec::new();
    for block in &part.blocks {
        if let Block::Fence(fence) = block {
            found.extend(commands::of_fence(fence).into_iter().flat_map(|read| &read.commands).cloned());
        }
    }
    if found.is_empty() {
        let entries = part.entries().into_iter();
        found.extend(entries.filter_map(|(line, text)| commands::of_value(&text, line, shell)));
    }
    found
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect()
}

/// Numbers with a unit, and what they are counted per.
fn limits(text: &str) -> Vec<Limit> {
    quantities(text)
        .into_iter()
        .filter(|quantity| !quantity.unit.is_empty())
        .map(|quantity| {
            let after = text.get(quantity.end..).unwrap_or_default().trim_start();
            let per = after.strip_prefix("per ").or_else(|| after.strip_prefix('/')).unwrap_or_default();
            let per = per.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            Limit { value: quantity.value, unit: quantity.unit, per: per.to_string() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    #[test]
    fn sheets_are_read_from_labels_or_labelled_items() {
        let labels = "## A\n\n**Dashboard**: https://d.test/\n\n**Logs**:\n\n```sh\nls -l\n```\n\n**Common Issues**:\n\n\
                      - Full (128KB per key)\n- Slow (10s limit)\n";
        let items = "## A\n\n- **Dashboard**: https://d.test/\n- **Logs**: `ls -l`\n- **Common Issues**:\n  \
                     - Full (128KB per key)\n  - Slow (10s limit)\n";
        for text in [labels, items] {
            let doc = scan(text);
            let services = read(&doc, &mut Claims::new(&doc), &mut Shell::default());
            assert_eq!(services.len(), 1, "{text}");
            assert_eq!(services[0].dashboard.as_deref(), Some("https://d.test/"));
            assert_eq!(services[0].log_commands.len(), 1);
            let limits: Vec<_> = services[0].common_issues.iter().flat_map(|issue| &issue.limits).collect();
            assert_eq!(
                (limits[0].value, limits[0].unit.as_str(), limits[0].per.as_str()),
                (128.0, "KB", "key")
            );
            assert_eq!((limits[1].value, limits[1].unit.as_str(), limits[1].per.as_str()), (10.0, "s", ""));
        }
    }
}

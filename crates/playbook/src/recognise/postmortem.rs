//! Postmortem rules: who owes one, by which day, in which shape and in which spirit.
//!
//! All of it stands under a heading that announces postmortems. The policy is a list or lines that begin with
//! required, recommended or optional; the timeline is keyed by `Day n`; the template is a Markdown fence.

use super::claims::{Claims, Role};
use super::measure::first_number;
use super::rules;
use super::words::{Topic, severity_names};
use crate::model::{Guideline, Obligation, Postmortem, PostmortemPolicy, PostmortemSection, TimelineStage};
use crate::scan::{Block, Document, Fence, Inline, Item, List, scan};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What the document says about postmortems, if it does.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Option<Postmortem> {
    let tops: Vec<usize> = doc
        .each()
        .filter(|(index, section)| section.level > 0 && claims.announces(*index, Topic::Postmortem))
        .map(|(index, _)| index)
        .collect();
    // The book itself may be about postmortems only; its title does not claim every section.
    let tops: Vec<usize> = tops
        .iter()
        .copied()
        .filter(|index| !doc.sections.get(*index).is_some_and(|s| s.level == 1 && tops.len() > 1))
        .collect();
    let line = doc.sections.get(*tops.first()?)?.line;
    let mut postmortem = Postmortem { line, origin: rules::POSTMORTEM.at(line), ..Postmortem::default() };
    for top in tops {
        for index in doc.subtree(top).filter(|i| claims.is_free(*i)).collect::<Vec<_>>() {
            if let Some(section) = doc.sections.get(index) {
                let about = match claims.announces(index, Topic::Guidelines) {
                    true => About::Guidelines,
                    false => About::Rules,
                };
                section.blocks.iter().for_each(|block| gather(block, about, &mut postmortem));
                claims.claim(index, Role::Postmortem);
            }
        }
    }
    Some(postmortem)
}

/// What the heading above says its lists are about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Rules,
    Guidelines,
}

fn gather(block: &Block, about: About, postmortem: &mut Postmortem) {
    match block {
        Block::Fence(fence) if postmortem.template.is_empty() => template(fence, postmortem),
        Block::List(list) => gather_list(list, about, postmortem),
        Block::Table(table) => {
            for row in &table.rows {
                let mut cells = row.cells.iter();
                let key = cells.next().map(Inline::plain).unwrap_or_default();
                let rest: Vec<_> = cells.map(Inline::text).collect();
                postmortem.timeline.extend(stage(&key, &rest.join(", "), row.line));
            }
        }
        Block::Paragraph(inline) => {
            for line in inline.by_line() {
                keyed(&line.text(), line.line, postmortem);
            }
        }
        Block::Quote(blocks) => blocks.iter().for_each(|inner| gather(inner, about, postmortem)),
        Block::Fence(_) | Block::Rule => {}
    }
}

fn gather_list(list: &List, about: About, postmortem: &mut Postmortem) {
    for item in &list.items {
        let Some(lead) = item.lead() else { continue };
        let claimed = keyed(&lead.text(), item.line, postmortem);
        if claimed == Keyed::No && about == About::Guidelines {
            postmortem.guidelines.push(guideline(item));
        }
    }
}

/// Whether a line was a rule or a stage.
#[derive(PartialEq, Eq)]
enum Keyed {
    Yes,
    No,
}

fn keyed(text: &str, line: u32, postmortem: &mut Postmortem) -> Keyed {
    let Some((key, rest)) = text.split_once(':') else { return Keyed::No };
    let rest = rest.trim().to_string();
    if let Some(stage) = stage(key, &rest, line) {
        postmortem.timeline.push(stage);
        return Keyed::Yes;
    }
    let Some(obligation) = obligation(key) else { return Keyed::No };
    let severities = severity_names(&rest);
    postmortem.policy.push(PostmortemPolicy { obligation, severities, text: rest, line });
    Keyed::Yes
}

fn obligation(key: &str) -> Option<Obligation> {
    let lower = key.trim().to_lowercase();
    let starts = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
    if starts(&["required", "mandatory", "must", "always"]) {
        Some(Obligation::Required)
    } else if starts(&["recommended", "should", "usually", "encouraged"]) {
        Some(Obligation::Recommended)
    } else if starts(&["optional", "may", "not required", "if wanted"]) {
        Some(Obligation::Optional)
    } else {
        None
    }
}

/// `Day 1-2` and what is to be done then.
fn stage(key: &str, action: &str, line: u32) -> Option<TimelineStage> {
    let lower = key.trim().to_lowercase();
    let days = lower.strip_prefix("days").or_else(|| lower.strip_prefix("day"))?;
    let same = days.replace(['–', '—'], "-").replace(" to ", "-");
    let (from, to) = same.split_once('-').unwrap_or((&same, &same));
    let from_day = first_number(from.trim_start_matches(['+', ' ']))?;
    let to_day = first_number(to).unwrap_or(from_day).max(from_day);
    Some(TimelineStage { from_day, to_day, action: action.to_string(), line })
}

fn template(fence: &Fence, postmortem: &mut Postmortem) {
    let text = fence.text();
    let inner = scan(&text);
    let is_markdown = matches!(fence.language.as_str(), "markdown" | "md") || inner.sections.len() >= 3;
    if !is_markdown {
        return;
    }
    let real_line = |line: u32| {
        let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
        fence.lines.get(index).map_or(fence.line, |line| line.line)
    };
    let headings = inner.sections.iter().filter(|section| section.level > 0);
    postmortem.sections = headings
        .map(|s| PostmortemSection { title: s.title.clone(), level: s.level, line: real_line(s.line) })
        .collect();
    postmortem.template.clone_from(&text);
}

fn guideline(item: &Item) -> Guideline {
    let lead = item.lead();
    let bold = lead.and_then(Inline::bold_lead);
    let (title, rest) = match bold {
        Some(label) => (label.name, label.rest),
        None => (lead.map(Inline::text).unwrap_or_default(), String::new()),
    };
    let rest = rest.trim_start_matches([':', '-', '–', '—', ' ']).to_string();
    let mut details: Vec<String> = Some(rest).filter(|rest| !rest.is_empty()).into_iter().collect();
    for block in item.body() {
        match block {
            Block::List(list) => details.extend(list.items.iter().map(Item::text)),
            Block::Paragraph(inline) => details.push(inline.text()),
            Block::Fence(_) | Block::Table(_) | Block::Quote(_) | Block::Rule => {}
        }
    }
    Guideline { title: title.trim_end_matches(':').to_string(), details, line: item.line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_are_found_by_their_shape() {
        let doc = scan(
            "# B\n\n## Postmortem\n\n- **Required**: P0 and P1\n- **Optional**: P3\n\n### Timeline\n\n\
             | Day | What |\n|-|-|\n| Day 0 | Open |\n| Day 1-2 | Fill |\n\n### Template\n\n```markdown\n# T\n\n## Impact\n```\n\n\
             ### Blameless\n\n1. **Ask how**\n   - not who\n",
        );
        let postmortem = read(&doc, &mut Claims::new(&doc)).expect("a postmortem");
        let policy: Vec<_> = postmortem.policy.iter().map(|p| (p.obligation, p.severities.len())).collect();
        assert_eq!(policy, [(Obligation::Required, 2), (Obligation::Optional, 1)]);
        let days: Vec<_> = postmortem.timeline.iter().map(|s| (s.from_day, s.to_day, s.line)).collect();
        assert_eq!(days, [(0, 0, 12), (1, 2, 13)]);
        let sections: Vec<_> =
            postmortem.sections.iter().map(|s| (s.title.as_str(), s.level, s.line)).collect();
        assert_eq!(sections, [("T", 1, 18), ("Impact", 2, 20)]);
        assert_eq!(postmortem.guidelines[0].details, ["not who"]);
        assert_eq!(postmortem.template, "# T\n\n## Impact\n");
    }
}

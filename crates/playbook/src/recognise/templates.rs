//! Message templates: a fence that is no shell and no code, with blanks in brackets, under a heading that speaks of
//! templates, communication or status updates. What follows a line `Example:` shows how it may look and is never sent.

use super::claims::{Claims, Role};
use super::words::{Topic, severity_names};
use super::{commands, rules};
use crate::model::{Choice, Placeholder, Template, TemplateKind};
use crate::scan::{Block, Document, Fence, FenceLine, span};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

/// The templates, in document order.
pub(crate) fn read(doc: &Document<'_>, claims: &mut Claims) -> Vec<Template> {
    let mut templates = Vec::new();
    for (index, section) in doc.each() {
        let announced = || doc.path(index).any(|above| claims.announces(above, Topic::Templates));
        if !claims.is_free(index) || !announced() {
            continue;
        }
        for block in &section.blocks {
            if let Block::Fence(fence) = block
                && let Some(template) = template(doc, fence, &section.title, section.line)
            {
                claims.claim(index, Role::Template);
                templates.push(template);
            }
        }
    }
    templates
}

fn template(doc: &Document<'_>, fence: &Fence, name: &str, line: u32) -> Option<Template> {
    let is_text = fence.is_plain() || matches!(fence.language.as_str(), "md" | "markdown");
    if !is_text || commands::is_shell(fence) {
        return None;
    }
    let cut = fence.lines.iter().position(|line| is_example(&line.text)).unwrap_or(fence.lines.len());
    let (body, rest) = fence.lines.split_at_checked(cut)?;
    let ends = body.iter().rposition(|line| !line.text.trim().is_empty()).map_or(0, |at| at + 1);
    let body = body.get(..ends)?;
    let mut reader = Reader::default_for(doc);
    body.iter().for_each(|line| reader.line(line));
    let example: Vec<&str> = rest.iter().skip(1).map(|line| line.text.as_str()).collect();
    let example = example.join("\n").trim_end().to_string();
    (!reader.placeholders.is_empty()).then(|| Template {
        name: name.to_string(),
        kind: kind(name),
        severities: severity_names(name),
        body: reader.body,
        example: (!example.is_empty()).then_some(example),
        placeholders: reader.placeholders,
        choices: reader.choices,
        line,
        origin: rules::TEMPLATE.at(line),
    })
}

fn is_example(text: &str) -> bool {
    let bare = text.trim().trim_end_matches(':').to_lowercase();
    text.trim().ends_with(':') && ["example", "examples", "for example", "e.g."].contains(&bare.as_str())
}

fn kind(name: &str) -> TemplateKind {
    let lower = name.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if any(&["status page", "public"]) {
        TemplateKind::StatusPage
    } else if any(&["resol", "closed", "all clear", "closing", "recovered"]) {
        TemplateKind::Resolution
    } else if any(&["initial", "first", "declar", "announce", "investigating"]) {
        TemplateKind::Initial
    } else if any(&["progress", "update", "ongoing"]) {
        TemplateKind::Progress
    } else {
        TemplateKind::Other
    }
}

struct Reader<'d, 't> {
    doc: &'d Document<'t>,
    body: String,
    placeholders: Vec<Placeholder>,
    choices: Vec<Choice>,
    /// The label line above, until a blank line ends it.
    heading: String,
    /// What of the line, as it stands in the document, is behind the last blank.
    unread: Range<usize>,
}

impl<'d, 't> Reader<'d, 't> {
    fn default_for(doc: &'d Document<'t>) -> Self {
        Self {
            doc,
            body: String::new(),
            placeholders: Vec::new(),
            choices: Vec::new(),
            heading: String::new(),
            unread: 0..0,
        }
    }

    fn line(&mut self, line: &FenceLine) {
        if !self.body.is_empty() || line.text.is_empty() {
            self.body.push('\n');
        }
        let source = self.doc.text.get(line.start..).unwrap_or_default();
        self.unread = line.start..line.start + source.find('\n').unwrap_or(source.len());
        let base = self.body.len();
        let text = line.text.as_str();
        self.body.push_str(text);
        if text.trim().is_empty() {
            self.heading.clear();
            return;
        }
        let found = blanks(text);
        if found.is_empty() {
            self.choice(text, base);
            if text.trim_end().ends_with(':') {
                self.heading = label(text);
            }
        }
        let mut from = 0;
        for (start, end) in found {
            let own = label(text.get(from..start).unwrap_or_default());
            let label = if own.is_empty() && from == 0 { self.heading.clone() } else { own };
            from = end;
            self.blank(line, (start, end), base, label);
        }
    }

    fn blank(&mut self, line: &FenceLine, (start, end): (usize, usize), base: usize, label: String) {
        let Some(token) = line.text.get(start..end) else { return };
        let name = token.trim_matches(['[', ']', '{', '}', '<', '>']).trim();
        let choices = match name.contains('|') {
            true => name.split('|').map(|value| value.trim().to_string()).collect(),
            false => Vec::new(),
        };
        // A line may lose tabs on the way; then the token is looked for behind the one before it.
        let at = line.start + start;
        let is_there = at >= self.unread.start && self.doc.text.get(at..at + token.len()) == Some(token);
        let found = || self.doc.text.get(self.unread.clone())?.find(token).map(|at| self.unread.start + at);
        let place = if is_there { Some(at) } else { found() };
        let at = place.unwrap_or(line.start);
        let end = (at + token.len()).min(self.doc.text.len());
        self.unread.start = if place.is_some() { end } else { self.unread.end };
        self.placeholders.push(Placeholder {
            name: name.to_string(),
            token: token.to_string(),
            choices,
            label,
            offset: u32::try_from(base + start).unwrap_or(u32::MAX),
            span: span(&(at..end), line.line),
        });
    }

    /// `Label: A / B`, a choice without brackets.
    fn choice(&mut self, text: &str, base: usize) {
        let Some((head, value)) = text.split_once(':') else { return };
        let token = value.trim();
        let values: Vec<String> = token.split('/').map(|value| value.trim().to_string()).collect();
        let plain = |value: &String| {
            let words = value.split_whitespace().count();
            (1..=3).contains(&words)
                && value.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        };
        let dated = values.iter().all(|value| value.chars().all(|c| c.is_ascii_digit()));
        if values.len() >= 2 && values.iter().all(plain) && !dated {
            let offset = base + text.len() - value.trim_start().len();
            self.choices.push(Choice {
                token: token.to_string(),
                values,
                label: label(head),
                offset: u32::try_from(offset).unwrap_or(u32::MAX),
            });
        }
    }
}

/// The words of a label, without bullets, signs and the colon.
fn label(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric() && c != ')').to_string()
}

/// Where the blanks of a line stand: `[words]`, `{{words}}` and `<words>`, but no tick box, link or address.
pub(crate) fn blanks(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut kinds = [("[", "]"), ("{{", "}}"), ("<", ">")].map(|(open, close)| Kind::of(text, open, close));
    while let Some((start, end)) = kinds.iter_mut().filter_map(|kind| kind.next_from(from)).min() {
        let after = text.get(end..).unwrap_or_default();
        let inside = text.get(start..end).unwrap_or_default();
        let words = inside.trim_matches(['[', ']', '{', '}', '<', '>']).trim();
        let names = words.starts_with(char::is_alphanumeric) && !matches!(words, "x" | "X");
        let angle = !inside.starts_with('<') || !words.contains(['/', ':', '=', '@']);
        if names && angle && !after.starts_with('(') {
            found.push((start, end));
        }
        from = end;
    }
    found
}

/// One kind of brackets, and where in a text its next ones stand. Both places only move on, so that a long line is not
/// searched to its end for every blank.
struct Kind<'t> {
    open: Sign<'t>,
    close: Sign<'t>,
}

impl<'t> Kind<'t> {
    fn of(text: &'t str, open: &'static str, close: &'static str) -> Self {
        let sign = |sign| Sign { text, sign, at: Some(0), is_found: false };
        Self { open: sign(open), close: sign(close) }
    }

    /// The next pair that begins at a place or behind it.
    fn next_from(&mut self, from: usize) -> Option<(usize, usize)> {
        let start = self.open.next_from(from)?;
        let end = self.close.next_from(start + self.open.sign.len())?;
        Some((start, end + self.close.sign.len()))
    }
}

/// Where a sign stands next.
struct Sign<'t> {
    text: &'t str,
    sign: &'static str,
    /// `None` when there are no more.
    at: Option<usize>,
    is_found: bool,
}

impl Sign<'_> {
    fn next_from(&mut self, from: usize) -> Option<usize> {
        if !(self.is_found && self.at? >= from) {
            let from = from.max(self.at?);
            self.at = self.text.get(from..).and_then(|rest| rest.find(self.sign)).map(|at| from + at);
            self.is_found = true;
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;

    fn compiled(text: &str) -> Vec<Template> {
        let doc = scan(text);
        let templates = read(&doc, &mut Claims::new(&doc));
        for placeholder in templates.iter().flat_map(|t| &t.placeholders) {
            let (start, end) = (placeholder.span.start as usize, placeholder.span.end as usize);
            assert_eq!(&text[start..end], placeholder.token);
        }
        for template in &templates {
            for placeholder in &template.placeholders {
                assert!(template.body[placeholder.offset as usize..].starts_with(&placeholder.token));
            }
            for choice in &template.choices {
                assert!(template.body[choice.offset as usize..].starts_with(&choice.token));
            }
        }
        templates
    }

    #[test]
    fn blanks_know_their_labels() {
        let text = "## Templates\n\n### Progress Update (P0/P1)\n\n```\n🟡 UPDATE: [What]\n\nStatus: Identified / Fixing\n\
                    Severity: P0/P1\n\nActions:\n- [Action 1]\n\nNext: [Time] or @[name]\n\nExample:\nUPDATE: [not this]\n```\n";
        let templates = compiled(text);
        let template = &templates[0];
        assert_eq!(template.kind, TemplateKind::Progress);
        assert_eq!(template.severities, ["P0", "P1"]);
        let blanks: Vec<_> =
            template.placeholders.iter().map(|p| (p.name.as_str(), p.label.as_str())).collect();
        assert_eq!(blanks, [("What", "UPDATE"), ("Action 1", "Actions"), ("Time", "Next"), ("name", "or")]);
        let choices: Vec<_> = template.choices.iter().map(|c| (c.label.as_str(), c.values.len())).collect();
        assert_eq!(choices, [("Status", 2), ("Severity", 2)]);
        assert_eq!(template.example.as_deref(), Some("UPDATE: [not this]"));
    }

    #[test]
    fn equal_blanks_have_places_of_their_own() {
        // The tab is four blanks in the fence's text and one byte in the document.
        for text in [
            "## Templates\n\n  ```\n\t[n] [n] [n]\n\t[n] and [n]\n  ```\n",
            "## Templates\n\n```\n[n] [n]\n```\n",
        ] {
            let templates = compiled(text);
            let places: Vec<u32> = templates[0].placeholders.iter().map(|blank| blank.span.start).collect();
            assert!(places.windows(2).all(|two| two[0] < two[1]), "{places:?} in {text:?}");
        }
    }

    #[test]
    fn a_blank_may_list_its_values() {
        let templates = compiled("## Status Page Update\n\n```\n[A|B]\n\n[Time] - [Words]\n```\n");
        assert_eq!(templates[0].kind, TemplateKind::StatusPage);
        assert_eq!(templates[0].placeholders[0].choices, ["A", "B"]);
        assert_eq!(templates[0].placeholders.len(), 3);
    }

    #[test]
    fn tick_boxes_and_links_are_no_blanks() {
        assert!(blanks("- [ ] a [x] b [c](d) <https://e.test> []").is_empty());
        assert_eq!(blanks("{{a}} <b c> [d]").len(), 3);
        assert_eq!(blanks("[a {{b}} c] {{d [e] <f"), [(0, 11), (16, 19)]);
        assert_eq!(blanks("{{a [b] {{c [d] }}"), [(0, 18)]);
    }
}

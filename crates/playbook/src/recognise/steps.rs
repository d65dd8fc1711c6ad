//! Steps: an item whose bold lead is the title, and below it commands, instructions, checks and named causes.
//!
//! A fence within an item belongs to its step; an item without one is work for hands. What stands under a bold
//! `a) …` line in a step about causes belongs to that cause.

use super::parts::Part;
use super::rules::{self, Rule};
use super::step_kinds::{self, Purpose};
use super::words::{Topic, announces};
use super::{checks, commands, conditions, inline_commands, tasks};
use crate::model::{Cause, Check, CheckKind, Step, StepKind};
use crate::scan::{Block, Fence, Inline, Item, List, Order};
use crate::shell::Shell;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Steps from list items; what stands between the lists joins the step before it.
pub(crate) fn of_lists(lists: &[&List], parts: &[&Part<'_>], shell: &mut Shell) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for list in lists {
        let rule = match list.order {
            Order::Ordered => &rules::STEP_ORDERED,
            Order::Bullets => &rules::STEP_BULLETS,
        };
        for item in &list.items {
            steps.push(of_item(item, rule, number(steps.len()), shell));
        }
    }
    // A fence that lost its indentation stands between two lists, and still belongs to the step above it.
    let fences = parts.iter().flat_map(|part| &part.blocks).filter_map(|block| match block {
        Block::Fence(fence) => Some(fence),
        Block::Paragraph(_) | Block::List(_) | Block::Table(_) | Block::Quote(_) | Block::Rule => None,
    });
    let mut filled = BTreeSet::new();
    for fence in fences {
        let above = steps.partition_point(|step| step.line < fence.line).checked_sub(1);
        if let Some((at, step)) = above.and_then(|at| Some((at, steps.get_mut(at)?))) {
            add_fence(step, fence);
            filled.insert(at);
        }
    }
    for at in filled {
        steps.get_mut(at).map(close);
    }
    steps
}

/// Steps from numbered sub-headings.
pub(crate) fn of_parts(parts: &[&Part<'_>], shell: &mut Shell) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in parts {
        let lower = part.label.to_lowercase();
        let skip = if lower.starts_with("step ") { 5 } else { 0 };
        let title = part.label.get(skip..).unwrap_or(&part.label);
        let title = title
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .trim_start_matches(['.', ')', ':', ' ', '-']);
        let mut step = empty(title, number(steps.len()), (&rules::STEP_HEADING, part.line));
        let mut filler = Filler::new(&mut step, shell);
        part.blocks.iter().for_each(|block| filler.block(block));
        close(&mut step);
        steps.push(step);
    }
    steps
}

/// Steps from fences, each titled by the paragraph right before it.
pub(crate) fn of_fences(parts: &[&Part<'_>], shell: &mut Shell) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in parts {
        let mut title: Option<&Inline> = None;
        for block in &part.blocks {
            match block {
                // The attributes of a task stand between its description and its fence.
                Block::Paragraph(inline) if title.is_some() && tasks::is_attributes(inline) => {}
                Block::Paragraph(inline) => {
                    // What no fence follows belongs to the step above it.
                    if let Some((words, step)) = title.replace(inline).zip(steps.last_mut()) {
                        offer(step, words, shell);
                    }
                }
                Block::Fence(fence) => {
                    let words = title.map_or_else(|| part.label.clone(), Inline::text);
                    let mut step = empty(&words, number(steps.len()), (&rules::STEP_FENCE, fence.line));
                    title.take().into_iter().for_each(|words| offer(&mut step, words, shell));
                    add_fence(&mut step, fence);
                    close(&mut step);
                    if !step.commands.is_empty() {
                        steps.push(step);
                    }
                }
                Block::List(_) | Block::Table(_) | Block::Quote(_) | Block::Rule => {}
            }
        }
        if let Some((words, step)) = title.zip(steps.last_mut()) {
            offer(step, words, shell);
        }
    }
    steps
}

/// Adds the commands that stand in the sentences of a paragraph.
fn offer(step: &mut Step, words: &Inline, shell: &mut Shell) {
    step.commands.extend(inline_commands::of_lines(&by_line(words), shell));
}

/// The lines of a paragraph; none when there is no code in it, and so no command.
fn by_line(words: &Inline) -> Vec<(u32, String)> {
    if !words.has_code() {
        return Vec::new();
    }
    words.by_line().map(|line| (line.line, line.text())).collect()
}

/// Steps from a sheet whose parts say what they are for: each part by itself, in its own shape.
pub(crate) fn of_sheet(parts: &[(Purpose, &Part<'_>)], shell: &mut Shell) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (purpose, part) in parts {
        for mut step in of_sheet_part(part, shell) {
            step.number = number(steps.len());
            step.kind = step_kinds::suited(*purpose, &step);
            steps.push(step);
        }
    }
    steps
}

fn of_sheet_part(part: &Part<'_>, shell: &mut Shell) -> Vec<Step> {
    let lists = |order: Order| part.lists().filter(|list| list.order == order).collect::<Vec<_>>();
    let ordered = lists(Order::Ordered);
    if !ordered.is_empty() {
        return of_lists(&ordered, &[part], shell);
    }
    if has_commands(part) {
        return of_fences(&[part], shell);
    }
    let bullets = lists(Order::Bullets);
    if !bullets.is_empty() || !part.has_words() {
        return of_lists(&bullets, &[], shell);
    }
    let mut step = empty(&part.label, 0, (&rules::STEP_PROSE, part.line));
    let mut filler = Filler::new(&mut step, shell);
    filler.lines(&part.words());
    close(&mut step);
    alloc::vec![step]
}

/// Whether a fence of the part makes a step for [`of_fences`].
pub(crate) fn has_commands(part: &Part<'_>) -> bool {
    part.blocks.iter().any(|block| match block {
        Block::Fence(fence) => commands::of_fence(fence).is_some_and(|read| !read.commands.is_empty()),
        Block::Paragraph(_) | Block::List(_) | Block::Table(_) | Block::Quote(_) | Block::Rule => false,
    })
}

/// Whether there are commands among blocks, in lists and quotes, too.
pub(crate) fn hold_commands(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| match block {
        Block::Fence(fence) => commands::of_fence(fence).is_some_and(|read| !read.commands.is_empty()),
        Block::List(list) => list.items.iter().any(|item| hold_commands(&item.blocks)),
        Block::Quote(inner) => hold_commands(inner),
        Block::Paragraph(_) | Block::Table(_) | Block::Rule => false,
    })
}

fn number(before: usize) -> u32 {
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

fn of_item(item: &Item, rule: &Rule, number: u32, shell: &mut Shell) -> Step {
    let mut lines = item.lead().into_iter().flat_map(Inline::by_line);
    let first = lines.next();
    let (title, rest) = match first.and_then(|line| line.bold_lead()) {
        Some(lead) => (lead.name, lead.rest),
        None => (first.map(|line| line.text()).unwrap_or_default(), String::new()),
    };
    let mut step = empty(&title, number, (rule, item.line));
    // A title alone may state what to watch or what to reach; its plain words are no check.
    let stated = checks::of_text(&step.title, item.line, "").into_iter();
    step.checks.extend(stated.filter(|check| check.kind != CheckKind::Words));
    let mut filler = Filler::new(&mut step, shell);
    let before = filler.step.checks.len();
    let rest = rest.trim_start_matches([':', '-', '–', '—', ' ']);
    filler.words(rest, item.line);
    lines.for_each(|line| filler.words(&line.text(), line.line));
    item.lead().into_iter().for_each(|lead| filler.offer(&by_line(lead), before));
    item.body().iter().for_each(|block| filler.block(block));
    close(&mut step);
    step
}

fn empty(title: &str, number: u32, (rule, line): (&Rule, u32)) -> Step {
    let title = title.trim().trim_end_matches(':').trim();
    Step {
        number,
        title: title.to_string(),
        kind: StepKind::Look,
        condition: conditions::of_title(title),
        instructions: Vec::new(),
        commands: Vec::new(),
        checks: Vec::new(),
        causes: Vec::new(),
        line,
        origin: rule.at(line),
    }
}

/// Decides what the step is for, once all of it is known.
fn close(step: &mut Step) {
    step.kind = step_kinds::kind(step);
    if step.kind != StepKind::Verify {
        step.checks.retain(|check| !is_asked(check));
    }
}

/// Words such as `Confirm that …`, which are a check only in a step that verifies.
fn is_asked(check: &Check) -> bool {
    check.command.is_none()
        && check.kind == CheckKind::Words
        && checks::of_verification(&check.text, check.line).is_some()
}

/// Puts blocks into a step.
struct Filler<'s> {
    step: &'s mut Step,
    shell: &'s mut Shell,
    /// The instruction before, by its number; it may name the metric that an expectation is about.
    context: Option<usize>,
    items: Items,
    about: About,
}

/// What list items are in a step about causes: causes, until one has begun above them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Items {
    Causes,
    Hints,
}

/// What the step's title speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Causes,
    Work,
}

impl<'s> Filler<'s> {
    fn new(step: &'s mut Step, shell: &'s mut Shell) -> Self {
        let about = if announces(&step.title, Topic::Causes) { About::Causes } else { About::Work };
        Self { step, shell, context: None, items: Items::Causes, about }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(inline) => self.paragraph(inline),
            Block::List(list) => list.items.iter().for_each(|item| self.item(item)),
            Block::Fence(fence) => add_fence(self.step, fence),
            Block::Quote(blocks) => blocks.iter().for_each(|inner| self.block(inner)),
            Block::Table(table) => {
                for row in &table.rows {
                    let cells: Vec<_> = row.cells.iter().map(Inline::text).collect();
                    self.step.instructions.push(cells.join(" | "));
                }
            }
            Block::Rule => {}
        }
    }

    fn paragraph(&mut self, inline: &Inline) {
        let before = self.step.checks.len();
        for line in inline.by_line() {
            match Some(line).filter(|_| self.about == About::Causes).and_then(|line| line.bold_lead()) {
                Some(lead) => {
                    self.cause(&lead.name, line.line);
                    self.items = Items::Hints;
                }
                None => self.words(&line.text(), line.line),
            }
        }
        self.offer(&by_line(inline), before);
    }

    /// Lines that were one paragraph.
    fn lines(&mut self, lines: &[(u32, String)]) {
        let before = self.step.checks.len();
        lines.iter().for_each(|(line, words)| self.words(words, *line));
        self.offer(lines, before);
    }

    /// Adds the commands in these lines. What the lines expect, from the check of that number on, is expected of the
    /// command when they hold one alone.
    fn offer(&mut self, lines: &[(u32, String)], before: usize) {
        let found = inline_commands::of_lines(lines, self.shell);
        if let ([_], Ok(index)) = (found.as_slice(), u32::try_from(self.step.commands.len())) {
            let new = self.step.checks.iter_mut().skip(before);
            new.filter(|check| matches!(check.kind, CheckKind::HttpStatus { .. }))
                .for_each(|check| check.command = check.command.or(Some(index)));
        }
        self.step.commands.extend(found);
    }

    fn item(&mut self, item: &Item) {
        let text = item.text();
        let is_marked = || item.lead().is_some_and(Inline::is_bold) || lettered(&text).is_some();
        if self.about == About::Work || (self.items == Items::Hints && !is_marked()) {
            let before = self.step.checks.len();
            self.words(&text, item.line);
            item.lead().into_iter().for_each(|lead| self.offer(&by_line(lead), before));
            item.body().iter().for_each(|block| self.block(block));
            return;
        }
        self.cause(&text.replace("**", ""), item.line);
        let before = self.step.checks.len();
        item.lead().into_iter().for_each(|lead| self.offer(&by_line(lead), before));
        let siblings = core::mem::replace(&mut self.items, Items::Hints);
        item.body().iter().for_each(|block| self.block(block));
        self.items = siblings;
    }

    fn cause(&mut self, name: &str, line: u32) {
        let count = self.step.causes.len();
        let next = char::from(b'a' + u8::try_from(count % 26).unwrap_or(0)).to_string();
        let (label, name) = lettered(name).unwrap_or((next, name.to_string()));
        let name = name.trim_end_matches(':').to_string();
        self.step.causes.push(Cause { label, name, hints: Vec::new(), line, origin: rules::CAUSE.at(line) });
    }

    fn words(&mut self, text: &str, line: u32) {
        if text.is_empty() {
            return;
        }
        if let Some(cause) = self.step.causes.last_mut() {
            cause.hints.push(text.to_string());
            return;
        }
        let context = self.context.and_then(|at| self.step.instructions.get(at)).map_or("", String::as_str);
        let stated = checks::of_text(text, line, context);
        if stated.is_empty() {
            self.step.checks.extend(checks::of_verification(text, line));
        }
        self.step.checks.extend(stated);
        self.context = Some(self.step.instructions.len());
        self.step.instructions.push(text.to_string());
    }
}

/// Adds the commands of a fence to a step, or its text where it is no shell: that is read by people, not run.
fn add_fence(step: &mut Step, fence: &Fence) {
    let Some(read) = commands::of_fence(fence) else {
        step.instructions.push(fence.text().trim_end().to_string());
        return;
    };
    let before = u32::try_from(step.commands.len()).unwrap_or(u32::MAX);
    step.commands.extend(read.commands.iter().cloned());
    step.checks.extend(read.checks.iter().cloned().map(|mut check| {
        check.command = check.command.map(|index| index.saturating_add(before));
        check
    }));
}

/// `a) name` or `a. name`.
fn lettered(text: &str) -> Option<(String, String)> {
    let bare = text.trim_start_matches('(');
    let mut chars = bare.chars();
    let letter = chars.next().filter(char::is_ascii_alphanumeric)?;
    let rest = chars.as_str().strip_prefix([')', '.'])?;
    rest.starts_with(' ').then(|| (letter.to_string(), rest.trim().to_string()))
}

//! Every rule by which something is taken from a document: its id, what it takes, where it fails, how sure it is.
//!
//! `docs/recognisers.md` holds this list as a table, and a test holds the two together.

use crate::model::{Origin, Span};
use alloc::borrow::Cow;

/// One rule. How sure it is was set by hand: over 90, structure leaves no doubt; under 70, a person should look.
pub(crate) struct Rule {
    pub(crate) id: &'static str,
    pub(crate) confidence: u8,
    /// What it takes, in Markdown, for `docs/recognisers.md`.
    #[cfg(test)]
    takes: &'static str,
    /// Where it is known to fail.
    #[cfg(test)]
    fails: &'static str,
}

impl Rule {
    /// What it took from a line; the bytes of that line are found at the end, for all nodes at once.
    pub(crate) fn at(&self, line: u32) -> Origin {
        self.over(Span { start: 0, end: 0, line })
    }

    /// What it took from a range.
    pub(crate) fn over(&self, span: Span) -> Origin {
        Origin { rule: Cow::Borrowed(self.id), confidence: self.confidence, span, document: 0 }
    }
}

macro_rules! rules {
    ($($name:ident = $id:literal, $confidence:literal, takes $takes:literal, fails $fails:literal;)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id,
            confidence: $confidence,
            #[cfg(test)]
            takes: $takes,
            #[cfg(test)]
            fails: $fails,
        };)*

        /// All rules, by id.
        #[cfg(test)]
        static ALL: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    ANSWERED = "answered", 100,
        takes "what a person answered that it is; docs/questions.md",
        fails "the answer lapses when the text that it was about changes";
    STEP_BULLETS = "bullet-procedure", 60,
        takes "the bullets of a labelled procedure that has neither numbers nor commands",
        fails "bullets that only explain become steps, too";
    CHECK_RANGE = "check-range", 85,
        takes "two numbers after between, such as `between 10 % and 50 %`",
        fails "a range told with a dash alone, such as `10-50 %`, is not read as one";
    CHECK_STATUS = "check-status", 90,
        takes "an HTTP status after a word such as get, return or expect",
        fails "a status told only in words, such as `an OK`, is judged by a person";
    CHECK_THRESHOLD = "check-threshold", 85,
        takes "each number with a unit after a comparison, such as `> 95 %`, and for how long it must hold, such as `over 5 minutes`",
        fails "whether two thresholds of a sentence hold together or either is enough is left to people";
    CHECK_WATCH = "check-watch", 85,
        takes "`watch … for 5 minutes` and the like",
        fails "a time told without a number, such as `for a while`, is not";
    CHECK_WORDS = "check-words", 60,
        takes "a sentence that begins with should, expect, must or a verb of checking",
        fails "a person must judge it";
    CHECKLIST_BOX = "checklist-box", 95,
        takes "a fence drawn as a box with rows `□ n. NAME (a-b min)`",
        fails "a second box of that kind in the document is left as prose";
    CHECKLIST_ITEM = "checklist-item", 85,
        takes "a bullet or a task below a phase",
        fails "several things in one sentence stay one item";
    CHECKLIST_PHASE = "checklist-phase", 85,
        takes "a sub-heading, a bold line or an item above nested items, in a checklist",
        fails "a window is read only from brackets at the end, such as `(0-2 min)`";
    CHECKLIST_TASKS = "checklist-tasks", 80,
        takes "lists of tasks under a heading that announces a checklist",
        fails "a list whose heading says something else stays prose";
    COMMAND = "command-line", 90,
        takes "each logical line of a shell fence, or a value that starts with a known tool",
        fails "an untagged fence that starts with an unknown tool is text";
    CONTACT_LIST = "contact-list", 75,
        takes "items `role: address` below a heading about contacts or escalation, when most of them have an address",
        fails "a name without a handle, an address, a channel or a telephone number is no contact";
    CONTACT_TABLE = "contact-table", 85,
        takes "a table with a column of roles and one that says how to reach them; of teams below such a heading",
        fails "a row without a name and an address is left out";
    DECISION_TREE = "decision-tree", 90,
        takes "a fence of questions with YES and NO branches",
        fails "a tree with more than two branches at a question is not read";
    ESCALATION_LEVELS = "escalation-levels", 80,
        takes "levels as items, rows, headings or labels, such as `Level 2: lead, after 15 minutes`; every one after the first with its delay",
        fails "levels among a runbook's own parts are not for the whole playbook and stay prose";
    ESCALATION_LINE = "escalation-line", 85,
        takes "lines and rows `P0: role → (5 min) → role`; without a severity where every arrow has its delay",
        fails "where it is not said from when a delay counts, a setting decides";
    ESCALATION_UNTIMED = "escalation-untimed", 45,
        takes "nothing: levels, on lines of their own or with arrows, of which one has no clear delay are asked about, and stay prose until then",
        fails "a time in which somebody answers, such as a response time, is no delay";
    STEP_FENCE = "fence-procedure", 70,
        takes "the command fences of a procedure without numbers, each titled by the paragraph before it",
        fails "the paragraph after a fence is not part of its step";
    STEP_HEADING = "headed-step", 85,
        takes "two or more numbered sub-headings, such as `Step 1: Look`",
        fails "one numbered heading alone is no procedure";
    COMMAND_INLINE = "inline-command", 70,
        takes "code in a sentence of a step that calls a known tool, or before which stands a verb of running",
        fails "a tool that is not known, without such a verb, stays prose; only one that the sentence tells to run begins alone";
    TEMPLATE = "message-template", 80,
        takes "a fence with blanks under a heading about templates or communication",
        fails "a template without any blank stays prose";
    CAUSE = "named-cause", 75,
        takes "bold or lettered items in a step about causes",
        fails "causes told in running text stay instructions";
    STEP_ORDERED = "ordered-list-procedure", 90,
        takes "the items of an ordered list of a runbook's procedure",
        fails "several ordered lists are joined to one procedure";
    POSTMORTEM = "postmortem-rules", 80,
        takes "what stands under headings that announce postmortems",
        fails "rules told in whole sentences, without a key and a colon, stay prose";
    STEP_PROSE = "prose-procedure", 50,
        takes "a labelled part of a sheet that is only prose: one step with its lines",
        fails "what belongs to different steps is one";
    QUICK_BOX = "quick-box", 90,
        takes "a fence drawn as a box of UPPER-CASE groups with bullets",
        fails "groups in mixed case are not seen";
    QUICK_LIST = "quick-list", 75,
        takes "lists and tables under a heading that announces a quick reference",
        fails "deeper nesting is flattened";
    RUNBOOK_ALERT = "runbook-alert-sheet", 90,
        takes "a section called by an alert's name, such as `KubePodCrashLooping`, with a labelled procedure",
        fails "an alert whose name is one short word needs symptoms or a meaning below it";
    RUNBOOK_ANNOUNCED = "runbook-announced", 60,
        takes "a section with steps or symptoms below a heading that announces runbooks",
        fails "a how-to among runbooks becomes one, too";
    RUNBOOK_NAMED = "runbook-named", 95,
        takes "a heading `Issue: …`, `Runbook: …` or `Alert: …` with symptoms or steps",
        fails "other words before the colon need symptoms and a procedure below them";
    RUNBOOK_SYMPTOMS = "runbook-symptoms-and-procedure", 90,
        takes "a section with a part about symptoms and a procedure",
        fails "two problems under one pair of labels become one runbook";
    RUNBOOK_NEARLY = "runbook-unannounced", 40,
        takes "nothing: a section with commands in steps that no heading announces is asked about, and stays prose until then",
        fails "a how-to that is for no incident is asked about, too";
    SERVICE = "service-sheet", 75,
        takes "a section with two of: dashboard, tools, metrics, logs, known issues",
        fails "a sheet drawn as one wide table is not read";
    SEVERITY_LIST = "severity-list", 85,
        takes "two or more items, labels or sub-headings that begin with a severity, below a heading about severities",
        fails "below another heading they stay prose; what is told in running text is cut at full stops";
    SEVERITY_TABLE = "severity-table", 95,
        takes "a table of two or more rows whose first cells name severities",
        fails "severities in a later column, and families mixed in one table, are not put in order";
    SYMPTOM = "symptom-entry", 85,
        takes "an entry under a label that announces symptoms",
        fails "a paragraph is one symptom a line, however many it tells";
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const PAGE: &str = include_str!("../../../../docs/recognisers.md");

    #[test]
    fn the_page_lists_every_rule_as_it_is() {
        let rows: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
        let wanted: Vec<_> = ALL
            .iter()
            .map(|rule| format!("| `{}` | {} | {} | {} |", rule.id, rule.confidence, rule.takes, rule.fails))
            .collect();
        assert_eq!(rows, wanted, "docs/recognisers.md differs from the rules:\n{}", wanted.join("\n"));
    }

    #[test]
    fn ids_are_kebab_case_and_in_order() {
        for pair in ALL.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} stands before {}", pair[0].id, pair[1].id);
        }
        for rule in ALL {
            assert!(rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.id);
            assert!(rule.confidence <= 100);
        }
    }
}

//! Documents that nobody writes: each asks for quadratic work or deep nesting from some part of the compiler.
//!
//! One list for the tests, which compile each at a small size, and for `cargo xtask bench`, which times them at 5 MB.
//! The table in docs/performance.md has the names.

/// A document to be made at about `bytes` in size.
pub(crate) struct Hostile {
    /// What it is made of, for a table.
    pub(crate) name: &'static str,
    make: fn(usize) -> Vec<u8>,
}

impl Hostile {
    /// The document.
    pub(crate) fn bytes(&self, bytes: usize) -> Vec<u8> {
        (self.make)(bytes)
    }
}

/// `unit` again and again.
fn again(unit: &str, bytes: usize) -> Vec<u8> {
    unit.repeat(bytes / unit.len().max(1)).into_bytes()
}

/// A head, then `unit` again and again.
fn below(head: &str, unit: &str, bytes: usize) -> Vec<u8> {
    let mut text = head.as_bytes().to_vec();
    text.extend(again(unit, bytes.saturating_sub(text.len())));
    text
}

/// A head, then numbered pieces.
fn numbered(head: &str, piece: impl Fn(usize) -> String, bytes: usize) -> Vec<u8> {
    let mut text = head.to_owned();
    for number in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&piece(number));
    }
    text.into_bytes()
}

/// A list that goes one level deeper with each line, as deep as fits.
fn stairs(bytes: usize) -> Vec<u8> {
    numbered("", |depth| "  ".repeat(depth) + "- a\n", bytes)
}

/// Letters that became three characters each on the way through a wrong code page.
fn mojibake(bytes: usize) -> Vec<u8> {
    again("â€¢ one â†’ two ğŸ”´ “â€\n", bytes)
}

fn utf16(bytes: usize) -> Vec<u8> {
    let text = "# Höhe\n\nwords → more\n".repeat(bytes / 42);
    [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// A linear congruential generator: the same noise in every run.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 42u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

/// Noise in the characters that mean something to Markdown, to the shell or to a recogniser.
fn signs(bytes: usize) -> Vec<u8> {
    let signs = b"#*_`[]()<>|-+.:!\"'$\\{}&~=\n\n\n  P0123ab";
    noise(bytes).into_iter().map(|byte| signs[usize::from(byte) % signs.len()]).collect()
}

/// A table of many columns whose rows are short: each row is filled up.
fn wide_table(bytes: usize) -> Vec<u8> {
    let columns = (bytes / 12).min(200_000);
    let head = format!("|{}\n|{}\n", "a|".repeat(columns), "-|".repeat(columns));
    below(&head, "|b\n", bytes)
}

/// A shell fence of one unit again and again.
fn fence(unit: &str, bytes: usize) -> Vec<u8> {
    let mut text = below("## Quick checks\n\n```sh\n", unit, bytes);
    text.extend_from_slice(b"\n```\n");
    text
}

/// The head of a runbook, up to where its steps begin.
const RUNBOOK: &str = "## Runbooks\n\n### Issue: a\n\n**Symptoms**:\n\n- b\n\n**Runbook**:\n\n";

/// A tree in which every answer leads to one more question.
fn full_tree(bytes: usize) -> Vec<u8> {
    fn grow(text: &mut String, column: usize, depth: usize) {
        let indent = " ".repeat(column);
        text.push_str(&format!("{indent}Errors visible?\n"));
        for answer in ["├── YES", "└── NO"] {
            let end = if depth == 0 { " → P1" } else { "" };
            text.push_str(&format!("{indent}{answer}{end}\n"));
            if depth > 0 {
                grow(text, column + 4, depth - 1);
            }
        }
    }
    let mut text = "## T\n\n```\n".to_owned();
    // A level more is twice as many lines of about eighty bytes.
    let depth = (bytes / 160).max(2).ilog2() as usize - 1;
    grow(&mut text, 0, depth.min(14));
    text.push_str("```\n\n## Severity\n\n|Severity|Examples|\n|-|-|\n");
    below(&text, "|P1|UI glitch|\n", bytes)
}

/// All of them.
pub(crate) const ALL: &[Hostile] = &[
    Hostile { name: "one line of words", make: |n| again("word ", n) },
    Hostile { name: "one word", make: |n| again("a", n) },
    Hostile { name: "blank lines", make: |n| again("\n", n) },
    Hostile { name: "noise", make: noise },
    Hostile { name: "signs", make: signs },
    Hostile { name: "mojibake", make: mojibake },
    Hostile {
        name: "mojibake in one line",
        make: |n| mojibake(n).iter().map(|b| if *b == b'\n' { b' ' } else { *b }).collect(),
    },
    Hostile { name: "bytes dropped from mojibake", make: |n| again("â†’ â ", n) },
    Hostile { name: "UTF-16", make: utf16 },
    Hostile { name: "carriage returns", make: |n| again("a\r", n) },
    Hostile { name: "zeros", make: |n| again("\0", n) },
    Hostile { name: "[", make: |n| again("[", n) },
    Hostile { name: "[a](", make: |n| again("[a](", n) },
    Hostile { name: "![", make: |n| again("![", n) },
    Hostile { name: "[a][b", make: |n| again("[a][b", n) },
    Hostile { name: "[a]: b", make: |n| numbered("", |i| format!("[a{i}]: b\n"), n) },
    Hostile { name: "*a ", make: |n| again("*a ", n) },
    Hostile { name: "*a **b _c", make: |n| again("*a **b _c ", n) },
    Hostile { name: "**", make: |n| again("**", n) },
    Hostile { name: "a**b", make: |n| again("a**b", n) },
    Hostile { name: "~~", make: |n| again("a~~b~", n) },
    Hostile { name: "`", make: |n| again("`", n) },
    Hostile { name: "runs of ` that grow", make: |n| numbered("", |i| "`".repeat(i + 1) + " ", n) },
    Hostile { name: "<", make: |n| again("<", n) },
    Hostile { name: "<a ", make: |n| again("<a b=\"", n) },
    Hostile { name: "<!--", make: |n| again("<!--", n) },
    Hostile { name: "<?", make: |n| again("<?", n) },
    Hostile { name: "<![CDATA[", make: |n| again("a <![CDATA[ ", n) },
    Hostile { name: "&", make: |n| again("&a", n) },
    Hostile { name: "\\", make: |n| again("\\", n) },
    Hostile { name: "|", make: |n| again("|", n) },
    Hostile { name: "| on lines", make: |n| again("|\n|-\n", n) },
    Hostile { name: "tables", make: |n| again("|a|b|\n|-|-|\n|c|d|\n\n", n) },
    Hostile { name: "a wide table", make: wide_table },
    Hostile { name: "a long table", make: |n| below("|a|b|\n|-|-|\n", "|P1|d|\n", n) },
    Hostile {
        name: "a matrix of rows",
        make: |n| below("## Severity\n\n|Severity|Examples|\n|-|-|\n", "|P1|a > 5%, b < 9%|\n", n),
    },
    Hostile { name: "> deep", make: |n| again("> ", n) },
    Hostile {
        name: "> deeper with each line",
        make: |n| numbered("", |depth| ">".repeat(depth % 20_000) + " a\n", n),
    },
    Hostile { name: "- deep", make: |n| again("- ", n) },
    Hostile { name: "- deeper with each line", make: stairs },
    Hostile { name: "1. deep", make: |n| again("1. ", n) },
    Hostile { name: "list items", make: |n| again("- a\n", n) },
    Hostile { name: "task items", make: |n| below("## Checklist\n\n", "- [ ] a if b\n", n) },
    Hostile { name: "headings", make: |n| again("# a\n", n) },
    Hostile {
        name: "headings of one name and its numbers",
        make: |n| numbered("", |i| format!("# a\n# a-{i}\n"), n),
    },
    Hostile {
        name: "headings of all levels",
        make: |n| again("# a\n## b\n### c\n#### d\n##### e\n###### f\n", n),
    },
    Hostile { name: "underlined headings", make: |n| again("a\n=\n", n) },
    Hostile {
        name: "a long title above many",
        make: |n| {
            let head = format!("# {}\n\n## {}\n\n", "runbooks ".repeat(n / 27), "templates ".repeat(n / 30));
            below(&head, "### a\n\nb\n", n)
        },
    },
    Hostile { name: "fences", make: |n| again("```\na\n```\n", n) },
    Hostile { name: "fences that stay open", make: |n| again("```a\n~~~b\n", n) },
    Hostile { name: "shell fences", make: |n| again("```sh\nls\n```\n", n) },
    Hostile { name: "front matter", make: |n| below("---\n", "a: b\n", n) },
    Hostile { name: "P1 ", make: |n| again("P1 ", n) },
    Hostile { name: "P1 in an item", make: |n| below("## Checklist\n\n- [ ] a if ", "P1/SEV-2 ", n) },
    Hostile { name: "(", make: |n| below("## Checklist\n\n- [ ] ", "(", n) },
    Hostile { name: "1-1-", make: |n| below("# a\n\n**Symptoms**\n\n- should get ", "1-1-", n) },
    Hostile {
        name: "9 * 9",
        make: |n| below("# a\n\n**Symptoms**\n\n- b\n\n**Steps**\n\n1. should be ", "9 * ", n),
    },
    Hostile { name: "> 5%", make: |n| below("# a\n\n**Symptoms**\n\n", "- b > 5% \"c\"\n", n) },
    Hostile { name: "quotes in a symptom", make: |n| below("# a\n\n**Symptoms**\n\n- ", "\"b\" ", n) },
    Hostile { name: "arrows", make: |n| below("## Escalation\n\nP0: ", "a -> (5 min) -> ", n) },
    Hostile {
        name: "escalation lines",
        make: |n| numbered("## Escalation\n\n", |i| format!("P{}: a{i} -> (5 min) -> b{i}\n", i % 10), n),
    },
    Hostile {
        name: "roles and contacts",
        make: |n| {
            let mut text = numbered("## Escalation\n\nP0: a", |i| format!(" -> role{i}"), n / 2);
            text.extend(numbered(
                "\n\n## Quick Reference\n\n### Contacts\n\n",
                |i| format!("- x{i}: y\n"),
                n / 2,
            ));
            text
        },
    },
    Hostile {
        name: "runbooks",
        make: |n| again("### Issue: a\n\n**Symptoms**:\n\n- b\n\n**Runbook**:\n\n1. c\n\n", n),
    },
    Hostile { name: "steps", make: |n| below(RUNBOOK, "1. **Check it**\n   - Should get 200\n", n) },
    Hostile { name: "causes", make: |n| below(RUNBOOK, "1. **Common causes**\n   - a) b\n     - c\n", n) },
    Hostile {
        name: "a long title above causes",
        make: |n| {
            let head = format!("{RUNBOOK}1. **{}**\n", "causes ".repeat(n / 14));
            below(&head, "   - b\n", n)
        },
    },
    Hostile {
        name: "fences below one step",
        make: |n| below(&format!("{RUNBOOK}1. **Do**\n\n"), "```sh\nls\n```\n\n", n),
    },
    Hostile {
        name: "steps with fences between",
        make: |n| below(RUNBOOK, "1. **Do**\n\n```sh\nmodal deploy\n```\n\n", n),
    },
    Hostile { name: "labels", make: |n| below("## a\n\n", "**Logs**: b\n", n) },
    Hostile { name: "services", make: |n| again("## a\n\n**Dashboard**: b\n\n**Logs**: `tail -f x`\n\n", n) },
    Hostile {
        name: "a box of continued rows",
        make: |n| below("## a\n\n```\n□ 1. B (0-2 min)\n• c\n", "if d\n", n),
    },
    Hostile {
        name: "a tree of questions",
        make: |n| numbered("## a\n\n```\n", |i| format!("{}Q?\n├── YES\n", " ".repeat(i % 97)), n),
    },
    Hostile {
        name: "a tree, all answers no",
        make: |n| {
            below("## a\n\n```\nQ?\n├── YES → P0\n└── NO\n", "    Q?\n    ├── YES → P0\n    └── NO\n", n)
        },
    },
    Hostile { name: "a matrix below a full tree", make: full_tree },
    Hostile {
        name: "a matrix below a tree",
        make: |n| {
            let head = "## T\n\n```\nQ?\n├── YES → P0\n└── NO\n    Errors visible?\n    ├── YES → P1\n    └── NO → P2\n```\n\n## Severity\n\n|Severity|Examples|\n|-|-|\n";
            below(head, "|P2|UI glitch|\n", n)
        },
    },
    Hostile {
        name: "a card",
        make: |n| below("## Quick Reference\n\n### LOGS\n\n", "- a: wrangler tail\n", n),
    },
    Hostile {
        name: "a card of shell",
        make: |n| {
            numbered("## Quick Reference\n\n### LOGS\n\n", |i| format!("- a: kubectl \"$(b {i})\"\n"), n)
        },
    },
    Hostile { name: "templates", make: |n| again("## Status update\n\n```\nWhat: [a] [b|c]\n```\n\n", n) },
    Hostile {
        name: "blanks of one template",
        make: |n| below("## Status update\n\n```\n", "[a] {{b}} <c> ", n),
    },
    Hostile {
        name: "blanks in one line of a template",
        make: |n| below("## Templates\n\n```\n", "[name] is [x] ", n),
    },
    Hostile {
        name: "blanks in one line of a template, behind a tab",
        make: |n| below("## Templates\n\n  ```\n\t", "[name] is [x] ", n),
    },
    Hostile { name: "[ in a template", make: |n| below("## Status update\n\n```\n[a]\n", "[", n) },
    Hostile {
        name: "blanks and tabs",
        make: |n| below("## Status update\n\n- a\n\n\t```\n", "\t[a]\t{{\n", n),
    },
    Hostile {
        name: "postmortem rules",
        make: |n| below("## Postmortem\n\n", "- Required: P0\n- Day 1-2: a\n", n),
    },
    Hostile {
        name: "contents",
        make: |n| {
            let mut text = numbered("## Contents\n\n", |i| format!("- [a](#a-{i}x)\n"), n / 2);
            text.extend(numbered("\n", |i| format!("## b{i}\n"), n / 2));
            text
        },
    },
    Hostile { name: "commands", make: |n| fence("kubectl get pods\n", n) },
    Hostile {
        name: "commands, each another",
        make: |n| numbered("## Quick checks\n\n```sh\n", |i| format!("kubectl get pod p{i}\n"), n),
    },
    Hostile {
        name: "commands for the grammar",
        make: |n| numbered("## Quick checks\n\n```sh\n", |i| format!("echo \"$(date +{i})\"\n"), n),
    },
    Hostile { name: "commands that read and change", make: |n| again("```sh\nls\nmodal deploy\n```\n", n) },
    Hostile { name: "one command", make: |n| fence("ls a ", n) },
    Hostile { name: "$( in shell", make: |n| fence("$(", n) },
    Hostile { name: "$( on lines", make: |n| fence("a $(\n", n) },
    Hostile { name: "a| on lines", make: |n| fence("a|\n", n) },
    Hostile { name: "long lines of a|", make: |n| fence(&("a|".repeat(4_000) + "\n"), n) },
    Hostile { name: "a=( on lines", make: |n| fence("a=(\n", n) },
    Hostile { name: ") on lines", make: |n| fence(&(")".repeat(500) + "\n"), n) },
    Hostile { name: "if on lines", make: |n| fence("if a\n", n) },
    Hostile { name: "' on lines", make: |n| fence("a 'b\" c\n", n) },
    Hostile { name: "<<E on lines", make: |n| fence("cat <<E\n", n) },
    Hostile { name: "\\ on lines", make: |n| fence("a \\\n", n) },
    Hostile { name: "{ on lines", make: |n| fence("{\n\"a\": {\n", n) },
    Hostile { name: "prompts", make: |n| fence("$ ls\nout\n", n) },
    Hostile { name: "comments", make: |n| fence("# Should get 200\n", n) },
    Hostile { name: "comments above commands", make: |n| fence("# if a\n# set b.c\nls\n", n) },
    Hostile { name: "holes", make: |n| fence("ls <a> {{b}} [cd] XXX YOUR_E ", n) },
    Hostile {
        name: "holes, each another",
        make: |n| numbered("## Quick checks\n\n```sh\nls", |i| format!(" <a{i}>"), n),
    },
    Hostile { name: "options", make: |n| fence("wrangler tail --filter a --filter b\n", n) },
    Hostile { name: "developers' addresses", make: |n| again("a.ngrok.io ", n) },
    Hostile { name: "lost stars", make: |n| again("9 _ 9 _ 9\n", n) },
    Hostile { name: "a line of numbers", make: |n| again("12 3.4 5,678 ", n) },
    Hostile {
        name: "numbers in a step",
        make: |n| below(&format!("{RUNBOOK}1. should be "), "123 4 567 = ", n),
    },
    Hostile {
        name: "numbers with units in a symptom",
        make: |n| below("# a\n\n**Symptoms**\n\n- b ", "95 % 2 s 10-minute ", n),
    },
    Hostile {
        name: "numbers in a service's issues",
        make: |n| below("## a\n\n**Dashboard**: b\n\n**Common Issues**:\n\n- ", "128KB per 5 MB/s ", n),
    },
    Hostile { name: "links", make: |n| numbered("", |i| format!("[a{i}](b{i}.md) "), n) },
    Hostile { name: "links to anchors", make: |n| numbered("# a\n\n", |i| format!("- [a](#b{i})\n"), n) },
    Hostile {
        name: "links through definitions",
        make: |n| {
            let mut text = numbered("", |i| format!("[a{i}] "), n / 2);
            text.extend(numbered("\n\n", |i| format!("[a{i}]: b{i}.md\n"), n / 2));
            text
        },
    },
    Hostile { name: "a title of brackets", make: |n| below("# ", "[deprecated (moved ", n) },
    Hostile { name: "one fence of text", make: |n| below("```\n", "a b c\n", n) },
    Hostile { name: "one fence in one line", make: |n| below("```sh\n", "a b=$C <d> ", n) },
    Hostile { name: "<table><tr><td> deep", make: |n| again("<table><tr><td>", n) },
    Hostile { name: "a table of HTML", make: |n| below("<table>\n", "<tr><td>P1</td><td>b</td></tr>\n", n) },
    Hostile {
        name: "cells of HTML that reach over others",
        make: |n| below("<table>\n", "<tr><td colspan=\"1000\" rowspan=\"1000\">a</td></tr>\n", n),
    },
    Hostile { name: "<ul><li> deep", make: |n| again("<ul><li>", n) },
    Hostile { name: "<b> that stays open", make: |n| again("<b>a ", n) },
    Hostile { name: "</td> of nothing", make: |n| again("</td></b>", n) },
    Hostile {
        name: "commands in sentences",
        make: |n| below(RUNBOOK, "1. Run `kubectl get pods`, then `ls`\n", n),
    },
    Hostile {
        name: "commands in one sentence",
        make: |n| below(&format!("{RUNBOOK}1. Run "), "`kubectl get pods` or ", n),
    },
    Hostile { name: "back quotes in one step", make: |n| below(&format!("{RUNBOOK}1. Run "), "`a b", n) },
    Hostile { name: "constants", make: |n| numbered("", |i| format!("PAUSE_{i}_MS = {i}\n"), n) },
    Hostile { name: "_ in one line", make: |n| again("A_B_ ", n) },
    Hostile {
        name: "numbers to call",
        make: |n| numbered("", |i| format!("Line {i}: +1 555 010 {i:07}\n"), n),
    },
    Hostile {
        name: "every ",
        make: |n| {
            let mut text = below("## Status update\n\n```\nNext Update: [a]\n```\n\n", "every ", n / 2);
            text.extend(again("every x\n", n / 2));
            text
        },
    },
];

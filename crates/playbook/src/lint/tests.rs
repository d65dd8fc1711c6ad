//! Each rule on a small document, and all of them on the playbook that the project was begun with.

use crate::{Diagnostic, DiagnosticSeverity, compile};

/// The lines on which a code is found.
fn lines(text: &str, code: &str) -> Vec<u32> {
    of(&compile(text.as_bytes()).diagnostics, code).iter().map(|found| found.line).collect()
}

fn of<'a>(all: &'a [Diagnostic], code: &str) -> Vec<&'a Diagnostic> {
    all.iter().filter(|found| found.code == code).collect()
}

/// A playbook of one runbook whose steps are given.
fn runbook(steps: &str) -> String {
    format!(
        "# Book\n\n## Runbooks\n\n### Issue: API down\n\n**Symptoms**:\n\n- nothing answers\n\n**Runbook**:\n\n{steps}"
    )
}

/// A step with a fence; its first command stands on line 16.
fn step(commands: &str) -> String {
    let body: String = commands.lines().map(|line| format!("   {line}\n")).collect();
    runbook(&format!(
        "1. **Look**\n\n   ```bash\n{body}   ```\n\n2. **Verify recovery**\n   - Watch for 5 minutes\n"
    ))
}

#[test]
fn a_clean_runbook_is_clean() {
    let text = step("curl -sS --fail --max-time 5 https://api.example.test/health");
    let found: Vec<String> = compile(text.as_bytes())
        .diagnostics
        .into_iter()
        .filter(|found| !found.message.starts_with("section missing"))
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn e020_an_option_that_does_not_exist() {
    assert_eq!(
        lines(&step("wrangler tail --filter x\nwrangler tail --status error --format json"), "E020"),
        [16]
    );
    assert_eq!(lines(&step("npx convex logs --prod --function f"), "E020"), [16]);
    let found = compile(step("wrangler tail --env production --filter x | head").as_bytes()).diagnostics;
    let found = of(&found, "E020")[0];
    assert_eq!((found.span.end - found.span.start) as usize, "--filter".len());
    assert!(found.hint.as_ref().is_some_and(|hint| hint.contains("--status")));
}

#[test]
fn e021_a_call_without_what_it_needs() {
    assert_eq!(lines(&step("modal deploy\nmodal deploy app.py\nkubectl logs -l app=x"), "E021"), [16]);
}

#[test]
fn w022_development_instead_of_production() {
    assert_eq!(lines(&step("npx convex logs --prod\nnpx convex logs | grep x"), "W022"), [17]);
}

#[test]
fn w023_a_restart_that_ends() {
    assert_eq!(lines(&step("# Restart the app\nmodal app stop x"), "W023"), [17]);
    assert_eq!(lines(&step("# End the app for good\nmodal app stop x"), "W023"), [0; 0]);
}

#[test]
fn w024_a_blank_to_fill() {
    assert_eq!(lines(&step("git show <commit>\ngit show HEAD"), "W024"), [16]);
}

#[test]
fn w025_a_change_without_a_way_back() {
    assert_eq!(lines(&step("wrangler deploy --env production"), "W025"), [16]);
    assert_eq!(lines(&step("wrangler rollback --env production"), "W025"), [0; 0]);
}

#[test]
fn w026_reading_and_changing_in_one_fence() {
    assert_eq!(lines(&step("modal app list\nmodal deploy app.py"), "W026"), [17]);
    assert_eq!(lines(&step("modal app list\nmodal app history x"), "W026"), [0; 0]);
}

#[test]
fn w027_commands_that_repeat() {
    assert_eq!(lines(&step("modal app list\nmodal  app list"), "W027"), [17]);
    assert_eq!(lines(&step("modal app list\nmodal app history x"), "W027"), [0; 0]);
}

#[test]
fn w028_a_probe_that_never_fails() {
    let probes = "curl -I https://a.example.test\ncurl -fsSI https://a.example.test\n\
                  curl -o /dev/null -w '%{http_code}' https://a.example.test\ncurl https://a.example.test";
    assert_eq!(lines(&step(probes), "W028"), [16]);
}

#[test]
fn w029_a_developers_address() {
    assert_eq!(
        lines("# B\n\nAsk https://someone--app-dev.modal.run now.\nhttps://app.example.test\n", "W029"),
        [3]
    );
}

#[test]
fn w030_and_w031_a_formatters_damage() {
    let text = "# B\n\nIt is 9 _ 60 _ 1000 ms, `5 _ 5`.\n\n```bash\necho 1 _ 2\n```\n\nName: \\_\\_\\_\n";
    assert_eq!(lines(text, "W030"), [3]);
    assert_eq!(lines(text, "W031"), [9]);
}

const TREE: &str = "\n### Decision Tree\n\n```\nIs everything down?\n├── YES → P0\n└── NO\n    │\n    \
                    Are there visible errors?\n    ├── YES → P1\n    └── NO → P2\n```\n";

fn matrix(p1: &str, p2: &str) -> String {
    format!(
        "# B\n\n## Severity\n\n| Severity | Impact | Examples | Response |\n| --- | --- | --- | --- |\n\
         | **P0** | Outage | all of it gone | Immediate |\n| **P1** | Major | {p1} | < 1 hour |\n\
         | **P2** | Minor | {p2} | < 4 hours |\n{TREE}"
    )
}

#[test]
fn e040_matrix_and_tree_disagree() {
    assert_eq!(lines(&matrix("login broken", "UI glitch, typo"), "E040"), [9]);
    assert_eq!(lines(&matrix("login broken", "typo, rare case"), "E040"), [0; 0]);
}

#[test]
fn w041_rates_without_a_severity() {
    assert_eq!(lines(&matrix("requests failing > 50%", "errors < 10%"), "W041"), [9]);
    assert_eq!(lines(&matrix("requests failing >= 10%", "errors < 10%"), "W041"), [0; 0]);
    assert_eq!(lines(&matrix("failing > 50%, failing 10-50%", "errors < 10%"), "W041"), [0; 0]);
}

#[test]
fn w042_a_runbook_without_a_verification() {
    assert_eq!(lines(&runbook("1. **Look**\n   - at it\n2. **If broken**:\n   - mend it\n"), "W042"), [5]);
}

#[test]
fn w050_and_w053_contents() {
    let text =
        "# B\n\n## Table of Contents\n\n1. [One](#one)\n2. [Two](#too)\n\n## One\n\nx\n\n## Two\n\ny\n";
    assert_eq!(lines(text, "W050"), [12]);
    assert_eq!(lines(text, "W053"), [6]);
}

#[test]
fn w051_fences_without_a_language() {
    assert_eq!(lines("# B\n\n```\nx\n```\n\n```text\ny\n```\n", "W051"), [3]);
}

#[test]
fn w052_a_search_through_the_end_of_a_log() {
    assert_eq!(lines(&step("modal app logs x | grep y\nmodal app logs x --since 1h | grep y"), "W052"), [16]);
}

#[test]
fn the_first_playbook_has_the_findings_that_were_found_by_hand() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/seeds/000_114f38fe85231b49.txt");
    let Ok(bytes) = std::fs::read(path) else { return };
    println!("reads {path}");
    let found = compile(&bytes).diagnostics;
    let at = |code| of(&found, code).iter().map(|found| found.line).collect::<Vec<_>>();
    assert_eq!(at("E020"), [138, 183, 279, 321, 438, 441, 500]);
    assert_eq!(at("E021"), [797]);
    assert_eq!(at("W022"), [76, 327, 395, 497, 500, 792]);
    assert_eq!(at("W023"), [256]);
    assert_eq!(at("W024"), [797]);
    assert_eq!(at("W025"), [256]);
    assert_eq!(at("W026"), [256, 355]);
    assert_eq!(at("W028"), [64, 355, 359]);
    assert_eq!(at("W029"), [356]);
    assert_eq!(at("W030"), [284]);
    assert_eq!(at("W031"), [700]);
    assert_eq!(at("E040"), [93]);
    assert_eq!(at("W041"), [92]);
    assert_eq!(at("W042"), [169, 214, 266, 299, 337, 378]);
    assert_eq!(at("W043"), [51]);
    assert_eq!(at("W044"), [114, 114]);
    assert_eq!(at("W045"), [548]);
    assert_eq!(at("W050"), [776]);
    assert_eq!(at("W051"), [24]);
    assert_eq!(at("W052"), [232, 294]);
    assert!(of(&found, "E040")[0].message.contains("UI glitch"));
    assert!(of(&found, "W041")[0].message.contains("from 10 to 50 %"));
}

#[test]
fn spans_lie_on_their_lines() {
    let text = step("wrangler tail --filter x\nmodal deploy\ncurl -I https://a.example.test");
    for found in compile(text.as_bytes())
        .diagnostics
        .iter()
        .filter(|found| found.severity > DiagnosticSeverity::Warning)
    {
        let before = &text[..found.span.start as usize];
        assert_eq!(before.matches('\n').count() + 1, found.line as usize, "{found:?}");
        assert!(!text[found.span.start as usize..found.span.end as usize].contains('\n'));
    }
}

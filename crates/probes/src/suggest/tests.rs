//! What playbooks ask for, the shipped one among them.

use super::*;
use crate::ProbeSetting;

#[test]
fn the_shipped_playbook_asks_for_its_health_and_its_upgrade() {
    let suggestions = suggest(&playbook::compile(include_bytes!("../../../../playbooks/tabbi.md")));
    let short =
        |suggestion: &Suggestion| (suggestion.url.clone(), suggestion.method, suggestion.status.join(" "));
    let all: Vec<_> = suggestions.iter().map(short).collect();
    let wanted = |url: &str, status: &str| {
        assert!(all.iter().any(|(u, _, s)| u == url && s == status), "{url} {status} is not in {all:#?}");
    };
    wanted("https://api.tabbi.dev/health", "200");
    wanted("https://api.tabbi.dev/sessions/test/ws", "426");
    wanted("https://cheery-anaconda-510.convex.site/api/health", "200");
    let upgrade = suggestions.iter().find(|suggestion| suggestion.url.ends_with("/ws")).unwrap();
    assert_eq!((upgrade.method, upgrade.timeout_s), ("HEAD", Some(10.0)));
    assert!(upgrade.words[0].contains("426"), "{:?}", upgrade.words);
    let line = include_str!("../../../../playbooks/tabbi.md").lines().nth(upgrade.line as usize - 1).unwrap();
    assert!(line.contains("/sessions/test/ws"), "{line}");
    let text = playbook::repaired(include_bytes!("../../../../playbooks/tabbi.md"));
    let spanned = &text[upgrade.span.start as usize..upgrade.span.end as usize];
    assert!(spanned.contains("/sessions/test/ws"), "{spanned}");
}

#[test]
fn every_suggestion_is_a_probe_that_can_be_run() {
    for suggestion in suggest(&playbook::compile(include_bytes!("../../../../playbooks/tabbi.md"))) {
        let setting: ProbeSetting = toml::from_str(&suggestion.toml()).unwrap();
        let probe = setting.probe().unwrap();
        assert_eq!(probe.name, suggestion.name);
    }
}

#[test]
fn a_text_stays_within_its_string() {
    assert_eq!(quoted("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000A\"");
}

const HARBOUR: &str = r#"# Harbour playbook

## Common issues

### Issue: Slow harbour

**Symptoms**:

- The harbour is slow

**Runbook**:

1. **Ask for its health**

   ```bash
   # Should return 200
   curl -sS --max-time 5 https://harbour.example.test/health
   ```

   - P95 < 2 s

2. **Ask for two at once**

   ```bash
   curl -fsS https://harbour.example.test/health
   ```

   ```bash
   curl -fsS "https://harbour.example.test/health?deep=1"
   ```

   - P95 < 500 ms

3. **What is no question**

   ```bash
   curl -fsS -X POST https://harbour.example.test/restart
   ```

   ```bash
   curl -fsS https://harbour.example.test/boats/<boat>
   ```
"#;

#[test]
fn what_asks_of_one_address_is_one_probe_and_names_are_unique() {
    let suggestions = suggest(&playbook::compile(HARBOUR.as_bytes()));
    let short = |one: &Suggestion| (one.name.clone(), one.url.clone(), one.status.join(" "));
    let all: Vec<_> = suggestions.iter().map(short).collect();
    let (health, plain) = ("https://harbour.example.test/health", "harbour.example.test-health");
    // What the document says of it counts more than what curl is content with.
    let first = (plain.to_owned(), health.to_owned(), "200".to_owned());
    let second = (format!("{plain}-2"), format!("{health}?deep=1"), "2xx 3xx".to_owned());
    assert_eq!(all, [first, second]);
}

#[test]
fn bounds_of_a_step_are_of_its_only_request() {
    let suggestions = suggest(&playbook::compile(HARBOUR.as_bytes()));
    let latency: Vec<_> = suggestions.iter().map(|one| one.latency.clone()).collect();
    assert_eq!(latency, [vec![(95, 2_000.0)], Vec::new()], "the second step has two requests");
}

#[test]
fn what_changes_something_or_has_a_blank_is_never_asked() {
    let suggestions = suggest(&playbook::compile(HARBOUR.as_bytes()));
    let asked = |word: &str| suggestions.iter().any(|one| one.url.contains(word));
    assert!(asked("health") && !asked("restart") && !asked("boats"), "{suggestions:#?}");
}

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
    wanted("https://cheery-anaconda-510.convex.site/api/health", "2xx 3xx");
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

//! Any text as a page: only tags that we write, each closed in its turn, and addresses that lead nowhere strange.
#![no_main]

use libfuzzer_sys::fuzz_target;
use playbook::html::to_html;

/// Every element that a page may have.
const KNOWN: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

fuzz_target!(|text: &str| {
    let html = to_html(text);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.as_str();
    while let Some((words, tail)) = rest.split_once('<') {
        assert!(!words.contains('>'), "a stray mark: {words:?}");
        let (tag, after) = tail.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed out of turn in {html:?}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(KNOWN.contains(&name), "an element of its own: {tag:?}");
        check(attributes);
        if !matches!(name, "br" | "hr") {
            open.push(name);
        }
    }
    assert!(open.is_empty() && !rest.contains('>'), "left open: {open:?} in {html:?}");
});

/// `name="value"` again and again, of names that do nothing by themselves.
fn check(attributes: &str) {
    let mut rest = attributes.trim_start();
    while !rest.is_empty() {
        let (name, tail) = rest.split_once("=\"").expect("an attribute has a value in quotes");
        let (value, after) = tail.split_once('"').expect("a value ends");
        assert!(matches!(name, "id" | "href" | "rel" | "class" | "start" | "tabindex"), "{name:?}");
        let lower = value.to_ascii_lowercase();
        let leads = ["http://", "https://", "mailto:", "#"].iter().any(|scheme| lower.starts_with(scheme));
        assert!(name != "href" || leads, "it leads to {value:?}");
        rest = after.trim_start();
    }
}

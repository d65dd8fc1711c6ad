//! Rules `markup` and `sql`: HTML lives in templates, SQL in `store`, neither in string literals elsewhere.
//!
//! Heuristics: they look for beginnings nobody writes by accident, in code that is not for tests.

use super::{Finding, SourceFile};

/// Beginnings of markup that a page would hold.
const MARKUP: &[&str] = &["<div", "<p>", "<span", "<table", "<section", "<button", "<form"];
/// Words that make a statement, all of them in one literal.
const SQL: &[&[&str]] = &[
    &["SELECT ", " FROM "],
    &["INSERT INTO "],
    &["UPDATE ", " SET "],
    &["DELETE FROM "],
    &["CREATE TABLE "],
    &["PRAGMA "],
];

/// Finds markup and SQL in string literals.
pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    // The rules themselves must name what they look for.
    if file.path.starts_with("xtask/") {
        return Vec::new();
    }
    let before_tests = file.rust.strings.iter().filter(|literal| literal.line < file.tests_begin());
    let mut findings = Vec::new();
    for literal in before_tests {
        let mut broken = |rule: &'static str, what: &str| {
            if !file.allows(literal.line, rule) {
                findings.push(Finding::new(&file.path, literal.line, rule, what));
            }
        };
        if !may_hold_markup(&file.path) && MARKUP.iter().any(|tag| literal.text.contains(tag)) {
            broken("markup", "markup in a string: move it into a template beside its view");
        }
        if !file.path.starts_with("crates/store/") && is_sql(&literal.text) {
            broken("sql", "SQL outside store: ask for it through the Journal port");
        }
    }
    findings
}

/// The renderer of a playbook turns Markdown into HTML, so it is the one that writes tags.
fn may_hold_markup(path: &str) -> bool {
    path.starts_with("crates/playbook/src/html")
}

fn is_sql(text: &str) -> bool {
    SQL.iter().any(|words| words.iter().all(|word| text.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn markup_is_for_templates() {
        assert_eq!(rules("crates/web/src/a.rs", "f(\"<div class=x>\");"), ["markup"]);
        assert_eq!(rules("crates/web/src/a.rs", "f(a<b, \"<primary>\"); // <div"), [""; 0]);
        assert_eq!(rules("crates/playbook/src/html/list.rs", "f(\"<p>\");"), [""; 0]);
    }

    #[test]
    fn sql_is_for_store() {
        let text = "f(\"SELECT a FROM b\"); g(\"UPDATE a SET b = 1\");";
        assert_eq!(rules("crates/web/src/a.rs", text), ["sql", "sql"]);
        assert_eq!(rules("crates/store/src/a.rs", text), [""; 0]);
        assert_eq!(rules("crates/web/src/a.rs", "f(\"SELECT\", \"choose FROM the list\");"), [""; 0]);
    }

    #[test]
    fn tests_and_reasoned_exceptions_are_free() {
        assert_eq!(rules("crates/web/src/a.rs", "#[cfg(test)]\nmod tests {\nf(\"<div>\");\n}"), [""; 0]);
        let text = "// tidy: allow(sql): a command of a playbook, only recognised\nf(\"DELETE FROM x\");";
        assert_eq!(rules("crates/playbook/src/a.rs", text), [""; 0]);
    }
}

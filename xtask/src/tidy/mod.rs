//! The rules that no compiler and no lint holds. Each rule is a file: what it looks at, what it says, and its tests.
//!
//! A single place may step out of a rule about words with a comment on its line or the line before,
//! `tidy: allow(RULE): reason`. Sizes, names, laws and licences know no exception.

mod dead_files;
mod dependencies;
mod imports;
mod licences;
mod literals;
mod names;
mod openings;
mod size;
mod tree;
mod words;

use std::fmt;

use crate::metadata::Metadata;

pub(crate) use tree::{SourceFile, Tree};

/// One broken rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    rule: &'static str,
    what: String,
}

impl Finding {
    fn new(path: &str, line: usize, rule: &'static str, what: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, rule, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.what)
    }
}

/// The rules about files, in the order of their paths.
pub(crate) fn files(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        findings.extend(names::check(&file.path));
        findings.extend(words::check(file));
        if file.is_rust() {
            findings.extend(size::check(file));
            findings.extend(openings::check(file));
            findings.extend(literals::check(file));
        }
    }
    findings.extend(openings::check_lints(tree, metadata));
    findings.extend(dead_files::check(tree, metadata));
    findings.sort();
    findings
}

/// The rules about what depends on what.
pub(crate) fn laws(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = imports::check(tree, metadata);
    findings.extend(dependencies::check(&metadata.packages));
    findings.extend(licences::check(&metadata.packages));
    findings.sort();
    findings
}

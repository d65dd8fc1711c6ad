//! `cargo xtask tidy`: prints every broken rule as `path:line: rule: what to do`.

use crate::failure::Failure;
use crate::machine;
use crate::metadata;
use crate::step::step;
use crate::tidy::{self, Finding};

/// Checks files and laws, and prints the findings of both before it fails.
pub(crate) fn run() -> Result<(), Failure> {
    let files = step("tidy", files);
    let laws = step("import laws", laws);
    match (files, laws) {
        (Err(Failure::Findings(a)), Err(Failure::Findings(b))) => Err(Failure::Findings(a + b)),
        (files, laws) => files.and(laws),
    }
}

/// The rules about files.
pub(crate) fn files() -> Result<(), Failure> {
    let tree = tidy::Tree::read(&machine::root())?;
    report(&tidy::files(&tree, &metadata::load()?))
}

/// The rules about what may depend on what.
pub(crate) fn laws() -> Result<(), Failure> {
    let tree = tidy::Tree::read(&machine::root())?;
    report(&tidy::laws(&tree, &metadata::load()?))
}

fn report(findings: &[Finding]) -> Result<(), Failure> {
    for finding in findings {
        println!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(Failure::Findings(findings.len())) }
}

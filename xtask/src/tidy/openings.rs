//! Rules `opening`, `no-std` and `lints`: every module says what it is, the pure rooms stay pure, no crate opts out.

use super::{Finding, SourceFile, Tree};
use crate::metadata::Metadata;

/// Rooms in which the compiler itself refuses clocks, files and `HashMap`.
const NO_STD_ROOMS: &[&str] = &["incident", "ingest"];

/// Finds a Rust file that does not begin with `//!`, and a pure room that has `std`.
pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let first = file.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if !first.starts_with("//!") {
        let what = "begin with `//!`: what lives here, and what must not";
        findings.push(Finding::new(&file.path, 1, "opening", what));
    }
    let pure = NO_STD_ROOMS.iter().any(|room| file.path == format!("crates/{room}/src/lib.rs"));
    if pure && !file.rust.code.lines().any(|line| line.trim() == "#![no_std]") {
        let what = "a pure room has `#![no_std]`, without a condition: alloc is enough";
        findings.push(Finding::new(&file.path, 1, "no-std", what));
    }
    findings
}

/// Finds crates that do not take the workspace's lints.
pub(super) fn check_lints(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let manifests = metadata.rooms.iter().map(|room| room.manifest.as_str());
    let open = manifests.filter(|path| tree.get(path).is_none_or(|file| !takes_workspace_lints(&file.text)));
    open.map(|path| Finding::new(path, 1, "lints", "add `[lints]` with `workspace = true`")).collect()
}

fn takes_workspace_lints(manifest: &str) -> bool {
    let mut table = "";
    manifest.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            table = line;
        }
        (table == "[lints]" && line.replace(' ', "") == "workspace=true")
            || line.replace(' ', "") == "lints.workspace=true"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Room;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn a_module_opens_with_what_it_is() {
        assert_eq!(rules("a.rs", "//! Alerts.\n"), [""; 0]);
        assert_eq!(rules("a.rs", "use std::fmt;\n//! Alerts.\n"), ["opening"]);
        assert_eq!(rules("a.rs", ""), ["opening"]);
    }

    #[test]
    fn a_pure_room_says_no_std_in_code() {
        assert_eq!(rules("crates/incident/src/lib.rs", "//! x\n#![no_std]\n"), [""; 0]);
        assert_eq!(rules("crates/ingest/src/lib.rs", "//! x\n// #![no_std]\n"), ["no-std"]);
        assert_eq!(rules("crates/web/src/lib.rs", "//! x\n"), [""; 0]);
    }

    #[test]
    fn every_crate_takes_the_lints_of_the_workspace() {
        let manifest = |text: &str| {
            let tree = Tree { files: vec![SourceFile::new("crates/a/Cargo.toml", text)] };
            let room = Room { manifest: "crates/a/Cargo.toml".into(), ..Room::default() };
            check_lints(&tree, &Metadata { rooms: vec![room], ..Metadata::default() }).len()
        };
        assert_eq!(manifest("[package]\nname = \"a\"\n[lints]\nworkspace = true\n"), 0);
        assert_eq!(manifest("[dependencies]\nworkspace = true\n"), 1);
        assert_eq!(manifest("[lints.rust]\nworkspace = true\n"), 1);
    }
}

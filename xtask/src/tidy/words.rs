//! Rules `unfinished` and `machine-path`: nothing half done, nothing that exists on one machine only.

use super::{Finding, SourceFile};

/// Macros that have no place in a commit.
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];
/// Paths of somebody's machine. Written in parts, so that this file does not break its own rule.
const MACHINE_PATHS: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Finds words that must not be committed.
pub(super) fn check(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for word in UNFINISHED {
        let lines = file.rust.lines_with(word);
        findings.extend(lines.into_iter().map(|line| {
            Finding::new(&file.path, line, "unfinished", format!("`{word}`: finish it, or leave it out"))
        }));
    }
    for (at, text) in file.text.lines().enumerate() {
        for path in MACHINE_PATHS.iter().filter(|path| text.contains(*path)) {
            if !file.allows(at + 1, "machine-path") {
                let what =
                    format!("`{path}` exists on one machine only: use a path from the workspace's root");
                findings.push(Finding::new(&file.path, at + 1, "machine-path", what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<(usize, &'static str)> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| (finding.line, finding.rule)).collect()
    }

    #[test]
    fn unfinished_code_is_found_in_code_only() {
        let text = "//! dbg!(x)\nfn f() { todo!(\"x\") }\nlet s = \"unimplemented!\";\n";
        assert_eq!(rules("a.rs", text), [(2, "unfinished")]);
        assert_eq!(rules("a.md", "todo!()"), []);
    }

    #[test]
    fn paths_of_one_machine_are_found_in_any_text() {
        let path = format!("see {}x\n", MACHINE_PATHS[0]);
        assert_eq!(rules("a.md", &path), [(1, "machine-path")]);
        assert_eq!(rules("a.rs", &format!("// {path}")), [(1, "machine-path")]);
        assert_eq!(rules("a.md", "at work/ and at the root/ of it\n"), []);
    }
}

//! Rule `dead-file`: a Rust file that no target reaches is not compiled, so nothing about it is known to be true.

use std::collections::BTreeSet;

use super::{Finding, SourceFile, Tree};
use crate::metadata::Metadata;

/// Finds Rust files that cargo never compiles.
pub(super) fn check(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let mut open: Vec<(String, Place)> = metadata
        .rooms
        .iter()
        .flat_map(|room| &room.entries)
        .cloned()
        .chain(apart(tree))
        .map(|path| (path, Place::Root))
        .collect();
    let mut reached = BTreeSet::new();
    while let Some((path, place)) = open.pop() {
        let Some(file) = tree.get(&path) else { continue };
        if reached.insert(path) {
            open.extend(children(file, place, tree));
        }
    }
    let dead = tree.files.iter().filter(|file| file.is_rust() && !reached.contains(&file.path));
    dead.map(|file| {
        Finding::new(&file.path, 1, "dead-file", "no target reaches it: add its `mod`, or delete it")
    })
    .collect()
}

/// The fuzz targets are a workspace of their own, which `cargo metadata` does not list.
const APART: &str = "fuzz";

/// The targets that the manifest of that workspace names.
fn apart(tree: &Tree) -> impl Iterator<Item = String> {
    let manifest = tree.get(&format!("{APART}/Cargo.toml"));
    let paths = manifest.into_iter().flat_map(|manifest| manifest.text.lines());
    let paths = paths.filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix('"'));
    paths.map(|path| format!("{APART}/{path}"))
}

/// Where a file looks for its modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Beside itself: a target's first file, a `mod.rs`, a file named by `#[path]`.
    Root,
    /// In the folder named like itself.
    Leaf,
}

fn children(file: &SourceFile, place: Place, tree: &Tree) -> Vec<(String, Place)> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let base = match place {
        Place::Root => folder.to_owned(),
        Place::Leaf => format!("{folder}/{}", name.trim_end_matches(".rs")),
    };
    let mut found = Vec::new();
    for declared in declarations(file) {
        match declared {
            Declared::Module(path) => {
                let leaf = format!("{base}/{path}.rs");
                let root = format!("{base}/{path}/mod.rs");
                found.push(if tree.get(&leaf).is_some() { (leaf, Place::Leaf) } else { (root, Place::Root) });
            }
            Declared::File(path) => found.push((normal(&format!("{folder}/{path}")), Place::Root)),
        }
    }
    found
}

/// What a file says belongs to it.
#[derive(Debug, PartialEq, Eq)]
enum Declared {
    /// `mod a;`, with the inline modules round it: `a` or `outer/a`.
    Module(String),
    /// `#[path = "…"]` or `include!("…")`, from the file's own folder.
    File(String),
}

fn declarations(file: &SourceFile) -> Vec<Declared> {
    let mut found = named_files(file);
    let code = file.rust.code.replace('{', " { ").replace('}', " } ").replace(';', " ; ");
    let words: Vec<&str> = code.split_whitespace().collect();
    // One entry for each open brace: the inline module it opened, or nothing.
    let mut open: Vec<Option<&str>> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match *word {
            "{" => open.push((at >= 2 && words[at - 2] == "mod").then(|| words[at - 1])),
            "}" => {
                open.pop();
            }
            ";" if at >= 2 && words[at - 2] == "mod" => {
                let round = open.iter().flatten().copied();
                let path: Vec<&str> = round.chain([words[at - 1]]).collect();
                found.push(Declared::Module(path.join("/").replace("r#", "")));
            }
            _ => {}
        }
    }
    found
}

fn named_files(file: &SourceFile) -> Vec<Declared> {
    let lines: Vec<&str> = file.rust.code.lines().collect();
    let names_file = |line: usize| {
        let code = lines.get(line - 1).map_or("", |line| line.trim());
        code.starts_with("#[path") || code.contains("include!(")
    };
    let literals =
        file.rust.strings.iter().filter(|literal| names_file(literal.line) && literal.text.ends_with(".rs"));
    literals.map(|literal| Declared::File(literal.text.clone())).collect()
}

/// Takes `..` out of a path.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Room;

    fn dead(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Tree { files: files.iter().map(|(path, text)| SourceFile::new(path, *text)).collect() };
        let room =
            Room { entries: vec!["c/src/lib.rs".into(), "c/tests/it/main.rs".into()], ..Room::default() };
        let metadata = Metadata { rooms: vec![room], ..Metadata::default() };
        check(&tree, &metadata).into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn modules_are_followed_into_files_and_folders() {
        let files = [
            ("c/src/lib.rs", "pub mod a;\nmod b;\n"),
            ("c/src/a.rs", "mod inner;"),
            ("c/src/a/inner.rs", ""),
            ("c/src/b/mod.rs", "pub(crate) mod deep;"),
            ("c/src/b/deep.rs", ""),
            ("c/src/forgotten.rs", ""),
            ("c/tests/it/main.rs", "mod one;"),
            ("c/tests/it/one.rs", ""),
            ("c/tests/it/two.rs", ""),
        ];
        assert_eq!(dead(&files), ["c/src/forgotten.rs", "c/tests/it/two.rs"]);
    }

    #[test]
    fn inline_modules_paths_and_includes_are_followed() {
        let files = [
            (
                "c/src/lib.rs",
                "mod outer { fn f() { } mod a; }\n#[path = \"../odd/place.rs\"]\nmod place;\ninclude!(\"table.rs\");",
            ),
            ("c/src/outer/a.rs", ""),
            ("c/odd/place.rs", "mod beside;"),
            ("c/odd/beside.rs", ""),
            ("c/src/table.rs", ""),
        ];
        assert_eq!(dead(&files), [""; 0]);
    }

    #[test]
    fn a_workspace_apart_is_known_by_its_manifest() {
        let files = [
            ("fuzz/Cargo.toml", "[[bin]]\nname = \"a\"\npath = \"fuzz_targets/a.rs\"\n"),
            ("fuzz/fuzz_targets/a.rs", "#[path = \"../../c/tests/it/shared.rs\"]\nmod shared;"),
            ("fuzz/fuzz_targets/b.rs", ""),
            ("c/tests/it/shared.rs", ""),
        ];
        assert_eq!(dead(&files), ["fuzz/fuzz_targets/b.rs"]);
    }

    #[test]
    fn a_comment_declares_nothing() {
        assert_eq!(dead(&[("c/src/lib.rs", "// mod a;\n"), ("c/src/a.rs", "")]), ["c/src/a.rs"]);
    }
}

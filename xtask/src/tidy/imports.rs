//! Rule `import`: which room may know which, read from the manifests, and for the rooms whose purity the manifest
//! cannot show, from their source.

use super::{Finding, Tree};
use crate::metadata::{Metadata, Room};

/// What one room may import.
struct Law {
    room: &'static str,
    /// Which of our own rooms it may know.
    rooms: Rooms,
    /// Crates of others it must never import; a trailing `*` stands for any ending.
    never: &'static [&'static str],
    /// Words that must not stand in its code outside tests.
    words: &'static [&'static str],
}

enum Rooms {
    Only(&'static [&'static str]),
    Not(&'static [&'static str]),
}

const IO: &[&str] = &[
    "tokio*", "futures*", "axum", "hyper*", "reqwest", "rusqlite", "*sqlx*", "postgres", "lettre", "rand",
    "time", "chrono", "rustix", "libc",
];
const SQL: &[&str] = &["rusqlite", "sqlx*", "postgres", "tokio-postgres", "libsqlite3-sys"];

/// The table in ARCHITECTURE.md, for machines.
const LAWS: &[Law] = &[
    Law {
        room: "playbook",
        rooms: Rooms::Only(&[]),
        never: IO,
        // Not `no_std`, because its parsers are not: what `std` would offer is refused here.
        words: &[
            "std::fs",
            "std::time",
            "std::process",
            "std::env",
            "std::net",
            "std::thread",
            "tokio",
            "HashMap",
            "HashSet",
        ],
    },
    Law { room: "incident", rooms: Rooms::Only(&["playbook"]), never: IO, words: &[] },
    Law { room: "ingest", rooms: Rooms::Only(&["incident"]), never: IO, words: &[] },
    Law {
        room: "engine",
        rooms: Rooms::Only(&["incident", "playbook"]),
        never: &["rusqlite", "sqlx*", "postgres", "tokio-postgres", "axum", "hyper*", "reqwest", "lettre"],
        words: &["std::process", "std::env", "tokio::process", "tokio::net"],
    },
    Law {
        room: "store",
        rooms: Rooms::Not(&["web", "channels", "runner", "probes", "playbook", "range", "ingest"]),
        never: &["axum", "reqwest", "lettre"],
        words: &["std::process"],
    },
    Law {
        room: "channels",
        rooms: Rooms::Not(&["store", "web", "runner", "probes", "range", "ingest"]),
        never: SQL,
        words: &["std::process"],
    },
    Law {
        room: "runner",
        rooms: Rooms::Not(&["store", "web", "channels", "probes", "range", "ingest"]),
        never: SQL,
        words: &[],
    },
    Law {
        room: "probes",
        rooms: Rooms::Only(&["engine", "incident", "playbook"]),
        never: &["rusqlite", "sqlx*", "postgres", "tokio-postgres", "axum", "lettre"],
        words: &["std::process", "tokio::process"],
    },
    Law {
        room: "web",
        rooms: Rooms::Not(&["store", "channels", "runner", "probes", "range"]),
        never: SQL,
        words: &["std::process"],
    },
    Law {
        room: "sim",
        rooms: Rooms::Only(&["engine", "incident", "playbook"]),
        never: &[
            "rusqlite",
            "sqlx*",
            "postgres",
            "tokio-postgres",
            "axum",
            "hyper*",
            "reqwest",
            "lettre",
            "rand",
        ],
        words: &["std::process::Command", "tokio::net", "SystemTime", "Timestamp::now"],
    },
    Law { room: "range", rooms: Rooms::Only(&[]), never: &[], words: &[] },
];

/// The pure half of a room that also does I/O: in this folder these words must not stand.
const PURE_HALVES: &[(&str, &[&str])] = &[(
    "crates/probes/src/judge/",
    &["std::fs", "std::time", "std::net", "std::thread", "std::env", "tokio", "async", "await"],
)];

/// Crates that no other crate of ours imports.
const NOBODY_IMPORTS: &[&str] = &["evenkeel", "sim", "xtask"];

/// Finds imports that the law forbids.
pub(super) fn check(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let ours: Vec<&str> = metadata.rooms.iter().map(|room| room.name.as_str()).collect();
    let mut findings = Vec::new();
    for room in &metadata.rooms {
        for import in &room.imports {
            if let Some(why) = forbidden(room, import, &ours) {
                let line = line_of(tree, &room.manifest, import);
                findings.push(Finding::new(&room.manifest, line, "import", why));
            }
        }
    }
    for law in LAWS {
        findings.extend(check_words(tree, law.room, &format!("crates/{}/src/", law.room), law.words));
    }
    for (folder, words) in PURE_HALVES {
        findings.extend(check_words(tree, folder, folder, words));
    }
    findings
}

fn forbidden(room: &Room, import: &str, ours: &[&str]) -> Option<String> {
    let is_ours = ours.contains(&import);
    if is_ours && NOBODY_IMPORTS.contains(&import) {
        return Some(format!("nobody imports `{import}`: move what you need into a room"));
    }
    let law = LAWS.iter().find(|law| law.room == room.name)?;
    let allowed = match law.rooms {
        Rooms::Only(rooms) => !is_ours || rooms.contains(&import),
        Rooms::Not(rooms) => !rooms.contains(&import),
    };
    if !allowed {
        return Some(format!(
            "`{}` must not know `{import}`: turn the arrow round, or pass a value",
            law.room
        ));
    }
    let banned = law.never.iter().any(|pattern| matches(pattern, import));
    banned.then(|| format!("`{}` must never import `{import}`: see the table in ARCHITECTURE.md", law.room))
}

fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), _) => name.contains(rest.trim_end_matches('*')),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => name == pattern,
    }
}

fn line_of(tree: &Tree, manifest: &str, import: &str) -> usize {
    let text = tree.get(manifest).map_or("", |file| &file.text);
    let names = |line: &str| line.strip_prefix(import).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    text.lines().position(names).map_or(1, |at| at + 1)
}

fn check_words(tree: &Tree, whose: &str, folder: &str, words: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_rust() && file.path.starts_with(folder)) {
        for word in words {
            let lines = file.rust.lines_with(word).into_iter().filter(|line| *line < file.tests_begin());
            findings.extend(lines.map(|line| {
                let what = format!("`{whose}` must never use `{word}`: see the table in ARCHITECTURE.md");
                Finding::new(&file.path, line, "import", what)
            }));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::SourceFile;

    fn room(name: &str, imports: &[&str]) -> Room {
        Room {
            name: name.into(),
            manifest: format!("crates/{name}/Cargo.toml"),
            imports: imports.iter().map(|&import| import.to_owned()).collect(),
            ..Room::default()
        }
    }

    /// The findings in a workspace that has every room, `name` with these imports.
    fn findings(name: &str, imports: &[&str]) -> Vec<Finding> {
        let names = LAWS.iter().map(|law| law.room).chain(NOBODY_IMPORTS.iter().copied());
        let names: std::collections::BTreeSet<&str> = names.collect();
        let rooms =
            names.into_iter().map(|each| room(each, if each == name { imports } else { &[] })).collect();
        check(&Tree::default(), &Metadata { rooms, ..Metadata::default() })
    }

    #[test]
    fn the_arrows_of_the_house_are_allowed() {
        for (name, imports) in [
            ("incident", &["playbook", "serde", "jiff"][..]),
            ("ingest", &["incident", "serde_json"]),
            ("engine", &["incident", "playbook", "tokio"]),
            ("store", &["engine", "incident", "rusqlite"]),
            ("web", &["engine", "ingest", "playbook", "axum"]),
            ("probes", &["engine", "incident", "playbook", "hyper"]),
            ("evenkeel", &["store", "web", "range", "channels", "runner", "probes"]),
            ("range", &["axum", "tokio"]),
            ("sim", &["engine", "incident", "tokio"]),
        ] {
            assert_eq!(findings(name, imports), [], "{name}");
        }
    }

    #[test]
    fn every_forbidden_arrow_is_found() {
        for (name, import) in [
            ("playbook", "incident"),
            ("incident", "tokio"),
            ("incident", "engine"),
            ("ingest", "axum"),
            ("ingest", "playbook"),
            ("engine", "rusqlite"),
            ("engine", "store"),
            ("store", "playbook"),
            ("channels", "web"),
            ("runner", "store"),
            ("web", "rusqlite"),
            ("web", "runner"),
            ("range", "engine"),
            ("web", "evenkeel"),
            ("web", "range"),
            ("web", "probes"),
            ("probes", "store"),
            ("probes", "runner"),
            ("sim", "store"),
            ("engine", "sim"),
            ("incident", "tokio-util"),
        ] {
            assert_eq!(findings(name, &[import]).len(), 1, "{name} imports {import}");
        }
    }

    #[test]
    fn the_finding_points_at_the_line_of_the_manifest() {
        let manifest = SourceFile::new(
            "crates/web/Cargo.toml",
            "[dependencies]\nrusqlite-more = \"1\"\nrusqlite.workspace = true\n",
        );
        let metadata = Metadata { rooms: vec![room("web", &["rusqlite"])], ..Metadata::default() };
        let found = check(&Tree { files: vec![manifest] }, &metadata);
        assert_eq!(found[0].line, 3);
    }

    #[test]
    fn the_pure_half_of_a_room_is_searched_for_the_world() {
        let text = "use tokio::time;\nasync fn f() {}\n";
        let files = ["crates/probes/src/judge/a.rs", "crates/probes/src/look/a.rs"];
        let tree = Tree { files: files.iter().map(|path| SourceFile::new(path, text)).collect() };
        let found = check(&tree, &Metadata::default());
        let places: Vec<_> = found.iter().map(|finding| (finding.path.as_str(), finding.line)).collect();
        assert_eq!(places, [(files[0], 1), (files[0], 2)]);
    }

    #[test]
    fn the_compiler_of_playbooks_is_searched_for_the_world() {
        let text = "//! std::fs is not used here.\nuse std::fs;\nlet m: HashMap<u8, u8>;\n#[cfg(test)]\nmod tests {\nuse std::env;\n}";
        let tree = Tree { files: vec![SourceFile::new("crates/playbook/src/a.rs", text)] };
        let lines: Vec<_> =
            check(&tree, &Metadata::default()).into_iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2, 3]);
    }
}

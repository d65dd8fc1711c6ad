//! What `cargo metadata` says, reduced to what the rules ask for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::failure::Failure;
use crate::machine;

/// The workspace and everything it is built from.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// The crates of this workspace.
    pub(crate) rooms: Vec<Room>,
    /// Every package in the resolved graph, ours and others'.
    pub(crate) packages: Vec<Package>,
}

/// One crate of this workspace.
#[derive(Debug, Default)]
pub(crate) struct Room {
    pub(crate) name: String,
    /// Path of its manifest, from the workspace's root.
    pub(crate) manifest: String,
    /// Normal and build dependencies as the manifest declares them, optional ones too; test-only ones are left out.
    pub(crate) imports: BTreeSet<String>,
    /// Paths of the files that cargo compiles first, from the workspace's root.
    pub(crate) entries: Vec<String>,
}

/// One package of the graph.
#[derive(Debug, Default, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: Option<String>,
    pub(crate) has_licence_file: bool,
    /// Whether it is built for more than our tests.
    pub(crate) shipped: bool,
}

/// Asks cargo.
pub(crate) fn load() -> Result<Metadata, Failure> {
    let mut cargo = machine::cargo();
    cargo.args(["metadata", "--format-version", "1", "--quiet"]);
    let text = machine::output("metadata", &mut cargo)?;
    let value: Value =
        serde_json::from_str(&text).map_err(|e| Failure::Answer(format!("cargo metadata: {e}")))?;
    Ok(read(&value))
}

/// Reads the JSON that `cargo metadata --format-version 1` prints.
pub(crate) fn read(value: &Value) -> Metadata {
    let root = text(&value["workspace_root"]).replace('\\', "/");
    let members: BTreeSet<&str> =
        list(&value["workspace_members"]).iter().filter_map(Value::as_str).collect();
    let nodes = list(&value["resolve"]["nodes"]);
    let shipped = shipped(nodes, &members);
    let by_id: BTreeMap<&str, &Value> =
        list(&value["packages"]).iter().map(|package| (text_ref(&package["id"]), package)).collect();
    Metadata {
        rooms: members.iter().filter_map(|id| by_id.get(id)).map(|package| room(package, &root)).collect(),
        packages: nodes
            .iter()
            .map(|node| text_ref(&node["id"]))
            .filter_map(|id| by_id.get(id).map(|package| (id, package)))
            .map(|(id, package)| Package { shipped: shipped.contains(id), ..read_package(package) })
            .collect(),
    }
}

/// The ids that our crates reach without passing a dependency for tests.
fn shipped<'a>(nodes: &'a [Value], members: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let by_id: BTreeMap<&str, &Value> = nodes.iter().map(|node| (text_ref(&node["id"]), node)).collect();
    let mut open: Vec<&str> = members.iter().copied().collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            let imports = by_id.get(id).map_or(&[][..], |node| list(&node["deps"]));
            let built = imports
                .iter()
                .filter(|import| list(&import["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev"));
            open.extend(built.map(|import| text_ref(&import["pkg"])));
        }
    }
    reached
}

fn room(package: &Value, root: &str) -> Room {
    let imports = list(&package["dependencies"]).iter().filter(|dependency| dependency["kind"] != "dev");
    Room {
        name: text(&package["name"]),
        manifest: relative(text_ref(&package["manifest_path"]), root),
        imports: imports.map(|dependency| text(&dependency["name"])).collect(),
        entries: list(&package["targets"])
            .iter()
            .map(|target| relative(text_ref(&target["src_path"]), root))
            .collect(),
    }
}

fn read_package(package: &Value) -> Package {
    Package {
        name: text(&package["name"]),
        version: text(&package["version"]),
        licence: package["license"].as_str().map(str::to_owned),
        has_licence_file: package["license_file"].is_string(),
        shipped: false,
    }
}

fn relative(path: &str, root: &str) -> String {
    let path = path.replace('\\', "/");
    path.strip_prefix(root).map_or(path.as_str(), |rest| rest.trim_start_matches('/')).to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text_ref(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn text(value: &Value) -> String {
    text_ref(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_has_its_imports_and_entries_but_not_its_test_dependencies() {
        let value = serde_json::json!({
            "workspace_root": "/w", "workspace_members": ["web 1"],
            "resolve": { "nodes": [
                { "id": "web 1", "deps": [
                    { "pkg": "axum 0.8", "dep_kinds": [{ "kind": null }] },
                    { "pkg": "insta 1", "dep_kinds": [{ "kind": "dev" }] },
                ] },
                { "id": "axum 0.8", "deps": [{ "pkg": "http 1", "dep_kinds": [{ "kind": "dev" }, { "kind": null }] }] },
                { "id": "http 1" },
                { "id": "insta 1", "deps": [{ "pkg": "console 1", "dep_kinds": [{ "kind": null }] }] },
                { "id": "console 1" },
            ] },
            "packages": [
                { "id": "web 1", "name": "web", "version": "1", "manifest_path": "/w/crates/web/Cargo.toml", "license": "MIT",
                  "dependencies": [{ "name": "axum", "kind": null }, { "name": "insta", "kind": "dev" }],
                  "targets": [{ "src_path": "/w/crates/web/src/lib.rs" }] },
                { "id": "axum 0.8", "name": "axum", "version": "0.8", "license": "MIT" },
                { "id": "http 1", "name": "http", "version": "1", "license": "MIT" },
                { "id": "insta 1", "name": "insta", "version": "1", "license": "MIT" },
                { "id": "console 1", "name": "console", "version": "1", "license": "MIT" },
                { "id": "unused 1", "name": "unused", "version": "1", "license": "MIT" },
            ],
        });
        let metadata = read(&value);
        let [web] = metadata.rooms.as_slice() else { panic!("one room, not {:?}", metadata.rooms) };
        assert_eq!(web.imports, BTreeSet::from(["axum".to_owned()]));
        assert_eq!(web.entries, ["crates/web/src/lib.rs"]);
        assert_eq!(web.manifest, "crates/web/Cargo.toml");
        let names: Vec<_> =
            metadata.packages.iter().map(|package| (package.name.as_str(), package.shipped)).collect();
        let expected = [("web", true), ("axum", true), ("http", true), ("insta", false), ("console", false)];
        assert_eq!(names, expected, "a package outside the resolved graph is not ours to judge");
    }
}

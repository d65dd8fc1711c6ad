//! Rules `banned` and `duplicate`: crates that must not be in the build, and crates that must be in it once.
//! `deny.toml` says the same to cargo-deny.

use std::collections::BTreeMap;

use super::Finding;
use crate::metadata::Package;

/// Crates that must not be in the build, and why.
const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", "ring is the one crypto library"),
    ("aws-lc-sys", "ring is the one crypto library"),
    ("native-tls", "rustls is the one TLS library"),
    ("dashmap", "a guard held across an await stops a whole server"),
    ("chrono", "jiff is the one library for time"),
];
/// Crates of which a second version would be a second runtime, or types that do not fit each other. What only tests
/// build does not count.
const ONCE: &[&str] = &[
    "axum",
    "http",
    "hyper",
    "jiff",
    "libsqlite3-sys",
    "ring",
    "rustls",
    "serde",
    "serde_json",
    "tokio",
    "tree-sitter",
];

/// Finds banned and doubled crates in the resolved graph.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        if package.shipped {
            versions.entry(&package.name).or_default().push(&package.version);
        }
        if let Some((name, why)) = BANNED.iter().find(|(name, _)| *name == package.name) {
            let what = format!("{why}; `cargo tree -i {name} --target all` tells who brings it");
            findings.push(Finding::new("Cargo.lock", 1, "banned", format!("`{name}`: {what}")));
        }
    }
    for name in ONCE {
        if let Some(several) = versions.get(name).filter(|versions| versions.len() > 1) {
            let what = format!(
                "`{name}` in versions {}: `cargo tree -d` tells who brings which",
                several.join(", ")
            );
            findings.push(Finding::new("Cargo.lock", 1, "duplicate", what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(packages: &[(&str, &str)]) -> Vec<String> {
        let packages: Vec<Package> = packages
            .iter()
            .map(|&(name, version)| Package {
                name: name.into(),
                version: version.into(),
                shipped: version != "for tests",
                ..Package::default()
            })
            .collect();
        check(&packages).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_banned_crate_is_found_with_its_reason() {
        let found = found(&[("native-tls", "0.2.0"), ("serde", "1.0.0")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("rustls is the one TLS library"), "{found:?}");
    }

    #[test]
    fn cargo_deny_is_told_the_same() {
        let deny = include_str!("../../../deny.toml");
        for (name, why) in BANNED {
            let entry = format!("{{ crate = \"{name}\", reason = \"{why}\" }},");
            assert!(deny.contains(&entry), "deny.toml lacks {entry}");
        }
        assert_eq!(deny.matches("{ crate = ").count(), BANNED.len());
    }

    #[test]
    fn two_versions_matter_only_where_they_break() {
        assert_eq!(found(&[("syn", "2.0.0"), ("syn", "3.0.0")]), [""; 0]);
        assert_eq!(found(&[("http", "1.0.0"), ("http", "for tests")]), [""; 0]);
        let found = found(&[("tokio", "1.0.0"), ("tokio", "2.0.0")]);
        assert!(found[0].contains("`tokio` in versions 1.0.0, 2.0.0"), "{found:?}");
    }
}

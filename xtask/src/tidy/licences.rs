//! Rule `licence`: everything in the build may be given away under Apache-2.0. `deny.toml` says the same to cargo-deny.

use super::Finding;
use crate::metadata::Package;

/// Licences that a dependency may have.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Finds packages whose licence is not on the list.
pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().filter_map(judge).map(|what| Finding::new("Cargo.lock", 1, "licence", what)).collect()
}

fn judge(package: &Package) -> Option<String> {
    let Package { name, version, licence, has_licence_file, shipped: _ } = package;
    match licence {
        Some(expression) if is_allowed(expression) => None,
        Some(expression) => Some(format!(
            "{name} {version} is under `{expression}`: leave it, or add a licence with a reason"
        )),
        None if *has_licence_file => {
            Some(format!("{name} {version} names no licence but has a file: read it, then decide"))
        }
        None => Some(format!("{name} {version} names no licence: leave it")),
    }
}

/// Evaluates an SPDX expression; `/` is the older way to write OR. What cannot be read is not allowed.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Expression { words: &words, at: 0 };
    let allowed = reader.any();
    reader.at == words.len() && allowed == Some(true)
}

struct Expression<'a> {
    words: &'a [&'a str],
    at: usize,
}

impl Expression<'_> {
    fn any(&mut self) -> Option<bool> {
        let mut allowed = self.all()?;
        while self.take("OR") {
            allowed |= self.all()?;
        }
        Some(allowed)
    }

    fn all(&mut self) -> Option<bool> {
        let mut allowed = self.one()?;
        while self.take("AND") {
            allowed &= self.one()?;
        }
        Some(allowed)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let allowed = self.any()?;
            return self.take(")").then_some(allowed);
        }
        let mut name = (*self.words.get(self.at)?).to_owned();
        self.at += 1;
        if self.take("WITH") {
            name = format!("{name} WITH {}", self.words.get(self.at)?);
            self.at += 1;
        }
        Some(ALLOWED.contains(&name.as_str()))
    }

    fn take(&mut self, word: &str) -> bool {
        let here = self.words.get(self.at) == Some(&word);
        self.at += usize::from(here);
        here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_means_them() {
        for good in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "Apache-2.0 AND ISC",
            "GPL-3.0-only OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "GPL-3.0-only OR MIT AND AGPL-3.0-only",
            "(MIT",
            "MIT)",
            "",
            "MIT OR",
            "MIT Apache-2.0",
            "GPL-2.0-only WITH LLVM-exception",
        ] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn cargo_deny_is_told_the_same() {
        let deny = include_str!("../../../deny.toml");
        let (_, list) = deny.split_once("\nallow = [\n").unwrap();
        let (list, _) = list.split_once(']').unwrap();
        let names: Vec<&str> = list.lines().map(|line| line.trim().trim_matches([',', '"'])).collect();
        assert_eq!(names, ALLOWED);
    }

    #[test]
    fn a_package_without_a_licence_is_found() {
        let package = Package { name: "odd".into(), version: "1.0.0".into(), ..Package::default() };
        assert_eq!(check(std::slice::from_ref(&package)).len(), 1);
        assert_eq!(check(&[Package { licence: Some("MIT".into()), ..package }]), []);
    }
}

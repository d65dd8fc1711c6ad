//! Rule `name`: a module is named after what it is about.

use super::Finding;

/// Names that say nothing.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "misc", "manager", "managers", "stuff", "shared"];

/// Finds a Rust file or its folder with a name that says nothing.
pub(super) fn check(path: &str) -> Option<Finding> {
    let name = path.strip_suffix(".rs")?.split('/').find(|part| EMPTY_NAMES.contains(part))?;
    Some(Finding::new(path, 1, "name", format!("`{name}` says nothing: name it after the thing it holds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_are_found_as_file_and_as_folder() {
        for path in ["crates/web/src/utils.rs", "crates/web/tests/it/helpers/mod.rs", "xtask/src/manager.rs"]
        {
            assert_eq!(check(path).unwrap().rule, "name", "{path}");
        }
    }

    #[test]
    fn only_whole_names_count_and_only_for_rust() {
        assert_eq!(check("crates/web/src/common_issue.rs"), None);
        assert_eq!(check("docs/common/page.md"), None);
    }
}

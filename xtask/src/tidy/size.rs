//! Rule `size`: a file stays readable in one sitting.

use super::{Finding, SourceFile};

/// Lines a file may have before its tests.
const LINES_MAX: usize = 400;
/// Lines a file of nothing but tests may have.
const TEST_LINES_MAX: usize = 1000;

/// Finds a Rust file that is too long.
pub(super) fn check(file: &SourceFile) -> Option<Finding> {
    let total = file.text.lines().count();
    let (lines, cap, kind) = if file.is_test() {
        (total, TEST_LINES_MAX, "a file of tests")
    } else {
        (total.min(file.tests_begin() - 1), LINES_MAX, "a file before its tests")
    };
    if lines <= cap {
        return None;
    }
    Some(Finding::new(
        &file.path,
        cap + 1,
        "size",
        format!("{lines} lines, {kind} has at most {cap}: split it by noun"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize, tests: usize) -> SourceFile {
        let mut text = "//!\n".repeat(lines);
        if tests > 0 {
            text.push_str("#[cfg(test)]\nmod tests {\n");
            text.push_str(&"\n".repeat(tests));
        }
        SourceFile::new(path, text)
    }

    #[test]
    fn the_cap_counts_lines_before_the_tests() {
        assert_eq!(check(&file("a.rs", 400, 900)), None);
        let finding = check(&file("a.rs", 401, 900)).unwrap();
        assert_eq!((finding.line, finding.rule), (401, "size"));
        assert!(finding.to_string().contains("401 lines"), "{finding}");
    }

    #[test]
    fn files_of_tests_may_be_longer_but_not_endless() {
        assert_eq!(check(&file("crates/web/tests/it/main.rs", 1000, 0)), None);
        assert!(check(&file("crates/web/tests/it/main.rs", 1001, 0)).is_some());
    }
}

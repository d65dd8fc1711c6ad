//! Byte offsets to line numbers.

use alloc::vec::Vec;
use memchr::memchr_iter;

/// So many lines are stepped over one by one.
const NEAR: usize = 8;

/// Where each line begins.
pub(crate) struct Lines {
    starts: Vec<usize>,
    /// The line that was asked for last.
    last: usize,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        let starts =
            core::iter::once(0).chain(memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { starts, last: 1 }
    }

    /// Where each line begins, the first one first.
    pub(crate) fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// The same as [`Self::line`], for offsets that mostly grow.
    pub(crate) fn line_after(&mut self, offset: usize) -> u32 {
        let begins = |line: usize| self.starts.get(line).is_some_and(|start| *start <= offset);
        if !begins(self.last - 1) || begins(self.last + NEAR) {
            self.last = self.starts.partition_point(|start| *start <= offset).max(1);
        }
        while begins(self.last) {
            self.last += 1;
        }
        u32::try_from(self.last).unwrap_or(u32::MAX)
    }

    /// The line, from 1, that holds the byte.
    pub(crate) fn line(&self, offset: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let mut lines = Lines::new("a\nbc\n\nd");
        assert_eq!([0, 1, 2, 4, 5, 6, 99].map(|at| lines.line(at)), [1, 1, 2, 2, 3, 4, 4]);
        assert_eq!([0, 1, 99, 6, 5, 4, 2, 0].map(|at| lines.line_after(at)), [1, 1, 4, 4, 3, 2, 2, 1]);
        let mut long = Lines::new(&"\n".repeat(50));
        assert_eq!([3, 40, 50, 7].map(|at| long.line_after(at)), [4, 41, 51, 8]);
    }
}

//! Keeps the beginning and the end of an output in bounded memory. Knows bytes only: no text, no secrets.

use std::collections::VecDeque;

/// The head and the tail of what was written, and how much it was.
pub(crate) struct Capture {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    side_max: usize,
    total: u64,
}

/// What was kept.
pub(crate) enum Kept {
    /// All of it.
    Whole(Vec<u8>),
    /// Its beginning and its end, with a hole between them.
    Ends {
        /// The beginning.
        head: Vec<u8>,
        /// The end.
        tail: Vec<u8>,
    },
}

impl Capture {
    /// Keeps up to `side_max` bytes of each end.
    pub(crate) fn new(side_max: usize) -> Self {
        Self { head: Vec::new(), tail: VecDeque::new(), side_max, total: 0 }
    }

    /// How many bytes were written in all.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        let room = self.side_max - self.head.len();
        let (to_head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(to_head);
        let rest = &rest[rest.len().saturating_sub(self.side_max)..];
        let excess = (self.tail.len() + rest.len()).saturating_sub(self.side_max);
        self.tail.drain(..excess);
        self.tail.extend(rest);
    }

    /// What was kept.
    pub(crate) fn into_kept(self) -> Kept {
        let tail = Vec::from(self.tail);
        let mut head = self.head;
        if (head.len() + tail.len()) as u64 == self.total {
            head.extend(tail);
            Kept::Whole(head)
        } else {
            Kept::Ends { head, tail }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(side_max: usize, writes: &[&[u8]]) -> (Vec<u8>, Option<Vec<u8>>, u64) {
        let mut capture = Capture::new(side_max);
        for bytes in writes {
            capture.push(bytes);
            assert!(capture.head.len() <= side_max && capture.tail.len() <= side_max);
        }
        let total = capture.total();
        match capture.into_kept() {
            Kept::Whole(bytes) => (bytes, None, total),
            Kept::Ends { head, tail } => (head, Some(tail), total),
        }
    }

    #[test]
    fn what_fits_is_kept_whole() {
        assert_eq!(kept(4, &[b"abc", b"de", b"fgh"]), (b"abcdefgh".to_vec(), None, 8));
        assert_eq!(kept(4, &[]), (Vec::new(), None, 0));
    }

    #[test]
    fn both_ends_survive_any_chunking() {
        let ends = (b"abcd".to_vec(), Some(b"wxyz".to_vec()), 26);
        let alphabet = b"abcdefghijklmnopqrstuvwxyz";
        for size in 1..=26 {
            let chunks: Vec<&[u8]> = alphabet.chunks(size).collect();
            assert_eq!(kept(4, &chunks), ends, "chunks of {size}");
        }
    }
}

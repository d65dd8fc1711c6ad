//! Making text small and harmless, as every text from outside is made. Which limit applies is the caller's affair.

pub(crate) use incident::words::{block, line};

/// Whether the text has at most so many characters (not bytes).
pub(crate) fn fits(text: &str, chars_max: usize) -> bool {
    text.len() <= chars_max || text.chars().nth(chars_max).is_none()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn counted_in_characters() {
        assert!(fits("😀😀😀", 3) && !fits("😀😀😀😀", 3));
    }
}

//! From kept bytes to the text that is shown: cleaned, masked, cut. The cut comes last, so that no half of a secret shows.

use crate::capture::{Capture, Kept};
use crate::clean::clean;
use crate::mask::{Masked, Masker};
use crate::notes::Note;
use std::fmt::Write as _;

/// The text to show, of about `limit` bytes, and how many secrets were masked in it.
pub(crate) fn render(out: Capture, masker: &Masker, limit: usize, notes: &[Note]) -> (String, u32) {
    let total = out.total();
    let (mut text, masked) = match out.into_kept() {
        Kept::Whole(bytes) => whole(&clean(&bytes), masker, limit),
        Kept::Ends { head, tail } => ends(&head, &tail, total, (masker, limit)),
    };
    for note in notes {
        own_line(&mut text, &note.text());
    }
    (text, masked)
}

fn whole(text: &str, masker: &Masker, limit: usize) -> (String, u32) {
    let found = masker.find(text);
    let mut shown = String::new();
    if text.len() <= limit {
        let masked = found.write(0..text.len(), &mut shown);
        return (shown, masked);
    }
    let from = text.ceil_char_boundary(text.len() - limit / 2);
    let to = text.floor_char_boundary(limit / 2);
    let cut = (from - to) as u64;
    join((&found, to), (&found, from), cut)
}

/// Each end holds, beside what is shown, as much as the longest secret reaches; there the hole may have torn one apart.
fn ends(head: &[u8], tail: &[u8], total: u64, (masker, limit): (&Masker, usize)) -> (String, u32) {
    let hole = total - (head.len() + tail.len()) as u64;
    let (head, tail) = (clean(head), clean(tail));
    let to = head.floor_char_boundary((limit / 2).min(head.len().saturating_sub(masker.reach())));
    let torn = masker.reach().min(tail.len());
    let from = tail.ceil_char_boundary(torn.max(tail.len().saturating_sub(limit / 2)));
    let cut = hole + (head.len() - to + from) as u64;
    join((&masker.find(&head), to), (&masker.find_in_tail(&tail), from), cut)
}

fn join((head, to): (&Masked<'_>, usize), (tail, from): (&Masked<'_>, usize), cut: u64) -> (String, u32) {
    let mut shown = String::new();
    let mut masked = head.write(0..to, &mut shown);
    own_line(&mut shown, &format!("{cut} bytes left out here"));
    masked += tail.write(from..tail.len(), &mut shown);
    (shown, masked)
}

fn own_line(text: &mut String, words: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, "[evenkeel: {words}]");
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use std::sync::LazyLock;

    const SECRET: &str = "correct-horse-battery";

    /// Made once: compiling the patterns takes longer than all the rest.
    static MASKER: LazyLock<Masker> = LazyLock::new(|| Masker::new(&[SECRET.to_owned()]));

    fn shown(bytes: &[u8], limit: usize) -> (String, u32) {
        let masker = &*MASKER;
        let mut out = Capture::new(limit / 2 + masker.reach());
        for chunk in bytes.chunks(7) {
            out.push(chunk);
        }
        render(out, masker, limit, &[])
    }

    #[test]
    fn short_output_is_shown_as_it_is() {
        assert_eq!(shown(b"one\ntwo", 100), ("one\ntwo".to_owned(), 0));
        assert_eq!(shown(b"", 100), (String::new(), 0));
    }

    #[test]
    fn a_note_stands_on_its_own_line() {
        let masker = Masker::new(&[]);
        let mut out = Capture::new(masker.reach());
        out.push(b"no newline");
        let (text, _) = render(out, &masker, 100, &[Note::Killed]);
        assert_eq!(text, format!("no newline\n[evenkeel: {}]\n", Note::Killed.text()));
    }

    #[test]
    fn long_output_keeps_both_ends_and_says_how_much_is_gone() {
        let (text, _) = shown(&[b'a'; 50], 20);
        assert_eq!(text, "aaaaaaaaaa\n[evenkeel: 30 bytes left out here]\naaaaaaaaaa");
        let (text, _) = shown(&vec![b'a'; 100_000], 20);
        assert_eq!(text, "aaaaaaaaaa\n[evenkeel: 99980 bytes left out here]\naaaaaaaaaa");
    }

    /// Wherever a secret lies, also across a cut, none of its halves is shown.
    #[test]
    fn no_half_of_a_secret_is_shown_at_a_cut() {
        for length in [400, 40_000] {
            for at in (0..200).chain(length - 200..length) {
                let mut bytes = vec![b'.'; length];
                bytes.splice(at..at, SECRET.bytes());
                let (text, _) = shown(&bytes, 200);
                for half in [&SECRET[..4], &SECRET[SECRET.len() - 4..]] {
                    assert!(!text.contains(half), "at {at} of {length}: {text}");
                }
            }
        }
    }

    /// The same of one that stands in base64 of many lines.
    #[test]
    fn no_half_of_a_secret_in_wrapped_base64_is_shown_at_a_cut() {
        let pieces: Vec<String> = (0..3)
            .map(|before| BASE64_STANDARD.encode(format!("{}{SECRET}", "x".repeat(before)))[4..24].to_owned())
            .collect();
        for at in (0..160).chain(39_840..39_979) {
            let mut bytes = vec![b'.'; 40_000];
            bytes.splice(at..at, SECRET.bytes());
            let encoded = BASE64_STANDARD.encode(bytes);
            let lines: Vec<&[u8]> = encoded.as_bytes().chunks(76).collect();
            let (text, _) = shown(&lines.join(&b'\n'), 200);
            let text = text.replace('\n', "");
            for piece in &pieces {
                for half in [&piece[..8], &piece[12..]] {
                    assert!(!text.contains(half), "at {at}: {text}");
                }
            }
        }
    }

    #[test]
    fn an_escape_inside_a_secret_does_not_hide_it() {
        let (text, masked) = shown(b"x correct-\x1b[1mhorse\x1b[0m-battery y", 100);
        assert_eq!((text.as_str(), masked), ("x [masked] y", 1));
    }
}

//! `sed` and `awk`: harmless as long as their little programs cannot write or run anything.

use super::super::Verdict;
use super::super::argv::{Args, Spec};
use super::super::word::Word;
use crate::Effect;

pub(super) fn sed(words: &[Word]) -> Verdict {
    let spec = Spec::of("-n --quiet --silent -E -r --regexp-extended -u --unbuffered", "-e --expression");
    if words.iter().any(|word| word.text.starts_with("-i") || word.text.starts_with("--in-place")) {
        return Verdict::new(Effect::ChangesHere, "`sed -i` rewrites files");
    }
    let args = Args::read(words, &[spec]);
    let given: Vec<&Word> = args.values("-e --expression").collect();
    let programs: Vec<&Word> = if given.is_empty() { args.operands.iter().take(1).collect() } else { given };
    let plain = !programs.is_empty() && programs.iter().all(|word| word.exact().is_some_and(sed_reads));
    if plain && args.unknown.is_empty() {
        Verdict::new(Effect::ReadsHere, "`sed` only edits what flows through it")
    } else {
        Verdict::unknown("nobody has vouched for this `sed` program")
    }
}

/// `5p`, `1,20d`, `/x/p` and `s/a/b/g` only edit the stream.
fn sed_reads(program: &str) -> bool {
    if program.contains(['\n', ';', '{', '\\']) {
        return false;
    }
    if let Some(rest) = program.strip_prefix('s') {
        let Some(sign) = rest.chars().next().filter(|sign| "/|#,:".contains(*sign)) else { return false };
        let parts: Vec<&str> = rest[1..].split(sign).collect();
        return parts.len() == 3 && parts[2].chars().all(|flag| "gpIi0123456789".contains(flag));
    }
    let address = program.trim_end_matches(['p', 'd', 'q']);
    let numbers = address.chars().all(|character| character.is_ascii_digit() || ",$".contains(character));
    let pattern = address.len() > 2
        && address.matches('/').count() == 2
        && address.starts_with('/')
        && address.ends_with('/');
    program.len() == address.len() + 1 && (numbers || pattern)
}

pub(super) fn awk(words: &[Word]) -> Verdict {
    let args = Args::read(words, &[Spec::of("", "-F -v")]);
    let plain = args.operands.first().and_then(Word::exact).is_some_and(awk_reads);
    if plain && args.unknown.is_empty() {
        Verdict::new(Effect::ReadsHere, "`awk` only edits what flows through it")
    } else {
        Verdict::unknown("nobody has vouched for this `awk` program")
    }
}

fn awk_reads(program: &str) -> bool {
    let writes = ["system", "|", ">", "getline", "@", "close", "fflush", "ENVIRON", "function", "func"];
    !writes.iter().any(|sign| program.contains(sign))
}

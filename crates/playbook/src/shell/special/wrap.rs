//! Tools that run the command behind them.

use super::super::look::{Glance, glance};
use super::super::word::Word;
use super::super::{Verdict, manifest};
use crate::{Approval, Effect};

pub(super) fn timeout(words: &[Word]) -> Verdict {
    let mut rest = words;
    while let Some(option) = rest.first().and_then(Word::exact).filter(|text| text.starts_with('-')) {
        let taken = match option {
            "-k" | "--kill-after" | "-s" | "--signal" => 2,
            "--preserve-status" | "--foreground" | "-v" | "--verbose" => 1,
            _ => return Verdict::unknown(format!("nobody has vouched for {option} of `timeout`")),
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    let time = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    let named = rest.get(1).and_then(Word::exact).filter(|name| !name.contains(['/', '=']));
    match (rest.first().and_then(Word::exact).filter(|text| time(text)), named) {
        (Some(_), Some(name)) => manifest::judge(name, &rest[2..]),
        _ => Verdict::unknown("it is not clear what `timeout` runs"),
    }
}

/// `sudo` makes whatever it runs another user's deed: what changes is told, what only looks waits too.
pub(super) fn sudo(words: &[Word]) -> Verdict {
    let mut rest = words;
    while let Some(option) = rest.first().and_then(Word::exact).filter(|text| text.starts_with('-')) {
        let taken = match option {
            "-n" | "-E" | "-H" | "--" => 1,
            "-u" | "-g" => 2,
            _ => return Verdict::unknown(format!("nobody has vouched for {option} of `sudo`")),
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    let name = rest.first().and_then(Word::exact).filter(|name| !name.contains(['/', '=']));
    let Some(name) = name else { return Verdict::unknown("it is not clear what `sudo` runs") };
    let inner = manifest::judge(name, &rest[1..]);
    match inner.effect.approval() {
        Approval::Needed => inner,
        Approval::NotNeeded => Verdict::unknown("`sudo` looks with another user's rights"),
    }
}

/// `watch` gives its words, joined, to a shell, again and again.
pub(super) fn watch(words: &[Word]) -> Verdict {
    let mut rest = words;
    while let Some(option) = rest.first().and_then(Word::exact).filter(|text| text.starts_with('-')) {
        let taken = match option {
            "-d" | "-t" | "--differences" | "--no-title" => 1,
            "-n" | "--interval" => 2,
            short if short.len() > 2 && short.starts_with("-n") && is_number(&short[2..]) => 1,
            _ => return Verdict::unknown(format!("nobody has vouched for {option} of `watch`")),
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    let texts: Option<Vec<&str>> = rest.iter().map(Word::exact).collect();
    let joined = texts.unwrap_or_default().join(" ");
    // A `watch` in a `watch` would look into text within text without end.
    match glance(&joined) {
        Glance::Enough(look) if !joined.contains("watch ") => match look.verdict.effect.approval() {
            Approval::NotNeeded => Verdict::new(
                Effect::FollowsLog,
                format!("`watch` repeats until it is ended: {}", look.verdict.reason),
            ),
            Approval::Needed => look.verdict,
        },
        Glance::Enough(_) | Glance::Open | Glance::Unclear => {
            Verdict::unknown("it is not clear what `watch` runs")
        }
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// `npx` runs what it is told to; three tools are known to be meant.
pub(super) fn npx(words: &[Word]) -> Verdict {
    let known = ["convex", "wrangler", "vercel"];
    match words.first().and_then(Word::exact).filter(|name| known.contains(name)) {
        Some(name) => manifest::judge(name, &words[1..]),
        None => Verdict::unknown("`npx` fetches and runs a package"),
    }
}

//! Tools that run the command behind them.

use super::super::look::{Glance, glance};
use super::super::word::Word;
use super::super::wrappers::{Behind, behind};
use super::super::{Verdict, manifest};
use crate::{Approval, Effect};

/// The words of the command that a wrapper runs, or why nobody can tell.
fn run_by<'w>(wrapper: &str, words: &'w [Word]) -> Result<&'w [Word], Verdict> {
    match behind(wrapper, words) {
        Behind::Command(words) => Ok(words),
        Behind::Unclear(Some(option)) => {
            Err(Verdict::unknown(format!("nobody has vouched for {option} of `{wrapper}`")))
        }
        Behind::Unclear(None) | Behind::Nothing => Err(unclear(wrapper)),
    }
}

fn unclear(wrapper: &str) -> Verdict {
    Verdict::unknown(format!("it is not clear what `{wrapper}` runs"))
}

/// What the wrapper's command would do by itself.
fn inner(wrapper: &str, words: &[Word]) -> Result<Verdict, Verdict> {
    let words = run_by(wrapper, words)?;
    let name = words.first().and_then(Word::exact).filter(|name| !name.contains(['/', '=']));
    let name = name.ok_or_else(|| unclear(wrapper))?;
    Ok(manifest::judge(name, &words[1..]))
}

pub(super) fn timeout(words: &[Word]) -> Verdict {
    inner("timeout", words).unwrap_or_else(|unknown| unknown)
}

/// `sudo` makes whatever it runs another user's deed: what changes is told, what only looks waits too.
pub(super) fn sudo(words: &[Word]) -> Verdict {
    match inner("sudo", words) {
        Ok(inner) if inner.effect.approval() == Approval::NotNeeded => {
            Verdict::unknown("`sudo` looks with another user's rights")
        }
        Ok(verdict) | Err(verdict) => verdict,
    }
}

/// `watch` gives its words, joined, to a shell, again and again.
pub(super) fn watch(words: &[Word]) -> Verdict {
    let rest = match run_by("watch", words) {
        Ok(rest) => rest,
        Err(unknown) => return unknown,
    };
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
        Glance::Enough(_) | Glance::Open | Glance::Unclear => unclear("watch"),
    }
}

/// `npx` runs what it is told to; three tools are known to be meant.
pub(super) fn npx(words: &[Word]) -> Verdict {
    let known = ["convex", "wrangler", "vercel"];
    let rest = run_by("npx", words).unwrap_or_default();
    match rest.first().and_then(Word::exact).filter(|name| known.contains(name)) {
        Some(name) => manifest::judge(name, &rest[1..]),
        None => Verdict::unknown("`npx` fetches and runs a package"),
    }
}

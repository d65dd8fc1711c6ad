//! Consoles of stores that are given what to do in words of their own.

use super::super::word::{Shape, Word};
use super::super::{Verdict, manifest};
use crate::Effect;

/// Redis takes its words in either case.
pub(super) fn redis(words: &[Word]) -> Verdict {
    let lower = |word: &Word| match word.shape {
        Shape::Exact if !word.text.starts_with('-') => {
            Word { text: word.text.to_ascii_lowercase(), shape: Shape::Exact }
        }
        Shape::Exact | Shape::Prefix | Shape::Glob | Shape::Open => word.clone(),
    };
    let words: Vec<Word> = words.iter().map(lower).collect();
    manifest::by_table("redis-cli", &words)
}

/// What `mongosh --eval` may be asked without changing anything.
const MONGO_READS: &[&str] = &[
    "rs.status()",
    "rs.conf()",
    "rs.printSecondaryReplicationInfo()",
    "db.stats()",
    "db.serverStatus()",
    "db.currentOp()",
    "db.hello()",
    "db.version()",
    "db.adminCommand({ping:1})",
    "db.adminCommand('ping')",
    "sh.status()",
];

pub(super) fn mongosh(words: &[Word]) -> Verdict {
    let mut asked = 0;
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match word.exact() {
            Some("--eval") => match rest.next().and_then(Word::exact) {
                Some(text) if reads_mongo(text) => asked += 1,
                _ => return Verdict::unknown("nobody has vouched for what `mongosh` evaluates"),
            },
            Some("--quiet" | "--norc") => {}
            Some(address) if address.starts_with("mongodb://") || address.starts_with("mongodb+srv://") => {}
            _ => return Verdict::unknown("nobody has vouched for these words of `mongosh`"),
        }
    }
    match asked {
        1 => Verdict::new(Effect::ReadsWorld, "`mongosh` only asks for its state"),
        _ => Verdict::unknown("`mongosh` waits for commands"),
    }
}

fn reads_mongo(text: &str) -> bool {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '"').collect();
    MONGO_READS.contains(&bare.trim_end_matches(';'))
}

/// A list is printed with `-l` alone; every other way of `crontab` replaces it.
pub(super) fn crontab(words: &[Word]) -> Verdict {
    let texts: Vec<Option<&str>> = words.iter().map(Word::exact).collect();
    match texts.as_slice() {
        [Some("-l")] | [Some("-u"), Some(_), Some("-l")] | [Some("-l"), Some("-u"), Some(_)] => {
            Verdict::new(Effect::ReadsHere, "`crontab -l` only lists")
        }
        [Some("-r"), ..] => Verdict::new(Effect::Destroys, "`crontab -r` removes every job"),
        _ => Verdict::unknown("`crontab` replaces the jobs of a user"),
    }
}

/// `service NAME status` asks, the rest changes what runs.
pub(super) fn service(words: &[Word]) -> Verdict {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte))
    };
    if !words.first().and_then(Word::exact).is_some_and(is_name) {
        return Verdict::unknown("`service` runs the script of that name");
    }
    match (words.get(1).and_then(Word::exact), words.len()) {
        (Some("status"), 2) => Verdict::new(Effect::ReadsHere, "`service … status` only reads"),
        (Some("start" | "stop" | "restart" | "reload"), 2) => {
            Verdict::new(Effect::ChangesHere, "`service` changes what runs on this machine")
        }
        _ => Verdict::unknown("nobody has vouched for these words of `service`"),
    }
}

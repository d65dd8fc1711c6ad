//! Tools whose effect hangs on the values they are given, not on their options alone.
//!
//! Must never be here: tools that a table can describe.

mod curl;
mod script;
mod sql;

use super::argv::{Args, Spec};
use super::word::Word;
use super::{Verdict, manifest};
use crate::Effect;

/// Judges a call of one of these tools; `None` for every other tool.
pub(crate) fn judge(name: &str, words: &[Word]) -> Option<Verdict> {
    match name {
        "curl" => Some(curl::judge(words)),
        "sed" => Some(script::sed(words)),
        "awk" | "gawk" | "mawk" => Some(script::awk(words)),
        "psql" => Some(sql::psql(words)),
        "find" => Some(find(words)),
        "date" => Some(date(words)),
        "ping" => Some(ping(words)),
        "nc" => Some(nc(words)),
        "npx" => Some(npx(words)),
        "timeout" => Some(timeout(words)),
        "command" | "type" | "which" => Some(which(name, words)),
        "vercel" if words.is_empty() => {
            Some(Verdict::new(Effect::ChangesProduction, "`vercel` alone deploys the folder it stands in"))
        }
        _ => None,
    }
}

fn reads_here(reason: &str) -> Verdict {
    Verdict::new(Effect::ReadsHere, reason)
}

fn find(words: &[Word]) -> Verdict {
    let safe = [
        "-name",
        "-iname",
        "-path",
        "-ipath",
        "-type",
        "-size",
        "-mtime",
        "-mmin",
        "-atime",
        "-ctime",
        "-newer",
        "-maxdepth",
        "-mindepth",
        "-print",
        "-print0",
        "-empty",
        "-not",
        "-o",
        "-or",
        "-a",
        "-and",
        "-user",
        "-group",
        "-perm",
        "-prune",
        "-xdev",
        "-regex",
        "-iregex",
        "-printf",
        "-ls",
        "-L",
        "-P",
        "-H",
    ];
    let gone = words.iter().any(|word| word.text == "-delete");
    let odd = words.iter().find(|word| word.text.starts_with('-') && !safe.contains(&word.text.as_str()));
    match odd {
        _ if gone => Verdict::new(Effect::Destroys, "`find -delete` removes files"),
        Some(odd) if !odd.text[1..].starts_with(|digit: char| digit.is_ascii_digit()) => {
            Verdict::unknown(format!("nobody has vouched for {} of `find`", odd.text))
        }
        Some(_) | None if words.iter().any(|word| word.exact().is_none() && word.text.is_empty()) => {
            Verdict::unknown("`find` gets words that are only known when it runs")
        }
        Some(_) | None => reads_here("`find` only looks for files"),
    }
}

fn date(words: &[Word]) -> Verdict {
    let spec = Spec {
        switches: "-u --utc -R --rfc-email",
        values: "-d --date -I --iso-8601 --rfc-3339 -r --reference",
    };
    let args = Args::read(words, &[spec]);
    let formats = args.operands.iter().all(|word| word.text.starts_with('+'));
    if args.unknown.is_empty() && formats {
        reads_here("`date` only tells the time")
    } else {
        Verdict::unknown("`date` may set the clock")
    }
}

fn ping(words: &[Word]) -> Verdict {
    let spec = Spec { switches: "-4 -6 -q -n -v", values: "-c -i -W -w -s -I" };
    let args = Args::read(words, &[spec]);
    if !args.unknown.is_empty() {
        Verdict::unknown("nobody has vouched for these options of `ping`")
    } else if args.has("-c") || args.has("-w") {
        Verdict::new(Effect::ReadsWorld, "`ping` only asks whether a host answers")
    } else {
        Verdict::new(Effect::FollowsLog, "`ping` without -c goes on until it is ended")
    }
}

fn nc(words: &[Word]) -> Verdict {
    let args = Args::read(words, &[Spec { switches: "-z -v -n -u -4 -6", values: "-w" }]);
    if args.unknown.is_empty() && args.has("-z") {
        Verdict::new(Effect::ReadsWorld, "`nc -z` only asks whether a port is open")
    } else {
        Verdict::unknown("`nc` sends whatever it is given")
    }
}

/// `npx` runs what it is told to; three tools are known to be meant.
fn npx(words: &[Word]) -> Verdict {
    let known = ["convex", "wrangler", "vercel"];
    match words.first().and_then(Word::exact).filter(|name| known.contains(name)) {
        Some(name) => manifest::judge(name, &words[1..]),
        None => Verdict::unknown("`npx` fetches and runs a package"),
    }
}

fn timeout(words: &[Word]) -> Verdict {
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

fn which(name: &str, words: &[Word]) -> Verdict {
    let asks = name != "command"
        || words.first().and_then(Word::exact).is_some_and(|word| matches!(word, "-v" | "-V"));
    if asks {
        reads_here("it only asks where a tool is")
    } else {
        Verdict::unknown("`command` runs what it is given")
    }
}

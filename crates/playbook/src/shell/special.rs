//! Tools whose effect hangs on the values they are given, not on their options alone.
//!
//! Must never be here: tools that a table can describe.

mod actions;
mod cloud;
mod curl;
mod script;
mod sql;
mod stores;
mod wrap;

pub(super) use sql::statement;

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
        "npx" => Some(wrap::npx(words)),
        "timeout" => Some(wrap::timeout(words)),
        "sudo" => Some(wrap::sudo(words)),
        "watch" => Some(wrap::watch(words)),
        "mysql" => Some(sql::mysql(words)),
        "redis-cli" => Some(stores::redis(words)),
        "mongosh" => Some(stores::mongosh(words)),
        "crontab" => Some(stores::crontab(words)),
        "service" => Some(stores::service(words)),
        "aws" => Some(cloud::aws(words)),
        "gcloud" => Some(cloud::gcloud(words)),
        "git" if asks_a_helper(words) => {
            Some(Verdict::unknown("`git ls-remote` may run a program for this address"))
        }
        "kubectl" if cloud::is_of_oc(words) => {
            Some(Verdict::unknown("`kubectl` has no such command of its own, so that it would run a plugin"))
        }
        "az" => Some(cloud::az(words)),
        "wget" => Some(curl::wget(words)),
        "command" | "type" | "which" => Some(which(name, words)),
        "vercel" if words.is_empty() => {
            Some(Verdict::new(Effect::ChangesProduction, "`vercel` alone deploys the folder it stands in"))
        }
        _ if VERSIONED.contains(&name) && words.len() == 1 && words[0].exact() == Some("--version") => {
            Some(reads_here("it only tells its version"))
        }
        _ => None,
    }
}

/// Tools that do nothing else when asked for their version.
const VERSIONED: &[&str] = &[
    "node",
    "python",
    "python3",
    "ruby",
    "npm",
    "docker",
    "git",
    "aws",
    "helm",
    "jq",
    "wrangler",
    "terraform",
    "gh",
];

fn reads_here(reason: &str) -> Verdict {
    Verdict::new(Effect::ReadsHere, reason)
}

/// Whether `git ls-remote` is given an address that a program of its own reads, such as `ext::…`, or one that is not known.
fn asks_a_helper(words: &[Word]) -> bool {
    let plain = |word: &Word| word.exact().is_some_and(|text| !text.contains("::"));
    manifest::find_verb("git", words)
        .is_some_and(|(_, verb, rest)| verb.path == "ls-remote" && !rest.iter().all(plain))
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
    let spec =
        Spec::of("-u --utc -R --rfc-email", "-d --date --rfc-3339 -r --reference").glued("-I --iso-8601");
    let args = Args::read(words, &[spec]);
    let formats = args.operands.iter().all(|word| word.text.starts_with('+'));
    if args.unknown.is_empty() && formats {
        reads_here("`date` only tells the time")
    } else {
        Verdict::unknown("`date` may set the clock")
    }
}

fn ping(words: &[Word]) -> Verdict {
    let spec = Spec::of("-4 -6 -q -n -v", "-c -i -W -w -s -I");
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
    let args = Args::read(words, &[Spec::of("-z -v -n -u -4 -6", "-w")]);
    if args.unknown.is_empty() && args.has("-z") {
        Verdict::new(Effect::ReadsWorld, "`nc -z` only asks whether a port is open")
    } else {
        Verdict::unknown("`nc` sends whatever it is given")
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

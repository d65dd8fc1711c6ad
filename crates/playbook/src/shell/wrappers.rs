//! Tools that run the command behind them, and where that command begins.
//!
//! Must never be here: what the command behind them does.

use super::word::{Shape, Word};

/// What a tool runs, told from its words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Behind<'w> {
    /// It runs nothing but itself.
    Nothing,
    /// A command that begins with the first of these words.
    Command(&'w [Word]),
    /// A command, but it cannot be told where it begins: because of this option, or for want of words.
    Unclear(Option<&'w str>),
}

/// What is known to stand between a wrapper's name and its command.
struct Wrapper {
    name: &'static str,
    /// Options that stand alone.
    alone: &'static [&'static str],
    /// Options with a value: the next word, or what is joined to them.
    valued: &'static [&'static str],
    /// Whether a number stands before the command.
    number: bool,
}

const fn wrapper(
    name: &'static str,
    alone: &'static [&'static str],
    valued: &'static [&'static str],
) -> Wrapper {
    Wrapper { name, alone, valued, number: false }
}

/// Options that make the words behind something else than a command are not among them: `sudo -e`, `watch -x`, `npx -p`.
const WRAPPERS: [Wrapper; 15] = [
    wrapper("command", &["-p"], &[]),
    wrapper("doas", &["-n"], &["-u", "-C"]),
    wrapper("env", &["-i", "--ignore-environment"], &["-u", "--unset", "-C", "--chdir"]),
    wrapper("exec", &["-c", "-l"], &["-a"]),
    wrapper("ionice", &["-t"], &["-c", "-n", "--class", "--classdata"]),
    wrapper("nice", &[], &["-n", "--adjustment"]),
    wrapper("nohup", &[], &[]),
    wrapper("npx", &["-y", "--yes", "-q", "--quiet", "--no-install"], &[]),
    wrapper("setsid", &["-c", "-f", "-w", "--ctty", "--fork", "--wait"], &[]),
    wrapper("stdbuf", &[], &["-i", "-o", "-e", "--input", "--output", "--error"]),
    wrapper(
        "sudo",
        &["-n", "-E", "-H", "-i", "-S", "--non-interactive", "--login", "--set-home"],
        &["-u", "-g", "--user", "--group"],
    ),
    wrapper("time", &["-p", "-v"], &["-f", "-o"]),
    Wrapper {
        number: true,
        ..wrapper(
            "timeout",
            &["--preserve-status", "--foreground", "-v", "--verbose"],
            &["-k", "--kill-after", "-s", "--signal"],
        )
    },
    wrapper(
        "watch",
        &[
            "-d",
            "-t",
            "-c",
            "-e",
            "-g",
            "-b",
            "--differences",
            "--no-title",
            "--color",
            "--errexit",
            "--chgexit",
        ],
        &["-n", "--interval"],
    ),
    wrapper(
        "xargs",
        &["-r", "-0", "-t", "--no-run-if-empty", "--null"],
        &["-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E", "--max-args", "--max-procs", "--delimiter"],
    ),
];

/// What this tool runs when it is called with these words.
pub(crate) fn behind<'w>(name: &str, words: &'w [Word]) -> Behind<'w> {
    let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.name == name) else { return Behind::Nothing };
    let mut rest = words;
    while let Some(option) = rest.first().and_then(Word::exact).filter(|text| text.starts_with('-')) {
        let Some(taken) = wrapper.taken_by(option) else { return Behind::Unclear(Some(option)) };
        if rest[..taken.min(rest.len())].iter().any(|word| !is_one(word)) {
            return Behind::Unclear(Some(option));
        }
        rest = rest.get(taken..).unwrap_or_default();
        if option == "--" {
            break;
        }
    }
    if wrapper.number {
        let number = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
        if !rest.first().and_then(Word::exact).is_some_and(number) {
            return Behind::Unclear(None);
        }
        rest = &rest[1..];
    }
    // What is not known to be a name may be anything, an option of the wrapper's too.
    if rest.first().and_then(Word::exact).is_none() { Behind::Unclear(None) } else { Behind::Command(rest) }
}

/// Whether it stays one word whatever it becomes.
fn is_one(word: &Word) -> bool {
    matches!(word.shape, Shape::Exact | Shape::Prefix)
}

impl Wrapper {
    /// How many words an option takes, itself included; `None` for one that is not known.
    fn taken_by(&self, option: &str) -> Option<usize> {
        if option == "--" || self.alone.contains(&option) {
            return Some(1);
        }
        if self.valued.contains(&option) {
            return Some(2);
        }
        if let Some((long, _)) = option.split_once('=').filter(|_| option.starts_with("--")) {
            return self.valued.contains(&long).then_some(1);
        }
        self.taken_by_letters(option.strip_prefix('-')?)
    }

    /// Several letters in one word; the first of them that takes a value takes what follows it.
    fn taken_by_letters(&self, letters: &str) -> Option<usize> {
        let is = |known: &[&str], letter: char| {
            known.iter().any(|option| option.strip_prefix('-').is_some_and(|rest| rest.chars().eq([letter])))
        };
        let mut left = letters.chars();
        while let Some(letter) = left.next() {
            if is(self.valued, letter) {
                return Some(if left.as_str().is_empty() { 2 } else { 1 });
            }
            if !is(self.alone, letter) {
                return None;
            }
        }
        (!letters.is_empty()).then_some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::word::bare;
    use super::*;

    fn begins(call: &str) -> Result<String, Option<String>> {
        let words: Vec<Word> = call.split(' ').skip(1).map(bare).collect();
        match behind(call.split(' ').next().unwrap(), &words) {
            Behind::Command(words) => Ok(words[0].text.clone()),
            Behind::Unclear(option) => Err(option.map(str::to_owned)),
            Behind::Nothing => Err(Some("nothing".to_owned())),
        }
    }

    #[test]
    fn the_command_begins_behind_options_and_their_values() {
        for (call, command) in [
            ("sudo ls", "ls"),
            ("sudo -u postgres psql", "psql"),
            ("sudo -iu postgres psql", "psql"),
            ("sudo -upostgres psql", "psql"),
            ("sudo --user=postgres psql", "psql"),
            ("sudo -n -- psql", "psql"),
            ("timeout -s KILL 5 psql", "psql"),
            ("timeout --signal=KILL -k 3 5s psql", "psql"),
            ("watch -n5 kubectl get pods", "kubectl"),
            ("xargs -r -n 1 kubectl describe", "kubectl"),
            ("stdbuf -oL tail -f x", "tail"),
            ("npx --yes wrangler tail", "wrangler"),
        ] {
            assert_eq!(begins(call), Ok(command.to_owned()), "{call}");
        }
    }

    #[test]
    fn what_is_not_known_is_unclear() {
        for (call, option) in [
            ("sudo -e file", Some("-e")),
            ("sudo -nz ls", Some("-nz")),
            ("sudo -u", None),
            ("sudo", None),
            ("timeout soon ls", None),
            ("xargs -I$X ls", None),
            ("timeout 5", None),
            ("watch -x ls", Some("-x")),
            ("npx -p other convex", Some("-p")),
            ("sudo --other=x ls", Some("--other=x")),
            ("xargs -n * ls", Some("-n")),
            ("kubectl get", Some("nothing")),
        ] {
            assert_eq!(begins(call), Err(option.map(str::to_owned)), "{call}");
        }
    }
}

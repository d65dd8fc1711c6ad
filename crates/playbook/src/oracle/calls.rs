//! The calls of a document: the tool that each means, its words, its place.
//!
//! Must never be here: answers of tools.

use crate::shell::{Behind, Shell, Word, behind};
use crate::{Command, ContextKind, Playbook};

/// A call of a tool in the document.
#[derive(Debug)]
pub(super) struct Call {
    pub tool: String,
    /// The words after the tool's name.
    pub words: Vec<Word>,
    /// The number of its document.
    pub document: u32,
    /// Line of the command, from 1, and how many lines it has.
    pub line: u32,
    pub lines: usize,
}

/// More calls than this are not held against tools.
const CALLS_MAX: usize = 20_000;
/// So many programs in front of the one that is meant are looked through: `sudo timeout 30 npx wrangler`.
const WRAPPERS_MAX: usize = 4;

/// Programs that are never asked: a shell's own words, interpreters, programs whose help depends on the system, and
/// those of which some versions act whatever they are told.
const NEVER: &[&str] = &[
    ".", ":", "[", "alias", "apt", "apt-get", "ash", "awk", "bash", "bg", "brew", "cat", "cd", "chmod",
    "chown", "command", "cp", "csh", "cut", "dash", "date", "dd", "df", "diff", "du", "echo", "env", "eval",
    "exec", "exit", "export", "false", "fg", "find", "fish", "gawk", "git", "grep", "egrep", "fgrep", "halt",
    "head", "history", "hostname", "id", "init", "jobs", "kill", "killall", "ksh", "less", "ln", "local",
    "ls", "make", "mawk", "mkdir", "mkfs", "more", "mv", "nc", "node", "open", "perl", "pkill", "ping",
    "poweroff", "printf", "ps", "pwd", "python", "python3", "read", "reboot", "return", "rm", "rmdir",
    "ruby", "scp", "screen", "sed", "seq", "set", "sh", "shutdown", "sleep", "sort", "source", "ssh", "stat",
    "su", "sync", "tac", "tail", "tee", "telinit", "telnet", "test", "tmux", "top", "touch", "tr", "trap",
    "true", "type", "ulimit", "umask", "uname", "uniq", "unset", "uptime", "vi", "vim", "wait", "watch",
    "wc", "which", "who", "whoami", "xargs", "yes", "zsh",
];

/// Every call of a document, by line, without those that are not for this machine.
pub(super) fn calls(playbook: &Playbook, document: u32) -> Vec<Call> {
    let mut shell = Shell::default();
    let mut found = Vec::new();
    for command in commands(playbook).filter(|command| is_for_here(command)) {
        let lines = command.source.lines().count().max(1);
        for words in &shell.analyse(&command.source, command.line).calls {
            let Some((tool, words)) = meant(words) else { continue };
            found.push(Call {
                tool: tool.to_owned(),
                words: words.to_vec(),
                document,
                line: command.line,
                lines,
            });
        }
        if found.len() > CALLS_MAX {
            break;
        }
    }
    found.sort_by_key(|call| call.line);
    found
}

/// The far side of `ssh` has other tools, and a console has none.
fn is_for_here(command: &Command) -> bool {
    command.context.as_ref().is_none_or(|context| context.kind == ContextKind::Folder)
}

fn commands(playbook: &Playbook) -> impl Iterator<Item = &Command> {
    let steps = playbook.runbooks.iter().flat_map(|runbook| &runbook.steps).flat_map(|step| &step.commands);
    let services = playbook.services.iter().flat_map(|service| &service.log_commands);
    let entries = playbook.quick_reference.iter().flat_map(|group| &group.entries);
    let card = entries.filter_map(|entry| entry.command.as_ref());
    playbook.quick_diagnostics.iter().chain(steps).chain(services).chain(card)
}

/// The tool that a call means, with its words; `None` when it is not one to be asked.
fn meant(call: &[Word]) -> Option<(&str, &[Word])> {
    let mut rest = call;
    for _ in 0..=WRAPPERS_MAX {
        let (first, words) = rest.split_first()?;
        let name = first.exact().filter(|name| is_tool(name))?;
        match inner(name, words) {
            Inner::Itself if NEVER.contains(&name) => return None,
            Inner::Itself => return Some((name, words)),
            Inner::Unclear => return None,
            Inner::Package(package, words) => return package_tool(package).map(|tool| (tool, words)),
            Inner::Call(words) => rest = words,
        }
    }
    None
}

/// What a program runs that runs another.
enum Inner<'a> {
    /// It is meant itself.
    Itself,
    /// The call that follows.
    Call(&'a [Word]),
    /// A package with a tool of the same name.
    Package(&'a str, &'a [Word]),
    /// It cannot be told.
    Unclear,
}

fn inner<'a>(name: &str, words: &'a [Word]) -> Inner<'a> {
    let second = words.first().and_then(Word::exact).unwrap_or_default();
    match (name, second) {
        ("npx" | "bunx" | "pnpx" | "uvx", _) => package(words),
        ("pnpm" | "npm" | "yarn" | "bun", "exec" | "dlx" | "x")
        | ("pipx" | "uv" | "poetry" | "pipenv", "run") => package(&words[1..]),
        ("python" | "python3" | "py", "-m") => package(&words[1..]),
        // It adds words of its own.
        ("xargs", _) => Inner::Unclear,
        _ => match behind(name, words) {
            Behind::Nothing => Inner::Itself,
            Behind::Command(call) => Inner::Call(call),
            Behind::Unclear(_) => Inner::Unclear,
        },
    }
}

/// The package that `npx` and the like are told to run.
fn package(words: &[Word]) -> Inner<'_> {
    let harmless = ["-y", "--yes", "-q", "--quiet", "--no-install", "--"];
    let skipped = words.iter().take_while(|word| word.exact().is_some_and(|text| harmless.contains(&text)));
    let words = &words[skipped.count()..];
    match words.split_first() {
        Some((first, rest)) => match first.exact().filter(|text| !text.starts_with('-')) {
            Some(name) => Inner::Package(name, rest),
            None => Inner::Unclear,
        },
        None => Inner::Unclear,
    }
}

/// `wrangler@4` is `wrangler`.
fn package_tool(package: &str) -> Option<&str> {
    let name = package.split_once('@').map_or(package, |(name, _)| name);
    (is_tool(name) && !NEVER.contains(&name)).then_some(name)
}

/// A name without a path, so that it is looked for on the `PATH` alone.
fn is_tool(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.bytes().all(plain) && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        || NEVER.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(source: &str) -> Option<(String, usize)> {
        let mut shell = Shell::default();
        let calls = &shell.analyse(source, 1).calls;
        meant(calls.first()?).map(|(tool, words)| (tool.to_owned(), words.len()))
    }

    #[test]
    fn programs_that_run_another_are_looked_through() {
        let wrangler = |words| Some(("wrangler".to_owned(), words));
        assert_eq!(tool("wrangler tail"), wrangler(1));
        assert_eq!(tool("npx wrangler tail"), wrangler(1));
        assert_eq!(tool("npx -y wrangler@4 tail --json"), wrangler(2));
        assert_eq!(tool("pnpm exec wrangler tail"), wrangler(1));
        assert_eq!(tool("npm exec -- wrangler tail"), wrangler(1));
        assert_eq!(tool("sudo timeout 30 wrangler tail"), wrangler(1));
        assert_eq!(tool("python -m modal app list"), Some(("modal".to_owned(), 2)));
        assert_eq!(tool("npm install"), Some(("npm".to_owned(), 1)));
    }

    #[test]
    fn what_may_act_on_being_asked_is_never_asked() {
        for source in [
            "kill -9 1",
            "echo hello",
            "test -f x",
            "./deploy.sh now",
            "python fix.py",
            "npx -p a b c",
            "sudo -u app reboot",
            "/usr/bin/wrangler tail",
            "npx @scope/tool run",
            "git checkout main",
            "reboot",
        ] {
            assert_eq!(tool(source), None, "{source}");
        }
    }
}

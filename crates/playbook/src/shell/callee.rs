//! Which tools a command calls, by name: what decides on which host it is run.
//!
//! Must never be here: hosts, or what a tool does.

use super::word::Word;
use super::wrappers::{Behind, behind};
use super::{NEUTRAL, holes, look};
use crate::Hole;

/// Shells that are given a command's text behind `-c`.
const SHELLS: [&str; 4] = ["bash", "sh", "zsh", "dash"];

/// Text within text deeper than this names no tools.
const DEPTH_MAX: usize = 3;

/// The names of the tools that a command calls, in its order, without their folders. Of `sudo`, `timeout` and the like,
/// what they run is named as well. A command that cannot be read names none.
#[must_use]
pub fn tools_of(source: &str) -> Vec<String> {
    let mut tools = Vec::new();
    name_tools(&holes::fill_neutral(source, &holes::find(source).holes), 0, &mut tools);
    tools
}

/// The variables that a text counts on and does not set itself, in its order.
#[must_use]
pub fn variables_of(source: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for hole in holes::find(source).holes.into_iter().filter(Hole::is_variable) {
        if !names.contains(&hole.name) {
            names.push(hole.name);
        }
    }
    names
}

fn name_tools(source: &str, depth: usize, tools: &mut Vec<String>) {
    for call in look::look(source).calls {
        name_tools_of_call(&call, depth, tools);
    }
}

fn name_tools_of_call(call: &[Word], depth: usize, tools: &mut Vec<String>) {
    let mut rest = call;
    while let Some((first, words)) = rest.split_first() {
        let Some(name) = first.exact().map(|path| path.rsplit('/').next().unwrap_or(path)) else { return };
        // Before a command there may be settings of variables, as in `env TZ=UTC date`.
        if name.contains('=') {
            rest = words;
            continue;
        }
        // A package may be named with its version.
        let name = name.split_once('@').map_or(name, |(name, _)| name);
        if !name.is_empty() && name != NEUTRAL && !tools.iter().any(|known| known == name) {
            tools.push(name.to_owned());
        }
        if let Some(text) = text_for_a_shell(name, words).filter(|_| depth < DEPTH_MAX) {
            return name_tools(&text, depth + 1, tools);
        }
        rest = match behind(name, words) {
            Behind::Command(inner) => inner,
            // Where a command is run is better guessed than given up; whether it may run is not judged here.
            Behind::Unclear(_) => first_name(words),
            Behind::Nothing => return,
        };
    }
}

/// The words from the first that could name a tool on.
fn first_name(words: &[Word]) -> &[Word] {
    let is_name = |word: &Word| {
        let starts = |text: &str| text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
        word.exact().is_some_and(|text| starts(text) && !text.contains('='))
    };
    let at = words.iter().position(is_name).unwrap_or(words.len());
    words.get(at..).unwrap_or_default()
}

/// The text that a call gives to a shell.
pub(super) fn text_for_a_shell(name: &str, words: &[Word]) -> Option<String> {
    let words = match (name, words) {
        ("watch", words) => match behind(name, words) {
            Behind::Command(words) => words,
            Behind::Nothing | Behind::Unclear(_) => return None,
        },
        (shell, [option, text, ..]) if SHELLS.contains(&shell) && option.exact() == Some("-c") => {
            core::slice::from_ref(text)
        }
        _ => return None,
    };
    let texts: Option<Vec<&str>> = words.iter().map(Word::exact).collect();
    Some(texts?.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_of_every_call_are_named_in_order() {
        for (source, tools) in [
            ("kubectl -n <namespace> get pods | grep api", vec!["kubectl", "grep"]),
            ("sudo -n /usr/bin/systemctl status api", vec!["sudo", "systemctl"]),
            ("timeout 5 curl -sI https://api.example.test", vec!["timeout", "curl"]),
            ("psql -c 'select 1' && df -h; df -i", vec!["psql", "df"]),
            ("for pod in a b; do kubectl logs $pod; done", vec!["kubectl"]),
            ("sudo -u postgres psql -c 'select 1'", vec!["sudo", "psql"]),
            ("timeout -s KILL 5 psql -c 'select 1'", vec!["timeout", "psql"]),
            ("env PGHOST=db TZ=UTC psql -l", vec!["env", "psql"]),
            ("watch -n 2 \"kubectl get pods | grep api\"", vec!["watch", "kubectl", "grep"]),
            ("sudo bash -c 'systemctl status api; df'", vec!["sudo", "bash", "systemctl", "df"]),
            ("npx wrangler@4 tail", vec!["npx", "wrangler"]),
            ("cat ids | xargs -I{} psql -c 'select {}'", vec!["cat", "xargs", "psql"]),
            ("cat ids | xargs -I {} psql -c 'select {}'", vec!["cat", "xargs", "psql"]),
            ("nice -5 psql -l", vec!["nice", "psql"]),
            ("watch -x psql -l", vec!["watch", "psql"]),
            ("sudo --preserve-env=PGHOST psql -l", vec!["sudo", "psql"]),
            ("$TOOL status", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(tools_of(source), tools, "{source}");
        }
    }
}

//! Which tools a command calls, by name: what decides on which host it is run.
//!
//! Must never be here: hosts, or what a tool does.

use super::word::Word;
use super::{NEUTRAL, holes, look};
use crate::Hole;

/// Tools that run the command behind them.
const WRAPPERS: [&str; 10] =
    ["sudo", "doas", "timeout", "watch", "nice", "nohup", "time", "stdbuf", "npx", "xargs"];

/// The names of the tools that a command calls, in its order, without their folders. Of `sudo`, `timeout` and the like,
/// what they run is named as well. A command that cannot be read names none.
#[must_use]
pub fn tools_of(source: &str) -> Vec<String> {
    let filled = holes::fill_neutral(source, &holes::find(source).holes);
    let mut tools = Vec::new();
    for call in look::look(&filled).calls {
        name_tools(&call, &mut tools);
    }
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

fn name_tools(call: &[Word], tools: &mut Vec<String>) {
    let mut rest = call;
    while let Some((first, after)) = rest.split_first() {
        let Some(name) = first.exact().map(|path| path.rsplit('/').next().unwrap_or(path)) else { return };
        if !name.is_empty() && name != NEUTRAL && !tools.iter().any(|known| known == name) {
            tools.push(name.to_owned());
        }
        if !WRAPPERS.contains(&name) {
            return;
        }
        // Options, their numbers and settings of variables stand before what is run.
        let runs = |word: &Word| {
            word.exact().is_some_and(|text| {
                text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
                    && !text.contains('=')
            })
        };
        let at = after.iter().position(runs).unwrap_or(after.len());
        rest = after.get(at..).unwrap_or_default();
    }
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
            ("$TOOL status", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(tools_of(source), tools, "{source}");
        }
    }
}

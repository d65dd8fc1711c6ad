//! What other tools for runnable documents let an author write beside a fence: `{"name":"x","interactive":"true"}` or
//! `{name=x interactive=true}`. It may only tighten: nothing written there makes a command safer than it is.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What was written beside a fence.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Annotations {
    /// What its author calls it.
    pub(crate) name: Option<String>,
    /// Why a person must start it.
    pub(crate) by_hand: Option<String>,
    /// The folder that it is run in.
    pub(crate) folder: Option<String>,
}

/// Interpreters that read what stands in a fence of shell as the compiler does.
const SHELLS: &[&str] = &["sh", "bash", "dash", "zsh"];

/// The folder that somebody wrote, unless it is the one that a command is in anyway.
pub(crate) fn folder(value: &str) -> Option<String> {
    let value = value.trim();
    (!matches!(value, "" | "." | "./" | "$PWD")).then(|| value.to_string())
}

/// Keys that keep a command from running with the others.
const KEEPS: &[&str] = &["excludeFromRunAll", "interactive", "background", "promptEnv", "ignore"];

/// Reads the words after a fence's language.
pub(crate) fn read(info: &str) -> Annotations {
    let mut found = Annotations::default();
    let Some((_, inside)) = info.split_once('{') else { return found };
    for (key, value) in pairs(inside.rsplit_once('}').map_or(inside, |(inside, _)| inside)) {
        let yes = matches!(value.to_ascii_lowercase().as_str(), "true" | "yes" | "1" | "always");
        if key == "name" && !value.is_empty() {
            found.name = Some(value);
        } else if key == "cwd" {
            found.folder = folder(&value);
        } else if key == "interpreter"
            && !SHELLS.contains(&value.rsplit(['/', ' ']).next().unwrap_or_default())
        {
            found.by_hand = Some(alloc::format!("its author wrote {key}={value} beside it"));
        } else if KEEPS.contains(&key.as_str()) && yes {
            found.by_hand.get_or_insert_with(|| alloc::format!("its author wrote {key}={value} beside it"));
        }
    }
    found
}

/// Keys and values with `:` or `=` between them, in quotes or not, with blanks or commas between the pairs.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut tokens: Vec<String> = Vec::new();
    let mut quote = None;
    let mut token = String::new();
    for character in text.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => token.push(character),
            (None, '"' | '\'') => quote = Some(character),
            (None, ' ' | ',' | '\t') => tokens.push(core::mem::take(&mut token)),
            (None, ':' | '=') => {
                tokens.push(core::mem::take(&mut token));
                tokens.push(String::from("="));
            }
            (None, _) => token.push(character),
        }
    }
    tokens.push(token);
    tokens.retain(|token| !token.is_empty());
    let at_sign = |triple: &&[String]| triple[1] == "=" && triple[0] != "=";
    tokens.windows(3).filter(at_sign).map(|triple| (triple[0].to_string(), triple[2].to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_are_read() {
        for info in
            ["sh {\"name\":\"drain-it\",\"interactive\":\"true\"}", "sh {name=drain-it interactive=true}"]
        {
            let found = read(info);
            assert_eq!(found.name.as_deref(), Some("drain-it"), "{info}");
            assert!(found.by_hand.is_some_and(|why| why.contains("interactive=true")), "{info}");
        }
    }

    #[test]
    fn a_folder_and_another_interpreter_are_read() {
        assert_eq!(read("sh {\"name\":\"a\",\"cwd\":\"/srv/app\"}").folder.as_deref(), Some("/srv/app"));
        let found = read("sh {cwd=../b interpreter=python3}");
        assert_eq!(found.folder.as_deref(), Some("../b"));
        assert!(found.by_hand.is_some_and(|why| why.contains("interpreter=python3")));
        for info in ["sh {cwd=.}", "sh {interpreter=/bin/bash}", "sh {interpreter=\"/usr/bin/env bash\"}"] {
            assert_eq!(read(info), Annotations::default(), "{info}");
        }
    }

    #[test]
    fn what_would_loosen_is_not_read() {
        for info in
            ["sh", "sh {\"interactive\":\"false\"}", "sh { skipPrompts=true }", "sh {", "sh {=}", "{.bash}"]
        {
            assert_eq!(read(info), Annotations::default(), "{info}");
        }
    }
}

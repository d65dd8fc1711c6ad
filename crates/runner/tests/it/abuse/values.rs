//! Values from outside: one argument, whatever they hold, or no command at all.

use super::{Before, printed};
use crate::order;
use engine::ports::Executor as _;
use incident::Ending;
use playbook::{Command, Effect, Hole, bind, effect_of, value_fault};
use runner::Runner;
use std::collections::{BTreeMap, BTreeSet};

/// A command with the hole `<X>` in it.
fn with_hole(source: &str) -> Command {
    let offset = u32::try_from(source.find("<X>").unwrap()).unwrap();
    let hole = Hole { name: "X".to_owned(), token: "<X>".to_owned(), offset, meaning: None };
    Command { source: source.to_owned(), holes: vec![hole], ..Command::default() }
}

fn filled(source: &str, value: &str) -> Result<String, Vec<String>> {
    bind(&with_hole(source), &BTreeMap::from([("X".to_owned(), value.to_owned())]), &BTreeSet::new())
}

/// Each would do something, or be several words, if it were read as shell.
const NASTY: [&str; 24] = [
    "a b",
    "; touch pwned",
    "| touch pwned",
    "& touch pwned &",
    "&& touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "${IFS}touch${IFS}pwned",
    "> pwned",
    ">>pwned<",
    "<(touch pwned)",
    "'; touch pwned; '",
    "\"; touch pwned; \"",
    "'\"'\"'; touch pwned #",
    "\\'; touch pwned; \\'",
    "\\",
    "*",
    "~root",
    "{a,b}",
    "!!",
    "#",
    "x=1",
    "é\u{301} \u{202e}txt",
    "$'\\x3btouch\\x20pwned'",
];

#[tokio::test]
async fn a_value_is_one_argument_whatever_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    config.workdir = folder.path().to_owned();
    let runner = Runner::new(config);
    for quotes in ["<X>", "\"<X>\"", "'<X>'"] {
        for value in NASTY {
            let source = filled(&format!("printf '[%s]' {quotes}"), value).unwrap();
            // As a change, so that nothing but the quoting keeps the file from being made.
            let report = runner.run(&order(Effect::ChangesHere, &source)).await;
            // What only a terminal or a reader's eye would take for more is cleaned out of every output.
            let shown: String = value.chars().filter(|c| *c != '\u{202e}').collect();
            assert_eq!(printed(&report), format!("[{shown}]"), "{quotes} {value:?} as {source:?}");
            assert_eq!(report.ending, Ending::Exited { code: 0 });
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something was made");
    before.holds();
}

#[test]
fn a_value_is_never_an_option() {
    for value in ["-rf", "--help", "-", "-oProxyCommand=touch pwned", "--upload-file=/etc/passwd"] {
        for source in
            ["grep <X> log", "grep '<X>' log", "grep \"<X>\" log", "cat log | grep <X>", "curl '<X>'"]
        {
            assert_eq!(filled(source, value), Err(vec!["X".to_owned()]), "{value} in {source}");
        }
        // Behind other characters of its word it is no option.
        assert!(filled("grep name=<X> log", value).is_ok(), "{value}");
    }
}

#[test]
fn what_no_argument_can_be_is_refused() {
    let long = "x".repeat(1025);
    for value in ["", "a\nb", "a\rb", "a\0b", "\u{1b}[2J", "a\u{85}b", "\u{7}", &long] {
        assert_eq!(filled("grep <X> log", value), Err(vec!["X".to_owned()]), "{value:?}");
        assert!(value_fault(value).is_some(), "{value:?}");
    }
    assert!(filled("grep <X> log", &long[1..]).is_ok(), "the longest");
}

#[test]
fn where_a_shell_reads_again_only_plain_words_are_taken() {
    for source in
        ["ssh host 'grep <X> log'", "bash -c 'echo <X>'", "eval \"echo <X>\"", "watch 'grep <X> log'"]
    {
        for value in ["a b", "$(id)", "a;b", "a'b", "a\"b", "a|b", "`id`"] {
            assert_eq!(filled(source, value), Err(vec!["X".to_owned()]), "{value} in {source}");
        }
        assert!(filled(source, "plain-1.2_3").is_ok(), "{source}");
    }
}

#[test]
fn where_no_quoting_is_safe_nothing_is_filled_in() {
    for source in [
        "cat <<E\n<X>\nE",
        "echo `grep <X> log`",
        "echo $((<X>))",
        "echo \"$(grep \"<X>\" log)\"",
        "echo $'<X>'",
        "echo \\<X>",
    ] {
        assert_eq!(filled(source, "a;b"), Err(vec!["X".to_owned()]), "{source}");
    }
}

/// The text that a person approves is judged again with the value in it.
#[test]
fn a_value_does_not_make_a_look_of_a_change_nor_pass_as_one() {
    for value in NASTY {
        let source = filled("grep <X> /var/log/syslog", value).unwrap();
        // A text that does not read as it runs is judged as nobody's.
        let expected = if value.contains('\u{202e}') { Effect::Unknown } else { Effect::ReadsHere };
        assert_eq!(effect_of(&source).0, expected, "{source}");
    }
    let destroys = filled("kubectl <X> pod api", "delete").unwrap();
    assert!(effect_of(&destroys).0 > Effect::Waits, "{destroys}");
}

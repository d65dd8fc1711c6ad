//! The forms of help that tools print, each in a short example of its own.

use super::read;
use crate::oracle::grammar::{Grammar, Lookup, Takes};

const YARGS: &str = include_str!("../../../tests/help/yargs.txt");
const YARGS_SAIL: &str = include_str!("../../../tests/help/yargs-sail.txt");
const COMMANDER: &str = include_str!("../../../tests/help/commander.txt");
const COMMANDER_LOGS: &str = include_str!("../../../tests/help/commander-logs.txt");
const CLICK: &str = include_str!("../../../tests/help/click.txt");
const RICH: &str = include_str!("../../../tests/help/rich.txt");
const ARGPARSE: &str = include_str!("../../../tests/help/argparse.txt");
const COBRA: &str = include_str!("../../../tests/help/cobra.txt");
const COBRA_LIST: &str = include_str!("../../../tests/help/cobra-list.txt");
const KUBECTL: &str = include_str!("../../../tests/help/kubectl.txt");
const CLAP: &str = include_str!("../../../tests/help/clap.txt");
const GNU: &str = include_str!("../../../tests/help/gnu.txt");

fn grammar(text: &str, path: &[&str]) -> Grammar {
    read(text, path).unwrap()
}

fn commands(grammar: &Grammar) -> Vec<&str> {
    grammar.subcommands.keys().map(String::as_str).collect()
}

/// Holds what follows each option, one list for each possibility.
fn takes(grammar: &Grammar, nothing: &[&str], value: &[&str], perhaps: &[&str]) {
    let all = [(Takes::Nothing, nothing), (Takes::Value, value), (Takes::Perhaps, perhaps)];
    for (takes, names) in all {
        for name in names {
            assert_eq!(grammar.option(name), Lookup::Known(takes), "{name}");
        }
    }
    assert_eq!(grammar.option("--bogus"), Lookup::Missing);
    assert_eq!(grammar.option("-Z"), Lookup::Missing);
}

#[test]
fn yargs() {
    let tool = grammar(YARGS, &["boat"]);
    assert_eq!(commands(&tool), ["crew", "docs", "go", "list", "sail"]);
    assert_eq!(tool.subcommands["go"], "sail");
    assert!(!tool.takes_operands && tool.needs.is_empty());
    let sail = grammar(YARGS_SAIL, &["boat", "sail"]);
    assert!(sail.subcommands.is_empty(), "positionals are no subcommands");
    takes(&sail, &["--dry-run", "-v"], &["-e", "--env", "--format", "--wind", "--sampling-rate"], &[]);
    assert_eq!(sail.option("--samplingRate"), Lookup::Known(Takes::Value), "yargs takes both spellings");
    assert_eq!(sail.option("--no-dry-run"), Lookup::Known(Takes::Nothing));
    assert!(sail.needs.is_empty() && sail.takes_operands, "[route] may be left out");
}

#[test]
fn commander() {
    let tool = grammar(COMMANDER, &["tide"]);
    assert_eq!(commands(&tool), ["dash", "dashboard", "help", "logs", "run"]);
    assert_eq!(tool.subcommands["dash"], "dashboard");
    let logs = grammar(COMMANDER_LOGS, &["tide", "logs"]);
    takes(&logs, &["--success"], &["--deployment"], &["--history", "--tag"]);
    let names: Vec<&str> = logs.long_names().collect();
    assert_eq!(names, ["--history", "--success", "--deployment"], "what is only mentioned is not listed");
}

#[test]
fn click() {
    let deploy = grammar(CLICK, &["buoy", "deploy"]);
    takes(&deploy, &["--stream-logs", "--no-stream", "-m"], &["--name", "-e", "--env", "--strategy"], &[]);
    assert_eq!(deploy.needs, ["APP_REF"]);
    assert!(deploy.subcommands.is_empty());
}

#[test]
fn boxes_of_rich() {
    let logs = grammar(RICH, &["buoy", "app", "logs"]);
    takes(&logs, &["--follow", "--no-follow"], &["--tail", "--env", "-e", "--kind"], &[]);
    assert!(logs.subcommands.is_empty());
    assert_eq!(logs.options.iter().find(|o| o.names[0] == "--tail").unwrap().about, "How many lines.");
}

#[test]
fn argparse() {
    let tool = grammar(ARGPARSE, &["keel"]);
    assert_eq!(commands(&tool), ["add", "list"]);
    takes(&tool, &["-v", "--verbose"], &["--root", "-r"], &[]);
    assert_ne!(tool.option("--size"), Lookup::Missing);
    assert!(!tool.takes_operands);
}

#[test]
fn cobra() {
    let tool = grammar(COBRA, &["rudder"]);
    assert_eq!(commands(&tool), ["compose", "list", "plugin", "rollback"]);
    assert!(tool.gaps.aliases && tool.gaps.plugins && !tool.gaps.options);
    takes(&tool, &["--debug", "--quiet-all"], &["-n", "--namespace", "--timeout"], &["--cascade"]);
    let list = grammar(COBRA_LIST, &["rudder", "list"]);
    assert_eq!(list.aliases, ["list", "ls"]);
    takes(&list, &["--all", "-a"], &["-f", "--filter", "-n"], &[]);
}

#[test]
fn kubectl() {
    let get = grammar(KUBECTL, &["kubectl", "get"]);
    takes(&get, &["-A", "--all-namespaces"], &["-o", "--output", "--chunk-size"], &["--all-but-this"]);
    assert!(get.gaps.globals && get.needs.is_empty());
}

#[test]
fn clap() {
    let tool = grammar(CLAP, &["capstan"]);
    assert_eq!(commands(&tool), ["help", "t", "turn"]);
    takes(&tool, &["-V"], &["-c", "--config"], &["--color"]);
}

#[test]
fn gnu() {
    let tool = grammar(GNU, &["ebb"]);
    takes(
        &tool,
        &["-a", "--all", "--single"],
        &["--block-size", "-w", "-t", "--type", "--from"],
        &["--color"],
    );
    assert!(tool.needs.is_empty(), "there are two ways to call it");
    assert_eq!(tool.option("--bl"), Lookup::Known(Takes::Value), "getopt takes a name cut short");
}

#[test]
fn a_help_about_something_else_is_none() {
    assert_eq!(read(YARGS, &["boat", "sail", "far"]), None, "the help of the parent");
    assert_eq!(read("unknown flag: --help\n", &["boat"]), None);
    assert_eq!(read("", &["boat"]), None);
}

#[test]
fn a_help_that_leaves_things_out_says_so() {
    let partly =
        "Usage: surf [options...] <url>\n -d, --data <x>  Post\n\nThis is not the full help; this menu is\n";
    assert!(grammar(partly, &["surf"]).gaps.options);
    let common = "usage: log <command> [<args>]\n\nThese are common commands:\n\nwork:\n   clone   Clone\n";
    assert!(grammar(common, &["log"]).gaps.subcommands);
}

#[test]
fn colours_are_taken_off() {
    let text = "\u{1b}[1mUsage:\u{1b}[0m dye [OPTIONS] <COMMAND>\n\n\u{1b}[1mCommands:\u{1b}[0m\n  \u{1b}[1mdip\u{1b}[0m  Dip it\n";
    assert_eq!(commands(&grammar(text, &["dye"])), ["dip"]);
}

#[test]
fn any_text_is_read() {
    let odd =
        ["--[no-]", "│", "╭", "-", "--", "usage:", "  -x", "[[[[", "{a,b} ...", "\u{1b}", "Commands:\n  ,"];
    for text in odd {
        let _ = read(text, &["tool"]);
        let _ = read(&format!("usage: tool {text}\nOptions:\n  {text}\n"), &["tool", "verb"]);
    }
}

proptest::proptest! {
    #[test]
    fn any_lines_are_read(lines in proptest::collection::vec("[-│╭╰ usage:UO|\\[\\]<>{},.=*a-z\u{1b}é]{0,30}", 0..12)) {
        let _ = read(&lines.join("\n"), &["tool"]);
        let _ = read(&format!("Usage: tool verb {}\n\nCommands:\n{}", lines.concat(), lines.join("\n")), &["tool", "verb"]);
    }
}

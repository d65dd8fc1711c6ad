//! W029: an address or a path that belongs to one developer, not to production.

use super::document::{Document, Finding};
use crate::needles::needles;
use crate::{Diagnostic, DiagnosticSeverity};
use aho_corasick::AhoCorasick;
use core::cell::LazyCell;
use std::sync::LazyLock;

/// Hosts that are handed out to a developer for as long as a program runs on the developer's machine.
const PERSONAL: &[&str] = &[
    "-dev.modal.run",
    ".ngrok.io",
    ".ngrok.app",
    ".ngrok.dev",
    ".ngrok-free.app",
    ".ngrok-free.dev",
    ".trycloudflare.com",
    ".loca.lt",
    ".serveo.net",
];
/// Hosts of a development environment, by how their first name ends.
const DEVELOPMENT: &[&str] = &["-dev."];
/// This machine, whichever that is for the reader.
const HERE: &[&str] = &["://localhost", "://127.0.0.1"];
/// Folders of one account.
const HOMES: &[&str] = &["/home/", "/Users/"];

/// Accounts that machines have, and words that stand for an account.
const MACHINES: &[&str] = &[
    "ubuntu",
    "ec2-user",
    "deploy",
    "deployer",
    "admin",
    "app",
    "git",
    "node",
    "debian",
    "centos",
    "core",
    "pi",
    "runner",
    "vagrant",
    "azureuser",
    "opc",
    "user",
    "username",
    "shared",
    "www-data",
    "ansible",
    "jenkins",
    "service",
];

/// Words of a document in which `localhost` is a place that its reader was sent to.
const SENT: &[&str] = &[
    "port-forward",
    "ssh ",
    "tunnel",
    "exec ",
    "on the host",
    "on the server",
    "log in to the",
    "kubectl proxy",
];

static NEEDLES: LazyLock<AhoCorasick> =
    LazyLock::new(|| needles(&[PERSONAL, DEVELOPMENT, HERE, HOMES].concat()));
static ELSEWHERE: LazyLock<AhoCorasick> = LazyLock::new(|| needles(SENT));

pub(super) fn personal(document: &Document<'_>) -> Vec<Diagnostic> {
    let is_sent = LazyCell::new(|| ELSEWHERE.is_match(document.text));
    let lines = document.lines_with(&NEEDLES);
    lines
        .filter_map(|(line, text)| {
            let here_is_odd = !*is_sent && document.fence_at(line).is_none();
            of_line(document, (line, text), here_is_odd)
        })
        .collect()
}

fn of_line(document: &Document<'_>, (line, text): (u32, &str), here_is_odd: bool) -> Option<Diagnostic> {
    let ends = [' ', '`', '"', '\'', '<', '>', '(', ')', '|', '[', ']', ','];
    let (word, message) = text.split(ends).find_map(|word| Some((word, judged(word, here_is_odd)?)))?;
    let finding = Finding {
        code: "W029",
        severity: DiagnosticSeverity::Warning,
        message: format!("`{word}` {message}"),
        hint: "name what is deployed",
    };
    Some(document.place(finding, line, word))
}

/// What is wrong with a word, if it is an address or a path at all.
fn judged(word: &str, here_is_odd: bool) -> Option<&'static str> {
    let has = |texts: &[&str]| texts.iter().any(|text| word.contains(text));
    let host = word.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    if has(PERSONAL) || host.is_some_and(|host| DEVELOPMENT.iter().any(|end| host.contains(end))) {
        return Some("is a developer's own address: it says nothing about production");
    }
    if has(HERE) && here_is_odd {
        return Some("is whichever machine the reader sits at");
    }
    let account = HOMES.iter().find_map(|home| word.split_once(home))?.1.split('/').next()?;
    let is_name =
        account.len() > 1 && account.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let is_person = is_name && !MACHINES.contains(&account.to_ascii_lowercase().as_str());
    // `/home/page` in an address is a page.
    (is_person && !word.contains("://")).then_some("lies in the home folder of one person")
}

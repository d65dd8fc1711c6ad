//! W033 and W046 among the documents of one folder: a command that drifted, and a fact with two values.
//!
//! Two documents may be about two things, so that more must be the same than within one document: of a command what it
//! works on and where, of a telephone number a label that names more than its kind.

use super::document::{Document, Finding, Placed};
use super::options::tool_words;
use super::{drift, facts};
use crate::shell::{Args, Word, find_verb};
use crate::{Diagnostic, DiagnosticSeverity};
use std::collections::BTreeMap;

/// Options that say where a command works: with another value it is another command.
const PLACES: &[&str] = &[
    "-n",
    "--namespace",
    "-A",
    "--all-namespaces",
    "--context",
    "--cluster",
    "--kubeconfig",
    "--env",
    "-e",
    "--environment",
    "--project",
    "--region",
    "--zone",
    "--profile",
    "--account",
    "--subscription",
    "-g",
    "--resource-group",
    "-l",
    "--selector",
    "-c",
    "--container",
    "-h",
    "--host",
    "-H",
    "-p",
    "--port",
    "-d",
    "--dbname",
    "-U",
    "--user",
    "-u",
    "--app",
    "-a",
    "--name",
    "--stack",
    "--service",
    "-s",
    "--unit",
    "-t",
    "--tag",
    "--bucket",
    "--queue",
    "--topic",
    "--group",
    "-f",
    "--file",
    "--component",
    "--prod",
];

/// What the documents so far have said.
#[derive(Default)]
pub(crate) struct Across {
    /// The documents' paths, in their order.
    paths: Vec<String>,
    constants: BTreeMap<String, Said>,
    phones: BTreeMap<String, Said>,
    /// By title, and by the tool with what it works on.
    commands: BTreeMap<(String, String), Said>,
}

/// What was said first, and where.
struct Said {
    /// As it is compared.
    value: String,
    /// As it is written.
    shown: String,
    document: usize,
    line: u32,
}

/// A fact of the document that is being looked at.
struct Now<'a> {
    value: String,
    shown: &'a str,
    line: u32,
}

impl Across {
    /// The next document, by its path.
    pub(crate) fn begin(&mut self, path: &str) {
        self.paths.push(path.to_owned());
    }

    /// What the document says otherwise than those before it.
    pub(super) fn find(&mut self, document: &Document<'_>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (line, name, value) in facts::said_constants(document) {
            let now = Now { value: value.to_owned(), shown: value, line };
            let known = meet(&mut self.constants, name.to_owned(), now, self.paths.len());
            found.extend(
                known.map(|known| fact(document, &format!("`{name}`"), (value, line), (known, &self.paths))),
            );
        }
        for (line, label, number) in facts::said_phones(document).filter(|(_, label, _)| is_name(label)) {
            let now = Now { value: facts::digits(number), shown: number, line };
            let known = meet(&mut self.phones, label.to_lowercase(), now, self.paths.len());
            found.extend(known.map(|known| fact(document, label, (number, line), (known, &self.paths))));
        }
        for placed in &document.commands {
            let Some(key) = drift::title(placed).zip(work(placed)) else { continue };
            let command = placed.command;
            let value = drift::squeezed(&command.source).join(" ");
            let now =
                Now { value, shown: command.source.lines().next().unwrap_or_default(), line: command.line };
            let known = meet(&mut self.commands, key, now, self.paths.len());
            found.extend(known.map(|known| drifted(document, placed, (known, &self.paths))));
        }
        found
    }
}

/// What an earlier document says otherwise under a name; the first that says anything is kept.
fn meet<'k, K: Ord>(
    known: &'k mut BTreeMap<K, Said>,
    key: K,
    now: Now<'_>,
    document: usize,
) -> Option<&'k Said> {
    let Now { value, shown, line } = now;
    let first = known.entry(key).or_insert_with(|| Said {
        value: value.clone(),
        shown: shown.to_owned(),
        document,
        line,
    });
    (first.document != document && first.value != value).then_some(&*first)
}

fn fact(
    document: &Document<'_>,
    name: &str,
    (value, line): (&str, u32),
    (before, paths): (&Said, &[String]),
) -> Diagnostic {
    let finding = Finding {
        code: "W046",
        severity: DiagnosticSeverity::Warning,
        message: format!("{name} is {value} here and {} {}", before.shown, before.place(paths)),
        hint: "find out which is true, and write it in one place",
    };
    document.place(finding, line, value)
}

fn drifted(document: &Document<'_>, placed: &Placed<'_>, (before, paths): (&Said, &[String])) -> Diagnostic {
    let command = placed.command;
    let title = command.title.as_deref().unwrap_or_default();
    let finding = Finding {
        code: "W033",
        severity: DiagnosticSeverity::Info,
        message: format!(
            "“{title}” is `{}` {} and something else here",
            before.shown.trim(),
            before.place(paths)
        ),
        hint: "make them equal, or let their titles say what differs",
    };
    document.place(finding, command.line, command.source.lines().next().unwrap_or_default())
}

impl Said {
    /// Where it was said, for a sentence.
    fn place(&self, paths: &[String]) -> String {
        let path = self.document.checked_sub(1).and_then(|at| paths.get(at)).map_or("", String::as_str);
        format!("on line {} of {path}", self.line)
    }
}

/// `Payments hotline` names somebody; `Phone` is another one in every document.
fn is_name(label: &str) -> bool {
    label.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic)).count()
        > 1
}

/// The tool, its verb, what it works on and where: two commands with the same work differ in how they do it only.
fn work(placed: &Placed<'_>) -> Option<String> {
    let [call] = placed.calls else { return None };
    let (name, words) = tool_words(call)?;
    let (tool, verb, rest) = find_verb(name, words)?;
    let args = Args::read(rest, &[verb.spec, tool.globals]);
    let mut parts: Vec<&str> = vec![name, verb.path];
    for word in &args.operands {
        parts.push(word.exact()?);
    }
    let before_verb = words.get(..words.len() - rest.len()).unwrap_or_default();
    let places = places(before_verb).chain(places(rest));
    parts.extend(places);
    Some(parts.join(" "))
}

/// The options that say where, each with its value.
fn places(words: &[Word]) -> impl Iterator<Item = &str> {
    words.iter().enumerate().flat_map(move |(at, word)| {
        let option = word.text.split('=').next().unwrap_or_default();
        let is_place = PLACES.contains(&option);
        let apart = is_place && option.len() == word.text.len();
        let value = words.get(at + 1).filter(|next| apart && !next.text.starts_with('-'));
        is_place.then_some(word.text.as_str()).into_iter().chain(value.map(|value| value.text.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use crate::{Source, compile_documents};

    fn told(texts: &[&str]) -> Vec<(String, u32, u32, String)> {
        let paths = ["a.md", "sub/b.md", "c.md"];
        let sources: Vec<Source<'_>> =
            paths.iter().zip(texts).map(|(path, text)| Source { path, bytes: text.as_bytes() }).collect();
        let found = compile_documents(&sources).diagnostics.into_iter();
        let found = found.filter(|one| ["W033", "W046"].contains(&one.code.as_str()));
        found.map(|one| (one.code, one.document, one.line, one.message)).collect()
    }

    fn runbook(title: &str, command: &str) -> String {
        format!(
            "# Alert: {title}\n\n## Symptoms\n\n- {title} shows\n\n## Steps\n\n1. Look\n   ```sh\n   # {title} at a glance\n   {command}\n   ```\n"
        )
    }

    #[test]
    fn a_fact_with_two_values_in_two_documents_is_told_at_the_second() {
        let one = "# A\n\n`PAUSE_AFTER_MS` = 540000\n\nPayments hotline: +1 555 0100 200\n";
        let same = "# B\n\nPAUSE_AFTER_MS is 540000, payments hotline: +1 (555) 0100-200\n";
        let other = "# C\n\nPAUSE_AFTER_MS = 600000\n\n- payments hotline: +1 555 0100 300\n";
        assert_eq!(told(&[one, same]), []);
        let found = told(&[one, same, other]);
        let places: Vec<_> =
            found.iter().map(|(code, document, line, _)| (code.as_str(), *document, *line)).collect();
        assert_eq!(places, [("W046", 2, 3), ("W046", 2, 5)]);
        assert_eq!(found[0].3, "`PAUSE_AFTER_MS` is 600000 here and 540000 on line 3 of a.md");
    }

    #[test]
    fn two_documents_may_have_a_phone_each() {
        assert_eq!(told(&["# A\n\nPhone: +1 555 0100 200\n", "# B\n\nPhone: +1 555 0100 300\n"]), []);
    }

    #[test]
    fn a_command_that_drifted_in_another_document_is_told() {
        let one = runbook("Queue", "kubectl logs deploy/queue --tail=100");
        let more = runbook("Queue", "kubectl logs deploy/queue --tail=500");
        let found = told(&[&one, &one, &more]);
        let codes: Vec<_> =
            found.iter().map(|(code, document, line, _)| (code.as_str(), *document, *line)).collect();
        assert_eq!(codes, [("W033", 2, 12)], "{found:?}");
    }

    #[test]
    fn the_same_look_at_another_thing_has_not_drifted() {
        let one = runbook("Queue", "kubectl logs deploy/queue --tail=100");
        for other in [
            "kubectl logs deploy/mail --tail=100",
            "kubectl logs deploy/queue -n mail --tail=100",
            "kubectl -n mail logs deploy/queue --tail=100",
            "kubectl logs deploy/queue --context=eu --tail=100",
            "kubectl logs deploy/queue --tail=100 | grep -c error",
        ] {
            assert_eq!(told(&[&one, &runbook("Queue", other)]), [], "{other}");
        }
    }
}

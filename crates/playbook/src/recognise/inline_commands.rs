//! Commands in the prose of a step: ``run `kubectl get pods` ``, ``Check: `curl …` ``.
//!
//! Code in a sentence is mostly a name: a file, a flag, a setting, a metric. It is a command when it begins with a tool
//! that is known and goes on as a call of it, or when a verb of running stands before it. What a sentence only mentions
//! is offered and never begins alone; what it warns of is not even offered. Must never be here: fences.

use super::{commands, conditions, inverse, rules};
use crate::model::Command;
use crate::shell::{Shell, Word, find_verb, is_tool, opens};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Longer code in a sentence is no command.
const CODE_BYTES_MAX: usize = 500;
/// So much of the sentence before the code is read.
const BEFORE_BYTES_MAX: usize = 240;
/// So many words may stand between the verb of running and the code.
const WORDS_BETWEEN_MAX: usize = 6;

/// Why a command that a sentence only mentions does not begin alone.
const MENTIONED: &str = "the sentence that it stands in does not tell to run it";

/// Tools that are called by a word of everyday language: code that begins with one may be a phrase.
const EVERYDAY: &str = "at base64 cat column command cut date df diff env file find fly fold free groups head host \
    hostname id install join kill last link ln look make modal node open paste ps pwd sar screen service sleep sort split \
    stat strings tail tee test time top touch tr tree true type uniq uptime vault w watch wc which who convex dd nl rev seq \
    consul helm flux go rails";

/// What a tool is told to do where no table lists it, because it is never vouched for.
const DOINGS: &str =
    "apply attach build cp debug delete exec install port-forward run start stop restart test rsh";

/// Words that the shell or a database keeps to itself: code that begins with one is no call of a tool.
// tidy: allow(sql): words that begin no command of a shell
const KEPT: &str = "if then else fi for while until do done case esac function select insert update delete drop alter create \
    show explain describe use set begin commit with from where true false null none yes no";

const RUNS: &[&str] = &[
    "run", "rerun", "re-run", "execute", "type", "issue", "invoke", "enter", "ejecuta", "ejecute",
    "ejecutar", "corre", "corra", "lanza", "lance", "executar", "executa", "rode", "roda", "rodar",
];

/// Words after which a verb of running is still a request.
const ASKS: &[&str] = &[
    "then", "and", "please", "first", "now", "to", "you", "can", "should", "must", "also", "next", "again",
    "or", "just", "simply", "always", "luego", "después", "y", "primero", "depois", "e", "primeiro", "então",
    "-", "step",
];

/// Words that make of a request a report or a condition.
const UNLESS: &[&str] = &[
    "if", "when", "before", "after", "until", "while", "once", "unless", "that", "which", "who", "why", "si",
    "cuando", "antes", "después", "se", "quando", "depois",
];

const NEVER: &[&str] =
    &["never", "nunca", "jamás", "jamais", "avoid", "evite", "evita", "evitar", "forbidden", "dangerous"];
const NOT: &[&str] = &["not", "don't", "dont", "cannot", "can't", "without", "não", "sin", "sem", "mustn't"];

/// The commands in the lines of one paragraph or of the first words of one item.
pub(crate) fn of_lines(lines: &[(u32, String)], shell: &mut Shell) -> Vec<Command> {
    let mut found = Vec::new();
    let mut before = String::new();
    for (line, text) in lines {
        let pieces: Vec<&str> = text.split('`').collect();
        if pieces.len().is_multiple_of(2) {
            // One mark is a mark of its own, so that nobody can tell what stands between which.
            before.clear();
            continue;
        }
        for (at, piece) in pieces.iter().enumerate() {
            if at % 2 == 0 {
                before.push_str(piece);
            } else {
                let after = pieces.get(at + 1).copied().unwrap_or_default();
                let sentence = Sentence::new(&before, after);
                found.extend(command(piece, *line, &sentence, shell));
                before.push('`');
            }
        }
        before.push(' ');
        before = near(&before).to_string();
    }
    found
}

/// The end of a text, cut between characters.
fn near(text: &str) -> &str {
    let mut start = text.len().saturating_sub(BEFORE_BYTES_MAX);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

/// Whether this command was found in a sentence that does not tell to run it.
pub(crate) fn is_mentioned(command: &Command) -> bool {
    command.origin.rule == rules::COMMAND_INLINE.id && command.by_hand.as_deref() == Some(MENTIONED)
}

/// What a sentence does with the code in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Telling {
    Told,
    Mentioned,
    /// It warns of it, or says that it happened, or names what undoes another command.
    Refused,
}

/// The words around the code; other code in the sentence is one back quote.
struct Sentence<'t> {
    before: &'t str,
    after: &'t str,
}

impl<'t> Sentence<'t> {
    fn new(before: &'t str, after: &'t str) -> Self {
        let before = near(before);
        let ends = [". ", "! ", "? ", "; ", "。", "！", "; "];
        let begins = ends.iter().filter_map(|end| Some(before.rfind(end)? + end.len())).max().unwrap_or(0);
        let over = after.find(['.', ';', '。', '!', '?']).unwrap_or(after.len());
        Self {
            before: before.get(begins..).unwrap_or_default().trim(),
            after: after.get(..over).unwrap_or_default().trim(),
        }
    }

    fn telling(&self) -> Telling {
        if self.is_refused() {
            Telling::Refused
        } else if self.is_told() {
            Telling::Told
        } else {
            Telling::Mentioned
        }
    }

    fn is_refused(&self) -> bool {
        let words = words(self.before);
        let says = |list: &[&str], words: &[String]| words.iter().any(|word| list.contains(&word.as_str()));
        let begins = |pairs: &[[&str; 2]]| pairs.iter().any(|pair| words.len() > 1 && words[..2] == *pair);
        let lower = self.before.to_lowercase();
        let after = self.after.to_lowercase();
        let replaced =
            ["instead of", "rather than", "en lugar de", "en vez de", "em vez de", "unlike", "no longer"];
        let warned = [
            "must not",
            "should not",
            "is not",
            "does not",
            "doesn't",
            "do not",
            "won't",
            "failed",
            "fails",
            "is deprecated",
            "no longer",
            "cannot",
            "を実行しない",
            "は実行しない",
            "を使わない",
            "は使わない",
            "は禁止",
            "しないで",
        ];
        let clause = words_of_clause(&lower);
        says(NEVER, &words)
            || begins(&[
                ["do", "not"],
                ["please", "don't"],
                ["no", "ejecute"],
                ["no", "ejecutar"],
                ["no", "use"],
            ])
            || words.first().is_some_and(|word| word == "don't" || word == "não")
            || says(NOT, &clause)
            || lower.contains("no ejecut")
            || replaced.iter().any(|end| lower.ends_with(end))
            || warned.iter().any(|start| after.starts_with(start))
            || inverse::is_undo(self.before.trim_end_matches(['*', ' ', '-']))
    }

    fn is_told(&self) -> bool {
        let lower = self.before.to_lowercase();
        let clause = words_of_clause(&lower);
        let asks = clause.iter().rposition(|word| RUNS.contains(&word.as_str())).is_some_and(|at| {
            let request =
                at.checked_sub(1).and_then(|at| clause.get(at)).is_none_or(|word| is_any(ASKS, word));
            let report = clause.iter().take(at).any(|word| is_any(UNLESS, word));
            request && !report && clause.len() - at - 1 <= WORDS_BETWEEN_MAX
        });
        let says_so = ["を実行", "を入力", "を打", "を叩"].iter().any(|start| self.after.starts_with(start));
        let past = ["した", "して", "する前", "すると", "中"].iter().any(|end| {
            self.after
                .strip_prefix("を実行")
                .is_some_and(|rest| rest.starts_with(end) && !rest.starts_with("してください"))
        });
        asks || (says_so && !past)
    }

    /// `If it is stuck, run …`, or `… (if it is safe)` behind the code.
    fn condition(&self) -> Option<String> {
        let lead = self.before.trim_start_matches(['-', '*', ' ']);
        if let Some(rest) = conditions::after_if(lead) {
            let told = rest.split([',', ':', '→', '、']).next().unwrap_or(rest).trim();
            return (!told.is_empty()).then(|| alloc::format!("if {told}"));
        }
        conditions::of_comment(self.after)
    }
}

/// The words since the last comma, which is where a request begins.
fn words_of_clause(lower: &str) -> Vec<String> {
    let begins = [", ", "、", "→ "].iter().filter_map(|mark| Some(lower.rfind(mark)? + mark.len())).max();
    words(lower.get(begins.unwrap_or(0)..).unwrap_or_default())
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase().replace('’', "'");
    let inside = |character: char| character.is_alphanumeric() || matches!(character, '\'' | '`');
    lower
        .split(|character| !(inside(character) || character == '-'))
        .filter(|word| word.contains(inside))
        .map(ToString::to_string)
        .collect()
}

fn is_any(list: &[&str], word: &str) -> bool {
    list.contains(&word)
}

fn lists(names: &str, name: &str) -> bool {
    names.split_ascii_whitespace().any(|known| known == name)
}

fn command(code: &str, line: u32, sentence: &Sentence<'_>, shell: &mut Shell) -> Option<Command> {
    let source = code.trim();
    let source = source.strip_prefix("$ ").unwrap_or(source);
    if source.len() > CODE_BYTES_MAX || !may_be_call(source) {
        return None;
    }
    let telling = sentence.telling();
    if telling == Telling::Refused || !is_call(source, line, telling, shell) {
        return None;
    }
    let mut command = commands::of_source(source, line, shell);
    command.condition = sentence.condition();
    command.origin = rules::COMMAND_INLINE.at(line);
    if telling == Telling::Mentioned {
        command.by_hand = Some(MENTIONED.to_string());
    }
    Some(command)
}

/// A quick look, before anything is parsed: it begins like the name of a tool, and nothing in it was left out.
fn may_be_call(source: &str) -> bool {
    let begins = source.starts_with(|first: char| first.is_ascii_alphanumeric() || "./_".contains(first));
    begins && !source.contains(['…', '→']) && !source.ends_with("...") && !source.contains(" ... ")
}

fn is_call(source: &str, line: u32, telling: Telling, shell: &mut Shell) -> bool {
    let mut rest = source.split_whitespace().skip_while(|word| is_setting(word) || *word == "sudo");
    let Some(tool) = rest.next() else { return false };
    let named = tool.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_./".contains(c));
    let rest: Vec<&str> = rest.collect();
    let known = is_tool(tool) || commands::is_known_tool(tool);
    let by_path = tool.starts_with("./") || (tool.starts_with('/') && tool.matches('/').count() > 1);
    let likely = match (telling, known) {
        _ if !named || lists(KEPT, tool) => false,
        (Telling::Told, true) => !rest.is_empty() || !commands::is_known_tool(tool),
        (Telling::Told, false) => by_path || !rest.is_empty(),
        (Telling::Mentioned, true) => !rest.is_empty(),
        (Telling::Mentioned | Telling::Refused, _) => false,
    };
    if !likely || opens(source) || !shell.is_whole(source) {
        return false;
    }
    telling == Telling::Told || is_evident(tool, &rest, source, line, shell)
}

/// `NAME=value` before a tool.
fn is_setting(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Whether the words behind a tool are those of a call: a verb of its own, an option, a path, a quote.
fn is_evident(tool: &str, rest: &[&str], source: &str, line: u32, shell: &mut Shell) -> bool {
    let calls = &shell.analyse(source, line).calls;
    let has_verb =
        calls.first().and_then(|call| call.split_first()).is_some_and(|(name, words): (&Word, &[Word])| {
            name.exact()
                .and_then(|name| find_verb(name, words))
                .is_some_and(|(_, verb, _)| !verb.path.is_empty())
        });
    let is_option = |word: &&str| word.len() > 1 && word.starts_with('-') && !word.starts_with("->");
    let is_path =
        |word: &&str| word.contains(['/', '=', '"', '\'', '<', '|', '$', '{']) || word.contains("::");
    let is_doing = rest.len() > 1 && rest.first().is_some_and(|word| lists(DOINGS, word));
    has_verb
        || rest.iter().any(|word| is_option(word) || is_path(word))
        || (!lists(EVERYDAY, tool) && (is_doing || (matches!(tool, "ssh" | "scp") && rest.len() > 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// The commands in a sentence, each with whether it may begin alone.
    fn found(sentence: &str) -> Vec<(String, bool)> {
        of_lines(&[(1, sentence.to_string())], &mut Shell::default())
            .into_iter()
            .map(|command| (command.source, command.by_hand.is_none()))
            .collect()
    }

    #[test]
    fn a_sentence_that_tells_to_run_it_is_a_command() {
        for (sentence, source) in [
            ("Run `kubectl get pods -n web`.", "kubectl get pods -n web"),
            ("First, run `kubectl get pods` on the bastion", "kubectl get pods"),
            ("If it is down, run `systemctl status api`", "systemctl status api"),
            ("Please run the following command: `df -h`", "df -h"),
            ("Run `uptime`", "uptime"),
            ("run `./scripts/drain.sh`", "./scripts/drain.sh"),
            ("Execute `bin/failover --to replica`", "bin/failover --to replica"),
            ("Then execute this on any node: `crictl ps`", "crictl ps"),
            ("You can run `kubectl top pods` again", "kubectl top pods"),
            ("Ejecuta `kubectl get pods`", "kubectl get pods"),
            ("Luego ejecute el comando `df -h`", "df -h"),
            ("Rode `kubectl get pods`", "kubectl get pods"),
            ("`kubectl get pods` を実行する", "kubectl get pods"),
            ("`df -h`を実行してください", "df -h"),
        ] {
            assert_eq!(found(sentence), [(source.to_string(), true)], "{sentence}");
        }
    }

    #[test]
    fn a_sentence_that_only_mentions_it_offers_it() {
        for (sentence, source) in [
            ("Check: `curl -I https://api.example.test/health`", "curl -I https://api.example.test/health"),
            ("The pods are in `kubectl get pods -n <namespace>`", "kubectl get pods -n <namespace>"),
            ("The pipeline runs `terraform apply`", "terraform apply"),
            ("`wrangler rollback` brings the old version back", "wrangler rollback"),
            ("Before you run `kubectl delete pod x`, look", "kubectl delete pod x"),
            ("After somebody ran `helm rollback api 3` it was fine", "helm rollback api 3"),
            ("Restart it with `sudo systemctl restart api`", "sudo systemctl restart api"),
            ("`kubectl exec api-1 -- ls`", "kubectl exec api-1 -- ls"),
            ("it says why: `tail -50 /var/log/api.log`", "tail -50 /var/log/api.log"),
            ("`ssh web-1 uptime` tells", "ssh web-1 uptime"),
            ("`kubectl get pods` を実行したとき", "kubectl get pods"),
        ] {
            assert_eq!(found(sentence), [(source.to_string(), false)], "{sentence}");
        }
    }

    #[test]
    fn names_are_no_commands() {
        for sentence in [
            "Set `--max-time` to 5",
            "See `kubectl`",
            "`git bisect` helps",
            "`kubectl …` and `kubectl get ...`",
            "`agent.ts` and `wrangler.toml`",
            "`ALLOWED_ORIGINS` must list it",
            "`LOG_LEVEL=debug`",
            "`http_requests_total`",
            "`rate(errors[5m]) > 0.1`",
            "`up == 0`",
            "`9 * 60 * 1000` ms",
            "`GET /health` answers",
            "`https://status.example.test`",
            "`top level` and `head office`, `time series`, `test environment`, `last seen`",
            "`open files limit`, `file not found`, `install failed`, `kill signal received`",
            "`docker daemon is not running`",
            "`curl timed out after 30s`",
            "`select * from sessions`",
            "`SELECT 1`",
            "Run `select 1`",
            "Run the `HighErrorRate` query",
            "Run `deploy.yml`",
            "Run `psql`",
            "Run `ssh web-1`",
            "Run the `nightly` job",
            "Run it with `--dry-run`",
            "the key `x`",
            "an odd ` mark and `kubectl get pods`",
            "`if x then y`",
            "Run `kubectl get pods | grep \"x`",
        ] {
            assert_eq!(found(sentence), [], "{sentence}");
        }
    }

    #[test]
    fn what_a_sentence_warns_of_is_not_offered() {
        for sentence in [
            "Do not run `kubectl delete ns web`",
            "Don’t run `kubectl delete ns web`",
            "Never run `terraform destroy` here",
            "Never `modal app stop x` here",
            "Do not, under any circumstances, run `rm -rf /data`",
            "You must not run `helm uninstall api`",
            "Avoid `kubectl drain n1`",
            "instead of `kubectl delete pod x`",
            "`kubectl delete pod x` must not be used",
            "`terraform apply` failed",
            "Undo: `wrangler rollback --env production`",
            "**Rollback**: `helm rollback api`",
            "No ejecute `kubectl delete ns web`",
            "Nunca rode `terraform destroy`",
            "Não execute `kubectl delete ns web`",
            "`kubectl delete ns web` を実行しないでください",
        ] {
            assert_eq!(found(sentence), [], "{sentence}");
        }
        let told = "Run `kubectl get pods -o wide` instead of `kubectl delete pod x`, not `kubectl drain n1`";
        assert_eq!(found(told), [("kubectl get pods -o wide".to_string(), true)]);
    }

    #[test]
    fn several_in_one_sentence_are_each_found_and_a_line_may_break_before_them() {
        assert_eq!(
            found("Run `df -h` and `free -m`; `uptime -p` is nice to know"),
            vec![
                ("df -h".to_string(), true),
                ("free -m".to_string(), true),
                ("uptime -p".to_string(), false)
            ]
        );
        let lines = [(3, "Wait a minute and then run".to_string()), (4, "`kubectl get pods`.".to_string())];
        let commands = of_lines(&lines, &mut Shell::default());
        assert_eq!((commands[0].line, commands[0].by_hand.is_none()), (4, true));
    }

    #[test]
    fn the_condition_and_the_holes_come_along() {
        let one = |text: &str| of_lines(&[(1, text.to_string())], &mut Shell::default()).remove(0);
        let stuck = one("If the pod is stuck, run `kubectl delete pod <pod>`");
        assert_eq!(stuck.condition.as_deref(), Some("if the pod is stuck"));
        assert_eq!((stuck.holes.len(), &*stuck.origin.rule), (1, "inline-command"));
        assert!(!stuck.may_begin_alone());
        assert_eq!(one("Run `kubectl get pods` (if safe)").condition.as_deref(), Some("if safe"));
    }
}

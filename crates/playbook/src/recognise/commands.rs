//! Fences and inline values to commands: titles, conditions, pre-steps and expectations come from the comments above.
//!
//! What a command does is the business of `shell`; here only its place in the document is known.

use super::front_matter::FrontMatter;
use super::tasks::{self, Task};
use super::{annotations, checks, conditions, rules, sessions};
use crate::model::{Command, Context, ContextKind, Effect};
use crate::scan::{Block, Document, Fence, FenceCommands};
use crate::shell::{Shell, judge_elsewhere};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "shell",
    "console",
    "zsh",
    "terminal",
    "shell-session",
    "shellsession",
    "cmd",
    "ksh",
    "fish",
];

/// Tools whose name at the start of a line makes it a command even without a language.
const TOOLS: &[&str] = &[
    "aws",
    "az",
    "cat",
    "convex",
    "curl",
    "dig",
    "docker",
    "fly",
    "gcloud",
    "gh",
    "git",
    "grep",
    "heroku",
    "helm",
    "journalctl",
    "jq",
    "kubectl",
    "ls",
    "make",
    "modal",
    "mysql",
    "netlify",
    "node",
    "npm",
    "npx",
    "oc",
    "ping",
    "pnpm",
    "psql",
    "python",
    "python3",
    "redis-cli",
    "ssh",
    "sudo",
    "systemctl",
    "tail",
    "terraform",
    "vercel",
    "wget",
    "wrangler",
    "yarn",
];

/// Reads every shell fence of a document, each once; [`of_fence`] then only looks it up.
pub(crate) fn read(doc: &Document<'_>, shell: &mut Shell) {
    let matter = FrontMatter::read(doc.text);
    let folder = matter.first(&["cwd"]).and_then(|(value, _)| annotations::folder(value));
    for (index, section) in doc.each() {
        let task = tasks::of_section(doc, index);
        read_blocks(&section.blocks, (task.as_ref(), folder.as_deref()), shell);
    }
}

/// Marks a command that is run in another folder.
fn stand_in(command: &mut Command, folder: Option<&str>) {
    if let (Some(folder), None) = (folder, &command.context) {
        let opener = format!("cd {folder}");
        command.context = Some(Context { kind: ContextKind::Folder, opener });
    }
}

fn read_blocks(blocks: &[Block], above: (Option<&Task>, Option<&str>), shell: &mut Shell) {
    let (task, folder) = above;
    for block in blocks {
        match block {
            Block::Fence(fence) if is_shell(fence) => {
                fence.commands.get_or_init(|| {
                    let mut found = commands_of(fence, shell);
                    task.into_iter().for_each(|task| task.apply(&mut found.commands));
                    let counts =
                        found.commands.iter_mut().filter(|command| sessions::counts_on_folder(command));
                    counts.for_each(|command| stand_in(command, folder));
                    found
                });
            }
            Block::List(list) => list.items.iter().for_each(|item| read_blocks(&item.blocks, above, shell)),
            Block::Quote(inner) => read_blocks(inner, above, shell),
            Block::Fence(_) | Block::Paragraph(_) | Block::Table(_) | Block::Rule => {}
        }
    }
}

/// The commands of a fence and the checks that its comments state; nothing when it is no shell.
pub(crate) fn of_fence(fence: &Fence) -> Option<&FenceCommands> {
    is_shell(fence).then(|| fence.commands.get_or_init(|| commands_of(fence, &mut Shell::default())))
}

fn commands_of(fence: &Fence, shell: &mut Shell) -> FenceCommands {
    let logicals = shell.split(&prompted(fence), console(fence));
    let mut reader = Reader { shell, language: &fence.language, found: FenceCommands::default() };
    let mut group = Group::default();
    for logical in logicals {
        let line = line_of(fence, logical.line);
        if !(logical.comments.is_empty() && group.next_line == Some(logical.line)) {
            group = Group::default();
        }
        group.next_line = Some(logical.line + logical.source.lines().count().max(1));
        let comments: Vec<(u32, String)> =
            logical.comments.iter().map(|(at, text)| (line_of(fence, *at), bare_comment(text))).collect();
        group.context = logical.context;
        reader.command(&logical.source, line, &comments, &mut group);
    }
    let mut found = reader.found;
    let written = annotations::read(&fence.info);
    for command in &mut found.commands {
        if command.by_hand.is_none() {
            command.by_hand.clone_from(&written.by_hand);
        }
        stand_in(command, written.folder.as_deref());
    }
    if let Some(first) = found.commands.first_mut().filter(|first| first.title.is_none()) {
        first.title = written.name;
    }
    found
}

/// The console that a fence is for by its language.
fn console(fence: &Fence) -> Option<Context> {
    let kind = match fence.language.as_str() {
        "sql" | "psql" | "pgsql" | "postgres" | "postgresql" | "mysql" => ContextKind::Sql,
        "redis" => ContextKind::Redis,
        _ => return None,
    };
    Some(Context { kind, opener: fence.language.clone() })
}

/// The text of a fence, with `# ` before commands told from `# ` before comments: in a console's transcript it is the
/// prompt of root where every command has it.
fn prompted(fence: &Fence) -> String {
    let text = fence.text();
    let shows = matches!(fence.language.as_str(), "console" | "shell-session" | "shellsession" | "terminal");
    let calls = |line: &str| {
        let mut words = line.split_whitespace();
        words.next().is_some_and(|tool| TOOLS.contains(&tool)) && words.next().is_some()
    };
    let root = |line: &&str| line.trim_start().strip_prefix("# ").is_some_and(calls);
    if !shows
        || !text.lines().any(|line| root(&line))
        || text.lines().any(|line| calls(line) || line.starts_with("$ "))
    {
        return text;
    }
    text.lines()
        .flat_map(|line| {
            [if root(&line) { line.replacen("# ", "$ ", 1) } else { line.to_string() }, "\n".into()]
        })
        .collect()
}

/// A value such as `wrangler tail --env production`, when it is a command.
pub(crate) fn of_value(value: &str, line: u32, shell: &mut Shell) -> Option<Command> {
    let value = value.trim();
    let source = value.strip_prefix('`').and_then(|v| v.strip_suffix('`')).unwrap_or(value);
    let source = source.strip_prefix("$ ").unwrap_or(source);
    let first = source.split_whitespace().next()?;
    let tool = first.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    if !tool || source.split_whitespace().count() < 2 || source.contains('→') {
        return None;
    }
    let known = TOOLS.contains(&first) || shell.analyse(source, line).effect != Effect::Unknown;
    known.then(|| command(source, "", line, shell))
}

/// A text that is known to be a command.
pub(crate) fn of_source(source: &str, line: u32, shell: &mut Shell) -> Command {
    command(source, "", line, shell)
}

/// Whether a line that begins with this tool is a command even without a language.
pub(crate) fn is_known_tool(name: &str) -> bool {
    TOOLS.contains(&name)
}

/// Comments apply to the lines that follow without a gap.
#[derive(Default)]
struct Group {
    condition: Option<String>,
    next_line: Option<usize>,
    context: Option<Context>,
}

struct Reader<'f> {
    shell: &'f mut Shell,
    language: &'f str,
    found: FenceCommands,
}

impl Reader<'_> {
    fn command(&mut self, source: &str, line: u32, comments: &[(u32, String)], group: &mut Group) {
        let index = u32::try_from(self.found.commands.len()).ok();
        let mut command = match group.context {
            None => command(source, self.language, line, self.shell),
            Some(_) => Command {
                source: source.to_string(),
                language: self.language.to_string(),
                line,
                origin: rules::COMMAND.at(line),
                ..Command::default()
            },
        };
        for (at, comment) in comments {
            let mut stated =
                if is_expectation(comment) { checks::of_text(comment, *at, "") } else { Vec::new() };
            if !stated.is_empty() {
                stated.iter_mut().for_each(|check| check.command = index);
                self.found.checks.append(&mut stated);
            } else if let Some(condition) = conditions::of_comment(comment) {
                group.condition = Some(condition);
                if conditions::after_if(comment).is_none() {
                    command.title = Some(comment.clone());
                }
            } else if is_manual(comment) {
                command.before.push(comment.clone());
            } else if !comment.is_empty() {
                command.title = Some(comment.clone());
            }
        }
        command.condition.clone_from(&group.condition);
        if let Some(context) = group.context.take() {
            stand_behind(&mut command, context, self.shell);
        }
        self.found.commands.push(command);
    }
}

fn command(source: &str, language: &str, line: u32, shell: &mut Shell) -> Command {
    let analysis = shell.analyse(source, line);
    let mut uses: Vec<String> = Vec::new();
    for hole in analysis.holes.iter().filter(|hole| hole.token.starts_with('$')) {
        if !uses.contains(&hole.name) {
            uses.push(hole.name.clone());
        }
    }
    Command {
        source: source.to_string(),
        language: language.to_string(),
        effect: analysis.effect,
        effect_reason: analysis.reason.clone(),
        holes: analysis.holes.clone(),
        uses,
        sets: analysis.sets.clone(),
        by_hand: analysis.prints.clone(),
        line,
        origin: rules::COMMAND.at(line),
        ..Command::default()
    }
}

/// Judges a command by who reads it.
fn stand_behind(command: &mut Command, context: Context, shell: &mut Shell) {
    let (verdict, holes) = judge_elsewhere(&context, &command.source, command.line, shell);
    command.effect = verdict.effect;
    command.effect_reason = verdict.reason;
    command.holes = holes;
    command.context = Some(context);
}

fn is_expectation(comment: &str) -> bool {
    let lower = comment.to_lowercase();
    ["should ", "expect", "must ", "returns "].iter().any(|word| lower.starts_with(word))
}

/// Work for hands that a comment asks for: it names a file or a setting to be changed first.
fn is_manual(comment: &str) -> bool {
    let first = comment.split_whitespace().next().unwrap_or_default().to_lowercase();
    let verb = matches!(
        first.as_str(),
        "update"
            | "edit"
            | "change"
            | "set"
            | "replace"
            | "fill"
            | "ensure"
            | "login"
            | "log"
            | "first"
            | "open"
    );
    let names_a_thing = comment.split_whitespace().skip(1).any(|word| {
        let word = word.trim_matches(['`', ',', ';', ':', ')', '(']);
        let file =
            word.split_once('.').is_some_and(|(a, b)| !a.is_empty() && b.starts_with(char::is_alphabetic));
        let setting = word.len() > 3
            && word.contains('_')
            && word.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
        file || setting
    });
    verb && names_a_thing
}

/// Whether a fence holds shell commands.
pub(crate) fn is_shell(fence: &Fence) -> bool {
    if SHELLS.contains(&fence.language.as_str()) || console(fence).is_some() {
        return true;
    }
    if !fence.is_plain() {
        return false;
    }
    let mut lines = fence.lines.iter().map(|line| line.text.trim()).filter(|line| !line.is_empty());
    let first = lines.find(|line| !line.starts_with("# "));
    first.is_some_and(|line| {
        let bare = line.strip_prefix("$ ").unwrap_or(line);
        let mut words = bare.split_whitespace();
        words.next().is_some_and(|tool| TOOLS.contains(&tool)) && (words.next().is_some() || bare != line)
    })
}

fn bare_comment(text: &str) -> String {
    text.trim().trim_start_matches('#').trim().to_string()
}

fn line_of(fence: &Fence, index: usize) -> u32 {
    fence.lines.get(index).map_or(fence.line, |line| line.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Check;
    use crate::scan::scan;

    fn fence(markdown: &str) -> (Vec<Command>, Vec<Check>) {
        let doc = scan(markdown);
        let Some(Block::Fence(fence)) = doc.sections[0].blocks.first() else { panic!("a fence") };
        let found = of_fence(fence).expect("a shell fence");
        (found.commands.clone(), found.checks.clone())
    }

    #[test]
    fn comments_become_titles_conditions_presteps_and_checks() {
        let (commands, checks) = fence(
            "```bash\n# Look\ncurl -I a.test \\\n  -v\n\n# Restart it (if stuck)\nmodal app stop x\nmodal deploy y\n\n\
             # If CORS issue\n# Update wrangler.toml and redeploy\nwrangler deploy\n# Should get 426\ncurl b.test\n```\n",
        );
        let lines: Vec<_> = commands.iter().map(|c| c.line).collect();
        assert_eq!(lines, [3, 7, 8, 12, 14]);
        assert_eq!(commands[0].source, "curl -I a.test \\\n  -v");
        assert_eq!(commands[0].title.as_deref(), Some("Look"));
        let conditions: Vec<_> = commands.iter().map(|c| c.condition.as_deref()).collect();
        assert_eq!(conditions, [None, Some("if stuck"), Some("if stuck"), Some("if CORS issue"), None]);
        assert_eq!(commands[3].before, ["Update wrangler.toml and redeploy"]);
        assert_eq!((checks.len(), checks[0].command, checks[0].line), (1, Some(4), 13));
    }

    #[test]
    fn prompts_hide_sample_output() {
        let (commands, _) =
            fence("```console\n$ kubectl get pods\nNAME  READY\n$ kubectl top \\\n  pods\n```\n");
        let sources: Vec<_> = commands.iter().map(|c| (c.source.as_str(), c.line)).collect();
        assert_eq!(sources, [("kubectl get pods", 2), ("kubectl top \\\n  pods", 4)]);
    }

    #[test]
    fn what_is_for_the_other_side_is_judged_there_and_never_begins_alone() {
        let (commands, _) = fence("```bash\nssh web-1\ncat x\nsystemctl restart api\n```\n");
        let effects: Vec<_> = commands.iter().map(|c| (c.effect, c.may_begin_alone())).collect();
        let wanted =
            [(Effect::Unknown, true), (Effect::ReadsWorld, false), (Effect::ChangesProduction, false)];
        assert_eq!(effects, wanted);
        let (commands, _) = fence("```sql\nselect 1;\ndelete from x where id = <id>;\n```\n");
        let effects: Vec<_> = commands.iter().map(|c| (c.effect, c.may_begin_alone())).collect();
        assert_eq!(effects, [(Effect::ReadsWorld, false), (Effect::Destroys, false)]);
        assert_eq!(commands[1].holes.len(), 1);
        let (commands, _) = fence("```redis\nINFO\nFLUSHALL\n```\n");
        let effects: Vec<_> = commands.iter().map(|c| c.effect).collect();
        assert_eq!(effects, [Effect::ReadsWorld, Effect::Destroys]);
    }

    #[test]
    fn the_prompt_of_root_is_told_from_a_comment() {
        let sources = |markdown: &str| -> Vec<String> {
            fence(markdown).0.into_iter().map(|command| command.source).collect()
        };
        assert_eq!(
            sources("```console\n# systemctl status api\nactive\n# tail -5 x\n```\n"),
            ["systemctl status api", "tail -5 x"]
        );
        assert_eq!(sources("```console\n# look first\nkubectl get pods\n```\n"), ["kubectl get pods"]);
        assert!(sources("```bash\n# kubectl delete pods\n```\n").is_empty());
    }

    #[test]
    fn what_other_tools_have_beside_a_fence_is_honoured() {
        let (commands, _) = fence("```sh {\"name\":\"look\",\"excludeFromRunAll\":\"true\"}\nls -l\n```\n");
        assert_eq!(commands[0].title.as_deref(), Some("look"));
        assert!(commands[0].by_hand.is_some() && !commands[0].may_begin_alone());
        let (commands, _) = fence("```sh { name=look interactive=false }\nls -l\n```\n");
        assert!(commands[0].may_begin_alone());
        let (commands, _) = fence("```sh {\"interactive\":\"false\"}\nrm x\n```\n");
        assert_eq!(commands[0].effect, Effect::Destroys, "an annotation makes nothing safer");
    }

    #[test]
    fn variables_tell_what_they_need_and_what_they_set() {
        let (commands, _) = fence("```sh\nexport NS=web\nkubectl -n $NS get pods -l app=$NS\n```\n");
        assert_eq!(
            (commands[0].sets.as_slice(), commands[1].uses.as_slice()),
            (&["NS".into()][..], &["NS".into()][..])
        );
        assert!(!commands[1].may_begin_alone(), "no session is kept");
    }

    #[test]
    fn values_are_commands_only_when_they_start_with_a_tool() {
        let of_value = |value: &str| of_value(value, 1, &mut Shell::default());
        assert!(of_value("wrangler tail --env production").is_some());
        assert!(of_value("git checkout <prev> && modal deploy").is_some_and(|c| c.holes.len() == 1));
        for value in
            ["#incidents channel", "Dashboard → Deployments", "sentry.io/x", "ask the lead", "@eng-lead"]
        {
            assert!(of_value(value).is_none(), "{value}");
        }
    }
}

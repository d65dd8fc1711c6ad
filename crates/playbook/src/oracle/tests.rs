//! From a document and what tools say to findings.

use super::{Answers, Oracle, Question, Said, merged};
use crate::{Command, Context, ContextKind, Diagnostic, DiagnosticSeverity, Playbook, compile};

/// Stands for the tools of one machine: what each prints for its arguments.
fn tool(question: &Question) -> Said {
    let arguments = question.arguments().join(" ");
    let text = match (question.tool(), arguments.as_str()) {
        ("boat", "--help") => include_str!("../../tests/help/yargs.txt"),
        ("boat", "sail --help") => include_str!("../../tests/help/yargs-sail.txt"),
        ("boat", "--version") => "4.86.0",
        ("tide", "--help") => include_str!("../../tests/help/commander.txt"),
        ("tide", "logs --help") => include_str!("../../tests/help/commander-logs.txt"),
        ("buoy", "--help") => {
            "Usage: buoy [OPTIONS] COMMAND [ARGS]...\n\nShip:\n  deploy  Deploy\n  run     Run\n"
        }
        ("buoy", "deploy --help") => include_str!("../../tests/help/click.txt"),
        ("buoy", "run --help") => "Usage: buoy run [OPTIONS] REF\n\nOptions:\n  --detach  Go on\n",
        ("buoy", "--version") => "buoy client version: 1.6.4",
        ("rudder", "--help") => include_str!("../../tests/help/cobra.txt"),
        ("rudder", "list --help") => include_str!("../../tests/help/cobra-list.txt"),
        ("kubectl", "--help") => {
            "Basic Commands:\n  get   Display\n  plugin  Plugins\n\nUsage:\n  kubectl [flags]\n"
        }
        ("kubectl", "get --help") => include_str!("../../tests/help/kubectl.txt"),
        ("unit", _) => {
            "unit [OPTIONS...] COMMAND ...\n\nUnit Commands:\n  restart UNIT...  Restart\n\nOptions:\n     --wait  Wait\n"
        }
        ("part", _) => "Usage: part [options]\n  -a, --all  All\nThis is not the full help.\n",
        ("odd", _) => "no idea what you mean",
        ("submarine", _) => return Said::NotInstalled,
        _ => return Said::Nothing("it says nothing".to_owned()),
    };
    Said::Text(text.to_owned())
}

/// The findings about commands, and every question that was asked.
fn ask(commands: &str) -> (Vec<Diagnostic>, Vec<String>) {
    let text = format!("# Book\n\n## Quick diagnostics\n\n```bash\n{commands}\n```\n");
    let oracle = Oracle::new(&[compile(text.as_bytes())]);
    let mut answers = Answers::default();
    let mut asked = Vec::new();
    loop {
        let wanted = oracle.wanted(&answers);
        if wanted.is_empty() {
            return (oracle.judge(&answers, &[text]), asked);
        }
        for question in wanted {
            asked.push(format!("{} {}", question.tool(), question.arguments().join(" ")));
            answers.put(&question, tool(&question));
            assert!(asked.len() < 100, "it asks again and again: {asked:?}");
        }
    }
}

fn found(commands: &str) -> Vec<String> {
    ask(commands)
        .0
        .into_iter()
        .map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message))
        .collect()
}

#[test]
fn an_option_that_does_not_exist_is_named_with_the_version() {
    let (found, _) = ask("boat sail --env north --filter \"gale\"");
    assert_eq!(found.len(), 1);
    let one = &found[0];
    assert_eq!(
        one.message,
        "boat 4.86.0 lists no option `--filter` for `sail` (it lists --format, --wind, --sampling-rate, --dry-run)"
    );
    assert_eq!(one.hint.as_deref(), Some("its help speaks of “filter” at --wind"));
    assert_eq!((one.code.as_str(), one.line, one.severity), ("E061", 6, DiagnosticSeverity::Error));
    assert_eq!(one.span.end - one.span.start, 8);
    assert_eq!(ask("boat sail --formt json").0[0].hint.as_deref(), Some("did you mean `--format`?"));
}

#[test]
fn a_command_that_is_not_listed_is_named_and_never_asked() {
    let (found, asked) = ask("boat sial fast --now");
    assert_eq!(found[0].message, "boat 4.86.0 lists no command `sial`");
    assert_eq!(found[0].hint.as_deref(), Some("did you mean `sail`?"));
    assert_eq!(found[0].code, "E060");
    assert_eq!(asked, ["boat --help", "boat --version"]);
}

#[test]
fn only_words_that_the_help_lists_are_asked() {
    let commands = "boat sail; npx tide dash\nboat $VERB now\nboat <verb>\nboat --env sail crew\nkill -9 1\n./boat sail\nbuoy 'a b'\nbuoy /etc";
    let (_, mut asked) = ask(commands);
    asked.sort();
    let all = [
        "boat --help",
        "boat --version",
        "boat crew --help",
        "boat sail --help",
        "buoy --help",
        "buoy --version",
        "tide --help",
        "tide --version",
        "tide dashboard --help",
    ];
    assert_eq!(asked, all);
}

#[test]
fn what_a_call_needs_is_missed() {
    assert_eq!(found("buoy deploy"), ["E062 buoy 1.6.4 wants APP_REF after `buoy deploy`"]);
    for fine in
        ["buoy deploy app.py", "buoy deploy -m app", "buoy deploy $APP", "buoy deploy --help; boat sail"]
    {
        assert!(found(fine).iter().all(|finding| !finding.starts_with("E062")), "{fine}");
    }
    // The value of an option is no operand.
    assert_eq!(found("buoy deploy --name app").len(), 1);
}

#[test]
fn what_exists_is_passed_over_in_silence() {
    let fine = [
        "boat sail north --format=json --wind calm -e prod",
        "boat --env prod sail",
        "boat sail --samplingRate 3 --no-dry-run",
        "boat go",
        "tide logs --history 20 --success",
        "tide run greet --with-anything",
        "buoy run app.py --its-own-option 3",
        "rudder ls -a -n prod",
        "kubectl --context prod get pods -n prod -oyaml -A",
        "kubectl get pods -- --anything",
        "unit restart web --wait",
        "boat sail --yes",
        "boat sail -20",
        "boat sail \"$@\" --wind",
        "boat sail --help --filter",
    ];
    for command in fine {
        assert!(
            found(command).iter().all(|finding| !finding.starts_with('E')),
            "{command}: {:?}",
            found(command)
        );
    }
}

#[test]
fn each_document_has_its_own_places() {
    let text = |command: &str| format!("## Quick diagnostics\n\n```bash\n{command}\n```\n");
    let texts = [text("boat list"), text("\nboat sail --gale")];
    let oracle = Oracle::new(&[compile(texts[0].as_bytes()), compile(texts[1].as_bytes())]);
    let mut answers = Answers::default();
    while let Some(question) = oracle.wanted(&answers).pop() {
        answers.put(&question, tool(&question));
    }
    let found: Vec<_> = oracle
        .judge(&answers, &texts)
        .into_iter()
        .filter(|one| one.code == "E061")
        .map(|one| {
            (one.document, one.line, texts[1][one.span.start as usize..one.span.end as usize].to_owned())
        })
        .collect();
    assert_eq!(found, [(1, 5, "--gale".to_owned())]);
}

#[test]
fn a_command_for_the_far_side_is_not_held_against_tools_of_this_one() {
    let behind = |kind| {
        let context = Some(Context { kind, opener: "ssh web-1".to_owned() });
        let command = Command { source: "boat sail".to_owned(), context, ..Command::default() };
        let playbook = Playbook { quick_diagnostics: vec![command], ..Playbook::default() };
        Oracle::new(&[playbook]).wanted(&Answers::default()).len()
    };
    assert_eq!(behind(ContextKind::Shell), 0);
    assert_eq!(behind(ContextKind::Sql), 0);
    assert_eq!(behind(ContextKind::Folder), 2);
}

#[test]
fn a_plugin_may_add_a_command() {
    let (found, _) = ask("kubectl gte pods");
    assert_eq!(found[0].message, "the installed kubectl lists no command `gte`, unless a plugin adds it");
    assert_eq!(found[0].severity, DiagnosticSeverity::Warning);
}

#[test]
fn kubectl_is_held_against_its_global_options_too() {
    assert_eq!(found("kubectl get pods --bogus -n x").len(), 1);
}

#[test]
fn a_tool_that_cannot_be_asked_is_named_once() {
    let missing = "W060 `submarine` is not installed, not checked";
    assert_eq!(found("submarine dive\nsubmarine rise"), [missing]);
    assert_eq!(
        found("odd one\nodd two"),
        ["W061 `odd` is not checked: its help is of a form that is not known"]
    );
    let partly = "W061 `part` is not checked: its help lists only some of the options";
    assert_eq!(found("part -a\npart --more\npart --less"), [partly]);
}

#[test]
fn the_tools_own_word_replaces_the_compilers() {
    let one = |code: &str, start: u32, hint: &str| Diagnostic {
        code: code.to_owned(),
        severity: DiagnosticSeverity::Error,
        document: 0,
        line: 3,
        span: crate::Span { start, end: start + 2, line: 3 },
        message: code.to_owned(),
        hint: Some(hint.to_owned()),
        fixes: Vec::new(),
    };
    let compiled = vec![one("E020", 7, "from the tables"), one("E020", 20, "stays"), one("W024", 7, "stays")];
    let all = merged(compiled, vec![one("E061", 7, "from the tool"), one("E062", 20, "new")]);
    let told: Vec<_> = all.iter().map(|d| (d.code.as_str(), d.hint.as_deref().unwrap())).collect();
    assert_eq!(told, [("E020", "stays"), ("E061", "from the tables"), ("E062", "new"), ("W024", "stays")]);
}

#[test]
fn thousands_of_findings_are_cut_off_and_it_is_told() {
    let commands: String = (0..1_500).map(|n| format!("boat sail --gale{n}\n")).collect();
    let (found, _) = ask(&commands);
    assert_eq!(found.len(), 1_001);
    let last = &found[1_000];
    assert_eq!((last.code.as_str(), last.line), ("W003", 1_006));
}

#[test]
fn every_code_has_its_page() {
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnostics");
    let index = std::fs::read_to_string(format!("{pages}/README.md")).unwrap();
    for code in ["E060", "E061", "E062", "W060", "W061"] {
        assert!(index.contains(&format!("[{code}]({code}.md)")), "{code} is not in the index");
        assert!(std::path::Path::new(&format!("{pages}/{code}.md")).exists(), "{code} has no page");
    }
}

//! The words after `cargo xtask`, turned into a [`Task`]. Nothing here acts.

use crate::failure::Failure;

/// What `cargo xtask help` prints.
pub(crate) const HELP: &str = "\
usage: cargo xtask <chore>

  test [--yes] [-p CRATE]   see that what the tests need is on this machine, then run them
  check [--yes]             everything CI asks for: fmt, clippy, tidy, import laws, docs, tests
  tidy                      sizes, names, dead files, import laws, licences
  docs [--check]            write docs/playbook.schema.json and docs/cli.md, or say whether they are stale
  drills [--speed N] [--only NAME]... [--playbook FILE] [--control] [--release]
                            break the practice range in every way, have the stand-in handle it, write docs/drills.md
  sim [--seeds N] [--from S] [--one SEED] [--mutant NAME] [--go-on]
                            tell stories of nodes on which everything goes wrong, on all cores; docs/simulation.md
  bench [--quick] [--only intake|page|start|compile] [--json FILE]
                            build for release and measure beside Debian's Alertmanager; docs/performance.md

--yes installs what is missing without asking; without a terminal, or with CI=true, that is what happens anyway.
exit codes: 0 done, 1 something was found or failed, 2 the command line was not understood";

/// One chore with its options.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Test(TestOptions),
    Check(TestOptions),
    Tidy,
    Docs(DocsMode),
    Drills(DrillOptions),
    Bench(BenchOptions),
    /// The words after it are the simulation's own.
    Sim(Vec<String>),
    /// Prints the schema; `docs` starts it in a build of its own, see `commands::docs`.
    #[cfg(feature = "docs")]
    PrintSchema,
}

/// How the tests are to be run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TestOptions {
    /// Install what is missing without asking.
    pub(crate) yes: bool,
    /// Only this crate's tests.
    pub(crate) package: Option<String>,
}

/// Whether `docs` writes or compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocsMode {
    Write,
    Check,
}

/// What is to be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bench {
    Compile,
    Documents,
    Check,
    Start,
    Intake,
    Page,
}

impl Bench {
    /// All of them, the quickest first.
    pub(crate) const ALL: [Bench; 6] =
        [Bench::Compile, Bench::Check, Bench::Documents, Bench::Start, Bench::Intake, Bench::Page];

    /// As it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Bench::Compile => "compile",
            Bench::Documents => "documents",
            Bench::Check => "check",
            Bench::Start => "start",
            Bench::Intake => "intake",
            Bench::Page => "page",
        }
    }

    /// Whether it starts the product, which must be built for that.
    #[cfg(not(feature = "bench"))]
    pub(crate) fn starts_the_product(self) -> bool {
        match self {
            Bench::Compile | Bench::Documents => false,
            Bench::Check | Bench::Start | Bench::Intake | Bench::Page => true,
        }
    }
}

/// How long a bench may take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Pace {
    #[default]
    Full,
    /// Few and short rounds, to see that everything works.
    Quick,
}

/// How a program is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Build {
    #[default]
    Debug,
    Release,
}

/// How the drills are to be run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DrillOptions {
    /// How many minutes pass in one.
    pub(crate) speed: String,
    /// Only these; empty for all.
    pub(crate) only: Vec<String>,
    /// Another playbook than the one that comes with Evenkeel.
    pub(crate) playbook: Option<String>,
    /// Also a day on which nothing breaks.
    pub(crate) control: bool,
    pub(crate) build: Build,
}

/// How the benches are to be run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct BenchOptions {
    pub(crate) pace: Pace,
    /// Only this one.
    pub(crate) only: Option<Bench>,
    /// Where the numbers go as JSON, from the workspace's root.
    pub(crate) json: Option<String>,
}

/// Reads the words after `cargo xtask`.
pub(crate) fn parse(words: &[String]) -> Result<Task, Failure> {
    let Some((chore, rest)) = words.split_first() else { return Ok(Task::Help) };
    match chore.as_str() {
        "help" | "-h" | "--help" => Ok(Task::Help),
        "test" => test_options(rest).map(Task::Test),
        "check" => {
            let options = test_options(rest)?;
            match options.package {
                Some(_) => Err(usage("check looks at the whole workspace: -p belongs to `test`")),
                None => Ok(Task::Check(options)),
            }
        }
        "tidy" => none_left(rest).map(|()| Task::Tidy),
        "docs" => match rest {
            [] => Ok(Task::Docs(DocsMode::Write)),
            [flag] if flag == "--check" => Ok(Task::Docs(DocsMode::Check)),
            [other, ..] => Err(unknown(other)),
        },
        "drills" => drill_options(rest).map(Task::Drills),
        "bench" => bench_options(rest).map(Task::Bench),
        "sim" => Ok(Task::Sim(rest.to_vec())),
        #[cfg(feature = "docs")]
        "print-schema" => none_left(rest).map(|()| Task::PrintSchema),
        other => Err(unknown(other)),
    }
}

fn test_options(words: &[String]) -> Result<TestOptions, Failure> {
    let mut options = TestOptions::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--yes" | "-y" => options.yes = true,
            "-p" | "--package" => match words.next() {
                Some(name) => options.package = Some(name.clone()),
                None => return Err(usage("-p needs the name of a crate")),
            },
            other => return Err(unknown(other)),
        }
    }
    Ok(options)
}

fn drill_options(words: &[String]) -> Result<DrillOptions, Failure> {
    let (speed, build) = ("30".to_owned(), Build::Debug);
    let mut options = DrillOptions { speed, only: Vec::new(), playbook: None, control: false, build };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().cloned().ok_or_else(|| usage(&format!("{word} needs a value")));
        match word.as_str() {
            "--speed" => options.speed = value()?,
            "--only" => options.only.push(value()?),
            "--playbook" => options.playbook = Some(value()?),
            "--control" => options.control = true,
            "--release" => options.build = Build::Release,
            other => return Err(unknown(other)),
        }
    }
    Ok(options)
}

fn bench_options(words: &[String]) -> Result<BenchOptions, Failure> {
    let mut options = BenchOptions::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => options.pace = Pace::Quick,
            "--only" => {
                let named = words.next().and_then(|name| Bench::ALL.into_iter().find(|b| b.name() == name));
                options.only = Some(named.ok_or_else(|| {
                    usage("--only needs one of compile, check, documents, start, intake, page")
                })?);
            }
            "--json" => match words.next() {
                Some(file) => options.json = Some(file.clone()),
                None => return Err(usage("--json needs the name of a file")),
            },
            other => return Err(unknown(other)),
        }
    }
    Ok(options)
}

fn none_left(words: &[String]) -> Result<(), Failure> {
    words.first().map_or(Ok(()), |word| Err(unknown(word)))
}

fn unknown(word: &str) -> Failure {
    usage(&format!("unknown word `{word}`"))
}

fn usage(what: &str) -> Failure {
    Failure::Usage(format!("{what}; `cargo xtask help` lists the chores"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_readme_command_is_understood() {
        let task = parse(&words("test --yes")).unwrap();
        assert_eq!(task, Task::Test(TestOptions { yes: true, package: None }));
    }

    #[test]
    fn a_single_crate_can_be_named() {
        let task = parse(&words("test -p ingest")).unwrap();
        assert_eq!(task, Task::Test(TestOptions { yes: false, package: Some("ingest".into()) }));
    }

    #[test]
    fn docs_can_write_or_compare() {
        assert_eq!(parse(&words("docs")).unwrap(), Task::Docs(DocsMode::Write));
        assert_eq!(parse(&words("docs --check")).unwrap(), Task::Docs(DocsMode::Check));
    }

    #[test]
    fn drills_can_be_named_and_told_how_fast() {
        let Task::Drills(options) = parse(&words("drills --only a --only b --speed 60 --release")).unwrap()
        else {
            panic!("not the drills");
        };
        assert_eq!((options.only.len(), options.speed.as_str(), options.build), (2, "60", Build::Release));
        assert!(!options.control);
    }

    #[test]
    fn one_bench_can_be_named() {
        let options =
            BenchOptions { pace: Pace::Quick, only: Some(Bench::Page), json: Some("a.json".into()) };
        assert_eq!(parse(&words("bench --quick --only page --json a.json")).unwrap(), Task::Bench(options));
    }

    #[test]
    fn the_words_of_the_simulation_are_handed_on() {
        assert_eq!(parse(&words("sim --one 7")).unwrap(), Task::Sim(vec!["--one".into(), "7".into()]));
    }

    #[test]
    fn what_is_not_understood_is_named_and_exits_with_two() {
        for line in [
            "tset",
            "test --yess",
            "tidy now",
            "docs --chekc",
            "test -p",
            "check -p web",
            "bench --only disk",
            "drills --speed",
        ] {
            let failure = parse(&words(line)).unwrap_err();
            assert_eq!(failure.exit_code(), 2, "{line}: {failure}");
        }
    }
}

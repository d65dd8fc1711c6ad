//! Every way in which a run ends by itself, or does not begin.

use crate::pids::{Ear, dies};
use crate::{config, order, run, run_with};
use engine::ports::Executor as _;
use incident::Ending;
use playbook::Effect;
use runner::{Runner, RunnerConfig};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[tokio::test]
async fn exit_codes_are_the_commands_own() {
    for (source, code) in [
        ("true", 0),
        ("exit 7", 7),
        ("no-such-command-here", 127),
        ("printf 'a\\n' | grep -q x", 1),
        // A pipe's exit code is its last command's, as at a terminal.
        ("false | true", 0),
        ("false; true", 0),
        ("bash -c 'kill -TERM $$'; exit $?", 143),
        ("if then", 2),
    ] {
        let report = run(source).await;
        assert_eq!(report.ending, Ending::Exited { code }, "{source}: {}", report.output);
    }
}

#[tokio::test]
async fn a_signal_from_outside_is_told_apart() {
    let report = run("kill -SEGV $$").await;
    assert_eq!(report.ending, Ending::Killed { signal: 11 });
    let report = run("echo before; kill -KILL $$").await;
    assert_eq!((report.ending, &*report.output), (Ending::Killed { signal: 9 }, "before\n"));
}

#[tokio::test]
async fn the_text_is_one_argument_and_never_an_option() {
    let report = run("-x").await;
    assert_eq!(report.ending, Ending::Exited { code: 127 }, "{}", report.output);
    let report = run("echo 'a  \"b\"' \\\n  c # no\n").await;
    assert_eq!(&*report.output, "a  \"b\" c\n");
}

#[tokio::test]
async fn what_cannot_begin_says_why() {
    let mut no_shell = config(Path::new("/"));
    no_shell.shell = PathBuf::from("/nonexistent/bash");
    let mut no_folder = config(Path::new("/nonexistent/folder"));
    no_folder.shell = config(Path::new("/")).shell;
    for (config, source, why) in [
        (no_shell, "true".to_owned(), "the shell `/nonexistent/bash` does not exist"),
        (no_folder, "true".to_owned(), "the working folder `/nonexistent/folder` does not exist"),
        (config(Path::new("/")), "echo \0".to_owned(), "the command contains a NUL character"),
        (config(Path::new("/")), "#".repeat(3_000_000), "the command is too long for the system"),
    ] {
        let report = run_with(config, Effect::ReadsHere, &source).await;
        assert_eq!(report.ending, Ending::NotStarted { error: why.to_owned() });
        assert_eq!((&*report.output, report.output_bytes, report.masked), ("", 0, 0));
    }
}

#[tokio::test]
async fn a_plain_sh_will_do() {
    let mut config = config(Path::new("/"));
    config.shell = PathBuf::from("/bin/sh");
    let report = run_with(config, Effect::ReadsHere, "echo $((40 + 2)); exit 3").await;
    assert_eq!((report.ending, &*report.output), (Ending::Exited { code: 3 }, "42\n"));
}

#[tokio::test]
async fn two_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let runner = Runner::new(config(folder.path()));
    assert_eq!(
        runner.run(&order(Effect::ChangesHere, "mkfifo meet")).await.ending,
        Ending::Exited { code: 0 }
    );
    // Each of the two waits for the other at the named pipe.
    let (says, hears) =
        (order(Effect::ChangesHere, "echo hello > meet"), order(Effect::ReadsHere, "cat meet"));
    let (says, hears) = tokio::join!(runner.run(&says), runner.run(&hears));
    assert_eq!(says.ending, Ending::Exited { code: 0 });
    assert_eq!((hears.ending, &*hears.output), (Ending::Exited { code: 0 }, "hello\n"));
}

#[tokio::test]
async fn a_command_that_is_stopped_says_so_and_leaves_nothing_behind() {
    for before in ["", "trap '' TERM; "] {
        let folder = tempfile::tempdir().unwrap();
        let ear = Ear::new(&folder.path().join("ear"));
        let source = format!("{before}echo begun; sleep 300 & echo $$ $! > ear; wait");
        let runner = Runner::new(RunnerConfig { grace: Duration::from_millis(300), ..config(folder.path()) });
        let order = order(Effect::ChangesProduction, &source);
        let mut run = runner.run(&order);
        let pids = tokio::select! {
            report = &mut run => panic!("it ended by itself: {report:?}"),
            pids = tokio::task::spawn_blocking(move || ear.hear()) => pids.unwrap(),
        };
        runner.stop(order.incident, order.run + 1);
        runner.stop(order.incident, order.run);
        let report = run.await;
        assert_eq!(report.ending, Ending::Stopped, "{report:?}");
        assert!(report.output.contains("begun"), "what it wrote until then is kept: {report:?}");
        assert!(pids.len() == 2 && pids.into_iter().all(dies), "{source}");
    }
}

#[tokio::test]
async fn a_wish_to_stop_that_comes_at_once_is_not_missed() {
    let runner = Runner::new(config(Path::new("/")));
    let order = order(Effect::ReadsHere, "sleep 300");
    let mut run = runner.run(&order);
    tokio::select! {
        biased;
        report = &mut run => panic!("it ended by itself: {report:?}"),
        () = std::future::ready(()) => runner.stop(order.incident, order.run),
    }
    assert_eq!(run.await.ending, Ending::Stopped);
}

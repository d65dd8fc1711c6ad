//! What a command leaves behind on purpose ends with it, and what watches over it cannot be got rid of.

use crate::pids::{Ear, dies, lives};
use crate::{config, order, run, run_with};
use engine::ports::Executor as _;
use incident::{Ending, RunReport};
use playbook::Effect;
use runner::{Runner, RunnerConfig};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn numbers(output: &str) -> Vec<i32> {
    output.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn all_dead(report: &RunReport, count: usize) {
    let pids = numbers(report.output.split("[evenkeel").next().unwrap());
    assert_eq!(pids.len(), count, "{}", report.output);
    assert!(pids.into_iter().all(dies), "{}", report.output);
}

#[tokio::test]
async fn a_process_in_a_session_of_its_own_ends_with_its_command() {
    let report = run("setsid sleep 300 & echo $!").await;
    assert_eq!(report.ending, Ending::Exited { code: 0 });
    assert!(report.output.contains("left processes in the background"), "{}", report.output);
    all_dead(&report, 1);
}

#[tokio::test]
async fn a_daemon_that_forks_twice_ends_with_its_command() {
    let source = "(setsid sh -c 'trap \"\" HUP TERM; (sleep 300 >/dev/null 2>&1 & echo $!)' &) ; (nohup setsid \
                  sleep 301 >/dev/null 2>&1 & echo $!); sleep 0.2";
    let report = run(source).await;
    assert!(report.output.contains("left processes in the background"), "{}", report.output);
    all_dead(&report, 2);
}

#[tokio::test]
async fn strays_of_a_command_that_takes_too_long_end_with_it() {
    let mut config = config(Path::new("/"));
    config.time_limit = Duration::from_millis(700);
    config.grace = Duration::from_millis(300);
    let source = "setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 0.1; done' & echo $$; trap '' TERM; wait; sleep 300";
    let report = run_with(config, Effect::ReadsWorld, source).await;
    assert_eq!(report.ending, Ending::TimedOut);
    all_dead(&report, 2);
}

#[tokio::test]
async fn a_stopped_process_ends_too() {
    let report = run("setsid sleep 300 >/dev/null & echo $!; kill -STOP $!").await;
    all_dead(&report, 1);
}

#[tokio::test]
async fn the_strays_hear_term_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    config.time_limit = Duration::from_millis(700);
    config.grace = Duration::from_secs(20);
    let source = "setsid sh -c 'trap \"echo asked; exit 0\" TERM; sleep 300 & wait' & wait; wait";
    let report = run_with(config, Effect::ChangesHere, source).await;
    assert_eq!((report.ending, &*report.output), (Ending::TimedOut, "asked\n"));
}

/// Runs a command that tells its own number, its parent's (the guard's) and others on a pipe.
async fn with_ear<T>(
    config: RunnerConfig,
    effect: Effect,
    source: &str,
    then: impl FnOnce(Vec<i32>) -> T,
) -> (RunReport, T) {
    let ear = Ear::new(&config.workdir.join("ear"));
    let runner = Runner::new(config);
    let order = order(effect, source);
    let heard = async { then(tokio::task::spawn_blocking(move || ear.hear()).await.unwrap()) };
    tokio::join!(runner.run(&order), heard)
}

#[tokio::test]
async fn when_the_guard_is_killed_the_command_dies() {
    let folder = tempfile::tempdir().unwrap();
    let source = "trap '' TERM; sleep 300 & (sleep 300; true) & echo $$ $PPID $! > ear; wait";
    let (report, pids) = with_ear(config(folder.path()), Effect::ChangesHere, source, |pids| {
        kill_process(Pid::from_raw(pids[1]).unwrap(), Signal::KILL).unwrap();
        pids
    })
    .await;
    assert_eq!(report.ending, Ending::Killed { signal: 9 });
    assert!(report.output.contains("the guard of the command was killed"), "{}", report.output);
    assert!(pids.into_iter().all(dies));
}

#[tokio::test]
async fn a_command_that_kills_its_guard_kills_itself() {
    let report = run_with(
        config(Path::new("/")),
        Effect::ChangesHere,
        "echo $$; sleep 300 & echo $!; kill -9 $PPID; sleep 300",
    )
    .await;
    assert_eq!(report.ending, Ending::Killed { signal: 9 });
    all_dead(&report, 2);
}

#[tokio::test]
async fn the_scratch_folder_goes_with_the_run() {
    let source = "echo x > \"$TMPDIR/file\"; mkdir -p \"$TMPDIR/a/b\"; cat \"$TMPDIR/file\"; echo $TMPDIR";
    let report = run(source).await;
    let lines: Vec<&str> = report.output.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "x"), "{}", report.output);
    assert!(!Path::new(lines[1]).exists(), "{} was left", lines[1]);
}

/// The control group of a command that printed `/proc/self/cgroup`, where it had one, is not there any more.
pub(crate) fn group_is_gone(output: &str) {
    let group = output.lines().find(|line| line.contains(":pids:")).unwrap_or_default();
    let group = group.rsplit(':').next().unwrap_or_default();
    assert!(
        group.is_empty()
            || group.ends_with('/')
            || !Path::new("/sys/fs/cgroup/pids").join(&group[1..]).exists()
            || !group.contains("evenkeel-"),
        "{group} was left"
    );
}

/// Nothing is left of many runs: neither processes nor folders nor control groups.
#[tokio::test]
async fn many_runs_leave_nothing() {
    let runner = Runner::new(config(Path::new("/")));
    let children = || fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    let before = children();
    for _ in 0..10 {
        let report = runner
            .run(&order(Effect::ReadsHere, "setsid sleep 300 & echo $$ $!; cat /proc/self/cgroup"))
            .await;
        let pids: Vec<i32> = numbers(report.output.lines().next().unwrap());
        assert!(pids.iter().all(|pid| !lives(*pid)), "{}", report.output);
        group_is_gone(&report.output);
    }
    assert_eq!(children(), before);
}

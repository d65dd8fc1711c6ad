//! What happens at a limit, and that nothing is left afterwards.

use crate::pids::{Ear, dies};
use crate::{config, order, run, run_with};
use engine::ports::Executor as _;
use incident::Ending;
use playbook::Effect;
use runner::{Runner, RunnerConfig};
use std::path::Path;
use std::time::Duration;

fn short() -> RunnerConfig {
    let mut config = config(Path::new("/"));
    config.time_limit = Duration::from_millis(700);
    config.follow_limit = Duration::from_millis(500);
    config.grace = Duration::from_millis(400);
    config
}

fn numbers(output: &str) -> Vec<i32> {
    output.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

#[tokio::test]
async fn a_time_out_ends_the_whole_group() {
    let report =
        run_with(short(), Effect::ReadsWorld, "echo $$; (sleep 300 & echo $!; wait) & sleep 300").await;
    assert_eq!(report.ending, Ending::TimedOut);
    assert!((700..5_000).contains(&report.duration_ms), "{} ms", report.duration_ms);
    let pids = numbers(&report.output);
    assert_eq!(pids.len(), 2, "{}", report.output);
    assert!(pids.into_iter().all(dies));
}

#[tokio::test]
async fn a_command_may_clean_up_within_its_grace() {
    let source = "trap 'echo cleaned up; exit 0' TERM; echo began; sleep 300 & wait";
    let report = run_with(short(), Effect::Unknown, source).await;
    assert_eq!((report.ending, &*report.output), (Ending::TimedOut, "began\ncleaned up\n"));
}

#[tokio::test]
async fn a_command_that_will_not_end_is_killed_after_its_grace() {
    let report =
        run_with(short(), Effect::Waits, "trap '' TERM; echo $$; while :; do sleep 0.05; done").await;
    assert_eq!(report.ending, Ending::TimedOut);
    assert!((1_100..6_000).contains(&report.duration_ms), "{} ms", report.duration_ms);
    assert!(numbers(&report.output).into_iter().all(dies));
}

#[tokio::test]
async fn following_a_log_ends_at_its_limit_and_is_no_failure() {
    let report = run_with(short(), Effect::FollowsLog, "echo line; tail -f /dev/null").await;
    assert_eq!((report.ending, &*report.output), (Ending::Followed, "line\n"));
    let report = run_with(short(), Effect::FollowsLog, "echo line; exit 4").await;
    assert_eq!((report.ending, &*report.output), (Ending::Exited { code: 4 }, "line\n"));
}

#[tokio::test]
async fn a_command_that_leaves_its_group_itself_is_still_ended() {
    let report = run_with(short(), Effect::ReadsWorld, "echo $$; exec setsid -w sleep 300").await;
    assert_eq!(report.ending, Ending::TimedOut);
    assert_eq!(report.output.lines().count(), 1, "{}", report.output);
    assert!(dies(numbers(&report.output)[0]));
}

#[tokio::test]
async fn a_command_may_signal_its_own_group() {
    let report = run("trap 'echo bye; exit 5' TERM; sleep 300 & kill -TERM 0; wait").await;
    assert_eq!((report.ending, &*report.output), (Ending::Exited { code: 5 }, "bye\n"));
}

#[tokio::test]
async fn a_process_in_the_background_ends_with_its_command() {
    let report = run("sleep 300 & echo $!").await;
    assert_eq!(report.ending, Ending::Exited { code: 0 });
    assert!(report.output.contains("left processes in the background"), "{}", report.output);
    assert!(dies(numbers(&report.output)[0]));
    // The same when it does not hold the output.
    let report = run("sleep 300 > /dev/null 2>&1 & echo $!").await;
    assert!(report.output.contains("left processes in the background"), "{}", report.output);
    assert!(dies(numbers(&report.output)[0]));
}

#[tokio::test]
async fn no_zombie_is_left() {
    let report = run("echo $$").await;
    let pid = numbers(&report.output)[0];
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[tokio::test]
async fn giving_a_run_up_kills_it() {
    let folder = tempfile::tempdir().unwrap();
    let ear = Ear::new(&folder.path().join("ear"));
    let runner = Runner::new(config(folder.path()));
    let order = order(Effect::ChangesHere, "trap '' TERM; sleep 300 & echo $$ $! > ear; wait");
    let pids = tokio::select! {
        report = runner.run(&order) => panic!("it ended by itself: {report:?}"),
        pids = tokio::task::spawn_blocking(move || ear.hear()) => pids.unwrap(),
    };
    assert_eq!(pids.len(), 2);
    assert!(pids.into_iter().all(dies));
}

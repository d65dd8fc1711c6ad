//! Commands that take more than their share: memory, disk, files, processor, time.

use super::{Before, printed};
use crate::order;
use engine::ports::Executor as _;
use incident::{Ending, RunReport};
use playbook::Effect;
use runner::{Runner, RunnerConfig};
use std::time::Duration;

async fn greedy(source: &str, change: impl FnOnce(&mut RunnerConfig)) -> RunReport {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    config.time_limit = super::LIMIT;
    change(&mut config);
    let report = Runner::new(config).run(&order(Effect::ReadsHere, source)).await;
    before.holds();
    report
}

fn memory(mib: u64) -> impl FnOnce(&mut RunnerConfig) {
    move |config| config.limits.memory_bytes_max = mib << 20
}

fn scratch(mib: u64) -> impl FnOnce(&mut RunnerConfig) {
    move |config| config.limits.scratch_bytes_max = mib << 20
}

#[tokio::test]
async fn one_process_cannot_hold_more_memory_than_all_may() {
    // `tail` keeps what it may have to print.
    let report =
        greedy("head -c 400M /dev/zero | tail -c 390M | wc -c; echo ${PIPESTATUS[1]}", memory(128)).await;
    assert_ne!(printed(&report).lines().last(), Some("0"), "{}", report.output);
    assert!(!report.output.contains("408944640"), "{}", report.output);
}

#[tokio::test]
async fn a_shell_that_grows_without_end_is_ended() {
    let report = greedy("x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done", memory(128)).await;
    assert_ne!(report.ending, Ending::Exited { code: 0 });
    assert_ne!(report.ending, Ending::TimedOut, "{}", report.output);
}

#[tokio::test]
async fn many_processes_cannot_hold_more_memory_together() {
    let hog = "head -c 70M /dev/zero | tail -c 70M | sleep 300 &";
    let report = greedy(&format!("{hog} {hog} {hog} {hog} wait"), |config| {
        memory(128)(config);
        config.time_limit = super::LIMIT;
    })
    .await;
    assert!(report.output.contains("more than 128 MiB of memory"), "{:?} {}", report.ending, report.output);
}

#[tokio::test]
async fn one_file_cannot_fill_the_disk() {
    let report = greedy("head -c 50M /dev/zero > $TMPDIR/a; echo $?; stat -c %s $TMPDIR/a", scratch(4)).await;
    let size = printed(&report).lines().last().and_then(|size| size.parse::<u64>().ok());
    assert!(size.is_some_and(|size| size <= 4 << 20), "{}", report.output);
}

#[tokio::test]
async fn many_files_cannot_fill_the_disk() {
    let source = "i=0; while :; do i=$((i + 1)); head -c 1M /dev/zero > $TMPDIR/$i; sleep 0.02; done";
    let report = greedy(source, scratch(8)).await;
    assert!(
        report.output.contains("more than 8 MiB or too many files"),
        "{:?} {}",
        report.ending,
        report.output
    );
    assert_eq!(report.ending, Ending::Killed { signal: 9 });
}

#[tokio::test]
async fn empty_files_without_number_are_ended() {
    let source = "cd $TMPDIR; seq 30000 | split -l 1 -a 5 -d; echo made; sleep 300";
    let report = greedy(source, |_| {}).await;
    assert!(report.output.contains("too many files"), "{:?} {}", report.ending, report.output);
}

#[tokio::test]
async fn a_folder_that_closes_itself_is_removed_all_the_same() {
    let report =
        greedy("mkdir -p $TMPDIR/a/b; echo x > $TMPDIR/a/b/c; ln -s / $TMPDIR/a/root; echo $TMPDIR", |_| {})
            .await;
    let folder = printed(&report).trim();
    assert!(folder.contains("evenkeel-run-") && !std::path::Path::new(folder).exists(), "{}", report.output);
    assert!(std::path::Path::new("/etc").exists());
}

#[tokio::test]
async fn each_process_has_its_limits() {
    let report = greedy("ulimit -c; ulimit -n; ulimit -d; ulimit -f; ulimit -t", |config| {
        config.limits.open_files_max = 64;
        memory(256)(config);
        scratch(16)(config);
    })
    .await;
    let said: Vec<&str> = printed(&report).lines().collect();
    assert_eq!(said[..4], ["0", "64", "262144", "16384"], "{}", report.output);
    assert!(said[4].parse::<u64>().is_ok_and(|seconds| seconds >= 60), "{}", report.output);
    // Root does not raise them either.
    let source = "ulimit -n 100000 2> /dev/null; ulimit -c unlimited 2> /dev/null; ulimit -Hn; ulimit -Hc";
    let report = greedy(source, |config| config.limits.open_files_max = 64).await;
    assert_eq!(printed(&report), "64\n0\n");
}

#[tokio::test]
async fn more_files_than_allowed_cannot_be_opened() {
    let source =
        "for i in {3..80}; do eval \"exec $i</dev/null\" || { echo stopped at $i; exit; }; done; echo all";
    let report = greedy(source, |config| config.limits.open_files_max = 32).await;
    assert!(!printed(&report).contains("all\n"), "{}", report.output);
}

#[tokio::test]
async fn a_busy_loop_and_its_children_end_in_time() {
    let report = greedy(
        "(while :; do :; done) & setsid bash -c 'while :; do :; done' & trap '' TERM; while :; do :; done",
        |config| {
            config.time_limit = Duration::from_secs(1);
        },
    )
    .await;
    assert_eq!(report.ending, Ending::TimedOut);
}

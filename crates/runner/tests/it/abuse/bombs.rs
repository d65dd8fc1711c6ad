//! Fork bombs. They go off only in a control group that the test itself made, joined and read back, so that a failure of
//! ours costs a test and not the machine.

use super::{MARK, printed};
use crate::{config, order};
use engine::ports::Executor as _;
use incident::RunReport;
use playbook::Effect;
use runner::{Groups, Runner};
use std::env::current_exe;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

/// What the kernel holds the whole test to, whatever we do.
const TEST_PIDS_MAX: u32 = 600;
/// What a run is held to.
const RUN_PIDS_MAX: u32 = 40;
/// Where the child of a test finds the group that it must be in.
const FENCE: &str = "EVENKEEL_TEST_FENCE";

/// A control group with a limit on processes, removed with the test.
struct Fence(PathBuf);

impl Fence {
    /// Below this process's own group; the failure says how to get one.
    fn new() -> Self {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap();
        let path = |prefix: &str| {
            own.lines().find_map(|line| line.split_once(prefix).map(|(_, path)| path.to_owned()))
        };
        let one = path(":pids:").map(|path| format!("/sys/fs/cgroup/pids{path}"));
        let two = path("0::").map(|path| format!("/sys/fs/cgroup{path}"));
        let made = one.into_iter().chain(two).find_map(|parent| {
            let folder = Path::new(&parent).join(format!("evenkeel-test-{}", std::process::id()));
            fs::create_dir(&folder).ok()?;
            let fence = Self(folder);
            fs::write(fence.0.join("pids.max"), TEST_PIDS_MAX.to_string()).ok()?;
            let said = fs::read_to_string(fence.0.join("pids.max")).ok()?;
            (said.trim() == TEST_PIDS_MAX.to_string()).then_some(fence)
        });
        made.expect(
            "a bomb goes off only inside a control group that limits processes, and none can be made here: run the tests as \
             root, or inside `systemd-run --user --scope -p Delegate=pids`, or in a container with its own cgroups",
        )
    }

    /// Runs one of the ignored tests below in it.
    fn run(&self, test: &str) -> Output {
        // The shell joins, so that nothing of the test is outside for a moment.
        let join = "echo 0 > \"$0/cgroup.procs\" && exec \"$@\"";
        #[expect(clippy::disallowed_methods, reason = "the server of this test is a child process")]
        Command::new("/bin/sh")
            .args(["-c", join])
            .arg(&self.0)
            .arg(current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture", &format!("abuse::bombs::{test}")])
            .env(FENCE, &self.0)
            .output()
            .unwrap()
    }

    /// Nobody is in it or below it any more, after at most the usual time.
    fn is_empty(&self) -> bool {
        fs::read_to_string(self.0.join("pids.current")).is_ok_and(|count| count.trim() == "0")
    }
}

impl Drop for Fence {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// Inside: refuses to go on unless this process is really held.
#[expect(clippy::disallowed_methods, reason = "told by the test that started this process")]
fn must_be_fenced() {
    let fence = std::env::var(FENCE).expect("started by the tests below");
    let pids = fs::read_to_string(Path::new(&fence).join("cgroup.procs")).unwrap();
    let own = std::process::id().to_string();
    assert!(pids.lines().any(|pid| pid == own), "not inside the fence");
    assert_eq!(
        fs::read_to_string(Path::new(&fence).join("pids.max")).unwrap().trim(),
        TEST_PIDS_MAX.to_string()
    );
}

async fn go_off(groups: Groups, source: &str) -> RunReport {
    must_be_fenced();
    let mut config = config(Path::new("/"));
    config.env.insert(MARK.to_owned(), "bomb".to_owned());
    config.limits.processes_max = RUN_PIDS_MAX;
    config.groups = groups;
    config.time_limit = Duration::from_secs(3);
    config.grace = Duration::from_millis(300);
    Runner::new(config).run(&order(Effect::ChangesHere, source)).await
}

const BOMB: &str = "bomb() { bomb | bomb & }; bomb; sleep 300";
const HIDING_BOMB: &str = "bomb() { setsid bash -c \"$(declare -f bomb); trap '' TERM HUP; bomb & bomb\" & sleep 0.05; }; bomb; sleep 300";

#[tokio::test]
#[ignore = "a bomb, started inside a fence by the test below"]
async fn inside_with_groups() {
    for bomb in [BOMB, HIDING_BOMB] {
        let report = go_off(Groups::Made, bomb).await;
        assert!(report.output.contains("more than 40 processes"), "{:?} {}", report.ending, report.output);
    }
}

#[tokio::test]
#[ignore = "a bomb, started inside a fence by the test below"]
async fn inside_without_groups() {
    for bomb in [BOMB, HIDING_BOMB] {
        let report = go_off(Groups::None, bomb).await;
        assert!(report.output.contains("more than 40 processes"), "{:?} {}", report.ending, report.output);
        let report = go_off(Groups::None, "echo well").await;
        assert_eq!(printed(&report), "well\n");
    }
}

fn is_survived(test: &str) {
    let fence = Fence::new();
    let output = fence.run(test);
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert!(fence.is_empty(), "processes are left in {}", fence.0.display());
}

#[test]
fn a_bomb_is_held_by_a_control_group() {
    is_survived("inside_with_groups");
}

#[test]
fn a_bomb_is_held_by_the_guard_alone() {
    is_survived("inside_without_groups");
}

//! Outputs without end. The server's memory stays flat, and the run ends.

use super::{Before, MIB};
use crate::order;
use engine::ports::Executor as _;
use incident::Ending;
use playbook::Effect;
use runner::Runner;

#[tokio::test]
async fn a_gibibyte_is_read_in_flat_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (before, mut config) = Before::new(folder.path());
    config.output_bytes_ceiling = 2048 * MIB;
    config.time_limit = super::LIMIT * 4;
    let source = "echo first; yes 'a line of output' | head -c 1G; echo last";
    let report = Runner::new(config).run(&order(Effect::ReadsHere, source)).await;
    assert_eq!((report.ending, report.output_bytes), (Ending::Exited { code: 0 }, 1024 * MIB + 11));
    assert!(report.output.starts_with("first\n") && report.output.ends_with("last\n"));
    before.holds();
}

#[tokio::test]
async fn what_does_not_stop_is_stopped() {
    for source in [
        "yes",
        "yes | tr -d '\\n'",
        "cat /dev/zero",
        "yes >&2",
        "yes & yes >&2 & setsid yes & wait",
        "trap '' TERM PIPE; while :; do printf '%65536s' x; done",
        "while :; do printf '\\033]0;%4096s'; done",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (before, config) = Before::new(folder.path());
        let report = Runner::new(config).run(&order(Effect::ReadsHere, source)).await;
        assert_eq!(report.ending, Ending::TooMuchOutput, "{source}");
        assert!(report.output.len() < 40 * 1024, "{source}: {} bytes are kept", report.output.len());
        before.holds();
    }
}

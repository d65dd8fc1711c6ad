//! What is kept and shown of an output.

use crate::{config, run, run_with};
use incident::Ending;
use playbook::Effect;
use std::fs;
use std::path::Path;

const MIB: u64 = 1024 * 1024;

/// The most memory this process has ever held, in bytes.
fn memory_peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn both_streams_arrive_in_order() {
    let report = run("echo a; echo b >&2; echo c; echo d >&2").await;
    assert_eq!((&*report.output, report.output_bytes), ("a\nb\nc\nd\n", 8));
}

#[tokio::test]
async fn huge_output_ends_the_command() {
    let report = run("yes 'a line of output' | head -c 50M").await;
    assert_eq!(report.ending, Ending::TooMuchOutput);
    assert!((16 * MIB..50 * MIB).contains(&report.output_bytes), "{}", report.output_bytes);
    assert!(report.output.len() < 33 * 1024, "{}", report.output.len());
}

#[tokio::test]
async fn memory_does_not_grow_with_the_output() {
    let mut config = config(Path::new("/"));
    config.output_bytes_ceiling = 100 * MIB;
    let before = memory_peak();
    let source = "echo first; yes 'a line of output' | head -c 50M; echo last";
    let report = run_with(config, Effect::ReadsHere, source).await;
    assert_eq!(report.ending, Ending::Exited { code: 0 });
    assert_eq!(report.output_bytes, 50 * MIB + 11);
    assert!(report.output.starts_with("first\na line") && report.output.ends_with("last\n"));
    assert!(report.output.contains(" bytes left out here]\n"));
    let grown = memory_peak() - before;
    assert!(grown < 25 * MIB, "{grown} bytes more than before");
}

#[tokio::test]
async fn secrets_are_masked_before_anything_is_returned() {
    let mut config = config(Path::new("/"));
    config.secrets = vec!["correct-horse-battery".to_owned()];
    config.env.insert("DEPLOY_TOKEN".to_owned(), "from-the-environment".to_owned());
    // In pieces, so that no read sees the whole of it.
    let source = "printf correct-; sleep 0.1; printf horse-; sleep 0.1; echo battery; echo $DEPLOY_TOKEN; \
                  printf %s $DEPLOY_TOKEN | base64; echo password=hunter2; echo plain";
    let report = run_with(config, Effect::ReadsHere, source).await;
    let expected = "[masked]\n[masked]\n[masked]\npassword=[masked]\nplain\n";
    assert_eq!((&*report.output, report.masked), (expected, 4));
}

#[tokio::test]
async fn terminal_sequences_and_wrong_bytes_are_gone() {
    let report = run(r"printf '\033[31mred\033[0m caf\351 \000\007end\r\n'").await;
    assert_eq!(&*report.output, "red caf\u{fffd} end\n");
}

//! System calls that no runbook needs: each is refused as if the user had no right to it.
//!
//! They are called with arguments that do nothing, so that a failure of this test does no harm.

#![cfg(target_arch = "x86_64")]

use super::{Before, printed};
use crate::order;
use engine::ports::Executor as _;
use playbook::Effect;
use runner::Runner;

/// Name and number, on x86-64.
const CALLS: [(&str, u64); 24] = [
    ("ptrace", 101),
    ("process_vm_readv", 310),
    ("process_vm_writev", 311),
    ("pidfd_getfd", 438),
    ("kexec_load", 246),
    ("init_module", 175),
    ("finit_module", 313),
    ("delete_module", 176),
    ("bpf", 321),
    ("perf_event_open", 298),
    ("userfaultfd", 323),
    ("mount", 165),
    ("umount2", 166),
    ("pivot_root", 155),
    ("move_mount", 429),
    ("setns", 308),
    ("unshare", 272),
    ("swapon", 167),
    ("reboot", 169),
    ("settimeofday", 164),
    ("clock_settime", 227),
    ("sethostname", 170),
    ("open_by_handle_at", 304),
    ("io_uring_setup", 425),
];

#[tokio::test]
async fn calls_that_nobody_needs_are_refused() {
    assert!(
        std::path::Path::new("/usr/bin/perl").exists(),
        "this test needs perl: apt-get install perl-base, or your system's own package of it"
    );
    let folder = tempfile::tempdir().unwrap();
    let (before, config) = Before::new(folder.path());
    let runner = Runner::new(config);
    let list: Vec<String> = CALLS.iter().map(|(name, number)| format!("[\"{name}\", {number}]")).collect();
    let script = format!(
        "for ({}) {{ $! = 0; syscall($_->[1], -1, -1, -1, -1, -1); print \"$_->[0] \", $! + 0, \"\\n\" }}",
        list.join(", ")
    );
    for effect in [Effect::ReadsHere, Effect::ReadsWorld, Effect::ChangesHere, Effect::Destroys] {
        let report = runner.run(&order(effect, &format!("perl -e '{script}'"))).await;
        // 1 is EPERM; all other numbers mean that the kernel looked at the arguments.
        let expected: String = CALLS.iter().map(|(name, _)| format!("{name} 1\n")).collect();
        assert_eq!(printed(&report), expected, "{effect:?}");
    }
    before.holds();
}

/// The same calls under the numbers that programs with small pointers use.
#[tokio::test]
async fn the_second_numbers_are_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    let (_, config) = Before::new(folder.path());
    let script = "$! = 0; $r = syscall(0x40000000 + 41, 2, 1, 0); print $r < 0 ? \"no\\n\" : \"made\\n\"";
    let report = Runner::new(config).run(&order(Effect::ReadsHere, &format!("perl -e '{script}'"))).await;
    assert_eq!(printed(&report), "no\n");
}

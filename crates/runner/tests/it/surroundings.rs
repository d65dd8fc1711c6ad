//! What a command finds around itself.

use crate::{PATH, config, run, run_with};
use incident::Ending;
use playbook::Effect;
use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;

/// Linux' `O_CLOEXEC`, as `/proc` shows it.
const CLOEXEC: u32 = 0o2_000_000;

#[tokio::test]
async fn the_environment_is_exactly_what_was_given() {
    let report = run("env").await;
    let names: BTreeSet<&str> = report.output.lines().filter_map(|line| line.split('=').next()).collect();
    // The shell itself adds PWD, SHLVL and _; a command that only looks has a folder of its own.
    assert_eq!(
        names,
        BTreeSet::from(["HOME", "LANG", "PATH", "PWD", "SHLVL", "TMPDIR", "_"]),
        "{}",
        report.output
    );
    assert!(report.output.contains(&format!("PATH={PATH}\n")));
}

#[tokio::test]
async fn there_is_no_input_and_no_terminal() {
    let report = run("cat; read -r x; echo $?; tty; [ -t 1 ] || echo no terminal").await;
    assert_eq!((report.ending, &*report.output), (Ending::Exited { code: 0 }, "1\nnot a tty\nno terminal\n"));
}

/// The descriptors that this process was itself started with and that pass on to every child.
fn inherited() -> BTreeSet<String> {
    let numbers = fs::read_dir("/proc/self/fdinfo").unwrap().map(|entry| entry.unwrap().file_name());
    let numbers = numbers.map(|name| name.into_string().unwrap());
    let passes_on = |number: &String| {
        // It may have been closed since.
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).unwrap_or_default();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        flags.is_some_and(|flags| u32::from_str_radix(flags.trim(), 8).unwrap() & CLOEXEC == 0)
    };
    numbers.filter(passes_on).collect()
}

#[tokio::test]
async fn nothing_that_the_server_opened_is_open() {
    let opened = TcpListener::bind("127.0.0.1:0").unwrap();
    let before = inherited();
    let report = run("for f in /proc/$$/fd/*; do [ -L $f ] && echo ${f##*/}; done; true").await;
    drop(opened);
    let mut open: BTreeSet<String> = report.output.lines().map(str::to_owned).collect();
    // bash keeps its own script's descriptor there.
    open.remove("255");
    let own = BTreeSet::from(["0", "1", "2"].map(str::to_owned));
    assert!(own.is_subset(&open), "{open:?}");
    assert!(open.iter().all(|fd| own.contains(fd) || before.contains(fd)), "{open:?}, inherited {before:?}");
}

#[tokio::test]
async fn it_begins_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().canonicalize().unwrap();
    let report = run_with(config(&place), Effect::ReadsHere, "pwd; pwd -P").await;
    assert_eq!(*report.output, format!("{0}\n{0}\n", place.display()));
}

//! Kernels that lack a means: what is not held is kept with the run, and what must be held does not run.

use crate::{config, order};
use engine::ports::{Executor as _, Word};
use incident::{Ending, RunReport};
use playbook::Effect;
use runner::{Changes, Confinement, Groups, Runner, RunnerConfig};
use std::fs;
use std::path::Path;

/// As on a kernel that does not know these calls.
fn without(facility: &str) -> RunnerConfig {
    let mut config = config(Path::new("/"));
    config.env.insert("RUNNER_GUARD_WITHOUT".to_owned(), facility.to_owned());
    config
}

async fn approved(config: RunnerConfig, effect: Effect, source: &str) -> RunReport {
    let order = engine::ports::RunOrder { word: Word::Given, ..order(effect, source) };
    Runner::new(config).run(&order).await
}

fn says(report: &RunReport, words: &str) -> bool {
    report.not_held.iter().any(|said| said.contains(words))
}

/// The control groups depend on whose machine it is; the rest does not on a kernel of today.
#[tokio::test]
async fn on_this_kernel_files_and_calls_are_held() {
    for effect in [Effect::ReadsHere, Effect::ReadsWorld, Effect::ChangesHere] {
        let report = approved(without("nothing"), effect, "true").await;
        assert_eq!(report.ending, Ending::Exited { code: 0 });
        assert!(!says(&report, "Landlock") && !says(&report, "seccomp"), "{:?}", report.not_held);
    }
}

#[tokio::test]
async fn without_landlock_the_report_says_that_writes_were_not_held() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("written");
    let source = format!("echo x > {}", file.display());
    // It must be held, so it does not begin, and there is nothing to say of how it was.
    let refused = Runner::new(without("landlock")).run(&order(Effect::ReadsHere, &source)).await;
    let Ending::NotStarted { error } = &refused.ending else { panic!("it ran: {refused:?}") };
    assert!(error.contains("no Landlock"), "{error}");
    assert_eq!((refused.not_held.len(), file.exists()), (0, false));
    // With a person's word, and where the settings make do: it runs, writes, and the report says that it could.
    let by_word = approved(without("landlock"), Effect::ReadsHere, &source).await;
    let by_setting = RunnerConfig { confinement: Confinement::Waived, ..without("landlock") };
    let by_setting = Runner::new(by_setting).run(&order(Effect::ReadsHere, &source)).await;
    assert!(fs::read_to_string(&file).is_ok_and(|text| text == "x\n"));
    for report in [by_word, by_setting] {
        assert_eq!(report.ending, Ending::Exited { code: 0 }, "{}", report.output);
        assert!(says(&report, "no Landlock: writes were not held"), "{:?}", report.not_held);
        assert!(says(&report, "signals") && !says(&report, "seccomp"), "{:?}", report.not_held);
    }
    let change = approved(without("landlock"), Effect::ChangesHere, "true").await;
    assert!(says(&change, "no Landlock: writes to devices"), "{:?}", change.not_held);
}

#[tokio::test]
async fn without_seccomp_the_report_says_that_calls_were_not_held() {
    let refused = Runner::new(without("seccomp")).run(&order(Effect::ReadsWorld, "true")).await;
    assert!(
        matches!(&refused.ending, Ending::NotStarted { error } if error.contains("seccomp")),
        "{refused:?}"
    );
    let report = approved(without("seccomp"), Effect::ReadsWorld, "true").await;
    assert_eq!(report.ending, Ending::Exited { code: 0 });
    assert!(says(&report, "no seccomp: rights and times of files"), "{:?}", report.not_held);
    assert!(!says(&report, "Landlock"), "{:?}", report.not_held);
}

#[tokio::test]
async fn without_a_control_group_the_report_says_that_the_guard_counted() {
    for (changes, effect) in [(Changes::Guarded, Effect::ReadsHere), (Changes::Free, Effect::ChangesHere)] {
        let config = RunnerConfig { groups: Groups::None, changes, ..config(Path::new("/")) };
        let report = approved(config, effect, "true").await;
        assert!(says(&report, "no control group for processes and memory"), "{:?}", report.not_held);
    }
}

/// A command that cannot become what it is named still says so: what is held was told before.
#[tokio::test]
async fn a_command_that_does_not_begin_has_nothing_to_say_of_it() {
    let config = RunnerConfig { shell: "/nowhere/sh".into(), ..config(Path::new("/")) };
    let report = approved(config, Effect::ReadsHere, "true").await;
    assert!(
        matches!(&report.ending, Ending::NotStarted { error } if error.contains("does not exist")),
        "{report:?}"
    );
    assert!(report.not_held.is_empty());
}

//! When the server is killed, its commands end with it.

use crate::pids::{Ear, dies};
use crate::{config, order};
use engine::ports::Executor as _;
use playbook::Effect;
use runner::Runner;
use std::env::{current_dir, current_exe};
use std::process::{Command, Stdio};

/// The server's part, in a process of its own.
#[tokio::test]
#[ignore = "started by the test below, which kills it"]
async fn the_server() {
    let runner = Runner::new(config(&current_dir().unwrap()));
    let source = "trap '' TERM HUP; sleep 300 & echo $$ $! > ear; wait";
    let report = runner.run(&order(Effect::ChangesHere, source)).await;
    panic!("it ended by itself: {report:?}");
}

#[test]
fn a_killed_server_takes_its_commands_along() {
    let folder = tempfile::tempdir().unwrap();
    let ear = Ear::new(&folder.path().join("ear"));
    #[expect(clippy::disallowed_methods, reason = "the server of this test is a child process")]
    let mut server = Command::new(current_exe().unwrap())
        .args(["--ignored", "--exact", "server_death::the_server"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pids = ear.hear();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(pids.len(), 2);
    assert!(pids.into_iter().all(dies), "a command outlived its server");
}

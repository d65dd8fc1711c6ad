//! When the server is killed, its commands end with it.

use crate::pids::{Ear, dies};
use crate::{config, order};
use engine::ports::Executor as _;
use playbook::Effect;
use runner::Runner;
use std::env::{current_dir, current_exe};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The server's part, in a process of its own.
#[tokio::test]
#[ignore = "started by the test below, which kills it"]
async fn the_server() {
    let runner = Runner::new(config(&current_dir().unwrap()));
    let source = "trap '' TERM HUP; sleep 300 & echo $$ $! > ear; wait";
    let report = runner.run(&order(Effect::ChangesHere, source)).await;
    panic!("it ended by itself: {report:?}");
}

/// Starts a server's part, one of the ignored tests of this binary, in its folder.
pub(crate) fn server(part: &str, folder: &Path) -> Child {
    #[expect(clippy::disallowed_methods, reason = "the server of this test is a child process")]
    let mut command = Command::new(current_exe().unwrap());
    command.args(["--ignored", "--exact", part]).current_dir(folder);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_killed_server_takes_its_commands_along() {
    let folder = tempfile::tempdir().unwrap();
    let ear = Ear::new(&folder.path().join("ear"));
    let mut server = server("server_death::the_server", folder.path());
    let pids = ear.hear();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(pids.len(), 2);
    assert!(pids.into_iter().all(dies), "a command outlived its server");
}

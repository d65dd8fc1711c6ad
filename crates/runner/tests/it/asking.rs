//! What a tool can do while it is asked for its help: next to nothing.

use runner::{AskFailure, Confinement, Surroundings, Told, ask};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

fn around() -> Surroundings {
    Surroundings { guard: crate::guard(), ..Surroundings::new(crate::PATH.to_owned()) }
}

fn tool(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("tool");
    fs::write(&path, format!("#!/bin/bash\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn asked(script: &str) -> Result<Told, AskFailure> {
    let folder = tempfile::tempdir().unwrap();
    ask(&tool(folder.path(), script), &["--help".to_owned()], &around()).await
}

#[tokio::test]
async fn it_gets_its_arguments_no_input_and_an_empty_home() {
    let script = r#"echo "$# $1"; cat; ls -A; [ "$HOME" = "$PWD" ] && echo home; env | grep -c TOKEN; echo err >&2; exit 3"#;
    let told = asked(script).await.unwrap();
    assert_eq!(told, Told { text: "1 --help\nhome\n0\nerr\n".to_owned(), is_success: false });
}

#[tokio::test]
async fn it_has_no_network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = format!(
        "exec 2>&1; (echo > /dev/tcp/127.0.0.1/{port}) && echo tcp; (echo > /dev/udp/127.0.0.1/{port}) && echo udp; echo end"
    );
    let told = asked(&script).await.unwrap().text;
    assert!(told.ends_with("end\n") && !told.contains("tcp\n") && !told.contains("udp\n"), "{told}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "it came through");
    // The same script reaches it when nothing holds it back.
    let folder = tempfile::tempdir().unwrap();
    let free = Surroundings { confinement: Confinement::Waived, ..around() };
    let told = ask(&tool(folder.path(), &script), &[], &free).await.unwrap().text;
    assert!(told.contains("tcp\n") && listener.accept().is_ok(), "{told}");
}

#[tokio::test]
async fn it_writes_nowhere_but_in_its_own_folder() {
    let other = tempfile::tempdir().unwrap();
    let target = other.path().join("target");
    fs::write(&target, "kept").unwrap();
    let path = target.display();
    let script = format!(
        "echo mine > own && cat own; echo x > {path}; rm -f {path}; mkdir {path}.d; echo y > /dev/null && echo null"
    );
    let told = asked(&script).await.unwrap().text;
    assert!(told.contains("mine\n") && told.ends_with("null\n"), "{told}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn one_that_hangs_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut around = around();
    around.time_max = Duration::from_millis(500);
    let path = tool(folder.path(), "trap '' TERM; sleep 300 & sleep 300; sleep 300");
    let told = ask(&path, &[], &around).await;
    assert_eq!(told, Err(AskFailure::Failed("no answer within 0.5 s".to_owned())));
}

#[tokio::test]
async fn one_that_does_not_stop_writing_is_ended() {
    let told = asked("while :; do echo 0123456789012345678901234567890123456789; done").await;
    assert_eq!(told, Err(AskFailure::Failed("it does not stop writing".to_owned())));
}

#[tokio::test]
async fn what_does_not_start_says_so() {
    let told = ask(Path::new("/nowhere/tool"), &[], &around()).await;
    assert!(matches!(told, Err(AskFailure::Failed(why)) if why.starts_with("it did not start")));
}

#[tokio::test]
async fn the_server_itself_is_not_confined() {
    asked("true").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    TcpListener::bind("127.0.0.1:0").unwrap();
}

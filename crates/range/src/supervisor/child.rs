//! The life of one service: started, waited for, started again, ended. Its process has a group of its own, and its
//! standard input is a pipe that closes with us.

use std::fs::File;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::{Mind, Program, Wanted, Watch};
use crate::address::ServiceAddress;
use crate::clock;
use crate::log::ServiceName;
use crate::service::{FAILED, READY};

/// A service answers within milliseconds; longer means that it never will.
const READY_WAIT: Duration = Duration::from_secs(20);
/// A service that is told to end has this long before it is killed; its own limit is shorter.
const END_WAIT: Duration = Duration::from_secs(4);
/// Pause before the first start after an end that nobody asked for; doubled each time.
const AGAIN_FIRST: Duration = Duration::from_millis(100);
/// The longest pause between two starts.
const AGAIN_MAX: Duration = Duration::from_secs(5);
/// A service that ran for so long is well again: the next pause is the first one.
const WELL_AFTER: Duration = Duration::from_secs(10);

/// What the first start says: the service answers, or why it cannot.
pub(super) type FirstWord = oneshot::Sender<Result<(), String>>;

/// Keeps one service up, or down, until the end.
pub(super) async fn keep(watch: Watch, service: ServiceName, first: FirstWord) {
    let Some(mind) = watch.minds.get(&service) else { return };
    let mut mind = mind.subscribe();
    let mut first = Some(first);
    let mut pause = AGAIN_FIRST;
    while !watch.life.end.is_cancelled() {
        if mind.borrow_and_update().wanted == Wanted::Held {
            let _ = watch.life.end.run_until_cancelled(mind.changed()).await;
            continue;
        }
        let began = clock::instant();
        let ended = one_life(&watch, service, &mind, &mut first).await;
        watch.note(service, |standing| (standing.pid, standing.reason) = (None, Some(ended.clone())));
        if let Some(first) = first.take() {
            // It never answered: the range does not start without it.
            let _ = first.send(Err(ended));
            return;
        }
        if watch.life.end.is_cancelled() || mind.has_changed().unwrap_or(true) {
            continue;
        }
        watch.note(service, |standing| standing.restarts += 1);
        pause = if began.elapsed() > WELL_AFTER { AGAIN_FIRST } else { (pause * 2).min(AGAIN_MAX) };
        // A change of mind ends the pause at once. What it says is read above.
        let _ = watch.life.end.run_until_cancelled(timeout(pause, mind.clone().changed())).await;
    }
}

/// From start to end; says in words why it ended.
async fn one_life(
    watch: &Watch,
    service: ServiceName,
    mind: &watch::Receiver<Mind>,
    first: &mut Option<FirstWord>,
) -> String {
    let mut child = match start(&watch.program, service, watch) {
        Ok(child) => child,
        Err(error) => return format!("it cannot be started: {error}"),
    };
    // Held to the end: waiting for a child closes what it has, and a service whose input closes ends.
    let _pipe = child.stdin.take();
    if let Err(reason) = answers(&mut child).await {
        end(&mut child).await;
        return reason;
    }
    watch.note(service, |standing| (standing.pid, standing.reason) = (child.id(), None));
    if let Some(first) = first.take() {
        // Nobody waits any longer when the start was given up.
        let _ = first.send(Ok(()));
    }
    // A receiver of its own: the change is still news to the caller.
    let mut changed = mind.clone();
    let ended = tokio::select! {
        status = child.wait() => how(status),
        _ = changed.changed() => "it was told to end".to_owned(),
        () = watch.life.end.cancelled() => "the range ends".to_owned(),
    };
    end(&mut child).await;
    // A process that was killed has left its address behind.
    ServiceAddress::remove(&watch.dir, service);
    ended
}

#[expect(clippy::disallowed_methods, reason = "the supervisor is the range's one starter of services")]
fn start(program: &Program, service: ServiceName, watch: &Watch) -> std::io::Result<Child> {
    let errors = watch.dir.join("logs").join(format!("{service}.stderr"));
    Command::new(&program.0)
        .args(Program::arguments(service, &watch.dir))
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(errors)?)
        .kill_on_drop(true)
        .spawn()
}

/// Waits for the one line that a service prints once it answers.
async fn answers(child: &mut Child) -> Result<(), String> {
    let Some(out) = child.stdout.take() else { return Err("it has no output".to_owned()) };
    let mut lines = BufReader::new(out).lines();
    match timeout(READY_WAIT, lines.next_line()).await {
        Ok(Ok(Some(line))) if line == READY => Ok(()),
        Ok(Ok(Some(line))) => Err(line.strip_prefix(FAILED).unwrap_or(&line).to_owned()),
        Ok(Ok(None) | Err(_)) => Err("it ended while it started".to_owned()),
        Err(_) => Err(format!("it did not answer within {} s", READY_WAIT.as_secs())),
    }
}

fn how(status: std::io::Result<ExitStatus>) -> String {
    match status {
        Ok(status) => format!("it ended by itself: {status}"),
        Err(error) => format!("it cannot be waited for: {error}"),
    }
}

/// Tells a process to end, and kills its group when it does not. One that ended already has nothing left to lose.
async fn end(child: &mut Child) {
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let Some(group) = group else { return };
    // A stopped process sees the signal only when it goes on. A group that is gone already is what we want.
    let _ = kill_process_group(group, Signal::TERM);
    let _ = kill_process_group(group, Signal::CONT);
    if timeout(END_WAIT, child.wait()).await.is_err() {
        let _ = kill_process_group(group, Signal::KILL);
        let _ = child.wait().await;
    }
}

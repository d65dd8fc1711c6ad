//! The parts of making a sandbox that take time: the clone, the download, the wait for the agent's health. Their order is
//! `birth`'s.

use std::path::Path;
use std::time::Duration;

use axum::http::Method;
use http_body_util::BodyExt as _;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::birth::{BOOT_HELP, NotMade, Progress};
use super::fleet::Fleet;
use super::git::Clone as GitClone;
use super::kept::Kept;
use super::process::Agent;
use super::settings::{CLONE_DEPTH, CLONE_TIMEOUT_MS, Settings};
use crate::state_file::write_whole;
use crate::{call, clock};

/// How often an agent that does not say that it is well is asked again.
const HEALTH_ROUND: Duration = Duration::from_millis(100);
/// One answer of an agent about its health.
const HEALTH_ANSWER_WAIT: Duration = Duration::from_secs(2);
/// Clones the repository into the sandbox.
pub(super) async fn clone(
    fleet: &Fleet,
    kept: &Kept,
    token: String,
    (settings, folder): (Settings<'_>, &Path),
    progress: &mut Progress,
) -> Result<(), NotMade> {
    progress.what = "cloning";
    let began = clock::instant();
    let clone = GitClone {
        url: format!("{}/{}.git", fleet.git_url, kept.repository),
        token,
        depth: settings.number(CLONE_DEPTH),
        into: folder.join("workspace"),
        wait: Duration::from_millis(settings.number(CLONE_TIMEOUT_MS)),
    };
    let cloned = clone.run().await;
    fleet.post.metrics.observe("sandbox_boot_seconds", BOOT_HELP, &[("part", "clone")], began.elapsed());
    let took = began.elapsed().as_millis();
    match cloned {
        Ok(()) => {
            let (id, repository) = (&kept.id, &kept.repository);
            fleet.note("create_sandbox", format!("create_sandbox {id} cloned {repository} in {took} ms"));
            Ok(())
        }
        Err(why) => Err(NotMade::Clone { repository: kept.repository.clone(), why }),
    }
}

/// Downloads the agent, over the network of the sandboxes.
pub(super) async fn install(fleet: &Fleet, kept: &Kept, folder: &Path) -> Result<(), NotMade> {
    let failed = |why: String| NotMade::Agent(format!("its agent cannot be downloaded: {why}"));
    let began = clock::instant();
    let at = fleet.post.http;
    let request = call::plain_request(Method::GET, at, "/git/packages/agent");
    let answer = call::send("package host", at, request).await.map_err(|error| failed(error.to_string()))?;
    if !answer.status().is_success() {
        return Err(failed(format!("status {}", answer.status())));
    }
    let mut package = Vec::new();
    let mut body = answer.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| failed(error.to_string()))?;
        package.extend_from_slice(frame.data_ref().map_or(&[][..], |bytes| bytes));
    }
    write_whole(&folder.join("agent.package"), &package)?;
    fleet.post.metrics.observe("sandbox_boot_seconds", BOOT_HELP, &[("part", "install")], began.elapsed());
    let (id, took) = (&kept.id, began.elapsed().as_millis());
    fleet.note("create_sandbox", format!("create_sandbox {id} downloaded its agent in {took} ms"));
    Ok(())
}

/// Asks the agent until it says that it is well; the error is what it said last.
pub(super) async fn healthy(agent: &Agent, wait: Duration) -> Result<(), String> {
    let mut said = "nothing".to_owned();
    let asking = async {
        let mut clock = interval(HEALTH_ROUND);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            clock.tick().await;
            let request = call::plain_request(Method::GET, agent.at, "/global/health");
            match call::exchange("agent", agent.at, request, HEALTH_ANSWER_WAIT).await {
                Ok(_) => return,
                Err(error) => said = error.to_string(),
            }
        }
    };
    let asked = timeout(wait, asking).await;
    asked.map_err(|_| format!("timeout after {} ms: {said}", wait.as_millis()))
}

//! A server, an agent beside it that has a folder of its own, and an incident whose runbook is for that agent.

use crate::world::{LIMIT, Process, Server, client, evenkeel, until};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// Longer than an agent may be silent.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A runbook whose look shows the environment, and whose change leaves a mark before and after it waits for the test.
const PLAYBOOK: &str = "\
# Far: when it breaks

## Severity Matrix

| Severity | Impact | Examples | Response |
| -------- | ------ | -------- | -------- |
| **P1** | Errors | The store is full | < 1 hour |

### Escalation Path

```
P1: Primary → (10 min) → Secondary
```

## Runbooks

### Issue: Store Full

**Symptoms**:

- The store is full

**Runbook**:

1. **See how it is**

   ```bash
   # How is it?
   echo \"secret $FAR_TOKEN from $FAR_NAME\"
   ```

2. **Make room**

   ```bash
   # Make room
   echo begun >> $FAR_MARKS; while [ -e $FAR_HOLD ]; do sleep 0.05; done; echo ended >> $FAR_MARKS
   ```
";

/// The agent's own settings; `FOLDER` stands for its folder.
const AGENT: &str = "\
token_file = \"agent.token\"
[runner]
workdir = \".\"
confine = \"best-effort\"
[runner.env]
FAR_TOKEN = \"hunter2-hunter2-hunter2\"
FAR_NAME = \"far\"
FAR_MARKS = \"FOLDER/marks\"
FAR_HOLD = \"FOLDER/hold\"
";

pub(super) struct Fleet {
    pub(super) server: Server,
    pub(super) agent_token: String,
    agents: usize,
}

impl Fleet {
    /// The server; `more` stands behind its settings.
    pub(super) async fn start(more: &str) -> Self {
        let settings = format!(
            "catch_all = [\"ana\"]\n[[people]]\nid = \"ana\"\nname = \"Ana\"\n\
             contacts = [{{ channel = \"handset\", address = \"ana\" }}]\n[roles]\n\"Primary\" = [\"ana\"]\n\
             [policy]\nagent_away_s = 12\n[agents.far]\nrunbooks = [\"Store Full\"]\n\
             gives = [\"FAR_TOKEN\", \"FAR_NAME\", \"FAR_MARKS\", \"FAR_HOLD\"]\n{more}"
        );
        let mut server = Server::start(&settings, PLAYBOOK).await;
        // Made while nobody holds the database.
        server.end().await;
        let config = server.config();
        let args = ["token", "create", "far", "--scope", "agent", "--config", config.to_str().unwrap()];
        let agent_token = evenkeel(&args).await.well().out.trim().to_owned();
        server.start_again().await;
        let folder = server.path("far");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("agent.token"), &agent_token).unwrap();
        std::fs::write(folder.join("agent.toml"), AGENT.replace("FOLDER", folder.to_str().unwrap())).unwrap();
        Self { server, agent_token, agents: 0 }
    }

    /// An agent that asks the server itself, once it is there.
    pub(super) async fn agent(&mut self, more: &[&str]) -> Process {
        let url = self.server.url.clone();
        self.agent_by(&url, more).await
    }

    /// The same by another address.
    pub(super) async fn agent_by(&mut self, url: &str, more: &[&str]) -> Process {
        let process = self.process(url, more);
        self.present(&format!("the agent is there\n{}", process.log())).await;
        process
    }

    /// An agent's process that may not be served.
    pub(super) fn agent_process(&mut self, more: &[&str]) -> Process {
        let url = self.server.url.clone();
        self.process(&url, more)
    }

    fn process(&mut self, url: &str, more: &[&str]) -> Process {
        self.agents += 1;
        let config = self.far("agent.toml");
        let mut args = vec!["--server", url, "agent", "--name", "far", "--config", config.to_str().unwrap()];
        args.extend(more);
        Process::evenkeel(&args, &self.far(&format!("log-{}", self.agents)))
    }

    pub(super) async fn present(&self, what: &str) {
        until(what, PATIENCE, || async {
            let agents = self.server.get("/api/agents").await;
            (agents["agents"][0]["presence"] == "present").then_some(())
        })
        .await;
    }

    fn far(&self, name: &str) -> PathBuf {
        self.server.path("far").join(name)
    }

    /// The address on which the server listens now, for another life.
    pub(super) fn fix_address(&self) -> String {
        self.server.url.trim_start_matches("http://").to_owned()
    }

    /// An incident with the agent's runbook.
    pub(super) async fn incident(&self) -> String {
        let alert = json!({ "key": "store", "title": "The store is full", "severity": "P1" });
        assert_eq!(self.server.alert(&alert).await.0, 200);
        let incident = until("it is open", LIMIT, || self.server.incident_of("store")).await;
        incident["id"].as_str().unwrap().to_owned()
    }

    /// The run of an incident that is as expected.
    pub(super) async fn run_that(&self, id: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        until(what, PATIENCE, || async {
            let incident = self.server.get(&format!("/api/incidents/{id}")).await;
            incident["runs"].as_array().unwrap().iter().find(|run| is(run)).cloned()
        })
        .await
    }

    /// The same run, once it stands so.
    pub(super) async fn comes_to(&self, id: &str, run: &Value, state: &str) -> Value {
        let is = |now: &Value| now["number"] == run["number"] && now["state"] == state;
        self.run_that(id, &format!("run {} is {state}", run["number"]), is).await
    }

    /// The change, in the middle of which it is held.
    pub(super) async fn half_done(&self, id: &str) -> Value {
        let change = self.waiting(id).await;
        self.hold();
        self.approve(id, &change).await;
        self.marked("begun").await;
        change
    }

    /// The change that waits for a word.
    pub(super) async fn waiting(&self, id: &str) -> Value {
        self.run_that(id, "the change waits", |run| run["state"] == "proposed").await
    }

    pub(super) async fn approve(&self, id: &str, run: &Value) {
        let path = format!("/api/incidents/{id}/runs/{}/approve", run["number"]);
        // Shown anew: the proof of what was shown grows old.
        let shown = self.run_that(id, "it is shown", |shown| shown["number"] == run["number"]).await;
        let (status, said) =
            self.server.post(&path, &json!({ "source": shown["source"], "seen": shown["seen"] })).await;
        assert_eq!(status, 200, "{said}");
    }

    /// Asks for the first command of a step again. It may run already: a look that was lost is taken again by itself.
    pub(super) async fn ask_again(&self, id: &str, step: u32) {
        let ask = json!({ "step": step, "command": 0 });
        let (status, said) = self.server.post(&format!("/api/incidents/{id}/runs"), &ask).await;
        let runs_already = status == 409 && said["type"] == "urn:evenkeel:problem:taken";
        assert!(status == 200 || runs_already, "{status} {said}");
    }

    pub(super) async fn metrics(&self) -> String {
        let asked = client().get(self.server.at("/metrics")).bearer_auth(&self.server.token).send();
        asked.await.unwrap().text().await.unwrap()
    }

    /// From now on changes wait in the middle.
    pub(super) fn hold(&self) {
        std::fs::write(self.far("hold"), "").unwrap();
    }

    /// They go on.
    pub(super) fn release(&self) {
        std::fs::remove_file(self.far("hold")).unwrap();
    }

    /// What changes have left, in order.
    pub(super) fn marks(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.far("marks")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    pub(super) async fn marked(&self, mark: &str) {
        until(mark, PATIENCE, || async { self.marks().iter().any(|found| found == mark).then_some(()) })
            .await;
    }
}

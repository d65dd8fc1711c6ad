//! A server: the real `evenkeel serve` on a folder of its own, killed and started again on the same data.

use super::{LIMIT, Process, Said, client, evenkeel, pass, until};
use reqwest::Client;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// A server and who may ask it.
pub(crate) struct Server {
    /// Everything that it keeps.
    pub(crate) folder: TempDir,
    /// Where console, API and intake answer; another address after each start.
    pub(crate) url: String,
    /// Where the public page answers.
    pub(crate) status_url: String,
    /// The key of the source `tests`.
    pub(crate) key: String,
    /// A token that acts in the name of `ana`.
    pub(crate) token: String,
    /// The address of each life, in order.
    pub(crate) lives: Vec<String>,
    http: Client,
    settings: String,
    process: Option<Process>,
}

impl Server {
    /// Writes settings and playbook, makes the tokens, starts the server and waits until it answers.
    pub(crate) async fn start(settings: &str, playbook: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("evenkeel-it-").tempdir().unwrap();
        std::fs::write(folder.path().join("playbook.md"), playbook).unwrap();
        let mut server = Self {
            folder,
            url: String::new(),
            status_url: String::new(),
            key: String::new(),
            token: String::new(),
            lives: Vec::new(),
            http: client(),
            settings: settings.to_owned(),
            process: None,
        };
        server.write_settings("");
        server.key = server.make_token(&["tests"]).await;
        server.token = server.make_token(&["robot", "--scope", "respond", "--person", "ana"]).await;
        server.start_again().await;
        server
    }

    /// Another server with the same settings and the same keys, for settings that name a database which both share.
    pub(crate) async fn join(&self) -> Self {
        let folder = tempfile::Builder::new().prefix("evenkeel-it-").tempdir().unwrap();
        std::fs::copy(self.path("playbook.md"), folder.path().join("playbook.md")).unwrap();
        let mut server = Self {
            folder,
            url: String::new(),
            status_url: String::new(),
            key: self.key.clone(),
            token: self.token.clone(),
            lives: Vec::new(),
            http: client(),
            settings: self.settings.clone(),
            process: None,
        };
        server.write_settings("");
        server.start_again().await;
        server
    }

    /// Sends its process a signal, by name.
    pub(crate) async fn signal(&self, name: &str) {
        self.process().signal(name).await;
    }

    async fn make_token(&self, who: &[&str]) -> String {
        let config = self.config();
        let mut args = vec!["token", "create", "--config", config.to_str().unwrap()];
        args.extend(who);
        evenkeel(&args).await.well().out.trim().to_owned()
    }

    fn write_settings(&self, first: &str) {
        self.write_listening(first, "127.0.0.1:0");
    }

    fn write_listening(&self, first: &str, listen: &str) {
        let head =
            format!("listen = \"{listen}\"\nstatus_listen = \"127.0.0.1:0\"\nplaybook = \"playbook.md\"\n");
        std::fs::write(self.config(), format!("{first}{head}{}", self.settings)).unwrap();
    }

    /// The settings' file.
    pub(crate) fn config(&self) -> PathBuf {
        self.path("evenkeel.toml")
    }

    /// A file in the server's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the server on the data that is there. No two lives have the same address, so that the sink can tell from
    /// the link in a page which of them sent it.
    pub(crate) async fn start_again(&mut self) {
        assert!(self.process.is_none(), "it runs already");
        self.spawn().await;
        while self.lives.contains(&self.url) {
            self.kill9().await;
            self.spawn().await;
        }
        self.lives.push(self.url.clone());
        self.answers().await;
    }

    /// Starts the server on the data that is there, at an address that it had before.
    pub(crate) async fn start_at(&mut self, listen: &str) {
        self.write_listening("", listen);
        assert!(self.process.is_none(), "it runs already");
        self.spawn().await;
        self.lives.push(self.url.clone());
        self.answers().await;
    }

    /// Starts the server on the data that is there with these settings.
    pub(crate) async fn start_with(&mut self, settings: &str) {
        std::fs::write(self.config(), settings).unwrap();
        self.start_again().await;
    }

    async fn answers(&mut self) {
        // Connections to the life before are gone.
        self.http = client();
        let health = self.at("/api/health");
        until("the server answers", LIMIT, || async {
            self.http.get(&health).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
    }

    async fn spawn(&mut self) {
        let config = self.config();
        let mut process =
            Process::evenkeel(&["serve", "--config", config.to_str().unwrap()], &self.path("log"));
        let mut told = Vec::new();
        while self.url.is_empty() || self.status_url.is_empty() {
            let line = process.line().await;
            let line = line.unwrap_or_else(|| panic!("the server ended: {told:?}\n{}", process.log()));
            let of = |name: &str| line.strip_prefix(name).map(|rest| rest.trim().to_owned());
            self.url = of("console").unwrap_or(std::mem::take(&mut self.url));
            self.status_url = of("status page").unwrap_or(std::mem::take(&mut self.status_url));
            told.push(line);
        }
        self.process = Some(process);
    }

    /// A life that is killed so soon after its start that it may never have said where it listens. The console's
    /// address in its settings tells the sink what it sent.
    pub(crate) async fn killed_while_starting(&mut self, after: Duration) {
        assert!(self.process.is_none(), "it runs already");
        let url = format!("http://life-{}.example.test", self.lives.len() + 1);
        self.write_settings(&format!("console_url = \"{url}\"\n"));
        self.lives.push(url);
        let config = self.config();
        let args = ["serve", "--config", config.to_str().unwrap()];
        let mut process = Process::evenkeel(&args, &self.path("log"));
        pass(after).await;
        process.kill9().await;
        self.write_settings("");
    }

    /// Asks it to end and waits until it has; the data stays.
    pub(crate) async fn end(&mut self) {
        let mut process = self.process.take().unwrap();
        let ended = tokio::time::timeout(LIMIT, process.terminate()).await;
        assert_eq!(ended, Ok(Some(0)), "{}", process.log());
        self.url.clear();
        self.status_url.clear();
    }

    /// `kill -9`.
    pub(crate) async fn kill9(&mut self) {
        self.process.take().unwrap().kill9().await;
        self.url.clear();
        self.status_url.clear();
    }

    /// The end of a test: it ends well.
    pub(crate) async fn stop(mut self) {
        self.end().await;
    }

    /// The server's process.
    pub(crate) fn process(&self) -> &Process {
        self.process.as_ref().unwrap()
    }

    /// What the API shows.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(self.at(path)).bearer_auth(&self.token).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "GET {path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("GET {path}: {error} in {text}"))
    }

    /// Asks the API to do something; the status and the answer.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.asking(path, body).await.unwrap()
    }

    /// The same for a server that may be killed meanwhile; the future borrows nothing.
    pub(crate) fn asking(
        &self,
        path: &str,
        body: &Value,
    ) -> impl Future<Output = Result<(u16, Value), reqwest::Error>> + Send + 'static {
        let request = self.http.post(self.at(path)).bearer_auth(&self.token).json(body);
        async move {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let text = answer.text().await?;
            Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
        }
    }

    /// Sends an alert in the generic format.
    pub(crate) async fn alert(&self, alert: &Value) -> (u16, Value) {
        self.post(&format!("/in/{}/alerts", self.key), alert).await
    }

    /// Every incident's row.
    pub(crate) async fn incidents(&self) -> Vec<Value> {
        let mut answer = self.get("/api/incidents?limit=1000").await;
        match answer["incidents"].take() {
            Value::Array(rows) => rows,
            other => panic!("no list of incidents: {other}"),
        }
    }

    /// The incident that holds an alert of the source `tests`, if there is one.
    pub(crate) async fn incident_of(&self, key: &str) -> Option<Value> {
        let rows = self.incidents().await;
        let holds = |row: &&Value| row["keys"].as_array().unwrap().iter().any(|held| held["key"] == key);
        let id = rows.iter().find(holds)?["id"].as_str().unwrap().to_owned();
        Some(self.get(&format!("/api/incidents/{id}")).await)
    }

    /// Runs the program's own client against the server.
    pub(crate) async fn cli(&self, args: &[&str]) -> Said {
        let mut all = vec!["--server", self.url.as_str(), "--token", self.token.as_str()];
        all.extend(args);
        evenkeel(&all).await
    }

    /// An address of the server.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

impl Drop for Server {
    /// What the server logged is the best explanation of a failure.
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", tail(&self.path("log")));
        }
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

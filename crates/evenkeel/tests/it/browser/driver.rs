//! The real browser: Chromium without a screen, driven through chromedriver, both ended when the test is over.
//!
//! Lives here: starting, stopping, and what a person's hands and eyes do. Must never be here: what a test expects.

use super::PATIENCE;
use crate::world::{Process, client, run, until};
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use std::future::Future;
use std::path::Path;

/// What makes a fresh, quiet browser that asks nobody anything.
const ARGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// How often a driver is started until it has a port.
const STARTS: usize = 5;

/// Whether pages may run scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

/// What the reader's system prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// Its name in CSS.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A browser with one window in front.
#[derive(Clone)]
pub(crate) struct Browser {
    /// For what is not wrapped here.
    pub(crate) client: Client,
    session: String,
    http: reqwest::Client,
}

/// Runs a test's story in a fresh browser, and ends browser and driver whatever the story comes to.
pub(crate) async fn with_browser<F, W>(scripts: Scripts, story: F)
where
    F: FnOnce(Browser) -> W,
    W: Future<Output = ()> + Send + 'static,
{
    let folder = tempfile::Builder::new().prefix("evenkeel-browser-").tempdir().unwrap();
    let (mut driver, port) = driver(folder.path()).await;
    let url = format!("http://127.0.0.1:{port}");
    let profile = folder.path().join("profile");
    let browser = open(&url, &profile, scripts).await;
    let process = browser.client.capabilities().and_then(|all| all.get("goog:processID")).cloned();
    // In a task of its own, so that a panic comes back here.
    let told = tokio::spawn(story(browser.clone())).await;
    // An error means that the browser is gone already, which is what is wanted.
    let _ = browser.client.close().await;
    driver.terminate().await;
    if let Some(id) = process.as_ref().and_then(Value::as_u64) {
        end_leftover(id, &profile).await;
    }
    if let Err(failed) = told {
        std::panic::resume_unwind(failed.into_panic());
    }
}

/// A chromedriver, and the port that it chose. It binds that port twice, once for each protocol, and gives up when another
/// process got it in between: then there is another port to choose.
async fn driver(folder: &Path) -> (Process, u16) {
    let mut ends = Vec::new();
    for start in 0..STARTS {
        let mut driver =
            Process::start("chromedriver", &["--port=0"], &folder.join(format!("chromedriver-{start}")));
        match port(&mut driver).await {
            Ok(port) => return (driver, port),
            Err(said) if said.iter().any(|line| line.contains("port not available")) => ends.push(said),
            Err(said) => panic!("chromedriver ended: {said:?} {}", driver.log()),
        }
    }
    panic!("chromedriver found no port in {STARTS} starts: {ends:?}");
}

/// The port that chromedriver says it has, or all it said before it ended.
async fn port(driver: &mut Process) -> Result<u16, Vec<String>> {
    let mut said = Vec::new();
    while let Some(line) = driver.line().await {
        let number = line.split_once("successfully on port ").map(|(_, rest)| rest.trim_end_matches('.'));
        if let Some(port) = number.and_then(|text| text.parse().ok()) {
            return Ok(port);
        }
        said.push(line);
    }
    Err(said)
}

async fn open(driver: &str, profile: &Path, scripts: Scripts) -> Browser {
    let mut args: Vec<String> = ARGS.map(str::to_owned).into();
    args.push(format!("--user-data-dir={}", profile.display()));
    args.push("--window-size=1440,1000".to_owned());
    let prefs = match scripts {
        Scripts::On => json!({}),
        Scripts::Off => json!({ "profile.managed_default_content_settings.javascript": 2 }),
    };
    let wanted: Map<String, Value> = [
        ("goog:chromeOptions".to_owned(), json!({ "args": args, "prefs": prefs })),
        ("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" })),
    ]
    .into_iter()
    .collect();
    let client_ = ClientBuilder::new(HttpConnector::new()).capabilities(wanted).connect(driver).await;
    let client_ = client_.unwrap_or_else(|error| {
        panic!("no browser session: {error}; apt-get install -y chromium chromium-driver")
    });
    let id = client_.session_id().await.unwrap().unwrap();
    Browser { client: client_, session: format!("{driver}/session/{id}"), http: client() }
}

/// A browser that outlived its session: by its number, and only when it still is the one with our profile.
async fn end_leftover(id: u64, profile: &Path) {
    let command = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    if String::from_utf8_lossy(&command).contains(&*profile.to_string_lossy()) {
        run("kill", &["-9", &id.to_string()]).await;
    }
}

impl Browser {
    /// Opens an address.
    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap_or_else(|error| panic!("open {url}: {error}"));
    }

    /// The path of the page that is open.
    pub(crate) async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// What a person reads in a place, if it is there.
    pub(crate) async fn text(&self, place: &str) -> Option<String> {
        self.client.find(Locator::Css(place)).await.ok()?.text().await.ok()
    }

    /// What the page holds in a place, shown or folded away.
    pub(crate) async fn held(&self, place: &str) -> Option<String> {
        self.client.find(Locator::Css(place)).await.ok()?.prop("textContent").await.ok()?
    }

    /// The value of a field.
    pub(crate) async fn value(&self, field: &str) -> String {
        self.found(Locator::Css(field)).await.prop("value").await.unwrap().unwrap()
    }

    /// Waits until a place holds these words, and says what it holds.
    pub(crate) async fn sees(&self, place: &str, words: &str) -> String {
        let what = format!("{words:?} in {place}");
        let looked =
            until(&what, PATIENCE, || async { self.held(place).await.filter(|text| text.contains(words)) });
        looked.await
    }

    /// An element that is there or comes.
    pub(crate) async fn found(&self, place: Locator<'_>) -> Element {
        let what = format!("{place:?}");
        until(&what, PATIENCE, || async { self.client.find(place).await.ok() }).await
    }

    /// Clicks what is there or comes. What a live update takes away under the finger was not clicked, and is looked for
    /// again.
    pub(crate) async fn click(&self, place: Locator<'_>) {
        let what = format!("a click on {place:?}");
        until(&what, PATIENCE, || async { self.client.find(place).await.ok()?.click().await.ok() }).await;
    }

    /// Types into a field, in place of what stands there.
    pub(crate) async fn fill(&self, field: &str, words: &str) {
        let element = self.found(Locator::Css(field)).await;
        element.clear().await.unwrap();
        element.send_keys(words).await.unwrap();
    }

    /// Chooses of a list by the words that are shown.
    pub(crate) async fn choose(&self, list: &str, words: &str) {
        let chosen = self.found(Locator::Css(list)).await.select_by_label(words).await;
        chosen.unwrap_or_else(|error| panic!("choose {words:?} of {list}: {error}"));
    }

    /// Asks the page something by script.
    pub(crate) async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Everything that the browser had to say about our pages since it was last asked.
    pub(crate) async fn console(&self) -> Vec<String> {
        let said = self.post("se/log", &json!({ "type": "browser" })).await;
        let line = |entry: &Value| format!("{} {}", entry["level"], entry["message"]);
        said.as_array().into_iter().flatten().map(line).collect()
    }

    /// Asks the browser itself, in its own debugging protocol.
    pub(crate) async fn debug(&self, command: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": params })).await
    }

    /// A screen of this size, in this theme.
    pub(crate) async fn screen(&self, width: u32, theme: Theme) {
        self.tall(width, 900).await;
        let features = json!([{ "name": "prefers-color-scheme", "value": theme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.debug("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// A screen of just this size.
    pub(crate) async fn tall(&self, width: u32, height: u64) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.debug("Emulation.setDeviceMetricsOverride", size).await;
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.http.post(format!("{}/{path}", self.session)).json(body).send().await.unwrap();
        let status = answer.status();
        let mut said: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert!(status.is_success(), "{path} {body}: {said}");
        said["value"].take()
    }
}

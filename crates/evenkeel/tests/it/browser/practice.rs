//! The practice stack with its real incident, as `evenkeel demo` runs it.

use crate::world::Process;
use std::path::Path;

/// How many minutes pass in one.
const SPEED: &str = "60";

/// What the test is told by the line after which the incident is on its way.
const BROKEN: &str = "A bad version of the API is deployed.";

/// A demonstration that waits for people.
pub(crate) struct Practice {
    process: Process,
    /// Where the console answers.
    pub(crate) console: String,
    /// Where the public page answers.
    pub(crate) status: String,
    /// The link that makes the first account.
    pub(crate) setup: String,
    /// Short name and phone of everybody on the escalation path, the first to be woken first.
    pub(crate) phones: Vec<(String, String)>,
}

impl Practice {
    /// Starts it, and reads what it tells the person at the terminal.
    pub(crate) async fn start(folder: &Path) -> Self {
        let mut process = Process::evenkeel(&["demo", "--speed", SPEED], &folder.join("demo"));
        let mut told = Vec::new();
        loop {
            let line = process.line().await;
            let line = line.unwrap_or_else(|| panic!("the demonstration ended: {told:?} {}", process.log()));
            let over = line.contains(BROKEN);
            told.push(line);
            if over {
                break;
            }
        }
        let after = |words: &str| {
            let line = told.iter().find_map(|line| line.split_once(words));
            line.unwrap_or_else(|| panic!("no {words:?} in {told:?}")).1.trim().to_owned()
        };
        let phone = |line: &String| {
            let url = line.split_once("The phone of ")?.1.split_once(": ")?.1.trim();
            Some((url.rsplit_once('/')?.1.to_owned(), url.to_owned()))
        };
        Self {
            console: after("Console: "),
            status: after("Public status page: "),
            setup: after("one-time link: "),
            phones: told.iter().filter_map(phone).collect(),
            process,
        }
    }

    /// An address of the console.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.console)
    }

    /// The end of a test: it ends well.
    pub(crate) async fn stop(mut self) {
        assert_eq!(self.process.terminate().await, Some(0), "{}", self.process.log());
    }
}

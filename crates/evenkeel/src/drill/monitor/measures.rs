//! What a monitoring team's numbers are made of: what users met over a window, and what the monitor's own checks met.
//!
//! Must never be here: which fault is on, or what any of it means.

use crate::exit::Failure;
use crate::practice::{Stack, range_failed};
use core::time::Duration;
use jiff::Timestamp;
use range::{Measured, ServiceName, Stats, Users};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// A check that is not answered by then has failed.
const CHECK_WAIT: Duration = Duration::from_secs(5);
/// The API's public name.
const API: &str = "api.tabbi.dev";
/// The monitor's own account.
const ACCOUNT: &str = "practice-monitor";
/// Acts of which there are few, once or less in a visit: they are looked at over a longer time.
const RARE: [&str; 2] = ["stay", "resume"];
/// That time, seconds of the world at least.
const RARE_SECONDS_MIN: u32 = 20;
/// A session that nobody has: whoever may ask is told that there is none.
const NO_SESSION: &str = "/sessions/ses_monitor";

/// A check that the monitor makes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Check {
    /// `GET /health` of the API.
    Health,
    /// A read of the API by somebody who is signed in.
    Read,
    /// A sign-in from its start to its token.
    SignIn,
}

/// Everything that is known at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::drill) struct Measures {
    /// What users met, by kind of act.
    pub(super) users: Stats,
    /// What each check of the window came to: `None` is well, else a few words.
    pub(super) checks: BTreeMap<Check, Vec<Option<String>>>,
    /// What the platforms count of themselves.
    #[serde(default)]
    pub(super) platform: Platform,
}

/// Numbers of the platforms on which the services run, from their metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::drill) struct Platform {
    /// Sessions that have an alarm set.
    pub(super) sessions: f64,
    /// Alarms that are set.
    pub(super) alarms: f64,
    /// Invocations that the platform ended for their processor time, within the window.
    pub(super) over_cpu: f64,
    /// Requests that wait for a sandbox, as no place is free.
    pub(super) queued: f64,
}

impl Measures {
    /// What users met at one kind of act.
    pub(super) fn act(&self, kind: &str) -> Measured {
        self.users.get(kind).cloned().unwrap_or_default()
    }

    /// How many of a check's outcomes there are, how many failed, and how the newest failure was put.
    pub(super) fn check(&self, check: Check) -> (usize, usize, String) {
        let outcomes = self.checks.get(&check).map(Vec::as_slice).unwrap_or_default();
        let failed = outcomes.iter().flatten().count();
        (outcomes.len(), failed, outcomes.iter().rev().flatten().next().cloned().unwrap_or_default())
    }

    /// How often in a row a check has failed by now.
    pub(super) fn in_a_row(&self, check: Check) -> usize {
        let outcomes = self.checks.get(&check).map(Vec::as_slice).unwrap_or_default();
        outcomes.iter().rev().take_while(|outcome| outcome.is_some()).count()
    }
}

/// Takes the measures again and again.
pub(super) struct Gauge {
    users: Users,
    http: reqwest::Client,
    front: SocketAddr,
    token: Option<String>,
    /// Outcomes with their time, oldest first.
    checks: VecDeque<(Timestamp, Check, Option<String>)>,
    /// How often the platform has ended an invocation for its processor time by then, oldest first.
    over_cpu: VecDeque<(Timestamp, f64)>,
}

impl Gauge {
    pub(super) fn new(stack: &Stack) -> Result<Self, Failure> {
        let http = reqwest::Client::builder().timeout(CHECK_WAIT).no_proxy().build().map_err(range_failed)?;
        let (users, front) = (stack.range.users(), stack.range.whereabouts().http);
        Ok(Self { users, http, front, token: None, checks: VecDeque::new(), over_cpu: VecDeque::new() })
    }

    /// Makes every check once and reads what users met. `window` by the clock of `now`; `seconds` are the world's.
    pub(super) async fn take(&mut self, now: Timestamp, (window, seconds): (Duration, u32)) -> Measures {
        let made = [
            (Check::Health, self.health().await),
            (Check::SignIn, self.sign_in().await),
            (Check::Read, self.read().await),
        ];
        self.checks.extend(made.into_iter().map(|(check, outcome)| (now, check, outcome)));
        let since = now - window;
        while self.checks.front().is_some_and(|(at, ..)| *at < since) {
            self.checks.pop_front();
        }
        let mut checks: BTreeMap<Check, Vec<Option<String>>> = BTreeMap::new();
        for (_, check, outcome) in &self.checks {
            checks.entry(*check).or_default().push(outcome.clone());
        }
        let platform = self.platform(now, since).await;
        let users = self.users.clone();
        let asked = tokio::task::spawn_blocking(move || met(&users, seconds)).await;
        // Users of whom nothing is known are no reason to wake anybody; the next round asks again.
        let users = asked.ok().flatten().unwrap_or_default();
        Measures { users, checks, platform }
    }

    /// The platforms' own numbers; of one that does not tell them there are none.
    async fn platform(&mut self, now: Timestamp, since: Timestamp) -> Platform {
        let (edge, sandbox) =
            (self.numbers(ServiceName::Edge).await, self.numbers(ServiceName::Sandbox).await);
        let number = |series: &str| number_of(&edge, series).unwrap_or_default();
        if !edge.is_empty() {
            self.over_cpu.push_back((now, number("edge_exceptions_total{kind=\"cpu\"}")));
        }
        while self.over_cpu.front().is_some_and(|(at, _)| *at < since) {
            self.over_cpu.pop_front();
        }
        let counted = |place: Option<&(Timestamp, f64)>| place.map_or(0.0, |(_, count)| *count);
        Platform {
            sessions: number("edge_alarm_sessions"),
            alarms: number("edge_alarms_set"),
            // A counter that went back began anew with its process.
            over_cpu: (counted(self.over_cpu.back()) - counted(self.over_cpu.front())).max(0.0),
            queued: number_of(&sandbox, "sandbox_queue_depth").unwrap_or_default(),
        }
    }

    /// The metrics of a service; empty when it does not tell them.
    async fn numbers(&self, service: ServiceName) -> String {
        let asked = tokio::time::timeout(CHECK_WAIT, self.users.numbers_of(service)).await;
        asked.ok().and_then(Result::ok).unwrap_or_default()
    }

    async fn health(&self) -> Option<String> {
        match self.get("/health", None).await {
            Ok(200) => None,
            Ok(status) => Some(format!("status {status}")),
            Err(why) => Some(why),
        }
    }

    async fn read(&mut self) -> Option<String> {
        let token = self.token.clone()?;
        match self.get(NO_SESSION, Some(&token)).await {
            Ok(200..=299 | 404) => None,
            Ok(status) => {
                if status == 401 {
                    self.token = None;
                }
                Some(format!("status {status}"))
            }
            Err(why) => Some(why),
        }
    }

    async fn sign_in(&mut self) -> Option<String> {
        match tokio::time::timeout(CHECK_WAIT, self.users.sign_in(ACCOUNT)).await {
            Ok(Ok(token)) => {
                self.token = Some(token);
                None
            }
            Ok(Err(why)) => Some(why.to_string()),
            Err(_) => Some("no answer".to_owned()),
        }
    }

    async fn get(&self, path: &str, token: Option<&str>) -> Result<u16, String> {
        let mut request = self.http.get(format!("http://{}{path}", self.front)).header("host", API);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        match request.send().await {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) if error.is_timeout() => Err("no answer".to_owned()),
            Err(_) => Err("not reachable".to_owned()),
        }
    }
}

/// What users met in so many seconds; what is rare over a longer time.
fn met(users: &Users, seconds: u32) -> Option<Stats> {
    let mut met = users.met_in(seconds).ok()?;
    if seconds < RARE_SECONDS_MIN {
        let longer = users.met_in(RARE_SECONDS_MIN).ok()?;
        met.extend(longer.into_iter().filter(|(kind, _)| RARE.contains(&kind.as_str())));
    }
    Some(met)
}

/// The value of a series in the text form of Prometheus.
fn number_of(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn a_series_is_read_by_its_whole_name() {
        let text = "# HELP edge_alarms_set Alarms.\nedge_alarms_set_max 9\nedge_alarms_set 4\n\
            edge_exceptions_total{kind=\"cpu\"} 7\n";
        assert_eq!(number_of(text, "edge_alarms_set"), Some(4.0));
        assert_eq!(number_of(text, "edge_exceptions_total{kind=\"cpu\"}"), Some(7.0));
        assert_eq!(number_of(text, "edge_exceptions_total"), None);
    }
}

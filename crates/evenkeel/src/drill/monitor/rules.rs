//! The alert rules: general limits over what users and checks meet, in the words of a monitoring team. No rule knows a
//! fault, and none borrows a runbook's title.

use super::measures::{Check, Measures};
use range::Measured;
use std::collections::BTreeMap;

/// A share of failures is believed from so many acts on.
const ACTS_MIN: usize = 5;
/// Fewer failures than this are an accident, whatever share they are of few acts.
const FAILED_MIN: usize = 3;
/// A check is believed from so many outcomes on.
const CHECKS_MIN: usize = 2;
/// From this share of failures on, a rule fires: users are promised 95 %.
const SHARE_MAX: f64 = 5.0;
/// From this share on it is bad enough to wake everybody.
const SHARE_CRITICAL: f64 = 50.0;
/// What 95 of 100 requests must not exceed, milliseconds.
const LATENCY_MAX_MS: u64 = 2_000;
/// What 95 of 100 new sessions must not exceed, milliseconds.
const START_MAX_MS: u64 = 5_000;
/// Alarms that a session has at most: the one for its pause, and one that is being moved.
const ALARMS_EACH_MAX: f64 = 2.0;
/// From so many alarms on it is no accident.
const ALARMS_MIN: f64 = 10.0;
/// So many invocations over a limit of the platform are no accident.
const OVER_LIMIT_MIN: f64 = 3.0;
/// Different failures that an alert quotes.
const QUOTED_MAX: usize = 3;

/// Requests to the API.
const REQUESTS: [&str; 8] = ["health", "session", "socket", "show", "pause", "resume", "end", "prompt"];
/// Those without a promise of their own.
const OTHERS: [&str; 5] = ["health", "show", "pause", "end", "prompt"];
/// Acts that bring a session to run.
const STARTS: [&str; 3] = ["session", "start", "resume"];
/// Acts in which an open chat connection is used.
const CONNECTED: [&str; 3] = ["start", "reading", "prompt"];
/// How a prompt ends that gets no answer at all.
const UNANSWERED: [&str; 2] = ["no answer appeared", "the session was lost"];
/// How one ends that gets a part of its answer.
const BROKEN_OFF: &str = "the answer broke off";
/// Failures that have a rule of their own, whatever was tried.
const LOST: &str = "Not connected";
const PAUSED: &str = "Session paused";
const UNAUTHORIZED: &str = "status 401";
/// Requests whose time is promised.
const TIMED: [&str; 6] = ["health", "show", "pause", "resume", "end", "prompt"];

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The rule.
    pub(super) name: &'static str,
    /// One line.
    pub(super) summary: String,
    /// What was measured.
    pub(super) description: String,
    /// `critical` or `warning`.
    pub(super) severity: &'static str,
}

/// What a rule says of the measures; `None` when there is too little to tell.
type Verdict = Option<Option<Found>>;

/// A rule by its name.
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) judge: fn(&Measures) -> Verdict,
    /// While it fires, everything else is a consequence and is not sent.
    pub(super) silences_others: bool,
}

/// Every rule, in the order in which a group of them is headed: what is down, what the platform refuses or ends, what
/// befalls whoever is at work, what befalls whoever comes, and what is merely slow.
pub(super) const RULES: [Rule; 18] = [
    Rule { name: "ApiDown", judge: api_down, silences_others: true },
    Rule { name: "ApiReadsFailing", judge: reads_failing, silences_others: true },
    Rule { name: "ThrottledRatio", judge: throttled, silences_others: false },
    Rule { name: "SlowRequestsCpu", judge: over_cpu, silences_others: false },
    Rule { name: "SlowStartsQueue", judge: queued, silences_others: false },
    Rule { name: "SocketUpgradeRatio", judge: upgrades, silences_others: false },
    Rule { name: "SocketLostRatio", judge: lost_connections, silences_others: false },
    Rule { name: "AlarmsPiledUp", judge: alarms, silences_others: false },
    Rule { name: "EarlyPauseRatio", judge: early_pauses, silences_others: false },
    Rule { name: "SessionStartRatio", judge: session_starts, silences_others: false },
    Rule { name: "AnswersMissing", judge: missing_answers, silences_others: false },
    Rule { name: "AnswersBrokenOff", judge: broken_answers, silences_others: false },
    Rule { name: "HistoryMissing", judge: missing_history, silences_others: false },
    Rule { name: "LoginRatio", judge: logins, silences_others: false },
    Rule { name: "UnauthorizedRatio", judge: unauthorized, silences_others: false },
    Rule { name: "RequestErrorRatio", judge: request_errors, silences_others: false },
    Rule { name: "RequestLatencyP95", judge: latency, silences_others: false },
    Rule { name: "SessionStartP95", judge: slow_starts, silences_others: false },
];

fn api_down(measures: &Measures) -> Verdict {
    let (count, _, words) = measures.check(Check::Health);
    let row = measures.in_a_row(Check::Health);
    let found = || Found {
        name: "ApiDown",
        summary: format!("Uptime check of api.tabbi.dev/health fails: {words}"),
        description: format!("The last {row} checks in a row failed, the newest with {words}."),
        severity: "critical",
    };
    (count >= CHECKS_MIN).then(|| (row >= CHECKS_MIN).then(found))
}

fn reads_failing(measures: &Measures) -> Verdict {
    let (count, _, words) = measures.check(Check::Read);
    let row = measures.in_a_row(Check::Read);
    let found = || Found {
        name: "ApiReadsFailing",
        summary: format!("Error rate of the API: signed-in requests are answered with {words}"),
        description: format!("The last {row} requests of the monitor's own account failed: {words}."),
        severity: "critical",
    };
    let ours = is_server_error(&words);
    (count >= CHECKS_MIN).then(|| (ours && row >= CHECKS_MIN).then(found))
}

fn session_starts(measures: &Measures) -> Verdict {
    let acts = STARTS.map(|kind| measures.act(kind));
    let counts = |words: &str| !is_throttled(words) && words != LOST && words != UNAUTHORIZED;
    Tally::of(&acts, counts).judge("SessionStartRatio", |share, words| {
        (
            format!("Sessions fail to start: {share:.0} %"),
            format!("{:.0} % of sessions start, the target is 95 %. Users meet {words}.", 100.0 - share),
        )
    })
}

fn slow_starts(measures: &Measures) -> Verdict {
    // A resume counts as a request where it is slow.
    let acts = ["session", "start"].map(|kind| measures.act(kind));
    let slow = acts.iter().map(|act| act.p95_ms).max().unwrap_or_default();
    let found = || Found {
        name: "SessionStartP95",
        summary: format!("New sessions start slowly: P95 {}", seconds(slow)),
        description: format!("95 of 100 new sessions start within {}, the target is 5 s.", seconds(slow)),
        severity: "warning",
    };
    let enough = acts.iter().map(|act| act.ok).sum::<usize>() >= ACTS_MIN;
    enough.then(|| (slow > START_MAX_MS).then(found))
}

fn throttled(measures: &Measures) -> Verdict {
    let acts = REQUESTS.map(|kind| measures.act(kind));
    Tally::of(&acts, is_throttled).judge("ThrottledRatio", |share, words| {
        (
            format!("Error rate of the API: {share:.0} % of requests are answered 429"),
            format!("The API refuses requests of ordinary users by its rate limit: {words}."),
        )
    })
}

fn over_cpu(measures: &Measures) -> Verdict {
    let count = measures.platform.over_cpu;
    let found = || Found {
        name: "SlowRequestsCpu",
        summary: format!("Requests too slow in CPU time: {count:.0} ended by the platform"),
        description: format!(
            "The platform ended {count:.0} requests of the last minutes because they were over their CPU time."
        ),
        severity: "warning",
    };
    Some((count >= OVER_LIMIT_MIN).then(found))
}

fn queued(measures: &Measures) -> Verdict {
    let count = measures.platform.queued;
    let found = || Found {
        name: "SlowStartsQueue",
        summary: format!("Slow starts: {count:.0} requests wait in the queue of the sandbox service"),
        description: format!("All places for sandboxes are taken, and {count:.0} requests wait for one."),
        severity: "warning",
    };
    Some((count > 0.0).then(found))
}

fn alarms(measures: &Measures) -> Verdict {
    let (alarms, sessions) = (measures.platform.alarms, measures.platform.sessions.max(1.0));
    let found = || Found {
        name: "AlarmsPiledUp",
        summary: format!("Pause alarms of sessions pile up: {:.0} for each session", alarms / sessions),
        description: format!(
            "{alarms:.0} alarms are set for {sessions:.0} sessions; one each is expected, and each alarm can pause a session."
        ),
        severity: "warning",
    };
    Some((alarms >= ALARMS_MIN && alarms > sessions * ALARMS_EACH_MAX).then(found))
}

fn is_throttled(words: &str) -> bool {
    words == "status 429" || words == "Too many requests"
}

fn upgrades(measures: &Measures) -> Verdict {
    let refused = |words: &str| words != UNAUTHORIZED && !is_throttled(words);
    Tally::of([&measures.act("socket")], refused).judge("SocketUpgradeRatio", |share, words| {
        (
            format!("WebSocket upgrades refused: {share:.0} %"),
            format!("Chats cannot open their WebSocket connection; the upgrade fails with {words}."),
        )
    })
}

fn lost_connections(measures: &Measures) -> Verdict {
    let acts = CONNECTED.map(|kind| measures.act(kind));
    let lost = Tally::of(&acts, |words| words == LOST);
    lost.judge("SocketLostRatio", |share, words| {
        (
            format!("Open WebSocket connections are lost: {share:.0} %"),
            format!("Chats lose their connection while in use; users see {words}."),
        )
    })
}

fn early_pauses(measures: &Measures) -> Verdict {
    let told = |share: f64, words: &str| {
        (
            format!("Sessions in use are paused: {share:.0} %"),
            format!("Users meet {words} while they work, long before the idle time-out."),
        )
    };
    let acts = CONNECTED.map(|kind| measures.act(kind));
    let often = Tally::of(&acts, |words| words == PAUSED).judge("EarlyPauseRatio", told);
    // Of stays there are few.
    let stays = Tally::of([&measures.act("stay")], |words| words == PAUSED);
    let stays = stays.judge_from(CHECKS_MIN, "EarlyPauseRatio", told);
    match (often, stays) {
        (Some(Some(found)), _) | (_, Some(Some(found))) => Some(Some(found)),
        (None, None) => None,
        (Some(None), _) | (_, Some(None)) => Some(None),
    }
}

fn missing_answers(measures: &Measures) -> Verdict {
    let missing = Tally::of([&measures.act("prompt")], |words| UNANSWERED.contains(&words));
    missing.judge("AnswersMissing", |share, words| {
        (
            format!("Chat messages stay without an answer: {share:.0} %"),
            format!("Messages are sent, and the assistant's answers do not appear in the chat: {words}."),
        )
    })
}

fn broken_answers(measures: &Measures) -> Verdict {
    let broken = Tally::of([&measures.act("prompt")], |words| words == BROKEN_OFF);
    broken.judge("AnswersBrokenOff", |share, words| {
        (
            format!("Chat answers break off: {share:.0} %"),
            format!(
                "Messages are sent, and of the assistant's answers only a part appears in the chat: {words}."
            ),
        )
    })
}

fn missing_history(measures: &Measures) -> Verdict {
    let missing = Tally::of([&measures.act("history")], |words| words.contains("missing"));
    missing.judge("HistoryMissing", |share, words| {
        (
            format!("Chats show an old state: {share:.0} %"),
            format!("Messages do not show when a chat is opened again: {words}."),
        )
    })
}

fn logins(measures: &Measures) -> Verdict {
    let (count, failed, words) = measures.check(Check::SignIn);
    let acts = measures.act("sign-in");
    let users = Tally::of([&acts], |_| true);
    let (count, failed) = (count + users.count, failed + users.failed);
    let words = if words.is_empty() { users.words() } else { words };
    let found = |share: f64| Found {
        name: "LoginRatio",
        summary: format!("Logins fail: {share:.0} %"),
        description: format!("Users cannot log in with GitHub: {words}."),
        severity: severity(share),
    };
    judged(count, failed, CHECKS_MIN).map(|share| (share > SHARE_MAX).then(|| found(share)))
}

fn unauthorized(measures: &Measures) -> Verdict {
    let acts = REQUESTS.map(|kind| measures.act(kind));
    Tally::of(&acts, |words| words == UNAUTHORIZED).judge("UnauthorizedRatio", |share, _| {
        (
            format!("Requests answered 401 Unauthorized: {share:.0} %"),
            "Signed-in users are refused with 401 Unauthorized and have to log in again.".to_owned(),
        )
    })
}

fn request_errors(measures: &Measures) -> Verdict {
    let acts = OTHERS.map(|kind| measures.act(kind));
    // What has a rule of its own does not count twice.
    let own = [LOST, PAUSED, UNAUTHORIZED, BROKEN_OFF];
    let counts = |words: &str| !own.contains(&words) && !UNANSWERED.contains(&words) && !is_throttled(words);
    Tally::of(&acts, counts).judge("RequestErrorRatio", |share, words| {
        (format!("Error rate of the API: {share:.0} %"), format!("Requests of users fail with {words}."))
    })
}

fn latency(measures: &Measures) -> Verdict {
    let acts = TIMED.iter().map(|kind| (*kind, measures.act(kind)));
    let mut timed = acts.filter(|(_, act)| act.ok >= FAILED_MIN).peekable();
    timed.peek()?;
    let slow = timed.filter(|(_, act)| is_slow(act)).max_by_key(|(_, act)| act.p95_ms);
    Some(slow.map(|(kind, act)| Found {
        name: "RequestLatencyP95",
        summary: format!("P95 latency of the API is {}", seconds(act.p95_ms)),
        description: format!(
            "95 of 100 requests ({kind}) take up to {}, half of them {}; the limit is 2 s.",
            seconds(act.p95_ms),
            seconds(act.p50_ms)
        ),
        severity: "warning",
    }))
}

/// Whether requests are slow: of many the slowest tell, of few only the half of them.
fn is_slow(act: &Measured) -> bool {
    (act.ok >= ACTS_MIN && act.p95_ms > LATENCY_MAX_MS) || act.p50_ms > LATENCY_MAX_MS
}

/// Failures of some kinds of acts.
#[derive(Clone, Debug, Default)]
struct Tally {
    count: usize,
    failed: usize,
    words: BTreeMap<String, usize>,
}

impl Tally {
    fn of<'a>(acts: impl IntoIterator<Item = &'a Measured>, counts: impl Fn(&str) -> bool) -> Self {
        let mut tally = Self::default();
        for act in acts {
            tally.count += act.count;
            for (words, times) in act.failures.iter().filter(|(words, _)| counts(words)) {
                tally.failed += times;
                *tally.words.entry(words.clone()).or_default() += times;
            }
        }
        tally
    }

    fn judge(&self, name: &'static str, told: impl Fn(f64, &str) -> (String, String)) -> Verdict {
        self.judge_from(ACTS_MIN, name, told)
    }

    fn judge_from(
        &self,
        enough: usize,
        name: &'static str,
        told: impl Fn(f64, &str) -> (String, String),
    ) -> Verdict {
        let share = judged(self.count, self.failed, enough)?;
        let found = || {
            let (summary, description) = told(share, &self.words());
            Found { name, summary, description, severity: severity(share) }
        };
        Some((share > SHARE_MAX && self.failed >= FAILED_MIN).then(found))
    }

    /// The commonest failures, with how often they were met.
    fn words(&self) -> String {
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_by_key(|(_, times)| core::cmp::Reverse(**times));
        let told = words.iter().take(QUOTED_MAX).map(|(words, times)| format!("\"{words}\" (\u{d7}{times})"));
        told.collect::<Vec<_>>().join(", ")
    }
}

/// The share of failures, 0 to 100, when there is enough to tell.
fn judged(count: usize, failed: usize, enough: usize) -> Option<f64> {
    let number = |n: usize| u32::try_from(n).map_or(f64::MAX, f64::from);
    (count >= enough).then(|| number(failed) * 100.0 / number(count))
}

fn severity(share: f64) -> &'static str {
    if share > SHARE_CRITICAL { "critical" } else { "warning" }
}

fn is_server_error(words: &str) -> bool {
    words.starts_with("status 5") || words == "no answer" || words == "not reachable"
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

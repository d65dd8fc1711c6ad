//! For Prometheus: `/metrics` says how the pager itself goes and what every probe holds, `/probe` looks once as blackbox_exporter does. Names and
//! meanings are those of blackbox_exporter where it has them.

mod pager;

use crate::app::App;
use crate::auth::ApiCaller;
use crate::error::Problem;
use crate::routes::{Door, Route};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use core::fmt::{self, Display, Write as _};
use core::time::Duration;
use engine::ports::{AgentView, HeartbeatView, Presence, ProbeRefusal, ProbeState, ProbeView, Verdict};
use serde::Deserialize;

/// The text format of Prometheus.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Prometheus says how long it waits; so much of it is kept for the answer's own way.
const ANSWER: Duration = Duration::from_millis(500);

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get(Door::Read, "/metrics", metrics), Route::get(Door::Read, "/probe", probe)]
}

async fn metrics(State(app): State<App>, _caller: ApiCaller) -> Response {
    let mut page = Page::default();
    pager::families(&mut page, &app).await;
    let probes = app.parts.probes.all();
    families(&mut page, &probes, Labels::Named);
    page.family("evenkeel_probe_state", "What is held of the target: 1 for the state that counts.");
    for view in &probes {
        for state in [ProbeState::Unknown, ProbeState::Up, ProbeState::Down, ProbeState::Flapping] {
            let labels = [("probe", view.name.as_str()), ("state", state.name())];
            page.value("evenkeel_probe_state", &labels, u8::from(view.standing.state == state));
        }
    }
    page.family("evenkeel_probe_blind", "1 while the probe cannot look, by a trouble of its own.");
    for view in &probes {
        let blind = u8::from(view.standing.blind_since.is_some());
        page.value("evenkeel_probe_blind", &[("probe", view.name.as_str())], blind);
    }
    heartbeats(&mut page, &app.parts.heartbeats.all());
    agents(&mut page, &app.agents());
    page.into_response()
}

fn heartbeats(page: &mut Page, heartbeats: &[HeartbeatView]) {
    page.family("evenkeel_heartbeat_late", "1 while the heartbeat is silent or says that it failed.");
    for view in heartbeats {
        let late = u8::from(view.state.is_alerting());
        page.value("evenkeel_heartbeat_late", &[("heartbeat", view.name.as_str())], late);
    }
    page.family("evenkeel_heartbeat_seconds", "When the heartbeat was last heard, in seconds since 1970.");
    for view in heartbeats {
        if let Some(at) = view.alive_at {
            let labels = [("heartbeat", view.name.as_str())];
            page.value("evenkeel_heartbeat_seconds", &labels, at.as_second());
        }
    }
}

fn agents(page: &mut Page, agents: &[AgentView]) {
    page.family("evenkeel_agent_up", "Whether the agent asks for work.");
    for agent in agents {
        let up = u8::from(agent.presence == Presence::Present);
        page.value("evenkeel_agent_up", &[("agent", agent.name.as_str())], up);
    }
    page.family("evenkeel_agent_runs", "How many commands the agent has in hand.");
    for agent in agents {
        page.value("evenkeel_agent_runs", &[("agent", agent.name.as_str())], agent.at_work.len());
    }
}

#[derive(Deserialize)]
struct Wanted {
    module: Option<String>,
    target: Option<String>,
}

async fn probe(
    State(app): State<App>,
    _caller: ApiCaller,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(module) = wanted.module.filter(|module| !module.is_empty()) else {
        return Err(Problem::invalid(
            "module is missing; it is the name of a probe, and target one of its targets",
        ));
    };
    let target = wanted.target.as_deref().filter(|target| !target.is_empty());
    let looked = app.parts.probes.look(&module, target, patience(&headers)).await;
    match looked {
        Ok(view) => {
            // As a scrape that failed: whoever asks must not take our trouble for the target's.
            if let Some(blind) = view.last.last().filter(|sample| sample.verdict == Verdict::Blind) {
                let words = format!("the probe cannot look: {}", blind.reason);
                return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "blind", words));
            }
            let mut page = Page::default();
            families(&mut page, &[view], Labels::None);
            Ok(page.into_response())
        }
        Err(ProbeRefusal::NoProbe) => Err(Problem::invalid(format!("no probe {module:?}"))),
        Err(ProbeRefusal::NoTarget) => Err(Problem::invalid(format!(
            "the probe {module:?} does not look there; name the target under its `targets` in the settings"
        ))),
        Err(ProbeRefusal::Busy) => {
            let words = "too many looks are under way already";
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", words).later(1))
        }
    }
}

/// How long whoever asks waits for the answer.
fn patience(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("x-prometheus-scrape-timeout-seconds")?.to_str().ok()?.parse().ok()?;
    let limit = Duration::try_from_secs_f64(seconds).ok()?;
    Some(limit.saturating_sub(ANSWER).max(ANSWER))
}

/// Whether each line says which probe it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Labels {
    Named,
    None,
}

/// What the last look of each probe saw. Of a look that could not be made nothing is said.
fn families(page: &mut Page, probes: &[ProbeView], labels: Labels) {
    let labels = |view: &ProbeView| match labels {
        Labels::Named => vec![
            ("probe", view.name.clone()),
            ("kind", view.kind.to_owned()),
            ("target", view.target.clone()),
        ],
        Labels::None => Vec::new(),
    };
    let seen = || {
        let last = probes.iter().filter_map(|view| Some((view, view.last.last()?)));
        last.filter(|(_, sample)| sample.verdict != Verdict::Blind)
    };
    page.family("probe_success", "Whether the last look passed.");
    for (view, sample) in seen() {
        page.value("probe_success", &labels(view), u8::from(sample.verdict != Verdict::Fail));
    }
    page.family("probe_duration_seconds", "How long the last look took.");
    for (view, sample) in seen() {
        page.value("probe_duration_seconds", &labels(view), f64::from(sample.took_ms) / 1_000.0);
    }
    page.family("probe_http_status_code", "The HTTP status of the last look.");
    for (view, _) in seen() {
        if let Some(status) = view.status {
            page.value("probe_http_status_code", &labels(view), status);
        }
    }
    page.family("probe_http_duration_seconds", "How long each part of the last look took.");
    for (view, _) in seen().filter(|(view, _)| view.status.is_some()) {
        for (phase, seconds) in &view.phases_s {
            let mut labels = labels(view);
            labels.push(("phase", (*phase).to_owned()));
            page.value("probe_http_duration_seconds", &labels, seconds);
        }
    }
    page.family(
        "probe_ssl_earliest_cert_expiry",
        "When the first certificate of the chain ends, in seconds since 1970.",
    );
    for (view, _) in seen() {
        if let Some(at) = view.expires_at {
            page.value("probe_ssl_earliest_cert_expiry", &labels(view), at.as_second());
        }
    }
}

/// What kind of metric a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gauge,
    Counter,
    Histogram,
}

/// A page of metrics.
#[derive(Default)]
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, help: &str) {
        self.family_of(Kind::Gauge, name, help);
    }

    fn family_of(&mut self, kind: Kind, name: &str, help: &str) {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
        };
        // Writing to a string cannot fail.
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn value(&mut self, name: &str, labels: &[(&str, impl AsRef<str>)], value: impl Display) {
        let _ = write!(self.0, "{name}");
        for (at, (label, text)) in labels.iter().enumerate() {
            let before = if at == 0 { '{' } else { ',' };
            let _ = write!(self.0, "{before}{label}=\"{}\"", Escaped(text.as_ref()));
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.0, "{after} {value}");
    }

    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, "no-store")], self.0).into_response()
    }
}

/// A label's value.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ports::{Sample, Standing};
    use jiff::Timestamp;

    fn view(verdict: Verdict) -> ProbeView {
        let sample = Sample { at: Timestamp::UNIX_EPOCH, verdict, took_ms: 1_250, reason: String::new() };
        ProbeView {
            name: "api".to_owned(),
            kind: "http",
            target: "https://x.test/\"\\\n".to_owned(),
            every_s: 60.0,
            severity: None,
            service: None,
            origin: None,
            standing: Standing::default(),
            last: vec![sample],
            phases_s: vec![("connect", 0.5)],
            status: Some(200),
            expires_at: Some(Timestamp::from_second(1_900_000_000).unwrap()),
        }
    }

    fn lines(verdict: Verdict, labels: Labels) -> Vec<String> {
        let mut page = Page::default();
        families(&mut page, &[view(verdict)], labels);
        page.0.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    #[test]
    fn a_look_is_told_in_the_names_of_blackbox_exporter() {
        let wanted = [
            "probe_success 1",
            "probe_duration_seconds 1.25",
            "probe_http_status_code 200",
            "probe_http_duration_seconds{phase=\"connect\"} 0.5",
            "probe_ssl_earliest_cert_expiry 1900000000",
        ];
        assert_eq!(lines(Verdict::Pass, Labels::None), wanted);
        assert_eq!(lines(Verdict::Fail, Labels::None)[0], "probe_success 0");
        let named = r#"probe_success{probe="api",kind="http",target="https://x.test/\"\\\n"} 1"#;
        assert_eq!(lines(Verdict::Breach, Labels::Named)[0], named);
    }

    #[test]
    fn of_a_look_that_could_not_be_made_nothing_is_said() {
        assert_eq!(lines(Verdict::Blind, Labels::Named), [""; 0]);
    }

    #[test]
    fn the_answer_comes_before_prometheus_has_gone() {
        let patience = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-prometheus-scrape-timeout-seconds", text.parse().unwrap());
            super::patience(&headers)
        };
        assert_eq!(patience("10"), Some(Duration::from_millis(9_500)));
        assert_eq!(patience("0.2"), Some(ANSWER));
        assert_eq!(patience("-1"), None);
        assert_eq!(patience("soon"), None);
    }
}

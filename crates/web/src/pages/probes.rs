//! What Evenkeel itself looks at and listens for: every probe with its state and its last looks, the day of one of them, and
//! every heartbeat.

use crate::app::App;
use crate::auth::SignedIn;
use crate::error::{PageProblem, Problem};
use crate::view::{Chrome, Frame, Nav, Tag, When, html};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::ports::{
    BucketWidth, HeartbeatState, HeartbeatView, ProbeState, ProbeStretch, ProbeView, Sample, Verdict,
};
use jiff::{SignedDuration, Timestamp};

/// How far back the page of one probe shows hours.
const HOURS: i64 = 24;

/// How many single looks the page of one probe lists.
const LOOKS_MAX: usize = 20;

/// Size of the drawn line, in its own units; the style sheet says how large it is shown.
const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 32.0;

/// Every probe.
#[derive(Template)]
#[template(path = "probes/list.html")]
pub(crate) struct ProbesPage {
    pub(crate) chrome: Chrome,
    pub(crate) probes: Vec<Row>,
    pub(crate) heartbeats: Vec<Beat>,
}

/// One heartbeat.
pub(crate) struct Beat {
    pub(crate) name: String,
    pub(crate) state: Tag,
    pub(crate) every: String,
    pub(crate) grace: String,
    pub(crate) service: String,
    pub(crate) alive: Option<When>,
    pub(crate) due: Option<When>,
    pub(crate) said: String,
}

/// One probe.
#[derive(Template)]
#[template(path = "probes/one.html")]
pub(crate) struct ProbePage {
    pub(crate) chrome: Chrome,
    pub(crate) row: Row,
    pub(crate) facts: Vec<(&'static str, String)>,
    pub(crate) hours: Vec<Hour>,
    pub(crate) whole: Option<Hour>,
    pub(crate) looks: Vec<Look>,
}

/// One probe in a list.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) target: String,
    pub(crate) state: Tag,
    pub(crate) since: Option<When>,
    pub(crate) last: Option<When>,
    pub(crate) took: String,
    pub(crate) reason: String,
    pub(crate) blind: String,
    pub(crate) line: Line,
}

/// The last looks, drawn.
pub(crate) struct Line {
    /// The runs of answers, each as points of a polyline.
    pub(crate) runs: Vec<String>,
    /// Where looks failed.
    pub(crate) fails: Vec<String>,
    /// Where none could be made.
    pub(crate) blinds: Vec<String>,
    /// The same in words.
    pub(crate) words: String,
}

/// One look.
pub(crate) struct Look {
    pub(crate) at: When,
    pub(crate) verdict: Tag,
    pub(crate) took: String,
    pub(crate) reason: String,
}

/// One hour, or all of them together.
pub(crate) struct Hour {
    pub(crate) at: When,
    pub(crate) passed: String,
    pub(crate) fails: u32,
    pub(crate) blinds: u32,
    pub(crate) p50: String,
    pub(crate) p95: String,
    pub(crate) p99: String,
}

pub(crate) async fn list(State(app): State<App>, who: SignedIn) -> Result<Response, PageProblem> {
    html(&page(&Frame::new(&app, &who), &app.parts.probes.all(), &app.parts.heartbeats.all()))
}

pub(crate) fn page(frame: &Frame, probes: &[ProbeView], heartbeats: &[HeartbeatView]) -> ProbesPage {
    ProbesPage {
        heartbeats: heartbeats.iter().map(beat).collect(),
        chrome: frame.chrome("Probes", Nav::Probes, "/probes"),
        probes: probes.iter().map(row).collect(),
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, PageProblem> {
    let frame = Frame::new(&app, &who);
    let Some(probe) = app.parts.probes.one(&name) else {
        return Err(Problem::not_found(format!("no probe {name:?}")).into());
    };
    let from = frame.now.checked_sub(SignedDuration::from_hours(HOURS)).unwrap_or(Timestamp::MIN);
    let hours = app.stretches(name, BucketWidth::Hour, from).await?;
    html(&one(&frame, &probe, hours))
}

pub(crate) fn one(frame: &Frame, probe: &ProbeView, mut hours: Vec<ProbeStretch>) -> ProbePage {
    let whole = hours.pop().filter(|_| !hours.is_empty());
    let path = format!("/probes/{}", probe.name);
    ProbePage {
        chrome: frame.chrome(format!("Probe {}", probe.name), Nav::Probes, path),
        row: row(probe),
        facts: facts(probe),
        whole: whole.as_ref().map(hour),
        hours: hours.iter().rev().map(hour).collect(),
        looks: probe.last.iter().rev().take(LOOKS_MAX).map(look).collect(),
    }
}

fn facts(probe: &ProbeView) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Kind", probe.kind.to_owned()), ("Target", probe.target.clone())];
    facts.push(("Every", format!("{} s", probe.every_s)));
    facts.extend(probe.severity.clone().map(|severity| ("Severity", severity)));
    facts.extend(probe.service.clone().map(|service| ("Service", service)));
    facts.extend(probe.origin.clone().map(|origin| ("From the playbook", origin)));
    let ends = probe.expires_at.map(|at| ("First certificate ends", format!("{at:.0}")));
    facts.extend(ends);
    facts
}

fn beat(view: &HeartbeatView) -> Beat {
    let state = match view.state {
        HeartbeatState::New => Tag::plain("not heard yet"),
        HeartbeatState::Alive => Tag::good("alive"),
        HeartbeatState::Running => Tag::good("running"),
        HeartbeatState::Silent => Tag::loud("silent"),
        HeartbeatState::Failed => Tag::loud("failed"),
    };
    Beat {
        name: view.name.clone(),
        state,
        every: length(view.every_s),
        grace: length(view.grace_s),
        service: view.service.clone().unwrap_or_default(),
        alive: view.alive_at.map(When::full),
        due: (!view.state.is_alerting()).then(|| When::full(view.due_at)),
        said: view.said.clone(),
    }
}

/// In the largest unit that leaves nothing over.
fn length(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let whole = units.into_iter().find(|(size, _)| seconds >= *size && seconds.is_multiple_of(*size));
    whole.map_or_else(|| format!("{seconds} s"), |(size, unit)| format!("{} {unit}", seconds / size))
}

fn row(probe: &ProbeView) -> Row {
    let standing = &probe.standing;
    let state = match standing.state {
        ProbeState::Up => Tag::good("up"),
        ProbeState::Down => Tag::loud("down"),
        ProbeState::Flapping => Tag::bad("flapping"),
        ProbeState::Unknown => Tag::plain("not known yet"),
    };
    let last = probe.last.last();
    Row {
        name: probe.name.clone(),
        kind: probe.kind,
        target: probe.target.clone(),
        state,
        since: standing.since.map(When::full),
        last: last.map(|sample| When::clock(sample.at)),
        took: last.map(took).unwrap_or_default(),
        reason: standing.reason.clone(),
        blind: standing.blind_reason.clone(),
        line: line(&probe.last),
    }
}

fn took(sample: &Sample) -> String {
    match sample.verdict {
        Verdict::Pass | Verdict::Breach => format!("{} ms", sample.took_ms),
        Verdict::Fail | Verdict::Blind => String::new(),
    }
}

fn look(sample: &Sample) -> Look {
    let verdict = match sample.verdict {
        Verdict::Pass => Tag::good("passed"),
        Verdict::Fail => Tag::bad("failed"),
        Verdict::Breach => Tag::bad("its window is broken"),
        Verdict::Blind => Tag::warn("could not look"),
    };
    Look { at: When::full(sample.at), verdict, took: took(sample), reason: sample.reason.clone() }
}

fn hour(stretch: &ProbeStretch) -> Hour {
    let looks = stretch.passes.saturating_add(stretch.fails);
    // Rounded down: a hundred is said only of a hour without a failure.
    let percent = (f64::from(stretch.passes) / f64::from(looks.max(1)) * 1_000.0).floor() / 10.0;
    let ms = |value: Option<f64>| value.map(|ms| format!("{ms:.0} ms")).unwrap_or_default();
    Hour {
        at: When::full(stretch.at),
        passed: if looks == 0 { "no look".to_owned() } else { format!("{percent} % of {looks}") },
        fails: stretch.fails,
        blinds: stretch.blinds,
        p50: ms(stretch.p50_ms),
        p95: ms(stretch.p95_ms),
        p99: ms(stretch.p99_ms),
    }
}

fn line(looks: &[Sample]) -> Line {
    let answered = |sample: &Sample| matches!(sample.verdict, Verdict::Pass | Verdict::Breach);
    let longest =
        looks.iter().filter(|sample| answered(sample)).map(|sample| sample.took_ms).max().unwrap_or(0);
    let steps = u32::try_from(looks.len().saturating_sub(1).max(1)).unwrap_or(u32::MAX);
    let x = |at: usize| f64::from(u32::try_from(at).unwrap_or(u32::MAX)) / f64::from(steps) * WIDTH;
    // A little air above and below, so that the line is seen whole.
    let y = |ms: u32| HEIGHT - 3.0 - f64::from(ms) / f64::from(longest.max(1)) * (HEIGHT - 6.0);
    let places = |of: fn(Verdict) -> bool| {
        let those = looks.iter().enumerate().filter(move |(_, sample)| of(sample.verdict));
        those.map(|(at, _)| format!("{:.1}", x(at))).collect::<Vec<_>>()
    };
    let mut runs = vec![Vec::new()];
    for (at, sample) in looks.iter().enumerate() {
        if answered(sample) {
            if let Some(run) = runs.last_mut() {
                run.push(format!("{:.1},{:.1}", x(at), y(sample.took_ms)));
            }
        } else {
            runs.push(Vec::new());
        }
    }
    let fails = places(|verdict| matches!(verdict, Verdict::Fail | Verdict::Breach));
    let blinds = places(|verdict| verdict == Verdict::Blind);
    let passed = looks.iter().filter(|sample| sample.verdict == Verdict::Pass).count();
    let words = format!(
        "The last {} looks: {passed} passed, {} failed, {} could not be made; the longest answer took {longest} ms",
        looks.len(),
        fails.len(),
        blinds.len()
    );
    let runs = runs.into_iter().filter(|run| !run.is_empty()).map(|run| run.join(" ")).collect();
    Line { runs, fails, blinds, words }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::room::is_sound;
    use crate::view::sample::{RIGHT_TO_LEFT, SCRIPT, Sample as World, frame};
    use engine::ports::Standing;

    fn probe(name: &str, state: ProbeState, verdicts: &[Verdict]) -> ProbeView {
        let each = verdicts.iter().enumerate();
        let last = each.map(|(n, verdict)| Sample {
            at: Timestamp::from_second(1_800_000_000 + i64::try_from(n).unwrap()).unwrap(),
            verdict: *verdict,
            took_ms: 10 * u32::try_from(n).unwrap(),
            reason: SCRIPT.to_owned(),
        });
        ProbeView {
            name: name.to_owned(),
            kind: "http",
            target: format!("https://x.test/{SCRIPT}"),
            every_s: 60.0,
            severity: Some("P1".to_owned()),
            service: Some(RIGHT_TO_LEFT.to_owned()),
            origin: None,
            standing: Standing { state, reason: SCRIPT.to_owned(), ..Standing::default() },
            last: last.collect(),
            phases_s: Vec::new(),
            status: Some(200),
            expires_at: Some(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn nothing_and_everything_is_shown() {
        let now = World::new("x", "P1").now;
        let empty = page(&frame(now), &[], &[]).render().unwrap();
        is_sound(&empty);
        assert!(empty.contains("[[probe]]"), "an empty page says what to do first");
        assert!(empty.contains("[heartbeats.NAME]"), "here as well");
        let all = [Verdict::Pass, Verdict::Fail, Verdict::Breach, Verdict::Blind, Verdict::Pass];
        let probes = [
            probe("up", ProbeState::Up, &all),
            probe("down", ProbeState::Down, &[]),
            probe("to-and-fro", ProbeState::Flapping, &[Verdict::Pass]),
            probe("new", ProbeState::Unknown, &[Verdict::Blind]),
        ];
        let html = page(&frame(now), &probes, &[]).render().unwrap();
        is_sound(&html);
        for words in [
            "up",
            "down",
            "flapping",
            "not known yet",
            "The last 5 looks: 2 passed, 2 failed, 1 could not be made",
        ] {
            assert!(html.contains(words), "{words:?}");
        }
    }

    #[test]
    fn heartbeats_are_shown_in_every_state() {
        let now = World::new("x", "P1").now;
        let beat = |name: &str, state| HeartbeatView {
            name: name.to_owned(),
            state,
            every_s: 86_400,
            grace_s: 90,
            severity: None,
            service: Some(RIGHT_TO_LEFT.to_owned()),
            alive_at: Some(now),
            begun_at: None,
            due_at: now,
            back_at: None,
            said: SCRIPT.to_owned(),
        };
        let beats = [
            beat("a", HeartbeatState::New),
            beat("b", HeartbeatState::Alive),
            beat("c", HeartbeatState::Running),
            beat("d", HeartbeatState::Silent),
            beat("e", HeartbeatState::Failed),
        ];
        let html = page(&frame(now), &[], &beats).render().unwrap();
        is_sound(&html);
        for words in ["not heard yet", "alive", "running", "silent", "failed", "1 d", "90 s"] {
            assert!(html.contains(words), "{words:?}");
        }
    }

    #[test]
    fn one_probe_is_shown_with_its_hours() {
        let now = World::new("x", "P1").now;
        let stretch = |passes, fails| ProbeStretch {
            at: Timestamp::UNIX_EPOCH,
            seconds: 3_600,
            passes,
            fails,
            blinds: 3,
            p50_ms: Some(12.3),
            p95_ms: Some(100.0),
            p99_ms: None,
        };
        let probe = probe("api", ProbeState::Up, &[Verdict::Pass, Verdict::Fail]);
        let html = one(&frame(now), &probe, vec![stretch(1_999, 1), stretch(0, 0), stretch(1_999, 1)])
            .render()
            .unwrap();
        is_sound(&html);
        assert!(html.contains("99.9 % of 2000"), "rounded down");
        assert!(html.contains("no look"));
        let none = one(&frame(now), &probe, vec![stretch(0, 0)]).render().unwrap();
        assert!(none.contains("No hour was kept yet"), "nothing but the whole of nothing");
    }

    #[test]
    fn a_line_breaks_where_nothing_answered() {
        let verdicts = [Verdict::Pass, Verdict::Pass, Verdict::Fail, Verdict::Pass, Verdict::Blind];
        let drawn = line(&probe("x", ProbeState::Up, &verdicts).last);
        assert_eq!(drawn.runs, ["0.0,29.0 60.0,20.3", "180.0,3.0"]);
        assert_eq!((drawn.fails, drawn.blinds), (vec!["120.0".to_owned()], vec!["240.0".to_owned()]));
    }
}

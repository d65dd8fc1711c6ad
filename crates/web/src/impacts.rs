//! What the server's own probes saw while an incident went on, gathered for the draft of its postmortem.

use crate::app::App;
use engine::EngineError;
use engine::ports::{BucketWidth, ProbeStretch};
use incident::{AlertState, AlertStatus, Impact, Incident, draft_postmortem};
use jiff::{SignedDuration, Timestamp};

/// Minutes are kept for so long; of what is older, hours tell.
pub(crate) const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(3 * 24);

/// A beginning further back than this before the opening is a wrong clock's.
const BEFORE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// Of so many probes at most: a section that names more is read by nobody.
const PROBES_MAX: usize = 8;

/// From when until when what a probe saw is of an incident.
#[derive(Clone, Copy)]
struct Window {
    from: Timestamp,
    until: Timestamp,
    width: BucketWidth,
}

impl App {
    /// A postmortem's text: as it was saved, else drafted from what happened.
    pub(crate) async fn postmortem(&self, incident: &Incident) -> Result<String, EngineError> {
        if let Some(text) = &incident.postmortem.text {
            return Ok(text.clone());
        }
        let events = self.engine().history(incident.id).await?;
        Ok(draft_postmortem(incident, &events, &self.impacts(incident).await))
    }

    /// What the probes whose alerts an incident has saw meanwhile. What cannot be read is left out, so that the draft leaves
    /// its place open.
    async fn impacts(&self, incident: &Incident) -> Vec<Impact> {
        let mut impacts = Vec::new();
        let own = incident.alerts.iter().filter_map(|(key, state)| Some((key.probe()?, state)));
        for (probe, state) in own.take(PROBES_MAX) {
            let window = window(incident, state, self.now());
            match self.stretches(probe.to_owned(), window.width, window.from).await {
                Ok(stretches) => impacts.extend(impact(probe, stretches, window)),
                Err(problem) => {
                    tracing::warn!(probe, why = problem.detail, "a postmortem is drafted without its looks");
                }
            }
        }
        impacts
    }
}

/// From the beginning of what the alert tells until it was over, in whole minutes or hours, whichever is still kept.
fn window(incident: &Incident, state: &AlertState, now: Timestamp) -> Window {
    let opened = incident.opened_at;
    let earliest = opened.saturating_sub(BEFORE_MAX).unwrap_or(Timestamp::MIN);
    let from = state.alert.started_at.filter(|at| *at >= earliest).map_or(opened, |at| at.min(opened));
    let until = match state.status {
        AlertStatus::Resolved => state.last_at,
        AlertStatus::Firing | AlertStatus::Acknowledged => incident.resolved_at.unwrap_or(now),
    };
    let width =
        if now.duration_since(from) <= MINUTES_KEPT { BucketWidth::Minute } else { BucketWidth::Hour };
    let seconds = width.seconds();
    let whole = |part: i64| Timestamp::from_second(part.saturating_mul(seconds));
    let first = from.as_second().div_euclid(seconds);
    // The part in which it ended is one of them, and so there is always one.
    let end = until.as_second().div_euclid(seconds).max(first).saturating_add(1);
    Window { from: whole(first).unwrap_or(from), until: whole(end).unwrap_or(until), width }
}

/// `None` where the history holds nothing of that time.
fn impact(probe: &str, mut stretches: Vec<ProbeStretch>, window: Window) -> Option<Impact> {
    // All of them together stand last, up to now.
    stretches.pop();
    stretches.retain(|stretch| (window.from..window.until).contains(&stretch.at));
    let sum = |of: fn(&ProbeStretch) -> u32| stretches.iter().map(of).fold(0, u32::saturating_add);
    let (failed, passed) = (sum(|one| one.fails), sum(|one| one.passes));
    let looked = failed.saturating_add(passed);
    let slowest = stretches.iter().filter_map(|one| one.p95_ms).max_by(f64::total_cmp);
    (looked > 0).then(|| Impact {
        probe: probe.to_owned(),
        failed,
        looked,
        from: window.from,
        until: window.until,
        p95_ms: slowest.map(milliseconds),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float keeps within the bounds of the integer"
)]
fn milliseconds(ms: f64) -> u32 {
    ms.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-23T{text}Z").parse().expect("a time")
    }

    fn stretch(begins: &str, passes: u32, fails: u32, p95_ms: Option<f64>) -> ProbeStretch {
        ProbeStretch {
            at: at(begins),
            seconds: 60,
            passes,
            fails,
            blinds: 7,
            p50_ms: None,
            p95_ms,
            p99_ms: None,
        }
    }

    #[test]
    fn only_the_looks_of_the_time_count_and_those_that_were_made() {
        let window = Window { from: at("03:02:00"), until: at("03:04:00"), width: BucketWidth::Minute };
        let stretches = vec![
            stretch("03:02:00", 1, 3, Some(80.4)),
            stretch("03:03:00", 2, 2, Some(1_200.6)),
            stretch("03:04:00", 4, 0, Some(9_000.0)),
            stretch("03:02:00", 7, 5, Some(9_000.0)),
        ];
        let found = impact("api", stretches, window).expect("there were looks");
        assert_eq!((found.failed, found.looked, found.p95_ms), (5, 8, Some(1_201)));
        assert_eq!((found.from, found.until), (window.from, window.until));
        let blind = vec![stretch("03:02:00", 0, 0, None), stretch("03:02:00", 0, 0, None)];
        assert_eq!(impact("api", blind, window), None, "who saw nothing tells nothing");
        assert_eq!(impact("api", Vec::new(), window), None);
    }

    #[test]
    fn the_time_is_the_alerts_own_in_the_narrowest_width_that_is_kept() {
        let mut sample = crate::view::sample::Sample::new("api is down", "P1");
        let opened = sample.incident.opened_at;
        let state = sample.incident.alerts.values().next().expect("an alert").clone();
        let with = |started: Timestamp, status| {
            let mut state = state.clone();
            state.alert.started_at = Some(started);
            state.status = status;
            state.last_at = at("03:20:31");
            state
        };
        let now = at("03:40:10");
        let over = window(&sample.incident, &with(at("02:58:10"), AlertStatus::Resolved), now);
        assert_eq!((over.from, over.until), (at("02:58:00"), at("03:21:00")));
        let brief = window(&sample.incident, &with(opened, AlertStatus::Firing), opened);
        assert_eq!(brief.until.duration_since(brief.from), SignedDuration::from_mins(1), "never nothing");
        let on = window(&sample.incident, &with(at("02:58:10"), AlertStatus::Firing), now);
        assert_eq!(on.until, at("03:41:00"), "it goes on");
        let year = "2020-01-01T00:00:00Z".parse().expect("a time");
        let wrong = window(&sample.incident, &with(year, AlertStatus::Firing), now);
        assert_eq!(wrong.from, opened, "a clock that is years wrong is not believed");
        let later = now + SignedDuration::from_hours(4 * 24);
        sample.incident.resolved_at = Some(at("03:30:00"));
        let old = window(&sample.incident, &with(at("02:58:10"), AlertStatus::Firing), later);
        assert_eq!((old.from, old.until), (at("02:00:00"), at("04:00:00")), "hours alone are kept");
        assert_eq!((over.width, old.width), (BucketWidth::Minute, BucketWidth::Hour));
    }
}

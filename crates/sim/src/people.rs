//! What people do about an incident they see, and what alert sources send.

use incident::{
    AckIntent, Actor, Alert, AlertKey, AlertStatus, Command, Incident, IncidentId, MatchOp, Matcher,
    PersonId, RunState, Sight, SilenceDraft, SilenceId, SilenceKind, Status,
};
use jiff::{SignedDuration, Timestamp};

/// A person who opens an incident's page.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) incident: IncidentId,
    pub(crate) person: &'static str,
    /// What they have in mind.
    pub(crate) roll: u64,
}

impl Deed {
    pub(crate) fn by(&self) -> Actor {
        Actor::Person(PersonId(self.person.into()))
    }

    /// What they do now that they see how it stands; `None`: they only looked.
    pub(crate) fn command(&self, seen: &Incident, now: Timestamp) -> Option<Command> {
        let (mind, detail) = (self.roll % 100, self.roll / 100);
        if seen.status == Status::Resolved {
            let reason = "it is not over".to_owned();
            return (mind < 4).then_some(Command::Reopen { reason });
        }
        match mind {
            0..25 => None,
            25..50 => Some(Command::Acknowledge { intent: intent(detail), page: self.page(seen) }),
            50..70 => self.word(seen, now, detail),
            70..76 => Some(Command::Resolve { summary: "fixed".into() }),
            76..82 => Some(Command::Unacknowledge { reason: "cannot go on".into() }),
            82..88 => seen
                .runs
                .iter()
                .find(|run| matches!(run.state, RunState::Running { .. } | RunState::Ready))
                .map(|run| Command::StopRun { run: run.number }),
            88..93 => {
                let severity = ["P1", "P2", "P1", "P3"][usize::try_from(detail % 4).unwrap_or(0)];
                Some(Command::SetSeverity { severity: severity.into(), reason: "as it looks now".into() })
            }
            _ => Some(Command::Note { text: "looking".into() }),
        }
    }

    fn page(&self, seen: &Incident) -> Option<u32> {
        seen.pages.iter().rev().find(|page| page.responder.0 == self.person).map(|page| page.number)
    }

    fn word(&self, seen: &Incident, now: Timestamp, detail: u64) -> Option<Command> {
        let run = seen.runs.iter().find(|run| run.state == RunState::Proposed)?.number;
        if detail.is_multiple_of(5) {
            return Some(Command::RejectRun { run, reason: "not now".into() });
        }
        let sight = Sight::of(seen, run, now)?;
        Some(Command::ApproveRun { run, sight, sponsor: None })
    }
}

/// What somebody wants of the silences.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SilenceWish {
    /// One over these keys, for so long.
    Make { keys: &'static str, lasts_ms: i64 },
    /// No more of this one.
    End(SilenceId),
}

impl SilenceWish {
    /// The silence that they want, by the clock of whom they ask.
    pub(crate) fn draft(keys: &str, lasts_ms: i64, now: Timestamp) -> SilenceDraft {
        let matcher = Matcher { name: "key".into(), op: MatchOp::Fits, value: keys.into() };
        SilenceDraft {
            kind: SilenceKind::Silence,
            reason: "it is known".into(),
            matchers: vec![matcher],
            starts_at: None,
            ends_at: now + SignedDuration::from_millis(lasts_ms),
        }
    }
}

fn intent(detail: u64) -> AckIntent {
    match detail % 4 {
        0 => AckIntent::Cannot,
        1 => AckIntent::InMinutes(10),
        _ => AckIntent::OnIt,
    }
}

/// Something that a source must tell, until it is taken.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) alert: Alert,
    /// Since when it is to be told, in true time, however often it was tried.
    pub(crate) since: i64,
    /// When it is tried, in true time.
    pub(crate) due: i64,
    /// Under which ticket it is being tried.
    pub(crate) ticket: Option<u64>,
}

/// An alert of the stories.
pub(crate) fn alert(key: usize, status: AlertStatus, severity: &str) -> Alert {
    Alert {
        key: AlertKey { source: "stories".into(), key: format!("api-{key}") },
        status,
        title: format!("api-{key} answers with errors"),
        description: String::new(),
        severity: Some(severity.into()),
        labels: [("runbook".to_owned(), "api-errors".to_owned())].into(),
        link: None,
        started_at: None,
        expires_at: None,
    }
}

//! A world for stories: an incident, its timers and its pages, moved by hand.

use incident::{
    Actor, Alert, AlertKey, AlertStatus, Asked, Channel, Command, Contact, Event, EventKind, Incident,
    IncidentId, Intent, Moment, PageOutcome, PagePurpose, PageState, PersonId, Plan, Policy, Refusal,
    Responder, Roster, Silences, TimerKey, Work, decide, evolve, follow,
};
use jiff::{SignedDuration, Timestamp};
use playbook::{
    Check, CheckKind, Checklist, ChecklistItem, Effect, EscalationHop, Obligation, Origin, Phase, Playbook,
    Postmortem, PostmortemPolicy, Response, Runbook, RunbookMatch, SeverityRow, Step, StepKind,
    TimelineStage, Window,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One incident and everything round it.
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) roster: Roster,
    pub(crate) silences: Silences,
    pub(crate) incident: Incident,
    pub(crate) events: Vec<Event>,
    pub(crate) timers: BTreeMap<TimerKey, Timestamp>,
    pub(crate) work: Vec<Work>,
}

pub(crate) const PRIMARY: &str = "primary";
pub(crate) const SECONDARY: &str = "secondary";
pub(crate) const LEAD: &str = "lead";
pub(crate) const CTO: &str = "cto";

impl World {
    /// Four people with a handset each, and the house playbook of these stories.
    pub(crate) fn new() -> Self {
        Self::with(plan(Policy::default()), roster(&[PRIMARY, SECONDARY, LEAD, CTO]))
    }

    pub(crate) fn with(plan: Plan, roster: Roster) -> Self {
        let now = "2026-01-05T03:00:00Z".parse().expect("a valid time");
        let incident = Incident::new(IncidentId::from_parts(1, 1), Arc::new(plan));
        Self {
            now,
            roster,
            silences: Silences::none(),
            incident,
            events: Vec::new(),
            timers: BTreeMap::new(),
            work: Vec::new(),
        }
    }

    /// The present of this world.
    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment { at: self.now, roster: &self.roster, silences: &self.silences }
    }

    /// Asks, and lets what follows take effect.
    pub(crate) fn ask(&mut self, by: Actor, command: Command) -> Result<Vec<EventKind>, Refusal> {
        let events = decide(&self.incident, Asked { by, command }, &self.moment())?;
        for event in &events {
            self.incident = evolve(self.incident.clone(), event);
            for intent in follow(&self.incident, event) {
                self.perform(intent);
            }
        }
        self.events.extend(events.iter().cloned());
        Ok(events.into_iter().map(|event| event.kind).collect())
    }

    fn perform(&mut self, intent: Intent) {
        match intent {
            Intent::Do(work) => self.work.push(work),
            Intent::Done(done) => self.work.retain(|work| *work != done),
            Intent::SetTimer { key, due } => {
                self.timers.insert(key, due);
            }
            Intent::ClearTimer { key } => {
                self.timers.remove(&key);
            }
        }
    }

    pub(crate) fn alert(&mut self, key: &str, severity: &str) -> Vec<EventKind> {
        let alert = alert(key, severity, AlertStatus::Firing);
        self.source(alert).expect("a firing alert is always taken")
    }

    /// The alert for which the runbook is taken.
    pub(crate) fn opens(&mut self) {
        let matches = vec![RunbookMatch { runbook: "api".into(), score: 90, reasons: vec!["500".into()] }];
        let command = Command::Alert { alert: alert("api", "P1", AlertStatus::Firing), matches };
        self.ask(Actor::Source("test".into()), command).expect("opens");
    }

    pub(crate) fn over(&mut self, key: &str) -> Result<Vec<EventKind>, Refusal> {
        self.source(alert(key, "", AlertStatus::Resolved))
    }

    pub(crate) fn source(&mut self, alert: Alert) -> Result<Vec<EventKind>, Refusal> {
        self.ask(Actor::Source("test".into()), Command::Alert { alert, matches: Vec::new() })
    }

    pub(crate) fn person(&mut self, who: &str, command: Command) -> Result<Vec<EventKind>, Refusal> {
        self.ask(person(who), command)
    }

    /// Lets time pass; each timer fires at its own moment, in order.
    pub(crate) fn pass(&mut self, length: SignedDuration) {
        let until = self.now + length;
        loop {
            let next = self.timers.iter().min_by_key(|(key, due)| (**due, (*key).clone()));
            let Some((key, due)) =
                next.map(|(key, due)| (key.clone(), *due)).filter(|(_, due)| *due <= until)
            else {
                break;
            };
            self.now = self.now.max(due);
            self.timers.remove(&key);
            // A stale timer is refused, and that is all.
            let _ = self.ask(Actor::System, Command::TimerFired { key, due });
        }
        self.now = until;
    }

    /// Delivers every page that is on its way.
    pub(crate) fn deliver(&mut self) {
        for (page, attempt) in self.pending() {
            let outcome = PageOutcome::Delivered { reference: String::new() };
            self.ask(Actor::System, Command::PageOutcome { page, attempt, outcome })
                .expect("a delivery counts");
        }
    }

    /// Fails every page that is on its way, for good.
    pub(crate) fn fail(&mut self, error: &str) {
        for (page, attempt) in self.pending() {
            let outcome = PageOutcome::Never { error: error.into() };
            self.ask(Actor::System, Command::PageOutcome { page, attempt, outcome })
                .expect("a failure counts");
        }
    }

    pub(crate) fn pending(&self) -> Vec<(u32, u32)> {
        let pending = self.incident.pages.iter().filter(|page| page.state == PageState::Pending);
        pending.map(|page| (page.number, page.attempt)).collect()
    }

    /// Everybody who was paged to take it, to keep it or to help, in order.
    pub(crate) fn paged(&self) -> Vec<&str> {
        let pages = self.incident.pages.iter().filter(|page| page.purpose != PagePurpose::Update);
        pages.map(|page| page.responder.0.as_str()).collect()
    }

    pub(crate) fn count(&self, wanted: impl Fn(&EventKind) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(&event.kind)).count()
    }
}

pub(crate) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

pub(crate) fn person(who: &str) -> Actor {
    Actor::Person(PersonId(who.into()))
}

pub(crate) fn alert(key: &str, severity: &str, status: AlertStatus) -> Alert {
    Alert {
        key: AlertKey { source: "test".into(), key: key.into() },
        status,
        title: format!("{key} is broken"),
        description: String::new(),
        severity: (!severity.is_empty()).then(|| severity.into()),
        labels: BTreeMap::new(),
        link: None,
        started_at: None,
        expires_at: None,
    }
}

/// Roles are held by people of the same name; `people` says who exists.
pub(crate) fn roster(people: &[&str]) -> Roster {
    let contact = |name: &str| Contact::new(Channel::Handset, name.into());
    let responder = |name: &&str| Responder {
        id: PersonId((*name).into()),
        name: (*name).into(),
        contacts: vec![contact(name)],
    };
    let roles =
        [("On-call Primary", PRIMARY), ("On-call Secondary", SECONDARY), ("Eng Lead", LEAD), ("CTO", CTO)];
    let bound = roles.map(|(role, name)| (role.to_owned(), vec![PersonId(name.into())]));
    Roster::new(people.iter().map(responder).collect(), bound.into(), Vec::new())
}

pub(crate) fn plan(policy: Policy) -> Plan {
    Plan { digest: "plan-1".into(), playbook: playbook(), policy, ..Plan::default() }
}

/// A small playbook with every part that the stories need.
fn playbook() -> Playbook {
    let hop = |target: &str, delay_min| EscalationHop {
        target: target.into(),
        delay_min,
        counted: playbook::DelayBasis::Unsaid,
        line: 1,
        origin: Origin::default(),
    };
    Playbook {
        title: "Stories".into(),
        severities: ["P0", "P1", "P2", "P3"].map(severity).to_vec(),
        escalation: [
            (
                "P0",
                vec![
                    hop("On-call Primary", 0),
                    hop("On-call Secondary", 5),
                    hop("Eng Lead", 10),
                    hop("CTO", 15),
                ],
            ),
            ("P1", vec![hop("On-call Primary", 0), hop("On-call Secondary", 30), hop("Eng Lead", 60)]),
            ("P2", vec![hop("On-call Primary", 0), hop("Eng Lead", 240)]),
            ("P3", vec![]),
        ]
        .map(|(name, hops)| (name.to_owned(), hops))
        .into(),
        escalation_tickets: [("P3".to_owned(), "Create an issue for the next sprint".to_owned())].into(),
        checklist: Some(checklist()),
        runbooks: vec![runbook()],
        postmortem: Some(postmortem()),
        ..Playbook::default()
    }
}

fn severity(name: &str) -> SeverityRow {
    let response = Response { text: String::new(), minutes: None, business_days: None };
    SeverityRow {
        name: name.into(),
        impact: String::new(),
        examples: vec![],
        response,
        line: 1,
        origin: Origin::default(),
    }
}

fn checklist() -> Checklist {
    let item =
        |text: &str| ChecklistItem { text: text.into(), condition: None, line: 1, origin: Origin::default() };
    let phase = |number, name: &str, from_min, to_min, items| Phase {
        number,
        name: name.into(),
        window: Some(Window { from_min, to_min }),
        items,
        line: 1,
        origin: Origin::default(),
    };
    Checklist {
        title: "FIRST 15 MINUTES".into(),
        phases: vec![
            phase(1, "ACKNOWLEDGE", 0, 2, vec![item("Claim the incident"), item("Acknowledge the alert")]),
            phase(
                2,
                "COMMUNICATE",
                12,
                15,
                vec![item("Post initial status update"), item("Escalate if needed")],
            ),
        ],
        line: 1,
        origin: Origin::default(),
    }
}

fn runbook() -> Runbook {
    let command = |source: &str, effect| playbook::Command {
        source: source.into(),
        language: "bash".into(),
        effect,
        line: 1,
        ..playbook::Command::default()
    };
    let step = |number, title: &str, commands, checks| Step {
        number,
        title: title.into(),
        kind: StepKind::Look,
        condition: None,
        instructions: vec![],
        commands,
        checks,
        causes: vec![],
        line: 1,
        origin: Origin::default(),
    };
    let upgrade = Check {
        text: "Should get 426".into(),
        kind: CheckKind::HttpStatus { status: 426 },
        command: Some(0),
        line: 1,
        origin: Origin::default(),
    };
    let watch = Check {
        text: "for 7 minutes".into(),
        kind: CheckKind::Watch { minutes: 7 },
        command: None,
        line: 1,
        origin: Origin::default(),
    };
    let mut verify = step(3, "Verify recovery", vec![], vec![watch]);
    verify.kind = StepKind::Verify;
    Runbook {
        id: "api".into(),
        title: "API errors".into(),
        steps: vec![
            step(
                1,
                "Look",
                vec![command("curl -I https://api.example.test/ws", Effect::ReadsWorld)],
                vec![upgrade],
            ),
            step(2, "Roll back", vec![command("wrangler rollback", Effect::ChangesProduction)], vec![]),
            verify,
        ],
        line: 1,
        ..Runbook::default()
    }
}

fn postmortem() -> Postmortem {
    let policy = |obligation, names: &[&str]| PostmortemPolicy {
        obligation,
        severities: names.iter().map(|name| (*name).to_owned()).collect(),
        text: String::new(),
        line: 1,
    };
    let stage =
        |from_day, to_day, action: &str| TimelineStage { from_day, to_day, action: action.into(), line: 1 };
    Postmortem {
        policy: vec![policy(Obligation::Required, &["P0", "P1"]), policy(Obligation::Recommended, &["P2"])],
        timeline: vec![
            stage(0, 0, "Create the document"),
            stage(1, 2, "Fill it in"),
            stage(3, 3, "Review it"),
        ],
        ..Postmortem::default()
    }
}

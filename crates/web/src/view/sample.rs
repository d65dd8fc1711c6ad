//! Incidents to render pages with in tests: one in full swing, one with every ugly text, one that is over.

use crate::sights::Sights;
use crate::view::Frame;
use engine::Settings;
use engine::memory::Memory;
use engine::ports::Ids;
use incident::{
    AckIntent, Actor, Alert, AlertKey, AlertStatus, Asked, Audience, Channel, Command, Contact, Ending,
    Event, Incident, IncidentId, Moment, PersonId, Phase, Plan, Responder, Roster, RunReport, UpdateDraft,
    decide, evolve,
};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, LazyLock};

/// A text that tries to leave its place.
pub(crate) const SCRIPT: &str = "<script>alert('x')</script> & \"quotes\" </textarea>";

/// Right to left.
pub(crate) const RIGHT_TO_LEFT: &str = "مشكلة في الخادم";

/// Compiled once for all tests.
static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let playbook = playbook::compile(include_bytes!("../../../../playbooks/tabbi.md"));
    Arc::new(Plan { digest: "sample".to_owned(), playbook, ..Plan::default() })
});

/// An incident with its history.
pub(crate) struct Sample {
    pub(crate) incident: Incident,
    pub(crate) events: Vec<Event>,
    pub(crate) now: Timestamp,
    pub(crate) settings: Settings,
}

/// Chance that is none.
struct Sure;

impl Ids for Sure {
    fn incident(&self, _now: Timestamp) -> IncidentId {
        IncidentId::from_parts(1, 78)
    }

    fn secret(&self) -> [u8; 32] {
        [7; 32]
    }
}

pub(crate) fn sights() -> Sights {
    Sights::load(&Memory::new(), &Sure).expect("memory keeps a key")
}

pub(crate) fn frame(now: Timestamp) -> Frame {
    Frame {
        person: "primary".to_owned(),
        csrf: "proof".to_owned(),
        sights: sights(),
        now,
        speed: 60.0,
        status_url: "https://status.example.test".to_owned(),
    }
}

/// Settings with people for the roles of the shipped playbook; without people when `people` is empty.
pub(crate) fn settings(people: &[&str]) -> Settings {
    let person = |id: &&str| Responder {
        id: PersonId((*id).to_owned()),
        name: format!("{id} {SCRIPT}"),
        contacts: vec![Contact::new(Channel::Handset, (*id).to_owned())],
    };
    let roles = ["On-call Primary", "On-call Secondary", "Eng Lead"].into_iter().zip(people);
    let roles = roles.map(|(role, id)| (role.to_owned(), vec![PersonId((*id).to_owned())]));
    Settings::new(
        Arc::clone(&PLAN),
        Arc::new(Roster::new(people.iter().map(person).collect(), roles.collect(), Vec::new())),
    )
}

impl Sample {
    /// Opened by an alert of this title.
    pub(crate) fn new(title: &str, severity: &str) -> Self {
        Self::with(settings(&["primary", "secondary", "lead"]), title, severity)
    }

    pub(crate) fn with(settings: Settings, title: &str, severity: &str) -> Self {
        let now = "2026-11-23T03:00:00Z".parse().expect("a time");
        let incident = Incident::new(IncidentId::from_parts(1, 77), Arc::clone(&settings.plan));
        let mut sample = Self { incident, events: Vec::new(), now, settings };
        let alert = Alert {
            key: AlertKey { source: "main".to_owned(), key: "a".to_owned() },
            status: AlertStatus::Firing,
            title: title.to_owned(),
            description: SCRIPT.to_owned(),
            severity: Some(severity.to_owned()),
            labels: [("service".to_owned(), SCRIPT.to_owned())].into(),
            link: Some("javascript:alert(1)".to_owned()),
            started_at: None,
            expires_at: None,
        };
        let signal = playbook::Signal { title, description: "", labels: &std::collections::BTreeMap::new() };
        let matches = playbook::match_runbooks(&sample.settings.plan.playbook, &signal);
        sample.ask(Actor::Source("main".to_owned()), Command::Alert { alert, matches });
        sample
    }

    pub(crate) fn ask(&mut self, by: Actor, command: Command) -> &mut Self {
        let silences = incident::Silences::none();
        let moment = Moment { at: self.now, roster: &self.settings.roster, silences: &silences };
        for event in decide(&self.incident, Asked { by, command }, &moment).expect("the sample may do that") {
            self.incident = evolve(self.incident.clone(), &event);
            self.events.push(event);
        }
        self
    }

    pub(crate) fn person(&mut self, command: Command) -> &mut Self {
        self.ask(Actor::Person(PersonId("primary".to_owned())), command)
    }

    pub(crate) fn pass(&mut self, minutes: i64) -> &mut Self {
        self.now += SignedDuration::from_mins(minutes);
        self
    }

    /// Ends every run that may begin, with this output.
    pub(crate) fn run(&mut self, output: &str, code: i32) -> &mut Self {
        let ready: Vec<u32> = self
            .incident
            .runs
            .iter()
            .filter(|run| run.state == incident::RunState::Ready)
            .map(|run| run.number)
            .collect();
        for run in ready {
            let report = RunReport {
                ending: Ending::Exited { code },
                duration_ms: 12_345,
                output: output.into(),
                output_bytes: output.len() as u64,
                masked: 1,
                not_held: Vec::new(),
            };
            self.ask(Actor::System, Command::RunStarted { run });
            self.ask(Actor::System, Command::RunEnded { run, report });
        }
        self
    }

    pub(crate) fn tell(&mut self, audience: Audience, phase: Phase, title: &str, body: &str) -> &mut Self {
        let update = UpdateDraft {
            template: None,
            phase,
            audience,
            public_title: (audience == Audience::Public).then(|| title.to_owned()),
            body: body.to_owned(),
            next_at: None,
        };
        self.person(Command::PostUpdate { update })
    }

    /// In full swing: acknowledged, evidence gathered, a command waiting, people told.
    pub(crate) fn busy(title: &str) -> Self {
        let mut sample = Self::new(title, "P1");
        sample.pass(1).person(Command::Acknowledge { intent: AckIntent::OnIt, page: Some(1) });
        sample.run(&format!("HTTP/2 500\n{}", format!("{SCRIPT}\n").repeat(400)), 22);
        sample.person(Command::Note { text: SCRIPT.to_owned() });
        sample.tell(Audience::Internal, Phase::Investigating, "", "only for the team");
        sample.tell(Audience::Public, Phase::Identified, SCRIPT, "the cause is known");
        sample.person(Command::AddActionItem { title: SCRIPT.to_owned(), owner: None, due: None });
        sample.pass(3);
        sample
    }

    /// Over, after a night.
    pub(crate) fn over(title: &str) -> Self {
        let mut sample = Self::busy(title);
        sample.pass(30 * 60).person(Command::Resolve { summary: SCRIPT.to_owned() });
        sample
    }
}

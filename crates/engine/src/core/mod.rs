//! The core: decides a batch of questions in memory, commits all of it in one transaction, and only then answers.
//!
//! One thread owns it, so there are no locks and no races within a process. Another process on the same journal is
//! met by the version check: the whole batch rolls back, what was touched is loaded anew, and every question is
//! decided again by itself.

mod backlog;
mod firing;
mod following;
mod holding;
mod loading;
mod overriding;
mod silencing;
mod writing;

use crate::fault::Faults;
use crate::ports::{Batch, Clock, Company, Ids, Journal, JournalError, Lease, StreamWrite};
use crate::request::{Answer, Answers, Change, EngineError, Question};
use crate::settings::Settings;
use crate::timers::Timers;
use crate::vitals::Tally;
use arc_swap::ArcSwap;
use backlog::Backlog;
use following::Doubts;
use incident::{
    Acted, Actor, Alert, AlertKey, AlertStatus, Asked, Command, Incident, IncidentId, Intent, Moment, Plan,
    Refusal, Status, TimerKey, Work, act,
};
use jiff::{SignedDuration, Timestamp};
use playbook::RunbookMatch;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use tokio::sync::watch;

/// How long a lease on work lasts. What is still in hand then, since it is slow or waits for its turn, is renewed.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// How often a question is decided anew after a conflict before it is given up.
const CONFLICTS_MAX: u32 = 5;

/// How often a whole batch is decided anew after a conflict before each question is decided by itself. Nodes that get
/// alerts of the same incidents meet often.
const BATCHES_ANEW_MAX: u32 = 2;

/// How many resolved incidents stay in memory.
const RESOLVED_KEPT_MAX: usize = 4_096;

/// What the core needs of the world.
pub(crate) struct World {
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) settings: Arc<ArcSwap<Settings>>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) tally: Arc<Tally>,
    /// Told each time the overrides of schedules are others.
    pub(crate) overridden: watch::Sender<u64>,
    /// The name of this process in leases.
    pub(crate) node: String,
}

/// What must be told after a commit. The work that it made waits in the backlog.
#[derive(Default)]
pub(crate) struct After {
    pub(crate) changes: Vec<Change>,
}

/// The deciding part of the engine.
pub(crate) struct Core {
    world: World,
    /// Whether anything was written since the last sweep.
    written: bool,
    /// Whether others write to the same journal: then memory is brought up to date before it is relied on.
    company: Company,
    live: BTreeMap<IncidentId, Arc<Incident>>,
    resolved: BTreeSet<IncidentId>,
    keys: BTreeMap<AlertKey, IncidentId>,
    plans: BTreeMap<String, Arc<Plan>>,
    timers: Timers,
    leases: BTreeMap<(IncidentId, Work), Held>,
    backlog: Backlog,
    /// Open incidents that other settings may help: nobody could be woken, or they wait for hours that the settings name. Some
    /// that are not so any more do no harm.
    stalled: BTreeSet<IncidentId>,
    /// Those of them that have not been tried with these settings.
    untried: BTreeSet<IncidentId>,
    /// The settings with which those were tried last.
    tried_with: Option<Arc<Settings>>,
    /// What became of taken over work, as long as it could not be kept.
    left_over: Vec<Question>,
    /// What must be found out of the journal before anything is decided.
    doubts: Doubts,
    /// What may hold alerts back.
    silences: silencing::Known,
    /// What people have otherwise than the schedules.
    overrides: overriding::Known,
    /// Whether some of it came from reading anew what this node holds, and has not been asked yet.
    confirmed: bool,
}

/// Work that this process holds: its row's lease, and who has it.
struct Held {
    lease: Lease,
    hand: Hand,
}

/// Who has a piece of work that this process holds.
#[derive(Debug)]
enum Hand {
    /// Nobody, and no worker of this process has had it.
    Untouched,
    /// Nobody yet: it waits for its turn.
    Waits,
    /// A worker, for as long as its job lives; `since` is the epoch under which it was given to that worker.
    Worker { job: Weak<()>, since: u64 },
}

/// A batch in the making, and how to take it back.
#[derive(Default)]
struct Making {
    batch: Batch,
    before: BTreeMap<IncidentId, Option<Arc<Incident>>>,
    /// The keys that nobody has, as the journal said.
    free: BTreeSet<AlertKey>,
    work: Vec<(IncidentId, Work)>,
}

impl Core {
    /// Decides questions and keeps what they cause, all in one transaction.
    pub(crate) fn handle(&mut self, questions: &[Question]) -> (Answers, After) {
        if questions.is_empty() {
            return (Vec::new(), After::default());
        }
        let mut after = After::default();
        let anew = if self.company == Company::Shared { BATCHES_ANEW_MAX } else { 0 };
        for _ in 0..=anew {
            let making = match self.look_up(questions, &mut after) {
                Ok(making) => making,
                Err(error) => {
                    let failed = EngineError::from(error);
                    return (questions.iter().map(|_| Err(failed.clone())).collect(), after);
                }
            };
            if let Some(answers) = self.decide_together(questions, making, &mut after) {
                return (answers, after);
            }
        }
        let answers = questions.iter().map(|question| self.decide_afresh(question, &mut after)).collect();
        (answers, after)
    }

    /// Memory knows what these questions rest on.
    fn look_up(&mut self, questions: &[Question], after: &mut After) -> Result<Making, JournalError> {
        self.catch_up(after)?;
        self.know_overrides()?;
        self.know_silences()?;
        let mut making = Making::default();
        self.learn_asked(questions, &mut making)?;
        Ok(making)
    }

    /// All of them in one transaction; `None` after a conflict.
    fn decide_together(
        &mut self,
        questions: &[Question],
        mut making: Making,
        after: &mut After,
    ) -> Option<Answers> {
        let mut answers: Answers = Vec::with_capacity(questions.len());
        for question in questions {
            let answer = self.decide_one(question, &mut making);
            answers.push(answer);
        }
        if making.batch.streams.is_empty() {
            return Some(answers);
        }
        match self.commit(&making.batch) {
            Ok(()) => {
                after.changes.extend(self.committed(making).changes);
                Some(answers)
            }
            Err(JournalError::Conflict { .. }) => {
                self.take_back(making);
                None
            }
            Err(error) => {
                self.take_back(making);
                let failed = EngineError::from(error);
                Some(answers.into_iter().map(|answer| answer.and(Err(failed.clone()))).collect())
            }
        }
    }

    /// After a conflict a question is decided by itself, each time on a fresh reading.
    fn decide_afresh(&mut self, question: &Question, after: &mut After) -> Result<Answer, EngineError> {
        for _ in 0..CONFLICTS_MAX {
            let mut making = self.look_up(std::slice::from_ref(question), after)?;
            let answer = self.decide_one(question, &mut making)?;
            if making.batch.streams.is_empty() {
                return Ok(answer);
            }
            match self.commit(&making.batch) {
                Ok(()) => {
                    let more = self.committed(making);
                    after.changes.extend(more.changes);
                    return Ok(answer);
                }
                Err(JournalError::Conflict { .. }) => {
                    self.take_back(making);
                    self.doubt(question)?;
                }
                Err(error) => {
                    self.take_back(making);
                    return Err(error.into());
                }
            }
        }
        Err(EngineError::Busy)
    }

    fn decide_one(&mut self, question: &Question, making: &mut Making) -> Result<Answer, EngineError> {
        match question {
            Question::Ask { incident, asked, lease } => {
                self.ask(*incident, asked.clone(), lease.as_ref(), making)
            }
            Question::Alert { alert, matches } => self.alert(alert, matches, making),
            Question::Report { report, matches } => {
                let command = Command::Report {
                    title: report.title.clone(),
                    description: report.description.clone(),
                    severity: report.severity.clone(),
                    matches: matches.clone(),
                };
                self.begin(Asked { by: Actor::Person(report.by.clone()), command }, making)
            }
        }
    }

    /// To the incident that holds the alert, or to a new one.
    fn alert(
        &mut self,
        alert: &Alert,
        matches: &[RunbookMatch],
        making: &mut Making,
    ) -> Result<Answer, EngineError> {
        let by = Actor::Source(alert.key.source.clone());
        if let Some(id) = self.keys.get(&alert.key).copied() {
            let command = Command::Alert { alert: alert.clone(), matches: Vec::new() };
            let answer = self.ask(id, Asked { by: by.clone(), command }, None, making);
            // What is gone or cannot be read for good keeps nobody asleep.
            let over = match &answer {
                Err(EngineError::Refused(Refusal::AlreadyResolved) | EngineError::NoIncident(_)) => true,
                Err(EngineError::Unavailable(_)) => self.is_corrupt(id),
                Ok(_) | Err(_) => false,
            };
            if !over {
                return answer;
            }
        }
        if alert.status != AlertStatus::Firing {
            return Err(EngineError::Refused(Refusal::NothingOpen));
        }
        let command = Command::Alert { alert: alert.clone(), matches: matches.to_vec() };
        self.begin(Asked { by, command }, making)
    }

    /// A new incident on the plan of today.
    fn begin(&mut self, asked: Asked, making: &mut Making) -> Result<Answer, EngineError> {
        let now = self.world.clock.now();
        let id = self.world.ids.incident(now);
        let plan = Arc::clone(&self.world.settings.load().plan);
        self.keep_plan(&plan)?;
        let fresh = Arc::new(Incident::new(id, plan));
        self.decide_on(&fresh, asked, None, making)
    }

    fn ask(
        &mut self,
        id: IncidentId,
        asked: Asked,
        lease: Option<&Lease>,
        making: &mut Making,
    ) -> Result<Answer, EngineError> {
        let incident = self.incident(id)?;
        if incident.status == Status::New {
            return Err(EngineError::NoIncident(id));
        }
        if lease.is_some_and(|lease| self.is_lost(id, &asked.command, lease)) {
            return Err(EngineError::Refused(Refusal::Stale));
        }
        self.decide_on(&incident, asked, lease, making)
    }

    fn decide_on(
        &mut self,
        incident: &Arc<Incident>,
        asked: Asked,
        lease: Option<&Lease>,
        making: &mut Making,
    ) -> Result<Answer, EngineError> {
        let settings = self.world.settings.load_full();
        let silences = Arc::clone(&self.silences.all);
        let moment = Moment { at: self.world.clock.now(), roster: &settings.roster, silences: &silences };
        let fired = match &asked.command {
            Command::TimerFired { key, due } => Some((key.clone(), *due)),
            _ => None,
        };
        let leased = lease.and_then(|lease| following::work_of(&asked.command).map(|work| (work, lease)));
        let acted = match (self.act(incident, asked, &moment)?, &fired) {
            (Ok(acted), _) => acted,
            // A timer that no longer counts is still taken off the table.
            (Err(_), Some(_)) => unmoved(incident),
            (Err(refusal), None) => return Err(EngineError::Refused(refusal)),
        };
        let Acted { events, incident: state, intents } = acted;
        let state = Arc::new(state);
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let expected = incident.version;
        let write = Write { fired, leased, intents };
        if !events.is_empty() || write.fired.is_some() {
            let keys = self.claims(incident, &state, making)?;
            self.mark_over(&keys, state.id, making);
            self.keys.extend(keys.iter().map(|claim| (claim.key.clone(), state.id)));
            let (work, timers) = self.writes(&state, write, making);
            making.before.entry(state.id).or_insert_with(|| self.live.get(&state.id).cloned());
            let unchanged = StreamWrite::as_it_is(&state);
            making.batch.streams.push(StreamWrite { expected, events, work, timers, keys, ..unchanged });
            self.remember(&state);
        }
        Ok(Answer { incident: state.id, version: state.version, events: count })
    }
}

impl Core {
    /// What was held back and opens after all opens on the plan of today, as every other incident does.
    fn act(
        &mut self,
        incident: &Incident,
        asked: Asked,
        moment: &Moment<'_>,
    ) -> Result<Result<Acted, Refusal>, EngineError> {
        if incident.status != Status::Held {
            return Ok(act(incident, asked, moment));
        }
        let acted = act(incident, asked.clone(), moment);
        let opens = acted.as_ref().is_ok_and(|acted| acted.incident.is_one());
        let plan = Arc::clone(&self.world.settings.load().plan);
        if !opens || plan.digest == incident.plan.digest {
            return Ok(acted);
        }
        self.keep_plan(&plan)?;
        Ok(act(&Incident { plan, ..incident.clone() }, asked, moment))
    }
}

/// Nothing happens.
fn unmoved(incident: &Incident) -> Acted {
    Acted { events: Vec::new(), incident: incident.clone(), intents: Vec::new() }
}

/// What one decision asks of the tables beside its events.
struct Write<'a> {
    fired: Option<(TimerKey, Timestamp)>,
    /// The work whose outcome, or whose beginning, this is.
    leased: Option<(Work, &'a Lease)>,
    intents: Vec<Intent>,
}

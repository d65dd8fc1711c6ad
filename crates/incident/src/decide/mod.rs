//! Says what happens when something is asked: one verb a file. Changes nothing by itself.

mod acknowledge;
mod alert;
mod approve;
mod before;
mod checklist;
mod escalate;
mod hand_off;
mod hand_over;
mod held;
mod help;
mod learn;
mod page;
mod report;
mod resolve;
mod rest;
mod run;
mod severity;
mod stop;
mod tell;
mod timer;
mod try_again;
mod update;
mod wake;
mod whom;

pub(crate) use whom::{CATCH_ALL, nobody_because, reachable};

use crate::command::{Asked, Command};
use crate::event::{Event, EventKind};
use crate::evolve::take_in;
use crate::follow::{Intent, follow};
use crate::people::{Actor, Moment};
use crate::refusal::Refusal;
use crate::state;
use crate::state::{Incident, Status};
use alloc::string::ToString;
use alloc::vec::Vec;

/// What happens when `asked` is asked of `incident` now. No events means that nothing needs to change.
///
/// # Errors
/// A [`Refusal`] with words for whoever asked; nothing has changed then.
pub fn decide(incident: &Incident, asked: Asked, now: &Moment<'_>) -> Result<Vec<Event>, Refusal> {
    act(incident, asked, now).map(|acted| acted.events)
}

/// What a command leads to: what `decide` says, what `evolve` makes of it, and what `follow` asks of the world.
#[derive(Clone, Debug)]
pub struct Acted {
    /// What happens.
    pub events: Vec<Event>,
    /// The incident after all of it.
    pub incident: Incident,
    /// What must now happen in the world, in order.
    pub intents: Vec<Intent>,
}

/// `decide`, `evolve` and `follow` in one pass, for whoever keeps the incident in memory.
///
/// # Errors
/// As [`decide`].
pub fn act(incident: &Incident, asked: Asked, now: &Moment<'_>) -> Result<Acted, Refusal> {
    let mut draft =
        Draft { incident: incident.clone(), events: Vec::new(), intents: Vec::new(), by: asked.by, now };
    decide_into(&mut draft, asked.command)?;
    Ok(Acted { events: draft.events, incident: draft.incident, intents: draft.intents })
}

fn decide_into(draft: &mut Draft<'_>, command: Command) -> Result<(), Refusal> {
    let of_an_alert =
        matches!(command, Command::Alert { .. } | Command::JudgeHeld | Command::TimerFired { .. });
    if matches!(draft.incident.status, Status::Held | Status::Passed) && !of_an_alert {
        // What is held back is no incident, so nobody can do anything to it.
        return draft.must_be_open();
    }
    match command {
        Command::Alert { alert, matches } => alert::alert(draft, alert, matches),
        Command::JudgeHeld => held::judge(draft),
        Command::Report { title, description, severity, matches } => {
            report::report(draft, report::Report { title, description, severity, matches })
        }
        Command::Acknowledge { intent, page } => acknowledge::acknowledge(draft, intent, page),
        Command::Unacknowledge { reason } => acknowledge::give_back(draft, reason),
        Command::TakeOver => hand_over::take_over(draft),
        Command::HandOver { to, words } => hand_over::hand_over(draft, to, words),
        Command::AskHelp { target, words } => help::ask(draft, target, words),
        Command::Snooze { minutes } => acknowledge::snooze(draft, minutes),
        Command::SetSeverity { severity, reason } => severity::by_hand(draft, &severity, reason),
        Command::AnswerTree { answers } => severity::by_tree(draft, &answers),
        Command::Tick { phase, item } => checklist::tick(draft, phase, item),
        Command::Untick { phase, item } => checklist::untick(draft, phase, item),
        Command::Note { text } => tell::note(draft, text),
        Command::ChooseRunbook { runbook } => run::choose(draft, runbook),
        Command::RequestRun { request } => run::request(draft, &request),
        Command::ApproveRun { run, sight, sponsor } => approve::approve(draft, run, &sight, sponsor),
        Command::RejectRun { run, reason } => approve::reject(draft, run, reason),
        Command::DryRun { run } => before::dry_run(draft, run),
        Command::StopRun { run } => stop::stop(draft, run),
        Command::MarkStep { step, outcome } => run::mark_step(draft, step, outcome),
        Command::PostUpdate { update } => tell::post(draft, update),
        Command::TakeRole { role, words } => acknowledge::take_role(draft, &role, &words),
        Command::Resolve { summary } => resolve::resolve(draft, summary),
        Command::Reopen { reason } => resolve::reopen(draft, reason),
        Command::AddActionItem { title, owner, due } => learn::add_item(draft, title, owner, due),
        Command::CompleteActionItem { item } => learn::complete_item(draft, item),
        Command::SavePostmortem { text, revision } => learn::save(draft, text, revision),
        Command::TimerFired { key, due } => timer::fired(draft, &key, due),
        Command::PageOutcome { page, attempt, outcome } => page::outcome(draft, page, attempt, outcome),
        Command::PageUncertain { page } => page::uncertain(draft, page),
        Command::RunStarted { run } => run::started(draft, run),
        Command::RunEnded { run, report } => run::ended(draft, run, report),
        Command::RunLost { run } => run::lost(draft, run),
        Command::TryAgain => try_again::try_again(draft),
        Command::RunsCrowdedOut { runs } => run::crowded_out(draft, &runs),
    }
}

/// A decision in the making: each event takes effect at once on a working copy, so that what follows sees it.
struct Draft<'a> {
    incident: Incident,
    events: Vec<Event>,
    intents: Vec<Intent>,
    by: Actor,
    now: &'a Moment<'a>,
}

impl Draft<'_> {
    /// Adds an event caused by whoever asked.
    fn push(&mut self, kind: EventKind) {
        let by = self.by.clone();
        self.push_by(by, kind);
    }

    /// Adds an event that follows by itself.
    fn push_own(&mut self, kind: EventKind) {
        self.push_by(Actor::System, kind);
    }

    fn push_by(&mut self, by: Actor, kind: EventKind) {
        let event = Event { at: self.now.at, by, kind };
        take_in(&mut self.incident, &event);
        self.intents.extend(follow(&self.incident, &event));
        self.events.push(event);
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        match self.incident.status {
            Status::Open => Ok(()),
            Status::Resolved => Err(Refusal::AlreadyResolved),
            Status::New | Status::Held | Status::Passed => {
                Err(Refusal::Unknown { what: "incident", id: self.incident.id.to_string() })
            }
        }
    }

    fn must_be_person(&self) -> Result<(), Refusal> {
        self.by.person().map(|_| ()).ok_or(Refusal::PersonNeeded)
    }
}

/// The number of the next page, run or update in a list that counts from 1.
fn next_number<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX - 1) + 1
}

use state::index;

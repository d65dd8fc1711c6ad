//! One story: a seed, some nodes, and everything that happens to them, step by step.

mod asking;
mod checking;
mod wrong;

use crate::chance::Chance;
use crate::desk::Desk;
use crate::faults::{Fault, Tally};
use crate::mutants::Mutant;
use crate::node::Node;
use crate::outside::Outside;
use crate::people::{Deed, Delivery};
use crate::promises::{Broken, Ledger};
use crate::seats;
use crate::team::{NOBODY, PEOPLE, TEAM};
use crate::time::Time;
use engine::Settings;
use engine::ports::Company;
use incident::IncidentId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many steps a story has before everything is healed.
const STEPS: u32 = 400;

/// How long it goes on afterwards with nothing going wrong, in milliseconds: longer than any clock jumped, any
/// acknowledgement lasts, any path has rounds.
const HEALED_MS: i64 = 8 * 3_600_000;

/// How far a clock jumps at most.
const JUMP_MAX_MS: i64 = 90 * 60_000;

/// How long a source may try in vain once everything is well.
const UNTOLD_MAX_MS: i64 = 10 * MINUTE;

/// What somebody has in mind who does nothing.
const ONLY_LOOKS: u64 = 10;

const MINUTE: i64 = 60_000;

/// What a story is told with.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// A fault of ours.
    pub mutant: Option<Mutant>,
    /// Kinds of faults that do not happen.
    pub without: BTreeSet<Fault>,
    /// Whether every step is written down.
    pub trace: bool,
}

/// How a story went.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was broken, and at which step.
    pub broken: Option<(u32, Broken)>,
    /// What went wrong around the nodes.
    pub tally: Tally,
    /// True time that passed, in milliseconds.
    pub passed_ms: i64,
    /// Every step, when it was asked for.
    pub trace: Vec<String>,
    /// How many steps there were.
    pub steps: u32,
    /// A number that is the same only for the same story.
    pub fingerprint: u64,
}

/// Tells the story of a seed.
#[must_use]
pub fn tell(seed: u64, telling: &Telling) -> Told {
    let mut story = Story::new(seed, telling);
    story.goes_on();
    story.told()
}

/// The kinds of faults that a broken story does not need: without them it breaks the same promise.
#[must_use]
pub fn fewest(seed: u64, mutant: Option<Mutant>) -> BTreeSet<Fault> {
    let broken = |without: &BTreeSet<Fault>| {
        let telling = Telling { mutant, without: without.clone(), trace: false };
        tell(seed, &telling).broken.map(|(_, broken)| broken.promise)
    };
    let mut without = BTreeSet::new();
    let promise = broken(&without);
    for fault in Fault::ALL {
        without.insert(fault);
        if broken(&without) != promise {
            without.remove(&fault);
        }
    }
    without
}

pub(crate) struct Story {
    pub(crate) chance: Chance,
    pub(crate) time: Arc<Time>,
    pub(crate) desk: Arc<Desk>,
    pub(crate) outside: Arc<Outside>,
    pub(crate) nodes: Vec<Node>,
    company: Company,
    deliveries: Vec<Delivery>,
    /// Who waits for an answer: of which node, and what was kept of each incident before they asked.
    pending: BTreeMap<u64, (usize, BTreeMap<IncidentId, u64>)>,
    tickets: u64,
    pub(crate) ledger: Ledger,
    step: u32,
    broken_at: u32,
    telling: Telling,
    trace: Vec<String>,
    fingerprint: u64,
}

impl Story {
    fn new(seed: u64, telling: &Telling) -> Self {
        let chance = Chance::new(seed);
        let count = if chance.per_mille(400) { 1 } else { usize::try_from(chance.range(2, 5)).unwrap_or(2) };
        let company = if count == 1 { Company::Alone } else { Company::Shared };
        let time = Time::new(count);
        let desk = Desk::new(count, company, Arc::clone(&time), telling.mutant);
        let parts = (Arc::clone(&time), Arc::clone(&desk));
        let outside = Outside::new(parts, chance.clone(), telling.mutant, telling.without.clone());
        let settings: &Settings = if outside.strikes(Fault::EmptyRoster, 60) { &NOBODY } else { &TEAM };
        let seats = seats::lay(count).into_iter().enumerate();
        let nodes = seats.map(|(number, seat)| Node::new(number, seat, settings.clone())).collect();
        let mut story = Self {
            chance,
            time,
            desk,
            outside,
            nodes,
            company,
            deliveries: Vec::new(),
            pending: BTreeMap::new(),
            tickets: 0,
            ledger: Ledger::default(),
            step: 0,
            broken_at: 0,
            telling: telling.clone(),
            trace: Vec::new(),
            fingerprint: seed,
        };
        story.lay_out_alerts();
        for number in 0..count {
            story.start(number);
        }
        story
    }

    fn goes_on(&mut self) {
        while self.step < STEPS && self.ledger.found.is_none() {
            self.step += 1;
            self.happens();
            self.check();
        }
        if self.ledger.found.is_none() {
            self.heal();
            let healed = self.time.now();
            let until = healed + HEALED_MS;
            while self.time.now() < until && self.ledger.found.is_none() {
                self.step += 1;
                self.settle(until);
                self.nobody_tries_in_vain(healed);
            }
            if self.ledger.found.is_none() {
                self.everybody_looks();
                self.ledger.settled(&self.desk.memory, self.time.now());
                self.broken_at = self.step;
            }
        }
    }

    fn told(self) -> Told {
        let tally = self.outside.book().tally.clone();
        Told {
            broken: self.ledger.found.map(|broken| (self.broken_at, broken)),
            tally,
            passed_ms: self.time.now(),
            trace: self.trace,
            steps: self.step,
            fingerprint: self.fingerprint,
        }
    }

    pub(crate) fn say(&mut self, words: impl FnOnce() -> String) {
        if self.telling.trace {
            let line = format!("{:>5} {:>9.3} s  {}", self.step, seconds(self.time.now()), words());
            self.trace.push(line);
        }
    }

    /// One thing, whichever chance has it.
    fn happens(&mut self) {
        let number = self.chance.below(self.nodes.len());
        match self.chance.below(100) {
            0..30 => self.turn(number),
            30..55 => self.work(number),
            55..70 => self.time_passes(),
            70..80 => self.sources_tell(),
            80..85 => self.somebody_acts(),
            85 => self.somebody_silences(),
            86..92 => self.all_go_on(),
            _ => self.goes_wrong(number),
        }
        self.restart_the_dead();
    }

    pub(crate) fn is_awake(&self, number: usize) -> bool {
        self.nodes.get(number).is_some_and(|node| node.is_awake(self.time.now()))
    }

    fn turn(&mut self, number: usize) {
        if !self.is_awake(number) {
            return;
        }
        self.say(|| format!("node {number}: a turn"));
        for node in &self.nodes {
            node.is_seated(node.is_awake(self.time.now()));
        }
        self.nodes[number].turn();
        self.time.wake();
        for number in 0..self.nodes.len() {
            self.bury(number);
        }
        self.check();
    }

    fn work(&mut self, number: usize) {
        if !self.is_awake(number) {
            return;
        }
        self.say(|| format!("node {number}: its workers go on"));
        self.nodes[number].work();
        self.bury(number);
        self.check();
    }

    /// A node that died in the middle of a step is gone.
    fn bury(&mut self, number: usize) {
        if self.desk.is_dead(number) && self.nodes[number].is_up() {
            self.say(|| format!("node {number}: dies"));
            self.kill(number);
        }
    }

    pub(crate) fn kill(&mut self, number: usize) {
        let rest = self.chance.range(0, 4 * MINUTE);
        let node = &mut self.nodes[number];
        node.kill();
        node.restart_at = self.time.now() + rest;
        node.paused_until = 0;
        self.time.forget(number);
        // Whoever asked it hears nothing, and tries again.
        let lost: Vec<u64> =
            self.pending.iter().filter(|(_, (node, _))| *node == number).map(|(ticket, _)| *ticket).collect();
        self.outside.book().replies.retain(|reply| !lost.contains(&reply.ticket));
        for ticket in lost {
            self.pending.remove(&ticket);
            self.tries_again(ticket);
        }
        if let Some(Mutant::SendBeforeCommit) = self.telling.mutant {
            self.desk.state().unwritten.retain(|(node, ..)| *node != number);
        }
    }

    fn restart_the_dead(&mut self) {
        for number in 0..self.nodes.len() {
            if !self.nodes[number].is_up() && self.nodes[number].restart_at <= self.time.now() {
                self.start(number);
            }
        }
    }

    fn start(&mut self, number: usize) {
        let up = self.nodes[number].start(&self.outside, &self.desk);
        self.say(|| format!("node {number}: {}", if up { "starts" } else { "cannot start" }));
        if !up || self.desk.is_dead(number) {
            self.nodes[number].kill();
            self.nodes[number].restart_at = self.time.now() + 20_000;
        }
    }

    /// To the next thing that would happen, or some way towards it, or past it.
    fn time_passes(&mut self) {
        let ms = match self.chance.below(4) {
            0 => self.chance.range(1, 5_000),
            1 => self.chance.range(5_000, 4 * MINUTE),
            _ => {
                let next = self.next().unwrap_or(MINUTE);
                next.min(12 * MINUTE) + self.chance.range(0, 1_500)
            }
        };
        self.pass(ms);
    }

    fn pass(&mut self, ms: i64) {
        self.say(|| format!("{:.3} s pass", seconds(ms)));
        self.time.pass(ms);
        self.time.wake();
        self.outside.empty_outbox();
        if self.telling.mutant == Some(Mutant::SendBeforeCommit) {
            self.desk.write_late();
        }
    }

    /// How long until something would happen by itself.
    fn next(&mut self) -> Option<i64> {
        let now = self.time.now();
        let nodes = &mut self.nodes;
        let timers = nodes.iter_mut().filter_map(|node| node.next_due(&self.outside)).min();
        let sleepers = self.time.next_wake(|_| true);
        let sources = self.deliveries.iter().filter(|one| one.ticket.is_none()).map(|one| one.due).min();
        let next = [timers, sleepers, sources].into_iter().flatten().min()?;
        Some((next - now).max(1))
    }

    /// Every node that is awake goes on for a while.
    fn all_go_on(&mut self) {
        for number in 0..self.nodes.len() {
            self.work(number);
            self.turn(number);
            self.work(number);
        }
    }

    /// From now on nothing goes wrong, and nobody acts.
    fn heal(&mut self) {
        self.say(|| "everything is well again".to_owned());
        self.outside.heal();
        self.desk.state().full = false;
        for number in 0..self.nodes.len() {
            self.desk.line(number, |line| {
                line.cut = false;
                line.ordered = None;
            });
            self.time.set_skew(number, 0);
            self.nodes[number].paused_until = 0;
            self.nodes[number].restart_at = 0;
            if !self.nodes[number].is_up() {
                self.start(number);
            }
            self.nodes[number].read_settings(TEAM.clone());
        }
        self.time.wake();
    }

    /// Everything that can happen now does; then time goes on to the next thing.
    fn settle(&mut self, until: i64) {
        for _ in 0..3 {
            self.restart_the_dead();
            self.sources_tell();
            self.all_go_on();
            self.check();
        }
        let left = (until - self.time.now()).max(1);
        // At first in small steps, so that work which nobody holds is found by the next sweep.
        let most = if left > HEALED_MS - 15 * MINUTE { MINUTE / 2 } else { 10 * MINUTE };
        let next = self.next().unwrap_or(most).min(most).min(left);
        self.pass(next);
    }

    fn everybody_looks(&mut self) {
        let ids: Vec<IncidentId> = self.ledger.incidents.keys().copied().collect();
        for number in 0..self.nodes.len() {
            for incident in &ids {
                self.asks(number, Deed { incident: *incident, person: PEOPLE[0], roll: ONLY_LOOKS });
            }
        }
        for _ in 0..3 {
            self.all_go_on();
            self.check();
        }
    }
}

fn seconds(ms: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    let ms = ms as f64;
    ms / 1_000.0
}

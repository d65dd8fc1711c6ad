//! Who asks the nodes something: sources with alerts, and people.

use super::{MINUTE, Story};
use crate::faults::Fault;
use crate::people::{Deed, Delivery, SilenceWish, alert};
use crate::team::PEOPLE;
use crate::time::Time;
use engine::ports::Journal;
use incident::{AlertStatus, IncidentId};

impl Story {
    /// What the sources will have to tell.
    pub(super) fn lay_out_alerts(&mut self) {
        for key in 0..self.chance.below(3) + 1 {
            let severity = ["P1", "P1", "P2", "P3", "odd"][self.chance.below(5)];
            let mut at = self.chance.range(0, 20 * MINUTE);
            for _ in 0..self.chance.range(1, 4) {
                self.deliver(key, AlertStatus::Firing, severity, at);
                at += self.chance.range(0, 25 * MINUTE);
                if self.chance.per_mille(150) {
                    self.deliver(key, AlertStatus::Acknowledged, severity, at);
                }
                if self.chance.per_mille(400) {
                    let late = self.outside.strikes(Fault::LateDelivery, 200);
                    let earlier = if late { self.chance.range(0, 15 * MINUTE) } else { 0 };
                    self.deliver(key, AlertStatus::Resolved, severity, (at - earlier).max(0));
                    at += self.chance.range(0, 50 * MINUTE);
                }
            }
        }
    }

    fn deliver(&mut self, key: usize, status: AlertStatus, severity: &str, due: i64) {
        let mut alert = alert(key, status, severity);
        if self.chance.per_mille(100) {
            alert.expires_at = Some(Time::at(due + 30 * MINUTE));
        }
        self.deliveries.push(Delivery { alert, since: due, due, ticket: None });
    }

    /// Sources send what is due, each to some node.
    pub(super) fn sources_tell(&mut self) {
        let now = self.time.now();
        for at in 0..self.deliveries.len() {
            if self.deliveries[at].ticket.is_some() || self.deliveries[at].due > now {
                continue;
            }
            let number = self.chance.below(self.nodes.len());
            if !self.is_awake(number) {
                self.deliveries[at].due = now + self.chance.range(1_000, MINUTE);
                continue;
            }
            let ticket = self.ticket(number);
            self.deliveries[at].ticket = Some(ticket);
            let alert = self.deliveries[at].alert.clone();
            self.say(|| format!("node {number}: hears that {} is {:?}", alert.key.key, alert.status));
            self.nodes[number].alert(&self.outside, ticket, alert);
        }
    }

    fn ticket(&mut self, number: usize) -> u64 {
        self.tickets += 1;
        let kept = self.ledger.incidents.iter().map(|(id, incident)| (*id, incident.version)).collect();
        self.pending.insert(self.tickets, (number, kept));
        self.tickets
    }

    /// Whoever's phone rang acts, or somebody who just looks.
    pub(super) fn somebody_acts(&mut self) {
        let number = self.chance.below(self.nodes.len());
        let ids: Vec<IncidentId> = self.ledger.incidents.keys().copied().collect();
        if ids.is_empty() || !self.is_awake(number) {
            return;
        }
        let rung = self.outside.book().arrived.pop();
        let (incident, person) = match rung {
            Some((incident, address)) => {
                (incident, PEOPLE.into_iter().find(|name| *name == address).unwrap_or(PEOPLE[0]))
            }
            None => (ids[self.chance.below(ids.len())], PEOPLE[self.chance.below(PEOPLE.len())]),
        };
        self.asks(number, Deed { incident, person, roll: self.chance.roll() });
    }

    /// Somebody makes a silence, or ends one.
    pub(super) fn somebody_silences(&mut self) {
        let number = self.chance.below(self.nodes.len());
        if !self.is_awake(number) {
            return;
        }
        let made = Journal::silences(&mut self.desk.memory.clone(), Time::at(self.time.now()));
        let made = made.map(|(_, made)| made).unwrap_or_default();
        let end = made.get(self.chance.below(made.len().max(1))).filter(|_| self.chance.per_mille(500));
        let wish = match end {
            Some(silence) => SilenceWish::End(silence.id),
            None => {
                let keys = ["api-0", "api-1", "api-.*"][self.chance.below(3)];
                // Some last longer than the story.
                let longest = if self.chance.per_mille(500) { 20 * MINUTE } else { 24 * 60 * MINUTE };
                SilenceWish::Make { keys, lasts_ms: self.chance.range(MINUTE, longest) }
            }
        };
        self.say(|| format!("node {number}: somebody wants {wish:?}"));
        self.nodes[number].silence(wish);
    }

    pub(super) fn asks(&mut self, number: usize, deed: Deed) {
        let ticket = self.ticket(number);
        self.say(|| {
            format!("node {number}: {} looks at {} ({})", deed.person, deed.incident, deed.roll % 100)
        });
        self.nodes[number].person(&self.outside, ticket, deed);
    }
}

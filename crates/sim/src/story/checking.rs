//! After each step: what was written, carried, begun and heard is held against the promises.

use super::{MINUTE, Story, UNTOLD_MAX_MS};
use crate::desk::Kept;
use crate::faults::Fault;
use crate::mutants::Mutant;
use crate::outside::Heard;
use crate::promises::disturbs;
use engine::{Answer, EngineError};
use std::collections::BTreeSet;

impl Story {
    /// After every step: everything that was written, carried, begun and heard is held against the promises.
    pub(super) fn check(&mut self) {
        let kept: Vec<Kept> = self.desk.state().kept.drain(..).collect();
        let now = self.time.now();
        let mut touched = BTreeSet::new();
        for Kept { node, streams, of_others } in kept {
            self.ledger.of_others(of_others);
            for (id, events) in streams {
                self.say(|| format!("        kept by node {node}: {id} {}", names(&events)));
                self.ledger.committed(id, &events, now);
                touched.insert(id);
            }
        }
        if self.telling.mutant != Some(Mutant::SendBeforeCommit) {
            for id in touched {
                self.ledger.tables(&self.desk.memory, id);
            }
        }
        let tally = self.outside.book().tally.clone();
        let taken_over = self.desk.state().nodes.taken_over;
        self.ledger.disturbances = taken_over
            + Fault::ALL
                .into_iter()
                .filter(|fault| disturbs(*fault))
                .map(|fault| count(tally.of(fault)))
                .sum::<usize>();
        self.check_the_book();
        self.mix(u64::try_from(now).unwrap_or(0));
        if self.ledger.found.is_some() && self.broken_at == 0 {
            self.broken_at = self.step;
        }
    }

    fn check_the_book(&mut self) {
        let (carried, begun, replies) = {
            let mut book = self.outside.book();
            let book = &mut *book;
            (
                std::mem::take(&mut book.carried),
                std::mem::take(&mut book.begun),
                std::mem::take(&mut book.replies),
            )
        };
        for carried in carried {
            let message = &carried.message;
            self.mix(u64::from(message.page) << 8 | u64::from(message.attempt));
            self.say(|| {
                let marked = if carried.message.possible_repeat { ", a possible repeat" } else { "" };
                format!(
                    "        node {} hands over page {} of {}, attempt {}{marked}",
                    carried.node, carried.message.page, carried.message.incident, carried.message.attempt
                )
            });
            self.ledger.carried(carried);
        }
        for begun in begun {
            self.say(|| format!("        run {} of {} begins", begun.order.run, begun.order.incident));
            self.ledger.begun(&begun);
        }
        for reply in replies {
            self.say(|| format!("        somebody hears {}", heard(&reply.heard)));
            let known = self.pending.get(&reply.ticket).map(|(_, known)| known.clone()).unwrap_or_default();
            self.ledger.heard(&reply.heard, |id| known.get(&id).copied().unwrap_or(0));
            if reply.last {
                self.pending.remove(&reply.ticket);
                match reply.heard {
                    Heard::Answer(Ok(_) | Err(EngineError::Refused(_) | EngineError::NoIncident(_))) => {
                        self.is_done(reply.ticket);
                    }
                    Heard::Answer(Err(_)) | Heard::Sight(_) => self.tries_again(reply.ticket),
                }
            }
        }
    }

    /// Everything has been well since `healed`: whatever a source has to tell is taken, however it was refused before.
    pub(super) fn nobody_tries_in_vain(&mut self, healed: i64) {
        let long_ago = self.time.now() - UNTOLD_MAX_MS;
        let in_vain = self.deliveries.iter().find(|one| one.since.max(healed) < long_ago);
        if let Some(in_vain) = in_vain {
            self.ledger.untold(&in_vain.alert);
            self.broken_at = self.step;
        }
    }

    /// What a source had to tell was taken. Sometimes it tells it again all the same.
    fn is_done(&mut self, ticket: u64) {
        let Some(at) = self.deliveries.iter().position(|one| one.ticket == Some(ticket)) else { return };
        if self.outside.strikes(Fault::DuplicateDelivery, 100) {
            self.tries_again(ticket);
            self.deliveries[at].since = self.deliveries[at].due;
        } else {
            self.deliveries.remove(at);
        }
    }

    pub(super) fn tries_again(&mut self, ticket: u64) {
        let due = self.time.now() + self.chance.range(1_000, MINUTE);
        for delivery in self.deliveries.iter_mut().filter(|one| one.ticket == Some(ticket)) {
            delivery.ticket = None;
            delivery.due = due;
        }
    }

    fn mix(&mut self, with: u64) {
        self.fingerprint = (self.fingerprint ^ with).wrapping_mul(0x0100_0000_01b3).rotate_left(17);
    }
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn names(events: &[incident::Event]) -> String {
    let name = |event: &incident::Event| {
        let text = format!("{:?}", event.kind);
        text.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
    };
    events.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn heard(heard: &Heard) -> String {
    match heard {
        Heard::Answer(Ok(Answer { incident, version, events })) => {
            format!("yes: {incident} at {version}, {events} events")
        }
        Heard::Answer(Err(error)) => format!("no: {error}"),
        Heard::Sight(seen) => format!("how {} stands at {}", seen.id, seen.version),
    }
}

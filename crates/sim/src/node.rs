//! One node: the real engine, which stands still but for the steps of the story.

use crate::desk::{Desk, NodeJournal};
use crate::outside::{Heard, Machine, NoLinks, Outside, Provider, Reply};
use crate::people::{Deed, SilenceWish};
use crate::seats::{Running, Seat};
use crate::team::PEOPLE;
use crate::time::NodeClock;
use engine::ports::Courier;
use engine::{Engine, Hands, Parts, Settings};
use incident::{Actor, Alert, Channel, PersonId};
use std::rc::Rc;
use std::sync::Arc;

/// A node that may be up or down.
pub(crate) struct Node {
    pub(crate) number: usize,
    seat: Rc<Seat>,
    incarnation: u32,
    /// Until when it stands still, in true time.
    pub(crate) paused_until: i64,
    /// When whoever watches over it starts it again.
    pub(crate) restart_at: i64,
    /// Who can be woken, as this node has read it.
    pub(crate) settings: Settings,
}

impl Node {
    pub(crate) fn new(number: usize, seat: Rc<Seat>, settings: Settings) -> Self {
        Self { number, seat, incarnation: 0, paused_until: 0, restart_at: 0, settings }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.seat.running.borrow().is_some()
    }

    /// Whether it does anything now.
    pub(crate) fn is_awake(&self, now: i64) -> bool {
        self.is_up() && self.paused_until <= now
    }

    /// Starts it. `false`: it could not read the storage.
    pub(crate) fn start(&mut self, outside: &Arc<Outside>, desk: &Arc<Desk>) -> bool {
        self.incarnation += 1;
        let node = self.number;
        let owner = format!("n{node}-{}", self.incarnation);
        desk.line(node, |line| {
            line.dead = false;
            line.ordered = None;
        });
        let couriers = [Channel::Handset, Channel::Email, Channel::Webhook].map(|channel| {
            Arc::new(Provider { outside: Arc::clone(outside), node, channel }) as Arc<dyn Courier>
        });
        let parts = Parts {
            journal: Box::new(NodeJournal::new(Arc::clone(desk), node, owner.clone())),
            archive: Arc::new(desk.memory.clone()),
            clock: Arc::new(NodeClock { time: Arc::clone(&outside.time), node }),
            ids: Arc::new(outside.chance.clone()),
            settings: self.settings.clone(),
            node: owner,
            hands: Hands {
                couriers: couriers.to_vec(),
                executor: Arc::new(Machine { outside: Arc::clone(outside), node }),
                links: Arc::new(NoLinks),
            },
        };
        let Ok((engine, still)) = Engine::still(parts) else { return false };
        *self.seat.running.borrow_mut() = Some(Running { still, engine, asking: Vec::new() });
        true
    }

    /// It dies here: nothing is said to anybody, and whatever was under way is gone.
    pub(crate) fn kill(&self) {
        *self.seat.running.borrow_mut() = None;
    }

    /// Whether it may have a turn while another node does something.
    pub(crate) fn is_seated(&self, awake: bool) {
        self.seat.awake.set(awake);
    }

    /// One turn of its core.
    pub(crate) fn turn(&self) {
        if let Some(running) = self.seat.running.borrow_mut().as_mut() {
            running.still.turn();
        }
    }

    /// Its workers and whoever asks it something go on until all of them wait for its core or for time.
    pub(crate) fn work(&self) {
        if let Some(running) = self.seat.running.borrow_mut().as_mut() {
            running.go_on();
        }
    }

    /// When its next timer falls due, in true time.
    pub(crate) fn next_due(&self, outside: &Outside) -> Option<i64> {
        let due = self.seat.running.borrow_mut().as_mut()?.still.next_due()?;
        Some(outside.time.true_ms(self.number, due))
    }

    /// Reads other settings.
    pub(crate) fn read_settings(&mut self, settings: Settings) {
        if let Some(running) = self.seat.running.borrow().as_ref() {
            running.engine.set_settings(settings.clone());
        }
        self.settings = settings;
    }

    /// Somebody sends it an alert.
    pub(crate) fn alert(&self, outside: &Arc<Outside>, ticket: u64, alert: Alert) {
        let mut running = self.seat.running.borrow_mut();
        let Some(running) = running.as_mut() else { return };
        let (engine, outside) = (running.engine.clone(), Arc::clone(outside));
        running.asking.push(Box::pin(async move {
            let answer = engine.alerts(vec![alert]).await;
            let answer =
                answer.and_then(|mut answers| answers.pop().unwrap_or(Err(engine::EngineError::Stopping)));
            outside.book().replies.push(Reply { ticket, heard: Heard::Answer(answer), last: true });
        }));
    }

    /// Somebody changes its silences. Whether it was done shows in what is held back.
    pub(crate) fn silence(&self, wish: SilenceWish) {
        let mut running = self.seat.running.borrow_mut();
        let Some(running) = running.as_mut() else { return };
        let engine = running.engine.clone();
        let by = Actor::Person(PersonId(PEOPLE[0].into()));
        running.asking.push(Box::pin(async move {
            match wish {
                SilenceWish::Make { keys, lasts_ms } => {
                    let draft = SilenceWish::draft(keys, lasts_ms, engine.clock().now());
                    drop(engine.make_silence(draft, by).await);
                }
                SilenceWish::End(id) => drop(engine.end_silence(id, by).await),
            }
        }));
    }

    /// A person looks at an incident on it, and does something about it.
    pub(crate) fn person(&self, outside: &Arc<Outside>, ticket: u64, deed: Deed) {
        let mut running = self.seat.running.borrow_mut();
        let Some(running) = running.as_mut() else { return };
        let (engine, outside) = (running.engine.clone(), Arc::clone(outside));
        running.asking.push(Box::pin(async move {
            let seen = match engine.incident(deed.incident).await {
                Ok(seen) => seen,
                Err(error) => {
                    let heard = Heard::Answer(Err(error));
                    return outside.book().replies.push(Reply { ticket, heard, last: true });
                }
            };
            let command = deed.command(&seen, engine.clock().now());
            let last = command.is_none();
            outside.book().replies.push(Reply { ticket, heard: Heard::Sight(Arc::clone(&seen)), last });
            if let Some(command) = command {
                let answer = engine.ask(deed.incident, deed.by(), command).await;
                outside.book().replies.push(Reply { ticket, heard: Heard::Answer(answer), last: true });
            }
        }));
    }
}

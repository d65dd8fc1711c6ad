//! Where the nodes of a story sit: so that, in the middle of one node's commit, others can have their turn.
//!
//! A story is told on one thread, and its seats are of that thread.

use engine::{Engine, Still};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

thread_local! {
    static SEATS: RefCell<Vec<Rc<Seat>>> = const { RefCell::new(Vec::new()) };
}

/// A node's place.
#[derive(Default)]
pub(crate) struct Seat {
    pub(crate) running: RefCell<Option<Running>>,
    /// Whether it does anything at the moment.
    pub(crate) awake: Cell<bool>,
}

/// A node that is up.
pub(crate) struct Running {
    pub(crate) still: Still,
    pub(crate) engine: Engine,
    /// Whoever asked it something and waits.
    pub(crate) asking: Vec<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Running {
    /// Its workers and whoever asks it something go on until all of them wait for its core or for time.
    pub(crate) fn go_on(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        self.asking.retain_mut(|asks| asks.as_mut().poll(&mut context) == Poll::Pending);
        self.still.work();
    }
}

/// New seats for a new story on this thread.
pub(crate) fn lay(count: usize) -> Vec<Rc<Seat>> {
    let seats: Vec<Rc<Seat>> = (0..count).map(|_| Rc::default()).collect();
    SEATS.with(|all| all.borrow_mut().clone_from(&seats));
    seats
}

/// Every other node that is awake, and not itself in the middle of something, has a turn.
pub(crate) fn others_turn(node: usize) {
    let seats = SEATS.with(|all| all.borrow().clone());
    for seat in
        seats.iter().enumerate().filter(|(at, seat)| *at != node && seat.awake.get()).map(|(_, seat)| seat)
    {
        if let Ok(mut running) = seat.running.try_borrow_mut()
            && let Some(running) = running.as_mut()
        {
            running.go_on();
            running.still.turn();
            running.go_on();
        }
    }
}

//! An engine that stands still goes on only when it is let, and the same way each time.

use crate::world::{HandClock, Phone, alert, minutes, still};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use engine::ports::Clock as _;
use engine::{Engine, Still};
use incident::{AlertStatus, Event, EventKind, IncidentId, PageState, RunState};

/// Lets everything go on at this instant, and what is asked beside it.
fn settle<T>(still: &mut Still, asked: impl Future<Output = T>) -> T {
    let mut asked = pin!(tokio::task::unconstrained(asked));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10_000 {
        if let Poll::Ready(answer) = asked.as_mut().poll(&mut context) {
            return answer;
        }
        still.go_on();
    }
    panic!("what was asked is never answered");
}

/// One alert that nobody answers for an hour.
async fn story() -> (Vec<Event>, usize) {
    let clock = HandClock::new();
    let (engine, mut still, phones) = still(&clock);
    let opened = settle(&mut still, engine.alerts(vec![alert("api", AlertStatus::Firing)])).expect("is kept");
    let id = opened[0].as_ref().expect("is taken").incident;
    while still.go_on() {}
    let now = settle(&mut still, engine.incident(id)).expect("is there");
    assert!(matches!(now.pages[0].state, PageState::Delivered { .. }), "{:?}", now.pages);
    assert!(matches!(now.run(1).expect("is there").state, RunState::Ended(_)), "{:?}", now.runs);
    assert_eq!(now.run(2).expect("is there").state, RunState::Proposed);
    assert!(still.next_due().is_some_and(|due| due > clock.now()), "the next level is due later");
    let before = events(&engine, &mut still, id).len();
    assert!(!still.go_on(), "nothing moves while no time passes");
    assert_eq!(events(&engine, &mut still, id).len(), before);
    clock.pass(minutes(30));
    while still.go_on() {}
    let events = events(&engine, &mut still, id);
    (events, phones.iter().map(Phone::count).sum())
}

fn events(engine: &Engine, still: &mut Still, id: IncidentId) -> Vec<Event> {
    settle(still, engine.history(id)).expect("is there")
}

#[tokio::test]
async fn time_brings_the_next_level_and_nothing_else_does() {
    let (events, carried) = story().await;
    let delivered = |event: &&Event| matches!(event.kind, EventKind::PageDelivered { .. });
    assert_eq!((events.iter().filter(delivered).count(), carried), (2, 2));
}

#[tokio::test]
async fn a_story_told_twice_is_the_same_twice() {
    let (first, again) = (story().await, story().await);
    assert_eq!(first, again);
}

//! The life of one running sandbox: until it is told to pause or to end, until its agent dies, until its time is up.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::fleet::Fleet;
use super::kept::Kept;
use super::process::{Agent, last_words};
use super::queue::Place;
use super::settings::{SANDBOX_TIMEOUT_S, Settings};
use super::told::Lost;

/// Orders that wait for one sandbox; a second one finds it ended.
const ORDERS_MAX: usize = 4;

/// What a running sandbox is told; whoever tells it hears when it is done.
#[derive(Debug)]
pub(super) enum Order {
    /// Stop, and keep the files.
    Pause(oneshot::Sender<()>),
    /// Stop, and keep nothing.
    End(oneshot::Sender<()>),
}

/// Why a life is over.
enum End {
    Ordered(Order),
    Crashed(String),
    TimeIsUp,
    Service,
}

/// Puts a sandbox into the table as running, and follows it to its end.
pub(super) fn begin(fleet: &Arc<Fleet>, kept: Kept, agent: Agent, place: Place, settings: Settings<'_>) {
    let limit = Duration::from_secs(settings.number(SANDBOX_TIMEOUT_S));
    let (orders, told) = mpsc::channel(ORDERS_MAX);
    fleet.put(kept.clone(), Some(orders));
    fleet.post.life.tasks.spawn(live(Arc::clone(fleet), kept, agent, (place, limit), told));
}

async fn live(
    fleet: Arc<Fleet>,
    kept: Kept,
    mut agent: Agent,
    (place, limit): (Place, Duration),
    mut orders: mpsc::Receiver<Order>,
) {
    let ended = {
        let until = async {
            tokio::select! {
                how = agent.ended() => End::Crashed(how),
                order = orders.recv() => order.map_or(End::Service, End::Ordered),
                () = fleet.post.life.end.cancelled() => End::Service,
            }
        };
        timeout(limit, until).await.unwrap_or(End::TimeIsUp)
    };
    let (id, session) = (&kept.id, &kept.session);
    let (how, told) = match ended {
        End::Ordered(Order::Pause(done)) => {
            agent.end().await;
            match fleet.set_aside(&kept) {
                Ok(()) => fleet.note("sandbox", format!("sandbox {id} of session {session} is a snapshot")),
                Err(error) => fleet.log("sandbox", 500, format!("sandbox {id} has no snapshot: {error}")),
            }
            // Whoever gave the order may have stopped waiting; the same holds below.
            let _ = done.send(());
            ("paused", None)
        }
        End::Ordered(Order::End(done)) => {
            agent.end().await;
            fleet.forget(id);
            fleet.note("sandbox", format!("sandbox {id} of session {session} is ended"));
            let _ = done.send(());
            ("ended", None)
        }
        End::Crashed(how) => {
            let said = last_words(&fleet.folders.live(id));
            fleet.log("sandbox", 500, format!("sandbox {id} of session {session} crashed: {how}; {said}"));
            fleet.forget(id);
            ("crashed", Some((Lost::Gone, format!("sandbox crashed: {how}"))))
        }
        End::TimeIsUp => {
            let limit = limit.as_secs();
            let text =
                format!("timeout: sandbox {id} of session {session} ran for its {limit} s and is ended");
            fleet.log("sandbox", 408, text);
            // The platform does not ask whether it is busy.
            agent.kill().await;
            let lost = fleet.set_aside(&kept).map_or(Lost::Gone, |()| Lost::Paused);
            ("timeout", Some((lost, format!("sandbox timeout after {limit} s"))))
        }
        End::Service => {
            // The next process finds its folder, and makes a snapshot of it.
            agent.end().await;
            ("service", None)
        }
    };
    drop(place);
    fleet.post.metrics.count("sandbox_ends_total", "Sandboxes that ended, by how.", &[("how", how)]);
    if let Some((lost, reason)) = told {
        fleet.tell_edge(&kept, lost, &reason).await;
    }
}

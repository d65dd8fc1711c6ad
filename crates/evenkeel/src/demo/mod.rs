//! `evenkeel demo`: the whole path on a small real stack, from a bad deployment to the postmortem.
//!
//! Nothing here is a short cut: the stack really answers 500, its monitor reports through the real intake, the pages go
//! to the built-in handset, the commands are the playbook's own and really repair the stack.

mod monitor;
mod stand_in;

use crate::cli::Demo;
use crate::commands::serve::{runtime, told_to_stop};
use crate::exit::{Failure, Kind};
use crate::practice::{self, Narrator, Stack, StackOptions, range_failed};
use crate::wiring;
use core::time::Duration;
use engine::ports::Clock;
use incident::IncidentId;
use jiff::SignedDuration;
use range::Load;
use std::sync::Arc;

/// A demonstration that has not ended by then has failed.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// How long a log is followed, in the world's own time.
const FOLLOW_LIMIT: Duration = Duration::from_secs(3);

/// Five requests a second.
const LOAD: Load = Load::Every(Duration::from_millis(200));

/// Runs it.
pub(crate) fn run(args: &Demo) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let work = tokio::time::timeout(LIMIT, perform(args));
        if args.hands_off {
            return work.await.unwrap_or_else(|_| Err(too_long()));
        }
        perform(args).await
    })
}

fn too_long() -> Failure {
    Failure::new(Kind::World, format!("the demonstration did not end within {} min", LIMIT.as_secs() / 60))
}

async fn perform(args: &Demo) -> Result<(), Failure> {
    let folder = practice::folder("demo")?;
    let (playbook, speed) = (args.playbook.clone(), args.speed);
    let stack = Stack::start(
        folder.path(),
        &StackOptions { playbook, speed, load: LOAD, follow_limit: FOLLOW_LIMIT, drills: None },
    )
    .await?;
    let clock = Arc::clone(stack.server.engine.clock());
    let mut narrator = Narrator::new(Arc::clone(&clock), args.transcript.as_deref())?;
    let told = tokio::select! {
        told = tell(args, &stack, &mut narrator, &clock) => told,
        ended = told_to_stop() => ended,
    };
    let stopped = stack.stop().await;
    told.and(stopped)
}

async fn tell(
    args: &Demo,
    stack: &Stack,
    narrator: &mut Narrator,
    clock: &Arc<dyn Clock>,
) -> Result<(), Failure> {
    introduce(args, stack, narrator)?;
    let monitor = monitor::start(stack).await?;
    clock.sleep_until(clock.now() + SignedDuration::from_secs(60)).await;
    narrator.say("A bad version of the API is deployed.")?;
    stack.range.deploy_bad().map_err(range_failed)?;
    let id = first_incident(stack).await?;
    narrator.say(&format!("An incident opens: {}/incidents/{id}", stack.server.console_url))?;
    if args.hands_off {
        narrator.follow_while(&stack.server.engine, id, stand_in::work(stack, id)).await?;
    } else {
        narrator.follow_until_resolved(&stack.server.engine, id).await?;
    }
    monitor.stop().await;
    close(args, stack, id, narrator).await
}

fn introduce(args: &Demo, stack: &Stack, narrator: &Narrator) -> Result<(), Failure> {
    narrator.say(&format!("The playbook: {}.", stack.title))?;
    narrator.say(&format!("The practice stack answers at {}.", stack.range.whereabouts().http))?;
    narrator.say(&format!("Console: {}", stack.server.console_url))?;
    if let Some(url) = &stack.server.status_url {
        narrator.say(&format!("Public status page: {url}"))?;
    }
    if stack.speaks_old_dialect {
        narrator.say("The playbook uses options that the vendors' tools do not have; their stand-ins accept them here.")?;
    }
    match args.hands_off {
        true => narrator.hands_off(),
        false => narrator.seats(stack),
    }
}

/// The incident that the monitor's alert opens.
async fn first_incident(stack: &Stack) -> Result<IncidentId, Failure> {
    let mut feed = stack.server.engine.feed();
    let change = feed.recv().await;
    change.map(|change| change.incident).map_err(|error| wiring::storage_failed(error.to_string()))
}

async fn close(args: &Demo, stack: &Stack, id: IncidentId, narrator: &Narrator) -> Result<(), Failure> {
    let incident = stack.server.engine.incident(id).await.map_err(wiring::storage_failed)?;
    let events = stack.server.engine.history(id).await.map_err(wiring::storage_failed)?;
    if args.hands_off {
        stand_in::check_the_public_page(stack, narrator).await?;
        narrator.say("The postmortem, drafted from what happened:")?;
        return narrator.document(&incident::draft_postmortem(&incident, &events, &[]));
    }
    narrator
        .say(&format!("The postmortem's draft: {}/incidents/{id}/postmortem", stack.server.console_url))?;
    narrator.say("Look round as long as you like; Ctrl-C ends the demonstration.")?;
    told_to_stop().await
}

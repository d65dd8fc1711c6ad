//! The control run: the same stack, users and monitor for so long by the drill's clock, with nothing broken. Whoever is
//! paged in it is paged for nothing.

use super::{monitor, start};
use crate::cli::DrillRun;
use crate::commands::serve::{runtime, told_to_stop};
use crate::exit::{Failure, Kind};
use crate::practice::{self, Narrator, Stack, Voice};
use crate::{print, wiring};
use engine::ports::Filter;
use jiff::SignedDuration;
use serde_json::json;
use std::process::ExitCode;

/// How often it says that it still runs.
const WORD_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// More incidents than this need not be told apart.
const INCIDENTS_MAX: u32 = 100;

pub(super) fn run(args: &DrillRun, voice: Voice) -> Result<ExitCode, Failure> {
    let found = runtime()?.block_on(watch(args, voice))?;
    if voice == Voice::Silent {
        print::json(
            &json!({ "drill": "none", "hours": args.hours, "speed": args.speed, "incidents": found }),
        )?;
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(Kind::Refused.code()) })
}

/// The titles of the incidents that opened.
async fn watch(args: &DrillRun, voice: Voice) -> Result<Vec<String>, Failure> {
    let folder = practice::folder("drill")?;
    let stack = start(args, folder.path()).await?;
    let clock = stack.server.engine.clock().clone();
    let narrator = Narrator::new(clock, args.transcript.as_deref())?.with_voice(voice);
    let watched = tokio::select! {
        watched = stand_by(args, &stack, &narrator) => watched,
        ended = told_to_stop() => ended.and_then(|()| Err(Failure::new(Kind::Refused, "the control run was broken off"))),
    };
    let stopped = stack.stop().await;
    let found = watched?;
    stopped.map(|()| found)
}

async fn stand_by(args: &DrillRun, stack: &Stack, narrator: &Narrator) -> Result<Vec<String>, Failure> {
    let monitor = monitor::start(stack, args.speed, None).await?;
    let clock = stack.server.engine.clock();
    narrator.say(&format!("Nothing is broken. Watched for {} h by this clock.", args.hours))?;
    let end = clock.now() + SignedDuration::from_hours(i64::from(args.hours));
    while clock.now() < end {
        clock.sleep_until((clock.now() + WORD_EVERY).min(end)).await;
        let count = opened(stack).await?.len();
        narrator.say(&format!("{count} incidents so far."))?;
    }
    let found = opened(stack).await?;
    monitor.stop().await;
    match found.as_slice() {
        [] => narrator.say("Nobody was paged.")?,
        titles => {
            for title in titles {
                narrator.say(&format!("Paged for nothing: {title}"))?;
            }
        }
    }
    Ok(found)
}

async fn opened(stack: &Stack) -> Result<Vec<String>, Failure> {
    let filter = Filter { limit: INCIDENTS_MAX, ..Filter::default() };
    let rows = stack.server.engine.summaries(filter).await.map_err(wiring::storage_failed)?;
    Ok(rows.into_iter().map(|row| row.title).collect())
}

//! Each probe is tried once: what fails by day pages at night. What a look sees counts for nothing. Words for severities are
//! looked up, those of heartbeats as well.

use super::Look;
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::wiring;
use engine::ports::{Clock as _, Verdict};
use incident::Plan;
use probes::{Attempt, Probe};
use tokio::task::JoinSet;

/// So many probes are tried at once.
const TRIED_AT_ONCE: usize = 16;

pub(super) fn looks(config: &Config, plan: &Plan) -> Result<Vec<Look>, Failure> {
    let probes = config.all_probes(&plan.playbook);
    let word = |(about, name, word): (_, &String, &Option<String>)| {
        unknown_word(about, name, word.as_deref()?, plan)
    };
    let of_probes = probes.iter().map(|probe| ("probe", &probe.name, &probe.telling.severity));
    let of_heartbeats = config.heartbeats.iter().map(|beat| ("heartbeat", &beat.name, &beat.severity));
    let mut looks: Vec<Look> = of_probes.chain(of_heartbeats).filter_map(word).collect();
    if probes.is_empty() {
        return Ok(looks);
    }
    looks.extend(try_all(config, probes)?.iter().map(|(name, attempt)| told(name, attempt)));
    Ok(looks)
}

fn try_all(config: &Config, probes: Vec<Probe>) -> Result<Vec<(String, Attempt)>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Kind::World, format!("cannot try the probes: {error}")))?;
    let runner = wiring::command_runner(config);
    let now = wiring::Steady::new(1.0).now();
    let tried = runtime.block_on(async {
        let (mut waiting, mut trying, mut tried) =
            (probes.into_iter().enumerate(), JoinSet::new(), Vec::new());
        loop {
            while trying.len() < TRIED_AT_ONCE
                && let Some((at, probe)) = waiting.next()
            {
                let runner = runner.clone();
                trying.spawn(
                    async move { (at, probe.name.clone(), probes::try_once(&probe, runner, now).await) },
                );
            }
            match trying.join_next().await {
                Some(done) => tried.extend(done),
                None => break,
            }
        }
        tried.sort_by_key(|(at, ..)| *at);
        tried
    });
    Ok(tried.into_iter().map(|(_, name, attempt)| (name, attempt)).collect())
}

fn told(name: &str, attempt: &Attempt) -> Look {
    let sample = &attempt.sample;
    let said = match sample.verdict {
        Verdict::Pass | Verdict::Breach => format!("{name} passes, in {} ms", sample.took_ms),
        Verdict::Fail => format!("{name} fails: {}", sample.reason),
        Verdict::Blind => format!("{name} cannot look from here: {}", sample.reason),
    };
    Look { about: "probe", well: sample.verdict == Verdict::Pass, said }
}

/// A severity that nobody knows pages all the same, but not as somebody meant it to.
fn unknown_word(about: &'static str, name: &str, word: &str, plan: &Plan) -> Option<Look> {
    plan.severity_for_word(word).is_none().then(|| Look {
        about,
        well: false,
        said: format!(
            "{name} has the severity {word:?}, which neither the playbook nor policy.severity_map knows; it would page at {}",
            plan.unknown_severity()
        ),
    })
}

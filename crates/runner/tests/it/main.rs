//! The runner against real children of a real shell.

#![expect(clippy::unwrap_used, reason = "the whole binary is tests")]

mod abuse;
mod asking;
mod endings;
mod limits;
mod older;
mod output;
mod pids;
mod server_death;
mod strays;
mod surroundings;

use engine::ports::{Executor as _, RunOrder, Word};
use incident::{IncidentId, RunReport};
use playbook::Effect;
use runner::{GuardProgram, Runner, RunnerConfig};
use std::collections::BTreeMap;
use std::path::Path;

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

fn config(workdir: &Path) -> RunnerConfig {
    let env = [("PATH", PATH), ("HOME", "/nonexistent"), ("LANG", "C.UTF-8")];
    let env: BTreeMap<String, String> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut config = RunnerConfig::new(workdir.to_owned(), env);
    config.guard = guard();
    config
}

/// The guard of these tests; in the product it is `evenkeel` itself.
fn guard() -> GuardProgram {
    GuardProgram::at(env!("CARGO_BIN_EXE_runner-guard").into())
}

fn order(effect: Effect, source: &str) -> RunOrder {
    RunOrder {
        incident: IncidentId::from_parts(1, 1),
        run: 1,
        source: source.to_owned(),
        effect,
        word: Word::None,
    }
}

async fn run_with(config: RunnerConfig, effect: Effect, source: &str) -> RunReport {
    Runner::new(config).run(&order(effect, source)).await
}

async fn run(source: &str) -> RunReport {
    run_with(config(Path::new("/")), Effect::ReadsHere, source).await
}

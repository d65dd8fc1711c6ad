//! `evenkeel agent` and `evenkeel agents`: be one, and see who is there.

use super::{items, text};
use crate::agent::{self, AgentParts, Link};
use crate::cli::{AgentArgs, Reach};
use crate::client::Client;
use crate::config::AgentConfig;
use crate::exit::{Failure, Kind};
use crate::wiring;
use engine::ports::AgentRuns;
use serde_json::Value;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The variable that may hold the token.
const TOKEN: &str = "EVENKEEL_AGENT_TOKEN";

/// A token's file is a line.
const TOKEN_BYTES_MAX: u64 = 4_096;

pub(super) fn run(reach: &Reach, args: &AgentArgs) -> Result<(), Failure> {
    if !web::auth::is_short_name(&args.name) {
        let words =
            format!("--name is {:?}; it must be 1 to 60 letters, digits, or any of - _ . @", args.name);
        return Err(Failure::new(Kind::Usage, words));
    }
    let config = match &args.config {
        Some(path) => AgentConfig::read(path)?,
        None => AgentConfig::default(),
    };
    super::serve::init_log();
    let token_file = args.token_file.clone().or(config.token_file);
    let token = token(token_file.as_deref())?;
    let looks_only = args.looks_only || config.looks_only;
    let hidden: Vec<PathBuf> = [&args.config, &token_file].into_iter().flatten().cloned().collect();
    let mut runner = wiring::run_settings(&config.runner, here()?, hidden);
    runner.secrets.push(token.clone());
    let link = Link::new(&reach.server, &args.name, token)?;
    if link.is_open() {
        tracing::warn!(
            "{} is not https: whoever is on the way can read what runs here, and the token",
            reach.server
        );
    }
    let runs = if looks_only { AgentRuns::LooksOnly } else { AgentRuns::Everything };
    let parts = AgentParts { name: args.name.clone(), link, runs, runner };
    super::serve::runtime()?.block_on(async {
        let stop = async {
            if let Err(failure) = super::serve::told_to_stop().await {
                tracing::error!("{failure}");
            }
        };
        agent::run(parts, stop).await
    })
}

fn here() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .map_err(|error| Failure::new(Kind::World, format!("there is no folder to work in: {error}")))
}

/// From a file or the environment. Never from the command line, which every user of the machine can read.
fn token(file: Option<&Path>) -> Result<String, Failure> {
    let found = match file {
        Some(file) => {
            let unread = |error: std::io::Error| {
                Failure::new(
                    Kind::Config,
                    format!("cannot read the token's file {}: {error}", file.display()),
                )
            };
            let meta = std::fs::metadata(file).map_err(unread)?;
            if meta.len() > TOKEN_BYTES_MAX {
                let words = format!("{} is no token's file: it has {} bytes", file.display(), meta.len());
                return Err(Failure::new(Kind::Config, words));
            }
            if meta.mode() & 0o077 != 0 {
                tracing::warn!("{} can be read by others; `chmod 600` it", file.display());
            }
            std::fs::read_to_string(file).map_err(unread)?
        }
        None => wiring::own_variable(TOKEN).unwrap_or_default(),
    };
    let token = found.trim();
    if token.is_empty() || token.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Failure::new(Kind::Config, "there is no token for this agent").hint(format!(
            "`evenkeel token create NAME --scope agent` makes one; give it by --token-file or {TOKEN}"
        )));
    }
    Ok(token.to_owned())
}

pub(super) fn list(reach: &Reach) -> Result<(), Failure> {
    let answer = Client::new(reach)?.get("/api/agents")?;
    let none = "there are no agents: every command runs on the server's own host (docs/agents.md)";
    super::list(reach, &answer, "agents", none, row)
}

fn row(agent: &Value) -> Vec<String> {
    let word = |key: &str| text(agent, key).to_owned();
    let work = items(agent, "at_work");
    let work = work.iter().map(|order| {
        let run = order.get("run").and_then(Value::as_u64).unwrap_or(0);
        format!("{} run {run}", text(order, "incident"))
    });
    let heard = match text(agent, "heard_at") {
        "" => "not heard since the server started".to_owned(),
        at => format!("heard at {at}"),
    };
    let only = if text(agent, "runs") == "looks-only" { "only looks" } else { "" };
    let at_work: Vec<String> = work.collect();
    vec![
        word("presence"),
        word("name"),
        word("host"),
        word("version"),
        heard,
        only.to_owned(),
        at_work.join(", "),
    ]
}

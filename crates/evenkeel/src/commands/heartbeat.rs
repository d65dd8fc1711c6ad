//! `evenkeel heartbeat …`: how heartbeats stand, and a sign from here.

use super::{list, percent, text};
use crate::cli::{HeartbeatVerb, Reach, SignArg};
use crate::client::Client;
use crate::exit::Failure;
use crate::print;
use serde_json::{Value, json};

pub(super) fn run(reach: &Reach, verb: &HeartbeatVerb) -> Result<(), Failure> {
    match verb {
        HeartbeatVerb::List => {
            let answer = Client::new(reach)?.get("/api/heartbeats")?;
            let none = "nothing is waited for; a [heartbeats.NAME] in the settings is heard from (docs/heartbeats.md)";
            list(reach, &answer, "heartbeats", none, row)
        }
        HeartbeatVerb::Send { name, sign, words } => {
            let word = match sign {
                SignArg::Alive => "",
                SignArg::Begun => "/start",
                SignArg::Failed => "/fail",
            };
            let path = format!("/api/heartbeats/{}{word}", percent(name));
            let answer = Client::new(reach)?.post(&path, &json!({ "said": words }))?;
            if reach.json { print::json(&answer) } else { print::line("heard") }
        }
    }
}

fn row(heartbeat: &Value) -> Vec<String> {
    let seconds = |key: &str| heartbeat.get(key).and_then(Value::as_u64).unwrap_or_default();
    let heard = match text(heartbeat, "alive_at") {
        "" => "never heard".to_owned(),
        at => format!("heard {at}"),
    };
    vec![
        text(heartbeat, "state").to_owned(),
        text(heartbeat, "name").to_owned(),
        format!("every {} s, {} s of grace", seconds("every_s"), seconds("grace_s")),
        heard,
        text(heartbeat, "said").to_owned(),
    ]
}

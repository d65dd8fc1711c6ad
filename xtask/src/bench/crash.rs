//! What is left after `kill -9` under load: alerts that were answered with 2xx, against those found by the next process.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::load::{self, Load, Numbers, Pace};
use super::server::{Kind, Place, Server};
use super::{Setting, bodies, clock, wire};
use crate::failure::Failure;

const CONNECTIONS: usize = 64;
/// The first kill comes so long after the first request, each other one so much later.
const KILL_AFTER: Duration = Duration::from_millis(311);
/// The server's own limit for one list; numbers with the same leading digits are as many at most.
const LISTED_MAX: u64 = 1_000;

/// What came of the kills.
pub(super) struct Crash {
    pub(super) lines: Vec<String>,
    pub(super) json: Value,
}

/// What one kill left.
struct Left {
    answered: usize,
    found: usize,
}

/// Kills ours several times and the peer once.
pub(super) fn run(setting: &Setting) -> Result<Crash, Failure> {
    let kills = setting.either(5, 1);
    let ours = (1..=kills).map(|kill| killed(setting, Kind::Durable, KILL_AFTER * kill));
    let ours = ours.collect::<Result<Vec<Left>, Failure>>()?;
    let theirs = killed(setting, Kind::Peer, KILL_AFTER)?;
    let sum = |of: fn(&Left) -> usize| ours.iter().map(of).sum::<usize>();
    let (answered, found) = (sum(|left| left.answered), sum(|left| left.found));
    let lines = vec![
        format!(
            "kill -9 under load, {kills} x: {answered} alerts answered, {found} of them found after the restart"
        ),
        format!("the same once with alertmanager: {} answered, {} found", theirs.answered, theirs.found),
    ];
    let json = json!({
        "kills": kills, "answered": answered, "found": found,
        "peer": { "answered": theirs.answered, "found": theirs.found },
    });
    Ok(Crash { lines, json })
}

fn killed(setting: &Setting, kind: Kind, after: Duration) -> Result<Left, Failure> {
    let place = Place::new(setting, kind, None)?;
    let server = place.start()?;
    let load = Load {
        address: place.address,
        request: place.request("info"),
        connections: CONNECTIONS,
        pace: Pace::Closed,
        numbers: Numbers::From(0),
        time_max: after * 4,
        count_max: 200_000,
    };
    let loader = std::thread::spawn(move || load::run(load));
    clock::pause(after);
    server.kill();
    let outcome = loader.join().map_err(|_| Failure::Answer("the load generator ended badly".into()))??;
    let answered: BTreeSet<u64> = outcome.taken.into_iter().collect();
    let server = place.start()?;
    let found = match kind {
        Kind::Durable | Kind::Memory => listed(&place, &server, answered.last().copied().unwrap_or(0))?,
        Kind::Peer => numbers(&ask(server.address, "/api/v2/alerts", None)?),
    };
    Ok(Left { answered: answered.len(), found: answered.intersection(&found).count() })
}

/// The numbers of all incidents, asked for by leading digits.
fn listed(place: &Place, server: &Server, last: u64) -> Result<BTreeSet<u64>, Failure> {
    let mut found = BTreeSet::new();
    let digits = bodies::DIGITS - 3;
    for thousand in 0..=last / LISTED_MAX {
        let path = format!("/api/incidents?limit={LISTED_MAX}&text={}{thousand:0digits$}", bodies::MARK);
        found.extend(numbers(&ask(server.address, &path, Some(&place.read_key))?));
    }
    Ok(found)
}

fn ask(address: std::net::SocketAddr, path: &str, key: Option<&str>) -> Result<Vec<u8>, Failure> {
    let (status, body) = wire::get(address, path, key).map_err(Failure::io(path))?;
    if status == 200 { Ok(body) } else { Err(Failure::Answer(format!("{path}: status {status}"))) }
}

/// Every number that stands behind a mark.
fn numbers(text: &[u8]) -> BTreeSet<u64> {
    let mark = bodies::MARK.as_bytes();
    let places = text.windows(mark.len()).enumerate().filter(|(_, window)| *window == mark);
    places.filter_map(|(at, _)| bodies::number_in(&text[at..])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_numbers_of_a_text_are_found() {
        let text = b"host-0000000003, host-0000000001 and host-0000000003; host-x";
        assert_eq!(numbers(text), BTreeSet::from([1, 3]));
    }
}

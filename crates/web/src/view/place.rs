//! Where a command runs, and whether anybody is there, in words.

use engine::ports::{AgentRuns, AgentView, Presence};
use incident::Place;
use incident::words::{clock, duration};
use jiff::{SignedDuration, Timestamp};

/// What whoever gives their word should know of the place.
pub(crate) fn runs_on(place: &Place, agents: &[AgentView], now: Timestamp) -> String {
    let Place::Agent(name) = place else { return "on the machine of this server, as its user".to_owned() };
    let Some(agent) = agents.iter().find(|agent| agent.name == *name) else {
        return format!("on the agent {name}, which has not been heard; it will not begin");
    };
    let heard = agent.heard_at.map_or_else(
        || "has not been heard since this server started".to_owned(),
        |at| format!("was last heard at {}", clock(at)),
    );
    let Some(own) = &agent.own else {
        return format!("on the agent {name}, which {heard}; it will not begin");
    };
    let mut words = format!("on the agent {name}: the machine {}, as the agent’s user", own.host);
    match agent.presence {
        Presence::Present => {
            let ago = agent.heard_at.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
            words.push_str(&format!("; heard {} ago", duration(ago)));
        }
        Presence::Away | Presence::Never => words.push_str(&format!(". It {heard}; it will not begin")),
    }
    if own.runs == AgentRuns::LooksOnly {
        words.push_str(". It runs only what looks, by its own settings");
    } else if !own.changes_guarded {
        words.push_str(". Only its limits hold what changes something there");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ports::AgentSelf;
    use std::collections::BTreeSet;

    #[test]
    fn whoever_gives_their_word_reads_where_and_whether_anybody_is_there() {
        let heard: Timestamp = "2026-01-05T10:00:00Z".parse().expect("a time");
        let now: Timestamp = "2026-01-05T10:00:03Z".parse().expect("a time");
        let agent = |presence, runs| AgentView {
            name: "db1".to_owned(),
            presence,
            heard_at: Some(heard),
            version: Some("0.1.0".to_owned()),
            own: Some(AgentSelf {
                instance: "one".to_owned(),
                host: "db1.example.test".to_owned(),
                runs,
                looks_unheld: None,
                changes_guarded: false,
                gives: BTreeSet::new(),
            }),
            at_work: Vec::new(),
        };
        let place = Place::Agent("db1".to_owned());
        let words = |agents: &[AgentView]| runs_on(&place, agents, now);
        assert!(runs_on(&Place::Server, &[], now).contains("this server"));
        let there = words(&[agent(Presence::Present, AgentRuns::Everything)]);
        assert!(there.contains("db1.example.test") && there.contains("heard 3 s ago"), "{there}");
        assert!(there.contains("Only its limits hold"), "{there}");
        let away = words(&[agent(Presence::Away, AgentRuns::LooksOnly)]);
        assert!(away.contains("last heard at 10:00 UTC; it will not begin"), "{away}");
        assert!(away.contains("runs only what looks"), "{away}");
        let never = AgentView { heard_at: None, own: None, ..agent(Presence::Never, AgentRuns::Everything) };
        for words in [words(&[never]), words(&[])] {
            assert!(words.contains("not been heard") && words.contains("will not begin"), "{words}");
        }
    }
}

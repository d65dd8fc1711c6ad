//! `evenkeel doctor`: finds by day what would fail at night. Changes nothing.

mod holding;
mod placing;
mod probing;

use super::preflight;
use crate::cli::Reach;
use crate::client::Client;
use crate::config::Config;
use crate::exit::{Failure, Kind};
use crate::{print, wiring};
use engine::ports::Clock;
use incident::{Moment, Plan};
use playbook::{DiagnosticSeverity, Playbook};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// One thing that was looked at.
#[derive(Serialize)]
struct Look {
    about: &'static str,
    well: bool,
    said: String,
}

pub(super) fn run(reach: &Reach, path: &Path) -> Result<(), Failure> {
    let config = Config::read(path)?;
    let plan = config.plan(config.playbook.read()?.playbook)?;
    let mut looks = vec![
        playbook(&plan.playbook),
        roles(&config, &plan),
        contacts(&config),
        second_word(&config),
        channels(&config),
        severities(&plan),
        storage(reach, &config),
        holding::look(&config.runner),
    ];
    looks.extend(placing::looks(&config, &plan));
    looks.extend(probing::looks(&config, &plan)?);
    if reach.json {
        print::json(&looks)?;
    } else {
        let row = |look: &Look| {
            vec![if look.well { "ok" } else { "!!" }.to_owned(), look.about.to_owned(), look.said.clone()]
        };
        print::table(&looks.iter().map(row).collect::<Vec<_>>())?;
    }
    let ill = looks.iter().filter(|look| !look.well).count();
    if ill == 0 {
        Ok(())
    } else {
        Err(Failure::new(Kind::Config, format!("{ill} thing(s) would fail at night")))
    }
}

fn playbook(playbook: &Playbook) -> Look {
    let errors =
        playbook.diagnostics.iter().filter(|found| found.severity == DiagnosticSeverity::Error).count();
    let missing: Vec<&str> = playbook
        .diagnostics
        .iter()
        .filter_map(|found| found.message.strip_prefix("section missing: "))
        .collect();
    let title = if playbook.title.is_empty() { "no title" } else { &playbook.title };
    let missing = match missing.as_slice() {
        [] => String::new(),
        missing => format!("; it has no {}", missing.join(", no ")),
    };
    let said =
        format!("{title}: {errors} error(s), {} finding(s) in all{missing}", playbook.diagnostics.len());
    Look {
        about: "playbook",
        well: !(playbook.runbooks.is_empty() && playbook.hops().next().is_none()),
        said,
    }
}

/// Every level of each path must be held by somebody who can be woken, now and in the weeks to come.
fn roles(config: &Config, plan: &Plan) -> Look {
    let found = preflight::ahead(config, plan, wiring::AHEAD_DAYS);
    let grave: Vec<&str> = found.grave().map(|one| one.said.as_str()).collect();
    let said = if grave.is_empty() {
        format!("every level of each path wakes somebody, for {} days to come", wiring::AHEAD_DAYS)
    } else {
        format!("{}; `evenkeel preflight` says what mends it", grave.join("; "))
    };
    Look { about: "roles", well: grave.is_empty(), said }
}

fn contacts(config: &Config) -> Look {
    let unreachable: Vec<&str> = config
        .people
        .iter()
        .filter(|person| person.contacts.is_empty())
        .map(|person| person.id.as_str())
        .collect();
    let (well, said) = match (config.people.as_slice(), unreachable.as_slice()) {
        ([], _) => (false, "nobody can be woken; add [[people]]".to_owned()),
        (people, []) => (true, format!("{} people, each with a way to be reached", people.len())),
        (_, unreachable) => (false, format!("no way to reach {}", unreachable.join(", "))),
    };
    Look { about: "people", well, said }
}

/// Where two people must give their word, there must be two who can.
fn second_word(config: &Config) -> Look {
    let (well, said) = match config.runner.two_person.as_slice() {
        [] => (true, "one person's word is enough for every command".to_owned()),
        effects => {
            let (policy, roster) = (config.policy(), config.roster());
            let silences = incident::Silences::none();
            let now = Moment { at: wiring::Steady::new(1.0).now(), roster: &roster, silences: &silences };
            let known = roster.people().count();
            let second = roster.people().filter(|person| policy.may_confirm(&person.id, &now)).count();
            let what = effects.iter().map(|effect| format!("{effect:?}")).collect::<Vec<_>>().join(", ");
            match (known, second) {
                (0 | 1, _) => (
                    false,
                    format!(
                        "[runner] two_person: {what} needs the word of two people and [[people]] has {known}: nothing of that kind can ever run"
                    ),
                ),
                (_, 0) => (
                    false,
                    format!(
                        "[runner] two_person: nobody who can be woken holds {} now, so nobody can give the second word for {what}",
                        policy.second_word_roles.join(", ")
                    ),
                ),
                (_, second) => {
                    (true, format!("{what} needs the word of two people; {second} can give the second"))
                }
            }
        }
    };
    Look { about: "two people", well, said }
}

/// Every contact's channel has settings that work, and every address could be one.
fn channels(config: &Config) -> Look {
    wiring::use_ring();
    let clock: Arc<dyn Clock> = Arc::new(wiring::Steady::new(1.0));
    let settings = channels::couriers(&config.channels, &clock).err().map(|error| error.to_string());
    let faults: Vec<String> =
        settings.into_iter().chain(wiring::unreachable(&config.roster(), &config.channels)).collect();
    let said = match faults.as_slice() {
        [] => "every contact's channel has settings".to_owned(),
        faults => faults.join("; "),
    };
    Look { about: "channels", well: faults.is_empty(), said }
}

fn severities(plan: &Plan) -> Look {
    let policy = &plan.policy;
    let unknown: Vec<&str> = policy
        .severity_map
        .values()
        .chain((!policy.unknown_severity.is_empty()).then_some(&policy.unknown_severity))
        .filter(|name| plan.severity(name).is_none())
        .map(String::as_str)
        .collect();
    let said = match unknown.as_slice() {
        [] => format!("an alert whose word nobody knows is {}", plan.unknown_severity()),
        unknown => format!("the playbook has no severity {}", unknown.join(", ")),
    };
    Look { about: "severities", well: unknown.is_empty(), said }
}

/// The database takes a write, or the server that holds it says that it does, or its folder could take one.
fn storage(reach: &Reach, config: &Config) -> Look {
    let data = &config.data;
    let is_made = config.database_url.is_some() || wiring::database(data).exists();
    let tried = is_made.then(|| wiring::Place::of(config).open().and_then(|database| try_write(&database)));
    let (well, said) = match tried {
        None => folder(data),
        Some(Ok(Some(name))) => (true, format!("{name} can be written")),
        Some(Ok(None)) => (true, format!("{} can be written", data.display())),
        Some(Err(error)) if error.to_string().contains("is in use by process") => {
            held(reach, &error.to_string())
        }
        Some(Err(error)) => (false, error.to_string()),
    };
    Look { about: "storage", well, said }
}

/// A node that comes, writes and goes. The name of a database that servers share.
fn try_write(database: &wiring::Database) -> Result<Option<String>, Failure> {
    let mut journal = database.journal(&format!("doctor-{}", std::process::id()))?;
    journal.try_write().map_err(wiring::storage_failed)?;
    journal.leave();
    Ok(database.is_shared().then(|| database.name().to_owned()))
}

/// What the server that holds the database says of it. A server that cannot be asked may be at another address.
fn held(reach: &Reach, in_use: &str) -> (bool, String) {
    match Client::new(reach).and_then(|client| client.get("/api/health")) {
        Ok(_) => (true, format!("{in_use}; the server says that it can be written")),
        Err(failure) => {
            let said = failure.to_string();
            // The only reason for which a server answers this question with 503.
            let refuses = said.contains("503");
            (!refuses, format!("{in_use}; {} says: {said}", reach.server))
        }
    }
}

/// The nearest folder above the data that exists says whether the database can be made.
fn folder(data: &Path) -> (bool, String) {
    let above = data.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let probe = tempfile::Builder::new().prefix(".evenkeel-doctor-").tempfile_in(above);
    match probe {
        Ok(_) => (true, format!("{} will be made by the first start", wiring::database(data).display())),
        Err(error) => (false, format!("cannot write in {}: {error}", above.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_in(data: &Path) -> Config {
        toml::from_str(&format!("playbook = 'p.md'\ndata = '{}'", data.display())).unwrap()
    }

    #[test]
    fn looking_makes_no_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("deep/data");
        let reach = Reach { json: false, server: "http://127.0.0.1:1".to_owned(), token: None };
        let config = kept_in(&data);
        assert!(storage(&reach, &config).well);
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");
        std::fs::write(folder.path().join("deep"), "a file").unwrap();
        assert!(!storage(&reach, &config).well, "no folder can be made in a file");
    }

    #[test]
    fn two_people_cannot_be_asked_of_one() {
        let look = |people: &[&str], rest: &str| {
            let people: String =
                people.iter().map(|id| format!("[[people]]\nid = '{id}'\nname = 'A'\n")).collect();
            let text = format!("playbook = 'p.md'\n{people}[runner]\ntwo_person = ['destroys']\n{rest}");
            second_word(&toml::from_str(&text).unwrap())
        };
        let alone = look(&["ana"], "");
        assert!(!alone.well && alone.said.contains("can ever run"), "{}", alone.said);
        assert!(look(&["ana", "ben"], "").well);
        let nobody = look(&["ana", "ben"], "second_word_roles = ['Lead']");
        assert!(!nobody.well && nobody.said.contains("Lead"), "{}", nobody.said);
        assert!(look(&["ana", "ben"], "second_word_roles = ['Lead']\n[roles]\nLead = ['ben']").well);
    }

    #[test]
    fn a_database_that_cannot_be_reached_is_told_without_its_password() {
        let text = "playbook = 'p.md'\ndatabase_url = 'postgres://ek:geheim@127.0.0.1:1/ek'";
        let config: Config = toml::from_str(text).unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
        let reach = Reach { json: false, server: "http://127.0.0.1:1".to_owned(), token: None };
        let look = storage(&reach, &config);
        assert!(!look.well && look.said.contains("127.0.0.1:1"), "{}", look.said);
        assert!(!look.said.contains("geheim"), "{}", look.said);
    }

    #[test]
    fn storage_that_is_held_is_told_with_what_its_server_says() {
        let folder = tempfile::tempdir().unwrap();
        let _server = wiring::Place::Folder(folder.path().to_owned()).open().unwrap();
        let reach = Reach { json: false, server: "http://127.0.0.1:1".to_owned(), token: None };
        let look = storage(&reach, &kept_in(folder.path()));
        assert!(look.well && look.said.contains("is in use by process"), "{}", look.said);
        assert!(look.said.contains("http://127.0.0.1:1 says"), "{}", look.said);
    }
}

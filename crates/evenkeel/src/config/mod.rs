//! The settings: one TOML file. An unknown key is an error that names its line and the nearest name.

mod agents;
mod escalations;
mod explain;
mod heartbeats;
mod hours;
mod ics;
pub(crate) use agents::AgentConfig;
pub(crate) use explain::nearest;
pub(crate) use probing::place;
mod limits;
mod maintenance;
mod named;
mod playbook_setting;
mod probing;
mod runner_setting;
mod schedules;
mod status;

use crate::exit::{Failure, Kind};
use channels::{ChannelsConfig, Secret};
use incident::{
    Channel, Contact, EscalationPolicy, Hours, Maintenance, PersonId, Plan, Policy, Responder, Roster,
    Serves, Urgency, Window,
};
use jiff::tz::TimeZone;
use playbook::Playbook;
pub(crate) use playbook_setting::PlaybookSetting;
use probes::Heartbeat;
pub(crate) use runner_setting::{Confine, RunnerSettings};
use serde::Deserialize;
pub(crate) use status::StatusSettings;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where console, API and intake listen.
    #[serde(default = "listen")]
    pub(crate) listen: SocketAddr,
    /// Where the public status page listens.
    #[serde(default = "status_listen")]
    pub(crate) status_listen: Option<SocketAddr>,
    /// The console's address as people reach it; in links of pages.
    #[serde(default)]
    pub(crate) console_url: Option<String>,
    /// Where this was read; it may hold passwords.
    #[serde(skip)]
    pub(crate) path: PathBuf,
    /// What is wrong with calendars that could not be read, by the schedule's id. Empty unless a server started all the same.
    #[serde(skip)]
    pub(crate) unread: BTreeMap<String, String>,
    /// What is wrong with calendars that could not be kept for the next start.
    #[serde(skip)]
    pub(crate) unkept: Vec<String>,
    /// The folder for everything that is kept.
    #[serde(default = "data")]
    pub(crate) data: PathBuf,
    /// The PostgreSQL that holds incidents and accounts, for several servers; left out: a file in the data folder.
    #[serde(default)]
    pub(crate) database_url: Option<Secret>,
    /// Where incidents are kept. For benches alone, and in no list of settings: a server whose incidents are kept in
    /// memory breaks the promise that a 2xx at intake is on disk.
    #[serde(default)]
    pub(crate) storage: Storage,
    /// The team's playbook.
    pub(crate) playbook: PlaybookSetting,
    /// What the playbook leaves open.
    #[serde(default)]
    pub(crate) policy: Policy,
    /// Who can be woken.
    #[serde(default)]
    pub(crate) people: Vec<Person>,
    /// Who is on call when.
    #[serde(default)]
    pub(crate) schedules: Vec<schedules::ScheduleSetting>,
    /// When the team works.
    #[serde(default, deserialize_with = "hours::working")]
    pub(crate) working_hours: Option<Hours>,
    /// Who is woken one after another, in place of the playbook's own path.
    #[serde(default, deserialize_with = "escalations::checked")]
    pub(crate) escalations: Vec<EscalationPolicy>,
    /// Who holds which role of the playbook, by the id of a person or of a schedule.
    #[serde(default)]
    pub(crate) roles: BTreeMap<String, Vec<String>>,
    /// Who is woken when nobody else can be; left out: everybody.
    #[serde(default)]
    pub(crate) catch_all: Vec<String>,
    /// How pages leave.
    #[serde(default)]
    pub(crate) channels: ChannelsConfig,
    /// How runbook commands run.
    #[serde(default)]
    pub(crate) runner: RunnerSettings,
    /// Which of them run on other hosts, by the names of the agents there.
    #[serde(default)]
    pub(crate) agents: BTreeMap<String, Serves>,
    /// The public page.
    #[serde(default)]
    pub(crate) status: StatusSettings,
    /// What Evenkeel itself looks at.
    #[serde(default, rename = "probe")]
    pub(crate) probes: Vec<probing::CheckedProbe>,
    /// What holds for all probes.
    #[serde(default, rename = "probes")]
    pub(crate) probing: probing::ProbesSetting,
    /// When alerts are held back, again and again.
    #[serde(default, deserialize_with = "maintenance::checked")]
    pub(crate) maintenance: Vec<Maintenance>,
    /// Who is to be heard from time to time, by name.
    #[serde(default, deserialize_with = "heartbeats::checked")]
    pub(crate) heartbeats: Vec<Heartbeat>,
}

/// Where incidents are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Storage {
    /// In the data folder.
    #[default]
    Disk,
    /// Nowhere: gone with the process. Accounts and keys still lie in the data folder.
    Memory,
}

/// Someone who can be woken.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Person {
    /// Short name, such as `ana`.
    pub(crate) id: String,
    /// Name on screens.
    pub(crate) name: String,
    /// Ways to be reached.
    #[serde(default)]
    pub(crate) contacts: Vec<Way>,
    /// Where their quiet hours hold.
    #[serde(default, deserialize_with = "schedules::some_zone")]
    pub(crate) zone: Option<TimeZone>,
    /// When they are told only of what is of high urgency: `mon-sun 22:00-07:00`.
    #[serde(default, deserialize_with = "schedules::windows")]
    pub(crate) quiet: Vec<Window>,
}

/// One way to be reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Way {
    /// Over what.
    pub(crate) channel: Channel,
    /// Where.
    pub(crate) address: String,
    /// So many minutes after the person's first ways.
    #[serde(default)]
    pub(crate) after_min: u32,
    /// For which urgency alone; left out: for every.
    #[serde(default)]
    pub(crate) urgency: Option<Urgency>,
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 7300))
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an optional setting")]
fn status_listen() -> Option<SocketAddr> {
    Some(SocketAddr::from(([127, 0, 0, 1], 7301)))
}

fn data() -> PathBuf {
    PathBuf::from("data")
}

/// What stands in a file of settings. `what` it holds and the hint are for whoever named a file that cannot be read.
fn parsed<T: serde::de::DeserializeOwned>(path: &Path, what: &str, hint: &str) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(Kind::Config, format!("cannot read {what} {}: {error}", path.display())).hint(hint)
    })?;
    toml::from_str(&text).map_err(|error| explain::toml_error(path, &text, &error))
}

impl Config {
    /// Reads a file. Paths in it are relative to its folder.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        Self::read_as(path, false)
    }

    /// The same for a server that starts. Calendars are written by other programs: one that cannot be read does not keep the pager
    /// from starting. What counts in its place stands in `unread`.
    pub(crate) fn read_to_serve(path: &Path) -> Result<Self, Failure> {
        Self::read_as(path, true)
    }

    fn read_as(path: &Path, serves: bool) -> Result<Self, Failure> {
        let hint = "`evenkeel serve --config FILE` names another file; docs/settings.md shows one";
        let mut config: Self = parsed(path, "the settings", hint)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        config.data = folder.join(&config.data);
        config.playbook = config.playbook.below(folder);
        for probe in &mut config.probes {
            probe.below(folder);
        }
        config.path = path.to_path_buf();
        config.runner = config.runner.below(folder);
        let refused = |why: String| Failure::new(Kind::Config, format!("{}: {why}", path.display()));
        limits::check(&config).map_err(refused)?;
        config.settle(folder, serves).map_err(refused)?;
        config.agree(path)?;
        escalations::targets(&config).map_err(|said| config.refused(said))?;
        probing::agree(&config.probes).map_err(refused)?;
        config.status.agree(&config).map_err(|said| config.refused(said))?;
        Ok(config)
    }

    /// Reads the calendars that schedules name.
    fn settle(&mut self, folder: &Path, serves: bool) -> Result<(), String> {
        let ids = self.people.iter().map(|person| (person.id.clone(), person));
        let names = self.people.iter().map(|person| (person.name.clone(), person));
        let mails = self.people.iter().flat_map(|person| {
            let mails = person.contacts.iter().filter(|way| way.channel == Channel::Email);
            mails.map(move |way| (way.address.clone(), person))
        });
        let words = ids.chain(names).chain(mails).map(|(word, person)| (word, PersonId(person.id.clone())));
        let known = ics::Known::new(words);
        self.schedules.iter().try_for_each(schedules::ScheduleSetting::check)?;
        if !serves {
            return self.schedules.iter_mut().try_for_each(|schedule| schedule.settle(folder, &known));
        }
        let kept = ics::Kept::below(&self.data);
        for schedule in &mut self.schedules {
            let told = schedule.settle_with(&kept, folder, &known);
            self.unkept.extend(told.unkept);
            if !told.unread.is_empty() {
                self.unread.insert(schedule.id.clone(), told.unread.join("; "));
            }
        }
        Ok(())
    }

    /// What cannot be told key by key: roles name people who exist, severities are in the playbook.
    fn agree<'s>(&'s self, path: &Path) -> Result<(), Failure> {
        let people: Vec<&str> = self.people.iter().map(|person| person.id.as_str()).collect();
        let mut known = people.clone();
        known.extend(self.schedules.iter().map(|schedule| schedule.id.as_str()));
        let bound = |(role, people): (&'s String, &'s Vec<String>)| {
            people.iter().map(move |person| (role.as_str(), person.as_str()))
        };
        let roles = self.roles.iter().flat_map(bound);
        let catch_all = self.catch_all.iter().map(|person| ("catch_all", person.as_str()));
        let schedules = self.schedules.iter().flat_map(schedules::ScheduleSetting::named);
        let must_be = roles
            .map(|named| (named, &known))
            .chain(catch_all.chain(schedules).map(|named| (named, &people)));
        for ((place, name), ids) in must_be {
            if !ids.contains(&name) {
                let message = format!("{}: {place:?} names {name:?}, and nobody has that id", path.display());
                return Err(Failure::new(Kind::Config, message).hint(explain::nearest(name, ids)));
            }
        }
        match named::twice(known) {
            Some(twice) => {
                let message = format!("{}: two people or schedules have the id {twice:?}", path.display());
                Err(Failure::new(Kind::Config, message).hint("ids must differ; names may be the same"))
            }
            None => Ok(()),
        }
    }

    /// Who can be woken, and who holds which role.
    pub(crate) fn roster(&self) -> Roster {
        let people = self.people.iter().map(|person| Responder {
            id: PersonId(person.id.clone()),
            name: person.name.clone(),
            contacts: person.contacts.iter().map(Way::contact).collect(),
        });
        let ids = |people: &[String]| people.iter().cloned().map(PersonId).collect();
        let roles = self.roles.iter().map(|(role, people)| (role.clone(), ids(people)));
        let schedules = self.schedules.iter().map(schedules::ScheduleSetting::schedule).collect();
        Roster::new(people.collect(), roles.collect(), ids(&self.catch_all))
            .with_schedules(schedules)
            .with_quiet_hours(self.people.iter().filter_map(Person::quiet_hours).collect())
            .with_working_hours(self.working_hours.clone())
            .with_unread_calendars(self.unread.clone())
    }

    /// What the playbook leaves open, with whose word commands need.
    pub(crate) fn policy(&self) -> Policy {
        Policy {
            two_person: self.runner.two_person.clone(),
            second_word_roles: self.runner.second_word_roles.clone(),
            escalations: self.escalations.clone(),
            ..self.policy.clone()
        }
    }

    /// The playbook with the settings beside it, once they agree.
    pub(crate) fn plan(&self, playbook: Playbook) -> Result<Plan, Failure> {
        let plan = Plan { playbook, policy: self.policy(), agents: self.agents.clone(), ..Plan::default() };
        self.agrees_with(&plan)?;
        Ok(plan)
    }

    /// What the settings name and the playbook does not have. A server starts all the same, for somebody may have edited the
    /// playbook since: such a name fits nothing, and what cannot be told to wait wakes somebody.
    pub(crate) fn agrees_with(&self, plan: &Plan) -> Result<(), Failure> {
        hours::agree(plan).and_then(|()| escalations::agree(plan)).map_err(|said| self.refused(said))
    }

    /// What is wrong with the settings, and what to do.
    fn refused(&self, (why, hint): (String, String)) -> Failure {
        Failure::new(Kind::Config, format!("{}: {why}", self.path.display())).hint(hint)
    }

    /// The console's address as people reach it.
    pub(crate) fn console_url(&self) -> String {
        let set = self.console_url.clone().map(|url| url.trim_end_matches('/').to_owned());
        set.unwrap_or_else(|| format!("http://{}", self.listen))
    }
}

impl Person {
    /// When they are told only of what is urgent.
    fn quiet_hours(&self) -> Option<(PersonId, Hours)> {
        let zone = self.zone.clone().filter(|_| !self.quiet.is_empty())?;
        Some((PersonId(self.id.clone()), Hours { zone, windows: self.quiet.clone() }))
    }
}

impl Way {
    fn contact(&self) -> Contact {
        Contact {
            after_min: self.after_min,
            urgency: self.urgency,
            ..Contact::new(self.channel, self.address.clone())
        }
    }
}
